"""Why: which factor of sales moved most, and which article, country or store it came from."""

from __future__ import annotations

from dataclasses import dataclass

from helpers.analysis.decomposition import split_change
from helpers.analysis.findings.folding import Story, moved_of_itself, worth
from helpers.analysis.findings.testing import Deviation, Tested
from helpers.analysis.findings.watching import Figures

#: A part is named where it makes up so much of the whole.
NAMED_FROM = 0.4


@dataclass(frozen=True)
class Effect:
    """What one factor did to sales, in base currency."""

    metric: str
    money: float
    share: float


@dataclass(frozen=True)
class Part:
    """The member that a deviation mostly came from."""

    dimension: str
    member: str
    money: float
    share: float


@dataclass(frozen=True)
class Driver:
    """Why: the metric that moved most, all effects, and the part that most came from."""

    metric: str
    effects: tuple[Effect, ...] = ()
    part: Part | None = None


def explain(story: Story, tested: Tested, figures: Figures) -> Driver:
    """Explain a story; a story that is called by its driver explains itself."""
    head = story.head
    effects: tuple[Effect, ...] = ()
    if head.series.chain == "sales" and len(head.scope) < 2 and not head.series.factor:
        effects = _effects(head, tested, worth(head, figures))
    metric = effects[0].metric if effects else head.series.metric
    return Driver(metric, effects, _largest_part(head, tested, figures))


def _effects(head: Deviation, tested: Tested, money: float | None) -> tuple[Effect, ...]:
    """Split the deviation over visits, conversion and basket (LMDI); the parts add up to it."""
    before, after = _factors(head, tested)
    change = head.value - head.expected
    if not before or not change or money is None:
        return ()
    found = [
        Effect(name, money * part / change, part / change)
        for name, part in split_change(before, after).items()
    ]
    return tuple(sorted(found, key=lambda one: -one.share))


def _factors(head: Deviation, tested: Tested) -> tuple[dict[str, float], dict[str, float]]:
    """Give the factors as expected and as they were; orders and basket where no visits are told.

    A rate of the whole company is the quotient of its two sums, both as expected.
    """
    by = head.series.by if head.member else ()
    sums = {name: tested.find(name, by, head.member) for name in ("sessions", "orders_count")}
    visits, orders = sums["sessions"], sums["orders_count"]
    if orders is None or min(orders.value, orders.expected, head.expected) <= 0:
        return {}, {}
    told = [(orders.expected, head.expected), (orders.value, head.value)]
    if orders is head:
        if visits is None or min(visits.value, visits.expected) <= 0:
            return {}, {}
        before, after = (
            {"sessions": seen, "store_cvr": count / seen}
            for seen, (count, _) in zip((visits.expected, visits.value), told, strict=True)
        )
        return before, after
    if visits is None or min(visits.value, visits.expected) <= 0:
        found = [{"orders_count": count, "aov": sales / count} for count, sales in told]
    else:
        found = [
            {"sessions": seen, "store_cvr": count / seen, "aov": sales / count}
            for seen, (count, sales) in zip((visits.expected, visits.value), told, strict=True)
        ]
    return found[0], found[1]


def _largest_part(head: Deviation, tested: Tested, figures: Figures) -> Part | None:
    """Name the article, country or store that most of the deviation came from, if any did."""
    whole = worth(head, figures)
    if not whole or head.series.chain != "sales" or len(head.scope) > 1:
        return None
    inside = "store" if not head.scope else "part"
    best: Part | None = None
    for one in tested.deviations:
        if one.series.chain != "sales" or one.series.factor or one is head or not one.scope:
            continue
        if inside == "store":
            fits = len(one.scope) == 1 and one.series.metric == head.series.metric
        else:
            fits = len(one.scope) > 1 and one.scope["store"] == head.scope["store"]
        money = worth(one, figures) if fits else None
        if money is None or money / whole < NAMED_FROM or not moved_of_itself(one, head):
            continue
        if best is None or abs(money) > abs(best.money):
            dimension = one.series.by[-1]
            best = Part(dimension, one.scope[dimension], money, money / whole)
    return best
