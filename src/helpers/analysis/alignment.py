"""Days that belong together although the calendar says otherwise (DOMAIN E1).

Belongs here: moving events and how much of them falls where. Periods themselves are
``vocabulary.periods``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from helpers.vocabulary.periods import Period

#: An event whose share of a period differs by less from year to year is part of the season.
MOVES = 0.1


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
        # black-friday-2025, or ramadan-2030-2 where a year holds two.
        parts = event_id.split("-")
        while parts[1:] and parts[-1].isdigit():
            parts.pop()
        spans.setdefault("-".join(parts), []).append((first, last))
    return tuple(MovingEvent(name, tuple(sorted(days))) for name, days in sorted(spans.items()))
