"""The key of the buyers' hashes.

A buyer's own identifier never gets past ``sources``; what is kept is a hash under this key, which
lies outside the warehouse and the site. With another key the same buyer is another person, so
losing it means reading all files again.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING

from helpers.paths import WorkspacePaths
from helpers.vocabulary.faults import AskedWrongly, DataRefused, Fault

if TYPE_CHECKING:
    from helpers.tables.batches import Batch

_ENVIRONMENT = "REVIEW_BUYER_KEY"
_SHORTEST = 16


def buyer_key(paths: WorkspacePaths) -> bytes:
    """Give the key: from ``REVIEW_BUYER_KEY``, else the workspace's own, made at first need.

    Raises:
        AskedWrongly: The environment's key is too short to keep a secret.
        DataRefused: The key file is damaged; a new one would make every buyer a stranger.
    """
    if given := os.environ.get(_ENVIRONMENT):
        if len(given) < _SHORTEST:
            raise AskedWrongly(
                Fault(_ENVIRONMENT, f"has {len(given)} signs", f"use at least {_SHORTEST}")
            )
        return hashlib.blake2b(given.encode(), digest_size=32).digest()
    path = paths.buyer_key
    try:
        # Made for the owner's eyes from the first moment on, and by one process only.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        pass
    else:
        with os.fdopen(handle, "w", encoding="ascii") as stream:
            stream.write(secrets.token_hex(32) + "\n")
    if os.name == "posix" and path.stat().st_mode & 0o077:
        # Copied or unpacked, it may have lost its mode.
        try:
            path.chmod(0o600)
        except OSError:
            raise DataRefused(
                Fault(str(path), "may be read by others than its owner", f"chmod 600 {path.name}")
            ) from None
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except ValueError:
        key = b""
    if len(key) != 32:
        raise DataRefused(
            Fault(
                str(path),
                "is no buyer key",
                "restore it from a backup; or delete it and `warehouse/`, and ingest all again",
            )
        )
    return key


def mark_of(key: bytes) -> str:
    """Tell keys apart without giving anything of them away."""
    return hashlib.blake2b(key, digest_size=6, person=b"review mark").hexdigest()


def strangers(batches: Iterable[Batch], key: bytes) -> list[Fault]:
    """Tell of files whose buyers are hashed under another key, and that nobody can read again."""
    mark = mark_of(key)
    count = sum(batch.key_mark not in ("", mark) for batch in batches)
    if not count:
        return []
    files = "1 file was" if count == 1 else f"{count:,} files were"
    them = "it" if count == 1 else "them"
    return [
        Fault(
            "buyers",
            f"{files} read under another buyer key and cannot be read again from the inbox",
            f"drop {them} again, or restore the old key: until then the same buyers count as"
            " other people",
        )
    ]
