"""Drawings are deterministic, hold real text, and keep to themselves."""

from __future__ import annotations

import re
import subprocess
import sys
import warnings
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import get_configdir, rcParams

from charts.frames import WORDS, history, steps
from helpers.charts.change_over_time import small_multiples, trend
from helpers.charts.deviation import waterfall
from helpers.charts.drawing import as_svg, house_style, sheet, spread
from helpers.charts.exhibit import Exhibit
from helpers.charts.markup import tag
from helpers.charts.scales import round_ticks, tick_labels, wrapped
from helpers.charts.subject import Subject
from helpers.charts.typeface import GETA, drawable
from helpers.vocabulary.units import Direction, Unit

GMV = {"metric": "gmv", "name": "GMV", "direction": "higher_is_better"}
TESTS = str(Path(__file__).parents[1])
SCRIPT = """
import sys; sys.path.insert(0, sys.argv[1])
from charts.frames import WORDS, history, steps
from helpers.charts.change_over_time import small_multiples, trend
from helpers.charts.deviation import waterfall
GMV = {"metric": "gmv", "name": "GMV", "direction": "higher_is_better"}
frame = history([100.0 + 7 * (place % 5) for place in range(25)])
members = frame.assign(member="de", label="德国")
print(trend(frame, id="a", language="zh", **WORDS).html())
print(small_multiples(members, id="b", **WORDS).html())
print(waterfall(steps(), id="c", **GMV, **WORDS).html())
"""


def test_two_processes_draw_the_same_bytes():
    drawn = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT, TESTS], capture_output=True, check=True,
            env={"PYTHONHASHSEED": seed, "PATH": "", "MPLCONFIGDIR": get_configdir()},
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(drawn) == 1
    assert len(drawn.pop()) > 10_000


