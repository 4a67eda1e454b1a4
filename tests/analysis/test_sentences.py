"""Every case in both languages, as a reader gets it: typed out in full on purpose."""

from datetime import date

import pandas as pd
import pytest

from desks import compared, paper_desk
from helpers.analysis import headlines
from helpers.analysis.headlines import headline, in_full, standing
from helpers.analysis.inventory import takeaways
from helpers.analysis.wordings import phrase, templates
from helpers.vocabulary.faults import DeclarationFaulty

MOVED = {"value": 2769.0, "previous": 2304.0, "previous_change": 0.2018}
PLAIN_UP = {
    "signal": "signal_up", "signal_method": "plain", "normal_low": 1100.0, "normal_high": 2400.0,
}  # fmt: skip
SEASON_UP = {
    "signal": "signal_up", "signal_method": "seasonal", "normal_low": 2100.0,
    "normal_high": 2700.0,
}  # fmt: skip
SEASON_DOWN = {
    "signal": "signal_down", "signal_method": "seasonal", "normal_low": 2800.0,
    "normal_high": 3700.0,
}  # fmt: skip
NOISE = {"signal": "noise", "signal_method": "plain", "normal_low": 2000.0, "normal_high": 3700.0}
RETURNS = {"metric": "return_rate", "unit": "percent", "direction": "lower_is_better"}

CASES = {
    "growth beyond its range, season unknown": (
        MOVED | PLAIN_UP,
        "Orders came to 2,769 in November 2011, up 20.2% on October 2011 and above its usual range "
        "of 1,100 to 2,400; with less than two years of data, part of this may be the season.",
        "2011年11月订单数为2,769，环比增长20.2%，高于正常区间（1,100至2,400）；"
        "数据不足两年，其中可能含季节性影响。",
    ),
    "growth beyond the season's range": (
        MOVED | {"year_ago": 2500.0, "year_ago_change": 0.1076} | SEASON_UP,
        "Orders came to 2,769 in November 2011, up 10.8% on November 2010 and above what is normal "
        "for the season (2,100 to 2,700); +20.2% on October 2011.",
        "2011年11月订单数为2,769，同比增长10.8%，高于同期正常区间（2,100至2,700）；环比+20.2%。",
    ),
    "decline": (
        {"value": 2769.0, "previous_change": -0.05, "year_ago_change": -0.12} | SEASON_DOWN,
        "Orders came to 2,769 in November 2011, down 12.0% on November 2010 and below what is "
        "normal for the season (2,800 to 3,700); −5.0% on October 2011.",
        "2011年11月订单数为2,769，同比下降12.0%，低于同期正常区间（2,800至3,700）；环比−5.0%。",
    ),
    "growth slower than ever": (
        {"value": 2769.0, "previous_change": -0.05, "year_ago_change": 0.02} | SEASON_DOWN,
        "Orders came to 2,769 in November 2011, up 2.0% on November 2010, yet below what is normal "
        "for the season (2,800 to 3,700); −5.0% on October 2011.",
        "2011年11月订单数为2,769，同比增长2.0%，但仍低于同期正常区间（2,800至3,700）；环比−5.0%。",
    ),
    "noise, with a target": (
        {"value": 2769.0, "previous_change": 0.02, "target": 3000.0, "attainment": 0.923} | NOISE,
        "Orders came to 2,769 in November 2011, +2.0% on October 2011, within normal variation; "
        "92.3% of the target of 3,000.",
        "2011年11月订单数为2,769，环比+2.0%，属正常波动；完成目标（3,000）的92.3%。",
    ),
    "no change": (
        {"value": 2769.0, "previous_change": 0.0} | NOISE,
        "Orders came to 2,769 in November 2011, unchanged on October 2011, within normal "
        "variation.",
        "2011年11月订单数为2,769，环比持平，属正常波动。",
    ),
    "not enough data to judge": (
        {"value": 2769.0, "previous_change": 0.2},
        "Orders came to 2,769 in November 2011, +20.0% on October 2011 (too little history to tell "
        "change from chance).",
        "2011年11月订单数为2,769，环比+20.0%（历史数据不足，尚无法判断是否超出正常波动）。",
    ),
    "no baseline": (
        {"value": 2769.0},
        "Orders came to 2,769 in November 2011; there is no earlier period to compare with.",
        "2011年11月订单数为2,769；暂无可比基期。",
    ),
    "no source": (
        {"value": None, "status": "no_source"},
        "Orders in November 2011: n/a (no source).",
        "2011年11月订单数：无数据（缺来源）。",
    ),
    "a rate that got worse": (
        RETURNS
        | {
            "value": 0.052,
            "previous_change": 0.012,
            "signal": "signal_up",
            "signal_method": "interval",
        },
        "Return rate stood at 5.2% in November 2011, up 1.2 pp on October 2011, a statistically "
        "significant change: an unfavourable move.",
        "2011年11月退货率为5.2%，环比上升1.2个百分点，变化具有统计显著性，属不利变化。",
    ),
    "a rate that got better, against target": (
        RETURNS
        | {
            "value": 0.052,
            "previous_change": -0.012,
            "signal": "signal_down",
            "signal_method": "interval",
            "target": 0.05,
            "attainment": 0.96,
        },
        "Return rate stood at 5.2% in November 2011, down 1.2 pp on October 2011, a statistically "
        "significant change: a favourable move; 0.2 pp above the target of 5.0%.",
        "2011年11月退货率为5.2%，环比下降1.2个百分点，变化具有统计显著性，属有利变化；"
        "较目标（5.0%）高0.2个百分点。",
    ),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_in_full(case, language):
    given, en, zh = CASES[case]
    desk = paper_desk(language)
    assert in_full(compared(desk, **given), desk) == (zh if language == "zh" else en)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "en",
            "Net sales came to £638.8k over 1–9 December 2011, +45.6% on the same days of December "
            "2010 (too little history to tell change from chance). Preliminary: the data end on "
            "9 December 2011.",
        ),
        (
            "zh",
            "2011年12月1日至9日净销售额为£63.9万，较去年同期+45.6%"
            "（历史数据不足，尚无法判断是否超出正常波动）。"
            "初步数据，截至2011年12月9日。",
        ),
    ],
)
def test_an_unfinished_month_says_so_in_words(language, expected):
    desk = paper_desk(language, "2011-12", last=date(2011, 12, 9))
    row = compared(
        desk, "net_sales", unit="money", value=638792.68, year_ago=438852.65, year_ago_change=0.4556
    )
    assert in_full(row, desk) == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "Net sales came to £9.31m in 2011, up 12.0% on 2010, a statistically significant "
               "change."),
        ("zh", "2011年净销售额为£931.4万，同比增长12.0%，变化具有统计显著性。"),
    ],
)  # fmt: skip
def test_a_year_is_compared_once(language, expected):
    desk = paper_desk(language, "2011")
    row = compared(
        desk, "net_sales", unit="money", value=9_314_079.92, previous_change=0.12,
        year_ago_change=0.12, signal="signal_up", signal_method="interval",
    )  # fmt: skip
    assert in_full(row, desk) == expected


