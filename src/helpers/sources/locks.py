"""Opening a workbook that is locked, with whatever password is at hand.

The unlocked bytes stay in memory and are bounded; neither they nor a password are ever in a
message or a log.
"""

from __future__ import annotations

import io
import logging
from pathlib import Path
from typing import BinaryIO

from helpers.sources.grids import EXPORT_AGAIN, refused
from helpers.sources.passwords import ENVIRONMENT, Passwords
from helpers.vocabulary.faults import DataRefused

#: How every locked workbook begins.
_OLE = b"\xd0\xcf\x11\xe0"
#: A locked workbook is unlocked in memory: this much, and no more.
MOST_LOCKED = 1 << 26
#: How often a password is hashed is for the file to say; spreadsheets say 100,000.
MOST_SPINS = 1_000_000
#: With this one a spreadsheet locks what is only protected from being changed.
_OF_THE_PROGRAM = "VelvetSweatshop"


def is_locked(book: BinaryIO) -> bool:
    """Say whether a workbook that cannot be read is only locked."""
    import msoffcrypto

    book.seek(0)
    if not book.read(8).startswith(_OLE):
        return False
    try:
        return bool(msoffcrypto.OfficeFile(book).is_encrypted())
    except Exception:  # noqa: BLE001 - whatever a hostile file makes the reader stumble over
        return False


def unlocked(path: Path, book: BinaryIO, passwords: Passwords | None) -> bytes:
    """Give the bytes of the workbook without its lock.

    Args:
        path: How it is named in a refusal.
        book: The locked file.
        passwords: Tried one after the other; None if nobody said which may be tried.

    Raises:
        DataRefused: None of them opens it, or it is damaged or made to keep us busy.
    """
    import msoffcrypto
    from msoffcrypto.exceptions import InvalidKeyError

    words = passwords.words if passwords else ()
    logging.getLogger("msoffcrypto").setLevel(logging.WARNING)  # it logs what it unlocks with
    if book.seek(0, io.SEEK_END) > MOST_LOCKED:
        raise refused(
            path, f"is locked and larger than {MOST_LOCKED >> 20} MiB", "export fewer rows"
        )
    try:
        book.seek(0)
        locked = msoffcrypto.OfficeFile(book)
        if getattr(locked, "info", None) and locked.info.get("spinValue", 0) > MOST_SPINS:
            raise refused(path, "asks for too much work to be unlocked", EXPORT_AGAIN)
        for password in dict.fromkeys([*words, _OF_THE_PROGRAM]):
            plain = io.BytesIO()
            try:
                locked.load_key(password=password)
                locked.decrypt(plain)
            except InvalidKeyError:
                continue
            return plain.getvalue()
    except DataRefused:
        raise
    except Exception:  # noqa: BLE001 - whatever a hostile file makes the reader stumble over
        raise refused(path, "is a damaged or cut-off workbook", EXPORT_AGAIN) from None
    what, copy = "is locked with a password", "save a copy without one"
    if not passwords:
        raise refused(path, what, copy)
    if words:
        raise refused(
            path, f"{what}, and none of those for store {passwords.store_id!r} opens it",
            f"correct it in passwords.yml or {ENVIRONMENT}, or {copy}",
        )  # fmt: skip
    raise refused(
        path, what,
        f'write {passwords.store_id}: "<password>" into passwords.yml (in the workspace\'s folder,'
        f" mode 0600) or into {ENVIRONMENT}, or {copy}",
    )  # fmt: skip
