"""The words of a mapping and what they mean in SQL: values, and conditions on rows.

A closed set on purpose: an analyst learns it in ten minutes (``docs/bring-your-own-files.md``), and
whatever a mapping says can be checked before a file is read. A source that needs more gets a word
here, which every other source may then use, and no special case in the door.

Values: a column's name, ``{is: word}``, ``multiply``, ``add``, ``subtract``, ``negate``,
``absolute``, ``round``, ``first_of``, ``join``, ``choose``, ``translate``, ``number_within``,
``day_of``, ``first_day``, ``last_day``, ``period``, ``store``, ``currency_of``, ``each``,
``allocate``, ``total_within``, ``take_tax_out``.
Conditions: ``{column: {test: word}}`` with ``equals``, ``one_of``, ``starts_with``, ``ends_with``,
``contains``, ``blank``, ``less_than``, ``more_than``, ``at_least``, ``at_most``; ``not``;
``store_declares``. All lines of one condition must hold; of a list, any one.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from helpers.sources.cells import MONEY, SQL_TYPE
from helpers.sources.declared import TableFill, currency_column
from helpers.sources.headers import CURRENCY
from helpers.sources.reading import FILE
from helpers.sources.sql import literal, name

LINE = "source_line"
#: Rows have to do with each other only within one file and one store.
WITHIN = (f"{LINE} // {FILE}", "_store")
#: What a mapping may ask of the store that the rows belong to.
STORE_FACTS = {
    "currency": "_currency", "country": "_country", "time_zone": "_zone", "id": "_store",
    "order_amount": "_order_amount",
}  # fmt: skip
#: How the values of ``for_each`` are called among the columns at hand.
EACH = "each "
_NUMBERS = ("money", "integer", "percent")
_TEXTS = ("text", "id", "country", "customer", "note")


class Unclear(ValueError):  # noqa: N818 - a mapping is unclear
    """A mapping says something that has no meaning; the words are for the analyst."""


@dataclass(frozen=True)
class Meaning:
    """SQL over the rows at hand, and the type of what it gives."""

    sql: str
    type: str
    #: Of a number within a group: the SQL of what makes the group.
    within: tuple[str, ...] = ()


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Add the nearest known name to a fault, or list them if none is near."""
    known = list(known)
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"


def value(said: Any, columns: Mapping[str, str]) -> Meaning:
    """Read one value of a mapping.

    Args:
        said: What stands in the YAML.
        columns: The columns that may be named, with their types.

    Raises:
        Unclear: It means nothing, with what to write instead.
    """
    if isinstance(said, str):
        if said not in columns:
            raise Unclear(f"{said!r} is no column named above; {did_you_mean(said, columns)}")
        return Meaning(name(said), columns[said])
    if not isinstance(said, Mapping) or len(said) != 1:
        raise Unclear(f"{said!r} is no value; write a column's name, or one of {', '.join(_WAYS)}")
    ((way, what),) = said.items()
    if way not in _WAYS:
        raise Unclear(f"{way!r} is no way to make a value; {did_you_mean(str(way), _WAYS)}")
    return _WAYS[way](what, columns)


def condition(said: Any, columns: Mapping[str, str]) -> str:
    """Read one condition; the SQL is true or false, never NULL.

    Raises:
        Unclear: It means nothing, with what to write instead.
    """
    if isinstance(said, list | tuple):
        if not said:
            raise Unclear("an empty list is no condition")
        return "(" + " OR ".join(condition(one, columns) for one in said) + ")"
    if not isinstance(said, Mapping) or not said:
        raise Unclear(f"{said!r} is no condition; write for example status: {{equals: Cancelled}}")
    return "(" + " AND ".join(_one_condition(on, test, columns) for on, test in said.items()) + ")"


def each_of(table: TableFill) -> Mapping[str, str]:
    """Give what ``for_each`` adds to the values at hand, with its types."""
    if not table.for_each:
        return {}
    words = {word for said in table.for_each.values() for word in said}
    made = {"amount": "money", "name": "text", "number": "integer"}
    return {EACH + one: made.get(one, "text") for one in (*made, *sorted(words - set(made)))}


