"""What management has to decide now: overdue actions, risks come true, targets missed."""

from __future__ import annotations

from helpers.analysis.attainment import pace
from helpers.analysis.desk import Desk, number
from helpers.plan.actions import status_on
from helpers.plan.loading import Plan
from helpers.plan.promises import year_targets_frame
from helpers.plan.risks import risks_frame
from helpers.plan.words import of_member, word
from helpers.vocabulary.units import Unit
from helpers.vocabulary.wording import write_date, write_value

#: Verdicts of ``analysis.attainment`` that call for a decision.
_BEHIND = {"behind", "at_risk", "missed", "over"}


def decisions(plan: Plan, desk: Desk, most: int = 6) -> list[str]:
    """List the decisions needed, in words of the desk's language, gravest kind first.

    Returns:
        At most ``most`` sentences; one that says so where there is nothing to decide.
    """
    language = desk.language
    said = [
        word(
            "decide_risk",
            language,
            risk=row["label"],
            metric=row["trigger"].rsplit(" ", 2)[0],
            value=row["value"],
            threshold=row["trigger"].rsplit(" ", 1)[1],
            contingency=row["contingency"].rstrip(".。"),
        )
        for row in risks_frame(plan, desk).to_dict("records")
        if row["is_triggered"]
    ]
    said += [
        word(
            "decide_overdue",
            language,
            due=write_date(one.due, language),
            task=one.task.text(language),
            owner=one.owner.text(language),
        )
        for one in plan.actions
        if status_on(one, desk.elapsed.end) == "overdue"
    ]
    said += _targets_behind(plan, desk)
    if len(said) > most:
        cut = len(said) - most
        said = [*said[:most], word("decide_more", language, count=cut)]
    return said or [word("nothing_to_decide", language)]


def _targets_behind(plan: Plan, desk: Desk) -> list[str]:
    """Say which targets the year to date is behind on, the widest gap first.

    One month's figure is no reason to decide: a year that is on pace may have a weak month.
    """
    rows = pace(desk, year_targets_frame(plan, desk), lands=False).to_dict("records")
    behind = []
    for row in rows:
        expected = number(row["expected"])
        due = row["target"] if expected is None else expected
        if row["verdict"] not in _BEHIND or not due:
            continue
        unit = Unit(row["unit"])
        written = [
            write_value(one, unit, desk.language, desk.currency) for one in (row["actual"], due)
        ]
        label = row["label"]
        if row["dimension"]:
            label = of_member(label, row["scope"], desk.language)
        key = "decide_missed" if row["verdict"] == "missed" else "decide_target"
        said = word(key, desk.language, metric=label, value=written[0], target=written[1])
        behind.append((abs(row["actual"] - due) / abs(due), said))
    return [said for _, said in sorted(behind, key=lambda one: -one[0])]
