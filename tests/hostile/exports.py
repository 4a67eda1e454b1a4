"""Valid files to be spoilt: one of every family, made of its own declaration, and the demo's.

Nothing here knows a family by name: whatever is declared is written, so that a family added
tomorrow is spoilt and searched tomorrow.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from helpers.sources.catalogue import load_sources
from helpers.sources.declared import Column, Source, StatedAbove, StoreColumn

PERIOD = "2025-10"
FIRST = date(2025, 10, 6)
ROWS = 8
PLACES = {
    "amazon": ("USD", "America/Los_Angeles", "US"),
    "shopify": ("USD", "America/New_York", "US"),
    "tiktok": ("THB", "Asia/Bangkok", "TH"),
    "shopee": ("TWD", "Asia/Taipei", "TW"),
    "lazada": ("MYR", "Asia/Kuala_Lumpur", "MY"),
    "alibaba": ("USD", "America/Los_Angeles", "US"),
    "own": ("GBP", "Europe/London", "GB"),
}
#: Files of the stores ``witness`` and ``own`` need no platform.
WORKSPACE = (
    "company: {en: Spoilt company, zh: 坏文件公司}\nbase_currency: CNY\n"
    "time_zone: Asia/Shanghai\nstores:\n"
    + "".join(
        f"  - {{id: {name}, name: {{en: {name}, zh: {name}}}, platform: {platform},"
        f" currency: {currency}, time_zone: {zone}, tax_basis: {basis}, country: {country},"
        " undated_refunds: order_day}\n"
        for name, platform, basis in [
            *((platform, platform, "excluded") for platform in PLACES),
            ("taxed", "amazon", 'included, tax_rate: "0.19"'),
            ("witness", "own", "excluded"),
        ]
        for currency, zone, country in [PLACES[platform]]
    )
)

Grid = list[list[str]]


@dataclass(frozen=True)
class Export:
    """A valid file, as rows of text and as bytes."""

    family: str
    store: str
    name: str
    #: Rows above the header, the header, the rows below.
    above: Grid
    headers: list[str]
    rows: Grid
    delimiter: str = ","
    encoding: str = "utf-8"

    @property
    def is_book(self) -> bool:
        return self.name.endswith((".xlsx", ".xls"))

    @property
    def grid(self) -> Grid:
        return [*self.above, self.headers, *self.rows]

    def text(self, grid: Sequence[Sequence[str]] | None = None, delimiter: str = "") -> str:
        """Write the rows, or other rows, as this file's kind of text."""
        out = io.StringIO(newline="")
        mark = delimiter or self.delimiter
        # Amazon's flat files never quote: a cell that would need it is written as it is.
        writer = csv.writer(out, delimiter=mark, lineterminator="\r\n")
        for row in self.grid if grid is None else grid:
            writer.writerow(row)
        return out.getvalue()

    def data(self, grid: Sequence[Sequence[Any]] | None = None) -> bytes:
        """Write the rows, or other rows, as this file's kind of bytes."""
        grid = self.grid if grid is None else grid
        if self.name.endswith(".xlsx"):
            return as_xlsx(grid)
        if self.name.endswith(".xls"):
            return as_xls(grid)
        return self.text(grid).encode(self.encoding, "replace")

    def with_rows(self, **changed: Any) -> bytes:
        """Give the bytes with other rows above, headers or rows."""
        return self.data(replace(self, **changed).grid)


def as_xlsx(grid: Sequence[Sequence[Any]]) -> bytes:
    import openpyxl
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Sheet1")
    for row in grid:
        sheet.append(
            [
                ILLEGAL_CHARACTERS_RE.sub("", one)[:32000] if isinstance(one, str) else one
                for one in row[:16000]
            ]
        )
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_xls(grid: Sequence[Sequence[Any]]) -> bytes:
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("Sheet1")
    for at, row in enumerate(grid[:65000]):
        for place, cell in enumerate(row[:250]):
            sheet.write(at, place, cell[:32000] if isinstance(cell, str) else cell)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def header_of(header: str) -> str:
    """A declared header as a file writes it."""
    return header.replace("{currency}", "USD").replace("*", "Sample")


