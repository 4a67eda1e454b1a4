"""The private engine that everything here asks: bounded memory, one time zone, no bar."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.tables.models import literal

if TYPE_CHECKING:
    import duckdb

_MEMORY_MB = int(os.environ.get("REVIEW_MEMORY_MB", "1500"))


def open_engine(scratch: Path | None = None, share: int = 1) -> duckdb.DuckDBPyConnection:
    """Open a private engine with a bounded memory; it spills into ``scratch``.

    Args:
        scratch: Where it may spill; left out, it does not.
        share: Among how many engines the memory is divided.
    """
    import duckdb

    con = duckdb.connect()
    con.execute(f"SET memory_limit = '{_MEMORY_MB // share}MB'")
    con.execute("SET preserve_insertion_order = false")
    con.execute("SET TimeZone = 'UTC'")
    # A slow query would draw its bar into what is printed for machines. A kernel without widgets
    # has no bar and refuses to be told so.
    with suppress(duckdb.InvalidInputException):
        con.execute("SET enable_progress_bar = false")
    if scratch is not None:
        con.execute(f"SET temp_directory = {literal(scratch.as_posix())}")
    return con
