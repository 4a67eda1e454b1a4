"""Words in two languages, never half of them, and the base of all declarations."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


def _in_one_line(text: str) -> str:
    r"""Take out what would break a line or turn its reading order round.

    >>> _in_one_line("Anna\nLi\u202e")
    'Anna Li'
    """
    kept = (one for one in text if one.isspace() or unicodedata.category(one) not in ("Cc", "Cf"))
    flat = " ".join("".join(kept).split())
    if not flat:
        raise ValueError("says nothing")
    return flat


#: What a person typed in a hurry: a name, a reason.
Line = Annotated[str, StringConstraints(max_length=500), AfterValidator(_in_one_line)]


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
