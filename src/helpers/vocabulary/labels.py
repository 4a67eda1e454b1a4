"""Words in two languages, never half of them, and the base of all declarations."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Declared(BaseModel):
    """Base of everything that is declared in YAML: immutable, and unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Label(Declared):
    """One name in both languages.

    >>> Label(en="Orders", zh="订单数").text("zh")
    '订单数'
    """

    en: Words
    zh: Words

    def text(self, language: Language) -> str:
        """Give the name in ``language``."""
        return self.zh if language == "zh" else self.en
