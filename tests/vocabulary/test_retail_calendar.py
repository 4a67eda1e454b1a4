from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.vocabulary.periods import days_between
from helpers.vocabulary.retail_calendar import RetailCalendar, weeks_earlier

FEDERATION = RetailCalendar(fiscal_start=2, pattern=(4, 5, 4))


@pytest.mark.parametrize(
    ("year", "first", "last", "weeks"),
    [
        # The federation's fiscal 2012, 2017, 2022, 2023, 2024 and 2025, as it publishes them; it
        # names them by the year in which they begin.
        (2013, date(2012, 1, 29), date(2013, 2, 2), 53),
        (2018, date(2017, 1, 29), date(2018, 2, 3), 53),
        (2023, date(2022, 1, 30), date(2023, 1, 28), 52),
        (2024, date(2023, 1, 29), date(2024, 2, 3), 53),
        (2025, date(2024, 2, 4), date(2025, 2, 1), 52),
        (2026, date(2025, 2, 2), date(2026, 1, 31), 52),
    ],
)
def test_years_are_those_of_the_federation(year, first, last, weeks):
    found = FEDERATION.year(year)
    assert (found.start, found.end, FEDERATION.weeks_in(year)) == (first, last, weeks)


def test_the_53rd_week_lengthens_the_last_month():
    assert len(FEDERATION.month(2024, 12)) == 5 * 7
    assert len(FEDERATION.month(2025, 12)) == 4 * 7
    assert FEDERATION.month(2024, 12).end == date(2024, 2, 3)
    assert FEDERATION.week(2024, 53).start == date(2024, 1, 28)
    with pytest.raises(ValueError, match="weeks 1 to 52"):
        FEDERATION.week(2025, 53)
    with pytest.raises(ValueError, match="months 1 to 12"):
        FEDERATION.month(2025, 13)
    with pytest.raises(ValueError, match="13 weeks"):
        RetailCalendar(pattern=(4, 4, 4))


def test_the_last_saturday_is_another_rule_than_the_nearest():
    # 31 December 2024 is a Tuesday: the nearest Saturday is 28 December 2024, the last as well;
    # 31 December 2025 is a Wednesday: the nearest is 3 January 2026, the last 27 December 2025.
    assert RetailCalendar().year(2025).end == date(2026, 1, 3)
    assert RetailCalendar(end="last").year(2025).end == date(2025, 12, 27)
    assert RetailCalendar().year(2024).end == RetailCalendar(end="last").year(2024).end


calendars = st.builds(
    RetailCalendar,
    st.integers(1, 12),
    st.sampled_from([(4, 4, 5), (4, 5, 4), (5, 4, 4)]),
    st.integers(0, 6),
    st.sampled_from(["nearest", "last"]),
)


@given(calendars, st.integers(2000, 2040))
def test_years_months_and_weeks_tile_the_days(cut, year):
    whole = cut.year(year)
    assert cut.year(year + 1).start == whole.end + timedelta(days=1)
    assert cut.weeks_in(year) in (52, 53)
    assert whole.end.weekday() == cut.ends_on
    for parts in (
        [cut.month(year, one) for one in range(1, 13)],
        [cut.quarter(year, one) for one in range(1, 5)],
        [cut.week(year, one) for one in range(1, cut.weeks_in(year) + 1)],
    ):
        assert parts[0].start == whole.start and parts[-1].end == whole.end
        for one, two in pairwise(parts):
            assert two.start == one.end + timedelta(days=1)


@given(calendars, st.dates(date(2000, 1, 1), date(2040, 1, 1)))
def test_a_day_is_found_where_it_lies(cut, day):
    year, month, week = cut.place(day)
    assert day in cut.month(year, month) and day in cut.week(year, week)


@given(st.dates(date(2000, 1, 1), date(2040, 1, 1)), st.integers(0, 90))
def test_whole_weeks_earlier_every_day_meets_its_like(day, length):
    period = days_between(day, day + timedelta(days=length))
    before = weeks_earlier(period)
    assert len(before) == len(period)
    assert before.start.weekday() == day.weekday()
    assert (day - before.start).days == 364
