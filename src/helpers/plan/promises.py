"""Targets as figures: what the plan asks of the year and of each quarter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.analysis.desk import Desk, number
from helpers.metrics.catalogue import catalogue
from helpers.plan.loading import Plan
from helpers.plan.models import QUARTERS, Scope, Target
from helpers.vocabulary.periods import Period, parse_period

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ["target_id", "metric", "dimension", "member", "period", "value", "due"]


def plan_year(plan: Plan, desk: Desk) -> Period:
    """Give the business year that the plan is for."""
    return parse_period(str(plan.year), desk.workspace.fiscal_year_start)


def year_targets_frame(plan: Plan, desk: Desk) -> pd.DataFrame:
    """Give the year's targets for pace and landing (``analysis.attainment.pace``).

    Returns:
        One row a target whose level is known: target_id, metric, dimension, member, period (the
        year), value (absolute; rates as fractions), due.
    """
    import pandas as pd

    foresee_levels(plan, desk)
    year = plan_year(plan, desk).text
    rows = [
        _row(one, year, value) for one in plan.targets if (value := level(one, desk)) is not None
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def targets_frame(plan: Plan, desk: Desk) -> pd.DataFrame:
    """Give targets of the year and, where milestones are declared, of its quarters.

    A comparison takes the nearest span that holds its period, so a month is judged by its
    quarter's milestone before the year's. Milestones of an amount that adds up are cumulative:
    each quarter is asked for the difference.

    Returns:
        The columns of :func:`year_targets_frame`.
    """
    import pandas as pd

    months = plan_year(plan, desk).months()
    rows = list(year_targets_frame(plan, desk).itertuples(index=False, name=None))
    for target in plan.targets:
        before = 0.0
        for place, quarter in enumerate(QUARTERS):
            if quarter not in target.milestones:
                continue
            span = f"{months[3 * place]}..{months[3 * place + 2]}"
            reached = float(target.milestones[quarter])
            asked = reached - before if adds_up(target.metric) else reached
            before = reached
            rows.append(_row(target, span, asked))
    return pd.DataFrame(rows, columns=COLUMNS)


def adds_up(metric: str) -> bool:
    """Tell whether months of this metric add up to a year."""
    return catalogue()[metric].adds_over_time


def foresee_levels(plan: Plan, desk: Desk) -> None:
    """Measure the baselines of all targets at once."""
    start = desk.workspace.fiscal_year_start
    desk.foresee(
        (one.metric, parse_period(one.baseline.period, start), dims_of(one.scope))
        for one in plan.targets
        if one.baseline is not None
    )


def dims_of(scope: Scope) -> tuple[str, ...]:
    """Give the dimensions that a scope is measured by."""
    return (scope.dimension,) if scope.dimension else ()


def level(target: Target, desk: Desk) -> float | None:
    """Give the value to be reached by the due date, in the metric's unit.

    Relative and point targets start from a baseline that is computed here and never typed; None
    where the data do not hold the baseline.
    """
    if target.baseline is None:
        return float(target.value)
    period = parse_period(target.baseline.period, desk.workspace.fiscal_year_start)
    start = measured(desk, target.metric, target.scope.dimension, target.scope.member, period)
    if start is None:
        return None
    change = float(target.value)
    return start * (1 + change) if target.change_kind == "relative" else start + change


def measured(
    desk: Desk, metric: str, dimension: str, member: str, period: Period | None = None
) -> float | None:
    """Measure one metric of one member; None where there is no value, whatever the reason."""
    frame = desk.measure([metric], period, by=(dimension,) if dimension else ())
    rows = frame[frame["member"].fillna("") == member]
    return number(rows["value"].iloc[0]) if len(rows) else None


def _row(target: Target, period: str, value: float) -> tuple[object, ...]:
    scope = (target.scope.dimension, target.scope.member)
    return (target.id, target.metric, *scope, period, value, target.due)
