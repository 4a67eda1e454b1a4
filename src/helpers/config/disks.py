"""When the disk is at fault and not the work: say which one, how full it is, and what to do.

A full disk shows itself anywhere, in the words of whatever was writing: Python, DuckDB, Arrow, the
builder of the site in its own process, a notebook. ``naming_the_disk`` turns all of them into one
fault, and a right that is missing into one that names the file. Everything is written aside and
renamed, so the way out is always the same: make room, and run again.
"""

from __future__ import annotations

import errno
import math
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from helpers.vocabulary.faults import Fault, ReviewError, WorkFailed

_MB = 1 << 20
_RUN_AGAIN = "then run again; nothing was lost"
_WHAT: dict[int, tuple[str, str]] = {
    errno.ENOSPC: ("the disk is full", "free some space there"),
    errno.EDQUOT: ("the quota of this user is used up", "free some space there or raise it"),
    errno.EROFS: ("the disk is read-only", "make it writable or name another folder"),
    errno.EIO: ("the disk cannot be read or written (I/O error)", "see to the disk"),
}
#: A right is about one file and not about its disk; in the words of others (a database, a server)
#: it need not be about files at all, so only its number counts.
_RIGHTS = (errno.EACCES, errno.EPERM)
#: The same, from whoever tells no number: DuckDB, another process, a page.
_SAID = re.compile("|".join(re.escape(os.strerror(number)) for number in _WHAT), re.IGNORECASE)
_QUOTED = re.compile(r"[\"']((?:/|[A-Za-z]:)[^\"']+)[\"']")


def disk_fault(trouble: BaseException, near: Path) -> Fault | None:
    """Say which disk or right an exception is about, or None where it is about none.

    Args:
        trouble: What was raised, or what that was raised from.
        near: A folder on the disk that is meant where nobody names a file.
    """
    seen: BaseException | None = trouble
    while seen is not None:
        number = _number_of(seen)
        if number in _WHAT:
            where = _place(seen, near)
            what, way_out = _WHAT[number]
            return Fault(str(where), f"{what} ({_room(where)})", f"{way_out}, {_RUN_AGAIN}")
        if number in _RIGHTS and isinstance(seen, OSError):
            what = f"this user may not read or write it ({os.strerror(number)})"
            way_out = "give the right to it, or close the program that holds it open"
            return Fault(str(seen.filename or near), what, f"{way_out}, {_RUN_AGAIN}")
        seen = seen.__cause__ or seen.__context__
    return None


def is_out_of_room(trouble: BaseException) -> bool:
    """Tell whether something could not be written, which no other file will fare better with.

    A file that cannot be read is that file's affair, even where its disk is broken.
    """
    return _number_of(trouble) in (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


@contextmanager
def naming_the_disk(near: Path) -> Iterator[None]:
    """Turn whatever a disk did to the work inside into one fault that names it.

    Raises:
        WorkFailed: A disk is full, read-only or broken, or a right to a file is missing.
    """
    try:
        yield
    except Exception as trouble:
        fault = disk_fault(trouble, near)
        if fault is None or (isinstance(trouble, ReviewError) and fault in trouble.faults):
            raise
        raise WorkFailed(fault) from None


def _number_of(trouble: BaseException) -> int | None:
    if isinstance(trouble, OSError) and trouble.errno is not None:
        return trouble.errno
    if found := _SAID.search(str(trouble)):
        said = found[0].lower()
        return next(number for number in _WHAT if os.strerror(number).lower() == said)
    return None


def _place(trouble: BaseException, near: Path) -> Path:
    """Find the top of the disk that is meant: what is mounted there has the space."""
    named = getattr(trouble, "filename", None)
    if isinstance(named, str | os.PathLike):
        return _top(Path(named))
    if found := _QUOTED.search(str(trouble)):
        return _top(Path(found[1]))
    # A write that fails names no file: it was the workspace's disk or that of temporary files.
    return min(_top(near), _top(Path(tempfile.gettempdir())), key=_free)


def _top(path: Path) -> Path:
    place = path.absolute()
    while not (place.is_mount() or place == place.parent):
        place = place.parent
    return place


def _free(place: Path) -> float:
    try:
        return shutil.disk_usage(place).free
    except OSError:
        return math.inf


def _room(place: Path) -> str:
    try:
        usage = shutil.disk_usage(place)
    except OSError:
        return "its size cannot be told"
    return f"{usage.free / _MB:,.0f} MB free of {usage.total / _MB:,.0f}"
