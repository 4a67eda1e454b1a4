"""How the unattended commands answer: exit codes, and what they say when another is at work."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from helpers.cli.command import review
from helpers.paths import WorkspacePaths
from helpers.reviews.holding import HeldByAnother
from helpers.reviews.journal import Entry, journal_folder, write_entry
from helpers.vocabulary.faults import AskedWrongly
from holder import held_elsewhere

COMPANY = """
company: {en: Lantern, zh: 灯笼}
base_currency: GBP
time_zone: Asia/Shanghai
calendar: {catch_up: 1, reviews: {monthly: {}}}
stores:
- {id: shop, name: {en: Shop, zh: 店}, platform: own, currency: GBP, time_zone: Europe/London,
   tax_basis: excluded}
"""


@pytest.fixture
def paths(tmp_path):
    made = WorkspacePaths(tmp_path)
    made.declaration.write_text(COMPANY, encoding="utf-8")
    return made


def ask(*arguments):
    return CliRunner().invoke(review, arguments)


def test_a_second_call_lets_the_first_one_finish_and_is_no_failure(paths):
    with held_elsewhere(paths, "review backfill monthly") as other:
        told = ask("due", "--workspace", str(paths.root))
    assert told.exit_code == 0
    assert f"is at work already: review backfill monthly (process {other.pid}" in told.output


def test_whoever_holds_the_lock_for_days_hangs_and_that_is_a_failure(paths):
    with held_elsewhere(paths, "review due"):
        note = paths.runs / ".unattended.json"
        holder = json.loads(note.read_text())
        holder["since"] = (datetime.now(UTC) - timedelta(hours=25)).isoformat()
        note.write_text(json.dumps(holder))
        assert isinstance(ask("due", "--workspace", str(paths.root)).exception, HeldByAnother)


def test_somebody_who_waits_for_a_backfill_is_told_at_once(paths):
    span = ("--from", "2025-01", "--to", "2025-02")
    with held_elsewhere(paths, "review due"):
        told = ask("backfill", "monthly", "--workspace", str(paths.root), *span)
    assert isinstance(told.exception, HeldByAnother) and told.exception.exit_code == 1


def test_a_day_that_is_none_is_refused(paths):
    told = ask("due", "--workspace", str(paths.root), "--today", "tomorrow")
    assert isinstance(told.exception, AskedWrongly)
    assert str(told.exception) == "--today: 'tomorrow' is no day; write YYYY-MM-DD"


def test_machines_get_json(paths):
    told = ask("due", "--workspace", str(paths.root), "--today", "2026-01-06", "--dry-run",
               "--json")  # fmt: skip
    found = json.loads(told.output)
    assert (told.exit_code, found["outcome"]) == (0, "waiting")
    assert [one["state"] for one in found["items"]] == ["waiting", "not_due"]


def test_a_schedule_is_written_under_its_own_names(paths, tmp_path):
    told = ask("schedule", "--emit", "systemd", "--workspace", str(paths.root),
               "--into", str(tmp_path / "units"))  # fmt: skip
    assert told.exit_code == 0, told.output
    assert {one.suffix for one in (tmp_path / "units").iterdir()} == {".service", ".timer"}


def test_history_is_listed_and_a_broken_line_is_told(paths):
    assert "nothing is published yet" in ask("editions", "--workspace", str(paths.root)).output
    write_entry(
        paths,
        Entry("publish", "monthly", "2025-10", outcome="failed", seconds=3.25,
              started=datetime(2025, 11, 5, 6, 7, tzinfo=UTC), failures=("a.csv: is none",)),
    )  # fmt: skip
    with (journal_folder(paths) / "2025-11.jsonl").open("a") as stream:
        stream.write('{"kind": "pub')
    told = ask("editions", "--workspace", str(paths.root))
    for said in ("2025-11-05 06:07 UTC", "monthly 2025-10", "failed", "3.2 s", "a.csv: is none",
                 "line 2: was cut short"):  # fmt: skip
        assert said in told.output
    found = json.loads(ask("editions", "--workspace", str(paths.root), "--json").output)
    assert found["editions"] == [] and len(found["unread"]) == 1
    assert [(one["period"], one["rows_read"]) for one in found["runs"]] == [("2025-10", None)]
    (none,) = [ask("editions", "annual", "--workspace", str(paths.root), "--json")]
    assert json.loads(none.output)["runs"] == []
