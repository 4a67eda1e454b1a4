"""Waiting times by the clock of the buyer's market: weekends, nights and holidays do not count."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

import warehouse_builder as build
from helpers.tables.business_hours import BusinessHours, business_hours
from helpers.tables.warehouse import Warehouse


def hours(tmp_path, *questions):
    """Answer each question (store, country, asked, replied; UTC) with its hours of business."""
    workspace, paths = build.make_workspace(tmp_path)
    build.write_table(paths, "order_lines", [build.order_line(local_date="2025-10-05")])
    build.write_table(
        paths,
        "inquiries",
        [
            {"store_id": store, "inquiry_id": f"{number:03d}", "asked_at": asked,
             "local_date": asked[:10], "country": country, "first_reply_at": replied}
            for number, (store, country, asked, replied) in enumerate(questions)
        ],
    )  # fmt: skip
    with Warehouse.open(paths, workspace) as warehouse:
        told = warehouse.connection.sql(
            "SELECT response_hours FROM inquiries ORDER BY inquiry_id"
        ).fetchall()
    return [one for (one,) in told]


def test_only_the_hours_of_business_of_the_buyers_market_count(tmp_path):
    assert hours(
        tmp_path,
        # Wednesday 8 October 2025 in Berlin (UTC+2): 10:00 to 13:30.
        ("shop-de", "DE", "2025-10-08 08:00:00", "2025-10-08 11:30:00"),
        # Wednesday 17:00 to Thursday 10:00: one hour before closing and one after opening.
        ("shop-de", "DE", "2025-10-08 15:00:00", "2025-10-09 08:00:00"),
        # Thursday 2 October 17:00 to Monday 10:00: Friday the 3rd is German Unity Day.
        ("shop-de", "DE", "2025-10-02 15:00:00", "2025-10-06 08:00:00"),
        # The same hours in London, which does not celebrate it: 16:00-18:00, nine, 9:00.
        ("shop-de", "GB", "2025-10-02 15:00:00", "2025-10-06 08:00:00"),
        # Asked and answered on a Saturday: nobody had to wait.
        ("shop-de", "DE", "2025-10-11 08:00:00", "2025-10-11 15:00:00"),
        # New York (UTC-4): 04:00 is before nine, 11:00 two hours after.
        ("shop-de", "US", "2025-10-08 08:00:00", "2025-10-08 15:00:00"),
        # Nobody answered.
        ("shop-de", "DE", "2025-10-08 08:00:00", None),
        # A market that is not named keeps the store's clock: Iceland by London's, 10:00 to 12:00.
        ("shop-uk", "IS", "2025-10-08 09:00:00", "2025-10-08 11:00:00"),
        # An answer before the question is a slip of the pen and no time at all.
        ("shop-de", "DE", "2025-10-08 11:00:00", "2025-10-08 08:00:00"),
    ) == [3.5, 2, 2, 11, 0, 2, None, 2, None]


def test_the_clock_that_is_put_back_makes_no_hour_of_business(tmp_path):
    # Friday 24 October 17:00 (UTC+2) to Monday 27 October 10:00 (UTC+1): 1 + 1.
    assert hours(
        tmp_path, ("shop-de", "DE", "2025-10-24 15:00:00", "2025-10-27 09:00:00")
    ) == [2]  # fmt: skip


def test_the_shipped_hours_are_nine_to_six_from_monday_to_friday():
    told = business_hours()
    assert (told.opens, told.closes, told.working_days) == (9, 18, (1, 2, 3, 4, 5))
    assert told.markets["NO"] == "Europe/Oslo"


@given(opens=st.integers(0, 24), closes=st.integers(0, 24))
def test_a_day_that_closes_before_it_opens_is_refused(opens, closes):
    declared = {"opens": opens, "closes": closes, "working_days": [1], "markets": {}}
    if opens < closes:
        assert BusinessHours.model_validate(declared).closes == closes
    else:
        with pytest.raises(ValidationError):
            BusinessHours.model_validate(declared)
