"""The placed orders of each month as narrow rows: what questions about people and orders read.

Sums of a month stand for its lines, but people do not add up: who bought twice within a year is
told by a year of lines. So a month of lines leaves one row for each placed order, buyer, place and
day, with a number for each of the two long texts that name order and buyer. Windows of any length
are put together from those rows as from the lines, at a fraction of what the lines cost.

The rows are a state like others (``states``): a Parquet file a month, named after the files of
its lines, built aside and renamed. Where they cannot be kept or read, the same rows are worked
out from the lines, so that no answer depends on the folder.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.tables.models import literal

if TYPE_CHECKING:
    from helpers.metrics.states import Days, States

#: How queries call the rows, and the table that they stand for, with its own day.
PLACED_ORDERS, LINES, DAY = "placed_orders", "order_lines", "local_date"
#: What rows tell of an order; the others follow from the choice of lines.
_TOLD = {"store_id": "string", "country": "string", "currency": "string", DAY: "date"}
_KEYS = {"customer_key": "uuid", "order_key": "uint64"}
FIXED = {"kind": "sale", "status": "placed"}
COLUMNS = frozenset({*_TOLD, *_KEYS, *FIXED})
#: A buyer's key is a hash of 128 bits written out (``sources.buyers``), and a number without loss;
#: any other text is hashed to as many bits. An order is told from the other orders of its buyer,
#: or from those of its store that came back, which 64 bits do.
_ROWS = f"""SELECT DISTINCT {", ".join(_TOLD)},
    coalesce(try_cast(customer_key AS UUID), CAST(md5(customer_key) AS UUID)) AS customer_key,
    hash(store_id || '|' || order_id) AS order_key FROM {LINES}
    WHERE {" AND ".join(f"{column} = '{value}'" for column, value in FIXED.items())}"""
_VIEW = ", ".join(f"'{value}' AS {column}" for column, value in FIXED.items())


def order_key(table: Any, narrow: bool) -> Any:
    """Name the order of a row across stores, as narrow rows do or in full."""
    told = table["store_id"] + "|" + table["order_id"]
    return _hash()(told) if narrow else told


def _hash() -> Any:
    import ibis

    @ibis.udf.scalar.builtin(name="hash", signature=(("string",), "uint64"))
    def number(told):  # type: ignore[no-untyped-def]
        """Give the engine's own number for a text."""

    return number


class PlacedOrders:
    """The narrow rows of one open warehouse."""

    def __init__(self, states: States | None):
        self._states = states
        #: Of which connection the rows are already to be seen.
        self._shown: Any = None

    @property
    def are_kept(self) -> bool:
        """Tell whether there are so many lines that their orders are worth files."""
        return self._states is not None and self._states.are_parted(LINES)

    @staticmethod
    def table() -> Any:
        """Give the rows as an Ibis expression."""
        import ibis

        kinds = {**_TOLD, **_KEYS, **dict.fromkeys(FIXED, "string")}
        return ibis.table(kinds, name=PLACED_ORDERS)

    def run(self, con: Any, query: str) -> Any:
        """Run SQL that may read the rows, and give an Arrow table."""
        import duckdb

        if PLACED_ORDERS not in query:
            return con.sql(query).to_arrow_table()
        if self._shown is not con:
            self._show(con)
        try:
            return con.sql(query).to_arrow_table()
        except (duckdb.IOException, duckdb.InvalidInputException):
            # Another process took newer files and threw these away, or somebody the folder.
            self._show_lines(con)
            return con.sql(query).to_arrow_table()

    def _show(self, con: Any) -> None:
        """Let the connection see the rows of all months, building the files that are missing."""
        import duckdb

        self._show_lines(con)
        if not self.are_kept:
            return
        assert self._states is not None

        def write(month: Days, draft: Path) -> None:
            first, last = month
            con.execute(
                f"COPY ({_ROWS} AND {DAY} BETWEEN DATE '{first}' AND DATE '{last}') "
                f"TO {literal(draft.as_posix())} (FORMAT parquet, COMPRESSION lz4_raw)"
            )

        with suppress(OSError, duckdb.IOException, duckdb.InvalidInputException):
            files = self._states.files(_ROWS, LINES, write)
            _throw_away_broken(con, files)
            listed = ", ".join(literal(file.as_posix()) for file in files)
            self._see(con, f"FROM read_parquet([{listed}], hive_partitioning = false)")

    def _show_lines(self, con: Any) -> None:
        self._see(con, f"FROM ({_ROWS})")

    def _see(self, con: Any, source: str) -> None:
        con.execute(f"CREATE OR REPLACE TEMP VIEW {PLACED_ORDERS} AS SELECT *, {_VIEW} {source}")
        self._shown = con


def _throw_away_broken(con: Any, files: Iterable[Path]) -> None:
    """Take away files that a failing disk cut short, so that they are built anew next time.

    Raises:
        duckdb.Error: One of them could not be read.
    """
    import duckdb

    for file in files:
        try:
            con.execute(f"SELECT count(*) FROM read_parquet({literal(file.as_posix())})").fetchall()
        except duckdb.Error:
            file.unlink(missing_ok=True)
            raise
