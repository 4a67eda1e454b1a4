"""Workbooks, new and old, locked or not: bounded before they are opened, their cells as text."""

from __future__ import annotations

import io
import math
import re
import zipfile
import zlib
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

from helpers.sources.grids import (
    CHUNK,
    EXPORT_AGAIN,
    HEADER_WITHIN,
    Brought,
    Grid,
    TableBelow,
    Wanted,
    refused,
    tables_below,
    written,
)
from helpers.sources.locks import is_locked, unlocked
from helpers.sources.passwords import Passwords

#: How old workbooks begin, and new ones that are locked.
BIFF = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: A workbook may unpack to this many bytes and cells; a month's export is far below.
MOST_UNPACKED = 1 << 30
MOST_CELLS = 25_000_000
#: Where a cell of days holds a plain number between these, it counts days as spreadsheets do:
#: from 1954 to 2119. 20260930 is no such number.
_FIRST_SERIAL, _LAST_SERIAL = 20_000, 80_000
_EPOCH = datetime(1899, 12, 30)


def open_workbook(path: Path, passwords: Callable[[], Passwords] | None) -> list[Grid]:
    """Offer every sheet of a workbook.

    Raises:
        DataRefused: It is damaged, empty, a bomb, or none of the passwords opens it.
    """
    with path.open("rb") as book:
        if book.read(2) == b"PK":
            _check_archive(path, book)
        try:
            return _sheets(path, book)
        except _Locked:
            pass
        plain = io.BytesIO(unlocked(path, book, passwords() if passwords else None))
    if plain.read(2) == b"PK":
        _check_archive(path, plain)
    try:
        return _sheets(path, plain)
    except _Locked:
        raise refused(path, "is a damaged or cut-off workbook", EXPORT_AGAIN) from None


class _Locked(Exception):  # noqa: N818 - no fault: the password may be at hand
    """A workbook that only opens with a password."""


def _check_archive(path: Path, book: BinaryIO) -> None:
    """Unpack a workbook into nothing: proves it whole, and bounds what it unpacks to."""
    size, furthest = 0, 0
    try:
        with zipfile.ZipFile(book) as archive:
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
    except RuntimeError:  # zipfile says so of an encrypted archive, as no spreadsheet writes it
        raise refused(path, "is locked with a password", "save a copy without one") from None
    if furthest > MOST_CELLS:
        raise refused(
            path,
            f"claims {furthest:,} cells on one sheet",
            "delete the stray cells far outside, or export it as CSV",
        )


#: No spreadsheet goes beyond XFD1048576; a reader that is told ZZZZZZZ1 goes there all the same.
_CELL = re.compile(rb'\br="([A-Za-z]{1,16})(\d{1,16})"')


#: Rows whose cells do not say where they stand: each is one further down, or where it says.
_UNNUMBERED = re.compile(rb"<row\b([^>]*)>\s*<c(?![^>]*\br=)")
_ROW_NUMBER = re.compile(rb'\br="(\d{1,10})"')


def _furthest_cell(xml: bytes, width: int, depth: int) -> tuple[int, int]:
    """One stray cell in the last corner makes a reader set aside room for billions."""
    if unnumbered := _UNNUMBERED.findall(xml):
        numbers = [int(number) for row in unnumbered for number in _ROW_NUMBER.findall(row)]
        depth = max(depth + len(unnumbered), *numbers, 0)
        width = max(width, *(row.count(b"<c ") + row.count(b"<c>") for row in xml.split(b"<row")))
    found = set(_CELL.findall(xml))
    letters = {column for column, _ in found}
    for column in letters:
        at = 0
        for letter in column.upper():
            at = at * 26 + letter - 64
        width = max(width, at)
    return width, max(depth, *(int(row) for _, row in found)) if found else depth


def _sheets(path: Path, book: BinaryIO) -> list[Grid]:
    import python_calamine as calamine

    book.seek(0)
    try:
        opened = calamine.CalamineWorkbook.from_filelike(book)
        grids = []
        for sheet in opened.sheet_names:
            # The size that the file states for a sheet may be stale: all that is there is read.
            rows = opened.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
            if rows:
                grids.append(_sheet_grid(sheet, rows))
    except OverflowError:
        raise refused(
            path,
            "holds a number under a date or time format that no calendar reaches",
            "correct or clear that cell, or export the file again",
        ) from None
    except BaseException as trouble:
        # The reader panics at some damaged books, and its panic is no Exception.
        is_its_own = isinstance(trouble, (calamine.CalamineError, OSError, ValueError, IndexError))
        if not is_its_own and type(trouble).__name__ != "PanicException":
            raise
        if is_locked(book):
            raise _Locked from None
        raise refused(path, "is a damaged or cut-off workbook", EXPORT_AGAIN) from None
    if not grids:
        raise refused(path, "is empty: no sheet holds a cell", EXPORT_AGAIN)
    return grids


def _sheet_grid(sheet: str, rows: list[list[Any]]) -> Grid:
    head = [[cell_text(cell) for cell in row] for row in rows[:HEADER_WITHIN]]

    def bring(wanted: Wanted, quotes: bool, folder: Path) -> Brought:
        below = (
            (
                line,
                [
                    cell if type(cell) is str else _wanted_text(cell, at, wanted)
                    for at, cell in enumerate(row)
                ],
            )
            for line, row in enumerate(rows, start=1)
            if line > wanted.header_index + 1
        )
        return Brought(lambda: written(below, wanted, folder))

    def below(line: int) -> list[TableBelow]:
        texts = (
            (at, [cell_text(cell) for cell in row])
            for at, row in enumerate(rows[line:], start=line + 1)
        )
        return tables_below(texts)

    filled = sum(any(cell not in ("", None) for cell in row) for row in rows)
    ends = list(range(1, len(head) + 1))
    return Grid("xlsx", None, sheet, head, ends, bring, rows=filled, tables_below=below)


def _wanted_text(cell: Any, at: int, wanted: Wanted) -> str:
    """Write a cell for the column it stands in.

    A fraction among numbers is written so that no decimal mark is in doubt: beside text cells
    such as 45.000, which are thousands in Jakarta, 0.125 must stay what it is.
    """
    if isinstance(cell, float) and math.isfinite(cell):
        if at in wanted.numbers and cell != int(cell):
            return f"{Decimal(repr(cell)):e}"
        if at in wanted.days and _FIRST_SERIAL <= cell < _LAST_SERIAL:
            moment = _EPOCH + timedelta(seconds=round(cell * 86_400))
            return str(moment.date()) if cell == int(cell) else moment.isoformat(" ", "seconds")
    elif type(cell) is int and at in wanted.days and _FIRST_SERIAL <= cell < _LAST_SERIAL:
        return str((_EPOCH + timedelta(days=cell)).date())
    return cell_text(cell)


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
            if not math.isfinite(cell):
                return str(cell)
            if abs(cell) >= 1e15:  # a workbook keeps 15 digits: the rest is gone
                return f"{cell:.15e}"
            return str(int(cell)) if cell == int(cell) else repr(cell)
        case datetime():
            return cell.isoformat(" ", "seconds")
        case date() | time() | timedelta():
            return str(cell)
        case _:
            return str(cell)
