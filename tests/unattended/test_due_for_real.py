"""One month from an inbox that is not full yet to an edition, by `review due` alone."""

import re
import signal
import subprocess
import sys
from datetime import date
from decimal import Decimal

import pytest

from helpers.publish import standing
from helpers.publish.editions import editions_of
from helpers.publish.unattended.due import due
from helpers.reviews.journal import entries
from helpers.tables.buyers import buyer_key

from .company import Company
from .killing import site_faults, totals_shown


def test_due_waits_for_the_month_and_then_publishes_it_once(tmp_path, monkeypatch):
    monkeypatch.setattr(standing, "SETTLED_SECONDS", -60.0)  # nobody saves a file meanwhile
    for name in ("NOTEBOOKS", "PACKAGE", "BOOK", "REFERENCE"):
        monkeypatch.setattr(standing, name, tmp_path / name)  # nor works on the program
    company = Company(tmp_path).found()
    paths = company.paths
    buyer_key(paths)  # made once, by the first intake, and a part of what all that follows reads

    def call() -> list[str]:
        report = due(str(paths.root), date(2025, 11, 6), notebooks=company.notebooks, jobs=1)
        assert report.is_ok, report.as_dict()
        return [line for line in report.lines() if line.startswith("monthly 2025-10")]

    for _ in range(2):
        assert call() == [
            "monthly 2025-10: preliminary overdue since 2025-11-05, waits for: newer exports: "
            "the data end on 1 October 2025"
        ]
    assert not paths.site.exists()
    for _ in range(30):
        company.deliver(1)
    assert call() == ["monthly 2025-10: published r1 (preliminary)"]
    assert call() == ["monthly 2025-10: in place, r1 (preliminary); final is due on 2025-11-15"]
    (edition,) = editions_of(paths.site)
    assert edition.data_through == date(2025, 10, 31)
    page = (paths.site / edition.home("en")).read_text(encoding="utf-8")
    lines, pounds = re.search(r"TOTAL (\d+) lines ([\d.]+) pounds", page).groups()
    assert (int(lines), Decimal(pounds)) == company.told()
    told = [(one.kind, one.outcome, one.files_read) for one in entries(paths)]
    assert told == [
        ("due", "waiting", None), ("ingest", "done", 1),
        ("due", "waiting", None),
        ("due", "done", None), ("ingest", "done", 30), ("publish", "done", 0),
        ("due", "unchanged", None),
    ], "while nothing changes, neither waiting nor what is in place reads the inbox"  # fmt: skip
    (published,) = [one for one in entries(paths) if one.kind == "publish"]
    assert (published.asked_by, published.edition) == ("due", "monthly/2025-10/r1")
    assert published.bytes_read and [page.status for page in published.pages] == ["ran"]


_DIES = """
import os, signal, sys
from datetime import date
from pathlib import Path
from helpers.publish import going_live, release
from helpers.publish.unattended.due import due

def die(*given, **named):
    os.kill(os.getpid(), signal.SIGKILL)

if sys.argv[2] == "before its pages":
    release.run_review = die
else:
    going_live.tell = die
root = Path(sys.argv[1])
due(str(root / "company"), date(2025, 11, 6), notebooks=root / "notebooks", jobs=1)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kills a process")
def test_a_killed_due_is_finished_by_the_next_call(tmp_path):
    company = Company(tmp_path).found()
    for _ in range(30):
        company.deliver(1)
    paths = company.paths
    for moment in ("before its pages", "before readers are led on"):
        done = subprocess.run(
            [sys.executable, "-c", _DIES, str(tmp_path), moment],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == -signal.SIGKILL, done.stderr
    assert [one.folder for one in editions_of(paths.site)] == ["monthly/2025-10/r1"]
    assert not (paths.site / "index.html").exists(), "nobody is led to it yet"

    report = due(str(paths.root), date(2025, 11, 6), notebooks=company.notebooks, jobs=1)
    led_on = "readers are led to what was in place and not told to them yet"
    assert report.is_ok and led_on in report.notes
    assert "monthly 2025-10: in place, r1 (preliminary); final is due on 2025-11-15" in "\n".join(
        report.lines()
    )
    assert len(editions_of(paths.site)) == 1 and not company.inbox_faults()
    assert (totals_shown(paths.site), site_faults(paths.site)) == (company.told(), [])
    again = due(str(paths.root), date(2025, 11, 6), notebooks=company.notebooks, jobs=1)
    assert again.outcome == "unchanged" and led_on not in again.notes


def test_due_says_by_itself_why_a_page_failed(tmp_path):
    company = Company(tmp_path, shows="import sys\nsys.exit(0)").found()
    for _ in range(30):
        company.deliver(1)
    paths = company.paths
    report = due(str(paths.root), date(2025, 11, 6), notebooks=company.notebooks, jobs=1)
    (item,) = [one for one in report.items if one.failures]
    stopped, page = item.failures
    assert stopped.startswith("monthly 2025-10: not published, because pages failed (totals)")
    assert "cell totals: the cell called sys.exit()" in page and page.endswith("totals.log")
    (failed,) = [one for one in entries(paths) if one.kind == "publish"]
    assert sorted(failed.failures) == sorted(item.failures), "each once"
