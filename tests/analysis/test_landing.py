"""Where a year will end: what is sure, what is forecast, and how often the range holds."""

import math
import random

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.analysis.attainment import pace
from helpers.analysis.desk import desk_at
from helpers.analysis.forecast import choice
from helpers.analysis.forecast.choice import Spread
from helpers.analysis.forecast.models import SEASONAL
from helpers.analysis.forecast.outlook import known_months
from helpers.analysis.headlines import pace_takeaway
from helpers.analysis.landing import landing_of, total_to_come
from helpers.tables.warehouse import Warehouse
from helpers.vocabulary.units import Direction
from laws import examples
from warehouse_builder import make_workspace, order_line, write_table

YEAR = [100.0, 80, 120, 90, 100, 110, 95, 105, 130, 140, 250, 200]
BETTER_HIGH, BETTER_LOW = Direction.HIGHER_IS_BETTER, Direction.LOWER_IS_BETTER


def test_what_is_sure_comes_on_top_and_is_not_in_doubt():
    history = [value * 1.1**year for year in range(3) for value in YEAR]
    spread = total_to_come(history, 2, sure=1000.0)
    # The next two months: 100 and 80, three times grown by a tenth.
    assert spread.quantile(0.5) == pytest.approx(1000 + 180 * 1.331, rel=0.01)
    assert spread.reaches(1000.0) == 1.0
    half = total_to_come(history, 2, sure=1000.0, part=0.5)
    assert half.quantile(0.5) == pytest.approx(1000 + (50 + 80) * 1.331, rel=0.01)


def test_a_short_history_has_no_landing():
    assert total_to_come(YEAR, 3, 500.0) is None
    assert total_to_come(YEAR * 3, 0, 500.0) is None


@examples(50)
@given(st.floats(10, 1e6), st.floats(0.01, 0.5), st.floats(1, 30), st.floats(0, 1e6),
       st.floats(0.2, 3), st.floats(1.01, 2))  # fmt: skip
def test_more_is_never_likelier(middle, scale, freedom, sure, goal, further):
    spread = Spread(middle, scale, freedom, True, sure)
    near = landing_of(spread, sure + middle * goal, BETTER_HIGH)
    far = landing_of(spread, sure + middle * goal * further, BETTER_HIGH)
    assert sure <= near.low <= near.middle <= near.high
    assert near.middle == pytest.approx(sure + middle)
    assert 0 <= far.chance <= near.chance <= 1
    # Whoever wants to stay below has the rest of the chances.
    within = landing_of(spread, sure + middle * goal, BETTER_LOW).chance
    assert within == pytest.approx(1 - near.chance)
    assert landing_of(spread, sure + middle, Direction.NEUTRAL).chance is None


def test_the_golden_year_lands_within_its_range(monkeypatch):
    """A noisy year of known season, forecast in July: 80 % ranges hold 74 to 95 % of 300 years."""
    monkeypatch.setattr(choice, "SEASONAL", SEASONAL[:2])
    held = 0
    for seed in range(300):
        chance = random.Random(seed)
        months = [YEAR[m % 12] * 1.01**m * math.exp(chance.gauss(0, 0.1)) for m in range(48)]
        spread = total_to_come(months[:43], 5, sure=math.fsum(months[36:43]))
        held += spread.quantile(0.1) <= math.fsum(months[36:]) <= spread.quantile(0.9)
    assert 0.74 <= held / 300 <= 0.95


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    """One order a month from January 2023 to July 2025, grown by a tenth each year."""
    workspace, paths = make_workspace(tmp_path_factory.mktemp("landing"), base_currency="GBP")
    lines = [
        order_line(store_id="shop-uk", order_id=f"{year}-{month}", country="GB", currency="GBP",
                   local_date=f"{year}-{month:02}-{28 if month != 1 else 1:02}",
                   list_amount=f"{YEAR[month - 1] * 1.1 ** (year - 2023):.2f}")
        for year in (2023, 2024, 2025) for month in range(1, 13)
        if (year, month) <= (2025, 7)
    ]  # fmt: skip
    lines.append(
        order_line(store_id="shop-uk", order_id="last", country="GB", currency="GBP",
                   local_date="2025-07-31", list_amount="0.01")
    )  # fmt: skip
    write_table(paths, "order_lines", lines)
    return Warehouse.open(paths, workspace)


def test_pace_shows_the_landing_as_a_range_with_its_chance(warehouse):
    # 2025: 695 of the year's 1520 are due by July; grown by 1.21, 840.95 and 1839.2.
    targets = pd.DataFrame([{"metric": "gmv", "value": goal, "period": "2025"}
                            for goal in (1500.0, 1839.2, 2600.0)])  # fmt: skip
    rows = pace(desk_at(warehouse, "2025-07", "en"), targets).to_dict("records")
    for row in rows:
        assert row["landing"] == pytest.approx(1839.2, rel=0.02)
        assert row["landing_low"] < row["landing"] < row["landing_high"]
    said = pace_takeaway(pd.DataFrame(rows), desk_at(warehouse, "2025-07", "en"))
    assert "£352 a month and is reached with a probability of 1%." in said
    chances = [row["chance"] for row in rows]
    assert chances[0] > 0.9 and chances[2] < 0.1
    assert chances == sorted(chances, reverse=True)


def test_a_year_that_is_over_has_landed(warehouse):
    targets = pd.DataFrame([{"metric": "gmv", "value": 1000.0, "period": "2024"}])
    (row,) = pace(desk_at(warehouse, "2024-12", "en"), targets).to_dict("records")
    assert row["landing"] == pytest.approx(1520 * 1.1, abs=0.1)
    assert row["chance"] is None and row["landing_low"] is None


def test_a_month_entered_in_its_middle_is_no_month(tmp_path):
    workspace, paths = make_workspace(tmp_path, base_currency="GBP")
    days = ("2024-01-10", "2024-02-05", "2024-03-31", "2024-04-02")
    write_table(paths, "order_lines", [
        order_line(store_id="shop-uk", order_id=day, local_date=day, currency="GBP") for day in days
    ])  # fmt: skip
    desk = desk_at(Warehouse.open(paths, workspace), "2024-04", "en")
    # January lacks its first nine days, and April is still running.
    assert [month.text for month in known_months(desk)] == ["2024-02", "2024-03"]
