"""Claims that a commentary makes: declared in its head, or recognised beside its live numbers.

A claim is written ``METRIC[@DIMENSION=MEMBER] [not] VERB [BASIS or NUMBER]``::

    gmv rose yoy              refund_rate not rose mom       gmv@market=DE fell mom
    contribution met target   return_rate below 5%           gmv above 1200000

Recognised are the verbs of ``claims_made.yml`` in a clause that holds a live change
(``fell {gmv:mom}``). A verb that nothing backs is a fault: no figure could ever refute it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from helpers.config.declarations import read_declaration
from helpers.vocabulary.labels import Declared, Label, Language

Verb = Literal["rose", "fell", "met", "missed", "above", "below"]
#: Against what: the period before, the same one last year, the plan's target, or nothing.
Basis = Literal["previous", "year_ago", "target", ""]
BASES: dict[str, Basis] = {
    "mom": "previous", "wow": "previous", "qoq": "previous", "yoy": "year_ago", "target": "target",
}  # fmt: skip

_LIVE = re.compile(r"\{([^{}]*)\}")
_SUBJECT = re.compile(r"([a-z][a-z0-9_]*)(?:@([a-z_]+)=([^:{}]+?))?")
_CLAUSE = re.compile(r"[,，;；:：。!！?？\n]|\.(?=\s|$)")
_NUMBER = re.compile(r"(-?\d[\d,_]*(?:\.\d+)?)(%?)")


class Vocabulary(Declared):
    """``claims_made.yml``."""

    verbs: dict[Literal["rose", "fell", "met", "missed"], dict[Language, tuple[str, ...]]]
    negated: dict[Language, tuple[str, ...]]
    expected: dict[Language, tuple[str, ...]]
    supposed: dict[Language, tuple[str, ...]]
    says: dict[str, Label]
    now: dict[str, Label]


@cache
def vocabulary() -> Vocabulary:
    """Read the words of claims."""
    return read_declaration(Path(__file__).with_suffix(".yml"), Vocabulary)


@dataclass(frozen=True)
class Live:
    """A live number: a metric, of the company or of one member, and what is said of it."""

    metric: str
    dimension: str = ""
    member: str = ""
    basis: Basis = ""
    #: How the basis was written, such as ``mom``.
    written: str = ""


@dataclass(frozen=True)
class Claim:
    """What is claimed of a metric."""

    live: Live
    verb: Verb
    negated: bool = False
    bound: float | None = None


def read_live(text: str) -> Live:
    """Read what stands between braces.

    Raises:
        ValueError: It is no live number; says why.

    >>> read_live("gmv@market=DE:mom").member, read_live("gmv").basis
    ('DE', '')
    """
    subject, colon, written = text.strip().partition(":")
    found = _SUBJECT.fullmatch(subject.strip())
    if found is None or (colon and written.strip() not in BASES):
        allowed = "{metric}, {metric:mom}, {metric@market=DE:yoy}; after the colon one of "
        raise ValueError(f"is no live number; write {allowed}{', '.join(BASES)}")
    metric, dimension, member = (part or "" for part in found.groups())
    written = written.strip()
    return Live(metric, dimension, member.strip(), BASES.get(written, ""), written)


def read_claim(text: str) -> Claim:
    """Read a declared claim.

    Raises:
        ValueError: It is none; says why.

    >>> read_claim("return_rate not below 5%").bound
    0.05
    """
    parts = text.split()
    negated = len(parts) > 1 and parts[1] == "not"
    if negated:
        del parts[1]
    match parts:
        case [subject, "rose" | "fell" as verb, basis] if BASES.get(basis, "target") != "target":
            return Claim(read_live(f"{subject}:{basis}"), verb, negated)
        case [subject, "met" | "missed" as verb, "target"]:
            return Claim(read_live(f"{subject}:target"), verb, negated)
        case [subject, "above" | "below" as verb, number] if found := _NUMBER.fullmatch(number):
            bound = float(re.sub("[,_]", "", found[1])) / (100 if found[2] else 1)
            return Claim(read_live(subject), verb, negated, bound)
    raise ValueError(
        "is no claim; write such as `gmv rose mom`, `gmv not fell yoy`, `gmv met target`, "
        "`return_rate below 5%`"
    )


def lives_in(text: str) -> Iterator[re.Match[str]]:
    """Find what stands in braces."""
    return _LIVE.finditer(text)


@dataclass(frozen=True)
class Recognised:
    """What a text claims beside its live numbers, and which of its words nothing backs."""

    claims: tuple[Claim, ...]
    #: Places of live numbers whose verb says the direction, so that they need no sign.
    unsigned: frozenset[int]
    #: Place, the word as written and its verb.
    unbacked: tuple[tuple[int, str, Verb], ...]


def recognise(text: str, language: Language, declared: Sequence[Claim] = ()) -> Recognised:
    """Find the claims of a text.

    Args:
        text: In one language, with its braces.
        language: Which.
        declared: Claims that the head declares; they back their verbs wherever they stand.
    """
    claims: list[Claim] = []
    unsigned: set[int] = set()
    unbacked: list[tuple[int, str, Verb]] = []
    stated = {(one.verb, one.negated) for one in declared}
    for first, last in _clauses(text):
        clause = text[first:last]
        lives = [(first + one.start(), _quietly(one[1])) for one in lives_in(clause)]
        verbs = list(_verbs(clause, first, language))
        backed: set[int] = set()
        for place, live in lives:
            verb = _verb_of(place, live, verbs)
            if live is None or verb is None:
                continue
            backed.add(verb.place)
            claims.append(Claim(live, verb.verb, verb.negated))
            if live.basis in ("previous", "year_ago") and not verb.negated:
                unsigned.add(place)
        unbacked += [
            (one.place, one.word, one.verb)
            for one in verbs
            if one.place not in backed and (one.verb, one.negated) not in stated
        ]
    return Recognised(tuple(claims), frozenset(unsigned), tuple(unbacked))


@dataclass(frozen=True)
class _Found:
    place: int
    word: str
    verb: Verb
    negated: bool


def _verb_of(place: int, live: Live | None, verbs: Sequence[_Found]) -> _Found | None:
    """Give the verb that a live number belongs to: the nearest before it, else the next after."""
    if live is None or not live.basis:
        return None
    wanted = ("met", "missed") if live.basis == "target" else ("rose", "fell")
    fitting = [one for one in verbs if one.verb in wanted]
    before = [one for one in fitting if one.place < place]
    return before[-1] if before else (fitting[0] if fitting else None)


def _clauses(text: str) -> Iterator[tuple[int, int]]:
    """Cut a text at its punctuation, but not inside braces."""
    bare = _LIVE.sub(lambda one: "{" + "_" * (len(one[0]) - 2) + "}", text)
    start = 0
    for cut in _CLAUSE.finditer(bare):
        yield start, cut.start()
        start = cut.end()
    yield start, len(text)


def _verbs(clause: str, offset: int, language: Language) -> Iterator[_Found]:
    known = vocabulary()
    bare = _LIVE.sub(lambda one: "_" * len(one[0]), clause).lower()
    for found in _pattern(language).finditer(bare):
        before = bare[: found.start()]
        if _ends_in(before, known.expected[language], language) or any(
            re.search(_word(one, language), before) for one in known.supposed[language]
        ):
            continue
        negated = _ends_in(before, known.negated[language], language)
        verb = _verb_named(language)[found[0]]
        yield _Found(offset + found.start(), found[0], verb, negated)


def _ends_in(text: str, words: Sequence[str], language: Language) -> bool:
    """Tell whether a text ends in one of the words; in English two others may follow."""
    between = r"(?:\s+\w+){0,2}\s*$" if language == "en" else r"\s*$"
    return any(re.search(_word(one, language) + between, text) for one in words)


def _word(word: str, language: Language) -> str:
    return rf"\b{re.escape(word)}\b" if language == "en" else re.escape(word)


@cache
def _verb_named(language: Language) -> Mapping[str, Verb]:
    return {word: verb for verb, words in vocabulary().verbs.items() for word in words[language]}


@cache
def _pattern(language: Language) -> re.Pattern[str]:
    words = sorted(_verb_named(language), key=len, reverse=True)
    any_of = "|".join(map(re.escape, words))
    return re.compile(rf"\b(?:{any_of})\b" if language == "en" else any_of)


def _quietly(text: str) -> Live | None:
    try:
        return read_live(text)
    except ValueError:
        return None
