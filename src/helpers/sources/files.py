"""What lies on the disk: text in some encoding, a workbook, or Parquet; and its rows as text.

Every kind of file is offered as one or more grids (a sheet, or the text under one separator). A
grid knows its first rows, for recognition, and how to bring the columns that are wanted into
DuckDB, as text. Whatever is damaged, empty, locked or a bomb is refused here.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import itertools
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from helpers.sources.cells import trimmed
from helpers.sources.reading import FILE
from helpers.sources.sql import literal, name
from helpers.vocabulary.faults import DataRefused, Fault

HEADER_WITHIN = 40
#: A workbook may unpack to this many bytes and cells; a month's export is far below.
MOST_UNPACKED = 1 << 30
MOST_CELLS = 40_000_000
SEPARATORS = (",", "\t", ";", "|")
_HEAD = 1 << 18
_CHUNK = 1 << 20
#: How the other blanks begin in UTF-8: no-break and thin ones, the wide one, the byte order mark.
_WIDE_BLANKS = (b"\xc2\xa0", b"\xe2\x80", b"\xe3\x80\x80", b"\xef\xbb\xbf")
_SAMPLE = 1 << 17
_EXPORT_AGAIN = "download the export again"

csv.field_size_limit(1 << 24)


@dataclass(frozen=True)
class Wanted:
    """The columns of a grid to bring in: position of each, and the header row they stand under."""

    positions: tuple[int, ...]
    header_index: int
    width: int


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

    @property
    def writes_points(self) -> bool:
        """Numbers of workbooks and Parquet files come with a decimal point, never a comma."""
        return self.encoding in ("xlsx", "parquet")


@dataclass(frozen=True)
class Opened:
    """A file as it was found."""

    path: Path
    sha256: str
    grids: list[Grid] = field(repr=False)


def open_file(path: Path) -> Opened:
    """Look at a file and offer its grids.

    Raises:
        DataRefused: It cannot be read at all: empty, damaged, locked, packed, or a bomb.
    """
    try:
        with path.open("rb") as file:
            start = file.read(8)
    except OSError as trouble:
        raise _refused(path, f"cannot be read ({trouble.strerror})", "check its rights") from None
    if not start:
        raise _refused(path, "is empty", _EXPORT_AGAIN)
    if start.startswith(b"PK"):
        sha = _sha256(path)
        _check_archive(path)
        return Opened(path, sha, _sheets(path))
    if start == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return Opened(path, _sha256(path), _sheets(path))
    if start.startswith(b"PAR1"):
        return Opened(path, _sha256(path), [_parquet(path)])
    for mark, kind in ((b"\x1f\x8b", "packed (gzip)"), (b"%PDF", "a PDF"), (b"Rar!", "packed")):
        if start.startswith(mark):
            raise _refused(path, f"is {kind}", "unpack it, or export it as CSV or XLSX")
    return _text(path)


def _refused(path: Path, what: str, way_out: str) -> DataRefused:
    return DataRefused(Fault(path.name, what, way_out))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# Text


@dataclass(frozen=True)
class _Scan:
    sha256: str
    is_utf8: bool
    has_nulls: bool
    lines: int
    plain_newlines: bool
    odd_blanks: bool  # tabs, or the blanks of other scripts than Latin
    odd: bytes  # lines that hold more than ASCII, enough of them to tell the encoding


def _scan(path: Path) -> _Scan:
    """Read the file once: its hash, its lines, and whether it is UTF-8."""
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8, has_nulls, odd = True, False, bytearray()
    newlines = returns = pairs = tabs = wide = 0
    last, filled_at = b"", 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            has_nulls = has_nulls or b"\0" in chunk
            if not chunk.isascii() and len(odd) < _SAMPLE:
                odd += b"\n".join(line for line in chunk.split(b"\n") if not line.isascii())[
                    :_SAMPLE
                ]
            if is_utf8:
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError:
                    is_utf8 = False
            tabs += chunk.count(b"\t")
            wide += any(blank in chunk for blank in _WIDE_BLANKS)
            whole = last[-1:] + chunk
            pairs += whole.count(b"\r\n")
            returns += chunk.count(b"\r")
            kept = chunk.rstrip(b"\r\n")
            if kept:
                filled_at = newlines + kept.count(b"\n") + 1
            newlines += chunk.count(b"\n")
            last = chunk
    if is_utf8:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            is_utf8 = False
    return _Scan(
        digest.hexdigest(), is_utf8, has_nulls, filled_at, returns == pairs,
        bool(tabs or wide), bytes(odd),
    )  # fmt: skip


def _text(path: Path) -> Opened:
    scan = _scan(path)
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head.strip(b" \t\r\n\0\xef\xbb\xbf\xff\xfe"):
        raise _refused(path, "is empty", _EXPORT_AGAIN)
    grids = []
    for encoding, plausible in _encodings(head, scan):
        decoder = codecs.getincrementaldecoder(encoding)("replace")
        shown = decoder.decode(head).removeprefix("\ufeff")
        cut = len(head) == _HEAD
        for delimiter in SEPARATORS:
            if delimiter in shown:
                grids.append(_text_grid(path, scan, encoding, delimiter, shown, cut, plausible))
    if not grids:
        raise _refused(
            path, "holds no table: nothing separates columns", "export it as CSV, TSV or XLSX"
        )
    return Opened(path, scan.sha256, grids)


def _encodings(head: bytes, scan: _Scan) -> list[tuple[str, float]]:
    """Climb the ladder of encodings; the header signature decides among what is left."""
    if head.startswith(codecs.BOM_UTF8) and scan.is_utf8:
        return [("utf-8-sig", 1.0)]
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return [("utf-16", 1.0)]
    if scan.has_nulls:
        # UTF-16 whose mark was lost: every other byte of Latin text is zero.
        even, odd = head[::2].count(0), head[1::2].count(0)
        if max(even, odd) > len(head) // 6:
            return [("utf-16-be" if even > odd else "utf-16-le", 1.0)]
    if scan.is_utf8:
        return [("utf-8", 1.0)]
    found = []
    for encoding in ("gb18030", "cp932", "cp1252"):
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            text = decoder.decode(scan.odd)
        except UnicodeDecodeError:
            continue
        found.append((encoding, _plausibility(encoding, text)))
    # What no encoding can read still shows its ASCII: a damaged byte must not hide the rest.
    return found or [("cp1252", 0.0)]


def _plausibility(encoding: str, text: str) -> float:
    """Say what share of the odd characters is what people write in that encoding's languages."""
    odd = [at for at, sign in enumerate(text) if ord(sign) > 127]
    if not odd:
        return 1.0
    good = 0
    for at in odd:
        sign = text[at]
        beside = text[max(0, at - 1) : at + 2]
        if encoding == "cp1252":
            # Accents stand alone among ASCII letters; a run of them is another language misread.
            good += sum(ord(one) > 127 for one in beside) <= 2 and (
                "À" <= sign <= "ÿ" or sign in "€£°®™’‘“”–—ßŠšŽžŒœ§«»¿¡ªº´·"
            )
        elif encoding == "cp932":
            good += "\u3040" <= sign <= "\u30ff" or "\uff00" <= sign <= "\uff5e" or (
                "\u4e00" <= sign <= "\u9fff" and any("\u3040" <= one <= "\u30ff" for one in text)
            ) or "\u3000" <= sign <= "\u303f"  # fmt: skip
        else:
            code = sign.encode("gb18030", "ignore")
            everyday = len(code) == 2 and (0xA1 <= code[0] <= 0xA3 or 0xB0 <= code[0] <= 0xD7)
            good += everyday and code[1] >= 0xA1
    return good / len(odd)


