"""How editions reach readers, and what happens when a page fails: ``publishing``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from helpers.vocabulary.labels import Declared
from helpers.vocabulary.units import Unit

Policy = Literal["all-or-nothing", "stale-page"]


Share = Annotated[float, Field(ge=0)]
#: Below this a figure of the unit is not worth a reader's time, whatever share of it moved: small
#: change in the company's currency, two orders, a fifth of a day.
_FLOORS: dict[Unit, float] = {
    Unit.MONEY: 100, Unit.COUNT: 2, Unit.UNITS: 2, Unit.KILOGRAMS: 2, Unit.TIMES: 0.05,
    Unit.DAYS: 0.2, Unit.HOURS: 0.2, Unit.SECONDS: 1, Unit.SCORE: 0.5,
}  # fmt: skip


class Threshold(Declared):
    """How far a figure must have moved since it was last published to be worth a notice."""

    #: As a share of what was published; of a rate, as a difference (0.005 is half a point).
    by: Share | None = None
    #: And by no less than this, in the figure's own unit.
    at_least: Share | None = None


class Moved(Declared):
    """When the front page says that a published figure is another one now."""

    #: Of amounts, counts and times.
    by: Share = 0.01
    #: Of rates, as a difference of fractions.
    points: Share = 0.005
    #: Unit -> the least movement, in that unit (money in the currency of the figure).
    at_least: Mapping[Unit, Share] = Field(default_factory=dict)
    #: Metric -> its own threshold, where it has one.
    metrics: Mapping[str, Threshold] = Field(default_factory=dict)

    def is_notable(
        self, metric: str, unit: Unit | str, before: float | None, after: float | None
    ) -> bool:
        """Tell whether a reader of the earlier figure must be told of the later one.

        Args:
            metric: Its id.
            unit: A currency is money.
            before: As published; None where it was n/a.
            after: As it is now; a figure that is gone is always worth a notice.

        >>> Moved().is_notable("gmv", "money", 100_000.0, 99_100.0)
        False
        >>> Moved().is_notable("gmv", "money", 100_000.0, 98_900.0)
        True
        >>> Moved().is_notable("gmv", "money", 10.0, 90.0)
        False
        """
        if before is None:
            return False  # nobody was told another figure
        if after is None:
            return True
        measured = Unit(unit) if unit in set(Unit) else Unit.MONEY
        own = self.metrics.get(metric, Threshold())
        moved = abs(after - before)
        if measured.changes_in_points:
            least = own.by if own.by is not None else self.points
            return moved >= max(least, own.at_least or 0)
        floor = self.at_least.get(measured, _FLOORS.get(measured, 0))
        share = self.by if own.by is None else own.by
        return moved >= max(share * abs(before), floor if own.at_least is None else own.at_least)


class Keep(Declared):
    """Which editions stay. A final one and the one that readers are led to always do."""

    #: Superseded preliminary editions are let go of after so many days; left out, never.
    preliminary_days: Annotated[int, Field(ge=0)] | None = None
    #: Of each period, so many of the newest editions stay, however old they are.
    preliminary_newest: Annotated[int, Field(ge=1)] = 1


class Publishing(Declared):
    """The rules of publication."""

    #: One page fails. ``all-or-nothing``: readers keep the last good edition. ``stale-page``: the
    #: page's last good version stands in, under a banner that says of when it is.
    policy: Policy = "all-or-nothing"
    #: When a figure that is no longer what was published is told on the front page.
    moved: Moved = Moved()
    #: Which editions stay on the site.
    keep: Keep = Keep()
