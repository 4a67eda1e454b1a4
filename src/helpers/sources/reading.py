"""What one export said, before anybody judged it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from helpers.vocabulary.faults import Fault
from helpers.vocabulary.periods import Period

#: Where files are read together, ``source_line`` counts on from here for each next file.
FILE = 1 << 32


@dataclass(frozen=True)
class Reading:
    """One export, read and typed; its rows lie in temporary tables of the given connection.

    Every data row is in at least one of ``tables`` or in ``bad_cells``, never in both, so that
    ``rows_read`` is the number of distinct ``source_line`` over all of them.
    """

    path: Path
    sha256: str
    #: Id of the declared source, such as ``amazon_all_orders``.
    source: str
    #: None for company-wide files, and for files whose column names several stores.
    store_id: str | None
    #: Only for exports without dates inside.
    period: Period | None
    #: Up to when the export knows; the newer of two exports wins.
    as_of: date | None
    encoding: str
    delimiter: str | None
    sheet: str | None
    #: 1-based; 0 for Parquet, whose headers stand outside the rows.
    header_row: int
    #: Data rows: no preamble, blank, description, total or repeated header rows.
    rows_read: int
    #: Those description, total and repeated header rows.
    rows_set_aside: int
    #: Canonical table -> temporary table (columns as in the table's model, and ``source_line``).
    tables: Mapping[str, str]
    #: Temporary table ``source_line, column_name, value, reason``; codes as in ``reasons``.
    bad_cells: str
    warnings: tuple[Fault, ...] = ()
    #: For how many days the platform may still restate a day.
    settles_after: int = 0
    #: Headers that the source's declaration does not know: the platform changed its export.
    new_columns: tuple[str, ...] = ()
