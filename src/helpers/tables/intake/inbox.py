"""Which files there are to take in, and which of them were seen before.

The inbox belongs to the analyst: nothing in it is ever moved, renamed or deleted. A file is
recognised by the hash of its bytes; the hash is remembered by size, time and inode, so that a
second look at a thousand files takes no longer than listing them.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from helpers.config.swap import write_whole
from helpers.paths import WorkspacePaths
from helpers.vocabulary.faults import AskedWrongly, Fault

_EMAIL = re.compile(r"[^\s/<>(),;:]+@[^\s/<>(),;]+")
_SYSTEM_FILES = {"thumbs.db", "desktop.ini"}


@dataclass(frozen=True)
class Found:
    """One file to look at."""

    path: Path
    #: The inbox, or the folder that was named; None for a file that was named itself.
    below: Path | None
    #: How the file is called in tables and receipts: no path outside the workspace shows.
    label: str
    #: How the person who asked would call it.
    shown: str


def printable(name: str) -> str:
    """Write a name so that every machine and terminal can show it, on one line.

    >>> printable(chr(27) + "[31m.csv") == chr(92) + "x1b[31m.csv"
    True
    """
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    return "".join(
        sign.encode("unicode_escape").decode()
        if unicodedata.category(sign) in ("Cc", "Zl", "Zp")
        or "\u202a" <= sign <= "\u202e"
        or "\u2066" <= sign <= "\u2069"
        else sign
        for sign in text
    )


def kept_name(name: str) -> str:
    """Write a name for the tables and pages: whose mailbox it came from stays outside.

    What was blotted out still tells two files apart, by a few signs of its hash.
    """
    text = printable(name)
    if not _EMAIL.search(text):
        return text
    mark = hashlib.blake2b(text.encode(), digest_size=2).hexdigest()
    return _EMAIL.sub(f"…{mark}", text)


@dataclass(frozen=True)
class Skipped:
    """A file that is none of ours, and why."""

    shown: str
    reason: str


def look_for_files(
    paths: WorkspacePaths, extra: Sequence[Path]
) -> tuple[list[Found], list[Skipped]]:
    """List the files of the inbox and of the named paths, each once, in a fixed order.

    Raises:
        AskedWrongly: A named path does not exist; all such paths are told.
    """
    absent = [path for path in extra if not path.exists()]
    if absent:
        raise AskedWrongly(
            Fault(str(path), "no such file or folder", "check the path") for path in absent
        )
    paths.inbox.mkdir(parents=True, exist_ok=True)
    found: dict[Path, Found] = {}
    skipped: list[Skipped] = []
    for path in _walk(paths.inbox, paths.inbox, skipped):
        inside = path.relative_to(paths.root).as_posix()
        found[path.resolve()] = Found(path, paths.inbox, kept_name(inside), printable(inside))
    for named in extra:
        if named.is_dir():
            folder = named.resolve()
            for path in _walk(named, named, skipped):
                inside = path.relative_to(named).as_posix()
                label = kept_name(f"{folder.name}/{inside}")
                found.setdefault(path.resolve(), Found(path, named, label, printable(str(path))))
        else:
            label, shown = kept_name(named.name), printable(str(named))
            found.setdefault(named.resolve(), Found(named, None, label, shown))
    return sorted(found.values(), key=lambda file: (file.label, str(file.path))), skipped


def _walk(folder: Path, top: Path, skipped: list[Skipped]) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        shown = printable(str(path.relative_to(top)))
        if path.name.startswith(".") or path.name.lower() in _SYSTEM_FILES:
            skipped.append(Skipped(shown, "hidden"))
        elif path.name.startswith("~$"):
            skipped.append(Skipped(shown, "Office's own mark of an open workbook"))
        elif path.is_dir() and path.is_symlink():
            skipped.append(Skipped(shown, "a link to a folder; put the folder itself here"))
        elif path.is_dir():
            yield from _walk(path, top, skipped)
        elif path.is_file():
            yield path
        else:
            skipped.append(Skipped(shown, "no file: a pipe, or a link that leads nowhere"))


class Hashes:
    """Hashes of files, remembered between runs; the memory may be deleted at any time."""

    def __init__(self, memory: Path):
        self._memory = memory
        self._known: dict[str, list[object]] = {}
        with contextlib.suppress(OSError, ValueError, TypeError):
            self._known = dict(json.loads(memory.read_text(encoding="utf-8")))
        self._new: dict[str, list[object]] = {}

    def of(self, path: Path) -> str:
        """Give the sha256 of a file's bytes.

        Raises:
            OSError: The file cannot be read.
        """
        where, looks = str(path.resolve()), path.stat()
        mark = [looks.st_size, looks.st_mtime_ns, looks.st_ino]
        known = self._known.get(where)
        if known and known[:3] == mark:
            sha256 = str(known[3])
        else:
            with path.open("rb") as stream:
                sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        if kept_name(where) == where:  # others are hashed anew each time
            self._new[where] = [*mark, sha256]
        return sha256

    def remember(self) -> None:
        """Keep what was learnt; files that are gone are forgotten."""
        kept = {where: told for where, told in self._known.items() if Path(where).exists()}
        if (kept | self._new) != self._known:
            write_whole(self._memory, json.dumps(kept | self._new, indent=0))
