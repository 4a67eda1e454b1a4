"""The rule about tests: one variable a week, and only what so few visitors can show (DOMAIN E8)."""

from __future__ import annotations

from helpers.analysis.experiments import required_n
from helpers.analysis.rules.answer import Answer
from helpers.analysis.rules.case import Case


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
    reachable = (found["lift"] > 0) & (found["rate"] * (1 + found["lift"]) <= 1)
    judged = found[(found["rate"] > 0) & reachable & (found["arms"] >= 2)]
    weeks = case.at("window_days") / 7
    pace = len(found) / weeks
    undecided = len(found) - len(judged)
    if judged.empty:
        return case.unknown(n=len(found), not_judged=undecided, count=(len(found), "count"))
    items = []
    for row in judged.to_dict("records"):
        needed = required_n(row["rate"], row["lift"], row["alpha"])
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
