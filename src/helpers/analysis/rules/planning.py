"""Rules that are plans: policy lead time, rivals watched, systems rolled out."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from helpers.analysis.desk import market_label
from helpers.analysis.rules.answer import Answer
from helpers.analysis.rules.case import Case

#: What is looked at of each rival every month.
LOOKED_AT = ("price", "image", "detail", "promotion")


def policy_watch(case: Case) -> Answer:
    """R23: what a policy asks is begun 30 days ahead, 180 in a market that is new to the company.

    Open duties due within their lead time, and papers that expire within it, are what to act on;
    so are risks of changing rules in the plan that nobody has looked at for the review's days.
    """
    found = case.desk.warehouse.sql(
        """
        WITH began AS (
            SELECT country, min(local_date) AS first_day FROM order_lines
            WHERE kind = 'sale' GROUP BY country
        )
        SELECT item_id, c.country, sku, requirement,
               CASE WHEN done_on IS NULL THEN due_on ELSE expires_on END AS due,
               coalesce(first_day, DATE '9999-01-01') > ? AS is_new
        FROM compliance_items c LEFT JOIN began USING (country)
        WHERE CASE WHEN done_on IS NULL THEN due_on ELSE expires_on END IS NOT NULL
        ORDER BY due, item_id
        """,
        (case.days_back(case.at("new_market_for")),),
    )
    items: list[dict[str, Any]] = []
    for row in found.to_dict("records"):
        lead = case.at("new_market_days" if row["is_new"] and row["country"] else "lead_days")
        due = row["due"].date()
        if due <= case.end + timedelta(days=int(lead)):
            country = row["country"] if isinstance(row["country"], str) else ""
            items.append(
                {
                    "item": row["item_id"], "label": row["requirement"] or row["item_id"],
                    "scope": f"market:{country}" if country else "",
                    "scope_label": market_label(country, case.desk.language) if country else "",
                    "action": "settle", "due": due,
                }
            )  # fmt: skip
    risks = case.agenda.risks
    policies = risks[risks["kind"].isin(["rule_change", "compliance"])]
    for row in policies.to_dict("records"):
        if (case.end - row["reviewed_on"]).days > case.at("review_days"):
            items.append({"item": row["id"], "label": row["label"], "action": "review",
                          "detail": case.detail("reviewed", day=row["reviewed_on"])})  # fmt: skip
    n = len(found) + len(policies)
    facts = {"n": n, "figure": float(len(items)), "threshold": 0.0}
    told = {"count": (len(items), "count"), "n": (n, "count"), "lead": case.told_at("lead_days")}
    told["duties"] = told.pop("n")
    if not n:
        return case.unknown(**told)
    return (
        case.act(items, **facts, **told, plural=len(items) != 1)
        if items
        else case.fine(**facts, **told)
    )


def rivals_watched(case: Case) -> Answer:
    """R28: three rivals every month, each on price, main image, detail page and promotion.

    Offers captured from pages and what people noted in the plan count alike; "no promotion" is
    known wherever a price was captured.
    """
    seen: dict[str, set[str]] = {}
    offers = case.desk.warehouse.sql(
        """
        SELECT competitor, bool_or(price IS NOT NULL) AS price,
               bool_or(image_file IS NOT NULL) AS image, bool_or(detail_text IS NOT NULL) AS detail
        FROM competitor_offers WHERE captured_on BETWEEN ? AND ? GROUP BY competitor
        """,
        (case.start, case.end),
    )
    for row in offers.to_dict("records"):
        parts = {part for part in ("price", "image", "detail") if row[part]}
        seen.setdefault(row["competitor"], set()).update(parts)
    for row in case.agenda.captures.to_dict("records"):
        if case.start <= row["captured_on"] <= case.end:
            noted = {"price": row["price"], "image": row["main_image"],
                     "detail": row["detail_page"]}  # fmt: skip
            seen.setdefault(row["rival"], set()).update(p for p, there in noted.items() if there)
    for parts in seen.values():
        if "price" in parts:
            parts.add("promotion")
    if not seen and case.agenda.captures.empty and not case.desk.warehouse.has("competitor_offers"):
        return case.lacks(["competitor_offers"])
    wanted = int(case.at("rivals"))
    whole = sorted(name for name, parts in seen.items() if len(parts) == len(LOOKED_AT))
    facts = {"n": len(seen), "figure": float(len(whole)), "threshold": float(wanted)}
    told = {"whole": (len(whole), "count"), "wanted": (wanted, "count")}
    if len(whole) >= wanted:
        return case.fine(**facts, **told)
    items: list[dict[str, Any]] = [
        {
            "item": name, "label": name, "action": "watch",
            "detail": " · ".join(case.detail(f"lacks_{part}") for part in LOOKED_AT
                                 if part not in parts),
        }
        for name, parts in sorted(seen.items()) if len(parts) < len(LOOKED_AT)
    ]  # fmt: skip
    missing = wanted - len(whole) - len(items)
    if missing > 0:
        items.append({"item": "more", "label": case.detail("more_rivals"), "action": "watch",
                      "quantity": missing, "unit": "count"})  # fmt: skip
    return case.act(items, **facts, **told)


def roll_out(case: Case) -> Answer:
    """R30: three phases of two months each, as actions of the plan that a company names."""
    named = {step: ids for step, ids in case.rule.plan_actions.items() if ids}
    actions = {row["id"]: row for row in case.agenda.actions.to_dict("records")}
    known = {step: [actions[one] for one in ids if one in actions] for step, ids in named.items()}
    rows = [row for found in known.values() for row in found]
    starts = [row["started_on"] or row["due"] for row in rows]
    if not rows or len(named) < len(case.rule.plan_actions):
        return case.unknown(n=len(rows))
    begin: date = min(starts)
    items = []
    for place, step in enumerate(case.rule.plan_actions, start=1):
        planned = begin + timedelta(days=int(case.at("phase_days")) * place)
        for row in known[step]:
            last = min(planned, row["due"])
            if row["status"] not in ("done", "dropped") and last < case.end:
                items.append({"item": row["id"], "label": row["label"], "action": "finish",
                              "due": last})  # fmt: skip
    done = sum(row["status"] == "done" for row in rows)
    facts = {"n": len(rows), "figure": done / len(rows), "threshold": 1.0, "unit": "percent"}
    told = {"count": (len(items), "count"), "done": (done, "count"), "steps": (len(rows), "count")}
    if items:
        return case.act(items, **facts, **told, plural=len(items) != 1)
    return case.fine(**facts, **told)


CHECKS = {"R23": policy_watch, "R28": rivals_watched, "R30": roll_out}
