"""Forecasts that a page shows, carried inside its notebook to where it is published.

A page that may run twice, or never be published, must not write into a log. So what an exhibit
forecasts travels with the exhibit, unseen, and whoever publishes the page writes it down.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.analysis.forecast.choice import VERSION
from helpers.vocabulary.periods import parse_period

if TYPE_CHECKING:
    import pandas as pd

MIME = "application/x-review-forecasts"
#: What tells a frame of ``analysis.forecast.outlook`` from any other.
_MARKS = {"kind", "made_on", "model", "lower", "upper"}


def carried_forecasts(frame: pd.DataFrame) -> dict[str, str]:
    """Give the forecasts of a frame by their MIME type; empty where it holds none."""
    if not set(frame.columns) >= _MARKS:
        return {}
    rows = [_as_logged(row) for row in frame.to_dict("records") if row["kind"] == "forecast"]
    return {MIME: json.dumps(rows, ensure_ascii=False, sort_keys=True)} if rows else {}


def forecasts_in(notebook: Path) -> list[dict[str, Any]]:
    """Read the forecasts that an executed notebook carries."""
    content = json.loads(notebook.read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = []
    for cell in content.get("cells", ()):
        for output in cell.get("outputs", ()):
            text = output.get("data", {}).get(MIME)
            if text:
                found += json.loads("".join(text))
    return found


def _as_logged(row: dict[Any, Any]) -> dict[str, Any]:
    month = parse_period(row["month"])
    made_on = row["made_on"]
    ahead = 12 * (month.start.year - made_on.year) + month.start.month - made_on.month
    return {
        "made_on": f"{made_on:%Y-%m-%d}",
        "metric": row["metric"],
        "dimension": row["dimension"],
        "member": row["member"],
        "month": month.text,
        "first_day": month.start.isoformat(),
        "last_day": month.end.isoformat(),
        "horizon": ahead,
        "p10": row["lower"],
        "p50": row["value"],
        "p90": row["upper"],
        "unit": row["unit"],
        "currency": row["currency"],
        "model": row["model"],
        "version": VERSION,
    }
