"""A warehouse of a few rows in memory, for worked examples: what is left out is harmless."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import duckdb
import ibis

from helpers.tables.bookkeeping import BOOKKEEPING
from helpers.tables.forecast_log import FORECAST_LOG
from helpers.tables.models import load_models
from helpers.tables.plan_tables import PLAN_TABLES, SQL
from helpers.tables.views import STORES

DAY = date(2025, 10, 31)
HARMLESS: dict[str, Any] = {
    "store_id": "shop-a", "order_id": "o1", "kind": "sale", "status": "placed",
    "ordered_at": datetime(2025, 10, 15, 12), "local_date": DAY, "start_date": DAY,
    "end_date": DAY, "country": "DE", "sku": "A", "is_merchandise": True, "quantity": 1,
    "currency": "EUR", "list_amount": Decimal(0), "campaign": "spring", "settlement_id": "s1",
    "category": "other", "spend": Decimal(0), "amount": Decimal(0), "on_hand": 0,
    "name_en": "thing", "name_zh": "物", "level": "store", "ordered_on": DAY, "shipped_on": DAY,
    "captured_on": DAY,
}  # fmt: skip
KINDS = {"refunds": {"kind": "refund"}, "traffic": {"start_date": date(2025, 10, 1),
         "end_date": date(2025, 10, 31), "listing_id": None, "sku": None}}  # fmt: skip

HARMLESS_IN_PLANS: dict[str, dict[str, Any]] = {
    "targets": {"dimension": "", "member": "", "change_kind": "absolute",
                "first_day": date(2025, 1, 1), "due": date(2025, 12, 31)},
    "actions": {"status": "done", "due": DAY, "done_on": DAY},
}  # fmt: skip


class LittleWarehouse:
    """The interface of ``helpers.tables.warehouse.Warehouse`` that metrics use."""

    def __init__(
        self,
        given: Mapping[str, Iterable[Mapping[str, Any]]],
        stores: Mapping[str, str] | None = None,
        rates: Mapping[str, str | None] | None = None,
        base: str = "EUR",
        covers: Iterable[tuple[str, str, date, date]] = (),
        constant_rates: Mapping[str, str] | None = None,
        definitions: Mapping[str, str] | None = None,
    ):
        self.workspace = SimpleNamespace(base_currency=base, definitions=definitions or {})
        self.connection = duckdb.connect()
        self.rates = {base: Decimal(1), **{c: r and Decimal(r) for c, r in (rates or {}).items()}}
        self.constant = self.rates | {c: Decimal(r) for c, r in (constant_rates or {}).items()}
        named = {row.get("store_id", "shop-a") for rows in given.values() for row in rows}
        self.stores = dict(stores or {store: "own" for store in sorted(named - {None})})
        told = {row["store_id"]: row for row in given.get("stores", ())}
        for name, model in load_models().items():
            rows = [self._row(name, model, n, r) for n, r in enumerate(given.get(name, ()))]
            twins = dict.fromkeys(model.constant.values(), "DECIMAL(18,4)")
            self._create(name, model.stored_columns | twins, rows)
        self._create("stores", STORES, [
            {"store_id": store, "name_en": store, "name_zh": store, "platform": platform,
             "currency": base, **told.get(store, {})} for store, platform in self.stores.items()
        ])  # fmt: skip
        for name, columns in PLAN_TABLES.items():
            typed = {one: SQL[kind] for one, kind in columns.items()}
            rows = [{"plan_year": "2025", "id": str(n), **HARMLESS_IN_PLANS.get(name, {}), **row}
                    for n, row in enumerate(given.get(name, ()))]  # fmt: skip
            self._create(name, typed, rows)
        # Told as the rates of one day; without any, a dollar is worth one of the base currency.
        kept = {"batch_covers": [
            {"batch_id": "b", "table_name": t, "fact": t, "store_id": s, "first_day": a,
             "last_day": b} for t, s, a, b in covers
        ], "fx_rates": [
            {"day": DAY, "currency": c, "kind": "daily", "rate": r}
            for c, r in ({"USD": Decimal(1)} | self.rates).items() if r
        ]}  # fmt: skip
        for name, columns in {**BOOKKEEPING, "forecast_log": FORECAST_LOG}.items():
            self._create(name, columns, kept.get(name) or list(given.get(name, ())))
        self._ibis = ibis.duckdb.from_connection(self.connection)
        self.asked: list[str] = []

    def ibis(self, table: str) -> Any:
        self.asked.append(table)
        return self._ibis.table(table)

    def _row(self, name: str, model: Any, number: int, given: Mapping[str, Any]) -> dict[str, Any]:
        harmless = {**HARMLESS, **KINDS.get(name, {}), "line_no": number, "refund_id": str(number)}
        columns = model.stored_columns
        row = {one: harmless[one] for one in columns if one in harmless}
        row |= given
        if name == "order_lines" and "gmv" not in given:
            parts = [row.get(one) or 0 for one in ("seller_discount", "tax_inside")]
            is_sale = row["kind"] == "sale" and row["status"] == "placed"
            row["gmv"] = Decimal(str(row["list_amount"])) - sum(map(_exact, parts))
            row["gmv"] = row["gmv"] if is_sale else 0
        if "fx_rate" in columns:
            rate = row["fx_rate"] = self.rates.get(row.get("currency"), None)
            for one in model.converted:
                amount = row.get(one)
                known = amount is not None and rate is not None
                row[f"{one}_base"] = round(_exact(amount) * rate, 4) if known else None
                held = self.constant.get(row.get("currency"))
                known = amount is not None and held is not None
                row[model.constant[one]] = round(_exact(amount) * held, 4) if known else None
            # An example may state converted amounts itself, for rates that differ.
            row |= {one: given[one] for one in given if one.endswith(("_base", "_const"))}
        if strangers := row.keys() - columns.keys() - set(model.constant.values()):
            raise AssertionError(f"{name} has no columns {sorted(strangers)}")
        return row

    def _create(self, name: str, columns: Mapping[str, str], rows: list[dict[str, Any]]) -> None:
        typed = ", ".join(f'"{one}" {kind}' for one, kind in columns.items())
        self.connection.execute(f'CREATE TABLE "{name}" ({typed})')
        if rows:
            self.connection.executemany(
                f'INSERT INTO "{name}" VALUES ({", ".join("?" * len(columns))})',
                [[row.get(one) for one in columns] for row in rows],
            )


def _exact(amount: Any) -> Decimal:
    return amount if isinstance(amount, Decimal) else Decimal(str(amount))