def rows_for_each(rows: str, table: TableFill, headers: Mapping[str, str]) -> str:
    """Give the query with one row for each amount that is not 0; a row without any stays once.

    Args:
        rows: The query of the rows.
        table: What is to be filled.
        headers: Each column's header, as the file writes it.
    """
    if not table.for_each:
        return rows
    words = [one.removeprefix(EACH) for one in each_of(table)][3:]
    listed = []
    for number, (column, said) in enumerate(table.for_each.items(), start=1):
        told = [literal(headers[column])]
        told += [literal(said[word]) if word in said else "NULL" for word in words]
        listed.append(f"({number}, {', '.join(told)})")
    cases = " ".join(
        f"WHEN {number} THEN CAST({name(column)} AS {MONEY})"
        for number, column in enumerate(table.for_each, start=1)
    )
    amount, place = name(EACH + "amount"), name(EACH + "number")
    names = ", ".join(name(EACH + one) for one in ("number", "name", *words))
    nothing = " AND ".join(f"coalesce({name(column)}, 0) = 0" for column in table.for_each)
    return f"""
        SELECT * FROM (SELECT *, CASE {place} {cases} END AS {amount}
          FROM ({rows}) CROSS JOIN (VALUES {", ".join(listed)}) AS each({names}))
        WHERE coalesce({amount}, 0) <> 0 OR ({place} = 1 AND {nothing})"""


def columns_named(said: Any, columns: Iterable[str]) -> set[str]:
    """List the columns that a value or condition speaks of."""
    known = set(columns)
    if isinstance(said, str):
        return {said} & known
    if isinstance(said, Mapping):
        found = {key for key in said if key in known}
        for way, what in said.items():
            if way not in ("is", "equals", "one_of", "starts_with", "ends_with", "contains"):
                found |= columns_named(what, known)
        return found
    if isinstance(said, list | tuple):
        return set().union(*(columns_named(one, known) for one in said)) if said else set()
    return set()


def _one_condition(on: Any, test: Any, columns: Mapping[str, str]) -> str:
    if on == "not":
        return f"NOT {condition(test, columns)}"
    if on == "store_declares":
        if test != "undated_refunds":
            raise Unclear(f"store_declares knows undated_refunds, not {test!r}")
        return "coalesce(_undated, false)"
    found = value(on, columns)
    if not isinstance(test, Mapping):
        test = {"equals": test}
    return " AND ".join(_test(found, kind, word, str(on)) for kind, word in test.items())


def _test(found: Meaning, kind: Any, word: Any, on: str) -> str:
    sql = found.sql
    match kind:
        case "blank":
            if not isinstance(word, bool):
                raise Unclear(f"{on}: blank is true or false, not {word!r}")
            return f"({sql} IS NULL)" if word else f"({sql} IS NOT NULL)"
        case "less_than" | "more_than" | "at_least" | "at_most":
            if found.type not in _NUMBERS:
                raise Unclear(f"{on}: {kind} needs a number, and {on} is {found.type}; give the "
                              "column type: money or integer")  # fmt: skip
            sign = {"less_than": "<", "more_than": ">", "at_least": ">=", "at_most": "<="}[kind]
            return f"coalesce({sql} {sign} {_decimal(word, on)}, false)"
        case "equals" | "one_of":
            words = word if isinstance(word, list | tuple) else [word]
            if found.type in _NUMBERS:
                listed = ", ".join(_decimal(one, on) for one in words)
                return f"coalesce({sql} IN ({listed}), false)"
            if found.type == "boolean":
                return f"coalesce({sql} = {str(bool(words[0])).lower()}, false)"
            listed = ", ".join(literal(_word(one, on).casefold()) for one in words)
            return f"coalesce(lower({sql}) IN ({listed}), false)"
        case "starts_with" | "ends_with" | "contains":
            words = word if isinstance(word, list | tuple) else [word]
            if found.type not in _TEXTS:
                raise Unclear(f"{on}: {kind} needs a text, and {on} is {found.type}")
            tests = (f"{kind}(lower({sql}), {literal(_word(one, on).casefold())})" for one in words)
            return f"coalesce({' OR '.join(tests)}, false)"
        case _:
            tests_known = ("equals", "one_of", "starts_with", "ends_with", "contains", "blank",
                           "less_than", "more_than", "at_least", "at_most")  # fmt: skip
            raise Unclear(f"{on}: {kind!r} is no test; {did_you_mean(str(kind), tests_known)}")


def _word(said: Any, on: str) -> str:
    if isinstance(said, bool) or not isinstance(said, str | int | float | Decimal):
        raise Unclear(f"{on}: {said!r} is no word; put it in quotes")
    return str(said)


def _decimal(said: Any, on: str) -> str:
    try:
        if isinstance(said, bool):
            raise InvalidOperation
        number = Decimal(str(said))
    except InvalidOperation:
        raise Unclear(f"{on}: {said!r} is no number") from None
    return f"{number:f}"


