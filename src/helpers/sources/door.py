"""The front door: one export in, one ``Reading`` out, or a refusal that says what to do.

Everything row by row happens in DuckDB, on text that was never guessed at: cells are read as they
stand, typed as the source declares, and what cannot be typed is set aside with its reason.
Personal data ends here: columns that no table needs are not read, and buyers become keyed hashes
in the very query that reads them.
"""

from __future__ import annotations

import contextlib
import hmac
import itertools
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from helpers.config.workspace import Store, Workspace
from helpers.paths import WorkspacePaths
from helpers.sources import cells
from helpers.sources.buyers import HASH, hashed, pads, platform_of
from helpers.sources.canon import tables as canonical_tables
from helpers.sources.catalogue import load_sources
from helpers.sources.cells import Order, Writing
from helpers.sources.countries import coinless, country_codes, day_order, decimal_mark
from helpers.sources.declared import (
    Column,
    MarketColumn,
    Source,
    StatedAbove,
    StoreColumn,
    currency_column,
)
from helpers.sources.files import open_file
from helpers.sources.filling import Filled, filled
from helpers.sources.grids import Brought, Wanted
from helpers.sources.headers import plain, told
from helpers.sources.markets import Split, split_by_market
from helpers.sources.masking import masked, worded
from helpers.sources.meaning import (
    LINE,
    WITHIN,
    Unclear,
    columns_named,
    condition,
    each_of,
    over_orders,
    rows_for_each,
    value,
)
from helpers.sources.passwords import passwords_of
from helpers.sources.place import Place, need_period, need_store, place_of
from helpers.sources.reading import FILE, Reading
from helpers.sources.recognise import Recognised, recognise
from helpers.sources.sql import literal, name
from helpers.sources.stated import stated_period
from helpers.sources.text import quick_rows
from helpers.vocabulary.faults import DataRefused, Fault
from helpers.vocabulary.periods import Period

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_COUNTER = itertools.count(1)
_TOTAL = (
    "(^|\x1f)((grand |sub ?)?totals?( general)?:?|total: .*|合计|总计|汇总|小计|合計|總計"
    "|gesamt(summe)?|summe|รวม|tổng( cộng)?)($|\x1f)"
)
#: Why a row was set aside, besides what the source declares (numbered from 10).
_BLANK, _REPEATED, _TOTAL_ROW, _NOTE, _ELSEWHERE = 0, 1, 2, 3, 4
_DECLARED = 10
#: Types of cells that mean what they say.
_AS_THEY_ARE = ("text", "customer", "note")
#: Text of so many bytes is worth a try at typing every cell while it is read.
_LARGE_TEXT = 1 << 20


def read_export(
    path: Path,
    workspace: Workspace,
    paths: WorkspacePaths,
    con: DuckDBPyConnection,
    *,
    below: Path | None = None,
    key: bytes,
) -> Reading:
    """Read one export.

    Args:
        path: The file.
        workspace: Whose stores and rules apply.
        paths: Where the company's own mappings lie.
        con: Receives the rows as temporary tables.
        below: The inbox, or the folder named on the command line, for globs and
            ``inbox/<store>/<period>/``.
        key: Turns buyers' ids into hashes that nobody without it can undo.

    Raises:
        DataRefused: The file is damaged, unknown, lacks a column, or leaves store, period, tax,
            decimal mark or date order open. Nothing stays on the connection.
        DeclarationFaulty: A mapping of the company does not hang together.
    """
    export = _recognised(path, workspace, paths, below)
    with _reading([export], workspace, con, key) as reader:
        (reading,) = reader.read()
    assert reading is not None  # only one of several is ever left out
    return reading


def read_alike(
    files: Sequence[tuple[Path, Path | None]],
    workspace: Workspace,
    paths: WorkspacePaths,
    con: DuckDBPyConnection,
    *,
    key: bytes,
) -> list[Reading | None]:
    """Read several exports in one go, as far as they are alike and in order.

    To plan a file's queries costs more than to run them where the file is small. Files of one
    store, source and form share them here; their rows lie in the same tables, with ``FILE`` added
    to ``source_line`` from each to the next. Whatever there is to say about a file (a cell that
    cannot be read, an open question, a fault) is said by ``read_export``, to which it is left.

    Args:
        files: The files, each with the inbox or folder it was found in.
        workspace: As for ``read_export``, like all that follow.
        paths: Where the company's own mappings lie.
        con: Receives the rows.
        key: Turns buyers' ids into hashes.

    Returns:
        The readings of those that could be read so, the n-th with lines from ``n * FILE``; None
        in the place of each other one.
    """
    forms = defaultdict[object, list[_Export]](list)
    for path, below in files:
        with contextlib.suppress(DataRefused):
            export = _recognised(path, workspace, paths, below)
            forms[export.form].append(export)
    alike = max(forms.values(), key=len, default=[])
    if len(alike) < 2:
        return []
    with (
        contextlib.suppress(DataRefused, _NotAlike),
        _reading(alike, workspace, con, key) as reader,
    ):
        return reader.read()
    return []


@dataclass(frozen=True)
class _Export:
    """A file of which it is known what it is."""

    path: Path
    sha256: str
    found: Recognised
    place: Place

    @property
    def form(self) -> object:
        """What two files must share to be read in one go."""
        found = self.found
        return (found.source.source, *found.headers, found.header_index, self.place.store_id)


def _recognised(
    path: Path, workspace: Workspace, paths: WorkspacePaths, below: Path | None
) -> _Export:
    place = place_of(path, workspace, below)
    opened = open_file(path, lambda: passwords_of(need_store(place, path, workspace), paths))
    found = recognise(opened, load_sources(paths.mappings), place.source)
    return _Export(path, opened.sha256, found, place)


@contextlib.contextmanager
def _reading(
    exports: Sequence[_Export], workspace: Workspace, con: DuckDBPyConnection, key: bytes
) -> Iterator[_Reader]:
    with tempfile.TemporaryDirectory(prefix="export-") as folder, _in_order(con):
        reader = _Reader(exports, workspace, con, key, Path(folder))
        try:
            yield reader
        except BaseException:
            reader.forget(everything=True)
            raise
        finally:
            reader.forget()


@contextlib.contextmanager
def _in_order(con: DuckDBPyConnection) -> Iterator[None]:
    """Row numbers are only true while DuckDB keeps the order of the file."""
    (kept,) = con.execute("SELECT current_setting('preserve_insertion_order')").fetchone() or (1,)
    if kept:
        yield
        return
    con.execute("SET preserve_insertion_order = true")
    try:
        yield
    finally:
        con.execute("SET preserve_insertion_order = false")


