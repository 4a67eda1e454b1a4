"""Compile leaf formulas to Ibis and bring back aggregates, exact to the ten-thousandth.

One query per table serves all sums, counts and distinct orders at once. The
grain that leaves the engine is window x store x member: stores are kept apart until it is known
which of them have a source. Only portable expressions are used here, but for the table of asked
days (``_with_days``).
"""

from __future__ import annotations

import re
import weakref
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from helpers.metrics.dimensions import SEPARATOR, can_be_cut, member_column, with_members
from helpers.metrics.facts import facts
from helpers.metrics.formulas import (
    COLUMN_TESTS,
    DAYS_OF,
    LOOKED_UP,
    NUMBER_TESTS,
    SECONDS_OF,
    Computed,
    Condition,
    Count,
    CountDistinct,
    Elapsed,
    Largest,
    Leaf,
    Mean,
    Median,
    Quantile,
    Reported,
    Smallest,
    Standing,
    Statistic,
    Sum,
    Typed,
    Whole,
)
from helpers.metrics.notes import note
from helpers.metrics.reach import read_within
from helpers.metrics.states import Reads, States
from helpers.tables.models import literal, load_models, quoted
from helpers.tables.plan_tables import PLAN_TABLES

if TYPE_CHECKING:
    import pandas as pd

    from helpers.metrics.catalogue import Metric

#: Values travel as whole ten-thousandths, as DECIMAL(18,4) keeps them; double comes at the end.
SCALE = 10_000
#: Of these levels of one store's traffic one counts, the first that is there.
LEVELS = ("store", "product", "channel", "country")
#: A shop without a sale on its very first days still has data from the month's start on.
OPENING_SLACK_DAYS = 3


class Window(NamedTuple):
    """A run of whole days."""

    start: date
    end: date


#: Table, column, level and day of a source.
SourceKey = tuple[str, str, str, str]
#: The ``day`` of a source that speaks for every day.
ALWAYS = "*"
#: The store of rows that are of the whole company: every store has them.
COMPANY = ""


class Source(NamedTuple):
    """What a store must have for a figure.

    Attributes:
        column: The column that holds the figure, where rows may leave it empty.
        ahead: Days after the window in which the source may still speak of it (returns).
        level: ``product`` where figures of the whole store do not help (traffic).
        day: The date that counts, where it is not the table's own; ``ALWAYS`` for rows that are
            valid for a while, which speak for every day.
    """

    table: str
    column: str = ""
    ahead: int = 0
    level: str = ""
    day: str = ""

    @property
    def key(self) -> SourceKey:
        """What of it is looked up."""
        return self.table, self.column, self.level, self.day

    @property
    def told(self) -> str:
        """Name it as notes do: the table, or the column of it that nobody fills."""
        return f"{self.table}.{self.column}" if self.column else self.table


class Timing(NamedTuple):
    """Of which table rows count, and when: leaves of one timing share a query."""

    table: str
    day: str | None
    standing: Standing | None
    last_report: bool


def timing_of(leaf: Any) -> Timing:
    """Say when the rows of a leaf count."""
    own = facts()[leaf.table].day if leaf.standing is None else None
    return Timing(leaf.table, leaf.day or own, leaf.standing, leaf.last_report)


@dataclass
class Measured:
    """The figures of one leaf: one row per window, store and member.

    Attributes:
        frame: Columns ``window`` (index into the asked windows), ``store`` ("" where stores
            cannot be kept apart), ``member``, ``value``, ``base`` (the denominator of a computed
            share), ``unrated`` (rows without exchange rate).
        sources: What each store must have for its part to count.
        refused: Reason, where the leaf cannot be cut as asked at all.
        blocked: Window and store -> note, where rows are there but do not answer the window.
        silent: Windows and stores that have rows, none of which holds the figure.
    """

    frame: pd.DataFrame
    sources: tuple[Source, ...]
    refused: str = ""
    #: Is each figure a value over a base (a share), and not a plain value?
    is_share: bool = False
    #: Is a member without rows a true 0? Not where the figure is a mean, a median, a rate.
    is_total: bool = True
    blocked: dict[tuple[int, str], str] = field(default_factory=dict)
    silent: set[tuple[int, str]] = field(default_factory=set)
    notes: dict[int, list[str]] = field(default_factory=dict)
    #: Window and store -> note that stands beside every figure the store is part of.
    asides: dict[tuple[int, str], str] = field(default_factory=dict)
    preliminary: set[int] = field(default_factory=set)
    #: Members with several figures that must not be added.
    crowded: set[tuple[int, str]] = field(default_factory=set)
    #: Window and member -> notes that stand beside the figure.
    told: dict[tuple[int, str], list[str]] = field(default_factory=dict)
    #: Window and member -> rows behind a figure that asks for a least number of them.
    rows: dict[tuple[int, str], int] = field(default_factory=dict)
    #: Status for windows that cannot be answered at all: window -> (status, note).
    closed: dict[int, tuple[str, str]] = field(default_factory=dict)


#: Stands in a query for the days of the asked windows, and for those of the sales beside them.
ASKED, ASKED_SALES = "asked_days", "asked_sales_days"


def in_windows(table: Any, day: str, end_day: str | None = None, asked: str = ASKED) -> Any:
    """Keep the rows of the asked windows and say in column ``window`` which one each is in.

    The windows are no part of the expression: it joins a table of days that is written in front
    of the query when it runs. So one query serves all windows, overlapping ones too, and its
    text, which takes Ibis far longer to write than the engine to run, serves every question of
    the same shape.
    """
    import ibis

    days = ibis.table({"window": "int64", "asked_day": "date", "asked_until": "date"}, name=asked)
    table = table.inner_join(days, table[day] == days["asked_day"])
    if end_day and end_day != day:
        table = table.filter(table[end_day] <= table["asked_until"])
    return table.drop("asked_day", "asked_until")


def standing_in_windows(table: Any, standing: Standing) -> Any:
    """Keep the rows that are valid on the last day of each asked window (``in_windows``)."""
    import ibis

    days = ibis.table({"window": "int64", "asked_day": "date", "asked_until": "date"}, name=ASKED)
    days = days.filter(days["asked_day"] == days["asked_until"])
    since, until = table[standing.since].cast("date"), ibis.literal(True)
    tests = [since.isnull() | (since <= days["asked_day"])]
    if standing.until:
        last = table[standing.until].cast("date")
        until = last.isnull() | (last >= days["asked_day"])
        tests.append(until)
    return table.inner_join(days, tests).drop("asked_day", "asked_until")


