"""The journal of runs: what ran when, how long, how much it read, what failed.

``runs/journal/2026-11.jsonl``: one line of JSON an entry, appended and never changed, a file for
each month (UTC). Wall clock and durations stand here and in no page of an edition, so that equal
inputs give equal pages.

A run writes a line when it starts and one when it ends, under one id; the later line counts. A
run that was killed is thus seen: it began and never ended. A line is one ``write`` to a file
opened for appending, so two writers never mix their lines, and a line that a full disk cut short
is skipped and told. Only the standard library is used: a publication with nothing to do writes
here too and must stay quick.
"""

from __future__ import annotations

import json
import os
import sys
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

from helpers.paths import WorkspacePaths
from helpers.vocabulary.faults import Fault, ReviewError

Kind = Literal["ingest", "run", "publish", "due", "backfill", "rollback"]
#: ``unchanged``: there was nothing to do. ``partly``: something was left out. ``waiting``: data
#: are not ready. ``refused``: asked wrongly. ``running`` stands in the line a run begins with.
Outcome = Literal[
    "running", "done", "unchanged", "partly", "waiting", "refused", "failed", "interrupted"
]

_ASKED_BY: ContextVar[str] = ContextVar("asked_by", default="")


@dataclass(frozen=True)
class PageNote:
    """What became of one page: ``ran``, ``up_to_date`` or ``failed``."""

    page: str
    language: str
    status: str
    seconds: float = 0.0
    #: MiB; None where it was not measured.
    peak_memory: float | None = None
    #: None where it is not known; an up-to-date page read nothing.
    rows_read: int | None = None
    bytes_read: int | None = None
    #: Why it ran.
    why: str = ""


@dataclass(frozen=True)
class Entry:
    """One run, as far as it is known."""

    kind: Kind
    review: str = ""
    period: str = ""
    #: ``monthly/2025-10/r2``, or empty.
    edition: str = ""
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    #: None while it goes on, and of one that was killed: nobody was left to tell.
    seconds: float | None = None
    outcome: Outcome = "done"
    pages: tuple[PageNote, ...] = ()
    #: What failed or was refused, one sentence each, as the command told it.
    failures: tuple[str, ...] = ()
    #: What somebody should know of it, such as what is awaited.
    notes: tuple[str, ...] = ()
    files_read: int | None = None
    rows_read: int | None = None
    bytes_read: int | None = None
    #: Where more is told, below the workspace.
    log: str = ""
    #: Which command asked for it: ``due``, ``backfill``, or empty for a person.
    asked_by: str = field(default_factory=lambda: _ASKED_BY.get())
    id: str = field(default_factory=lambda: uuid.uuid4().hex[:12])
    pid: int = field(default_factory=os.getpid)

    def as_dict(self) -> dict[str, Any]:
        """Give plain data; what is not known is null and never 0."""
        plain = asdict(self)
        plain["started"] = self.started.astimezone(UTC).isoformat(timespec="milliseconds")
        plain["seconds"] = None if self.seconds is None else round(self.seconds, 3)
        return plain


@dataclass(frozen=True)
class Journal:
    """All that is told, oldest first, and the lines that could not be read."""

    entries: tuple[Entry, ...]
    unread: tuple[Fault, ...] = ()


def journal_folder(paths: WorkspacePaths) -> Path:
    """Say where the journal's files lie."""
    return paths.runs / "journal"


def write_entry(paths: WorkspacePaths, entry: Entry) -> None:
    """Append one entry.

    A history that cannot be written is told on stderr and fails nothing: an edition on a full
    disk is worth more than the line about it.
    """
    moment = entry.started.astimezone(UTC)
    path = journal_folder(paths) / f"{moment:%Y-%m}.jsonl"
    line = json.dumps(entry.as_dict(), ensure_ascii=False, allow_nan=False)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _append(path, line.encode() + b"\n")
    except OSError as trouble:
        fault = Fault(str(path), f"the run is not in the journal, {trouble}", "see to the disk")
        sys.stderr.write(f"{fault}\n")


def _append(path: Path, line: bytes) -> None:
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        size = os.lseek(handle, 0, os.SEEK_END)
        if size:
            os.lseek(handle, size - 1, os.SEEK_SET)
            if os.read(handle, 1) != b"\n":
                # Somebody's line was cut short: ours must not grow out of its end.
                line = b"\n" + line
        written = os.write(handle, line)
        if written < len(line):
            raise OSError(f"only {written} of {len(line)} bytes fitted")
    finally:
        os.close(handle)


