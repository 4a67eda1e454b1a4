"""A finished table on the disk: a file a month, the same to the byte every time.

Rows stand in the order of the key, those of large tables in the order of their days. One thread
writes one file: sorted output is then the same every time. Of a large table each month is worked
out, sorted and written by itself, two at a time, so that memory holds months and never the table.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.tables.bookkeeping import copy_rows
from helpers.tables.models import PARQUET, TableModel, literal, quoted

if TYPE_CHECKING:
    import duckdb

#: A table of so many rows is written month by month.
MANY_ROWS = 250_000
_HANDS = 2


def write_table(
    con: duckdb.DuckDBPyConnection, model: TableModel, query: str, rows: int, building: Path
) -> None:
    """Write one finished table, and leave it on the connection as ``final``.

    Args:
        con: Where the rows come from.
        model: The table.
        query: Gives its rows.
        rows: How many it gives; what an export brings is neither doubled nor lost here.
        building: The folder of the new generation.
    """
    folder = building / model.table
    folder.mkdir()
    key = ", ".join(map(quoted, model.key))
    order = f"{key}, batch_id, source_line"
    con.execute("SET threads = 1")
    if model.day and rows >= MANY_ROWS and _write_months(con, model, query, key, folder):
        con.execute("RESET threads")
        files = literal((folder / "*/part.parquet").as_posix())
        con.execute(
            f"CREATE VIEW final AS SELECT * FROM read_parquet({files}, hive_partitioning = false)"
        )
        return
    con.execute("RESET threads")
    con.execute(f"CREATE TABLE final AS {query}")
    con.execute("SET threads = 1")
    if model.day:
        con.execute(
            f"COPY (SELECT *, strftime({quoted(model.day)}, '%Y-%m') AS month FROM final "
            f"ORDER BY month, {order}) TO {literal(folder.as_posix())} "
            f"({PARQUET}, PARTITION_BY (month), OVERWRITE_OR_IGNORE true, "
            "FILENAME_PATTERN 'part')"
        )
        for month in folder.iterdir():
            parts = sorted(month.iterdir())
            if len(parts) == 1:
                parts[0].rename(month / "part.parquet")
    else:
        copy_rows(con, f"SELECT * FROM final ORDER BY {order}", folder)
    con.execute("RESET threads")


def forget_final(con: duckdb.DuckDBPyConnection) -> None:
    """Drop what ``write_table`` left."""
    ((is_view,),) = con.execute(
        "SELECT count(*) FROM duckdb_views() WHERE view_name = 'final'"
    ).fetchall()
    con.execute(f"DROP {'VIEW' if is_view else 'TABLE'} final")


def _write_months(
    con: duckdb.DuckDBPyConnection, model: TableModel, query: str, key: str, folder: Path
) -> bool:
    """Write month by month, by day and line; not where a row has no day.

    So rows come already, as good as sorted: to sort them by their key takes as long as to write
    them, and makes the files larger.
    """
    day = quoted(str(model.day))
    months = [
        month
        for (month,) in con.execute(
            f"SELECT DISTINCT date_trunc('month', {day}) FROM won_{model.table} ORDER BY 1"
        ).fetchall()
    ]
    if None in months:
        return False

    def write(month: object) -> None:
        part = folder / f"month={month:%Y-%m}"
        part.mkdir()
        first = f"DATE '{month:%Y-%m-%d}'"
        with con.cursor() as own:
            copy_rows(
                own,
                f"SELECT * FROM ({query}) WHERE {day} >= {first} "
                f"AND {day} < {first} + INTERVAL 1 MONTH "
                f"ORDER BY {day}, source_line, batch_id, {key}",
                part,
            )

    with ThreadPoolExecutor(min(_HANDS, os.cpu_count() or 1)) as hands:
        list(hands.map(write, months))
    return True
