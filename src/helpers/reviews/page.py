"""What a notebook sits down at: the desk, the plan, and exhibits that bear missing data.

A notebook names, calls and shows. Everything it would otherwise need an ``if`` for is here: a
figure whose source this company does not supply becomes one quiet sentence saying what to supply.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from helpers.reviews.engines import READS_TO


def write_down_reads() -> None:
    """Write which tables and files the page read, for the page cache; the runner's last cell."""
    where = os.environ.get(READS_TO)
    if where:
        reads: dict[str, list[str]] = {"tables": [], "files": []}
        Path(where).write_text(json.dumps(reads), encoding="utf-8")
