"""The rule about tests: one variable a week, and only what so few visitors can show (DOMAIN E8)."""

from __future__ import annotations

import math
from statistics import NormalDist

from helpers.analysis.rules.answer import Answer
from helpers.analysis.rules.case import Case


def visitors_needed(rate: float, lift: float, alpha: float = 0.05, power: float = 0.8) -> int:
    """Say how many visitors each arm needs to show a relative lift of a conversion rate.

    Two-sided test of two proportions, normal approximation.

    >>> visitors_needed(0.03, 0.2)
    13914
    """
    normal, other = NormalDist(), rate * (1 + lift)
    z_alpha, z_power = normal.inv_cdf(1 - alpha / 2), normal.inv_cdf(power)
    mean = (rate + other) / 2
    spread = z_alpha * math.sqrt(2 * mean * (1 - mean)) + z_power * math.sqrt(
        rate * (1 - rate) + other * (1 - other)
    )
    return math.ceil((spread / (other - rate)) ** 2)


def weekly_tests(case: Case) -> Answer:
    """R21: one test a week. A test decided with too few visitors is to be asked again."""
    found = case.desk.warehouse.sql(
        """
        WITH arms AS (
            SELECT store_id, experiment_id, count(*) AS arms, min(visitors) AS visitors,
                   sum(conversions)::DOUBLE / nullif(sum(visitors), 0) AS rate,
                   any_value(smallest_effect)::DOUBLE AS lift,
                   coalesce(any_value(significance), 0.05)::DOUBLE AS alpha,
                   bool_or(decision IS NOT NULL) AS decided, any_value(hypothesis) AS hypothesis
            FROM experiments WHERE coalesce(ended_on, started_on) BETWEEN ? AND ?
            GROUP BY store_id, experiment_id
        )
        SELECT * FROM arms ORDER BY experiment_id
        """,
        (case.days_back(case.at("window_days")), case.end),
    )
    judged = found[(found["rate"] > 0) & found["lift"].notna() & (found["arms"] >= 2)]
    weeks = case.at("window_days") / 7
    pace = len(found) / weeks
    undecided = len(found) - len(judged)
    if judged.empty:
        return case.unknown(n=len(found), not_judged=undecided, count=(len(found), "count"))
    items = []
    for row in judged.to_dict("records"):
        needed = visitors_needed(row["rate"], row["lift"], row["alpha"])
        if row["decided"] and row["visitors"] < needed:
            items.append(
                {
                    "item": row["experiment_id"], "label": row["experiment_id"],
                    **case.in_store(row["store_id"]), "action": "repeat",
                    "quantity": needed - row["visitors"], "unit": "count",
                    "detail": case.detail("arms", seen=(row["visitors"], "count"),
                                          needed=(needed, "count")),
                }
            )  # fmt: skip
    facts = {"n": len(judged), "not_judged": undecided, "figure": pace,
             "threshold": case.at("a_week"), "unit": "score"}  # fmt: skip
    told = {"tests": (len(found), "count"), "count": (len(items), "count"),
            "pace": (pace, "score")}  # fmt: skip
    if items:
        return case.act(items, **facts, **told, plural=len(items) != 1)
    if pace < case.at("a_week"):
        item = {"item": "pace", "label": case.rule.label.text(case.desk.language),
                "action": "test_more"}  # fmt: skip
        return case.act([item], **facts, **told, plural=False)
    return case.fine(**facts, **told)


CHECKS = {"R21": weekly_tests}
