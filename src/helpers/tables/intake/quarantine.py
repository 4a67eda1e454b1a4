"""What is set aside or refused, listed for the analyst who will mend it."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.config.swap import write_whole
from helpers.paths import WorkspacePaths
from helpers.tables.contracts import Judged
from helpers.tables.intake.inbox import Found, kept_name
from helpers.tables.intake.receipts import FileReceipt
from helpers.tables.reasons import wording
from helpers.vocabulary.faults import Fault

if TYPE_CHECKING:
    import duckdb

    from helpers.sources.reading import Reading

_HEADER = ["file", "line", "column", "value", "reason_zh", "reason_en"]
_MOST_REASONS = 3
#: Bytes of a list's name, so that there is room for its mark and for what is written aside first.
_LONGEST_NAME = 120


def refused(paths: WorkspacePaths, file: Found, faults: Sequence[Fault]) -> FileReceipt:
    """Refuse a file as a whole; why is listed for the analyst too."""
    own, kept = file.path.name, kept_name(file.path.name)
    told = [str(fault).replace(own, kept).replace(file.shown, file.label) for fault in faults]
    rows = [[file.label, "", "", "", f"文件未被接收：{one}", one] for one in told]
    _write_quarantine(paths, file, rows)
    return FileReceipt(file.shown, "", None, None, "refused", "; ".join(told))


def all_set_aside(
    paths: WorkspacePaths,
    con: duckdb.DuckDBPyConnection,
    file: Found,
    reading: Reading,
    judged: Judged,
) -> FileReceipt:
    """Refuse a file in which no row can be used."""
    note = note_quarantine(paths, con, file, reading, judged)
    return FileReceipt(
        file.shown,
        reading.source,
        reading.store_id,
        str(reading.period) if reading.period else None,
        "refused",
        f"no row can be used: {note}",
        rows_read=reading.rows_read,
        rows_quarantined=judged.rows_quarantined,
    )


def note_quarantine(
    paths: WorkspacePaths,
    con: duckdb.DuckDBPyConnection,
    file: Found,
    reading: Reading,
    judged: Judged,
) -> str:
    """Write the file's list of faults and sum it up in a sentence."""
    if not judged.rows_quarantined:
        _quarantine_file(paths, file).unlink(missing_ok=True)
        return ""
    found = con.execute(
        f"SELECT source_line, column_name, value, reason FROM {judged.quarantine} ORDER BY 1"
    ).fetchall()
    rows = [
        [file.label, line, column, value, wording(reason).zh, wording(reason).en]
        for line, column, value, reason in found
    ]
    listed = _write_quarantine(paths, file, rows)
    reasons = [f"{count:,} x {wording(r).en}" for r, count in judged.reasons.items()]
    more = (
        f" and {len(reasons) - _MOST_REASONS} more reasons" if len(reasons) > _MOST_REASONS else ""
    )
    return (
        f"{judged.rows_quarantined:,} of {reading.rows_read:,} rows set aside "
        f"({'; '.join(reasons[:_MOST_REASONS])}{more}); correct them as {listed} says, "
        "and drop the file again"
    )


def _quarantine_file(paths: WorkspacePaths, file: Found) -> Path:
    name = re.sub(r"[^\w.\-]+", "_", file.label.removeprefix("inbox/").replace("/", "__"))
    # Two long names may become one; a few signs of the hash keep them apart.
    mark = hashlib.blake2b(file.label.encode(), digest_size=4).hexdigest()
    # A file system counts bytes, of which a Chinese sign has three.
    kept = name.encode()[:_LONGEST_NAME].decode(errors="ignore")
    return paths.quarantine / f"{kept}-{mark}.csv"


def _write_quarantine(paths: WorkspacePaths, file: Found, rows: Sequence[Sequence[object]]) -> str:
    """Write a CSV that a spreadsheet opens with its Chinese intact and runs nothing of."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_HEADER)
    for row in rows:
        writer.writerow([_as_text(cell) for cell in row])
    path = _quarantine_file(paths, file)
    write_whole(path, "\ufeff" + text.getvalue())
    return f"quarantine/{path.name}"


def _as_text(cell: object) -> str:
    text = "" if cell is None else str(cell)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
