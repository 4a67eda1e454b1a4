"""The main job from end to end on a small demo company, and its site in a real browser.

``REVIEW_TEST_SITE`` names a site that is built already; ``.ci/run`` gives the one that
``make review`` has just made, so that the same questions are asked of the real thing.
"""

from __future__ import annotations

import base64
import csv
import io
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote, unquote

import pytest

from browser import open_browser
from helpers.publish.check import check_site

pytestmark = pytest.mark.slow
LANGUAGES = ("zh", "en")


def review(*words: object) -> str:
    """Run the command as cron would, in a process of its own."""
    command = [sys.executable, "-c", "from helpers.cli import main; main()", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=1200, check=False)
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Path:
    if given := os.environ.get("REVIEW_TEST_SITE"):
        return Path(given).resolve()
    workspace = tmp_path_factory.mktemp("whole") / "demo"
    review("demo", workspace, "--scale", "0.05", "--months", "26")
    for name in ("monthly", "annual"):
        said = review("publish", name, "--period", "last", "--workspace", workspace)
        assert "published r1" in said and f"open {workspace}/site/index.html" in said
        again = review("publish", name, "--period", "last", "--workspace", workspace)
        assert "nothing has changed since r1" in again and "up to date" in again
    return workspace / "site"


@pytest.fixture(scope="session")
def browser():
    with open_browser() as opened:
        yield opened


def newest(folder: Path) -> Path:
    numbered = [one for one in folder.iterdir() if one.is_dir()]
    return max(numbered, key=lambda one: int(one.name.lstrip("r")))


@pytest.fixture(scope="session")
def editions(site) -> list[Path]:
    """The newest edition of each review."""
    found = [newest(max((site / name).iterdir())) for name in ("monthly", "annual")]
    assert {one.parent.parent.name for one in found} == {"monthly", "annual"}
    return found


@pytest.fixture(scope="session")
def pages(site, editions) -> list[Path]:
    folders = [*editions, newest(site / "portal")]
    found = [page for folder in folders for page in sorted(folder.glob("*/*.html"))]
    assert len(found) >= 2 * (9 + 1 + 4 + 1 + 5)
    return found


def test_the_site_holds_together(site):
    check_site(site)


def test_every_page_of_both_reviews_is_there_in_both_languages(editions):
    names = [
        {page.stem for page in (edition / language).glob("*.html")} - {"search"}
        for edition in editions
        for language in LANGUAGES
    ]
    assert names[0] == names[1] and len(names[0]) == 11
    assert names[2] == names[3] and len(names[2]) == 5


@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_opens_from_a_folder_asks_nobody_and_fits(pages, browser, width):
    browser.complaints(), browser.requests()
    for page in pages:
        browser.open(page, width)
        assert browser.overflow() <= 0, f"{page} is too wide at {width}"
        assert not browser.complaints(), page
    asked = [one for one in browser.foreign_requests() if not one.startswith("chrome://")]
    assert asked == []  # the browser's own first tab is not ours


def test_home_answers_how_why_and_what_now(site, browser):
    for language, what_now in (("zh", "下一步"), ("en", "What now")):
        browser.open(newest(site / "portal") / language / "index.html")
        assert browser.run("return document.querySelector('h1').innerText").strip()
        cards = browser.run("return document.querySelectorAll('figure.exhibit').length")
        assert cards >= 1
        assert what_now in browser.text()


@pytest.mark.parametrize(
    ("query", "language"),
    [
        ("退货率", "zh"),
        ("海外仓", "zh"),
        ("SKU-0003", "zh"),
        ("SKU-0003", "en"),
        ("return rate", "en"),
    ],
)
def test_search_finds(editions, browser, query, language):
    found = []
    for edition in editions:
        browser.open(f"{(edition / language / 'search.html').as_uri()}?q={quote(query)}")
        found += browser.run(
            "return [...document.querySelectorAll('#search-found .found')].map(a => a.textContent)"
        )
    assert found, query


def test_search_does_not_find_a_word_turned_round(editions, browser):
    browser.open(f"{(editions[0] / 'zh' / 'search.html').as_uri()}?q={quote('仓外海')}")
    assert browser.run("return document.querySelectorAll('#search-found .found').length") == 0


def exhibits(page: Path) -> list[str]:
    return re.findall(r"<figure.*?</figure>", page.read_text(encoding="utf-8"), re.DOTALL)


def test_every_exhibit_carries_its_words_and_its_data(editions):
    counted = 0
    for edition in editions:
        for page in edition.glob("*/*.html"):
            for exhibit in exhibits(page):
                if "data:text/csv" not in exhibit:
                    assert "n/a" in exhibit or "无" in exhibit, f"{page}: {exhibit[:200]}"
                    continue
                counted += 1
                link = re.search(r'download="([^"]+\.csv)"', exhibit)
                data = re.search(r"data:text/csv[^,\"]*,([^\"]+)", exhibit)
                assert link and data, page
                text = unquote(data[1])
                raw = base64.b64decode(text) if ";base64," in exhibit else text.encode()
                assert raw.startswith(b"\xef\xbb\xbf"), "Excel needs the mark to see Chinese"
                rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
                assert len(rows) >= 2, page
                assert not [cell for row in rows for cell in row if cell.startswith(("=", "@"))], (
                    page
                )
    assert counted >= 60


def test_no_code_no_traceback_no_buyer_reaches_a_reader(site):
    bad = re.compile(
        r"Traceback \(most recent|ModuleNotFoundError|from helpers\.|open_page\(|example\.com|"
        r"/home/|/root/|\bNaN\b|\bnan\b"
    )
    for page in site.rglob("*.html"):
        found = bad.search(page.read_text(encoding="utf-8"))
        assert not found, f"{page}: {found}"


def test_no_english_is_left_on_a_chinese_page(editions, browser):
    """Names of products, stores and platforms may be English; whole sentences may not."""
    sentence = re.compile(r"(?:\b[A-Za-z]{2,}\b[ ,]+){6,}")
    for edition in editions:
        for page in sorted((edition / "zh").glob("*.html")):
            browser.open(page)
            found = [one[0] for one in sentence.finditer(browser.text())]
            assert not found, f"{page}: {found[:3]}"