def ladder(start, effects, end):
    rows = [("start", "2011-10", start, "start")]
    rows += [(step, label, value, "effect") for step, label, value in effects]
    rows += [("end", "2011-11", end, "end")]
    return pd.DataFrame(rows, columns=["step", "label", "value", "kind"]).assign(member="")


@pytest.mark.parametrize(
    ("language", "labels", "expected"),
    [
        (
            "en",
            ("Orders", "Average order value", "Exchange rates"),
            "GMV changed by +£354.5k on October 2011, mainly through orders "
            "(+£253.4k), with average order value (+£141.1k) adding to it; exchange rates "
            "(−£40.0k) worked the other way.",
        ),
        (
            "zh",
            ("订单数", "客单价", "汇率影响"),
            "GMV环比变动+£35.4万，主要来自订单数（+£25.3万），客单价（+£14.1万）亦有同向贡献；"
            "汇率影响（−£4.00万）反向抵消。",
        ),
    ],
)
def test_drivers_are_named_by_size(language, labels, expected):
    steps = zip(("orders", "aov", "currency"), labels, (253_400, 141_060, -40_000), strict=True)
    frame = ladder(1_155_000, list(steps), 1_509_460)
    assert headlines.drivers_takeaway(frame, paper_desk(language)) == expected


def test_effects_that_cancel_out_are_no_change():
    frame = ladder(100_000, [("orders", "Orders", 5_000.0), ("aov", "Basket", -5_000.0)], 100_000)
    assert headlines.drivers_takeaway(frame, paper_desk("en")) == (
        "GMV hardly changed on October 2011: orders (+£5,000) and basket (−£5,000) cancelled out."
    )


