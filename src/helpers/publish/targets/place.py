"""What sending needs of a place, whatever kind of place it is."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Protocol

#: Told how many files have gone.
Counted = Callable[[int], None]


class Place(Protocol):
    """Where a site is sent to. Names are paths below it, with ``/``."""

    @property
    def shown(self) -> str:
        """Give its address as anybody may read it."""

    def read(self, name: str) -> bytes | None:
        """Give a small file's content, None where there is none."""

    def holds(self, folder: str) -> dict[str, str]:
        """Say which files lie below a folder, each with the MD5 of its content."""

    def put(self, folder: str, files: Mapping[str, Path], counted: Counted) -> None:
        """Put files into a folder that nobody is led to yet; each is whole or not there."""

    def replace(self, name: str, content: bytes) -> None:
        """Replace a small file at once."""

    def portals(self, folder: str) -> dict[int, datetime]:
        """Say which numbered folders lie below one, and since when."""

    def remove(self, folder: str) -> None:
        """Take away a folder that nobody is led to any more."""

    def finish(self) -> None:
        """Clear what was of use only while sending."""


def md5_of(file: Path) -> str:
    """Give the MD5 by which stores tell their files apart; a fingerprint and no secret."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, _md5).hexdigest()


def _md5() -> hashlib._Hash:
    return hashlib.md5(usedforsecurity=False)
