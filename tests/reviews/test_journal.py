"""The journal keeps every line whole, whoever writes and whatever dies."""

import json
import multiprocessing
import os
from datetime import UTC, datetime

import pytest

from helpers.paths import WorkspacePaths
from helpers.reviews.journal import (
    Entry,
    PageNote,
    asked_by,
    entries,
    journal_folder,
    read_journal,
    recording,
    write_entry,
)
from helpers.vocabulary.faults import AskedWrongly, Fault, WorkFailed


@pytest.fixture
def paths(tmp_path):
    return WorkspacePaths(tmp_path)


def at(day: int, month: int = 10) -> datetime:
    return datetime(2025, month, day, 6, 0, tzinfo=UTC)


def test_an_entry_comes_back_as_it_was_written(paths):
    page = PageNote("stock", "zh", "ran", 1.25, 180.5, None, 4096, "table inventory changed")
    whole = Entry(
        "publish", "monthly", "2025-10", "monthly/2025-10/r2", at(3), 12.5, "partly", (page,),
        ("stock.ipynb (zh), cell 3: boom; look",), ("waits for 广告",), 4, 1000, None,
        "runs/monthly/2025-10", "due", "abc", 77,
    )  # fmt: skip
    write_entry(paths, whole)
    assert entries(paths) == (whole,)
    (line,) = (journal_folder(paths) / "2025-10.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line)["bytes_read"] is None, "what is not known is null and never 0"


def test_a_file_for_each_month_and_all_in_order(paths):
    for moment in (at(2, 11), at(30), at(1)):
        write_entry(paths, Entry("due", started=moment))
    assert sorted(one.name for one in journal_folder(paths).iterdir()) == [
        "2025-10.jsonl", "2025-11.jsonl",
    ]  # fmt: skip
    assert [one.started for one in entries(paths)] == [at(1), at(30), at(2, 11)]
    assert [one.started for one in entries(paths, months=1)] == [at(2, 11)]


def test_a_line_cut_short_is_told_and_spoils_no_other(paths):
    write_entry(paths, Entry("run", started=at(1), id="first"))
    file = journal_folder(paths) / "2025-10.jsonl"
    with file.open("ab") as stream:
        stream.write(b'{"kind": "run", "started": "2025-10-0')
    write_entry(paths, Entry("run", started=at(3), id="third"))
    journal = read_journal(paths)
    assert [one.id for one in journal.entries] == ["first", "third"]
    assert [str(one) for one in journal.unread] == [
        f"{file}, line 2: was cut short; it is passed over"
    ]


def test_lines_of_a_later_version_are_read_as_far_as_they_are_known(paths):
    write_entry(paths, Entry("run", started=at(1), id="first"))
    file = journal_folder(paths) / "2025-10.jsonl"
    plain = json.loads(file.read_text("utf-8"))
    plain |= {"id": "later", "colour": "blue"}
    with file.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(plain) + "\n")
    assert {one.id for one in entries(paths)} == {"first", "later"}


def _write_many(root, name):
    for number in range(200):
        write_entry(
            WorkspacePaths(root),
            Entry("run", started=at(5), notes=("x" * 300,), id=f"{name}{number}"),
        )


def test_two_writers_never_mix_their_lines(paths):
    fork = multiprocessing.get_context("fork")
    both = [fork.Process(target=_write_many, args=(paths.root, name)) for name in "ab"]
    for one in both:
        one.start()
    for one in both:
        one.join()
    journal = read_journal(paths)
    assert not journal.unread
    wanted = {f"{name}{number}" for name in "ab" for number in range(200)}
    assert {one.id for one in journal.entries} == wanted


def _die(root):
    with recording(WorkspacePaths(root), "publish", "monthly", "2025-10"):
        os._exit(9)


def test_a_killed_run_is_seen(paths):
    fork = multiprocessing.get_context("fork")
    process = fork.Process(target=_die, args=(paths.root,))
    process.start()
    process.join()
    (killed,) = entries(paths)
    assert (killed.outcome, killed.review, killed.pid) == ("interrupted", "monthly", process.pid)
    assert killed.seconds is None, "nobody was left to tell, and none is not nought"


def test_a_run_under_way_is_not_called_interrupted(paths):
    with recording(paths, "due"):
        assert [one.outcome for one in entries(paths)] == ["running"]
    assert [one.outcome for one in entries(paths)] == ["done"]


@pytest.mark.parametrize(
    ("trouble", "outcome", "told"),
    [
        (WorkFailed([Fault("a", "b", "c"), Fault("d", "e")]), "failed", ("a: b; c", "d: e")),
        (AskedWrongly(Fault("--period", "is none", "x")), "refused", ("--period: is none; x",)),
        (KeyError("gmv"), "failed", ("KeyError: 'gmv'",)),
        (KeyboardInterrupt(), "interrupted", ("KeyboardInterrupt",)),
    ],
)
def test_however_a_run_ends_it_is_written_down(paths, trouble, outcome, told):
    with pytest.raises(type(trouble)), recording(paths, "publish", "monthly") as run:
        run.note(edition="monthly/2025-10/r1")
        raise trouble
    (entry,) = entries(paths)
    assert (entry.outcome, entry.failures) == (outcome, told)
    assert entry.edition == "monthly/2025-10/r1"


def test_it_is_told_on_whose_behalf(paths):
    with asked_by("due"), recording(paths, "publish"):
        pass
    with recording(paths, "publish"):
        pass
    assert [one.asked_by for one in entries(paths)] == ["due", ""]


def test_a_history_that_cannot_be_written_fails_nothing(paths, capsys):
    paths.root.joinpath("runs").write_text("a file where a folder should be")
    with recording(paths, "publish"):
        pass
    assert "the run is not in the journal" in capsys.readouterr().err
    assert entries(paths) == ()
