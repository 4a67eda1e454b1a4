"""Partial states: what each month left behind, so that a figure need not read its lines again.

A *state* is the answer of one query for one run of days: small sums and counts at the grain that
was asked for. A month of sums that add up stands for its lines in every window that holds the
month whole, and its single days stand for the windows that cut it; what does not add up (people,
medians, ranks) is kept for the windows that were asked, and worked out over their own months.

A state is named after the text of its query, the days, and the hashes of the very files that it
was made from. So late lines make new states for the months they touch and leave the others
alone, and nothing has to be told when to forget. The folder may be deleted at any time; two
processes may write to it at once, as files are built aside and renamed. Nothing is ever read from
a state that the query itself would not have answered, to the last digit
(``tests/metrics/test_states.py``).
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date, timedelta
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from helpers.metrics.placed_orders import LINES, PLACED_ORDERS
from helpers.vocabulary.periods import parse_period

if TYPE_CHECKING:
    import pyarrow as pa

#: Tables of fewer rows are read again sooner than their states are looked up.
WORTHWHILE_ROWS = 250_000
FOLDER = "states"
#: Rows that queries read instead of a table's lines.
STANDS_FOR = {PLACED_ORDERS: LINES}

#: First and last day, as ``rows.Window`` has them.
Days = tuple[date, date]
#: A window, and that of the sales that are set against it (often the same).
Asked = tuple[Days, Days]
#: Answers a query for these windows: rows with the place in the list (column ``window``).
Run = Callable[[Sequence[Asked]], "pa.Table"]
#: A month of lines: first and last day, and whether its days are told apart.
_Piece = tuple[date, date, bool]

_READ = re.compile(r"""\b(?:FROM|JOIN)\s+(?:"?\w+"?\.)*"?(\w+)""")
#: Names that queries give to their own parts, and to the days that are asked for.
_OWN = re.compile(r"t\d+|asked\w*|unnest|generate_series")
_MONTH = re.compile(r"/month=(\d{4}-\d{2})/")
#: The place of a row's days in the list that was asked for.
PLACE = "window"
#: The day of rows where a month is kept day by day, else the month's first.
DAY = "state_day"


class Reads(NamedTuple):
    """How far a query reaches; it reads every other table from its first line to its last.

    Attributes:
        within: Tables of which it reads only lines of the days asked for.
        until: Tables of which lines after those days have no say.
    """

    within: tuple[str, ...] = ()
    until: tuple[str, ...] = ()


