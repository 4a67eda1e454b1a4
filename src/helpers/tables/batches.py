"""Batches: one accepted file each, kept for ever and never changed.

A batch is the sound rows of one file, its quarantined lines, and what was known of the file.
The tables are a function of the set of batches (``build``), so nothing else needs keeping.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field, ValidationError

from helpers.config.swap import ASIDE, LEAVING, aside, put_in_place
from helpers.sources.reading import FILE
from helpers.tables.contracts import Draft, Judged
from helpers.tables.models import PARQUET, TableModel, literal, quoted
from helpers.vocabulary.faults import Fault, WorkFailed
from helpers.vocabulary.labels import Declared

if TYPE_CHECKING:
    import duckdb

    from helpers.sources.reading import Reading

#: File's place -> (scope of authority, store, first day, last day, rows), one for each scope.
Spans = defaultdict[int, list[tuple[Any, ...]]]
QUARANTINE_FILE = "quarantine.parquet"


class Cover(Declared):
    """The days for which a batch speaks for one table, within one scope of authority."""

    table: str
    fact: str
    #: Values of the model's ``authority`` columns, joined by ``|``.
    scope: str
    store_id: str | None
    first: date
    last: date


class Batch(Declared):
    """What ``batch.json`` says of one accepted file."""

    batch_id: str
    sha256: str
    file: str
    source: str
    #: Is the source declared by the company itself, and not one of the built-in families?
    is_own_source: bool = False
    store_id: str | None
    period: str | None
    #: What "newer" means: the date the export states, else the last day its rows speak of.
    as_of: date | None
    encoding: str
    delimiter: str | None
    sheet: str | None
    header_row: int
    rows_read: int
    rows_set_aside: int
    rows_quarantined: int
    rows_repeated: int
    reasons: Mapping[str, int] = Field(default_factory=dict)
    warnings: tuple[tuple[str, str, str], ...] = ()
    #: Rows per table; a table with no row is named too: the file had none to tell.
    rows: Mapping[str, int]
    covers: tuple[Cover, ...] = ()
    #: For how many days after a day the platform still restates it.
    settles_after: int = 0
    #: Headers that nobody declared, as the file writes them.
    new_columns: tuple[str, ...] = ()
    #: Fingerprint of the declarations the file was read with.
    read_with: str
    #: Mark of the key under which its buyers are hashed; empty where it names none.
    key_mark: str = ""

    @property
    def rank(self) -> tuple[date, int, str, str]:
        """Order batches by who overrules whom: newer, then fewer faults, then the hash.

        Fewer faults before the hash, so that a mended file overrules the one it mends.
        """
        return (self.as_of or date.min, -self.rows_quarantined, self.sha256, self.batch_id)

    @property
    def speaks_for_articles_only(self) -> bool:
        """Tell a list of articles, which knows best, from a report that names some by the way."""
        return set(self.rows) <= {"sku_map", "products", "landed_costs"}


@dataclass(frozen=True)
class Batches:
    """The folder of batches of one warehouse."""

    folder: Path

    def folder_of(self, batch: Batch) -> Path:
        """Say where a batch lies."""
        return self.folder / batch.batch_id

    def files_of(self, batches: Iterable[Batch], table: str) -> list[str]:
        """List the Parquet files that hold rows of ``table``."""
        return [
            (self.folder_of(b) / f"{table}.parquet").as_posix()
            for b in batches
            if b.rows.get(table)
        ]

    def load(self) -> list[Batch]:
        """Read what is known of every batch, in the order of who is overruled by whom.

        Raises:
            WorkFailed: A batch cannot be read; names all of them.
        """
        if not self.folder.is_dir():
            return []
        faults, found = [], []
        for folder in sorted(self.folder.iterdir()):
            if folder.name.startswith((ASIDE, LEAVING)):
                continue
            try:
                text = (folder / "batch.json").read_text(encoding="utf-8")
                found.append(Batch.model_validate_json(text))
            except (OSError, ValidationError) as trouble:
                faults.append(
                    Fault(
                        str(folder),
                        f"is no sound batch ({type(trouble).__name__})",
                        "remove the folder and ingest the file again",
                    )
                )
        if faults:
            raise WorkFailed(faults)
        return sorted(found, key=lambda batch: batch.rank)

    def known(self, names: Iterable[str]) -> dict[str, Batch]:
        """Read those of these batches that are still kept."""
        found = {}
        for name in sorted(set(names)):
            with suppress(OSError, ValidationError):
                text = (self.folder / name / "batch.json").read_text(encoding="utf-8")
                found[name] = Batch.model_validate_json(text)
        return found

    def draft(self, reading: Reading, read_with: str) -> Draft:
        """Give an empty folder for what will be the batch of a large file, if it is sound."""
        name = batch_id(reading, read_with)
        return Draft(aside(self.folder / name), name)

    def write(
        self,
        con: duckdb.DuckDBPyConnection,
        reading: Reading,
        judged: Judged,
        models: Mapping[str, TableModel],
        *,
        file: str,
        read_with: str,
        is_own_source: bool,
        key_mark: str = "",
        place: int = 0,
        spans: Mapping[str, Spans] | None = None,
    ) -> Batch:
        """Keep one judged file; nothing is seen of it until it is complete.

        Args:
            con: Holds the judged tables.
            reading: The file.
            judged: What became of its rows.
            models: The tables.
            file: How the file is called.
            read_with: Fingerprint of what decides how it is read.
            is_own_source: Is its source the company's own?
            key_mark: Mark of the key of its buyers' hashes.
            place: Which one it is of the files that were judged together.
            spans: What ``spans_of`` tells of those files; left out, it is asked.
        """
        spans = spans_of(con, judged, models) if spans is None else spans
        covers, rows = _covers(reading, {name: spans[name][place] for name in spans}, models)
        as_of = reading.as_of or max((cover.last for cover in covers), default=None)
        batch = Batch(
            batch_id=batch_id(reading, read_with),
            sha256=reading.sha256,
            file=file,
            source=reading.source,
            is_own_source=is_own_source,
            store_id=reading.store_id,
            period=str(reading.period) if reading.period else None,
            as_of=as_of,
            encoding=reading.encoding,
            delimiter=reading.delimiter,
            sheet=reading.sheet,
            header_row=reading.header_row,
            rows_read=reading.rows_read,
            rows_set_aside=reading.rows_set_aside,
            rows_quarantined=judged.rows_quarantined,
            rows_repeated=judged.rows_repeated,
            reasons=judged.reasons,
            warnings=tuple((w.where, w.what, w.way_out) for w in reading.warnings),
            rows=rows,
            covers=tuple(covers),
            settles_after=reading.settles_after,
            new_columns=reading.new_columns,
            read_with=read_with,
            key_mark=key_mark,
        )
        final = self.folder_of(batch)
        if final.exists():
            return batch
        self.folder.mkdir(parents=True, exist_ok=True)
        building = judged.draft.folder if judged.draft else aside(final)
        for name, relation in judged.tables.items():
            if judged.draft:
                if not batch.rows[name]:
                    judged.draft.file_of(name).unlink()
            elif batch.rows[name]:
                _copy(
                    con,
                    f"SELECT * REPLACE (source_line - {place * FILE} AS source_line), "
                    f"{literal(batch.batch_id)} AS batch_id FROM {relation} WHERE source_line "
                    f"BETWEEN {place * FILE} AND {(place + 1) * FILE - 1}",
                    building / f"{name}.parquet",
                )
        if judged.rows_quarantined:
            _copy(
                con,
                f"SELECT *, {literal(batch.batch_id)} AS batch_id FROM "
                f"{judged.quarantine} ORDER BY source_line",
                building / QUARANTINE_FILE,
            )
        (building / "batch.json").write_text(batch.model_dump_json(indent=1), encoding="utf-8")
        put_in_place(building, final)
        return batch


def batch_id(reading: Reading, read_with: str) -> str:
    """Name a batch after the file's bytes and how they were read, and after nothing else."""
    told = (reading.sha256, reading.source, reading.store_id, reading.period, read_with)
    return hashlib.blake2b("\n".join(map(str, told)).encode(), digest_size=10).hexdigest()


