"""Workbooks, new and old: bounded before they are opened, and their cells as text."""

from __future__ import annotations

import re
import zipfile
import zlib
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from helpers.sources.grids import (
    CHUNK,
    EXPORT_AGAIN,
    HEADER_WITHIN,
    Brought,
    Grid,
    Wanted,
    refused,
    written,
)

#: A workbook may unpack to this many bytes and cells; a month's export is far below.
MOST_UNPACKED = 1 << 30
MOST_CELLS = 40_000_000


def check_archive(path: Path) -> None:
    """Unpack a workbook into nothing: proves it whole, and bounds what it unpacks to."""
    size, furthest = 0, 0
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if not any(one.startswith("xl/") for one in names):
                raise refused(
                    path, "is an archive and no workbook", "unpack it and add the files inside"
                )
            for one in names:
                is_sheet = one.startswith("xl/worksheets/")
                width = depth = 0
                with archive.open(one) as part:
                    tail = b""
                    while chunk := part.read(CHUNK):
                        size += len(chunk)
                        if size > MOST_UNPACKED:
                            raise refused(
                                path, f"unpacks to more than {MOST_UNPACKED >> 20:,} MiB",
                                "export fewer rows, or CSV",
                            )  # fmt: skip
                        if is_sheet:
                            width, depth = _furthest_cell(tail + chunk, width, depth)
                            tail = chunk[-64:]
                furthest = max(furthest, width * depth)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError):
        raise refused(path, "is a damaged or cut-off workbook", EXPORT_AGAIN) from None
    except RuntimeError:  # zipfile says so of an encrypted archive
        raise refused(path, "is locked with a password", "save a copy without one") from None
    if furthest > MOST_CELLS:
        raise refused(
            path, f"claims {furthest:,} cells on one sheet", "delete the stray cells far outside"
        )


_CELL = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')


def _furthest_cell(xml: bytes, width: int, depth: int) -> tuple[int, int]:
    """One stray cell in the last corner makes a reader set aside room for billions."""
    found = set(_CELL.findall(xml))
    letters = {column for column, _ in found}
    for column in letters:
        at = 0
        for letter in column:
            at = at * 26 + letter - 64
        width = max(width, at)
    return width, max(depth, *(int(row) for _, row in found)) if found else depth


def sheets(path: Path) -> list[Grid]:
    """Offer every sheet of a workbook, xlsx or xls."""
    import python_calamine as calamine

    try:
        book = calamine.CalamineWorkbook.from_path(str(path))
        grids = []
        for sheet in book.sheet_names:
            rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
            if rows:
                grids.append(_sheet_grid(sheet, rows))
    except (calamine.CalamineError, OSError, ValueError, IndexError) as trouble:
        if "EncryptedPackage".encode("utf-16-le") in path.read_bytes() or "assword" in str(trouble):
            raise refused(path, "is locked with a password", "save a copy without one") from None
        raise refused(path, "is a damaged or cut-off workbook", EXPORT_AGAIN) from None
    if not grids:
        raise refused(path, "is empty: no sheet holds a cell", EXPORT_AGAIN)
    return grids


def _sheet_grid(sheet: str, rows: list[list[Any]]) -> Grid:
    head = [[cell_text(cell) for cell in row] for row in rows[:HEADER_WITHIN]]

    def bring(wanted: Wanted, quotes: bool, folder: Path) -> Brought:
        below = (
            (line, [cell_text(cell) for cell in row])
            for line, row in enumerate(rows, start=1)
            if line > wanted.header_index + 1
        )
        return Brought(lambda: written(below, wanted, folder))

    return Grid("xlsx", None, sheet, head, list(range(1, len(head) + 1)), bring)


def cell_text(cell: Any) -> str:
    """Write a workbook's cell as text, without adding or losing a digit.

    >>> cell_text(17850.0), cell_text(0.1), cell_text(1.2345678901234567e17)
    ('17850', '0.1', '1.234567890123457e+17')
    """
    match cell:
        case None:
            return ""
        case str():
            return cell
        case bool():
            return "true" if cell else "false"
        case int():
            return str(cell)
        case float():
            if abs(cell) >= 1e15:  # a workbook keeps 15 digits: the rest is gone
                return f"{cell:.15e}"
            return str(int(cell)) if cell == int(cell) else repr(cell)
        case datetime():
            return cell.isoformat(" ", "seconds")
        case date() | time() | timedelta():
            return str(cell)
        case _:
            return str(cell)