def _text_grid(
    path: Path, scan: _Scan, encoding: str, delimiter: str, shown: str, cut: bool, plausible: float
) -> Grid:
    head, ends = [], []
    reader = csv.reader(io.StringIO(shown, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            head.append(row)
            ends.append(reader.line_num)
            if len(head) > HEADER_WITHIN:
                break
    except csv.Error:
        pass
    if cut and len(head) > 1 and len(head) <= HEADER_WITHIN:
        head.pop()  # the last row shown may be half a row
        ends.pop()

    def bring(wanted: Wanted, quotes: bool, folder: Path) -> Brought:
        skip = ends[wanted.header_index]

        def careful() -> str:
            return _written(_careful_rows(path, encoding, delimiter, quotes, skip), wanted, folder)

        lines, text = scan.lines, path
        # Between tabs, a tab is no blank; and what another encoding holds is not looked into.
        odd_blanks = (scan.odd_blanks and delimiter != "\t") or encoding != "utf-8"
        if not scan.plain_newlines or scan.has_nulls or plausible == 0:
            return Brought(careful)
        if encoding not in ("utf-8", "utf-8-sig"):
            text = folder / "transcoded.txt"
            lines = _transcode(path, encoding, text)
        if not lines:
            return Brought(careful)
        return Brought(
            careful,
            Quick(text, delimiter, quotes, wanted, skip, odd_blanks),
            max(lines - skip, 0),
        )

    return Grid(encoding, delimiter, None, head, ends, bring, plausible)


def _transcode(path: Path, encoding: str, copy: Path) -> int:
    """Write a UTF-8 copy; the number of its lines, or 0 if the text is no such encoding."""
    lines, filled = 0, 0
    try:
        with (
            path.open("r", encoding=encoding, newline="") as old,
            copy.open("w", encoding="utf-8", newline="") as new,
        ):
            while text := old.read(_CHUNK):
                new.write(text)
                kept = text.rstrip("\r\n")
                if kept:
                    filled = lines + kept.count("\n") + 1
                lines += text.count("\n")
    except UnicodeError:
        return 0
    return filled


def quick_rows(texts: Sequence[Quick], rows: Sequence[int]) -> str:
    """Let DuckDB read texts as they lie, one after the other; all but their paths is equal.

    Rows are numbered through, so that a number tells text and line where each text has as many
    rows as it has lines below its header (``rows``): whoever asks must count them.
    """
    form = texts[0]
    # One cell too many is seen as such; more than one makes DuckDB give up on the file.
    columns = ", ".join(f"'c{at}': 'VARCHAR'" for at in range(form.wanted.width + 1))
    quote = "'\"'" if form.quotes else "''"

    def bare(at: int) -> str:
        # Trimming every kind of blank takes several times as long as trimming plain ones.
        return trimmed(f"c{at}") if form.odd_blanks else f"nullif(trim(c{at}), '')"

    cells = "".join(f", {bare(at)} AS c{at}" for at in form.wanted.positions)
    paths = ", ".join(literal(str(text.path)) for text in texts)
    read = (
        f"read_csv([{paths}], auto_detect=false, header=false,"
        f" skip={form.skip}, delim={literal(form.delimiter)}, quote={quote}, escape={quote},"
        f" null_padding=true, filename='_path', columns={{{columns}}})"
    )
    over = f"{bare(form.wanted.width)} AS c_over"
    if len(texts) == 1:
        number = f"row_number() OVER () + {form.skip}"
        return f"SELECT {number} AS source_line{cells}, {over} FROM {read}"
    before = list(itertools.accumulate(rows, initial=0))
    places = ", ".join(
        f"({literal(str(text.path))}, {at * FILE + form.skip - before[at]})"
        for at, text in enumerate(texts)
    )
    return (
        f"SELECT _row + _begins AS source_line{cells}, {over} FROM (SELECT *, row_number() OVER ()"
        f" AS _row FROM {read}) JOIN (VALUES {places}) AS places(_path, _begins) USING (_path)"
    )


def _careful_rows(
    path: Path, encoding: str, delimiter: str, quotes: bool, skip: int
) -> Iterator[tuple[int, list[str]]]:
    """Read any text at all, row by row, with the line each row begins on."""
    with path.open("r", encoding=encoding, errors="replace", newline="") as file:
        # A null byte says nothing; shown as a sign it spoils only the cell it stands in.
        clean = (line.replace("\0", "\ufffd") for line in file)
        reader = (
            csv.reader(clean, delimiter=delimiter)
            if quotes
            else csv.reader(clean, delimiter=delimiter, quoting=csv.QUOTE_NONE)
        )
        begins = 1
        try:
            for row in reader:
                if begins > skip and row:
                    yield begins, row
                begins = reader.line_num + 1
        except csv.Error as trouble:
            raise DataRefused(
                Fault(f"{path.name}, line {begins}", f"cannot be read ({trouble})", _EXPORT_AGAIN)
            ) from None


_BREAKS = re.compile("[\r\n]+")


def _written(rows: Iterable[tuple[int, list[str]]], wanted: Wanted, folder: Path) -> str:
    """Write the wanted cells to a plain file and give the SQL that reads it."""
    copy = folder / "cells.csv"
    with copy.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for line, cells in rows:
            kept = [cells[at] if at < len(cells) else "" for at in wanted.positions]
            over = "1" if any(one.strip() for one in cells[wanted.width :]) else ""
            writer.writerow([line, *(" ".join(_BREAKS.split(one)).strip() for one in kept), over])
    columns = ", ".join(f"'c{at}': 'VARCHAR'" for at in wanted.positions)
    return (
        f"SELECT * FROM read_csv({literal(str(copy))}, auto_detect=false, header=false, delim=',',"
        f" quote='\"', escape='\"', nullstr='', columns={{'source_line': 'BIGINT', {columns},"
        " 'c_over': 'VARCHAR'}, max_line_size=20000000)"
    )


# Workbooks


def _check_archive(path: Path) -> None:
    """Unpack a workbook into nothing: proves it whole, and bounds what it unpacks to."""
    size, furthest = 0, 0
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if not any(one.startswith("xl/") for one in names):
                raise _refused(
                    path, "is an archive and no workbook", "unpack it and add the files inside"
                )
            for one in names:
                is_sheet = one.startswith("xl/worksheets/")
                width = depth = 0
                with archive.open(one) as part:
                    tail = b""
                    while chunk := part.read(_CHUNK):
                        size += len(chunk)
                        if size > MOST_UNPACKED:
                            raise _refused(
                                path, f"unpacks to more than {MOST_UNPACKED >> 20:,} MiB",
                                "export fewer rows, or CSV",
                            )  # fmt: skip
                        if is_sheet:
                            width, depth = _furthest_cell(tail + chunk, width, depth)
                            tail = chunk[-64:]
                furthest = max(furthest, width * depth)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError):
        raise _refused(path, "is a damaged or cut-off workbook", _EXPORT_AGAIN) from None
    except RuntimeError:  # zipfile says so of an encrypted archive
        raise _refused(path, "is locked with a password", "save a copy without one") from None
    if furthest > MOST_CELLS:
        raise _refused(
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


def _sheets(path: Path) -> list[Grid]:
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
            raise _refused(path, "is locked with a password", "save a copy without one") from None
        raise _refused(path, "is a damaged or cut-off workbook", _EXPORT_AGAIN) from None
    if not grids:
        raise _refused(path, "is empty: no sheet holds a cell", _EXPORT_AGAIN)
    return grids


def _sheet_grid(sheet: str, rows: list[list[Any]]) -> Grid:
    head = [[cell_text(cell) for cell in row] for row in rows[:HEADER_WITHIN]]

    def bring(wanted: Wanted, quotes: bool, folder: Path) -> Brought:
        below = (
            (line, [cell_text(cell) for cell in row])
            for line, row in enumerate(rows, start=1)
            if line > wanted.header_index + 1
        )
        return Brought(lambda: _written(below, wanted, folder))

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


# Parquet


def _parquet(path: Path) -> Grid:
    import duckdb

    file = literal(str(path))
    try:
        with duckdb.connect() as con:
            described = con.execute(f"DESCRIBE SELECT * FROM read_parquet({file})").fetchall()
    except duckdb.Error:
        raise _refused(path, "is a damaged or cut-off Parquet file", _EXPORT_AGAIN) from None
    types: Mapping[str, str] = {row[0]: row[1] for row in described}

    def bring(wanted: Wanted, quotes: bool, folder: Path) -> Brought:
        names = list(types)
        cells = "".join(
            f", {trimmed(_as_text(name(names[at]), types[names[at]]))} AS c{at}"
            for at in wanted.positions
        )
        query = (
            f"SELECT file_row_number + 1 AS source_line{cells}, NULL::VARCHAR AS c_over"
            f" FROM read_parquet({file}, file_row_number=true)"
        )
        return Brought(lambda: query)

    return Grid("parquet", None, None, [list(types)], [0], bring)


def _as_text(column: str, kind: str) -> str:
    """Write a typed column as text without loss: 17850.0 is the customer 17850."""
    if kind in ("DOUBLE", "FLOAT"):
        return (
            f"CASE WHEN isnan({column}) THEN NULL WHEN {column} = trunc({column})"
            f" AND abs({column}) < 1e15 THEN CAST(CAST({column} AS BIGINT) AS VARCHAR)"
            f" ELSE CAST({column} AS VARCHAR) END"
        )
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"CAST(timezone('UTC', {column}) AS VARCHAR) || '+00:00'"
    return f"CAST({column} AS VARCHAR)"
