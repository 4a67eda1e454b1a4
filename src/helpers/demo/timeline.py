"""The days of the demo, its local clocks, and the feasts that move sales.

Moving feasts are dated facts (Ramadan) or rules (Black Friday is the Friday after the fourth
Thursday of November).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np

from helpers.demo.money import Array
from helpers.vocabulary.faults import AskedWrongly, Fault

#: First and last day of Ramadan as observed in the Gulf.
RAMADAN = {
    2019: ("2019-05-06", "2019-06-03"), 2020: ("2020-04-24", "2020-05-23"),
    2021: ("2021-04-13", "2021-05-12"), 2022: ("2022-04-02", "2022-05-01"),
    2023: ("2023-03-23", "2023-04-20"), 2024: ("2024-03-11", "2024-04-09"),
    2025: ("2025-03-01", "2025-03-29"), 2026: ("2026-02-18", "2026-03-19"),
    2027: ("2027-02-08", "2027-03-09"),
}  # fmt: skip


@dataclass(frozen=True)
class Timeline:
    """Whole months of days, counted from 0; every shop lives the same local days."""

    first: date
    last: date

    @classmethod
    def ending(cls, until: str, months: int) -> Timeline:
        """Give ``months`` whole calendar months, the last of them ``until`` (YYYY-MM).

        Raises:
            AskedWrongly: ``until`` is no month, or the window leaves the years whose feasts are
                known.
        """
        found = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", until)
        if not found:
            raise AskedWrongly(
                Fault("--until", f"{until!r} is no month", "write YYYY-MM, such as 2025-12")
            )
        year, month = int(found[1]), int(found[2])
        if not (min(RAMADAN) * 12 < year * 12 + month - months and year <= max(RAMADAN)):
            raise AskedWrongly(
                Fault("--until", f"{months} months to {until} leave the known calendar",
                      f"stay within {min(RAMADAN)} and {max(RAMADAN)}")
            )  # fmt: skip
        count = year * 12 + month - months
        after = date(year + month // 12, month % 12 + 1, 1)
        return cls(date(count // 12, count % 12 + 1, 1), after - timedelta(days=1))

    @cached_property
    def days(self) -> list[date]:
        """List every day."""
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    @cached_property
    def month_of_day(self) -> Array:
        """Number the month of every day, from 0."""
        return np.array([
            (day.year - self.first.year) * 12 + day.month - self.first.month for day in self.days
        ])  # fmt: skip

    @cached_property
    def months(self) -> list[str]:
        """List the months as YYYY-MM."""
        return sorted({f"{day:%Y-%m}" for day in self.days})

    @cached_property
    def years(self) -> Array:
        """Give every day's calendar year, counted from the first."""
        return np.array([day.year - self.first.year for day in self.days])

    def number(self, day: date) -> int:
        """Number a day; it may lie outside the window."""
        return (day - self.first).days

    def days_of(self, month: int) -> tuple[int, int]:
        """Give the first day of a month and the first day after it."""
        inside = np.flatnonzero(self.month_of_day == month)
        return int(inside[0]), int(inside[-1]) + 1

    def marked(self, first: str | date, last: str | date) -> Array:
        """Mark the days from ``first`` to ``last``, both included."""
        low, high = (
            self.number(date.fromisoformat(one) if isinstance(one, str) else one)
            for one in (first, last)
        )
        numbers = np.arange(len(self.days))
        return (numbers >= low) & (numbers <= high)