@dataclass(frozen=True)
class _Text:
    """How the wanted cells come in."""

    wanted: Wanted
    #: SQL of the columns, of why a row is set aside, and whether it has cells beyond the header.
    picked: str
    #: SQL that makes the words for "nothing" empty.
    replaced: str
    parameters: list[bytes]


class _NotAlike(Exception):  # noqa: N818 - no fault of anybody: each file is read alone
    """Files that looked alike cannot be read in one go after all."""


@dataclass
class _Reader:
    """The steps from a recognised file, or several that are alike, to its tables."""

    exports: Sequence[_Export]
    workspace: Workspace
    con: DuckDBPyConnection
    key: bytes
    folder: Path
    #: One list for each file.
    warnings: list[list[Fault]] = field(init=False)
    #: Those of several files that are left to be read alone.
    left: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        first = self.exports[0]
        self.path, self.found, self.place = first.path, first.found, first.place
        self.warnings = [[] for _ in self.exports]
        self.source: Source = self.found.source
        self.at = f"export_{next(_COUNTER)}"
        self.raw, self.typed, self.bad = f"{self.at}_raw", f"{self.at}_typed", f"{self.at}_bad"
        self.rows, self.cells = f"{self.at}_rows", f"{self.at}_cells"
        #: Were cells typed while they were read? ``raw``, ``typed`` and what is made are views.
        self.is_straight = False
        self.made: dict[str, str] = {}
        #: Tables on the way that exist by now.
        self.there: list[str] = []
        self.stores: tuple[Store, ...] = ()
        #: Columns that this file has, with their types; absent optional ones are all NULL.
        self.types = dict(self.source.types)
        #: Where the file holds several marketplaces: whose each row is.
        self.split: Split | None = None

    def forget(self, everything: bool = False) -> None:
        """Drop what was only needed on the way."""
        if self.is_straight and not everything:
            return  # what was made rests on all of it
        steps, made = [self.raw, self.typed], list(self.made.values())
        views, tables = (steps, []) if self.is_straight else ([], steps)
        if everything:
            (views if self.is_straight else tables).extend(made)
            tables += [self.bad, self.cells, *map(_numbers_of, made)]
        dropped = [f"DROP VIEW IF EXISTS {name(view)}" for view in views]
        dropped += [f"DROP TABLE IF EXISTS {name(table)}" for table in [*tables, self.rows]]
        self.con.execute(";".join(dropped))

    def read(self) -> list[Reading | None]:
        """Do all steps."""
        self.stores = stores = self._stores()
        periods = [self._period(export) for export in self.exports]
        text = self._text(stores)
        brought = self._brought(text)
        if not self._go_straight(text, brought, stores):
            self._bring_in(text, brought)
        self.stores = stores = self._split_by_market(stores)
        self._refuse_undeclared_tax(stores)
        writings = {} if self.is_straight else self._writings()
        self._type_cells(stores, periods, writings)
        counted = self._count()
        rows = self._made_up_rows()
        self._find_bad_rows(rows, stores)
        self._fill_tables(rows, stores)
        self._check_total()
        known_until = self._as_of(periods)
        for warnings, export in zip(self.warnings, self.exports, strict=True):
            if unread := export.found.unread:
                warnings.append(
                    Fault(
                        export.path.name,
                        f"only one of its tables was read; not read: {'; '.join(unread[:8])}"
                        + (f"; and {len(unread) - 8} more" if len(unread) > 8 else ""),
                        "save what you need of it as a file of its own",
                    )
                )
            if unknown := self._without_people(export.found.unknown):
                listed = ", ".join(map(repr, unknown[:8]))
                more = len(unknown) - 8
                warnings.append(
                    Fault(
                        export.path.name,
                        f"{self.source.name.en} has columns that were not there before: {listed}"
                        + (f" and {more} more" if more > 0 else ""),
                        "they were not read; nothing to do unless one of them matters",
                    )
                )
        return [
            None
            if at in self.left
            else Reading(
                path=export.path,
                sha256=export.sha256,
                source=self.source.source,
                store_id=stores[0].id if len(stores) == 1 else None,
                period=periods[at],
                as_of=known_until[at],
                encoding=export.found.grid.encoding,
                delimiter=export.found.grid.delimiter,
                sheet=told(sheet) if (sheet := export.found.grid.sheet) else sheet,
                header_row=export.found.grid.ends[export.found.header_index],
                rows_read=counted[at][0],
                rows_set_aside=counted[at][1],
                tables=self.made,
                bad_cells=self.bad,
                warnings=tuple(self.warnings[at]),
                settles_after=self.source.settles_after,
                new_columns=self._without_people(export.found.unknown),
            )
            for at, export in enumerate(self.exports)
        ]

    def _leave_where(self, test: str, table: str) -> None:
        """Leave out files of which any row of ``table`` passes the test."""
        found = self.con.execute(
            f"SELECT DISTINCT {LINE} // {FILE} FROM {name(table)} WHERE {test}"
        ).fetchall()
        self._leave(at for (at,) in found)

    def _leave(self, files: Iterable[int]) -> None:
        """Leave files out of what several are read for."""
        if files := set(files) - self.left:
            self.left |= files
            listed = ", ".join(map(str, sorted(files)))
            for table in (self.raw, self.typed, self.bad):
                if table in self.there:
                    self.con.execute(
                        f"DELETE FROM {name(table)} WHERE {LINE} // {FILE} IN ({listed})"
                    )

    # Store and period

    def _stores(self) -> tuple[Store, ...]:
        """Give the store of the file; or none yet, where a column names them."""
        if self.source.store == "none" or isinstance(self.source.store, StoreColumn):
            return ()
        store = self.workspace.store(need_store(self.place, self.path, self.workspace))
        if self.source.platform and store.platform != self.source.platform:
            raise self._refused(
                f"is {self.source.name.en}, but store {store.id!r} is on {store.platform}",
                "move it to its own store's folder",
            )
        return (store,)

    def _period(self, export: _Export) -> Period | None:
        if self.source.period == "inside":
            return None
        if isinstance(self.source.period, StatedAbove):
            grid = export.found.grid
            above = grid.head[: export.found.header_index]
            if stated := stated_period(above, self.source.period, grid.delimiter):
                return stated
        if any(column in export.found.positions for column in self.source.as_of):
            return None  # its rows say their days
        return need_period(export.place, export.path)

    # Text

    def _text(self, stores: tuple[Store, ...]) -> _Text:
        """Say how the wanted cells come in: trimmed, and buyers hashed on the way."""
        positions = self.found.positions
        headers = self.found.headers
        wanted = Wanted(
            tuple(sorted({*positions.values(), 0})),
            self.found.header_index,
            len(headers),
            numbers=self._positions_of(*cells.NUMERIC),
            days=self._positions_of("date", "timestamp", "days"),
        )
        platform = literal(stores[0].platform if stores else self.source.platform or "own")
        if isinstance(self.source.store, StoreColumn) and self.source.store.column in positions:
            named = f"c{positions[self.source.store.column]}"
            platform = platform_of(self.workspace.stores, named)
        picked, parameters = [], list[bytes]()
        for column, about in self.source.columns.items():
            if column not in positions:
                picked.append(f"NULL::VARCHAR AS {name(column)}")
                continue
            cell = f"c{positions[column]}"
            if about.with_unit:
                cell = cells.without_unit(cell)
            if about.type == "customer":
                inner, outer = pads(self.key)
                parameters += [outer, inner]
                buyer = hashed(cell, platform)
                if self.found.grid.asked_as:  # hashed while it was read from the database
                    buyer = f"CASE WHEN regexp_full_match({cell}, '{HASH}') THEN {cell}"
                    buyer += f" ELSE {hashed(cell, platform)} END"
                picked.append(f"{buyer} AS {name(column)}")
            elif about.type == "id":
                picked.append(f"{cells.id_text(cell)} AS {name(column)}")
            elif about.type == "note":
                picked.append(f"{masked(cell)} AS {name(column)}")
            else:
                picked.append(f"{cell} AS {name(column)}")
        signs = [column for column in self.source.known_by if column in positions]
        repeated = " AND ".join(
            f"lower(c{positions[column]}) = {literal(headers[positions[column]].strip().lower())}"
            for column in signs
        )
        days = [one for one in signs if self.types[one] in ("date", "timestamp", "days")]
        lacking = " OR ".join(
            # A total may stand where days do; a word sorts after every digit.
            [f"c{positions[one]} IS NULL" for one in signs]
            + [f"c{positions[one]} > ':'" for one in days]
        )
        words = [one for one in positions if self.types[one] in ("text", "id", "note")]
        places = {0, *(positions[one] for one in (*words, *days))}
        texts = ", ".join([*(f"c{at}" for at in sorted(places)), "c_over"])
        totals = f"regexp_matches(lower(concat_ws(chr(31), {texts})), {literal(_TOTAL)})"
        used = " AND ".join(f"c{at} IS NULL" for at in positions.values())
        elsewhere = ""
        if self.source.file.ends_at_blank_line:
            if len(self.exports) > 1:
                raise _NotAlike
            grid = self.found.grid
            if below := grid.tables_below(grid.ends[self.found.header_index]):
                elsewhere = f"WHEN {LINE} >= {below[0].begins} THEN {_ELSEWHERE}"
        replaced = ""
        if nothing := ", ".join(literal(plain(one)) for one in self.source.file.empty_as):
            replaced = " REPLACE (" + ", ".join(
                f"CASE WHEN translate(c{at}, '‐‑‒–—―−', '-------') NOT IN ({nothing})"
                f" THEN c{at} END AS c{at}" for at in wanted.positions
            ) + ")"  # fmt: skip
        return _Text(
            wanted,
            f"""{", ".join(picked)},
                  CASE {elsewhere}
                       WHEN {used} THEN CASE WHEN c0 IS NULL THEN {_BLANK} ELSE {_NOTE} END
                       WHEN {repeated} THEN {_REPEATED}
                       WHEN ({lacking}) AND ({totals}) THEN {_TOTAL_ROW} END AS _aside,
                  c_over IS NOT NULL AS _over""",
            replaced,
            parameters,
        )

    def _brought(self, text: _Text) -> list[Brought]:
        for at in range(len(self.exports)):
            (self.folder / str(at)).mkdir()
        return [
            export.found.grid.bring(text.wanted, self.source.file.quotes, self.folder / str(at))
            for at, export in enumerate(self.exports)
        ]

    def _go_straight(
        self, text: _Text, brought: Sequence[Brought], stores: tuple[Store, ...]
    ) -> bool:
        """Type every cell in the query that reads it, where all are written the usual way.

        The text of a large file is then never kept beside what it means, all threads read at
        once, and where a row stands in the table says on which line it stood. At the first cell
        that is unusual or cannot be read the engine stops: the other road finds what to say.
        """
        quick, columns = brought[0].quick, self.source.columns
        if len(brought) > 1 or quick is None or self.path.stat().st_size < _LARGE_TEXT:
            return False
        looks_around = any(not down.within for down in self.source.carry_down)
        if self.source.file.ends_at_blank_line or looks_around:
            return False
        if len(stores) != 1 and any(about.zone == "store" for about in columns.values()):
            return False
        zone = literal(stores[0].time_zone if stores else self.workspace.time_zone)
        picked, odd = list[str](), ["_over"]
        for column, about in columns.items():
            raw, made = f"raw.{name(column)}", name(column)
            if column not in self.found.positions:
                picked.append(f"NULL::{cells.SQL_TYPE[about.type]} AS {made}")
            elif about.type in _AS_THEY_ARE or about.type == "country":
                picked.append(f"{raw} AS {made}")
            else:
                test = cells.unusual(raw, about)
                writing = replace(_first_writing(about), usual=test is not None)
                picked.append(f"{cells.typed(raw, about, writing, zone)} AS {made}")
                picked.append(f"{raw} IS NOT NULL AS {name(column + ' filled')}")
                odd.append(f"({made} IS NULL AND {name(column + ' filled')})")
                if test is not None:
                    picked.append(f"{test} AS {name(column + ' odd')}")
                    odd.append(name(column + " odd"))
        import duckdb

        try:
            ((rows,),) = self.con.execute(
                f"""CREATE TEMP TABLE {name(self.cells)} AS
                SELECT {", ".join(map(name, columns))}, CASE WHEN _aside IS NOT NULL THEN _aside
                  WHEN {" OR ".join(odd)} THEN CAST(error('unusual') AS INTEGER) END AS _aside
                FROM (SELECT {", ".join(picked)}, _aside, _over
                  FROM (SELECT {text.picked} FROM
                    (SELECT *{text.replaced} FROM ({quick_rows([quick], [], numbered=False)})))
                  AS raw)""",
                text.parameters,
            ).fetchall()
        except duckdb.Error:
            return False
        if rows != brought[0].rows:
            self.con.execute(f"DROP TABLE {name(self.cells)}")
            return False
        self.is_straight = True
        self.con.execute(
            f"CREATE TEMP VIEW {name(self.raw)} AS SELECT rowid + {quick.skip + 1} AS {LINE}, *,"
            f" false AS _over FROM {name(self.cells)}"
        )
        return True

    def _bring_in(self, text: _Text, brought: Sequence[Brought]) -> None:
        """Bring the wanted cells in as text."""

        def bring(lines: str) -> dict[int, int]:
            self.con.execute(
                f"CREATE OR REPLACE TEMP TABLE {name(self.raw)} AS SELECT {LINE}, {text.picked}"
                f" FROM (SELECT *{text.replaced} FROM ({lines}))",
                text.parameters,
            )
            self.there.append(self.raw)
            return dict(
                self.con.execute(
                    f"SELECT {LINE} // {FILE}, count(*) FROM {name(self.raw)} GROUP BY 1"
                ).fetchall()
            )

        expected = {at: one.rows for at, one in enumerate(brought) if one.rows}
        quick = [one.quick for one in brought if one.quick]
        if len(quick) == len(brought) and len(set(quick)) == 1:
            import duckdb

            with contextlib.suppress(duckdb.Error):
                if bring(quick_rows(quick, [one.rows for one in brought])) == expected:
                    return
        if len(brought) > 1:
            raise _NotAlike
        bring(brought[0].careful())

    def _positions_of(self, *types: str) -> frozenset[int]:
        return frozenset(
            at for column, at in self.found.positions.items() if self.types[column] in types
        )

    # Types

    def _writings(self) -> dict[str, Writing]:
        """Find out decimal marks and date orders, from all cells of each column."""
        writings = {column: _first_writing(about) for column, about in self.source.columns.items()}
        tests = {
            column: test
            for column, about in self.source.columns.items()
            if column in self.found.positions
            and (test := cells.unusual(name(column), about)) is not None
        }
        doubtful = {}
        for column, count in zip(tests, self._counts(tests.values()), strict=True):
            about = self.source.columns[column]
            if not count:
                writings[column] = replace(writings[column], usual=True)
            numeric = about.type in cells.NUMERIC
            if count and (
                about.decimal in ("by_file", "store") if numeric else about.order in (None, "store")
            ):
                doubtful[column] = about
        if not doubtful:
            return writings
        if len(self.exports) > 1:
            # What leaves a doubt in one file must not be settled by another.
            open_questions = [
                test
                for column, about in doubtful.items()
                for test in (
                    [tests[column]]
                    if about.type in cells.NUMERIC
                    else cells.order_evidence(name(column))
                )
            ]
            odd = " OR ".join(f"coalesce({test}, false)" for test in open_questions)
            self._leave_where(f"_aside IS NULL AND ({odd})", self.raw)
            return writings
        if any(about.type in cells.NUMERIC for about in doubtful.values()):
            # What one column leaves open, another may tell.
            doubtful |= {
                column: about
                for column, about in self.source.columns.items()
                if column in self.found.positions and about.type in ("money", "percent")
            }
        asked: list[str] = []
        for column, about in doubtful.items():
            numeric = about.type in cells.NUMERIC
            asked += (cells.mark_evidence if numeric else cells.order_evidence)(name(column))
        found = self._counts(asked)
        evidence = {column: found[at * 3 : at * 3 + 3] for at, column in enumerate(doubtful)}
        numbers = [evidence[one] for one, about in doubtful.items() if about.type in cells.NUMERIC]
        point, comma = sum(one[0] for one in numbers), sum(one[1] for one in numbers)
        days = [evidence[one] for one, about in doubtful.items() if about.type not in cells.NUMERIC]
        day_first, month_first = sum(one[0] for one in days), sum(one[1] for one in days)
        faults = []
        for column, about in doubtful.items():
            first, second, either = evidence[column]
            header = self.found.headers[self.found.positions[column]].strip()
            where = f"{self.path.name}, column {header!r}"
            if about.type in cells.NUMERIC:
                if about.decimal not in ("by_file", "store"):
                    continue
                if (first or second) and first != second:
                    mark = "point" if first > second else "comma"
                elif either and about.type == "money" and (sure := self._without_coins(column)):
                    mark = sure
                elif not either:
                    mark = "comma" if comma > point else "point"
                elif point != comma and not (first or second):  # the file's other columns tell
                    mark = "point" if point > comma else "comma"
                elif self.found.grid.writes_points:
                    mark = "point"
                elif about.decimal == "store" and (habit := decimal_mark(self._own_country)):
                    mark = habit
                else:
                    faults.append(
                        Fault(where, f"{self._example(column)} could be a thousand or a fraction",
                              self._declare(column, "decimal: point or decimal: comma"))
                    )  # fmt: skip
                    continue
                writings[column] = replace(
                    writings[column], decimal="comma" if mark == "comma" else "point"
                )
            elif first and second:
                faults.append(
                    Fault(where, "has dates with the day first and dates with the month first",
                          "write all of them as 2026-04-03")
                )  # fmt: skip
            elif either and not first and not second:
                if bool(day_first) != bool(month_first):  # the file's other columns tell
                    order: Order = "dmy" if day_first else "mdy"
                elif about.order == "store" and (usual := day_order(self._own_country)):
                    order = usual
                else:
                    way_out = self._declare(column, "order: dmy or order: mdy")
                    if about.order == "store":
                        way_out = "add country to the store in workspace.yml"
                    faults.append(
                        Fault(where, f"{self._example(column)} could be day first or month first",
                              way_out)
                    )  # fmt: skip
                    continue
                writings[column] = replace(writings[column], order=order)
            elif first or second:
                writings[column] = replace(writings[column], order="dmy" if first else "mdy")
        if faults:
            raise DataRefused(faults)
        return writings

    @property
    def _own_country(self) -> str:
        """The country of the file's own store, which tells how people write days and numbers."""
        return (self.stores[0].country or "") if self.stores else ""

    def _split_by_market(self, stores: tuple[Store, ...]) -> tuple[Store, ...]:
        """Where one account's file holds several marketplaces, find whose each row is."""
        said = self.source.store
        if not isinstance(said, MarketColumn) or said.market not in self.found.positions:
            return stores
        column = name(said.market)
        spelled = [
            row[0]
            for row in self.con.execute(
                f"SELECT DISTINCT {column} FROM {name(self.raw)}"
                f" WHERE {column} IS NOT NULL AND _aside IS NULL ORDER BY 1 LIMIT 1000"
            ).fetchall()
        ]
        self.split = split_by_market(spelled, said, stores[0], self.workspace, self.path)
        if self.split is None:
            return stores
        if len(self.exports) > 1:
            raise _NotAlike
        return self.split.involved

    @property
    def _naming_stores(self) -> str | None:
        """The column by which rows are the stores', if one is."""
        said = self.source.store
        if isinstance(said, StoreColumn):
            return said.column
        return said.market if isinstance(said, MarketColumn) and self.split else None

    def _without_coins(self, column: str) -> str | None:
        """Tell the decimal mark where the store's money has no coins: 45.000 is thousands then."""
        if not self.stores or not all(coinless(store.currency) for store in self.stores):
            return None
        cell, either = name(column), cells.mark_evidence(name(column))[2]
        points, commas = self._counts(
            [f"{either} AND contains({cell}, '{mark}')" for mark in (".", ",")]
        )
        return None if points and commas else "comma" if points else "point"

    def _counts(self, tests: Iterable[str]) -> tuple[int, ...]:
        """Count the cells, among data rows, for which each test holds."""
        counts = [f"coalesce(count_if({test}), 0)" for test in tests]
        if not counts:
            return ()
        row = self.con.execute(
            f"SELECT {', '.join(counts)} FROM {name(self.raw)} WHERE _aside IS NULL"
        ).fetchone()
        return tuple(row or ())

    def _example(self, column: str) -> str:
        """Show one doubtful cell of a column of numbers or dates."""
        numeric = self.source.columns[column].type in cells.NUMERIC
        test = (cells.mark_evidence if numeric else cells.order_evidence)(name(column))[2]
        row = self.con.execute(
            f"SELECT min({name(column)}) FROM {name(self.raw)} WHERE _aside IS NULL AND {test}"
        ).fetchone()
        return repr(row[0] if row else "")

    def _declare(self, column: str, what: str) -> str:
        return f"write {what} for {column!r} in the mapping of {self.source.source!r}"

    def _type_cells(
        self,
        stores: tuple[Store, ...],
        periods: Sequence[Period | None],
        writings: Mapping[str, Writing],
    ) -> None:
        """Type every cell; a row is sound if every filled cell could be typed."""
        zone = f"coalesce(_zone, {literal(self.workspace.time_zone)})"
        picked, sound = list[str](), ["NOT _over"]
        for column, about in self.source.columns.items():
            raw, made = f"raw.{name(column)}", name(column)
            if column not in self.found.positions:
                picked.append(f"NULL::{cells.SQL_TYPE[about.type]} AS {made}")
            elif about.type in _AS_THEY_ARE or (self.is_straight and about.type != "country"):
                picked.append(f"{raw} AS {made}")
            else:
                if about.type == "country":
                    codes = self._countries(column, about)
                    picked.append(f"{codes} AS {made}")
                else:
                    sql = cells.typed(raw, about, writings[column], zone)
                    picked.append(f"{sql} AS {made}")
                picked.append(f"{raw} IS NOT NULL AS {name(column + ' filled')}")
                sound.append(f"({made} IS NOT NULL OR NOT {name(column + ' filled')})")
        if isinstance(self.source.store, StoreColumn):
            named = name(self.source.store.column)
            empty = f" OR {named} IS NULL" if self.source.store.optional else ""
            sound.append(f"(_store IS NOT NULL{empty})")
        elif self.split:
            sound.append("_store IS NOT NULL")
        for one in self.types.keys() - self.source.columns.keys():
            code = self.found.currencies.get(one.removesuffix(currency_column("")))
            picked.append(f"{literal(code) if code else 'NULL'}::VARCHAR AS {name(one)}")
        starts = _by_file([period.start if period else None for period in periods])
        ends = _by_file([period.end if period else None for period in periods])
        rules = "".join(
            f" WHEN {condition(rule.when, self.types)} THEN {_DECLARED + number}"
            for number, rule in enumerate(self.source.set_aside)
        )
        aside = f"CASE WHEN _aside IS NOT NULL THEN _aside{rules} END"
        kept = ", ".join(
            f"nullif({name(column)}, '') AS {name(column)}"
            if kind == "country" and column in self.found.positions
            else name(column)
            for column, kind in self.types.items()
        )
        down = self._carried_down()
        typed = f"""
            SELECT {LINE}, {LINE} // {FILE} AS _file, {kept}, {aside} AS _aside,
              {" AND ".join(sound)} AS _sound, {"".join(f"{test}, " for test in down.values())}
              _store, _currency, _zone, _country, _included, _rate, _undated, _order_amount,
              _start, _end
            FROM (SELECT {LINE}, {", ".join(picked)}, _aside, _over, _store, _currency,
              {zone} AS _zone, _country, _included, _rate, _undated, _order_amount,
              {starts} AS _start, {ends} AS _end FROM {self._with_stores(stores)})"""
        if down:
            typed = _carry_down(typed, list(down))
        kind = "VIEW" if self.is_straight else "TABLE"
        self.con.execute(f"CREATE TEMP {kind} {name(self.typed)} AS {typed}")
        self.there.append(self.typed)

    def _carried_down(self) -> dict[str, str]:
        """Name the columns whose blanks repeat the last filled cell above, each with its test.

        They are carried before bad rows are left out: the rows below an order's bad first row are
        that order's, and not those of the order before it.
        """
        found = {}
        for column in (one for down in self.source.carry_down if not down.within
                       for one in down.columns if one in self.found.positions):  # fmt: skip
            plainly = self.types[column] in ("text", "customer", "note")
            filled_cell = f"{name(column)} IS NOT NULL" if plainly else name(column + " filled")
            found[column] = f"{filled_cell} AS {name(column + ' starts')}"
        return found

    def _with_stores(self, stores: tuple[Store, ...]) -> str:
        """Give the raw rows, each beside what its store declares."""
        facts = "_store, _currency, _zone, _country, _included, _rate, _undated, _order_amount"
        listed = stores or self.workspace.stores
        if isinstance(self.source.store, StoreColumn):
            rows = ", ".join(
                f"({literal(called.casefold())}, {_store_facts(store)[1:]}"
                for store in listed
                for called in (store.id, *store.known_as)
            )
            return (
                f"{name(self.raw)} AS raw LEFT JOIN (VALUES {rows}) AS shops (_called, {facts})"
                f" ON lower(raw.{name(self.source.store.column)}) = _called"
            )
        if self.split and self._naming_stores:
            rows = ", ".join(map(_store_facts, listed))
            return (
                f"{name(self.raw)} AS raw LEFT JOIN (VALUES {rows}) AS shops ({facts})"
                f" ON {self.split.store_of(f'raw.{name(self._naming_stores)}')} = _store"
            )
        row = _store_facts(stores[0]) if stores else "(" + "NULL::VARCHAR, " * 4 + (
            "NULL::BOOLEAN, NULL::BIGINT, NULL::BOOLEAN, NULL::VARCHAR)")  # fmt: skip
        return f"{name(self.raw)} AS raw CROSS JOIN (VALUES {row}) AS shop ({facts})"

    def _countries(self, column: str, about: Column) -> str:
        """Give the SQL from a country as spelled to its code, ``''`` for none."""
        spelled = [
            row[0]
            for row in self.con.execute(
                f"SELECT DISTINCT {name(column)} FROM {name(self.raw)}"
                f" WHERE {name(column)} IS NOT NULL AND _aside IS NULL ORDER BY 1 LIMIT 1000"
            ).fetchall()
        ]
        cases = " ".join(
            f"WHEN {literal(text)} THEN {literal(code)}"
            for text, code in country_codes(spelled, about.names).items()
            if code is not None
        )
        return f"CASE raw.{name(column)} {cases} END" if cases else "NULL::VARCHAR"

    # Rows

    def _count(self) -> list[tuple[int, int]]:
        """Count each file's data rows and those set aside, and tell of the latter."""
        counts: list[Counter[int]] = [Counter() for _ in self.exports]
        unsound: Counter[int] = Counter()
        for at, kind, sound, rows in self.con.execute(
            f"SELECT _file, coalesce(_aside, -1), _sound, count(*) FROM {name(self.typed)}"
            " GROUP BY 1, 2, 3"
        ).fetchall():
            counts[at][kind] += rows
            if kind == -1 and not sound:
                unsound[at] += rows
        if len(self.exports) > 1:
            self._leave(unsound)
            unsound.clear()
        self.unsound = unsound.total()
        words = {_REPEATED: "repeated header", _TOTAL_ROW: "total", _NOTE: "note",
                 _ELSEWHERE: "of another table"}  # fmt: skip
        words |= {_DECLARED + at: one.what.en for at, one in enumerate(self.source.set_aside)}
        told = []
        for export, kinds, warnings in zip(self.exports, counts, self.warnings, strict=True):
            data, _ = kinds.pop(-1, 0), kinds.pop(_BLANK, 0)
            if kinds:
                what = ", ".join(f"{rows} {words[kind]}" for kind, rows in sorted(kinds.items()))
                warnings.append(
                    Fault(export.path.name, f"rows that are no data were set aside: {what}")
                )
            told.append((data, kinds.total()))
        return told

    def _made_up_rows(self) -> str:
        """Give the query of the sound rows, with all that the source defines on them."""
        rows = f"SELECT * FROM {name(self.typed)} WHERE _aside IS NULL AND _sound"
        for down in self.source.carry_down:
            if not down.within:
                continue  # done where the cells were typed
            group = ", ".join([*WITHIN, *map(name, down.within)])
            over = (
                f"PARTITION BY {group} ORDER BY {LINE}"
                " ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING"
            )
            carried = ", ".join(
                f"coalesce({name(one)}, first_value({name(one)} IGNORE NULLS) OVER ({over}))"
                f" AS {name(one)}"
                for one in down.columns
            )
            rows = f"SELECT * REPLACE ({carried}) FROM ({rows})"
        self.known: dict[str, str] = dict(self.types)
        for word, said in self.source.define.items():
            if across := over_orders(said, self.known):
                rows = across.over(rows, word)
                self.known[word] = "money"
            else:
                meaning = value(said, self.known)
                rows = f"SELECT *, {meaning.sql} AS {name(word)} FROM ({rows})"
                self.known[word] = meaning.type
        return rows

    def _find_bad_rows(self, rows: str, stores: tuple[Store, ...]) -> None:
        """List the cells that could not be read; their rows stay out of every table."""
        self.con.execute(
            f"CREATE TEMP TABLE {name(self.bad)}"
            " (source_line BIGINT, column_name VARCHAR, value VARCHAR, reason VARCHAR)"
        )
        self.there.append(self.bad)
        if self.unsound:
            self._list_unsound()
        listed = self.unsound
        if any(one.tax_basis == "included" for one in stores or self.workspace.stores):
            listed += self._list_untaxed(rows)
        if listed and len(self.exports) > 1:
            self._leave_where("true", self.bad)
            listed = 0
        self.has_bad = bool(listed)
        grouped = self._order_columns()
        if listed and grouped:
            # Half an order cannot carry the whole order's discount, tax or date.
            group = ", ".join(map(name, grouped))
            self.con.execute(
                f"""INSERT INTO {name(self.bad)}
                SELECT {LINE}, {literal(self._header(grouped[0]))}, NULL, 'incomplete_order'
                FROM {name(self.typed)}
                WHERE _aside IS NULL AND {LINE} NOT IN (SELECT source_line FROM {name(self.bad)})
                  AND ({group}) IN (SELECT ({group}) FROM {name(self.typed)} WHERE {LINE} IN
                    (SELECT source_line FROM {name(self.bad)}))"""
            )

    def _list_unsound(self) -> None:
        parts = [
            f"SELECT r.{LINE}, NULL, NULL, 'too_many_cells' FROM {name(self.raw)} r"
            f" JOIN {name(self.typed)} t USING ({LINE}) WHERE t._aside IS NULL AND _over"
        ]
        if column := self._naming_stores:
            may_be_empty = getattr(self.source.store, "optional", False)
            parts.append(
                f"SELECT r.{LINE}, {literal(self._header(column))},"
                f" left({masked(f'r.{name(column)}')}, 60),"
                f" CASE WHEN r.{name(column)} IS NULL THEN 'missing_value' ELSE 'unknown_store' END"
                f" FROM {name(self.raw)} r JOIN {name(self.typed)} t USING ({LINE})"
                " WHERE t._aside IS NULL AND _store IS NULL"
                + (f" AND r.{name(column)} IS NOT NULL" if may_be_empty else "")
            )
        for column, about in self.source.columns.items():
            if about.type not in cells.REASON or column not in self.found.positions:
                continue
            if self.is_straight and about.type != "country":
                continue  # they were read, all of them
            unread = f"t.{name(column)} IS NULL AND r.{name(column)} IS NOT NULL"
            if about.type == "country":
                codes = self._countries(column, about).replace("raw.", "r.", 1)
                unread = f"r.{name(column)} IS NOT NULL AND ({codes}) IS NULL"
            parts.append(
                f"SELECT r.{LINE}, {literal(self._header(column))},"
                f" {_shown(f'r.{name(column)}', about.type)},"
                f" {literal(cells.REASON[about.type])} FROM {name(self.raw)} r"
                f" JOIN {name(self.typed)} t USING ({LINE})"
                f" WHERE t._aside IS NULL AND NOT _sound AND {unread}"
            )
        self.con.execute(f"INSERT INTO {name(self.bad)} {' UNION ALL '.join(parts)}")

    def _list_untaxed(self, rows: str) -> int:
        """Find rows whose price holds tax that neither the export nor the store tells."""
        if "order_lines" not in self.source.tables:
            return 0
        row = self.con.execute(
            f"INSERT INTO {name(self.bad)} SELECT {LINE}, {literal(self._tax_header())},"
            f" NULL, 'tax_unknown' FROM ({rows}) WHERE {self._filled('order_lines').tax_unknown}"
        ).fetchone()
        return int(row[0]) if row else 0

    def _filled(self, table: str) -> Filled:
        about = self.source.tables[table]
        try:
            bases = {one.tax_basis for one in self.stores or self.workspace.stores}
            return filled(table, about.fill, {**self.known, **each_of(about)}, bases=bases)
        except Unclear as trouble:  # found at declaration; a family changed since
            raise self._refused(f"{table}: {trouble}", "correct the mapping") from None

    def _fill_tables(self, rows: str, stores: tuple[Store, ...]) -> None:
        sound = rows
        if self.has_bad:
            # Inside, so that line numbers and shares are those of the rows that are kept.
            sound = rows.replace(
                "WHERE _aside IS NULL AND _sound",
                "WHERE _aside IS NULL AND _sound AND"
                f" {LINE} NOT IN (SELECT source_line FROM {name(self.bad)})",
            )
        if len(self.source.tables) > 1 and any(
            over_orders(said, self.known) for said in self.source.define.values()
        ):
            # Spreading money over orders is dear: once is enough for all tables.
            self.con.execute(f"CREATE TEMP TABLE {name(self.rows)} AS {sound}")
            sound = f"SELECT * FROM {name(self.rows)}"
        taken_above: list[str] = []
        headers = {column: self._header(column) for column in self.source.columns}
        for table, about in self.source.tables.items():
            everyone = stores or self.workspace.stores
            if not any(_may_hold(about.when, bool(one.undated_refunds)) for one in everyone):
                continue
            made = f"{self.at}_{table}"
            filling = self._filled(table)
            taken = condition(about.when, self.known) if about.when else ""
            if about.rest:
                taken = " AND ".join(f"NOT {one}" for one in taken_above)
            elif taken:
                taken_above.append(taken)
            where = f" WHERE {taken}" if taken else ""
            once = ""
            if about.once_per:
                group = ", ".join([*WITHIN, *(value(one, self.known).sql
                                              for one in about.once_per)])  # fmt: skip
                once = f" QUALIFY row_number() OVER (PARTITION BY {group} ORDER BY {LINE}) = 1"
            self.made[table] = made
            columns, each = dict(filling.columns), rows_for_each(sound, about, headers)
            chosen = f"({each}){where}"
            if self.is_straight and each == sound and len(filling.numbered) == 1:
                ((column, alike),) = filling.numbered.items()
                columns[column] = "coalesce(_number, 1)"
                chosen = self._numbered(_numbers_of(made), chosen, ", ".join(alike))
            picked = [f"{sql} AS {name(column)}" for column, sql in columns.items()]
            if "store_id" in canonical_tables()[table]:
                picked.insert(0, "_store AS store_id")
            kind = "VIEW" if self.is_straight else "TABLE"
            self.con.execute(
                f"CREATE TEMP {kind} {name(made)} AS SELECT {LINE}, {', '.join(picked)}"
                f" FROM {chosen}{once}"
            )

    def _numbered(self, numbers: str, rows: str, group: str) -> str:
        """Number rows within their group where groups are many and most have one row.

        Sorting all rows to find that is dear: only those of a group that comes again are sorted.
        """
        self.con.execute(
            f"""CREATE TEMP TABLE {name(numbers)} AS
            SELECT {LINE} AS _line,
              row_number() OVER (PARTITION BY {group} ORDER BY {LINE}) AS _number
            FROM (SELECT * FROM {rows}) WHERE hash({group}) IN (
              SELECT hash({group}) FROM (SELECT * FROM {rows}) GROUP BY 1 HAVING count(*) > 1)
            QUALIFY _number > 1"""
        )
        return f"(SELECT * FROM {rows}) LEFT JOIN {name(numbers)} ON {LINE} = _line"

    # What the file says about itself

    def _refuse_undeclared_tax(self, stores: tuple[Store, ...]) -> None:
        """Prices with tax inside, no tax column and no rate: GMV could only be guessed."""
        lines = self.source.tables.get("order_lines")
        if lines is None:
            return
        tax = columns_named(self._origin(lines.fill.get("tax")), self.source.columns)
        if tax & set(self.found.positions):
            return
        for store in stores:
            if store.tax_basis == "included" and store.tax_rate is None:
                raise self._refused(
                    f"prices of store {store.id!r} hold tax, and this export has no tax column",
                    "add tax_rate to the store in workspace.yml",
                )

    def _origin(self, said: object, depth: int = 8) -> object:
        """Follow a value through ``define`` down to the file's columns."""
        if isinstance(said, str) and said in self.source.define and depth:
            return self._origin(self.source.define[said], depth - 1)
        return said

    def _tax_header(self) -> str:
        said = self.source.tables["order_lines"].fill.get("tax")
        named = sorted(columns_named(self._origin(said), self.source.columns))
        return self._header(named[0]) if named else "tax"

    def _order_columns(self) -> tuple[str, ...]:
        """The columns within which rows share something: an order-level amount or date."""
        for down in self.source.carry_down:
            if down.within:
                return down.within
        for said in self.source.define.values():
            for way in ("allocate", "take_tax_out"):
                if isinstance(said, Mapping) and way in said:
                    within = said[way]["within"]
                    words = (within,) if isinstance(within, str) else within
                    made = [self._origin(word) for word in words]
                    if any("number_within" in one for one in made if isinstance(one, Mapping)):
                        continue  # a number for each row: none depends on another
                    columns = [columns_named(one, self.source.columns) for one in made]
                    return tuple(dict.fromkeys(one for some in columns for one in sorted(some)))
        return ()

    def _without_people(self, headers: tuple[str, ...]) -> tuple[str, ...]:
        """Blot out of headers that nobody declared what of a cell would be blotted out."""
        if not headers:
            return ()
        row = self.con.execute(
            f"SELECT list_transform(?::VARCHAR[], lambda header: {masked('header')})",
            [list(headers)],
        ).fetchone()
        return tuple(row[0]) if row else ()

    def _header(self, column: str) -> str:
        """Name a column as the file does."""
        at = self.found.positions.get(column)
        return column if at is None else self.found.headers[at].strip()

    def _check_total(self) -> None:
        """Compare the total that a file states with the sum of its rows."""
        check = self.source.check_total
        if check is None or not {check.stated, check.sum_of} <= set(self.found.positions):
            return
        for at, stated, summed in self.con.execute(
            f"SELECT _file, sum({name(check.stated)}) FILTER (_aside >= {_DECLARED}"
            f" OR (_aside IS NULL AND {name(check.sum_of)} IS NULL)),"
            f" sum({name(check.sum_of)}) FILTER (_aside IS NULL) FROM {name(self.typed)} GROUP BY 1"
        ).fetchall():
            if stated is None or stated == (summed or 0):
                continue
            self.warnings[at].append(
                Fault(
                    f"{self.exports[at].path.name}, column {self._header(check.stated)!r}",
                    f"states a total of {stated:,.2f}, but its rows add up to {summed or 0:,.2f}",
                    "download the export again; it may be cut off",
                )
            )

    def _as_of(self, periods: Sequence[Period | None]) -> list[date | None]:
        """Give the latest day that each export knows of."""
        known: dict[int, list[date]] = defaultdict(list)
        for column in self.source.as_of:
            if column not in self.found.positions:
                continue
            day, rows = name(column), f"{name(self.typed)} WHERE _aside IS NULL"
            if self.types[column] == "days":
                day = f"struct_extract({day}, 'last')"
            elif self.types[column] == "timestamp":
                if len(self.exports) == 1:
                    # Clocks differ by a day at most, and to read them is dear.
                    last = f"SELECT max({day}) FROM {rows}"
                    rows = f"{rows} AND {day} >= ({last}) - INTERVAL 2 DAY"
                day = f"timezone(_zone, timezone('UTC', {day}))"
            for at, latest in self.con.execute(
                f"SELECT _file, max(CAST({day} AS DATE)) FROM {rows} GROUP BY 1"
            ).fetchall():
                if latest:
                    known[at].append(latest)
        found = {at: max(days) for at, days in known.items()}
        declared = [period or export.place.period
                    for period, export in zip(periods, self.exports, strict=True)]  # fmt: skip
        # A database knows what it is asked on the day on which it is asked.
        today = datetime.now(ZoneInfo(self.workspace.time_zone)).date()
        asked = today if self.found.grid.asked_as else None
        return [found.get(at, asked or (period.end if period else None))
                for at, period in enumerate(declared)]  # fmt: skip

    def _refused(self, what: str, way_out: str) -> DataRefused:
        return DataRefused(Fault(self.path.name, what, way_out))


