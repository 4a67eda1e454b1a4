"""Commentary: ``plan/<year>/commentary/<review>-<period>-<page>.md``, one file a page.

What a person thinks of a period, with live numbers instead of typed ones::

    ---
    author: Anna Li
    written_on: 2026-01-05
    claims: [gmv@market=DE rose yoy]
    ---
    # zh
    12月销售额{gmv}，环比上升{gmv:mom}。德国站增长明显。

    # en
    GMV was {gmv} and rose {gmv:mom} on the month before. Germany grew.

The text is plain text: an empty line begins a paragraph, and nothing is markup. Here files are
found, read and checked without any data; whether what they say is true is ``plan.commenting``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.config.declarations import declare, read_text, yaml_of
from helpers.paths import WorkspacePaths
from helpers.plan.claims_made import Claim, Live, lives_in, read_claim, read_live, recognise
from helpers.plan.models import CommentHead
from helpers.vocabulary.faults import DeclarationFaulty, Fault, ReviewError
from helpers.vocabulary.labels import LANGUAGES, Language
from helpers.vocabulary.periods import Kind, Period, parse_period, year_of

if TYPE_CHECKING:
    from helpers.metrics.catalogue import Catalogue

FOLDER = "commentary"
_NAME = re.compile(
    r"(?P<review>[a-z][a-z0-9_]*)-(?P<period>\d{4}(?:-(?:\d{2}|W\d{2}|Q[1-4]))?)"
    r"-(?P<page>[a-z][a-z0-9_]*)\.md"
)
_HEADING = re.compile(r"#{1,3}\s*(\S+)\s*")
_LANGUAGES: dict[str, Language] = {"zh": "zh", "中文": "zh", "en": "en", "english": "en"}
_NAMED = {"zh": "Chinese", "en": "English"}
#: How a change on the period before is written, by what the review is about.
_BEFORE: dict[Kind, str] = {"month": "mom", "week": "wow", "quarter": "qoq"}


@dataclass(frozen=True)
class Comment:
    """What one person says on one page.

    ``texts`` hold the text as it was written, braces and all; ``claims`` are those of its head,
    then those recognised beside its live numbers, each once.
    """

    file: str
    author: str
    written_on: date
    texts: Mapping[Language, str]
    claims: tuple[Claim, ...]
    declared: tuple[Claim, ...]

    @property
    def lives(self) -> tuple[Live, ...]:
        """Every figure it speaks of."""
        written = (read_live(one[1]) for text in self.texts.values() for one in lives_in(text))
        return (*(claim.live for claim in self.claims), *written)

    @property
    def speaks_of_targets(self) -> bool:
        """Tell whether the plan is needed to judge it."""
        return any(one.basis == "target" for one in self.lives)


@dataclass(frozen=True)
class Placed:
    """A file of commentary, and the page that its name and folder say it belongs to."""

    path: Path
    file: str
    year: str
    review: str = ""
    period: str = ""
    page: str = ""


def comment_file(
    paths: WorkspacePaths, fiscal_start: int, review: str, period: Period, page: str
) -> Path:
    """Say where the commentary of a page is looked for."""
    year = year_of(period.end, fiscal_start).text
    return paths.plan / year / FOLDER / f"{review}-{period.text}-{page}.md"


def comment_files(paths: WorkspacePaths) -> Iterator[Placed]:
    """Go through all files of commentary, also those whose names say nothing."""
    for path in sorted(paths.plan.glob(f"*/{FOLDER}/*")):
        if path.name.startswith(".") or not path.is_file():
            continue
        file, year = path.relative_to(paths.root).as_posix(), path.parents[1].name
        found = _NAME.fullmatch(path.name)
        yield Placed(path, file, year, **(found.groupdict() if found else {}))


def misplaced(
    one: Placed, kinds: Mapping[str, tuple[Kind, Sequence[str]]], fiscal_start: int
) -> Fault | None:
    """Say why no page will ever show a file; None where one will.

    Args:
        one: The file.
        kinds: Of each review what it is about and the ids of its pages.
        fiscal_start: First month of the business year.
    """
    if not one.review:
        way_out = "name it REVIEW-PERIOD-PAGE.md, such as monthly-2025-10-executive.md"
        return Fault(one.file, "its name says no page", way_out)
    if one.review not in kinds:
        return Fault(one.file, f"{one.review!r} is no review", f"known: {', '.join(kinds)}")
    kind, pages = kinds[one.review]
    if one.page not in pages:
        what = f"{one.page!r} is no page of {one.review}"
        return Fault(one.file, what, f"{_meant(one.page, pages)}known: {', '.join(pages)}")
    try:
        when = parse_period(one.period, fiscal_start)
    except ReviewError as trouble:
        return Fault(one.file, trouble.faults[0].what, "rename it")
    if when.kind != kind:
        return Fault(one.file, f"{one.period!r} is no {kind}", f"{one.review} is about a {kind}")
    year = year_of(when.end, fiscal_start).text
    if one.year != year:
        return Fault(one.file, f"{one.period} ends in {year}", f"move it to plan/{year}/{FOLDER}/")
    return None


def read_comment(path: Path, file: str, kind: Kind, known: Catalogue) -> Comment:
    """Read a file of commentary.

    Args:
        path: The file.
        file: How faults call it.
        kind: What its page is about; decides which changes can be written.
        known: The metrics there are.

    Raises:
        DeclarationFaulty: It is unsound; every fault, each with its line.
    """
    head, above, lines = _parted(read_text(path), file)
    faults: list[Fault] = []
    declared: list[Claim] = []
    author, written_on = "", date.min
    try:
        found = declare(yaml_of(head, file, 1) or {}, CommentHead, file)
        author, written_on = found.author, found.written_on
        for text in found.claims:
            try:
                claim = read_claim(text)
            except ValueError as trouble:
                faults.append(_fault(file, f"claims: {text!r}", trouble))
                continue
            declared.append(claim)
            faults += _live_faults(claim.live, f"{file}: claims: {text!r}", kind, known)
    except ReviewError as trouble:
        faults += trouble.faults
    texts, starts = _texts(lines, above, file, faults)
    claims = list(declared)
    for language, text in texts.items():

        def line_of(place: int, text: str = text, start: int = starts[language]) -> str:
            return f"{file}, line {start + text.count(chr(10), 0, place)}"

        for one in lives_in(text):
            try:
                live = read_live(one[1])
            except ValueError as trouble:
                faults.append(_fault(line_of(one.start()), repr(one[0]), trouble))
                continue
            faults += _live_faults(live, f"{line_of(one.start())}: '{one[0]}'", kind, known)
        for brace in re.finditer(r"[{}]", _without_lives(text)):
            what = f"a brace stands alone: {brace[0]!r}"
            way_out = "braces hold live numbers, such as {gmv:mom}"
            faults.append(Fault(line_of(brace.start()), what, way_out))
        recognised = recognise(text, language, declared)
        claims += recognised.claims
        for place, word, verb in recognised.unbacked:
            way_out = (
                f"write the live change beside it ({word} {{gmv:mom}}), or declare what it says "
                f"in the head (claims: [gmv {verb} {'target' if verb in _TARGET else 'mom'}])"
            )
            what = f"{word!r} stands on no figure, so nobody would know when it is not true"
            faults.append(Fault(line_of(place), what, way_out))
    if faults:
        raise DeclarationFaulty(dict.fromkeys(faults))
    once = tuple(dict.fromkeys(claims))
    return Comment(file, author, written_on, texts, once, tuple(declared))


_TARGET = ("met", "missed")


def _parted(text: str, file: str) -> tuple[str, int, list[str]]:
    """Part a file into its head, the number of lines down to the head's end, and what follows."""
    lines = text.splitlines()
    ends = [number for number, line in enumerate(lines) if line.strip() == "---"]
    if len(ends) < 2 or ends[0] != 0:
        what = "does not begin with a head"
        way_out = "write author and written_on between two lines of --- at the top"
        raise DeclarationFaulty(Fault(f"{file}, line 1", what, way_out))
    return "\n".join(lines[1 : ends[1]]), ends[1] + 1, lines[ends[1] + 1 :]


