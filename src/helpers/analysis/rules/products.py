"""Rules about products by their stage of life, what rivals do badly, and what pricing needs."""

from __future__ import annotations

import math
from statistics import NormalDist

from helpers.analysis.inventory.classes import abc_table
from helpers.analysis.rules.answer import Answer
from helpers.analysis.rules.case import Case
from helpers.analysis.rules.judging import side_of


def burst_stage(case: Case) -> Answer:
    """R02: in days 31 to 90 the click rate is to stand 30 % above that of the first 30 days.

    A report over several days counts to the stage in which its middle lies.
    """
    first, last = int(case.at("first_day")), int(case.at("last_day"))
    found = case.desk.warehouse.sql(
        """
        WITH aged AS (
            SELECT sku, impressions, clicks,
                   (start_date + CAST(floor((end_date - start_date) / 2) AS INT)) - launched_on
                       AS age
            FROM traffic JOIN products USING (sku)
            WHERE level = 'product' AND end_date <= $1 AND impressions > 0 AND clicks IS NOT NULL
              AND $1 - launched_on BETWEEN $2 AND $3
        )
        SELECT sku, sum(clicks) FILTER (WHERE age BETWEEN 0 AND $2 - 1)::DOUBLE AS clicks_test,
               sum(impressions) FILTER (WHERE age BETWEEN 0 AND $2 - 1)::DOUBLE AS seen_test,
               sum(clicks) FILTER (WHERE age BETWEEN $2 AND $3)::DOUBLE AS clicks_burst,
               sum(impressions) FILTER (WHERE age BETWEEN $2 AND $3)::DOUBLE AS seen_burst
        FROM aged GROUP BY sku ORDER BY sku
        """,
        (case.end, first, last),
    )
    target, least = case.at("ctr_lift"), case.at("clicks_at_least")
    enough = (found[["clicks_test", "clicks_burst"]].fillna(0) >= least).all(axis=1)
    judged = found[enough]
    undecided = len(found) - len(judged)
    if judged.empty:
        return case.unknown(n=len(found), not_judged=undecided, count=(len(found), "count"),
                            least=(least, "count"))  # fmt: skip
    z = NormalDist().inv_cdf(0.95)
    items, lifts, reached = [], [], 0
    for row in judged.to_dict("records"):
        before, after = (row[f"clicks_{s}"] / row[f"seen_{s}"] for s in ("test", "burst"))
        lift = after / before - 1
        # Delta method on the log of two rates; one-sided, as R01.
        spread = math.sqrt(
            sum(1 / row[f"clicks_{s}"] - 1 / row[f"seen_{s}"] for s in ("test", "burst"))
        )
        lifts.append(lift)
        if (1 + lift) * math.exp(z * spread) - 1 < target:
            items.append(
                {
                    **case.article(row["sku"]), "action": "lift",
                    "detail": case.detail("ctr", before=(before, "percent"),
                                          after=(after, "percent")),
                }
            )  # fmt: skip
        elif lift >= target:
            reached += 1
        else:
            undecided += 1
    median = sorted(lifts)[len(lifts) // 2]
    facts = {"n": len(judged), "not_judged": undecided, "figure": median, "threshold": target,
             "unit": "percent"}  # fmt: skip
    if items:
        return case.act(items, **facts, count=(len(items), "count"), target=(target, "percent"),
                        plural=len(items) != 1)  # fmt: skip
    if not reached:
        return case.unknown(**facts, count=(len(found), "count"), least=(least, "count"))
    return case.fine(**facts, count=(reached, "count"), target=(target, "percent"))


def old_users(case: Case) -> Answer:
    """R03: from day 91 returning buyers get 10 % off; what they were really given."""
    found = case.desk.warehouse.sql(
        """
        WITH first AS (
            SELECT customer_key, min(local_date) AS first_day FROM order_lines
            WHERE kind = 'sale' AND status = 'placed' GROUP BY customer_key
        )
        SELECT sku, count(*) AS lines, sum(list_amount_base)::DOUBLE AS listed,
               sum(coalesce(seller_discount_base, 0))::DOUBLE AS given
        FROM order_lines l JOIN first USING (customer_key) JOIN products USING (sku)
        WHERE kind = 'sale' AND status = 'placed' AND local_date BETWEEN ? AND ?
          AND local_date > first_day AND local_date - launched_on >= ? AND list_amount_base > 0
        GROUP BY sku
        """,
        (case.start, case.end, int(case.at("from_day"))),
    )
    lines, wanted = int(found["lines"].sum()), case.at("discount")
    least = case.at("lines_at_least")
    if lines < least:
        return case.unknown(n=lines, lines=(lines, "count"), least=(least, "count"))
    depth = found["given"].sum() / found["listed"].sum()
    facts = {"n": lines, "figure": depth, "threshold": wanted, "unit": "percent"}
    told = {"depth": (depth, "percent"), "wanted": (wanted, "percent"), "lines": (lines, "count")}
    if depth >= wanted:
        return case.fine(**facts, **told)
    short = found.assign(gap=wanted * found["listed"] - found["given"])
    short = short[short["gap"] > 0].sort_values(["gap", "sku"], ascending=[False, True])
    items = [
        {
            **case.article(row["sku"]), "action": "discount", "quantity": row["lines"],
            "unit": "count", "cash": row["gap"], "cash_kind": "costs",
            "detail": case.detail("given", depth=(row["given"] / row["listed"], "percent")),
        }
        for row in short.to_dict("records")
    ]  # fmt: skip
    return case.act(items, **facts, **told, cash=(float(short["gap"].sum()), "money"))


def rival_weaknesses(case: Case) -> Answer:
    """R05: features of rivals that more than a fifth of their reviews complain about."""
    found = case.desk.warehouse.sql(
        """
        SELECT competitor, aspect, count(*) AS n,
               sum((CASE WHEN sentiment IS NOT NULL THEN lower(sentiment) = 'negative'
                         ELSE stars <= 2 END)::INT) AS bad
        FROM reviews
        WHERE competitor IS NOT NULL AND aspect IS NOT NULL AND local_date BETWEEN ? AND ?
        GROUP BY competitor, aspect ORDER BY competitor, aspect
        """,
        (case.days_back(case.at("window_days")), case.end),
    )
    limit, least = case.at("share"), int(case.at("reviews_at_least"))
    items, below, undecided = [], 0, 0
    for row in found.to_dict("records"):
        side = side_of(row["bad"], row["n"], limit, least)
        undecided += side == "undecided"
        below += side == "below"
        if side == "above":
            items.append(
                {
                    "item": f"{row['competitor']}: {row['aspect']}",
                    "label": f"{row['competitor']}: {row['aspect']}", "action": "develop",
                    "quantity": row["bad"], "unit": "count",
                    "detail": case.detail("reviews", bad=(row["bad"], "count"),
                                          n=(row["n"], "count")),
                }
            )  # fmt: skip
    total = int(found["n"].sum())
    facts = {"n": total, "not_judged": undecided, "threshold": limit, "unit": "percent",
             "figure": found["bad"].sum() / total if total else None}  # fmt: skip
    told = {"limit": (limit, "percent"), "reviews": (total, "count"),
            "undecided": (undecided, "count")}  # fmt: skip
    if items:
        return case.act(items, **facts, **told, count=(len(items), "count"),
                        plural=len(items) != 1)  # fmt: skip
    return (case.fine if below else case.unknown)(**facts, **told)


def pricing_inputs(case: Case) -> Answer:
    """R29: what a price decision needs, for the articles that carry sales: is it there?

    Rivals' prices of the period, a landed cost, and own prices that have moved: without different
    prices nobody can tell an elasticity.
    """
    classes = abc_table(case.desk)
    top = list(classes.loc[classes["abc_class"] == "A", "member"])
    if not top:
        return case.unknown()
    known = case.desk.warehouse.sql(
        """
        WITH wanted AS (SELECT unnest($1::VARCHAR[]) AS sku)
        SELECT sku,
               EXISTS (SELECT 1 FROM competitor_offers o WHERE o.sku = wanted.sku
                       AND captured_on BETWEEN $2 AND $3) AS has_rivals,
               EXISTS (SELECT 1 FROM landed_costs c WHERE c.sku = wanted.sku
                       AND valid_from <= $3) AS has_cost,
               (SELECT count(DISTINCT round(list_amount / quantity, 2)) FROM order_lines l
                WHERE l.sku = wanted.sku AND kind = 'sale' AND quantity > 0
                  AND local_date BETWEEN $4 AND $3) AS prices
        FROM wanted
        """,
        (top, case.start, case.end, case.days_back(365)),
    )
    least = case.at("prices_at_least")
    items = []
    for row in known.to_dict("records"):
        lacking = [
            name
            for name, there in (
                ("rival_price", row["has_rivals"]),
                ("cost", row["has_cost"]),
                ("price_steps", row["prices"] >= least),
            )
            if not there
        ]
        if lacking:
            detail = " · ".join(case.detail(f"lacks_{one}") for one in lacking)
            items.append({**case.article(row["sku"]), "action": "supply", "detail": detail})
    whole = len(top) - len(items)
    facts = {"n": len(top), "figure": whole / len(top), "threshold": 1.0, "unit": "percent"}
    told = {"count": (len(items), "count"), "articles": (len(top), "count")}
    return case.act(items, **facts, **told) if items else case.fine(**facts, **told)


CHECKS = {"R02": burst_stage, "R03": old_users, "R05": rival_weaknesses, "R29": pricing_inputs}
