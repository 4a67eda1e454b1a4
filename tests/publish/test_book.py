"""Editions: numbered, immutable, whole whatever happens, and not built twice."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock
from pages_by_hand import HOSTILE, code, fails, markdown, shows, write_notebook

from helpers.publish.content import PageBuilt
from helpers.publish.editions import Editions, editions_of, leading
from helpers.publish.holdings import Name
from helpers.publish.pointer import links_in, read_pointer
from helpers.publish.words import FRAME
from helpers.vocabulary.faults import WorkFailed

pytestmark = pytest.mark.slow


def pointer(site: Path) -> dict:
    told = read_pointer(site)
    assert told
    return told


def links(site: Path, period: str) -> list[str]:
    text = (site / "monthly" / period / "links.js").read_text(encoding="utf-8")
    return [one["folder"] for one in links_in(text)["editions"]]


def fingerprint(folder: Path) -> dict[str, str]:
    return {
        one.relative_to(folder).as_posix(): hashlib.sha256(one.read_bytes()).hexdigest()
        for one in sorted(folder.rglob("*"))
        if one.is_file()
    }


def pages_of(published, folder="monthly/2025-10/r2"):
    return sorted((published.site / folder).glob("*/*.html"))


def test_editions_are_numbered_and_kept(published):
    assert [(one.number, one.is_new) for one in published.editions] == [
        (1, True), (1, True), (2, True)
    ]  # fmt: skip
    folders = [one.folder for one in editions_of(published.site)]
    assert folders == ["monthly/2025-09/r1", "monthly/2025-10/r1", "monthly/2025-10/r2"]
    # A superseded edition is found from the archive; scripts need no more than the newest.
    assert [one["folder"] for one in pointer(published.site)["editions"]] == ["monthly/2025-10/r2"]
    assert links(published.site, "2025-09") == ["monthly/2025-09/r1", "monthly/2025-10/r2"]
    assert links(published.site, "2025-10") == ["monthly/2025-10/r2"]
    assert leading(editions_of(published.site)).folder == "monthly/2025-10/r2"


def test_nothing_but_the_site_is_left(published):
    names = {one.name for one in published.site.iterdir()}
    assert names == {"_assets", "monthly", "portal", "editions.js", "index.html"}
    assert not [one for one in published.site.rglob("*") if one.is_symlink()]


def test_every_page_stands_in_both_languages(published):
    names = [one.relative_to(published.site).as_posix() for one in pages_of(published)]
    stems = ("index", "returns-and-stock", "sales-and-markets", "search", "what-changed")
    assert names == [f"monthly/2025-10/r2/{language}/{stem}.html"
                     for language in ("en", "zh") for stem in stems]  # fmt: skip


def test_no_code_no_print_no_parameter_reaches_a_byte(published):
    checked = 0
    for file in published.site.rglob("*"):
        if file.is_file() and file.suffix in (".html", ".js", ".json"):
            text = file.read_text(encoding="utf-8")
            checked += 1
            assert not re.findall(r"SECRET[-_][A-Z]+", text), file
    assert checked > 20


def test_prose_is_printed_as_typed(published):
    text = (published.site / "monthly/2025-10/r2/en/index.html").read_text(encoding="utf-8")
    assert "from $100 to $200, {{ 7*7 }} and example.com stay as typed." in text
    assert HOSTILE not in text and "&lt;script&gt;" in text


def test_the_frame_of_chinese_pages_has_no_english(published):
    english = {label.en for label in FRAME.values()} - {"Search"}
    pages = [*published.site.glob("monthly/2025-10/r2/zh/*.html"),
             *published.site.glob("portal/*/zh/*.html")]  # fmt: skip
    assert len(pages) >= 9
    for page in pages:
        text = page.read_text(encoding="utf-8")
        # The switch says in English where it leads: it is meant for those who read no Chinese.
        text = re.sub(r'<a class="tool language".*?</a>', "", text)
        found = [one for one in english if f">{one}<" in text or f'"{one}"' in text]
        assert not found, (page, found)
        assert "Link to this heading" not in text and "Search" not in text.replace(
            "ReviewSearch", ""
        )


def test_status_edition_and_data_date_stand_on_every_page(published):
    for page in pages_of(published, "monthly/2025-10/r1"):
        text = page.read_text(encoding="utf-8")
        words = (
            ("初步数据", "第 1 版", "2025年10月31日", "尚待：平台费用（11月14日前或有调整）。")
            if page.parent.name == "zh"
            else ("Preliminary figures", "Edition 1", "31 October 2025",
                  "Still awaited: fees (may change until 14 November 2025).")
        )  # fmt: skip
        for word in words:
            assert word in text, (page, word)
    for page in pages_of(published):
        assert 'class="banner" role="note"' not in page.read_text(encoding="utf-8")


def test_the_period_before_is_linked_without_a_script(published):
    text = (published.site / "monthly/2025-10/r2/en/index.html").read_text(encoding="utf-8")
    assert '<a href="../../../../monthly/2025-09/r1/en/index.html">Earlier: September 2025' in text


def test_home_answers_in_the_readers_language(published):
    portal = published.site / "portal" / str(pointer(published.site)["portal"])
    text = (portal / "zh/index.html").read_text(encoding="utf-8")
    assert "<h1>10月销售额€48.2万，同比增长12.4%，高于正常波动区间。</h1>" in text
    assert "请决定：是否为 SKU-0017 提前补货（&lt;script&gt;" in text
    assert "../../../monthly/2025-10/r2/zh/index.html" in text


def test_definitions_come_from_the_catalogue(published):
    portal = published.site / "portal" / str(pointer(published.site)["portal"])
    text = (portal / "en/definitions.html").read_text(encoding="utf-8")
    assert 'id="metric-aov"' in text and "Gross merchandise value ÷ Orders" in text


def test_unchanged_inputs_make_no_edition_and_import_no_sphinx(published):
    before = fingerprint(published.site)
    script = f"""