class States:
    """The states of one state of the tables; ``None`` of them where they are not kept on disk."""

    def __init__(self, warehouse: Any):
        self._folder: Path = warehouse.paths.warehouse / FOLDER / _code()
        self._files: Mapping[str, Mapping[str, str]] = warehouse.generation.files
        self._rows: Mapping[str, int] = warehouse.generation.rows
        self._whole: Callable[[Iterable[str]], str] = warehouse.fingerprint
        self._known: Collection[str] = warehouse.tables
        self._prints: dict[str, str] = {}

    @classmethod
    def of(cls, warehouse: Any) -> States | None:
        """Give the states of an open warehouse, if it has files to keep them beside."""
        return cls(warehouse) if hasattr(warehouse, "generation") else None

    # -- what is worth keeping -----------------------------------------------------------------

    def serve(self, tables: Iterable[str]) -> bool:
        """Tell whether any of these tables is so large that its states are worth a file."""
        return any(self._rows.get(table, 0) >= WORTHWHILE_ROWS for table in tables)

    def tables_of(self, text: str) -> list[str]:
        """List the tables that a query reads."""
        named = {STANDS_FOR.get(one, one) for one in _READ.findall(text)}
        return sorted(named.intersection(self._known))

    def are_parted(self, table: str) -> bool:
        """Tell whether a table is so large, and every line of it in the file of its month."""
        return self.serve([table]) and all(map(_MONTH.search, self._files[table]))

    def months(self, table: str) -> list[Days]:
        """List the months for which a table has lines."""
        found = {month for path in self._files.get(table, ()) for month in _MONTH.findall(path)}
        periods = [parse_period(month) for month in sorted(found)]
        return [(period.start, period.end) for period in periods]

    # -- answering -----------------------------------------------------------------------------

    def answer(self, text: str, asked: Sequence[Asked], reads: Reads, run: Run) -> pa.Table:
        """Answer a query window by window, from states where there are any.

        Args:
            text: The query; the same text over the same rows gives the same answer.
            asked: The windows, each with that of the sales beside it.
            reads: Of which tables it reads only lines of those days, or before them.
            run: Works out what is not kept.
        """
        tables = self.tables_of(text)
        if not self.serve(tables) or self._strangers(text):
            return run(asked)
        kept = []
        for window, beside in asked:
            reach = (min(window[0], beside[0]), max(window[1], beside[1]))
            place = (*window, *beside) if beside != window else window
            kept.append(self._place(text, place, self._fingerprint(tables, reads, reach)))

        def work(missing: Sequence[int]) -> pa.Table:
            return _numbered(run([asked[at] for at in missing]), missing)

        return self._gather(kept, work)

    def add(
        self, text: str, windows: Sequence[Days], table: str, reads: Reads, run: Run
    ) -> pa.Table:
        """Answer a query whose numbers add up over days, from the months and days it is made of.

        Args:
            text: The query; all its ``v_...`` columns are sums or counts of exact numbers.
            windows: The days asked for.
            table: The table whose lines are added up, each on its own day.
            reads: Of which tables it reads only lines of those days, or before them.
            run: Works out what is not kept.
        """
        tables = self.tables_of(text)
        if not self.are_parted(table) or self._strangers(text):
            return run([(window, window) for window in windows])
        months = [one for one in self.months(table) if any(_touch(own, one) for own in windows)]

        def kept_at(month: Days, daily: bool) -> Path:
            named = (*month, *month) if daily else month
            return self._place(text, named, self._fingerprint(tables, reads, month))

        # A month whose days are told apart, now or from before, need not be read as a whole too.
        cut = {month for window in windows for month in months if _cuts(window, month)}
        cut |= {
            month
            for month in months
            if not kept_at(month, daily=False).exists() and kept_at(month, daily=True).exists()
        }
        pieces: dict[_Piece, list[int]] = {}
        for place, window in enumerate(windows):
            for month in months:
                if _touch(window, month):
                    pieces.setdefault((*month, month in cut), []).append(place)
        asked = sorted(pieces)
        kept = [kept_at((first, last), daily) for first, last, daily in asked]

        def work(missing: Sequence[int]) -> pa.Table:
            runs = [
                (at, days)
                for at in missing
                for days in (_days_of(asked[at]) if asked[at][2] else [asked[at][:2]])
            ]
            fresh = run([(days, days) for _, days in runs])
            days = [runs[at][1][0] for at in fresh[PLACE].to_pylist()]
            return _numbered(fresh, [at for at, _ in runs]).append_column(
                DAY, _array(days, "date32")
            )

        if not asked:
            return run([(window, window) for window in windows])
        found = self._gather(kept, work)
        parts = [
            _at_place(_of_days(found, at, windows[place] if asked[at][2] else None), place)
            for at, piece in enumerate(asked)
            for place in pieces[piece]
        ]
        rows = _together(parts).drop_columns([DAY])
        return combine(rows, dict.fromkeys(_numbers(rows), "sum"))

    def ends(self, text: str, table: str, how: Mapping[str, str], run: Run) -> pa.Table:
        """Answer a query for smallest and largest values over all lines, month by month.

        Args:
            text: The query.
            table: The table it reads.
            how: Column -> ``min`` or ``max``; the other columns tell groups apart.
            run: Works out what is not kept.
        """
        months = self.months(table)
        kept = [
            self._place(text, month, self._fingerprint([table], Reads((table,)), month))
            for month in months
        ]

        def work(missing: Sequence[int]) -> pa.Table:
            return _numbered(run([(months[at], months[at]) for at in missing]), missing)

        return combine(self._gather(kept, work).drop_columns([PLACE]), how)

    def files(self, text: str, table: str, write: Callable[[Days, Path], None]) -> list[Path]:
        """Give a file for each month of a table; ``write`` makes those that are missing.

        Args:
            text: What the files hold; the same text over the same lines gives the same file.
            table: The table, every line of it in the file of its month.
            write: Writes the file of a month to a path.

        Raises:
            OSError: The folder cannot be written.
        """
        found = []
        for month in self.months(table):
            named = self._place(text, month, self._fingerprint([table], Reads((table,)), month))
            path = named.with_suffix(".parquet")
            found.append(path)
            if path.exists():
                continue
            self._make_room(path)
            draft = _draft_of(path)
            write(month, draft)
            draft.replace(path)
            _drop_older(path)
        return found

    def text(
        self, shape: Hashable, write: Callable[[], tuple[str, list[str]]]
    ) -> tuple[str, list[str]]:
        """Give the text of a query and what it reads within its days, which take long to write."""
        path = self._folder / "texts" / f"{_digest(_told(shape))}.json"
        with suppress(OSError, ValueError):
            text, within = json.loads(path.read_text(encoding="utf-8"))
            return text, within
        text, within = write()
        _write_aside(path, json.dumps([text, within]).encode("utf-8"))
        return text, within

    # -- keeping -------------------------------------------------------------------------------

    def _fingerprint(self, tables: Iterable[str], reads: Reads, days: Days) -> str:
        """Name the files that an answer for these days is made from."""
        told = []
        for table in tables:
            if table in reads.within:
                told.append(self._of_months(table, days))
            elif table in reads.until:
                told.append(self._of_months(table, (date.min, days[1])))
            else:
                told.append(self._of_all(table))
        return _digest("\n".join(told))

    def _strangers(self, text: str) -> set[str]:
        """Name what a query reads that is neither a table of ours nor a part of itself."""
        named = {one for one in _READ.findall(text) if not _OWN.fullmatch(one)}
        return named.difference(self._known, STANDS_FOR)

    def _of_all(self, table: str) -> str:
        if table not in self._prints:
            self._prints[table] = self._whole([table])
        return self._prints[table]

    def _of_months(self, table: str, days: Days) -> str:
        first, last = days[0].isoformat()[:7], days[1].isoformat()[:7]
        return repr(
            sorted(
                (path, sha256)
                for path, sha256 in self._files.get(table, {}).items()
                if all(first <= month <= last for month in _MONTH.findall(path))
            )
        )

    def _place(self, text: str, days: Sequence[date], fingerprint: str) -> Path:
        told = "_".join(f"{day:%Y%m%d}" for day in days)
        return self._folder / _digest(text) / f"{told}-{fingerprint}.arrow"

    def _gather(self, kept: Sequence[Path], work: Callable[[Sequence[int]], pa.Table]) -> pa.Table:
        """Read what is kept, work out the rest at once, and keep that too."""
        import pyarrow.compute as pc

        states = {at: _read(path) for at, path in enumerate(kept)}
        parts = [_at_place(state, at) for at, state in states.items() if state is not None]
        missing = [at for at, state in states.items() if state is None]
        if missing or not parts:
            fresh = work(missing)
            for at in missing:
                state = fresh.filter(pc.equal(fresh[PLACE], at))
                self._keep(kept[at], state.drop_columns([PLACE]))
            parts.append(fresh)
        return _together(parts)

    def _keep(self, path: Path, state: pa.Table) -> None:
        """Write a state, and take away those of the same days that other files had left."""
        import pyarrow as pa

        sink = pa.BufferOutputStream()
        with pa.ipc.new_file(sink, state.schema) as writer:
            writer.write_table(state)
        with suppress(OSError):
            self._make_room(path)
        _write_aside(path, sink.getvalue())
        _drop_older(path)

    def _make_room(self, path: Path) -> None:
        """Make the folder of a query's states, and take away what other versions had left."""
        if not path.parent.exists():
            _sweep(self._folder)
            path.parent.mkdir(parents=True, exist_ok=True)


