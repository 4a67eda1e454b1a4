"""Rivals, live shows and videos, mailings, experiments."""

from __future__ import annotations

import numpy as np

from helpers.demo.assortment import HIT
from helpers.demo.life import Company, Shop
from helpers.demo.money import TICK, smallest_payment, written
from helpers.demo.platforms.files import Cell, Exports
from helpers.demo.sheets.forms import as_text, as_workbook, yes_or_no

RIVAL = (
    "competitor", "sku", "country", "captured_on", "platform", "title", "currency", "price",
    "list_price", "shipping", "has_tax", "pack_size", "order_minimum", "promotion", "rating",
    "reviews", "rank", "image_file", "detail_text",
)  # fmt: skip
SESSION = (
    "店铺编号", "场次编号", "内容类型", "场次日期", "时长（分钟）", "主播代号", "主播级别",
    "内容主题",
    "观看人次", "点赞数", "评论数", "分享数", "成交订单数", "币种", "成交金额", "内容费用",
)  # fmt: skip
MAILING = (
    "store_id", "campaign", "kind", "channel", "sent_on", "sent", "delivered", "opened", "clicked",
    "unsubscribed", "orders", "currency", "sales", "cost",
)  # fmt: skip
EXPERIMENT = (
    "store_id", "experiment_id", "variant", "hypothesis", "kind", "sku", "started_on", "ended_on",
    "visitors", "conversions", "planned_visitors", "smallest_effect", "significance", "decision",
)  # fmt: skip

_RIVALS = ("Brightpeak", "Homewell", "Nordlicht", "Sakura Home")
_THEMES = ("厨房好物", "露营专场", "宠物日", "收纳挑战", "上新首发")
#: Mailings: what triggers them, share of buyers that get one in a month, opened, clicked, bought.
_MAILINGS = (
    ("cart", 0.30, 0.44, 0.11, 0.030), ("7d", 0.16, 0.38, 0.07, 0.014),
    ("30d", 0.20, 0.31, 0.05, 0.010), ("90d", 0.14, 0.24, 0.03, 0.006),
    ("dormant", 0.10, 0.15, 0.02, 0.003), ("news", 0.60, 0.27, 0.03, 0.004),
)  # fmt: skip
_TRIED = (
    ("amazon-us", "image", "A picture with a person in it sells more"),
    ("amazon-us", "title", "The size in the title sells more"),
    ("amazon-jp", "image", "写真に寸法を入れると売れる"),
    ("own-site", "price", "19.99 sells more than 20.99"),
    ("own-site", "page", 'A "free returns" line above the fold sells more'),
    ("own-site", "checkout", "One page instead of three"),
    ("tiktok-my", "video", "A video first, a picture second"),
    ("alibaba", "page", "询盘按钮上移，询盘率更高"),
)
YEAR, HALF_YEAR = 12, 6


def sheets(company: Company) -> Exports:
    """Write rivals' offers, sessions, mailings and experiments."""
    months = len(company.timeline.months)
    half, year = (company.timeline.days_of(max(months - count, 0))[0]
                  for count in (HALF_YEAR, YEAR))  # fmt: skip
    yield as_text("competitors.csv", RIVAL, _rivals(company.rng(2301), company, half))
    rng = company.rng(2302)
    shows = [row for shop in company.of("tiktok") for row in _sessions(rng, company, shop)]
    told = [row for shop in company.of("tiktok")
            for row in _told_by_buyers(company.rng(2305), company, shop)]  # fmt: skip
    yield as_workbook("直播与短视频.xlsx", SESSION, [*shows, *told])
    yield as_text("campaigns.csv", MAILING, _mailings(company.rng(2303), company))
    yield as_text("experiments.csv", EXPERIMENT, _experiments(company.rng(2304), company, year))


