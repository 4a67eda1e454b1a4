"""The built site in a real browser, opened from a folder as a reader would."""

from __future__ import annotations

import shutil
from urllib.parse import quote

import pytest
from pages_by_hand import FEW_METRICS, WORKSPACE
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from browser import open_browser
from helpers.publish.rollback import roll_back
from helpers.publish.serve import served
from helpers.publish.words import HTML_LANGUAGE
from helpers.vocabulary.faults import AskedWrongly

pytestmark = pytest.mark.slow
EDITION = "monthly/2025-10/r2"


def pages(site):
    portal = max((site / "portal").iterdir(), key=lambda one: int(one.name))
    found = [site / "index.html", *sorted((site / EDITION).glob("*/*.html")),
             *sorted(portal.glob("*/*.html"))]  # fmt: skip
    # two languages: archive, definitions, history, home, how to read; three pages, what changed,
    # and in both a search page
    assert len(found) == 1 + 2 * (5 + 1) + 2 * (4 + 1)
    return found


def found_by(browser, site, query, language="zh"):
    address = (site / EDITION / language / "search.html").as_uri()
    browser.open(f"{address}?q={quote(query)}")
    links = "return [...document.querySelectorAll('#search-found .found')].map(a => a.textContent)"
    return browser.run(links)


@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_opens_alone_quiet_and_fits(published, browser, width):
    browser.complaints(), browser.requests()
    for page in pages(published.site):
        browser.open(page, width)
        assert browser.overflow() <= 0, page
        assert not browser.complaints(), page
        assert browser.driver.title != "taken", page
    assert not browser.foreign_requests()


def test_the_font_is_the_sites_own(published, browser):
    browser.open(published.site / EDITION / "zh/index.html")
    loaded = browser.driver.execute_async_script(
        "const done = arguments[0];"
        "document.fonts.ready.then(() => done([...document.fonts].map(f => f.status)))"
    )
    assert loaded == ["loaded"]


def test_the_first_page_leads_to_the_newest_home_page(published, browser):
    browser.open(published.site / "index.html")
    WebDriverWait(browser.driver, 120).until(lambda d: "/portal/" in d.current_url)
    assert browser.driver.find_element(By.TAG_NAME, "h1").text


@pytest.mark.parametrize(("start", "end"), [("zh", "en"), ("en", "zh")])
def test_the_switch_reaches_the_same_page(published, browser, start, end):
    browser.open(published.site / EDITION / start / "returns-and-stock.html")
    browser.driver.find_element(By.CSS_SELECTOR, "a.language").click()
    assert browser.driver.current_url.endswith(f"/{EDITION}/{end}/returns-and-stock.html")
    assert browser.run("return document.documentElement.lang") == HTML_LANGUAGE[end]


@pytest.mark.parametrize(
    ("query", "language", "titles"),
    [
        ("退货率", "zh", {"经营概要", "销售与市场", "退货与库存"}),
        ("海外仓", "zh", {"退货与库存"}),
        ("清关延误", "zh", {"退货与库存"}),
        ("SKU-0003", "zh", {"经营概要", "退货与库存"}),
        ("sku-0017", "en", {"Executive summary", "Returns and stock"}),
        ("overseas warehouses", "en", {"Returns and stock"}),
        ("仓外海", "zh", set()),
        ("率货退", "zh", set()),
        ("constructor", "en", set()),
        ("海外仓 SKU-9999", "zh", set()),
    ],
)
def test_search_finds_what_is_there_and_nothing_else(published, browser, query, language, titles):
    browser.complaints()
    assert set(found_by(browser, published.site, query, language)) == titles
    assert not browser.complaints()


def test_search_shows_where(published, browser):
    found_by(browser, published.site, "海外仓")
    assert (
        browser.run("return document.querySelector('#search-found mark').textContent") == "海外仓"
    )
    link = browser.driver.find_element(By.CSS_SELECTOR, "#search-found p a")
    link.click()
    assert "returns-and-stock.html#" in browser.driver.current_url


def test_a_hostile_query_is_only_text(published, browser):
    found_by(browser, published.site, "<img src=x onerror=\"document.title='taken'\">")
    assert browser.driver.title != "taken"
    assert not browser.run("return document.querySelectorAll('main img').length")


def test_the_browser_cuts_as_the_index_does(published, browser):
    browser.open((published.site / EDITION / "en/search.html").as_uri() + "?q=x")
    cut = browser.run("return splitQuery('退货率 SKU-0003 Rates 率 ＳＫＵ')")
    assert cut == ["退货", "货率", "sku-0003", "rates", "率", "sku"]


def test_an_old_edition_knows_the_newer_one(published, browser):
    browser.open(published.site / "monthly/2025-10/r1/en/index.html")
    notice = browser.driver.find_element(By.CSS_SELECTOR, "#newer a")
    assert notice.is_displayed() and notice.text.endswith("Open edition 2")
    notice.click()
    assert browser.driver.current_url.endswith(f"{EDITION}/en/index.html")
    assert not browser.driver.find_element(By.ID, "newer").is_displayed()


