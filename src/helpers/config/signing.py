"""Who must sign before an edition is final: ``signing`` in ``workspace.yml``.

For each review the roles that sign, each with the people of whom any one may::

    signing:
      monthly:
        - {role: {en: Finance, zh: 财务}, names: [Anna Li, Ben Wu]}
        - {role: {en: General manager, zh: 总经理}, names: [王芳]}

A review of which nothing is said is signed by any one named person.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from helpers.vocabulary.labels import Declared, Label, Line


def same_name(one: str, other: str) -> bool:
    """Tell whether two people are written alike, whatever the capitals, blanks and widths.

    >>> same_name("Anna  Li", "anna li"), same_name("Anna Li", "Anna Lie")
    (True, False)
    """
    first, second = (
        " ".join(unicodedata.normalize("NFKC", name).casefold().split()) for name in (one, other)
    )
    return first == second


class Signer(Declared):
    """A role that signs; any one of its people does."""

    role: Label
    names: Annotated[tuple[Line, ...], Field(min_length=1)]

    def may_sign(self, name: str) -> bool:
        """Tell whether a person signs for this role."""
        return any(same_name(name, one) for one in self.names)


#: By review: who signs.
Signing = Mapping[str, Annotated[tuple[Signer, ...], Field(min_length=1)]]
