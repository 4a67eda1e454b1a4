"""A made-up company in a temporary folder, with what its generator remembers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers.demo.company import write_demo


@dataclass(frozen=True)
class Demo:
    folder: Path
    truth: dict[str, Any]

    @property
    def inbox(self) -> Path:
        return self.folder / "inbox"

    def totals(self, store: str) -> dict[str, dict[str, Any]]:
        """Give one store's totals by month."""
        return {row["month"]: row for row in self.truth["totals"] if row["store"] == store}


def make(folder: Path, **asked: Any) -> Demo:
    write_demo(folder, **asked)
    return reopened(folder)


def reopened(folder: Path) -> Demo:
    """Give a company that was written before."""
    return Demo(folder, json.loads((folder / "truth.json").read_text(encoding="utf-8")))
