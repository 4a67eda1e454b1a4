"""What ``last`` and ``all`` mean is decided by the data, never by the clock."""

from datetime import date

import pytest

from helpers.tables.coverage import Coverage, resolve_period
from helpers.vocabulary.faults import AskedWrongly
from helpers.vocabulary.periods import parse_period

RETAIL = Coverage(date(2010, 12, 1), date(2011, 12, 9))


@pytest.mark.parametrize(
    ("text", "kind", "fiscal_start", "start", "end"),
    [
        ("last", "month", 1, date(2011, 11, 1), date(2011, 11, 30)),
        ("last", "week", 1, date(2011, 11, 28), date(2011, 12, 4)),
        ("last", "quarter", 1, date(2011, 7, 1), date(2011, 9, 30)),
        ("last", "year", 12, date(2010, 12, 1), date(2011, 11, 30)),
        ("all", "month", 1, date(2010, 12, 1), date(2011, 12, 9)),
        ("2011-12", "month", 1, date(2011, 12, 1), date(2011, 12, 31)),
    ],
)
def test_a_period_is_read_against_the_data(text, kind, fiscal_start, start, end):
    found = resolve_period(text, RETAIL, fiscal_start, kind)
    assert (found.start, found.end) == (start, end)


def test_a_month_that_ends_with_the_data_is_complete():
    covered = Coverage(date(2024, 1, 1), date(2025, 10, 31))
    assert str(resolve_period("last", covered)) == "2025-10"
    assert str(resolve_period("last", covered, 1, "year")) == "2024"


def test_a_year_may_start_after_its_holidays_and_not_in_march():
    late = Coverage(date(2024, 1, 4), date(2025, 2, 1))
    assert str(resolve_period("last", late, 1, "year")) == "2024"
    with pytest.raises(AskedWrongly, match="no year is complete in the data"):
        resolve_period("last", Coverage(date(2024, 3, 1), date(2025, 2, 1)), 1, "year")


def test_a_period_outside_the_data_is_told_what_there_is():
    with pytest.raises(AskedWrongly, match="choose between 2010-12-01 and 2011-12-09"):
        resolve_period("2012-01", RETAIL)


def test_no_orders_at_all():
    with pytest.raises(AskedWrongly, match="review ingest"):
        resolve_period("last", Coverage(None, None))


def test_an_incomplete_month_is_clipped_to_the_days_that_passed():
    december = parse_period("2011-12")
    assert not RETAIL.is_complete(december)
    assert RETAIL.clip(december).end == date(2011, 12, 9)
    assert RETAIL.clip(parse_period("2011-11")).end == date(2011, 11, 30)
