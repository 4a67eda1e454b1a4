"""Lead readers back to an edition they had before, or on to one that was taken back.

Nothing is deleted and nothing is built anew but the portal: the decision is written down, the
home page, the archive and the pointer follow it, and the editions that it passes over say so
themselves. The next publication makes a new number and leads readers on.
"""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from helpers.config.workspace import Workspace
from helpers.paths import WorkspacePaths
from helpers.publish.building import build_site
from helpers.publish.editions import Edition, Editions, find_edition
from helpers.publish.going_live import one_publication, staging_area
from helpers.publish.holdings import INDEX
from helpers.publish.pointer import is_told, known_touched
from helpers.publish.rollbacks import Rollback
from helpers.vocabulary.faults import AskedWrongly, Fault

if TYPE_CHECKING:
    from helpers.metrics.catalogue import Metric


@dataclass(frozen=True)
class Decision:
    """What a rollback comes to."""

    #: The edition that readers are led to.
    to: Edition
    #: What is to be written down; None where readers are led there already.
    rollback: Rollback | None
    #: Every edition, as it stands before it.
    editions: Editions
    #: The numbers that readers are led past by this decision.
    withdrawn: tuple[int, ...]
    index: Path


def roll_back(
    workspace: Workspace,
    paths: WorkspacePaths,
    edition: str,
    because: str,
    by: str | None = None,
    metrics: Mapping[str, Metric] | None = None,
) -> Decision:
    """Lead readers to an edition.

    Args:
        workspace: The company.
        paths: Where the site is.
        edition: ``monthly/2025-12/r1``, or its parts with spaces between.
        because: Why, in a sentence; readers of what is withdrawn are shown it.
        by: Who decided; the account of this process if not said.
        metrics: What the definitions page explains; the whole catalogue if not said.

    Raises:
        AskedWrongly: There is no such edition, or no reason was given.
        WorkFailed: Another publication is running, or the portal could not be built. Readers are
            led where they were led before.
    """
    site = paths.site
    with one_publication(paths):
        decision = decide(site, workspace, edition, because, by)
        editions = decision.editions
        if decision.rollback or not is_told(editions, workspace):
            touched = known_touched(editions)
            with staging_area(site) as staging:
                build_site(
                    staging, workspace, editions, None, metrics,
                    touched=touched, rollback=decision.rollback,
                )  # fmt: skip
    return decision


def decide(
    site: Path, workspace: Workspace, edition: str, because: str, by: str | None = None
) -> Decision:
    """Work out what a rollback comes to, and change nothing."""
    because = because.strip().rstrip(".。 ")
    if not because:
        raise AskedWrongly(Fault("--because", "gives no reason", "say why in a sentence"))
    to = find_edition(site, edition)
    editions = Editions.on(site)
    same = [one for one in editions.of(to.review, to.period) if not one.pruned]
    index = site / INDEX
    if to in editions.standing(to.review, to.period):
        return Decision(to, None, editions, (), index)
    rollback = Rollback(
        review=to.review,
        period=to.period,
        to=to.number,
        over=same[-1].number,
        at=datetime.now(ZoneInfo(workspace.time_zone)).replace(microsecond=0),
        by=by or getpass.getuser(),
        because=because,
    )
    passed = tuple(
        one.number
        for one, before in zip(
            editions.after(rollback).of(to.review, to.period),
            editions.of(to.review, to.period),
            strict=True,
        )
        if one.withdrawn and not (before.withdrawn or before.pruned)
    )
    return Decision(to, rollback, editions, passed, index)
