"""Targets at risk travel from the page that judged them to whoever announces them."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pandas as pd
import pytest

from helpers.analysis.attainment import PACE_COLUMNS
from helpers.publish.home import HomeSummary
from helpers.reviews.endangered import MIME, carried_targets, targets_at_risk


def row(name: str, verdict: str, **more: object) -> dict[str, object]:
    usual = dict.fromkeys(PACE_COLUMNS) | {
        "target_id": name, "metric": "gmv", "label": "GMV", "dimension": "", "member": "",
        "scope": "Whole company", "unit": "money", "actual": 400_000.0, "target": 1_200_000.0,
        "verdict": verdict,
    }  # fmt: skip
    return usual | more


ROWS = [
    row("t2", "at_risk", expected=500_000.0, landing=960_000.0, chance=0.034),
    row("t1", "at_risk", dimension="store", member="de", scope="Shop DE", unit="percent",
        actual=0.049, target=0.063),
    row("t4", "at_risk", expected=500_000.0, landing=1_300_000.0, chance=0.71),
    row("t3", "over", expected=300_000.0),
    *(row("x", other) for other in ("met", "missed", "behind", "on_track", "not_enough_data")),
]  # fmt: skip


def desk(language: str) -> SimpleNamespace:
    return SimpleNamespace(language=language, currency="EUR")


def page(folder, name: str, carried: dict[str, str]):
    cells = [{"outputs": [{"output_type": "display_data", "data": carried}]}, {"source": "x"}]
    path = folder / f"{name}.ipynb"
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    return path


def test_what_is_at_risk_is_said_with_its_numbers_and_each_once(tmp_path):
    frame = pd.DataFrame(ROWS, columns=PACE_COLUMNS)
    carried = carried_targets(frame, desk("en"))
    pages = [page(tmp_path, name, carried) for name in ("a", "b")]
    assert targets_at_risk(pages) == (
        "GMV (Shop DE): 4.9% against a target of 6.3%.",
        "GMV: €400.0k so far against €500.0k expected by now, target €1.20m; heading for €960.0k, "
        "reached with a probability of 3%.",
        "GMV: €400.0k so far against €300.0k expected by now, target €1.20m.",
    )


def test_both_languages_say_the_same_in_the_same_order(tmp_path):
    frame = pd.DataFrame(ROWS, columns=PACE_COLUMNS)
    said = targets_at_risk([page(tmp_path, "zh", carried_targets(frame, desk("zh")))])
    assert said[1].startswith(
        "GMV：截至目前€40.0万，按进度应达€50.0万，目标€120.0万；预计最终€96.0万"
    )
    assert [len(one) > 0 for one in said] == [True] * 3


@pytest.mark.parametrize("rows", [[], [row("x", "met")]])
def test_nothing_at_risk_carries_nothing(rows, tmp_path):
    assert carried_targets(pd.DataFrame(rows, columns=PACE_COLUMNS), desk("en")) == {}
    assert targets_at_risk([page(tmp_path, "a", {})]) == ()


def test_another_frame_is_no_judgement():
    assert carried_targets(pd.DataFrame({"verdict": ["at_risk"]}), desk("en")) == {}


def test_the_edition_keeps_what_any_of_its_pages_found(tmp_path):
    found = json.dumps({"t": "GMV: 1 against a target of 2."})
    pages = [page(tmp_path, "front", {}), page(tmp_path, "targets", {MIME: found})]
    for one in pages:
        content = json.loads(one.read_text(encoding="utf-8"))
        for cell in content["cells"]:
            cell |= {"cell_type": "code", "metadata": {}, "outputs": cell.get("outputs", [])}
        one.write_text(json.dumps(content), encoding="utf-8")
    record = HomeSummary.from_pages(pages, "en").as_record()
    assert record.at_risk == ("GMV: 1 against a target of 2.",)
