"""Another process that holds the lock of unattended commands."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from helpers.paths import WorkspacePaths

_PROGRAM = """
import sys
from pathlib import Path
from helpers.paths import WorkspacePaths
from helpers.reviews.holding import hold
with hold(WorkspacePaths(Path(sys.argv[1])), sys.argv[2]):
    print("held", flush=True)
    input()
"""


@contextmanager
def held_elsewhere(paths: WorkspacePaths, command: str) -> Iterator[subprocess.Popen]:
    """Let another process hold the lock until the block ends; kill it sooner if you like."""
    process = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, str(paths.root), command],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout.readline() == "held\n"
        yield process
    finally:
        process.kill()
        process.communicate()