def test_an_edition_that_was_rolled_back_says_so_and_leads_on(published, browser, tmp_path):
    """A true rollback: the portal is built anew, the pages of both editions stay as they are."""
    shutil.copytree(published.paths.root, tmp_path / "company")
    paths = type(published.paths)(tmp_path / "company")
    reason = "平台费用重复计入 <b>twice</b>。"
    done = roll_back(WORKSPACE, paths, "monthly 2025-10 r1", reason, "ann", FEW_METRICS)
    assert (done.to.number, done.withdrawn) == (1, (2,))
    browser.open(paths.site / EDITION / "zh/index.html")
    notice = browser.driver.find_element(By.ID, "withdrawn")
    assert "已于" in notice.text and "原因：平台费用重复计入 <b>twice</b>。" in notice.text
    assert not browser.driver.find_element(By.ID, "newer").is_displayed()
    notice.find_element(By.TAG_NAME, "a").click()
    assert browser.driver.current_url.endswith("monthly/2025-10/r1/zh/index.html")
    for name in ("withdrawn", "newer"):
        assert not browser.driver.find_element(By.ID, name).is_displayed()
    browser.driver.find_element(By.CSS_SELECTOR, "a[data-portal='archive.html']").click()
    archive = browser.driver.find_element(By.ID, "content").text
    assert "第 2 版（已撤回）" in archive
    assert "第 2 版已于" in archive and "<b>twice</b>" in archive
    home = browser.driver.current_url.replace("archive.html", "index.html")
    browser.driver.get(home)
    assert "/monthly/2025-10/r1/zh/" in browser.driver.find_element(
        By.CSS_SELECTOR, ".kicker a"
    ).get_attribute("href")


def test_the_period_after_and_the_portal_are_linked(published, browser):
    browser.open(published.site / "monthly/2025-09/r1/zh/index.html")
    later = browser.driver.find_element(By.CSS_SELECTOR, "#later a")
    assert later.text == "下一期：2025年10月"
    assert later.get_attribute("href").endswith(f"{EDITION}/zh/index.html")
    browser.driver.find_element(By.CSS_SELECTOR, "a[data-portal='definitions.html']").click()
    assert "/portal/" in browser.driver.current_url
    assert browser.driver.current_url.endswith("/zh/definitions.html")


def test_contents_open_on_a_phone_and_close_by_key(published, browser):
    browser.open(published.site / EDITION / "zh/index.html", 390, 844)
    menu = browser.driver.find_element(By.ID, "menu")
    assert not menu.is_displayed()
    browser.driver.find_element(By.ID, "menu-button").click()
    assert menu.is_displayed() and "退货与库存" in menu.text
    assert browser.run("return arguments[0].getBoundingClientRect().height", menu) == 844
    browser.run("document.dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape'}))")
    assert not menu.is_displayed()


def test_dark_and_light_are_the_readers_choice(published, browser):
    ground = "return getComputedStyle(document.body).backgroundColor"
    browser.open(published.site / EDITION / "en/index.html")
    browser.prefer("dark")
    assert browser.run(ground) == "rgb(20, 24, 30)"
    browser.prefer("light")
    assert browser.run(ground) == "rgb(255, 255, 255)"
    browser.driver.find_element(By.ID, "theme").click()
    assert browser.run(ground) == "rgb(20, 24, 30)"
    browser.open(published.site / EDITION / "en/sales-and-markets.html")
    assert browser.run(ground) == "rgb(20, 24, 30)"
    browser.driver.find_element(By.ID, "theme").click()


def test_everything_can_be_read_without_scripts(published):
    with open_browser(scripts=False) as browser:
        browser.open(published.site / "index.html", 390)
        browser.driver.find_element(By.PARTIAL_LINK_TEXT, "English").click()
        assert "/portal/" in browser.driver.current_url
        browser.driver.find_element(By.LINK_TEXT, "Open the full review").click()
        assert browser.driver.current_url.endswith(f"{EDITION}/en/index.html")
        assert browser.driver.find_element(By.LINK_TEXT, "Returns and stock").is_displayed()
        assert not browser.complaints()


def test_a_local_server_shows_the_same(published, browser):
    with served(published.site) as address:
        assert address.startswith("http://127.0.0.1:")
        browser.complaints(), browser.requests()
        browser.open(f"{address}{EDITION}/zh/index.html")
        assert "经营概要" in browser.text()
        assert not browser.complaints()
        assert all(one.startswith((address, "data:")) for one in browser.requests())


def test_nothing_is_served_before_something_is_published(tmp_path):
    with pytest.raises(AskedWrongly, match="nothing is published"), served(tmp_path):
        pass
