"""What was forecast, as readers saw it: kept for good, so that it can be scored later.

A forecast that is made anew when its month has come knows too much. So each publication writes
what it showed into a file of its own, named by its content; no file is ever rewritten, and a
forecast that was told once, from the same data for the same month, is not told again. These files
follow from no export: they stand beside the warehouse, which may be built anew at any time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.config.swap import ASIDE, name_flushed, sweep
from helpers.tables.models import literal, quoted

if TYPE_CHECKING:
    from helpers.paths import WorkspacePaths

FORECAST_LOG: dict[str, str] = {
    "made_on": "DATE",  # last day that was known
    "metric": "VARCHAR",
    "dimension": "VARCHAR",  # empty: the company
    "member": "VARCHAR",
    "month": "VARCHAR",  # that was forecast, 2026-01
    "first_day": "DATE",
    "last_day": "DATE",
    "horizon": "BIGINT",  # 1: the month after made_on
    "p10": "DOUBLE",
    "p50": "DOUBLE",
    "p90": "DOUBLE",
    "unit": "VARCHAR",
    "currency": "VARCHAR",
    "model": "VARCHAR",
    "version": "VARCHAR",
    "edition": "VARCHAR",  # that showed it first
}
#: What makes two forecasts the same one.
_KEY = ("made_on", "metric", "dimension", "member", "month")


def forecast_files(paths: WorkspacePaths) -> list[Path]:
    """List the files of the log."""
    folder = paths.forecasts
    return sorted(folder.glob("[0-9a-f]*.parquet")) if folder.is_dir() else []


def log_forecasts(
    paths: WorkspacePaths, forecasts: Iterable[Mapping[str, Any]], edition: str, through: date
) -> int:
    """Write down forecasts that have just been published.

    A month that was over by then is left out: an edition made up later has foretold nothing.

    Args:
        paths: Of the workspace.
        forecasts: Each with the columns of ``FORECAST_LOG`` but ``edition``; days as ISO text.
        edition: The edition that shows them.
        through: Last day of the data at publication.

    Returns:
        How many were not in the log yet.
    """
    import duckdb

    given: dict[tuple[Any, ...], Mapping[str, Any]] = {}
    for one in forecasts:
        if str(one["last_day"]) <= through.isoformat():
            continue
        given.setdefault(tuple(str(one[name]) for name in _KEY), one)
    if not given:
        return 0
    folder = paths.forecasts
    sweep(folder)
    with duckdb.connect() as con:
        con.execute("SET threads = 1")
        known = set()
        if files := forecast_files(paths):
            listed = ", ".join(literal(file.as_posix()) for file in files)
            columns = ", ".join(f"CAST({quoted(name)} AS VARCHAR)" for name in _KEY)
            known = set(con.execute(f"SELECT {columns} FROM read_parquet([{listed}])").fetchall())
        new = [given[key] for key in sorted(given) if key not in known]
        if not new:
            return 0
        rows = [
            [edition if name == "edition" else one[name] for name in FORECAST_LOG] for one in new
        ]
        typed = ", ".join(f"{quoted(name)} {kind}" for name, kind in FORECAST_LOG.items())
        con.execute(f"CREATE TABLE entry ({typed})")
        con.executemany(f"INSERT INTO entry VALUES ({', '.join('?' * len(FORECAST_LOG))})", rows)
        name = hashlib.blake2b(json.dumps(rows).encode(), digest_size=12).hexdigest()
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f"{ASIDE}{name}.parquet"
        con.execute(f"COPY entry TO {literal(draft.as_posix())} (FORMAT parquet, COMPRESSION zstd)")
        name_flushed(draft, folder / f"{name}.parquet")
    return len(new)
