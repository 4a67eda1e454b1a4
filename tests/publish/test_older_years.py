"""Years that are over: a page each, built when one of their months is, and at no other time."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pages_by_hand import WORKSPACE, summaries
from sites_by_hand import SiteByHand

from helpers.paths import WorkspacePaths
from helpers.publish.book import lead_readers
from helpers.publish.building import _Portal
from helpers.publish.check import check_site
from helpers.publish.editions import Editions
from helpers.publish.going_live import years_to_forget
from helpers.publish.pointer import known_touched, read_pointer, years_of
from helpers.vocabulary.periods import parse_period


@pytest.mark.slow
def test_months_made_up_for_are_led_to_by_one_portal(published, tmp_path):
    """Two months of long ago, to which nobody is led until both lie in their places."""
    shutil.copytree(published.paths.root, tmp_path / "copy")
    copy = type(published)(WorkspacePaths(tmp_path / "copy"), published.pages, [])
    site, before = copy.site, read_pointer(copy.site)
    front = {language: built[:1] for language, built in copy.pages.items()}
    for month in ("2022-05", "2023-05"):
        made = copy.again(month, period=parse_period(month), pages=front, metrics={},
                          summary=summaries(front), lead=False)  # fmt: skip
        assert made.is_new
    assert read_pointer(site) == before and not (site / "years").exists()

    assert lead_readers(copy.paths, WORKSPACE, metrics={})
    assert not lead_readers(copy.paths, WORKSPACE, metrics={}), "told already"
    check_site(site)
    told = read_pointer(site)
    assert told and told["portal"] == before["portal"] + 1
    assert years_of(told) == {2022: 1}, "2025 and 2023 stand on the archive page itself"
    for language, heading in (("en", "Archive: 2022"), ("zh", "2022年历史报告")):
        archive = (site / f"portal/{told['portal']}/{language}/archive.html").read_text("utf-8")
        assert f'href="../../../years/1/{language}/2022.html"' in archive
        assert 'id="year-2023"' in archive and 'id="year-2022"' not in archive
        page = (site / f"years/1/{language}/2022.html").read_text("utf-8")
        assert heading in page and f'"../../../monthly/2022-05/r1/{language}/index.html"' in page
    assert "Earlier: May 2022" in (site / "monthly/2023-05/r1/en/index.html").read_text("utf-8")


def around(site: Path, touched: set[tuple[str, str]] | None, years: dict[int, int]) -> _Portal:
    told = {"portal": 4, "editions": [], "years": years}
    text = f"window.REVIEW_EDITIONS = {json.dumps(told)};"
    (site / "editions.js").write_text(text, encoding="utf-8")
    return _Portal.around(Editions.on(site), touched)


def test_a_year_is_built_when_it_is_touched_or_stands_nowhere(tmp_path):
    company = SiteByHand(tmp_path)
    for month in ("2021-12", "2022-12", "2023-01", "2024-01"):
        company.publish(month)
    site = company.site
    assert known_touched(Editions.on(site)) == set()
    held = {2021: 3, 2022: 7}
    new = around(site, {("monthly", "2024-01")}, held)
    assert (new.recent, new.built, dict(new.years)) == ((2024, 2023), (), {2022: 7, 2021: 3})
    late = around(site, {("monthly", "2021-12")}, held)
    assert (late.built, dict(late.years)) == ((2021,), {2022: 7, 2021: 1})
    turned = around(site, {("monthly", "2024-01")}, {2021: 3})
    assert (turned.built, dict(turned.years)) == ((2022,), {2022: 1, 2021: 3})
    assert around(site, None, held).built == (2022, 2021), "nobody knows what was told"


def test_books_of_years_go_a_day_after_nobody_is_led_to_them():
    now = datetime(2026, 1, 10, tzinfo=UTC)
    books = {number: now - timedelta(days=10 - number) for number in (1, 2, 3, 9)}
    assert years_to_forget(books, {2, 9}, now) == []
    assert years_to_forget(books, {2, 9}, now + timedelta(hours=1)) == [1, 3]
    assert years_to_forget(books, set(), now) == []
