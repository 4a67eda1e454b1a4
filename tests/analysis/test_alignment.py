"""Days that belong together: around feasts, and on the same weekday."""

import math
from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.analysis.alignment import (
    MovingEvent,
    event_shares,
    events_by_name,
    expected_by_weekday,
    same_days_of_event,
)
from helpers.analysis.decomposition import split_currency
from helpers.analysis.desk import desk_at
from helpers.analysis.views import around_event, change_views
from helpers.tables.warehouse import Warehouse
from helpers.vocabulary.faults import AskedWrongly
from helpers.vocabulary.periods import days_between, parse_period
from warehouse_builder import make_workspace, order_line, write_table

RAMADAN = MovingEvent(
    "ramadan",
    (
        (date(2023, 3, 23), date(2023, 4, 20)),
        (date(2024, 3, 11), date(2024, 4, 9)),
        (date(2025, 3, 1), date(2025, 3, 29)),
    ),
)
CHRISTMAS = MovingEvent(
    "christmas", tuple((date(year, 12, 24), date(year, 12, 26)) for year in (2023, 2024, 2025))
)


def test_a_feast_is_held_against_itself_and_not_against_the_calendar():
    # Ramadan began on 1 March 2025 and on 11 March 2024.
    march = parse_period("2025-03")
    assert same_days_of_event(RAMADAN, march).text == "2024-03-11..2024-04-10"
    assert same_days_of_event(RAMADAN, RAMADAN.around(2025, 7, 0)).start == date(2024, 3, 4)
    assert same_days_of_event(RAMADAN, parse_period("2023-03")) is None
    assert RAMADAN.around(2030) is None
    assert RAMADAN.around(2024, 0, 0).text == "2024-03-11..2024-04-09"


def test_months_hold_the_part_of_a_feast_that_falls_into_them():
    months = [parse_period(f"{year}-{month:02}") for year in (2024, 2025) for month in (3, 4)]
    # 2024: 21 of 30 days in March, 9 in April; 2025: all 29 in March.
    assert event_shares([RAMADAN], months) == [pytest.approx([0.7, 0.3, 1.0, 0.0])]
    # What falls alike every year is the season's.
    assert event_shares([CHRISTMAS], [parse_period(f"{y}-12") for y in (2023, 2024, 2025)]) == []


@given(st.dates(date(2023, 3, 1), date(2025, 5, 1)))
def test_the_parts_of_a_feast_make_it_whole(day):
    cut = [days_between(date(2023, 1, 1), day),
           days_between(day + timedelta(days=1), date(2025, 12, 31))]  # fmt: skip
    assert sum(RAMADAN.share_in(one) for one in cut) == pytest.approx(3)


def test_the_years_of_an_event_are_joined_by_its_name():
    rows = [("black-friday-2025", date(2025, 11, 28), date(2025, 12, 1)),
            ("ramadan-2030-2", date(2030, 12, 26), date(2031, 1, 24)),
            ("black-friday-2024", date(2024, 11, 29), date(2024, 12, 2)),
            ("double-11-2025", date(2025, 11, 11), date(2025, 11, 11)),
            ("launch", date(2025, 5, 5), date(2025, 5, 6))]  # fmt: skip
    found = events_by_name(rows)
    assert [one.id for one in found] == ["black-friday", "double-11", "launch", "ramadan"]
    assert [first.year for first, _ in found[0].spans] == [2024, 2025]


def test_five_saturdays_are_held_against_what_five_saturdays_brought():
    # 10 on weekdays, 30 on Saturdays and Sundays: October 2025 has 8 weekend days, November 10.
    october = {date(2025, 10, day): 0.0 for day in range(1, 32)}
    for day in october:
        october[day] = 30.0 if day.weekday() >= 5 else 10.0
    november = [date(2025, 11, day) for day in range(1, 31)]
    assert expected_by_weekday(october, november) == pytest.approx(10 * 30 + 20 * 10)
    assert expected_by_weekday({date(2025, 10, 6): 1.0}, november) is None


@given(st.lists(st.floats(0, 1e6), min_size=7, max_size=60))
def test_days_held_against_themselves_are_as_many(values):
    days = {date(2025, 1, 1) + timedelta(days=place): one for place, one in enumerate(values)}
    assert expected_by_weekday(days, days) == pytest.approx(math.fsum(values), abs=1e-6)


