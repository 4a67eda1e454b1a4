"""Suppliers, what was ordered from them, and what the carriers did."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

import numpy as np

from helpers.demo.assortment import CATEGORIES, SUPPLIERS
from helpers.demo.life import Company, Shop
from helpers.demo.money import CENT, TICK, written
from helpers.demo.numbers import order_names
from helpers.demo.platforms.downloads import before, lately
from helpers.demo.platforms.files import Cell, Exports
from helpers.demo.sheets.forms import as_text, as_workbook, yes_or_no

SUPPLIER = (
    "供应商编号", "供应商名称", "供应商级别", "供应品类", "国家", "是否备选", "起订量", "账期天数",
    "认证日期", "合作开始日", "合作结束日",
)  # fmt: skip
PURCHASE = (
    "采购单号", "采购行号", "供应商编号", "SKU编码", "采购数量", "币种", "采购单价", "下单日期",
    "承诺交期", "到货日期", "到货数量", "检验数量", "不合格数量",
)  # fmt: skip
SHIPMENT = (
    "shipment_id", "store_id", "order_id", "carrier", "lane", "mode", "country", "shipped_on",
    "promised_on", "picked_up_on", "cleared_on", "delivered_on", "is_lost", "weight_kg",
    "currency", "cost",
)  # fmt: skip

_TOWNS = ("宁波", "义乌", "深圳", "佛山", "汕头", "杭州")
_TRADES = ("电器", "户外用品", "塑料制品", "宠物用品", "五金", "家居")
#: Carriers of parcels; days to promise and days it takes on the mean.
_CARRIERS = {
    "US": ("UPS", 5, 3.4), "CA": ("UPS", 8, 6.0), "AU": ("Australia Post", 9, 7.0),
    "GB": ("Royal Mail", 8, 6.1), "AE": ("Aramex", 9, 7.2), "SA": ("Aramex", 10, 8.4),
    "MY": ("J&T Express", 4, 2.6), "TH": ("Flash Express", 4, 2.4), "TW": ("7-ELEVEN", 4, 2.2),
    "SG": ("Ninja Van", 3, 1.9),
}  # fmt: skip
#: Sea freight to the warehouses: days promised, dollars a shipment.
_LANES = {"US": (34, 3_900), "GB": (42, 3_300), "DE": (42, 3_400), "JP": (16, 1_150)}
#: Suppliers by number that stand by for what others make.
_BACKUPS = (13, 14, 15, 17, 18)
#: And those that deliver late more often than not.
_TARDY = (5, 11, 16)
#: Dollars that a kilogram by sea cost in the first month.
_PER_KILO = 0.95
#: Purchases are kept for a year, parcels for half a year.
YEAR, HALF_YEAR = 12, 6


def sheets(company: Company) -> Exports:
    """Write suppliers, purchase orders and shipments."""
    rng = company.rng(2001)
    known = [*_suppliers(rng, company), *_left(company.rng(2011), company)]
    yield as_workbook("供应商.xlsx", SUPPLIER, known)
    yield as_workbook("采购单.xlsx", PURCHASE, _purchases(rng, company))
    for file in before(company.timeline, HALF_YEAR):
        # Of the years before, only what came by sea and air was kept.
        yield as_text(f"shipments-{file.name}.csv", SHIPMENT,
                      _freight(company, file.first, file.after))  # fmt: skip
    for file in lately(company.timeline, HALF_YEAR):
        rows = [*_parcels(company, file.first, file.after),
                *_freight(company, file.first, file.after)]  # fmt: skip
        yield as_text(f"shipments-{file.name}.csv", SHIPMENT, rows)


def _suppliers(rng: np.random.Generator, company: Company) -> list[list[Cell]]:
    goods, first = company.goods, company.timeline.first
    rows: list[list[Cell]] = []
    for number in range(1, SUPPLIERS + 1):
        mine = np.flatnonzero(goods.supplier == number)
        category = CATEGORIES[int(np.bincount(goods.category[mine]).argmax())][1]
        tier = "战略" if number <= 3 else "核心" if number <= 9 else "普通"
        since = first - timedelta(days=int(rng.integers(300, 1_800)))
        rows.append([
            f"SUP-{number:02d}", f"{_TOWNS[number % 6]}星灯{_TRADES[number % 5]}有限公司", tier,
            category, "中国" if number != 17 else "越南", yes_or_no(number in _BACKUPS, "zh"),
            int(goods.order_minimum[mine].min()), int(rng.choice([0, 30, 30, 45, 60])),
            (since + timedelta(days=90)).isoformat() if number % 4 else None, since.isoformat(),
            None,
        ])  # fmt: skip
    return rows


def _left(rng: np.random.Generator, company: Company) -> list[list[Cell]]:
    """Remember suppliers whose articles nobody sells any more: a core one left in the last year."""
    last = company.timeline.last
    rows: list[list[Cell]] = []
    for number, tier, ago in ((SUPPLIERS + 1, "核心", 190), (SUPPLIERS + 2, "普通", 420)):
        since = last - timedelta(days=int(rng.integers(900, 1_800)))
        rows.append([
            f"SUP-{number:02d}", f"{_TOWNS[number % 6]}星灯{_TRADES[number % 5]}有限公司", tier,
            CATEGORIES[number % len(CATEGORIES)][1], "中国", yes_or_no(False, "zh"), 200, 30, None,
            since.isoformat(), (last - timedelta(days=ago)).isoformat(),
        ])  # fmt: skip
    return rows


def _purchases(rng: np.random.Generator, company: Company) -> list[list[Cell]]:
    """Order what arrived: one order per supplier and month of arrival, and what is on its way."""
    timeline, goods = company.timeline, company.goods
    promises = company.rng(2012)
    days, months = len(timeline.days), len(timeline.months)
    arrived = np.zeros((days, len(goods)), dtype=np.int64)
    coming = np.zeros(len(goods), dtype=np.int64)
    for shop in company.shops:
        hand = shop.drawn.on_hand
        came = np.diff(hand, axis=0, prepend=hand[:1]) + shop.drawn.units * (hand.any())
        arrived += np.maximum(came, 0)
        coming += shop.drawn.inbound[-1]
    lines: dict[tuple[str, int], list[tuple[int, int, int | None]]] = defaultdict(list)
    for month in range(max(months - YEAR, 0), months):
        first, after = timeline.days_of(month)
        for one in np.flatnonzero(arrived[first:after].any(axis=0)).tolist():
            came_in = arrived[first:after, one]
            day = first + int(came_in.argmax())
            key = timeline.months[month].replace("-", ""), int(goods.supplier[one])
            lines[key].append((one, int(came_in.sum()), day))
    for one in np.flatnonzero(coming).tolist():
        lines["OPEN", int(goods.supplier[one])].append((one, int(coming[one]), None))
    rows: list[list[Cell]] = []
    for (month_name, supplier), found in lines.items():
        days_in = [day for _, _, day in found if day is not None]
        lead = int(np.median([goods.lead_days[one] for one, _, _ in found]))
        ends = timeline.first + timedelta(days=min(days_in) if days_in else days + 12)
        ordered = ends - timedelta(days=lead + int(rng.integers(-2, 9)))
        change = sum(valid <= ordered for valid in goods.cost_days) - 1
        for place, (one, count, came_on) in enumerate(found, start=1):
            # Ex works: what carriage and duty add to landed cost is not the supplier's.
            price = int(goods.costs[change, one]) * 78 // 100 // CENT * CENT
            lost = int(rng.random() < 0.03) * max(count // 20, 1)
            got = None if came_on is None else count
            checked = None if got is None else max(min(got, 32), got // 10)
            failed = None if checked is None else int(rng.binomial(checked, 0.012))
            promised = ordered + timedelta(days=lead)
            if came_on is not None:
                # Most arrive a little early; some suppliers promise too much.
                late = round(float(promises.normal(2.5 if supplier in _TARDY else -2.5, 2.5)))
                promised = timeline.first + timedelta(days=came_on - late)
            rows.append([
                f"PO-{month_name}-S{supplier:02d}", place, f"SUP-{supplier:02d}", goods.sku[one],
                count + (lost if got is not None else 0), "CNY", written(price),
                ordered.isoformat(), max(promised, ordered).isoformat(),
                None if came_on is None else _day(timeline.first, came_on), got, checked, failed,
            ])  # fmt: skip
    return rows


def _day(first: date, number: int) -> str:
    return (first + timedelta(days=number)).isoformat()


def _parcels(company: Company, first: int, after: int) -> list[list[Cell]]:
    """Tell of the parcels that left a shop's own warehouse, one per order."""
    rows: list[list[Cell]] = []
    for number, shop in enumerate(company.shops):
        if shop.profile.platform in ("shopify", "tiktok", "lazada", "shopee"):
            rows += _of_shop(company, shop, company.rng(2100 + number), first, after)
    return rows


