"""The front door: files in, a receipt for each of them out.

For every file, rows read = rows kept + rows quarantined + rows duplicate. A file that cannot be
taken is refused with its faults and the others go on; nothing is lost, and nothing is counted
twice, however often and in whatever order files arrive.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import shutil
import tempfile
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from helpers.config.disks import is_out_of_room, naming_the_disk
from helpers.config.workspace import Workspace
from helpers.paths import WorkspacePaths
from helpers.tables.batches import Batch, Batches, Spans, spans_of
from helpers.tables.build import (
    Generation,
    current_generation,
    one_per_file,
    open_engine,
    rebuild,
)
from helpers.tables.buyers import buyer_key, mark_of, strangers
from helpers.tables.contracts import Judged, judge, judge_alike
from helpers.tables.gathering import Gathered, gathered
from helpers.tables.inbox import Found, Hashes, Skipped, kept_name, look_for_files
from helpers.tables.models import load_models
from helpers.tables.reasons import wording
from helpers.tables.restatements import months_by_file, told_in_words
from helpers.tables.swap import sweep, take_away, write_whole
from helpers.vocabulary.faults import DataRefused, Fault, WorkFailed

if TYPE_CHECKING:
    import duckdb

    from helpers.sources.place import Place
    from helpers.sources.reading import Reading

Progressing = Callable[[int, int, str], None]
Status = Literal["accepted", "partly", "duplicate", "refused"]

#: How long to wait for another ingest of the same workspace.
PATIENCE_SECONDS = 60
_QUARANTINE_HEADER = ["file", "line", "column", "value", "reason_zh", "reason_en"]
_MOST_REASONS = 3
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


@dataclass(frozen=True)
class FileReceipt:
    """What became of one file."""

    path: str
    #: The declared source it was recognised as; empty where it was refused before that.
    kind: str
    store: str | None
    period: str | None
    status: Status
    message: str
    rows_read: int = 0
    rows_kept: int = 0
    rows_quarantined: int = 0
    rows_duplicate: int = 0


@dataclass(frozen=True)
class Receipt:
    """What became of all of them."""

    files: tuple[FileReceipt, ...]
    skipped: tuple[Skipped, ...] = ()
    #: What the tables lack (exchange rates, one authority for a fact) and which figures of whole
    #: months the files changed.
    warnings: tuple[Fault, ...] = ()

    @property
    def ok(self) -> bool:
        """Tell whether every file was taken in; quarantined rows do not matter here."""
        return all(one.status != "refused" for one in self.files)

    def as_json(self) -> str:
        """Write the receipt for machines."""
        told = {
            "files": [asdict(one) for one in self.files],
            "skipped": [{"path": one.shown, "reason": one.reason} for one in self.skipped],
            "warnings": [str(one) for one in self.warnings],
        }
        return json.dumps(told, ensure_ascii=False, indent=1)


_Outcome = tuple[FileReceipt, Batch | None]


@dataclass
class _Work:
    """What one run of the door holds in its hands."""

    workspace: Workspace
    paths: WorkspacePaths
    store: Batches
    key: bytes
    #: batch_id -> what was taken in
    known: dict[str, Batch]
    #: sha256 -> the files of this run with those bytes
    twins: Mapping[str, Sequence[Found]]
    _read_with: dict[tuple[str, str | None], str] = field(default_factory=dict)
    _places: dict[Found, Place] = field(default_factory=dict)
    #: sha256 -> batch_ids, in the order of ``known``
    _of_bytes: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for batch in self.known.values():
            self._of_bytes.setdefault(batch.sha256, []).append(batch.batch_id)

    def place(self, file: Found) -> Place:
        """Give what a file's whereabouts say, read once: a thousand files are asked often."""
        if file not in self._places:
            from helpers.sources.place import place_of

            self._places[file] = place_of(file.path, self.workspace, file.below)
        return self._places[file]

    def read_with(self, source: str, store_id: str | None) -> str:
        """Fingerprint what decides how a file is read: its source, its store, the buyer key."""
        asked = (source, store_id)
        if asked not in self._read_with:
            from helpers.sources.catalogue import load_sources

            declared = load_sources(self.paths.mappings).get(source)
            told = [
                declared.model_dump(mode="json", exclude={"asked_of"}) if declared else None,
                [
                    store.model_dump(mode="json", exclude={"name", "authority"})
                    for store in self.workspace.stores
                    if store_id is None or store.id == store_id
                ],
                mark_of(self.key),
            ]
            digest = hashlib.blake2b(json.dumps(told).encode(), digest_size=8)
            self._read_with[asked] = digest.hexdigest()
        return self._read_with[asked]

    def accept(self, batch: Batch, *, at: str = "", is_new: bool = True) -> None:
        """Count a batch in, and out what it corrects.

        A file that was mended where it lay speaks for the same days as before; its hash must not
        decide which of the two is believed. One that is overwritten every month does not.

        Args:
            batch: What counts.
            at: Where its file lies now, if it was taken in from another place.
            is_new: Was it read just now?
        """
        for other in list(self.known.values()):
            same = ("source", "store_id", "as_of")
            is_mended = other.file == (at or batch.file) and other.sha256 != batch.sha256
            if (is_mended and all(getattr(other, n) == getattr(batch, n) for n in same)) or (
                other.sha256 == batch.sha256
                and (is_new or other.file == batch.file)
                and not self._stands_beside(other, batch)
            ):
                del self.known[other.batch_id]
                self._of_bytes[other.sha256].remove(other.batch_id)
        self.known[batch.batch_id] = batch
        alike = self._of_bytes.setdefault(batch.sha256, [])
        if batch.batch_id not in alike:
            alike.append(batch.batch_id)

    def of_bytes(self, sha256: str) -> list[Batch]:
        """List what was read from these bytes.

        More than one batch where they do not tell of which store or month they are: exports
        without a row, and stock that nobody touched.
        """
        return [self.known[one] for one in self._of_bytes.get(sha256, ())]

    def _stands_beside(self, other: Batch, batch: Batch) -> bool:
        """Tell a twin, which lies in a place of its own, from a file that was moved."""
        is_same = (other.store_id, other.period) == (batch.store_id, batch.period)
        if is_same or other.file == batch.file:
            return False
        if not other.rows_read:
            return other.period is not None  # what had nothing need not lie there for ever
        return any(
            _lies_right(self, twin, other) and not _lies_right(self, twin, batch)
            for twin in self.twins.get(batch.sha256, ())
        )