def combine(rows: pa.Table, how: Mapping[str, str]) -> pa.Table:
    """Bring groups together that differ in nothing but the numbers ``how`` names."""
    keys = [name for name in rows.column_names if name not in how]
    grouped = rows.group_by(keys, use_threads=False).aggregate(list(how.items()))
    told = {f"{name}_{kind}": name for name, kind in how.items()}
    return grouped.rename_columns([told.get(name, name) for name in grouped.column_names])


def _numbers(rows: pa.Table) -> list[str]:
    return [name for name in rows.column_names if name.startswith("v_")]


def _cuts(window: Days, month: Days) -> bool:
    """Tell whether a window holds some days of a month and not all."""
    return _touch(window, month) and not (window[0] <= month[0] and month[1] <= window[1])


def _touch(one: Days, other: Days) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def _days_of(piece: _Piece) -> list[Days]:
    first, last, _ = piece
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [(day, day) for day in days]


def _array(values: Sequence[object], kind: str) -> Any:
    import pyarrow as pa

    return pa.array(values, getattr(pa, kind)())


def _numbered(rows: pa.Table, places: Sequence[int]) -> pa.Table:
    """Call each place of a list by the number that stands there."""
    numbers = [places[at] for at in rows[PLACE].to_pylist()]
    return rows.set_column(rows.column_names.index(PLACE), PLACE, _array(numbers, "int64"))


