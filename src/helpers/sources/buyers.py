"""How a buyer's id becomes a hash that nobody without the key can turn back into the person.

As SQL, so that a whole column is hashed in the query that reads it and the id itself is never
stored. The platform is part of what is hashed: the same e-mail on two platforms is two buyers.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from hashlib import sha256

from helpers.config.workspace import Store
from helpers.sources.cells import id_text
from helpers.sources.sql import literal

#: What a hash looks like: a database's buyers come hashed already.
HASH = "[0-9a-f]{32}"


def pads(key: bytes) -> tuple[bytes, bytes]:
    """Give HMAC-SHA256's inner and outer pad."""
    block = (sha256(key).digest() if len(key) > 64 else key).ljust(64, b"\0")
    return bytes(byte ^ 0x36 for byte in block), bytes(byte ^ 0x5C for byte in block)


def customer_key(buyer: str, platform: str, key: bytes) -> str:
    """Give the hash under which a buyer is kept: the same as the SQL of ``hashed`` gives."""
    message = f"{platform}\x1f{buyer.strip().lower()}".encode()
    return hmac.new(key, message, sha256).hexdigest()[:32]


def hashed(cell: str, platform: str) -> str:
    """Give the SQL of a buyer's hash.

    Args:
        cell: SQL of the trimmed cell.
        platform: SQL of the platform's name.

    Returns:
        SQL with two parameters: the outer pad, then the inner one.
    """
    return (
        f"left(sha256(?::BLOB || unhex(sha256(?::BLOB || encode({platform}"
        f" || chr(31) || lower({id_text(cell)}))))), 32)"
    )


def platform_of(stores: Iterable[Store], cell: str) -> str:
    """Give the SQL of the platform of the store that a cell names.

    A list of members names stores of several platforms, and its buyers must be those of the
    stores' own orders.
    """
    cases = " ".join(
        f"WHEN {literal(called.casefold())} THEN {literal(store.platform)}"
        for store in stores
        for called in (store.id, *store.known_as)
    )
    return f"(CASE lower({id_text(cell)}) {cases} ELSE 'own' END)"