def elapsed_time(table: Any, elapsed: Elapsed) -> Any:
    """Give the time between two moments of a row in its unit, as a floating number."""
    seconds = [table[column].cast("timestamp").epoch_seconds() for column in elapsed.columns]
    return (seconds[1] - seconds[0]).cast("float64") / SECONDS_OF[elapsed.unit]


def _with_days(query: str, asked: Mapping[str, Sequence[Window]]) -> str:
    """Write the days of windows in front of a query, as a table for each name."""
    tables = []
    for name, windows in asked.items():
        if not re.search(rf"\b{name}\b", query):
            continue
        listed = ", ".join(
            f"({place}, DATE '{start}', DATE '{end}')" for place, (start, end) in enumerate(windows)
        )
        tables.append(
            f'"{name}" AS (SELECT CAST("place" AS BIGINT) AS "window", '
            'CAST(unnest(generate_series("first", "last", INTERVAL 1 DAY)) AS DATE) '
            'AS "asked_day", "last" AS "asked_until" '
            f'FROM (VALUES {listed}) AS "asked"("place", "first", "last"))'
        )
    begun = query.removeprefix("WITH ")
    return f"WITH {', '.join(tables)}{' ' if begun == query else ', '}{begun}"


def fetched(arrow: Any) -> pd.DataFrame:
    """Take an answer out of the engine: ``v_...`` become whole ten-thousandths, exactly.

    Those named ``f_...`` were never exact (rates, hours): they come back under ``v_...`` too, in
    ten-thousandths with fractions, and none is NaN.
    """
    import pandas as pd

    columns: dict[str, Any] = {}
    for name in arrow.column_names:
        column = arrow.column(name)
        if name.startswith("v_"):
            columns[name] = _exact(column)
        elif name.startswith("f_"):
            columns[f"v_{name[2:]}"] = column.to_pandas().astype("float64") * SCALE
        else:
            columns[name] = column.to_pandas()
    return pd.DataFrame(columns)


