"""What has been published: the record that lies beside each edition's pages.

``site/<review>/<period>/rN/edition.json``. The archive, the home page and the links between
periods are read from these records and from nothing else, so that a site copied elsewhere still
knows itself. A publication reads those that it has to do with (``Editions``), so that one more
month costs the same after twenty years; what the home page repeats of an edition lies beside it
in ``summary.json``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from helpers.publish.holdings import PRUNED, RECORD, Holdings, Name, holdings_of
from helpers.publish.rollbacks import Rollback, as_text, read_rollbacks, withdrawals
from helpers.publish.seals import seals_beside
from helpers.vocabulary.faults import AskedWrongly, Fault
from helpers.vocabulary.labels import Declared, Label, Language
from helpers.vocabulary.periods import Period, parse_period

Status = Literal["preliminary", "final"]
SUMMARY = "summary.json"
#: Since 2 an edition has a manifest, and its summary lies beside its record.
FORMAT = 2
_NUMBER = re.compile(r"r([1-9]\d*)")


class PageRecord(Declared):
    """One page of an edition."""

    file: str
    title: Label
    question: Label | None = None
    #: The edition that the page is taken from, where it could not be made anew.
    stale_of: str = ""


class SummaryRecord(Declared):
    """What the home page repeats of an edition, in one language."""

    sentences: tuple[str, ...] = ()
    exhibits: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    #: Targets that the pages find at risk: not on the home page, but announced.
    at_risk: tuple[str, ...] = ()
    #: Figures that are no longer what was last published: on the front page, and announced.
    moved: tuple[str, ...] = ()


class Edition(Declared):
    """One published edition; it never changes."""

    #: Under which rules it was made; records of the first program version do not say.
    format: int = 1
    review: str
    title: Label
    period: str
    fiscal_start: int
    number: int
    status: Status
    data_through: date | None
    #: What a preliminary edition waits for, in a line for each language.
    awaiting: dict[Language, str] = Field(default_factory=dict)
    #: Who has signed, likewise.
    signed: dict[Language, str] = Field(default_factory=dict)
    #: Which sources will not come, who says so and why, likewise.
    admitted: dict[Language, str] = Field(default_factory=dict)
    #: Fingerprint of everything the edition was made from.
    key: str
    languages: tuple[Language, ...]
    pages: tuple[PageRecord, ...]

    #: The decision that took it back, if one did. It is no part of the record, which never changes.
    withdrawn: Rollback | None = Field(default=None, exclude=True)
    #: The day on which its pages were let go of; no part of the record either.
    pruned: date | None = Field(default=None, exclude=True)

    @model_validator(mode="before")
    @classmethod
    def _without_summary(cls, given: Any) -> Any:
        """Records of the first program version held the summary, too."""
        if isinstance(given, Mapping):
            return {name: value for name, value in given.items() if name != "summary"}
        return given

    @property
    def is_shown(self) -> bool:
        """Tell whether readers may be led to it: it was neither taken back nor let go of."""
        return not (self.withdrawn or self.pruned)

    @property
    def span(self) -> Period:
        """Give the days the edition is about."""
        return _span(self.period, self.fiscal_start)

    @property
    def folder(self) -> str:
        """Say where it lies below the site."""
        return f"{self.review}/{self.period}/r{self.number}"

    def home(self, language: Language) -> str:
        """Give the address of its front page below the site."""
        return f"{self.folder}/{language}/{self.pages[0].file}.html"


@cache
def _span(period: str, fiscal_start: int) -> Period:
    return parse_period(period, fiscal_start)


class Editions:
    """The editions of a site: all known by name, each read when it is asked for.

    Args:
        site: Where they lie.
        held: Which there are.
        decided: What was decided about taking them back.
        read: Those that were read already, or are about to get their place.
    """

    def __init__(
        self,
        site: Path,
        held: Holdings,
        decided: Sequence[Rollback],
        read: Mapping[Name, Edition | None] | None = None,
    ) -> None:
        self.site, self.held, self.decided = site, held, tuple(decided)
        self._read: dict[Name, Edition | None] = dict(read or {})
        self._taken = withdrawals(decided)

    @classmethod
    def on(cls, site: Path) -> Editions:
        """Look at a site as it stands.

        Raises:
            WorkFailed: What was taken back cannot be read.
        """
        return cls(site, holdings_of(site), read_rollbacks(site))

    def plus(self, edition: Edition) -> Editions:
        """Count in an edition that is about to get its place."""
        name = Name(edition.review, edition.period, edition.number)
        return Editions(
            self.site, self.held.plus(name), self.decided, {**self._read, name: edition}
        )

    def after(self, rollback: Rollback) -> Editions:
        """Tell how they stand once a decision is written down."""
        decided = (*self.decided, rollback)
        return Editions(self.site, self.held.after(as_text(decided).encode()), decided, self._read)

    def of(self, review: str, period: str) -> list[Edition]:
        """Read the editions of one period in their order, those that were let go of among them."""
        found = []
        for number in self.held.numbers.get((review, period), ()):
            name = Name(review, period, number)
            if name not in self._read:
                self._read[name] = self._opened(name)
            one = self._read[name]
            if one is not None:
                by = self._taken.get(name)
                found.append(one if by is None else one.model_copy(update={"withdrawn": by}))
        return found

    def standing(self, review: str, period: str, language: Language | None = None) -> list[Edition]:
        """Give the edition of a period that readers (of one language) are led to, if any."""
        same = self.of(review, period)
        return newest([one for one in same if language in (None, *one.languages)])

    @cached_property
    def spans(self) -> dict[str, list[Period]]:
        """List the periods of each review, by their first day, then their last.

        A folder that is named after no period is somebody else's.
        """
        found: dict[str, list[Period]] = {}
        for review, period in self.held.numbers:
            with suppress(AskedWrongly):
                found.setdefault(review, []).append(_span(period, 1))
        for each in found.values():
            each.sort(key=lambda one: (one.start, one.end))
        return found

    @cached_property
    def years(self) -> dict[int, list[tuple[str, str]]]:
        """List reviews and periods by the year in which they end, the newest year first."""
        found: dict[int, list[tuple[str, str]]] = {}
        for review, spans in self.spans.items():
            for span in spans:
                found.setdefault(span.end.year, []).append((review, str(span)))
        return dict(sorted(found.items(), reverse=True))

    def of_years(self, years: Iterable[int]) -> list[Edition]:
        """Read the editions of whole years."""
        return [
            one for year in years for what in sorted(self.years[year]) for one in self.of(*what)
        ]

    def before(self, review: str, period: str) -> Iterator[str]:
        """Name the periods that began earlier, the nearest first."""
        start = _span(period, 1).start
        for span in reversed(self.spans.get(review, [])):
            if span.start < start:
                yield str(span)

    def next_to(self, review: str, period: str) -> list[Edition]:
        """Give the edition that readers go on to from a period, if any."""
        start = _span(period, 1).start
        for span in self.spans.get(review, []):
            if span.start > start and (found := self.standing(review, str(span))):
                return found
        return []

    def around(self, review: str, period: str, languages: Iterable[Language]) -> list[Edition]:
        """Read what an edition has to do with: its period's, and those of the period before.

        Args:
            review: Which review.
            period: Which period of it.
            languages: In each of these, somebody looks for the period before.
        """
        found = [one for one in self.of(review, period) if not one.pruned]
        sought = set(languages)
        start = _span(period, 1).start
        for earlier in self.before(review, period):
            if _span(earlier, 1).end >= start:
                continue
            for one in self.standing(review, earlier):
                found.append(one)
                sought -= set(one.languages)
            if not sought:
                break
        return found

    def newest_each(self, language: Language | None = None) -> list[Edition]:
        """Give the newest edition of each review that readers (of one language) are led to."""
        found = []
        for review, spans in self.spans.items():
            for span in sorted(spans, key=lambda one: (one.end, -len(one)), reverse=True):
                if standing := self.standing(review, str(span), language):
                    found += standing
                    break
        return found

    def _opened(self, name: Name) -> Edition | None:
        record = self.site / name.folder / RECORD
        try:
            one = Edition.model_validate_json(record.read_text(encoding="utf-8"))
        except (OSError, ValidationError):
            return None  # spoilt: no edition
        gone = _day_pruned(record.with_name(PRUNED)) if name in self.held.pruned else None
        return one.model_copy(update={"pruned": gone}) if gone else one


def editions_of(site: Path) -> list[Edition]:
    """Read every edition that a site holds; by review, then period, then number.

    A folder without a sound record was never finished and is no edition. Editions that were taken
    back are among them and say so; those whose pages were let go of are not.
    """
    return [one for one in history_of(site) if not one.pruned]


def history_of(site: Path) -> list[Edition]:
    """Read every edition that a site ever held, those that were let go of among them."""
    every = Editions.on(site)
    return [
        one
        for review in sorted(every.spans)
        for span in every.spans[review]
        for one in every.of(review, str(span))
    ]


def pruned_of(site: Path) -> list[Edition]:
    """Read the editions whose pages were let go of, and no other record."""
    every = Editions.on(site)
    periods = sorted({(one.review, one.period) for one in every.held.pruned})
    return [one for what in periods for one in every.of(*what) if one.pruned]


def _day_pruned(mark: Path) -> date | None:
    if not mark.is_file():
        return None
    try:
        return date.fromisoformat(json.loads(mark.read_text(encoding="utf-8"))["on"])
    except (ValueError, KeyError, TypeError):
        return date.min  # somebody spoilt the mark; the pages are gone all the same


def marked(editions: Iterable[Edition], rollbacks: Iterable[Rollback]) -> list[Edition]:
    """Mark the editions that were taken back, and no others."""
    taken = withdrawals(rollbacks)
    found = []
    for one in editions:
        by = taken.get((one.review, one.period, one.number))
        found.append(one if by == one.withdrawn else one.model_copy(update={"withdrawn": by}))
    return found


def find_edition(site: Path, text: str) -> Edition:
    """Find the edition that is meant: ``monthly/2025-12/r1``, or its parts with spaces between.

    Without a number it is the one that readers are led to.

    Raises:
        AskedWrongly: There is none; names those that there are.
    """
    parts = [one for one in re.split(r"[\s/]+", text.strip()) if one]
    known = editions_of(site)
    same = [one for one in known if parts[:2] == [one.review, one.period]]
    number = parts[2].removeprefix("r") if len(parts) == 3 else ""
    found = [one for one in same if str(one.number) == number] if number else newest(same)
    if len(parts) not in (2, 3) or not found:
        near = same or [one for one in known if parts[:1] == [one.review]] or known
        offered = ", ".join(one.folder for one in near[-5:]) or "nothing is published yet"
        raise AskedWrongly(Fault(text.strip() or "edition", "there is none", f"known: {offered}"))
    return found[-1]


def write_summary(folder: Path, summary: Mapping[Language, SummaryRecord]) -> None:
    """Write down beside an edition what the home page repeats of it."""
    content = {language: said.model_dump(mode="json") for language, said in summary.items()}
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / SUMMARY).write_text(text, encoding="utf-8")


def summary_of(folder: Path) -> dict[Language, SummaryRecord]:
    """Read what the home page repeats of the edition in a folder; nothing where it is gone."""
    beside, record = folder / SUMMARY, folder / RECORD
    if beside.is_file():
        content = json.loads(beside.read_text(encoding="utf-8"))
    elif record.is_file():
        content = json.loads(record.read_text(encoding="utf-8")).get("summary", {})
    else:
        content = {}
    return TypeAdapter(dict[Language, SummaryRecord]).validate_python(content)


def newest(editions: Iterable[Edition]) -> list[Edition]:
    """Keep the edition of each review and period that readers are led to, in the same order.

    The highest number that was not taken back.
    """
    kept = {(one.review, one.period): one for one in editions if one.is_shown}
    return list(kept.values())


def leading(editions: list[Edition]) -> Edition:
    """Choose the edition that the home page is about.

    The one whose period ended last; of a month and a year that end on one day, the month.
    """
    return max(newest(editions), key=lambda one: (one.span.end, -len(one.span)))


def next_number(site: Path, review: str, period: str) -> int:
    """Give the number of the next edition.

    A number is never used twice: an edition that was pruned keeps its folder, and one that
    somebody deleted by hand its seal.
    """
    folder = site / review / period
    names = [one.name for one in folder.iterdir()] if folder.is_dir() else []
    names += seals_beside(folder)
    return (
        max((int(found[1]) for name in names if (found := _NUMBER.fullmatch(name))), default=0) + 1
    )