def ingest(
    workspace: Workspace,
    paths: WorkspacePaths,
    extra: Sequence[Path] = (),
    progress: Progressing | None = None,
) -> Receipt:
    """Take in the inbox and the named paths, then make the tables follow.

    Args:
        workspace: The company.
        paths: Its folders; a missing inbox is created.
        extra: Further files and folders; they stay where they are.
        progress: Called as ``progress(done, total, name)``.

    Raises:
        AskedWrongly: A named path does not exist.
        DeclarationFaulty: A mapping or ``reference/fx_rates.csv`` is unsound.
        WorkFailed: Another ingest of this workspace does not finish, or the disk is full.
    """
    with naming_the_disk(paths.root):
        return _ingest_alone(workspace, paths, extra, progress or _say_nothing)


def _ingest_alone(
    workspace: Workspace, paths: WorkspacePaths, extra: Sequence[Path], progress: Progressing
) -> Receipt:
    from filelock import FileLock, Timeout

    found, skipped = look_for_files(paths, extra)
    paths.warehouse.mkdir(parents=True, exist_ok=True)
    # The operating system lets go of the lock when its holder dies, however that happens.
    lock = FileLock(paths.warehouse / ".lock")
    try:
        with lock.acquire(timeout=PATIENCE_SECONDS), gathered(workspace, paths) as more:
            found, skipped = [*found, *more.found], [*skipped, *more.skipped]
            receipt = _ingest(workspace, paths, found, skipped, progress)
            return replace(receipt, files=(*receipt.files, *_not_fetched(more)))
    except Timeout:
        raise WorkFailed(
            Fault(str(paths.root), "another ingest is at work here", "wait until it is done")
        ) from None


