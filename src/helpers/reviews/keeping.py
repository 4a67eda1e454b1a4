"""What is kept of past runs: journal, executed notebooks and logs, by the rules of the calendar.

Nothing here belongs to an edition: editions hold all they need, and a notebook that is gone is
run again when its period is asked for.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from filelock import FileLock, Timeout

from helpers.config.calendar import Keeping
from helpers.paths import WorkspacePaths
from helpers.reviews.journal import journal_folder
from helpers.vocabulary.faults import AskedWrongly
from helpers.vocabulary.periods import parse_period

_MIB = 1 << 20


def tidy(paths: WorkspacePaths, keep: Keeping, now: datetime | None = None) -> tuple[str, ...]:
    """Let go of what the rules do not keep; a file that cannot be removed stays.

    Args:
        paths: Where the workspace is.
        keep: The rules.
        now: The time, for tests.

    Returns:
        What went, below the workspace.
    """
    now = now or datetime.now(UTC)
    if not paths.runs.is_dir():
        return ()
    gone = [*_old_months(paths, keep), *_long_logs(paths, keep)]
    # Whoever runs pages now may need any period's; what is old today is old tomorrow.
    with suppress(Timeout), FileLock(paths.runs / ".lock").acquire(timeout=0):
        gone += _old_periods(paths, keep, now)
    return tuple(str(one.relative_to(paths.root)) for one in gone)


def _old_months(paths: WorkspacePaths, keep: Keeping) -> Iterator[Path]:
    """Count files, not days: a clock set forward must not empty the journal."""
    for path in sorted(journal_folder(paths).glob("[0-9]*-[0-9]*.jsonl"))[: -keep.journal_months]:
        with suppress(OSError):
            path.unlink()
            yield path


def _old_periods(paths: WorkspacePaths, keep: Keeping, now: datetime) -> Iterator[Path]:
    since = (now - timedelta(days=keep.run_days)).timestamp()
    for review in sorted(one for one in paths.runs.iterdir() if one.is_dir()):
        known = sorted((end, one) for one in review.iterdir() if (end := _end_of(one)))
        for _, folder in known[: -keep.run_periods]:
            if _last_touched(folder) < since:
                with suppress(OSError):
                    shutil.rmtree(folder)
                    yield folder


def _end_of(folder: Path) -> str:
    """Give the last day of the period a folder is named after; nothing where it is none."""
    try:
        return str(parse_period(folder.name).end) if folder.is_dir() else ""
    except AskedWrongly:
        return ""


def _last_touched(folder: Path) -> float:
    """Say when a page was last put there."""
    return max(one.stat().st_mtime for one in (folder, *folder.rglob("*")))


def _long_logs(paths: WorkspacePaths, keep: Keeping) -> Iterator[Path]:
    """Start a log anew that has grown too long; what is writing it now goes on in the old one."""
    for log in sorted((paths.runs / "logs").glob("*.log")):
        if log.stat().st_size <= keep.log_mib * _MIB:
            continue
        numbered = [log.with_name(f"{log.name}.{number}") for number in range(1, keep.log_files)]
        with suppress(OSError):
            if numbered:
                yield from (one for one in numbered[-1:] if one.exists())
                for newer, older in reversed(list(zip([log, *numbered], numbered, strict=False))):
                    if newer.exists():
                        os.replace(newer, older)  # noqa: PTH105 - over what is there, everywhere
            else:
                os.truncate(log, 0)
                yield log
