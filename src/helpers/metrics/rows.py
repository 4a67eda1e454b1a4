"""Rows of the days that are asked for, and which of them count.

The days are no part of an expression: it joins a table of days that is written in front of the
query when it runs (``with_days``), so that one text serves every question of the same shape. Only
portable expressions are used here, but for that table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from helpers.metrics.formulas import (
    COLUMN_TESTS,
    LOOKED_UP,
    NUMBER_TESTS,
    SECONDS_OF,
    Condition,
    Elapsed,
    Standing,
)


class Window(NamedTuple):
    """A run of whole days."""

    start: date
    end: date


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


def with_days(query: str, asked: Mapping[str, Sequence[Window]]) -> str:
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
