"""What a rival rewrote: title and detail page of two captures, compared line by line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

#: Longer pages are cut: comparing costs the square of the lines, and a page has dozens.
MOST_LINES = 400


@dataclass(frozen=True)
class PageChange:
    """The difference of two texts.

    Attributes:
        likeness: 1 where nothing changed, 0 where nothing is left; share of characters that
            stand in lines found in both.
        added: Lines that are new.
        removed: Lines that are gone.
    """

    likeness: float
    added: tuple[str, ...]
    removed: tuple[str, ...]

    @property
    def is_change(self) -> bool:
        """Tell whether any line came or went."""
        return bool(self.added or self.removed)


def compare_pages(before: str, now: str) -> PageChange:
    """Compare two texts line by line; white space and empty lines do not count.

    >>> compare_pages("Kettle. 1.7 l", "Kettle. 1.5 l").added
    ('1.5 l',)
    """
    old, new = _lines(before), _lines(now)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    removed = [line for tag, a, b, _, _ in matcher.get_opcodes() if tag != "equal"
               for line in old[a:b]]  # fmt: skip
    added = [line for tag, _, _, a, b in matcher.get_opcodes() if tag != "equal"
             for line in new[a:b]]  # fmt: skip
    whole = sum(map(len, old)) + sum(map(len, new))
    moved = sum(map(len, added)) + sum(map(len, removed))
    return PageChange(1 - moved / whole if whole else 1.0, tuple(added), tuple(removed))


def _lines(text: str) -> list[str]:
    """Split into lines and sentences, so that a page on one line is compared in parts, too."""
    parts = re.split(r"[\r\n]+|(?<=[。！？；])|(?<=[.!?])\s+", text)
    return [one for part in parts if (one := " ".join(part.split()))][:MOST_LINES]