def test_exhibits_on_one_page_share_no_id_and_point_only_at_themselves():
    frame = history([100.0 + place for place in range(25)])
    page = "".join(
        exhibit.html()
        for exhibit in (
            trend(frame, id="first", **WORDS),
            trend(frame, id="second", **WORDS),
            waterfall(steps(), id="third", **GMV, **WORDS),
            small_multiples(frame.assign(member="de"), id="fourth", **WORDS),
        )
    )
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids)) > 10
    pointed = re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"|aria-\w+by="([^"]+)"', page)
    assert pointed
    assert {one for found in pointed for one in found if one} <= set(ids)


def test_a_drawing_asks_nothing_of_the_page_or_the_net():
    html = trend(history([1.0, 2.0, 3.0]), id="quiet", **WORDS).html()
    drawing = "".join(re.findall(r"<svg.*?</svg>", html, re.DOTALL))
    assert drawing.count("<svg") == 2
    for banned in ("<style", "<script", "<metadata", "<?xml", "<!DOCTYPE", "<image", "@import"):
        assert banned not in drawing
    assert set(re.findall(r"https?://[^\"' ]+", drawing)) == {"http://www.w3.org/2000/svg"}
    assert 'role="img"' in drawing
    assert drawing.count("<title") == drawing.count("<desc") == 2


def test_words_in_a_drawing_are_text():
    exhibit = trend(history([1.0e6, 2.0e6, 1.2e6]), id="words", language="zh", **WORDS)
    assert ">10月<" in exhibit.figure.wide
    assert ">£120.0万<" in exhibit.figure.wide


def test_no_glyph_is_ever_missing():
    signs = "Chinese 退货率 海外仓 £1 €2 ¥3 ฿4 −5 ×6 ±7 “quoted” … ₫ ₱"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with house_style("signs"):
            figure = sheet(720, 100)
            figure.text(0.1, 0.5, drawable(signs))
            svg = as_svg(figure)
    assert GETA not in svg
    assert "退货率 海外仓 £1 €2 ¥3 ฿4 −5 ×6" in svg


def test_letters_that_no_font_holds_become_the_mark_for_missing_type():
    frame = steps().assign(label=["مصباح", "กาต้ม", "🎉", "October"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        exhibit = waterfall(frame, id="letters", **GMV, **WORDS)
    assert GETA in exhibit.figure.wide
    assert "กาต้ม" in exhibit.alt


def test_hostile_labels_in_a_drawing_stay_text():
    payload = '</text><script>alert("x")</script>]]>&\x00\u202e$\\frac{1}{2}$'
    exhibit = waterfall(steps().assign(label=payload), id="hostile", **GMV, **WORDS)
    html = exhibit.html()
    assert "<script" not in html and "\x00" not in html and "\u202e" not in html
    assert "&lt;script&gt;" in html


def test_an_analyst_can_show_a_drawing_of_their_own():
    import pandas as pd
    import seaborn as sns

    data = pd.DataFrame({"市场": ["德国", "日本"] * 5, "订单额": range(10)})
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message="Glyph")
        with house_style("own"):
            figure = sheet(720, 300)
            axes = figure.subplots()
            sns.stripplot(data, x="订单额", y="市场", ax=axes, color="#404040", jitter=False)
            exhibit = Exhibit(id="own", measure="m", alt="a", data=data, figure=figure, **WORDS)
    assert "德国" in exhibit.figure.wide
    assert '<svg class="exhibit-only"' in exhibit.html() or "exhibit-only" in exhibit.html()


def test_drawing_leaves_no_trace_in_global_settings():
    before = dict(rcParams)
    trend(history([1.0, 2.0]), id="trace", **WORDS)
    assert dict(rcParams) == before


def test_colours_follow_the_theme_on_a_page_but_not_in_the_file():
    exhibit = trend(history([1.0, 2.0, 3.0]), id="theme", **WORDS)
    assert "var(--ex-actual, #404040)" in exhibit.html()
    assert "var(" not in exhibit.figure.wide


@given(st.floats(-1e9, 1e9), st.floats(1e-3, 1e9))
def test_ticks_enclose_what_is_drawn(low, width):
    high = low + width
    ticks = round_ticks(low, high)
    slack = 1e-6 * max(abs(low), abs(high), width)
    assert ticks[0] <= low + slack and ticks[-1] >= high - slack
    assert 2 <= len(ticks) <= 8


@pytest.mark.parametrize(
    ("language", "unit", "ticks", "labels"),
    [
        ("zh", Unit.MONEY, [0, 5e5, 1e6, 1.5e6], ["0", "50万", "100万", "150万"]),
        ("en", Unit.MONEY, [0, 5e5, 1e6, 1.5e6], ["0", "0.5m", "1.0m", "1.5m"]),
        ("zh", Unit.COUNT, [0, 1e8, 2e8], ["0", "1亿", "2亿"]),
        ("en", Unit.COUNT, [0, 500, 1000], ["0", "0.5k", "1.0k"]),
        ("en", Unit.PERCENT, [0.02, 0.025], ["2.0%", "2.5%"]),
        ("en", Unit.MONEY, [-2e4, 0, 2e4], ["−20k", "0", "20k"]),
    ],
)
def test_axes_are_written_as_the_language_does(language, unit, ticks, labels):
    one = Subject("x", unit, Direction.NEUTRAL, "GBP", language)
    assert tick_labels(ticks, one) == labels


@given(st.lists(st.floats(0, 200), min_size=1, max_size=6))
def test_labels_keep_their_distance_and_order(wanted):
    placed = spread(wanted, 18.0, -4.0, 206.0)
    order = sorted(range(len(wanted)), key=lambda place: wanted[place])
    heights = [placed[place] for place in order]
    assert all(after - before >= 18.0 - 1e-6 for before, after in pairwise(heights))


@given(st.text(alphabet="平台承担折扣 abc", min_size=1, max_size=30))
def test_wrapping_loses_nothing(text):
    assert wrapped(text, 13, 60, lines=99).replace("\n", "").replace(" ", "") == text.replace(
        " ", ""
    )


def test_a_table_is_not_drawn():
    exhibit = Exhibit(
        id="t", measure="m", alt="a", data=history([1.0]), table=tag("p", "x"), **WORDS
    )
    assert "<svg" not in exhibit.html()
