"""Rules about stock: how much to hold of what, when to buy, when to clear, how well to foresee."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from helpers.analysis.desk import number
from helpers.analysis.forecast.choice import LEAST_MONTHS, choose
from helpers.analysis.forecast.errors import wape
from helpers.analysis.inventory.acting import REVIEW_DAYS
from helpers.analysis.inventory.classes import abc_table, class_cover
from helpers.analysis.inventory.cover import cover_table
from helpers.analysis.rules.answer import Answer
from helpers.analysis.rules.case import Case

if TYPE_CHECKING:
    import pandas as pd

Row = dict[Any, Any]


def layered_stock(case: Case) -> Answer:
    """R06: hits hold 1.5 months of sales, potentials are planned weekly, the tail is made to order.

    Hits are class A, potentials B, the tail C. A hit below its layer is bought; a potential that
    will run out before an order of next week arrives, too; of the tail nothing is to be inbound.
    """
    rows = _classed(case)
    if not rows:
        return case.unknown()
    items = []
    for row in rows:
        position = float(row["on_hand"]) + float(row["inbound"])
        lead = number(row["lead_time_days"])
        match row["abc_class"]:
            case "A":
                gap = case.at("hit_factor") * float(row["units_30d"]) - position
            case "B" if lead is not None:
                gap = float(row["daily_units"]) * (lead + case.at("weekly_days")) - position
            case _:
                gap = 0.0
        if math.ceil(gap) > 0:
            items.append(_item(case, row, "buy", math.ceil(gap), "needed"))
        elif row["abc_class"] == "C" and row["inbound"] > 0:
            items.append(_item(case, row, "stop", int(row["inbound"]), "tied_up"))
    buying = sum(item["action"] == "buy" for item in items)
    facts = {"n": len(rows), "figure": float(len(items)), "threshold": 0.0}
    told = {"positions": (len(rows), "count"), "count": (buying, "count"),
            "stops": (len(items) - buying, "count")}  # fmt: skip
    return _told(case, items, facts, told)


def safety_by_rule(case: Case) -> Answer:
    """R07: on hand and inbound are to reach 1.5 times what the last 30 days sold."""
    rows = [row for row in _cover(case) if row["units_30d"] > 0]
    if not rows:
        return case.unknown()
    items = []
    for row in rows:
        gap = case.at("factor") * row["units_30d"] - row["on_hand"] - row["inbound"]
        if math.ceil(gap) > 0:
            items.append(_item(case, row, "buy", math.ceil(gap), "needed"))
    facts = {"n": len(rows), "figure": float(len(items)), "threshold": 0.0}
    told = {"positions": (len(rows), "count"), "count": (len(items), "count"),
            "factor": case.told_at("factor")}  # fmt: skip
    return _told(case, items, facts, told)


def clearance(case: Case) -> Answer:
    """R08: clear what lasts more than 90 days; never of articles younger than that."""
    rows = [row for row in _cover(case) if row["daily_units"] is not None]
    rows = [row for row in rows if not math.isnan(float(row["daily_units"]))]
    judged = [row for row in rows if not row["is_young"]]
    if not judged:
        return case.unknown(not_judged=len(rows))
    limit = case.at("cover_days")
    items = []
    for row in judged:
        spare = math.floor(row["on_hand"] - limit * row["daily_units"])
        if spare > 0:
            items.append(_item(case, row, "clear", spare, "tied_up"))
    facts = {"n": len(judged), "not_judged": len(rows) - len(judged), "figure": float(len(items)),
             "threshold": 0.0}  # fmt: skip
    told = {"positions": (len(judged), "count"), "count": (len(items), "count"),
            "limit": (limit, "days")}  # fmt: skip
    return _told(case, items, facts, told)


def slow_turns(case: Case) -> Answer:
    """R09: stop buying what turns fewer than 3 times in ``days``; ships switched off (A3-2)."""
    rows = [row for row in _cover(case) if number(row["cover_days"])]
    if not rows:
        return case.unknown()
    turns, days = case.at("turns"), case.at("days")
    items = [
        _item(case, row, "stop", int(row["inbound"]), "tied_up")
        for row in rows
        if days / row["cover_days"] < turns
    ]
    facts = {"n": len(rows), "figure": float(len(items)), "threshold": 0.0}
    told = {"positions": (len(rows), "count"), "count": (len(items), "count"),
            "turns": (turns, "score"), "days": (days, "days")}  # fmt: skip
    return _told(case, items, facts, told)


def class_policy(case: Case) -> Answer:
    """R10: class A is to last 90 days and class C 15; B only where a company says so."""
    rows = _classed(case)
    policy = {name: case.rule.open_at(f"{name.lower()}_days") for name in ("A", "B", "C")}
    cover, classes = cover_table(case.desk), abc_table(case.desk)
    held = class_cover(case.desk, cover, classes).set_index("abc_class")["cover_days"].to_dict()
    if not rows or number(held.get("A")) is None:
        return case.unknown()
    items = []
    for row in rows:
        wanted = policy[row["abc_class"]]
        if wanted is None:
            continue
        level = wanted * row["daily_units"]
        gap = level - row["on_hand"] - row["inbound"]
        if row["abc_class"] == "A" and math.ceil(gap) > 0:
            items.append(_item(case, row, "buy", math.ceil(gap), "needed"))
        elif row["abc_class"] != "A" and not row["is_young"]:
            spare = math.floor(row["on_hand"] - level - REVIEW_DAYS * row["daily_units"])
            if spare > 0:
                items.append(_item(case, row, "clear", spare, "tied_up"))
    buying = sum(item["action"] == "buy" for item in items)
    facts = {"n": len(rows), "figure": float(held["A"]), "threshold": policy["A"], "unit": "days"}
    told = {"count": (buying, "count"), "clears": (len(items) - buying, "count"),
            "a_days": case.told_at("a_days"), "c_days": case.told_at("c_days"),
            "a_now": (held["A"], "days"), "c_now": (number(held.get("C")), "days")}  # fmt: skip
    return _told(case, items, facts, told)


def foresight(case: Case) -> Answer:
    """R25: units of the coming three months foreseen at least 85 % right, by back-test.

    Accuracy is 1 - WAPE of the company's monthly units over the horizon: what would have been
    forecast at each month of the past from what was known by then, never a fit.
    """
    after = case.end + timedelta(days=1)
    months = case.desk.warehouse.sql(
        """
        SELECT CAST(date_trunc('month', local_date) AS DATE) AS month,
               sum(quantity)::DOUBLE AS units
        FROM order_lines
        WHERE kind = 'sale' AND status = 'placed' AND local_date < date_trunc('month', ?::DATE)
        GROUP BY 1 ORDER BY 1
        """,
        (after,),
    )
    made = choose(list(months["units"]), int(case.at("horizon_months")))
    pairs = [
        pair for trial in (made.trials if made else ())
        for pair in zip(trial.actual, trial.forecast, strict=False)
    ]  # fmt: skip
    missed = wape([actual for actual, _ in pairs], [foreseen for _, foreseen in pairs])
    if missed is None:
        return case.unknown(n=len(months), months=(len(months), "count"),
                            needed=(LEAST_MONTHS, "count"))  # fmt: skip
    accuracy, wanted = 1 - missed, case.at("accuracy")
    assert made is not None
    facts = {"n": made.scored, "figure": accuracy, "threshold": wanted, "unit": "percent"}
    told = {"accuracy": (accuracy, "percent"), "wanted": (wanted, "percent"),
            "scored": (made.scored, "count")}  # fmt: skip
    if accuracy >= wanted:
        return case.fine(**facts, **told)
    return case.act([{"item": "forecast", "label": case.rule.label.text(case.desk.language),
                      "action": "improve"}], **facts, **told)  # fmt: skip


def _cover(case: Case) -> list[Row]:
    return cover_table(case.desk).to_dict("records")


def _classed(case: Case) -> list[Row]:
    """Give the positions that sell, with the class of their article."""
    cover: pd.DataFrame = cover_table(case.desk)
    classes = abc_table(case.desk)[["member", "abc_class"]]
    joined = cover.merge(classes, on="member")
    return [row for row in joined.to_dict("records") if (number(row["daily_units"]) or 0) > 0]


def _item(case: Case, row: Row, action: str, quantity: int, kind: str) -> Row:
    cost = number(row["unit_cost"])
    return {
        **case.article(row["member"]),
        **case.in_store(row["store"]),
        "action": action,
        "quantity": quantity,
        "cash": None if cost is None else quantity * cost,
        "cash_kind": kind,
        "detail": case.detail("cover", days=(number(row["cover_days"]), "days"))
        if number(row["cover_days"]) is not None
        else case.detail("unsold"),
    }


def _told(case: Case, items: list[Row], facts: Row, told: Row) -> Answer:
    if not items:
        return case.fine(**facts, **told)
    items.sort(key=lambda item: (-(item["cash"] or 0), -item["quantity"], item["item"]))
    cash = sum(item["cash"] or 0 for item in items)
    return case.act(items, **facts, **told, cash=(cash, "money"), plural=len(items) != 1)


CHECKS = {
    "R06": layered_stock, "R07": safety_by_rule, "R08": clearance, "R09": slow_turns,
    "R10": class_policy, "R25": foresight,
}  # fmt: skip
