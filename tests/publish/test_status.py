"""Which status an edition may have, and what a preliminary one awaits."""

from __future__ import annotations

from datetime import date

import pytest

from helpers.plan.models import SignOff
from helpers.publish.signing import Signatures, Signed
from helpers.publish.status import decide, in_lines
from helpers.tables.completeness import Readiness
from helpers.vocabulary.faults import AskedWrongly
from helpers.vocabulary.labels import Label
from helpers.vocabulary.periods import parse_period

DECEMBER = parse_period("2011-12")
LATER = date(2012, 1, 3)
HOLE = Label(en="Shop DE: orders of 12–14 December 2011", zh="德国店2011年12月12日至14日的订单")
OPEN = Label(
    en="advertising (may change until 14 January 2012)", zh="广告（2012年1月14日前仍可能调整）"
)
ADMITTED = Label(
    en="Shop DE: fees of December 2011 will not come, says Anna Li on 5 January 2012: “lost”",
    zh="德国店2011年12月的平台费用不会补齐（Anna Li，2012年1月5日确认：“lost”）",
)
AWAITED = Label(en="the signature of a named person", zh="一位具名负责人的签字")
WITHHELD = Label(en="a correction of a comment", zh="更正评论")
ANNA = Signed(
    SignOff(
        review="monthly", period="2011-12", edition=2, name="Anna Li",
        signed_on=date(2012, 1, 16), figures="0123456789abcdef0123",
    )
)  # fmt: skip
UNSIGNED, SIGNED = Signatures(awaited=(AWAITED,)), Signatures(given=(ANNA,))


def ready(*open_ends: Label, lacking: tuple[Label, ...] = (), **how) -> Readiness:
    return Readiness(DECEMBER, (), (*lacking, *open_ends), lacking, **how)


def standing(asked, data=None, signatures=SIGNED, last=LATER, amiss=()):
    return decide("monthly", data or ready(), last, asked, signatures, amiss)


def faults_of(*how, **more) -> list[str]:
    with pytest.raises(AskedWrongly) as refused:
        standing(*how, **more)
    assert refused.value.exit_code == 2
    return [str(one) for one in refused.value.faults]


def test_settled_and_signed_is_final():
    found = standing(None)
    assert (found.status, found.awaiting) == ("final", ())
    assert [one.en for one in found.signed] == ["signed by Anna Li on 16 January 2012"]
    assert [one.zh for one in found.signed] == ["Anna Li于2012年1月16日签字"]


def test_settled_and_unsigned_is_preliminary_and_names_who_is_awaited():
    found = standing(None, signatures=UNSIGNED)
    assert (found.status, found.awaiting, found.only_unsigned) == ("preliminary", (AWAITED,), True)


def test_signed_and_still_settling_is_preliminary_unless_called_final():
    found = standing(None, ready(OPEN))
    assert (found.status, found.awaiting) == ("preliminary", (OPEN,))
    assert not found.only_unsigned
    assert standing("final", ready(OPEN)).status == "final"


def test_all_that_is_awaited_is_told_data_first():
    found = standing(None, ready(OPEN), UNSIGNED, amiss=[WITHHELD])
    assert in_lines(found.awaiting) == {
        "zh": f"{OPEN.zh}；{AWAITED.zh}；{WITHHELD.zh}",
        "en": f"{OPEN.en}; {AWAITED.en}; {WITHHELD.en}",
    }
    assert not found.only_unsigned
    assert in_lines(standing(None).awaiting) == {}


def test_final_is_refused_with_everything_that_is_missing():
    unsigned, withheld = faults_of("final", signatures=UNSIGNED, amiss=[WITHHELD])
    assert unsigned == (
        "monthly 2011-12: is not final without the signature of a named person; publish it with "
        "--status preliminary, have that edition signed with review sign, and publish again"
    )
    assert withheld.startswith("monthly 2011-12: is not final without a correction of a comment;")
    hole, signature = faults_of("final", ready(OPEN, lacking=(HOLE,)), UNSIGNED)
    assert "lacks Shop DE: orders of 12–14 December 2011; ingest the rest" in hole
    assert "signature" in signature


def test_what_is_amiss_keeps_an_edition_preliminary():
    found = standing(None, amiss=[WITHHELD])
    assert (found.status, found.awaiting) == ("preliminary", (WITHHELD,))


@pytest.mark.parametrize("asked", [None, "final"])
def test_nine_days_of_december_are_no_december(asked):
    (fault,) = faults_of(asked, last=date(2011, 12, 9))
    assert "the data end on 9 December 2011" in fault and "--status preliminary" in fault


@pytest.mark.parametrize("asked", [None, "final"])
def test_a_hole_in_the_orders_is_named_and_refused(asked):
    (fault,) = faults_of(asked, ready(OPEN, lacking=(HOLE,)))
    assert "it lacks Shop DE: orders of 12–14 December 2011;" in fault
    assert "admitted with review waive" in fault


def test_an_unfinished_period_is_published_when_it_says_so():
    found = standing("preliminary", ready(lacking=(HOLE,)), UNSIGNED, date(2011, 12, 9))
    assert (found.status, found.awaiting) == ("preliminary", (HOLE, AWAITED))


def test_what_is_signed_and_asked_for_as_preliminary_stays_so():
    assert standing("preliminary").status == "preliminary"


def test_what_was_admitted_is_told_of_final_and_preliminary_editions():
    data = ready(admitted=(ADMITTED,))
    assert standing(None, data).admitted == (ADMITTED,)
    assert standing(None, data, UNSIGNED).admitted == (ADMITTED,)
    # The last days themselves may be what will not come.
    assert standing(None, data, last=date(2011, 12, 28)).status == "final"
