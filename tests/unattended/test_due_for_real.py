"""One month from an inbox that is not full yet to an edition, by `review due` alone."""

import signal
import subprocess
import sys
from datetime import date

import pytest

from helpers.publish import standing
from helpers.publish.editions import editions_of
from helpers.publish.unattended.due import due
from helpers.reviews.journal import entries
from helpers.tables.buyers import buyer_key

from .company import Company
from .killing import site_faults, totals_shown

_DIES = """
import os, signal, sys
from datetime import date
from pathlib import Path
from helpers.publish import going_live
from helpers.publish.unattended.due import due

going_live.tell = lambda *given, **named: os.kill(os.getpid(), signal.SIGKILL)
root = Path(sys.argv[1])
due(str(root / "company"), date(2025, 11, 6), notebooks=root / "notebooks", jobs=1)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kills a process")
def test_due_waits_for_the_month_and_publishes_it_once_though_it_is_killed(tmp_path, monkeypatch):
    """It dies at the worst moment: the edition is in its place, and nobody is led to it."""
    monkeypatch.setattr(standing, "SETTLED_SECONDS", -60.0)  # nobody saves a file meanwhile
    for name in ("NOTEBOOKS", "PACKAGE", "BOOK", "REFERENCE"):
        monkeypatch.setattr(standing, name, tmp_path / name)  # nor works on the program
    company = Company(tmp_path).found()
    paths = company.paths
    buyer_key(paths)  # made once, by the first intake, and a part of what all that follows reads
    noted: list[str] = []

    def call() -> list[str]:
        report = due(str(paths.root), date(2025, 11, 6), notebooks=company.notebooks, jobs=1)
        assert report.is_ok, report.as_dict()
        noted.extend(report.notes)
        return [line for line in report.lines() if line.startswith("monthly 2025-10")]

    for _ in range(2):
        assert call() == [
            "monthly 2025-10: preliminary overdue since 2025-11-05, waits for: newer exports: "
            "the data end on 1 October 2025"
        ]
    assert not paths.site.exists()
    for _ in range(30):
        company.deliver(1)
    done = subprocess.run(
        [sys.executable, "-c", _DIES, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert not (paths.site / "index.html").exists()
    led_on = "readers are led to what was in place and not told to them yet"
    for times in (1, 1):
        in_place = "monthly 2025-10: in place, r1 (preliminary); final is due on 2025-11-15"
        assert call() == [in_place]
        assert noted.count(led_on) == times
    (edition,) = editions_of(paths.site)
    assert edition.data_through == date(2025, 10, 31)
    assert (totals_shown(paths.site), site_faults(paths.site)) == (company.told(), [])
    assert not company.inbox_faults()
    told = [(one.kind, one.outcome, one.files_read) for one in entries(paths)]
    assert told == [
        ("due", "waiting", None), ("ingest", "done", 1),
        ("due", "waiting", None),
        ("due", "interrupted", None), ("ingest", "done", 30), ("publish", "interrupted", None),
        ("due", "unchanged", None),
        ("due", "unchanged", None),
    ], "while nothing changes, neither waiting nor what is in place reads the inbox"  # fmt: skip
    asked = [one.asked_by for one in entries(paths) if one.kind == "publish"]
    assert asked == ["due"]


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
