"""Alibaba.com's product export: BIFF8, a preamble, the header on the sixth row."""

from __future__ import annotations

import numpy as np

from helpers.demo.assortment import Assortment
from helpers.demo.demand import Drawn
from helpers.demo.money import Array
from helpers.demo.platforms.files import Exports, old_workbook
from helpers.demo.platforms.templates import Visits
from helpers.demo.timeline import Timeline
from helpers.demo.titles import listed_as

Row = list[str | int | float]
PRODUCTS = (
    "产品ID", "产品名称", "是否橱窗", "是否顶展", "是否P4P", "搜索曝光次数", "搜索点击次数",
    "搜索点击率", "访问人数", "询盘个数", "询盘人数", "询盘率", "近90天商机人数", "收藏人数",
    "分享人数", "对比人数", "TM咨询人数", "提交订单个数", "产品负责人", "RTS线上买家数",
    "RTS线上实收GMV", "全店曝光次数", "全店点击次数", "营销曝光次数", "营销点击次数",
    "标准推广曝光次数", "标准推广点击次数", "全站推广曝光次数", "全站推广点击次数",
)  # fmt: skip


def listing(article: int) -> str:
    """Give the platform's product number."""
    return str(1_600_400_000_000 + (article + 3) * 7_177_711)


def listings(drawn: Drawn) -> list[tuple[str, int]]:
    """List the product numbers with the article each one sells."""
    listed = np.flatnonzero(drawn.expected.sessions.sum(axis=0) > 0)
    return [(listing(one), one) for one in listed.tolist()]


def told(
    rng: np.random.Generator, drawn: Drawn, timeline: Timeline, goods: Assortment
) -> list[list[Row]]:
    """Say what each product was seen, visited and asked for: the rows of every month."""
    starts = [timeline.days_of(month)[0] for month in range(len(timeline.months))]
    visits = np.add.reduceat(drawn.sessions, starts, axis=0)
    asked = np.add.reduceat(drawn.lines, starts, axis=0)
    listed = np.flatnonzero(drawn.expected.sessions.sum(axis=0) > 0)
    found = []
    for month in range(len(timeline.months)):
        first, after = timeline.days_of(month)
        found.append([
            _row(rng, one, goods, visits[month, one], asked[max(month - 2, 0) : month + 1, one])
            for one in listed.tolist()
            if goods.launched[one] <= after and goods.retired[one] >= first
        ])  # fmt: skip
    return found


def products(months: list[list[Row]], timeline: Timeline) -> Exports:
    """Write the product export, month by month."""
    for month, (name, rows) in enumerate(zip(timeline.months, months, strict=True)):
        first, after = timeline.days_of(month)
        above: list[Row] = [
            [f"产品分析,时间周期{timeline.days[first]}~{timeline.days[after - 1]}"],
            [], ["统计时间为美国太平洋时间"], [], [], list(PRODUCTS),
        ]  # fmt: skip
        yield (
            f"alibaba/{name}/Products-{timeline.days[after - 1]}.xls",
            old_workbook("Sheet1", [*above, *rows]),
        )


def overview(months: list[list[Row]]) -> list[Visits]:
    """Say what the shop's overview shows of each month; who sees two products is one visitor.

    How often the shop was shown, clicked and asked stays with the product export, where these
    add up.
    """
    found = []
    for rows in months:
        people = {
            header: [int(row[PRODUCTS.index(header)]) for row in rows]
            for header in ("访问人数", "询盘人数", "TM咨询人数")
        }
        views, asked, chatted = people.values()
        visitors = max(*views, 0, sum(views) * 72 // 100)
        sessions = visitors * 118 // 100
        found.append((
            sessions, visitors, max(sum(views) * 24 // 10, sessions),
            min(max(*asked, 0, sum(asked) * 94 // 100), visitors),
            min(max(*chatted, 0, sum(chatted) * 90 // 100), visitors),
        ))  # fmt: skip
    return found


def _row(rng: np.random.Generator, one: int, goods: Assortment, visits: int, quarter: Array) -> Row:
    visitors, inquiries = int(visits), int(quarter[-1])
    inquirers = inquiries - int(rng.binomial(inquiries, 0.08))
    clicks = int(visitors * 0.7)
    shown = int(clicks * rng.uniform(45, 70))
    pushed, whole = int(shown * 0.5), int(shown * 1.9)
    buyers = int(rng.binomial(inquiries, 0.12))
    return [
        listing(one), listed_as(goods, one), "是" if one % 5 == 0 else "否", "否",
        "是" if one % 3 == 0 else "否", shown, clicks,
        f"{100 * clicks / shown:.2f}%" if shown else "0.00%", visitors, inquiries, inquirers,
        f"{100 * inquirers / visitors:.2f}%" if visitors else "0.00%", int(quarter.sum()),
        int(rng.binomial(visitors, 0.03)), int(rng.binomial(visitors, 0.004)),
        int(rng.binomial(visitors, 0.006)), int(rng.binomial(visitors, 0.012)), buyers,
        f"业务员{one % 4 + 1}", buyers, round(buyers * float(goods.costs[0, one]) / 10_000 * 9, 2),
        whole, int(whole * 0.021), pushed, int(clicks * 0.4), int(pushed * 0.6),
        int(clicks * 0.25), pushed - int(pushed * 0.6), int(clicks * 0.4) - int(clicks * 0.25),
    ]  # fmt: skip
