"""One figure on its way to the answer, and one metric over all windows and members."""

from __future__ import annotations

from dataclasses import dataclass, field

from helpers.metrics.measured import SCALE, Source
from helpers.vocabulary.units import Status

#: A status further down says more against a figure than those above it.
_GRAVITY = {Status.OK: 0, Status.PRELIMINARY: 1, Status.NOT_ENOUGH_DATA: 2, Status.NO_BASELINE: 3,
            Status.NO_SOURCE: 4}  # fmt: skip

#: Window, by its place among the asked ones, and member.
Key = tuple[int, str]
#: Window and store.
Place = tuple[int, str]


@dataclass
class Cell:
    """One figure on its way: whole ten-thousandths, and what stands behind them."""

    value: int | float = 0
    base: int | float | None = None
    status: Status = Status.OK
    notes: list[str] = field(default_factory=list)

    def refuse(self, status: Status | str, why: str) -> None:
        """Take the value away; the gravest reason wins, all reasons are told."""
        self.worsen(Status(status))
        if why not in self.notes:
            self.notes.append(why)

    def worsen(self, status: Status) -> None:
        """Take over a status that is graver than the cell's own."""
        if _GRAVITY[status] > _GRAVITY[self.status]:
            self.status = status

    @property
    def quotient(self) -> float | None:
        """Give the value as a number, or ``None``."""
        if not self.status.has_value:
            return None
        if self.base is None:
            return self.value / SCALE
        return self.value / self.base if self.base else None


def refused(status: Status, why: str) -> Cell:
    """Give a cell that never had a value."""
    cell = Cell()
    cell.refuse(status, why)
    return cell


@dataclass
class Result:
    """One metric over all windows and members.

    Attributes:
        stores: Stores whose rows stand behind each member (empty: cannot be told).
        sources: What every store must have for the figure.
        refused: Reason, where the metric cannot be cut as asked at all.
        absent_is_zero: May a member that this metric does not have be taken as 0?
        unallocated: Share of a store's amount that says no member.
        silent: Windows and stores whose rows leave this source's column empty.
    """

    cells: dict[Key, Cell]
    stores: dict[Key, frozenset[str]]
    sources: frozenset[Source]
    refused: str = ""
    absent_is_zero: bool = True
    unallocated: dict[Place, float] = field(default_factory=dict)
    silent: set[tuple[int, str, Source]] = field(default_factory=set)
