"""Bring files to rest before a reader is led to them: on the disk, readable, under their name.

A rename outlives a power cut sooner than the content does, and leaves empty files under good
names; so content is flushed first. What cron writes under a strict umask no web server can read;
so modes are set. Windows refuses to rename what a reader holds open; so it is tried again.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

FILE_MODE = 0o644
FOLDER_MODE = 0o755
#: How long a file may be held open by somebody else, in seconds.
PATIENCE = 3.0

Given = TypeVar("Given")


def come_to_rest(folder: Path) -> None:
    """Flush a finished folder to the disk, readable to others."""
    for path in sorted(folder.rglob("*"), reverse=True):
        _settle(path)
    _settle(folder)


def rename_into(built: Path, final: Path) -> None:
    """Give what was built and brought to rest its name."""
    _patiently(lambda: built.replace(final))
    _flush(final.parent)


def replace_text(path: Path, text: str) -> None:
    """Replace a small file at once: readers see the old text or the new, never a part."""
    draft = path.with_name(f".new-{path.name}")
    with draft.open("w", encoding="utf-8", newline="") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    draft.chmod(FILE_MODE)
    _patiently(lambda: draft.replace(path))
    _flush(path.parent)


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
        _flush(path)
        return
    path.chmod(FILE_MODE)
    # Windows flushes only what is open for writing.
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _flush(folder: Path) -> None:
    """Flush the names in a folder; Windows has no such thing and does it by itself."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _patiently(action: Callable[[], Given]) -> Given:
    from tenacity import retry as again
    from tenacity import retry_if_exception_type, stop_after_delay, wait_fixed

    trying = again(
        retry=retry_if_exception_type(PermissionError),
        stop=stop_after_delay(PATIENCE),
        wait=wait_fixed(0.1),
        reraise=True,
    )
    return trying(action)()
