"""One unattended command at a time: a lock that dies with its process and says who has it.

The lock is the operating system's (``filelock``): however its process ends, kill -9 included, it
is free at once, and a file left behind means nothing. Beside it stands who holds it, for whoever
finds it taken. A network drive may keep the lock of a dead machine until its server notices.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from filelock import FileLock, Timeout

from helpers.config.disks import naming_the_disk
from helpers.config.swap import write_whole
from helpers.paths import WorkspacePaths
from helpers.vocabulary.faults import Fault, WorkFailed

_LOCK, _HOLDER = ".unattended.lock", ".unattended.json"


@dataclass(frozen=True)
class Holder:
    """Who holds the lock."""

    pid: int
    host: str
    since: datetime
    command: str

    def __str__(self) -> str:
        since = self.since.astimezone(UTC)
        return (
            f"{self.command} (process {self.pid} on {self.host}, since {since:%Y-%m-%d %H:%M} UTC)"
        )

    def age(self, now: datetime | None = None) -> timedelta:
        """Say for how long it has been held."""
        return (now or datetime.now(UTC)) - self.since


class HeldByAnother(WorkFailed):
    """Another unattended command is at work in this workspace."""

    def __init__(self, paths: WorkspacePaths, holder: Holder | None):
        self.holder = holder
        who = f"is at work already: {holder}" if holder else "another command is at work"
        super().__init__(Fault(str(paths.root), who, "wait until it has ended, or end it"))


@contextmanager
def hold(paths: WorkspacePaths, command: str) -> Iterator[None]:
    """Be the only unattended command in a workspace; the same process may hold it twice.

    Raises:
        HeldByAnother: Another process has the lock; nothing was waited for.
        WorkFailed: The disk is full or read-only, so that nobody can hold anything.
    """
    lock = FileLock(paths.runs / _LOCK, is_singleton=True)
    try:
        with naming_the_disk(paths.root):
            paths.runs.mkdir(parents=True, exist_ok=True)
            lock.acquire(timeout=0)
    except Timeout:
        raise HeldByAnother(paths, _read(paths.runs / _HOLDER)) from None
    is_first = lock.lock_counter == 1
    try:
        if is_first:
            holder = Holder(os.getpid(), platform.node(), datetime.now(UTC), command)
            _write(paths.runs / _HOLDER, holder)
        yield
    finally:
        if is_first:
            with suppress(OSError):
                (paths.runs / _HOLDER).unlink()
        lock.release()


def _write(path: Path, holder: Holder) -> None:
    plain = {**asdict(holder), "since": holder.since.isoformat(timespec="seconds")}
    try:
        write_whole(path, json.dumps(plain))
    except OSError as trouble:  # the lock holds all the same
        sys.stderr.write(f"{Fault(str(path), f'could not be written, {trouble}')}\n")


def _read(path: Path) -> Holder | None:
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        return Holder(**{**plain, "since": datetime.fromisoformat(plain["since"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None
