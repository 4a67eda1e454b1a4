"""What people wrote in the plan is there as tables, and a changed file is a changed table."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from helpers.tables.plan_tables import PLAN_TABLES, plan_fingerprint, plan_rows
from helpers.vocabulary.faults import DeclarationFaulty

TARGETS = """
objectives: [{id: o, label: {en: o, zh: o}}]
targets:
  - id: de
    metric: gmv
    scope: {store: amazon-de}
    change_kind: relative
    value: 0.2
    baseline: {period: "2024"}
    due: "2025-12-31"
"""


def write(folder: Path, year: str, name: str, text: str) -> None:
    (folder / year).mkdir(parents=True, exist_ok=True)
    (folder / year / name).write_text(text, encoding="utf-8")


def test_entries_of_all_years_become_flat_rows(tmp_path: Path):
    write(tmp_path, "2025", "targets.yml", TARGETS)
    write(tmp_path, "2026", "targets.yml", "targets: [{id: next, metric: gmv, value: 9}]")
    first, second = plan_rows(tmp_path, "targets", fiscal_start=4)
    assert (first["dimension"], first["member"]) == ("store", "amazon-de")
    assert (first["value"], first["baseline"], first["due"]) == (0.2, "2024", date(2025, 12, 31))
    # The business year 2025 that begins in April began in 2024.
    assert first["first_day"] == date(2024, 4, 1)
    assert (second["plan_year"], second["dimension"], second["due"]) == ("2026", "", None)
    assert all(list(row) == list(PLAN_TABLES["targets"]) for row in (first, second))


def test_no_plan_is_an_empty_table(tmp_path: Path):
    assert plan_rows(tmp_path / "plan", "actions") == []
    write(tmp_path, "2025", "actions.yml", "actions: []")
    assert plan_rows(tmp_path, "actions") == []


def test_a_changed_file_is_another_table(tmp_path: Path):
    write(tmp_path, "2025", "targets.yml", TARGETS)
    before = plan_fingerprint(tmp_path, "targets"), plan_fingerprint(tmp_path, "actions")
    write(tmp_path, "2025", "targets.yml", TARGETS.replace("0.2", "0.3"))
    after = plan_fingerprint(tmp_path, "targets"), plan_fingerprint(tmp_path, "actions")
    assert before[0] != after[0]
    assert before[1] == after[1]


def test_a_day_that_is_none_names_file_and_entry(tmp_path: Path):
    write(tmp_path, "2025", "targets.yml", TARGETS.replace("2025-12-31", "end of year"))
    with pytest.raises(DeclarationFaulty, match=r"2025/targets.yml: de: due"):
        plan_rows(tmp_path, "targets")
