"""Which period of a review is due on which day: the calendar behind ``review due``.

Belongs here: dates, from the declared calendar and a day that is given. Does not: what was
published, whether the data are ready, or what day it is (``publish.unattended.due``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Literal

from helpers.config.calendar import Calendar, Deadline, Deadlines
from helpers.reviews.declarations import Review
from helpers.vocabulary.faults import DeclarationFaulty, Fault
from helpers.vocabulary.periods import Period, month_of, parse_period, week_of

Stage = Literal["preliminary", "final"]

#: What a review is held to where ``workspace.yml`` says nothing else, by its kind of period.
USUAL: dict[str, Deadlines] = {
    "week": Deadlines(preliminary=Deadline(working_day=1)),
    "month": Deadlines(preliminary=Deadline(working_day=3), final=Deadline(day=15)),
    "year": Deadlines(preliminary=Deadline(working_day=10), final=Deadline(day=45)),
}
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Slot:
    """One period of a review with its days."""

    review: Review
    period: Period
    #: None where the review has no such stage.
    preliminary: date | None
    final: date | None

    @property
    def first_day(self) -> date:
        """The day on which it is first due."""
        return min(day for day in (self.preliminary, self.final) if day is not None)

    def due(self, today: date) -> Stage | None:
        """Name the latest stage whose day has come, or None where none has."""
        if self.final is not None and self.final <= today:
            return "final"
        if self.preliminary is not None and self.preliminary <= today:
            return "preliminary"
        return None

    def day_of(self, stage: Stage) -> date | None:
        """Give the day of a stage."""
        return self.final if stage == "final" else self.preliminary


@dataclass(frozen=True)
class WorkingDays:
    """Which days are worked on in one country; Monday to Friday where none is named.

    The library ``holidays`` knows the holidays of each year and, for China, the weekend days on
    which missed work is made up for, as far as they have been announced.
    """

    country: str | None = None
    subdivision: str | None = None

    @cached_property
    def _known(self) -> object | None:
        if self.country is None:
            return None
        import holidays

        try:
            return holidays.country_holidays(self.country, subdiv=self.subdivision)
        except NotImplementedError:
            named = "-".join(one for one in (self.country, self.subdivision) if one)
            fault = Fault(
                "workspace.yml: calendar.country",
                f"the holidays of {named} are not known",
                "correct it, or leave it out for Monday to Friday",
            )
            raise DeclarationFaulty(fault) from None

    def __contains__(self, day: date) -> bool:
        if self._known is None:
            return day.weekday() < 5
        return bool(self._known.is_working_day(day))  # type: ignore[attr-defined]

    def nth_from(self, day: date, number: int) -> date:
        """Give the ``number``-th working day from ``day`` on, which may be the first."""
        while True:
            if day in self:
                number -= 1
                if number == 0:
                    return day
            day += _DAY

    def is_announced(self, year: int) -> bool:
        """Tell whether the year's made-up working days are known, where the country has such."""
        known = self._known
        if known is None or not getattr(known, "has_substituted_holidays", False):
            return True
        date(year, 1, 1) in known  # type: ignore[operator]  # noqa: B015 - fills in the year
        return any(day.year == year for day in known.weekend_workdays)  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Schedule:
    """The declared calendar, made ready to be asked."""

    calendar: Calendar
    fiscal_start: int = 1

    @cached_property
    def working_days(self) -> WorkingDays:
        """The days that are worked on."""
        return WorkingDays(self.calendar.country, self.calendar.subdivision)

    def chosen(self, reviews: Sequence[Review]) -> list[Review]:
        """Give the reviews that are on the calendar, in their own order.

        Raises:
            DeclarationFaulty: The calendar names a review that is none.
        """
        named = self.calendar.reviews
        if named is None:
            return list(reviews)
        known = {one.id for one in reviews}
        if strangers := [one for one in named if one not in known]:
            raise DeclarationFaulty(
                Fault(
                    f"workspace.yml: calendar.reviews.{one}", "is no review",
                    f"known: {', '.join(sorted(known))}",
                )
                for one in strangers
            )  # fmt: skip
        return [one for one in reviews if one.id in named]

    def slot(self, review: Review, period: Period) -> Slot:
        """Work out the days of one period."""
        declared = (self.calendar.reviews or {}).get(review.id, Deadlines())
        if declared.preliminary is None and declared.final is None:
            declared = USUAL[review.period]
        return Slot(
            review,
            period,
            self._day(declared.preliminary, period),
            self._day(declared.final, period),
        )

    def ended(self, review: Review, today: date) -> Iterator[Slot]:
        """Go back through the periods that have ended before ``today``, the last one first."""
        period = self._holding(review, today).previous()
        while True:
            yield self.slot(review, period)
            period = period.previous()

    def next_slot(self, review: Review, today: date) -> Slot:
        """Give the last period that is not yet due at all; it may not even have ended."""
        slot = self.slot(review, self._holding(review, today))
        for earlier in self.ended(review, today):
            if earlier.due(today):
                return slot
            slot = earlier
        raise AssertionError("some period is due")

    def _day(self, deadline: Deadline | None, period: Period) -> date | None:
        if deadline is None:
            return None
        first = period.end + _DAY
        if deadline.working_day is not None:
            return self.working_days.nth_from(first, deadline.working_day)
        assert deadline.day is not None
        return first + (deadline.day - 1) * _DAY

    def _holding(self, review: Review, day: date) -> Period:
        """Give the period of a review's kind that a day lies in."""
        if review.period == "week":
            return week_of(day)
        if review.period == "month":
            return month_of(day)
        later = 1 if 1 < self.fiscal_start <= day.month else 0
        return parse_period(str(day.year + later), self.fiscal_start)
