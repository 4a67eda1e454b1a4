"""How many people come, how many of them buy, and what stock allows.

Everything is a table of days by articles per shop. Expected values come first (season, week,
growth, feasts, prices), chance second, stock last: an empty shelf loses the sale for good.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from helpers.demo.assortment import CATEGORIES, Assortment
from helpers.demo.money import TICK, Array
from helpers.demo.stores import PROFILES, Profile
from helpers.demo.stories import Planned, Story, spread, stock_out_days
from helpers.demo.timeline import Event, Timeline, events

#: Chance that one more unit is taken, per line.
SECOND_UNIT = 0.16


@dataclass(frozen=True)
class Expected:
    """One shop before chance: sessions and conversion by day and article, price cuts, mix."""

    profile: Profile
    shop: int
    sessions: Array
    conversion: Array
    #: Price cut in per cent by day and article.
    cut: Array
    #: Share of each ship-to country by day.
    countries: Array
    opens: int


@dataclass(frozen=True)
class Drawn:
    """One shop after chance and stock."""

    expected: Expected
    sessions: Array
    lines: Array
    units: Array
    on_hand: Array
    inbound: Array


def expect(
    rng: np.random.Generator, timeline: Timeline, goods: Assortment, scale: float
) -> list[Expected]:
    """Work out every shop's expected sessions and conversion."""
    numbers = np.arange(len(timeline.days))
    year_day = np.array([day.timetuple().tm_yday for day in timeline.days])
    weekday = np.array([day.weekday() for day in timeline.days])
    peaks = np.array([one[2] for one in CATEGORIES])[goods.category]
    swing = np.array([one[3] for one in CATEGORIES])[goods.category]
    angle = 2 * np.pi * (year_day[:, None] - peaks[None, :]) / 365.25
    season = np.exp(swing * np.cos(angle))
    age = numbers[:, None] - goods.launched[None, :]
    alive = (age >= 0) & (numbers[:, None] < goods.retired[None, :])
    ramp = np.where(alive, 1 - np.exp(-np.maximum(age, 0) / 40 - 0.05), 0.0)
    calendar = events(timeline)
    found = []
    for shop, one in enumerate(PROFILES):
        taste = np.exp(rng.normal(0, 0.4, len(goods))) * goods.appeal * goods.listed[shop]
        attention = season * ramp * taste
        attention /= attention.sum(axis=1, keepdims=True)
        level, cut, countries = _shop_calendar(rng, one, timeline, calendar, len(goods))
        growth = (1 + one.growth) ** ((numbers - len(numbers) / 2) / 365.25)
        # Western shops live on the weeks before Christmas.
        christmas = np.exp(-(((year_day - 342) / 24) ** 2))
        level = level * growth * np.array(one.week)[weekday]
        level *= 1 + (0.32 if one.platform in ("amazon", "shopify") else 0.12) * christmas
        opens = 0
        if one.opened_months_ago is not None:
            opens = timeline.days_of(max(0, len(timeline.months) - one.opened_months_ago))[0]
            level *= (numbers >= opens) * (1 - np.exp(-np.maximum(numbers - opens, 0) / 70 - 0.15))
        lines = scale * one.lines_a_day * level[:, None] * attention * (1 + 0.022 * cut)
        good = np.exp(rng.normal(0, 0.25, len(goods)))
        # A lower price wins sales both by more visits and by better conversion.
        conversion = np.clip(one.conversion * good * np.sqrt(1 + 0.03 * cut), 0.003, 0.35)
        found.append(Expected(one, shop, lines / conversion, conversion, cut, countries, opens))
    return found


def _shop_calendar(
    rng: np.random.Generator,
    shop: Profile,
    timeline: Timeline,
    calendar: list[Event],
    goods: int,
) -> tuple[Array, Array, Array]:
    """Turn feasts into a level per day, price cuts, and the mix of countries."""
    days = len(timeline.days)
    level, cut = np.ones(days), np.zeros((days, goods))
    codes = list(shop.ships_to)
    mix = np.tile(np.array(list(shop.ships_to.values())), (days, 1))
    for event in calendar:
        touched = [
            n for n, code in enumerate(codes) if not event.countries or code in event.countries
        ]
        if shop.platform not in event.platforms or not touched:
            continue
        when = timeline.marked(event.first, event.last)
        mix[np.ix_(np.flatnonzero(when), np.array(touched))] *= event.lift
        if event.cut:
            # Ramadan in a shop that mostly sells elsewhere cuts fewer prices.
            joins = rng.random(goods) < 0.35 * len(touched) / len(codes)
            depth = np.where(joins, event.cut + rng.integers(-5, 6, goods), 0)
            cut[when] = np.maximum(cut[when], depth)
    level *= mix.sum(axis=1)
    return level, cut, mix / mix.sum(axis=1, keepdims=True)


