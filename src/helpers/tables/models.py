"""The canonical tables as declared: ``models/*.yml``, one file each, grain first.

A table is what every export of its kind becomes, whatever the platform calls its columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from helpers.config.declarations import read_declaration
from helpers.vocabulary.faults import DeclarationFaulty, Fault
from helpers.vocabulary.labels import Declared

MODELS = Path(__file__).with_name("models")

SQL_TYPES: dict[str, str] = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "money": "DECIMAL(18,4)",
    "rate": "DECIMAL(18,8)",
    "number": "DOUBLE",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "boolean": "BOOLEAN",
}

#: Base units of money per unit of the row's currency. Twelve places and not eight: one dong is
#: 0.00003612 euro, and four figures are too few for a sum that is to be right to the cent.
FX_RATE_TYPE = "DECIMAL(18,12)"

#: How the engine writes tables: a quarter smaller, and a third quicker, than its own defaults.
PARQUET = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, PARQUET_VERSION V2"

#: Where a row came from: the accepted file, and the line in it.
PROVENANCE: dict[str, str] = {"batch_id": "VARCHAR", "source_line": "BIGINT"}


def quoted(name: str) -> str:
    """Quote a name for SQL.

    >>> quoted("order")
    '"order"'
    """
    return '"' + name.replace('"', '""') + '"'


def literal(value: object) -> str:
    """Write a declared value as an SQL text literal.

    >>> literal("placed")
    "'placed'"
    """
    return "'" + str(value).replace("'", "''") + "'"


class ColumnModel(Declared):
    """One column: its type, and what its values must keep to."""

    type: Literal["text", "integer", "money", "rate", "number", "date", "timestamp", "boolean"]
    required: bool = False
    #: The only values there are.
    allowed: tuple[str, ...] = ()
    #: A regular expression that the whole value must match.
    form: str | None = None
    #: The smallest sound value.
    least: Decimal | None = None
    #: Money that is in the base currency already (derived costs).
    in_base: bool = False

    @property
    def sql_type(self) -> str:
        """Give the type as the engine writes it."""
        return SQL_TYPES[self.type]


class TableModel(Declared):
    """One canonical table.

    ``replaces_by`` is the unit in which a newer export overrules an older one: whole orders,
    whole settlements, a store's whole day of advertising.
    """

    table: str
    grain: str
    key: tuple[str, ...]
    replaces_by: tuple[str, ...]
    fact: str
    #: The column that says which day a row belongs to; the table is partitioned by its month.
    day: str | None = None
    #: The day whose exchange rate applies, where the table has no ``day`` of its own.
    rate_day: str | None = None
    #: ``store``: rows must be in the store's currency, or they are in the wrong folder.
    currencies: Literal["store", "several"] = "store"
    #: Within what one source is the authority for the fact; empty where sources add up.
    authority: tuple[str, ...] = ("store_id",)
    #: Comes along with other exports: a clash here never costs the row that carried it.
    incidental: bool = False
    columns: Mapping[str, ColumnModel]
    derived: Mapping[str, ColumnModel] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _names_known_columns(self) -> TableModel:
        named = {*self.key, *self.replaces_by, *self.authority, self.day, self.rate_day} - {None}
        if strangers := sorted(str(name) for name in named if name not in self.columns):
            raise ValueError(f"names columns it does not have: {strangers}")
        if both := sorted(set(self.columns) & set(self.derived)):
            raise ValueError(f"columns {both} are both read and derived")
        return self

    @property
    def converted(self) -> tuple[str, ...]:
        """List the money columns that get a ``_base`` twin."""
        if "currency" not in self.columns:
            return ()
        every = {**self.columns, **self.derived}
        return tuple(n for n, c in every.items() if c.type == "money" and not c.in_base)

    @property
    def main_money(self) -> str | None:
        """Name the money that the table is about: derived if any is, else the first required."""
        required = [name for name in self.converted if name in self.columns]
        required.sort(key=lambda name: not self.columns[name].required)
        derived = [name for name in self.converted if name in self.derived]
        return next(iter([*derived, *required]), None)

    @property
    def constant(self) -> dict[str, str]:
        """Give each converted column's twin at constant rates, which readers compute."""
        return {name: f"{name}_const" for name in self.converted}

    @property
    def currency_day(self) -> str | None:
        """Name the column whose day decides the exchange rate."""
        return self.day or self.rate_day

    @property
    def last_day(self) -> str | None:
        """Name the column with the last day of a row that may speak for several days."""
        return "end_date" if "end_date" in self.columns else self.day

    @property
    def read_columns(self) -> dict[str, str]:
        """Give name and SQL type of what an export can bring."""
        return {name: column.sql_type for name, column in self.columns.items()}

    @property
    def stored_columns(self) -> dict[str, str]:
        """Give name and SQL type of what the warehouse holds, in order."""
        stored = self.read_columns | {n: c.sql_type for n, c in self.derived.items()}
        if self.converted:
            stored["fx_rate"] = FX_RATE_TYPE
            stored |= {f"{name}_base": SQL_TYPES["money"] for name in self.converted}
        return stored | PROVENANCE


@cache
def load_models(folder: Path = MODELS) -> Mapping[str, TableModel]:
    """Read every table model, in the order of names.

    Raises:
        DeclarationFaulty: Carries the faults of all models at once.
    """
    faults: list[Fault] = []
    found: dict[str, TableModel] = {}
    for path in sorted(folder.glob("*.yml")):
        try:
            model = read_declaration(path, TableModel)
        except DeclarationFaulty as trouble:
            faults += trouble.faults
            continue
        if model.table != path.stem:
            faults.append(
                Fault(f"{path}: table", f"is {model.table!r}", "give file and table one name")
            )
        found[model.table] = model
    if faults:
        raise DeclarationFaulty(faults)
    return found
