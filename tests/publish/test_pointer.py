"""What leads readers: the same few small files however long the archive is, and old sites go on."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from reading import Walk, in_folder
from sites_by_hand import SiteByHand

from helpers.publish.editions import Editions, editions_of, history_of
from helpers.publish.holdings import LINKS, leads_somewhere
from helpers.publish.pointer import is_told, links_in, read_pointer

MONTHS = ["2024-11", "2024-12", "2025-01", "2025-02", "2025-03", "2025-04"]


@pytest.fixture(scope="module")
def half_a_year(tmp_path_factory: pytest.TempPathFactory) -> SiteByHand:
    made = SiteByHand(tmp_path_factory.mktemp("company"))
    for month in MONTHS:
        made.publish(month)
    return made


@pytest.fixture
def company(half_a_year: SiteByHand, tmp_path: Path) -> SiteByHand:
    return half_a_year.copied_to(tmp_path / "company")


def links(company: SiteByHand, period: str) -> list[str]:
    text = (company.site / "monthly" / period / LINKS).read_text(encoding="utf-8")
    return [one["folder"].removeprefix("monthly/") for one in links_in(text)["editions"]]


def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note which records are read from now on."""
    noted: list[str] = []
    usual = Editions._opened

    def _opened(self, name):
        noted.append(f"{name.period}/r{name.number}")
        return usual(self, name)

    monkeypatch.setattr(Editions, "_opened", _opened)
    return noted


def small_files(site: Path) -> dict[str, int]:
    """Give every small file with its inode: what is replaced gets another one."""
    found = [*site.glob(f"*/*/{LINKS}"), *site.glob("*/*/seals.json"), *site.glob("*.*")]
    return {one.relative_to(site).as_posix(): one.stat().st_ino for one in found}


def test_each_month_knows_its_newest_edition_and_the_month_after(company):
    assert [links(company, month) for month in MONTHS[-3:]] == [
        ["2025-02/r1", "2025-03/r1"], ["2025-03/r1", "2025-04/r1"], ["2025-04/r1"],
    ]  # fmt: skip
    company.publish("2025-03")
    assert links(company, "2025-02") == ["2025-02/r1", "2025-03/r2"]
    assert links(company, "2025-03") == ["2025-03/r2", "2025-04/r1"]


def test_a_month_that_was_left_out_is_put_between_its_neighbours(company):
    company.publish("2025-06")
    company.publish("2025-05")
    assert [links(company, month) for month in ("2025-04", "2025-05", "2025-06")] == [
        ["2025-04/r1", "2025-05/r1"], ["2025-05/r1", "2025-06/r1"], ["2025-06/r1"],
    ]  # fmt: skip


def test_one_more_month_replaces_a_handful_of_small_files(company):
    before = small_files(company.site)
    size = (company.site / "editions.js").stat().st_size
    company.publish("2025-05")
    after = small_files(company.site)
    assert {name for name, inode in after.items() if before.get(name) != inode} == {
        "monthly/2025-04/links.js", "monthly/2025-05/links.js", "monthly/2025-05/seals.json",
        "editions.js", "index.html",
    }  # fmt: skip
    assert abs((company.site / "editions.js").stat().st_size - size) <= 2


def test_one_more_month_reads_the_records_that_it_has_to_do_with(company, monkeypatch):
    """However long the archive: its own period, the one before, the newest of each review."""
    read = opened(monkeypatch)
    known = Editions.on(company.site)
    assert [one.period for one in known.around("monthly", "2025-05", ("zh", "en"))] == ["2025-04"]
    assert [one.period for one in known.newest_each()] == ["2025-04"]
    assert read == ["2025-04/r1"]


def test_a_site_of_an_earlier_version_is_led_on_at_the_next_publication(company):
    """Its pointer named every edition, and no period had links."""
    for one in company.site.glob(f"*/*/{LINKS}"):
        one.unlink()
    entry = {"review": "monthly", "label": {"zh": "月", "en": "month"}}
    told = {
        "portal": 6, "portal_key": "x", "withdrawn": [],
        "editions": [
            {**entry, "period": one.period, "number": 1, "folder": one.folder,
             "start": str(one.span.start)}
            for one in editions_of(company.site)
        ],
    }  # fmt: skip
    text = f"window.REVIEW_EDITIONS = {json.dumps(told)};\n"
    (company.site / "editions.js").write_text(text, encoding="utf-8")
    assert read_pointer(company.site) == told
    assert not leads_somewhere(company.site)
    company.publish("2025-05")
    assert leads_somewhere(company.site)
    assert [links(company, month)[-1][:7] for month in MONTHS] == [*MONTHS[1:], "2025-05"]
    assert Walk(in_folder(company.site)).go().led_to == {"monthly/2025-05/r1"}


def test_what_a_killed_publication_did_not_tell_is_told_by_the_next_one_of_any_period(company):
    shutil.copytree(company.site / "monthly/2025-02/r1", company.site / "monthly/2025-02/r2")
    for name in ("edition.json", "en/index.html", "zh/index.html"):
        path = company.site / "monthly/2025-02/r2" / name
        path.write_text(path.read_text("utf-8").replace('"number":1', '"number":2'), "utf-8")
    assert not leads_somewhere(company.site)
    company.publish("2025-05")
    assert leads_somewhere(company.site)
    assert links(company, "2025-02") == ["2025-02/r2", "2025-03/r1"]
    assert links(company, "2025-01") == ["2025-01/r1", "2025-02/r2"]


def test_a_publication_killed_at_the_first_page_is_no_finished_one(company):
    assert is_told(Editions.on(company.site), company.workspace)
    left = company.site / ".new-index.html.part"
    left.write_text("<html>", encoding="utf-8")
    assert not is_told(Editions.on(company.site), company.workspace)
    company.publish("2025-05")
    assert not left.exists()
    assert is_told(Editions.on(company.site), company.workspace)


def test_folders_of_nobody_are_no_editions(company):
    for name in ("monthly/2025-02/r7", "monthly/r8", "portal/r1/r1", ".build/x/r1"):
        (company.site / name).mkdir(parents=True)
    (company.site / "monthly/2025-02/r9").mkdir()
    (company.site / "monthly/2025-02/r9/edition.json").write_text("{", encoding="utf-8")
    assert [one.period for one in history_of(company.site)] == MONTHS