def _not_fetched(more: Gathered) -> list[FileReceipt]:
    """Tell of databases and inboxes that gave nothing."""
    return [
        FileReceipt(
            shown,
            "",
            None,
            None,
            "refused",
            "; ".join(str(fault).removeprefix(f"{shown}: ") for fault in faults),
        )
        for shown, faults in more.failed.items()
    ]


def _say_nothing(done: int, total: int, name: str) -> None:
    pass


def _ingest(
    workspace: Workspace,
    paths: WorkspacePaths,
    found: Sequence[Found],
    skipped: Sequence[Skipped],
    progress: Progressing,
) -> Receipt:
    store = Batches(paths.warehouse / "batches")
    sweep(store.folder)
    hashes = Hashes(paths.warehouse / "hashes.json")
    known = {batch.batch_id: batch for batch in one_per_file(store.load())}
    receipts: list[FileReceipt] = []
    accepted: dict[int, Batch] = {}
    sha_of: dict[Path, str] = {}
    twins: dict[str, list[Found]] = defaultdict(list)
    unreadable: dict[Path, Fault] = {}
    for file in found:
        try:
            str(file.path).encode()  # else the engine could not be told of it
            sha_of[file.path] = hashes.of(file.path)
            twins[sha_of[file.path]].append(file)
        except OSError as trouble:
            unreadable[file.path] = Fault(
                file.shown, f"cannot be read ({trouble.strerror})", "check its rights"
            )
        except UnicodeEncodeError:
            unreadable[file.path] = Fault(
                file.shown, "has a name that is no UTF-8", "give it another name"
            )
    work = _Work(workspace, paths, store, buyer_key(paths), known, twins)
    for file in found:
        # A process may have died between taking in a mended file and letting go of what it mends;
        # and a file may have been saved over one that was as new.
        for before in work.of_bytes(sha_of.get(file.path, "")):
            if before.batch_id in known:
                work.accept(before, at=file.label, is_new=False)
    outcomes = _read_all(work, _to_be_read(work, found, sha_of), len(found) + 1, progress)
    for file in found:
        if file.path in unreadable:
            receipt, batch = _refused(work, file, [unreadable[file.path]]), None
        elif file.path in outcomes:
            receipt, batch = outcomes[file.path]
        else:
            told = _without_reading(work, file, sha_of[file.path])
            # A twin of a refused file may lie in a better place.
            again = {} if told else _read_all(work, [file], len(found) + 1, progress)
            receipt, batch = (told, None) if told else again[file.path]
        if batch is not None:
            accepted[len(receipts)] = batch
        receipts.append(receipt)
    progress(len(found), len(found) + 1, "tables")
    batches = one_per_file([*work.known.values()])
    # By name: the same bytes may have been read again under another file's.
    kept = {batch.batch_id for batch in batches}
    for stale in store.load():
        if stale.batch_id not in kept:
            take_away(store.folder_of(stale))
    current = current_generation(paths)
    generation = rebuild(workspace, paths, batches=batches)
    entries = (current.restatements if current else 0, generation.restatements)
    hashes.remember()
    progress(len(found) + 1, len(found) + 1, "tables")
    restated = months_by_file(paths, *entries)
    for place, batch in accepted.items():
        rivals = _as_new(work, batch)
        receipts[place] = _settled(receipts[place], batch, generation, restated, rivals)
    warnings = (
        *generation.warnings,
        *strangers(batches, work.key),
        *told_in_words(paths, *entries),
    )
    return Receipt(tuple(receipts), tuple(skipped), warnings)


def _without_reading(work: _Work, file: Found, sha256: str) -> FileReceipt | None:
    """Answer for a file whose bytes were taken in before; None where it must be read."""
    found = work.of_bytes(sha256)
    for before in found:
        fault = _belongs_elsewhere(work, file, before)
        if fault is not None:
            return _refused(work, file, [fault])
    return next((_known(file, one) for one in found if _is_still_right(work, file, one)), None)


def _to_be_read(work: _Work, found: Sequence[Found], sha_of: Mapping[Path, str]) -> list[Found]:
    """List the files to read, one for each content."""
    leads: dict[str, Found] = {}
    for file in found:
        sha256 = sha_of.get(file.path)
        if sha256 and sha256 not in leads and _without_reading(work, file, sha256) is None:
            leads[sha256] = file
    return list(leads.values())


