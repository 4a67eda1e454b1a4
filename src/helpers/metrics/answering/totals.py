"""What is measured store by store becomes the total of each member, with its caveats."""

from __future__ import annotations

from math import fsum, isnan
from typing import TYPE_CHECKING, Any

from helpers.metrics.answering.cells import Cell, Key, Result
from helpers.metrics.answering.withholding import refuse_mixed
from helpers.metrics.dimensions import SEPARATOR, UNKNOWN
from helpers.metrics.formulas import Reported, Statistic, Typed, Whole
from helpers.metrics.measured import Measured, Source
from helpers.metrics.notes import note
from helpers.vocabulary.units import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from helpers.metrics.answering.scope import Scope
    from helpers.metrics.catalogue import Metric


def totals(metric: Metric, measured: Measured, asked: Iterable[int], scope: Scope) -> Result:
    """Add up the stores of one leaf.

    Args:
        metric: The leaf.
        measured: Its figures, windows numbered as in ``scope``.
        asked: The windows it is asked for.
        scope: The stores of the question.
    """
    sources = frozenset(measured.sources)
    if measured.refused:
        return Result({}, {}, sources, refused=measured.refused)
    cells, stores = _summed(metric, measured, scope)
    silent = {(w, s, source) for w, s in measured.silent for source in sources}
    result = Result(cells, stores, sources, silent=silent)
    result.absent_is_zero = (
        not measured.is_share
        and measured.is_total
        and not isinstance(metric.formula, Reported | Whole | Typed)
    )
    _complete_members(result, metric, measured, asked, scope)
    _set_unallocated(result, measured, scope)
    for key, cell in result.cells.items():
        _tell_caveats(cell, key, metric, measured, result)
    refuse_mixed(result, [result], scope)
    return result


def _summed(
    metric: Metric, measured: Measured, scope: Scope
) -> tuple[dict[Key, Cell], dict[Key, frozenset[str]]]:
    """Add up what is known of each member in each window, and name the stores behind it."""
    columns = ("window", "member", "store", "value", "base", "unrated")
    parts: dict[Key, tuple[list[Any], list[Any]]] = {}
    behind: dict[Key, set[str]] = {}
    unrated: set[Key] = set()
    # A few hundred rows a leaf, and a hundred leaves: lists are read sooner than groups are made.
    told = zip(*(measured.frame[column].tolist() for column in columns), strict=True)
    for window, member, store, value, base, lacking in told:
        key = (window, member)
        values, bases = parts.setdefault(key, ([], []))
        values.append(value)
        bases.append(base)
        if store:
            behind.setdefault(key, set()).add(store)
        if lacking:
            unrated.add(key)
    cells: dict[Key, Cell] = {}
    for key, (values, bases) in parts.items():
        cell = cells[key] = Cell(_total(values), _total(bases) if measured.is_share else None)
        if key in unrated:
            for why in scope.no_rate(metric, key[0]):
                cell.refuse(Status.NO_SOURCE, why)
    return cells, {key: frozenset(group) for key, group in behind.items()}


def _total(values: Sequence[Any]) -> Any:
    """Add numbers up: money is whole, hours and rates were never exact and keep fractions."""
    if isinstance(values[0], int):
        return sum(values)
    return fsum(value for value in values if not isnan(value))


def _tell_caveats(cell: Cell, key: Key, metric: Metric, measured: Measured, result: Result) -> None:
    """Withhold a cell, or note beside it, for what came with the measuring."""
    window = key[0]
    is_statistic = isinstance(metric.formula, Statistic)
    if window in measured.closed:
        cell.refuse(*measured.closed[window])
    if key in measured.crowded:
        cell.refuse(Status.NOT_ENOUGH_DATA, note("unique_not_added"))
    if isinstance(metric.formula, Statistic) and key in measured.rows:
        rows, minimum = measured.rows[key], metric.formula.minimum
        if rows < minimum:
            cell.refuse(Status.NOT_ENOUGH_DATA, note("few_rows", rows=rows, minimum=minimum))
    for store in sorted(result.stores.get(key, frozenset())):
        if cut := measured.blocked.get((window, store)):
            cell.refuse(Status.NOT_ENOUGH_DATA, cut)
        aside = measured.asides.get((window, store))
        if aside and aside not in cell.notes:
            cell.notes.append(aside)
    if window in measured.preliminary:
        cell.worsen(Status.PRELIMINARY)
    cell.notes.extend(measured.notes.get(window, []))
    cell.notes.extend(measured.told.get(key, []))
    if measured.is_share and cell.base == 0 and not is_statistic:
        cell.refuse(Status.NOT_ENOUGH_DATA, note("zero_denominator"))


