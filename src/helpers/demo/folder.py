"""The demo's folder: is this very company there already, and may it be written here at all?

A demo is rewritten without asking; a real company's workspace is never touched.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from helpers.demo.company import Progress, write_demo
from helpers.vocabulary.faults import AskedWrongly, Fault

#: Written last, so that a demo whose writing was interrupted is written again.
MARK = ".demo"
_MADE_BY_THE_DEMO = (
    "inbox",
    "plan",
    "reference",
    "sources",
    "warehouse",
    "quarantine",
    "runs",
    "site",
)


def demo_is_there(folder: Path, asked: Mapping[str, object]) -> bool:
    """Tell whether the folder holds the whole of just this demo company."""
    try:
        return bool(json.loads((folder / MARK).read_text(encoding="utf-8")) == dict(asked))
    except (FileNotFoundError, ValueError):
        return False


def make_demo(
    folder: Path, *, seed: int, months: int, until: str, scale: float, progress: Progress | None
) -> None:
    """Write the demo company anew, with everything an older demo left here removed.

    Raises:
        AskedWrongly: The folder holds something that is no demo.
    """
    is_demo = (folder / "truth.json").is_file() or (folder / MARK).is_file()
    if folder.exists() and any(folder.iterdir()) and not is_demo:
        fault = Fault(str(folder), "is not empty and holds no demo", "name another folder")
        raise AskedWrongly(fault)
    (folder / MARK).unlink(missing_ok=True)
    for part in _MADE_BY_THE_DEMO:
        if (folder / part).exists():
            shutil.rmtree(folder / part)
    write_demo(folder, seed=seed, months=months, until=until, scale=scale, progress=progress)
    asked = {"seed": seed, "months": months, "until": until, "scale": scale}
    (folder / MARK).write_text(json.dumps(asked), encoding="utf-8")
