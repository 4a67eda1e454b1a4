"""What is true of the periods that ``review due`` looks after, and how it is told.

Lines are for whoever reads a log, in English as all of the command's; what readers of the review
are told goes through ``publish.notices.announcing`` in both languages.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from helpers.reviews.deadlines import Slot, Stage
from helpers.vocabulary.labels import Label

#: ``published``, ``unchanged`` and ``failed`` are what a call did; the others what it found.
State = Literal[
    "not_due", "in_place", "waiting", "ready", "before_data", "published", "unchanged", "failed"
]


def counted(number: int, noun: str) -> str:
    """Count things in English.

    >>> counted(1, "page"), counted(2, "page")
    ('1 page', '2 pages')
    """
    return f"{number} {noun}{'' if number == 1 else 's'}"


@dataclass(frozen=True)
class Item:
    """What is true of one period of a review."""

    slot: Slot
    state: State
    #: The stage that is due; None where the period is not due yet.
    stage: Stage | None = None
    #: The edition that readers see, and its status.
    edition: str = ""
    status: str = ""
    #: What is waited for.
    awaiting: Label | None = None
    failures: tuple[str, ...] = ()

    @property
    def since(self) -> date | None:
        """The day since which the stage is due."""
        return self.slot.day_of(self.stage) if self.stage else None

    def as_dict(self, today: date) -> dict[str, Any]:
        """Give plain data."""
        since, slot = self.since, self.slot
        return {
            "review": slot.review.id,
            "period": str(slot.period),
            "state": self.state,
            "stage": self.stage,
            "due_since": str(since) if since else None,
            "overdue_days": (today - since).days if since and self._is_open else None,
            "preliminary_on": str(slot.preliminary) if slot.preliminary else None,
            "final_on": str(slot.final) if slot.final else None,
            "edition": self.edition or None,
            "status": self.status or None,
            "awaiting": self.awaiting.model_dump() if self.awaiting else None,
            "failures": list(self.failures),
        }

    def told(self, today: date) -> str:
        """Say it in a line."""
        name = f"{self.slot.review.id} {self.slot.period}"
        shown = f"{self.edition.rsplit('/', 1)[-1]} ({self.status})" if self.edition else ""
        match self.state:
            case "not_due":
                return f"{name}: not yet due, {self._days()}"
            case "in_place":
                later = self.slot.final if self.stage == "preliminary" else None
                tail = f"; final is due on {later}" if later and self.status != "final" else ""
                return f"{name}: in place, {shown}{tail}"
            case "before_data":
                return f"{name}: left out, {self._awaited}"
            case "ready":
                return f"{name}: would be published, {self.stage} {self._overdue(today)}"
            case "waiting":
                tail = f"; {shown} is in place" if shown else ""
                return (
                    f"{name}: {self.stage} {self._overdue(today)}, waits for: {self._awaited}{tail}"
                )
            case "published":
                return f"{name}: published {shown}{self._still()}"
            case "unchanged":
                return f"{name}: nothing has changed since {shown}{self._still()}"
            case "failed":
                return f"{name}: {self.stage} failed, {self._overdue(today)}"

    @property
    def _is_open(self) -> bool:
        return self.state in ("waiting", "ready", "failed")

    @property
    def _awaited(self) -> str:
        return self.awaiting.en if self.awaiting else ""

    def _still(self) -> str:
        if self.stage != "final" or self.status == "final":
            return ""
        what = f" waits for: {self._awaited}" if self.awaiting else " is still open"
        return f"; final, due since {self.since},{what}"

    def _overdue(self, today: date) -> str:
        if self.since is None or self.since >= today:
            return "due today"
        return f"overdue since {self.since}"

    def _days(self) -> str:
        named = (("preliminary", self.slot.preliminary), ("final", self.slot.final))
        return ", ".join(f"{stage} on {day}" for stage, day in named if day)


@dataclass(frozen=True)
class DueReport:
    """What a call found and did."""

    today: date
    items: tuple[Item, ...]
    #: What somebody should know besides: a clock that went back, periods too old to make up for.
    notes: tuple[str, ...] = ()
    #: What failed and belongs to no period: files of the inbox.
    failures: tuple[str, ...] = ()

    @property
    def is_ok(self) -> bool:
        """Tell whether nothing failed; waiting is no failure."""
        return not self.failures and not any(item.failures for item in self.items)

    @property
    def outcome(self) -> Literal["done", "unchanged", "waiting", "partly", "failed"]:
        """Sum it up for the journal."""
        states = {item.state for item in self.items}
        if not self.is_ok:
            return "partly" if "published" in states else "failed"
        if "published" in states:
            return "done"
        return "waiting" if "waiting" in states else "unchanged"

    def lines(self) -> list[str]:
        """Say all of it, a line each."""
        return [*(item.told(self.today) for item in self.items), *self.notes]

    def as_dict(self) -> dict[str, Any]:
        """Give plain data."""
        return {
            "today": str(self.today),
            "outcome": self.outcome,
            "items": [item.as_dict(self.today) for item in self.items],
            "notes": list(self.notes),
            "failures": list(self.failures),
        }