def _of_shop(
    company: Company, shop: Shop, rng: np.random.Generator, first: int, after: int
) -> list[list[Cell]]:
    timeline, sales, post = company.timeline, shop.after.sales, shop.after.postings
    names = order_names(shop)
    order_of = sales.order[post.line]
    cost = np.zeros(len(sales.utc), dtype=np.int64)
    np.add.at(cost, order_of, -post.fulfilment)
    left = np.full(len(sales.utc), -1)
    left[order_of] = post.day
    weight = np.zeros(len(sales.utc))
    np.add.at(weight, sales.order, company.goods.weight[sales.sku] * sales.quantity)
    # Chance asks about every order, whichever month is written.
    takes = np.exp(rng.normal(0, 0.38, len(sales.utc)))
    lost = rng.random(len(sales.utc)) < 0.006
    days = len(timeline.days)
    rows: list[list[Cell]] = []
    for order in np.flatnonzero((first <= left) & (left < after)).tolist():
        code = sales.code(order)
        carrier, promise, usual = _CARRIERS[code]
        out = int(left[order])
        arrives = out + max(round(float(takes[order]) * usual), 1)
        is_abroad = shop.profile.country is None and code != "US"
        rows.append([
            f"{shop.profile.id[:2].upper()}{shop.profile.id[-2:].upper()}{order:08d}",
            shop.profile.id, names(order), carrier, f"{shop.profile.country or 'US'}-{code}",
            "parcel", code, _day(timeline.first, out), _day(timeline.first, out + promise),
            _day(timeline.first, out + 1) if out + 1 < days else None,
            _day(timeline.first, arrives - 1) if is_abroad and arrives <= days else None,
            _day(timeline.first, arrives) if arrives < days and not lost[order] else None,
            yes_or_no(bool(lost[order])), f"{float(weight[order]):.2f}", shop.profile.currency,
            written(int(cost[order])),
        ])  # fmt: skip
    return rows


