"""The quarterly action table (S4), and what became of each action's metric."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from helpers.analysis.desk import Desk
from helpers.metrics.catalogue import catalogue
from helpers.plan.loading import Plan
from helpers.plan.models import Action, Quarter
from helpers.plan.promises import dims_of, measured
from helpers.plan.words import word
from helpers.vocabulary.periods import Period, month_of
from helpers.vocabulary.units import Direction, Unit
from helpers.vocabulary.wording import write_date, write_value

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = [
    "action", "quarter", "task", "key_metric", "resources", "owner", "due", "status",
    "is_overdue", "was", "now", "verdict",
]  # fmt: skip

#: A relative move smaller than this is not called a move; there is no control group anyway.
SMALLEST_MOVE = 0.03


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
        metric += f" ({desk.member_label(action.scope.dimension, action.scope.member)})"
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
    """Give the month before an action's start and the latest one; none before it starts."""
    day = desk.elapsed.end
    if action.started_on is None or action.started_on > day:
        return ()
    return month_of(action.started_on).previous(), month_of(min(action.done_on or day, day))


def _effect(action: Action, desk: Desk) -> tuple[str, str, str]:
    """Compare the month before the start with the latest month, and judge with restraint."""
    months = _months(action, desk)
    if not months:
        return "", "", "not_started"
    before, latest = months
    scope = (action.scope.dimension, action.scope.member)
    was = measured(desk, action.metric, *scope, before)
    now = measured(desk, action.metric, *scope, latest)
    if was is None or now is None:
        return "", "", "cannot_tell"
    metric = catalogue()[action.metric]
    unit = Unit(metric.unit)
    shown = [write_value(one, unit, desk.language, desk.currency) for one in (was, now)]
    move = (now - was) / abs(was) if was else now - was
    good = Direction(metric.direction).judge(move)
    if abs(move) < SMALLEST_MOVE or not good:
        return shown[0], shown[1], "no_move"
    return shown[0], shown[1], "as_intended" if good > 0 else "against"
