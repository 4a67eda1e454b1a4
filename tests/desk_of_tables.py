"""A desk over tables written by hand: the canonical tables in memory, without contracts and build.

Enough for what asks the tables directly; money stands in base currency as it is written.

    desk = desk_of({"order_lines": [sale(sku="A", local_date="2025-12-05", quantity=2, gmv=30)]})
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from helpers.analysis.desk import Desk
from helpers.config.workspace import Workspace
from helpers.paths import WorkspacePaths
from helpers.tables.bookkeeping import BOOKKEEPING
from helpers.tables.models import load_models
from helpers.tables.views import STORES
from helpers.vocabulary.periods import parse_period

Rows = Sequence[Mapping[str, Any]]

SHOPS = {
    "shop-de": ("Shop DE", "amazon", "DE"),
    "shop-uk": ("Shop UK", "shopify", "GB"),
    "shop-uk2": ("Shop UK 2", "tiktok", "GB"),
}


@cache
def _columns() -> Mapping[str, Mapping[str, str]]:
    models = {name: dict(model.stored_columns) for name, model in load_models().items()}
    return models | {name: dict(held) for name, held in BOOKKEEPING.items()} | {"stores": STORES}


@cache
def _empty_tables() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    for name, held in _columns().items():
        con.execute(f'CREATE TABLE "{name}" ({", ".join(f"{c} {t}" for c, t in held.items())})')
    return con


class TablesByHand:
    """Answers what analysis asks of a warehouse from rows written down in a test.

    The tables are made once and emptied for each: only the newest one answers.
    """

    newest: TablesByHand | None = None

    def __init__(self, tables: Mapping[str, Rows]):
        self.models, self.con = load_models(), _empty_tables()
        self.tables_read: set[str] = set()
        self.filled = {name for name, rows in tables.items() if rows}
        before = TablesByHand.newest
        for name in before.filled if before else ():
            self.con.execute(f'DELETE FROM "{name}"')
        TablesByHand.newest = self
        for name, rows in tables.items():
            for row in rows:
                self._insert(name, dict(row), set(_columns()[name]))

    def _insert(self, name: str, row: dict[str, Any], columns: set[str]) -> None:
        model = self.models.get(name)
        for money in model.converted if model else ():
            if money in row:
                row.setdefault(f"{money}_base", row[money])
        assert set(row) <= columns, f"{name} has no columns {set(row) - columns}"
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        self.con.execute(f'INSERT INTO "{name}" ({names}) VALUES ({marks})', list(row.values()))

    def sql(self, query: str, params: Sequence[object] = ()) -> Any:
        assert TablesByHand.newest is self, "another desk has taken the tables over"
        return self.con.execute(query, list(params)).df()

    def has(self, table: str, store_id: str | None = None, period: object = None) -> bool:
        return table in self.filled


def desk_of(
    tables: Mapping[str, Rows],
    period: str = "2025-12",
    language: str = "en",
    folder: Path = Path("nowhere"),
    first: date = date(2023, 1, 1),
) -> Desk:
    """Open a desk on tables written by hand; base currency EUR."""
    workspace = Workspace.model_validate(
        {
            "company": {"en": "Test", "zh": "测试"},
            "base_currency": "EUR",
            "time_zone": "Europe/Berlin",
            "stores": [
                {
                    "id": store,
                    "name": {"en": name, "zh": name},
                    "platform": platform,
                    "currency": "EUR",
                    "time_zone": "Europe/Berlin",
                    "tax_basis": "excluded",
                    "country": country,
                }
                for store, (name, platform, country) in SHOPS.items()
            ],
        }
    )
    stores = [
        {"store_id": store, "platform": platform, "country": country}
        for store, (_, platform, country) in SHOPS.items()
    ]
    asked = parse_period(period)
    return Desk(
        workspace,
        WorkspacePaths(folder),
        TablesByHand({"stores": stores, **tables}),  # type: ignore[arg-type]
        asked,
        language,  # type: ignore[arg-type]
        (first, asked.end),
    )


def sale(**given: Any) -> dict[str, Any]:
    """One placed order line of shop-de: a unit of article A on 1 December 2025 for 10."""
    row = {
        "store_id": "shop-de", "order_id": "O", "line_no": 1, "kind": "sale", "status": "placed",
        "local_date": "2025-12-01", "sku": "A", "is_merchandise": True, "quantity": 1,
        "currency": "EUR",
    } | given  # fmt: skip
    row.setdefault("gmv", 10 * row["quantity"])
    row.setdefault("list_amount", row["gmv"])
    return row
