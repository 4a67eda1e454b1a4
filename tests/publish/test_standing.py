"""Whether there is nothing to do is told by a look at the files, and doubt takes the long way."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from helpers.cli.again import asked_in, said_again
from helpers.publish import standing
from helpers.publish.holdings import holdings_of
from helpers.reviews.journal import entries

LINES = ("monthly 2025-10: 2 pages: 2 up to date", "monthly 2025-10: nothing has changed since r1")


def write(path: Path, text: str = "x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A workspace that was published a while ago, and a program beside it."""
    root = tmp_path / "company"
    for name in (
        "workspace.yml",
        "inbox/shop/2025-10/orders.csv",
        "plan/2025/targets.yml",
        "sources/own.yml",
        "reference/fx_rates.csv",
        "warehouse/tables/g1/manifest.json",
        "warehouse/batches/b1/batch.json",
        "runs/monthly/2025-10/en/sales.ipynb",
        "runs/monthly/2025-10/en/sales.json",
        "site/_assets/review.css",
        "site/portal/1/zh/index.html",
        "site/monthly/2025-10/links.js",
        "site/monthly/2025-10/seals.json",
        "site/monthly/2025-10/r1/edition.json",
        "site/monthly/2025-10/r1/manifest.json",
        "forecasts/0a.parquet",
    ):
        write(root / name)
    lead_on(root / "site", 1)
    write(root / "warehouse" / "CURRENT", "g1 0\n")
    for name in ("NOTEBOOKS", "PACKAGE", "BOOK", "REFERENCE"):
        write(tmp_path / name / "file")
        monkeypatch.setattr(standing, name, tmp_path / name)
    asked = standing.Asked(str(root), "monthly", "last")
    return SimpleNamespace(root=root, asked=asked, program=tmp_path)


def lead_on(site: Path, portal: int) -> None:
    """Write what leads readers to all that is there."""
    write(site / f"portal/{portal}/zh/index.html")
    told = {"portal": portal, "state": holdings_of(site).state, "years": {}, "editions": []}
    write(
        site / "editions.js", f"window.REVIEW_EDITIONS = {json.dumps(told)};\n(function () {{}})();"
    )
    write(site / "index.html", f'<a href="portal/{portal}/zh/index.html">')


def kept(place) -> bool:
    before = standing.look(place.asked)
    entry = {"outcome": "unchanged", "edition": "monthly/2025-10/r1"}
    return standing.keep(place.asked, before, "monthly/2025-10", LINES, entry)


@pytest.fixture
def settled(monkeypatch):
    """Take all files for old: a test cannot wait until they are."""
    monkeypatch.setattr(standing, "SETTLED_SECONDS", -60.0)


WAITING = json.dumps({"board": {"state": "pending"}})
CHANGES = {
    "a new export": lambda p: write(p.root / "inbox/shop/2025-10/more.csv"),
    "an export saved anew": lambda p: write(p.root / "inbox/shop/2025-10/orders.csv", "yy"),
    "an export that is gone": lambda p: (p.root / "inbox/shop/2025-10/orders.csv").unlink(),
    "an export touched": lambda p: os.utime(p.root / "inbox/shop/2025-10/orders.csv", (1, 1)),
    "the same size and date": lambda p: same_date(p.root / "plan/2025/targets.yml"),
    "a sign-off": lambda p: write(p.root / "plan/2025/sign_offs/ann.yml"),
    "the declaration": lambda p: write(p.root / "workspace.yml", "yy"),
    "a mapping": lambda p: write(p.root / "sources/own.yml", "yy"),
    "rates": lambda p: write(p.root / "reference/fx_rates.csv", "yy"),
    "rules": lambda p: write(p.root / "rules.yml"),
    "a notebook": lambda p: write(p.program / "NOTEBOOKS/file", "yy"),
    "the code": lambda p: write(p.program / "PACKAGE/room/new.py"),
    "the theme": lambda p: write(p.program / "BOOK/file", "yy"),
    "no tables": lambda p: (p.root / "warehouse/CURRENT").unlink(),
    "other tables": lambda p: write(p.root / "warehouse/CURRENT", "g2 0\n"),
    "a batch that is gone": lambda p: (p.root / "warehouse/batches/b1").rename(p.root / "b1"),
    "a page run anew": lambda p: write(p.root / "runs/monthly/2025-10/en/sales.json", "yy"),
    "a page that is gone": lambda p: (p.root / "runs/monthly/2025-10/en/sales.ipynb").unlink(),
    "another edition": lambda p: write(p.root / "site/monthly/2025-10/r2/edition.json"),
    "no manifest": lambda p: (p.root / "site/monthly/2025-10/r1/manifest.json").unlink(),
    "another pointer": lambda p: write(p.root / "site/editions.js", "yy"),
    "no first page": lambda p: (p.root / "site/index.html").unlink(),
    "no portal": lambda p: shutil.rmtree(p.root / "site/portal/1"),
    "no links": lambda p: (p.root / "site/monthly/2025-10/links.js").unlink(),
    "an asset that is gone": lambda p: (p.root / "site/_assets/review.css").unlink(),
    "a forecast that is gone": lambda p: (p.root / "forecasts/0a.parquet").unlink(),
    "a month that readers are not led to": lambda p: write(
        p.root / "site/monthly/2025-11/r1/edition.json"
    ),
    "a rollback": lambda p: write(p.root / "site/rollbacks.json"),
    "a file set aside": lambda p: write(p.root / "quarantine/orders.csv"),
    "a notice that waits": lambda p: write(p.root / "runs/notices.json", WAITING),
    "no record": lambda p: p.asked.record.unlink(),
    "half a record": lambda p: write(p.asked.record, p.asked.record.read_text()[:40]),
}  # fmt: skip


