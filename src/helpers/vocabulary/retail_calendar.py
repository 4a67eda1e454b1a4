"""The 4-4-5 calendar: years of whole weeks, so that months hold equally many Saturdays.

A retail year ends on the same weekday every year, the one nearest to (or the last in) the month
before the business year begins. It has 52 weeks, and 53 in every fifth or sixth year, when the
nominal end has drifted half a week away. Quarters are 13 weeks, cut 4-4-5, 4-5-4 or 5-4-4; the
53rd week lengthens the last month.

The numbers agree with those of the National Retail Federation (4-5-4, Saturday nearest to the
end of January); only the name differs: as elsewhere here, a year is called by the calendar year
in which it nominally ends, which the federation calls by the one in which it begins.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from helpers.vocabulary.periods import Period, days_between

_WEEK = timedelta(days=7)
SATURDAY = 5


@dataclass(frozen=True)
class RetailCalendar:
    """How a company cuts its years into weeks.

    Attributes:
        fiscal_start: Month in which the business year begins, 1 to 12, as in ``workspace.yml``.
        pattern: Weeks of the three months of each quarter; 13 together.
        ends_on: Last weekday of each week, Monday being 0.
        end: The year ends on that weekday ``nearest`` to the end of the month before
            ``fiscal_start``, or on the ``last`` one in that month.
    """

    fiscal_start: int = 1
    pattern: tuple[int, int, int] = (4, 4, 5)
    ends_on: int = SATURDAY
    end: Literal["nearest", "last"] = "nearest"

    def __post_init__(self) -> None:
        if sum(self.pattern) != 13 or min(self.pattern) < 1:
            raise ValueError(f"pattern {self.pattern}: three months of a quarter hold 13 weeks")

    def year(self, year: int) -> Period:
        """Give one retail year.

        >>> RetailCalendar(fiscal_start=2).year(2024).text
        '2023-01-29..2024-02-03'
        """
        return days_between(self._last_day(year - 1) + timedelta(days=1), self._last_day(year))

    def weeks_in(self, year: int) -> int:
        """Count the weeks of a retail year: 52 or 53."""
        return len(self.year(year)) // 7

    def quarter(self, year: int, number: int) -> Period:
        """Give quarter 1 to 4; the fourth takes a 53rd week."""
        months = [self.month(year, 3 * number - back) for back in (2, 0)]
        return days_between(months[0].start, months[1].end)

    def month(self, year: int, number: int) -> Period:
        """Give month 1 to 12; the twelfth takes a 53rd week.

        >>> len(RetailCalendar().month(2025, 3)) // 7
        5
        """
        if not 1 <= number <= 12:
            raise ValueError(f"month {number}: a retail year has the months 1 to 12")
        whole = self.year(year)
        lengths = self.pattern * 4
        start = whole.start + sum(lengths[: number - 1]) * _WEEK
        end = whole.end if number == 12 else start + lengths[number - 1] * _WEEK - timedelta(1)
        return days_between(start, end)

    def week(self, year: int, number: int) -> Period:
        """Give week 1 to 53."""
        if not 1 <= number <= self.weeks_in(year):
            raise ValueError(f"week {number}: {year} has the weeks 1 to {self.weeks_in(year)}")
        start = self.year(year).start + (number - 1) * _WEEK
        return days_between(start, start + _WEEK - timedelta(days=1))

    def place(self, day: date) -> tuple[int, int, int]:
        """Say in which retail year, month and week a day lies.

        >>> RetailCalendar(fiscal_start=2).place(date(2024, 2, 3))
        (2024, 12, 53)
        """
        year = day.year + (1 if self.fiscal_start > 1 else 0)
        while self.year(year).start > day:
            year -= 1
        while self.year(year).end < day:
            year += 1
        week = (day - self.year(year).start).days // 7 + 1
        month = next(one for one in range(1, 13) if day in self.month(year, one))
        return year, month, week

    def _last_day(self, year: int) -> date:
        month = self.fiscal_start - 1 or 12
        nominal = date(year, month, calendar.monthrange(year, month)[1])
        before = nominal - timedelta(days=(nominal.weekday() - self.ends_on) % 7)
        after = before + _WEEK
        is_nearer = self.end == "nearest" and after - nominal < nominal - before
        return after if is_nearer else before


def weeks_earlier(period: Period, weeks: int = 52) -> Period:
    """Give the days so many whole weeks earlier: as many Saturdays, each beside its like.

    After a year of 53 weeks this is how retailers restate the year before: week 1 is held against
    week 2, which lies in the same days of the calendar.

    >>> weeks_earlier(days_between(date(2025, 11, 24), date(2025, 11, 30))).text
    '2024-11-25..2024-12-01'
    """
    back = weeks * _WEEK
    return days_between(period.start - back, period.end - back)
