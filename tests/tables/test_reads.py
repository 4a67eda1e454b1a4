"""What was read, and whether it would be told the same again."""

from __future__ import annotations

from datetime import date, datetime

import pandas as pd
import pytest

from helpers.tables.reads import ReadNotes, changes, digest_of
from helpers.tables.warehouse import Warehouse
from warehouse_builder import make_workspace, order_line, write_table

HELD = {
    "sales": {"2025-09": "a", "2025-10": "b", "2025-11": "c"},
    "goods": {"": "g"},
    "batch_covers": {"sales": "s", "goods": "t"},
}
OCTOBER = (date(2025, 10, 3), date(2025, 10, 20))


def told(notes: ReadNotes) -> dict:
    return notes.as_json(lambda table: HELD[table])


def why(notes: ReadNotes, asked=lambda question: "other", **now: dict) -> list[str]:
    return list(changes(told(notes), {**HELD, **now}, asked))


def test_only_months_that_were_read_matter():
    notes = ReadNotes()
    notes.note("sales", OCTOBER)
    assert why(notes) == []
    assert why(notes, sales={**HELD["sales"], "2025-11": "x", "2025-12": "new"}) == []
    assert why(notes, sales={**HELD["sales"], "2025-10": "x"}) == ["sales 2025-10 changed"]
    assert why(notes, sales={"2025-09": "a"}) == ["sales 2025-10 is gone"]
    notes.note("sales", (None, date(2025, 8, 31)))
    older = {"2025-01": "x", **HELD["sales"]}
    assert why(notes, sales=older) == ["sales 2025-01 is new"], "what lay before counts"


def test_what_was_read_whole_and_what_has_no_month_counts_always():
    notes = ReadNotes()
    notes.note("sales")
    notes.note("sales", OCTOBER)
    notes.note("goods", OCTOBER)
    assert why(notes, sales={**HELD["sales"], "2025-12": "x"}) == ["sales 2025-12 is new"]
    assert why(notes, goods={"": "x"}) == ["goods changed"]


def test_a_question_is_put_again_only_where_its_tables_changed_and_only_its_answer_counts():
    notes = ReadNotes()
    scope = {"sales": [OCTOBER], "batch_covers": ["sales"]}
    notes.note_answer(["how many", 3], 7, scope)
    asked = []

    def ask(question):
        asked.append(question)
        return 7

    assert why(notes, ask, sales={**HELD["sales"], "2025-11": "x"}) == []
    assert why(notes, ask, batch_covers={"sales": "s", "goods": "x"}) == []
    assert asked == [], "none of what it rests on has changed"
    october = {**HELD["sales"], "2025-10": "x"}
    assert why(notes, ask, sales=october) == []
    assert asked == [["how many", 3]]
    assert why(notes, sales=october) == ["sales 2025-10 changed"]
    spoken = {"sales": "x", "goods": "t"}
    assert why(notes, batch_covers=spoken) == ["batch_covers sales changed"]


def test_what_is_noted_apart_counts_for_both():
    notes = ReadNotes()
    notes.note("goods")
    with notes.apart() as inner:
        notes.note("sales", OCTOBER)
        with notes.silently():
            notes.note("batch_covers")
    assert inner.read.keys() == {"sales"}
    assert notes.read.keys() == {"goods", "sales"}
    copy = ReadNotes()
    copy.add(told(notes))
    assert told(copy) == told(notes)


def test_an_answer_is_named_by_its_content():
    rows = pd.DataFrame({"a": [1, 2], "b": ["x", None]})
    assert digest_of(rows) == digest_of(rows.copy())
    assert digest_of(rows) != digest_of(rows[::-1])
    assert digest_of(rows, ordered=False) == digest_of(rows[::-1], ordered=False)
    assert digest_of(rows) != digest_of(rows.rename(columns={"b": "c"}))
    assert digest_of(rows) != digest_of(rows.assign(b=["x", "y"]))
    assert digest_of(rows.assign(b=[[1], [2]])) != digest_of(rows.assign(b=[[1], [3]]))


@pytest.mark.parametrize(
    ("given", "is_whole"), [(date(2025, 10, 1), False), (datetime(2025, 10, 1, 12), True)]
)
def test_a_query_that_could_not_be_put_again_has_read_all(tmp_path, given, is_whole):
    workspace, paths = make_workspace(tmp_path)
    write_table(paths, "order_lines", [order_line()])
    with Warehouse.open(paths, workspace) as warehouse:
        warehouse.sql("SELECT count(*) AS n FROM order_lines WHERE ordered_at > ?", [given])
        assert ("order_lines" in warehouse.notes.read) == is_whole
        assert len(warehouse.notes.asked) == (not is_whole)
        for question, answer, _ in warehouse.notes.as_json(warehouse.partitions)["asked"]:
            assert warehouse.ask_again(question) == answer
