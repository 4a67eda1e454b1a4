"""Which status an edition may have."""

from datetime import date

import pytest

from helpers.publish.release import _check_status
from helpers.vocabulary.faults import AskedWrongly
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
