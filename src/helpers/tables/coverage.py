"""Which days the data covers, and what ``last`` and ``all`` mean in it.

The wall clock has no say: a review of last month's files is the same whenever it runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from helpers.vocabulary.faults import AskedWrongly, Fault
from helpers.vocabulary.periods import (
    Kind,
    Period,
    days_between,
    month_of,
    parse_period,
    quarter_of,
    week_of,
)

#: A year whose first sale is on 4 January is a whole year.
_SLOW_START_DAYS = 7


@dataclass(frozen=True)
class Coverage:
    """First and last day with a placed sale line; for the company and for each store."""

    first: date | None
    last: date | None
    stores: Mapping[str, tuple[date, date]] = field(default_factory=dict)

    def is_complete(self, period: Period) -> bool:
        """Tell whether sales reach the period's last day."""
        return self.last is not None and period.end <= self.last

    def has_beginning(self, period: Period) -> bool:
        """Tell whether sales reach back to the period's first days."""
        slack = timedelta(days=min(_SLOW_START_DAYS, len(period) // 4))
        return self.first is not None and period.start + slack >= self.first

    def clip(self, period: Period) -> Period:
        """Give the days of the period that have passed in the data."""
        if self.last is None or self.is_complete(period) or self.last < period.start:
            return period
        return period.clipped((self.last - period.start).days + 1)


def resolve_period(
    text: str, coverage: Coverage, fiscal_start: int = 1, kind: Kind = "month"
) -> Period:
    """Read a period as a person writes it, ``last`` and ``all`` included.

    Args:
        text: A period of DESIGN 5, ``last`` (last complete one in the data) or ``all``.
        coverage: Which days the data covers.
        fiscal_start: First month of the business year.
        kind: What ``last`` means: the last complete month, week, quarter or year.

    Raises:
        AskedWrongly: The text is no period, or the data has nothing in it; says what there is.
    """
    text = text.strip()
    if coverage.first is None or coverage.last is None:
        raise AskedWrongly(
            Fault("--period", "there are no orders in the tables yet", "run `review ingest`")
        )
    if text == "all":
        return days_between(coverage.first, coverage.last)
    if text == "last":
        return _last_complete(coverage.first, coverage.last, fiscal_start, kind)
    period = parse_period(text, fiscal_start)
    if period.end < coverage.first or period.start > coverage.last:
        raise AskedWrongly(
            Fault(
                "--period",
                f"the data has nothing in {text}",
                f"choose between {coverage.first} and {coverage.last}",
            )
        )
    return period


def _last_complete(first: date, last: date, fiscal_start: int, kind: Kind) -> Period:
    starting_with: dict[str, Callable[[date], Period]] = {
        "month": month_of,
        "week": week_of,
        "quarter": quarter_of,
        "year": lambda day: _fiscal_year_of(day, fiscal_start),
    }
    period = starting_with[kind](last)
    if period.end > last:
        period = period.previous()
    if not Coverage(first, last).has_beginning(period):
        raise AskedWrongly(
            Fault(
                "--period",
                f"no {kind} is complete in the data, which runs from {first} to {last}",
                "name a period",
            )
        )
    return period


def _fiscal_year_of(day: date, fiscal_start: int) -> Period:
    year = day.year if fiscal_start == 1 or day.month < fiscal_start else day.year + 1
    return parse_period(str(year), fiscal_start)
