"""What sales people keep of their buyers: since when, from where, how good, key account or not."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from helpers.demo.life import Company, Shop
from helpers.demo.people import person
from helpers.demo.platforms.files import Cell, Exports
from helpers.demo.platforms.tiktok import handle
from helpers.demo.sheets.forms import as_text, as_workbook, yes_or_no

LIST = ("店铺编号", "客户账号", "注册日期", "客户分层", "国家", "客户来源", "客户标签", "是否KA")
GROUP = ("store_id", "customer", "customer_tier", "tag")

_SOURCES = ("站外", "展会", "推荐", "站外", "平台")
#: Of so many tags one was given by hand and never looked at again.
_STALE = 0.12
#: Among the first so many per cent of sales a buyer is an A, up to the second a B, as they count.
_A, _B = 80, 95


def sheets(company: Company) -> Exports:
    """Write the wholesale buyers' list and the fan groups of the shops in South-East Asia."""
    firms = _firms(company.rng(2501), company, company.shop("alibaba"))
    yield as_workbook("客户名单.xlsx", LIST, firms)
    for number, shop in enumerate(company.of("tiktok")):
        rows = _group(company.rng(2510 + number), shop)
        if rows:
            yield as_text(f"fan-group-{shop.profile.id}.csv", GROUP, rows)


def _firms(rng: np.random.Generator, company: Company, shop: Shop) -> list[list[Cell]]:
    """List who ever asked: registered shortly before, with a tier once there was an order."""
    assert shop.trade is not None
    asked, sales, timeline = shop.trade.inquiries, shop.after.sales, company.timeline
    countries = list(shop.profile.ships_to)
    year = max(len(timeline.days) - 365, 0)
    bought: dict[int, int] = {}
    orders: dict[int, int] = {}
    value = np.bincount(sales.order, sales.gmv * sales.is_placed, minlength=len(sales.utc))
    for order in np.flatnonzero(~sales.cancelled).tolist():
        who = int(sales.customer[order])
        orders[who] = orders.get(who, 0) + 1
        bought[who] = bought.get(who, 0) + (int(value[order]) if sales.day[order] >= year else 0)
    tiers = _tiers(bought)
    rows: list[list[Cell]] = []
    seen: set[int] = set()
    for one in range(len(asked.utc)):
        who = int(asked.customer[one])
        if who in seen:
            continue
        seen.add(who)
        since = timeline.days[int(asked.day[one])] - timedelta(days=int(rng.integers(0, 12)))
        is_stale, other = rng.random() < _STALE, "ABC"[int(rng.integers(0, 3))]
        source = _SOURCES[int(rng.integers(0, len(_SOURCES)))]
        tier = tiers.get(who)
        rows.append([
            shop.profile.id, person(who)[1], since.isoformat(),
            other if tier and is_stale else tier, countries[int(asked.country[one])], source, None,
            yes_or_no(orders.get(who, 0) >= 2 or tier == "A", "zh") if tier else None,
        ])  # fmt: skip
    return rows


def _tiers(bought: dict[int, int]) -> dict[int, str]:
    """Give A to those who make the first four fifths of the year's sales, then B, then C."""
    total, before = sum(bought.values()), 0
    tiers: dict[int, str] = {}
    for who in sorted(bought, key=lambda one: (-bought[one], one)):
        tier = "A" if 100 * before < _A * total else "B" if 100 * before < _B * total else "C"
        tiers[who] = tier if bought[who] else "C"
        before += bought[who]
    return tiers


def _group(rng: np.random.Generator, shop: Shop) -> list[list[Cell]]:
    """List who joined the shop's fan group: one buyer in six, more of those who come back."""
    sales = shop.after.sales
    orders = np.bincount(sales.customer[~sales.cancelled])
    lucky = rng.random(len(orders))
    joined = np.flatnonzero((orders > 0) & (lucky < np.where(orders > 1, 0.3, 0.14)))
    return [[shop.profile.id, handle(shop.profile.id, who), None, "社群"]
            for who in joined.tolist()]  # fmt: skip
