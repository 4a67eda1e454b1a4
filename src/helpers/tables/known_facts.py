"""What is known of each kind of data: its name, how its exports come, and whether it is awaited."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from helpers.config.declarations import read_declaration
from helpers.vocabulary.labels import Declared, Label

Cadence = Literal["daily", "events", "statements", "snapshot", "list"]


class KnownFact(Declared):
    """One fact of ``facts.yml``."""

    label: Label
    cadence: Cadence
    core: bool = False
    every_day: bool = False
    #: No figure counts it, so nothing waits for it.
    only_compared: bool = False


class KnownFacts(Declared):
    """``facts.yml``."""

    facts: Mapping[str, KnownFact]
    cycle_days: int = Field(ge=1)
    snapshot_days: int = Field(ge=1)
    expected_days: int = Field(ge=1)
    reaches_back: Mapping[str, int]
    words: Mapping[str, Label]

    def of(self, fact: str) -> KnownFact:
        """Give a fact; one that nobody described is a rare event."""
        return self.facts.get(fact) or KnownFact(label=Label(en=fact, zh=fact), cadence="events")


@cache
def known_facts() -> KnownFacts:
    """Read what is known of each fact."""
    return read_declaration(Path(__file__).with_name("facts.yml"), KnownFacts)
