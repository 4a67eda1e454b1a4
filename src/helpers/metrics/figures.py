"""Figures that were computed before, for whoever asks the same question of the same data.

A page in the other language asks what the first one asked. Each answer is kept with the notes of
what it was made from (``tables.reads``) and given again only while those still hold: the same
months, the same answers to small questions, the same code and catalogue. Whoever is given a kept
answer notes the same reads as if it had been computed.

One SQLite file below ``runs/``: written whole or not at all, by several pages at once, whenever
one of them is killed. It may be deleted at any time, and so may whatever cannot be read of it; the
answers used longest ago go first where it grows beyond ``MOST_BYTES``.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.paths import PACKAGE
from helpers.tables.reads import hold
from helpers.vocabulary.periods import Period

if TYPE_CHECKING:
    import pandas as pd

FILE = ".figures.sqlite"
MOST_BYTES = 64 * 2**20
#: Seconds to wait for another page that writes; then the answer is simply not kept.
_PATIENCE = 2.0
#: An answer's last use is written down no more often than this.
_A_DAY = 24 * 3600
_ROOMS = ("config", "metrics", "tables", "vocabulary")
_MADE_WITH = ("duckdb", "ibis-framework", "numpy", "pandas", "pyarrow")
_TABLE = (
    "CREATE TABLE IF NOT EXISTS answers "
    "(question TEXT PRIMARY KEY, answer BLOB NOT NULL, size INTEGER NOT NULL, used REAL NOT NULL)"
)


#: What of a company's declaration no figure follows from.
NO_FIGURE = (
    "calendar", "files", "inboxes", "notices", "publishing", "running", "signing", "targets",
)  # fmt: skip


def compute_or_recall(
    warehouse: Any, wanted: Mapping[str, Sequence[Period]], by: Sequence[str]
) -> pd.DataFrame:
    """Compute metrics, each for periods of its own, or give what was computed before.

    Args:
        warehouse: What ``Warehouse.open`` gives; one made by hand keeps nothing.
        wanted: Metric -> periods.
        by: Dimensions.

    Returns:
        What ``compute.compute_each`` gives, to the last digit.
    """
    from helpers.metrics.compute import compute_each

    if not hasattr(warehouse, "generation"):
        return compute_each(warehouse, wanted, by)
    path = warehouse.paths.runs / FILE
    question = _named(warehouse, wanted, by)
    if found := _recalled(warehouse, path, question):
        return found[0]
    with warehouse.notes.apart() as notes:
        frame = compute_each(warehouse, wanted, by)
    told = {"reads": notes.as_json(warehouse.partitions), "rows": frame.to_dict("split")["data"]}
    _keep(path, question, zlib.compress(json.dumps(told).encode(), 3))
    return frame


def _named(warehouse: Any, wanted: Mapping[str, Sequence[Period]], by: Sequence[str]) -> str:
    """Name a question with all that its answer follows from besides the data."""
    workspace = warehouse.workspace
    asked = [
        [metric, [[one.text, one.start.isoformat(), one.end.isoformat(), one.kind,
                   one.fiscal_start] for one in periods]]
        for metric, periods in wanted.items()
    ]  # fmt: skip
    about = workspace.model_dump(mode="json", exclude={"company", "languages", *NO_FIGURE})
    told = json.dumps([_code(), about, list(by), asked], sort_keys=True)
    return hashlib.blake2b(told.encode(), digest_size=16).hexdigest()


def _recalled(warehouse: Any, path: Path, question: str) -> tuple[pd.DataFrame] | None:
    """Give the kept answer, if all that it was made from still is as it was."""
    import pandas as pd

    from helpers.metrics.compute import COLUMNS
    from helpers.metrics.spans import QUESTIONS

    if not path.is_file():
        return None
    kept: bytes | None = None
    with _open(path) as store:
        row = store.execute(
            "SELECT answer, used FROM answers WHERE question = ?", [question]
        ).fetchone()
        if row is not None:
            kept = row[0]
            if row[1] < time.time() - _A_DAY:
                store.execute(
                    "UPDATE answers SET used = ? WHERE question = ?", [time.time(), question]
                )
    if kept is None:
        return None

    def ask(again: Sequence[Any]) -> Any:
        kind, *given = again
        own = QUESTIONS.get(kind)
        return own(warehouse, *given) if own else warehouse.ask_again(again)

    try:
        told = json.loads(zlib.decompress(kept))
        reads, rows = told["reads"], told["rows"]
        now = {table: warehouse.partitions(table) for table in reads["tables"]}
    except (zlib.error, ValueError, KeyError, TypeError):
        return None
    with warehouse.notes.silently():
        if not hold(reads, now, ask):
            return None
    warehouse.notes.add(reads)
    frame = pd.DataFrame([dict(zip(COLUMNS, row, strict=True)) for row in rows], columns=COLUMNS)
    for column in ("value", "numerator", "denominator"):
        frame[column] = frame[column].astype("float64")
    return (frame,)


def _keep(path: Path, question: str, answer: bytes) -> None:
    """Keep an answer, and let the oldest go where there are too many."""
    if len(answer) > MOST_BYTES // 8:
        return
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
    with _open(path) as store:
        store.execute(
            "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?)",
            [question, answer, len(answer), time.time()],
        )
        (held,) = store.execute("SELECT coalesce(sum(size), 0) FROM answers").fetchone()
        if held > MOST_BYTES:
            store.execute(
                "DELETE FROM answers WHERE question IN (SELECT question FROM (SELECT question, "
                "sum(size) OVER (ORDER BY used DESC, question) AS so_far FROM answers) "
                "WHERE so_far > ?)",
                [MOST_BYTES * 3 // 4],
            )


@contextmanager
def _open(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the store for one step; what goes wrong costs time and never a figure."""
    try:
        store = sqlite3.connect(path, timeout=_PATIENCE)
        # A power cut may cost the last answers; it must not cost a wait for the disk each time.
        store.execute("PRAGMA synchronous = OFF")
        store.execute(_TABLE)
    except sqlite3.Error as trouble:
        _discard(path, trouble)
        store = sqlite3.connect(":memory:")
        store.execute(_TABLE)
    try:
        with store:
            yield store
    except sqlite3.Error as trouble:
        _discard(path, trouble)
    finally:
        store.close()


def _discard(path: Path, trouble: sqlite3.Error) -> None:
    """Take away a store that is in pieces; one that is busy, or on a full disk, is whole."""
    if "malformed" in str(trouble) or "not a database" in str(trouble):
        with suppress(OSError):
            path.unlink()


@cache
def _code() -> str:
    """Name the code, the catalogue and the libraries that figures are made with."""
    told = hashlib.blake2b(digest_size=16)
    told.update(repr([version(name) for name in _MADE_WITH]).encode())
    for room in _ROOMS:
        for file in sorted((PACKAGE / room).rglob("*")):
            if file.suffix in (".py", ".yml"):
                told.update(file.relative_to(PACKAGE).as_posix().encode() + b"\0")
                told.update(file.read_bytes())
    return told.hexdigest()
