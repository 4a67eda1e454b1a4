"""Rules about promotions: what must be ready by when, and which prices would sell at a loss."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from helpers.analysis.rules.answer import Answer
from helpers.analysis.rules.case import Case

if TYPE_CHECKING:
    import pandas as pd

#: Milestones before a promotion's first day, and the threshold that says how many days.
MILESTONES = {"pick": "pick_days", "produce": "produce_days", "stock_up": "stock_up_days",
              "arrive": "arrive_days"}  # fmt: skip


def milestones(case: Case) -> Answer:
    """R17: pick 90, produce 60, stock up 45 and arrive 30 days before each promotion.

    The source says 45 days in one place and 90, 60, 30 in another (A3-7): all four are parameters.
    """
    ahead = int(case.at("ahead_days"))
    longest = max(int(case.at(name)) for name in MILESTONES.values())
    found = case.desk.warehouse.sql(
        """
        SELECT name_en, name_zh, first_day, count(*) AS platforms FROM calendar_events
        WHERE kind = 'promo' AND first_day > $1 AND first_day <= $2
          AND (platform IS NULL OR platform IN (SELECT platform FROM stores
                                                WHERE coalesce(closed_on, $1) >= $1))
        GROUP BY ALL ORDER BY first_day, name_en
        """,
        (case.end, case.end + timedelta(days=longest + ahead)),
    )
    if found.empty:
        return case.unknown(ahead=(longest + ahead, "days"))
    items = []
    for row in found.to_dict("records"):
        first: date = row["first_day"].date()
        for step, name in MILESTONES.items():
            due = first - timedelta(days=int(case.at(name)))
            if case.end < due <= case.end + timedelta(days=ahead):
                items.append(
                    {
                        "item": f"{step} {row['name_en']} {first}",
                        "label": row[f"name_{case.desk.language}"], "action": step, "due": due,
                        "detail": case.detail("event", day=first),
                    }
                )  # fmt: skip
    items.sort(key=lambda item: (item["due"], item["item"]))
    facts = {"n": len(found), "figure": float(len(items)), "threshold": 0.0}
    told = {"count": (len(items), "count"), "events": (len(found), "count"),
            "ahead": (ahead, "days")}  # fmt: skip
    if not items:
        return case.fine(**facts, **told)
    return case.act(items, **facts, **told, first=items[0]["due"], plural=len(items) != 1)


def stairs(case: Case) -> Answer:
    """R18: half price in the first hour, 60 % to the third, 70 % all day: who pays for it?

    5折 is 50 % of the price and 7折 is 70 % of it: read as "5 % off" or "70 % off" the margin turns
    upside down. Articles whose landed cost is not covered at a step stay out of it.
    """
    pays = {name: case.at(name) for name in ("first_hour", "third_hour", "all_day")}
    return _below_cost(case, pays)


def basket_discount(case: Case) -> Answer:
    """R19: 30 off 100 is up to 30 % off: which articles would be sold below the margin floor?"""
    pays = {"basket": 1 - case.rule.at("off") / case.rule.at("basket")}
    return _below_cost(case, pays)


def _below_cost(case: Case, pays: Mapping[str, float]) -> Answer:
    found = _margins(case)
    if found.empty:
        return case.unknown(pays=(min(pays.values()), "percent"))
    floor = case.at("margin_floor")
    items = []
    for row in found.to_dict("records"):
        failing = [share for share in pays.values() if 1 - row["cost"] / share < floor]
        if failing:
            lowest = row["cost"] / (1 - floor)
            items.append(
                {
                    **case.article(row["sku"]), "action": "leave_out", "quantity": row["units"],
                    "cash": row["gmv"], "cash_kind": "sales",
                    "detail": case.detail("lowest_price", share=(lowest, "percent"),
                                          steps=", ".join(f"{one:.0%}" for one in failing)),
                }
            )  # fmt: skip
    facts = {"n": len(found), "figure": len(items) / len(found), "threshold": 0.0,
             "unit": "percent"}  # fmt: skip
    told = {"count": (len(items), "count"), "articles": (len(found), "count"),
            "floor": (floor, "percent"), "pays": (min(pays.values()), "percent")}  # fmt: skip
    if not items:
        return case.fine(**facts, **told)
    return case.act(items, **facts, **told, plural=len(items) != 1)


def _margins(case: Case) -> pd.DataFrame:
    """Give landed cost as a share of what buyers pay now, of best sellers with a known cost."""
    found: Any = case.desk.warehouse.sql(
        """
        SELECT sku, sum(gmv_base)::DOUBLE AS gmv, sum(quantity)::DOUBLE AS units,
               sum(landed_cost)::DOUBLE / sum(gmv_base)::DOUBLE AS cost
        FROM order_lines
        WHERE kind = 'sale' AND status = 'placed' AND is_merchandise AND sku IS NOT NULL
          AND landed_cost IS NOT NULL AND local_date BETWEEN ? AND ?
        GROUP BY sku HAVING sum(gmv_base) > 0 ORDER BY gmv DESC, sku LIMIT ?
        """,
        (case.days_back(case.at("window_days")), case.end, int(case.at("best_sellers"))),
    )
    return found


CHECKS = {"R17": milestones, "R18": stairs, "R19": basket_discount}