def _parts(what: Any, columns: Mapping[str, str], way: str, least: int = 2) -> list[Meaning]:
    if not isinstance(what, list | tuple) or len(what) < least:
        raise Unclear(f"{way} needs a list of {least} or more values, such as [quantity, price]")
    return [value(one, columns) for one in what]


def _number_parts(what: Any, columns: Mapping[str, str], way: str, least: int = 2) -> list[Meaning]:
    parts = _parts(what, columns, way, least)
    for part, said in zip(parts, what, strict=True):
        if part.type not in _NUMBERS:
            raise Unclear(f"{way}: {said} is {part.type}; give the column type: money or integer")
    return parts


def _is(what: Any, _: Mapping[str, str]) -> Meaning:
    if isinstance(what, bool):
        return Meaning(str(what).lower(), "boolean")
    if what is None:
        return Meaning("NULL", "nothing")
    if isinstance(what, int):
        return Meaning(f"CAST({what} AS BIGINT)", "integer")
    if isinstance(what, float):
        return Meaning(f"CAST('{Decimal(str(what)):f}' AS {MONEY})", "money")
    if isinstance(what, str):
        return Meaning(literal(what), "text")
    raise Unclear(f"is: {what!r} is neither a word nor a number")


def _multiply(what: Any, columns: Mapping[str, str]) -> Meaning:
    parts = _number_parts(what, columns, "multiply")
    if sum(part.type != "integer" for part in parts) > 1:
        raise Unclear("multiply takes one amount and whole numbers, such as [quantity, price]")
    kind = "integer" if all(part.type == "integer" for part in parts) else "money"
    # 18 and 19 digits are the most that one product can hold exactly.
    sql = " * ".join(part.sql for part in parts)
    # Rounded to what is stored only at the end: 0.00125 x 1000 is 1.25.
    return Meaning(f"CAST({sql} AS {SQL_TYPE[kind]})", kind)


def _sum(sign: str, way: str) -> Any:
    def total(what: Any, columns: Mapping[str, str]) -> Meaning:
        parts = _number_parts(what, columns, way)
        kind = "integer" if all(part.type == "integer" for part in parts) else "money"
        # An empty discount is no discount; but nothing at all stays nothing.
        sql = f" {sign} ".join(f"coalesce({part.sql}, 0)" for part in parts)
        empty = " AND ".join(f"{part.sql} IS NULL" for part in parts)
        if sign == "-":
            empty = f"{parts[0].sql} IS NULL"
        return Meaning(f"CASE WHEN {empty} THEN NULL ELSE CAST({sql} AS {SQL_TYPE[kind]}) END",
                       kind)  # fmt: skip

    return total


def _signed(form: str, way: str) -> Any:
    def turned(what: Any, columns: Mapping[str, str]) -> Meaning:
        found = value(what, columns)
        if found.type not in _NUMBERS:
            raise Unclear(f"{way}: {what} is {found.type}; give the column type: money or integer")
        return Meaning(form.format(found.sql), found.type)

    return turned


def _same_type(parts: list[Meaning], way: str) -> str:
    kinds = {part.type for part in parts if part.type != "nothing"}
    if kinds <= set(_TEXTS):
        return "id" if kinds == {"id"} else "text"
    if kinds <= {"money", "integer"}:
        return "money" if "money" in kinds else "integer"
    if len(kinds) != 1:
        raise Unclear(f"{way} mixes {' and '.join(sorted(kinds))}")
    return kinds.pop()


def _first_of(what: Any, columns: Mapping[str, str]) -> Meaning:
    parts = _parts(what, columns, "first_of")
    kind = _same_type(parts, "first_of")
    return Meaning(f"coalesce({', '.join(part.sql for part in parts)})", kind)


def _join(what: Any, columns: Mapping[str, str]) -> Meaning:
    parts = _parts(what, columns, "join")
    return Meaning(" || '-' || ".join(f"CAST({part.sql} AS VARCHAR)" for part in parts), "id")


