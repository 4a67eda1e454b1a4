"""What has to be fetched before it can be taken in: answers of databases, inboxes elsewhere.

Both become files that walk through the same door. A database or bucket that cannot be reached is
a refusal like that of a file, and the rest goes on.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from helpers.config.workspace import Workspace
from helpers.paths import WorkspacePaths
from helpers.tables.buyers import buyer_key
from helpers.tables.intake.inbox import Found, Skipped
from helpers.vocabulary.faults import DataRefused, Fault


@dataclass
class Gathered:
    """Files from elsewhere, and what could not be fetched."""

    found: list[Found] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    #: Where it should have come from -> why it did not.
    failed: dict[str, tuple[Fault, ...]] = field(default_factory=dict)


@contextmanager
def gathered(workspace: Workspace, paths: WorkspacePaths) -> Iterator[Gathered]:
    """Fetch what is declared; answers of databases are gone again afterwards."""
    from helpers.sources.catalogue import load_sources

    told = Gathered()
    for address in workspace.inboxes:
        _fetch(address, paths, told)
    asking = [one for one in load_sources(paths.mappings).values() if one.asked_of is not None]
    if not asking:
        yield told
        return
    from helpers.sources.databases import answer

    # A folder of its own that nobody else may look into, and that goes whatever happens.
    with tempfile.TemporaryDirectory(prefix="answers-") as scratch:
        folder = Path(scratch).resolve()
        for source in asking:
            label = f"database/{source.source}"
            try:
                asked = answer(source, workspace, folder, buyer_key(paths))
            except DataRefused as trouble:
                told.failed[label] = trouble.faults
            else:
                told.found.append(Found(asked.path, asked.below, label, label))
        yield told


def _fetch(address: str, paths: WorkspacePaths, told: Gathered) -> None:
    from helpers.sources.fetching import fetch, shown_address

    try:
        fetched = fetch(address, paths)
    except DataRefused as trouble:
        told.failed[shown_address(address)] = trouble.faults
        return
    for inside in fetched.inside:
        shown = f"{fetched.shown}/{inside}"
        told.found.append(Found(fetched.folder / inside, fetched.folder, shown, shown))
    told.skipped += [Skipped(f"{fetched.shown}/{name}", why) for name, why in fetched.left.items()]
