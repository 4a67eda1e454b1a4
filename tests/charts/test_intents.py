"""Each chart says what its numbers say: by words, by data, by the meaning of its ink."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd
import pytest

from charts.frames import WORDS, card, cohorts, history, movers, steps
from helpers.charts.change_over_time import small_multiples, trend
from helpers.charts.deviation import variance_bars, waterfall
from helpers.charts.distribution import cohort_grid
from helpers.charts.flow import funnel
from helpers.charts.grids import Column, table
from helpers.charts.magnitude import bullet_bars, kpi_cards
from helpers.charts.notation import ACTUAL, BAD, GOOD, PREVIOUS, STEP
from helpers.charts.part_to_whole import share_bars
from helpers.charts.ranking import ranked_bars
from helpers.vocabulary.faults import DeclarationFaulty
from helpers.vocabulary.labels import Label
from helpers.vocabulary.units import Direction

GMV = {"name": "GMV", "unit": "money", "currency": "GBP", "direction": "higher_is_better"}
BRIDGE = {"metric": None, "name": "GMV", "currency": "GBP", "direction": "higher_is_better"}


def texts(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


# ---- magnitude ----


def test_a_card_stands_against_last_period_last_year_and_target():
    said = texts(kpi_cards(card(), id="c", **WORDS).html())
    for words in ("£1.51m", "last period +30.7% better £1.15m", "last year +12.2% better",
                  "of target 94.3% missed £1.60m", "Signal: above its normal range"):  # fmt: skip
        assert words in said


def test_a_card_in_chinese():
    said = texts(kpi_cards(card(), id="c", language="zh", **WORDS).html())
    for words in ("£150.9万", "较上期 +30.7% 有利", "目标完成率 94.3% 未达标", "高于正常波动区间"):
        assert words in said


def test_more_of_a_bad_thing_is_bad_news():
    frame = card(metric="return_rate", unit="percent", value=0.0353, previous=0.03,
                 previous_change=0.0053, target=0.04, attainment=None, currency="",
                 direction="lower_is_better")  # fmt: skip
    html = kpi_cards(frame, id="c", **WORDS).html()
    assert '<dd class="ex-bad"><b>+0.5 pp</b> <span class="ex-word">worse</span>' in html
    assert '<dd class="ex-good"><b>−0.5 pp</b> <span class="ex-word">met</span>' in html
    assert "ex-marked-bad" in html


def test_a_card_without_value_says_why_and_shows_no_nought():
    frame = card(value=None, status="no_source", previous_change=None, signal="")
    html = kpi_cards(frame, id="c", **WORDS).html()
    assert "n/a (no source)" in texts(html)
    assert "£0" not in html and "ex-card-against" not in html


def test_a_card_s_notes_stand_under_the_figure():
    html = kpi_cards(card(note="132,220 sale lines have no customer"), id="c", **WORDS).html()
    assert '<p class="exhibit-note">132,220 sale lines have no customer</p>' in html


def test_notes_are_words_and_name_the_figures_they_are_about():
    opening = '[{"code": "opening", "first": "2010-12-01"}]'
    frame = pd.concat(
        [card(), card(metric="new_customers", metric_label="New customers", note=opening)]
    )
    english = kpi_cards(frame, id="c", **WORDS)
    chinese = kpi_cards(frame, id="c", language="zh", **WORDS)
    assert english.notes == (
        "New customers: the data begin on 2010-12-01: nobody can be told apart as new",
    )
    assert "无法区分新老客户" in chinese.notes[0]
    assert "code" not in "".join(english.data["note"])


def test_noise_is_not_marked():
    html = kpi_cards(card(signal="noise"), id="c", **WORDS).html()
    assert "ex-marked-even" in html and "Within its normal range" in html


def pace() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "metric": ["gmv", "ad_spend"],
            "metric_label": ["GMV", "Ads"],
            "label": ["GMV", "Ads"],
            "unit": "money",
            "currency": "USD",
            "actual": [6.2e6, 8e5],
            "target": [12e6, 1e6],
            "attainment": [0.516667, 0.8],
            "expected": [5.76e6, 6e5],
            "landing": [12.9e6, None],
            "verdict": ["ahead", "over"],
            "verdict_label": ["Ahead of pace", "Over budget pace"],
        }
    )


def test_a_bullet_is_drawn_on_the_scale_of_its_own_target():
    html = bullet_bars(pace(), id="b", **WORDS).html()
    widths = [float(width) for width in re.findall(r'ex-ac ex-thin" style="--x:0.00%;--w:([\d.]+)%',
                                                  html)]  # fmt: skip
    outlined = float(re.search(r'ex-pl" style="--x:0.00%;--w:([\d.]+)%', html)[1])
    assert widths[0] / outlined == pytest.approx(0.516667, abs=1e-3)
    assert widths[1] / outlined == pytest.approx(0.8, abs=1e-3)
    assert re.search(r'ex-good"><span class="ex-word"> ?Ahead of pace', html)
    assert re.search(r'ex-bad"><span class="ex-word"> ?Over budget pace', html)


# ---- change over time ----


@dataclass(frozen=True)
class Range:
    lower: float
    upper: float
    mean: float | None = None


def test_a_trend_holds_this_year_last_year_and_target():
    values = [100.0 + place for place in range(25)]
    exhibit = trend(history(values), id="t", target={"2025-10": 130.0}, **WORDS)
    data = exhibit.data
    assert data["month"].iloc[0] == "2024-10" and len(data) == 13
    assert list(data["value"]) == values[12:]
    assert list(data["year_ago"].dropna()) == values[:13]
    assert data["target"].dropna().tolist() == [130.0]
    for words in ("last October 2025 £124", "last year £112", "target £130",
                  "lowest October 2024 £112"):  # fmt: skip
        assert words in exhibit.alt


def test_a_missing_month_is_a_gap_and_is_named():
    exhibit = trend(history([1.0, 2.0, None, 4.0, 5.0]), id="t", **WORDS)
    line = next(
        path for path in re.findall(r'<path d="([^"]+)"[^>]*stroke: ' + ACTUAL, exhibit.figure.wide)
        if path.count("L") > 1 or path.count("M") > 1
    )  # fmt: skip
    assert line.count("M") == 2
    assert any("No value for August 2025" in note for note in exhibit.notes)


def test_points_outside_their_limits_are_judged_by_direction():
    values = [100.0] * 12 + [160.0]
    good = trend(history(values), id="t", limits=Range(90, 110, 100), **WORDS)
    bad = trend(history(values, direction="lower_is_better"), id="t",
                limits=Range(90, 110, 100), **WORDS)  # fmt: skip
    calm = trend(history([100.0] * 12 + [105.0]), id="t", limits=Range(90, 110, 100), **WORDS)
    assert GOOD in good.figure.wide and BAD not in good.figure.wide
    assert BAD in bad.figure.wide and GOOD not in bad.figure.wide
    assert GOOD not in calm.figure.wide and BAD not in calm.figure.wide
    assert "above its normal range" in good.alt


def test_a_month_that_is_not_over_says_so():
    frame = history([1.0, 2.0, 3.0])
    frame.loc[2, "status"] = "preliminary"
    exhibit = trend(frame, id="t", **WORDS)
    assert any("October 2025 is not complete" in note for note in exhibit.notes)
    assert "stroke-dasharray" in exhibit.figure.wide


def test_what_may_come_is_dashed_and_its_range_hatched():
    frame = history([100.0] * 12 + [110.0, 120.0, 130.0])
    frame["kind"] = ["actual"] * 13 + ["forecast"] * 2
    frame["lower"] = [None] * 13 + [110.0, 115.0]
    frame["upper"] = [None] * 13 + [130.0, 145.0]
    exhibit = trend(frame, id="t", **WORDS)
    assert "last August 2025 £110" in exhibit.alt
    assert "forecast October 2025 £130 (£115 – £145)" in exhibit.alt
    assert "<pattern" in exhibit.figure.wide and "stroke-dasharray" in exhibit.figure.wide
    assert list(exhibit.data["kind"].tail(3)) == ["actual", "forecast", "forecast"]
    hatches = re.findall(r'<pattern[^>]* id="([^"]+)"', exhibit.html())
    assert len(hatches) == 2 and all(f"url(#{name})" in exhibit.html() for name in hatches)


def test_a_month_that_stands_twice_is_refused():
    frame = pd.concat([history([1.0, 2.0]), history([3.0])])
    with pytest.raises(DeclarationFaulty, match="2025-10 stands twice"):
        trend(frame, id="t", **WORDS)


def test_small_multiples_say_which_scale_they_use():
    near = pd.concat([history([10.0, 11.0], member="a"), history([12.0, 13.0], member="b")])
    far = pd.concat([history([10.0, 11.0], member="a"), history([900.0, 950.0], member="b")])
    assert "all panels on one scale" in small_multiples(near, id="s", **WORDS).measure
    exhibit = small_multiples(far, id="s", **WORDS)
    assert "each panel on its own scale" in exhibit.measure
    assert exhibit.html().index("<bdi>b</bdi>") < exhibit.html().index("<bdi>a</bdi>")


# ---- deviation ----


def test_bars_are_coloured_by_direction_not_by_sign():
    html = variance_bars(movers(), id="v", **GMV, **WORDS).html()
    cost = variance_bars(
        movers(), id="v", **(GMV | {"direction": "lower_is_better"}), **WORDS
    ).html()
    order = re.findall(r"ex-bar-(good|bad|even)", html)
    assert order == ["good", "good", "bad"]
    assert re.findall(r"ex-bar-(good|bad|even)", cost) == ["bad", "bad", "good"]


def test_a_variance_says_size_share_and_word():
    exhibit = variance_bars(movers(), id="v", **GMV, **WORDS)
    assert "Germany +£110 (better)" in exhibit.alt and "United States −£45 (worse)" in exhibit.alt
    assert "£410 → £520" in texts(exhibit.html())
    assert "+26.8% better" in texts(exhibit.html())


def test_a_bridge_about_change_is_judged_and_starts_light():
    exhibit = waterfall(steps(), id="w", **BRIDGE, **WORDS)
    fills = re.findall(r"style=\"fill: (#\w+)\"", exhibit.figure.wide)
    assert fills[:4] == [PREVIOUS, GOOD, BAD, ACTUAL]
    assert "Orders +£200" in exhibit.alt and "Average order value −£50" in exhibit.alt


def test_a_bridge_about_composition_judges_nothing():
    frame = steps().assign(share_of_gmv=[1.0, 0.2, -0.05, 1.15])
    exhibit = waterfall(frame, id="w", **BRIDGE, **WORDS)
    fills = re.findall(r"style=\"fill: (#\w+)\"", exhibit.figure.wide)
    assert fills[:4] == [ACTUAL, STEP, STEP, ACTUAL]


def test_a_bridge_that_does_not_arrive_is_refused():
    frame = steps()
    frame.loc[3, "value"] = 1200.0
    with pytest.raises(DeclarationFaulty, match=r"lead to 1,150.00, but 'October' is 1,200.00"):
        waterfall(frame, id="w", **BRIDGE, **WORDS)


# ---- ranking, shares, flow ----


def test_ranks_are_in_order_and_the_rest_is_last():
    frame = pd.DataFrame(
        {"member": ["b", "others", "a", "c"], "label": ["B", "All others", "A", "C"],
         "value": [20.0, 900.0, 30.0, None], "status": ["ok", "ok", "ok", "no_source"]}
    )  # fmt: skip
    html = ranked_bars(frame, id="r", **GMV, **WORDS).html()
    assert re.findall(r"<bdi>(.*?)</bdi>", html) == ["A", "B", "C", "All others"]
    assert "n/a (no source)" in texts(html)


def test_a_rank_names_only_the_first_and_says_of_how_many():
    frame = pd.DataFrame({"label": [f"p{place}" for place in range(30)], "value": range(30)})
    exhibit = ranked_bars(frame, id="r", top=5, **GMV, **WORDS)
    assert exhibit.html().count("<bdi>") == 5
    assert "top 5 of 30" in exhibit.measure
    assert len(exhibit.data) == 30


def test_shares_are_of_the_whole_and_not_of_what_is_shown():
    frame = pd.DataFrame({"label": list("abcdef"), "value": [40.0, 20.0, 10.0, 10.0, 10.0, 10.0]})
    about = {"name": "GMV", "unit": "money", "currency": "GBP"}
    exhibit = share_bars(frame, id="s", top=2, **about, **WORDS)
    assert "a 40.0% (£40)" in exhibit.alt
    assert "4 others 40.0% (£40)" in exhibit.alt


def test_a_negative_part_has_no_share():
    frame = pd.DataFrame({"label": ["a", "b", "c"], "value": [30.0, 10.0, -1.0]})
    exhibit = share_bars(frame, id="s", name="GMV", unit="money", currency="GBP", **WORDS)
    assert "a 75.0% (£30)" in exhibit.alt and "c −£1" in exhibit.alt
    assert any("no share" in note for note in exhibit.notes)


def test_a_funnel_says_which_share_goes_on():
    frame = pd.DataFrame({"label": ["Visits", "Orders"], "value": [1000.0, 30.0],
                          "previous": [1000.0, 40.0]})  # fmt: skip
    exhibit = funnel(frame, id="f", **WORDS)
    assert "Orders 30, 3.0% of the step before, −1.0 pp" in exhibit.alt
    assert "ex-bad" in exhibit.html()


def test_a_change_of_a_funnel_that_is_noise_is_not_judged():
    frame = pd.DataFrame({"label": ["Visits", "Orders"], "value": [100.0, 3.0],
                          "rate": [None, 0.03], "rate_change": [None, -0.01],
                          "previous": [100.0, 4.0], "signal": ["noise", "noise"]})  # fmt: skip
    html = funnel(frame, id="f", **WORDS).html()
    assert "−1.0 pp" in html and "ex-bad" not in html


# ---- distribution ----


def test_months_that_are_not_over_are_masked():
    html = cohort_grid(cohorts(), id="g", **WORDS).html()
    body = html[html.index("<tbody") : html.index("</tbody")]
    assert "25%" in body
    assert "99%" not in body and "98%" not in body
    assert body.count("ex-immature") == 2
    assert "Oct 2025" not in body  # nobody can have come back yet


# ---- grids ----


def test_a_table_writes_each_column_in_its_unit():
    frame = pd.DataFrame({"label": ["A", "B"], "value": [34556.72, None], "change": [0.31, None],
                          "rate": [-0.012, 0.02], "status": ["ok", "no_source"]})  # fmt: skip
    html = table(
        frame,
        [
            Column("label"),
            Column("value", unit="money", currency="GBP"),
            Column("change", change_of="money", judged_by=Direction.HIGHER_IS_BETTER),
            Column("rate", Label(en="Return rate", zh="退货率"), change_of="percent",
                   judged_by=Direction.LOWER_IS_BETTER),
        ],
        id="t", **WORDS,
    ).html()  # fmt: skip
    assert '<td class="ex-number">£34.6k</td>' in html
    assert 'ex-good">+31.0%<span class="ex-word">better</span>' in html
    assert 'ex-good">−1.2 pp<span class="ex-word">better</span>' in html
    assert 'ex-missing">n/a<span class="ex-word">no source</span>' in html
    assert html.count('scope="col"') == 4 and html.count('scope="row"') == 2
    assert 'class="ex-scroll" tabindex="0" role="region"' in html


def test_a_table_writes_a_dash_where_a_row_has_no_such_figure():
    frame = pd.DataFrame({"label": ["Buy", "Speed up"], "cash": [12.0, None], "status": "ok"})
    columns = [Column("label"), Column("cash", unit="money", may_be_empty=True)]
    html = table(frame, columns, id="t", takeaway="T", source="S", currency="GBP")._repr_html_()
    assert "–" in texts(html)
    assert "n/a" not in html


def test_a_long_table_is_cut_and_says_so():
    frame = pd.DataFrame({"label": [str(place) for place in range(9)], "value": range(9)})
    exhibit = table(frame, [Column("label"), Column("value", unit="count")], id="t", rows=4,
                    **WORDS)  # fmt: skip
    assert "and 5 more rows" in exhibit.notes
    assert len(exhibit.data) == 9


# ---- all ----

CHARTS = {
    "kpi_cards": (kpi_cards, card(), {}),
    "bullet_bars": (bullet_bars, pace(), {}),
    "trend": (trend, history([1.0, 2.0]), {}),
    "small_multiples": (small_multiples, history([1.0, 2.0], member="de"), {}),
    "variance_bars": (variance_bars, movers(), GMV),
    "waterfall": (waterfall, steps(), BRIDGE),
    "ranked_bars": (ranked_bars, movers(), GMV),
    "share_bars": (share_bars, movers(), {"name": "GMV"}),
    "cohort_grid": (cohort_grid, cohorts(), {}),
    "funnel": (funnel, movers(), {}),
}


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_chart_speaks_both_languages_and_says_its_numbers(name, language):
    draw, frame, more = CHARTS[name]
    exhibit = draw(frame, id=name.replace("_", "-"), language=language, **more, **WORDS)
    assert exhibit.kind == name
    assert re.search(r"\d", exhibit.alt)
    assert len(exhibit.data) > 0
    if language == "zh":
        assert re.search(r"[\u4e00-\u9fff]", exhibit.measure + exhibit.html())
        assert exhibit.alt.endswith("。")


@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_bears_an_empty_frame(name):
    draw, frame, more = CHARTS[name]
    exhibit = draw(frame.iloc[:0], id="empty", **more, **WORDS)
    assert exhibit.kind == "nothing"
    assert "n/a" in exhibit.alt


@pytest.mark.parametrize("name", [name for name in CHARTS if name not in ("cohort_grid", "trend")])
def test_every_chart_names_the_column_it_lacks(name):
    draw, frame, more = CHARTS[name]
    lacking = frame.drop(columns=["value", "change", "actual"], errors="ignore")
    with pytest.raises(DeclarationFaulty, match=r"no column '(value|actual)'"):
        draw(lacking, id="lacking", **more, **WORDS)


def test_a_card_without_any_target_leaves_the_line_out():
    exhibit = kpi_cards(card(target=None, attainment=None), id="c", **WORDS)
    assert "target" not in texts(exhibit.html())


def test_last_year_is_drawn_only_where_it_is_known():
    short = small_multiples(history([1.0, 2.0, 3.0], member="de"), id="s", **WORDS)
    long = small_multiples(history([float(n) for n in range(1, 26)], member="de"), id="s", **WORDS)
    assert "ex-key-line-previous" not in short.html()
    assert "ex-key-line-previous" in long.html()


# ---- what is news ----


@pytest.mark.parametrize("signal", ["noise", "not_enough_data"])
def test_a_change_that_is_no_signal_is_shown_and_not_judged(signal):
    frame = card(signal=signal, target=None, attainment=None)
    html = kpi_cards(frame, id="c", **WORDS).html()
    assert '<dd class="ex-even"><b>+30.7%</b>' in html
    ranked = ranked_bars(frame, id="r", **WORDS).html()
    assert "+30.7%" in ranked
    columns = [Column("label"), Column("previous_change", change_of="money",
                                       judged_by=Direction.HIGHER_IS_BETTER)]  # fmt: skip
    looked_up = table(frame, columns, id="t", **WORDS).html()
    assert "+30.7%" in looked_up
    for one in (html, ranked, looked_up):
        assert not re.search(r"ex-(good|bad)\b|ex-marked-(good|bad)|better|worse", one)


def test_only_the_change_that_goes_the_way_of_the_signal_is_news():
    """Down on last month, and yet above what is normal for the season."""
    html = kpi_cards(card(previous_change=-0.05), id="c", **WORDS).html()
    assert '<dd class="ex-even"><b>−5.0%</b> </dd>' in html
    assert '<dd class="ex-good"><b>+12.2%</b> <span class="ex-word">better</span>' in html
    assert "ex-marked-good" in html


def test_what_is_written_as_nought_is_unchanged():
    frame = card(previous_change=0.0000004, year_ago_change=0.0000004, target=None)
    html = kpi_cards(frame, id="c", **WORDS).html()
    assert '<dd class="ex-even"><b>±0.00%</b> <span class="ex-word">unchanged</span>' in html
    level = movers().assign(value=[410.001, 355, 90], change=[0.001, 0.0, 0.0])
    for drawn in (
        variance_bars(level, id="v", metric=None, **GMV, **WORDS).html(),
        table(level, [Column("label"), Column("change", unit="money", signed=True,
                                              judged_by=Direction.HIGHER_IS_BETTER)],
              id="t", **WORDS).html(),
    ):  # fmt: skip
        assert "£0.00" in drawn and "+£0" not in drawn
        assert not re.search(r"ex-(bar-)?(good|bad)\b|better|worse", drawn)


def test_small_multiples_judge_nothing_that_was_not_tested():
    frame = history([100.0] * 12 + [150.0], member="de", label="Germany")
    html = small_multiples(frame, metric=None, id="s", **GMV, **WORDS).html()
    assert '<span class="ex-even">+50.0%</span>' in html
