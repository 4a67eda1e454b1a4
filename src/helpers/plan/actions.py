"""The quarterly action table (S4), and what became of each action's metric."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from helpers.analysis.desk import Desk
from helpers.metrics.catalogue import catalogue
from helpers.plan.loading import Plan
from helpers.plan.models import Action, Quarter
from helpers.plan.promises import dims_of, measured
from helpers.plan.words import of_member, word
from helpers.vocabulary.periods import Period, month_of
from helpers.vocabulary.units import Direction, Unit
from helpers.vocabulary.wording import write_date, write_value

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = [
    "action", "quarter", "task", "key_metric", "resources", "owner", "due", "status",
    "is_overdue", "was", "now", "verdict",
]  # fmt: skip

#: A move beyond the season's that is smaller than this is not called one.
SMALLEST_MOVE = 0.1


def actions_frame(plan: Plan, desk: Desk, quarter: Quarter | None = None) -> pd.DataFrame:
    """Lay out the action table: the source's four columns, then owner, due, status and effect.

    Args:
        plan: The year's plan.
        desk: Decides language, and the day against which "overdue" is judged.
        quarter: One quarter only.

    Returns:
        One row an action in order of quarter and due date, texts in the desk's language.
    """
    import pandas as pd

    wanted = [one for one in plan.actions if quarter in (None, one.quarter)]
    desk.foresee(
        (one.metric, month, dims_of(one.scope)) for one in wanted for month in _months(one, desk)
    )
    rows = [_row(one, desk) for one in sorted(wanted, key=lambda one: (one.quarter, one.due))]
    return pd.DataFrame(rows, columns=COLUMNS)


def status_on(action: Action, day: date) -> str:
    """Say how an action stood on ``day``: what is due before it and not done is overdue.

    An action that was finished or begun after ``day`` had not been by then.
    """
    if action.status == "dropped":
        return "dropped"
    if action.done_on and action.done_on <= day:
        return "done"
    if action.due < day:
        return "overdue"
    return "running" if action.started_on and action.started_on <= day else "planned"


def _row(action: Action, desk: Desk) -> tuple[object, ...]:
    language, day = desk.language, desk.elapsed.end
    status = status_on(action, day)
    was, now, verdict = _effect(action, desk)
    metric = desk.metric_label(action.metric)
    if action.scope.dimension:
        member = desk.member_label(action.scope.dimension, action.scope.member)
        metric = of_member(metric, member, language)
    return (
        action.id,
        action.quarter,
        action.task.text(language),
        metric,
        action.resources.text(language),
        action.owner.text(language),
        write_date(action.due, language),
        word(status, language),
        status == "overdue",
        was,
        now,
        word(verdict, language),
    )


def _months(action: Action, desk: Desk) -> tuple[Period, ...]:
    """Give the month before the start, the latest whole month, and both a year earlier.

    Nothing before an action starts.
    """
    day = desk.elapsed.end
    if action.started_on is None or action.started_on > day:
        return ()
    latest = month_of(day) if month_of(day).end <= day else month_of(day).previous()
    before = month_of(action.started_on).previous()
    return before, latest, before.year_ago(), latest.year_ago()


def _effect(action: Action, desk: Desk) -> tuple[str, str, str]:
    """Compare the month before the start with the latest one, the season taken out.

    The same two months of the year before say what the season alone would have done: December
    is above October in every year, action or not. There is no control group, so the verdict
    says "better than its season" and never "because of".
    """
    months = _months(action, desk)
    if not months:
        return "", "", "not_started"
    dimension, member = action.scope.dimension, action.scope.member
    was, now, was_before, now_before = (
        measured(desk, action.metric, dimension, member, month) for month in months
    )
    unit = Unit(catalogue()[action.metric].unit)
    shown = [
        "" if one is None else f"{write_value(one, unit, desk.language, desk.currency)} ({month})"
        for one, month in ((was, months[0]), (now, months[1]))
    ]
    if was is None or now is None or not was_before or now_before is None or was <= 0:
        return shown[0], shown[1], "cannot_tell"
    if unit.changes_in_points:
        move = ((now - was) - (now_before - was_before)) / was
    else:
        move = (now / was) / (now_before / was_before) - 1 if now_before > 0 else 0.0
    good = Direction(catalogue()[action.metric].direction).judge(move)
    if abs(move) < SMALLEST_MOVE or not good:
        return shown[0], shown[1], "no_move"
    return shown[0], shown[1], "as_intended" if good > 0 else "against"
