"""What a run must know of the data before it starts; read once, in the parent."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from helpers.config.workspace import Workspace
from helpers.paths import WorkspacePaths
from helpers.tables.coverage import Coverage, resolve_period
from helpers.tables.reads import Partitions
from helpers.vocabulary.faults import AskedWrongly, Fault
from helpers.vocabulary.periods import Kind, Period


@dataclass(frozen=True)
class Facts:
    """The days there are orders for, the markets they went to, and what each table holds."""

    first_day: date
    last_day: date
    markets: tuple[str, ...] = ()
    #: table -> partition (a month, or '') -> fingerprint
    partitions: Partitions = field(default_factory=dict)

    def resolve(self, text: str, kind: Kind, fiscal_start: int = 1) -> Period:
        """Read a period as asked for a review of ``kind``.

        Raises:
            AskedWrongly: It is no period, of another kind, or has no day in the data.
        """
        covered = Coverage(self.first_day, self.last_day)
        period = resolve_period(text, covered, fiscal_start, kind)
        if period.kind != kind:
            form = {"week": "YYYY-Www", "month": "YYYY-MM", "year": "YYYY"}.get(kind, kind)
            what = f"{text!r} is no {kind}, which this review is about"
            raise AskedWrongly(Fault("--period", what, f"write {form}, or last"))
        return period


def read_facts(workspace: Workspace, paths: WorkspacePaths) -> Facts:
    """Ask the warehouse.

    Raises:
        AskedWrongly: Nothing was ingested yet.
    """
    from helpers.tables.warehouse import CONSTANT_RATES, Warehouse

    with Warehouse.open(paths, workspace) as warehouse:
        covered = warehouse.coverage()
        if covered.first is None or covered.last is None:
            fault = Fault(
                "--period",
                "there are no orders in the tables yet",
                "put exports into inbox/ and run `review ingest`",
            )
            raise AskedWrongly(fault)
        ask = warehouse.connection.execute
        markets = ask(
            "SELECT DISTINCT country FROM order_lines WHERE country IS NOT NULL ORDER BY 1"
        ).fetchall()
        partitions = {
            table: warehouse.partitions(table) for table in (*warehouse.tables, CONSTANT_RATES)
        }
    return Facts(covered.first, covered.last, tuple(str(one) for (one,) in markets), partitions)