def _read_all(
    work: _Work, files: Sequence[Found], total: int, progress: Progressing
) -> dict[Path, _Outcome]:
    """Read files two at a time: the engine works outside Python's lock, each on its own."""
    if not files:
        return {}
    hands = min(_HANDS, os.cpu_count() or 1, len(files))
    local = threading.local()
    outcomes: dict[Path, _Outcome] = {}
    with tempfile.TemporaryDirectory(prefix="review-") as scratch, ExitStack() as opened:

        def open_one() -> None:
            local.con = opened.enter_context(open_engine(Path(scratch), share=hands))
            # Line numbers must be those of the file.
            local.con.execute("SET preserve_insertion_order = true")

        def read_some(some: Sequence[Found]) -> dict[Path, _Outcome]:
            large = sum(file.path.stat().st_size for file in some) > _LARGE_FILE
            local.con.execute("RESET threads" if large else "SET threads = 1")
            taken = _take_together(work, local.con, some) if len(some) > 1 else {}
            return taken | {
                file.path: _take(work, local.con, file) for file in some if file.path not in taken
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
            work.accept(batch)
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
    work: _Work, con: duckdb.DuckDBPyConnection, files: Sequence[Found]
) -> dict[Path, _Outcome]:
    """Take in those of several files that are alike and have nothing wrong with them."""
    from helpers.sources.door import read_alike

    found = {file.path: file for file in files}
    outcomes: dict[Path, _Outcome] = {}
    try:
        readings = read_alike(
            [(file.path, file.below) for file in files],
            work.workspace, work.paths, con, key=work.key,
        )  # fmt: skip
        if not any(readings):
            return {}
        models = load_models()
        judged, doubtful = judge_alike(con, readings, work.workspace, models)
        spans = spans_of(con, judged, models)
        for place, reading in enumerate(readings):
            if reading is not None and place not in doubtful:
                file = found[reading.path]
                outcomes[file.path] = _keep(work, con, file, reading, judged, place, spans)
    except Exception:  # noqa: BLE001 - which of them it was comes out when each is read alone
        return outcomes
    finally:
        _clear(con)
    return outcomes


def _take(work: _Work, con: duckdb.DuckDBPyConnection, file: Found) -> _Outcome:
    """Read, judge and keep one file."""
    from helpers.sources.door import read_export

    draft = None
    try:
        reading = read_export(
            file.path, work.workspace, work.paths, con, below=file.below, key=work.key
        )
        if reading.rows_read >= _MANY_ROWS:
            draft = work.store.draft(reading, work.read_with(reading.source, reading.store_id))
        judged = judge(con, reading, work.workspace, load_models(), draft)
        if reading.rows_read and judged.rows_quarantined == reading.rows_read:
            return _all_set_aside(work, con, file, reading, judged), None
        return _keep(work, con, file, reading, judged)
    except DataRefused as trouble:
        if is_out_of_room(trouble):
            raise
        return _refused(work, file, trouble.faults), None
    except Exception as trouble:
        if is_out_of_room(trouble):
            raise
        # A way of being broken that nobody has met yet must not stop the other files. What the
        # engine says of it may quote a cell, and a cell may be a person.
        what = f"cannot be read, in a way that is new to us ({type(trouble).__name__})"
        fault = Fault(file.shown, what, "export the file again, or report it with the file")
        return _refused(work, file, [fault]), None
    finally:
        _clear(con)
        if draft is not None:  # gone by now, unless something was wrong
            shutil.rmtree(draft.folder, ignore_errors=True)


