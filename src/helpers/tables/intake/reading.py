"""Files -> batches: two at a time, small ones of a kind in one go, the broken ones alone."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.config.disks import is_out_of_room
from helpers.sources.door import read_alike, read_export
from helpers.tables.batches import Batch, Spans, spans_of
from helpers.tables.contracts import Judged, judge, judge_alike
from helpers.tables.engine import open_engine
from helpers.tables.intake.inbox import Found, kept_name
from helpers.tables.intake.ledger import Ledger
from helpers.tables.intake.quarantine import all_set_aside, note_quarantine, refused
from helpers.tables.intake.receipts import FileReceipt
from helpers.tables.models import load_models
from helpers.vocabulary.faults import DataRefused, Fault

if TYPE_CHECKING:
    import duckdb

    from helpers.sources.reading import Reading

#: How many files are read at once.
_HANDS = 2
#: Below this many bytes a second thread costs more than it gains.
_LARGE_FILE = 8 << 20
#: The rows of a file with so many are written once and judged where they lie.
_MANY_ROWS = 250_000
#: Files of these kinds and below this size may be read in one go, so many at most.
_TEXTS = (".csv", ".txt", ".tsv")
_SMALL_FILE = 1 << 20
_MOST_TOGETHER = 32

#: Called as ``progress(done, total, name)``.
Progressing = Callable[[int, int, str], None]
#: What became of a file, and what was taken in of it.
Outcome = tuple[FileReceipt, Batch | None]


def read_all(
    ledger: Ledger, files: Sequence[Found], total: int, progress: Progressing
) -> dict[Path, Outcome]:
    """Read files two at a time: the engine works outside Python's lock, each on its own."""
    if not files:
        return {}
    hands = min(_HANDS, os.cpu_count() or 1, len(files))
    local = threading.local()
    outcomes: dict[Path, Outcome] = {}
    with tempfile.TemporaryDirectory(prefix="review-") as scratch, ExitStack() as opened:

        def open_one() -> None:
            local.con = opened.enter_context(open_engine(Path(scratch), share=hands))
            # Line numbers must be those of the file.
            local.con.execute("SET preserve_insertion_order = true")

        def read_some(some: Sequence[Found]) -> dict[Path, Outcome]:
            large = sum(file.path.stat().st_size for file in some) > _LARGE_FILE
            local.con.execute("RESET threads" if large else "SET threads = 1")
            taken = _take_together(ledger, local.con, some) if len(some) > 1 else {}
            return taken | {
                file.path: _take(ledger, local.con, file) for file in some if file.path not in taken
            }

        with ThreadPoolExecutor(hands, initializer=open_one) as pool:
            started = {
                file.path: future
                for some in _likely_alike(files)
                for future in [pool.submit(read_some, some)]
                for file in some
            }
            try:
                for done, file in enumerate(files):
                    progress(total - 1 - len(files) + done, total, file.label)
                    outcomes[file.path] = started[file.path].result()[file.path]
            except BaseException:
                pool.shutdown(wait=True, cancel_futures=True)
                raise
    # In the order of the files, so that what corrects what does not hang on who was quicker.
    for file in files:
        batch = outcomes[file.path][1]
        if batch is not None:
            ledger.accept(batch)
    return outcomes


def _likely_alike(files: Sequence[Found]) -> list[list[Found]]:
    """Put together small files that may well be exports of one kind, to be read in one go.

    Names only suggest it; the door looks into the files.
    """
    bundles: list[list[Found]] = []
    open_ones: dict[tuple[object, ...], list[Found]] = {}
    room: dict[tuple[object, ...], int] = {}
    for file in files:
        size = file.path.stat().st_size
        folders = file.label.split("/")[:-1]
        # The inbox and the store in it; further down folders are periods.
        kind = (file.below, *folders[:2], re.sub(r"\d+", "", file.path.name))
        if file.path.suffix.lower() not in _TEXTS or size > _SMALL_FILE:
            bundles.append([file])
            continue
        is_full = kind not in open_ones or len(open_ones[kind]) >= _MOST_TOGETHER
        if is_full or room[kind] < size:
            open_ones[kind] = []
            room[kind] = _LARGE_FILE
            bundles.append(open_ones[kind])
        open_ones[kind].append(file)
        room[kind] -= size
    return bundles