def test_growth_at_constant_rates_is_the_golden_one():
    # DOMAIN E3: 1.0m -> 1.1m at 7.2 -> 6.9: reported 5.417 %, at constant rates 10 %
    split = split_currency(1_000_000, 7.2, 1_100_000, 6.9)
    base = 1_000_000 * 7.2
    assert split.total / base == pytest.approx(0.0541667, abs=1e-7)
    assert split.volume / base == pytest.approx(0.1)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    """A pound a weekday and three on weekends, twice as much around Black Friday."""
    workspace, paths = make_workspace(tmp_path_factory.mktemp("views"), base_currency="GBP")
    lines = []
    for first, last in ((date(2024, 11, 1), date(2024, 12, 9)),
                        (date(2025, 10, 1), date(2025, 12, 9))):  # fmt: skip
        day = first
        while day <= last:
            amount = 3 if day.weekday() >= 5 else 1
            if any(start <= day <= end for start, end in (
                (date(2024, 11, 29), date(2024, 12, 2)), (date(2025, 11, 28), date(2025, 12, 1)),
            )):  # fmt: skip
                amount *= 2
            lines.append(order_line(store_id="shop-uk", order_id=f"{day}", local_date=f"{day}",
                                    list_amount=f"{amount}.00", currency="GBP"))  # fmt: skip
            day += timedelta(days=1)
    write_table(paths, "order_lines", lines)
    return Warehouse.open(paths, workspace)


def test_a_change_is_told_per_day_and_at_equal_weekdays(warehouse):
    found = change_views(desk_at(warehouse, "2025-11", "en"), ["gmv"]).set_index("view")
    # October: 23 weekdays and 8 weekend days = 47. November: 20 and 10 = 50, and Black Friday
    # (Friday to Sunday) once more: 1 + 3 + 3.
    assert found.loc["booked", ["previous", "value"]].tolist() == [47.0, 57.0]
    assert found.loc["per_day", "value"] == pytest.approx(57 / 30)
    assert found.loc["per_day", "previous"] == pytest.approx(47 / 31)
    assert found.loc["weekday", "previous"] == pytest.approx(50.0)
    assert found.loc["weekday", "relative_change"] == pytest.approx(7 / 50)
    assert found.loc["constant", "relative_change"] == pytest.approx(10 / 47)
    with pytest.raises(AskedWrongly, match="aov"):
        change_views(desk_at(warehouse, "2025-11", "en"), ["aov"])
    assert change_views(desk_at(warehouse, "2024-11", "en"), ["gmv"]).empty


def test_black_friday_is_laid_beside_black_friday(warehouse):
    found = around_event(desk_at(warehouse, "2025-11", "en"), "black-friday", before=2, after=1)
    assert list(found["day"]) == [-2, -1, 0, 1, 2, 3, 4]
    assert found["date"].iloc[2] == pd.Timestamp("2025-11-28")
    assert found["previous_date"].iloc[2] == pd.Timestamp("2024-11-29")
    # Weekdays agree, and so do the figures, day by day.
    assert list(found["value"]) == list(found["previous"]) == [1, 1, 2, 6, 6, 2, 1]
    assert set(found["status"]) == {"ok"}
    with pytest.raises(AskedWrongly, match="black-friday"):
        around_event(desk_at(warehouse, "2025-11", "en"), "white-friday")


def test_at_constant_rates_the_pound_s_fall_is_no_growth(tmp_path):
    """As many pounds in February as in January: what the rate did is no change of trade."""
    workspace, paths = make_workspace(tmp_path)
    write_table(paths, "order_lines", [
        order_line(store_id="shop-uk", order_id=day, local_date=day, currency="GBP",
                   list_amount=amount, country="GB")
        for day, amount in (("2025-01-02", "100.00"), ("2025-02-14", "60.00"),
                            ("2025-02-28", "50.00"))
    ])  # fmt: skip
    warehouse = Warehouse.open(paths, workspace)
    found = change_views(desk_at(warehouse, "2025-02", "en"), ["gmv"]).set_index("view")
    assert found.loc["constant", "relative_change"] == pytest.approx(0.1, abs=1e-5)
    rates = warehouse.sql("SELECT fx_rate FROM order_lines ORDER BY local_date")["fx_rate"]
    january, middle, end = (float(rate) for rate in rates)
    assert found.loc["booked", "relative_change"] == pytest.approx(
        (60 * middle + 50 * end) / (100 * january) - 1, abs=1e-5
    )
    assert abs(found.loc["booked", "relative_change"] - 0.1) > 0.001


def test_a_figure_that_is_no_money_has_no_constant_rate(warehouse):
    found = change_views(desk_at(warehouse, "2025-11", "zh"), ["units_sold"])
    assert list(found["view"]) == ["booked", "per_day", "weekday"]
    assert list(found["label"]) == ["账面值", "日均", "同星期口径"]
