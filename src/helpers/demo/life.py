"""The company's life: what happened in every shop, before any of it is written down."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from helpers.demo.advertising import Advertising, advertise
from helpers.demo.aftermath import Aftermath, follow_up
from helpers.demo.assortment import HIT, Assortment, invent_assortment
from helpers.demo.demand import (
    Drawn,
    Expected,
    echo_the_hit,
    expect,
    live,
    measure_noise,
    noise_of,
)
from helpers.demo.sales import make_orders
from helpers.demo.stores import Profile
from helpers.demo.stories import Story, calibrate, plan_stories
from helpers.demo.timeline import Clock, Timeline
from helpers.demo.wholesale import Trade, trade


@dataclass(frozen=True)
class Shop:
    """All that happened in one shop."""

    drawn: Drawn
    after: Aftermath
    ads: Advertising
    #: Inquiries and terms, where firms buy.
    trade: Trade | None = None

    @property
    def profile(self) -> Profile:
        """Give the shop's profile."""
        return self.drawn.expected.profile

    @property
    def opens(self) -> int:
        """Give the number of the first day on which it is open."""
        return self.drawn.expected.opens


@dataclass(frozen=True)
class Company:
    """All that happened, before any of it is written down."""

    timeline: Timeline
    goods: Assortment
    stories: list[Story]
    shops: list[Shop]
    seed: int
    #: What volumes were multiplied by.
    scale: float

    def shop(self, store: str) -> Shop:
        """Give the shop with this id."""
        return next(one for one in self.shops if one.profile.id == store)

    def of(self, *platforms: str) -> list[Shop]:
        """List the shops on these platforms."""
        return [one for one in self.shops if one.profile.platform in platforms]

    def rng(self, question: int) -> np.random.Generator:
        """Give a stream of chance for one question asked of what has happened."""
        return np.random.default_rng([self.seed, question])


def live_through(*, seed: int, months: int, until: str, scale: float) -> Company:
    """Let the company live its months, stories included; writes nothing."""
    timeline = Timeline.ending(until, months)
    # Every question has a stream of its own: a new question never changes old answers.
    streams = iter(np.random.SeedSequence(seed).spawn(64))

    def rng() -> np.random.Generator:
        return np.random.default_rng(next(streams))

    goods = invent_assortment(rng(), timeline)
    expected = expect(rng(), timeline, goods, scale)
    best = _best_seller(expected, goods)
    planned = plan_stories(timeline, best, (goods.name_en[best], goods.name_zh[best]))
    series = measure_noise(rng(), expected, timeline, goods)
    stories = calibrate(planned, lambda plan: noise_of(plan, series))
    echo_the_hit(expected, stories, timeline)
    shops = []
    for drawn in live(rng(), expected, stories, timeline, goods):
        profile = drawn.expected.profile
        clock = Clock(profile.time_zone, timeline)
        if profile.platform == "alibaba":
            # What is drawn there are inquiries; some of them lead to an order.
            deal = trade(rng(), drawn, timeline, goods, clock)
            after = follow_up(rng(), drawn, deal.sales, timeline, goods, deal.terms.shipped)
            ads = advertise(rng(), drawn, deal.sales, stories, timeline, goods)
            shops.append(Shop(drawn, after, ads, deal))
            continue
        sales = make_orders(rng(), drawn, timeline, goods, clock)
        after = follow_up(rng(), drawn, sales, timeline, goods)
        ads = advertise(rng(), drawn, sales, stories, timeline, goods)
        shops.append(Shop(drawn, after, ads))
    return Company(timeline, goods, stories, shops, seed, scale)


def _best_seller(expected: list[Expected], goods: Assortment) -> int:
    """Find the article that sells best in the United States over the whole window, save the hit."""
    first = expected[0]
    sold = (first.sessions * first.conversion).sum(axis=0)
    sold[HIT] = 0
    sold[(goods.launched > 0) | (goods.retired < 10**6)] = 0
    return int(sold.argmax())
