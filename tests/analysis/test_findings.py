"""What management hears of a little company: planted stories, quiet months, too little history."""

import json
from dataclasses import replace

import pytest

from helpers.analysis.findings import telling
from helpers.analysis.findings.finding import ranked
from helpers.analysis.findings.telling import find, of_month
from helpers.analysis.findings.watching import Watched, watched
from helpers.config.algebra import ONE_THREAD
from helpers.metrics.compute import compute
from helpers.vocabulary.faults import AskedWrongly
from helpers.vocabulary.labels import Label
from helpers.vocabulary.periods import parse_period
from little_company import columns, desk_of_company

NASTY = 'Pot <script>alert(1)</script>\x1b[31m\n{gmv} =cmd|"/c"'


@pytest.fixture(scope="module")
def quiet(tmp_path_factory):
    """Nothing but chance; December 2025 has run for 28 days."""
    return desk_of_company(tmp_path_factory.mktemp("quiet"), columns(), "2025-12")


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """In December 2025 one store converts half as well, one pays more a click, one has a hit."""
    changed = {
        ("shop-b", "conversion"): 0.5, ("shop-d", "click"): 1.6, ("shop-c", "SKU-1"): 3.0,
    }  # fmt: skip
    tables = columns(changed, names=NASTY)
    desk = desk_of_company(tmp_path_factory.mktemp("told"), tables, "2025-12")
    return desk, {one.metric: one for one in find(desk, rules=False)}


def test_quiet_months_tell_nothing_though_one_still_runs(quiet):
    assert not quiet.is_complete
    span = replace(quiet, period=parse_period("2025-11..2025-12"))
    assert find(span, rules=False) == []


def test_each_planted_story_is_told_once_with_scope_and_direction(told):
    _, found = told
    assert {metric: (dict(one.scope), one.direction) for metric, one in found.items()} == {
        "store_cvr": ({"store": "shop-b"}, "down"),
        "cpc": ({"store": "shop-d"}, "up"),
        "units_sold": ({"store": "shop-c", "product": "SKU-1"}, "up"),
    }
    judged = {metric: one.judgement for metric, one in found.items()}
    assert judged == {"store_cvr": -1, "cpc": -1, "units_sold": 1}
    assert sorted(one.rank for one in found.values()) == [1, 2, 3]


def test_what_follows_from_a_story_stands_behind_it(told):
    _, found = told
    fallen, hit = found["store_cvr"], found["units_sold"]
    assert "gmv" in {one["metric"] for one in fallen.evidence["told_by"]}
    assert {"store": "shop-c"} in [one["scope"] for one in hit.evidence["told_by"]]
    assert fallen.driver["metric"] == "store_cvr"
    assert fallen.size.relative == pytest.approx(-0.5, abs=0.1)
    assert fallen.size.sd < -5


def test_sizes_and_money_are_those_of_the_metrics(told):
    desk, found = told
    fallen, dearer = found["store_cvr"], found["cpc"]
    frame = compute(
        desk.warehouse, ["store_cvr", "gmv", "cpc", "ad_clicks"], desk.elapsed, ("store",)
    ).set_index(["metric", "member"])["value"]
    assert fallen.value == frame["store_cvr", "shop-b"]
    assert fallen.size.points == fallen.value - fallen.expected
    # What is missing is what would be there had as many bought as expected.
    assert fallen.size.money == pytest.approx(
        frame["gmv", "shop-b"] - frame["gmv", "shop-b"] * fallen.expected / fallen.value
    )
    assert dearer.size.money == pytest.approx(
        frame["ad_clicks", "shop-d"] * (frame["cpc", "shop-d"] - dearer.expected)
    )


def test_what_happens_to_every_store_is_told_of_the_company(tmp_path):
    changed = {
        (f"shop-{name}", what): 0.75 for name in "abcde" for what in ("visits", "conversion")
    }
    desk = desk_of_company(tmp_path, columns(changed), "2025-12")
    found = find(desk, rules=False)
    whole = next(one for one in found if not one.scope)
    assert (whole.metric, whole.direction) == ("gmv", "down")
    effects = {one["metric"]: one["money"] for one in whole.driver["effects"]}
    # The effects add up to what is missing, without a remainder, half of it each.
    assert sum(effects.values()) == pytest.approx(whole.size.money)
    assert effects["sessions"] / whole.size.money == pytest.approx(0.5, abs=0.1)
    assert effects["store_cvr"] / whole.size.money == pytest.approx(0.5, abs=0.1)
    assert abs(effects["aov"] / whole.size.money) < 0.1


def test_too_little_history_is_told_as_such_and_is_no_finding(quiet):
    desk = replace(quiet, period=parse_period("2024-06"), language="en")
    found = of_month(desk)
    assert {one.kind for one in found} == {"untested"}
    company = ranked(found)[0]
    assert company.scope == {}
    assert company.confidence == 0
    assert company.sentence.en.endswith(
        "18 months of history are too few to tell this from chance."
    )
    assert company.evidence["baseline"] == "2023-06"


