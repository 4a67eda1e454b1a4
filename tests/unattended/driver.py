"""Release the little company's review in this process, noting which phase it has reached.

    python driver.py ROOT NOTED [PHASE CHANGE [GROUP]]

``NOTED`` gets a line for every phase: its name, the time it began (monotonic, seconds) and how
many changes to the company's files were made before. With ``PHASE`` and ``CHANGE`` the process
kills itself right before that change of that phase, with ``GROUP`` all its children, too.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: In the order of a release: what it takes in, runs, builds, shows to readers, and writes at last.
PHASES = ("start", "ingest", "pages", "build", "live", "after")
_CHANGES = {"os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.truncate"}
_FOR_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


@dataclass
class Course:
    """How far a release has come, in phases and in changes to files below a folder."""

    below: str
    noted: int
    dies_in: str = ""
    dies_at: int = 0
    whole_group: bool = False
    phase: str = ""
    changes: int = 0
    began_at: int = 0

    def reach(self, phase: str) -> None:
        """Begin a phase."""
        self.phase, self.began_at = phase, self.changes
        os.write(self.noted, f"{phase} {time.monotonic():.3f} {self.changes}\n".encode())

    def hear(self, event: str, told: tuple[Any, ...]) -> None:
        """Count a change, and die before it if this is the one; see :func:`sys.addaudithook`."""
        if not is_change(event, told, self.below):
            return
        self.changes += 1
        if self.phase == self.dies_in and self.changes - self.began_at == self.dies_at:
            dying = os.getpgid(0) if self.whole_group else os.getpid()
            (os.killpg if self.whole_group else os.kill)(dying, signal.SIGKILL)


def is_change(event: str, told: tuple[Any, ...], below: str) -> bool:
    """Tell whether an audit event is about to change a file or folder below a folder."""
    if event == "open":
        if not told[2] & _FOR_WRITING:
            return False
    elif event not in _CHANGES:
        return False
    path = told[0]
    return isinstance(path, str | os.PathLike) and os.fspath(path).startswith(below)


def main(root: Path, noted: Path, dies_in: str = "", dies_at: str = "0", group: str = "") -> int:
    # Here, because others only want to know what a change is.
    from helpers.publish.release import Audience, release
    from helpers.vocabulary.faults import ReviewError

    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    course = Course(
        str(root / "company"), os.open(noted, flags), dies_in, int(dies_at), bool(group)
    )
    course.reach("start")
    _note_going_live(course)
    sys.addaudithook(course.hear)

    @contextmanager
    def step(what: str) -> Iterator[Callable[[int, int, str], None]]:
        course.reach({"site": "build"}.get(what.split()[-1], what.split()[-1]))
        yield lambda done, total, name: None

    try:
        released = release(
            str(root / "company"),
            "monthly",
            "2025-10",
            status="preliminary",
            notebooks=root / "notebooks",
            audience=Audience(progress=step),
        )
    except ReviewError as trouble:
        for fault in trouble.faults:
            print(fault, file=sys.stderr)
        return trouble.exit_code
    course.reach("end")
    for page in released.report.failed:
        print(page.fault, file=sys.stderr)
    return 0 if released.is_ok else 1


def _note_going_live(course: Course) -> None:
    """Tell apart what is built where nobody reads from what readers are led to."""
    from helpers.publish import building

    usual = building.go_live

    def go_live(*given: Any, **named: Any) -> None:
        course.reach("live")
        usual(*given, **named)
        course.reach("after")

    building.go_live = go_live


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:]))
