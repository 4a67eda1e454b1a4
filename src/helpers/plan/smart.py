"""Is a target SMART? Five verdicts, each saying what would make it pass (DOMAIN B15).

Achievable is judged against what would happen if the growth of the last twelve months went on:
the target's place in that distribution, counted in the metric's good direction. Below the
median it is sandbagged, to P90 plausible, to P97.5 a stretch, and beyond that it needs named
actions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist, mean, stdev
from typing import TYPE_CHECKING

from helpers.analysis.attainment import WHOLE_COMPANY
from helpers.analysis.desk import Desk
from helpers.metrics.catalogue import catalogue
from helpers.plan.loading import Plan
from helpers.plan.models import Target
from helpers.plan.promises import adds_up, dims_of, foresee_levels, level, measured, plan_year
from helpers.plan.words import word
from helpers.vocabulary.periods import Period, days_between, parse_period
from helpers.vocabulary.units import Direction
from helpers.vocabulary.wording import write_date, write_value

if TYPE_CHECKING:
    import pandas as pd

CHECKS = ("specific", "measurable", "achievable", "relevant", "time_bound")
MONTHS_OF_GROWTH = 12
SANDBAGGED, PLAUSIBLE, STRETCH = 0.5, 0.9, 0.975
#: However steady the past, next year's growth is not known better than this.
LEAST_SPREAD = 0.05
COLUMNS = [
    "target_id", "label", "scope", "baseline", "target", "due", "owner", "objective", *CHECKS,
    "percentile", "is_smart", "advice",
]  # fmt: skip


@dataclass(frozen=True)
class Verdict:
    """One of the five letters: does it pass, and what would make it."""

    passes: bool | None
    says: str = ""


@dataclass(frozen=True)
class Landing:
    """Where a year would end if the last twelve months' growth went on.

    Amounts grow by a factor (the spread is of its logarithm), rates move by points.
    """

    middle: float
    z_of_target: float


def smart_report(plan: Plan, desk: Desk) -> pd.DataFrame:
    """Judge every target of the plan.

    Returns:
        One row a target: label, scope, baseline and target in words, one column of words for
        each of the five checks, ``percentile`` of the target in the forecast (empty without
        history), ``is_smart``, and ``advice``: what would make the failing checks pass.
    """
    import pandas as pd

    foresee_levels(plan, desk)
    months = [*_recent(desk), *plan_year(plan, desk).months()]
    known = [one for one in [*months, *_a_year_back(months)] if _is_whole(one, desk)]
    desk.foresee(
        (one.metric, period, dims_of(one.scope))
        for one in plan.targets
        for period in (desk.period, *known)
    )
    return pd.DataFrame([_row(one, plan, desk) for one in plan.targets], columns=COLUMNS)


def _row(target: Target, plan: Plan, desk: Desk) -> tuple[object, ...]:
    language = desk.language
    value = level(target, desk)
    achievable, percentile = _achievable(target, value, plan, desk)
    verdicts = {
        "specific": _specific(target, desk),
        "measurable": _measurable(target, value, desk),
        "achievable": achievable,
        "relevant": _relevant(target, plan, desk),
        "time_bound": _time_bound(target, value, plan, desk),
    }
    objective = next(one for one in plan.objectives if one.id == target.objective)
    scope = (
        desk.member_label(target.scope.dimension, target.scope.member)
        if target.scope.dimension
        else WHOLE_COMPANY.text(language)
    )
    advice = "；" if language == "zh" else "; "
    return (
        target.id,
        desk.metric_label(target.metric),
        scope,
        _baseline_words(target, desk),
        _written(target, value, desk),
        write_date(target.due, language),
        target.owner.text(language),
        objective.label.text(language),
        *(_verdict_words(verdicts[check], language) for check in CHECKS),
        percentile,
        all(verdict.passes for verdict in verdicts.values()),
        advice.join(one.says for one in verdicts.values() if one.says),
    )


def _verdict_words(verdict: Verdict, language: str) -> str:
    key = {True: "passes", False: "fails", None: "not_enough_data"}[verdict.passes]
    return word(key, language)  # type: ignore[arg-type]


def _specific(target: Target, desk: Desk) -> Verdict:
    """Metric, scope and owner are there by declaration; the data must be able to answer, too."""
    last = measured(desk, target.metric, target.scope.dimension, target.scope.member)
    if last is None:
        return Verdict(False, word("needs_value", desk.language))
    return Verdict(True)


def _measurable(target: Target, value: float | None, desk: Desk) -> Verdict:
    if value is not None:
        return Verdict(True)
    period = target.baseline.period if target.baseline else ""
    return Verdict(False, word("needs_baseline", desk.language, period=period))


def _relevant(target: Target, plan: Plan, desk: Desk) -> Verdict:
    """An objective needs a leading metric to steer by and a lagging one to be judged by."""
    roles = {one.role for one in plan.targets if one.objective == target.objective}
    lacking = {"leading", "lagging"} - roles
    if not lacking:
        return Verdict(True)
    role = word(lacking.pop(), desk.language)
    return Verdict(False, word("needs_pair", desk.language, role=role))


def _time_bound(target: Target, value: float | None, plan: Plan, desk: Desk) -> Verdict:
    year = plan_year(plan, desk)
    if target.due not in year:
        due = write_date(target.due, desk.language)
        return Verdict(False, word("outside_year", desk.language, due=due))
    last = target.milestones.get("Q4")
    if (
        last is not None
        and value is not None
        and not math.isclose(float(last), value, rel_tol=0.005)
    ):
        texts = {
            "last": _written(target, float(last), desk),
            "value": _written(target, value, desk),
        }
        return Verdict(False, word("milestones_fall_short", desk.language, **texts))
    return Verdict(True)


def _achievable(
    target: Target, value: float | None, plan: Plan, desk: Desk
) -> tuple[Verdict, float | None]:
    found = landing(target, value, plan, desk) if value is not None else None
    if found is None:
        return Verdict(None, word("needs_history", desk.language)), None
    downward = Direction(catalogue()[target.metric].direction) is Direction.LOWER_IS_BETTER
    percentile = NormalDist().cdf(-found.z_of_target if downward else found.z_of_target)
    written = _written(target, found.middle, desk)
    if percentile < SANDBAGGED:
        return Verdict(False, word("sandbagged", desk.language, landing=written)), percentile
    if percentile <= PLAUSIBLE:
        return Verdict(True, word("plausible", desk.language, landing=written)), percentile
    if percentile <= STRETCH:
        return Verdict(True, word("stretch", desk.language, landing=written)), percentile
    return Verdict(False, word("beyond", desk.language, landing=written)), percentile


def landing(target: Target, value: float, plan: Plan, desk: Desk) -> Landing | None:
    """Project the plan's year from its finished months and the growth of the last twelve.

    A year averages its months' chances out, so its growth spreads by much less than one month's:
    once for the twelve months it was learnt from and once for the months to come, and by no less
    than ``LEAST_SPREAD``. A small shop whose months jump must not make every target look near.

    Returns:
        None with fewer than 24 months of history, or where the year before is not complete.
    """
    recent = _recent(desk)
    now, before = (_series(target, months, desk) for months in (recent, _a_year_back(recent)))
    if now is None or before is None or len(now) < MONTHS_OF_GROWTH:
        return None
    year = plan_year(plan, desk)
    if not adds_up(target.metric):
        moves = [a - b for a, b in zip(now, before, strict=True)]
        scope = (target.scope.dimension, target.scope.member)
        level_now = measured(
            desk, target.metric, *scope, days_between(recent[0].start, recent[-1].end)
        )
        middle = (level_now if level_now is not None else mean(now)) + mean(moves)
        return Landing(middle, (value - middle) / max(_of_a_year(moves, MONTHS_OF_GROWTH), 1e-9))
    if min(*now, *before) <= 0:
        return None
    growth = [math.log(a / b) for a, b in zip(now, before, strict=True)]
    drift = mean(growth)
    finished = [month for month in year.months() if month.end <= recent[-1].end]
    ahead = [month for month in year.months() if month not in finished]
    done = _series(target, finished, desk)
    base = _series(target, _a_year_back(ahead), desk)
    if done is None or base is None:
        return None
    rest = sum(base)
    if not rest:
        return Landing(sum(done), math.inf if value > sum(done) else -math.inf)
    spread = math.hypot(_of_a_year(growth, len(ahead)), LEAST_SPREAD)
    middle = sum(done) + rest * math.exp(drift)
    needed = value - sum(done)
    z = (math.log(needed / rest) - drift) / spread if needed > 0 else -math.inf
    return Landing(middle, z)


def _recent(desk: Desk) -> list[Period]:
    """List the last finished months, whose growth is taken to go on."""
    months = desk.elapsed.last_months(MONTHS_OF_GROWTH + 1)
    return [month for month in months if _is_whole(month, desk)][-MONTHS_OF_GROWTH:]


def _of_a_year(monthly: list[float], ahead: int) -> float:
    """Give the spread of the mean of ``ahead`` months to come, drift learnt from ``monthly``."""
    return stdev(monthly) * math.sqrt(1 / len(monthly) + 1 / ahead)


def _series(target: Target, months: list[Period], desk: Desk) -> list[float] | None:
    """Measure month by month in one pass; None where one month has no value."""
    if not months:
        return []
    by = (target.scope.dimension,) if target.scope.dimension else ()
    frame = desk.measure_series([target.metric], months, by)
    frame = frame[frame["member"].fillna("") == target.scope.member]
    values = dict(zip(frame["period"], frame["value"], strict=True))
    found = [values.get(month.text) for month in months]
    if any(one is None or one != one for one in found):
        return None
    return [float(one) for one in found if one is not None]


def _a_year_back(months: list[Period]) -> list[Period]:
    return [month.year_ago() for month in months]


def _is_whole(month: Period, desk: Desk) -> bool:
    return desk.coverage[0] <= month.start and month.end <= desk.coverage[1]


def _baseline_words(target: Target, desk: Desk) -> str:
    if target.baseline is None:
        return ""
    period = parse_period(target.baseline.period, desk.workspace.fiscal_year_start)
    start = measured(desk, target.metric, target.scope.dimension, target.scope.member, period)
    return f"{period.label(desk.language)}: {_written(target, start, desk)}"


def _written(target: Target, value: float | None, desk: Desk) -> str:
    if value is None:
        return word("not_enough_data", desk.language)
    return write_value(value, desk.unit(target.metric), desk.language, desk.currency)