def echo_the_hit(expected: list[Expected], stories: list[Story], timeline: Timeline) -> None:
    """Let the other shops feel the hit: it is known everywhere, only less so."""
    for story in stories:
        if story.plan.story == "kettle_hit":
            first = timeline.days_of(story.plan.first_month)[0]
            for one in expected:
                if one.profile.id != story.plan.scope["store"]:
                    one.sessions[first:, _number(story.plan)] *= story.factor**0.5


def _bend(
    rng: np.random.Generator,
    one: Expected,
    story: Story,
    timeline: Timeline,
    price: Array,
    drawn: tuple[Array, Array, Array],
) -> None:
    """Change what was drawn until each month of the story stands where the story wants it.

    Chance has spoken before: bending its result instead of the mean keeps a story as loud as it
    is said to be, and not drowned or doubled by the month's own luck.
    """
    sessions, lines, units = drawn
    plan = story.plan
    goods = np.array([_number(plan)]) if "product" in plan.scope else np.arange(lines.shape[1])
    for month in range(plan.first_month, plan.last_month + 1):
        first, last = timeline.days_of(month)
        cells = np.ix_(np.arange(first, last), goods)
        mean = one.sessions[cells] * one.conversion[cells]
        if plan.lever == "conversion":
            usual = mean.sum() / one.sessions[cells].sum()
            actual = lines[cells].sum() / max(sessions[cells].sum(), 1)
        else:
            usual = (mean * (1 + SECOND_UNIT) * price[cells]).sum()
            actual = (units[cells] * price[cells]).sum()
        if not actual:
            continue
        ratio = float(story.factor * usual / actual)
        more = units[cells] - lines[cells]
        lines[cells] = _thinned(rng, lines[cells], ratio)
        units[cells] = lines[cells] + _thinned(rng, more, ratio) * (lines[cells] > 0)
        if plan.lever == "demand":
            # Late goods lose visits first, then buyers; a hit draws both.
            sessions[cells] = _thinned(rng, sessions[cells], ratio**0.6)
        sessions[cells] = np.maximum(sessions[cells], lines[cells])


def _thinned(rng: np.random.Generator, counts: Array, ratio: float) -> Array:
    """Take away or add by chance, so that counts come out ``ratio`` times as large."""
    if ratio <= 1:
        kept: Array = rng.binomial(counts, ratio)
        return kept
    grown: Array = counts + rng.poisson(counts * (ratio - 1))
    return grown


def _number(plan: Planned) -> int:
    return int(plan.scope["product"].removeprefix("SKU-")) - 1


def shake(rng: np.random.Generator, one: Expected, timeline: Timeline) -> tuple[Array, Array]:
    """Add what nobody can foresee: good and bad days, months and articles."""
    months = timeline.month_of_day
    count = int(months[-1]) + 1
    day = rng.normal(0, 0.10, len(timeline.days))
    month = rng.normal(0, 0.025, count)[months]
    article = rng.normal(0, 0.10, (count, one.sessions.shape[1]))[months]
    visits = one.sessions * np.exp(day + month)[:, None] * np.exp(article)
    taste = rng.normal(0, 0.02, count)[months]
    return visits, np.clip(one.conversion * np.exp(taste)[:, None], 0, 0.6)


def chance(
    rng: np.random.Generator, visits: Array, conversion: Array
) -> tuple[Array, Array, Array]:
    """Draw sessions, order lines and units, as if every shelf were full."""
    sessions = rng.poisson(visits)
    lines = rng.binomial(sessions, conversion)
    units = lines + rng.poisson(lines * SECOND_UNIT)
    return sessions, lines, units


def measure_noise(
    rng: np.random.Generator, expected: list[Expected], timeline: Timeline, goods: Assortment
) -> dict[tuple[str, str, int], tuple[Array, Array]]:
    """Live the window once without any story: actual and expected by month, per series.

    The key is (store, metric, article), article -1 for the whole shop.
    """
    found: dict[tuple[str, str, int], tuple[Array, Array]] = {}
    starts = [timeline.days_of(month)[0] for month in range(len(timeline.months))]
    for one in expected:
        sessions, lines, units = chance(rng, *shake(rng, one, timeline))
        price = goods.prices[one.shop][timeline.years] / TICK * (1 - one.cut / 100)
        mean = one.sessions * one.conversion

        def monthly(table: Array) -> Array:
            whole: Array = np.add.reduceat(table, starts, axis=0)
            return whole

        value = monthly((units * price).sum(axis=1))
        found[one.profile.id, "gmv", -1] = (
            value, monthly((mean * (1 + SECOND_UNIT) * price).sum(axis=1)),
        )  # fmt: skip
        rate = monthly(lines.sum(axis=1)) / np.maximum(monthly(sessions.sum(axis=1)), 1)
        usual = monthly(mean.sum(axis=1)) / np.maximum(monthly(one.sessions.sum(axis=1)), 1e-9)
        # Rates are small numbers: the half that keeps logarithms finite must not drown them.
        found[one.profile.id, "store_cvr", -1] = (1e6 * rate, 1e6 * usual)
        by_article, mean_by_article = monthly(units), monthly(mean * (1 + SECOND_UNIT))
        for article in range(len(goods)):
            series = (by_article[:, article], mean_by_article[:, article])
            found[one.profile.id, "units_sold", article] = series
    return found


