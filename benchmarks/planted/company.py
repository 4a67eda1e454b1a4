"""Ten stores over fifty-four months: season, trend, drift, promotions, moving holidays, chance.

Each month of each store draws its visits, conversion, basket and mix around a mean that only the
generator knows; orders, articles, countries and days are then drawn one by one, so that small
stores have the noise of small numbers. All stores share a part of each month's chance.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from helpers.tables.calendar_events import known_events
from planted.stories import Story, draw

FIRST, MONTHS = 2021, 54
#: Months before any that is judged; they have stories too, as a real past has.
HISTORY = 36
ARTICLES = 30
MARKETS = {"own-us": ("US", "CA", "AU", "GB"), "own-eu": ("DE", "FR", "NL")}
#: id, platform, country, orders a month in the middle of the window.
STORES = (
    ("amazon-us", "amazon", "US", 700), ("amazon-uk", "amazon", "GB", 260),
    ("amazon-de", "amazon", "DE", 320), ("amazon-jp", "amazon", "JP", 190),
    ("own-us", "shopify", "US", 380), ("own-eu", "shopify", "DE", 210),
    ("tiktok-my", "tiktok", "MY", 240), ("tiktok-th", "tiktok", "TH", 150),
    ("shopee-sg", "shopee", "SG", 130), ("lazada-ph", "lazada", "PH", 110),
)  # fmt: skip
#: What a day of an event does to visits, by platform.
LIFTS = {
    "amazon": {"prime-day": 2.4, "black-friday": 2.2},
    "shopify": {"black-friday": 2.8},
    "tiktok": {"double-11": 2.0, "ramadan": 1.18, "lunar-new-year": 0.72},
    "shopee": {"double-11": 2.6, "lunar-new-year": 0.70},
    "lazada": {"double-11": 2.4, "lunar-new-year": 0.75},
}
#: Chance of a month that all stores share, in visits and in conversion.
SHARED = (0.02, 0.012)


@dataclass
class Company:
    """What one seed holds, before a story: means and chance by month."""

    seed: int
    stores: tuple[tuple[str, str, str, int], ...]
    #: store -> mean of visits, conversion, price level, click price, refund share by month
    means: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: store -> month's chance of the same, on the log scale
    chance: dict[str, dict[str, Any]] = field(default_factory=dict)
    articles: dict[str, Any] = field(default_factory=dict)
    prices: Any = None
    markets: dict[str, Any] = field(default_factory=dict)
    stories: list[Story] = field(default_factory=list)

    def months(self) -> list[tuple[int, int]]:
        """List (year, month)."""
        return [(FIRST + place // 12, place % 12 + 1) for place in range(MONTHS)]


def make_company(seed: int, chance_of_story: float = 0.3) -> Company:
    """Draw means, chance and stories of one seed."""
    rng = np.random.default_rng([seed, 2025])
    company = Company(seed, STORES)
    shared = {"visits": rng.normal(0, SHARED[0], MONTHS), "cvr": rng.normal(0, SHARED[1], MONTHS)}
    company.prices = np.round(np.exp(rng.normal(3.3, 0.55, ARTICLES)), 2)
    profiles = {one: _profile(rng, one) for one in LIFTS}
    lifts = _lifts()
    for store, platform, _, orders in STORES:
        cvr = float(rng.uniform(0.022, 0.06))
        growth = rng.normal(0.12, 0.12) / 12
        place = np.arange(MONTHS)
        season = profiles[platform] + rng.normal(0, 0.04, 12)
        drift = np.cumsum(rng.normal(0, 0.008, MONTHS))
        log_visits = growth * (place - MONTHS / 2) + season[place % 12] + drift
        promo = np.where(place % 12 == 10, 0.10, 0.0)
        company.means[store] = {
            "visits": orders / cvr * np.exp(log_visits) * lifts[platform],
            "cvr": cvr * np.exp(promo + rng.normal(0, 0.03, 12)[place % 12]
                                + np.cumsum(rng.normal(0, 0.005, MONTHS))),
            "basket": np.exp(0.002 * place - 0.6 * promo + np.cumsum(rng.normal(0, 0.003, MONTHS))),
            "click": rng.uniform(0.4, 0.9) * np.exp(0.004 * place + 1.2 * promo),
            "refund": np.full(MONTHS, rng.uniform(0.04, 0.08)),
        }  # fmt: skip
        spread = {"visits": rng.uniform(0.035, 0.07), "cvr": rng.uniform(0.025, 0.05),
                  "basket": rng.uniform(0.012, 0.025), "click": rng.uniform(0.03, 0.06),
                  "refund": 0.05}  # fmt: skip
        company.chance[store] = {
            name: rng.normal(0, one, MONTHS) + shared.get(name, 0.0) for name, one in spread.items()
        }
        listed = rng.choice(ARTICLES, 16, replace=False)
        weight = 1 / np.arange(1, 17) ** 0.8
        drifts = np.cumsum(rng.normal(0, 0.02, (16, MONTHS)), axis=1)
        seasons = rng.normal(0, 0.06, (16, 12))[:, place % 12]
        company.articles[store] = {
            "listed": listed,
            "weight": weight[:, None] / weight.sum() * np.exp(drifts + seasons),
            "chance": rng.normal(0, 0.10, (16, MONTHS)),
        }
        countries = MARKETS.get(store, (company_country(store),))
        share = np.array([0.5 ** (n * 0.7) for n in range(len(countries))])
        company.markets[store] = {
            "countries": countries,
            "weight": share / share.sum(),
            "chance": rng.normal(0, 0.06, (len(countries), MONTHS)),
        }
        company.means[store]["spread"] = spread
    company.stories = _plant(company, rng, chance_of_story)
    return company


def company_country(store: str) -> str:
    """Give the country of a store that ships to one."""
    return next(country for one, _, country, _ in STORES if one == store)


def _profile(rng: np.random.Generator, platform: str) -> Any:
    """Draw a platform's season: a swell before Christmas, a hollow after, and some of its own."""
    base = np.array([-0.12, -0.10, -0.02, -0.02, 0.0, 0.02, 0.02, 0.0, 0.03, 0.08, 0.22, 0.25])
    return base * rng.uniform(0.6, 1.4) + rng.normal(0, 0.03, 12)


