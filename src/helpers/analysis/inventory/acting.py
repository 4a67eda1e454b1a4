"""What to move, buy, chase and clear, with quantities and the cash it takes.

In this order: what lies too long in one store fills the gap of another in the same country before
anything is bought; what cannot be moved is cleared.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from helpers.analysis.desk import Desk, number
from helpers.analysis.inventory.cover import cover_table
from helpers.analysis.rules.rulebook import rules_of
from helpers.analysis.wordings import phrase
from helpers.vocabulary.labels import Label

if TYPE_CHECKING:
    import pandas as pd

#: Days until the next review: what is not ordered now can be ordered then.
REVIEW_DAYS = 30
#: An order minimum worth more months of sales than this is said aloud.
HEAVY_MONTHS = 6.0
DAYS_OF_A_MONTH = 30.0

ACTIONS: dict[str, Label] = {
    "buy": Label(en="Buy", zh="补货"),
    "ask": Label(en="Ask for a smaller order minimum", zh="协商降低起订量"),
    "chase": Label(en="Speed up the inbound delivery", zh="催促在途到货"),
    "move": Label(en="Move to another store", zh="调拨"),
    "clear": Label(en="Clear", zh="清仓"),
}
ACTION_COLUMNS = [
    "store", "store_label", "member", "label", "action", "action_label", "quantity", "cash",
    "cover_days", "lead_time_days", "on_hand", "inbound", "daily_units", "verdict", "verdict_label",
    "remark", "unit", "currency", "status",
]  # fmt: skip
BUYING_COLUMNS = [
    "member", "label", "stores", "store_label", "daily_units", "season", "lead_time_days",
    "forecast", "safety_stock", "safety_stock_rule", "on_hand", "inbound", "moved_in", "needed",
    "order_minimum", "quantity", "rule_quantity", "cash", "months_of_sales", "is_minimum_heavy",
    "is_urgent", "cover_days", "currency",
]  # fmt: skip
MOVE_COLUMNS = [
    "member", "label", "country", "from_store", "from_label", "to_store", "to_label", "quantity",
    "from_cover_days", "to_cover_days", "on_hand", "inbound", "daily_units", "lead_time_days",
    "cash", "currency",
]  # fmt: skip


def expected_units(row: dict[Any, Any], days: float) -> float:
    """Forecast what a position sells in ``days``: an ordinary day's sales at the season ahead."""
    return (number(row["daily_units"]) or 0.0) * float(row["season"]) * days


def lacking_units(row: dict[Any, Any]) -> float:
    """Say what a position lacks until an order of the next review has come; negative: spare.

    Forecast over lead time and review period + safety stock - on hand - inbound. Where no lead
    time or no sales are known nothing is lacking (minus infinity).
    """
    lead, safety = number(row["lead_time_days"]), number(row["safety_stock"])
    if lead is None or safety is None:
        return -math.inf
    wanted = expected_units(row, lead + REVIEW_DAYS) + safety
    return wanted - float(row["on_hand"]) - float(row["inbound"])


def spare_units(row: dict[Any, Any], clearance: float) -> int:
    """Say how many units lie beyond the days that the clearance rule allows.

    What is needed until the next review's order has come stays: where lead times are long, that
    may be more than the clearance rule's days.
    """
    daily = number(row["daily_units"])
    if daily is None or row["verdict"] not in ("overstock", "no_sales"):
        return 0
    beyond_rule = float(row["on_hand"]) - clearance * daily
    return max(0, math.floor(min(beyond_rule, -lacking_units(row)) if daily else beyond_rule))


def grouped(frame: pd.DataFrame, *by: str) -> dict[tuple[str, ...], list[dict[Any, Any]]]:
    """Give a frame's rows by the values of some columns, in their order."""
    groups: dict[tuple[str, ...], list[dict[Any, Any]]] = {}
    for row in frame.to_dict("records"):
        groups.setdefault(tuple(str(row[name]) for name in by), []).append(row)
    return dict(sorted(groups.items()))


