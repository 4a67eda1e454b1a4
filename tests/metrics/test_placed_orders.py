"""Narrow rows of orders lie in files that anybody may throw away, and only save time."""

from __future__ import annotations

from datetime import date

import pytest
from test_states import Parted

from helpers.metrics import spans, states
from helpers.metrics.compute import compute_series
from helpers.vocabulary.periods import parse_period

PEOPLE = ("repurchase_rate", "new_customers", "user_total", "returned_units_of_orders")
DAYS = [
    date(2024, 10, 20),
    date(2025, 9, 3),
    date(2025, 10, 4),
    date(2025, 10, 9),
    date(2025, 10, 30),
]
BUYERS = ["dora", "anna", "anna", "ben", "ben"]
LINES = [
    {"order_id": f"o{n}", "local_date": day, "customer_key": key, "country": "DE"}
    for n, (day, key) in enumerate(zip(DAYS, BUYERS, strict=True))
]
GIVEN = {
    "order_lines": [*LINES, {**LINES[4], "line_no": 9}],  # two lines of one order are one order
    "returns": [{"order_id": "o2", "local_date": date(2025, 11, 2), "quantity": 3}],
}
#: By hand: in the year anna and ben bought twice, dora before it; ben is new in October, of which
#: o2 is.
EXPECTED = {
    "repurchase_rate": 1.0,
    "new_customers": 1.0,
    "user_total": 3.0,
    "returned_units_of_orders": 3.0,
}


@pytest.fixture(autouse=True)
def every_table_is_worthwhile(monkeypatch):
    monkeypatch.setattr(states, "WORTHWHILE_ROWS", 1)


def values(opened):
    spans._SPANS.pop(opened, None)
    frame = compute_series(opened, PEOPLE, [parse_period("2025-10")])
    return dict(zip(frame["metric"], frame["value"], strict=True))


def forget_answers(folder):
    for path in folder.rglob("*.arrow"):
        path.unlink()


def rows_in(folder):
    return sorted(folder.rglob("*.parquet"))


def test_a_month_leaves_its_orders_and_they_answer_as_counted_by_hand(tmp_path):
    opened = Parted(GIVEN, tmp_path)
    assert values(opened) == EXPECTED
    assert [path.name[:17] for path in rows_in(tmp_path)] == [
        "20241001_20241031", "20250901_20250930", "20251001_20251031"
    ]  # fmt: skip
    told = [opened.connection.execute(f"FROM '{p}'").fetchall() for p in rows_in(tmp_path)]
    assert [len(rows) for rows in told] == [1, 1, 3]
    assert "anna" not in repr(told)


def test_late_lines_make_the_orders_of_their_month_anew_and_leave_the_others(tmp_path):
    values(Parted(GIVEN, tmp_path))
    *before, second = rows_in(tmp_path)
    late = {"order_id": "o9", "local_date": date(2025, 10, 1), "customer_key": "cleo"}
    opened = Parted({**GIVEN, "order_lines": [*GIVEN["order_lines"], late]}, tmp_path)
    found = values(opened)
    assert found["new_customers"] == 2  # ben and cleo
    assert found["repurchase_rate"] == pytest.approx(2 / 3)
    *kept, made = rows_in(tmp_path)
    assert kept == before and made != second and not second.exists()


def test_files_that_are_in_pieces_or_gone_cost_time_and_no_figure(tmp_path):
    opened = Parted(GIVEN, tmp_path)
    values(opened)
    rows_in(tmp_path)[0].write_bytes(b"PAR1 cut short")
    forget_answers(tmp_path)
    assert values(opened) == EXPECTED
    assert len(rows_in(tmp_path)) == 2  # the broken one is thrown away
    forget_answers(tmp_path)
    assert values(opened) == EXPECTED
    assert len(rows_in(tmp_path)) == 3  # and built anew
    kept = spans.spans_of(opened)  # somebody empties the folder under an open warehouse
    for path in tmp_path.rglob("*.*"):
        path.unlink()
    query = "SELECT count(DISTINCT customer_key) AS people FROM placed_orders"
    assert kept.run(query).to_pylist() == [{"people": 3}]


def test_a_disk_that_takes_nothing_costs_time_and_no_figure(tmp_path):
    (tmp_path / "states").write_text("no folder")
    assert values(Parted(GIVEN, tmp_path)) == EXPECTED


def test_a_build_that_was_killed_leaves_nothing_that_is_taken_for_whole(tmp_path, monkeypatch):
    from pathlib import Path

    def killed(self, target):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            values(Parted(GIVEN, tmp_path))
    assert rows_in(tmp_path) == []
    assert values(Parted(GIVEN, tmp_path)) == EXPECTED
    assert len(rows_in(tmp_path)) == 3
    assert not list(tmp_path.rglob(".20*"))  # nor what the killed one had begun