def _texts(
    lines: Sequence[str], above: int, file: str, faults: list[Fault]
) -> tuple[dict[Language, str], dict[Language, int]]:
    """Find the text of each language and the line on which it begins."""
    texts: dict[Language, list[str]] = {}
    starts: dict[Language, int] = {}
    current: Language | None = None
    for number, line in enumerate(lines, above + 1):
        if heading := _HEADING.fullmatch(line):
            current = _LANGUAGES.get(heading[1].lower())
            where = f"{file}, line {number}"
            if current is None:
                faults.append(Fault(where, f"{heading[1]!r} is no language", "write # zh or # en"))
            elif current in texts:
                what = f"the {_NAMED[current]} text stands twice"
                faults.append(Fault(where, what, "keep one of them"))
            else:
                texts[current], starts[current] = [], number + 1
        elif current is not None:
            texts[current].append(line)
        elif line.strip():
            what = "the text says no language"
            faults.append(Fault(f"{file}, line {number}", what, "write # zh or # en above it"))
            break
    for language in LANGUAGES:
        if not any(line.strip() for line in texts.get(language, ())):
            way_out = f"write it below a line `# {language}`"
            faults.append(Fault(file, f"has no text in {_NAMED[language]}", way_out))
    return {language: "\n".join(found) for language, found in texts.items()}, starts


def _live_faults(live: Live, where: str, kind: Kind, known: Catalogue) -> Iterator[Fault]:
    if live.metric not in known:
        hint = _meant(live.metric, list(known))
        yield Fault(where, f"{live.metric!r} is no metric", f"{hint}see review metrics --list")
    elif live.dimension and live.dimension not in known[live.metric].dimensions:
        cut = ", ".join(known[live.metric].dimensions) or "none"
        yield Fault(where, f"{live.metric} is not cut by {live.dimension!r}", f"known: {cut}")
    if live.basis == "previous" and live.written != _BEFORE.get(kind):
        right = " or ".join(one for one in (_BEFORE.get(kind), "yoy") if one)
        yield Fault(where, f"{live.written!r} is no change of a {kind}", f"write {right}")


def _without_lives(text: str) -> str:
    blank = text
    for one in lives_in(text):
        blank = blank[: one.start()] + " " * len(one[0]) + blank[one.end() :]
    return blank


def _meant(text: str, known: Sequence[str]) -> str:
    close = get_close_matches(text, known, n=1)
    return f"did you mean {close[0]!r}? " if close else ""


def _fault(where: str, what: str, trouble: ValueError) -> Fault:
    said, _, way_out = str(trouble).partition("; ")
    return Fault(where, f"{what} {said}", way_out)
