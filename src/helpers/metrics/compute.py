"""Answer a question: these metrics, these periods, cut this way.

Leaves are measured per store (``measuring``); here they become totals, ratios, differences and
growth. The rule that matters: figures of different sources are combined only where every store
in the scope has all of them, because sales of six stores minus the fees of two are no profit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from helpers.metrics.catalogue import Catalogue, Metric, catalogue, catalogue_of, needs
from helpers.metrics.dimensions import SEPARATOR, UNKNOWN, check_dimensions
from helpers.metrics.formulas import (
    Attainment,
    Condition,
    Difference,
    Gap,
    Growth,
    Lift,
    Ratio,
    Reported,
    Statistic,
    Typed,
    Whole,
)
from helpers.metrics.measured import SCALE, Measured, Source
from helpers.metrics.measuring import Measuring
from helpers.metrics.notes import join_notes, note
from helpers.metrics.rows import Window, column_of, condition_mask
from helpers.metrics.spans import OPENING_SLACK_DAYS
from helpers.vocabulary.periods import Period
from helpers.vocabulary.units import Status, Unit

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ["metric", "period", "dimension", "member", "value", "unit", "status",
           "numerator", "denominator", "note"]  # fmt: skip
#: How much more of one source than of another may lack a member before members are withheld.
UNALLOCATED_LIMIT = 0.01
#: Rare events may begin so long after the sales that they follow.
SOURCE_SLACK_DAYS = 31
_RANK = {Status.OK: 0, Status.PRELIMINARY: 1, Status.NOT_ENOUGH_DATA: 2, Status.NO_BASELINE: 3,
         Status.NO_SOURCE: 4}  # fmt: skip

_SAID_BETTER = ('{"code": "covers"', '{"code": "no_source"')

Key = tuple[int, str]


@dataclass
class Cell:
    """One figure on its way: whole ten-thousandths, and what stands behind them."""

    value: int | float = 0
    base: int | float | None = None
    status: Status = Status.OK
    notes: list[str] = field(default_factory=list)

    def refuse(self, status: Status | str, why: str) -> None:
        """Take the value away; the gravest reason wins, all reasons are told."""
        if _RANK[Status(status)] > _RANK[self.status]:
            self.status = Status(status)
        if why not in self.notes:
            self.notes.append(why)

    @property
    def quotient(self) -> float | None:
        """Give the value as a number, or ``None``."""
        if not self.status.has_value:
            return None
        if self.base is None:
            return self.value / SCALE
        return self.value / self.base if self.base else None


@dataclass
class Result:
    """One metric over all windows and members."""

    cells: dict[Key, Cell]
    #: Stores whose rows stand behind each member (empty: cannot be told).
    stores: dict[Key, frozenset[str]]
    sources: frozenset[Source]
    #: What each store lacks of the sources: window, store -> tables.
    refused: str = ""
    #: May a member that this metric does not have be taken as 0?
    absent_is_zero: bool = True
    #: Window, store -> share of the amount that says no member.
    unallocated: dict[tuple[int, str], float] = field(default_factory=dict)
    silent: set[tuple[int, str, Source]] = field(default_factory=set)


def compute(
    warehouse: Any,
    metric_ids: Iterable[str],
    period: Period,
    by: Sequence[str] = (),
    *,
    ranked: bool = False,
    constant: bool = False,
) -> pd.DataFrame:
    """Compute metrics for one period.

    Args:
        warehouse: What ``Warehouse.open`` gives.
        metric_ids: Ids of the catalogue.
        period: The days; where the data end earlier the status is ``preliminary``.
        by: Dimensions. Without any there is one total row per metric; with them, one row per
            member. With ``currency`` among them money is in each member's own currency.
        ranked: Sort members by value, largest first, instead of by name.
        constant: Convert money at one rate per currency for all days, so that growth is not the
            exchange rate's; costs that are kept in the base currency alone stay as they are.

    Returns:
        metric, period, dimension, member, value, unit, status, numerator, denominator, note.

    Raises:
        AskedWrongly: A metric or dimension is not known.
    """
    return compute_series(warehouse, metric_ids, [period], by, ranked=ranked, constant=constant)


def compute_series(
    warehouse: Any,
    metric_ids: Iterable[str],
    periods: Sequence[Period],
    by: Sequence[str] = (),
    *,
    ranked: bool = False,
    constant: bool = False,
    registry: Catalogue | None = None,
) -> pd.DataFrame:
    """Compute metrics for many periods at once: the same queries serve all of them."""
    question = Question(warehouse, registry, by, constant)
    return question.answer(metric_ids, periods, ranked)


def compute_each(
    warehouse: Any,
    wanted: Mapping[str, Sequence[Period]],
    by: Sequence[str] = (),
    *,
    constant: bool = False,
) -> pd.DataFrame:
    """Compute metrics, each for periods of its own, in as few queries as all of them together."""
    return Question(warehouse, None, by, constant).answer(wanted, (), False, wanted)


def definitions(registry: Catalogue | None = None) -> pd.DataFrame:
    """Give the catalogue as a table: what the definitions page prints.

    Args:
        registry: With a company's chosen definitions (``catalogue_of``); the catalogue itself
            where left out.
    """
    import pandas as pd

    from helpers.metrics.in_words import formula_in_words

    known = registry or catalogue()
    return pd.DataFrame(
        [
            {
                "metric": metric.id,
                "label_en": metric.label.en,
                "label_zh": metric.label.zh,
                "question_en": metric.question.en,
                "question_zh": metric.question.zh,
                "formula": str(metric.formula),
                "formula_en": formula_in_words(metric.formula, known, "en"),
                "formula_zh": formula_in_words(metric.formula, known, "zh"),
                "kind": metric.formula.kind,
                "rests_on_typed": _rests_on_typed(metric, known),
                "definition_en": metric.definition.en if metric.definition else "",
                "definition_zh": metric.definition.zh if metric.definition else "",
                "variant": metric.variant,
                "variants": [
                    {
                        "id": name,
                        "label_en": one.label.en,
                        "label_zh": one.label.zh,
                        "formula_en": formula_in_words(one.formula, known, "en"),
                        "formula_zh": formula_in_words(one.formula, known, "zh"),
                        "definition_en": one.definition.en,
                        "definition_zh": one.definition.zh,
                    }
                    for name, one in metric.variants.items()
                ],
                "unit": str(metric.unit),
                "direction": str(metric.direction),
                "grain": metric.grain,
                "additive": metric.additive,
                "tables": ", ".join(metric.tables),
                "dimensions": ", ".join(metric.dimensions),
                "benchmark_en": metric.benchmark.says.en if metric.benchmark else "",
                "benchmark_zh": metric.benchmark.says.zh if metric.benchmark else "",
                "benchmark_source": metric.benchmark.source if metric.benchmark else "",
                "owner": metric.owner,
                "example_period": metric.example.period,
                "example_by": list(metric.example.by),
                "example_given": dict(metric.example.given),
                "example_expect": [one.model_dump() for one in metric.example.expected],
            }
            for metric in known.values()
        ]
    )


def _rests_on_typed(metric: Metric, known: Catalogue) -> bool:
    """Tell whether a figure is typed in, or made with one that is."""
    if isinstance(metric.formula, Typed):
        return True
    return any(_rests_on_typed(known[one], known) for one in needs(metric))


class Question:
    """One question on its way to the answer."""

    def __init__(
        self, warehouse: Any, registry: Catalogue | None, by: Sequence[str], constant: bool = False
    ):
        self.warehouse = warehouse
        self.registry = registry or catalogue_of(warehouse.workspace)
        self.by = check_dimensions(by)
        self.dimension = ",".join(self.by)
        self.measuring = Measuring(warehouse, self.by, constant)
        self.spans = self.measuring.spans
        self.windows: list[Window] = []
        self.measured: dict[str, Measured] = {}
        self.results: dict[str, Result] = {}
        self.asked: dict[str, set[int]] = {}
        self._gmv: dict[tuple[int, str], int] | None = None
        self._platforms: dict[str, str] | None = None
        self._about: dict[tuple[Condition, ...], set[str]] = {}

    # -- asking --------------------------------------------------------------------------------

    def answer(
        self,
        metric_ids: Iterable[str],
        periods: Sequence[Period],
        ranked: bool,
        own: Mapping[str, Sequence[Period]] | None = None,
    ) -> pd.DataFrame:
        """Measure every leaf once and compose the metrics; ``own`` gives periods by metric."""
        import pandas as pd

        chosen = self.registry.chosen(metric_ids)
        own = own or {metric.id: periods for metric in chosen}
        demand: dict[str, set[Window]] = {}
        for metric in chosen:
            for period in own[metric.id]:
                for window in self._windows_of(metric, period):
                    self._demand(metric, window, demand)
        self.windows = sorted(set().union(*demand.values())) if demand else []
        index = {window: place for place, window in enumerate(self.windows)}
        self.asked = {one: {index[w] for w in asked} for one, asked in demand.items()}
        leaves = {
            one: (self.registry[one], sorted(asked))
            for one, asked in demand.items()
            if not needs(self.registry[one])
        }
        for one, measured in self.measuring.measure(leaves).items():
            places = [index[window] for window in leaves[one][1]]
            self.measured[one] = _place(measured, places)
        self.spans.prepare(
            source for measured in self.measured.values() for source in measured.sources
        )
        rows: list[dict[str, Any]] = []
        for metric in chosen:
            for period in own[metric.id]:
                found = self._cells(metric, period, index)
                rows.extend(self._rows(metric, period, found, ranked))
        frame = pd.DataFrame(rows, columns=COLUMNS)
        for column in ("value", "numerator", "denominator"):
            frame[column] = frame[column].astype("float64")
        return frame

    def _windows_of(self, metric: Metric, period: Period) -> list[Window]:
        if isinstance(metric.formula, Attainment):
            return []  # asks for the days of its targets by itself
        if isinstance(metric.formula, Growth):
            return [Window(p.start, p.end) for p in self._pair(metric.formula, period)]
        return [Window(period.start, period.end)]

    def _pair(self, growth: Growth, period: Period) -> tuple[Period, Period]:
        """Give the period and its baseline, both as long as the data allow (like for like)."""
        before = period.previous() if growth.against == "previous" else period.year_ago()
        last = self.spans.last_until(period.end)
        if last is not None and period.start <= last < period.end:
            elapsed = (last - period.start).days + 1
            return period.clipped(elapsed), before.clipped(elapsed)
        return period, before

    def _demand(self, metric: Metric, window: Window, demand: dict[str, set[Window]]) -> None:
        if window in demand.get(metric.id, ()):
            return
        demand.setdefault(metric.id, set()).add(window)
        for one in needs(metric):
            self._demand(self.registry[one], window, demand)
        if metric.coverage:
            self._demand(self.registry[metric.coverage.metric], window, demand)

    def _cells(self, metric: Metric, period: Period, index: dict[Window, int]) -> dict[str, Cell]:
        """Give the members of one metric in one period."""
        if isinstance(metric.formula, Attainment):
            from helpers.metrics.promised import attained

            return attained(self, metric.formula, period)
        if isinstance(metric.formula, Growth):
            return self._growth(metric.formula, period, index)
        result = self._result(metric.id)
        if result.refused:
            cell = Cell()
            cell.refuse(Status.NO_SOURCE, result.refused)
            return {"": cell}
        place = index[Window(period.start, period.end)]
        found = {member: cell for (w, member), cell in result.cells.items() if w == place}
        if not found:
            cell = Cell()
            tables = sorted(metric.tables)
            cell.refuse(Status.NO_SOURCE, note("no_source", table=tables[0] if tables else ""))
            return {"": cell}
        return found

    # -- composing -----------------------------------------------------------------------------

    def _result(self, metric_id: str) -> Result:
        if metric_id not in self.results:
            metric = self.registry[metric_id]
            match metric.formula:
                case Ratio() | Difference() | Lift() | Gap():
                    result = self._composed(metric)
                case Growth() | Attainment():
                    raise AssertionError("growth is no total; the catalogue refuses it")
                case _:
                    result = self._leaf(metric)
            if metric.coverage:
                self._cover(metric, result)
            self.results[metric_id] = result
        return self.results[metric_id]

    def _leaf(self, metric: Metric) -> Result:
        measured = self.measured[metric.id]
        sources = frozenset(measured.sources)
        if measured.refused:
            return Result({}, {}, sources, refused=measured.refused)
        frame = measured.frame
        cells: dict[Key, Cell] = {}
        is_share = measured.is_share
        keys = ["window", "member"]
        summed = frame.groupby(keys, sort=False)[["value", "base", "unrated"]].sum().reset_index()
        for window, member, value, base, unrated in summed.itertuples(index=False):
            # Hours and rates were never exact and keep their fractions; money is whole.
            exact = value if isinstance(value, float) else int(value)
            whole = base if isinstance(base, float) else int(base)
            cell = Cell(exact, whole if is_share else None)
            cells[(int(window), str(member))] = cell
            if unrated:
                for why in self._no_rate(metric, int(window)):
                    cell.refuse(Status.NO_SOURCE, why)
        apart = frame[frame["store"] != ""]
        behind: dict[Key, set[str]] = {}
        for window, member, shop in apart[[*keys, "store"]].itertuples(index=False):
            behind.setdefault((int(window), str(member)), set()).add(str(shop))
        stores = {key: frozenset(group) for key, group in behind.items()}
        silent = {(w, s, source) for w, s in measured.silent for source in sources}
        result = Result(cells, stores, sources, silent=silent)
        plain = (
            not is_share
            and measured.is_total
            and not isinstance(metric.formula, Reported | Whole | Typed)
        )
        result.absent_is_zero = plain
        self._complete_members(result, metric, measured)
        self._set_unallocated(result, apart)
        for key, cell in cells.items():
            window, member = key
            if window in measured.closed:
                cell.refuse(*measured.closed[window])
            if key in measured.crowded:
                cell.refuse(Status.NOT_ENOUGH_DATA, note("unique_not_added"))
            if isinstance(metric.formula, Statistic) and key in measured.rows:
                rows, minimum = measured.rows[key], metric.formula.minimum
                if rows < minimum:
                    cell.refuse(
                        Status.NOT_ENOUGH_DATA, note("few_rows", rows=rows, minimum=minimum)
                    )
            for store in sorted(stores.get(key, frozenset())):
                if cut := measured.blocked.get((window, store)):
                    cell.refuse(Status.NOT_ENOUGH_DATA, cut)
                aside = measured.asides.get((window, store))
                if aside and aside not in cell.notes:
                    cell.notes.append(aside)
            if window in measured.preliminary and cell.status is Status.OK:
                cell.status = Status.PRELIMINARY
            cell.notes.extend(measured.notes.get(window, []))
            cell.notes.extend(measured.told.get(key, []))
            is_mean = isinstance(metric.formula, Statistic)
            if is_share and cell.base == 0 and not is_mean:
                cell.refuse(Status.NOT_ENOUGH_DATA, note("zero_denominator"))
        self._refuse_mixed(result, [result])
        return result

    def _complete_members(self, result: Result, metric: Metric, measured: Measured) -> None:
        """Add the members that must show even without rows: the total, and every store.

        A store with a source and no rows is a true 0; without the source it is n/a.
        """
        groups = self._declared_members()
        if groups is None:
            return
        about = self._stores_of(metric)
        groups = {member: stores & about for member, stores in groups.items()}
        for window in self.asked[metric.id]:
            for member, stores in groups.items():
                if member and not stores:
                    continue  # the metric is not about any of them
                key = (window, member)
                having = {
                    s
                    for s in stores
                    if self._has_all(result, window, s) and self._has_begun(result, window, s)
                }
                cut = [measured.blocked[(window, s)] for s in stores
                       if (window, s) in measured.blocked]  # fmt: skip
                cell = result.cells.get(key)
                if cell is None:
                    cell = result.cells[key] = Cell()
                    if measured.is_share:
                        cell.base = 0
                    if cut:
                        cell.refuse(Status.NOT_ENOUGH_DATA, cut[0])
                    elif not having or not (result.absent_is_zero or result.sources):
                        cell.refuse(Status.NO_SOURCE, self._lacking(metric, result, window, stores))
                    elif not result.absent_is_zero and window not in measured.closed:
                        self._refuse_empty(cell, metric, measured, result)
                else:
                    for why in cut:
                        cell.refuse(Status.NOT_ENOUGH_DATA, why)
                if result.stores or having:
                    result.stores[key] = result.stores.get(key, frozenset()) | having
                if not self.by and cell.status.has_value and len(result.sources) == 1:
                    self._tell_covered(cell, window, result, having, about)

    def _lacking(self, metric: Metric, result: Result, window: int, stores: set[str]) -> str:
        """Name the source that none of the stores has; the first where each has some of them."""
        sources = sorted(result.sources) or [Source(metric.tables[0])]
        nobodys = [s for s in sources if not any(self._has(result, s, window, x) for x in stores)]
        return note("no_source", table=(nobodys or sources)[0].told)

    def _refuse_empty(self, cell: Cell, metric: Metric, measured: Measured, result: Result) -> None:
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
        self, cell: Cell, window: int, result: Result, having: set[str], about: set[str]
    ) -> None:
        """Say beside a total which selling stores have no such source."""
        selling = self.spans.selling(self.windows[window]) & about
        lacking = selling - having
        if lacking and having:
            source = next(iter(result.sources))
            missing = {store: [source.told] for store in sorted(lacking)}
            cell.notes.append(
                note("covers", share=self._share(window, selling - lacking), missing=missing)
            )

    def _set_unallocated(self, result: Result, apart: pd.DataFrame) -> None:
        """Note how much of each store's figure says no member (``unknown``)."""
        free = [one for one in self.by if one not in ("store", "platform", "currency")]
        if not free or apart.empty:
            return
        lost = apart["member"].map(lambda member: UNKNOWN in str(member).split(SEPARATOR))
        if not lost.any():
            return
        sizes = apart.assign(value=apart["value"].abs(), lost=apart["value"].abs().where(lost, 0))
        sums = sizes.groupby(["window", "store"])[["value", "lost"]].sum().reset_index()
        for window, store, whole, part in sums.itertuples(index=False):
            if whole:
                result.unallocated[(int(window), str(store))] = part / whole

    def _composed(self, metric: Metric) -> Result:
        formula = metric.formula
        assert isinstance(formula, Ratio | Difference | Lift | Gap)
        parts = [self._result(one) for one in needs(metric)]
        sources = frozenset().union(*(part.sources for part in parts))
        for part in parts:
            if part.refused:
                return Result({}, {}, sources, refused=part.refused)
        result = Result({}, {}, sources, silent=set().union(*(part.silent for part in parts)))
        asked = self.asked[metric.id]
        keys = dict.fromkeys(key for part in parts for key in part.cells if key[0] in asked)
        for key in keys:
            cells = [part.cells.get(key) for part in parts]
            stores = frozenset().union(*(part.stores.get(key, frozenset()) for part in parts))
            result.stores[key] = stores
            result.cells[key] = self._combine(formula, cells, parts)
            if elsewhere := self._in_another_currency(key, stores, parts):
                result.cells[key].refuse(
                    Status.NOT_ENOUGH_DATA, note("two_currencies", stores=sorted(elsewhere))
                )
        result.absent_is_zero = isinstance(formula, Difference) and all(
            part.absent_is_zero for part in parts
        )
        for part in parts:
            for place, share in part.unallocated.items():
                known = result.unallocated.get(place, 0.0)
                result.unallocated[place] = max(known, share)
        self._refuse_mixed(result, parts)
        return result

    def _in_another_currency(
        self, key: Key, stores: frozenset[str], parts: Sequence[Result]
    ) -> set[str]:
        """List stores that have one part of a figure in this currency and another elsewhere.

        Alibaba.com bills advertising in yuan and sells in dollars: by currency, its advertising
        is not 0 dollars, and there is no share of the two.
        """
        if "currency" not in self.by:
            return set()
        window, member = key
        names = member.split(SEPARATOR)
        place = self.by.index("currency")
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
        return found

    def _combine(
        self,
        formula: Ratio | Difference | Lift | Gap,
        cells: Sequence[Cell | None],
        parts: Sequence[Result],
    ) -> Cell:
        cell = Cell()
        for found, part in zip(cells, parts, strict=True):
            if found is None:
                if not part.absent_is_zero:
                    table = sorted(part.sources)[0].told
                    cell.refuse(Status.NO_SOURCE, note("no_source", table=table))
                continue
            if _RANK[found.status] > _RANK[cell.status]:
                cell.status = found.status
            cell.notes.extend(one for one in found.notes if one not in cell.notes)
        if isinstance(formula, Lift | Gap):
            return self._set_against(formula, cell, cells)
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

    def _set_against(self, formula: Lift | Gap, cell: Cell, cells: Sequence[Cell | None]) -> Cell:
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

    def _refuse_mixed(self, result: Result, parts: Sequence[Result]) -> None:
        """Withhold figures that would combine sources over different stores."""
        if len(result.sources) < 2:
            return
        bad: dict[tuple[int, str], list[str]] = {}
        uneven: dict[tuple[int, str], str] = {}
        seen: set[tuple[int, str]] = set()
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
                        if not self._has(result, source, window, store)
                    ]
                    if lacking:
                        bad[place] = list(dict.fromkeys(lacking))
                    if why := self._uneven(parts, place):
                        uneven[place] = why
            missing = {s: bad[(window, s)] for s in sorted(stores) if (window, s) in bad}
            if missing:
                # What the parts said of their own gaps is said again, and better, here.
                cell.notes = [one for one in cell.notes if not one.startswith(_SAID_BETTER)]
                share = self._share(window, stores - missing.keys(), among=stores)
                cell.refuse(Status.NO_SOURCE, note("mixed", share=share, missing=missing))
            for store in sorted(stores):
                if (window, store) in uneven:
                    cell.refuse(Status.NO_SOURCE, uneven[(window, store)])

    def _uneven(self, parts: Sequence[Result], place: tuple[int, str]) -> str:
        first = parts[0].unallocated.get(place, 0.0)
        for part in parts[1:]:
            if part.unallocated.get(place, 0.0) > first + UNALLOCATED_LIMIT:
                table = sorted(part.sources - parts[0].sources or part.sources)[0][0]
                return note("unallocated", table=table, store=place[1], dimension=self.dimension)
        return ""

    def _cover(self, metric: Metric, result: Result) -> None:
        """Tell, or act on, how much of the rows a figure stands on."""
        assert metric.coverage
        covering = self._result(metric.coverage.metric)
        if covering.refused or result.refused:
            return
        if metric.coverage.complete:
            # A member whose every cost is missing has no row of its own, and is not 0.
            for key in covering.cells.keys() - result.cells.keys():
                if key[0] in self.asked[metric.id]:
                    result.cells[key] = Cell()
                    result.stores[key] = covering.stores.get(key, frozenset())
        for key, cell in result.cells.items():
            told = covering.cells.get(key)
            if told is None or told.base is None or not cell.status.has_value:
                continue
            if told.value == 0 and told.base > 0:
                cell.refuse(Status.NO_SOURCE, self._coverage_note(metric, told))
            elif told.value != told.base:
                gap = self._coverage_note(metric, told)
                if metric.coverage.complete:
                    cell.refuse(Status.NO_SOURCE, gap)
                else:
                    cell.notes.append(gap)

    def _coverage_note(self, metric: Metric, told: Cell) -> str:
        assert metric.coverage and told.base
        details: dict[str, Any] = {"metric": metric.coverage.metric}
        unit = self.registry[needs(self.registry[metric.coverage.metric])[0]].unit
        if unit is not Unit.MONEY:
            details |= {"missing": round((told.base - told.value) / SCALE),
                        "of": round(told.base / SCALE)}  # fmt: skip
        return note("coverage", share=told.value / told.base, **details)

    # -- growth --------------------------------------------------------------------------------

    def _growth(self, growth: Growth, period: Period, index: dict[Window, int]) -> dict[str, Cell]:
        now, before = self._pair(growth, period)
        result = self._result(growth.of)
        if result.refused:
            cell = Cell()
            cell.refuse(Status.NO_SOURCE, result.refused)
            return {"": cell}
        today, base = (index[Window(p.start, p.end)] for p in (now, before))
        members = dict.fromkeys(m for w, m in result.cells if w in (today, base))
        found = {member: self._grown(result, member, today, base, before) for member in members}
        if now.text != period.text:
            for cell in found.values():
                cell.notes.append(note("like_for_like", current=now.text, baseline=before.text))
        return found or {"": _refused(Status.NO_SOURCE, note("no_source", table=""))}

    def _grown(self, result: Result, member: str, today: int, base: int, before: Period) -> Cell:
        gone = Cell() if result.absent_is_zero else _refused(Status.NO_SOURCE, "")
        current = result.cells.get((today, member)) or gone
        past = result.cells.get((base, member))
        cell = Cell(status=current.status, notes=list(current.notes))
        if not current.status.has_value:
            return cell
        nothing = note("no_baseline", baseline=before.text)
        first = self._first_day(member)
        began_late = first is None or before.start < first - timedelta(days=OPENING_SLACK_DAYS)
        # A source that came later than sales makes a stump of a year, too.
        began_late = began_late or any(
            before.start < begun - timedelta(days=SOURCE_SLACK_DAYS)
            for source in result.sources
            if (begun := self._first_of(source)) is not None
        )
        quotients = (current.quotient, past.quotient if past else None)
        if began_late or quotients[1] is None or quotients[1] == 0 or quotients[0] is None:
            cell.refuse(Status.NO_BASELINE, nothing)
            return cell
        cell.base = quotients[1] * SCALE
        cell.value = (quotients[0] - quotients[1]) * SCALE
        return cell

    def _first_of(self, source: Source) -> date | None:
        """Give the first day that any store's source speaks of."""
        return self.spans.begins(source)

    def _first_day(self, member: str) -> date | None:
        """Give the first day of the data, of the store's own data where stores are asked for."""
        if "store" in self.by:
            store = member.split(SEPARATOR)[self.by.index("store")]
            return self.spans.sales_begin(store) or self.spans.begins(Source("traffic"), store)
        return self.spans.first_day

    # -- looking up ----------------------------------------------------------------------------

    def _declared_members(self) -> dict[str, set[str]] | None:
        """List the members that are known without rows, each with its stores."""
        if not self.by:
            return {"": set(self._platform_of)}
        if self.by == ("store",):
            return {store: {store} for store in self._platform_of}
        if self.by == ("platform",):
            groups: dict[str, set[str]] = {}
            for store, platform in self._platform_of.items():
                groups.setdefault(platform, set()).add(store)
            return groups
        return None

    def _stores_of(self, metric: Metric) -> set[str]:
        """List the stores that a metric is about: all, but where its rows name a platform."""
        tests = [
            one
            for one in getattr(metric.formula, "conditions", ())
            if one.column.startswith("stores.")
        ]
        if not tests:
            return set(self._platform_of)
        key = tuple(tests)
        if key not in self._about:
            stores = self.spans.ibis("stores")
            named = {column_of(one.column): stores[one.column.split(".")[1]] for one in tests}
            stores = stores.mutate(**named)
            rows = stores.filter(condition_mask(stores, tests, None)).select("store_id")
            self._about[key] = {row["store_id"] for row in self.spans.fetch(rows, "stores")}
        return self._about[key]

    @property
    def _platform_of(self) -> dict[str, str]:
        if self._platforms is None:
            stores = self.spans.ibis("stores").select("store_id", "platform")
            listed = self.spans.fetch(stores, "stores")
            self._platforms = {row["store_id"]: row["platform"] for row in listed}
        return self._platforms

    def _has(self, result: Result, source: Source, window: int, store: str) -> bool:
        if (window, store, source) in result.silent:
            return False
        return self.spans.has(source, self.windows[window], store)

    def _has_begun(self, result: Result, window: int, store: str) -> bool:
        """Tell whether what comes back later can be of these days: not before the first sale."""
        looks_ahead = any(source.ahead for source in result.sources)
        return not looks_ahead or self.spans.sells_since(store, self.windows[window].end)

    def _has_all(self, result: Result, window: int, store: str) -> bool:
        return all(self._has(result, source, window, store) for source in result.sources)

    def _sells(self, window: int, store: str) -> bool:
        return store in self.spans.selling(self.windows[window])

    def _share(
        self, window: int, stores: Iterable[str], among: Iterable[str] | None = None
    ) -> float:
        """Give the stores' share of GMV."""
        gmv = self._gmv_by_store
        everyone = among if among is not None else self._platform_of
        total = sum(gmv.get((window, store), 0) for store in everyone)
        part = sum(gmv.get((window, store), 0) for store in stores)
        return part / total if total else 0.0

    @property
    def _gmv_by_store(self) -> dict[tuple[int, str], int]:
        if self._gmv is None:
            plain = Measuring(self.warehouse, ())
            gmv = plain.measure({"gmv": (self.registry["gmv"], self.windows)})["gmv"].frame
            self._gmv = {
                (int(w), str(s)): int(v)
                for w, s, v in zip(gmv["window"], gmv["store"], gmv["value"], strict=True)
            }
        return self._gmv

    def _no_rate(self, metric: Metric, window: int) -> list[str]:
        """Name currency and days of the rows that have no exchange rate."""
        from helpers.metrics.facts import facts

        table_name = metric.tables[0]
        day = facts()[table_name].day
        assert day is not None
        asked = self.windows[window]
        table = self.spans.ibis(table_name)
        table = table.filter(table[day].between(asked.start, asked.end) & table["fx_rate"].isnull())
        rows = table.group_by("currency").aggregate(
            first=table[day].min(), last=table[day].max(), rows=table.count()
        )
        return [
            note("no_rate", currency=r["currency"], first=r["first"], last=r["last"],
                 rows=r["rows"])
            for r in self.spans.fetch(rows.order_by("currency"), table_name, days=asked)
        ]  # fmt: skip

    # -- writing -------------------------------------------------------------------------------

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
            value = cell.quotient
            told = cell.base is not None and status.has_value
            rows.append(
                {
                    "metric": metric.id,
                    "period": period.text,
                    "dimension": self.dimension,
                    "member": member,
                    "value": value,
                    "unit": self._unit(metric, member),
                    "status": str(status),
                    "numerator": cell.value / SCALE if told else None,
                    "denominator": cell.base / SCALE if told and cell.base is not None else None,
                    "note": join_notes(cell.notes),
                }
            )

        def order(row: dict[str, Any]) -> Any:
            return (
                    row["member"] == UNKNOWN, row["member"]
                )  # fmt: skip

        if ranked:
            order = lambda row: (row["value"] is None, -(row["value"] or 0), row["member"])  # noqa: E731
        return sorted(rows, key=order)

    def _unit(self, metric: Metric, member: str) -> str:
        if metric.unit is not Unit.MONEY:
            return str(metric.unit)
        if "currency" in self.by and member:
            return member.split(SEPARATOR)[self.by.index("currency")]
        return str(self.warehouse.workspace.base_currency)


def _refused(status: Status, why: str) -> Cell:
    cell = Cell()
    cell.refuse(status, why)
    return cell


def _place(measured: Measured, places: Sequence[int]) -> Measured:
    from helpers.metrics.measured import renumbered

    return renumbered(measured, {old: [new] for old, new in enumerate(places)})
