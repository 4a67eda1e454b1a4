"""Problem -> strategy -> action -> resource (DOMAIN B14), with the orphans named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.analysis.desk import Desk
from helpers.plan.loading import Plan
from helpers.plan.models import Problem
from helpers.plan.promises import dims_of, measured
from helpers.plan.words import word
from helpers.vocabulary.periods import Period, parse_period
from helpers.vocabulary.wording import write_value

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ["problem", "evidence", "strategy", "actions", "resources"]


def loop_frame(plan: Plan, desk: Desk) -> pd.DataFrame:
    """Lay out the loop, one row a problem and strategy; a gap is said and not left blank.

    Returns:
        Columns problem, evidence (the metric's value in the problem's own period), strategy,
        actions, resources: texts in the desk's language.
    """
    import pandas as pd

    language = desk.language
    stop = "；" if language == "zh" else "; "
    rows = []
    desk.foresee(
        (one.metric, period, dims_of(one.scope))
        for one in plan.problems
        for period in _both(one, desk)
    )
    for problem in plan.problems:
        answers = [one for one in plan.strategies if problem.id in one.problems]
        evidence = _evidence(problem, desk)
        statement = problem.statement.text(language)
        if not answers:
            rows.append((statement, evidence, word("orphan_problem", language), "", ""))
        for strategy in answers:
            actions = [one for one in plan.actions if one.strategy == strategy.id]
            ids = {one.id for one in actions}
            resources = [one for one in plan.resources if ids & set(one.actions)]
            rows.append(
                (
                    statement,
                    evidence,
                    strategy.label.text(language),
                    stop.join(one.task.text(language) for one in actions)
                    or word("orphan_strategy", language),
                    stop.join(one.label.text(language) for one in resources),
                )
            )
    return pd.DataFrame(rows, columns=COLUMNS)


def _both(problem: Problem, desk: Desk) -> tuple[Period, Period]:
    """Give the problem's own period, after the same one a year earlier."""
    period = parse_period(problem.period, desk.workspace.fiscal_year_start)
    return period.year_ago(), period


def _evidence(problem: Problem, desk: Desk) -> str:
    """Write the figure that shows the problem, with its period; nothing typed."""
    year_ago, period = _both(problem, desk)
    scope = (problem.scope.dimension, problem.scope.member)
    now = measured(desk, problem.metric, *scope, period)
    before = measured(desk, problem.metric, *scope, year_ago)
    unit = desk.unit(problem.metric)
    label = desk.metric_label(problem.metric)
    if problem.scope.dimension:
        label = f"{desk.member_label(*scope)} {label}"
    values = [
        f"{when.label(desk.language)} {write_value(value, unit, desk.language, desk.currency)}"
        for when, value in ((year_ago, before), (period, now))
        if value is not None
    ]
    return f"{label}: {' → '.join(values) or word('not_enough_data', desk.language)}"