def moves(desk: Desk, cover: pd.DataFrame) -> pd.DataFrame:
    """Pair stores of one country: one lies on an article too long, the other will run out of it.

    The country of both must be known: stock does not cross a border for an imbalance.

    Args:
        desk: Whose period.
        cover: ``cover_table``.

    Returns:
        member, label, country, from_store, from_label, to_store, to_label, quantity,
        from_cover_days (empty: sells nothing there), to_cover_days, on_hand, inbound,
        daily_units and lead_time_days of the store that gives, cash (its cost, base currency:
        what need not be bought), currency; the most money first.
    """
    import pandas as pd

    clearance = rules_of(desk)["R08"].at("cover_days")
    rows = []
    known = cover[cover["country"].notna()]
    for (sku, country), places in grouped(known, "member", "country").items():
        spare = {row["store"]: spare_units(row, clearance) for row in places}
        lack = {row["store"]: math.ceil(max(0.0, lacking_units(row))) for row in places}
        by_store = {row["store"]: row for row in places}
        for taker in sorted(lack, key=lambda one: (-lack[one], one)):
            for giver in sorted(spare, key=lambda one: (-spare[one], one)):
                quantity = min(spare[giver], lack[taker])
                if quantity <= 0 or giver == taker:
                    continue
                spare[giver] -= quantity
                lack[taker] -= quantity
                cost = number(by_store[giver]["unit_cost"])
                rows.append(
                    {
                        **by_store[giver],
                        "member": sku,
                        "label": by_store[giver]["label"],
                        "country": country,
                        "from_store": giver,
                        "from_label": by_store[giver]["store_label"],
                        "to_store": taker,
                        "to_label": by_store[taker]["store_label"],
                        "quantity": quantity,
                        "from_cover_days": by_store[giver]["cover_days"],
                        "to_cover_days": by_store[taker]["cover_days"],
                        "cash": None if cost is None else quantity * cost,
                        "currency": desk.currency,
                    }
                )
    table = pd.DataFrame(rows, columns=MOVE_COLUMNS)
    return table.sort_values(
        ["cash", "quantity", "member"], ascending=[False, False, True], na_position="last",
        ignore_index=True,
    )  # fmt: skip


def buying_list(desk: Desk, cover: pd.DataFrame, moved: pd.DataFrame | None = None) -> pd.DataFrame:
    """Say what to order of each article, its stores together: suppliers are asked once.

    Each store lacks: forecast over lead time and review period + safety stock - on hand - inbound
    - what is moved to it; the order is the sum of what stores lack, rounded up to the order
    minimum. An order smaller than the minimum waits for the next review unless a store is below
    its reorder point (lead time's forecast + safety stock) already.

    Args:
        desk: Whose period.
        cover: ``cover_table``.
        moved: ``moves``; None where nothing is moved.

    Returns:
        member, label, stores (number that lack it), store_label, daily_units (all stores),
        season (of the first store), lead_time_days, forecast, safety_stock, safety_stock_rule
        (R07 beside it), on_hand, inbound, moved_in, needed, order_minimum, quantity,
        rule_quantity (what R07 would order), cash (base currency, at landed cost; empty where
        unknown), months_of_sales (how long the order lasts), is_minimum_heavy (the minimum, and
        not the need, makes it last more than six months), is_urgent, cover_days (of the store
        that runs out first), currency; forecast and safety stock in whole units. Urgent first,
        then the most money; last those that are bought for the order minimum's sake.
    """
    import pandas as pd

    incoming: dict[tuple[str, str], float] = {}
    if moved is not None and len(moved):
        for row in moved.to_dict("records"):
            place = (str(row["member"]), str(row["to_store"]))
            incoming[place] = incoming.get(place, 0.0) + float(row["quantity"])
    rows = []
    for (sku,), places in grouped(cover, "member").items():
        if order := _order(desk, sku, places, incoming):
            rows.append(order)
    table = pd.DataFrame(rows, columns=BUYING_COLUMNS)
    return table.sort_values(
        ["is_minimum_heavy", "is_urgent", "cash", "quantity", "member"],
        ascending=[True, False, False, False, True], na_position="last", ignore_index=True,
    )  # fmt: skip


def _order(
    desk: Desk, sku: str, places: list[dict[Any, Any]], incoming: dict[tuple[str, str], float]
) -> dict[str, Any] | None:
    lack = {
        row["store"]: max(0.0, lacking_units(row) - incoming.get((sku, row["store"]), 0.0))
        for row in places
    }
    needed = sum(lack.values())
    asking = [row for row in places if lack[row["store"]] > 0]
    minimum = max((number(row["order_minimum"]) or 0.0 for row in places), default=0.0)
    urgent = any(_is_below_reorder_point(row) for row in asking)
    quantity = math.ceil(max(needed, minimum))
    if not asking or not (urgent or needed >= minimum):
        return None
    first = min(asking, key=lambda row: number(row["cover_days"]) or 0.0)
    daily = sum(expected_units(row, 1.0) for row in places)
    cost = next((c for row in asking if (c := number(row["unit_cost"])) is not None), None)
    position = sum(float(row["on_hand"]) + float(row["inbound"]) for row in places)
    rule = sum(number(row["safety_stock_rule"]) or 0.0 for row in places)
    months = quantity / (daily * DAYS_OF_A_MONTH) if daily else None
    return {
        "member": sku,
        "label": first["label"],
        "stores": len(asking),
        "store_label": _stores_text(asking, desk),
        "daily_units": sum(number(row["daily_units"]) or 0.0 for row in places),
        "season": first["season"],
        "lead_time_days": first["lead_time_days"],
        "forecast": round(
            sum(expected_units(row, float(row["lead_time_days"]) + REVIEW_DAYS) for row in asking)
        ),
        "safety_stock": round(sum(float(row["safety_stock"]) for row in asking)),
        "safety_stock_rule": rule,
        "on_hand": sum(float(row["on_hand"]) for row in asking),
        "inbound": sum(float(row["inbound"]) for row in asking),
        "moved_in": sum(incoming.get((sku, row["store"]), 0.0) for row in asking),
        "needed": math.ceil(needed),
        "order_minimum": minimum or None,
        "quantity": quantity,
        "rule_quantity": max(0, math.ceil(rule - position)),
        "cash": None if cost is None else quantity * cost,
        "months_of_sales": months,
        "is_minimum_heavy": bool(minimum > needed and months and months > HEAVY_MONTHS),
        "is_urgent": urgent,
        "cover_days": first["cover_days"],
        "currency": desk.currency,
    }


