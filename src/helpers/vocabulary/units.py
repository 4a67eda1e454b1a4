"""Units and directions: how a quantity is written, and which way is good."""

from __future__ import annotations

from enum import StrEnum


class Unit(StrEnum):
    """A closed set. Rates are stored as fractions and written as percent."""

    MONEY = "money"
    COUNT = "count"
    PERCENT = "percent"
    TIMES = "times"
    DAYS = "days"
    HOURS = "hours"
    SECONDS = "seconds"
    #: A difference of two rates, kept as a fraction and written in percentage points.
    POINTS = "points"
    UNITS = "units"
    KILOGRAMS = "kilograms"
    SCORE = "score"

    @property
    def changes_in_points(self) -> bool:
        """Rates move in percentage points; everything else moves in per cent of itself."""
        return self in (Unit.PERCENT, Unit.POINTS)

    @property
    def is_amount(self) -> bool:
        """Amounts add up, over days and over parts; rates, times and scores do not."""
        return self in (Unit.MONEY, Unit.COUNT, Unit.UNITS, Unit.KILOGRAMS)


class Direction(StrEnum):
    """Which way is good news."""

    HIGHER_IS_BETTER = "higher_is_better"
    LOWER_IS_BETTER = "lower_is_better"
    NEUTRAL = "neutral"

    def judge(self, change: float) -> int:
        """Return 1 for good news, -1 for bad news, 0 where there is nothing to judge.

        >>> Direction.LOWER_IS_BETTER.judge(-1.2)
        1
        """
        if self is Direction.NEUTRAL or change == 0:
            return 0
        upward_is_good = self is Direction.HIGHER_IS_BETTER
        return 1 if (change > 0) == upward_is_good else -1


class Status(StrEnum):
    """What stands behind a value; the last three have no value (DESIGN 5)."""

    OK = "ok"
    PRELIMINARY = "preliminary"
    NO_SOURCE = "no_source"
    NO_BASELINE = "no_baseline"
    NOT_ENOUGH_DATA = "not_enough_data"

    @property
    def has_value(self) -> bool:
        """Tell whether a number may be shown."""
        return self in (Status.OK, Status.PRELIMINARY)
