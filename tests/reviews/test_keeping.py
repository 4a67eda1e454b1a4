"""What the rules keep and what they let go of."""

import os
from datetime import UTC, datetime, timedelta

import pytest
from filelock import FileLock

from helpers.config.calendar import Keeping
from helpers.paths import WorkspacePaths
from helpers.reviews.journal import journal_folder
from helpers.reviews.keeping import tidy

NOW = datetime(2026, 1, 20, tzinfo=UTC)
LONG_AGO, LATELY = NOW - timedelta(days=100), NOW - timedelta(days=10)


@pytest.fixture
def paths(tmp_path):
    made = WorkspacePaths(tmp_path)
    journal_folder(made).mkdir(parents=True)
    return made


def ran(paths, review: str, period: str, when: datetime) -> None:
    folder = paths.runs / review / period / "zh"
    folder.mkdir(parents=True)
    (folder / "one.ipynb").write_text("{}")
    for one in (folder / "one.ipynb", folder, folder.parent):
        os.utime(one, (when.timestamp(),) * 2)


def test_the_newest_months_of_the_journal_stay_whatever_the_clock_says(paths):
    for month in ("2025-09", "2025-10", "2025-11", "2025-12"):
        (journal_folder(paths) / f"{month}.jsonl").write_text("{}\n")
    (journal_folder(paths) / "notes.txt").write_text("not ours")
    gone = tidy(paths, Keeping(journal_months=2), NOW + timedelta(days=40_000))
    assert gone == ("runs/journal/2025-09.jsonl", "runs/journal/2025-10.jsonl")
    assert sorted(one.name for one in journal_folder(paths).iterdir()) == [
        "2025-11.jsonl", "2025-12.jsonl", "notes.txt",
    ]  # fmt: skip


def test_runs_of_old_periods_go_unless_they_ran_lately(paths):
    for period, when in (
        ("2024-01", LONG_AGO), ("2024-02", LATELY), ("2024-03", LONG_AGO), ("2025-12", LONG_AGO),
    ):  # fmt: skip
        ran(paths, "monthly", period, when)
    ran(paths, "annual", "2024", LONG_AGO)
    gone = tidy(paths, Keeping(run_periods=2, run_days=90), NOW)
    assert gone == ("runs/monthly/2024-01",), "2024-02 was backfilled lately; the others are newest"
    assert (paths.runs / "annual" / "2024" / "zh" / "one.ipynb").is_file()


def test_nothing_goes_while_pages_run(paths):
    for period in ("2024-01", "2024-02"):
        ran(paths, "monthly", period, LONG_AGO)
    with FileLock(paths.runs / ".lock"):
        assert tidy(paths, Keeping(run_periods=1), NOW) == ()
    assert tidy(paths, Keeping(run_periods=1), NOW) == ("runs/monthly/2024-01",)


def test_a_long_log_moves_on_and_only_so_many_stay(paths):
    logs = paths.runs / "logs"
    logs.mkdir()
    keep = Keeping(log_mib=1, log_files=3)
    for number in range(5):
        (logs / "due.log").write_text(f"{number}" + "x" * (1 << 20))
        (logs / "short.log").write_text("short")
        tidy(paths, keep, NOW)
    first = {one.name: one.read_text()[0] for one in logs.iterdir()}
    assert first == {"due.log.1": "4", "due.log.2": "3", "short.log": "s"}


def test_the_only_log_is_emptied(paths):
    logs = paths.runs / "logs"
    logs.mkdir()
    (logs / "due.log").write_text("x" * ((1 << 20) + 1))
    tidy(paths, Keeping(log_mib=1, log_files=1), NOW)
    assert (logs / "due.log").read_text() == ""


def test_a_workspace_where_nothing_ran(tmp_path):
    assert tidy(WorkspacePaths(tmp_path / "new"), Keeping(), NOW) == ()
