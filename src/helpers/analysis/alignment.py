"""Days that belong together although the calendar says otherwise (DOMAIN E1).

Belongs here: moving events, how much of them falls where and which days match by their distance
to one; days of a week matched with their like. Periods themselves are ``vocabulary.periods``,
years of whole weeks ``vocabulary.retail_calendar``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from helpers.vocabulary.periods import Period, days_between

#: An event whose share of a period differs by less from year to year is part of the season.
MOVES = 0.1
#: black-friday-2025, or ramadan-2030-2 where a year holds two.
_YEAR = re.compile(r"-\d{4}(-\d+)?$")


@dataclass(frozen=True)
class MovingEvent:
    """An event that falls on other days each year.

    Attributes:
        id: Its name without the year, such as ``ramadan``.
        spans: First and last day, in each year it is known for, oldest first.
    """

    id: str
    spans: tuple[tuple[date, date], ...]

    def share_in(self, period: Period) -> float:
        """Tell which part of one event falls into the period; 0 where none is known in it.

        >>> from helpers.vocabulary.periods import parse_period
        >>> black_friday = MovingEvent("black-friday", ((date(2025, 11, 28), date(2025, 12, 1)),))
        >>> black_friday.share_in(parse_period("2025-11"))
        0.75
        """
        return sum(
            max(0, (min(last, period.end) - max(first, period.start)).days + 1)
            / ((last - first).days + 1)
            for first, last in self.spans
        )

    def nearest(self, day: date) -> tuple[date, date] | None:
        """Give the one of its spans that begins nearest to a day; None where none is known."""
        return min(self.spans, key=lambda span: (abs(span[0] - day), span), default=None)

    def year_before(self, span: tuple[date, date]) -> tuple[date, date] | None:
        """Give the span about one year before another: within a month and a half of it."""
        a_year_ago = span[0] - timedelta(days=365)
        found = self.nearest(a_year_ago)
        return found if found and abs(found[0] - a_year_ago) <= timedelta(days=45) else None

    def around(self, year: int, before: int = 14, after: int = 14) -> Period | None:
        """Give the days from so many before the event to so many after; None where not known."""
        spans = [span for span in self.spans if span[0].year == year]
        if not spans:
            return None
        first, last = spans[0]
        return days_between(first - timedelta(days=before), last + timedelta(days=after))


def same_days_of_event(event: MovingEvent, period: Period) -> Period | None:
    """Give the days of the year before that lie as far from the event as ``period`` does.

    The days of Ramadan 2025 are held against those of Ramadan 2024, eleven days later in the
    calendar, and the week before against the week before.

    Returns:
        None where the event is not known in both years.

    >>> ramadan = MovingEvent("ramadan", ((date(2024, 3, 11), date(2024, 4, 9)),
    ...                                   (date(2025, 3, 1), date(2025, 3, 29))))
    >>> same_days_of_event(ramadan, days_between(date(2025, 2, 22), date(2025, 3, 7))).text
    '2024-03-04..2024-03-17'
    """
    now = event.nearest(period.start)
    then = event.year_before(now) if now else None
    if now is None or then is None:
        return None
    shift = now[0] - then[0]
    return days_between(period.start - shift, period.end - shift)


def expected_by_weekday(before: Mapping[date, float], now: Iterable[date]) -> float | None:
    """Say what the days of ``now`` would have brought at the pace of ``before``, day by day.

    A month with five Saturdays is held against what five Saturdays brought.

    Args:
        before: Figures of each day of the baseline.
        now: The days of the period.

    Returns:
        None where a weekday of ``now`` does not occur in ``before``.
    """
    days: dict[int, list[float]] = {}
    for day, value in before.items():
        days.setdefault(day.weekday(), []).append(value)
    wanted = [day.weekday() for day in now]
    if any(one not in days for one in wanted):
        return None
    return sum(sum(days[one]) / len(days[one]) for one in wanted)


def event_shares(events: Sequence[MovingEvent], periods: Sequence[Period]) -> list[list[float]]:
    """Give, for each event that moves between these periods, its share in each of them.

    What falls alike every year is the season's and is left out.
    """
    found = []
    for event in events:
        shares = [event.share_in(period) for period in periods]
        alike: dict[tuple[int, int], list[float]] = {}
        for period, share in zip(periods, shares, strict=True):
            alike.setdefault((period.start.month, period.start.day), []).append(share)
        if any(max(years) - min(years) > MOVES for years in alike.values()):
            found.append(shares)
    return found


def events_by_name(rows: Iterable[tuple[str, date, date]]) -> tuple[MovingEvent, ...]:
    """Join the years of each event of ``calendar_events``: event_id, first_day, last_day.

    >>> [one.id for one in events_by_name([("ramadan-2030-2", date(2030, 12, 26),
    ...                                     date(2031, 1, 24))])]
    ['ramadan']
    """
    spans: dict[str, list[tuple[date, date]]] = {}
    for event_id, first, last in rows:
        spans.setdefault(_YEAR.sub("", event_id), []).append((first, last))
    return tuple(MovingEvent(name, tuple(sorted(days))) for name, days in sorted(spans.items()))
