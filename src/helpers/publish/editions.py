"""What has been published: the record that lies beside each edition's pages.

``site/<review>/<period>/rN/edition.json``. The archive, the home page and the links between
periods are read from these records and from nothing else, so that a site copied elsewhere still
knows itself.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from helpers.vocabulary.labels import Declared, Label, Language
from helpers.vocabulary.periods import Period, parse_period

Status = Literal["preliminary", "final"]
RECORD = "edition.json"
_NUMBER = re.compile(r"r([1-9]\d*)")


class PageRecord(Declared):
    """One page of an edition."""

    file: str
    title: Label
    question: Label | None = None


class SummaryRecord(Declared):
    """What the home page repeats of an edition, in one language."""

    sentences: tuple[str, ...] = ()
    exhibits: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()


class Edition(Declared):
    """One published edition; it never changes."""

    review: str
    title: Label
    period: str
    fiscal_start: int
    number: int
    status: Status
    data_through: date | None
    #: What a preliminary edition waits for, in a line for each language.
    awaiting: dict[Language, str] = Field(default_factory=dict)
    #: Fingerprint of everything the edition was made from.
    key: str
    languages: tuple[Language, ...]
    pages: tuple[PageRecord, ...]
    summary: dict[Language, SummaryRecord]

    @property
    def span(self) -> Period:
        """Give the days the edition is about."""
        return parse_period(self.period, self.fiscal_start)

    @property
    def folder(self) -> str:
        """Say where it lies below the site."""
        return f"{self.review}/{self.period}/r{self.number}"

    def home(self, language: Language) -> str:
        """Give the address of its front page below the site."""
        return f"{self.folder}/{language}/{self.pages[0].file}.html"


def editions_of(site: Path) -> list[Edition]:
    """List every edition of a site; by review, then period, then number.

    A folder without a sound record was never finished and is no edition.
    """
    found = []
    for record in sorted(site.glob(f"*/*/r*/{RECORD}")):
        if _NUMBER.fullmatch(record.parent.name):
            try:
                found.append(Edition.model_validate_json(record.read_text(encoding="utf-8")))
            except ValidationError:
                continue
    return sorted(found, key=lambda one: (one.review, one.span.start, one.span.end, one.number))


def newest(editions: list[Edition]) -> list[Edition]:
    """Keep the newest edition of each review and period, in the same order."""
    kept = {(one.review, one.period): one for one in editions}
    return list(kept.values())


def leading(editions: list[Edition]) -> Edition:
    """Choose the edition that the home page is about.

    The one whose period ended last; of a month and a year that end on one day, the month.
    """
    return max(newest(editions), key=lambda one: (one.span.end, -len(one.span)))


def next_number(site: Path, review: str, period: str) -> int:
    """Give the number of the next edition; a number is never used twice."""
    folder = site / review / period
    names = [one.name for one in folder.iterdir()] if folder.is_dir() else []
    return (
        max((int(found[1]) for name in names if (found := _NUMBER.fullmatch(name))), default=0) + 1
    )
