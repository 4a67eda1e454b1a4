"""The demo company's plan: what it promised for the year, written as ``plan/<year>/*.yml``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def write_plan(folder: Path, facts: Mapping[str, Mapping[str, Mapping[str, float]]]) -> None:
    """Write the plan that fits the company's past.

    Args:
        folder: The workspace; the plan goes to ``folder / "plan"``.
        facts: Rounded totals in the base currency by period (``2025``, ``2025-Q4``), then scope
            (``all`` or ``store:<id>``), then metric (``gmv``, ``refunds``, ``fees``, ``ads``,
            ``units``, ``orders``): what a planner knows when looking back.
    """
    if facts:
        (folder / "plan").mkdir(parents=True, exist_ok=True)
