"""The front door: one export in, one ``Reading`` out, or a refusal that says what to do.

Everything row by row happens in DuckDB, on text that was never guessed at: cells are read as they
stand (``bringing``), typed as the source declares (``typed_rows``), and what cannot be typed is set
aside with its reason (``bad_cells``).
"""

from __future__ import annotations

import contextlib
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.config.workspace import Workspace
from helpers.paths import WorkspacePaths
from helpers.sources.aside import count_rows
from helpers.sources.bad_cells import list_bad_cells
from helpers.sources.bringing import bring_in, brought, text_of
from helpers.sources.conventions import writings_of
from helpers.sources.exports import Export, Exports, NotAlike, recognised
from helpers.sources.headers import told
from helpers.sources.loading import fill_tables
from helpers.sources.made_rows import made_rows
from helpers.sources.masking import masked
from helpers.sources.owners import by_market, owners_of
from helpers.sources.reading import Reading
from helpers.sources.staging import Staging, staged
from helpers.sources.stated import check_total, known_until, period_of
from helpers.sources.straight import go_straight
from helpers.sources.tax import refuse_undeclared_tax
from helpers.sources.typed_rows import type_cells
from helpers.vocabulary.faults import DataRefused, Fault

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def read_export(
    path: Path,
    workspace: Workspace,
    paths: WorkspacePaths,
    con: DuckDBPyConnection,
    *,
    below: Path | None = None,
    key: bytes,
) -> Reading:
    """Read one export.

    Args:
        path: The file.
        workspace: Whose stores and rules apply.
        paths: Where the company's own mappings lie.
        con: Receives the rows as temporary tables.
        below: The inbox, or the folder named on the command line, for globs and
            ``inbox/<store>/<period>/``.
        key: Turns buyers' ids into hashes that nobody without it can undo.

    Raises:
        DataRefused: The file is damaged, unknown, lacks a column, or leaves store, period, tax,
            decimal mark or date order open. Nothing stays on the connection.
        DeclarationFaulty: A mapping of the company does not hang together.
    """
    export = recognised(path, workspace, paths, below)
    (reading,) = _read(Exports((export,)), workspace, con, key)
    assert reading is not None  # only one of several is ever left out
    return reading


def read_alike(
    files: Sequence[tuple[Path, Path | None]],
    workspace: Workspace,
    paths: WorkspacePaths,
    con: DuckDBPyConnection,
    *,
    key: bytes,
) -> list[Reading | None]:
    """Read several exports in one go, as far as they are alike and in order.

    To plan a file's queries costs more than to run them where the file is small. Files of one
    store, source and form share them here; their rows lie in the same tables, with ``FILE`` added
    to ``source_line`` from each to the next. Whatever there is to say about a file (a cell that
    cannot be read, an open question, a fault) is said by ``read_export``, to which it is left.

    Args:
        files: The files, each with the inbox or folder it was found in.
        workspace: As for ``read_export``, like all that follow.
        paths: Where the company's own mappings lie.
        con: Receives the rows.
        key: Turns buyers' ids into hashes.

    Returns:
        The readings of those that could be read so, the n-th with lines from ``n * FILE``; None
        in the place of each other one.
    """
    forms = defaultdict[object, list[Export]](list)
    for path, below in files:
        with contextlib.suppress(DataRefused):
            export = recognised(path, workspace, paths, below)
            forms[export.form].append(export)
    alike = max(forms.values(), key=len, default=[])
    if len(alike) < 2:
        return []
    with contextlib.suppress(DataRefused, NotAlike):
        return _read(Exports(tuple(alike)), workspace, con, key)
    return []


def _read(
    exports: Exports, workspace: Workspace, con: DuckDBPyConnection, key: bytes
) -> list[Reading | None]:
    """Take all steps from recognised files to their tables."""
    with tempfile.TemporaryDirectory(prefix="export-") as folder, staged(con) as staging:
        owners = owners_of(exports, workspace)
        periods = [period_of(export) for export in exports.files]
        text = text_of(exports, owners, key)
        offered = brought(exports, text, Path(folder))
        if not go_straight(exports, owners, staging, text, offered[0]):
            bring_in(staging, text, offered)
        owners = by_market(owners, exports, staging)
        refuse_undeclared_tax(exports, owners)
        writings = {} if staging.is_straight else writings_of(exports, owners, staging)
        type_cells(exports, owners, staging, periods, writings)
        counted = count_rows(exports, staging)
        rows, unsound = made_rows(exports, staging), counted.unsound
        if exports.are_several:
            staging.leave(unsound)
            unsound.clear()
        if list_bad_cells(exports, owners, staging, rows, unsound.total()):
            rows = rows.without_bad(staging)
        fill_tables(exports, owners, staging, rows)
        totals = check_total(exports, staging)
        until = known_until(exports, staging, periods, workspace.time_zone)
        readings = list[Reading | None]()
        for at, export in enumerate(exports.files):
            if at in staging.left:
                readings.append(None)
                continue
            grid, new_columns = export.found.grid, _without_people(export, staging)
            told_of = [*counted.told[at], *([totals[at]] if at in totals else [])]
            reading = Reading(
                path=export.path,
                sha256=export.sha256,
                source=exports.source.source,
                store_id=owners.stores[0].id if len(owners.stores) == 1 else None,
                period=periods[at],
                as_of=until[at],
                encoding=grid.encoding,
                delimiter=grid.delimiter,
                sheet=told(grid.sheet) if grid.sheet else grid.sheet,
                header_row=grid.ends[export.found.header_index],
                rows_read=counted.rows[at][0],
                rows_set_aside=counted.rows[at][1],
                tables=staging.made,
                bad_cells=staging.bad,
                warnings=(*told_of, *_unread(export), *_unknown(export, new_columns)),
                settles_after=exports.source.settles_after,
                new_columns=new_columns,
            )
            readings.append(reading)
        return readings


def _unread(export: Export) -> list[Fault]:
    """Tell what lies in the file besides the table that was read."""
    unread = export.found.unread
    if not unread:
        return []
    what = f"only one of its tables was read; not read: {'; '.join(unread[:8])}"
    what += f"; and {len(unread) - 8} more" if len(unread) > 8 else ""
    return [Fault(export.path.name, what, "save what you need of it as a file of its own")]


def _unknown(export: Export, columns: Sequence[str]) -> list[Fault]:
    """Tell of columns that nobody declared."""
    if not columns:
        return []
    listed, more = ", ".join(map(repr, columns[:8])), len(columns) - 8
    what = f"{export.found.source.name.en} has columns that were not there before: {listed}"
    what += f" and {more} more" if more > 0 else ""
    way_out = "they were not read; nothing to do unless one of them matters"
    return [Fault(export.path.name, what, way_out)]


def _without_people(export: Export, staging: Staging) -> tuple[str, ...]:
    """Blot out of headers that nobody declared what of a cell would be blotted out."""
    if not export.found.unknown:
        return ()
    row = staging.con.execute(
        f"SELECT list_transform(?::VARCHAR[], lambda header: {masked('header')})",
        [list(export.found.unknown)],
    ).fetchone()
    return tuple(row[0]) if row else ()
