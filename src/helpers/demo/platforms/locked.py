"""Workbooks behind a password, the same bytes for the same content.

The library draws its salts by chance and writes the hour into the container. Here both come
from the content itself: a demo file has nothing to hide, and must be made the same twice.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, tzinfo
from typing import Any
from unittest.mock import patch


class _OneMoment(datetime):
    """A clock that stands still."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> _OneMoment:
        return cls(2020, 1, 1, tzinfo=tz)


@contextmanager
def _without_chance(seed: bytes) -> Iterator[None]:
    from msoffcrypto.method import ecma376_agile
    from msoffcrypto.method.container import ecma376_encrypted

    count = 0

    def buffer(size: int) -> bytes:
        nonlocal count
        count += 1
        return hashlib.shake_256(seed + bytes([count])).digest(size)

    with (
        patch.object(ecma376_agile, "_random_buffer", buffer),
        patch.object(ecma376_encrypted, "datetime", _OneMoment),
    ):
        yield


#: Below this the library writes a container that it cannot read itself.
_LEAST = 5_000


def _filled(content: bytes) -> bytes:
    """Lengthen a small workbook by a comment in its archive, which nobody reads."""
    if len(content) >= _LEAST:
        return content
    held = io.BytesIO(content)
    with zipfile.ZipFile(held, "a") as box:
        box.comment = b" " * (_LEAST - len(content))
    return held.getvalue()


def locked(content: bytes, password: str) -> bytes:
    """Encrypt a workbook as Excel does."""
    from msoffcrypto.method.ecma376_agile import ECMA376Agile

    content = _filled(content)
    seed = hashlib.sha256(password.encode() + content).digest()
    with _without_chance(seed):
        made: Any = ECMA376Agile.encrypt(password, io.BytesIO(content))
    return bytes(made)