def _take_together(
    ledger: Ledger, con: duckdb.DuckDBPyConnection, files: Sequence[Found]
) -> dict[Path, Outcome]:
    """Take in those of several files that are alike and have nothing wrong with them."""
    found = {file.path: file for file in files}
    outcomes: dict[Path, Outcome] = {}
    try:
        readings = read_alike(
            [(file.path, file.below) for file in files],
            ledger.workspace, ledger.paths, con, key=ledger.key,
        )  # fmt: skip
        if not any(readings):
            return {}
        models = load_models()
        judged, doubtful = judge_alike(con, readings, ledger.workspace, models)
        spans = spans_of(con, judged, models)
        for place, reading in enumerate(readings):
            if reading is not None and place not in doubtful:
                file = found[reading.path]
                outcomes[file.path] = _keep(ledger, con, file, reading, judged, place, spans)
    except Exception:  # noqa: BLE001 - which of them it was comes out when each is read alone
        return outcomes
    finally:
        _clear(con)
    return outcomes


def _take(ledger: Ledger, con: duckdb.DuckDBPyConnection, file: Found) -> Outcome:
    """Read, judge and keep one file."""
    draft = None
    try:
        reading = read_export(
            file.path, ledger.workspace, ledger.paths, con, below=file.below, key=ledger.key
        )
        if reading.rows_read >= _MANY_ROWS:
            draft = ledger.store.draft(reading, ledger.read_with(reading.source, reading.store_id))
        judged = judge(con, reading, ledger.workspace, load_models(), draft)
        if reading.rows_read and judged.rows_quarantined == reading.rows_read:
            return all_set_aside(ledger.paths, con, file, reading, judged), None
        return _keep(ledger, con, file, reading, judged)
    except DataRefused as trouble:
        if is_out_of_room(trouble):
            raise
        return refused(ledger.paths, file, trouble.faults), None
    except Exception as trouble:
        if is_out_of_room(trouble):
            raise
        # A way of being broken that nobody has met yet must not stop the other files. What the
        # engine says of it may quote a cell, and a cell may be a person.
        what = f"cannot be read, in a way that is new to us ({type(trouble).__name__})"
        fault = Fault(file.shown, what, "export the file again, or report it with the file")
        return refused(ledger.paths, file, [fault]), None
    finally:
        _clear(con)
        if draft is not None:  # gone by now, unless something was wrong
            shutil.rmtree(draft.folder, ignore_errors=True)


def _keep(
    ledger: Ledger,
    con: duckdb.DuckDBPyConnection,
    file: Found,
    reading: Reading,
    judged: Judged,
    place: int = 0,
    spans: Mapping[str, Spans] | None = None,
) -> Outcome:
    """Keep a judged file as a batch."""
    own, kept = file.path.name, kept_name(file.path.name)
    store_id, period = reading.store_id, reading.period
    if not reading.rows_read:
        # Without a row nothing inside says whose days had nothing: the file's place does.
        lies = ledger.place(file)
        store_id, period = store_id or lies.store_id, period or lies.period
    reading = replace(
        reading,
        store_id=store_id,
        period=period,
        warnings=tuple(
            replace(one, where=one.where.replace(own, kept)) for one in reading.warnings
        ),
    )
    batch = ledger.store.write(
        con,
        reading,
        judged,
        load_models(),
        file=file.label,
        read_with=ledger.read_with(reading.source, reading.store_id),
        is_own_source=ledger.is_own_source(reading.source),
        key_mark=ledger.key_mark(reading.source),
        place=place,
        spans=spans,
    )
    note = note_quarantine(ledger.paths, con, file, reading, judged)
    parts = [note] if note else []
    parts += [str(warning) for warning in reading.warnings]
    receipt = FileReceipt(
        file.shown,
        reading.source,
        reading.store_id,
        str(reading.period) if reading.period else None,
        "partly" if judged.rows_quarantined else "accepted",
        "; ".join(parts),
        rows_read=reading.rows_read,
        rows_quarantined=judged.rows_quarantined,
    )
    return receipt, batch


def _clear(con: duckdb.DuckDBPyConnection) -> None:
    """Drop whatever one file has left on the connection."""
    left = con.execute(
        "SELECT 'VIEW', view_name FROM duckdb_views() WHERE temporary AND NOT internal "
        "UNION ALL SELECT 'TABLE', table_name FROM duckdb_tables() WHERE temporary"
    ).fetchall()
    con.execute(";".join(f'DROP {kind} IF EXISTS "{name}"' for kind, name in left) or "SELECT 1")
