"""Back to an edition that readers had before, and on again: nothing is lost, nothing lies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pages_by_hand import WORKSPACE
from reading import Walk, in_folder
from sites_by_hand import SiteByHand

from helpers.publish.editions import editions_of, find_edition, leading, newest
from helpers.publish.holdings import LINKS
from helpers.publish.pointer import links_in, read_pointer
from helpers.publish.rollback import decide
from helpers.publish.rollbacks import read_rollbacks
from helpers.vocabulary.faults import AskedWrongly, WorkFailed


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> SiteByHand:
    """September r1, October r1 and r2."""
    made = SiteByHand(tmp_path_factory.mktemp("company"))
    for period in ("2025-09", "2025-10", "2025-10"):
        made.publish(period)
    return made


@pytest.fixture
def company(three: SiteByHand, tmp_path: Path) -> SiteByHand:
    return three.copied_to(tmp_path / "company")


def led_to(company: SiteByHand) -> str:
    """Walk as a reader does; the walk fails where pointer, first page and portal disagree."""
    (folder,) = Walk(in_folder(company.site)).go().led_to
    return folder


def taken_back(company: SiteByHand, period: str = "2025-10") -> list[dict]:
    links = (company.site / "monthly" / period / LINKS).read_text(encoding="utf-8")
    return links_in(links)["withdrawn"]


def withdrawn(company: SiteByHand) -> list[str]:
    return [one["folder"] for one in taken_back(company)]


def test_readers_are_led_back_and_the_newer_edition_says_so(company):
    before = {
        one: one.read_bytes() for one in company.site.glob("monthly/*/r*/**/*") if one.is_file()
    }
    company.roll_back("monthly/2025-10/r1", because="Fees were counted twice.")
    assert led_to(company) == "monthly/2025-10/r1"
    (newest,) = read_pointer(company.site)["editions"]
    assert newest["folder"] == "monthly/2025-10/r1"
    (gone,) = taken_back(company)
    assert gone["folder"] == "monthly/2025-10/r2"
    assert gone["because"] == "Fees were counted twice"
    assert set(gone["day"]) == {"zh", "en"}
    assert {path: path.read_bytes() for path in before} == before  # no edition was touched


def test_it_is_written_down_who_did_it_and_why(company):
    company.roll_back("monthly/2025-10/r1")
    (one,) = read_rollbacks(company.site)
    assert (one.review, one.period, one.to, one.over) == ("monthly", "2025-10", 1, 2)
    assert (one.by, one.because) == ("ann", "fees were counted twice")
    assert one.at.utcoffset() is not None


def test_the_next_publication_makes_a_new_number_and_leads_on(company):
    company.roll_back("monthly/2025-10/r1")
    assert company.publish("2025-10").number == 3
    assert led_to(company) == "monthly/2025-10/r3"
    assert withdrawn(company) == ["monthly/2025-10/r2"]  # it was wrong and stays so


def test_a_rollback_is_rolled_back(company):
    company.roll_back("monthly/2025-10/r1")
    company.roll_back("monthly/2025-10/r2", because="they were not")
    assert led_to(company) == "monthly/2025-10/r2"
    assert withdrawn(company) == []
    assert [one.to for one in read_rollbacks(company.site)] == [1, 2]


def test_the_edition_of_another_period_stays_where_it_is(company):
    company.publish("2025-11")
    company.roll_back("monthly/2025-10/r1")
    assert led_to(company) == "monthly/2025-11/r1"
    assert leading(editions_of(company.site)).folder == "monthly/2025-11/r1"


def test_back_over_two_editions_and_forward_to_the_one_between(company):
    company.publish("2025-10")
    company.roll_back("monthly/2025-10/r1", because="first")
    assert withdrawn(company) == ["monthly/2025-10/r2", "monthly/2025-10/r3"]
    company.roll_back("monthly/2025-10/r2", because="second")
    assert led_to(company) == "monthly/2025-10/r2"
    (gone,) = taken_back(company)
    assert (gone["folder"], gone["because"]) == ("monthly/2025-10/r3", "first")


def test_asking_for_what_stands_decides_nothing(company):
    decided = decide(company.site, WORKSPACE, "monthly/2025-10/r2", "why not")
    assert decided.rollback is None and decided.withdrawn == ()


@pytest.mark.parametrize("text", ["monthly/2025-10/r1", "monthly 2025-10 r1", "monthly/2025-10/1"])
def test_an_edition_is_named_as_people_do(company, text):
    assert find_edition(company.site, text).folder == "monthly/2025-10/r1"


@pytest.mark.parametrize("text", ["monthly/2025-10/r9", "weekly", "", "monthly/2025-10/r1/zh"])
def test_an_edition_that_is_none_is_refused_with_those_that_are(company, text):
    with pytest.raises(AskedWrongly, match=r"known: .*monthly/2025-10/r2"):
        find_edition(company.site, text)


def test_no_reason_is_no_rollback(company):
    with pytest.raises(AskedWrongly, match="gives no reason"):
        decide(company.site, WORKSPACE, "monthly/2025-10/r1", " . ")


def test_a_spoilt_record_stops_everything_that_would_ignore_it(company):
    company.roll_back("monthly/2025-10/r1")
    (company.site / "rollbacks.json").write_text("[{", encoding="utf-8")
    with pytest.raises(WorkFailed, match="cannot be read"):
        editions_of(company.site)


def test_the_record_of_an_edition_never_tells_of_its_withdrawal(company):
    company.roll_back("monthly/2025-10/r1")
    taken = editions_of(company.site)[-1]
    assert taken.withdrawn and taken not in newest(editions_of(company.site))
    assert "withdrawn" not in json.loads(taken.model_dump_json())
