"""Where a year will end: a distribution, made of what is sure and of forecast months.

The months to come are forecast as ``analysis.forecast`` forecasts them; the range is made of how
far sums of so many months were missed when the same was tried on the past.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.analysis.forecast.choice import CONFIDENCE, Spread
from helpers.analysis.forecast.outlook import forecast_of, known_months, series_of
from helpers.metrics.catalogue import catalogue
from helpers.vocabulary.periods import Period
from helpers.vocabulary.units import Direction

if TYPE_CHECKING:
    from helpers.analysis.desk import Asked, Desk


@dataclass(frozen=True)
class Landing:
    """Where a sum will end, and how likely it ends on the right side of a goal.

    Attributes:
        middle: Half of what may come lies above.
        low: The tenth part of what may come lies below.
        high: The tenth part of what may come lies above.
        chance: Probability of reaching the goal, or of staying within it where lower is better;
            None where neither is better.
    """

    middle: float
    low: float
    high: float
    chance: float | None


def total_to_come(
    history: Sequence[float], ahead: int, sure: float = 0.0, part: float = 1.0
) -> Spread | None:
    """Say what a sum will be after ``ahead`` more months.

    Args:
        history: Finished months, oldest first.
        ahead: Months that are not finished, the running one included.
        sure: What has been reached already, days of the running month included.
        part: Share of the running month that is still to come.

    Returns:
        None where the history is too short for a forecast.
    """
    made = forecast_of(history, ahead) if ahead > 0 else None
    return made.total(0, ahead, sure, part) if made is not None else None


def landing_of(spread: Spread, goal: float, direction: Direction) -> Landing:
    """Hold what may come against a goal."""
    tail = (1 - CONFIDENCE) / 2
    chance = None
    if direction is not Direction.NEUTRAL:
        above = spread.reaches(goal)
        chance = 1 - above if direction is Direction.LOWER_IS_BETTER else above
    return Landing(spread.quantile(0.5), spread.quantile(tail), spread.quantile(1 - tail), chance)


def landing(
    desk: Desk,
    metric: str,
    span: Period,
    goal: float,
    reached: float,
    dimension: str = "",
    member: str = "",
) -> Landing | None:
    """Say where a metric will end its span.

    Args:
        desk: Its last finished month is the last one known.
        metric: One that adds up over time.
        span: What the goal is for.
        goal: To be reached by the end of the span.
        reached: Since the span began.
        dimension: Of the goal's scope; empty: the company.
        member: Likewise.

    Returns:
        None where the span is over, or the history too short for a forecast.
    """
    months = known_months(desk)
    last = min(desk.elapsed.end, span.end)
    ahead = [month for month in span.months() if month.end > last]
    if not ahead or not months or months[-1].end >= ahead[0].end:
        return None
    running = ahead[0]
    gone = max((last - running.start).days + 1, 0)
    if months[-1].end.toordinal() + 1 < running.start.toordinal():
        return None  # a finished month of the span is not known
    history = series_of(desk, metric, months, dimension).get(member)
    if history is None:
        return None
    spread = total_to_come(history, len(ahead), reached, 1 - gone / len(running))
    return landing_of(spread, goal, desk.direction(metric)) if spread is not None else None


def asked_for(desk: Desk, scopes: Iterable[tuple[str, str]]) -> Iterable[Asked]:
    """List the figures that landings of these metrics and dimensions will need."""
    months = known_months(desk)
    for metric, dimension in scopes:
        if catalogue()[metric].adds_over_time:
            for month in months:
                yield metric, month, (dimension,) if dimension else ()