def _at_place(rows: pa.Table, place: int) -> pa.Table:
    """Put all rows at one place."""
    if PLACE in rows.column_names:
        rows = rows.drop_columns([PLACE])
    return rows.append_column(PLACE, _array([place] * rows.num_rows, "int64"))


def _of_days(rows: pa.Table, place: int, days: Days | None) -> pa.Table:
    """Take the rows at one place, of these days only where a month was kept day by day."""
    import pyarrow.compute as pc

    mask = pc.equal(rows[PLACE], place)
    if days is not None:
        inside = pc.and_(pc.greater_equal(rows[DAY], days[0]), pc.less_equal(rows[DAY], days[1]))
        mask = pc.and_(mask, inside)
    return rows.filter(mask)


def _together(parts: Sequence[pa.Table]) -> pa.Table:
    """Put tables of the same columns under each other."""
    import pyarrow as pa

    names = parts[0].column_names
    return pa.concat_tables([part.select(names) for part in parts])


def _read(path: Path) -> pa.Table | None:
    """Read a state; one that is gone or was cut short is as good as never written."""
    import pyarrow as pa

    try:
        return pa.ipc.open_file(pa.BufferReader(path.read_bytes())).read_all()
    except (OSError, pa.ArrowInvalid):
        return None


def _drop_older(path: Path) -> None:
    """Take away states of the same days that other files of lines had left, and drafts of killed.

    Whoever is still at such a draft, or reads such a state, goes on without it.
    """
    days = path.name.rpartition("-")[0]
    for pattern in (f"{days}-*{path.suffix}", f".{days}-*{path.suffix}.*"):
        for older in path.parent.glob(pattern):
            if older.name != path.name:
                older.unlink(missing_ok=True)


def _draft_of(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}")


def _write_aside(path: Path, content: Any) -> None:
    """Write a file under a name of its own and rename it; a full or read-only disk costs time."""
    draft = _draft_of(path)
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(content)
        draft.replace(path)


def _sweep(folder: Path) -> None:
    """Take away what other versions of the catalogue had left."""
    with suppress(OSError):
        for other in folder.parent.iterdir():
            if other.name != folder.name:
                shutil.rmtree(other, ignore_errors=True)


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def _told(shape: Hashable) -> str:
    """Write a shape with everything that its query follows from, the rows a leaf names included."""
    if isinstance(shape, tuple):
        return f"({', '.join(map(_told, shape))})"
    rows = getattr(shape, "_set", None)
    return f"{shape!r} {rows!r}" if rows is not None else repr(shape)


@cache
def _code() -> str:
    """Name what every query follows from besides the lines: catalogue, code, engine."""
    from helpers.tables.build import BUILD_VERSION
    from helpers.tables.models import MODELS

    here = Path(__file__).parent
    files = sorted([*here.rglob("*.py"), *here.rglob("*.yml"), *MODELS.glob("*.yml")])
    told = hashlib.blake2b(digest_size=8)
    told.update(repr((BUILD_VERSION, version("duckdb"), version("ibis-framework"))).encode())
    for file in files:
        told.update(file.name.encode() + b"\0" + file.read_bytes())
    return told.hexdigest()
