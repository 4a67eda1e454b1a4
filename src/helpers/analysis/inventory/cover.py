"""How long each position lasts: on days in stock, with both safety stocks and what each implies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from helpers.analysis.desk import Desk, number
from helpers.analysis.inventory.demand import positions, season_factors
from helpers.analysis.inventory.safety import (
    SERVICE_LEVEL,
    implied_service_level,
    rule_safety_stock,
    safety_stock,
)
from helpers.analysis.rules.rulebook import rules_of
from helpers.vocabulary.labels import Label

if TYPE_CHECKING:
    import pandas as pd

#: Of a position with fewer ordinary days than this nobody knows what it sells.
BASE_DAYS_AT_LEAST = 7

VERDICTS: dict[str, Label] = {
    "out_of_stock": Label(en="Out of stock", zh="已断货"),
    "runs_out": Label(en="Runs out before a new order can arrive", zh="补货到达前将断货"),
    "below_safety": Label(en="Below safety stock", zh="低于安全库存"),
    "overstock": Label(en="More cover than the clearance rule allows", zh="可售天数超过清仓线"),
    "no_sales": Label(en="In stock, nothing sold on ordinary days", zh="有库存但平日无销量"),
    "too_new": Label(en="Too few ordinary days to tell", zh="正常销售天数不足，暂无法判断"),
    "fine": Label(en="Fine", zh="正常"),
}
COVER_COLUMNS = [
    "store", "store_label", "country", "member", "label", "as_of", "on_hand", "inbound",
    "units_30d", "base_days", "out_days", "peak_days", "daily_units", "daily_spread", "season",
    "cover_days", "cover_with_inbound_days", "lead_time_days", "lead_spread", "safety_stock",
    "service_level", "safety_stock_rule", "rule_service_level", "unit_cost", "price",
    "stock_value", "order_minimum", "is_young", "verdict", "verdict_label", "currency", "status",
]  # fmt: skip


def cover_table(desk: Desk) -> pd.DataFrame:
    """Say for each position how long it lasts.

    Returns:
        store, store_label, country, member (article number), label, as_of (day of the stock
        report), on_hand, inbound, units_30d (as sold), base_days, out_days and peak_days of the
        last 90, daily_units (a day in stock without promotion; empty with fewer than 7 such
        days), daily_spread, season (factor for the 60 days ahead by last year's; 1 where
        unknown), cover_days, cover_with_inbound_days (empty where nothing was sold),
        lead_time_days, lead_spread, safety_stock (95 % service over the lead time) with
        service_level, safety_stock_rule (R07) with rule_service_level (what the rule amounts
        to), unit_cost, price and stock_value in base currency (empty where unknown),
        order_minimum, is_young (younger than the clearance rule's days: no clearance), verdict
        (a key of ``VERDICTS``), verdict_label, currency, status. The shortest cover first.
        Empty without a stock report in the last 31 days.
    """
    return desk.once("stock cover", _cover_table)


def _cover_table(desk: Desk) -> pd.DataFrame:
    import pandas as pd

    empty = pd.DataFrame(columns=COVER_COLUMNS)
    if not desk.warehouse.has("inventory_snapshots"):
        return empty
    raw = positions(desk)
    if raw.empty:
        return empty
    rules = rules_of(desk)
    factor, clearance = rules["R07"].at("factor"), rules["R08"].at("cover_days")
    seasons = season_factors(desk)
    rows = [
        _row(desk, row, factor, clearance, seasons.get(row["store_id"], seasons.get("", 1.0)))
        for row in raw.to_dict("records")
    ]
    table = pd.DataFrame(rows, columns=COVER_COLUMNS)
    return table.sort_values(
        ["cover_days", "units_30d", "member"], ascending=[True, False, True], na_position="last",
        ignore_index=True,
    )  # fmt: skip


def _row(
    desk: Desk, row: dict[Any, Any], factor: float, clearance: float, season: float
) -> dict[str, Any]:
    on_hand, inbound = float(row["on_hand"]), number(row["inbound"]) or 0.0
    units, days = float(row["units_30d"]), number(row["base_days"]) or 0.0
    daily = float(row["base_units"]) / days if days >= BASE_DAYS_AT_LEAST else None
    spread, lead = number(row["daily_spread"]) or 0.0, number(row["lead_time_days"])
    lead_spread = number(row["lead_spread"]) or 0.0
    noises = {"daily_units": daily or 0.0, "lead_spread": lead_spread}
    safety = safety_stock(spread, lead, **noises) if lead is not None and daily else None
    rule = rule_safety_stock(units, factor)
    cover = on_hand / daily if daily else None
    verdict = _verdict(on_hand, daily, lead, rule if safety is None else safety, clearance)
    born = row["launched_on"]
    return {
        "store": row["store_id"],
        "store_label": desk.member_label("store", row["store_id"]),
        "country": None if _is_missing(row["country"]) else row["country"],
        "member": row["sku"],
        "label": desk.member_label("product", row["sku"]),
        "as_of": row["as_of"],
        "on_hand": on_hand,
        "inbound": inbound,
        "units_30d": units,
        "base_days": days,
        "out_days": float(row["out_days"]),
        "peak_days": float(row["peak_days"]),
        "daily_units": daily,
        "daily_spread": spread,
        "season": season,
        "cover_days": cover,
        "cover_with_inbound_days": (on_hand + inbound) / daily if daily else None,
        "lead_time_days": lead,
        "lead_spread": lead_spread,
        "safety_stock": safety,
        "service_level": SERVICE_LEVEL if safety else None,
        "safety_stock_rule": rule if units else None,
        "rule_service_level": implied_service_level(rule, spread, lead, **noises)
        if lead is not None and units
        else None,
        "unit_cost": number(row["unit_cost"]),
        "price": number(row["price"]),
        "stock_value": number(row["stock_value"]),
        "order_minimum": number(row["order_minimum"]),
        "is_young": _is_missing(born) or (desk.elapsed.end - _as_date(born)).days < clearance,
        "verdict": verdict,
        "verdict_label": VERDICTS[verdict].text(desk.language),
        "currency": desk.currency,
        "status": "ok",
    }


def _verdict(
    on_hand: float, daily: float | None, lead: float | None, safety: float, clearance: float
) -> str:
    if daily is None:
        return "too_new" if on_hand > 0 else "fine"
    if daily == 0:
        return "no_sales" if on_hand > 0 else "fine"
    if on_hand <= 0:
        return "out_of_stock"
    cover = on_hand / daily
    if lead is not None and cover < lead:
        return "runs_out"
    if on_hand < safety:
        return "below_safety"
    return "overstock" if cover > clearance else "fine"


def _is_missing(value: Any) -> bool:
    import pandas as pd

    return value is None or bool(pd.isna(value))


def _as_date(value: Any) -> Any:
    return value.date() if hasattr(value, "date") else value
