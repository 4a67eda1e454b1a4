"""Write the whole made-up company: workspace, exports, plan, and the truth about them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

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
from helpers.demo.plan_files import write_plan
from helpers.demo.platforms import alibaba, shopify, templates, tiktok
from helpers.demo.platforms.amazon import (
    business,
    marketplaces,
    orders,
    settlements,
    sponsored,
    warehouse,
)
from helpers.demo.platforms.files import Export
from helpers.demo.sales import make_orders
from helpers.demo.stores import workspace_text
from helpers.demo.stories import Story, calibrate, plan_stories, quiet_months
from helpers.demo.timeline import Clock, Timeline
from helpers.demo.truth import monthly_totals, yearly_facts

#: What a planner reckons with, in CNY; the review itself uses the rates of the day.
PLANNING_RATES = {
    "CNY": 1.0, "USD": 7.2, "GBP": 9.3, "EUR": 7.9, "JPY": 0.048, "MYR": 1.62, "THB": 0.21,
}  # fmt: skip

#: Told while writing: how much of the work is done, of how much, and what comes now.
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Shop:
    """All that happened in one shop."""

    drawn: Drawn
    after: Aftermath
    ads: Advertising | None


@dataclass(frozen=True)
class Company:
    """All that happened, before any of it is written down."""

    timeline: Timeline
    goods: Assortment
    stories: list[Story]
    shops: list[Shop]
    seed: int


@dataclass(frozen=True)
class Written:
    """What `write_demo` left in the folder."""

    folder: Path
    files: int
    bytes: int
    order_lines: int
    first_month: str
    last_month: str


def write_demo(
    folder: Path,
    *,
    seed: int = 7,
    months: int = 30,
    until: str = "2025-12",
    scale: float = 1.0,
    progress: Progress | None = None,
) -> Written:
    """Write a made-up company's workspace: the same bytes for the same arguments.

    Existing files of an older demo are overwritten where they have the same name; nothing is
    deleted, so give an empty folder.

    Args:
        folder: The workspace; it is created.
        seed: Another seed is another company.
        months: How many whole months the exports cover.
        until: The last of them, YYYY-MM.
        scale: Multiplies volumes; 1 is about 65,000 order lines in 30 months.
        progress: Called with (done, of, what) while the work goes on.
    """
    tell = progress or (lambda done, of, what: None)
    tell(0, 10, "inventing the company")
    company = live_through(seed=seed, months=months, until=until, scale=scale)
    totals = [
        row
        for shop in company.shops
        for row in monthly_totals(shop.after, shop.ads, company.timeline)
    ]
    truth = {
        "seed": seed,
        "until": until,
        "months": months,
        "scale": scale,
        "stories": [story.told(company.timeline) for story in company.stories],
        "quiet_months": quiet_months(company.stories, company.timeline),
        "totals": totals,
    }
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "truth.json", json.dumps(truth, ensure_ascii=False, indent=1).encode() + b"\n")
    opened = {
        shop.drawn.expected.profile.id: company.timeline.days[shop.drawn.expected.opens].isoformat()
        for shop in company.shops
        if shop.drawn.expected.opens
    }
    _write(folder / "workspace.yml", workspace_text(opened).encode())

    count = size = 0
    for done, (what, files) in enumerate(_exports(company), start=1):
        tell(done, len(company.shops) + 1, what)
        for name, content in files:
            _write(folder / "inbox" / name, content)
            count += 1
            size += len(content)
    write_plan(folder, yearly_facts(totals, PLANNING_RATES))
    lines = sum(len(shop.after.sales.sku) for shop in company.shops)
    return Written(
        folder, count, size, lines, company.timeline.months[0], company.timeline.months[-1]
    )


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
            # Its orders are not exported yet: visits and inquiries only.
            none = np.zeros_like(drawn.lines)
            silent = Drawn(drawn.expected, drawn.sessions, none, none, none, none)
            sales = make_orders(rng(), silent, timeline, goods, clock)
            shops.append(Shop(drawn, follow_up(rng(), silent, sales, timeline, goods), None))
            continue
        sales = make_orders(rng(), drawn, timeline, goods, clock)
        after = follow_up(rng(), drawn, sales, timeline, goods)
        ads = advertise(rng(), drawn, sales, stories, timeline, goods)
        shops.append(Shop(drawn, after, ads))
    return Company(timeline, goods, stories, shops, seed)


def _best_seller(expected: list[Expected], goods: Assortment) -> int:
    """Find the article that sells best in the United States over the whole window, save the hit."""
    first = expected[0]
    sold = (first.sessions * first.conversion).sum(axis=0)
    sold[HIT] = 0
    sold[(goods.launched > 0) | (goods.retired < 10**6)] = 0
    return int(sold.argmax())


def _exports(company: Company) -> Iterator[tuple[str, Iterator[Export]]]:
    """Give each shop's exports under the shop's name, the company-wide ones last."""
    pairs: list[tuple[str, str, str]] = []
    for number, shop in enumerate(company.shops):
        profile = shop.drawn.expected.profile
        yield profile.name_en, _shop_exports(company, shop, number, pairs)
    yield "the company", _company_exports(company, pairs)


def _shop_exports(
    company: Company, shop: Shop, number: int, pairs: list[tuple[str, str, str]]
) -> Iterator[Export]:
    timeline, goods, drawn, after = company.timeline, company.goods, shop.drawn, shop.after
    sales, profile, opens = after.sales, after.sales.profile, drawn.expected.opens
    if profile.platform == "alibaba":
        rng = np.random.default_rng([company.seed, 1000 + number])
        yield from alibaba.products(rng, drawn, timeline, goods)
        found = alibaba.listings(drawn)
    elif profile.platform == "amazon":
        yield from orders.all_orders(sales, timeline, goods)
        yield from settlements.settlements(after, timeline, goods)
        yield from business.business_reports(drawn, sales, timeline, goods)
        yield from warehouse.inventory(drawn, timeline, goods)
        yield from warehouse.returns(after, timeline, goods)
        if shop.ads:
            yield from sponsored.search_terms(shop.ads, timeline)
        found = marketplaces.listings(drawn)
    else:
        if profile.platform == "shopify":
            yield from shopify.orders(after, opens, timeline, goods)
            names = [f"#{1001 + order}" for order in range(len(sales.utc))]
            found = []
        else:
            yield from tiktok.orders(after, opens, timeline, goods)
            names = [tiktok.order_id(profile.id, order) for order in range(len(sales.utc))]
            listed = np.flatnonzero(drawn.expected.sessions.sum(axis=0) > 0)
            found = [(tiktok.listing(profile.id, one), one) for one in listed.tolist()]
        yield from templates.fee_statements(after, opens, names, timeline, goods)
        yield from templates.store_traffic(drawn, sales, timeline)
        yield from templates.returns_log(after, opens, names, timeline, goods)
        yield from templates.stock_counts(drawn, timeline, goods)
        if shop.ads:
            yield from templates.ad_reports(shop.ads, opens, timeline)
    pairs += [(profile.id, listing, goods.sku[one]) for listing, one in found]


def _company_exports(company: Company, pairs: list[tuple[str, str, str]]) -> Iterator[Export]:
    yield from templates.product_master(company.goods)
    yield from templates.landed_costs(company.goods)
    yield from templates.sku_map(pairs)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