def words_of(source: Source) -> dict[str, str]:
    """For each column, a word that its declaration asks for: a status, a kind of line."""
    found: dict[str, str] = {}

    def look(said: Any) -> None:
        if isinstance(said, Mapping):
            for key, test in said.items():
                if key in source.columns and isinstance(test, Mapping):
                    for way in ("equals", "one_of", "starts_with", "contains"):
                        words = test.get(way)
                        word = words[0] if isinstance(words, list | tuple) and words else words
                        if isinstance(word, str):
                            found.setdefault(key, word)
                if key in ("translate", "map") and isinstance(test, Mapping):
                    words = next((one for one in test.values() if isinstance(one, Mapping)), None)
                    named = next((one for one in test.values() if isinstance(one, str)), None)
                    if words and named in source.columns:
                        found.setdefault(str(named), str(next(iter(words))))
                look(test)
        elif isinstance(said, list | tuple):
            for one in said:
                look(one)

    look([*source.define.values(), *(
        part for table in source.tables.values() for part in (table.when, table.fill)
    )])  # fmt: skip
    return found


#: What a column's name says it holds, where a table takes only some words.
BY_NAME = {"kind": "video", "channel": "inquiry", "mode": "sea",
           "metric_id": "gmv", "category": "commission"}  # fmt: skip


def cell_of(column: str, about: Column, row: int, words: Mapping[str, str]) -> str:
    """Give a sound cell for a column."""
    day = FIRST + timedelta(days=row)
    match about.type:
        case "money":
            return f"{10 + row}.50"
        case "integer":
            return str(3 + row)
        case "percent":
            return f"{row + 1}.25%"
        case "boolean":
            return "yes" if row % 2 else "no"
        case "country":
            return "US"
        case "date" | "days":
            return day.strftime(about.format or "%Y-%m-%d")
        case "timestamp":
            moment = datetime(day.year, day.month, day.day, 10, row, 5)
            if about.format:
                return moment.strftime(about.format.replace("%z", "+0000"))
            return str(moment) + (" +0000" if about.zone == "offset" else "")
        case "id":
            return f"{column[:3].upper()}-{row + 1:04}"
        case "customer":
            return f"buyer{row}"
        case "note":
            return "a plain remark"
        case _:
            return words.get(column) or BY_NAME.get(column, "Sample")


def store_of(source: Source) -> str:
    return source.platform or "own"


def made(
    source: Source,
    kind: str = "",
    wording: int = 0,
    cell: Callable[[str, Column, int], str | None] = lambda *_: None,
    others: Callable[[str, int], str] = lambda header, row: "",
    more: Sequence[str] = (),
    rows: int = ROWS,
) -> Export:
    """Write a file of a family out of its declaration.

    Args:
        source: The family.
        kind: csv, txt, xlsx or xls; left out, as its platform writes it.
        wording: Which of its wordings of the headers.
        cell: What else to write in a column, if anything.
        others: What to write in columns that are known and not read.
        more: Further headers that nobody declared, filled like those.
        rows: How many rows.
    """
    words = {"currency": PLACES[store_of(source)][0]} | words_of(source)
    columns = list(source.columns.items())
    headers = [
        header_of(source.headers_of(column)[min(wording, len(source.headers_of(column)) - 1)])
        for column, _ in columns
    ]
    unread = [*(header_of(one) for one in source.ignored), *more]
    body = []
    for row in range(rows):
        cells = []
        for column, about in columns:
            text = cell(column, about, row)
            names_store = isinstance(source.store, StoreColumn) and column == source.store.column
            if text is None and names_store:
                text = store_of(source)
            cells.append(cell_of(column, about, row, words) if text is None else text)
        body.append(cells + [others(header, row) for header in unread])
    above: Grid = []
    if isinstance(source.period, StatedAbove):
        lines = stated(source.period.stated_above).split("\n")
        above = [*([line] for line in lines), []]
    flat = not source.file.quotes
    kind = kind or ("txt" if flat else "csv")
    return Export(
        source.source, store_of(source), f"{source.source}.{kind}", above,
        [*headers, *unread], body, "\t" if flat else ",",
    )  # fmt: skip


