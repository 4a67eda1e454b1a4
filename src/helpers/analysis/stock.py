"""What to buy, what to clear, what is about to run out; with quantities as far as tables allow.

Cover counts on the units really sold. Two safety stocks stand side by side: the statistical one
and the house rule of one and a half months (DOMAIN R07, E10), so that nobody has to believe
either without seeing the other.
"""

from __future__ import annotations

import math
from datetime import timedelta
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

from helpers.analysis.desk import Desk, number
from helpers.vocabulary.labels import Label

if TYPE_CHECKING:
    import pandas as pd

SALES_DAYS, NOISE_DAYS = 30, 90
REVIEW_DAYS = 30
SERVICE_LEVEL = 0.95
RULE_FACTOR = 1.5
CLEARANCE_DAYS = 90
#: A stock report older than this says nothing about today.
SNAPSHOT_MAY_BE_OLD_DAYS = 31

VERDICTS: dict[str, Label] = {
    "out_of_stock": Label(en="Out of stock", zh="已断货"),
    "runs_out": Label(en="Runs out before a new order can arrive", zh="补货到达前将断货"),
    "below_safety": Label(en="Below safety stock", zh="低于安全库存"),
    "overstock": Label(en="More than 90 days of cover", zh="可售天数超过90天"),
    "no_sales": Label(en="In stock, nothing sold in 30 days", zh="有库存但近30天无销量"),
    "fine": Label(en="Fine", zh="正常"),
}
ACTIONS: dict[str, Label] = {
    "buy": Label(en="Buy", zh="补货"),
    "chase": Label(en="Speed up the inbound delivery", zh="催促在途到货"),
    "clear": Label(en="Clear", zh="清仓"),
}
COVER_COLUMNS = [
    "store", "store_label", "member", "label", "as_of", "on_hand", "inbound", "units_30d",
    "daily_units", "cover_days", "cover_with_inbound_days", "lead_time_days", "safety_stock",
    "safety_stock_rule", "rule_service_level", "unit_cost", "stock_value", "order_minimum",
    "is_young", "verdict", "verdict_label", "currency", "status",
]  # fmt: skip
ACTION_COLUMNS = [
    "store", "store_label", "member", "label", "action", "action_label", "quantity", "cash",
    "cover_days", "lead_time_days", "on_hand", "inbound", "daily_units", "verdict", "verdict_label",
    "unit", "currency", "status",
]  # fmt: skip


def safety_stock(
    daily_spread: float,
    lead_days: float,
    *,
    daily_units: float = 0.0,
    lead_spread: float = 0.0,
    service_level: float = SERVICE_LEVEL,
) -> float:
    """Give the stock that covers demand and delivery noise: z·√(L·σ_D² + D²·σ_L²)."""
    z = NormalDist().inv_cdf(service_level)
    return z * math.sqrt(lead_days * daily_spread**2 + (daily_units * lead_spread) ** 2)


def rule_safety_stock(units_30d: float) -> float:
    """Give the house rule's safety stock: one and a half times what 30 days sold (R07)."""
    return RULE_FACTOR * units_30d


def implied_service_level(stock: float, daily_spread: float, lead_days: float) -> float | None:
    """Say how often a safety stock suffices; None where demand has shown no noise."""
    spread = daily_spread * math.sqrt(lead_days) if lead_days > 0 else 0.0
    return NormalDist().cdf(stock / spread) if spread > 0 else None


def cover_table(desk: Desk) -> pd.DataFrame:
    """Say for each article of each store how long it lasts, all its warehouses together.

    Returns:
        store, store_label, member (article number), label, as_of (day of the stock report),
        on_hand, inbound, units_30d, daily_units (over days in stock where reports are daily),
        cover_days, cover_with_inbound_days (empty where nothing was sold), lead_time_days,
        safety_stock (95 % service, demand noise over the lead time; delivery noise is not in
        the tables), safety_stock_rule (1.5 x 30 days), rule_service_level (what the rule
        amounts to), unit_cost and stock_value in base currency (empty where no cost is known),
        order_minimum, is_young (first sold or launched less than 90 days ago: no clearance),
        verdict (a key of ``VERDICTS``), verdict_label, currency, status. The shortest cover
        first. Empty without a stock report in the last 31 days.
    """
    import pandas as pd

    empty = pd.DataFrame(columns=COVER_COLUMNS)
    if not desk.warehouse.has("inventory_snapshots"):
        return empty
    raw = _stock_and_sales(desk)
    if raw.empty:
        return empty
    rows = [_cover_row(desk, row) for row in raw.to_dict("records")]
    table = pd.DataFrame(rows, columns=COVER_COLUMNS)
    return table.sort_values(
        ["cover_days", "units_30d", "member"], ascending=[True, False, True], na_position="last",
        ignore_index=True,
    )  # fmt: skip


