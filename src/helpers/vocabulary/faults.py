"""Faults and the four errors, in one voice: ``where: what is wrong; what to do``.

A fault is something a person can mend. Rooms collect all faults before raising, so that a bad
folder is mended in one go and not one file at a time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One thing wrong, where it is, and the way out.

    >>> print(Fault("orders.csv, row 7", "'12,x' is no number", "correct the cell"))
    orders.csv, row 7: '12,x' is no number; correct the cell
    """

    where: str
    what: str
    way_out: str = ""

    def __str__(self) -> str:
        tail = f"; {self.way_out}" if self.way_out else ""
        return f"{self.where}: {self.what}{tail}"


class ReviewError(Exception):
    """Something a person can mend; carries every fault found, not the first one only."""

    exit_code = 1

    def __init__(self, faults: Iterable[Fault] | Fault):
        self.faults = (faults,) if isinstance(faults, Fault) else tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


class AskedWrongly(ReviewError):  # noqa: N818 - reads as a sentence: "asked wrongly"
    """The question cannot be answered as put: an unknown name, period, flag or parameter."""

    exit_code = 2


class DeclarationFaulty(ReviewError):  # noqa: N818
    """A YAML declaration (workspace, mapping, metric, plan, review) is unsound."""

    exit_code = 2


class DataRefused(ReviewError):  # noqa: N818
    """A file or its rows cannot be taken in; other files go on."""


class WorkFailed(ReviewError):  # noqa: N818
    """A page or a publication did not finish."""
