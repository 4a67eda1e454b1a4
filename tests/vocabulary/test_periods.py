"""Periods, against the calendar itself."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.vocabulary.faults import AskedWrongly
from helpers.vocabulary.periods import days_between, month_of, parse_period, week_of

DAYS = st.dates(date(2000, 1, 1), date(2040, 12, 31))


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2025", date(2025, 1, 1), date(2025, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2025-Q4", date(2025, 10, 1), date(2025, 12, 31)),
        ("2026-W01", date(2025, 12, 29), date(2026, 1, 4)),
        ("2010-12..2011-12", date(2010, 12, 1), date(2011, 12, 31)),
    ],
)
def test_forms_of_the_command(text, first, last):
    period = parse_period(text)
    assert (period.start, period.end, str(period)) == (first, last, text)


@pytest.mark.parametrize(
    "text", ["", "2025-13", "2025-W54", "25-01", "2025-02-30", "2025..2024", "x"]
)
def test_anything_else_is_refused_with_the_forms(text):
    with pytest.raises(AskedWrongly, match="write YYYY"):
        parse_period(text)


def test_fiscal_year_is_named_after_the_year_it_ends_in():
    year = parse_period("2011", fiscal_start=12)
    assert (year.start, year.end) == (date(2010, 12, 1), date(2011, 11, 30))
    assert (year.previous().start, year.previous().end) == (date(2009, 12, 1), date(2010, 11, 30))
    assert year.label("en") == "FY2011"


def test_incomplete_month_is_compared_with_the_same_days():
    month = parse_period("2011-12").clipped(9)
    assert (month.start, month.end) == (date(2011, 12, 1), date(2011, 12, 9))
    before = parse_period("2011-12").year_ago().clipped(9)
    assert (before.start, before.end) == (date(2010, 12, 1), date(2010, 12, 9))
    assert month.label("en") == "1–9 December 2011"
    assert month.label("zh") == "2011年12月1日至9日"


def test_week_53_is_compared_with_week_52():
    assert str(parse_period("2020-W53").year_ago()) == "2019-W52"


def test_leap_day_goes_back_to_the_28th():
    assert days_between(date(2024, 2, 29), date(2024, 2, 29)).year_ago().start == date(2023, 2, 28)


@given(DAYS)
def test_months_and_weeks_tile_the_calendar(day):
    for name in (month_of, week_of):
        period = name(day)
        assert day in period
        assert period.previous().end + timedelta(days=1) == period.start
        assert str(parse_period(str(period))) == str(period)


@given(DAYS, st.integers(0, 900))
def test_months_of_a_period_cover_it(day, length):
    period = days_between(day, day + timedelta(days=length))
    months = period.months()
    assert months[0].start <= period.start <= period.end <= months[-1].end
    assert sum(len(month) for month in months) >= len(period)


def test_the_year_to_date_begins_with_the_business_year():
    may = parse_period("2025-05")
    assert may.to_date().text == "2025-01-01..2025-05-31"
    assert may.to_date(fiscal_start=4).text == "2025-04-01..2025-05-31"
    assert may.to_date(fiscal_start=7).text == "2024-07-01..2025-05-31"
    assert may.to_date("quarter").text == "2025-04-01..2025-05-31"
    assert may.clipped(9).to_date("month").text == "2025-05-01..2025-05-09"
    assert may.to_date().year_ago().text == "2024-01-01..2024-05-31"


@given(st.dates(date(2000, 3, 1), date(2040, 1, 1)), st.integers(1, 12))
def test_to_date_ends_with_the_period_and_lies_in_one_business_year(day, fiscal_start):
    found = days_between(day, day).to_date(fiscal_start=fiscal_start)
    assert found.end == day and found.start.day == 1
    assert found.start.month == fiscal_start and len(found) <= 366