def _complete_members(
    result: Result, metric: Metric, measured: Measured, asked: Iterable[int], scope: Scope
) -> None:
    """Add the members that must show even without rows: the total, and every store.

    A store with a source and no rows is a true 0; without the source it is n/a.
    """
    groups = scope.declared_members()
    if groups is None:
        return
    about = scope.stores_of(metric)
    groups = {member: stores & about for member, stores in groups.items()}
    for window in asked:
        for member, stores in groups.items():
            if member and not stores:
                continue  # the metric is not about any of them
            key = (window, member)
            having = {
                store
                for store in stores
                if scope.has_all(result, window, store) and scope.has_begun(result, window, store)
            }
            cut = [measured.blocked[(window, store)] for store in stores
                   if (window, store) in measured.blocked]  # fmt: skip
            cell = result.cells.get(key)
            if cell is None:
                cell = result.cells[key] = Cell()
                if measured.is_share:
                    cell.base = 0
                if cut:
                    cell.refuse(Status.NOT_ENOUGH_DATA, cut[0])
                elif not having or not (result.absent_is_zero or result.sources):
                    why = _lacking(metric, result, window, stores, scope)
                    cell.refuse(Status.NO_SOURCE, why)
                elif not result.absent_is_zero and window not in measured.closed:
                    _refuse_empty(cell, metric, measured, result)
            else:
                for why in cut:
                    cell.refuse(Status.NOT_ENOUGH_DATA, why)
            if result.stores or having:
                result.stores[key] = result.stores.get(key, frozenset()) | having
            if not scope.by and cell.status.has_value and len(result.sources) == 1:
                _tell_covered(cell, window, result, having, scope.selling(window) & about, scope)


def _lacking(metric: Metric, result: Result, window: int, stores: set[str], scope: Scope) -> str:
    """Name the source that none of the stores has; the first where each has some of them."""
    sources = sorted(result.sources) or [Source(metric.tables[0])]
    asked = sorted(stores)
    nobodys = [s for s in sources if not any(scope.has(result, s, window, x) for x in asked)]
    return note("no_source", table=(nobodys or sources)[0].told)


def _refuse_empty(cell: Cell, metric: Metric, measured: Measured, result: Result) -> None:
    """Say why a figure is missing whose source is there: a mean of nothing is not 0.

    A share of nothing is told by its denominator. What a person types, or a platform reports,
    is its own source: where it is missing, nobody brought it.
    """
    if isinstance(metric.formula, Typed | Reported):
        source = sorted(result.sources)[0]
        cell.refuse(Status.NO_SOURCE, note("no_source", table=source.told))
    elif isinstance(metric.formula, Statistic) or not measured.is_share:
        cell.refuse(Status.NOT_ENOUGH_DATA, note("nothing_measured"))


def _tell_covered(
    cell: Cell, window: int, result: Result, having: set[str], selling: set[str], scope: Scope
) -> None:
    """Say beside a total which selling stores have no such source."""
    lacking = selling - having
    if lacking and having:
        source = next(iter(result.sources))
        missing = {store: [source.told] for store in sorted(lacking)}
        cell.notes.append(
            note("covers", share=scope.share(window, selling - lacking), missing=missing)
        )


def _set_unallocated(result: Result, measured: Measured, scope: Scope) -> None:
    """Note how much of each store's figure says no member (``unknown``)."""
    if not {*scope.by} - {"store", "platform", "currency"}:
        return
    sizes: dict[tuple[int, str], tuple[float, float]] = {}
    columns = ("window", "member", "store", "value")
    told = zip(*(measured.frame[column].tolist() for column in columns), strict=True)
    for window, member, store, value in told:
        if store:
            whole, part = sizes.get((window, store), (0, 0))
            lost = abs(value) if UNKNOWN in member.split(SEPARATOR) else 0
            sizes[(window, store)] = (whole + abs(value), part + lost)
    for place, (whole, part) in sizes.items():
        if whole and part:
            result.unallocated[place] = part / whole
