"""What a commentary claims in words, recognised in both languages."""

from __future__ import annotations

import pytest

from helpers.plan.claims_made import Claim, Live, read_claim, read_live, recognise


def live(metric="gmv", basis="", written="", **member) -> Live:
    return Live(metric, **member, basis=basis, written=written)


MOM, YOY = live(basis="previous", written="mom"), live(basis="year_ago", written="yoy")
TARGET = live(basis="target", written="target")


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("gmv rose mom", Claim(MOM, "rose")),
        ("gmv not fell yoy", Claim(YOY, "fell", negated=True)),
        ("gmv met target", Claim(TARGET, "met")),
        ("gmv above 1,200,000", Claim(live(), "above", bound=1_200_000.0)),
        ("refund_rate not below 4.5%", Claim(live("refund_rate"), "below", True, 0.045)),
        (
            "gmv@market=DE fell mom",
            Claim(live(dimension="market", member="DE", basis="previous", written="mom"), "fell"),
        ),
    ],
)
def test_a_declared_claim_is_read(text, claim):
    assert read_claim(text) == claim


@pytest.mark.parametrize(
    "text",
    ["gmv", "gmv rose", "gmv rose target", "gmv met mom", "gmv soared mom", "gmv above lots",
     "gmv not", "GMV rose mom", "gmv@market rose mom"],
)  # fmt: skip
def test_what_is_no_claim_is_refused(text):
    with pytest.raises(ValueError, match=r"is no (claim|live number); write"):
        read_claim(text)


@pytest.mark.parametrize("text", ["", "GMV", "gmv:mon", "gmv:", "gmv@market:mom", "7*7", "gmv mom"])
def test_what_is_no_live_number_is_refused(text):
    with pytest.raises(ValueError, match="is no live number"):
        read_live(text)


@pytest.mark.parametrize(
    ("language", "text", "claims"),
    [
        ("en", "GMV rose {gmv:mom} on the month.", [Claim(MOM, "rose")]),
        ("en", "GMV was {gmv}, up on last year; it grew {gmv:yoy}.", [Claim(YOY, "rose")]),
        ("en", "It fell {gmv:mom} but grew {gmv:yoy}.", [Claim(MOM, "fell"), Claim(YOY, "rose")]),
        ("en", "It rose {gmv:mom} on the month and {gmv:yoy} on the year.",
         [Claim(MOM, "rose"), Claim(YOY, "rose")]),
        ("en", "GMV has not fallen ({gmv:mom}).", [Claim(MOM, "fell", negated=True)]),
        ("en", "It met its target of {gmv:target}.", [Claim(TARGET, "met")]),
        ("en", "It fell short of the target ({gmv:target}).", [Claim(TARGET, "missed")]),
        ("en", "GMV is {gmv:mom} against November.", []),
        ("zh", "销售额{gmv}，环比上升{gmv:mom}，同比下降{gmv:yoy}。",
         [Claim(MOM, "rose"), Claim(YOY, "fell")]),
        ("zh", "环比没有下降（{gmv:mom}）。", [Claim(MOM, "fell", negated=True)]),
        ("zh", "超额完成目标{gmv:target}。", [Claim(TARGET, "met")]),
        ("zh", "未达目标{gmv:target}。", [Claim(TARGET, "missed")]),
    ],
)  # fmt: skip
def test_verbs_beside_live_numbers_are_claims(language, text, claims):
    found = recognise(text, language)
    assert list(found.claims) == claims
    assert found.unbacked == ()


def test_a_verb_that_says_the_direction_takes_the_sign_off_its_number():
    text = "GMV fell {gmv:mom}, against {gmv:yoy} on the year."
    assert recognise(text, "en").unsigned == {text.index("{gmv:mom}")}
    text = "It has not fallen: {gmv:mom}; or not fallen {gmv:mom}"
    assert recognise(text, "en", [read_claim("gmv not fell mom")]).unsigned == frozenset()


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("en", "Sales rose in Germany.", ["rose"]),
        ("en", "Germany grew, by {gmv:mom}.", ["grew"]),
        ("en", "We met the target.", ["met the target"]),
        ("zh", "德国站销售额增长明显。", ["增长"]),
        ("zh", "会员增长，费用下降。", ["增长", "下降"]),
        ("en", "Due to growth in Germany all is well.", ["growth"]),
    ],
)
def test_a_verb_that_nothing_backs_is_told(language, text, words):
    found = recognise(text, language)
    assert [word for _, word, _ in found.unbacked] == words
    assert all(text[place:].lower().startswith(word) for place, word, _ in found.unbacked)


def test_a_declared_claim_backs_its_verb_wherever_it_stands():
    declared = [read_claim("gmv@market=DE rose mom")]
    assert recognise("Sales rose in Germany.", "en", declared).unbacked == ()
    assert recognise("德国站销售额增长。", "zh", declared).unbacked == ()
    assert recognise("Sales fell in Germany.", "en", declared).unbacked != ()
    assert recognise("Sales have not grown.", "en", declared).unbacked != ()


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Returns should decline once the new box is in."),
        ("en", "We expect growth next month."),
        ("en", "If sales fell, we would stop."),
        ("en", "We will not have grown by then."),
        ("zh", "补货到位后退货率应下降。"),
        ("zh", "预计下月将回升。"),
        ("zh", "如果销量下滑就停止投放。"),
    ],
)
def test_a_wish_is_no_claim(language, text):
    assert recognise(text, language).unbacked == ()
    assert recognise(text, language).claims == ()


def test_punctuation_inside_braces_and_numbers_cuts_no_clause():
    text = "It rose 1.5 times as fast as {gmv@campaign=a, b; c.:mom} did."
    (claim,) = recognise(text, "en").claims
    assert claim.live.member == "a, b; c." and claim.verb == "rose"
