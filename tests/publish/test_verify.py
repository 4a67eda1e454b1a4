"""`review verify`: every byte of an edition that is not as it was published has its name."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from helpers.cli.command import review
from helpers.publish.content import PageBuilt
from helpers.publish.editions import editions_of, history_of
from helpers.publish.manifest import code_state, made_from
from helpers.publish.seals import seals_beside
from helpers.publish.verify import lost_editions, verify
from helpers.vocabulary.labels import Label

pytestmark = pytest.mark.slow

FOLDER = "monthly/2025-10/r2"


@pytest.fixture
def site(published, tmp_path) -> Path:
    shutil.copytree(published.site, tmp_path / "site")
    return tmp_path / "site"


def found(site: Path, folder: str = FOLDER) -> dict[str, str]:
    (one,) = [one for one in verify(site, history_of(site)) if one.edition == folder]
    assert (one.verdict == "differs") == bool(one.differences)
    return {each.file: each.what for each in one.differences}


def test_the_manifest_names_every_file_with_its_sha256(site):
    manifest = json.loads((site / FOLDER / "manifest.json").read_text(encoding="utf-8"))
    there = {
        one.relative_to(site / FOLDER).as_posix(): hashlib.sha256(one.read_bytes()).hexdigest()
        for one in (site / FOLDER).rglob("*")
        if one.is_file() and one.name != "manifest.json"
    }
    assert manifest["files"] == there
    assert {"edition.json", "summary.json", "zh/index.html", "en/index.html"} <= set(there)
    assert manifest["edition"] == {
        "review": "monthly", "period": "2025-10", "number": 2, "status": "final"
    }  # fmt: skip
    # Whatever a page loads from the shared folder is among its assets, the font too.
    page = (site / FOLDER / "zh/index.html").read_text(encoding="utf-8")
    loaded = {one.split('"')[0] for one in page.split("_assets/")[1:]}
    assert loaded <= set(manifest["assets"])
    assert any(one.endswith(".woff2") for one in manifest["assets"])
    sealed = seals_beside((site / FOLDER).parent)["r2"]
    assert sealed == hashlib.sha256((site / FOLDER / "manifest.json").read_bytes()).hexdigest()


def test_an_untouched_site_is_sound(site):
    assert [one.verdict for one in verify(site, editions_of(site))] == ["sound"] * 3
    assert lost_editions(site) == ()


def test_each_kind_of_difference_is_named(site):
    edition = site / FOLDER
    page = edition / "en/index.html"
    page.write_bytes(page.read_bytes()[:-1] + b" ")  # one byte, the same size
    (edition / "zh/search.html").unlink()
    (edition / "zh/extra.html").write_text("added", encoding="utf-8")
    (edition / "en/search.html").unlink()
    (edition / "en/search.html").symlink_to(edition / "zh/index.html")
    style = next((site / "_assets").glob("review-*.css"))
    style.write_text("body{}", encoding="utf-8")
    font = next((site / "_assets").glob("*.woff2"))
    (font).unlink()
    differences = found(site)
    assert differences.pop(f"_assets/{style.name}") == "shared asset changed"
    missing = {f"_assets/{font.name}"} & set(differences)
    assert {differences.pop(one) for one in missing} <= {"shared asset missing"}
    assert differences == {
        f"{FOLDER}/en/index.html": "changed",
        f"{FOLDER}/zh/search.html": "missing",
        f"{FOLDER}/zh/extra.html": "added",
        f"{FOLDER}/en/search.html": "is a symbolic link",
    }


def test_a_manifest_that_was_made_to_fit_is_seen_from_outside(site):
    page = site / FOLDER / "en/index.html"
    page.write_text("nothing to see", encoding="utf-8")
    path = site / FOLDER / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["files"]["en/index.html"] = hashlib.sha256(page.read_bytes()).hexdigest()
    path.write_text(json.dumps(manifest), encoding="utf-8")
    assert found(site) == {f"{FOLDER}/manifest.json": "manifest changed"}


@pytest.mark.parametrize("content", [None, "{}", "no json"])
def test_an_edition_that_lost_its_manifest_is_not_called_old(site, content):
    path = site / FOLDER / "manifest.json"
    path.unlink()
    said = "manifest missing"
    if content is not None:
        path.write_text(content, encoding="utf-8")
        said = "manifest cannot be read"
    assert found(site) == {f"{FOLDER}/manifest.json": said}
    # Not even where its seal went with it: its record says that it had one.
    (path.parent.parent / "seals.json").unlink()
    assert found(site)[f"{FOLDER}/manifest.json"] == said


def test_an_edition_of_an_earlier_version_is_unverifiable_and_still_known(site):
    """As the first version wrote it: summary in the record, no manifest, no format, no seal."""
    folder = site / "monthly/2025-09/r1"
    record = json.loads((folder / "edition.json").read_text(encoding="utf-8"))
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    known = ("review", "title", "period", "fiscal_start", "number", "status", "data_through",
             "awaiting", "key", "languages", "pages")  # fmt: skip
    old = {name: record[name] for name in known} | {"summary": summary}
    (folder / "edition.json").write_text(json.dumps(old), encoding="utf-8")
    for name in ("summary.json", "manifest.json"):
        (folder / name).unlink()
    (folder.parent / "seals.json").unlink()
    assert editions_of(site)[0].folder == "monthly/2025-09/r1"
    verdicts = {one.edition: one.verdict for one in verify(site, editions_of(site))}
    assert verdicts["monthly/2025-09/r1"] == "unverifiable"
    assert verdicts[FOLDER] == "sound"


def test_an_edition_that_is_gone_is_missed(site):
    shutil.rmtree(site / FOLDER)
    assert [one.edition for one in lost_editions(site)] == [FOLDER]


def test_the_command_ends_with_1_where_a_byte_differs(published, tmp_path):
    shutil.copytree(published.paths.root, tmp_path / "company")
    (tmp_path / "company/workspace.yml").write_text(DECLARATION, encoding="utf-8")
    ask = ["verify", "--workspace", str(tmp_path / "company")]
    sound = CliRunner().invoke(review, [*ask, FOLDER])
    assert sound.exit_code == 0 and sound.output.startswith(f"sound        {FOLDER}")
    (tmp_path / "company/site" / FOLDER / "zh/index.html").write_text("x", encoding="utf-8")
    told = CliRunner().invoke(review, ask)
    assert told.exit_code == 1
    assert told.stderr == f"{FOLDER}/zh/index.html: changed\n"
    rows = json.loads(CliRunner().invoke(review, [*ask, "--json"]).stdout)
    assert [one["verdict"] for one in rows] == ["sound", "sound", "differs"]
    assert rows[2]["differences"] == [{"file": f"{FOLDER}/zh/index.html", "what": "changed"}]


DECLARATION = """
company: {en: Lantern, zh: 灯}
base_currency: EUR
time_zone: Europe/Berlin
stores:
- {id: de, name: {en: DE, zh: 德}, platform: own, currency: EUR, time_zone: Europe/Berlin,
   tax_basis: included}