def _lifts() -> dict[str, Any]:
    """Give the factor of each month by platform, from the days of its events."""
    found = {}
    spans = _event_days()
    for platform, events in LIFTS.items():
        factors = np.ones(MONTHS)
        for place in range(MONTHS):
            year, month = FIRST + place // 12, place % 12 + 1
            days = [day for day in _days(year, month)]
            factor = np.mean([
                np.prod([lift if day in spans[one] else 1.0 for one, lift in events.items()])
                for day in days
            ])  # fmt: skip
            factors[place] = factor
        found[platform] = factors
    return found


def _event_days() -> dict[str, set[date]]:
    from holidays.calendars.chinese import _ChineseLunisolar
    from holidays.calendars.islamic import _IslamicLunar

    found: dict[str, set[date]] = {"ramadan": set(), "lunar-new-year": set()}
    for event in known_events().events:
        days: set[date] = set()
        for year in range(FIRST, FIRST + 6):
            if event.every_year:
                first, last = (date.fromisoformat(f"{year}-{one}") for one in event.every_year)
            elif year in event.years:
                first, last = event.years[year]
            else:
                continue
            days |= {first + timedelta(n) for n in range((last - first).days + 1)}
        found[event.id] = days
    for year in range(FIRST, FIRST + 6):
        new_year, _ = _ChineseLunisolar().lunar_new_year_date(year)
        found["lunar-new-year"] |= {new_year + timedelta(n) for n in range(-1, 7)}
        for fast, _ in _IslamicLunar().ramadan_beginning_dates(year):
            found["ramadan"] |= {fast + timedelta(n) for n in range(29)}
    return found