def _choose(what: Any, columns: Mapping[str, str]) -> Meaning:
    if not isinstance(what, list | tuple) or not what:
        raise Unclear("choose needs a list of {when: ..., then: ...}, the last {otherwise: ...}")
    cases, parts = [], []
    for place, one in enumerate(what, start=1):
        if isinstance(one, Mapping) and set(one) == {"when", "then"}:
            parts.append(value(one["then"], columns))
            cases.append(f"WHEN {condition(one['when'], columns)} THEN {parts[-1].sql}")
        elif isinstance(one, Mapping) and set(one) == {"otherwise"} and place == len(what):
            parts.append(value(one["otherwise"], columns))
            cases.append(f"ELSE {parts[-1].sql}")
        else:
            raise Unclear(f"choose, line {place}: write {{when: ..., then: ...}}, and last of all "
                          "{otherwise: ...}")  # fmt: skip
    kind = _same_type(parts, "choose")
    return Meaning(f"CASE {' '.join(cases)} END", kind)


def _translate(what: Any, columns: Mapping[str, str]) -> Meaning:
    if not isinstance(what, Mapping) or set(what) - {"column", "words", "otherwise"}:
        raise Unclear("translate needs {column: ..., words: {found: meant}, otherwise: ...}")
    found = value(what.get("column"), columns)
    words = what.get("words")
    if found.type not in _TEXTS or not isinstance(words, Mapping) or not words:
        raise Unclear("translate needs a text column, and words: {found: meant}")
    cases = " ".join(
        f"WHEN {literal(_word(key, 'translate').casefold())} THEN {literal(_word(to, 'translate'))}"
        for key, to in words.items()
    )
    last = value(what["otherwise"], columns).sql if "otherwise" in what else "NULL"
    return Meaning(f"CASE lower({found.sql}) {cases} ELSE {last} END", "text")


def _number_within(what: Any, columns: Mapping[str, str]) -> Meaning:
    names = [what] if isinstance(what, str) else what
    parts = _parts(names, columns, "number_within", 1)
    group = (*WITHIN, *(part.sql for part in parts))
    number = f"row_number() OVER (PARTITION BY {', '.join(group)} ORDER BY {LINE})"
    return Meaning(number, "integer", group)


def _day_of(what: Any, columns: Mapping[str, str]) -> Meaning:
    found = value(what, columns)
    if found.type == "date":
        return found
    if found.type != "timestamp":
        raise Unclear(f"day_of: {what} is {found.type}; give the column type: timestamp")
    return Meaning(f"CAST(timezone(_zone, timezone('UTC', {found.sql})) AS DATE)", "date")


def _whole(what: Any, columns: Mapping[str, str]) -> Meaning:
    (part,) = _number_parts([what], columns, "round", 1)
    return Meaning(f"CAST(round({part.sql}) AS BIGINT)", "integer")


def _day_among(which: str, way: str) -> Any:
    def day(what: Any, columns: Mapping[str, str]) -> Meaning:
        found = value(what, columns)
        if found.type == "date":
            return found
        if found.type != "days":
            raise Unclear(f"{way}: {what} is {found.type}; give the column type: days")
        return Meaning(f"struct_extract({found.sql}, '{which}')", "date")

    return day


def _currency_of(what: Any, columns: Mapping[str, str]) -> Meaning:
    if not isinstance(what, str) or currency_column(what) not in columns:
        raise Unclear(f"currency_of: no header of {what!r} names one; write its header as in"
                      f" Cost ({CURRENCY})")  # fmt: skip
    return Meaning(name(currency_column(what)), "text")


def _each(what: Any, columns: Mapping[str, str]) -> Meaning:
    known = {one.removeprefix(EACH): kind for one, kind in columns.items() if one.startswith(EACH)}
    if not known:
        raise Unclear("each stands under fill of a table with for_each")
    if what not in known:
        raise Unclear(f"each knows {', '.join(known)}, not {what!r}")
    return Meaning(name(EACH + what), known[what])


def _period(what: Any, _: Mapping[str, str]) -> Meaning:
    if what not in ("start", "end"):
        raise Unclear(f"period is start or end, not {what!r}")
    return Meaning(f"_{what}", "date")


def _store(what: Any, _: Mapping[str, str]) -> Meaning:
    if what not in STORE_FACTS:
        raise Unclear(f"store knows {', '.join(STORE_FACTS)}, not {what!r}")
    return Meaning(STORE_FACTS[what], "text")


