"""What ``review due`` has done for it: intake, readiness and release, and what saves a look."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.config.swap import write_whole
from helpers.config.workspace import Workspace
from helpers.paths import WorkspacePaths
from helpers.publish.holdings import are_left_out
from helpers.publish.unattended.releasing import Releasing
from helpers.publish.unattended.waiting import Memory
from helpers.publish.unattended.words import DATA_END, NOTHING_INGESTED, dated
from helpers.reviews.deadlines import Slot
from helpers.reviews.journal import recording
from helpers.tables.coverage import Coverage
from helpers.vocabulary.labels import Label
from helpers.vocabulary.periods import Period

if TYPE_CHECKING:
    from helpers.publish.release import Released

#: What a call may know from the one before; may be deleted at any time.
_MEMORY = "due.json"


@dataclass(frozen=True)
class Readied:
    """Whether the data of a period are there."""

    #: What is waited for; None where the period can be published.
    lacking: Label | None = None
    #: The first day of the data, where they begin too late for the period.
    begin: date | None = None


@dataclass(frozen=True)
class Hands:
    """What ``due`` has done for it; tests hand in others."""

    #: Takes in the inbox and gives what failed.
    ingest: Callable[[Workspace, WorkspacePaths], Sequence[str]]
    #: Says of each period whether its data are there.
    readiness: Callable[[Workspace, WorkspacePaths, Sequence[Period]], Sequence[Readied]]
    #: Goes the whole way for one period.
    release: Callable[[Slot], Released]
    #: Names the edition that a release would only give again, if that is known by a look.
    stands: Callable[[Slot], str | None] = lambda slot: None
    #: Leads readers to editions that a killed call left in their places; tells whether it did.
    lead: Callable[[], bool] = lambda: False
    #: Knows what was waited for last; None asks anew at each call.
    memory: Memory | None = None


def real_hands(
    workspace: str | None, paths: WorkspacePaths, notebooks: Path, how: Mapping[str, Any]
) -> Hands:
    """Give the hands of the product itself."""
    releasing = Releasing(workspace, notebooks, how=how)
    return Hands(
        ingest=_take_in,
        readiness=_ask_tables,
        release=lambda slot: releasing.release(slot.review.id, str(slot.period)),
        stands=lambda slot: releasing.stands(slot.review.id, str(slot.period)),
        lead=lambda: are_left_out(paths.site) and releasing.lead_readers(),
        memory=Memory(paths, notebooks),
    )


def _take_in(workspace: Workspace, paths: WorkspacePaths) -> Sequence[str]:
    from helpers.publish.traces import traces_of_intake
    from helpers.tables.ingest import ingest

    with recording(paths, "ingest") as run:
        traces = traces_of_intake(ingest(workspace, paths, ()))
        run.note(**traces)
    return tuple(traces["failures"])


def _ask_tables(
    workspace: Workspace, paths: WorkspacePaths, periods: Sequence[Period]
) -> Sequence[Readied]:
    from helpers.tables.build import current_generation
    from helpers.tables.completeness import readiness
    from helpers.tables.warehouse import Warehouse

    if current_generation(paths) is None:
        return [Readied(NOTHING_INGESTED)] * len(periods)
    found = []
    with Warehouse.open(paths, workspace) as warehouse:
        covered = warehouse.coverage()
        for period in periods:
            if covered.first is None or covered.last is None:
                found.append(Readied(NOTHING_INGESTED))
            elif not covered.has_beginning(period):
                found.append(Readied(begin=covered.first))
            elif covered.last < period.end:
                found.append(Readied(dated(DATA_END, covered.last)))
            else:
                ready = readiness(warehouse, workspace, period)
                lacks = (
                    None if ready.complete else Label(en=ready.lacks("en"), zh=ready.lacks("zh"))
                )
                found.append(Readied(lacks))
    return found


@dataclass(frozen=True)
class Begin:
    """The first day of the data, where it is known without opening the tables."""

    first: date = date.min

    @property
    def is_known(self) -> bool:
        """Tell whether it was found for the tables as they are now."""
        return self.first != date.min

    def has_beginning(self, period: Period) -> bool:
        """Tell whether the data reach back to the period's first days."""
        return Coverage(self.first, self.first).has_beginning(period)


def data_begin(paths: WorkspacePaths) -> Begin:
    """Look up the first day of the tables as they are now.

    Without it, periods before the first export would have the inbox looked through and the
    tables opened at each call, for good.
    """
    try:
        told = json.loads((paths.runs / _MEMORY).read_text(encoding="utf-8"))
        if told["tables"] == (paths.warehouse / "CURRENT").read_text(encoding="utf-8"):
            return Begin(date.fromisoformat(told["data_begin"]))
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return Begin()


def remember_begin(paths: WorkspacePaths, first: date) -> None:
    """Keep the first day of the tables as they are now for the next call."""
    with suppress(OSError):
        current = (paths.warehouse / "CURRENT").read_text(encoding="utf-8")
        paths.runs.mkdir(parents=True, exist_ok=True)
        write_whole(paths.runs / _MEMORY, json.dumps({"tables": current, "data_begin": str(first)}))