def to_act_on(desk: Desk, top: int | None = None) -> pd.DataFrame:
    """List what to buy, chase and clear, most money first within each action.

    Buy = sales over lead time and review period + safety stock - on hand - inbound, at least
    the order minimum, wherever the position is below the reorder point. Chase = it runs out
    before the inbound units count, though enough is on its way. Clear = what lies beyond 90
    days of cover, never for articles younger than that.

    Returns:
        store, store_label, member, label, action (``buy``, ``chase``, ``clear``), action_label,
        quantity, cash (money needed to buy, or tied up in what should be cleared; empty where
        no cost is known), cover_days, lead_time_days, on_hand, inbound, daily_units, verdict,
        verdict_label, unit, currency, status.
    """
    import pandas as pd

    rows = []
    for row in cover_table(desk).to_dict("records"):
        if found := _action(row):
            action, quantity = found
            cost = number(row["unit_cost"])
            rows.append(
                {
                    **row,
                    "action": action,
                    "action_label": ACTIONS[action].text(desk.language),
                    "quantity": quantity,
                    "cash": None if cost is None or action == "chase" else quantity * cost,
                    "unit": "units",
                }
            )
    table = pd.DataFrame(rows, columns=ACTION_COLUMNS)
    order = {action: place for place, action in enumerate(ACTIONS)}
    table = table.assign(_order=table["action"].map(order)).sort_values(
        ["_order", "cash", "quantity", "member"], ascending=[True, False, False, True],
        na_position="last", ignore_index=True,
    )[ACTION_COLUMNS]  # fmt: skip
    return table.head(top) if top else table


def _action(row: dict[Any, Any]) -> tuple[str, int] | None:
    daily = number(row["daily_units"]) or 0.0
    on_hand, inbound = number(row["on_hand"]) or 0.0, number(row["inbound"]) or 0.0
    lead, safety = number(row["lead_time_days"]), number(row["safety_stock"])
    if row["verdict"] in ("overstock", "no_sales"):
        surplus = math.floor(on_hand - CLEARANCE_DAYS * daily)
        return ("clear", surplus) if surplus > 0 and not row["is_young"] else None
    if daily <= 0 or lead is None or safety is None:
        return None
    position = on_hand + inbound
    if position < daily * lead + safety:
        wanted = daily * (lead + REVIEW_DAYS) + safety - position
        return "buy", math.ceil(max(wanted, number(row["order_minimum"]) or 0.0))
    if inbound > 0 and row["verdict"] in ("out_of_stock", "runs_out"):
        return "chase", int(inbound)
    return None


def _cover_row(desk: Desk, row: dict[Any, Any]) -> dict[str, Any]:
    on_hand, inbound = float(row["on_hand"]), number(row["inbound"]) or 0.0
    units = number(row["units_30d"]) or 0.0
    out_days = number(row["out_days"]) or 0.0
    daily = units / max(SALES_DAYS - out_days, 1.0)
    spread = number(row["daily_spread"]) or 0.0
    lead = number(row["lead_time_days"])
    safety = safety_stock(spread, lead) if lead is not None and daily > 0 else None
    rule = rule_safety_stock(units)
    cover = on_hand / daily if daily > 0 else None
    with_inbound = (on_hand + inbound) / daily if daily > 0 else None
    verdict = _verdict(on_hand, daily, cover, lead, safety if safety is not None else rule)
    born = row["launched_on"]
    return {
        "store": row["store_id"],
        "store_label": desk.member_label("store", row["store_id"]),
        "member": row["sku"],
        "label": desk.member_label("product", row["sku"]),
        "as_of": row["as_of"],
        "on_hand": on_hand,
        "inbound": inbound,
        "units_30d": units,
        "daily_units": daily,
        "cover_days": cover,
        "cover_with_inbound_days": with_inbound,
        "lead_time_days": lead,
        "safety_stock": safety,
        "safety_stock_rule": rule if units else None,
        "rule_service_level": implied_service_level(rule, spread, lead or 0.0),
        "unit_cost": number(row["unit_cost"]),
        "stock_value": number(row["stock_value"]),
        "order_minimum": number(row["order_minimum"]),
        "is_young": _is_missing(born) or (desk.elapsed.end - _as_date(born)).days < CLEARANCE_DAYS,
        "verdict": verdict,
        "verdict_label": VERDICTS[verdict].text(desk.language),
        "currency": desk.currency,
        "status": "ok",
    }