class Clock:
    """A shop's wall clock: which UTC second belongs to which local day."""

    def __init__(self, zone: str, timeline: Timeline) -> None:
        self.zone = zone
        self._first = timeline.first
        place = ZoneInfo(zone)
        days = [*timeline.days, timeline.last + timedelta(days=1)]
        #: The UTC second at which each local day starts, and one more for the end.
        self.day_starts = np.array([
            int(datetime(day.year, day.month, day.day, tzinfo=place).timestamp()) for day in days
        ])  # fmt: skip
        self._base = int(self.day_starts[0]) - 86_400
        hours = (int(self.day_starts[-1]) + 86_400 * 2 - self._base) // 3600
        offsets = [
            datetime.fromtimestamp(self._base + 3600 * hour, place).utcoffset()
            for hour in range(hours)
        ]
        self._offsets = np.array([int(one.total_seconds()) if one else 0 for one in offsets])

    def day_of(self, utc: Array) -> Array:
        """Number the local day of each UTC second: -1 is before the window."""
        return np.searchsorted(self.day_starts, utc, side="right") - 1

    def offset(self, utc: Array) -> Array:
        """Give the distance to UTC in seconds; zones here only change on whole hours."""
        return self._offsets[np.clip((utc - self._base) // 3600, 0, len(self._offsets) - 1)]

    @property
    def end(self) -> int:
        """Give the first UTC second after the window."""
        return int(self.day_starts[-1])


def stamp(seconds: int, form: str) -> str:
    """Write a UTC second in a strftime form."""
    return datetime.fromtimestamp(seconds, UTC).strftime(form)


def black_friday(year: int) -> date:
    """Give the Friday after the fourth Thursday of November.

    >>> black_friday(2025)
    datetime.date(2025, 11, 28)
    """
    first = date(year, 11, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 22)


def prime_days(year: int) -> tuple[date, date]:
    """Give Prime Day: from the second Tuesday of July, in 2024 the third; four days since 2025."""
    first = date(year, 7, 1)
    start = first + timedelta(days=(1 - first.weekday()) % 7 + (14 if year == 2024 else 7))
    return start, start + timedelta(days=3 if year >= 2025 else 1)


@dataclass(frozen=True)
class Event:
    """Days on which the shops of some platforms sell more, often at a discount."""

    name: str
    first: date
    last: date
    #: Platforms whose shops take part.
    platforms: tuple[str, ...]
    lift: float
    #: Typical price cut in per cent on goods that take part; 0 for none.
    cut: int = 0
    #: Only these countries; empty means all.
    countries: tuple[str, ...] = ()


def events(timeline: Timeline) -> list[Event]:
    """List what happens in the years of the window, in order."""
    found: list[Event] = []
    for year in range(timeline.first.year, timeline.last.year + 1):
        friday = black_friday(year)
        west = ("amazon", "shopify")
        ads, muslim = ("amazon",), ("MY", "AE", "SA")
        talk = ("tiktok", "shopee", "lazada")
        found += [
            Event("Prime Day", *prime_days(year), ads, 2.3, 20),
            Event("Back to school", date(year, 8, 10), date(year, 8, 24), west, 1.06),
            Event("9.9", date(year, 9, 8), date(year, 9, 9), talk, 1.7, 15),
            Event("Big Deal Days", date(year, 10, 7), date(year, 10, 8), ads, 1.5, 15),
            Event("Double 11", date(year, 11, 9), date(year, 11, 11), (*talk, "alibaba"), 2.6, 20),
            Event("Black Friday and Cyber Week", friday - timedelta(days=4),
                  friday + timedelta(days=3), west, 2.0, 25),
            Event("12.12", date(year, 12, 11), date(year, 12, 12), talk, 2.1, 20),
            Event("Christmas run-up", date(year, 12, 2), date(year, 12, 17), west, 1.28),
            Event("Christmas days", date(year, 12, 23), date(year, 12, 27), west, 0.62),
            Event("Golden Week", date(year, 4, 29), date(year, 5, 5), ads, 1.12, 0, ("JP",)),
            Event("6.6", date(year, 6, 5), date(year, 6, 6), talk, 1.6, 15),
        ]  # fmt: skip
        if year in RAMADAN:
            start, end = (date.fromisoformat(one) for one in RAMADAN[year])
            after = end + timedelta(days=6)
            both = ("tiktok", "shopify", "lazada")
            found += [
                Event("Ramadan", start, end - timedelta(days=1), both, 1.38, 10, muslim),
                Event("Eid", end + timedelta(days=1), after, both, 0.7, 0, muslim),
            ]
    return [one for one in found if one.last >= timeline.first and one.first <= timeline.last]
