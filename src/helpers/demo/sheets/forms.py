"""The templates' columns in both wordings, and how a sheet becomes a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from helpers.demo.platforms.files import Cell, Export, comma_separated, workbook


def as_text(name: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Export:
    """Write a sheet as CSV, as it leaves a database or Google Sheets."""
    return name, comma_separated(columns, [["" if one is None else str(one) for one in row]
                                           for row in rows])  # fmt: skip


def as_workbook(name: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Export:
    """Write a sheet as XLSX, as people keep it."""
    return name, workbook("Sheet1", columns, rows)


def yes_or_no(fact: bool, language: str = "en") -> str:
    """Write a fact as people do."""
    return {"en": ("no", "yes"), "zh": ("否", "是")}[language][bool(fact)]
