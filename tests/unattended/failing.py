"""A disk that fails at the n-th change: a file opened for writing, a rename, a folder made or gone.

What writes is not asked: the interpreter's own audit events tell of every change, whoever makes it
and by whatever function.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .driver import is_change


@dataclass
class Failing:
    """Lets one change below a folder fail, or every one from there on."""

    below: str
    number: int
    at: int = 0
    lasting: bool = False
    changes: int = 0
    #: What failed, such as ``open live/…``.
    failed: str = ""

    def hear(self, event: str, told: tuple[Any, ...]) -> None:
        """Count a change; fail it if it is the one; see :func:`sys.addaudithook`."""
        if not is_change(event, told, self.below):
            return
        self.changes += 1
        is_one = self.changes == self.at or (self.lasting and 0 < self.at < self.changes)
        # A full disk lets go of what is there.
        if is_one and not (self.lasting and event in ("os.remove", "os.rmdir", "os.rename")):
            self.failed = self.failed or f"{event} {os.path.relpath(told[0], self.below)}"
            raise OSError(self.number, os.strerror(self.number), os.fspath(told[0]))


_NOW: list[Failing] = []


@contextmanager
def failing(
    below: Path, at: int = 0, number: int = errno.ENOSPC, lasting: bool = False
) -> Iterator[Failing]:
    """Let the ``at``-th change below a folder fail while inside; 0 counts only."""
    _listen()
    one = Failing(str(below), number, at, lasting)
    _NOW.append(one)
    try:
        yield one
    finally:
        _NOW.remove(one)


def _listen(listening: list[bool] = []) -> None:  # noqa: B006 - once in a process, for good
    """Hear of every change from here on; without a ``failing`` nothing comes of it."""
    if not listening:
        listening.append(True)
        sys.addaudithook(lambda event, told: [one.hear(event, told) for one in _NOW] and None)
