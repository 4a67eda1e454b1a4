"""One notation for every page, after IBCS: what ink means, and the words beside it.

Actual is solid and dark, last year light, a plan outlined, a forecast hatched. Blue is good news
and orange bad, decided by the metric's direction and never by the sign; a sign and a word always
stand beside the colour. One highlight, for the one thing the takeaway is about.

The hex values here are the light theme. ``exhibits.css`` holds the same values as variables, with
the dark ones; a test holds the two together.
"""

from __future__ import annotations

from typing import NamedTuple

from helpers.vocabulary.labels import Label
from helpers.vocabulary.units import Direction

ACTUAL = "#404040"
PREVIOUS = "#b3b3b3"
PLAN = "#404141"  # an outline as dark as actual; apart by one, so that it can be told in a drawing
FORECAST = "#8c8c8c"
STEP = "#7d8590"  # a part of a whole, neither good nor bad
GOOD = "#1b66b0"
BAD = "#b04c09"
HIGHLIGHT = "#6a3d9a"
INK = "#1f2328"
SOFT = "#57606a"
RULE = "#d8dee4"
BAND = "#eef1f4"
PAPER = "#ffffff"

#: Which CSS variable stands for which ink in a drawing, so that dark pages can swap it.
VARIABLES = {
    ACTUAL: "--ex-actual",
    PREVIOUS: "--ex-previous",
    FORECAST: "--ex-forecast",
    STEP: "--ex-step",
    GOOD: "--ex-good",
    BAD: "--ex-bad",
    HIGHLIGHT: "--ex-highlight",
    INK: "--ex-ink",
    SOFT: "--ex-soft",
    RULE: "--ex-rule",
    BAND: "--ex-band",
    PAPER: "--ex-paper",
}

THIS_PERIOD = Label(en="this period", zh="本期")
LAST_PERIOD = Label(en="last period", zh="上期")
FORECAST_WORD = Label(en="forecast", zh="预测")
LAST_YEAR = Label(en="last year", zh="去年同期")
TARGET = Label(en="target", zh="目标")
LANDING = Label(en="projected landing", zh="预计达成")
EXPECTED = Label(en="expected to date", zh="应达进度")
NORMAL_RANGE = Label(en="normal range", zh="正常波动区间")
PRELIMINARY = Label(en="to date", zh="截至目前")
TOTAL = Label(en="Total", zh="合计")
NOT_AVAILABLE = Label(en="n/a", zh="无数据")

_NEWS = {
    1: Label(en="better", zh="有利"),
    -1: Label(en="worse", zh="不利"),
}
_UNCHANGED = Label(en="unchanged", zh="持平")
TARGET_MET = Label(en="met", zh="达标")
TARGET_MISSED = Label(en="missed", zh="未达标")

SIGNALS = {
    "signal_up": Label(en="Signal: above its normal range", zh="信号：高于正常波动区间"),
    "signal_down": Label(en="Signal: below its normal range", zh="信号：低于正常波动区间"),
    "noise": Label(en="Within its normal range", zh="在正常波动区间内"),
    "not_enough_data": Label(en="Too little history to judge", zh="历史数据不足，暂不判断"),
}


class News(NamedTuple):
    """What a change means: a colour, a CSS class and a word."""

    colour: str
    css: str
    word: Label | None


#: A change that stays inside its normal range is shown, and called neither better nor worse.
NO_NEWS = News(ACTUAL, "even", None)
#: What analysis says of a change that stands out of its own noise.
MOVED = ("signal_up", "signal_down")


def news(change: float, direction: Direction, written: str = "") -> News:
    """Judge a change by the metric's direction.

    Args:
        change: The change itself.
        direction: Which way is good.
        written: As it stands on the page; what is written as nought is unchanged.

    >>> news(-0.2, Direction.LOWER_IS_BETTER).word.en
    'better'
    >>> news(-0.0000004, Direction.LOWER_IS_BETTER, "±0.00%").word.en
    'unchanged'
    """
    if written and not says_a_number(written):
        return News(ACTUAL, "even", _UNCHANGED)
    match direction.judge(change):
        case 1:
            return News(GOOD, "good", _NEWS[1])
        case -1:
            return News(BAD, "bad", _NEWS[-1])
        case _:
            return News(ACTUAL, "even", _UNCHANGED if change == 0 else None)


def says_a_number(written: str) -> bool:
    """Tell whether anything but nought is left of a number after rounding.

    >>> says_a_number("+0.1%"), says_a_number("±0.0 pp")
    (True, False)
    """
    return any(letter in "123456789" for letter in written)


def judged_news(change: float, direction: Direction, written: str, signal: str | None) -> News:
    """Judge a change that analysis has held against its own noise.

    Args:
        change: The change itself.
        direction: Which way is good.
        written: As it stands on the page.
        signal: ``signal_up``, ``signal_down``, ``noise`` or ``not_enough_data``; None where
            nobody looked. A change is news only where it goes the way of its signal: growth that
            falls short of what is normal is no good news.
    """
    if signal is None:
        return news(change, direction, written)
    upward = {"signal_up": True, "signal_down": False}.get(signal)
    if not says_a_number(written):
        return news(change, direction, written)
    return news(change, direction, written) if upward is (change > 0) else NO_NEWS


def target_news(value: float, target: float, direction: Direction) -> News:
    """Say whether a target is met; a target hit exactly is met."""
    if direction is Direction.NEUTRAL:
        return News(ACTUAL, "even", None)
    met = value == target or direction.judge(value - target) > 0
    return News(GOOD, "good", TARGET_MET) if met else News(BAD, "bad", TARGET_MISSED)
