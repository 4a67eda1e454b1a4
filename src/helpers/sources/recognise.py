"""Which declared source a file is, by its headers; never by its name."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from helpers.sources.declared import Source
from helpers.sources.grids import Grid, Opened
from helpers.sources.headers import CURRENCY, currency_within, is_among, plain, spellings, told
from helpers.vocabulary.faults import DataRefused, Fault


@dataclass(frozen=True)
class Recognised:
    """A source, where its header stands, and where its columns are."""

    source: Source
    grid: Grid
    header_index: int
    positions: Mapping[str, int]
    unknown: tuple[str, ...]
    #: Columns whose header states a currency, and which.
    currencies: Mapping[str, str]
    #: What lies beside or below the table that was recognised, and was not read.
    unread: tuple[str, ...] = ()

    @property
    def headers(self) -> list[str]:
        """The headers as the file writes them."""
        return self.grid.head[self.header_index]


@dataclass(frozen=True)
class _Hit:
    source: Source
    grid: Grid
    row: int
    found: frozenset[str]

    @property
    def is_whole(self) -> bool:
        return len(self.found) == len(self.source.known_by)


def recognise(opened: Opened, sources: Mapping[str, Source], only: str | None) -> Recognised:
    """Find the one source whose signature the file bears.

    Args:
        opened: The file.
        sources: Those declared, the company's own first.
        only: The source that ``workspace.yml`` names for this file, if it does.

    Raises:
        DataRefused: None, or more than one; or a column that it needs is missing or doubled.
    """
    path = opened.path
    only = only or next((grid.asked_as for grid in opened.grids if grid.asked_as), None)
    if only is not None:
        if only not in sources:
            raise DataRefused(
                Fault(path.name, f"workspace.yml calls it {only!r}, which is no source",
                      f"known: {', '.join(sources)}")
            )  # fmt: skip
        sources = {only: sources[only]}
    hits = _hits(opened.grids, sources)
    whole = [hit for hit in hits if hit.is_whole and _reads(hit)]
    if not whole:
        raise DataRefused(_unknown(path, hits, opened))
    order = list(sources)
    best = max(
        whole,
        key=lambda hit: (
            len(hit.found),
            _columns_found(hit),
            hit.grid.plausible,
            -hit.source.file.encodings.index(hit.grid.encoding)
            if hit.grid.encoding in hit.source.file.encodings
            else 0,
            -order.index(hit.source.source),
            -hit.row,
        ),
    )
    _refuse_doubled_sheets(path, best, whole)
    return replace(_with_columns(path, best), unread=_unread(best, whole, opened))


def _refuse_doubled_sheets(path: Path, best: _Hit, whole: Sequence[_Hit]) -> None:
    """Refuse a workbook with a second sheet of the same kind: one of them would be lost."""
    sheets = dict.fromkeys(
        hit.grid.sheet
        for hit in whole
        if hit.source is best.source and any(map(any, hit.grid.head[hit.row + 1 :]))
    )
    if best.grid.sheet is not None and len(sheets) > 1:
        listed = " and ".join(repr(sheet) for sheet in sheets)
        raise DataRefused(
            Fault(path.name, f"holds {best.source.name.en} on the sheets {listed}",
                  "save each as a file of its own")
        )  # fmt: skip


def _unread(best: _Hit, whole: Sequence[_Hit], opened: Opened) -> tuple[str, ...]:
    """Tell of other sheets, and of other tables on the same sheet: nothing is lost in silence."""
    told = []
    for grid in opened.grids:
        if grid is not best.grid and grid.sheet and grid.rows and not _explains_a_form(grid):
            hit = next((one for one in whole if one.grid is grid), None)
            above = grid.head[: hit.row + 1] if hit else []
            rows = grid.rows - sum(any(cell.strip() for cell in row) for row in above)
            what = f", {hit.source.name.en}" if hit else ""
            told.append(f"sheet {grid.sheet!r} ({_rows(rows)}{what})")
    if best.source.file.ends_at_blank_line:
        for below in best.grid.tables_below(_line(best)):
            if below.is_remark:
                continue
            headers = ", ".join(cell.strip() for cell in below.headers if cell.strip())
            told.append(f"from line {below.line} on {headers[:80]!r} ({_rows(below.rows)})")
    return tuple(told)


def _explains_a_form(grid: Grid) -> bool:
    """Tell the sheet that every form of ours brings along."""
    from helpers.sources.templates import HEADINGS, HOW_TO

    first = [cell for cell in grid.head[0] if cell] if grid.head else []
    return any(
        grid.sheet == HOW_TO.text(language) and first == [one.text(language) for one in HEADINGS]
        for language in ("zh", "en")
    )


def _rows(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"


def _hits(grids: Sequence[Grid], sources: Mapping[str, Source]) -> list[_Hit]:
    signs: dict[str, list[tuple[str, str]]] = {}
    for key, source in sources.items():
        for column in source.known_by:
            for header in source.headers_of(column):
                signs.setdefault(plain(header), []).append((key, column))
    hits: list[_Hit] = []
    for grid in grids:
        for row, cells in enumerate(grid.head):
            found: dict[str, set[str]] = {}
            for cell in cells:
                for text in spellings(cell) if cell else ():
                    for key, column in signs.get(text, ()):
                        found.setdefault(key, set()).add(column)
            hits.extend(
                _Hit(sources[key], grid, row, frozenset(columns)) for key, columns in found.items()
            )
    return hits


def _reads(hit: _Hit) -> bool:
    """May this source be in this encoding, and on this sheet?"""
    form = hit.source.file
    if form.sheet and hit.grid.sheet and plain(form.sheet) != plain(hit.grid.sheet):
        return False
    fallback = hit.grid.encoding in ("gb18030", "cp932", "cp1252")
    return not fallback or hit.grid.encoding in form.encodings


def _columns_found(hit: _Hit) -> int:
    present = {text for cell in hit.grid.head[hit.row] for text in spellings(cell)}
    return sum(
        any(plain(header) in present for header in hit.source.headers_of(column))
        for column in hit.source.columns
    )


def _with_columns(path: Path, hit: _Hit) -> Recognised:
    source, cells = hit.source, hit.grid.head[hit.row]
    shown = [spellings(cell) for cell in cells]
    positions: dict[str, int] = {}
    currencies: dict[str, str] = {}
    faults: list[Fault] = []
    for column, about in source.columns.items():
        for header in source.headers_of(column):
            places = [at for at, texts in enumerate(shown) if plain(header) in texts]
            if len(places) > 1:
                where = ", ".join(str(at + 1) for at in places[:8])
                where += ", …" if len(places) > 8 else ""
                faults.append(
                    Fault(f"{path.name}, row {_line(hit)}", f"column {header!r} stands more than"
                          f" once (columns {where})", "delete the copies, keep the right one")
                )  # fmt: skip
            if places:
                positions[column] = places[0]
                if CURRENCY in header and (code := currency_within(cells[places[0]])):
                    currencies[column] = code
                break
        else:
            if not about.optional:
                faults.append(_missing(path, hit, column))
    if faults:
        raise DataRefused(faults)
    known = {plain(header) for column in source.columns for header in source.headers_of(column)}
    unknown = tuple(
        dict.fromkeys(
            told(cell) for cell, texts in zip(cells, shown, strict=True)
            if texts[0] and not known & {*texts} and not is_among(cell, source.ignored)
        )
    )  # fmt: skip
    return Recognised(source, hit.grid, hit.row, positions, unknown, currencies)


def _line(hit: _Hit) -> int:
    return hit.grid.ends[hit.row]


def _missing(path: Path, hit: _Hit, column: str) -> Fault:
    headers = hit.source.headers_of(column)
    others = [cell.strip() for cell in hit.grid.head[hit.row] if cell.strip()]
    near = difflib.get_close_matches(
        plain(headers[0]), [plain(one) for one in others], n=1, cutoff=0.6
    )
    spelled = next((one for one in others if near and plain(one) == near[0]), None)
    way_out = "download the export with all its columns"
    if spelled:
        way_out = f"the nearest header is {told(spelled)!r}: if it is that column, rename it back"
    return Fault(
        f"{path.name}, row {_line(hit)}",
        f"column {headers[0]!r} of {hit.source.name.en} is missing",
        way_out,
    )


def _unknown(path: Path, hits: list[_Hit], opened: Opened) -> Fault:
    with_most = max(
        hits, key=lambda hit: (len(hit.found) / len(hit.source.known_by), len(hit.found)),
        default=None,
    )  # fmt: skip
    first = next((row for grid in opened.grids for row in grid.head if any(row)), [])
    if first and first[0].lstrip().startswith("<"):
        return Fault(path.name, "is a web page and no table", "open it in a spreadsheet and save"
                     " it as XLSX or CSV")  # fmt: skip
    way_out = (
        "if it is a file of your own, `review new source` with this file writes a first"
        " description of it (docs/bring-your-own-files.md)"
    )
    if with_most is None or len(with_most.found) < 2:
        return Fault(path.name, "its headers are those of no known export", way_out)
    lacks = [
        with_most.source.headers_of(column)[0]
        for column in with_most.source.known_by
        if column not in with_most.found
    ]
    near = [_missing(path, with_most, column) for column in with_most.source.known_by
            if column not in with_most.found]  # fmt: skip
    hint = next((f"; {one.way_out}" for one in near if "nearest header" in one.way_out), "")
    return Fault(
        path.name,
        f"is of no known kind; nearest is {with_most.source.name.en}, which also needs"
        f" {', '.join(map(repr, lacks))} (looked at row {_line(with_most)}){hint}",
        f"download it with all its columns; {way_out}",
    )
