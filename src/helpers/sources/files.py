"""What lies on the disk: text in some encoding, a workbook, or Parquet; and its rows as text.

Every kind of file is offered as one or more grids (a sheet, or the text under one separator). A
grid knows its first rows, for recognition, and how to bring the columns that are wanted into
DuckDB, as text. Whatever is damaged, empty, locked or a bomb is refused here.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from helpers.config.files_read import sha256_of
from helpers.sources.grids import EXPORT_AGAIN, Opened, refused
from helpers.sources.parquet import parquet_grid
from helpers.sources.passwords import Passwords
from helpers.sources.text import open_text
from helpers.sources.workbooks import BIFF, open_workbook


def open_file(path: Path, passwords: Callable[[], Passwords] | None = None) -> Opened:
    """Look at a file and offer its grids.

    Args:
        path: The file.
        passwords: Gives those that may open it, and is asked only if it is locked.

    Raises:
        DataRefused: It cannot be read at all: empty, damaged, locked, packed, or a bomb.
    """
    try:
        with path.open("rb") as file:
            start = file.read(8)
    except OSError as trouble:
        raise refused(path, f"cannot be read ({trouble.strerror})", "check its rights") from None
    if not start:
        raise refused(path, "is empty", EXPORT_AGAIN)
    if start.startswith((b"PK", BIFF)):
        return Opened(path, sha256_of(path), open_workbook(path, passwords))
    if start.startswith(b"PAR1"):
        return Opened(path, sha256_of(path), [parquet_grid(path)])
    if start.startswith(b"%PDF"):
        raise refused(path, "is a PDF", "export it as CSV or XLSX")
    for mark, kind in ((b"\x1f\x8b", "gzip"), (b"Rar!", "RAR"), (b"7z\xbc\xaf", "7-Zip")):
        if start.startswith(mark):
            raise refused(path, f"is packed ({kind})", "unpack it and add the files inside")
    return open_text(path)