def share_of(amount: str, share: str, whole: str) -> str:
    """Divide exactly: DuckDB's own division of decimals goes through binary floating point."""
    size = f"CAST(abs(CAST({amount} AS DECIMAL(18,4))) * 10000 AS HUGEINT)"
    top = f"{size} * CAST(abs(CAST({share} AS DECIMAL(18,4))) * 10000 AS HUGEINT)"
    below = f"CAST(abs(CAST({whole} AS DECIMAL(18,4))) * 10000 AS HUGEINT)"
    rounded = f"(2 * {top} + {below}) // (2 * {below})"
    sign = f"(CASE WHEN ({amount} < 0) <> ({share} < 0) THEN -1 ELSE 1 END)"
    scaled = f"CAST({sign} * {rounded} AS DECIMAL(22,0)) * 0.0001"
    return f"CASE WHEN {whole} <> 0 THEN CAST({scaled} AS DECIMAL(18,4)) END"


def _not_here(way: str) -> Any:
    def refuse(what: Any, columns: Mapping[str, str]) -> Meaning:
        raise Unclear(f"{way} stands under define, as a value of its own")

    return refuse


_WAYS = {
    "is": _is,
    "multiply": _multiply,
    "add": _sum("+", "add"),
    "subtract": _sum("-", "subtract"),
    "negate": _signed("(-{})", "negate"),
    "absolute": _signed("abs({})", "absolute"),
    "round": _whole,
    "first_of": _first_of,
    "join": _join,
    "choose": _choose,
    "translate": _translate,
    "number_within": _number_within,
    "day_of": _day_of,
    "first_day": _day_among("first", "first_day"),
    "last_day": _day_among("last", "last_day"),
    "period": _period,
    "store": _store,
    "currency_of": _currency_of,
    "each": _each,
    "allocate": _not_here("allocate"),
    "total_within": _not_here("total_within"),
    "take_tax_out": _not_here("take_tax_out"),
}  # fmt: skip


@dataclass(frozen=True)
class Allocation:
    """An order's amount, spread over its lines so that the cents add up."""

    amount: str
    by: str
    within: tuple[str, ...]

    def over(self, rows: str, as_name: str) -> str:
        """Give a query that adds the allocated column to ``rows``.

        The order's amount is its first filled cell: platforms leave the others empty or repeat
        it. Cents that the shares leave over go to the largest remainders, then to the first line.
        """
        group = ", ".join([*WITHIN, *self.within])
        whole = f"PARTITION BY {group}"
        return f"""
            SELECT * EXCLUDE (_a, _w, _all, _floor, _rest), CASE WHEN _a IS NULL THEN NULL ELSE
              CAST(CAST((_floor + CASE WHEN row_number() OVER ({whole} ORDER BY _rest DESC, {LINE})
                <= abs(_a) - sum(_floor) OVER ({whole}) THEN 1 ELSE 0 END) * sign(_a)
                AS DECIMAL(22,0)) * _unit AS DECIMAL(18,4)) END AS {name(as_name)}
            FROM (SELECT *, abs(_a) * _w // _all AS _floor, abs(_a) * _w % _all AS _rest FROM (
              SELECT *, sum(_w) OVER ({whole}) AS _all FROM (
                SELECT * REPLACE (CASE WHEN sum(_w) OVER ({whole}) = 0
                  THEN CASE WHEN row_number() OVER ({whole} ORDER BY {LINE}) = 1 THEN 1 ELSE 0 END
                  ELSE _w END AS _w) FROM (
                  SELECT *, CAST(CAST(first_value({self.amount} IGNORE NULLS) OVER ({whole}
                      ORDER BY {LINE} ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
                      AS DECIMAL(18,4)) * 100 AS HUGEINT) AS _a,
                    CAST(greatest(coalesce({self.by}, 0), 0) * 100 AS HUGEINT) AS _w
                  FROM ({rows})))))
        """.replace("_unit", "0.01")