def _rivals(rng: np.random.Generator, company: Company, first: int) -> list[list[Cell]]:
    """Look every second Monday at what others ask for the ten articles that matter."""
    timeline, goods = company.timeline, company.goods
    rows: list[list[Cell]] = []
    level = rng.uniform(0.82, 1.22, (len(_RIVALS), 10))
    stars = rng.uniform(3.7, 4.8, (len(_RIVALS), 10))
    for day in range(first, len(timeline.days)):
        if timeline.days[day].weekday() or (day // 7) % 2:
            continue
        for number, (store, country) in enumerate(
            (("amazon-us", "US"), ("amazon-de", "DE"), ("amazon-jp", "JP"))
        ):
            shop = company.shop(store)
            step = smallest_payment(shop.profile.currency)
            for rival, name in enumerate(_RIVALS):
                if (rival + number) % 2:
                    continue
                for one in range(10):
                    ours = int(goods.prices[shop.drawn.expected.shop, timeline.years[day], one])
                    listed = int(ours * level[rival, one]) // step * step
                    is_off = bool(rng.random() < 0.18)
                    price = listed * 88 // 100 // step * step if is_off else listed
                    rows.append([
                        name, goods.sku[one], country, timeline.days[day].isoformat(), "amazon",
                        f'{name} {goods.name_en[one]} <b>NEW</b> "2025"', shop.profile.currency,
                        written(price, step), written(listed, step), "0.00",
                        yes_or_no(country != "US"), 1, 1, "coupon" if is_off else None,
                        f"{stars[rival, one]:.1f}", 200 + (rival + 1) * 37 * one + day // 4,
                        1 + (one * 7 + rival * 3 + day // 14) % 40,
                        f"{name.lower().replace(' ', '-')}-{one}.jpg",
                        "Questions? service@example.com or +1 555 0142",
                    ])  # fmt: skip
    return rows


def _sessions(rng: np.random.Generator, company: Company, shop: Shop) -> list[list[Cell]]:
    """Tell of two live shows and three videos a week, and what was ordered during them."""
    timeline, sales = company.timeline, shop.after.sales
    days = len(timeline.days)
    orders = np.bincount(sales.day[~sales.cancelled], minlength=days)
    placed = sales.is_placed
    value = np.bincount(sales.line_day[placed], sales.gmv[placed], minlength=days)
    visits = shop.drawn.sessions.sum(axis=1)
    rows: list[list[Cell]] = []
    loud = {
        month
        for story in company.stories
        if story.plan.story == "live_show" and story.plan.scope["store"] == shop.profile.id
        for month in range(story.plan.first_month, story.plan.last_month + 1)
    }
    for day in range(shop.opens, days):
        weekday, is_loud = timeline.days[day].weekday(), int(timeline.month_of_day[day]) in loud
        kinds = {1: "短视频", 3: "短视频", 4: "直播", 5: "短视频", 6: "直播"}
        kind = "直播" if is_loud and weekday % 2 == 0 else kinds.get(weekday)
        if kind is None:
            continue
        is_live = kind == "直播"
        part = float(rng.uniform(0.2, 0.45)) * (1.5 if is_loud else 1.0) if is_live else 0.06
        sold = int(orders[day] * min(part, 0.8))
        each = float(value[day]) / max(int(orders[day]), 1)
        seen = int(visits[day] * rng.uniform(0.8, 1.6)) + int(rng.integers(120, 900))
        rows.append([
            shop.profile.id, f"{'LV' if is_live else 'VD'}{shop.profile.id[-2:].upper()}{day:05d}",
            kind, timeline.days[day].isoformat(), int(rng.integers(60, 240)) if is_live else 1,
            *_creator(int(rng.integers(1, 15))),
            _THEMES[day % len(_THEMES)], seen, seen // 14, seen // 60, seen // 120, sold,
            shop.profile.currency, written(int(sold * each) // 100 * 100),
            written(int(rng.integers(80, 600) if is_live else 40) * TICK),
        ])  # fmt: skip
    return rows


def _creator(number: int) -> tuple[str, str]:
    """Give handle and tier: one of fourteen is known to all, three to many."""
    return f"creator_{number:02d}", "头部" if number == 1 else "腰部" if number < 5 else "尾部"


def _told_by_buyers(rng: np.random.Generator, company: Company, shop: Shop) -> list[list[Cell]]:
    """Tell of pictures and texts by buyers that the shop may show."""
    timeline = company.timeline
    rows: list[list[Cell]] = []
    for day in range(shop.opens, len(timeline.days)):
        if rng.random() > 0.15:
            continue
        seen = int(rng.integers(300, 4_000))
        rows.append([
            shop.profile.id, f"UG{shop.profile.id[-2:].upper()}{day:05d}", "图文",
            timeline.days[day].isoformat(), None, f"buyer_{day % 97:02d}", "用户",
            _THEMES[day % len(_THEMES)], seen, seen // 11, seen // 45, seen // 90, None,
            shop.profile.currency, None, written(0),
        ])  # fmt: skip
    return rows


def _mailings(rng: np.random.Generator, company: Company) -> list[list[Cell]]:
    """Tell of six mailings a month to the own site's buyers, and of one by message."""
    shop, timeline = company.shop("own-site"), company.timeline
    sales = shop.after.sales
    placed = sales.is_placed
    mean = int(sales.gmv[placed].sum()) // max(int(placed.sum()), 1)
    known = np.cumsum(np.bincount(sales.day[sales.is_first], minlength=len(timeline.days)))
    rows: list[list[Cell]] = []
    for month in range(len(timeline.months)):
        first, after = timeline.days_of(month)
        buyers = int(known[after - 1])
        for place, (kind, share, opened, clicked, bought) in enumerate(_MAILINGS):
            sent = int(buyers * share)
            if not sent:
                continue
            arrived = int(rng.binomial(sent, 0.975))
            looked = int(rng.binomial(arrived, opened))
            hits = int(rng.binomial(looked, min(clicked / opened, 1)))
            ordered = int(rng.binomial(hits, min(bought / clicked, 1)))
            rows.append([
                shop.profile.id, f"{kind} {timeline.months[month]}", kind,
                "sms" if kind == "cart" and month % 3 == 0 else "email",
                timeline.days[min(first + 2 + 4 * place, after - 1)].isoformat(), sent, arrived,
                looked, hits, int(rng.binomial(arrived, 0.002)), ordered, shop.profile.currency,
                written(ordered * mean // 100 * 100), written(sent * 40),
            ])  # fmt: skip
    return rows


def _experiments(rng: np.random.Generator, company: Company, first: int) -> list[list[Cell]]:
    """Tell of tests of two variants; some were ended early and say so."""
    timeline, goods = company.timeline, company.goods
    rows: list[list[Cell]] = []
    length = len(timeline.days) - first
    for number, (store, kind, hypothesis) in enumerate(_TRIED):
        shop = company.shop(store)
        start = max(first + number * length // 10, shop.opens)
        ends = start + 28
        is_over = ends < len(timeline.days)
        visits = int(shop.drawn.sessions[start:ends].sum()) // 4
        lift = 1 + (0.18, 0.02, -0.05, 0.12, 0.0, 0.25, 0.08, 0.15)[number]
        for variant, factor in (("A", 1.0), ("B", lift)):
            seen = int(rng.binomial(max(visits, 1), 0.5))
            rate = min(shop.profile.conversion * factor, 0.9)
            verdict = None if not is_over else "keep B" if lift > 1.1 else "keep A; ask again"
            rows.append([
                store, f"EXP-{number + 1:02d}", variant, hypothesis, kind,
                goods.sku[HIT if number % 2 == 0 else number],
                timeline.days[min(start, len(timeline.days) - 1)].isoformat(),
                timeline.days[ends].isoformat() if is_over else None, seen,
                int(rng.binomial(seen, rate)), 4_000, "20%", "5%", verdict,
            ])  # fmt: skip
    return rows