def spans_of(
    con: duckdb.DuckDBPyConnection, judged: Judged, models: Mapping[str, TableModel]
) -> dict[str, Spans]:
    """Tell of each table, for each file: scope of authority, store, first and last day, rows."""
    told: dict[str, Spans] = {}
    for name, relation in judged.tables.items():
        model = models[name]
        day = quoted(model.day) if model.day and model.authority else "NULL"
        scope = ", ".join(map(quoted, model.authority)) if day != "NULL" else "NULL"
        store = "store_id" if day != "NULL" else "NULL"
        last = quoted(model.last_day) if model.last_day and day != "NULL" else "NULL"
        told[name] = defaultdict(list)
        for place, *span in con.execute(
            f"SELECT source_line // {FILE}, concat_ws('|', {scope}), {store}, min({day}), "
            f"max({last}), count(*) FROM {relation} GROUP BY ALL ORDER BY ALL"
        ).fetchall():
            told[name][place].append(tuple(span))
    return told


def _covers(
    reading: Reading,
    spans: Mapping[str, list[tuple[Any, ...]]],
    models: Mapping[str, TableModel],
) -> tuple[list[Cover], dict[str, int]]:
    """Say for which days each table is spoken for, days without a row included; and count rows.

    An order export from 1 to 31 October that names one refund says of all other days that there
    was none. Orders themselves are vouched for only as far as there are orders.
    """
    found: list[Cover] = []
    rows: dict[str, int] = {}
    for name, by_scope in spans.items():
        model = models[name]
        rows[name] = sum(span[-1] for span in by_scope)
        if model.day is None or not model.authority:
            continue
        found += [
            Cover(table=name, fact=model.fact, scope=scope, store_id=store, first=first, last=last)
            for scope, store, first, last, _ in by_scope
        ]
    days: dict[str, tuple[date, date]] = {}
    for store_id in {cover.store_id for cover in found if cover.store_id} | {reading.store_id}:
        if store_id is None:
            continue
        told = [d for c in found if c.store_id == store_id for d in (c.first, c.last)]
        if reading.period is not None:
            told += [reading.period.start, reading.period.end]
        if told:
            days[store_id] = (min(told), max(told))
    for name in spans:
        model = models[name]
        if model.day is None or not model.authority:
            continue
        for store_id, (first, last) in sorted(days.items()):
            own = {c.scope for c in found if (c.table, c.store_id) == (name, store_id)}
            if own and model.fact == "orders":
                continue
            # Without a row only the store itself can be named, and that where no more is needed.
            whole = all(not model.columns[column].required for column in model.authority[1:])
            found = [c for c in found if (c.table, c.store_id) != (name, store_id)]
            found += [
                Cover(
                    table=name, fact=model.fact, scope=scope, store_id=store_id,
                    first=first, last=last,
                )
                for scope in sorted(own) or [store_id] * whole
            ]  # fmt: skip
    return found, rows


def _copy(con: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    con.execute(f"COPY ({query}) TO {literal(path.as_posix())} ({PARQUET})")
