"""The sha256 of every manifest, kept outside the edition that the manifest speaks for.

``site/<review>/<period>/seals.json``: ``rN`` and the sha256 of its ``manifest.json``. One small
file for each period, so that sealing an edition costs the same however many there are.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.config.files_read import sha256_of
from helpers.config.swap import write_whole
from helpers.publish.settling import FILE_MODE

if TYPE_CHECKING:
    from helpers.publish.holdings import Name

MANIFEST = "manifest.json"
SEALS = "seals.json"


def seals_beside(folder: Path) -> dict[str, str]:
    """Read the seals of one review and period, by the name of the edition's folder.

    Args:
        folder: ``site/<review>/<period>``.
    """
    try:
        found = json.loads((folder / SEALS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(name): str(sha) for name, sha in found.items()} if isinstance(found, dict) else {}


def seal(site: Path, editions: Iterable[Name]) -> None:
    """Seal every one of some editions that is in its place and has no seal yet.

    A publication that was killed may have left one; an edition that has its seal keeps it.
    """
    periods: dict[Path, list[str]] = {}
    for one in editions:
        periods.setdefault((site / one.folder).parent, []).append(f"r{one.number}")
    for folder, names in periods.items():
        seals = seals_beside(folder)
        missing = {
            name: sha256_of(folder / name / MANIFEST)
            for name in names
            if name not in seals and (folder / name / MANIFEST).is_file()
        }
        if missing:
            text = json.dumps(seals | missing, indent=1, sort_keys=True)
            write_whole(folder / SEALS, text + "\n", mode=FILE_MODE)
