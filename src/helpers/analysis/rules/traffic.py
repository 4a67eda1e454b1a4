"""Rules about traffic: which entries to drop, and what a click may cost and must bring."""

from __future__ import annotations

from helpers.analysis.experiments import is_credibly_below
from helpers.analysis.rules.answer import Answer
from helpers.analysis.rules.case import Case


def traffic_entries(case: Case) -> Answer:
    """R01: drop entries that convert below 2 %, once enough clicks make that credible.

    An entry is a search term or keyword that is advertised on, or a channel. Below, kept, or too
    few clicks to say: 149 clicks without an order are needed at 2 % and 95 %.
    """
    found = case.desk.warehouse.sql(
        """
        SELECT store_id, target AS entry, sum(clicks)::DOUBLE AS clicks,
               sum(attributed_orders)::DOUBLE AS orders, sum(spend_base)::DOUBLE AS spend
        FROM ad_spend
        WHERE start_date BETWEEN $1 AND $2 AND target IS NOT NULL AND attributed_orders IS NOT NULL
        GROUP BY store_id, target
        UNION ALL
        SELECT store_id, channel, sum(coalesce(sessions, clicks, visitors))::DOUBLE,
               sum(orders)::DOUBLE, NULL
        FROM traffic
        WHERE level = 'channel' AND start_date BETWEEN $1 AND $2 AND orders IS NOT NULL
        GROUP BY store_id, channel
        """,
        (case.days_back(case.at("window_days")), case.end),
    )
    seen = found[found["clicks"] > 0]
    limit, confidence = case.at("cvr"), case.at("confidence")
    drops, kept, undecided = [], 0, 0
    for row in seen.to_dict("records"):
        if row["orders"] / row["clicks"] >= limit:
            kept += 1
        elif is_credibly_below(row["orders"], row["clicks"], limit, confidence):
            drops.append(row)
        else:
            undecided += 1
    told = {"limit": case.told_at("cvr"), "undecided": (undecided, "count")}
    found_n = {"n": len(seen), "not_judged": undecided, "unit": "percent", "threshold": limit}
    if not drops:
        answer = case.fine if kept else case.unknown
        return answer(**found_n, **told, kept=(kept, "count"))
    drops.sort(key=lambda row: (-(row["spend"] or 0), -row["clicks"], row["entry"]))
    clicks = sum(row["clicks"] for row in drops)
    orders = sum(row["orders"] for row in drops)
    spend = sum(row["spend"] for row in drops if row["spend"] == row["spend"])
    items = [
        {
            "item": row["entry"], "label": row["entry"], **case.in_store(row["store_id"]),
            "action": "drop", "quantity": row["clicks"], "unit": "count", "cash": row["spend"],
            "cash_kind": "saved",
            "detail": case.detail("clicks", clicks=(row["clicks"], "count"),
                                  orders=(row["orders"], "count")),
        }
        for row in drops
    ]  # fmt: skip
    return case.act(
        items, figure=orders / clicks, **found_n, **told, plural=len(drops) != 1,
        count=(len(drops), "count"), spend=(spend, "money"),
    )  # fmt: skip


def click_prices(case: Case) -> Answer:
    """R22: what a click of a new product may cost, and what advertising must bring by stage."""
    found = case.desk.warehouse.sql(
        """
        SELECT store_id, campaign,
               max(CASE WHEN launched_on > ? THEN 1 ELSE 0 END) = 1 AS is_new,
               sum(clicks)::DOUBLE AS clicks, sum(spend_base)::DOUBLE AS spend,
               sum(attributed_sales_base)::DOUBLE AS sales
        FROM ad_spend LEFT JOIN products USING (sku)
        WHERE start_date BETWEEN ? AND ? AND spend IS NOT NULL
        GROUP BY store_id, campaign HAVING sum(spend_base) > 0
        """,
        (case.days_back(case.at("new_days")), case.start, case.end),
    )
    judged = found[(found["clicks"] >= case.at("clicks_at_least")) & found["sales"].notna()]
    undecided = len(found) - len(judged)
    if judged.empty or not case.can_convert("cpc_high"):
        return case.unknown(
            n=len(found), not_judged=undecided, least=case.told_at("clicks_at_least")
        )
    items = []
    for row in judged.to_dict("records"):
        cpc, roas = row["spend"] / row["clicks"], row["sales"] / row["spend"]
        floor = case.at("roas_new" if row["is_new"] else "roas_later")
        is_dear = row["is_new"] and cpc > case.at("cpc_high")
        if roas < floor or is_dear:
            items.append(
                {
                    "item": row["campaign"], "label": row["campaign"],
                    **case.in_store(row["store_id"]), "action": "bid",
                    "quantity": row["clicks"], "unit": "count", "cash": row["spend"],
                    "cash_kind": "spent",
                    "detail": case.detail("returns", roas=(roas, "times"), floor=(floor, "times"),
                                          cpc=(cpc, "money")),
                }
            )  # fmt: skip
    items.sort(key=lambda item: (-item["cash"], item["item"]))
    figure = judged["sales"].sum() / judged["spend"].sum()
    facts = {"n": len(judged), "not_judged": undecided, "figure": figure, "unit": "times",
             "threshold": case.at("roas_later")}  # fmt: skip
    told = {"roas": (figure, "times"), "judged": (len(judged), "count")}
    if not items:
        return case.fine(**facts, **told)
    spend = sum(item["cash"] for item in items)
    return case.act(items, **facts, **told, count=(len(items), "count"), spend=(spend, "money"),
                    plural=len(items) != 1)  # fmt: skip


CHECKS = {"R01": traffic_entries, "R22": click_prices}
