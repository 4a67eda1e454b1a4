"""Targets at risk that a page shows, carried inside its notebook to where it is announced.

The plan's own judgement (``analysis.attainment.pace``) is made while the page is drawn, from
figures it needs anyway. Whoever publishes reads what was judged; nothing is computed twice.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.analysis.attainment import PACE_COLUMNS
from helpers.analysis.desk import Desk, number
from helpers.plan.words import of_member, word
from helpers.vocabulary.units import Unit
from helpers.vocabulary.wording import write_value

if TYPE_CHECKING:
    import pandas as pd

MIME = "application/x-review-targets"
#: Verdicts that leave time to act; a missed target is not at risk any more.
_AT_RISK = {"at_risk", "over"}
#: Behind its season, but more likely reached than not by its forecast: nobody need be alarmed.
_LIKELY = 0.5


def carried_targets(frame: pd.DataFrame, desk: Desk) -> dict[str, str]:
    """Give the targets at risk of a frame by their MIME type; empty where it judges none."""
    if list(frame.columns) != PACE_COLUMNS:
        return {}
    rows = {
        _identity(row): _sentence(row, desk)
        for row in frame.to_dict("records")
        if row["verdict"] in _AT_RISK and (number(row["chance"]) or 0.0) < _LIKELY
    }
    return {MIME: json.dumps(rows, ensure_ascii=False, sort_keys=True)} if rows else {}


def targets_at_risk(notebooks: Iterable[Path]) -> tuple[str, ...]:
    """Read which targets executed pages found at risk, each once, in words with numbers."""
    found: dict[str, str] = {}
    for notebook in notebooks:
        content = json.loads(notebook.read_text(encoding="utf-8"))
        for cell in content.get("cells", ()):
            for output in cell.get("outputs", ()):
                if text := output.get("data", {}).get(MIME):
                    found = {**json.loads("".join(text)), **found}
    return tuple(found[key] for key in sorted(found))


def _identity(row: dict[Any, Any]) -> str:
    """Name a target in no language, so that both languages list the same in one order."""
    return "|".join(str(row[part]) for part in ("target_id", "metric", "dimension", "member"))


def _sentence(row: dict[Any, Any], desk: Desk) -> str:
    unit, language = Unit(row["unit"]), desk.language

    def written(name: str) -> str:
        return write_value(number(row[name]), unit, language, desk.currency)

    name = str(row["label"])
    if row["dimension"]:
        name = of_member(name, str(row["scope"]), language)
    amounts = {part: written(part) for part in ("actual", "target")}
    if number(row["expected"]) is None:
        return word("at_risk_level", language, name=name, **amounts)
    said = word("at_risk_pace", language, name=name, expected=written("expected"), **amounts)
    if number(row["landing"]) is not None:
        said += word("at_risk_landing", language, landing=written("landing"))
    if (chance := number(row["chance"])) is not None:
        said += word("at_risk_chance", language, chance=f"{chance:.0%}")
    return said + ("。" if language == "zh" else ".")
