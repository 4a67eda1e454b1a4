"""Metrics made of metrics: ratios, differences, lifts and gaps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from helpers.metrics.answering.cells import Cell, Result
from helpers.metrics.answering.totals import totals
from helpers.metrics.answering.withholding import (
    refuse_mixed,
    refuse_two_currencies,
    tell_coverage,
)
from helpers.metrics.catalogue import Catalogue, Metric, needs
from helpers.metrics.formulas import Attainment, Difference, Gap, Growth, Lift, Ratio
from helpers.metrics.measured import SCALE, Measured
from helpers.metrics.notes import note
from helpers.vocabulary.units import Status

if TYPE_CHECKING:
    from helpers.metrics.answering.scope import Scope


class Results:
    """The metrics of one question over its windows, each worked out once, when it is needed.

    Args:
        registry: The catalogue of the question.
        scope: Its stores and windows.
        measured: The leaves, windows numbered as in ``scope``.
        asked: Metric -> the windows that anything asks it for.
    """

    def __init__(
        self,
        registry: Catalogue,
        scope: Scope,
        measured: Mapping[str, Measured],
        asked: Mapping[str, set[int]],
    ):
        self._registry = registry
        self._scope = scope
        self._measured = measured
        self._asked = asked
        self._found: dict[str, Result] = {}

    def __getitem__(self, metric_id: str) -> Result:
        if metric_id not in self._found:
            self._found[metric_id] = self._work_out(self._registry[metric_id])
        return self._found[metric_id]

    def _work_out(self, metric: Metric) -> Result:
        asked = self._asked[metric.id]
        match metric.formula:
            case Ratio() | Difference() | Lift() | Gap():
                result = self._composed(metric, metric.formula)
            case Growth() | Attainment():
                raise AssertionError("growth is no total; the catalogue refuses it")
            case _:
                result = totals(metric, self._measured[metric.id], asked, self._scope)
        if metric.coverage:
            covering = self[metric.coverage.metric]
            tell_coverage(metric, result, covering, asked, self._registry)
        return result

    def _composed(self, metric: Metric, formula: Ratio | Difference | Lift | Gap) -> Result:
        parts = [self[one] for one in needs(metric)]
        sources = frozenset().union(*(part.sources for part in parts))
        for part in parts:
            if part.refused:
                return Result({}, {}, sources, refused=part.refused)
        result = Result({}, {}, sources, silent=set().union(*(part.silent for part in parts)))
        asked = self._asked[metric.id]
        keys = dict.fromkeys(key for part in parts for key in part.cells if key[0] in asked)
        for key in keys:
            cells = [part.cells.get(key) for part in parts]
            stores = frozenset().union(*(part.stores.get(key, frozenset()) for part in parts))
            result.stores[key] = stores
            cell = result.cells[key] = _combined(formula, cells, parts)
            refuse_two_currencies(cell, key, stores, parts, self._scope.by)
        result.absent_is_zero = isinstance(formula, Difference) and all(
            part.absent_is_zero for part in parts
        )
        for part in parts:
            for place, share in part.unallocated.items():
                known = result.unallocated.get(place, 0.0)
                result.unallocated[place] = max(known, share)
        refuse_mixed(result, parts, self._scope)
        return result


def _combined(
    formula: Ratio | Difference | Lift | Gap,
    cells: Sequence[Cell | None],
    parts: Sequence[Result],
) -> Cell:
    """Put the parts of one member together; a part without it is 0 only where that is true."""
    cell = Cell()
    for found, part in zip(cells, parts, strict=True):
        if found is None:
            if not part.absent_is_zero:
                table = sorted(part.sources)[0].told
                cell.refuse(Status.NO_SOURCE, note("no_source", table=table))
            continue
        cell.worsen(found.status)
        cell.notes.extend(one for one in found.notes if one not in cell.notes)
    if isinstance(formula, Lift | Gap):
        return _set_against(formula, cell, cells)
    values = [found.value if found else 0 for found in cells]
    if isinstance(formula, Difference):
        plus = len(formula.plus)
        cell.value = sum(values[:plus]) - sum(values[plus:])
        return cell
    cell.value = values[0] * float(formula.times) if formula.times != 1 else values[0]
    cell.base = values[1]
    if cell.base == 0 and cell.status.has_value:
        cell.refuse(Status.NOT_ENOUGH_DATA, note("zero_denominator"))
    return cell


def _set_against(formula: Lift | Gap, cell: Cell, cells: Sequence[Cell | None]) -> Cell:
    """Compare two figures of the same days, each already divided."""
    if not cell.status.has_value:
        return cell
    of, over = (found.quotient if found else 0.0 for found in cells)
    if of is None or over is None or (over == 0 and isinstance(formula, Lift)):
        cell.refuse(Status.NOT_ENOUGH_DATA, note("zero_denominator"))
        return cell
    cell.value = (of - over) * SCALE
    if isinstance(formula, Lift):
        cell.base = over * SCALE
    return cell
