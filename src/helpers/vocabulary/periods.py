"""Periods: days with a name. Every comparison in the product is between two of these.

``YYYY``, ``YYYY-MM``, ``YYYY-Www``, ``YYYY-Qn`` or a range ``A..B`` (DESIGN 5). ``last`` and
``all`` depend on the data and are resolved by ``tables.coverage``.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from helpers.vocabulary.faults import AskedWrongly, Fault
from helpers.vocabulary.labels import Language

Kind = Literal["year", "quarter", "month", "week", "range", "days"]
_FORMS = "YYYY, YYYY-MM, YYYY-Www, YYYY-Qn, a range A..B of those, or last"


@dataclass(frozen=True, order=True)
class Period:
    """A run of whole days, both ends included.

    ``kind`` decides what "the period before" means. ``days`` is a clipped period: the first so
    many days of ``whole``, which is how an incomplete month is compared like for like.
    """

    start: date
    end: date
    kind: Kind
    text: str
    fiscal_start: int = 1

    def __str__(self) -> str:
        return self.text

    def __len__(self) -> int:
        """Count the days."""
        return (self.end - self.start).days + 1

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end

    def previous(self) -> Period:
        """Give the period before, of the same kind.

        >>> str(parse_period("2024-03").previous())
        '2024-02'
        """
        match self.kind:
            case "month":
                return month_of(self.start - timedelta(days=1))
            case "week":
                return week_of(self.start - timedelta(days=7))
            case "quarter":
                return quarter_of(self.start - timedelta(days=1))
            case "year":
                return parse_period(str(int(self.text) - 1), self.fiscal_start)
            case _:
                length = timedelta(days=len(self))
                return days_between(self.start - length, self.end - length)

    def year_ago(self) -> Period:
        """Give the same period one year earlier; a week keeps its ISO number.

        Week 53 has no counterpart in most years: it is compared with week 52.
        """
        match self.kind:
            case "month":
                return month_of(_one_year_back(self.start))
            case "week":
                year, week, _ = self.start.isocalendar()
                last = date(year - 1, 12, 28).isocalendar().week
                return parse_period(f"{year - 1}-W{min(week, last):02d}")
            case "quarter":
                return quarter_of(_one_year_back(self.start))
            case "year":
                return self.previous()
            case _:
                return days_between(_one_year_back(self.start), _one_year_back(self.end))

    def clipped(self, days: int) -> Period:
        """Keep the first ``days`` days: how a baseline is made as long as an incomplete period.

        >>> str(parse_period("2010-12").clipped(9))
        '2010-12-01..2010-12-09'
        """
        if days >= len(self):
            return self
        end = self.start + timedelta(days=days - 1)
        return replace(self, end=end, kind="days", text=f"{self.start}..{end}")

    def to_date(
        self, since: Literal["year", "quarter", "month"] = "year", fiscal_start: int = 1
    ) -> Period:
        """Give the days from the beginning of the year, quarter or month to the period's end.

        Its ``year_ago`` holds the same days of the year before, so that the two compare like for
        like.

        Args:
            since: Where to begin.
            fiscal_start: First month of the business year, as ``parse_period`` takes it.

        >>> parse_period("2025-05").to_date().text, parse_period("2025-05").to_date("quarter").text
        ('2025-01-01..2025-05-31', '2025-04-01..2025-05-31')
        """
        if since == "year":
            year = self.end.year + (1 if 1 < fiscal_start <= self.end.month else 0)
            first = _fiscal_year(year, fiscal_start).start
        else:
            first = (quarter_of if since == "quarter" else month_of)(self.end).start
        return days_between(first, self.end)

    def months(self) -> list[Period]:
        """List the calendar months that the period touches, in order."""
        found = [month_of(self.start)]
        while found[-1].end < self.end:
            found.append(month_of(found[-1].end + timedelta(days=1)))
        return found

    def last_months(self, count: int) -> list[Period]:
        """List the ``count`` calendar months that end with the period's last month."""
        found = [month_of(self.end)]
        while len(found) < count:
            found.insert(0, found[0].previous())
        return found

    def label(self, language: Language) -> str:
        """Write the period as the language does.

        >>> parse_period("2025-10").label("en"), parse_period("2025-10").label("zh")
        ('October 2025', '2025年10月')
        """
        start, end = self.start, self.end
        match self.kind:
            case "month":
                if language == "zh":
                    return f"{start.year}年{start.month}月"
                return f"{calendar.month_name[start.month]} {start.year}"
            case "year":
                if self.fiscal_start == 1:
                    return f"{start.year}年" if language == "zh" else str(start.year)
                return f"{self.text}财年" if language == "zh" else f"FY{self.text}"
            case "quarter":
                quarter = (start.month + 2) // 3
                if language == "zh":
                    return f"{start.year}年第{'一二三四'[quarter - 1]}季度"
                return f"Q{quarter} {start.year}"
            case "week":
                year, week, _ = start.isocalendar()
                return f"{year}年第{week}周" if language == "zh" else f"week {week}, {year}"
            case _:
                return _days_label(start, end, language)