def moves(*rows):
    frame = pd.DataFrame(rows, columns=["member", "label", "value", "previous"])
    total = (frame["value"] - frame["previous"]).sum()
    return frame.assign(
        change=frame["value"] - frame["previous"],
        share_of_change=(frame["value"] - frame["previous"]) / total,
        unit="money",
        currency="GBP",
    )


def test_movers_say_who_and_who_not():
    frame = moves(
        ("GB", "United Kingdom", 900_000.0, 600_000.0),
        ("DE", "Germany", 90_000.0, 50_000.0),
        ("FR", "France", 20_000.0, 60_000.0),
    )
    assert headlines.movers_takeaway(frame, paper_desk("en")) == (
        "GMV changed by +£300.0k on October 2011; United Kingdom (+£300.0k) "
        "brought most, followed by Germany (+£40.0k); France (−£40.0k) went the other way."
    )
    assert headlines.movers_takeaway(frame.assign(label=["英国", "德国", "法国"]),
                                     paper_desk("zh"), "year_ago") == (
        "GMV同比变动+£30.0万，其中英国（+£30.0万）贡献最大，其次为德国（+£4.00万）；"
        "法国（−£4.00万）方向相反。"
    )  # fmt: skip


EMPTY = pd.DataFrame()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_nothing_to_say_is_said(language):
    desk = paper_desk(language)
    said = [
        headlines.drivers_takeaway(EMPTY, desk),
        headlines.movers_takeaway(EMPTY, desk),
        headlines.bridge_takeaway(EMPTY, desk),
        headlines.ranking_takeaway(EMPTY, desk),
        headlines.pareto_takeaway(EMPTY, desk),
        headlines.cohort_takeaway(EMPTY, desk),
        takeaways.cover_takeaway(EMPTY, desk),
        headlines.pace_takeaway(EMPTY, desk),
        headlines.advertising_takeaway(EMPTY, desk),
        headlines.funnel_takeaway(EMPTY, desk),
        headlines.returns_takeaway(EMPTY, desk),
        headlines.outlook_takeaway(EMPTY, desk),
    ]
    full_stop = "。" if language == "zh" else "."
    assert all(one.endswith(full_stop) for one in said)
    assert len(set(said)) >= len(said) - 1


@pytest.mark.parametrize(
    ("language", "partly", "wholly"),
    [
        (
            "en",
            "£150 went into advertising in November 2011; the £100 of it whose sales are reported "
            "returned 2.00× in attributed sales; £50 went to one campaign without a single "
            "attributed order.",
            "£100 of advertising in November 2011 returned 2.00× in attributed sales.",
        ),
        (
            "zh",
            "2011年11月广告花费£150，其中可归因的£100投产比（ROAS）为2.00×；"
            "1个广告活动零归因订单，花费£50。",
            "2011年11月广告花费£100，投产比（ROAS）为2.00×。",
        ),
    ],
)
def test_money_that_reports_no_sales_is_not_said_to_have_returned_none(language, partly, wholly):
    # 200 of sales on 100 of money is 2.00; over all 150 it would read 1.33, unlike the card.
    campaigns = pd.DataFrame(
        {
            "label": ["A", "B"],
            "spend": [100.0, 50.0],
            "spend_with_sales": [100.0, None],
            "orders": [40.0, 0.0],
            "sales": [200.0, None],
            "roas": [2.0, None],
        }
    )
    desk = paper_desk(language)
    assert headlines.advertising_takeaway(campaigns, desk) == partly
    assert headlines.advertising_takeaway(campaigns.head(1), desk) == wholly


def trend(values, last_status="ok"):
    months = pd.date_range(end="2011-12-01", periods=len(values), freq="MS")
    return pd.DataFrame(
        {
            "metric": "gmv",
            "member": "",
            "month": months.strftime("%Y-%m"),
            "month_start": months,
            "value": values,
            "unit": "money",
            "currency": "GBP",
            "status": ["ok"] * (len(values) - 1) + [last_status],
        }
    )


STEADY = [520_000.0, 470_000, 530_000, 510_000, 500_000, 490_000, 550_000, 480_000, 500_000,
          520_000, 510_000]  # fmt: skip
#: Three years in which no month is like itself a year before: chance, and no season.
YEARS = [*STEADY, 505_000.0, *reversed(STEADY), 515_000.0, *STEADY]