"""


def test_the_manifest_says_what_the_pages_read(tmp_path):
    """Two languages of a page, as their runs' records tell it; a page without one brings none."""
    actions = tmp_path / "plan/2025/actions.yml"
    actions.parent.mkdir(parents=True)
    actions.write_text("actions: []\n", encoding="utf-8")
    whole = hashlib.sha256(b"actions: []\n").hexdigest()
    pages = {}
    for language, month in (("zh", "2025-09"), ("en", "2025-10")):
        notebook = tmp_path / "runs" / language / "stock.ipynb"
        notebook.parent.mkdir(parents=True)
        record = {
            "parameters": {"period": "2025-10", "language": language},
            "parts": {"commentary": "absent" if language == "en" else "c0"},
            "reads": {
                "tables": {"orders": {month: f"f-{month}"}, "products": {"": "p"}},
                "files": {"rules.yml": "absent"},
                "plans": {"2025": {"actions.yml": whole[:20], "risks.yml": "changed since"}},
            },
        }
        notebook.with_suffix(".json").write_text(json.dumps(record), encoding="utf-8")
        title = Label(en="T", zh="题")
        stale = PageBuilt("stale", title, tmp_path / "runs/none.ipynb")
        pages[language] = [PageBuilt("stock", title, notebook), stale]
    found = made_from(pages, tmp_path)
    assert found.parameters == {
        "stock": {one: {"period": "2025-10", "language": one} for one in ("zh", "en")},
        "stale": {"zh": {}, "en": {}},
    }
    assert found.data == {
        "orders": {"2025-09": "f-2025-09", "2025-10": "f-2025-10"},
        "products": {"": "p"},
    }
    assert found.plan == {
        "plan/2025/actions.yml": whole,
        "plan/2025/risks.yml": "changed since",
        "rules.yml": "absent",
        "commentary of stock": "c0",
    }


def test_the_program_is_named_by_its_checkout():
    found = code_state()
    assert found.commit is None or re.fullmatch("[0-9a-f]{40}", found.commit)
    assert (found.commit is None) == (found.dirty is None)
    assert len(found.helpers) == 20
