"""The portal's history: from the journal and nothing else, and harmless whatever failed."""

from datetime import UTC, datetime

import pytest

from helpers.publish.history import history_cells
from helpers.reviews.journal import Entry, PageNote
from helpers.vocabulary.labels import LANGUAGES


def entry(**what) -> Entry:
    given = {
        "kind": "publish", "review": "monthly", "period": "2025-10",
        "started": datetime(2025, 11, 5, 22, 30, tzinfo=UTC), "id": "one", "pid": 7,
    }  # fmt: skip
    return Entry(**(given | what))


def page(language, *entries, pid=1) -> str:
    cells = history_cells(language, entries, (), "Asia/Shanghai", pid)
    return "".join(str(cell) for cell in cells)


def test_a_run_is_told_with_time_duration_and_what_it_read():
    notes = tuple(
        PageNote(str(number), "en", "ran" if number < 3 else "up_to_date") for number in range(10)
    )
    one = entry(edition="monthly/2025-10/r2", seconds=75.4, files_read=3, rows_read=12_345,
                bytes_read=2_500_000, pages=notes)  # fmt: skip
    english, chinese = page("en", one), page("zh", one)
    for said in ("6 November 2025 06:30", "Publication Monthly review 2025-10 r2", "1 min 15 s",
                 "files: 3, rows: 12,345, 2.5 MB", "3 ran, 7 up to date"):  # fmt: skip
        assert said in english
    for said in ("2025年11月6日 06:30", "发布 月度运营复盘 2025-10 r2", "1分15秒",
                 "3个文件，12,345行，2.5 MB", "运行3，无变化7"):  # fmt: skip
        assert said in chinese


def test_what_is_not_known_is_left_empty_and_is_no_nought():
    assert ">0" not in page("en", entry(seconds=2.0)).replace("06:30", "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_calls_with_nothing_to_do_change_only_their_count(language):
    done = entry()
    quiet = [entry(kind="due", outcome="unchanged", id=str(n)) for n in range(3)]
    quiet.append(entry(kind="due", outcome="waiting", id="w"))
    with_quiet = page(language, done, *quiet)
    assert "4" in with_quiet
    assert with_quiet.count("<tr>") == page(language, done).count("<tr>") == 2


def test_quiet_calls_are_counted_for_the_time_that_is_shown():
    months = [datetime(2020 + at // 12, at % 12 + 1, 5, tzinfo=UTC) for at in range(72)]
    done = [entry(started=day, id=f"d{day}") for day in months]
    quiet = [entry(kind="due", outcome="unchanged", started=day, id=f"q{day}") for day in months]
    told = page("en", *sorted([*done, *quiet], key=lambda one: one.started))
    assert told.count("<tr>") == 1 + 60
    assert "not listed: 60." in told, "the twelve of the first year are not"


def test_what_failed_is_named_without_the_folders_of_this_machine_and_escaped():
    one = entry(
        outcome="partly",
        failures=(
            "/home/chen/secret/stock.ipynb (zh), cell 3: KeyError: token=abc; see /x/y.log",
            "C:\\inbox\\<script>alert(1)</script>.csv: is no export; see it",
            *(f"file{number}.csv: refused" for number in range(7)),
        ),
    )
    told = page("en", one)
    assert "stock.ipynb (zh), cell 3" in told and "and 4 more" in told
    for never in ("/home/chen", "token=abc", "<script>"):
        assert never not in told


def test_the_publication_that_writes_the_page_stands_on_it_without_an_end():
    running = entry(outcome="running", pid=7, period="2025-11", id="two")
    told = page("en", entry(), running, pid=7)
    assert "this publication" in told
    assert "this publication" not in page("en", entry(), running, pid=8), "that one is elsewhere"


def test_the_same_journal_gives_the_same_page():
    one = entry(pages=(PageNote("stock", "zh", "ran"),))
    assert page("zh", one) == page("zh", one)
    assert "尚无运行记录" in page("zh")