@pytest.mark.parametrize(
    ("language", "values", "expected"),
    [
        (
            "en",
            [*YEARS, 700_000.0],
            "GMV stood at £700.0k in December 2011, the highest of the last 36 months, "
            "above what is normal for the season.",
        ),
        (
            "zh",
            [*YEARS, 700_000.0],
            "2011年12月GMV为£70.0万，为近36个月最高，高于同期正常区间。",
        ),
        (
            "en",
            [*YEARS, 505_000.0],
            "GMV stood at £505.0k in December 2011, against an average of £507.4k "
            "over the 35 months before, normal for the season.",
        ),
        (
            "zh",
            [*YEARS, 505_000.0],
            "2011年12月GMV为£50.5万，此前35个月均值为£50.7万，符合季节规律。",
        ),
        (
            "en",
            [500_000.0, 400_000.0, 300_000.0],
            "GMV stood at £300.0k in December 2011, the lowest of the last 3 months "
            "(too little history to judge).",
        ),
    ],
)
def test_a_trend_says_where_the_last_month_stands(language, values, expected):
    assert headlines.trend_takeaway(trend(values), paper_desk(language), "gmv") == expected


def test_a_running_month_is_not_judged():
    desk = paper_desk("en", "2011-12", last=date(2011, 12, 9))
    frame = trend([*YEARS, 90_000.0], "preliminary")
    assert headlines.trend_takeaway(frame, desk, "gmv") == (
        "GMV stood at £510.0k in November 2011, against an average of £507.4k "
        "over the 34 months before, normal for the season; December 2011 is still running (data "
        "to 9 December 2011) and is not judged."
    )


def test_other_figures_out_of_range_are_listed_with_their_judgement():
    desk = paper_desk("en")
    rows = [
        compared(desk, "net_sales", unit="money", **MOVED | PLAIN_UP),
        compared(desk, **RETURNS | {"value": 0.05, "previous_change": 0.012, "signal": "signal_up",
                                    "signal_method": "plain"}),
        compared(desk, **{"value": 5.0, "previous_change": 0.01} | NOISE),
    ]  # fmt: skip
    assert headlines.comparison_takeaway(pd.DataFrame(rows), desk) == (
        "2 of 3 figures moved beyond normal variation: net sales (+20.2%, favourable) and return "
        "rate (+1.2 pp, unfavourable)."
    )


def test_every_template_can_be_filled_in_both_languages():
    assert len(templates()) > 100
    for key, template in templates().items():
        names = {name: "x" for name in _names(template.en) | _names(template.zh)}
        for language in ("en", "zh"):
            assert "{" not in phrase(key, language, **names)


def test_a_template_with_half_its_words_is_refused():
    from helpers.analysis.wordings import Template
    from helpers.config.declarations import declare

    with pytest.raises(DeclarationFaulty, match=r"a\.b: zh: is missing"):
        declare({"en": "only"}, Template, "a.b")


def _names(text):
    import string

    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


GMV_ROW = {"metric": "gmv", "unit": "money", "value": 1_509_496.33, "previous": 1_154_979.3,
           "previous_change": 0.3069}  # fmt: skip
GMV_UP = {"signal": "signal_up", "signal_method": "plain", "normal_low": 312_000.0,
          "normal_high": 1_420_000.0}  # fmt: skip
LADDER = ladder(1_154_979.3, [("orders", "Orders", 300_000.0), ("aov", "Basket", 54_517.0)],
                1_509_496.3)  # fmt: skip