def _is_below_reorder_point(row: dict[Any, Any]) -> bool:
    lead = float(row["lead_time_days"])
    point = expected_units(row, lead) + float(row["safety_stock"])
    return float(row["on_hand"]) + float(row["inbound"]) < point


def to_act_on(desk: Desk, top: int | None = None) -> pd.DataFrame:
    """List what to buy, chase, move and clear, most money first within each action.

    Buy: ``buying_list``, one row an article; where the order minimum lasts more than six months,
    ask for a smaller one instead. Chase: a position runs out before its inbound units
    count, though enough is on its way. Move: ``moves``, one row a pair of stores. Clear: what lies
    beyond the clearance rule's days (R08) and cannot be moved, one row a position, never of
    articles younger than that.

    Returns:
        store (empty where several), store_label, member, label, action (a key of ``ACTIONS``),
        action_label, quantity, cash (money needed to buy, saved by moving, or tied up in what
        should be cleared; empty where no cost is known), cover_days, lead_time_days, on_hand,
        inbound, daily_units, verdict, verdict_label, remark (in words: the season, a heavy order
        minimum, where to), unit, currency, status.
    """
    import pandas as pd

    cover = cover_table(desk)
    moved = moves(desk, cover)
    bought = buying_list(desk, cover, moved)
    clearance = rules_of(desk)["R08"].at("cover_days")
    given = moved.groupby(["member", "from_store"])["quantity"].sum().to_dict()
    ordered = set(bought["member"])
    rows = [_to_buy(row, desk) for row in bought.to_dict("records")]
    rows += [_to_move(row, desk) for row in moved.to_dict("records")]
    for row in cover.to_dict("records"):
        spare = spare_units(row, clearance) - int(given.get((row["member"], row["store"]), 0))
        cost = number(row["unit_cost"])
        if spare > 0 and not row["is_young"]:
            cash = None if cost is None else spare * cost
            rows.append({**row, "action": "clear", "quantity": spare, "cash": cash, "remark": ""})
        elif (
            row["verdict"] in ("out_of_stock", "runs_out")
            and row["inbound"] > 0
            and row["member"] not in ordered
        ):
            rows.append({**row, "action": "chase", "quantity": int(row["inbound"]), "cash": None,
                         "remark": ""})  # fmt: skip
    table = pd.DataFrame(
        [
            {**row, "action_label": ACTIONS[row["action"]].text(desk.language), "unit": "units",
             "currency": desk.currency, "status": "ok"}
            for row in rows
        ],
        columns=ACTION_COLUMNS,
    )  # fmt: skip
    order = {action: place for place, action in enumerate(ACTIONS)}
    table = table.assign(_order=table["action"].map(order)).sort_values(
        ["_order", "cash", "quantity", "member"], ascending=[True, False, False, True],
        na_position="last", ignore_index=True,
    )[ACTION_COLUMNS]  # fmt: skip
    return table.head(top) if top else table


def beside_buying(desk: Desk) -> pd.DataFrame:
    """List what ``to_act_on`` says beside buying: moves, deliveries to speed up, clearances."""
    acts = to_act_on(desk)
    return acts[~acts["action"].isin(["buy", "ask"])].reset_index(drop=True)


def _to_buy(row: dict[Any, Any], desk: Desk) -> dict[Any, Any]:
    remark = ""
    if row["is_minimum_heavy"]:
        months = f"{row['months_of_sales']:.0f}"
        remark = phrase("stock.heavy_minimum", desk.language, months=months)
    action = "ask" if row["is_minimum_heavy"] else "buy"
    return {**row, "store": "", "action": action, "verdict": "", "verdict_label": "",
            "remark": remark}  # fmt: skip


def _to_move(row: dict[Any, Any], desk: Desk) -> dict[Any, Any]:
    return {
        **row,
        "store": row["from_store"],
        "store_label": row["from_label"],
        "action": "move",
        "cover_days": row["from_cover_days"],
        "verdict": "",
        "verdict_label": "",
        "remark": phrase("stock.moved_to", desk.language, store=row["to_label"]),
    }


def _stores_text(asking: list[dict[Any, Any]], desk: Desk) -> str:
    if len(asking) == 1:
        return str(asking[0]["store_label"])
    return phrase("stock.several_stores", desk.language, count=f"{len(asking)}")
