"""When a figure is withheld, or told with a caveat, though each of its parts can be told.

Three ways to be wrong with right numbers: parts that cover different stores, parts that are in
different currencies, and a figure that stands on too few of the rows it speaks of.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from helpers.metrics.answering.cells import Cell, Key, Place, Result
from helpers.metrics.catalogue import Catalogue, Metric, needs
from helpers.metrics.dimensions import SEPARATOR
from helpers.metrics.measured import SCALE
from helpers.metrics.notes import note
from helpers.vocabulary.units import Status, Unit

if TYPE_CHECKING:
    from helpers.metrics.answering.scope import Scope

#: How much more of one source than of another may lack a member before members are withheld.
UNALLOCATED_LIMIT = 0.01

_SAID_BETTER = ('{"code": "covers"', '{"code": "no_source"')


def refuse_mixed(result: Result, parts: Sequence[Result], scope: Scope) -> None:
    """Withhold figures that would combine sources over different stores."""
    if len(result.sources) < 2:
        return
    bad: dict[Place, list[str]] = {}
    uneven: dict[Place, str] = {}
    seen: set[Place] = set()
    for key, cell in result.cells.items():
        window = key[0]
        stores = result.stores.get(key, frozenset())
        for store in sorted(stores):
            place = (window, store)
            if place not in seen:
                seen.add(place)
                lacking = [
                    source.told
                    for source in sorted(result.sources)
                    if not scope.has(result, source, window, store)
                ]
                # A shop whose sales begin later has nothing yet to lack; what the company has as
                # a whole (shared costs) names every shop, also those still to open.
                if lacking and scope.spans.sells_since(store, scope.windows[window].end):
                    bad[place] = list(dict.fromkeys(lacking))
                if why := _uneven(parts, place, scope.dimension):
                    uneven[place] = why
        missing = {s: bad[(window, s)] for s in sorted(stores) if (window, s) in bad}
        if missing:
            # What the parts said of their own gaps is said again, and better, here.
            cell.notes = [one for one in cell.notes if not one.startswith(_SAID_BETTER)]
            share = scope.share(window, stores - missing.keys(), among=stores)
            cell.refuse(Status.NO_SOURCE, note("mixed", share=share, missing=missing))
        for store in sorted(stores):
            if (window, store) in uneven:
                cell.refuse(Status.NO_SOURCE, uneven[(window, store)])


def _uneven(parts: Sequence[Result], place: Place, dimension: str) -> str:
    """Say that one part of a store lacks members which the first part has."""
    first = parts[0].unallocated.get(place, 0.0)
    for part in parts[1:]:
        if part.unallocated.get(place, 0.0) > first + UNALLOCATED_LIMIT:
            table = sorted(part.sources - parts[0].sources or part.sources)[0][0]
            return note("unallocated", table=table, store=place[1], dimension=dimension)
    return ""


def refuse_two_currencies(
    cell: Cell, key: Key, stores: frozenset[str], parts: Sequence[Result], by: Sequence[str]
) -> None:
    """Withhold a figure of stores that have one part in this currency and another elsewhere.

    Alibaba.com bills advertising in yuan and sells in dollars: by currency, its advertising
    is not 0 dollars, and there is no share of the two.
    """
    if "currency" not in by:
        return
    window, member = key
    names = member.split(SEPARATOR)
    place = by.index("currency")
    found: set[str] = set()
    for part in parts:
        lacking = stores - part.stores.get(key, frozenset())
        for (other, told), having in part.stores.items() if lacking else ():
            others = told.split(SEPARATOR)
            if other == window and len(others) == len(names) and others[place] != names[place]:
                same = all(
                    one == two
                    for at, (one, two) in enumerate(zip(names, others, strict=True))
                    if at != place
                )
                found |= lacking & having if same else set()
    if found:
        cell.refuse(Status.NOT_ENOUGH_DATA, note("two_currencies", stores=sorted(found)))


def tell_coverage(
    metric: Metric, result: Result, covering: Result, asked: set[int], registry: Catalogue
) -> None:
    """Tell, or act on, how much of the rows a figure stands on.

    Args:
        metric: With a ``coverage``, which says whether anything short of all rows is n/a.
        result: Its figures, changed in place.
        covering: The metric of that share.
        asked: The windows that the metric is asked for.
        registry: The catalogue of the question.
    """
    assert metric.coverage
    if covering.refused or result.refused:
        return
    if metric.coverage.complete:
        # A member whose every cost is missing has no row of its own, and is not 0.
        for key in covering.cells.keys() - result.cells.keys():
            if key[0] in asked:
                result.cells[key] = Cell()
                result.stores[key] = covering.stores.get(key, frozenset())
    for key, cell in result.cells.items():
        told = covering.cells.get(key)
        if told is None or told.base is None or not cell.status.has_value:
            continue
        if told.value == 0 and told.base > 0:
            cell.refuse(Status.NO_SOURCE, _coverage_note(metric.coverage.metric, told, registry))
        elif told.value != told.base:
            gap = _coverage_note(metric.coverage.metric, told, registry)
            if metric.coverage.complete:
                cell.refuse(Status.NO_SOURCE, gap)
            else:
                cell.notes.append(gap)


def _coverage_note(metric_id: str, told: Cell, registry: Catalogue) -> str:
    assert told.base
    details: dict[str, Any] = {"metric": metric_id}
    unit = registry[needs(registry[metric_id])[0]].unit
    if unit is not Unit.MONEY:
        details |= {"missing": round((told.base - told.value) / SCALE),
                    "of": round(told.base / SCALE)}  # fmt: skip
    return note("coverage", share=told.value / told.base, **details)