def same_date(path: Path) -> None:
    """Save other content of the same size, and set the date back as a copying program would."""
    looks = path.stat()
    path.write_text("y", encoding="utf-8")
    os.utime(path, ns=(looks.st_atime_ns, looks.st_mtime_ns))


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_was_touched_takes_the_long_way(place, settled, change):
    assert kept(place)
    assert standing.standing(place.asked) is not None
    CHANGES[change](place)
    assert standing.standing(place.asked) is None


def test_another_month_that_is_published_beside_it_changes_nothing(place, settled):
    assert kept(place)
    site = place.root / "site"
    for name in ("monthly/2025-11/r1/edition.json", "monthly/2025-11/links.js", "_assets/new.css"):
        write(site / name)
    write(site / "monthly/2025-10/links.js", "leads on to November")
    write(place.root / "forecasts/0b.parquet")
    assert standing.standing(place.asked) is None, "readers are not led to it yet"
    assert standing.standing(place.asked, led_to=False) is not None
    lead_on(site, 2)
    assert standing.standing(place.asked) is not None


def test_a_page_that_reads_forecasts_looks_at_new_ones(place, settled):
    record = place.root / "runs/monthly/2025-10/en/sales.json"
    write(record, json.dumps({"reads": {"tables": {"forecast_log": {"": "1"}}}}))
    assert kept(place)
    write(place.root / "forecasts/0b.parquet")
    assert standing.standing(place.asked) is None


@pytest.mark.parametrize("name", ["REVIEW_MEMORY_MB", "TZ", "LC_ALL"])
def test_another_environment_takes_the_long_way(place, settled, monkeypatch, name):
    assert kept(place)
    monkeypatch.setenv(name, "of another machine")
    assert standing.standing(place.asked) is None


def test_what_was_saved_just_before_is_not_vouched_for(place):
    assert not kept(place)
    assert standing.standing(place.asked) is None


def test_what_changed_while_it_ran_is_not_vouched_for(place, settled):
    before = standing.look(place.asked)
    write(place.root / "inbox/late.csv")
    assert not standing.keep(place.asked, before, "monthly/2025-10", LINES, {})


def test_what_publications_write_by_themselves_is_no_change(place, settled):
    assert kept(place)
    write(place.root / "runs/journal/2026-01.jsonl")
    write(place.root / "runs/weekly/2025-W40/en/sales.json")
    write(place.root / "warehouse/hashes.json")
    write(place.root / ".fetched/copy.csv")
    assert standing.standing(place.asked) is not None


def test_it_says_what_was_said_and_stands_in_the_history(place, settled, capsys):
    assert kept(place)
    command = ["publish", "monthly", "--workspace", str(place.root)]
    assert said_again(command)
    assert capsys.readouterr().out.splitlines() == list(LINES)
    (told,) = entries(place.asked.paths)
    assert (told.outcome, told.edition) == ("unchanged", "monthly/2025-10/r1")
    for other in (["--force"], ["--period", "2025-09"], ["--status", "final"], ["--lang", "en"],
                  ["--to", "board"], ["--jobs"]):  # fmt: skip
        assert not said_again([*command, *other])


def test_only_plain_questions_are_understood():
    told = asked_in(["publish", "--period=2025-10", "monthly", "--lang", "en", "--status", "final"])
    assert told == standing.Asked(None, "monthly", "2025-10", "final", ("en",))
    for text in ("list", "publish", "publish monthly weekly", "publish monthly --help",
                 "publish monthly --period last --period 2025-10"):  # fmt: skip
        assert asked_in(text.split()) is None


def test_the_short_way_imports_nothing_heavy():
    import subprocess
    import sys

    told = "import sys, helpers.cli.again; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True,
                            check=True).stdout.split()  # fmt: skip
    assert not {"pydantic", "yaml", "click", "rich", "pandas", "duckdb", "filelock"} & {*loaded}
    assert json.__name__ in loaded
