"""One story once: what several series say of the same thing becomes one finding.

A store's drop shows in its visits, its sales, its best article and the whole company. Told is the
smallest scope that explains most of the larger one, and within a scope the driver that explains
most of the outcome; the rest stands behind it as what says the same.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from helpers.analysis.findings.testing import Deviation, Tested
from helpers.analysis.findings.watching import Figures

#: A part explains the whole from this share of its money on.
EXPLAINS = 0.5
#: A driver gives an outcome its name from this share of its change (of the logarithms) on.
DRIVES = 2 / 3
#: What so many stores share is told of the company.
STORES_OF_ALL = 3
#: A part moved of itself, and not only with its whole, where it moved so many times as far.
OF_ITSELF = 1.5


@dataclass
class Story:
    """One thing that happened: how it is told, and what else says so."""

    head: Deviation
    also: list[Deviation] = field(default_factory=list)

    def take(self, other: Deviation) -> None:
        """Let ``other`` stand behind the head."""
        self.also.append(other)


def fold(tested: Tested, figures: Figures) -> list[Story]:
    """Make stories of what lies too far off for chance."""
    news = tested.news
    stories: list[Story] = []
    for store in dict.fromkeys(one.scope.get("store", "") for one in news):
        mine = [one for one in news if one.scope.get("store", "") == store and one.scope]
        stories += _of_store(mine, figures)
    company = [one for one in news if not one.scope]
    for up in (False, True):
        if alike := [one for one in company if one.up is up]:
            whole = _headed(alike)
            _of_company(whole, [one for one in alike if one is not whole], stories, figures)
    return stories


def worth(one: Deviation, figures: Figures) -> float | None:
    """Give the money of a deviation in base currency, with the sign of the metric's deviation.

    ``through``: what of the sum would not be there had the metric been as expected.
    """
    by = one.series.by if one.member else ()
    of = one.series.money.of
    total = figures.last(of, by, one.member) if of else None
    match one.series.money.kind:
        case "itself":
            return one.value - one.expected
        case _ if total is None:
            return None
        case "through":
            # Of nothing left no share can be taken: what is missing is measured by what is usual.
            return total * (1 - one.expected / one.value) if one.value else None
        case "rate_of" | "each_of":
            return total * (one.value - one.expected)
    return None


def _of_store(news: Sequence[Deviation], figures: Figures) -> list[Story]:
    """Fold what is said of one store, each chain and direction apart."""
    stories: list[Story] = []
    for up in (False, True):
        sales = [one for one in news if one.series.chain == "sales" and one.up is up]
        own = [one for one in sales if len(one.scope) == 1]
        parts = _once([one for one in sales if len(one.scope) > 1])
        story = Story(_headed(own)) if own else None
        if story:
            story.also += [one for one in own if one is not story.head]
            stories.append(story)
        for part in parts:
            if story and _is_part_of(part.head, story.head, figures):
                if _explains(part.head, story.head, figures):
                    story.also += [story.head, *part.also]
                    story.head = part.head
                else:
                    story.also += [part.head, *part.also]
                continue
            stories.append(part)
        for one in (one for one in news if one.series.chain == "advertising" and one.up is up):
            # Whoever buys less, buys less through advertising too.
            if story and one.series.metric == "ad_cvr":
                story.take(one)
            else:
                stories.append(Story(one))
        stories += _once([one for one in news if one.series.chain == "returns" and one.up is up])
    return stories


def _once(news: Sequence[Deviation]) -> list[Story]:
    """Tell what several metrics say of one scope once, by the one that chance explains least."""
    stories: dict[str, Story] = {}
    for one in sorted(news, key=lambda one: one.p):
        if one.member in stories:
            stories[one.member].take(one)
        else:
            stories[one.member] = Story(one)
    return list(stories.values())


def _headed(own: Sequence[Deviation]) -> Deviation:
    """Choose what a store's story is called: its driver, or the outcome where no one drove it."""
    drivers = [one for one in own if one.series.factor]
    # Where both the money and the number of orders moved, the money is told.
    outcomes = [one for one in own if not one.series.factor]
    outcome = min(outcomes, key=lambda one: one.series.money.kind != "itself", default=None)
    if not drivers:
        assert outcome is not None
        return outcome
    first = min(drivers, key=lambda one: one.p)
    if outcome is None:
        return first
    return first if abs(first.log) >= DRIVES * abs(outcome.log) else outcome


def _is_part_of(part: Deviation, whole: Deviation, figures: Figures) -> bool:
    """Tell whether a part moved only as its store did, or made its store move."""
    return _explains(part, whole, figures) or not moved_of_itself(part, whole)


def moved_of_itself(part: Deviation, whole: Deviation) -> bool:
    """Tell whether a part moved further than its whole, which takes all its parts with it."""
    return abs(part.log) > OF_ITSELF * abs(whole.log)


def _explains(part: Deviation, whole: Deviation, figures: Figures) -> bool:
    """Tell whether a part makes up most of the money, and the rest would be no story without it."""
    ours, theirs = worth(part, figures), worth(whole, figures)
    if ours is None or not theirs or ours / theirs < EXPLAINS:
        return False
    sold = [figures.last(_sum_of(one), one.series.by, one.member) for one in (part, whole)]
    if sold[0] is None or sold[1] is None:
        return False
    rest, expected = sold[1] - sold[0], (sold[1] - theirs) - (sold[0] - ours)
    if min(rest, expected) <= 0:
        return True
    return abs(math.log(rest / expected)) <= EXPLAINS * abs(whole.log)


def _sum_of(one: Deviation) -> str:
    """Name the sum of money that a deviation is worth a part of."""
    return one.series.money.of or one.series.metric


def _of_company(
    whole: Deviation, others: list[Deviation], stories: list[Story], figures: Figures
) -> None:
    """Let the store that explains the company's deviation speak for it, or it for all stores."""
    total = worth(whole, figures)
    alike = [
        story
        for story in stories
        if story.head.series.chain == whole.series.chain and story.head.up is whole.up
    ]
    shares = [(worth(story.head, figures) or 0.0) / total if total else 0.0 for story in alike]
    if alike and max(shares) >= EXPLAINS:
        alike[shares.index(max(shares))].also += [whole, *others]
        return
    told = Story(whole, others)
    moved_along = [
        story
        for story in alike
        if len(story.head.scope) == 1 and not moved_of_itself(story.head, whole)
    ]
    if len(moved_along) >= STORES_OF_ALL:
        for story in moved_along:
            stories.remove(story)
            told.also += [story.head, *story.also]
    elif sum(shares) >= EXPLAINS:
        # Two stores that each have their own story leave nothing to tell of the company.
        alike[shares.index(max(shares))].also += [whole, *others]
        return
    stories.append(told)
