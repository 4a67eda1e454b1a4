"""What a run must know of the data before it starts; read once, in the parent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from helpers.config.workspace import Workspace
from helpers.paths import WorkspacePaths
from helpers.vocabulary.faults import AskedWrongly, Fault
from helpers.vocabulary.periods import Period, month_of, parse_period


@dataclass(frozen=True)
class Facts:
    """The days there are orders for, the markets they went to, and what each table holds."""

    first_day: date
    last_day: date
    markets: tuple[str, ...] = ()
    fingerprints: Mapping[str, str] = field(default_factory=dict)

    def resolve(self, text: str, kind: str, fiscal_start: int = 1) -> Period:
        """Read a period as asked for a review of ``kind``.

        ``last`` is the last complete one in the data, never of the wall clock.

        Raises:
            AskedWrongly: It is no period, of another kind, or has no day in the data.
        """
        if text.strip() == "last":
            return self._last_complete(kind, fiscal_start)
        period = parse_period(text, fiscal_start)
        if period.kind != kind:
            form = {"month": "YYYY-MM", "year": "YYYY"}[kind]
            what = f"{text!r} is no {kind}, which this review is about"
            raise AskedWrongly(Fault("--period", what, f"write {form}, or last"))
        if period.end < self.first_day or period.start > self.last_day:
            what = f"{text!r} has no day in the data"
            way_out = f"the data runs from {self.first_day} to {self.last_day}"
            raise AskedWrongly(Fault("--period", what, way_out))
        return period

    def _last_complete(self, kind: str, fiscal_start: int) -> Period:
        if kind == "month":
            period = month_of(self.last_day)
        else:
            years = (self.last_day.year + 1, self.last_day.year)
            both = (parse_period(str(year), fiscal_start) for year in years)
            period = next(one for one in both if self.last_day in one)
        if period.end > self.last_day:
            period = period.previous()
        if period.start < self.first_day and period.end < self.first_day:
            what = f"no {kind} is complete yet"
            way_out = f"the data runs from {self.first_day} to {self.last_day}; name the {kind}"
            raise AskedWrongly(Fault("--period", what, way_out))
        return period


def read_facts(workspace: Workspace, paths: WorkspacePaths) -> Facts:
    """Ask the warehouse.

    Raises:
        AskedWrongly: Nothing was ingested yet.
    """
    from helpers.tables.warehouse import Warehouse

    raise NotImplementedError(Warehouse)
