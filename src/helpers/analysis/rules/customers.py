"""Rules about customers: who is worth a gift, and which messages are due. Counts, no addresses."""

from __future__ import annotations

from datetime import timedelta

from helpers.analysis.rates import wilson_interval
from helpers.analysis.rules.answer import Answer
from helpers.analysis.rules.case import Case
from helpers.analysis.rules.judging import side_of

#: Customers by what they bought up to the end of the period: days since, orders, mean order.
_VALUED = """
    WITH orders AS (
        SELECT customer_key, store_id, order_id, max(local_date) AS day,
               sum(gmv_base)::DOUBLE AS amount
        FROM order_lines
        WHERE kind = 'sale' AND status = 'placed' AND customer_key IS NOT NULL
          AND local_date BETWEEN ? AND ?
        GROUP BY ALL
    ),
    buyers AS (
        SELECT customer_key, max(day) AS last_day, count(*) AS orders, avg(amount) AS mean_order,
               sum(amount) AS amount
        FROM orders GROUP BY customer_key
    ),
    valued AS (
        SELECT * FROM buyers WHERE last_day >= ? AND orders >= ? AND mean_order >= ?
    )
"""


def _value_window(case: Case) -> tuple[object, ...]:
    return (
        case.days_back(case.at("orders_days")), case.end, case.days_back(case.at("recent_days")),
        case.at("orders"), case.at("mean_order"),
    )  # fmt: skip


def high_value(case: Case) -> Answer:
    """R11: bought within 30 days, 3 orders or more, 50 dollars an order or more."""
    if not case.can_convert("mean_order"):
        return case.unknown()
    found = case.desk.warehouse.sql(
        _VALUED
        + """SELECT (SELECT count(*) FROM buyers) AS buyers, count(*) AS valued,
                    coalesce(sum(valued.amount), 0) AS amount,
                    (SELECT sum(amount) FROM buyers) AS total FROM valued""",
        _value_window(case),
    ).to_dict("records")[0]
    buyers, valued = int(found["buyers"]), int(found["valued"])
    if not buyers:
        return case.unknown()
    share = found["amount"] / found["total"] if found["total"] else 0.0
    facts = {"n": buyers, "figure": float(valued), "unit": "count", "threshold": 0.0}
    told = {"count": (valued, "count"), "buyers": (buyers, "count"), "share": (share, "percent"),
            "orders": case.told_at("orders"), "mean_order": case.told_at("mean_order"),
            "recent": case.told_at("recent_days")}  # fmt: skip
    if not valued:
        return case.fine(**facts, **told)
    item = {"item": "high_value", "label": case.rule.label.text(case.desk.language),
            "action": "care", "quantity": valued, "unit": "count", "cash": found["amount"],
            "cash_kind": "sales"}  # fmt: skip
    return case.act([item], **facts, **told, plural=valued != 1)


def gifts(case: Case) -> Answer:
    """R12: a high-value customer whose order of the period reached 200 dollars gets a gift."""
    if not (case.can_convert("mean_order") and case.can_convert("basket")):
        return case.unknown()
    found = case.desk.warehouse.sql(
        _VALUED
        + """SELECT (SELECT count(*) FROM buyers) AS buyers,
                    (SELECT count(*) FROM valued) AS valued,
                    count(DISTINCT customer_key) AS gifts, count(*) AS orders
             FROM orders JOIN valued USING (customer_key) WHERE day >= ? AND orders.amount >= ?""",
        (*_value_window(case), case.start, case.at("basket")),
    ).to_dict("records")[0]
    if not found["buyers"]:
        return case.unknown()
    count = int(found["gifts"])
    facts = {"n": int(found["valued"]), "figure": float(count), "threshold": 0.0}
    told = {"count": (count, "count"), "valued": (int(found["valued"]), "count"),
            "basket": case.told_at("basket")}  # fmt: skip
    if not count:
        return case.fine(**facts, **told)
    item = {"item": "gift", "label": case.rule.label.text(case.desk.language), "action": "gift",
            "quantity": count, "unit": "count"}  # fmt: skip
    return case.act([item], **facts, **told, plural=count != 1)