def _verdict(
    on_hand: float, daily: float, cover: float | None, lead: float | None, safety: float
) -> str:
    if cover is None:
        return "no_sales" if on_hand > 0 else "fine"
    if on_hand <= 0:
        return "out_of_stock"
    if lead is not None and cover < lead:
        return "runs_out"
    if on_hand < safety:
        return "below_safety"
    return "overstock" if cover > CLEARANCE_DAYS else "fine"


def _stock_and_sales(desk: Desk) -> pd.DataFrame:
    end = desk.elapsed.end
    has_products = desk.warehouse.has("products")
    product = (
        "SELECT sku, lead_time_days, order_minimum, launched_on FROM products"
        if has_products
        else "SELECT NULL::VARCHAR AS sku, NULL::BIGINT AS lead_time_days, "
        "NULL::BIGINT AS order_minimum, NULL::DATE AS launched_on"
    )
    return desk.warehouse.sql(
        f"""
        WITH latest AS (
            -- Two warehouses of a store need not be counted on the same day.
            SELECT store_id, coalesce(warehouse, '') AS place, max(local_date) AS as_of
            FROM inventory_snapshots WHERE local_date BETWEEN ? AND ? GROUP BY ALL
        ),
        stock AS (
            SELECT s.store_id, sku, max(as_of) AS as_of, sum(on_hand)::BIGINT AS on_hand,
                   sum(inbound)::BIGINT AS inbound,
                   -- What is worth nobody knows how much makes the whole unknown.
                   CASE WHEN count(*) FILTER (WHERE on_hand > 0 AND stock_cost IS NULL) = 0
                        THEN sum(stock_cost) END AS stock_cost
            FROM inventory_snapshots s
            JOIN latest l ON l.store_id = s.store_id AND l.place = coalesce(s.warehouse, '')
            WHERE local_date = as_of GROUP BY s.store_id, sku
        ),
        reported AS (
            -- Days without stock count only where stock is reported (nearly) every day.
            SELECT store_id, sku,
                   CASE WHEN count(*) >= {SALES_DAYS - 5}
                        THEN count(*) FILTER (WHERE on_hand = 0) ELSE 0 END AS out_days
            FROM (SELECT store_id, sku, local_date, sum(on_hand) AS on_hand
                  FROM inventory_snapshots WHERE local_date > ? AND local_date <= ?
                  GROUP BY ALL)
            GROUP BY store_id, sku
        ),
        daily AS (
            SELECT store_id, sku, local_date, sum(quantity) AS units,
                   sum(landed_cost) AS cost,
                   sum(quantity) FILTER (WHERE landed_cost IS NOT NULL) AS costed
            FROM order_lines
            WHERE kind = 'sale' AND status = 'placed' AND sku IS NOT NULL
              AND local_date > ? AND local_date <= ?
            GROUP BY store_id, sku, local_date
        ),
        sold AS (
            SELECT store_id, sku,
                   sum(units) FILTER (WHERE local_date > ?) AS units_30d,
                   -- Days without a sale are days with nought: they belong to the spread.
                   sqrt(greatest(0, (sum(units * units)
                        - sum(units) * sum(units)::DOUBLE / {NOISE_DAYS}) / ({NOISE_DAYS} - 1)))
                        AS daily_spread,
                   sum(cost) / nullif(sum(costed), 0) AS cost_sold
            FROM daily GROUP BY store_id, sku
        ),
        first_sale AS (SELECT sku, min(local_date) AS first_day FROM order_lines GROUP BY sku),
        product AS ({product})
        SELECT stock.store_id, stock.sku, as_of, on_hand, inbound, units_30d, daily_spread,
               out_days, lead_time_days, order_minimum,
               coalesce(launched_on, first_day) AS launched_on,
               stock_cost AS stock_value,
               coalesce(stock_cost / nullif(on_hand, 0), cost_sold) AS unit_cost
        FROM stock
        LEFT JOIN sold USING (store_id, sku)
        LEFT JOIN reported USING (store_id, sku)
        LEFT JOIN first_sale ON first_sale.sku = stock.sku
        LEFT JOIN product ON product.sku = stock.sku
        ORDER BY stock.store_id, stock.sku
        """,
        (
            end - timedelta(days=SNAPSHOT_MAY_BE_OLD_DAYS), end,
            end - timedelta(days=SALES_DAYS), end,
            end - timedelta(days=NOISE_DAYS), end,
            end - timedelta(days=SALES_DAYS),
        ),
    )  # fmt: skip


def _is_missing(value: Any) -> bool:
    import pandas as pd

    return value is None or bool(pd.isna(value))


def _as_date(value: Any) -> Any:
    return value.date() if hasattr(value, "date") else value
