"""The words of the sentences: one declared place (``sentences.yml``), both languages or none.

Belongs here: reading templates, filling them, joining parts, writing signed numbers into prose.
Which sentence is said is ``headlines``' business.
"""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import StringConstraints, model_validator

from helpers.config.declarations import declare, read_yaml
from helpers.vocabulary.labels import Declared, Language
from helpers.vocabulary.units import Unit
from helpers.vocabulary.wording import MINUS, write_change, write_value

#: Spaces count: a part may begin with one to join the part before it.
Words = Annotated[str, StringConstraints(min_length=1)]

SENTENCES = Path(__file__).parent / "sentences.yml"


class Template(Declared):
    """One sentence, or part of one, in both languages; ``{name}`` is filled in."""

    en: Words
    zh: Words
    #: English where the counted thing is one; Chinese does not inflect.
    en_one: Words | None = None

    @model_validator(mode="after")
    def _same_names(self) -> Template:
        told = {_names(text) for text in (self.en, self.zh, self.en_one) if text}
        # A language may leave a name out (Chinese drops the base of 环比), never invent one: of
        # two that know equally many, English is asked.
        known = max([_names(self.en), *told], key=len)
        if strangers := frozenset().union(*told) - known:
            raise ValueError(f"names {sorted(strangers)} stand in one language only")
        return self


@cache
def templates() -> Mapping[str, Template]:
    """Read the templates, once."""
    content = read_yaml(SENTENCES)
    return {
        f"{group}.{name}": declare(words, Template, f"{SENTENCES.name}: {group}.{name}")
        for group, entries in content.items()
        for name, words in entries.items()
    }


def phrase(key: str, language: Language, *, plural: bool = True, **values: str) -> str:
    """Fill one template.

    Args:
        key: ``group.name`` in ``sentences.yml``.
        language: ``"zh"`` or ``"en"``.
        plural: False where the counted thing is exactly one.
        values: What stands for the names in braces, already written for reading.
    """
    template = templates()[key]
    text = template.zh if language == "zh" else template.en
    if language == "en" and not plural and template.en_one:
        text = template.en_one
    return text.format_map(values)


def joined(parts: Sequence[str], language: Language) -> str:
    """Join a list for reading.

    >>> joined(["A", "B", "C"], "en"), joined(["甲", "乙"], "zh")
    ('A, B and C', '甲、乙')
    """
    if language == "zh" or len(parts) < 2:
        return "、".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def within(name: str) -> str:
    """Write a name inside an English sentence: small first letter, abbreviations kept.

    >>> within("Average order value"), within("GMV"), within("ROAS of ads")
    ('average order value', 'GMV', 'ROAS of ads')
    """
    first = name.split(" ", 1)[0]
    keeps = len(first) > 1 and any(letter.isupper() for letter in first[1:])
    return name if keeps or not name else name[0].lower() + name[1:]


def starting(text: str) -> str:
    """Begin a sentence with a capital; Chinese is not touched by it."""
    return text[:1].upper() + text[1:]


def size_of(change: float, unit: Unit | str, language: Language) -> str:
    """Write how large a change is, without its sign, for prose that says up or down.

    >>> size_of(-0.1234, "money", "en"), size_of(0.012, "percent", "zh")
    ('12.3%', '1.2个百分点')
    """
    return write_change(abs(change), unit, language).lstrip("+±")


def signed(value: float, unit: Unit | str, language: Language, currency: str = "") -> str:
    """Write an amount that was added or taken away, always with its sign.

    >>> signed(-1234567, "money", "en", "USD"), signed(250000, "money", "zh", "CNY")
    ('−US$1.23m', '+¥25.0万')
    """
    if Unit(unit).changes_in_points:
        return write_change(value, unit, language)
    written = write_value(abs(value), unit, language, currency)
    return f"{MINUS if value < 0 else '+'}{written}"


def is_flat(change: float, unit: Unit | str) -> bool:
    """Tell whether a change would be written as ±0."""
    return write_change(change, unit, "en").startswith("±")


def _names(text: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name)
