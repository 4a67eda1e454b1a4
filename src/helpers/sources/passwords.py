"""Which passwords may open a store's locked workbooks.

They come from the environment or from a file that only its owner may read, are handed to the
unlocking and to nothing else, and are in no message: faults here say where, never what.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from helpers.paths import WorkspacePaths
from helpers.vocabulary.faults import DataRefused, Fault

ENVIRONMENT = "REVIEW_FILE_PASSWORDS"


@dataclass(frozen=True)
class Passwords:
    """What may open a store's files."""

    store_id: str
    words: tuple[str, ...] = field(repr=False)


def passwords_of(store_id: str, paths: WorkspacePaths) -> Passwords:
    """Gather a store's passwords: from ``REVIEW_FILE_PASSWORDS``, then from ``passwords.yml``.

    Raises:
        DataRefused: One of the two is unreadable, or the file may be read by others.
    """
    found: list[str] = []
    if given := os.environ.get(ENVIRONMENT, "").strip():
        found += _words(_from_environment(given).get(store_id), ENVIRONMENT, store_id)
    if paths.passwords.exists():
        found += _words(_from_file(paths.passwords).get(store_id), paths.passwords.name, store_id)
    return Passwords(store_id, tuple(dict.fromkeys(found)))


def _from_environment(given: str) -> Mapping[str, Any]:
    if given.startswith("{"):
        try:
            found = json.loads(given)
        except ValueError:
            raise DataRefused(
                Fault(ENVIRONMENT, "is no JSON object", 'write {"<store>": "<password>"}')
            ) from None
        return dict(found)
    found = {}
    for place, line in enumerate(filter(None, map(str.strip, given.splitlines())), start=1):
        store, mark, word = line.partition("=")
        if not mark:
            raise DataRefused(
                Fault(f"{ENVIRONMENT}, line {place}", "names no store", "write <store>=<password>")
            )
        found.setdefault(store.strip(), []).append(word.strip())
    return found


def _from_file(path: Path) -> Mapping[str, Any]:
    import yaml

    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise DataRefused(
            Fault(str(path), "may be read by others than its owner", f"chmod 600 {path.name}")
        )
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError):  # its own words would quote the passwords
        found = None
    if not isinstance(found, Mapping):
        raise DataRefused(
            Fault(
                str(path), "cannot be read", 'write one line for each store: <store>: "<password>"'
            )
        )
    return found


def _words(said: Any, where: str, store_id: str) -> list[str]:
    words = said if isinstance(said, list) else [] if said is None else [said]
    if not all(isinstance(one, str) for one in words):
        # 0123 would be read as a number, and opens nothing.
        raise DataRefused(
            Fault(f"{where}: {store_id}", "holds something that is no text",
                  "put each password in quotes")
        )  # fmt: skip
    return words