def stated(form: str) -> str:
    """Write a line that states a period the way a form looks for it."""
    for said in (
        "Statistical period: 2025-10-01 to 2025-10-31", "统计周期：2025-10-01 至 2025-10-31",
        "统计时间: 2025-10-01 ~ 2025-10-31", "# Start date: 20251001\n# End date: 20251031",
        "2025-10-01 - 2025-10-31", "2025-10-01~2025-10-31", "20251001-20251031",
        "时间范围：2025-10-01~2025-10-31", "Date: 2025-10-01 00:00:00 - 2025-10-31 23:59:59",
    ):  # fmt: skip
        if re.search(form, said):
            return said
    raise AssertionError(f"say how a file states {form!r}")


def every_family(rows: int = ROWS) -> Iterator[Export]:
    """Give a file of every family, text and workbooks by turns."""
    for at, source in enumerate(load_sources().values()):
        # Flat files are never workbooks.
        kind = ("", "xlsx", "", "xls")[at % 4] if source.file.quotes else ""
        yield made(source, kind, wording=at % 3, rows=rows)


@cache
def of_family(family: str, kind: str = "") -> Export:
    return made(load_sources()[family], kind)


WITNESS = of_family("store_traffic")


def witness() -> bytes:
    """Give a file of the store ``witness``, which must be taken whatever lies beside it."""
    at = WITNESS.headers.index("store_id")
    return WITNESS.data(
        [WITNESS.headers, *([*row[:at], "witness", *row[at + 1 :]] for row in WITNESS.rows)]
    )


def of_the_demo(inbox: Path, most_rows: int = 40) -> Iterator[Export]:
    """Give one file of each kind from a demo's inbox, cut to few rows."""
    from helpers.sources.files import open_file
    from helpers.sources.recognise import recognise
    from helpers.vocabulary.faults import DataRefused

    sources, seen = load_sources(), set()
    for path in sorted(inbox.rglob("*")):
        if not path.is_file():
            continue
        try:
            found = recognise(open_file(path), sources, None)
        except DataRefused:
            continue  # locked, or of a kind that another developer is about to write
        family = found.source.source
        kind = path.suffix if path.suffix in (".xlsx", ".xls") else ".csv"
        if (family, kind) in seen:
            continue
        seen.add((family, kind))
        grid = rows_of(path, found.grid.encoding, found.grid.delimiter, found.grid.sheet)
        at = found.header_index
        filled = [row for row in grid if any(row)] if kind != ".csv" else grid
        at = next(n for n, row in enumerate(filled) if row == found.headers or n == at)
        yield Export(
            family, store_of(found.source), path.name, filled[:at], filled[at],
            filled[at + 1 : at + 1 + most_rows], found.grid.delimiter or ",",
            found.grid.encoding if kind == ".csv" else "utf-8",
        )  # fmt: skip


def rows_of(path: Path, encoding: str, delimiter: str | None, sheet: str | None) -> Grid:
    if delimiter is None:
        import python_calamine as calamine

        from helpers.sources.workbooks import cell_text

        book = calamine.CalamineWorkbook.from_path(str(path))
        rows = book.get_sheet_by_name(sheet or book.sheet_names[0]).to_python(skip_empty_area=False)
        return [[cell_text(cell) for cell in row] for row in rows]
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.reader(file, delimiter=delimiter))
