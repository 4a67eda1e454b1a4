"""One question from its words to its rows: what must be measured, and how the answer is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from helpers.metrics.answering.cells import Cell, refused
from helpers.metrics.answering.composing import Results
from helpers.metrics.answering.growing import compared, growth_of
from helpers.metrics.answering.promised import attained
from helpers.metrics.answering.scope import Scope
from helpers.metrics.catalogue import Catalogue, Metric, catalogue_of, needs
from helpers.metrics.dimensions import SEPARATOR, UNKNOWN, check_dimensions
from helpers.metrics.formulas import Attainment, Growth
from helpers.metrics.measured import SCALE, renumbered
from helpers.metrics.measuring import Measuring
from helpers.metrics.notes import join_notes, note
from helpers.metrics.rows import Window
from helpers.vocabulary.periods import Period
from helpers.vocabulary.units import Status, Unit

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ["metric", "period", "dimension", "member", "value", "unit", "status",
           "numerator", "denominator", "note"]  # fmt: skip


class Question:
    """Metrics of one warehouse, cut one way.

    Args:
        warehouse: What ``Warehouse.open`` gives.
        registry: A catalogue; the company's own (``catalogue_of``) where left out.
        by: Dimensions.
        constant: Convert money at one rate per currency for all days.

    Raises:
        AskedWrongly: A dimension is not known.
    """

    def __init__(
        self, warehouse: Any, registry: Catalogue | None, by: Sequence[str], constant: bool = False
    ):
        self.warehouse = warehouse
        self.registry = registry or catalogue_of(warehouse.workspace)
        self.by = check_dimensions(by)
        self.dimension = ",".join(self.by)
        self.measuring = Measuring(warehouse, self.by, constant)
        self.spans = self.measuring.spans

    def cut_by(self, by: Sequence[str]) -> Question:
        """Give the same question, cut another way."""
        return Question(self.warehouse, self.registry, by, self.measuring.constant)

    def answer(
        self, wanted: Mapping[str, Sequence[Period]], *, ranked: bool = False
    ) -> pd.DataFrame:
        """Measure every leaf once and compose the metrics.

        Args:
            wanted: Metric -> its periods.
            ranked: Sort members by value, largest first, instead of by name.

        Returns:
            A row per metric, period and member (``COLUMNS``).

        Raises:
            AskedWrongly: A metric is not known.
        """
        import pandas as pd

        chosen = self.registry.chosen(wanted)
        demand: dict[str, set[Window]] = {}
        for metric in chosen:
            for period in wanted[metric.id]:
                for window in self._windows_of(metric, period):
                    self._demand(metric, window, demand)
        results = self._results(demand)
        rows: list[dict[str, Any]] = []
        for metric in chosen:
            for period in wanted[metric.id]:
                found = self._cells(metric, period, *results)
                rows.extend(self._rows(metric, period, found, ranked))
        frame = pd.DataFrame(rows, columns=COLUMNS)
        for column in ("value", "numerator", "denominator"):
            frame[column] = frame[column].astype("float64")
        return frame

    # -- what must be measured -----------------------------------------------------------------

    def _windows_of(self, metric: Metric, period: Period) -> list[Window]:
        if isinstance(metric.formula, Attainment):
            return []  # asks for the days of its targets by itself
        if isinstance(metric.formula, Growth):
            both = compared(metric.formula, period, self.spans)
            return [Window(one.start, one.end) for one in both]
        return [Window(period.start, period.end)]

    def _demand(self, metric: Metric, window: Window, demand: dict[str, set[Window]]) -> None:
        """Add to ``demand`` the window of a metric and of all that it is made of."""
        if window in demand.get(metric.id, ()):
            return
        demand.setdefault(metric.id, set()).add(window)
        for one in needs(metric):
            self._demand(self.registry[one], window, demand)
        if metric.coverage:
            self._demand(self.registry[metric.coverage.metric], window, demand)

    def _results(self, demand: Mapping[str, set[Window]]) -> tuple[Results, Scope]:
        """Measure what is demanded in as few queries as possible."""
        windows = sorted(set().union(*demand.values())) if demand else []
        place = {window: at for at, window in enumerate(windows)}
        leaves = {
            one: (self.registry[one], sorted(asked))
            for one, asked in demand.items()
            if not needs(self.registry[one])
        }
        measured = {
            one: renumbered(found, {old: [place[w]] for old, w in enumerate(leaves[one][1])})
            for one, found in self.measuring.measure(leaves).items()
        }
        self.spans.prepare(source for found in measured.values() for source in found.sources)
        scope = Scope(self.warehouse, self.registry, self.by, windows)
        asked = {one: {place[w] for w in windows} for one, windows in demand.items()}
        return Results(self.registry, scope, measured, asked), scope

    # -- telling the answer --------------------------------------------------------------------

    def _cells(
        self, metric: Metric, period: Period, results: Results, scope: Scope
    ) -> dict[str, Cell]:
        """Give the members of one metric in one period."""
        formula = metric.formula
        if isinstance(formula, Attainment):
            return attained(self, formula, period)
        if isinstance(formula, Growth):
            return growth_of(results[formula.of], formula, period, scope)
        result = results[metric.id]
        if result.refused:
            return {"": refused(Status.NO_SOURCE, result.refused)}
        place = scope.place_of(period)
        found = {member: cell for (w, member), cell in result.cells.items() if w == place}
        if not found:
            table = min(metric.tables, default="")
            return {"": refused(Status.NO_SOURCE, note("no_source", table=table))}
        return found

    def _rows(
        self, metric: Metric, period: Period, found: dict[str, Cell], ranked: bool
    ) -> list[dict[str, Any]]:
        last = self.spans.last_until(period.end)
        unfinished = last is not None and period.start <= last < period.end
        rows = []
        for member, cell in found.items():
            status = cell.status
            if unfinished and status is Status.OK:
                status = Status.PRELIMINARY
            told = cell.base is not None and status.has_value
            rows.append(
                {
                    "metric": metric.id,
                    "period": period.text,
                    "dimension": self.dimension,
                    "member": member,
                    "value": cell.quotient,
                    "unit": self._unit(metric, member),
                    "status": str(status),
                    "numerator": cell.value / SCALE if told else None,
                    "denominator": cell.base / SCALE if told and cell.base is not None else None,
                    "note": join_notes(cell.notes),
                }
            )
        return sorted(rows, key=_by_value if ranked else _by_name)

    def _unit(self, metric: Metric, member: str) -> str:
        if metric.unit is not Unit.MONEY:
            return str(metric.unit)
        if "currency" in self.by and member:
            return member.split(SEPARATOR)[self.by.index("currency")]
        return str(self.warehouse.workspace.base_currency)


def _by_name(row: Mapping[str, Any]) -> tuple[bool, str]:
    return row["member"] == UNKNOWN, row["member"]


def _by_value(row: Mapping[str, Any]) -> tuple[bool, float, str]:
    return row["value"] is None, -(row["value"] or 0), row["member"]
