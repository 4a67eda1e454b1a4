"""Two years in one command: in order, past what fails, and on from where a kill stopped it."""

import os
import subprocess
import sys
import textwrap
from types import SimpleNamespace

import pytest
from test_due import COMPANY, MONTHLY, WEEKLY

from helpers.paths import WorkspacePaths
from helpers.publish.unattended.backfill import backfill
from helpers.reviews.journal import entries
from helpers.vocabulary.faults import AskedWrongly, Fault, WorkFailed


@pytest.fixture
def root(tmp_path):
    (tmp_path / "company").mkdir()
    (tmp_path / "company" / "workspace.yml").write_text(COMPANY, encoding="utf-8")
    (tmp_path / "notebooks" / "a").mkdir(parents=True)
    (tmp_path / "notebooks" / "a" / "one.ipynb").write_text("{}")
    (tmp_path / "notebooks" / "reviews.yml").write_text(MONTHLY, encoding="utf-8")
    return tmp_path


def fill(root, first, last, trouble=None, in_place=(), standing=(), review="monthly", **how):
    asked = []

    def release(review, period):
        asked.append(period)
        if trouble and period in trouble:
            raise trouble[period]
        built = SimpleNamespace(is_new=period not in in_place, number=1)
        return SimpleNamespace(edition=built, report=SimpleNamespace(failed=()))

    def stands(review, period):
        return f"{review}/{period}/r3" if period in standing else None

    def lead_readers():
        asked.append("lead readers")

    releasing = SimpleNamespace(release=release, stands=stands, lead_readers=lead_readers)
    result = backfill(
        str(root / "company"), review, first, last, notebooks=root / "notebooks",
        releasing=releasing, **how,
    )  # fmt: skip
    assert (asked[0], asked.pop(0), asked.pop()) == ("lead readers",) * 3, "before and after all"
    return result, asked


def test_twenty_four_months_oldest_first_with_progress(root):
    seen = []
    result, asked = fill(
        root, "2024-01", "2025-12", started=lambda done, total, period: seen.append((done, total))
    )
    assert asked[0] == "2024-01" and asked[-1] == "2025-12" and asked == sorted(asked)
    assert seen == [(number, 24) for number in range(24)]
    assert result.summary == "monthly: 24 periods: 24 published"


def test_a_period_that_fails_is_told_and_the_others_go_on(root):
    lacking = AskedWrongly(Fault("monthly 2025-02", "lacks ads", "--status preliminary"))
    trouble = {"2025-02": lacking, "2025-03": RuntimeError("boom"),
               "2025-05": WorkFailed(Fault("site", "the disk is full", "make room"))}  # fmt: skip
    result, asked = fill(root, "2025-01", "2025-06", trouble)
    assert asked == [f"2025-0{month}" for month in range(1, 7)]
    assert [one.state for one in result.periods] == [
        "published", "failed", "failed", "published", "failed", "published",
    ]  # fmt: skip
    assert not result.is_ok
    assert result.periods[1].failures == ("monthly 2025-02: lacks ads; --status preliminary",)
    (noted,) = entries(WorkspacePaths(root / "company"))
    assert (noted.kind, noted.period, noted.outcome) == ("backfill", "2025-01..2025-06", "partly")
    assert len(noted.failures) == 3


def test_what_is_in_place_is_passed_by(root):
    result, asked = fill(root, "2025-01", "2025-03", in_place={"2025-01"}, standing={"2025-02"})
    assert asked == ["2025-01", "2025-03"], "what stands by a look at the files is not released"
    assert [str(one) for one in result.periods] == [
        "2025-01: in place, nothing has changed since r1",
        "2025-02: in place, nothing has changed since r3",
        "2025-03: published r1",
    ]


def test_weeks_go_over_the_turn_of_the_year(root):
    weekly = WEEKLY
    (root / "notebooks" / "reviews.yml").write_text(weekly, encoding="utf-8")
    _, asked = fill(root, "2020-W52", "2021-W02", review="weekly")
    assert asked == ["2020-W52", "2020-W53", "2021-W01", "2021-W02"], "2020 had 53 weeks"


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2025", "2025-03", "--from: '2025' is no month, which monthly is about"),
        ("2025-01", "2025-13", "--to: '2025-13' is no period"),
        ("2025-04", "2025-03", "--to: 2025-03 lies before 2025-04; turn them round"),
        ("1925-04", "2025-03", "--from: more than 250 periods; name fewer"),
    ],
)
def test_what_is_asked_wrongly_is_refused_before_anything_runs(root, first, last, said):
    with pytest.raises(AskedWrongly) as caught:
        fill(root, first, last)
    assert said in str(caught.value)
    assert not (root / "company" / "runs").exists()


def test_a_killed_backfill_goes_on_where_it_stopped(root):
    """The first call dies in its third month; the second finds two in place and does the rest."""
    program = textwrap.dedent("""
        import os, sys
        from pathlib import Path
        from types import SimpleNamespace
        from helpers.publish.unattended.backfill import backfill

        root, die_in = Path(sys.argv[1]), sys.argv[2]

        def release(review, period):
            mark = root / "company" / f"{period}.published"
            if str(period) == die_in:
                os.kill(os.getpid(), 9)
            is_new = not mark.exists()
            mark.touch()
            built = SimpleNamespace(is_new=is_new, number=1)
            return SimpleNamespace(edition=built, report=SimpleNamespace(failed=()))

        releasing = SimpleNamespace(
            release=release, stands=lambda review, period: None, lead_readers=lambda: None
        )
        result = backfill(str(root / "company"), "monthly", "2025-01", "2025-05",
                          notebooks=root / "notebooks", releasing=releasing)
        print(*(one.state for one in result.periods))
    """)
    ran = [
        subprocess.run(
            [sys.executable, "-c", program, str(root), die_in],
            capture_output=True, text=True, check=False,
        )
        for die_in in ("2025-03", "")
    ]  # fmt: skip
    assert ran[0].returncode == -9
    assert ran[1].stdout.split() == ["unchanged"] * 2 + ["published"] * 3, ran[1].stderr
    killed, finished = entries(WorkspacePaths(root / "company"))
    assert (killed.outcome, finished.outcome) == ("interrupted", "done")
    assert os.getpid() not in (killed.pid, finished.pid)
