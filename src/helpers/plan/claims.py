"""Typed claims, recomputed: a figure that does not follow from the figures beside it is a fault.

``plan/<year>/claims.yml`` holds what a plan or a commentary says in numbers, with the numbers it
was made from (DOMAIN A3)::

    claims:
      - {id: growth, kind: growth, start: 2, end: 8, years: 2, rate: 1.30}
      - {id: turns, kind: turnover, turns: 8, days: 42}
      - {id: cover, kind: weighted, shares: [0.6, 0.3, 0.1], values: [90, 30, 15], total: 42}
      - {id: heads, kind: per_head, total: [2e8, 8e8], each: [5e5, 12e5], growth: 0.2}
      - {id: gmv, kind: compound, parts: [0.2, 0.1], total: 0.32}
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from helpers.config.declarations import read_declaration
from helpers.paths import WorkspacePaths
from helpers.plan.models import Id
from helpers.vocabulary.faults import DeclarationFaulty, Fault
from helpers.vocabulary.labels import Declared, Label

FILE = "claims.yml"
#: A claim is rounded: what lies within so much of the right figure follows from it.
TOLERANCE = 0.01
DAYS_OF_A_YEAR = 365.0
#: Of a span between two days.
DAYS_BETWEEN_YEARS = 365.25

Positive = Annotated[float, Field(gt=0)]


class _Claim(Declared):
    id: Id
    #: The sentence as it was written, for whoever corrects it.
    says: Label | None = None
    tolerance: Annotated[float, Field(gt=0, lt=1)] = TOLERANCE

    def fault(self) -> tuple[str, str] | None:
        """Say what does not follow, and the figure that would; None where it follows."""
        raise NotImplementedError

    def _is(self, claimed: float, right: float) -> bool:
        return math.isclose(claimed, right, rel_tol=self.tolerance)


class GrowthClaim(_Claim):
    """A growth rate a year between two amounts, over years or from day to day (A3-1)."""

    kind: Literal["growth"]
    start: Positive
    end: Positive
    rate: float
    years: Positive | None = None
    from_day: date | None = None
    to_day: date | None = None

    @property
    def span(self) -> float | None:
        """Give the years between the two amounts; None where nobody says."""
        if self.from_day and self.to_day:
            return (self.to_day - self.from_day).days / DAYS_BETWEEN_YEARS
        return self.years

    @model_validator(mode="after")
    def _days_in_order(self) -> GrowthClaim:
        if (self.from_day is None) != (self.to_day is None):
            raise ValueError("from_day and to_day belong together")
        if self.from_day and self.to_day and self.to_day <= self.from_day:
            raise ValueError("to_day is not after from_day")
        return self

    def fault(self) -> tuple[str, str] | None:
        """A rate follows from two amounts and the years between them, and from nothing less."""
        claimed, needed = f"{self.rate:.1%} a year", years_needed(self.start, self.end, self.rate)
        takes = "" if needed is None else f"; {claimed} would take {needed:.2f} years"
        pair = f"from {self.start:g} to {self.end:g}"
        if self.span is None:
            return f"{claimed} {pair} names no years", f"write years, or from_day and to_day{takes}"
        right = growth_rate(self.start, self.end, self.span)
        if self._is(1 + self.rate, 1 + right):
            return None
        what = f"{claimed} does not follow {pair} in {self.span:.2f} years"
        return what, f"right is {right:.1%} a year{takes}"


class TurnoverClaim(_Claim):
    """Stock turns a year beside days of stock: one follows from the other (A3-5)."""

    kind: Literal["turnover"]
    turns: Positive
    days: Positive

    def fault(self) -> tuple[str, str] | None:
        """365 days ÷ turns are the days."""
        if self._is(self.days, DAYS_OF_A_YEAR / self.turns):
            return None
        return (
            f"{self.turns:g} turns a year are not {self.days:g} days",
            f"right is {DAYS_OF_A_YEAR / self.turns:.1f} days for {self.turns:g} turns, or "
            f"{DAYS_OF_A_YEAR / self.days:.2f} turns for {self.days:g} days",
        )


class WeightedClaim(_Claim):
    """A mean weighted by shares, such as the cover that class policies come to (A3-3)."""

    kind: Literal["weighted"]
    shares: tuple[Annotated[float, Field(ge=0)], ...]
    values: tuple[float, ...]
    total: float

    @model_validator(mode="after")
    def _one_value_a_share(self) -> WeightedClaim:
        if len(self.shares) != len(self.values) or not self.shares:
            raise ValueError("shares and values are not equally many")
        if not math.isclose(math.fsum(self.shares), 1, abs_tol=1e-6):
            raise ValueError(f"shares add up to {math.fsum(self.shares):g} and not to 1")
        return self

    def fault(self) -> tuple[str, str] | None:
        """The total is the sum of share x value."""
        right = math.fsum(a * b for a, b in zip(self.shares, self.values, strict=True))
        if self._is(self.total, right):
            return None
        return f"{self.total:g} is not what the shares and values give", f"right is {right:g}"


class PerHeadClaim(_Claim):
    """Totals and amounts per head say how many heads there were, and how that grew (A3-18)."""

    kind: Literal["per_head"]
    total: tuple[Positive, Positive]
    each: tuple[Positive, Positive]
    growth: float

    def fault(self) -> tuple[str, str] | None:
        """Heads are total ÷ amount per head, before and after."""
        before, after = (a / b for a, b in zip(self.total, self.each, strict=True))
        if self._is(1 + self.growth, after / before):
            return None
        return (
            f"heads {self.growth:+.1%} does not follow from the totals and amounts per head",
            f"right is {before:,.0f} to {after:,.0f} heads, {after / before - 1:+.1%}",
        )


class CompoundClaim(_Claim):
    """Growth of a product of factors: (1+a)(1+b)… − 1 (B15, closure of a funnel's targets)."""

    kind: Literal["compound"]
    parts: tuple[float, ...] = Field(min_length=2)
    total: float

    def fault(self) -> tuple[str, str] | None:
        """Growth rates multiply, they do not add up."""
        right = math.prod(1 + part for part in self.parts) - 1
        if self._is(1 + self.total, 1 + right):
            return None
        return f"{self.total:+.1%} is not what the parts compound to", f"right is {right:+.1%}"


Claim = Annotated[
    GrowthClaim | TurnoverClaim | WeightedClaim | PerHeadClaim | CompoundClaim,
    Field(discriminator="kind"),
]


class Claims(Declared):
    """``claims.yml``."""

    claims: tuple[Claim, ...] = ()


def growth_rate(start: float, end: float, years: float) -> float:
    """Give the growth a year that leads from one amount to another.

    >>> round(growth_rate(2, 8, 2), 6), round(growth_rate(2, 8, 3), 6)
    (1.0, 0.587401)
    """
    return float((end / start) ** (1 / years) - 1)


def years_needed(start: float, end: float, rate: float) -> float | None:
    """Say how long a growth rate takes from one amount to another; None where it never gets there.

    >>> round(years_needed(2, 8, 1.30), 4)
    1.6644
    """
    if rate <= -1 or rate == 0 or (end > start) != (rate > 0):
        return None
    return math.log(end / start) / math.log(1 + rate)


def check_claims(paths: WorkspacePaths, year: int) -> None:
    """Recompute every claim of a year's plan; a year without the file claims nothing.

    Raises:
        DeclarationFaulty: The file is unsound, an id repeats, or a claim does not follow from its
            figures; every fault at once, each with the figure that would be right.
    """
    path = paths.plan / str(year) / FILE
    if not path.is_file():
        return
    claims = read_declaration(path, Claims).claims
    if faults := list(_faults(claims, f"plan/{year}/{FILE}")):
        raise DeclarationFaulty(faults)


def _faults(claims: tuple[Claim, ...], where: str) -> Iterator[Fault]:
    for name, times in Counter(one.id for one in claims).items():
        if times > 1:
            yield Fault(f"{where}: {name}", f"the id stands {times} times", "rename all but one")
    for one in claims:
        if found := one.fault():
            yield Fault(f"{where}: {one.id}", *found)
