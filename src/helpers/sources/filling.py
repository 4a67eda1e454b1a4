"""How a source's columns fill a table: defaults, fitting types, and the tax inside a price.

What an analyst leaves out follows from the store: its currency, its country, its own day. Tax is
said once (``tax: <column>``) and goes where the store's tax basis puts it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from helpers.sources.canon import sql_type, tables
from helpers.sources.cells import SQL_TYPE
from helpers.sources.meaning import Meaning, Unclear, did_you_mean, share_of, value

_DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "order_lines": {
        "line_no": {"number_within": ["order_id"]},
        "kind": {"is": "sale"},
        "status": {"is": "placed"},
        "is_merchandise": {"is": True},
        "local_date": {"day_of": "ordered_at"},
        "country": {"store": "country"},
        "currency": {"store": "currency"},
    },
    "orders": {"currency": {"store": "currency"}},
    "refunds": {"kind": {"is": "refund"}, "currency": {"store": "currency"}},
    "returns": {"line_no": {"number_within": ["order_id", "sku", "local_date"]}},
    "settlement_lines": {
        "line_no": {"number_within": ["settlement_id"]},
        "currency": {"store": "currency"},
    },
    "ad_spend": {
        "end_date": "start_date",
        "line_no": {"number_within": ["start_date"]},
        "currency": {"store": "currency"},
    },
    "traffic": {
        "start_date": {"period": "start"},
        "end_date": {"period": "end"},
        "listing_id": {"is": ""},
    },
    "inventory_snapshots": {"local_date": {"period": "end"}},
}
_FITS = {
    "text": {"text", "id", "country", "customer", "note", "integer"},
    "integer": {"integer"},
    "money": {"money", "integer"},
    "date": {"date"},
    "timestamp": {"timestamp"},
    "boolean": {"boolean"},
    "rate": {"percent", "money", "integer"},
    "number": {"percent", "money", "integer"},
}
#: order_lines takes ``tax`` and turns it into these, by the store's tax basis.
_TAX = ("tax_inside", "tax_on_top")


@dataclass(frozen=True)
class Filled:
    """One table's columns as SQL over the rows of a source."""

    columns: Mapping[str, str]
    #: True for rows whose price holds tax that nobody states.
    tax_unknown: str = ""
    #: Columns that number rows within a group, with the SQL of what makes the group.
    numbered: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def filled(
    table: str,
    fill: Mapping[str, Any],
    columns: Mapping[str, str],
    *,
    bases: Collection[str] = ("included", "excluded"),
) -> Filled:
    """Say what goes into each column of ``table``.

    Args:
        table: The table.
        fill: What the mapping says about it.
        columns: The columns and defined values at hand, with their types.
        bases: The tax bases of the stores whose rows these may be.

    Raises:
        Unclear: A table or column is unknown, a value means nothing or has the wrong type.
    """
    if table not in tables():
        raise Unclear(f"{table!r} is no table; {did_you_mean(table, tables())}")
    model = {column: kind for column, kind in tables()[table].items() if column != "store_id"}
    known = set(model) - set(_TAX) | {"tax"} if table == "order_lines" else set(model)
    troubles, found = [], dict[str, Meaning]()
    said = {**_DEFAULTS.get(table, {}), **fill}
    if table == "traffic" and "sales" in fill:
        said.setdefault("currency", {"store": "currency"})
    for column, what in said.items():
        try:
            if column not in known:
                raise Unclear(f"is no column of {table}; {did_you_mean(column, sorted(known))}")
            default = column not in fill
            if default and any(one not in said for one in _named(what)):
                continue  # the default rests on a column that is not filled
            meaning = value(_through(what, said) if default else what, columns)
            kind = "money" if column == "tax" else model[column]
            if meaning.type != "nothing" and meaning.type not in _FITS[kind]:
                raise Unclear(f"needs a {kind}, and this is {meaning.type}{_cure(kind, meaning)}")
            found[column] = meaning
        except Unclear as trouble:
            troubles.append(f"{column}: {trouble}")
    if troubles:
        raise Unclear("; ".join(troubles))
    out = {
        column: _cast(meaning, sql_type(model[column]))
        for column, meaning in found.items()
        if column != "tax"
    }
    numbered = {column: meaning.within for column, meaning in found.items() if meaning.within}
    if table != "order_lines" or "list_amount" not in found:
        return Filled(out, numbered=numbered)
    return replace(_with_tax(out, found, bases), numbered=numbered)


def _cast(meaning: Meaning, sql_type: str) -> str:
    """Cast only what needs it: every cast costs a little when the query is planned."""
    return meaning.sql if SQL_TYPE.get(meaning.type) == sql_type else (
        f"CAST({meaning.sql} AS {sql_type})")  # fmt: skip


def _named(what: Any) -> list[str]:
    """List the table columns on which a default rests."""
    if isinstance(what, str):
        return [what]
    ((way, inner),) = what.items()
    if way in ("number_within", "day_of"):
        return [inner] if isinstance(inner, str) else list(inner)
    return []


def _through(what: Any, said: Mapping[str, Any]) -> Any:
    """Write a default, which speaks of table columns, in the source's own words."""
    if isinstance(what, str):
        return said[what]
    ((way, inner),) = what.items()
    if way == "day_of":
        return {way: said[inner]}
    if way == "number_within":
        return {way: [said[one] for one in inner]}
    return what


def _cure(kind: str, meaning: Meaning) -> str:
    if kind == "date" and meaning.type == "timestamp":
        return "; write {day_of: ...}"
    if meaning.type in ("text", "id"):
        return f"; give the column type: {kind}"
    return ""


def _with_tax(out: dict[str, str], found: Mapping[str, Meaning], bases: Collection[str]) -> Filled:
    """Put the stated tax inside or on top; where none is stated, take the store's rate out.

    ``_rate`` is the rate in hundred-millionths, so that the division is one of whole numbers.
    """
    tax = f"CAST({found['tax'].sql} AS DECIMAL(18,4))" if "tax" in found else "NULL"
    out["tax_inside"] = out["tax_on_top"] = "CAST(NULL AS DECIMAL(18,4))"
    if "excluded" in bases and "tax" in found:
        out["tax_on_top"] = f"CASE WHEN NOT _included THEN {tax} END"
    if "included" not in bases:
        return Filled(out)
    discount = found["seller_discount"].sql if "seller_discount" in found else "0"
    net = f"(CAST({found['list_amount'].sql} AS DECIMAL(18,4)) - coalesce({discount}, 0))"
    by_rate = share_of(net, "_rate", "(100000000 + _rate)")
    out["tax_inside"] = f"CASE WHEN _included THEN coalesce({tax}, {by_rate}) END"
    placed = out.get("status", "'placed'")
    unknown = (
        f"_included AND {tax} IS NULL AND _rate IS NULL AND coalesce({net}, 0) <> 0"
        f" AND {placed} = 'placed'"
    )
    return Filled(out, unknown)
