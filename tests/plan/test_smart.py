"""SMART verdicts, each against arithmetic done here by other means."""

import math
from datetime import date
from statistics import NormalDist, mean, stdev
from types import SimpleNamespace

import pandas as pd
import pytest
from desk_by_hand import DeskByHand

from helpers.plan.loading import Plan
from helpers.plan.models import Objective, Target
from helpers.plan.smart import landing, smart_report
from helpers.vocabulary.labels import Label

LABEL = Label(en="x", zh="x")
MONTHS = [f"{year}-{month:02d}" for year in (2024, 2025) for month in range(1, 13)]
#: A seasonal 2024, and a 2025 that grows by 10 % on average with some spread.
LAST = [100, 80, 120, 110, 115, 120, 130, 125, 140, 150, 260, 200]
GROWTH = [1.05, 1.15, 1.10, 1.02, 1.18, 1.12, 1.08, 1.10, 1.14, 1.06, 1.12, 1.08]
NOW = [a * g for a, g in zip(LAST, GROWTH, strict=True)]
FIGURES = {("gmv", "", text): v for text, v in zip(MONTHS, [*LAST, *NOW], strict=True)}
FIGURES["gmv", "", "2025"] = sum(NOW)


def target(**values):
    given = {
        "id": "t", "metric": "gmv", "value": 0, "due": date(2026, 12, 31), "owner": LABEL,
        "objective": "o", "role": "lagging",
    }  # fmt: skip
    return Target(**(given | values))


def plan(*targets):
    leading = target(id="lead", metric="orders_count", value=1, role="leading")
    return Plan(
        year=2026, folder=SimpleNamespace(), objectives=(Objective(id="o", label=LABEL),),
        targets=(*targets, leading),
    )  # fmt: skip


def report_on(wanted, figures=FIGURES):
    return smart_report(plan(wanted), DeskByHand(figures)).iloc[0]


def test_the_landing_is_last_year_at_the_mean_growth():
    logs = [math.log(g) for g in GROWTH]
    middle = sum(NOW) * math.exp(mean(logs))
    found = landing(target(), middle, plan(target()), DeskByHand(FIGURES))
    assert found.middle == pytest.approx(middle)
    assert found.z_of_target == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("quantile", "word", "passes"),
    [(0.3, "raise it", False), (0.8, "within reach", True), (0.95, "stretch", True),
     (0.99, "close the gap", False)],
)  # fmt: skip
def test_achievable_goes_by_the_place_in_the_forecast(quantile, word, passes):
    logs = [math.log(g) for g in GROWTH]
    # Twelve months learnt from and twelve to come, and five points nobody can know.
    spread = math.sqrt(stdev(logs) ** 2 / 6 + 0.05**2)
    value = sum(NOW) * math.exp(mean(logs) + spread * NormalDist().inv_cdf(quantile))
    row = report_on(target(value=round(value, 6)))
    assert row["percentile"] == pytest.approx(quantile, abs=1e-4)
    assert (row["achievable"] == "passes") is passes
    from helpers.plan.smart import _achievable

    verdict, _ = _achievable(
        target(value=round(value, 6)), value, plan(target()), DeskByHand(FIGURES)
    )
    assert word in verdict.says


def test_relative_targets_start_from_the_computed_baseline():
    wanted = target(change_kind="relative", value="0.2", baseline={"period": "2025"})
    row = report_on(wanted)
    assert sum(NOW) == pytest.approx(1815.0)
    assert row["target"] == "CN¥2,178" and row["baseline"].endswith("CN¥1,815")


def test_a_missing_baseline_fails_measurable_and_says_which():
    wanted = target(change_kind="relative", value="0.2", baseline={"period": "2019"})
    row = report_on(wanted)
    assert row["measurable"] == "fails" and "2019" in row["advice"] and not row["is_smart"]


def test_short_history_is_not_enough_data_and_no_verdict():
    short = {key: value for key, value in FIGURES.items() if key[2] >= "2024-06"}
    row = report_on(target(value=2000), short)
    assert row["achievable"] == "not enough data"
    assert pd.isna(row["percentile"]) and "24 months" in row["advice"]


def test_lower_is_better_counts_the_other_way():
    rates = [0.06, 0.05, 0.055, 0.06, 0.052, 0.058, 0.061, 0.054, 0.056, 0.06, 0.05, 0.055]
    later = [r - 0.002 + 0.001 * (i % 3) for i, r in enumerate(rates)]
    figures = {("return_rate", "", t): v for t, v in zip(MONTHS, [*rates, *later], strict=True)} | {
        ("return_rate", "", "2025-01-01..2025-12-31"): mean(later)
    }
    moves = [b - a for a, b in zip(rates, later, strict=True)]
    middle = mean(later) + mean(moves)
    spread = stdev(moves) / math.sqrt(6)
    hard = report_on(target(metric="return_rate", value=middle - 2 * spread), figures)
    assert hard["percentile"] == pytest.approx(NormalDist().cdf(2), abs=1e-6)


def test_an_objective_without_a_leading_metric_is_not_relevant():
    alone = Plan(
        year=2026, folder=SimpleNamespace(), objectives=(Objective(id="o", label=LABEL),),
        targets=(target(value=2000),),
    )  # fmt: skip
    row = smart_report(alone, DeskByHand(FIGURES)).iloc[0]
    assert row["relevant"] == "fails" and "leading" in row["advice"]


def test_time_bound_means_inside_the_year_with_milestones_that_meet_it():
    late = report_on(target(value=2000, due=date(2027, 1, 31)))
    assert late["time_bound"] == "fails" and "31 January 2027" in late["advice"]
    short = report_on(target(value=2000, milestones={"Q4": 1500}))
    assert short["time_bound"] == "fails" and "CN¥1,500" in short["advice"]


def test_a_target_without_a_scope_is_the_whole_company_s():
    assert report_on(target(value=2000))["scope"] == "Whole company"


def test_a_jumpy_small_shop_does_not_bring_a_far_target_near():
    """Growth of -20 % on average with months between -70 % and +80 %; the target asks for +60 %."""
    jumps = [0.3, 1.6, 0.5, 1.8, 0.4, 1.1, 0.6, 1.3, 0.35, 1.2, 0.7, 0.9]
    now = [100 * jump for jump in jumps]
    figures = {
        ("gmv", "", text): value for text, value in zip(MONTHS, [100.0] * 12 + now, strict=True)
    } | {("gmv", "", "2025"): sum(now)}
    row = report_on(target(value=round(1.6 * sum(now), 2)), figures)
    assert row["percentile"] > 0.975 and row["achievable"] == "fails"