@dataclass(frozen=True)
class TaxTakenOut:
    """What an order's buyer got back, without the tax in it.

    Exports that tell a refund as one sum per order tell neither its lines nor its tax. The sum of
    the whole order, or of one whole line, is recognised and gives exactly their value; of any
    other sum the order's own share of tax is taken out. Shipping that was given back with the
    whole order is left out. Without a tax column the store's rate is taken out.
    """

    amount: str
    value: str
    tax: str
    within: tuple[str, ...]

    def over(self, rows: str, as_name: str) -> str:
        """Give a query that adds the amount, the same in every row of the order."""
        whole = f"PARTITION BY {', '.join([*WITHIN, *self.within])}"
        first = (
            f"first_value({self.amount} IGNORE NULLS) OVER ({whole} ORDER BY {LINE}"
            " ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)"
        )
        if not self.tax:
            by_rate = share_of("_back", "_rate", "(100000000 + _rate)")
            return (
                f"SELECT * EXCLUDE (_back), CASE WHEN _included THEN _back - {by_rate} ELSE _back"
                f" END AS {name(as_name)}"
                f" FROM (SELECT *, CAST({first} AS DECIMAL(18,4)) AS _back FROM ({rows}))"
            )
        value, tax = f"coalesce({self.value}, 0)", f"coalesce({self.tax}, 0)"
        money = "DECIMAL(18,4)"
        # A cent either way, because an order's tax is spread over its lines in cents.
        line = (
            f"arg_min(_net, abs(_gross - _back)) FILTER (abs(_gross - _back) <= 0.01)"
            f" OVER ({whole})"
        )
        share = share_of("_back", "_all_net", "_all_gross")
        return f"""
            SELECT * EXCLUDE (_back, _net, _gross, _all_net, _all_gross, _line),
              CASE WHEN _back >= _all_gross THEN _all_net WHEN _line IS NOT NULL THEN _line
                ELSE {share} END AS {name(as_name)}
            FROM (SELECT *, CAST(sum(_net) OVER ({whole}) AS {money}) AS _all_net,
                CAST(sum(_gross) OVER ({whole}) AS {money}) AS _all_gross, {line} AS _line
              FROM (SELECT *, CAST({first} AS {money}) AS _back,
                  CAST(CASE WHEN _included THEN {value} - {tax} ELSE {value} END AS {money})
                    AS _net,
                  CAST(CASE WHEN _included THEN {value} ELSE {value} + {tax} END AS {money})
                    AS _gross
                FROM ({rows})))
        """


@dataclass(frozen=True)
class TotalWithin:
    """The sum of an amount over an order's lines, the same in every row of the order."""

    amount: str
    within: tuple[str, ...]

    def over(self, rows: str, as_name: str) -> str:
        """Give a query that adds the sum to ``rows``."""
        whole = f"PARTITION BY {', '.join([*WITHIN, *self.within])}"
        return (
            f"SELECT *, CAST(sum({self.amount}) OVER ({whole}) AS DECIMAL(18,4))"
            f" AS {name(as_name)} FROM ({rows})"
        )


def over_orders(
    said: Any, columns: Mapping[str, str]
) -> Allocation | TaxTakenOut | TotalWithin | None:
    """Read a value that looks at an order's other rows, or give None for any other value.

    ``{allocate: {amount, by, within}}``, ``{total_within: {amount, within}}`` and
    ``{take_tax_out: {amount, value, tax, within}}``.
    """
    if not isinstance(said, Mapping) or len(said) != 1:
        return None
    if "total_within" in said:
        return _total(said["total_within"], columns)
    if "take_tax_out" in said:
        return _taken_out(said["take_tax_out"], columns)
    return _allocation(said["allocate"], columns) if "allocate" in said else None


def _taken_out(what: Any, columns: Mapping[str, str]) -> TaxTakenOut:
    if not isinstance(what, Mapping) or set(what) not in (
        {"amount", "within"},
        {"amount", "value", "tax", "within"},
    ):
        raise Unclear(
            "take_tax_out needs {amount: ..., value: ..., tax: ..., within: ...}, or amount and"
            " within alone"
        )
    parts = [what[key] for key in ("amount", "value", "tax") if key in what]
    found = [part.sql for part in _number_parts(parts, columns, "take_tax_out", 1)]
    worth, tax = found[1:] or ("", "")
    return TaxTakenOut(found[0], worth, tax, _groups(what["within"], columns))


def _total(what: Any, columns: Mapping[str, str]) -> TotalWithin:
    if not isinstance(what, Mapping) or set(what) != {"amount", "within"}:
        raise Unclear("total_within needs {amount: ..., within: ...}")
    (amount,) = _number_parts([what["amount"]], columns, "total_within", 1)
    return TotalWithin(amount.sql, _groups(what["within"], columns))


def _groups(said: Any, columns: Mapping[str, str]) -> tuple[str, ...]:
    names = [said] if isinstance(said, str) else said
    return tuple(part.sql for part in _parts(names, columns, "within", 1))


def _allocation(what: Any, columns: Mapping[str, str]) -> Allocation:
    if not isinstance(what, Mapping) or set(what) != {"amount", "by", "within"}:
        raise Unclear("allocate needs {amount: ..., by: ..., within: ...}")
    amount, by = _number_parts([what["amount"], what["by"]], columns, "allocate")
    return Allocation(amount.sql, by.sql, _groups(what["within"], columns))
