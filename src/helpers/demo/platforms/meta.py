"""Meta Ads Manager: the currency in a header, a total without names, one file in Chinese."""

from __future__ import annotations

import numpy as np

from helpers.demo.advertising import Advertising
from helpers.demo.money import written
from helpers.demo.platforms.downloads import lately
from helpers.demo.platforms.files import Exports, comma_separated
from helpers.demo.platforms.google import GOOGLES, QUARTER
from helpers.demo.timeline import Timeline

ENGLISH = (
    "Reporting starts", "Reporting ends", "Campaign name", "Ad set name", "Ad name",
    "Amount spent (USD)", "Impressions", "Link clicks", "Results", "Result indicator",
    "Purchases", "Purchases conversion value",
)  # fmt: skip
CHINESE = (
    "报告开始日期", "报告结束日期", "广告系列名称", "成效", "成效指标", "已花费金额 (USD)",
    "购物转化价值", "广告花费回报 (ROAS) - 购物", "CPM（千次展示费用） (USD)", "链接点击量",
    "加入购物车次数", "结账发起次数", "展示次数",
)  # fmt: skip


def reports(ads: Advertising, timeline: Timeline) -> Exports:
    """Write what Google did not get, by campaign, advertisement and day."""
    shop = ads.profile
    theirs = [n for n, one in enumerate(ads.targets) if one.category not in GOOGLES]
    for place, file in enumerate(lately(timeline, QUARTER)):
        inside = (file.first <= ads.day) & (ads.day < file.after) & np.isin(ads.target, theirs)
        rows, totals = [], [0, 0, 0]
        is_chinese = place == QUARTER - 1
        for cell in np.flatnonzero(inside).tolist():
            one, day = ads.targets[int(ads.target[cell])], timeline.days[int(ads.day[cell])]
            cost, seen, hits = (
                int(ads.spend[cell]),
                int(ads.impressions[cell]),
                int(ads.clicks[cell]),
            )
            bought, worth = int(ads.orders[cell]), int(ads.sales[cell])
            totals = [totals[0] + cost, totals[1] + seen, totals[2] + hits]
            told = {
                "Reporting starts": day.isoformat(), "Reporting ends": day.isoformat(),
                "Campaign name": one.campaign, "Ad set name": one.ad_group, "Ad name": one.term,
                "Amount spent (USD)": written(cost), "Impressions": str(seen),
                "Link clicks": str(hits), "Results": str(bought),
                "Result indicator": "actions:offsite_conversion.fb_pixel_purchase",
                "Purchases": str(bought), "Purchases conversion value": written(worth),
            }  # fmt: skip
            told |= {
                "报告开始日期": day.isoformat(), "报告结束日期": day.isoformat(),
                "广告系列名称": f"{one.campaign} | {one.term}", "成效": str(bought),
                "成效指标": "购物",
                "已花费金额 (USD)": written(cost), "购物转化价值": written(worth),
                "广告花费回报 (ROAS) - 购物": f"{worth / cost:.4f}" if cost else "",
                "链接点击量": str(hits), "展示次数": str(seen),
            }  # fmt: skip
            columns = CHINESE if is_chinese else ENGLISH
            rows.append([told.get(column, "") for column in columns])
        if not rows:
            continue
        first, last = timeline.days[file.first], timeline.days[file.after - 1]
        total = {
            "Reporting starts": str(first), "报告开始日期": str(first),
            "Reporting ends": str(last), "报告结束日期": str(last),
            "Amount spent (USD)": written(totals[0]), "已花费金额 (USD)": written(totals[0]),
            "Impressions": str(totals[1]), "展示次数": str(totals[1]),
            "Link clicks": str(totals[2]), "链接点击量": str(totals[2]),
        }  # fmt: skip
        rows.insert(0, [total.get(column, "") for column in columns])
        yield (
            f"{shop.id}/{file.name}/Lantern-Ads-{first:%b-%d-%Y}-{last:%b-%d-%Y}.csv",
            comma_separated(columns, rows, "utf-8-sig"),
        )