def parse_period(text: str, fiscal_start: int = 1) -> Period:
    """Read a period as a person writes it.

    Args:
        text: One of the forms of DESIGN 5 (not ``last`` or ``all``, which need the data).
        fiscal_start: First month of the business year. A fiscal year is named after the
            calendar year it ends in: with 12, ``2011`` runs from December 2010 to November 2011.

    Raises:
        AskedWrongly: The text is none of the forms, or names a month or week that is not.

    >>> parse_period("2025-Q2").start, parse_period("2025-W01").start
    (datetime.date(2025, 4, 1), datetime.date(2024, 12, 30))
    """
    text = text.strip()
    try:
        if ".." in text:
            first, last = (parse_period(part, fiscal_start) for part in text.split("..", 1))
            if last.end < first.start:
                raise ValueError
            return Period(first.start, last.end, "range", text, fiscal_start)
        if re.fullmatch(r"\d{4}", text):
            return _fiscal_year(int(text), fiscal_start)
        if found := re.fullmatch(r"(\d{4})-(\d{2})", text):
            return month_of(date(int(found[1]), int(found[2]), 1))
        if found := re.fullmatch(r"(\d{4})-Q([1-4])", text):
            return quarter_of(date(int(found[1]), 3 * int(found[2]) - 2, 1))
        if found := re.fullmatch(r"(\d{4})-W(\d{2})", text):
            return week_of(date.fromisocalendar(int(found[1]), int(found[2]), 1))
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            day = date.fromisoformat(text)
            return Period(day, day, "days", text)
    except ValueError:
        pass
    raise AskedWrongly(Fault("--period", f"{text!r} is no period", f"write {_FORMS}"))


def month_of(day: date) -> Period:
    """Give the calendar month that holds ``day``."""
    start = day.replace(day=1)
    end = day.replace(day=calendar.monthrange(day.year, day.month)[1])
    return Period(start, end, "month", f"{day:%Y-%m}")


def quarter_of(day: date) -> Period:
    """Give the calendar quarter that holds ``day``."""
    first = 3 * ((day.month - 1) // 3) + 1
    start = date(day.year, first, 1)
    return Period(start, month_of(date(day.year, first + 2, 1)).end, "quarter",
                  f"{day.year}-Q{(first + 2) // 3}")  # fmt: skip


def week_of(day: date) -> Period:
    """Give the ISO week (Monday to Sunday) that holds ``day``."""
    year, week, weekday = day.isocalendar()
    start = day - timedelta(days=weekday - 1)
    return Period(start, start + timedelta(days=6), "week", f"{year}-W{week:02d}")


def year_of(day: date, fiscal_start: int = 1) -> Period:
    """Give the business year that holds ``day``.

    >>> year_of(date(2010, 12, 1), 12).text, year_of(date(2010, 11, 30), 12).text
    ('2011', '2010')
    """
    return _fiscal_year(day.year + (1 < fiscal_start <= day.month), fiscal_start)


def days_between(start: date, end: date) -> Period:
    """Name a plain run of days."""
    return Period(start, end, "days", f"{start}..{end}")


def runs_of(days: Iterable[date]) -> Iterator[tuple[date, date]]:
    """Join days that follow each other.

    >>> list(runs_of([date(2025, 1, 1), date(2025, 1, 2), date(2025, 1, 4)]))[1]
    (datetime.date(2025, 1, 4), datetime.date(2025, 1, 4))
    """
    start: date | None = None
    before: date | None = None
    for day in sorted(days):
        if start is None or before is None:
            start = day
        elif day - before > timedelta(days=1):
            yield start, before
            start = day
        before = day
    if start is not None and before is not None:
        yield start, before


def _fiscal_year(year: int, fiscal_start: int) -> Period:
    first = date(year if fiscal_start == 1 else year - 1, fiscal_start, 1)
    return Period(first, _one_year_on(first) - timedelta(days=1), "year", str(year), fiscal_start)


def _one_year_back(day: date) -> date:
    return _same_day_in(day, day.year - 1)


def _one_year_on(day: date) -> date:
    return _same_day_in(day, day.year + 1)


def _same_day_in(day: date, year: int) -> date:
    """Move to ``year``; 29 February becomes the 28th, and a February's last day stays its last."""
    last = calendar.monthrange(year, day.month)[1]
    was_last = day.month == 2 and day.day == calendar.monthrange(day.year, 2)[1]
    return date(year, day.month, last if was_last else min(day.day, last))


def _days_label(start: date, end: date, language: Language) -> str:
    if language == "zh":
        first = f"{start.year}年{start.month}月{start.day}日"
        if start == end:
            return first
        if (start.year, start.month) == (end.year, end.month):
            return f"{first}至{end.day}日"
        tail = f"{end.month}月{end.day}日"
        return f"{first}至{tail}" if start.year == end.year else f"{first}至{end.year}年{tail}"
    last = f"{end.day} {calendar.month_name[end.month]} {end.year}"
    if start == end:
        return last
    if (start.year, start.month) == (end.year, end.month):
        return f"{start.day}–{last}"
    first = f"{start.day} {calendar.month_name[start.month]}"
    return f"{first} – {last}" if start.year == end.year else f"{first} {start.year} – {last}"