import sys
sys.path[:0] = {[str(Path(__file__).parent), str(Path(__file__).parents[1])]!r}
from pages_by_hand import DATA_THROUGH, WORKSPACE, PageBuilt, TITLES, QUESTIONS, LANGUAGES
from pathlib import Path
from helpers.paths import WorkspacePaths
from helpers.publish.book import publish
from helpers.vocabulary.periods import parse_period
paths = WorkspacePaths(Path({str(published.paths.root)!r}))
pages = {{l: [PageBuilt(p, t, paths.runs / "by-hand" / l / f"{{p}}.ipynb", QUESTIONS[p])
             for p, t in TITLES.items()] for l in LANGUAGES}}
got = publish(paths, WORKSPACE, "monthly", parse_period("2025-10"), "final", pages,
              "october-2", {{}}, data_through=DATA_THROUGH)
heavy = sorted({{"sphinx", "jupyter_book", "fontTools", "jinja2"}} & set(sys.modules))
print(got.number, got.is_new, heavy)
"""
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert told.stdout.split() == ["2", "False", "[]"], told.stderr
    assert fingerprint(published.site) == before


def test_a_page_that_failed_is_refused_and_the_site_stays(published, tmp_path):
    before = fingerprint(published.site)
    bad = write_notebook(tmp_path / "bad.ipynb", [markdown("# T"), code("x", fails())])
    pages = {
        language: [PageBuilt(one.id, one.title, bad) for one in built]
        for language, built in published.pages.items()
    }
    with pytest.raises(WorkFailed) as caught:
        published.again("october-3", pages=pages)
    assert len(caught.value.faults) == 6
    assert fingerprint(published.site) == before


def test_a_script_that_got_into_an_output_is_refused_and_the_site_stays(published, tmp_path):
    before = fingerprint(published.site)
    bad = write_notebook(tmp_path / "bad.ipynb", [markdown("# T"), code("x", shows(HOSTILE))])
    pages = {language: [PageBuilt(built[0].id, built[0].title, bad)]
             for language, built in published.pages.items()}  # fmt: skip
    with pytest.raises(WorkFailed, match="inline script"):
        published.again("october-3", pages=pages)
    assert fingerprint(published.site) == before


def test_a_warning_of_the_builder_is_an_error_that_names_the_page(published, tmp_path):
    before = fingerprint(published.site)
    bad = write_notebook(tmp_path / "bad.ipynb", [markdown("# T\n\n[a](missing.md)")])
    pages = {language: [PageBuilt(built[0].id, built[0].title, bad)]
             for language, built in published.pages.items()}  # fmt: skip
    with pytest.raises(WorkFailed) as caught:
        published.again("october-3", pages=pages)
    said = str(caught.value)
    assert "index.ipynb (en)" in said and "index.ipynb (zh)" in said and "missing.md" in said
    assert fingerprint(published.site) == before


def test_languages_must_have_the_same_pages(published):
    pages = {**published.pages, "en": published.pages["en"][:2]}
    with pytest.raises(WorkFailed, match="languages differ"):
        published.again("october-3", pages=pages)


def test_one_publication_at_a_time(published):
    with (
        FileLock(published.paths.runs / "publish.lock"),
        pytest.raises(WorkFailed, match="another publication"),
    ):
        published.again("october-3")


def test_a_killed_publication_is_carried_on(published, tmp_path):
    """Killed between the renames and the pointer: the edition is there, nobody knows of it."""
    shutil.copytree(published.paths.root, tmp_path / "copy")
    root = tmp_path / "copy"
    left = root / "site/.build/source"
    left.mkdir(parents=True)
    known = pointer(root / "site")
    known["editions"][-1] |= {"folder": "monthly/2025-10/r1", "number": 1}
    known["state"] = Editions.on(root / "site").held.plus(Name("monthly", "2025-10", 3)).state
    text = f"window.REVIEW_EDITIONS = {json.dumps(known)};\n"
    (root / "site/editions.js").write_text(text, encoding="utf-8")
    (root / "site/monthly/2025-10/links.js").write_text("", encoding="utf-8")
    copy = type(published)(type(published.paths)(root), published.pages, [])
    again = copy.again()
    assert (again.number, again.is_new) == (2, False)
    assert [one["folder"] for one in pointer(copy.site)["editions"]] == ["monthly/2025-10/r2"]
    assert links(copy.site, "2025-10") == ["monthly/2025-10/r2"]
    assert not (copy.site / ".build").exists()
    number = pointer(copy.site)["portal"]
    assert (copy.site / "portal" / str(number) / "zh/index.html").is_file()


def test_an_edition_in_one_language_does_not_lead_to_a_page_in_the_other(published, tmp_path):
    shutil.copytree(published.paths.root, tmp_path / "copy")
    copy = type(published)(type(published.paths)(tmp_path / "copy"), published.pages, [])
    edition = copy.again("october-english", pages={"en": published.pages["en"]})
    folder = copy.site / "monthly/2025-10" / f"r{edition.number}"
    assert [one.name for one in sorted(folder.iterdir()) if one.is_dir()] == ["en"]
    assert "../zh/" not in (folder / "en/index.html").read_text(encoding="utf-8")


def test_the_same_inputs_give_the_same_bytes(published, tmp_path):
    """Another folder, process, hash seed, time, past, and way to readers: both a first edition."""
    root = tmp_path / "a folder elsewhere"
    script = f"""