def _freight(company: Company, first: int, after: int) -> list[list[Cell]]:
    """Tell of the containers to the marketplaces' warehouses, two a month and lane."""
    rng, timeline = company.rng(2050), company.timeline
    scales = company.rng(2051)
    rows: list[list[Cell]] = []
    days = len(timeline.days)
    for day in range(0, days, 15):
        for country, (promise, dollars) in _LANES.items():
            takes, cost = promise + int(rng.normal(1, 5)), dollars * float(rng.uniform(0.85, 1.2))
            by_air = rng.random() < 0.12
            if by_air:
                takes, cost = 9 + takes // 10, cost * 2.4
            # A kilogram becomes a little cheaper every month, and by air costs five times as much.
            kilos = cost / (_PER_KILO * 0.994 ** (day / 30) * (5 if by_air else 1))
            kilos *= float(scales.uniform(0.94, 1.06))
            if not first <= day < after:
                continue
            arrives = day + takes
            rows.append([
                f"FR-{country}-{day:05d}", None, None, "COSCO" if not by_air else "DHL Aviation",
                f"CN-{country}", "air" if by_air else "sea", country, _day(timeline.first, day),
                _day(timeline.first, day + (11 if by_air else promise)),
                _day(timeline.first, min(day + 2, days - 1)),
                _day(timeline.first, arrives - 2) if arrives - 2 < days else None,
                _day(timeline.first, arrives) if arrives < days else None, "no", f"{kilos:.0f}",
                "USD",
                written(round(cost) * TICK),
            ])  # fmt: skip
    return rows