def carts(case: Case) -> Answer:
    """R04: a message within 24 hours is to win back 18 % of the baskets left behind.

    Orders after a message are not orders because of it: without a group that got none, the share
    says what came back and not what the message brought.
    """
    found = case.desk.warehouse.sql(
        """
        SELECT store_id, sum(coalesce(delivered, sent))::DOUBLE AS delivered,
               sum(orders)::DOUBLE AS orders
        FROM campaign_sends WHERE kind = 'cart' AND local_date BETWEEN ? AND ?
        GROUP BY store_id ORDER BY store_id
        """,
        (case.days_back(case.at("window_days")), case.end),
    )
    delivered, orders = float(found["delivered"].sum()), float(found["orders"].sum())
    wanted = case.at("won_back")
    interval = wilson_interval(orders, delivered) if orders <= delivered else None
    rate = orders / delivered if delivered else None
    facts = {"n": int(delivered), "figure": rate, "threshold": wanted, "unit": "percent",
             "interval": interval}  # fmt: skip
    told = {"rate": (rate, "percent"), "wanted": (wanted, "percent"),
            "delivered": (delivered, "count")}  # fmt: skip
    match side_of(orders, delivered, wanted) if interval else "undecided":
        case "below":
            items = [
                {
                    **case.in_store(row["store_id"]), "item": "cart",
                    "label": case.rule.label.text(case.desk.language), "action": "improve",
                    "quantity": row["delivered"], "unit": "count",
                }
                for row in found.to_dict("records")
            ]  # fmt: skip
            return case.act(items, **facts, **told)
        case "above":
            return case.fine(**facts, **told)
        case _:
            return case.unknown(**facts, **told)


def messages(case: Case) -> Answer:
    """R20: mail after 7, 30 and 90 days; who is due by the next review, and who opens them.

    Only buyers who accept marketing are counted, by their last order; names and addresses never
    leave the tables.
    """
    steps = {"7d": "first_days", "30d": "restock_days", "90d": "discount_days"}
    reach = timedelta(days=int(case.at("ahead_days")))
    due = case.desk.warehouse.sql(
        """
        WITH bought AS (
            SELECT l.store_id, customer_key, min(local_date) AS first_day,
                   max(local_date) AS last_day
            FROM order_lines l JOIN customers c USING (store_id, customer_key)
            WHERE kind = 'sale' AND status = 'placed' AND accepts_marketing AND local_date <= $1
            GROUP BY ALL
        ),
        steps AS (
            SELECT '7d' AS step, CAST($3 AS INT) AS days UNION ALL SELECT '30d', $4
            UNION ALL SELECT '90d', $5
        )
        SELECT store_id, step, any_value(days) AS days, count(*) AS people,
               -- The first mail greets a new buyer, the others follow the last order.
               min(CASE WHEN step = '7d' THEN first_day ELSE last_day END + days) AS due_from
        FROM bought, steps
        WHERE (CASE WHEN step = '7d' THEN first_day ELSE last_day END) + days
              BETWEEN $1 + 1 AND $2
        GROUP BY store_id, step ORDER BY store_id, any_value(days)
        """,
        (case.end, case.end + reach, *(int(case.at(name)) for name in steps.values())),
    )
    sent = case.desk.warehouse.sql(
        """
        SELECT kind, sum(coalesce(delivered, sent))::DOUBLE AS delivered,
               sum(opened)::DOUBLE AS opened
        FROM campaign_sends WHERE kind IN ('7d', '30d', '90d') AND opened IS NOT NULL
          AND local_date BETWEEN ? AND ? GROUP BY kind ORDER BY kind
        """,
        (case.days_back(case.at("window_days")), case.end),
    )
    people, wanted = int(due["people"].sum()), case.at("open_rate")
    delivered, opened = float(sent["delivered"].sum()), float(sent["opened"].sum())
    rate = opened / delivered if delivered else None
    weak = [
        row for row in sent.to_dict("records")
        if side_of(row["opened"], row["delivered"], wanted) == "below"
    ]  # fmt: skip
    facts = {"n": int(delivered), "figure": rate, "threshold": wanted, "unit": "percent",
             "interval": wilson_interval(opened, delivered)}  # fmt: skip
    told = {"people": (people, "count"), "rate": (rate, "percent"), "wanted": (wanted, "percent"),
            "ahead": case.told_at("ahead_days"), "weak": (len(weak), "count")}  # fmt: skip
    if not people and not weak:
        return case.fine(**facts, **told) if delivered else case.unknown(**told)
    items = [
        {
            "item": row["step"], "label": case.detail(f"mail_{row['step']}"),
            **case.in_store(row["store_id"]), "action": "send", "quantity": row["people"],
            "unit": "count", "due": row["due_from"],
        }
        for row in due.to_dict("records")
    ]  # fmt: skip
    items += [
        {
            "item": row["kind"], "label": case.detail(f"mail_{row['kind']}"), "action": "improve",
            "quantity": row["delivered"], "unit": "count",
            "detail": case.detail("opened", rate=(row["opened"] / row["delivered"], "percent")),
        }
        for row in weak
    ]  # fmt: skip
    return case.act(items, **facts, **told, plural=people != 1)


CHECKS = {"R04": carts, "R11": high_value, "R12": gifts, "R20": messages}
