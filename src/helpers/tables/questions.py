"""Questions to the tables that can be put again, and short names for their answers.

A page notes what it asked and the name of the answer; while the same question gives the same
name, the page need not run again (``tables.reads``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from helpers.tables.reads import digest_of

if TYPE_CHECKING:
    import pandas

    from helpers.tables.coverage import Coverage
    from helpers.tables.warehouse import Warehouse


def short(text: str) -> str:
    """Name a long text."""
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


# -- naming answers; their order counts where it was asked for -------------------------------------


def answer_of(query: str, found: pandas.DataFrame) -> str:
    """Name what ``Warehouse.sql`` gave."""
    return digest_of(found, ordered="order by" in query.casefold())


def answer_in_rows(query: str, found: Sequence[Sequence[Any]]) -> str:
    """Name what ``Warehouse.rows`` gave."""
    told = [repr(row) for row in found]
    return short(repr(told if "order by" in query.casefold() else sorted(told)))


def told_coverage(covered: Coverage) -> list[str]:
    """Name from when to when there are sales, store by store."""
    stores = {one: (str(first), str(last)) for one, (first, last) in covered.stores.items()}
    return [str(covered.first), str(covered.last), short(repr(sorted(stores.items())))]


def last_until(covered: Coverage, day: date) -> date | None:
    """Give the last day with sales up to a day."""
    return None if covered.last is None else min(covered.last, day)


def stores_until(covered: Coverage, day: date) -> dict[str, tuple[date, date]]:
    """Give first and last day of the stores that had sales by a day, up to it."""
    stores = covered.stores.items()
    return {store: (first, min(last, day)) for store, (first, last) in stores if first <= day}


def told_stores(stores: Mapping[str, tuple[date, date]]) -> str:
    """Name what ``stores_until`` gave."""
    return short(repr(sorted(stores.items())))


# -- writing questions -----------------------------------------------------------------------------


def as_json(value: object) -> Any:
    """Write a parameter of a query so that it can be told from a text that looks like it.

    Raises:
        TypeError: It cannot be written, so that its question cannot be put again.
    """
    if isinstance(value, date) and not hasattr(value, "hour"):
        return {"date": value.isoformat()}
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, list | tuple):
        return [as_json(one) for one in value]
    raise TypeError(f"a parameter of a query is a {type(value).__name__}; give a day or a word")


def _from_json(told: Any) -> Any:
    if isinstance(told, dict):
        return date.fromisoformat(told["date"])
    return [_from_json(one) for one in told] if isinstance(told, list) else told


# -- putting them again ----------------------------------------------------------------------------


def _sql_again(warehouse: Warehouse, query: str, params: Sequence[Any]) -> str:
    warehouse.named_in(query)
    return answer_of(query, warehouse.connection.execute(query, _from_json(params)).df())


def _rows_again(warehouse: Warehouse, query: str, params: Sequence[Any]) -> str:
    warehouse.named_in(query)
    found = warehouse.connection.execute(query, _from_json(params)).fetchall()
    return answer_in_rows(query, found)


#: By their name in ``ReadNotes``.
QUESTIONS: Mapping[str, Callable[..., Any]] = {
    "sql": _sql_again,
    "rows": _rows_again,
    "coverage": lambda warehouse: told_coverage(warehouse.covered),
    "first_day": lambda warehouse: str(warehouse.covered.first),
    "last_day": lambda warehouse, day: str(last_until(warehouse.covered, date.fromisoformat(day))),
    "stores_until": lambda warehouse, day: told_stores(
        stores_until(warehouse.covered, date.fromisoformat(day))
    ),
}
