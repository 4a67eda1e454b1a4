"""Which tables and columns a source may fill: the table models of ``tables``, read as data.

The models are declared once, in ``tables/models``; copying their column names up here would only
let the two drift apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from helpers.config.declarations import read_yaml
from helpers.paths import PACKAGE

_OUT = {
    "text": "VARCHAR", "integer": "BIGINT", "money": "DECIMAL(18,4)", "date": "DATE",
    "timestamp": "TIMESTAMP", "boolean": "BOOLEAN", "rate": "DECIMAL(18,8)", "number": "DOUBLE",
}  # fmt: skip


@lru_cache(maxsize=1)
def tables() -> Mapping[str, Mapping[str, str]]:
    """Give each table's columns and their types, as the models name them."""
    found = {}
    for path in sorted((PACKAGE / "tables" / "models").glob("*.yml")):
        model = read_yaml(path)
        found[model["table"]] = MappingProxyType(
            {column: about["type"] for column, about in model["columns"].items()}
        )
    return MappingProxyType(found)


@lru_cache(maxsize=1)
def required() -> Mapping[str, frozenset[str]]:
    """Give the columns of each table without which a row is set aside."""
    found = {}
    for path in sorted((PACKAGE / "tables" / "models").glob("*.yml")):
        model = read_yaml(path)
        found[model["table"]] = frozenset(
            column for column, about in model["columns"].items() if about.get("required")
        )
    return MappingProxyType(found)


def sql_type(kind: str) -> str:
    """Give the SQL type in which a table's column leaves this room."""
    return _OUT.get(kind, "VARCHAR")
