"""Claims that do not follow from their own figures, with the figures of DOMAIN A3."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.paths import WorkspacePaths
from helpers.plan.claims import check_claims, growth_rate, years_needed
from helpers.vocabulary.faults import DeclarationFaulty


def said(folder, claims):
    plan = folder / "plan" / "2025"
    plan.mkdir(parents=True, exist_ok=True)
    (plan / "claims.yml").write_text(f"claims:\n  - {claims}\n", encoding="utf-8")
    try:
        check_claims(WorkspacePaths(folder), 2025)
    except DeclarationFaulty as trouble:
        return [str(fault) for fault in trouble.faults]
    return []


@pytest.mark.parametrize(
    ("years", "rate"),
    # golden.json cagr_2_to_8
    [(1, 3.0), (1.5, 1.51984), (2, 1.0), (3, 0.587401), (4, 0.414214), (5, 0.319508)],
)
def test_growth_a_year_from_two_to_eight(years, rate):
    assert growth_rate(2, 8, years) == pytest.approx(rate, abs=1e-5)
    assert years_needed(2, 8, rate) == pytest.approx(years, abs=1e-4)


def test_a_hundred_and_thirty_per_cent_takes_1_66_years():
    assert years_needed(2, 8, 1.30) == pytest.approx(1.6644, abs=1e-4)
    assert years_needed(2, 8, -0.1) is None
    assert years_needed(2, 8, 0) is None


@given(st.floats(0.1, 100), st.floats(-0.9, 5), st.floats(0.25, 10))
def test_a_rate_and_its_years_undo_each_other(start, rate, years):
    end = start * (1 + rate) ** years
    assert growth_rate(start, end, years) == pytest.approx(rate, abs=1e-9)


def test_a_typed_growth_rate_is_recomputed(tmp_path):
    found = said(tmp_path, "{id: gmv, kind: growth, start: 2, end: 8, years: 2, rate: 1.30}")
    assert found == [
        "plan/2025/claims.yml: gmv: 130.0% a year does not follow from 2 to 8 in 2.00 years; "
        "right is 100.0% a year; 130.0% a year would take 1.66 years"
    ]
    assert said(tmp_path, "{id: gmv, kind: growth, start: 2, end: 8, years: 2, rate: 1}") == []


def test_a_growth_rate_without_years_is_no_claim(tmp_path):
    found = said(tmp_path, "{id: gmv, kind: growth, start: 2, end: 8, rate: 1.30}")
    assert "names no years" in found[0]
    assert "would take 1.66 years" in found[0]


def test_years_are_counted_between_days(tmp_path):
    days = 'from_day: "2021-01-01", to_day: "2023-01-01"'
    assert said(tmp_path, f"{{id: g, kind: growth, start: 2, end: 8, {days}, rate: 1.0}}") == []


@pytest.mark.parametrize(
    ("claim", "right"),
    [
        # A3-5: 365 / 8 = 45.6, 365 / 42 = 8.69
        ("{id: t, kind: turnover, turns: 8, days: 42}",
         "right is 45.6 days for 8 turns, or 8.69 turns for 42 days"),
        # A3-3: 0.6 x 90 + 0.1 x 15 with B at 0
        ("{id: w, kind: weighted, shares: [0.6, 0.3, 0.1], values: [90, 0, 15], total: 42}",
         "right is 55.5"),
        # A3-18: 2e8 / 5e5 = 400, 8e8 / 12e5 = 667
        ("{id: h, kind: per_head, total: [2.0e+8, 8.0e+8], each: [5.0e+5, 12.0e+5], growth: 0.2}",
         "right is 400 to 667 heads, +66.7%"),
        # 1.2 x 1.1 x 1.05 = 1.386
        ("{id: c, kind: compound, parts: [0.2, 0.1, 0.05], total: 0.35}", "right is +38.6%"),
    ],
)  # fmt: skip
def test_other_claims_are_recomputed(tmp_path, claim, right):
    found = said(tmp_path, claim)
    assert len(found) == 1
    assert found[0].endswith(right)


@pytest.mark.parametrize(
    "claim",
    [
        "{id: t, kind: turnover, turns: 8, days: 45.6}",
        "{id: w, kind: weighted, shares: [0.6, 0.3, 0.1], values: [90, 0, 15], total: 55.5}",
        "{id: h, kind: per_head, total: [2.0e+8, 8.0e+8], each: [5.0e+5, 12.0e+5], growth: 0.667}",
        "{id: c, kind: compound, parts: [0.2, 0.1, 0.05], total: 0.386}",
    ],
)
def test_what_follows_is_left_alone(tmp_path, claim):
    assert said(tmp_path, claim) == []


def test_faults_of_form_are_named(tmp_path):
    weights = "{id: w, kind: weighted, shares: [0.6, 0.3], values: [90, 0], total: 54}"
    assert "shares add up to 0.9" in said(tmp_path, weights)[0]
    again = "{id: t, kind: turnover, turns: 8, days: 45.6}"
    assert "the id stands 2 times" in said(tmp_path, f"{again}\n  - {again}")[0]
    check_claims(WorkspacePaths(tmp_path / "nothing"), 2025)
