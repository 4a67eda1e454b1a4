"""What every kind of file is offered as: grids, and how their wanted columns come into DuckDB."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from helpers.sources.sql import literal
from helpers.vocabulary.faults import DataRefused, Fault

HEADER_WITHIN = 40
#: Below a blank line another table may begin, with a title and a few comments.
_HEADER_BELOW_BLANK = 12
_MOST_PLACES = 400
#: Files are read in pieces of this many bytes.
CHUNK = 1 << 20
EXPORT_AGAIN = "download the export again"


@dataclass(frozen=True)
class Wanted:
    """The columns of a grid to bring in: position of each, and the header row they stand under."""

    positions: tuple[int, ...]
    header_index: int
    width: int
    #: Where numbers and days are wanted: a workbook's cell may be either without looking like it.
    numbers: frozenset[int] = frozenset()
    days: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Quick:
    """Text that DuckDB may read as it lies; what is equal in two files lets them be read as one."""

    path: Path = field(compare=False)
    delimiter: str
    quotes: bool
    wanted: Wanted
    skip: int
    odd_blanks: bool


@dataclass(frozen=True)
class Brought:
    """SQL with columns ``source_line``, ``c<position>`` of the wanted, and ``c_over``.

    Cells come without blanks at their ends; empty ones are NULL.

    ``quick`` lets DuckDB read the text as it lies. DuckDB skips blank lines and joins quoted ones,
    so that its row numbers are lines of the file only if it finds as many rows as there are lines
    (``rows``); if not, or if it gives up, ``careful`` is the road.
    """

    careful: Callable[[], str]
    quick: Quick | None = None
    rows: int = 0


@dataclass(frozen=True)
class TableBelow:
    """Another table in the same text or on the same sheet, below a blank line."""

    #: The first line of its titles and remarks, and the line that its header stands on.
    begins: int
    line: int
    headers: list[str]
    rows: int

    @property
    def is_remark(self) -> bool:
        """Tell remarks at the end from a table."""
        return is_remark(self.headers)


def tables_below(rows: Iterable[tuple[int, Sequence[str]]]) -> list[TableBelow]:
    """Find the tables, and remarks, that follow after a blank line.

    Args:
        rows: Below the header of the first table, blank ones included, each with its line.
    """
    found: list[TableBelow] = []
    begun = blank = False
    for line, cells in rows:
        if not any(cell.strip() for cell in cells):
            blank = blank or begun
        elif not begun:
            begun = True
        elif found and found[-1].is_remark:
            # Titles and remarks belong to the header below them, and are no rows.
            found[-1] = replace(found[-1], line=line, headers=list(cells))
            blank = False
        elif blank:
            found.append(TableBelow(line, line, list(cells), 0))
            blank = False
        elif found:
            found[-1] = replace(found[-1], rows=found[-1].rows + 1)
    return found


def is_remark(cells: Sequence[str]) -> bool:
    """Tell a title or comment above a table from its header."""
    return cells[0].startswith("#") or sum(bool(cell.strip()) for cell in cells) < 2


@dataclass(frozen=True)
class Grid:
    """One way to see the file as rows of cells."""

    encoding: str
    delimiter: str | None
    sheet: str | None
    head: list[list[str]]
    #: 1-based line of the file on which each head row ends.
    ends: list[int]
    #: Gives the rows of the wanted columns, ``quotes`` and a scratch folder given.
    bring: Callable[[Wanted, bool, Path], Brought]
    #: How well the text reads in this encoding; only compared within one file.
    plausible: float = 1.0
    #: The source whose query this answers: its buyers are hashed and its notes masked already.
    asked_as: str = ""
    #: How many rows it has, where that is known without reading on: sheets.
    rows: int = 0
    #: Finds the tables that follow below the header on the given line, after a blank one.
    tables_below: Callable[[int], list[TableBelow]] = lambda line: []

    @property
    def writes_points(self) -> bool:
        """Numbers of Parquet files come with a decimal point, never a comma.

        So do those of a workbook's number cells, but its text cells are written like any text.
        """
        return self.encoding == "parquet"


@dataclass(frozen=True)
class Opened:
    """A file as it was found."""

    path: Path
    sha256: str
    grids: list[Grid] = field(repr=False)


def header_places(rows: Iterable[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    """Pick the rows that may be a header: the first of all, and the first below blank lines.

    Args:
        rows: All rows, each with the line it ends on.
    """
    left = HEADER_WITHIN
    picked = 0
    for line, cells in rows:
        if not any(cell.strip() for cell in cells):
            left = max(left, _HEADER_BELOW_BLANK)
        if left > 0 and picked < _MOST_PLACES:
            picked += 1
            yield line, cells
        left -= 1


def refused(path: Path, what: str, way_out: str) -> DataRefused:
    """Say that a file cannot be read at all, and what to do."""
    return DataRefused(Fault(path.name, what, way_out))


_BREAKS = re.compile("[\r\n]+")


def written(rows: Iterable[tuple[int, list[str]]], wanted: Wanted, folder: Path) -> str:
    """Write the wanted cells to a plain file and give the SQL that reads it."""
    copy = folder / "cells.csv"
    with copy.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for line, cells in rows:
            kept = [cells[at] if at < len(cells) else "" for at in wanted.positions]
            over = " ".join(" ".join(cells[wanted.width :]).split())[:200]
            if any("\n" in one or "\r" in one for one in kept):
                kept = [" ".join(_BREAKS.split(one)) for one in kept]
            writer.writerow([line, *map(str.strip, kept), over])
    columns = ", ".join(f"'c{at}': 'VARCHAR'" for at in wanted.positions)
    return (
        f"SELECT * FROM read_csv({literal(str(copy))}, auto_detect=false, header=false, delim=',',"
        f" quote='\"', escape='\"', nullstr='', columns={{'source_line': 'BIGINT', {columns},"
        " 'c_over': 'VARCHAR'}, max_line_size=20000000)"
    )