def _keep(
    work: _Work,
    con: duckdb.DuckDBPyConnection,
    file: Found,
    reading: Reading,
    judged: Judged,
    place: int = 0,
    spans: Mapping[str, Spans] | None = None,
) -> _Outcome:
    """Keep a judged file as a batch."""
    from helpers.sources.place import place_of

    own, kept = file.path.name, kept_name(file.path.name)
    store_id, period = reading.store_id, reading.period
    if not reading.rows_read:
        # Without a row nothing inside says whose days had nothing: the file's place does.
        lies = place_of(file.path, work.workspace, file.below)
        store_id, period = store_id or lies.store_id, period or lies.period
    reading = replace(
        reading,
        store_id=store_id,
        period=period,
        warnings=tuple(
            replace(one, where=one.where.replace(own, kept)) for one in reading.warnings
        ),
    )
    batch = work.store.write(
        con,
        reading,
        judged,
        load_models(),
        file=file.label,
        read_with=work.read_with(reading.source, reading.store_id),
        is_own_source=_is_own(work, reading.source),
        key_mark=_key_mark(work, reading.source),
        place=place,
        spans=spans,
    )
    note = _note_quarantine(work, con, file, reading, judged)
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


def _belongs_elsewhere(work: _Work, file: Found, before: Batch) -> Fault | None:
    """Refuse a copy of a store's file that lies among another store's files."""
    mine = work.place(file)
    if mine.store_id is None or before.store_id in (None, mine.store_id) or not before.rows_read:
        return None
    for twin in work.twins[before.sha256]:
        theirs = work.place(twin)
        if twin.path != file.path and theirs.store_id == before.store_id:
            return Fault(
                file.shown,
                f"has the same content as {twin.shown}, which belongs to {before.store_id}",
                "keep the file of one store only",
            )
    return None


def _is_still_right(work: _Work, file: Found, before: Batch) -> bool:
    """Tell whether reading the file again would give the same rows."""
    mine = work.place(file)
    if mine.source is not None and mine.source != before.source:
        return False
    if mine.as_of is not None and mine.as_of != before.as_of:
        return False
    if not _lies_right(work, file, before):
        return False
    return before.read_with == work.read_with(before.source, before.store_id)


def _lies_right(work: _Work, file: Found, batch: Batch) -> bool:
    """Tell whether a file's place agrees with what its bytes were taken for."""
    mine = work.place(file)
    # Without a row, it is the place that says whose days had nothing.
    left_open = batch.rows_read > 0
    is_said = batch.store_id is not None or not left_open
    if is_said and mine.store_id not in (None, batch.store_id):
        return False
    if batch.period is None:
        return left_open or mine.period is None
    if _states_its_days(work, batch):
        return True
    return mine.period is None or str(mine.period) == batch.period


def _states_its_days(work: _Work, batch: Batch) -> bool:
    """Tell a file that says above its header of which days it is; its folder is not asked."""
    from helpers.sources.catalogue import load_sources
    from helpers.sources.declared import StatedAbove

    declared = load_sources(work.paths.mappings).get(batch.source)
    states = declared is not None and isinstance(declared.period, StatedAbove)
    return states and ".." in (batch.period or "")  # a folder's period is a month as a rule


def _key_mark(work: _Work, source: str) -> str:
    """Mark the key of a file that names buyers."""
    from helpers.sources.catalogue import load_sources

    declared = load_sources(work.paths.mappings).get(source)
    names = declared is not None and any(
        column.type == "customer" for column in declared.columns.values()
    )
    return mark_of(work.key) if names else ""


def _is_own(work: _Work, source: str) -> bool:
    """Tell a company's own mapping from a family that ships with the product."""
    from helpers.sources.catalogue import load_sources

    return load_sources(work.paths.mappings).get(source) != load_sources().get(source)


def _known(file: Found, batch: Batch) -> FileReceipt:
    return FileReceipt(
        file.shown,
        batch.source,
        batch.store_id,
        batch.period,
        "duplicate",
        "was taken in before"
        if batch.file == file.label
        else f"was taken in before as {batch.file}",
        rows_read=batch.rows_read,
        rows_duplicate=batch.rows_read,
    )


def _as_new(work: _Work, batch: Batch) -> list[str]:
    """List files that are believed before this one, though nothing in them is newer.

    A refund or a cancellation that changes none of the latest days leaves two exports of a month
    alike; only a person knows which was downloaded last.
    """
    days = {(c.table, c.store_id): (c.first, c.last) for c in batch.covers}

    def is_rival(other: Batch) -> bool:
        is_alike = (other.source, other.store_id) == (batch.source, batch.store_id)
        if not is_alike or other.as_of != batch.as_of or other.rank <= batch.rank:
            return False
        nowhere = (date.max, date.min)
        spans = [(c, days.get((c.table, c.store_id), nowhere)) for c in other.covers]
        return any(c.first <= last and first <= c.last for c, (first, last) in spans)

    return [other.file for other in work.known.values() if is_rival(other)]


