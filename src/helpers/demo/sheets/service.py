"""What buyers asked, complained about, wished for and wrote: tickets, requests, reviews, levels."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from helpers.demo.life import Company, Shop
from helpers.demo.money import Array
from helpers.demo.numbers import listing_names, order_names
from helpers.demo.people import person, phone, remark
from helpers.demo.platforms.alibaba import listing
from helpers.demo.platforms.alibaba_orders import order_id
from helpers.demo.platforms.downloads import by_year
from helpers.demo.platforms.files import Cell, Exports
from helpers.demo.sheets.forms import as_text, as_workbook
from helpers.demo.timeline import stamp
from helpers.demo.wholesale import CHANNELS, LEVELS, QUALITIES

INQUIRY = (
    "店铺编号", "询盘编号", "询盘时间", "客户账号", "国家", "商品ID", "SKU编码", "询盘渠道",
    "询盘质量",
    "买家等级", "首次回复时间", "成交订单号",
)  # fmt: skip
TICKET = (
    "store_id", "ticket_id", "opened_at", "first_reply_at", "resolved_at", "order_id", "sku",
    "country", "kind", "language", "satisfaction", "message",
)  # fmt: skip
REQUEST = (
    "需求编号", "提出日期", "SKU编码", "国家", "需求类型", "提出次数", "优先级", "需求状态",
    "决定日期", "完成日期",
)  # fmt: skip
REVIEW = (
    "store_id", "review_id", "review_date", "sku", "listing_id", "competitor", "country", "stars",
    "body", "aspect", "sentiment", "language", "author",
)  # fmt: skip
MEMBER = ("store_id", "customer", "member_tier", "valid_from", "valid_to")

_KINDS = (("where is my order", 0.38), ("return", 0.24), ("before the sale", 0.18),
          ("defect", 0.12), ("invoice", 0.08))  # fmt: skip
_LANGUAGES = {"US": "en", "GB": "en", "CA": "en", "AU": "en", "IE": "en", "DE": "de", "AT": "de",
              "NL": "nl", "JP": "ja", "MY": "ms", "TH": "th", "TW": "zh", "SG": "en",
              "AE": "ar", "SA": "ar"}  # fmt: skip
_WORDS = (
    ("Works as described, boils fast", "quality", "positive", 5),
    ("Good, but the box was dented", "packaging", "neutral", 4),
    ("Smaller than I thought", "size", "neutral", 3),
    ("Arrived late and the seller never answered {mail}", "delivery", "negative", 2),
    ("Broke after a week. Call me on {phone}!", "quality", "negative", 1),
    ("质量很好，物流快，推荐给 {name}", "delivery", "positive", 5),
    ("Sehr gut verarbeitet, gerne wieder", "quality", "positive", 5),
    ('"Great" <b>kettle</b> 😀', "quality", "positive", 5),
)  # fmt: skip
_WISHES = (
    "新颜色",
    "更大容量",
    "欧规插头",
    "多语言说明书",
    "环保包装",
    "配件单卖",
    "礼盒",
    "更长电源线",
)
YEAR = 12


def sheets(company: Company) -> Exports:
    """Write inquiries, tickets, requests, reviews and members."""
    yield from _inquiries(company)
    first = company.timeline.days_of(max(len(company.timeline.months) - YEAR, 0))[0]
    rng = company.rng(2200)
    yield as_text("customer-service.csv", TICKET, _tickets(rng, company, first))
    yield as_workbook("客户需求清单.xlsx", REQUEST, _requests(rng, company))
    yield as_text("reviews.csv", REVIEW, _reviews(rng, company, first))
    yield as_text("members.csv", MEMBER, _members(company))


def _inquiries(company: Company) -> Exports:
    shop = company.shop("alibaba")
    assert shop.trade is not None
    asked, clock = shop.trade.inquiries, shop.trade.sales.clock
    offsets, later = clock.offset(asked.utc), clock.offset(asked.replied)
    countries = list(shop.profile.ships_to)
    channels = {"inquiry": "询盘", "tm": "TM咨询", "rfq": "RFQ"}
    for file in by_year(company.timeline):
        rows: list[list[Cell]] = []
        for one in np.flatnonzero((file.first <= asked.day) & (asked.day < file.after)).tolist():
            _, mail = person(int(asked.customer[one]))
            led_to, replied = int(asked.order[one]), int(asked.replied[one])
            rows.append([
                "alibaba", f"INQ{one + 100_000}",
                stamp(int(asked.utc[one] + offsets[one]), "%Y-%m-%d %H:%M:%S"), mail,
                countries[int(asked.country[one])], listing(int(asked.sku[one])),
                company.goods.sku[int(asked.sku[one])],
                channels[CHANNELS[int(asked.channel[one])][0]],
                QUALITIES[int(asked.quality[one])][0], LEVELS[int(asked.level[one])][0],
                stamp(replied + int(later[one]), "%Y-%m-%d %H:%M:%S") if replied else None,
                order_id(led_to) if led_to >= 0 else None,
            ])  # fmt: skip
        if rows:
            yield as_workbook(f"询盘登记-{file.name}.xlsx", INQUIRY, rows)


def _some_lines(rng: np.random.Generator, shop: Shop, first: int, share: float) -> Array:
    """Pick placed lines of the last year by chance."""
    sales = shop.after.sales
    lucky = rng.random(len(sales.sku)) < share
    picked: Array = np.flatnonzero(lucky & sales.is_placed & (sales.line_day >= first))
    return picked


def _tickets(rng: np.random.Generator, company: Company, first: int) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    for shop in company.of("amazon", "shopify", "tiktok", "shopee", "lazada"):
        sales, names = shop.after.sales, order_names(shop)
        for line in _some_lines(rng, shop, first, 0.055).tolist():
            order = int(sales.order[line])
            kind = rng.choice(len(_KINDS), p=[one[1] for one in _KINDS])
            opened = int(sales.utc[order]) + int(rng.integers(3_600, 12 * 86_400))
            replied = opened + int(np.exp(rng.normal(10.1, 1.0)))
            solved = replied + int(np.exp(rng.normal(10.4, 1.1)))
            if opened >= sales.clock.end:
                continue
            times = [
                stamp(at + int(sales.clock.offset(np.array([at]))[0]), "%Y-%m-%d %H:%M:%S")
                if at < sales.clock.end else None
                for at in (opened, replied, solved)
            ]  # fmt: skip
            code = sales.code(order)
            buyer = int(sales.customer[order])
            rows.append([
                shop.profile.id, f"T{shop.profile.id[:2].upper()}{line:07d}", *times, names(order),
                company.goods.sku[int(sales.sku[line])], code, _KINDS[kind][0], _LANGUAGES[code],
                int(rng.choice([5, 5, 5, 4, 4, 3, 2, 1])) if times[2] and rng.random() < 0.4
                else None,
                remark(buyer, line * 9),
            ])  # fmt: skip
    return rows


def _requests(rng: np.random.Generator, company: Company) -> list[list[Cell]]:
    timeline, goods = company.timeline, company.goods
    rows: list[list[Cell]] = []
    for number in range(24):
        day = int(rng.integers(0, len(timeline.days)))
        decided = day + int(rng.integers(7, 40))
        done = decided + int(rng.integers(20, 120))
        state = "已完成" if done < len(timeline.days) else "处理中"
        if number % 7 == 3:
            state, done = "已拒绝", 10**6
        rows.append([
            f"REQ-{number + 1:03d}", timeline.days[day].isoformat(),
            goods.sku[int(rng.integers(0, 60))], rng.choice(["US", "DE", "JP", "MY", "TW"]),
            _WISHES[number % len(_WISHES)], int(rng.integers(1, 40)),
            rng.choice(["高", "中", "低"]), state,
            timeline.days[decided].isoformat() if decided < len(timeline.days) else None,
            timeline.days[done].isoformat() if done < len(timeline.days) else None,
        ])  # fmt: skip
    return [[str(one) if isinstance(one, np.str_) else one for one in row] for row in rows]


def _reviews(rng: np.random.Generator, company: Company, first: int) -> list[list[Cell]]:
    timeline, goods = company.timeline, company.goods
    rows: list[list[Cell]] = []
    for shop in company.of("amazon", "tiktok", "shopee"):
        sales, named = shop.after.sales, listing_names(shop)
        spoilt = set(shop.after.returns.line.tolist())
        for line in _some_lines(rng, shop, first, 0.03).tolist():
            day = int(sales.line_day[line]) + int(rng.integers(6, 30))
            if day >= len(timeline.days):
                continue
            # Who sent it back is not full of praise.
            odds = [0.05, 0.05, 0.1, 0.3, 0.5] if line in spoilt else [0.3, 0.25, 0.2, 0.15, 0.1]
            told = _WORDS[int(rng.choice(5, p=odds))] if line % 4 else _WORDS[5 + line % 3]
            name, mail = person(int(sales.customer[sales.order[line]]))
            sku = int(sales.sku[line])
            code = sales.code(int(sales.order[line]))
            rows.append([
                shop.profile.id, f"R{shop.profile.id[-2:].upper()}{line:07d}",
                timeline.days[day].isoformat(), goods.sku[sku], named(sku), None, code, told[3],
                told[0].format(name=name, mail=mail, phone=phone(line)), told[1], told[2],
                _LANGUAGES[code], name,
            ])  # fmt: skip
    for number in range(40):
        day = first + int(rng.integers(0, len(timeline.days) - first))
        told = _WORDS[int(rng.integers(0, 5))]
        rows.append([
            "amazon-us", f"RC{number:05d}", timeline.days[day].isoformat(),
            goods.sku[number % 8], None, "Brightpeak" if number % 2 else "Homewell", "US", told[3],
            told[0].format(name="", mail="", phone=phone(number)), told[1], told[2], "en", "",
        ])  # fmt: skip
    return rows


def _members(company: Company) -> list[list[Cell]]:
    """Raise a buyer of the own site to silver with the second order, to gold with the fourth."""
    shop, timeline = company.shop("own-site"), company.timeline
    sales = shop.after.sales
    count: dict[int, int] = {}
    since: dict[tuple[int, str], int] = {}
    for order in np.flatnonzero(~sales.cancelled).tolist():
        who = int(sales.customer[order])
        count[who] = count.get(who, 0) + 1
        tier = {2: "silver", 4: "gold", 7: "platinum"}.get(count[who])
        if tier:
            since[who, tier] = int(sales.day[order])
    rows: list[list[Cell]] = []
    following = {"silver": "gold", "gold": "platinum"}
    for (who, tier), day in since.items():
        risen = since.get((who, following.get(tier, "")))
        ends = None if risen is None else (timeline.days[risen] - timedelta(days=1)).isoformat()
        if risen is not None and risen == day:
            continue
        row: list[Cell] = [
            shop.profile.id, person(who)[1], tier, timeline.days[day].isoformat(), ends,
        ]  # fmt: skip
        rows.append(row)
    return rows
