"""Alibaba.com's keywords, and what promotion cost: by day and plan, and by product."""

from __future__ import annotations

import numpy as np

from helpers.demo.advertising import TERMS, Advertising
from helpers.demo.assortment import Assortment
from helpers.demo.demand import Drawn
from helpers.demo.money import TICK, Array
from helpers.demo.platforms.alibaba import listing
from helpers.demo.platforms.downloads import FEW, by_month, lately
from helpers.demo.platforms.files import Cell, Exports, old_workbook, workbook
from helpers.demo.timeline import Timeline

KEYWORDS = (
    "词", "曝光量", "点击量", "点击率", "外贸直通车曝光", "外贸直通车点击", "外贸直通车推广时长",
    "Top10平均曝光", "Top10平均点击", "关键词指数", "卖家规模指数",
)  # fmt: skip
PLAN = (
    "日期", "花费", "全站商机量", "L1+买家点击占比", "曝光量", "点击量", "全站商机-TM咨询量",
    "全站商机-询盘量", "全站商机成本", "L1+全站商机量", "全站商机转化率", "L1+点击量", "点击成本",
    "点击率", "全站商机-订单量",
)  # fmt: skip
PROMOTED = (
    "产品ID", "产品型号", "曝光量", "点击量", "点击率", "询盘量", "TM咨询量", "全站商机量",
    "订单量", "L1+全站商机量", "全站商机转化率",
)  # fmt: skip

#: Words of other alphabets, a competitor's brand, and one that no seller competes for.
_FOREIGN = ("hervidor eléctrico", "чайник электрический", "غلاية كهربائية", "電気ケトル",
            "nike water bottle", "gooseneck kettle wholesale")  # fmt: skip
#: Keywords were looked up in the same months of the year before, too.
YEAR = 12


def _rate(part: float, whole: float) -> str:
    return f"{100 * part / whole:.2f}%" if whole else "0.00%"


def keywords(rng: np.random.Generator, drawn: Drawn, timeline: Timeline) -> Exports:
    """Write which words the shop was found by, month by month."""
    words = [term for group in TERMS for term in group] + list(_FOREIGN)
    weight = np.exp(rng.normal(0, 0.8, len(words)))
    market = np.rint(np.exp(rng.normal(5.6, 0.9, len(words)))).astype(int)
    sellers = rng.integers(2, 60, len(words))
    # The year before has a stream of its own: what is written of the last months stays.
    earlier = rng.spawn(1)[0]
    grown = earlier.uniform(0.9, 1.5, len(words))
    known = [*lately(timeline, FEW), *lately(timeline, YEAR + FEW)[:-YEAR]]
    for place, file in enumerate(known):
        chance, since = (rng, grown / grown) if place < FEW else (earlier, grown)
        visits = int(drawn.sessions[file.first : file.after].sum())
        first, last = timeline.days[file.first], timeline.days[file.after - 1]
        rows: list[list[str | int | float]] = [
            [f"关键词分析,时间周期{first}~{last}"], [], ["统计时间为美国太平洋时间"], [], [],
            list(KEYWORDS),
        ]  # fmt: skip
        for word, part, index, size in zip(
            words, weight, np.rint(market / since).astype(int), sellers, strict=True
        ):
            clicks = int(visits * 0.5 * part / weight.sum())
            seen = int(clicks * chance.uniform(40, 75)) + int(chance.integers(0, 30))
            paid_clicks = int(clicks * 0.35)
            paid = int(seen * 0.45) if paid_clicks else 0
            best = float(index) * 14
            rows.append([
                word, seen, clicks, _rate(clicks, seen), paid, paid_clicks,
                int(chance.integers(0, 31)), round(best, 1), round(best * 0.022, 1), int(index),
                int(size),
            ])  # fmt: skip
        yield f"alibaba/{file.name}/getKeywords-{last}.xls", old_workbook("Sheet1", rows)


def plans(ads: Advertising, timeline: Timeline) -> Exports:
    """Write the plan report: spend in yuan and leads, day by day, below them their sum."""
    days = len(timeline.days)

    def daily(values: Array) -> Array:
        total = np.zeros(days, dtype=np.int64)
        np.add.at(total, ads.day, values)
        return total

    spend, seen, clicks, leads = (
        daily(one) for one in (ads.spend, ads.impressions, ads.clicks, ads.orders)
    )
    for file in by_month(timeline, months=FEW):
        rows = [
            _planned(f"{timeline.days[day]}", *(int(one[day]) for one in (spend, seen, clicks,
                     leads)))
            for day in range(file.first, file.after)
        ]  # fmt: skip
        inside = slice(file.first, file.after)
        rows.append(_planned("汇总", *(int(one[inside].sum()) for one in (spend, seen, clicks,
                    leads))))  # fmt: skip
        first, last = timeline.days[file.first], timeline.days[file.after - 1]
        yield (
            f"alibaba/{file.name}/{first:%y%m%d}-{last:%y%m%d}-计划报告.xlsx",
            workbook("计划报告", PLAN, rows),
        )


def _planned(day: str, spend: int, seen: int, clicks: int, leads: int) -> list[Cell]:
    consulted, better = leads // 4, leads * 2 // 5
    cost = spend / TICK
    return [
        day, round(cost, 2), leads, _rate(better, max(leads, 1)), seen, clicks, consulted,
        leads - consulted, round(cost / leads, 2) if leads else 0, better, _rate(leads, clicks),
        clicks * 2 // 5, round(cost / clicks, 2) if clicks else 0, _rate(clicks, seen),
        leads // 16,
    ]  # fmt: skip


def promoted_products(
    rng: np.random.Generator, drawn: Drawn, ads: Advertising, timeline: Timeline, goods: Assortment
) -> Exports:
    """Write the product report: three rows of titles, the products, and their sum."""
    for file in lately(timeline, FEW):
        inside = (file.first <= ads.day) & (ads.day < file.after)
        visits = drawn.sessions[file.first : file.after].sum(axis=0)
        best = np.argsort(-visits, kind="stable")[:25]
        parts = visits[best] / max(int(visits[best].sum()), 1)
        clicks = rng.multinomial(int(ads.clicks[inside].sum()), parts)
        leads = np.minimum(rng.multinomial(int(ads.orders[inside].sum()), parts), clicks)
        rows: list[list[Cell]] = []
        for one, hits, asked in zip(best.tolist(), clicks.tolist(), leads.tolist(), strict=True):
            rows.append(_promoted(listing(one), goods.sku[one], hits, asked))
        rows.append(_promoted("汇总", "", int(clicks.sum()), int(leads.sum())))
        first, last = timeline.days[file.first], timeline.days[file.after - 1]
        above = [["产品报告"], [f"统计时间:{first}~{last}"], ["统计时间为美国太平洋时间"]]
        yield (
            f"alibaba/{file.name}/{first:%y%m%d}-{last:%y%m%d}.xlsx",
            workbook("产品报告", PROMOTED, rows, above),
        )


def _promoted(number: str, model: str, clicks: int, leads: int) -> list[Cell]:
    seen, consulted = clicks * 61 + 17, leads // 4
    return [
        number, model, seen, clicks, _rate(clicks, seen), leads - consulted, consulted, leads,
        leads // 16, leads * 2 // 5, _rate(leads, clicks),
    ]  # fmt: skip
