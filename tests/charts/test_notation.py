"""One notation: the drawing, the page and the dark page agree and can be read."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re

import pytest

import helpers.charts
from helpers.charts import notation
from helpers.charts.drawing import HOUSE_STYLE
from helpers.charts.exhibit import STYLE_SHEET

SHEET = STYLE_SHEET.read_text(encoding="utf-8")
LIGHT = SHEET[SHEET.index(".exhibit {") : SHEET.index("@media")]
DARK = SHEET[SHEET.index('html[data-theme="dark"] .exhibit') : SHEET.index("/* ---- Frame")]
MEDIA = SHEET[SHEET.index("@media (prefers") : SHEET.index('html[data-theme="dark"] .exhibit')]


def tokens(block: str) -> dict[str, str]:
    found = dict(re.findall(r"(--ex-[\w-]+): (#[0-9a-f]{6})", block))
    paper = re.search(r"--ex-paper: [^;]*?(#[0-9a-f]{6})", block)
    assert paper
    return found | {"--ex-paper": paper[1]}


def test_page_and_drawing_hold_the_same_colours():
    assert len(notation.VARIABLES) == len(set(notation.VARIABLES.values())) > 8
    for colour, variable in notation.VARIABLES.items():
        assert tokens(LIGHT)[variable] == colour


def test_both_roads_to_dark_lead_to_the_same_place():
    assert tokens(DARK) == tokens(MEDIA)
    assert set(tokens(DARK)) == set(tokens(LIGHT))


def test_the_house_style_uses_only_the_notation():
    style = HOUSE_STYLE.read_text(encoding="utf-8")
    used = {f"#{found}" for found in re.findall(r":\s*([0-9a-f]{6})\s*$", style, re.MULTILINE)}
    assert used and used <= set(notation.VARIABLES)


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("block", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ink", ["ink", "soft", "good", "bad", "highlight", "actual"])
def test_text_can_be_read_on_paper_and_on_the_band(block, ink):
    found = tokens(block)
    assert contrast(found[f"--ex-{ink}"], found["--ex-paper"]) >= 4.5
    assert contrast(found[f"--ex-{ink}"], found["--ex-band"]) >= 4.5


@pytest.mark.parametrize("block", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("shade", range(8))
def test_text_can_be_read_on_every_shade_of_a_cohort(block, shade):
    found = tokens(block)
    ink = found["--ex-heat-dark" if shade < 5 else "--ex-heat-light"]
    assert contrast(ink, found[f"--ex-heat-{shade}"]) >= 4.5


def test_good_and_bad_are_blue_and_orange():
    for block in (LIGHT, DARK):
        found = tokens(block)
        good, bad = found["--ex-good"], found["--ex-bad"]
        assert int(good[5:7], 16) > int(good[1:3], 16)
        assert int(bad[1:3], 16) > int(bad[3:5], 16) > int(bad[5:7], 16)


def test_docstrings_tell_the_truth():
    names = [one.name for one in pkgutil.iter_modules(helpers.charts.__path__)]
    tried = 0
    for name in names:
        result = doctest.testmod(importlib.import_module(f"helpers.charts.{name}"))
        assert result.failed == 0, name
        tried += result.attempted
    assert tried > 5
