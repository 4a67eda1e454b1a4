"""Exports that need no parser: JSON files which a stand-in for ``sources`` hands over as they are.

{"source": "fake", "store": "shop-de", "as_of": "2025-10-31",
 "tables": {"order_lines": [...]}, "bad": [[7, "quantity", "x", "not_a_whole_number"]]}
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from helpers.tables.intake import reading
from helpers.vocabulary.faults import DataRefused, Fault
from helpers.vocabulary.periods import parse_period
from warehouse_builder import make_reading


def read_export(path: Path, workspace: Any, paths: Any, con: Any, *, below: Any, key: bytes) -> Any:
    """Stand in for ``sources.door.read_export``."""
    import hashlib

    assert len(key) == 32
    text = path.read_text("utf-8")
    read_export.calls.append(path.name)
    try:
        told = json.loads(text)
    except ValueError:
        raise DataRefused(Fault(path.name, "is of an unknown kind", "export it again")) from None
    return make_reading(
        con,
        told["tables"],
        source=told.get("source", "fake"),
        store_id=told.get("store"),
        as_of=date.fromisoformat(told["as_of"]) if told.get("as_of") else None,
        period=parse_period(told["period"]) if told.get("period") else None,
        bad_cells=[tuple(cell) for cell in told.get("bad", [])],
        path=path,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )


read_export.calls = []  # type: ignore[attr-defined]


def install(monkeypatch: Any = None) -> list[str]:
    """Put the stand-in in place; gives the list of files it is asked to read."""
    put = monkeypatch.setattr if monkeypatch else setattr
    put(reading, "read_export", read_export)
    # Nothing is read in one go: every file comes to ``read_export``.
    put(reading, "read_alike", lambda *_, **__: [])
    read_export.calls.clear()  # type: ignore[attr-defined]
    return read_export.calls  # type: ignore[attr-defined]


def drop(folder: Path, name: str, **told: Any) -> Path:
    """Write one fake export."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    return path
