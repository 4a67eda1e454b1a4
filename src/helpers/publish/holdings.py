"""Which editions a site holds, told by the names of its folders; no record is opened.

``site/<review>/<period>/rN/``. A folder gets its name whole and last, so that its name is enough:
listing twenty years takes milliseconds, reading their records would take a second. Only the
standard library is used: a publication with nothing to do asks this, too.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

RECORD = "edition.json"
#: Lies in the folder of an edition that was let go of (see ``retention``).
PRUNED = "pruned.json"
#: Tells the pages of one period about the newer ones (see ``pointer``).
LINKS = "links.js"
ROLLBACKS = "rollbacks.json"
#: Replaced last: what leads readers (see ``pointer``).
POINTER = "editions.js"
INDEX = "index.html"
PORTAL = "portal"
#: Numbered books of the archive's older years (see ``portal``).
YEARS = "years"
_NUMBER = re.compile(r"r([1-9]\d*)")
_NO_REVIEW = {PORTAL, YEARS}


class Name(NamedTuple):
    """Names one edition."""

    review: str
    period: str
    number: int

    @property
    def folder(self) -> str:
        """Say where it lies below the site."""
        return f"{self.review}/{self.period}/r{self.number}"


@dataclass(frozen=True)
class Holdings:
    """What a site holds."""

    #: Review and period -> the numbers of its editions, ascending.
    numbers: Mapping[tuple[str, str], tuple[int, ...]] = field(default_factory=dict)
    pruned: frozenset[Name] = frozenset()
    #: Reviews and periods whose pages would not learn of newer ones.
    unlinked: frozenset[tuple[str, str]] = frozenset()
    #: What was decided about taking editions back, as it is written down.
    decisions: bytes = b""

    @cached_property
    def names(self) -> tuple[Name, ...]:
        """List every edition, those that were let go of among them."""
        return tuple(
            Name(*period, number) for period, held in self.numbers.items() for number in held
        )

    @property
    def state(self) -> str:
        """Fingerprint which editions there are, and which readers are not led to."""
        seen = hashlib.blake2b(digest_size=10)
        for one in sorted(self.names):
            seen.update(f"{one.folder}{'-' if one in self.pruned else ''}\n".encode())
        seen.update(self.decisions)
        return seen.hexdigest()

    def plus(self, name: Name) -> Holdings:
        """Count in an edition that is about to get its name."""
        what = name.review, name.period
        held = tuple(sorted({*self.numbers.get(what, ()), name.number}))
        return replace(self, numbers={**self.numbers, what: held})

    def after(self, decisions: bytes) -> Holdings:
        """Tell how it stands once something else is decided."""
        return replace(self, decisions=decisions)


def holdings_of(site: Path) -> Holdings:
    """List what a site holds."""
    numbers: dict[tuple[str, str], tuple[int, ...]] = {}
    pruned: list[Name] = []
    unlinked: list[tuple[str, str]] = []
    for what, folder in _periods(site):
        inside = _listed(folder)
        held = tuple(
            sorted(
                int(found[1])
                for name in inside
                if (found := _NUMBER.fullmatch(name)) and _is_file(f"{folder}/{name}/{RECORD}")
            )
        )
        if not held:
            continue
        numbers[what] = held
        pruned += [Name(*what, one) for one in held if _is_file(f"{folder}/r{one}/{PRUNED}")]
        if LINKS not in inside:
            unlinked.append(what)
    try:
        decisions = (site / ROLLBACKS).read_bytes()
    except OSError:
        decisions = b""
    return Holdings(numbers, frozenset(pruned), frozenset(unlinked), decisions)


def understood(pointer: bytes | None) -> dict[str, Any] | None:
    """Read the content of a pointer; None where there is none, or it is something else."""
    try:
        first = (pointer or b"").decode("utf-8").partition("\n")[0]
        told = json.loads(first.partition(" = ")[2].removesuffix(";"))
        return told if {"portal", "editions"} <= set(told) else None
    except (ValueError, TypeError):
        return None


def leads_somewhere(site: Path) -> bool:
    """Tell, without reading a record, whether readers are led to all that the site holds."""
    held = holdings_of(site)
    try:
        told = understood((site / POINTER).read_bytes())
        first = (site / INDEX).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return False
    if told is None or told.get("state") != held.state or held.unlinked:
        return False
    books = {f"{PORTAL}/{told['portal']}", *(f"{YEARS}/{one}" for one in told["years"].values())}
    return f"{PORTAL}/{told['portal']}/" in first and all((site / one).is_dir() for one in books)


def are_left_out(site: Path) -> bool:
    """Tell whether a publication died after its edition was in place and before it was told."""
    return bool(holdings_of(site).names) and not leads_somewhere(site)


def _periods(site: Path) -> Iterator[tuple[tuple[str, str], str]]:
    for review in sorted(_listed(str(site))):
        if review[:1] in "._" or review in _NO_REVIEW:
            continue
        for period in sorted(_listed(f"{site}/{review}")):
            yield (review, period), f"{site}/{review}/{period}"


def _listed(folder: str) -> Iterable[str]:
    try:
        return set(os.listdir(folder))  # noqa: PTH208  hundreds of them, and a Path costs more
    except OSError:
        return ()


def _is_file(path: str) -> bool:
    return os.path.isfile(path)  # noqa: PTH113  likewise