SHORT = {
    "a signal": (
        GMV_ROW | GMV_UP | {"year_ago_change": 0.02, "target": 1_600_000.0, "attainment": 0.943},
        "GMV came to £1.51m in November 2011, up 30.7% on October, driven mainly by orders.",
        "That is above its usual range of £312.0k to £1.42m; +2.0% on November 2010; with less "
        "than two years of data, part of this may be the season; 94.3% of the target of £1.60m.",
        "2011年11月GMV为£150.9万，环比增长30.7%，主要由订单数带动。",
        "高于正常区间（£31.2万至£142.0万）；同比+2.0%；数据不足两年，其中可能含季节性影响；"
        "完成目标（£160.0万）的94.3%。",
    ),
    "growth slower than ever": (
        {"value": 2769.0, "previous_change": -0.05, "year_ago_change": 0.02} | SEASON_DOWN,
        "Orders came to 2,769 in November 2011, up 2.0% on November 2010, yet below what is "
        "normal.",
        "That is below what is normal for the season (2,800 to 3,700); −5.0% on October 2011.",
        "2011年11月订单数为2,769，同比增长2.0%，但仍低于正常水平。",
        "低于同期正常区间（2,800至3,700）；环比−5.0%。",
    ),
    "noise": (
        {"value": 2769.0, "previous_change": 0.02} | NOISE,
        "Orders came to 2,769 in November 2011, +2.0% on October, within normal variation.",
        "Its usual range is 2,000 to 3,700.",
        "2011年11月订单数为2,769，环比+2.0%，属正常波动。",
        "正常区间为2,000至3,700。",
    ),
    "not enough data": (
        GMV_ROW,
        "GMV came to £1.51m in November 2011, +30.7% on October.",
        "There is too little history to tell this change from chance.",
        "2011年11月GMV为£150.9万，环比+30.7%。",
        "历史数据不足，尚无法判断是否超出正常波动。",
    ),
    "a rate that got worse": (
        RETURNS
        | {"value": 0.052, "previous_change": 0.012, "signal": "signal_up",
           "signal_method": "interval"},
        "Return rate stood at 5.2% in November 2011, up 1.2 pp on October.",
        "The change is statistically significant: an unfavourable move.",
        "2011年11月退货率为5.2%，环比上升1.2个百分点。",
        "变化具有统计显著性，属不利变化。",
    ),
    "no baseline": (
        {"value": 2769.0},
        "Orders came to 2,769 in November 2011; there is no earlier period to compare with.",
        "",
        "2011年11月订单数为2,769；暂无可比基期。",
        "",
    ),
    "no source": (
        {"value": None, "status": "no_source"},
        "Orders in November 2011: n/a (no source).",
        "",
        "2011年11月订单数：无数据（缺来源）。",
        "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", SHORT)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_headline_is_short_and_the_next_sentence_says_the_rest(case, language, monkeypatch):
    given, *words = SHORT[case]
    labels = {"en": ["Orders", "Basket"], "zh": ["订单数", "客单价"]}[language]
    steps = LADDER.assign(label=["start", *labels, "end"])
    monkeypatch.setattr(headlines.cards, "explain_gmv", lambda *_: steps)
    desk = paper_desk(language)
    row = compared(desk, **given)
    expected = words[:2] if language == "en" else words[2:]
    assert [headline(row, desk), standing(row, desk)] == expected


def test_january_names_the_year_of_december():
    desk = paper_desk("en", "2011-01")
    row = compared(desk, value=2769.0, previous_change=0.02, **NOISE)
    assert "on December 2010," in headline(row, desk)


def test_a_month_still_running_is_short_as_well():
    desk = paper_desk("en", "2011-12", last=date(2011, 12, 9))
    row = compared(desk, **GMV_ROW)
    assert headline(row, desk) == (
        "GMV came to £1.51m over 1–9 December 2011, +30.7% on the same days of November."
    )
    assert standing(row, desk).endswith("Preliminary: the data end on 9 December 2011.")


def test_a_first_year_says_what_is_known():
    rows = {"gmv": 9_747_000.0, "net_sales": 9_340_000.0, "aov": 402.0}
    figures = {
        language: pd.DataFrame(
            [compared(paper_desk(language, "2010"), one, unit="money", value=value)
             for one, value in rows.items()]
        )
        for language in ("en", "zh")
    }  # fmt: skip
    assert headlines.comparison_takeaway(figures["en"], paper_desk("en", "2010")) == (
        "GMV came to £9.75m, net sales to £9.34m and average order value to £402 in 2010; "
        "there is no earlier period to compare with."
    )
    assert headlines.comparison_takeaway(figures["zh"], paper_desk("zh", "2010")) == (
        "2010年GMV为£974.7万、净销售额为£934.0万、客单价（每单）为£402；暂无可比基期。"
    )


def test_changes_that_cannot_be_judged_are_told_as_numbers():
    desk = paper_desk("en")
    card = pd.DataFrame([compared(desk, **GMV_ROW)])
    assert headlines.comparison_takeaway(card, desk) == (
        "GMV came to £1.51m (+30.7% on October) in November 2011; there is too little history to "
        "tell a change from chance."
    )
