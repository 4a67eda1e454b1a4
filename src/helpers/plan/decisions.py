"""What management has to decide now: overdue actions, risks come true, targets missed."""

from __future__ import annotations

from helpers.analysis.attainment import foresee_targets
from helpers.analysis.desk import Desk
from helpers.metrics.catalogue import catalogue
from helpers.plan.actions import status_on
from helpers.plan.loading import Plan
from helpers.plan.promises import asked_of_period, measured, targets_frame
from helpers.plan.risks import risks_frame
from helpers.plan.words import word
from helpers.vocabulary.units import Direction
from helpers.vocabulary.wording import write_date, write_value

#: A value within two per cent of its target is on target.
ON_TARGET = 0.02


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
            contingency=row["contingency"],
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
    said += _missed_targets(plan, desk)
    return said[:most] or [word("nothing_to_decide", language)]


def _missed_targets(plan: Plan, desk: Desk) -> list[str]:
    """Say which targets the period missed by more than a little."""
    said = []
    targets = targets_frame(plan, desk)
    foresee_targets(desk, targets)
    for target in plan.targets:
        asked = asked_of_period(target, targets, desk)
        got = measured(desk, target.metric, target.scope.dimension, target.scope.member)
        if not asked or got is None:
            continue
        metric = catalogue()[target.metric]
        gap = (got - asked) / abs(asked)
        if Direction(metric.direction).judge(gap) < 0 and abs(gap) > ON_TARGET:
            label = metric.label.text(desk.language)
            if target.scope.dimension:
                label += f" ({desk.member_label(target.scope.dimension, target.scope.member)})"
            values = [
                write_value(one, desk.unit(target.metric), desk.language, desk.currency)
                for one in (got, asked)
            ]
            said.append(
                word(
                    "decide_target", desk.language, metric=label, value=values[0], target=values[1]
                )
            )
    return said
