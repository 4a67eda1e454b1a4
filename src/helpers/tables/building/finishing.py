"""What is filled in, derived and converted of the rows that won."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from helpers.config.workspace import Workspace
from helpers.paths import WorkspacePaths
from helpers.tables.business_hours import ASKED, waited, waiting_join
from helpers.tables.exchange import Constant, load_budget, make_rate_table
from helpers.tables.models import FX_RATE_TYPE, TableModel, quoted
from helpers.vocabulary.faults import Fault

if TYPE_CHECKING:
    import duckdb

_MONEY = "DECIMAL(18,4)"
#: The engine multiplies two decimals of 18 digits in 18 digits; a wider one makes room.
_WIDE = "DECIMAL(24,4)"
_COST_JOIN = """
    LEFT JOIN _costs c ON w.sku_filled = c.sku AND w.local_date >= c.valid_from
        AND w.local_date < c.valid_until
    LEFT JOIN _rates cr ON cr.currency = c.currency AND cr.day = w.local_date"""


def _cost_of(units: str) -> str:
    """Cost of so many units in the base currency, rounded once, at the end."""
    local = f"CAST(CAST({units} AS DECIMAL(20,0)) * c.unit_cost AS {_WIDE})"
    return f"CAST(round({local} * cr.fx_rate, 4) AS {_MONEY})"


#: Derived column -> its expression, over ``w`` (the row) and the joins below.
_DERIVED: dict[tuple[str, str], str] = {
    ("order_lines", "gmv"): (
        "CASE WHEN w.kind = 'sale' AND w.status = 'placed' THEN w.list_amount "
        "- coalesce(w.seller_discount, 0) - coalesce(w.tax_inside, 0) ELSE 0 END"
    ),
    # Postage and the like cost nothing to land unless somebody declared that they do.
    ("order_lines", "landed_cost"): (
        "CASE WHEN w.kind <> 'sale' OR w.status <> 'placed' THEN 0 "
        "WHEN c.unit_cost IS NULL AND NOT w.is_merchandise THEN 0 "
        f"ELSE {_cost_of('w.quantity')} END"
    ),
    ("orders", "line_subtotal"): "l.line_subtotal",
    ("orders", "tie_difference"): "w.stated_subtotal - l.line_subtotal",
    ("inventory_snapshots", "stock_cost"): _cost_of("w.on_hand"),
    ("inventory_snapshots", "cost_0_90"): _cost_of("w.age_0_90"),
    ("inventory_snapshots", "cost_91_180"): _cost_of("w.age_91_180"),
    ("inventory_snapshots", "cost_181_plus"): _cost_of("w.age_181_plus"),
    ("shared_costs", "end_date"): "last_day(w.month_start)",
    **{(table, "response_hours"): waited(table) for table in ASKED},
}
_JOINS: dict[str, str] = {
    "order_lines": _COST_JOIN,
    "inventory_snapshots": _COST_JOIN,
    "orders": "LEFT JOIN _subtotals l ON l.store_id = w.store_id AND l.order_id = w.order_id",
    **{table: waiting_join(table) for table in ASKED},
}


def load_rates(
    con: duckdb.DuckDBPyConnection,
    workspace: Workspace,
    paths: WorkspacePaths,
    models: Mapping[str, TableModel],
    span: tuple[date, date] | None,
) -> list[Fault]:
    """Make ``_rates`` for every day and currency that an amount needs; tell which are missing."""
    needed = [
        f"SELECT currency, {quoted(model.currency_day)} AS day FROM won_{model.table}"
        for model in models.values()
        if model.converted and model.currency_day
    ]
    # A cost is turned into the base currency at the rate of the day it is set against.
    for table in ("order_lines", "inventory_snapshots"):
        needed.append(
            f"SELECT c.currency, w.local_date AS day FROM "
            f"(SELECT DISTINCT sku, currency FROM won_landed_costs) c "
            f"JOIN (SELECT DISTINCT sku, local_date FROM won_{table}) w USING (sku)"
        )
    # What a rule states in dollars is judged at that day's dollar, whatever the company sells in.
    needed.append("SELECT 'USD' AS currency, local_date AS day FROM won_order_lines")
    constant, currencies = None, []
    if span is not None:
        constant = Constant(
            load_budget(paths.reference / "budget_rates.csv"),
            workspace.constant_rates_of or span[1].year - 1,
            span[1],
        )
        undated = " UNION ".join(
            f"SELECT currency FROM won_{model.table}"
            for model in models.values()
            if model.converted and not model.day
        )
        currencies = [one for (one,) in con.execute(undated).fetchall() if one]
    return make_rate_table(
        con,
        "_rates",
        " UNION ".join(needed),
        workspace.base_currency,
        paths.reference / "fx_rates.csv",
        constant,
        currencies,
    )


def sum_up_orders(
    con: duckdb.DuckDBPyConnection, models: Mapping[str, TableModel], filled: set[str]
) -> None:
    """Make what several tables look up: costs by day, and what orders say of their lines."""
    con.execute(
        """CREATE TABLE _costs AS SELECT *, lead(valid_from, 1, DATE '9999-12-31')
            OVER (PARTITION BY sku ORDER BY valid_from) AS valid_until FROM won_landed_costs"""
    )
    if "orders" in filled:
        con.execute(
            """CREATE TABLE _subtotals AS SELECT store_id, order_id,
                sum(list_amount - coalesce(seller_discount, 0)) AS line_subtotal
            FROM won_order_lines WHERE kind = 'sale' GROUP BY ALL"""
        )
    if any(_takes_country_of_order(models[name]) for name in filled):
        con.execute(
            """CREATE TABLE _order_countries AS
            SELECT store_id, order_id, min(country) AS country FROM won_order_lines GROUP BY ALL"""
        )


def _takes_country_of_order(model: TableModel) -> bool:
    named = {"store_id", "country", "order_id"} <= set(model.columns)
    return named and model.table != "order_lines"


def finished(model: TableModel) -> str:
    """Write the query that fills articles, countries, derived and base columns."""
    name, columns = model.table, model.columns
    joins = [_JOINS.get(name, "")]
    inner_joins = []
    sku = "w.sku" if "sku" in columns else "NULL"
    if {"store_id", "listing_id", "sku"} <= set(columns) and name != "sku_map":
        inner_joins.append(
            "LEFT JOIN won_sku_map m ON m.store_id = w.store_id AND m.listing_id = w.listing_id"
        )
        sku = "coalesce(w.sku, m.sku)"
    country = "w.country" if "country" in columns else "NULL"
    if {"store_id", "country"} <= set(columns):
        inner_joins.append("LEFT JOIN _stores s ON s.store_id = w.store_id")
        places = ["w.country", "s.country"]
        if _takes_country_of_order(model):
            inner_joins.append(
                "LEFT JOIN _order_countries o "
                "ON o.store_id = w.store_id AND o.order_id = w.order_id"
            )
            places.insert(1, "o.country")
        country = f"coalesce({', '.join(places)})"
    filled = (
        f"(SELECT w.*, CAST({sku} AS VARCHAR) AS sku_filled, "
        f"CAST({country} AS VARCHAR) AS country_filled "
        f"FROM won_{name} w {' '.join(inner_joins)}) w"
    )
    cells = [
        f"w.{quoted(f'{column}_filled' if column in ('sku', 'country') else column)} "
        f"AS {quoted(column)}"
        for column in columns
    ]
    cells += [
        f"CAST({_DERIVED[name, column]} AS {declared.sql_type}) AS {quoted(column)}"
        for column, declared in model.derived.items()
    ]
    rate = f"CAST(NULL AS {FX_RATE_TYPE})"
    if model.converted and model.currency_day:
        joins.append(
            f"LEFT JOIN _rates r ON r.currency = w.currency "
            f"AND r.day = w.{quoted(model.currency_day)}"
        )
        rate = "r.fx_rate"
    inner = (
        f"SELECT {', '.join(cells)}, {rate} AS fx_rate, w.batch_id, w.source_line "
        f"FROM {filled} {' '.join(joins)}"
    )
    in_base = {f"{column}_base": column for column in model.converted}
    outer = [
        f"CAST(round(CAST({quoted(in_base[column])} AS {_WIDE}) * fx_rate, 4) AS {kind}) "
        f"AS {quoted(column)}"
        if column in in_base
        else quoted(column)
        for column, kind in model.stored_columns.items()
    ]
    return f"SELECT {', '.join(outer)} FROM ({inner})"