def test_a_longer_span_tells_of_its_months_and_a_week_is_refused(quiet, monkeypatch):
    asked = []
    monkeypatch.setattr(telling, "of_month", lambda desk: asked.append(desk.period.text) or [])
    assert find(replace(quiet, period=parse_period("2025-11..2025-12")), rules=False) == []
    assert asked == ["2025-11", "2025-12"]
    with pytest.raises(AskedWrongly, match="not made of months"):
        find(replace(quiet, period=parse_period("2025-W50")))


def test_names_from_exports_stay_text_on_one_line(told):
    _, found = told
    for text in (found["units_sold"].sentence.en, found["units_sold"].sentence.zh):
        assert "alert(1)" in text
        assert "\x1b" not in text
        assert "\n" not in text
        assert "{gmv}" in text, "braces are the article's, not a template's"


def test_the_sentence_says_it_in_both_languages(told):
    _, found = told
    fallen, dearer = found["store_cvr"], found["cpc"]
    assert fallen.sentence.en.startswith(
        "shop-b, 1–28 December 2025: store conversion rate 1.9% where season and trend lead "
        "one to expect "
    )
    assert " standard deviations); that is −€" in fallen.sentence.en
    assert fallen.sentence.zh.startswith(
        "2025年12月1日至28日shop-b店铺转化率为1.9%，按季节与趋势应为"
    )
    assert fallen.sentence.zh.endswith("。")
    assert "of advertising cost" in dearer.sentence.en
    assert "影响广告费+€" in dearer.sentence.zh


def test_json_has_one_shape_and_no_nan(told):
    _, found = told
    for one in found.values():
        row = json.loads(json.dumps(one.as_dict(), allow_nan=False))
        assert list(row) == [
            "rank", "kind", "period", "metric", "scope", "direction", "judgement", "value",
            "expected", "unit", "size", "driver", "evidence", "confidence", "test", "sentence",
        ]  # fmt: skip
        assert {"relative", "points", "money", "money_is", "currency", "sd"} == set(row["size"])
        assert {"n", "limits", "p", "q", "months", "baselines", "told_by"} <= set(row["evidence"])
        assert 0 <= row["evidence"]["p"] <= row["evidence"]["q"] <= 1
        low, high = row["evidence"]["limits"]
        assert not low <= row["value"] <= high


def test_every_series_is_declared_once_and_known():
    assert len(watched()) >= 8
    assert any(one.total for one in watched())
    with pytest.raises(ValueError, match="do not go together"):
        Watched.model_validate(
            {"metric": "gmv", "by": ["store"], "chain": "sales", "money": {"kind": "through"},
             "cases": "orders_count", "least": 1, "weight": 1}
        )  # fmt: skip


def test_a_rule_that_says_act_stands_apart_from_what_was_tested(quiet, monkeypatch):
    import pandas as pd

    from helpers.analysis.findings import ruling
    from helpers.analysis.rules.answer import Answer, Evidence, no_items

    items = pd.DataFrame(
        [{"rule": "R08", "item": "SKU-1", "cash": 900.0, "cash_kind": "tied_up"},
         {"rule": "R08", "item": "SKU-2", "cash": 100.0, "cash_kind": "tied_up"}]
    ).reindex(columns=no_items().columns)  # fmt: skip
    sentence = Label(en="Two articles lie too long.", zh="两个商品积压。")
    answers = [
        Answer("R08", "act", sentence, "store:shop-a", 120.0, 90.0, "days", Evidence(2), items),
        Answer("R11", "fine", sentence),
        Answer("R16", "act", sentence),
    ]
    monkeypatch.setattr(ruling, "check_rules", lambda desk: answers)
    monkeypatch.setattr(telling, "of_month", lambda desk: [])
    (found,) = find(quiet)
    # 900 + 100; a rule that knows no money, or says fine, is no finding.
    assert (found.kind, found.test, found.size.money) == ("rule", "R08", 1000.0)
    assert (dict(found.scope), found.direction) == ({"store": "shop-a"}, "up")
    assert found.sentence == sentence
    assert "q" not in found.evidence


def test_the_command_prints_a_bare_list_and_refuses_what_is_no_month(quiet, monkeypatch, capsys):
    from helpers.analysis.findings import ruling
    from helpers.cli import main

    monkeypatch.setattr(ruling, "check_rules", lambda desk: [])
    for name, threads in ONE_THREAD.items():  # the command sets them, and they must not stay
        monkeypatch.setenv(name, threads)
    monkeypatch.setattr(
        telling,
        "of_month",
        lambda desk: [] if desk.period.text == "2025-12" else of_month(desk),  # as tested above
    )
    asked = ["review", "findings", "--workspace", str(quiet.paths.root), "--period"]

    def said(*words):
        monkeypatch.setattr("sys.argv", [*asked, *words])
        with pytest.raises(SystemExit) as left:
            main()
        out, err = capsys.readouterr()
        return left.value.code, out, err

    code, out, _ = said("2025-12", "--json")
    assert (code or 0, json.loads(out)) == (0, [])
    code, out, _ = said("2025-12")
    assert (code or 0, out.strip()) == (0, "Nothing stands out of chance.")
    code, out, _ = said("2024-01")
    assert (code or 0) == 0
    assert "too few to tell this from chance" in " ".join(out.split())
    code, out, err = said("2025-W50", "--json")
    assert (code, out) == (2, "")
    assert "not made of months" in err