def read_journal(paths: WorkspacePaths, months: int | None = None) -> Journal:
    """Read the journal.

    Args:
        paths: Where the workspace is.
        months: Only so many of its newest files; all of them if not given.

    Returns:
        Entries by their start. One that began, never ended, and whose process is gone is
        ``interrupted``.
    """
    files = sorted(journal_folder(paths).glob("[0-9]*-[0-9]*.jsonl"))
    found: dict[str, Entry] = {}
    unread: list[Fault] = []
    for path in files[-months:] if months else files:
        for number, line in enumerate(path.read_bytes().split(b"\n"), 1):
            if not line.strip():
                continue
            try:
                entry = _entry_of(json.loads(line))
            except (ValueError, TypeError, KeyError):
                fault = Fault(f"{path}, line {number}", "was cut short", "it is passed over")
                unread.append(fault)
                continue
            found[entry.id] = entry
    told = (
        replace(one, outcome="interrupted", seconds=None)
        if one.outcome == "running" and not _is_alive(one.pid)
        else one
        for one in found.values()
    )
    return Journal(tuple(sorted(told, key=lambda one: (one.started, one.id))), tuple(unread))


def entries(paths: WorkspacePaths, months: int | None = None) -> tuple[Entry, ...]:
    """List what ran, oldest first; see :func:`read_journal`."""
    return read_journal(paths, months).entries


def _entry_of(plain: Mapping[str, Any]) -> Entry:
    """Read one line; keys that a later version wrote are passed over."""
    known = {one.name for one in fields(Entry)}
    page_keys = {one.name for one in fields(PageNote)}
    given = {name: value for name, value in plain.items() if name in known}
    given["started"] = datetime.fromisoformat(given["started"])
    if given["started"].tzinfo is None or given["outcome"] not in get_args(Outcome):
        raise ValueError(given["outcome"])
    given["pages"] = tuple(
        PageNote(**{name: value for name, value in page.items() if name in page_keys})
        for page in given.get("pages", ())
    )
    for name in ("failures", "notes"):
        given[name] = tuple(given.get(name, ()))
    return Entry(**{"asked_by": "", "pid": 0, **given})


def _is_alive(pid: int) -> bool:
    """Tell whether a process of this number is there, on this machine."""
    if pid <= 0:
        return False
    import psutil

    return bool(psutil.pid_exists(pid))


@contextmanager
def asked_by(command: str) -> Iterator[None]:
    """Name the command on whose behalf all entries written inside are."""
    before = _ASKED_BY.set(command)
    try:
        yield
    finally:
        _ASKED_BY.reset(before)


class Recording:
    """An entry being lived; ``note`` what is learnt on the way."""

    def __init__(self, entry: Entry):
        self.entry = entry

    def note(self, **what: Any) -> None:
        """Set fields of the entry; ``outcome`` is ``done`` unless set."""
        self.entry = replace(self.entry, **what)


@contextmanager
def recording(
    paths: WorkspacePaths, kind: Kind, review: str = "", period: str = ""
) -> Iterator[Recording]:
    """Write down a run: a line now, and one when it ends, however it ends.

    An error is written down as ``failed`` (``refused`` where it was asked wrongly) and goes on.

    >>> import tempfile
    >>> paths = WorkspacePaths(Path(tempfile.mkdtemp()))
    >>> with recording(paths, "publish", "monthly", "2025-10") as run:
    ...     run.note(edition="monthly/2025-10/r1")
    >>> [(one.outcome, one.edition) for one in entries(paths)]
    [('done', 'monthly/2025-10/r1')]
    """
    run = Recording(Entry(kind, review, period, outcome="running"))
    write_entry(paths, run.entry)
    began = time.monotonic()
    try:
        yield run
        if run.entry.outcome == "running":
            run.note(outcome="done")
    except ReviewError as trouble:
        told = tuple(map(str, trouble.faults))
        outcome = "refused" if trouble.exit_code == 2 else "failed"
        # What a page failed of may be known already.
        run.note(outcome=outcome, failures=tuple(dict.fromkeys((*run.entry.failures, *told))))
        raise
    except BaseException as trouble:
        stopped = isinstance(trouble, KeyboardInterrupt | SystemExit)
        told = (f"{type(trouble).__name__}: {trouble}".rstrip(": "),)
        outcome = "interrupted" if stopped else "failed"
        run.note(outcome=outcome, failures=(*run.entry.failures, *told))
        raise
    finally:
        run.note(seconds=time.monotonic() - began)
        write_entry(paths, run.entry)
