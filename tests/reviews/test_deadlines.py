"""Days worked out by hand from the calendars of the years, country by country."""

from datetime import date, timedelta
from itertools import islice

import pytest

from helpers.config.calendar import Calendar, Deadline, Deadlines
from helpers.reviews.deadlines import Schedule, WorkingDays
from helpers.reviews.declarations import Page, Review
from helpers.vocabulary.faults import DeclarationFaulty
from helpers.vocabulary.labels import Label
from helpers.vocabulary.periods import parse_period

WORDS = Label(en="A review", zh="报告")


def review(kind: str, name: str = "") -> Review:
    page = Page(id="one", notebook="a/one.ipynb", title=WORDS, question=WORDS)
    return Review(id=name or kind, title=WORDS, period=kind, pages=(page,))


MONTHLY, ANNUAL, WEEKLY = review("month"), review("year"), review("week")


@pytest.mark.parametrize(
    ("country", "period", "third", "why"),
    [
        (None, "2025-10", "2025-11-05", "1 November 2025 is a Saturday: Mon 3, Tue 4, Wed 5"),
        (None, "2025-09", "2025-10-03", "without a country 1 to 3 October are worked on"),
        ("CN", "2025-09", "2025-10-11", "Golden Week is 1 to 8 October; 9, 10, made-up Saturday"),
        ("DE", "2025-09", "2025-10-06", "3 October is Unity Day: 1, 2, Mon 6"),
        ("GB", "2025-12", "2026-01-06", "1 January off; Fri 2, Mon 5, Tue 6"),
        ("CN", "2025-12", "2026-01-06", "1 to 3 January off, but Sunday 4 is made up: 4, 5, 6"),
        ("DE", "2025-04", "2025-05-06", "1 May off; Fri 2, Mon 5, Tue 6"),
        ("CN", "2025-04", "2025-05-08", "1 to 5 May off: 6, 7, 8"),
        ("CN", "2025-01", "2025-02-07", "Spring Festival to 4 February: 5, 6, 7"),
        ("AE", "2025-10", "2025-11-05", "Saturday and Sunday are the weekend there, too"),
        ("SA", "2025-10", "2025-11-04", "Friday and Saturday are: Sun 2, Mon 3, Tue 4"),
    ],
)
def test_third_working_day(country, period, third, why):
    slot = Schedule(Calendar(country=country)).slot(MONTHLY, parse_period(period))
    assert slot.preliminary == date.fromisoformat(third), why
    assert slot.final == parse_period(period).end + timedelta(days=15)


def test_a_part_of_a_country_has_holidays_of_its_own():
    epiphany = date(2026, 1, 6)
    assert epiphany in WorkingDays("DE")
    assert epiphany not in WorkingDays("DE", "BY")


def test_a_country_without_known_holidays_is_refused():
    with pytest.raises(DeclarationFaulty, match=r"calendar.country: the holidays of XX are not"):
        WorkingDays("XX").nth_from(date(2025, 1, 1), 1)


def test_what_nobody_has_announced_yet_is_known_to_be_unknown():
    assert WorkingDays("CN").is_announced(2025)
    assert not WorkingDays("CN").is_announced(2049)
    assert WorkingDays("DE").is_announced(2049), "Germany makes up for no holiday"


def test_a_weekly_review_is_due_on_the_first_working_day_after_its_sunday():
    slot = Schedule(Calendar()).slot(WEEKLY, parse_period("2025-W41"))
    assert slot.period.end == date(2025, 10, 12)
    assert (slot.preliminary, slot.final) == (date(2025, 10, 13), None)
    golden_week = Schedule(Calendar(country="CN")).slot(WEEKLY, parse_period("2025-W40"))
    assert golden_week.preliminary == date(2025, 10, 9), "5 October is the Sunday, 9 is worked on"


def test_a_business_year_is_due_after_its_own_end():
    calendar = Calendar(reviews={"year": {"preliminary": {"working_day": 2}, "final": {"day": 31}}})
    schedule = Schedule(calendar, fiscal_start=4)
    slot = next(schedule.ended(ANNUAL, date(2025, 4, 1)))
    assert (slot.period.text, slot.period.end) == ("2025", date(2025, 3, 31))
    assert (slot.preliminary, slot.final) == (date(2025, 4, 2), date(2025, 5, 1))
    assert next(schedule.ended(ANNUAL, date(2025, 3, 31))).period.text == "2024"


@pytest.mark.parametrize(
    ("today", "stage"),
    [
        ("2025-10-31", None), ("2025-11-04", None), ("2025-11-05", "preliminary"),
        ("2025-11-14", "preliminary"), ("2025-11-15", "final"), ("2026-11-15", "final"),
    ],
)  # fmt: skip
def test_a_stage_is_due_from_its_day_on(today, stage):
    slot = Schedule(Calendar()).slot(MONTHLY, parse_period("2025-10"))
    assert slot.due(date.fromisoformat(today)) == stage


def test_periods_are_gone_through_backwards_and_the_next_one_is_known():
    schedule = Schedule(Calendar())
    back = islice(schedule.ended(MONTHLY, date(2026, 1, 2)), 3)
    assert [one.period.text for one in back] == ["2025-12", "2025-11", "2025-10"]
    coming = [schedule.next_slot(MONTHLY, date(2026, 1, day)) for day in (4, 5, 6)]
    assert [one.period.text for one in coming] == ["2025-12", "2026-01", "2026-01"]
    assert coming[0].first_day == date(2026, 1, 5), "Thu 1, Fri 2, Mon 5: no country, no holiday"
    weeks = islice(schedule.ended(WEEKLY, date(2026, 1, 5)), 2)
    assert [one.period.text for one in weeks] == ["2026-W01", "2025-W52"]


def test_only_the_reviews_on_the_calendar_are_looked_after():
    every = [MONTHLY, ANNUAL]
    assert Schedule(Calendar()).chosen(every) == every
    assert Schedule(Calendar(reviews={"year": {}})).chosen(every) == [ANNUAL]
    with pytest.raises(DeclarationFaulty, match=r"calendar.reviews.yearly: is no review; known"):
        Schedule(Calendar(reviews={"yearly": {}})).chosen(every)


def test_a_deadline_is_one_kind_of_day():
    with pytest.raises(ValueError, match="either working_day or day"):
        Deadline(working_day=3, day=3)
    with pytest.raises(ValueError, match="either working_day or day"):
        Deadline()
    only_final = Calendar(reviews={"month": Deadlines(final=Deadline(day=20))})
    slot = Schedule(only_final).slot(MONTHLY, parse_period("2025-10"))
    assert (slot.preliminary, slot.first_day) == (None, date(2025, 11, 20))
