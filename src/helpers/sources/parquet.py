"""Parquet files: typed columns, offered as the text they would have been in an export."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from helpers.sources.cells import trimmed
from helpers.sources.grids import EXPORT_AGAIN, Brought, Grid, Wanted, refused
from helpers.sources.sql import literal, name

#: In a file's own metadata: which source's query it answers.
ASKED_AS = b"review asked as"


def parquet_grid(path: Path) -> Grid:
    """Offer the one grid of a Parquet file."""
    import duckdb

    file = literal(str(path))
    try:
        with duckdb.connect() as con:
            described = con.execute(f"DESCRIBE SELECT * FROM read_parquet({file})").fetchall()
            asked = con.execute(
                f"SELECT decode(value) FROM parquet_kv_metadata({file}) WHERE key = ?::BLOB",
                [ASKED_AS],
            ).fetchone()
    except duckdb.Error:
        raise refused(path, "is a damaged or cut-off Parquet file", EXPORT_AGAIN) from None
    types: Mapping[str, str] = {row[0]: row[1] for row in described}

    def bring(wanted: Wanted, quotes: bool, folder: Path) -> Brought:
        names = list(types)
        cells = "".join(
            f", {trimmed(as_text(name(names[at]), types[names[at]]))} AS c{at}"
            for at in wanted.positions
        )
        query = (
            f"SELECT file_row_number + 1 AS source_line{cells}, NULL::VARCHAR AS c_over"
            f" FROM read_parquet({file}, file_row_number=true)"
        )
        return Brought(lambda: query)

    return Grid(
        "parquet", None, None, [list(types)], [0], bring, asked_as=asked[0] if asked else ""
    )


def as_text(column: str, kind: str) -> str:
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
