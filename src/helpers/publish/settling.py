"""Bring files to rest before a reader is led to them: on the disk, readable, under their name.

Whole folders are flushed before they get their name (``config.swap`` does so with one file). What
cron writes under a strict umask no web server can read; so modes are set.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from helpers.config.swap import flush, flush_names, patiently

#: Also for what ``config.swap.write_whole`` writes into a site.
FILE_MODE = 0o644
FOLDER_MODE = 0o755


def come_to_rest(folder: Path) -> None:
    """Flush a finished folder to the disk, readable to others."""
    for path in sorted(folder.rglob("*"), reverse=True):
        _settle(path)
    _settle(folder)


def rename_into(built: Path, final: Path) -> None:
    """Give what was built and brought to rest its name."""
    patiently(lambda: built.replace(final))
    flush_names(final.parent)


def make_folder(folder: Path, below: Path) -> None:
    """Make a folder, and it and those above it, up to ``below``, readable to others."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in (folder, *folder.parents):
        if not one.is_relative_to(below):
            break
        with suppress(PermissionError):  # somebody else's folder is theirs to open
            if one.stat().st_mode & FOLDER_MODE != FOLDER_MODE:
                one.chmod(FOLDER_MODE)


def _settle(path: Path) -> None:
    if path.is_dir():
        path.chmod(FOLDER_MODE)
        flush_names(path)
        return
    path.chmod(FILE_MODE)
    flush(path)
