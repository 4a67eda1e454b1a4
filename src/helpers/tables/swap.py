"""Change what readers see in one step, so that a killed process leaves the old or the new.

Every change to the warehouse goes through these three functions: things are built under a name
that nobody reads (``.new-…``) and then renamed, and small files are replaced whole.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

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


def write_whole(path: Path, text: str) -> None:
    """Replace a small file at once: readers see the old text or the new, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{ASIDE}{path.name}")
    with draft.open("w", encoding="utf-8", newline="") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(path)


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
