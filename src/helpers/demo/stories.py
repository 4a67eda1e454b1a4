"""What happens to the company: stories planted in the numbers, and how loud they are.

A story's size is measured in standard deviations of the series' own noise, where noise is the
spread of ln(actual / expected) over the months, expected being the generator's own mean before
any chance or story. A size of 1 drowns in one month's noise, 4 should be seen by anybody.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from helpers.demo.assortment import HIT
from helpers.demo.money import Array
from helpers.demo.timeline import Timeline

#: What a click costs more in the story of dearer advertising.
AD_COST_RISE = 1.25
#: Months' spread of the price of a click, without the story.
AD_COST_NOISE = 0.068


@dataclass(frozen=True)
class Planned:
    """A story as it is meant, before its size is known in per cent."""

    story: str
    title_en: str
    title_zh: str
    metric: str
    #: ``{"store": ...}``, with ``"product"`` where it is about one article.
    scope: Mapping[str, str]
    first_month: int
    last_month: int
    direction: str
    size: float
    #: What the generator turns: demand, conversion, stock or the price of a click.
    lever: str


@dataclass(frozen=True)
class Story:
    """A planned story with the factor that makes it as loud as planned."""

    plan: Planned
    noise: float
    size: float
    factor: float

    def told(self, timeline: Timeline) -> dict[str, object]:
        """Give the story as ``truth.json`` keeps it."""
        first, last = timeline.months[self.plan.first_month], timeline.months[self.plan.last_month]
        return {
            "story": self.plan.story,
            "title": {"en": self.plan.title_en, "zh": self.plan.title_zh},
            "metric": self.plan.metric,
            "scope": dict(self.plan.scope),
            "period": first if first == last else f"{first}..{last}",
            "direction": self.plan.direction,
            "size": round(self.size, 2),
            "factor": round(self.factor, 4),
            "noise": round(self.noise, 4),
        }


def plan_stories(timeline: Timeline, best_seller: int, name: tuple[str, str]) -> list[Planned]:
    """Place the stories in the window; those that a short window cannot hold are left out.

    ``best_seller`` is the article that will run out of stock, ``name`` its two names.
    """
    end = len(timeline.months) - 1
    marches = [
        timeline.months.index(f"{year}-03")
        for year in range(timeline.first.year, timeline.last.year + 1)
        if f"{year}-03" in timeline.months
    ]
    hit, gone = f"SKU-{HIT + 1:04d}", f"SKU-{best_seller + 1:04d}"
    found: list[Planned] = []
    if marches:
        for store, place_en, place_zh, size in (
            ("amazon-de", "Germany", "德国", 3.4), ("amazon-uk", "the United Kingdom", "英国", 2.6),
        ):  # fmt: skip
            found.append(Planned(
                "european_warehouse_delay",
                f"A delay in the European warehouse costs sales in {place_en}",
                f"欧洲仓入库延误，{place_zh}站销售受损",
                "gmv", {"store": store}, marches[-1], marches[-1], "down", size, "demand",
            ))  # fmt: skip
    found += [
        Planned(
            "kettle_hit", f"The travel kettle {hit} becomes a hit", f"旅行电热水壶 {hit} 成为爆款",
            "units_sold", {"store": "amazon-us", "product": hit}, end - 6, end, "up", 4.0,
            "demand",
        ),
        Planned(
            "japan_conversion_falls", "Fewer visitors buy in Japan", "日本站转化率下滑",
            "store_cvr", {"store": "amazon-jp"}, end - 3, end, "down", 2.8, "conversion",
        ),
        Planned(
            "ad_cost_rises", "A click costs a quarter more in the United States",
            "美国站单次点击成本上涨四分之一",
            "cpc", {"store": "amazon-us"}, end - 2, end, "up",
            math.log(AD_COST_RISE) / AD_COST_NOISE, "click",
        ),
        Planned(
            "stock_out", f"The best seller {gone} ({name[0]}) runs out after Cyber Week",
            f"网一之后畅销品 {gone}（{name[1]}）断货",
            "units_sold", {"store": "amazon-us", "product": gone}, end, end, "down", 3.6, "stock",
        ),
        Planned(
            "live_show", "A live show lifts Malaysia for one month", "马来西亚直播带货拉动单月销售",
            "gmv", {"store": "tiktok-my"}, end - 16, end - 16, "up", 1.4, "demand",
        ),
        Planned(
            "own_site_conversion_dips", "Fewer visitors buy on the own site for a month",
            "独立站当月转化率走低",
            "store_cvr", {"store": "own-site"}, end - 12, end - 12, "down", 2.0, "conversion",
        ),
    ]  # fmt: skip
    return [one for one in found if one.first_month >= 0]


def calibrate(planned: list[Planned], noise_of: Callable[[Planned], float]) -> list[Story]:
    """Find for each story the factor that makes it as loud as planned.

    A quiet shop's noise may be so large that the size cannot be had without absurdity: a
    factor stays between a twelfth and four, and the size says what is then left of it.
    """
    found = []
    for plan in planned:
        if plan.lever == "click":
            found.append(Story(plan, AD_COST_NOISE, plan.size, AD_COST_RISE))
            continue
        noise = max(noise_of(plan), 0.01)
        sign = 1 if plan.direction == "up" else -1
        factor = min(max(math.exp(sign * plan.size * noise), 1 / 12), 4.0)
        found.append(Story(plan, noise, abs(math.log(factor)) / noise, factor))
    return found


def spread(actual: Array, expected: Array, skipped: range) -> float:
    """Measure a series' own noise: the spread of ln(actual / expected) over quiet months."""
    keep = np.array([month not in skipped for month in range(len(actual))]) & (expected > 0)
    # An empty month of a tiny company still has a logarithm.
    ratio = np.log((actual[keep] + 0.5) / (expected[keep] + 0.5))
    return float(np.std(ratio, ddof=1)) if len(ratio) > 2 else 0.3


def quiet_months(stories: list[Story], timeline: Timeline) -> list[str]:
    """List the months in which no story happens."""
    busy = {
        month for one in stories for month in range(one.plan.first_month, one.plan.last_month + 1)
    }
    return [name for month, name in enumerate(timeline.months) if month not in busy]


def stock_out_days(story: Story, timeline: Timeline) -> tuple[int, int]:
    """Give the first empty day and the day after the last one.

    The shelf stays empty to the end of the month, for as much of it as the factor takes away.
    """
    first, last = timeline.days_of(story.plan.first_month)
    length = last - first
    empty = min(max(round(length * (1 - story.factor)), 3), length - 2)
    return last - empty, last