def _shown(cell: str, kind: str) -> str:
    """Show a bad cell without what may be a person's: a shifted row puts anything anywhere."""
    shown = masked(cell, is_moment=kind in ("date", "timestamp"))
    return f"left({worded(shown)}, 60)"


def customer_key(buyer: str, platform: str, key: bytes) -> str:
    """Give the hash under which a buyer is kept: the same as the door's SQL gives."""
    message = f"{platform}\x1f{buyer.strip().lower()}".encode()
    return hmac.new(key, message, sha256).hexdigest()[:32]


def _may_hold(said: object, declared: bool) -> bool:
    """Say whether a condition can hold for any row of a store, by what the store declares."""
    if isinstance(said, list | tuple):
        return any(_may_hold(one, declared) for one in said)
    if not isinstance(said, Mapping):
        return True
    for on, test in said.items():
        if on == "store_declares" and not declared:
            return False
        if (
            on == "not"
            and isinstance(test, Mapping)
            and set(test) == {"store_declares"}
            and declared
        ):
            return False
    return True


def _carry_down(rows: str, columns: Sequence[str]) -> str:
    """Give the query in which a blank cell holds what the last filled one above it does.

    A filled cell that could not be read is carried as what it is, nothing: the rows below it are
    not those of the cell before.
    """
    among = "PARTITION BY _file, _aside IS NULL"
    runs = ", ".join(
        f"count_if({name(one + ' starts')}) OVER ({among} ORDER BY {LINE} ROWS UNBOUNDED PRECEDING)"
        f" AS {name(one + ' run')}"
        for one in columns
    )
    carried = ", ".join(
        f"first_value({name(one)}) OVER ({among}, {name(one + ' run')} ORDER BY {LINE})"
        f" AS {name(one)}"
        for one in columns
    )
    spare = ", ".join(name(f"{one} {which}") for one in columns for which in ("starts", "run"))
    return f"SELECT * EXCLUDE ({spare}) REPLACE ({carried}) FROM (SELECT *, {runs} FROM ({rows}))"


def _by_file(days: Sequence[date | None]) -> str:
    """Give the SQL of a day that each file has its own of."""
    written = [f"DATE '{day}'" if day else "NULL::DATE" for day in days]
    if len(set(written)) == 1:
        return written[0]
    cases = " ".join(f"WHEN {at} THEN {day}" for at, day in enumerate(written))
    return f"CASE {LINE} // {FILE} {cases} END"


def _first_writing(about: Column) -> Writing:
    """Say how a column is written as far as its declaration tells."""
    return Writing(
        False,
        "comma" if about.decimal == "comma" else "point",
        None if about.order == "store" else about.order,
    )


def _numbers_of(made: str) -> str:
    return f"{made}_numbers"


def _store_facts(store: Store) -> str:
    rate = "NULL::BIGINT" if store.tax_rate is None else f"{int(store.tax_rate * 10**8)}::BIGINT"
    country = literal(store.country) if store.country else "NULL::VARCHAR"
    return (
        f"({literal(store.id)}, {literal(store.currency)}, {literal(store.time_zone)}, {country},"
        f" {str(store.tax_basis == 'included').lower()}, {rate},"
        f" {str(store.undated_refunds is not None).lower()}, {literal(store.order_amount)})"
    )
