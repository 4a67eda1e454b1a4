"""What can I ask for? The command ``review``: words in, words out, no logic of its own.

Rooms are imported inside each command, so that ``review --help`` and a publication with nothing
to do stay quick.
"""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from helpers.config.algebra import ONE_THREAD
from helpers.vocabulary.faults import ReviewError, WorkFailed


def main() -> None:
    """Run the command; faults go to stderr, one a line, and decide the exit code."""
    from helpers.cli.again import said_again

    if said_again(sys.argv[1:]):
        return
    for name, threads in ONE_THREAD.items():
        os.environ.setdefault(name, threads)  # whoever set it knows the machine
    from helpers.cli.command import review

    try:
        review(prog_name="review", standalone_mode=True)
    except ReviewError as trouble:
        _end(trouble)
    except Exception as trouble:
        # Any command may be the one that finds the disk full.
        from pathlib import Path

        from helpers.config.disks import disk_fault

        fault = disk_fault(trouble, Path.cwd())
        if fault is None:
            raise
        _end(WorkFailed(fault))


def _end(trouble: ReviewError) -> NoReturn:
    for fault in trouble.faults:
        sys.stderr.write(f"{fault}\n")
    sys.exit(trouble.exit_code)
