"""Which files of a workspace were read beside its tables, each as it was just before.

What a page shows follows from them, so they are fingerprinted when they are noted and not when
the page ends: a file may be saved in between.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

ABSENT = "absent"


class FilesRead:
    """The files of one workspace that somebody read, by their path below it."""

    def __init__(self, root: Path):
        self._root = root
        self.prints: dict[str, str] = {}

    def add(self, name: str) -> None:
        """Note a file or a whole folder; to be called before it is looked for."""
        if name not in self.prints:
            self.prints[name] = fingerprint_of(self._root / name)

    def update(self, names: Iterable[str]) -> None:
        """Note several."""
        for name in names:
            self.add(name)

    def take(self, prints: Mapping[str, str]) -> None:
        """Note files that were fingerprinted before."""
        self.prints = {**prints, **self.prints}

    def __contains__(self, name: str) -> bool:
        return name in self.prints

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self.prints))


def fingerprint_of(path: Path) -> str:
    """Name the content of a file, or of all files in a folder; the beginning of its sha256."""
    if path.is_dir():
        held = sorted(one for one in path.rglob("*") if one.is_file())
        names = (f"{one.relative_to(path).as_posix()}={fingerprint_of(one)}" for one in held)
        return sha_of("\n".join(names).encode())
    return sha_of(path.read_bytes()) if path.is_file() else ABSENT


def sha256_of(path: Path) -> str:
    """Hash the bytes of a file, however large it is."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sha_of(content: bytes) -> str:
    """Give a short name for bytes."""
    return hashlib.sha256(content).hexdigest()[:20]