def noise_of(plan: Planned, series: dict[tuple[str, str, int], tuple[Array, Array]]) -> float:
    """Measure the noise of the series that a story is about."""
    article = _number(plan) if "product" in plan.scope else -1
    actual, expected = series[plan.scope["store"], plan.metric, article]
    return spread(actual, expected, range(plan.first_month, plan.last_month + 1))


def live(
    rng: np.random.Generator,
    expected: list[Expected],
    stories: list[Story],
    timeline: Timeline,
    goods: Assortment,
) -> list[Drawn]:
    """Draw the window with its stories, and let stock decide what can be sold."""
    found = []
    for one in expected:
        sessions, lines, units = chance(rng, *shake(rng, one, timeline))
        price = goods.prices[one.shop][timeline.years] / TICK * (1 - one.cut / 100)
        foreseen = one.sessions * one.conversion * (1 + SECOND_UNIT)
        empty = None
        for story in stories:
            if story.plan.scope["store"] != one.profile.id:
                continue
            if story.plan.lever == "stock":
                empty = (_number(story.plan), *stock_out_days(story, timeline))
            elif story.plan.lever in ("demand", "conversion"):
                _bend(rng, one, story, timeline, price, (sessions, lines, units))
                if story.plan.direction == "up":
                    # The buyers of the company see a hit coming; nobody foresees a delay.
                    when = slice(timeline.days_of(story.plan.first_month)[0],
                                 timeline.days_of(story.plan.last_month)[1])  # fmt: skip
                    which = _number(story.plan) if "product" in story.plan.scope else slice(None)
                    foreseen[when, which] *= story.factor
        if one.profile.platform == "alibaba":
            none = np.zeros_like(lines)
            found.append(Drawn(one, sessions, lines, units, none, none))
        else:
            found.append(_sell_from_stock(rng, one, sessions, lines, units, foreseen, empty))
    return found


def _sell_from_stock(
    rng: np.random.Generator,
    one: Expected,
    sessions: Array,
    lines: Array,
    units: Array,
    mean: Array,
    empty: tuple[int, int, int] | None,
) -> Drawn:
    """Walk through the days: receive, sell what is there, order again every Monday."""
    days, goods = lines.shape
    lead = one.profile.lead_days
    # What the buyer foresees: the mean of the weeks to come, wrong by a quarter.
    ahead = lead + 28
    summed = np.vstack([np.zeros(goods), np.cumsum(mean, axis=0)])
    until = np.minimum(np.arange(days) + ahead, days)
    coming = summed[until] - summed[np.arange(days)]
    coming *= (ahead / np.maximum(until - np.arange(days), 1))[:, None]
    listed = mean.sum(axis=0) > 0
    arrivals = np.zeros((days + 140, goods), dtype=np.int64)
    on_hand = np.where(listed, np.ceil(coming[0] * 1.15 + 3), 0).astype(np.int64)
    pipeline = np.zeros(goods, dtype=np.int64)
    kept_hand, kept_inbound = np.zeros((days, goods), np.int64), np.zeros((days, goods), np.int64)
    sold_lines, sold_units = np.zeros_like(lines), np.zeros_like(units)
    for day in range(days):
        if empty is not None:
            article, first, last = empty
            if day == max(first - lead, 0):
                # Exactly enough to sell out on the first empty day; the rest is held at customs.
                on_hand[article] = units[day:first, article].sum()
            if first - lead <= day < last:
                arrivals[last + 9, article] += arrivals[day, article]
                arrivals[day, article] = 0
        on_hand += arrivals[day]
        pipeline -= arrivals[day]
        sold = np.minimum(units[day], on_hand)
        sold_units[day] = sold
        sold_lines[day] = np.minimum(lines[day], sold)
        on_hand = on_hand - sold
        kept_hand[day], kept_inbound[day] = on_hand, pipeline
        if day % 7 == 0:
            error = np.exp(rng.normal(0, 0.22, goods))
            wish = np.ceil(coming[day] * 1.18 * error + 3)
            order = np.where(listed & (mean[day] > 0), wish - on_hand - pipeline, 0)
            order = np.where(order >= np.maximum(wish * 0.15, 2), order, 0).astype(np.int64)
            arrive = day + lead + rng.integers(-6, 10, goods)
            arrivals[arrive, np.arange(goods)] += order
            pipeline += order
    # An empty shelf is still visited, by those who had the page open.
    gone = (kept_hand == 0) & (sold_units < units)
    sessions = np.where(gone, np.rint(sessions * 0.35).astype(np.int64), sessions)
    sessions = np.maximum(sessions, sold_lines)
    return Drawn(one, sessions, sold_lines, sold_units, kept_hand, kept_inbound)
