"""Axes that read like the text: round steps, 万 and 亿 or k and m, months as the language says."""

from __future__ import annotations

import calendar
import math
import re
from collections.abc import Sequence

from helpers.charts.subject import Subject
from helpers.charts.typeface import advance
from helpers.vocabulary.labels import Language
from helpers.vocabulary.periods import Period
from helpers.vocabulary.units import Unit
from helpers.vocabulary.wording import MINUS

_STEPS = {
    "zh": [(1e8, "亿"), (1e4, "万"), (1, "")],
    "en": [(1e9, "bn"), (1e6, "m"), (1e3, "k"), (1, "")],
}


def round_ticks(low: float, high: float, wanted: int = 4) -> list[float]:
    """Give about ``wanted`` round steps that enclose the values.

    >>> round_ticks(0, 1_510_000)
    [0, 500000, 1000000, 1500000, 2000000]
    """
    if high <= low:
        high = low + (abs(low) or 1)
    raw = (high - low) / wanted
    size = 10 ** math.floor(math.log10(raw))
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= raw * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(step * place, 10) for place in range(first, last + 1)]


def enclosing(values: Sequence[float], unit: Unit) -> tuple[float, float]:
    """Say where an axis of a line starts and ends.

    From nought, unless the values lie so close together that nothing would be seen.
    """
    low, high = min(values), max(values)
    if low >= 0 and (high - low) > 0.35 * high:
        return 0.0, high
    if low >= 0 and unit in (Unit.COUNT, Unit.UNITS, Unit.MONEY) and low < 0.5 * high:
        return 0.0, high
    margin = (high - low) * 0.15 or abs(high) * 0.1 or 1.0
    start = low - margin
    return (max(start, 0.0) if low >= 0 else start), high + margin


def tick_labels(ticks: Sequence[float], one: Subject) -> list[str]:
    """Write an axis: one scale for all steps and no more decimals than they need.

    The currency stands in the measure line, not at every step.
    """
    return [_signed(tick, text) for tick, text in zip(ticks, _sizes(ticks, one), strict=True)]


def _sizes(ticks: Sequence[float], one: Subject) -> list[str]:
    sizes = [abs(tick) for tick in ticks]
    if one.unit in (Unit.PERCENT, Unit.POINTS):
        tail = "%" if one.unit is Unit.PERCENT else ""
        return _even([size * 100 for size in sizes], tail)
    if one.unit is Unit.TIMES:
        return _even(sizes, "×")
    largest = max(sizes)
    scale, name = next(
        (step, name) for step, name in _STEPS[one.language] if largest >= step or step == 1
    )
    return [
        text if size else "0"
        for size, text in zip(sizes, _even([size / scale for size in sizes], name), strict=True)
    ]


def _even(sizes: list[float], tail: str) -> list[str]:
    decimals = next(
        (count for count in range(4) if all(abs(size - round(size, count)) < 1e-9 * max(1, size)
                                            for size in sizes)),
        4,
    )  # fmt: skip
    return [f"{size:,.{decimals}f}{tail}" for size in sizes]


def _signed(value: float, text: str) -> str:
    return f"{MINUS}{text}" if value < 0 else text


def month_name(month: Period, language: Language) -> str:
    """Name a month on an axis, without its year."""
    number = month.start.month
    return f"{number}月" if language == "zh" else calendar.month_abbr[number]


def month_and_year(month: Period, language: Language) -> str:
    """Name a month shortly, with its year."""
    if language == "zh":
        return month.label("zh")
    return f"{calendar.month_abbr[month.start.month]} {month.start.year}"


def width_of(text: str, size: float) -> float:
    """Say how wide a line of text is in the house typeface, in CSS pixels."""
    return size * sum(advance(letter) for letter in text)


_WORDS = re.compile(
    r"[\u2e80-\u9fff\uff00-\uffef][，。、）：；]?\s*|[^\s\u2e80-\u9fff\uff00-\uffef-]+(?:-|\s*)|-+\s*"
)


def wrapped(text: str, size: float, width: float, lines: int = 3) -> str:
    r"""Break a label so that no line is wider than ``width``; Chinese breaks anywhere.

    Lines are made about equally long: one letter alone on a line looks like an accident. What
    does not fit into ``lines`` ends in an ellipsis; the data and the spoken text have it all.

    >>> wrapped("平台承担折扣", 13, 70)
    '平台承\n担折扣'
    """
    words = _WORDS.findall(text)
    broken = _broken(words, size, width)
    narrower = width
    while len(broken) > 1 and narrower > size:
        narrower -= size / 4
        tighter = _broken(words, size, narrower)
        if len(tighter) > len(broken) or max(map(len, tighter)) > max(map(len, broken)):
            break
        broken = tighter
    if len(broken) > lines:
        broken = [*broken[: lines - 1], broken[lines - 1][:-1].rstrip() + "…"]
    return "\n".join(broken)


def _broken(words: list[str], size: float, width: float) -> list[str]:
    broken = [""]
    for word in words:
        if broken[-1] and width_of((broken[-1] + word).rstrip(), size) > width:
            broken.append("")
        broken[-1] += word
    return [line.rstrip() for line in broken]
