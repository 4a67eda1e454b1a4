"""What the cells of an unknown file look like, column by column.

The cells are tried with the very parser that would read them (``cells``), so that a guess made
here holds at the door.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.sources import cells
from helpers.sources.cells import Writing
from helpers.sources.countries import country_codes
from helpers.sources.declared import Column
from helpers.sources.grids import Grid, Opened, Wanted
from helpers.sources.headers import plain
from helpers.sources.sql import literal
from helpers.sources.text import quick_rows
from helpers.vocabulary.faults import DataRefused, Fault

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

#: So many rows tell enough.
_ROWS = 20_000
#: A file with more telling headers than this is told by the first of them.
_MOST_CLOSELY = 80
#: The engine plans a query over a thousand columns far longer than it runs it.
_AT_ONCE = 40
#: A column with no more different values than this may have them listed in a mapping.
MOST_WORDS = 40
_OFFSET = r"\d:\d{2}(:\d{2}([.]\d+)?)?\s*(Z|UTC|[+-]\d{2}:?\d{2})$"
_PHONE = r"[+]\d[\d() -]{6,}\d|[(]?0\d{1,5}[) /-]+\d[\d -]{4,}"
_DATE = Column(type="date", order="dmy")
_DATE_US = Column(type="date", order="mdy")


@dataclass(frozen=True)
class Seen:
    """What one column was seen to hold; shares are of its filled cells."""

    position: int
    header: str
    filled: int
    distinct: int
    #: Cells that are dates with the day first, or the month first where that must be so.
    dates: float = 0.0
    #: Dates that can only be day first, only month first, or either.
    day_first: int = 0
    month_first: int = 0
    either_first: int = 0
    with_time: float = 0.0
    with_offset: float = 0.0
    numbers: float = 0.0
    whole: float = 0.0
    decimal_point: int = 0
    decimal_comma: int = 0
    either_mark: int = 0
    negative: int = 0
    emails: float = 0.0
    phones: float = 0.0
    currencies: float = 0.0
    countries: float = 0.0
    #: Values of a column with few of them, the most frequent first.
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Look:
    """A grid with its header row, and what its columns hold."""

    grid: Grid
    header_index: int
    rows: int
    columns: tuple[Seen, ...]
    #: Asks the cells that were looked at: columns ``c0``, ``c1``, ... as trimmed text.
    con: DuckDBPyConnection

    def share(self, test: str, among: str = "true") -> float:
        """Give the share of rows, among some of them, for which a test holds."""
        row = self.con.execute(
            f"SELECT count_if({test}), count(*) FROM seen WHERE {among}"
        ).fetchone()
        held, of = row or (0, 0)
        return held / of if of else 0.0

    def count(self, query: str) -> int:
        """Give one number that a query over ``seen`` tells."""
        row = self.con.execute(query).fetchone()
        return int(row[0] or 0) if row else 0


def look_at(
    opened: Opened, con: DuckDBPyConnection, telling: Callable[[str], bool] = lambda header: True
) -> Look:
    """Find the header of a file and look at the cells below it.

    Args:
        opened: The file.
        con: Holds the cells while they are looked at.
        telling: Whether a header says anything; where it does not, only what may be a person's
            is looked for.

    Raises:
        DataRefused: Nothing in it looks like a header with rows below.
    """
    import duckdb

    grid, at = _header(opened)
    headers = grid.head[at]
    wanted = Wanted(tuple(range(len(headers))), at, len(headers))
    with tempfile.TemporaryDirectory(prefix="look-") as folder:
        brought = grid.bring(wanted, True, Path(folder))
        rows_of = quick_rows([brought.quick], [brought.rows]) if brought.quick else ""
        try:
            _keep(con, rows_of or brought.careful())
        except duckdb.Error:
            if not rows_of:
                raise
            _keep(con, brought.careful())
    (rows,) = con.execute("SELECT count(*) FROM seen").fetchone() or (0,)
    if not rows:
        raise DataRefused(
            Fault(opened.path.name, "has no rows below its headers", "take a copy with some rows")
        )
    return Look(grid, at, int(rows), _columns(con, headers, telling), con)


def _keep(con: DuckDBPyConnection, rows: str) -> None:
    con.execute(f"CREATE OR REPLACE TEMP TABLE seen AS SELECT * FROM ({rows}) LIMIT {_ROWS}")


def _header(opened: Opened) -> tuple[Grid, int]:
    """Take the row with the most headers: texts, all different, with as wide rows below."""
    best: tuple[float, Grid, int] | None = None
    for grid in opened.grids:
        for at, row in enumerate(grid.head):
            texts = [plain(cell) for cell in row if plain(cell)]
            if len(texts) < 2 or any(_is_value(text) for text in texts):
                continue
            below = grid.head[at + 1 :]
            width = max((sum(map(bool, map(plain, one))) for one in below), default=0)
            score = len(set(texts)) * grid.plausible * (1.0 if width >= 2 else 0.5) - at * 0.01
            if best is None or score > best[0]:
                best = (score, grid, at)
    if best is None:
        raise DataRefused(
            Fault(opened.path.name, "has no row that looks like headers", "add a row of headers")
        )
    return best[1], best[2]


def _is_value(text: str) -> bool:
    """Tell a number, a date or an e-mail from a header."""
    digits = sum(sign.isdigit() for sign in text)
    return digits > len(text) / 2 or "@" in text or len(text) > 120


def _columns(
    con: DuckDBPyConnection, headers: Sequence[str], telling: Callable[[str], bool]
) -> tuple[Seen, ...]:
    """Look at each column: closely where its header tells something, and not at too many."""
    named = [place for place, header in enumerate(headers) if plain(header)]
    closely = [place for place in named if telling(headers[place])][:_MOST_CLOSELY]
    others = [place for place in named if place not in set(closely)]
    found = {place: _seen(con, place, headers[place]) for place in closely}
    for start in range(0, len(others), _AT_ONCE):
        some = others[start : start + _AT_ONCE]
        tests = ", ".join(
            f"count(c{place}), coalesce(count_if({_is_email(place)}), 0),"
            f" coalesce(count_if({_is_phone(place)}), 0)"
            for place in some
        )
        told = con.execute(f"SELECT {tests} FROM seen").fetchone() or ()
        for number, place in enumerate(some):
            filled, emails, phones = (int(one) for one in told[number * 3 :][:3])
            found[place] = Seen(
                place, headers[place].strip(), filled, filled,
                emails=emails / max(filled, 1), phones=phones / max(filled, 1),
            )  # fmt: skip
    return tuple(found[place] for place in named)


def _is_email(place: int) -> str:
    return f"regexp_matches(c{place}, '^\\S+@\\S+[.]\\S+$')"


def _is_phone(place: int) -> str:
    return f"regexp_full_match(c{place}, {literal(_PHONE)})"


def _seen(con: DuckDBPyConnection, place: int, header: str) -> Seen:
    cell = f"c{place}"
    zone = literal("UTC")
    day = [cells.typed(cell, about, Writing(), zone) for about in (_DATE, _DATE_US)]
    money = [
        cells.typed(cell, Column(type="money", decimal=mark), Writing(decimal=mark), zone)
        for mark in ("point", "comma")
    ]  # fmt: skip
    first, second, either = cells.order_evidence(cell)
    point, comma, doubtful = cells.mark_evidence(cell)
    tests = [
        f"{day[0]} IS NOT NULL OR {day[1]} IS NOT NULL",
        first, second, either,
        f"regexp_matches({cell}, '\\d{{1,2}}:\\d{{2}}')",
        f"regexp_matches({cell}, {literal(_OFFSET)})",
        f"{money[0]} IS NOT NULL OR {money[1]} IS NOT NULL",
        f"regexp_full_match({cell}, '[+-]?\\d+([.]0+)?')",
        point, comma, doubtful,
        f"starts_with({cell}, '-') OR starts_with({cell}, '(')",
        _is_email(place),
        _is_phone(place),
    ]  # fmt: skip
    counted = con.execute(
        f"SELECT count({cell}), count(DISTINCT {cell}),"
        f" {', '.join(f'coalesce(count_if({test}), 0)' for test in tests)} FROM seen"
    ).fetchone()
    assert counted is not None
    filled, distinct, *found = (int(one) for one in counted)
    words: Sequence[str] = ()
    if distinct <= 300:
        words = [
            row[0]
            for row in con.execute(
                f"SELECT {cell} FROM seen WHERE {cell} IS NOT NULL GROUP BY 1"
                " ORDER BY count(*) DESC, 1"
            ).fetchall()
        ]
    codes = country_codes(words, {})
    known = [word for word in words if codes[word] is not None]

    def share(count: int) -> float:
        return count / filled if filled else 0.0

    return Seen(
        place, header.strip(), filled, distinct,
        share(found[0]), found[1], found[2], found[3], share(found[4]), share(found[5]),
        share(found[6]), share(found[7]), found[8], found[9], found[10], found[11],
        share(found[12]), share(found[13]),
        len([word for word in words if word in _currencies()]) / len(words) if words else 0.0,
        len(known) / len(words) if words else 0.0,
        tuple(words) if distinct <= 300 else (),
    )  # fmt: skip


def _currencies() -> frozenset[str]:
    from babel.numbers import list_currencies

    return frozenset(list_currencies())