def _settled(
    receipt: FileReceipt,
    batch: Batch,
    generation: Generation,
    restated: Mapping[str, Sequence[str]],
    rivals: Sequence[str],
) -> FileReceipt:
    """Complete an accepted file's receipt with what the tables made of its rows."""
    overruled = generation.lines_overruled.get(batch.batch_id, 0)
    duplicate = batch.rows_repeated + overruled
    kept = batch.rows_read - batch.rows_quarantined - duplicate
    parts = [receipt.message] if receipt.message else []
    if batch.rows_repeated:
        parts.insert(0, f"{batch.rows_repeated:,} rows repeat others of the file")
    if overruled and rivals:
        parts.insert(
            0,
            f"{overruled:,} rows give way to {rivals[0]}, which by the days in it is just as new;"
            " if this file is the newer one, save it over that one, or declare `as_of` for such"
            " files in workspace.yml",
        )
    elif overruled:
        parts.insert(0, f"{overruled:,} rows give way to newer or other exports")
    if not batch.rows_read:
        parts.insert(0, "holds no data rows")
    if months := restated.get(batch.file):
        some = ", ".join(months[:3]) + (" ..." if len(months) > 3 else "")
        parts.append(f"changes figures of {some}")
    return replace(
        receipt,
        rows_kept=kept,
        rows_duplicate=duplicate,
        message="; ".join(parts) or f"{kept:,} rows",
    )


def _refused(work: _Work, file: Found, faults: Sequence[Fault]) -> FileReceipt:
    own, kept = file.path.name, kept_name(file.path.name)
    told = [str(fault).replace(own, kept).replace(file.shown, file.label) for fault in faults]
    rows = [[file.label, "", "", "", f"文件未被接收：{one}", one] for one in told]
    _write_quarantine(work.paths, file, rows)
    return FileReceipt(file.shown, "", None, None, "refused", "; ".join(told))


def _all_set_aside(
    work: _Work, con: duckdb.DuckDBPyConnection, file: Found, reading: Reading, judged: Judged
) -> FileReceipt:
    note = _note_quarantine(work, con, file, reading, judged)
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


def _note_quarantine(
    work: _Work, con: duckdb.DuckDBPyConnection, file: Found, reading: Reading, judged: Judged
) -> str:
    """Write the file's list of faults and sum it up in a sentence."""
    if not judged.rows_quarantined:
        _quarantine_file(work.paths, file).unlink(missing_ok=True)
        return ""
    found = con.execute(
        f"SELECT source_line, column_name, value, reason FROM {judged.quarantine} ORDER BY 1"
    ).fetchall()
    rows = [
        [file.label, line, column, value, wording(reason).zh, wording(reason).en]
        for line, column, value, reason in found
    ]
    listed = _write_quarantine(work.paths, file, rows)
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
    return paths.quarantine / f"{name[:120]}-{mark}.csv"


def _write_quarantine(paths: WorkspacePaths, file: Found, rows: Sequence[Sequence[object]]) -> str:
    """Write a CSV that a spreadsheet opens with its Chinese intact and runs nothing of."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_QUARANTINE_HEADER)
    for row in rows:
        writer.writerow([_as_text(cell) for cell in row])
    path = _quarantine_file(paths, file)
    write_whole(path, "\ufeff" + text.getvalue())
    return f"quarantine/{path.name}"


def _as_text(cell: object) -> str:
    text = "" if cell is None else str(cell)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _clear(con: duckdb.DuckDBPyConnection) -> None:
    """Drop whatever one file has left on the connection."""
    left = con.execute(
        "SELECT 'VIEW', view_name FROM duckdb_views() WHERE temporary AND NOT internal "
        "UNION ALL SELECT 'TABLE', table_name FROM duckdb_tables() WHERE temporary"
    ).fetchall()
    con.execute(";".join(f'DROP {kind} IF EXISTS "{name}"' for kind, name in left) or "SELECT 1")
