"""Targets held against what was reached: attainment, pace, landing and what is still required.

A year is judged by its season and not by the calendar: seven months of a business that lives on
November are not seven twelfths of it (DOMAIN E3).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from helpers.analysis.desk import Desk, fiscal_year_of, number
from helpers.analysis.landing import asked_for, landing
from helpers.metrics.catalogue import catalogue
from helpers.vocabulary.labels import Label
from helpers.vocabulary.periods import Period, days_between, parse_period
from helpers.vocabulary.units import Direction

if TYPE_CHECKING:
    import pandas as pd

#: Within this of the expected pace a target is on track; below the second it is at risk.
ON_TRACK, AT_RISK = 0.02, 0.10

PACE_COLUMNS = [
    "target_id", "metric", "label", "dimension", "member", "scope", "unit", "actual", "target",
    "attainment", "expected", "pace_index", "landing", "landing_low", "landing_high", "chance",
    "required_monthly", "required_by_month", "share_basis", "period", "due", "verdict",
    "verdict_label", "status",
]  # fmt: skip

VERDICTS: dict[str, Label] = {
    "met": Label(en="Met", zh="已达成"),
    "missed": Label(en="Missed", zh="未达成"),
    "ahead": Label(en="Ahead of pace", zh="领先进度"),
    "on_track": Label(en="On track", zh="符合进度"),
    "behind": Label(en="Behind pace", zh="落后进度"),
    "at_risk": Label(en="At risk", zh="存在风险"),
    "over": Label(en="Over budget pace", zh="超出预算进度"),
    "under": Label(en="Under budget pace", zh="低于预算进度"),
    "not_enough_data": Label(en="Cannot be told yet", zh="暂无法判断"),
}
WHOLE_COMPANY = Label(en="Whole company", zh="全公司")


@dataclass(frozen=True)
class RunRate:
    """Where a yearly target stands and where it is heading."""

    attainment: float
    expected: float
    pace_index: float | None
    landing: float | None
    linear_landing: float | None
    required_average: float | None
    required_by_month: tuple[float, ...]


def run_rate(
    target: float,
    to_date: float,
    months_done: int,
    shares: Sequence[float],
    part_of_month: float = 0.0,
) -> RunRate:
    """Hold a year's total so far against its seasonal pace.

    Args:
        target: The whole year's target.
        to_date: What has been reached since the year began.
        months_done: Number of finished months.
        shares: Share of each of the year's months, adding up to 1.
        part_of_month: Fraction of the running month that has passed.

    >>> shares = [.06, .05, .07, .07, .07, .08, .08, .08, .09, .09, .15, .11]
    >>> pace = run_rate(12e6, 6.2e6, 7, shares)
    >>> round(pace.pace_index, 6), round(pace.landing, 2)
    (1.076389, 12916666.67)
    """
    whole = math.fsum(shares)
    parts = [share / whole for share in shares]
    done = math.fsum(parts[:months_done])
    months = float(months_done)
    if part_of_month and months_done < len(parts):
        done += parts[months_done] * part_of_month
        months += part_of_month
    ahead = [*parts[months_done:]]
    if ahead and part_of_month:
        ahead[0] *= 1 - part_of_month
    remaining = max(target - to_date, 0.0)
    still = math.fsum(ahead)
    expected = target * done
    return RunRate(
        attainment=to_date / target,
        expected=expected,
        pace_index=to_date / expected if expected else None,
        landing=to_date / done if done else None,
        linear_landing=to_date * len(parts) / months if months else None,
        required_average=remaining / (len(parts) - months) if still > 0 else None,
        required_by_month=tuple(remaining * share / still for share in ahead) if still > 0 else (),
    )


def pace(desk: Desk, targets: pd.DataFrame | None, *, lands: bool = True) -> pd.DataFrame:
    """Say for each target where it stands on the desk's last day.

    Args:
        desk: The period's end is the day of judgement; the year before gives the season.
        targets: One row per target with ``metric`` and ``value`` (absolute, rates as fractions),
            and where known ``target_id`` (or ``id``), ``dimension``, ``member``, ``due`` and
            ``period`` (the span it covers; without it the business year of ``due``, without
            that the desk's). Targets of other years are left out.
        lands: Forecast where each target will land; who needs only the pace saves the fitting.

    Returns:
        One row per target: target_id, metric, label, dimension, member, scope (named for
        reading), unit, actual, target, attainment (fraction; target/actual where lower is
        better), expected (by the season, to date), pace_index, landing (projected at the end of
        the span: the median of a forecast; by the season alone where the history is too short
        for one), landing_low and landing_high (80 % range), chance (of reaching the target, or
        of staying within it where lower is better), required_monthly (average over the rest),
        required_by_month (tuple), share_basis (``last_year``, ``even`` or empty for rates),
        period, due, verdict (a key of ``VERDICTS``), verdict_label, status. Rates have no pace:
        only actual, target, attainment and verdict.
    """
    import pandas as pd

    current = [
        target
        for target in target_rows(desk, targets)
        if desk.elapsed.end >= target["span"].start and target["span"].end >= desk.period.start
    ]
    desk.foresee(
        (target["metric"], period, (target["dimension"],) if target["dimension"] else ())
        for target in current
        for period in (_so_far(desk, target["span"]), *_season_of(desk, target))
    )
    desk.foresee(
        asked_for(
            desk,
            (
                (target["metric"], target["dimension"])
                for target in current
                if lands and desk.elapsed.end < target["span"].end
            ),
        )
    )
    rows = [_pace_row(desk, target, target["span"], lands) for target in current]
    return pd.DataFrame(rows, columns=PACE_COLUMNS)


def _so_far(desk: Desk, span: Period) -> Period:
    """Give the part of a target's span that the desk knows."""
    last = min(desk.elapsed.end, span.end)
    return days_between(span.start, last) if last < span.end else span


def _season_of(desk: Desk, target: dict[str, Any]) -> list[Period]:
    """List the months whose season spreads a target."""
    if not catalogue()[target["metric"]].adds_over_time:
        return []
    before = [month.year_ago() for month in target["span"].months()]
    is_known = desk.coverage[0] <= before[0].start and before[-1].end <= desk.coverage[1]
    return before if is_known else []


def target_rows(desk: Desk, targets: pd.DataFrame | None) -> list[dict[str, Any]]:
    """Read a table of targets, with the span of each as ``span``; unknown metrics are left out."""
    if targets is None or not len(targets):
        return []
    rows = []
    for given in targets.to_dict("records"):
        row: dict[str, Any] = {str(key): value for key, value in given.items()}
        value = number(row.get("value"))
        if row.get("metric") not in catalogue() or value is None:
            continue
        row["value"] = value
        for key in ("dimension", "member"):
            row[key] = row.get(key) if isinstance(row.get(key), str) else ""
        row["target_id"] = str(row.get("target_id") or row.get("id") or "")
        row["span"] = _span(desk, row)
        rows.append(row)
    return rows


def target_of(
    desk: Desk, targets: pd.DataFrame | None, metric: str, dimension: str = "", member: str = ""
) -> float | None:
    """Give what a metric should be in the desk's period, or None where nobody promised anything.

    A target for just this period counts as it stands. A year's target counts as a level where
    the metric does not add up over time, and by its seasonal share where it does.
    """
    found = [
        row
        for row in target_rows(desk, targets)
        if (row["metric"], row["dimension"], row["member"]) == (metric, dimension, member)
        and row["span"].start <= desk.period.start
        and desk.period.end <= row["span"].end
    ]
    if not found:
        return None
    nearest = min(found, key=lambda row: len(row["span"]))
    span, value = nearest["span"], float(nearest["value"])
    if not catalogue()[metric].adds_over_time:
        return value
    if (span.start, span.end) == (desk.period.start, desk.period.end):
        return value * len(desk.elapsed) / len(span)
    shares, _ = _shares(desk, metric, dimension, member, span)
    total = 0.0
    for month, share in zip(span.months(), shares, strict=True):
        first = max(month.start, desk.elapsed.start, span.start)
        last = min(month.end, desk.elapsed.end, span.end)
        if first <= last:
            total += share * ((last - first).days + 1) / len(month)
    return value * total


def attained(actual: float | None, target: float | None, direction: Direction) -> float | None:
    """Give attainment as a fraction: 1 is met, above is better than promised."""
    if actual is None or target is None or target <= 0:
        return None
    if direction is Direction.LOWER_IS_BETTER:
        return target / actual if actual > 0 else None
    return actual / target


def _pace_row(desk: Desk, target: dict[str, Any], span: Period, lands: bool) -> dict[str, Any]:
    metric, goal = target["metric"], float(target["value"])
    dimension, member = target["dimension"], target["member"]
    direction = desk.direction(metric)
    last, so_far = min(desk.elapsed.end, span.end), _so_far(desk, span)
    actual, status = _actual(desk, metric, so_far, dimension, member)
    row: dict[str, Any] = {
        "target_id": target["target_id"],
        "metric": metric,
        "label": desk.metric_label(metric),
        "dimension": dimension,
        "member": member,
        "scope": desk.member_label(dimension, member)
        if dimension
        else WHOLE_COMPANY.text(desk.language),
        "unit": str(desk.unit(metric)),
        "actual": actual,
        "target": goal,
        "attainment": attained(actual, goal, direction),
        "period": span.text,
        "due": target.get("due"),
        "status": status,
        "share_basis": "",
    }
    if actual is None:
        verdict = "not_enough_data"
    elif not catalogue()[metric].adds_over_time:
        verdict = _level_verdict(actual, goal, direction, last >= span.end)
    else:
        shares, basis = _shares(desk, metric, dimension, member, span)
        months = span.months()
        done = sum(month.end <= last for month in months)
        running = months[done] if done < len(months) else None
        part = ((last - running.start).days + 1) / len(running) if running else 0.0
        rate = run_rate(goal, actual, done, shares, part)
        scope = (dimension, member)
        found = landing(desk, metric, span, goal, actual, *scope) if lands else None
        row |= {
            "expected": rate.expected,
            "pace_index": rate.pace_index,
            "landing": found.middle if found else rate.landing,
            "landing_low": found.low if found else None,
            "landing_high": found.high if found else None,
            "chance": found.chance if found else None,
            "required_monthly": rate.required_average,
            "required_by_month": rate.required_by_month,
            "share_basis": basis,
        }
        verdict = _pace_verdict(rate, direction, last >= span.end)
    return row | {"verdict": verdict, "verdict_label": VERDICTS[verdict].text(desk.language)}


def _pace_verdict(rate: RunRate, direction: Direction, is_over: bool) -> str:
    index = rate.pace_index
    if index is None:
        return "not_enough_data"
    if direction is Direction.NEUTRAL:
        # Spending a budget is neither good nor bad; straying from its pace is worth a word.
        if abs(index - 1) <= AT_RISK:
            return "on_track"
        return "over" if index > 1 else "under"
    if direction is Direction.LOWER_IS_BETTER:
        index = 2 - index
    elif rate.attainment >= 1:
        return "met"
    if is_over:
        return "met" if index >= 1 else "missed"
    if index >= 1 + ON_TRACK:
        return "ahead"
    if index >= 1 - ON_TRACK:
        return "on_track"
    return "behind" if index >= 1 - AT_RISK else "at_risk"


def _level_verdict(actual: float, goal: float, direction: Direction, is_over: bool) -> str:
    if direction is Direction.LOWER_IS_BETTER:
        short = actual - goal
    elif direction is Direction.HIGHER_IS_BETTER:
        short = goal - actual
    else:
        is_near = abs(actual - goal) <= AT_RISK * abs(goal)
        if is_over:
            return "met" if is_near else "missed"
        return "on_track" if is_near else "not_enough_data"
    if short <= 0:
        return "met"
    if is_over:
        return "missed"
    return "behind" if goal and short / abs(goal) <= AT_RISK else "at_risk"


def _actual(
    desk: Desk, metric: str, span: Period, dimension: str, member: str
) -> tuple[float | None, str]:
    frame = desk.measure([metric], span, (dimension,) if dimension else ())
    chosen = frame[
        (frame["dimension"].fillna("") == dimension) & (frame["member"].fillna("") == member)
    ]
    if not len(chosen):
        return None, "no_source"
    return number(chosen["value"].iloc[0]), str(chosen["status"].iloc[0])


def _shares(
    desk: Desk, metric: str, dimension: str, member: str, span: Period
) -> tuple[list[float], str]:
    """Give each month's share by the year before, or by its days where that is not known."""
    months = span.months()
    by_days = [len(month) / math.fsum(len(one) for one in months) for month in months]
    before = [month.year_ago() for month in months]
    if desk.coverage[0] > before[0].start or desk.coverage[1] < before[-1].end:
        return by_days, "even"
    frame = desk.measure_series([metric], before, (dimension,) if dimension else ())
    chosen = frame[
        (frame["dimension"].fillna("") == dimension) & (frame["member"].fillna("") == member)
    ]
    values = dict(zip(chosen["period"], chosen["value"], strict=True))
    known = [number(values.get(month.text)) for month in before]
    if any(value is None or value < 0 for value in known):
        return by_days, "even"
    total = math.fsum(value for value in known if value is not None)
    if not total:
        return by_days, "even"
    return [value / total for value in known if value is not None], "last_year"


def _span(desk: Desk, row: dict[str, Any]) -> Period:
    text = row.get("period")
    if isinstance(text, str) and text:
        return parse_period(text, desk.workspace.fiscal_year_start)
    due = row.get("due")
    if isinstance(due, datetime):  # a pandas timestamp is one
        due = due.date()
    if isinstance(due, date):
        return fiscal_year_of(due, desk.workspace)
    return fiscal_year_of(desk.elapsed.end, desk.workspace)