def _exact(column: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    column = pc.fill_null(column, pa.scalar(0, column.type))
    if pa.types.is_decimal(column.type):
        column = column.cast(pa.decimal128(22, 4))
        factor = pa.scalar(Decimal(SCALE), pa.decimal128(5, 0))
        return pc.multiply(column, factor).cast(pa.int64()).to_numpy()
    if pa.types.is_floating(column.type):
        return (column.to_numpy() * SCALE).round().astype("int64")
    return column.cast(pa.int64()).to_numpy() * SCALE


def condition_mask(table: Any, conditions: Iterable[Condition], day: str | None) -> Any:
    """Turn conditions into one boolean expression, or ``None`` if there are none."""
    mask: Any = None
    for one in conditions:
        test = _test(table, one, day)
        mask = test if mask is None else mask & test
    return mask


def _test(table: Any, one: Condition, day: str | None) -> Any:
    """Turn one condition into a boolean expression that is never unknown where it matters."""
    import ibis

    if one.elapsed is not None:
        column = elapsed_time(table, one.elapsed)
    else:
        column = table[column_of(one.column)]
    given = getattr(one, one.test)
    match one.test:
        case "equals":
            if isinstance(given, bool):
                return column if given else ~column
            return column == given
        case "one_of":
            return column.isin(list(given))
        case "not_one_of":
            return ~ibis.coalesce(column.isin(list(given)), False)
        case "within_days":
            assert day is not None
            return (table[day] <= column + ibis.interval(days=given)) & (table[day] >= column)
        case "is_known":
            known = column.notnull()
            if column.type().is_string():
                known = known & (column != "")
            return known if given else ~known
        case test if test in COLUMN_TESTS:
            return _compared(column, COLUMN_TESTS[test], table[given])
        case test:
            if one.column and f"{one.column}_base" in table.columns:
                column = table[f"{one.column}_base"]
            exact = not column.type().is_floating()
            number = ibis.literal(given if exact else float(given))
            if column.type().is_integer() and given == given.to_integral_value():
                number = ibis.literal(int(given))
            return _compared(column, NUMBER_TESTS[test], number)


def _compared(left: Any, sign: str, right: Any) -> Any:
    match sign:
        case ">=":
            return left >= right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case _:
            return left < right


def column_of(name: str) -> str:
    """Give the name under which a column stands in a query, looked up or the table's own."""
    return name.replace(".", "__")


def with_looked_up(table: Any, columns: Iterable[str], warehouse: Any) -> Any:
    """Look up the columns of other tables among those named (``products.launched_on``)."""
    named = sorted({column for column in columns if "." in column})
    for other in sorted({one.split(".")[0] for one in named}):
        book = warehouse.ibis(other)
        short = [one.split(".")[1] for one in named if one.startswith(f"{other}.")]
        keys = {f"{other}__key_{key}": book[key] for key in LOOKED_UP[other]}
        book = book.select(**keys, **{f"{other}__{one}": book[one] for one in short})
        same = [table[key] == book[f"{other}__key_{key}"] for key in LOOKED_UP[other]]
        table = table.left_join(book, same).drop(*keys)
    return table


class Measuring:
    """Measures leaves for one question: one warehouse, one way to cut."""

    def __init__(self, warehouse: Any, by: Sequence[str], constant: bool = False):
        self.by = tuple(by)
        #: Is money converted at one rate per currency for all days?
        self.constant = constant
        self.local = "currency" in by
        self.spans = spans_of(warehouse)
        #: Where tables are looked up: the warehouse, with a memory.
        self.warehouse = self.spans

    # -- which money ---------------------------------------------------------------------------

    def amount(self, table: Any, name: str, column: str) -> Any:
        """Give a money column in the currency of the question, other columns as they are."""
        if column in facts()[name].converted and not self.local:
            return table[f"{column}_const" if self.constant else f"{column}_base"]
        return table[column]

    def refusal(self, table: str, columns: Iterable[str]) -> str:
        """Say why rows of ``table`` cannot be cut as asked, or nothing."""
        if not can_be_cut(table, self.by):
            lacking = [one for one in self.by if not can_be_cut(table, [one])]
            return note("no_dimension", table=table, dimension=",".join(lacking))
        if self.local and facts()[table].base_only & set(columns):
            return note("base_only")
        return ""

    @property
    def members(self) -> list[str]:
        """Name the dimension columns."""
        return [member_column(one) for one in self.by]

    def members_of(self, table: Any, name: str) -> Any:
        """Add the dimension columns to a fact."""
        return with_members(table, name, self.by, self.warehouse)

    def tidy(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Join the dimension columns into one member."""
        import pandas as pd

        if not self.by:
            member: Any = ""
        else:
            member = frame[self.members[0]].astype(object)
            for column in self.members[1:]:
                member = member + SEPARATOR + frame[column].astype(object)
        return pd.DataFrame(
            {
                "window": frame["window"].astype("int64"),
                "store": frame["store_id"].astype(object) if "store_id" in frame else "",
                "member": member,
                "value": frame.get("v_value", 0),
                "base": frame.get("v_base", 0),
                "unrated": frame["v_unrated"] // SCALE if "v_unrated" in frame else 0,
            }
        )

    def ask(
        self,
        shape: tuple[Hashable, ...],
        query: Callable[[], Any],
        windows: Sequence[Window],
        sales: Sequence[Window] | None = None,
        adds: str = "",
        until: Sequence[str] = (),
    ) -> pd.DataFrame:
        """Run a query over windows; its text is written once per shape and way to cut.

        Nothing is run where the months have left states that answer it (``states``).

        Args:
            shape: Tells the query from all others of this warehouse, windows aside.
            query: Gives the expression, built from ``in_windows``.
            windows: The days of ``ASKED``.
            sales: The days of ``ASKED_SALES``, where they differ.
            adds: The one table of which rows are added up, where days add up to windows.
            until: Tables of which rows after the window have no say.
        """
        text = self.spans.text((*shape, self.by, self.constant), query)
        states = self.spans.states

        def run(asked: Sequence[tuple[Any, Any]]) -> Any:
            days, beside = zip(*asked, strict=True)
            return self.spans.run(_with_days(text, {ASKED: days, ASKED_SALES: beside}))

        asked = list(zip(windows, sales or windows, strict=True))
        if states is None:
            return fetched(run(asked))
        reads = Reads(self.spans.within(text), tuple(until))
        if adds:
            return fetched(states.add(text, windows, adds, reads, run))
        return fetched(states.answer(text, asked, reads, run))

    # -- the door ------------------------------------------------------------------------------

    def measure(self, wanted: Mapping[str, tuple[Metric, Sequence[Window]]]) -> dict[str, Measured]:
        """Measure leaf metrics, each for its own windows, in as few queries as possible."""
        found: dict[str, Measured] = {}
        together: dict[tuple[Timing, str], list[str]] = {}
        own: dict[str, tuple[list[Window], list[int]]] = {}
        closed: dict[str, dict[int, tuple[str, str]]] = {}
        self.spans.prepare(
            source for metric, _ in wanted.values() for source in self._sources(metric.formula)
        )
        for metric_id, (metric, asked) in wanted.items():
            formula = metric.formula
            own[metric_id], closed[metric_id] = self._stretch(formula, asked)
            sources = self._sources(formula)
            enough = any if isinstance(formula, Computed) and formula.either else all
            if not enough(map(self.spans.of, sources)):
                # Nobody ever brought it: no query is needed to say so.
                refused = (
                    ""
                    if not isinstance(formula, Leaf)
                    else self.refusal(formula.table, formula.columns)
                )
                found[metric_id] = Measured(nothing(), sources, refused=refused)
            elif isinstance(formula, Computed):
                found[metric_id] = self._computed(formula, own[metric_id])
            elif isinstance(formula, Typed):
                found[metric_id] = self._typed(metric_id, formula, own[metric_id][0])
            elif reason := self.refusal(formula.table, formula.columns):  # type: ignore[union-attr]
                found[metric_id] = Measured(nothing(), (), refused=reason)
            elif _is_whole(formula):
                found[metric_id] = self._whole(formula, own[metric_id][0])
            else:
                group = timing_of(formula)
                kind = "rows"
                if isinstance(formula, CountDistinct):
                    # Distinct counts are dear: they never ride along to windows not asked for.
                    kind = f"distinct {sorted(own[metric_id][0])}"
                together.setdefault((group, kind), []).append(metric_id)
        for (timing, _), ids in _merge_distinct(together, own).items():
            leaves = {one: wanted[one][0].formula for one in ids}
            windows = sorted({w for one in ids for w in own[one][0]})
            for one, measured in self._rows(timing, leaves, windows).items():
                found[one] = _back_to(measured, windows, own[one][0])
        for metric_id, (stretched, places) in own.items():
            found[metric_id] = _spread(found[metric_id], places, len(wanted[metric_id][1]))
            found[metric_id].closed.update(closed[metric_id])
            del stretched
        return found

    def _stretch(
        self, formula: Any, asked: Sequence[Window]
    ) -> tuple[tuple[list[Window], list[int]], dict[int, tuple[str, str]]]:
        """Turn asked windows into those that the formula reads (such as the last 365 days)."""
        over = formula.over
        stretched: list[Window] = []
        closed: dict[int, tuple[str, str]] = {}
        first, last = self.spans.data
        for index, window in enumerate(asked):
            if over == "period" or first is None or last is None:
                stretched.append(window)
                continue
            end = min(window.end, last)
            if over == "since_start":
                stretched.append(Window(min(first, end), end))
                continue
            start = date(end.year, 1, 1)
            if over != "year_to_date":
                start = end - timedelta(days=DAYS_OF[over] - 1)
            days = (end - start).days + 1
            if start < first - timedelta(days=OPENING_SLACK_DAYS) and end >= first:
                closed[index] = (
                    "not_enough_data", note("window_before_data", days=days, first=first)
                )  # fmt: skip
            stretched.append(Window(start, end))
        unique = sorted(set(stretched))
        places = [unique.index(one) for one in stretched]
        return (unique, places), closed

    # -- kinds ---------------------------------------------------------------------------------

    def _prepared(self, name: str, leaves: Iterable[Leaf]) -> Any:
        named = [c.column for leaf in leaves for c in leaf.conditions]
        named += [one for leaf in leaves for one in leaf.columns]
        table = with_looked_up(self.warehouse.ibis(name), named, self.warehouse)
        return self.members_of(table, name)

    def _timed(self, timing: Timing, leaves: Iterable[Leaf]) -> Any:
        """Put rows into the asked windows; rows of no store are of the whole company."""
        import ibis

        table = self._prepared(timing.table, leaves)
        fact = facts()[timing.table]
        if not fact.has_store:
            table = table.mutate(store_id=ibis.literal(COMPANY))
        elif "store_id" not in fact.required:
            table = table.mutate(store_id=ibis.coalesce(table["store_id"], COMPANY))
        if timing.standing is not None:
            return standing_in_windows(table, timing.standing)
        assert timing.day is not None
        if timing.last_report:
            return at_last_report(in_windows(table, timing.day), timing.day)
        return in_windows(table, timing.day, fact.end_day if timing.day == fact.day else None)

    def _aggregates(
        self, table: Any, timing: Timing, leaves: Mapping[str, Any], met: Sequence[Condition]
    ) -> dict[str, Any]:
        """Give the aggregates of all leaves over rows that have ``met`` these conditions."""
        import ibis

        name = timing.table
        made: dict[str, Any] = {}
        for one, leaf in leaves.items():
            open_ones = [test for test in leaf.conditions if test not in met]
            mask = condition_mask(table, open_ones, timing.day)
            everything = mask if mask is not None else ibis.literal(True)
            if isinstance(leaf, CountDistinct):
                made[f"v_{one}"] = table[leaf.key].nunique(where=mask)
                made[f"v_{one}__known"] = made[f"v_{one}"]
            elif isinstance(leaf, Count):
                made[f"v_{one}"] = table.count(where=mask)
                made[f"v_{one}__known"] = made[f"v_{one}"]
            elif isinstance(leaf, Mean):
                value = self.value_of(table, leaf)
                total = value.sum(where=mask)
                if value.type().is_floating():
                    made[f"f_{one}"] = ibis.coalesce(total, 0.0)
                else:
                    made[f"v_{one}"] = total
                made[f"v_{one}__known"] = table.count(where=everything & value.notnull())
                self._add_unrated(made, table, name, one, leaf, everything)
            else:
                parts = [self.amount(table, name, column) for column in leaf.columns]
                raw = [table[column] for column in leaf.columns]
                known = raw[0].notnull()
                for other in raw[1:]:
                    known = known | other.notnull()
                value = parts[0]
                if len(parts) > 1:
                    value = ibis.coalesce(parts[0], ibis.literal(0, type=parts[0].type()))
                    for part in parts[1:]:
                        value = value + ibis.coalesce(part, ibis.literal(0, type=part.type()))
                made[f"v_{one}"] = value.sum(where=mask)
                made[f"v_{one}__known"] = table.count(where=everything & known)
                self._add_unrated(made, table, name, one, leaf, everything & known)
            made[f"v_{one}__rows"] = table.count(where=mask)
        return made

    def _add_unrated(
        self, made: dict[str, Any], table: Any, name: str, one: str, leaf: Any, counted: Any
    ) -> None:
        """Count the rows whose money has no exchange rate."""
        converted = sorted(facts()[name].converted & set(leaf.columns))
        if self.local or not converted:
            return
        unrated = table["fx_rate"].isnull()
        if self.constant:
            unrated = self.amount(table, name, converted[0]).isnull()
        made[f"v_{one}__unrated"] = table.count(where=counted & unrated)

    def value_of(self, table: Any, leaf: Statistic) -> Any:
        """Give what a statistic is taken of, row by row."""
        if leaf.elapsed is not None:
            return elapsed_time(table, leaf.elapsed)
        return self.amount(table, leaf.table, leaf.column)

    def _rows(
        self, timing: Timing, leaves: Mapping[str, Any], windows: Sequence[Window]
    ) -> dict[str, Measured]:
        """Sums, counts, means, distinct orders and reported figures of one table."""
        import pandas as pd

        name = timing.table
        fact = facts()[name]
        levels = ["level"] if "level" in fact.columns else []
        last = ["last_day"] if timing.last_report else []

        def asked(chosen: Mapping[str, Any], adds: str = "") -> pd.DataFrame:
            def query() -> Any:
                rows = self._timed(timing, chosen.values())
                # What every leaf asks of a row is asked once, and not by each of its figures.
                first, *others = (leaf.conditions for leaf in chosen.values())
                common = [one for one in first if all(one in other for other in others)]
                common = [] if timing.last_report else common  # a report without them is one
                mask = condition_mask(rows, common, timing.day)
                rows = rows if mask is None else rows.filter(mask)
                keys = ["window", "store_id", *levels, *last, *self.members]
                figures = self._aggregates(rows, timing, chosen, common)
                return rows.group_by(keys).aggregate(**figures)

            shape = ("rows", timing, *chosen.items())
            return self.ask(shape, query, windows, adds=adds)

        adding = {one: leaf for one, leaf in leaves.items() if self._adds_up(timing, leaf)}
        others = {one: leaf for one, leaf in leaves.items() if one not in adding}
        frames = dict.fromkeys(adding, asked(adding, adds=name)) if adding else {}
        if others:
            frames |= dict.fromkeys(others, asked(others))
        runs = fact.end_day != fact.day and timing.day == fact.day and not last
        blocked = self._straddled(name, windows) if runs else {}
        found = {
            one: self._leaf_of(frames[one], one, leaf, windows, blocked, bool(levels))
            for one, leaf in leaves.items()
        }
        frame = frames[next(iter(leaves))]
        for place, last_day in frame.groupby("window")["last_day"].max().items() if last else ():
            window, on = int(str(place)), pd.Timestamp(last_day).date()
            if on != windows[window].end:
                for measured in found.values():
                    measured.notes.setdefault(window, []).append(note("snapshot_on", day=on))
        return found

    def _adds_up(self, timing: Timing, leaf: Any) -> bool:
        """Tell whether a leaf over a month is the sum of that leaf over its days."""
        states, fact = self.spans.states, facts()[timing.table]
        exact = all(fact.columns.get(one) != "number" for one in leaf.columns)
        return (
            states is not None
            and states.are_parted(timing.table)
            and timing == Timing(timing.table, fact.day, None, False)
            and type(leaf) in (Sum, Count, Reported)
            and exact
            and (fact.end_day == fact.day or not self.spans.long_runs(timing.table))
        )

    def _leaf_of(self, frame: pd.DataFrame, one: str, leaf: Any, windows: Sequence[Window],
                 blocked: Mapping[tuple[int, str], str], has_levels: bool) -> Measured:  # fmt: skip
        names = {f"v_{one}": "v_value", f"v_{one}__unrated": "v_unrated",
                 f"v_{one}__known": "v_known", f"v_{one}__rows": "v_rows"}  # fmt: skip
        keys = ["window", "store_id", *self.members, *(["level"] if has_levels else [])]
        own = frame[[*keys, *(n for n in names if n in frame)]].rename(columns=names)
        own = own[own["v_rows"] > 0]
        asides: dict[tuple[int, str], str] = {}
        if has_levels:
            own, asides = self._one_level(own, isinstance(leaf, Reported))
        heard = own.groupby(["window", "store_id"])["v_known"].sum()
        silent = {_pair(place) for place, known in heard.items() if known == 0}
        own = own[own["v_known"] > 0]
        measured = Measured(
            self.tidy(own), self._sources(leaf), silent=silent, asides=asides, blocked=dict(blocked)
        )
        if isinstance(leaf, Mean):
            measured.is_share = True
            measured.frame["base"] = own["v_known"].to_numpy()
            counts = measured.frame.groupby(["window", "member"])["base"].sum() // SCALE
            measured.rows = {_key(key): int(rows) for key, rows in counts.items()}
        if isinstance(leaf, Sum) and leaf.times != 1:
            scaled = measured.frame["value"]
            measured.frame["value"] = (
                -scaled
                if leaf.times == -1
                else (scaled * float(leaf.times)).round().astype("int64")
            )
        if isinstance(leaf, Reported):
            counts = own.groupby(["window", *self.members])["v_known"].sum() // SCALE
            several = counts[counts > 1]
            measured.crowded = {_key(key) for key in several.index}
        return measured

    def _one_level(
        self, own: pd.DataFrame, reported: bool
    ) -> tuple[pd.DataFrame, dict[tuple[int, str], str]]:
        """Never add a store's own figure to those of its products: take one level per store."""
        import pandas as pd

        by_product = {"product", "category"} & set(self.by)
        if "channel" in self.by:
            return own[own["level"] == "channel"], {}
        asides: dict[tuple[int, str], str] = {}
        if by_product:
            return own[own["level"] == "product"], asides
        # A store's own figure before those of its products, channels or countries, which may be
        # the same visits told three times.
        known = own[own["v_known"] > 0]
        chosen: dict[tuple[int, str], str] = {}
        for level in reversed(LEVELS):
            there = known[known["level"] == level]
            chosen |= dict.fromkeys(zip(there["window"], there["store_id"], strict=True), level)
        keep = [
            level == chosen.get((window, store), level)
            for window, store, level in own[["window", "store_id", "level"]].itertuples(index=False)
        ]
        own = own.loc[pd.Series(keep, index=own.index, dtype=bool)]
        if not reported:
            added = own[(own["level"] == "product") & (own["v_known"] > 0)]
            for window, store in added[["window", "store_id"]].itertuples(index=False):
                asides[(int(window), str(store))] = note("over_products")
        return own, asides

    def _sources(self, leaf: Any) -> tuple[Source, ...]:
        """Name what a store must have: the table, and the column if rows may leave it empty."""
        if isinstance(leaf, Typed):
            return (Source(leaf.table),)
        if isinstance(leaf, Computed):
            return tuple(map(Source, leaf.tables))
        fact = facts()[leaf.table]
        # The list of stores comes from the workspace and is whole, whatever a store leaves out.
        always = leaf.standing or leaf.table == "stores" or not (leaf.day or fact.day)
        day = ALWAYS if always else leaf.day or ""
        if leaf.needs_column:
            return (Source(leaf.table, leaf.needs_column, day=day),)
        columns = [leaf.key] if isinstance(leaf, CountDistinct) else list(leaf.columns)
        optional = [one for one in columns if one not in fact.required and "." not in one]
        if leaf.table == "order_lines" and set(columns) <= {"gmv", "landed_cost"}:
            # Derived by tables: gmv is always there, and costs have a coverage of their own.
            optional = []
        by_product = "level" in fact.columns and {"product", "category"} & set(self.by)
        column = optional[0] if len(optional) == 1 else ""
        level = "product" if by_product else ""
        if "level" in fact.columns and "channel" in self.by:
            level = "channel"
        return (Source(leaf.table, column, level=level, day=day),)

    def _straddled(self, name: str, windows: Sequence[Window]) -> dict[tuple[int, str], str]:
        """Find windows that cut a reported run of days, or hold a gap between such runs."""
        found: dict[tuple[int, str], str] = {}
        last_of_data = self.spans.data[1]
        for store, runs in self.spans.long_runs(name).items():
            first, last = runs[0].start, max(run.end for run in runs)
            for index, window in enumerate(windows):
                touching = [r for r in runs if r.start <= window.end and r.end >= window.start]
                cut = any(r.start < window.start or r.end > window.end for r in touching)
                end = min(window.end, last, last_of_data or last)
                start = max(window.start, first)
                told = {run.start + timedelta(days=n) for run in touching
                        for n in range((run.end - run.start).days + 1)}  # fmt: skip
                days = {start + timedelta(days=n) for n in range((end - start).days + 1)}
                if not (cut or (touching and (days - told))):
                    continue
                if store != COMPANY:
                    found[(index, store)] = note("whole_spans_only", table=name, store=store)
                else:
                    why = note("whole_spans_of_company", table=name)
                    found |= {(index, one): why for one in (COMPANY, *self.spans.stores)}
        return found

    def _whole(self, leaf: Any, windows: Sequence[Window]) -> Measured:
        """Ask what cannot be put together from parts at the asked grain, and never add it up.

        Different values that may repeat across stores, medians, quantiles, extremes.
        """
        timing = timing_of(leaf)
        if self._came_once(timing, leaf, windows):
            return self._ever(timing, leaf, windows)

        def query() -> Any:
            rows = self._timed(timing, [leaf])
            is_statistic = isinstance(leaf, Statistic)
            value = self.value_of(rows, leaf) if is_statistic else rows[column_of(leaf.key)]
            rows = rows.mutate(whole_value=value)
            rows = rows.filter(rows["whole_value"].notnull())
            mask = condition_mask(rows, leaf.conditions, timing.day)
            rows = rows.filter(mask) if mask is not None else rows
            if isinstance(leaf, Median | Quantile):
                at = leaf.at if isinstance(leaf, Quantile) else 0.5
                rows = rows.mutate(
                    weight=quantile_weight(rows, ["window", *self.members], "whole_value", at)
                )
                figure = (rows["whole_value"].cast("float64") * rows["weight"]).sum()
            else:
                figure = _figure(rows["whole_value"], leaf)
            made = {"f_value": figure.cast("float64")} if is_statistic else {"v_value": figure}
            return rows.group_by(["window", *self.members]).aggregate(**made, v_rows=rows.count())

        frame = self.ask(("whole", leaf, timing), query, windows)
        tidy = self.tidy(frame)
        measured = Measured(tidy, self._sources(leaf))
        if isinstance(leaf, Statistic):
            places = zip(tidy["window"], tidy["member"], frame["v_rows"], strict=True)
            measured.rows = {(int(w), str(m)): int(rows) // SCALE for w, m, rows in places}
        return measured

    def _typed(self, metric_id: str, formula: Typed, windows: Sequence[Window]) -> Measured:
        """Take the newest typed figure of each member; of two of one day, the last by wording."""
        import ibis

        def query() -> Any:
            rows = self.warehouse.ibis("manual_kpis")
            rows = rows.filter(rows["metric_id"] == metric_id)
            scope = ibis.coalesce(rows["scope"], "")
            rows = rows.filter(scope != "" if self.by else scope == "")
            rows = in_windows(rows.mutate(member=scope), "local_date")
            newest = ibis.row_number().over(
                group_by=[rows["window"], rows["member"]],
                order_by=[rows["local_date"].desc(), rows["entered_by"], rows["evidence"]],
            )
            total = rows["value"].sum().over(group_by=[rows["window"], rows["member"]])
            rows = rows.mutate(place=newest, total=total)
            rows = rows.filter(rows["place"] == 0)
            figure = rows["total"] if formula.add else rows["value"]
            return rows.select("window", "member", "entered_by", "evidence", f_value=figure)

        import pandas as pd

        frame = self.ask(("typed", metric_id, formula), query, windows)
        tidy = pd.DataFrame(
            {"window": frame["window"].astype("int64"), "store": "",
             "member": frame["member"].astype(object), "value": frame["v_value"], "base": 0,
             "unrated": 0}
        )  # fmt: skip
        measured = Measured(tidy, (Source("manual_kpis"),))
        for window, member, who, proof in frame[
            ["window", "member", "entered_by", "evidence"]
        ].itertuples(index=False):
            told = note("typed", entered_by=who or "", evidence=proof or "", metric=metric_id)
            measured.told[(int(window), str(member))] = [told]
        return measured

    def _came_once(self, timing: Timing, leaf: Any, windows: Sequence[Window]) -> bool:
        """Tell whether what was ever seen may be carried forward from month to month."""
        return (
            isinstance(leaf, CountDistinct)
            and leaf.over == "since_start"
            and len({window.start for window in windows}) == 1
            and timing == Timing(timing.table, facts()[timing.table].day, None, False)
            and self.spans.states is not None
            and self.spans.states.are_parted(timing.table)
        )

    def _ever(self, timing: Timing, leaf: CountDistinct, windows: Sequence[Window]) -> Measured:
        """Count what was ever seen by the day it came first: those days add up, and it does not."""
        import ibis

        start, day = windows[0].start, str(timing.day)

        def query() -> Any:
            rows = self._prepared(timing.table, [leaf])
            mask = rows[leaf.key].notnull() & (rows[day] >= ibis.literal(start))
            told = condition_mask(rows, leaf.conditions, timing.day)
            rows = rows.filter(mask if told is None else mask & told)
            keys = [*self.members, leaf.key]
            # Only who was there on the asked days may have come first on one of them.
            there = in_windows(rows, day).select(*keys).distinct()
            rows = rows.semi_join(there, keys)
            first = rows.group_by(keys).aggregate(first_day=rows[day].min())
            come = in_windows(first, "first_day")
            return come.group_by(["window", *self.members]).aggregate(v_value=come.count())

        table = timing.table
        frame = self.ask(
            ("whole", "ever", start, leaf, timing), query, windows, adds=table, until=(table,)
        )
        return Measured(self.tidy(frame), self._sources(leaf))

    def _computed(self, formula: Computed, own: tuple[list[Window], list[int]]) -> Measured:
        from helpers.metrics import computed

        for table in formula.tables:
            if reason := self.refusal(table, ()):
                return Measured(nothing(), (), refused=reason)
        self.spans.looked = False
        try:
            return computed.FUNCTIONS[formula.function](self, own[0])
        finally:
            self.spans.looked = None


class Spans:
    """First and last day per store and source: who has what.

    Kept for as long as the warehouse is open, because its tables do not change under a reader.
    """

    def __init__(self, warehouse: Any):
        self._open = weakref.proxy(warehouse)
        self.states = States.of(warehouse)
        self._tables: dict[str, Any] = {}
        self._found: dict[SourceKey, dict[str, list[Window]]] = {}
        self._sales: dict[str, Window] | None = None
        self._runs: dict[str, dict[str, list[Window]]] = {}
        self._stores: tuple[str, ...] | None = None
        self._texts: dict[Hashable, str] = {}
        self._within: dict[str, tuple[str, ...]] = {}
        #: Has a computed function asked what the data are before it wrote its query?
        self.looked: bool | None = None
        self._covers: dict[str, list[tuple[str, Window]]] | None = None

    @property
    def base_currency(self) -> str:
        """Name the currency that amounts are converted into."""
        self._look()
        return str(self._open.workspace.base_currency)

    def _look(self) -> None:
        if self.looked is not None:
            self.looked = True

    def ibis(self, table: str) -> Any:
        """Give one table; its columns are looked up once."""
        if table not in self._tables:
            self._tables[table] = self._open.ibis(table)
        return self._tables[table]

    def text(self, shape: Hashable, query: Callable[[], Any]) -> str:
        """Give the SQL of an expression, written once per shape."""
        if shape not in self._texts:

            def write() -> tuple[str, list[str]]:
                expression = query()
                days = {name: fact.day for name, fact in facts().items() if fact.day}
                within = read_within(expression, (ASKED, ASKED_SALES), days) if self.states else []
                return str(self._backend.compile(expression)), within

            # What looked at the data before it wrote may write otherwise of other data.
            blind = self.states is not None and not self.looked
            text, within = self.states.text(shape, write) if self.states and blind else write()
            self._texts[shape], self._within[text] = text, tuple(within)
            if self.states is not None:
                self._open.note_read(self.states.tables_of(text))
        return self._texts[shape]

    def within(self, text: str) -> tuple[str, ...]:
        """Name the tables of which a written query reads only lines of the asked days."""
        return self._within[text]

    def run(self, query: str) -> Any:
        """Run SQL and give an Arrow table."""
        return self._backend.con.sql(query).to_arrow_table()

    @property
    def _backend(self) -> Any:
        return self.ibis("stores").get_backend()

    @property
    def sales(self) -> dict[str, Window]:
        """First and last day with a placed sale line, per store."""
        self._look()
        if self._sales is None:
            self.ibis("order_lines")  # notes the table as read
            rows = self._ends(
                "order_lines",
                ["store_id", "min(local_date) AS first_day", "max(local_date) AS last_day"],
                "WHERE kind = 'sale' AND status = 'placed'",
            )
            self._sales = {
                row["store_id"]: Window(row["first_day"], row["last_day"]) for row in rows
            }
        return self._sales

    @property
    def data(self) -> tuple[date | None, date | None]:
        """First and last day of the data, as placed sale lines tell it (else any traffic)."""
        spans = list(self.sales.values())
        spans = spans or [run for runs in self.of(Source("traffic")).values() for run in runs]
        if not spans:
            return None, None
        return min(s.start for s in spans), max(s.end for s in spans)

    def of(self, source: Source) -> dict[str, list[Window]]:
        """Give per store the days for which the source says something.

        First the run from its first to its last row: a month without a refund, between months
        with refunds, is a true 0. Then the days that exports speak for, be it to say nothing.
        """
        self._look()
        if source.key not in self._found:
            self.prepare([source])
        return self._found[source.key]

    def prepare(self, sources: Iterable[Source]) -> None:
        """Look up several sources, those of one table in one query."""
        wanted: dict[str, list[SourceKey]] = {}
        for key in sorted({source.key for source in sources} - self._found.keys()):
            wanted.setdefault(key[0], []).append(key)
        for name, keys in wanted.items():
            fact = facts()[name]
            self.ibis(name)  # notes the table as read
            # Plain SQL: asked for every source of every table, where Ibis takes longer to write
            # the query than the engine to answer it.
            ends = [f"coalesce({quoted('store_id')}, '') AS store_id" if fact.has_store
                    else "'' AS store_id"]  # fmt: skip
            for place, (_, column, level, own_day) in enumerate(keys):
                known = [f"{quoted(column)} IS NOT NULL"] if column else []
                known += [f"level = {literal(level)}"] if level else []
                where = f" FILTER (WHERE {' AND '.join(known)})" if known else ""
                first = "" if own_day == ALWAYS else own_day or fact.day
                last = own_day or fact.end_day
                if first and last:
                    ends.append(f"CAST(min({quoted(first)}){where} AS DATE) AS first_{place}")
                    ends.append(f"CAST(max({quoted(last)}){where} AS DATE) AS last_{place}")
                else:  # rows without a day of their own speak for every day
                    some = f"count(*){where} > 0"
                    ends.append(f"CASE WHEN {some} THEN DATE '0001-01-01' END AS first_{place}")
                    ends.append(f"CASE WHEN {some} THEN DATE '9999-12-01' END AS last_{place}")
            rows = self._ends(name, ends)
            if name == "stores" and self.data[1] is None:
                rows = []  # shops that nobody told anything of
            # A list is kept for good: a month in which nothing of it fell due is a true 0.
            until = self.data[1] if _is_list(name) and any(key[3] for key in keys) else None
            for place, key in enumerate(keys):
                found: dict[str, list[Window]] = {}
                for row in rows:
                    if row[f"first_{place}"] is None:
                        continue
                    run = Window(row[f"first_{place}"], row[f"last_{place}"])
                    if until and key[3]:
                        run = Window(min(run.start, until), max(run.end, until))
                    # What is of the whole company is of each of its stores.
                    own = row["store_id"]
                    for store in (own,) if own != COMPANY else (COMPANY, *self.stores):
                        found.setdefault(store, []).append(run)
                self._found[key] = found
            if (name, "", "", "") in keys:
                self._add_covers(name)

    def _ends(self, name: str, columns: Sequence[str], where: str = "") -> list[dict[str, Any]]:
        """Give smallest (``first_...``) and largest (``last_...``) values by store."""
        chosen, day = ", ".join(columns), facts()[name].day
        plain = f"SELECT {chosen} FROM {quoted(name)} {where} GROUP BY ALL"
        if self.states is None or day is None or not self.states.are_parted(name):
            return self.run(plain).to_pylist()
        text = (
            f'SELECT "window", {chosen} FROM {quoted(name)} '
            f"JOIN {ASKED} ON asked_day = {quoted(day)} {where} GROUP BY ALL"
        )

        def run(asked: Sequence[tuple[Any, Any]]) -> Any:
            return self.run(_with_days(text, {ASKED: [window for window, _ in asked]}))

        how = {one: "min" if one.startswith("first") else "max"
               for one in (column.rpartition(" ")[2] for column in columns[1:])}  # fmt: skip
        return self.states.ends(text, name, how, run).to_pylist()

    @property
    def stores(self) -> tuple[str, ...]:
        """List the stores of the company."""
        self._look()
        if self._stores is None:
            rows = self.run(f"SELECT store_id FROM {quoted('stores')} ORDER BY ALL").to_pylist()
            self._stores = tuple(row["store_id"] for row in rows)
        return self._stores

    def _add_covers(self, name: str) -> None:
        if self._covers is None:
            covers = self.ibis("batch_covers")
            covers = covers.filter(covers["store_id"].notnull() & covers["first_day"].notnull())
            told = covers.select("table_name", "store_id", "first_day", "last_day").distinct()
            self._covers = {}
            for row in told.to_pyarrow().to_pylist():
                window = Window(row["first_day"], row["last_day"])
                self._covers.setdefault(row["table_name"], []).append((row["store_id"], window))
        found = self._found[(name, "", "", "")]
        for store, window in self._covers.get(name, ()):
            found.setdefault(store, []).append(window)

    def has(self, source: Source, window: Window, store: str) -> bool:
        """Tell whether the store has the source for any of these days."""
        runs = self.of(source).get(store, ())
        end = window.end + timedelta(days=source.ahead)
        return any(run.start <= end and run.end >= window.start for run in runs)

    def long_runs(self, name: str) -> dict[str, list[Window]]:
        """List per store the runs of days reported as one, where any is longer than a day."""
        self._look()
        if name not in self._runs:
            fact = facts()[name]
            assert fact.day and fact.end_day
            table = self.ibis(name)
            table = table.filter(table[fact.end_day] > table[fact.day])
            store = ["store_id"] if fact.has_store else []
            frame = table.select(*store, fact.day, fact.end_day).distinct().to_pyarrow()
            runs: dict[str, list[Window]] = {}
            for row in frame.to_pylist():
                run = Window(row[fact.day], row[fact.end_day])
                runs.setdefault(row.get("store_id", COMPANY), []).append(run)
            self._runs[name] = {store: sorted(found) for store, found in runs.items()}
        return self._runs[name]


_SPANS: weakref.WeakKeyDictionary[Any, Spans] = weakref.WeakKeyDictionary()


def spans_of(warehouse: Any) -> Spans:
    """Give what is known of an open warehouse's sources."""
    if warehouse not in _SPANS:
        _SPANS[warehouse] = Spans(warehouse)
    return _SPANS[warehouse]


def quantile_weight(rows: Any, keys: Sequence[str], value: str, at: float) -> Any:
    """Say how much each row weighs in the quantile of its group: the sum of value × weight is it.

    The one or two rows beside the place that is asked for share the weight, all others have
    none. Written out, because not every engine knows a median, and others mean an estimate.
    """
    import ibis

    group = [rows[key] for key in keys]
    place = ibis.row_number().over(group_by=group, order_by=[rows[value].asc()])
    last = rows.count().over(ibis.window(group_by=group)) - 1
    distance = (place.cast("float64") - last.cast("float64") * at).abs()
    return ibis.greatest(ibis.literal(0.0), ibis.literal(1.0) - distance)


def with_place(rows: Any) -> Any:
    """Say in column ``place`` which warehouse a row is of; a store's only one has no name."""
    import ibis

    if "warehouse" not in rows.columns:
        return rows.mutate(place=ibis.literal(""))
    return rows.mutate(place=ibis.coalesce(rows["warehouse"], ""))


def at_last_report(rows: Any, day: str) -> Any:
    """Keep the rows of each window's last day, warehouse by warehouse, as ``last_day``.

    Two warehouses of a store need not be counted on the same day.
    """
    rows = with_place(rows)
    keys = ["window", "store_id", "place"]
    last = rows.group_by(keys).aggregate(last_day=rows[day].max())
    rows = rows.inner_join(last, keys)
    return rows.filter(rows[day] == rows["last_day"])


def nothing() -> pd.DataFrame:
    """Give the frame of a leaf without a single figure."""
    import pandas as pd

    return pd.DataFrame(
        {"window": pd.Series(dtype="int64"), "store": pd.Series(dtype=object),
         "member": pd.Series(dtype=object), "value": pd.Series(dtype="int64"),
         "base": pd.Series(dtype="int64"), "unrated": pd.Series(dtype="int64")}
    )  # fmt: skip


def _is_list(table: str) -> bool:
    """Tell whether a table is a list that is brought whole, and not a run of events."""
    from helpers.tables.completeness import known_facts

    models = load_models()
    if table in PLAN_TABLES:
        return True
    return table in models and known_facts().of(models[table].fact).cadence == "list"


def _is_whole(formula: Any) -> bool:
    """Tell whether a figure must be asked at the grain itself."""
    if isinstance(formula, CountDistinct):
        return not formula.within_store
    return isinstance(formula, Whole)


def _figure(value: Any, leaf: Any) -> Any:
    """Give the aggregate of the values that stays whole."""
    match leaf:
        case Largest():
            return value.max()
        case Smallest():
            return value.min()
        case _:
            return value.nunique()


def _pair(place: Any) -> tuple[int, str]:
    window, store = place
    return int(window), str(store)


def _key(key: Any) -> tuple[int, str]:
    parts = key if isinstance(key, tuple) else (key,)
    return int(parts[0]), SEPARATOR.join(map(str, parts[1:]))


def _merge_distinct(
    together: dict[tuple[Timing, str], list[str]],
    own: Mapping[str, tuple[list[Window], list[int]]],
) -> dict[tuple[Timing, str], list[str]]:
    """Let distinct counts share the query of the sums where both want the same windows."""
    merged: dict[tuple[Timing, str], list[str]] = {}
    for (table, kind), ids in together.items():
        rows = together.get((table, "rows"), [])
        windows = sorted({w for one in rows for w in own[one][0]})
        if kind.startswith("distinct") and kind == f"distinct {windows}":
            merged.setdefault((table, "rows"), []).extend(ids)
        else:
            merged.setdefault((table, kind), []).extend(ids)
    return merged


def _back_to(measured: Measured, windows: Sequence[Window], wanted: Sequence[Window]) -> Measured:
    """Number the windows as one leaf asked for them and drop those it did not ask for."""
    index = {windows.index(window): place for place, window in enumerate(wanted)}
    return _renumber(measured, {old: [new] for old, new in index.items()})


def _spread(measured: Measured, places: Sequence[int], count: int) -> Measured:
    """Give every asked window the figures of the stretched window that it reads."""
    index: dict[int, list[int]] = {}
    for asked, place in enumerate(places[:count]):
        index.setdefault(place, []).append(asked)
    return _renumber(measured, index)


def _renumber(measured: Measured, index: Mapping[int, Sequence[int]]) -> Measured:
    import pandas as pd

    if index == {one: [one] for one in index} and set(measured.frame["window"]) <= set(index):
        return measured
    if all(len(news) == 1 for news in index.values()):  # nothing is told twice
        frame = measured.frame[measured.frame["window"].isin(index)]
        moved = frame["window"].map({old: news[0] for old, news in index.items()})
        measured.frame = frame.assign(window=moved.astype("int64"))
    else:
        pairs = pd.DataFrame(
            [(old, new) for old, news in index.items() for new in news], columns=["window", "new"]
        )
        frame = measured.frame.merge(pairs, on="window").drop(columns="window")
        measured.frame = frame.rename(columns={"new": "window"})

    def move(found: Mapping[Any, Any]) -> dict[Any, Any]:
        moved: dict[Any, Any] = {}
        for key, value in found.items():
            old = key[0] if isinstance(key, tuple) else key
            for new in index.get(old, ()):
                moved[(new, *key[1:]) if isinstance(key, tuple) else new] = value
        return moved

    measured.blocked = move(measured.blocked)
    measured.silent = set(move(dict.fromkeys(measured.silent)))
    measured.notes = move(measured.notes)
    measured.asides = move(measured.asides)
    measured.closed = move(measured.closed)
    measured.rows = move(measured.rows)
    measured.told = move(measured.told)
    measured.preliminary = set(move(dict.fromkeys(measured.preliminary)))
    measured.crowded = set(move(dict.fromkeys(measured.crowded)))
    return measured
