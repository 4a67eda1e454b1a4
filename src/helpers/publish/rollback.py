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
from helpers.publish.book import build_site
from helpers.publish.editions import Edition, editions_of, find_edition, marked, newest
from helpers.publish.going_live import INDEX, is_told, one_publication, staging_area
from helpers.publish.rollbacks import Rollback, read_rollbacks
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
    #: Every edition, as it stands afterwards.
    editions: tuple[Edition, ...]
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
        if decision.rollback or not is_told(site, decision.editions, workspace):
            with staging_area(site) as staging:
                build_site(
                    site, staging, workspace, decision.editions, None, metrics, decision.rollback
                )
    return decision


def decide(
    site: Path, workspace: Workspace, edition: str, because: str, by: str | None = None
) -> Decision:
    """Work out what a rollback comes to, and change nothing."""
    because = because.strip().rstrip(".。 ")
    if not because:
        raise AskedWrongly(Fault("--because", "gives no reason", "say why in a sentence"))
    to = find_edition(site, edition)
    known = editions_of(site)
    same = [one for one in known if (one.review, one.period) == (to.review, to.period)]
    index = site / INDEX
    if to in newest(same):
        return Decision(to, None, tuple(known), (), index)
    rollback = Rollback(
        review=to.review,
        period=to.period,
        to=to.number,
        over=same[-1].number,
        at=datetime.now(ZoneInfo(workspace.time_zone)).replace(microsecond=0),
        by=by or getpass.getuser(),
        because=because,
    )
    before = {one.folder for one in known if one.withdrawn}
    editions = tuple(marked(known, [*read_rollbacks(site), rollback]))
    passed = tuple(
        one.number for one in editions if one.withdrawn and one.folder not in before
    )  # fmt: skip
    return Decision(to, rollback, editions, passed, index)
