"""The temporary tables through which an export's rows pass on their way in."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from helpers.sources.meaning import LINE
from helpers.sources.reading import FILE
from helpers.sources.sql import name

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_COUNTER = itertools.count(1)


class Staging:
    """Where the rows of one export lie, or of several that are read in one go."""

    def __init__(self, con: DuckDBPyConnection) -> None:
        self.con = con
        at = f"export_{next(_COUNTER)}"
        self._at = at
        #: The wanted cells as text; the same as what they mean; those that could not be read.
        self.raw, self.typed, self.bad = f"{at}_raw", f"{at}_typed", f"{at}_bad"
        #: Made-up rows that several tables are filled from; cells typed while they were read.
        self.rows, self.cells = f"{at}_rows", f"{at}_cells"
        #: Were cells typed while they were read? ``raw``, ``typed`` and what is made are views.
        self.is_straight = False
        #: Canonical table -> what holds its rows.
        self.made: dict[str, str] = {}
        #: Those of several files that are left to be read alone.
        self.left: set[int] = set()
        self._there: set[str] = set()
        self._numbers: list[str] = []

    def put(self, relation: str, query: str, parameters: list[bytes] | None = None) -> None:
        """Make ``raw`` or ``typed`` of a query; once more, if it is there."""
        kind = "VIEW" if self.is_straight else "TABLE"
        sql = f"CREATE OR REPLACE TEMP {kind} {name(relation)} AS {query}"
        self.con.execute(sql, parameters or [])
        self._there.add(relation)

    def put_bad_cells(self) -> None:
        """Make the empty list of cells that could not be read."""
        self.con.execute(
            f"CREATE TEMP TABLE {name(self.bad)}"
            " (source_line BIGINT, column_name VARCHAR, value VARCHAR, reason VARCHAR)"
        )
        self._there.add(self.bad)

    def fill(self, table: str, query: str) -> None:
        """Give a canonical table its rows."""
        made = self.made[table] = f"{self._at}_{table}"
        kind = "VIEW" if self.is_straight else "TABLE"
        self.con.execute(f"CREATE TEMP {kind} {name(made)} AS {query}")

    def number(self, table: str, query: str) -> str:
        """Keep the numbers of a canonical table's rows; give the name of what holds them."""
        numbers = f"{self._at}_{table}_numbers"
        self.con.execute(f"CREATE TEMP TABLE {name(numbers)} AS {query}")
        self._numbers.append(numbers)
        return numbers

    def spellings(self, column: str) -> list[str]:
        """List what stands in a column of few different cells, such as countries."""
        return [
            row[0]
            for row in self.con.execute(
                f"SELECT DISTINCT {name(column)} FROM {name(self.raw)}"
                f" WHERE {name(column)} IS NOT NULL AND _aside IS NULL ORDER BY 1 LIMIT 1000"
            ).fetchall()
        ]

    def leave(self, files: Iterable[int]) -> None:
        """Leave files out of what several are read for."""
        if files := set(files) - self.left:
            self.left |= files
            listed = ", ".join(map(str, sorted(files)))
            for table in sorted(self._there):
                self.con.execute(f"DELETE FROM {name(table)} WHERE {LINE} // {FILE} IN ({listed})")

    def leave_where(self, test: str, table: str) -> None:
        """Leave out files of which any row of ``table`` passes the test."""
        found = self.con.execute(
            f"SELECT DISTINCT {LINE} // {FILE} FROM {name(table)} WHERE {test}"
        ).fetchall()
        self.leave(at for (at,) in found)

    def forget(self, everything: bool = False) -> None:
        """Drop what was only needed on the way."""
        if self.is_straight and not everything:
            return  # what was made rests on all of it
        steps, made = [self.raw, self.typed], list(self.made.values())
        views, tables = (steps, []) if self.is_straight else ([], steps)
        if everything:
            (views if self.is_straight else tables).extend(made)
            tables += [self.bad, self.cells, *self._numbers]
        dropped = [f"DROP VIEW IF EXISTS {name(view)}" for view in views]
        dropped += [f"DROP TABLE IF EXISTS {name(table)}" for table in [*tables, self.rows]]
        self.con.execute(";".join(dropped))


@contextlib.contextmanager
def staged(con: DuckDBPyConnection) -> Iterator[Staging]:
    """Keep what was made and drop the rest; where something is wrong, drop everything."""
    staging = Staging(con)
    with _in_order(con):
        try:
            yield staging
        except BaseException:
            staging.forget(everything=True)
            raise
        finally:
            staging.forget()


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