import sys
sys.path[:0] = {[str(Path(__file__).parent), str(Path(__file__).parents[1])]!r}
from conftest import Published
from pages_by_hand import FEW_METRICS, SEPTEMBER, WORKSPACE, pages_in
from pathlib import Path
from helpers.publish.book import lead_readers
from helpers.paths import WorkspacePaths
from helpers.reviews.journal import Entry, write_entry
paths = WorkspacePaths(Path({str(root)!r}))
write_entry(paths, Entry("ingest", outcome="partly", failures=("龘靐.csv: is no export",)))
Published(paths, pages_in(paths.runs / "by-hand"), []).again("september", lead=False, **SEPTEMBER)
lead_readers(paths, WORKSPACE, FEW_METRICS)
"""
    seed = {**os.environ, "PYTHONHASHSEED": "2718", "TZ": "Asia/Shanghai", "LC_ALL": "C"}
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=seed)
    assert run.returncode == 0, run.stderr
    folders = [one / "monthly/2025-09/r1" for one in (published.site, root / "site")]
    first, second = (fingerprint(one) for one in folders)
    manifests = [json.loads((one / "manifest.json").read_text()) for one in folders]
    for found in (first, second):
        del found["manifest.json"]
    assert manifests[0]["made_at"] < manifests[1]["made_at"]
    for manifest in manifests:
        del manifest["made_at"], manifest["code"]
    assert len(first) > 10
    assert first == second
    # What ran stands on the portal, and in no edition, not even as a letter of its font.
    told = root / "site/portal/1/zh/history.html"
    assert "龘靐.csv" in told.read_text(encoding="utf-8")
    assert manifests[0] == manifests[1]
    fonts = {one.name for one in (root / "site/_assets").glob("*.woff2")}
    (own,) = fonts & set(manifests[1]["assets"])
    assert len(fonts - {own}) == 1, "the portal's letters are its own"


def test_the_site_is_light(published):
    pages = [one.stat().st_size for one in pages_of(published)]
    assets = sum(one.stat().st_size for one in (published.site / "_assets").iterdir())
    assert max(pages) < 60_000
    assert assets < 400_000
