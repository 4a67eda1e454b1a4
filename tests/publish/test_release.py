"""Which status an edition may have."""

from datetime import date

import pytest

from helpers.publish.release import _awaiting, _check_status
from helpers.tables.completeness import Readiness
from helpers.vocabulary.faults import AskedWrongly
from helpers.vocabulary.labels import Label
from helpers.vocabulary.periods import parse_period

DECEMBER = parse_period("2011-12")


def test_a_whole_period_is_final_unless_asked_otherwise():
    last = date(2012, 1, 3)
    assert _check_status("monthly", DECEMBER, last, None) == "final"
    assert _check_status("monthly", DECEMBER, last, "preliminary") == "preliminary"


@pytest.mark.parametrize("asked", [None, "final"])
def test_nine_days_of_december_are_no_december(asked):
    with pytest.raises(AskedWrongly, match=r"end on 9 December 2011.*--status preliminary"):
        _check_status("monthly", DECEMBER, date(2011, 12, 9), asked)


def test_an_unfinished_period_is_published_when_it_says_so():
    assert _check_status("monthly", DECEMBER, date(2011, 12, 9), "preliminary") == "preliminary"


HOLE = Label(en="Shop DE: orders of 12–14 December 2011", zh="德国店2011年12月12日至14日的订单")
OPEN = Label(
    en="advertising (may change until 14 January 2012)", zh="广告（2012年1月14日前仍可能调整）"
)


def ready(*open_ends: Label, lacking: tuple[Label, ...] = ()) -> Readiness:
    return Readiness(DECEMBER, (), (*lacking, *open_ends), lacking)


def test_what_still_settles_is_preliminary_and_may_be_called_final():
    last = date(2012, 1, 3)
    assert _check_status("monthly", DECEMBER, last, None, ready()) == "final"
    assert _check_status("monthly", DECEMBER, last, None, ready(OPEN)) == "preliminary"
    assert _check_status("monthly", DECEMBER, last, "final", ready(OPEN)) == "final"


@pytest.mark.parametrize("asked", [None, "final"])
def test_a_hole_in_the_orders_is_named_and_refused(asked):
    lacking = ready(OPEN, lacking=(HOLE,))
    with pytest.raises(AskedWrongly, match=r"lacks Shop DE: orders of 12–14 December 2011;.*pre"):
        _check_status("monthly", DECEMBER, date(2012, 1, 3), asked, lacking)
    assert _check_status("monthly", DECEMBER, date(2012, 1, 3), "preliminary", lacking)


def test_every_page_can_say_what_is_awaited():
    said = _awaiting(ready(OPEN, lacking=(HOLE,)))
    assert said["en"] == f"{HOLE.en}; {OPEN.en}"
    assert said["zh"] == f"{HOLE.zh}；{OPEN.zh}"
    assert _awaiting(ready()) == {}
