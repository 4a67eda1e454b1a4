"""Change what readers see in one step, so that a killed process leaves the old or the new.

Things are built under a name that nobody reads (``.new-…``) and then renamed; what goes is out of
sight (``.old-…``) before it is removed.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

#: How long a file may be held open by somebody else, in seconds.
PATIENCE = 3.0

Given = TypeVar("Given")

ASIDE = ".new-"
LEAVING = ".old-"


def aside(final: Path) -> Path:
    """Give an empty folder beside ``final`` to build it in."""
    building = final.with_name(f"{ASIDE}{final.name}")
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    return building


def put_in_place(built: Path, final: Path) -> None:
    """Give a finished folder its name; ``final`` must not be there yet."""
    built.rename(final)


def write_whole(path: Path, text: str, *, mode: int | None = None, over: bool = True) -> None:
    """Write a small file at once: readers see the old text or the new, never a part.

    Args:
        path: Its folder is made where it is missing.
        text: All of it.
        mode: The rights it gets; what the user's umask leaves where not told.
        over: May it replace a file that is there? Where not, several may try at once.

    Raises:
        FileExistsError: It is there already, and ``over`` is false.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = draft_of(path) if over else draft_of(path, f"{os.getpid()}.")
    try:
        draft.write_text(text, encoding="utf-8", newline="")
        if mode is not None:
            draft.chmod(mode)
        if not over and path.exists():
            raise FileExistsError(path)
        name_flushed(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def draft_of(path: Path, mark: str = "") -> Path:
    """Name what ``write_whole`` writes first; found later, whoever wrote it was killed."""
    # No name that a reader of ``*.yml`` or ``*.json`` would take for a finished one.
    return path.with_name(f"{ASIDE}{path.name}.{mark}part")


def name_flushed(draft: Path, final: Path) -> None:
    """Give a finished file its name, over the one that bears it now.

    A rename outlives a power cut sooner than the content does, and leaves empty files under good
    names; so content is flushed first, and the name after it.
    """
    flush(draft)
    patiently(lambda: draft.replace(final))
    flush_names(final.parent)


def flush(file: Path) -> None:
    """Bring a file's content to the disk."""
    # Windows flushes only what is open for writing.
    descriptor = os.open(file, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def flush_names(folder: Path) -> None:
    """Flush the names in a folder; Windows has no such thing and does it by itself."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def patiently(action: Callable[[], Given]) -> Given:
    """Try again for a while: Windows refuses to rename what a reader holds open."""
    from tenacity import retry as again
    from tenacity import retry_if_exception_type, stop_after_delay, wait_fixed

    trying = again(
        retry=retry_if_exception_type(PermissionError),
        stop=stop_after_delay(PATIENCE),
        wait=wait_fixed(0.1),
        reraise=True,
    )
    return trying(action)()


def take_away(folder: Path) -> None:
    """Remove a folder; it is out of sight before its files go one by one."""
    if folder.exists():
        leaving = folder.with_name(f"{LEAVING}{folder.name}")
        shutil.rmtree(leaving, ignore_errors=True)
        folder.rename(leaving)
        shutil.rmtree(leaving, ignore_errors=True)


def sweep(folder: Path) -> None:
    """Clear what killed processes left half built or half removed."""
    if folder.is_dir():
        for left in folder.iterdir():
            if left.name.startswith((ASIDE, LEAVING)):
                if left.is_dir():
                    shutil.rmtree(left, ignore_errors=True)
                else:
                    left.unlink(missing_ok=True)
