"""A finding in words, in both languages, from its numbers; the words stand in ``sentences.yml``."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from helpers.analysis.comparison import change_of
from helpers.analysis.desk import Desk
from helpers.analysis.findings.explaining import Driver
from helpers.analysis.findings.testing import Deviation
from helpers.analysis.wordings import phrase, signed, within
from helpers.metrics.dimensions import SEPARATOR
from helpers.vocabulary.labels import LANGUAGES, Label, Language
from helpers.vocabulary.periods import Period
from helpers.vocabulary.units import Unit
from helpers.vocabulary.wording import write_change, write_value

#: What the money of a deviation is, by how it was reckoned.
MONEY_IS = {"itself": "sales", "through": "sales", "rate_of": "refunds", "each_of": "cost"}


def in_both(desk: Desk, say: object, *given: object) -> Label:
    """Say a thing in both languages: ``say(desk in the language, *given)``."""
    desks = {language: replace(desk, language=language) for language in LANGUAGES}
    assert callable(say)
    return Label(en=say(desks["en"], *given), zh=say(desks["zh"], *given))


def sentence(desk: Desk, one: Deviation, money: float | None, driver: Driver) -> str:
    """Say what happened, how large it is, what it is worth and why."""
    language, unit = desk.language, desk.unit(one.series.metric)
    change = change_of(one.value, one.expected, unit)
    text = phrase(
        "finding.told",
        language,
        where=place_text(desk, one.scope),
        when=_when(desk),
        name=_within(_name(desk, one.series.metric), language),
        value=_write(desk, one.value, unit),
        expected=_write(desk, one.expected, unit),
        size=write_change(change, unit, language),
        sd=f"{abs(one.sd):.1f}",
        run=phrase("finding.run", language, run=str(one.run)) if one.run > 1 else "",
        worth=_worth_text(desk, one, money),
        because=_because(desk, one, driver),
    )
    return _closed(text, language)


def untested(
    desk: Desk, scope: Mapping[str, str], value: float, before: float | None,
    base: Period | None, months: int,
) -> str:  # fmt: skip
    """Say a change that too little history is there to test."""
    language = desk.language
    told: dict[str, Any] = {
        "where": place_text(desk, scope),
        "when": _when(desk),
        "name": _within(_name(desk, "gmv"), language),
        "value": _write(desk, value, Unit.MONEY),
    }
    change = change_of(value, before, Unit.MONEY)
    if change is None or base is None:
        return _closed(phrase("finding.untested_alone", language, **told), language)
    text = phrase(
        "finding.untested",
        language,
        change=write_change(change, Unit.MONEY, language),
        base=f"较{base.label(language)}" if language == "zh" else base.label(language),
        months=str(months),
        **told,
    )
    return _closed(text, language)


def place_text(desk: Desk, scope: Mapping[str, str]) -> str:
    """Name a scope: the company, a store, a store's country or article."""
    if not scope:
        return phrase("finding.company", desk.language)
    return clean(desk.member_label(",".join(scope), SEPARATOR.join(scope.values())))


def clean(text: str) -> str:
    """Keep names on one line and out of a terminal's commands: they come from exports."""
    kept = (" " if unicodedata.category(letter).startswith("C") else letter for letter in text)
    return " ".join("".join(kept).split())


def _because(desk: Desk, one: Deviation, driver: Driver) -> str:
    language = desk.language
    text = ""
    if driver.effects and driver.metric != one.series.metric:
        first = driver.effects[0]
        text += phrase(
            "finding.because",
            language,
            driver=_within(_name(desk, first.metric), language),
            money=signed(first.money, Unit.MONEY, language, desk.currency),
        )
    if driver.part:
        part = driver.part
        text += phrase(
            "finding.part",
            language,
            part=clean(desk.member_label(part.dimension, part.member)),
            money=signed(part.money, Unit.MONEY, language, desk.currency),
        )
    return text


def _worth_text(desk: Desk, one: Deviation, money: float | None) -> str:
    if money is None:
        return ""
    return phrase(
        f"finding.worth_{MONEY_IS[one.series.money.kind]}",
        desk.language,
        money=signed(money, Unit.MONEY, desk.language, desk.currency),
    )


def _name(desk: Desk, metric: str) -> str:
    return desk.metric_label(metric)


def _within(name: str, language: Language) -> str:
    return within(name) if language == "en" else name


def _write(desk: Desk, value: float, unit: Unit) -> str:
    return write_value(value, unit, desk.language, desk.currency if unit is Unit.MONEY else "")


def _when(desk: Desk) -> str:
    return desk.elapsed.label(desk.language)


def _closed(text: str, language: Language) -> str:
    # It begins with a name, which is written as its owner writes it.
    return f"{text}{'。' if language == 'zh' else '.'}"
