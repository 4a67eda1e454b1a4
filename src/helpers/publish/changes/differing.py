"""Which figures differ between two editions: a comparison of what was shown, and nothing else.

What caused a difference is told by ``causes``; how readers hear of it by ``what_changed``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from helpers.reviews.figures import Figure, is_same
from helpers.vocabulary.units import Unit

Kind = Literal["restated", "appeared", "vanished"]


@dataclass(frozen=True)
class Difference:
    """One figure that one edition shows otherwise than another.

    Attributes:
        before: As the earlier edition shows it; None where it does not.
        after: As the later edition shows it; None where it does not.
    """

    before: Figure | None
    after: Figure | None

    @property
    def figure(self) -> Figure:
        """Say which figure it is: the later edition's, where that has it."""
        found = self.after or self.before
        assert found is not None, "a difference is of something"
        return found

    @property
    def kind(self) -> Kind:
        """Say what became of it; a value that is n/a is none."""
        if self.value_before is None:
            return "appeared"
        return "vanished" if self.value_after is None else "restated"

    @property
    def value_before(self) -> float | None:
        """What the earlier edition says."""
        return self.before.value if self.before else None

    @property
    def value_after(self) -> float | None:
        """What the later edition says."""
        return self.after.value if self.after else None

    @property
    def is_of_one_unit(self) -> bool:
        """Tell whether the two can be subtracted: amounts in two currencies cannot."""
        return bool(self.before and self.after and self.before.unit == self.after.unit)

    @property
    def difference(self) -> float | None:
        """Give after less before; None where one is not there or they are in two currencies."""
        if self.value_before is None or self.value_after is None or not self.is_of_one_unit:
            return None
        return self.value_after - self.value_before

    @property
    def relative(self) -> float | None:
        """Give the difference as a fraction of what it was; None where that was nought."""
        if self.difference is None or not self.value_before:
            return None
        return self.difference / abs(self.value_before)


@dataclass(frozen=True)
class Differences:
    """All that differs between the figures of two editions."""

    every: tuple[Difference, ...]

    @cached_property
    def of_the_catalogue(self) -> tuple[Difference, ...]:
        """Figures that mean the same wherever they stand."""
        return tuple(one for one in self.every if one.figure.is_of_the_catalogue)

    @cached_property
    def in_tables(self) -> tuple[Difference, ...]:
        """Numbers known only by their place in a table or drawing."""
        return tuple(one for one in self.every if not one.figure.is_of_the_catalogue)


def differences(
    before: Iterable[Figure], after: Iterable[Figure], shared_pages: Collection[str] = ()
) -> Differences:
    """Compare what two editions show.

    Args:
        before: Figures of the earlier edition.
        after: Figures of the later one.
        shared_pages: Files of the pages that both editions hold about one and the same period.
            A figure of these that only one edition shows has appeared or vanished. Of any other
            page that is of no interest: the page is new or gone as a whole, or the window of
            months has moved on with the period.
    """
    old, new = ({one.key: one for one in each} for each in (before, after))
    found = []
    for key in sorted({*old, *new}):
        one = Difference(old.get(key), new.get(key))
        if one.before is None or one.after is None:
            page = one.figure.page.partition("#")[0]
            is_seen = page in shared_pages and one.figure.value is not None
        else:
            values = one.value_before, one.value_after
            is_seen = not is_same(*values) or (values[0] is not None and not one.is_of_one_unit)
        if is_seen:
            found.append(one)
    return Differences(tuple(found))


def by_weight(found: Sequence[Difference]) -> list[Difference]:
    """Put first what readers look at first.

    Whole before parts, and of figures of equal rank the widest change: of rates in points, of all
    else as a share of what it was. One that is no longer there moved furthest. Ties go to the
    latest days.
    """

    def rank(one: Difference) -> tuple[object, ...]:
        figure = one.figure
        is_rate = figure.unit in set(Unit) and Unit(figure.unit).changes_in_points
        moved = one.difference if is_rate else one.relative
        widest = float("inf") if moved is None else abs(moved)
        return (bool(figure.dimension), figure.column != "", -widest, figure.key)

    latest_first = sorted(found, key=lambda one: one.figure.period, reverse=True)
    return sorted(latest_first, key=rank)
