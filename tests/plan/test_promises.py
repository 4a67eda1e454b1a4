"""Milestones of the plan and the pace that analysis judges by must ask for the same."""

from datetime import date
from types import SimpleNamespace

import pytest
from desk_by_hand import DeskByHand

from helpers.analysis.attainment import pace, target_of
from helpers.plan.loading import Plan
from helpers.plan.models import Objective, Target
from helpers.plan.promises import targets_frame
from helpers.vocabulary.labels import Label

LABEL = Label(en="x", zh="x")
MONTHS = [f"2025-{month:02d}" for month in range(1, 13)]
#: April to June of last year make 10 %, 20 % and 70 % of their quarter.
LAST = dict(zip(MONTHS, [50, 60, 90, 10, 20, 70, 100, 100, 100, 100, 200, 100], strict=True))


def asked(metric: str, period: str) -> tuple[float | None, float]:
    """What the period is asked for by the comparison, and by the nearest target's own pace."""
    target = Target(
        id="t", metric=metric, value=1000, due=date(2026, 12, 31), owner=LABEL, objective="o",
        role="lagging", milestones={"Q1": 200, "Q2": 500, "Q3": 700, "Q4": 1000},
    )  # fmt: skip
    plan = Plan(year=2026, folder=SimpleNamespace(), objectives=(Objective(id="o", label=LABEL),),
                targets=(target,))  # fmt: skip
    figures = {(metric, "", text): value for text, value in LAST.items()}
    desk = DeskByHand(figures | {(metric, "", "2026-Q2"): 300.0}, period, first=date(2024, 1, 1))
    frame = targets_frame(plan, desk)
    quarter = pace(desk, frame[frame["period"] == "2026-04..2026-06"])
    return target_of(desk, frame, metric), quarter["target"].iloc[0]


@pytest.mark.parametrize(
    ("metric", "quarter", "months"),
    [
        # Sales of a quarter are what it adds; its months are spread by last year's season.
        ("gmv", 300.0, [30.0, 60.0, 210.0]),
        ("orders_count", 300.0, [30.0, 60.0, 210.0]),
        # Buyers of three months are not the sum of each month's: a level, reached by the end.
        ("customers", 500.0, [500.0] * 3),
        ("return_rate", 500.0, [500.0] * 3),
        ("stock_value", 500.0, [500.0] * 3),
    ],
)
def test_a_quarter_with_milestones_is_asked_for_the_same_everywhere(metric, quarter, months):
    assert asked(metric, "2026-Q2") == (pytest.approx(quarter), pytest.approx(quarter))
    found = [asked(metric, f"2026-{month:02d}")[0] for month in (4, 5, 6)]
    assert found == [pytest.approx(value) for value in months]