def _days(year: int, month: int) -> list[date]:
    first = date(year, month, 1)
    after = date(year + month // 12, month % 12 + 1, 1)
    return [first + timedelta(n) for n in range((after - first).days)]


def _plant(company: Company, rng: np.random.Generator, chance: float) -> list[Story]:
    """Plant stories; their noise is the month's own chance plus that of small numbers."""
    scopes: dict[str, list[tuple[str, str]]] = {
        kind: [(store, "") for store, *_ in STORES]
        for kind in ("traffic", "conversion", "basket", "demand", "click_price", "refunds")
    }
    scopes["company"] = [("", "")]
    scopes["market"] = [(store, one) for store, several in MARKETS.items() for one in several]
    scopes["product"] = [
        (store, f"SKU-{article:04d}")
        for store, *_ in STORES
        for article in company.articles[store]["listed"][:6]
    ]
    noise: dict[tuple[str, str, str], float] = {}
    weight = {}
    for store, _, _, orders in STORES:
        s = company.means[store]["spread"]
        weight[store] = orders
        visits = s["visits"] ** 2 + SHARED[0] ** 2
        cvr = s["cvr"] ** 2 + SHARED[1] ** 2 + 1 / orders
        prices = company.prices[company.articles[store]["listed"]]
        share = company.articles[store]["weight"].mean(axis=1)
        mean = (prices * share).sum() / share.sum()
        uneven = float(((prices / mean) ** 2 * share).sum() / share.sum() - 1)
        # The mix's own chance moves the mean price too.
        mixed = float((((share / share.sum()) * (prices / mean - 1)) ** 2).sum()) * 0.10**2
        basket = s["basket"] ** 2 + uneven / orders + mixed
        noise["traffic", store, ""] = visits**0.5
        noise["conversion", store, ""] = cvr**0.5
        noise["basket", store, ""] = basket**0.5
        noise["demand", store, ""] = gmv = (visits + cvr + basket) ** 0.5
        noise["click_price", store, ""] = s["click"]
        refunds = float(company.means[store]["refund"][0]) * orders
        noise["refunds", store, ""] = (s["refund"] ** 2 + (1 + uneven) / refunds) ** 0.5
        for one, part in zip(company.articles[store]["listed"][:6], share, strict=False):
            noise["product", store, f"SKU-{one:04d}"] = (
                visits + s["cvr"] ** 2 + SHARED[1] ** 2 + 0.10**2 + 1 / (orders * part)
            ) ** 0.5
        book = company.markets[store]
        for one, part in zip(book["countries"], book["weight"], strict=True):
            noise["market", store, one] = (
                gmv**2 + (0.06 * (1 - part)) ** 2 + (1 + uneven) * (1 - part) / (orders * part)
            ) ** 0.5
    total = sum(weight.values())
    own = sum((weight[one] / total) ** 2 * noise["demand", one, ""] ** 2 for one in weight)
    noise["company", "", ""] = (own + SHARED[0] ** 2 + SHARED[1] ** 2) ** 0.5
    past = draw(rng, range(6, HISTORY), chance / 2, scopes, noise)
    return past + draw(rng, range(HISTORY, MONTHS), chance, scopes, noise)


def quiet(company: Company) -> Company:
    """Give the same company without its stories."""
    return replace(company, stories=[])


def rows_of(company: Company) -> dict[str, dict[str, Any]]:
    """Draw orders, visits, advertising and refunds: table -> column -> values."""
    rng = np.random.default_rng([company.seed, 7])
    lines: dict[str, list[Any]] = {one: [] for one in (
        "store_id", "order_id", "local_date", "country", "sku", "quantity", "currency",
        "list_amount", "seller_discount")}  # fmt: skip
    visits: dict[str, list[Any]] = {one: [] for one in ("store_id", "start_date", "sessions")}
    ads: dict[str, list[Any]] = {one: [] for one in (
        "store_id", "start_date", "campaign", "currency", "impressions", "clicks", "spend",
        "attributed_orders", "attributed_sales")}  # fmt: skip
    backs: dict[str, list[Any]] = {one: [] for one in (
        "store_id", "refund_id", "order_id", "sku", "local_date", "currency",
        "amount")}  # fmt: skip
    events = _event_days()
    number = 0
    for store, platform, _, _ in company.stores:
        means, chance = company.means[store], company.chance[store]
        book, places = company.articles[store], company.markets[store]
        for month, (year, of_year) in enumerate(company.months()):
            told = _factors(company, store, month)
            days = _days(year, of_year)
            by_day = np.array([
                np.prod([lift if day in events[one] else 1.0
                         for one, lift in LIFTS[platform].items()])
                * (1.05 if day.weekday() < 5 else 0.9) for day in days
            ]) * rng.gamma(40, 1 / 40, len(days))  # fmt: skip
            by_day /= by_day.sum()
            mean = means["visits"][month] * np.exp(chance["visits"][month]) * told["visits"]
            came = rng.poisson(mean * by_day)
            cvr = min(means["cvr"][month] * np.exp(chance["cvr"][month]) * told["cvr"], 0.9)
            bought = rng.binomial(came, cvr)
            # What one article or country gains or loses comes on top: the others sell as before.
            weight = book["weight"][:, month] * np.exp(book["chance"][:, month])
            base = weight.sum()
            weight = weight * told["articles"]
            shares = places["weight"] * np.exp(places["chance"][:, month])
            whole = shares.sum()
            shares = shares * told["countries"]
            bought = rng.poisson(bought * weight.sum() / base * shares.sum() / whole) if (
                told["mixed"]) else bought  # fmt: skip
            count = int(bought.sum())
            sold = rng.choice(16, count, p=weight / weight.sum())
            country = rng.choice(len(shares), count, p=shares / shares.sum())
            price = company.prices[book["listed"][sold]] * (
                means["basket"][month] * np.exp(chance["basket"][month]) * told["basket"]
            )
            when = np.repeat(np.arange(len(days)), bought)
            day_of = [days[place] for place in when]
            ids = [f"{store}-{number + n}" for n in range(count)]
            number += count
            lines["store_id"] += [store] * count
            lines["order_id"] += ids
            lines["local_date"] += day_of
            lines["country"] += [places["countries"][n] for n in country]
            skus = [f"SKU-{article:04d}" for article in book["listed"][sold]]
            lines["sku"] += skus
            lines["quantity"] += [1] * count
            lines["currency"] += ["EUR"] * count
            off = 0.12 if of_year == 11 else 0.04
            listed = np.round(price / (1 - off), 2)
            lines["list_amount"] += listed.tolist()
            lines["seller_discount"] += np.round(listed * off, 2).tolist()
            visits["store_id"] += [store] * len(days)
            visits["start_date"] += days
            visits["sessions"] += came.tolist()
            rate = means["refund"][month] * np.exp(chance["refund"][month]) * told["refund"]
            for one in np.flatnonzero(rng.random(count) < rate):
                backs["store_id"].append(store)
                backs["refund_id"].append(f"R-{ids[one]}")
                backs["order_id"].append(ids[one])
                backs["sku"].append(skus[one])
                backs["local_date"].append(day_of[one])
                backs["currency"].append("EUR")
                backs["amount"].append(float(round(price[one], 2)))
            click = means["click"][month] * np.exp(chance["click"][month]) * told["click"]
            paid = came.sum() * 0.25
            for place, part in enumerate((0.5, 0.3, 0.2)):
                for week in range(4):
                    clicks = int(rng.poisson(paid * part / 4))
                    orders = int(rng.binomial(clicks, cvr * 0.9))
                    ads["store_id"].append(store)
                    ads["start_date"].append(days[week * 7])
                    ads["campaign"].append(f"Campaign {place + 1}")
                    ads["currency"].append("EUR")
                    ads["impressions"].append(clicks * 60)
                    ads["clicks"].append(clicks)
                    ads["spend"].append(round(clicks * click * (0.9 + 0.1 * place), 2))
                    ads["attributed_orders"].append(orders)
                    ads["attributed_sales"].append(round(orders * float(price.mean()), 2))
    return {"order_lines": lines, "traffic": visits, "ad_spend": ads, "refunds": backs}


def _factors(company: Company, store: str, month: int) -> dict[str, Any]:
    told: dict[str, Any] = dict.fromkeys(("visits", "cvr", "basket", "click", "refund"), 1.0)
    told |= {
        "articles": np.ones(16),
        "countries": np.ones(len(company.markets[store]["countries"])),
    }
    told["mixed"] = False
    for story in company.stories:
        if not story.covers(month) or story.store not in (store, ""):
            continue
        match story.kind:
            case "traffic" | "company":
                told["visits"] *= story.factor
            case "conversion":
                told["cvr"] *= story.factor
            case "basket":
                told["basket"] *= story.factor
            case "demand":
                told["visits"] *= story.factor**0.5
                told["cvr"] *= story.factor**0.5
            case "click_price":
                told["click"] *= story.factor
            case "refunds":
                told["refund"] *= story.factor
            case "product":
                listed = [f"SKU-{one:04d}" for one in company.articles[store]["listed"]]
                told["articles"][listed.index(story.member)] = story.factor
                told["mixed"] = True
            case "market":
                told["countries"][company.markets[store]["countries"].index(story.member)] = (
                    story.factor
                )
                told["mixed"] = True
    return told
