"""Numbers as the language writes them: 万 and 亿 in Chinese, k and m in English.

A value that is missing is written as such, with its reason, and never as 0.
"""

from __future__ import annotations

import math
from datetime import date
from functools import cache

from babel import Locale
from babel.dates import format_date
from babel.numbers import get_currency_precision, get_currency_symbol

from helpers.vocabulary.labels import Language
from helpers.vocabulary.units import Status, Unit

LOCALE = {"zh": "zh_CN", "en": "en_GB"}
MINUS = "\u2212"

MISSING = {
    Status.NO_SOURCE: {"en": "n/a (no source)", "zh": "无数据（缺来源）"},
    Status.NO_BASELINE: {"en": "n/a (no baseline)", "zh": "无可比基期"},
    Status.NOT_ENOUGH_DATA: {"en": "n/a (not enough data)", "zh": "数据不足"},
}


def write_missing(status: Status | str, language: Language) -> str:
    """Say why there is no number."""
    return MISSING[Status(status)][language]


def write_value(
    value: float | None,
    unit: Unit | str,
    language: Language,
    currency: str = "",
    *,
    short: bool = True,
) -> str:
    """Write a value with its unit; ``short`` scales large numbers.

    >>> write_value(1509496.33, "money", "en", "GBP")
    '£1.51m'
    >>> write_value(1509496.33, "money", "zh", "GBP")
    '£150.9万'
    >>> write_value(0.0312, "percent", "en")
    '3.1%'
    >>> write_value(98360, "money", "en", "JPY", short=False)
    'JP¥98,360'
    >>> write_value(6.52, "hours", "zh"), write_value(-0.012, "points", "en")
    ('6.5小时', '−1.2 pp')
    >>> write_value(12500, "kilograms", "zh"), write_value(750, "kilograms", "en")
    ('1.25万公斤', '750 kg')
    """
    if value is None or math.isnan(value):
        return write_missing(Status.NO_SOURCE, language)
    sign = MINUS if value < 0 and _rounds_to_something(value, Unit(unit)) else ""
    size = abs(value)
    match Unit(unit):
        case Unit.MONEY:
            symbol = currency_symbol(currency, language)
            coins = get_currency_precision(currency) if currency else 2
            full = f"{size:,.{coins}f}"
            return f"{sign}{symbol}{scaled(size, language) if short else full}"
        case Unit.PERCENT:
            return f"{sign}{size:.1%}" if size >= 0.001 or size == 0 else f"{sign}{size:.2%}"
        case Unit.TIMES:
            return f"{sign}{size:.2f}×"
        case Unit.DAYS:
            return f"{sign}{size:,.0f}{' days' if language == 'en' else '天'}"
        case Unit.HOURS:
            return f"{sign}{size:,.1f}{' h' if language == 'en' else '小时'}"
        case Unit.SECONDS:
            return f"{sign}{size:,.0f}{' s' if language == 'en' else '秒'}"
        case Unit.POINTS:
            return f"{sign}{size * 100:,.1f}{' pp' if language == 'en' else '个百分点'}"
        case Unit.KILOGRAMS:
            number = scaled(size, language) if short else f"{size:,.0f}"
            return f"{sign}{number}{' kg' if language == 'en' else '公斤'}"
        case Unit.SCORE:
            return f"{sign}{size:.1f}"
        case _:
            return f"{sign}{scaled(size, language) if short else f'{size:,.0f}'}"


def write_change(change: float | None, unit: Unit | str, language: Language) -> str:
    """Write a relative change, or one in points where the unit is a rate; always with its sign.

    Args:
        change: A fraction (0.31 is +31 %), or a difference of fractions for rates.
        unit: The unit of the metric that changed.
        language: ``"zh"`` or ``"en"``.

    >>> write_change(0.3069, "money", "en"), write_change(-0.012, "percent", "zh")
    ('+30.7%', '−1.2个百分点')
    """
    if change is None or math.isnan(change):
        return write_missing(Status.NO_BASELINE, language)
    points = " pp" if language == "en" else "个百分点"
    decimals = 1 if abs(change) >= 0.001 or change == 0 else 2
    number = f"{abs(change) * 100:,.{decimals}f}"
    sign = "±" if float(number.replace(",", "")) == 0 else ("+" if change > 0 else MINUS)
    return f"{sign}{number}{points if Unit(unit).changes_in_points else '%'}"


def write_date(day: date, language: Language) -> str:
    """Write a day in full."""
    form = "d MMMM yyyy" if language == "en" else "y年M月d日"
    return format_date(day, form, locale=_locale(language))


@cache
def _locale(language: Language) -> Locale:
    """Look a locale up once: doing so for every date takes longer than writing it."""
    return Locale.parse(LOCALE[language])


def currency_symbol(code: str, language: Language) -> str:
    """Give a symbol that cannot be mistaken: ¥ is yuan here, so yen is written out as JP¥.

    >>> currency_symbol("USD", "zh"), currency_symbol("CNY", "en"), currency_symbol("JPY", "en")
    ('US$', 'CN¥', 'JP¥')
    """
    if not code:
        return ""
    fixed = {"USD": "US$", "CNY": "CN¥" if language == "en" else "¥", "JPY": "JP¥"}
    symbol = fixed.get(code) or get_currency_symbol(code, locale=LOCALE[language])
    return symbol if symbol != code else f"{code} "


def scaled(size: float, language: Language) -> str:
    """Scale a size of zero or more to about three figures.

    >>> scaled(123456789, "zh"), scaled(123456789, "en"), scaled(999, "en")
    ('1.23亿', '123.5m', '999')
    """
    steps = (
        [(1e8, "亿"), (1e4, "万")] if language == "zh" else [(1e9, "bn"), (1e6, "m"), (1e3, "k")]
    )
    if size >= 9_999.5:  # smaller sizes are written in full in both languages
        for step, name in steps:
            # What would be written 1,000.0k belongs to the next step up.
            if size >= step * 0.99995:
                number = size / step
                return f"{number:,.{2 if number < 9.995 else 1}f}{name}"
    return f"{size:,.0f}" if size >= 100 or size == int(size) else f"{size:,.2f}"


def _rounds_to_something(value: float, unit: Unit) -> bool:
    """A minus sign before a nought would be a lie."""
    smallest = {Unit.PERCENT: 0.00005, Unit.TIMES: 0.005, Unit.DAYS: 0.5, Unit.SCORE: 0.05,
                Unit.HOURS: 0.05, Unit.SECONDS: 0.5, Unit.POINTS: 0.0005}  # fmt: skip
    return abs(value) >= smallest.get(unit, 0.005)
