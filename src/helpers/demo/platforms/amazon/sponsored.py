"""Sponsored Products: search terms and advertised products, in the old reports and the new."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from helpers.demo.advertising import Advertising
from helpers.demo.assortment import Assortment
from helpers.demo.money import TICK, smallest_payment, written
from helpers.demo.platforms.amazon.marketplaces import MARKETPLACES, asin
from helpers.demo.platforms.downloads import Download, before, by_year, lately
from helpers.demo.platforms.files import Cell, Exports, comma_separated, workbook
from helpers.demo.stores import COUNTRY_NAMES
from helpers.demo.timeline import Timeline

#: Several names end in a space, as Amazon writes them.
SEARCH_TERMS = (
    "Start Date", "End Date", "Portfolio name", "Currency", "Campaign Name", "Ad Group Name",
    "Retailer", "Country", "Targeting", "Match Type", "Customer Search Term", "Impressions",
    "Clicks", "Click-Thru Rate (CTR)", "Cost Per Click (CPC)", "Spend", "7 Day Total Sales ",
    "Total Advertising Cost of Sales (ACOS) ", "Total Return on Advertising Spend (ROAS)",
    "7 Day Total Orders (#)", "7 Day Total Units (#)", "7 Day Conversion Rate",
    "7 Day Advertised SKU Units (#)", "7 Day Other SKU Units (#)", "7 Day Advertised SKU Sales ",
    "7 Day Other SKU Sales ",
)  # fmt: skip


ADVERTISED_ZH = (
    "开始日期", "结束日期", "广告组合名称", "货币", "广告活动名称", "广告组名称", "零售商",
    "国家/地区", "广告SKU", "广告ASIN", "展示量", "点击量", "点击率 (CTR)", "单次点击成本 (CPC)",
    "花费", "7天总销售额", "广告投入产出比 (ACOS) 总计", "总广告投资回报率 (ROAS)",
    "7天总订单数(#)",
    "7天总销售量(#)", "7天的转化率", "7天内广告SKU销售量(#)", "7天内其他SKU销售量(#)",
    "7天内广告SKU销售额", "7天内其他SKU销售额",
)  # fmt: skip
ADVERTISED = (
    "Start Date",
    "End Date",
    "Portfolio name",
    "Currency",
    "Campaign Name",
    "Ad Group Name",
    "Retailer",
    "Country",
    "Advertised SKU",
    "Advertised ASIN",
    *SEARCH_TERMS[11:],
)
UNIFIED = (
    "Budget currency", "Date range", "Marketplace", "Campaign name", "Ad group name",
    "Search term", "Impressions", "Clicks", "CTR", "Total cost", "Purchases", "Sales",
    "Units sold",
)  # fmt: skip
UNIFIED_ADVERTISED = tuple(
    "Advertised product SKU" if one == "Search term" else one for one in UNIFIED
)

#: Since so many months three shops are reported in other ways; the United States keep the old.
NEW_REPORTS = 3


def _numbers(ads: Advertising, row: int) -> tuple[Cell, ...]:
    """Give what stands in the fifteen last columns of both old reports."""
    seen, clicks = int(ads.impressions[row]), int(ads.clicks[row])
    spend, worth = int(ads.spend[row]) / TICK, int(ads.sales[row]) / TICK
    orders, units = int(ads.orders[row]), int(ads.units[row])
    return (
        seen, clicks, round(clicks / seen, 6), round(spend / clicks, 4) if clicks else None, spend,
        worth, round(spend / worth, 4) if worth else None,
        round(worth / spend, 4) if spend else None, orders, units,
        round(orders / clicks, 4) if clicks else None, units, 0, worth, 0,
    )  # fmt: skip


def _rows_of(ads: Advertising, file: Download) -> list[int]:
    inside: list[int] = np.flatnonzero((file.first <= ads.day) & (ads.day < file.after)).tolist()
    return inside


def _advertised(ads: Advertising, row: int, goods: Assortment) -> int:
    """Name the article that an advertisement showed: one of the target's category."""
    target = ads.targets[int(ads.target[row])]
    shelf = np.flatnonzero((goods.category == target.category) & (goods.launched <= 0))
    return int(shelf[(int(ads.target[row]) * 3) % len(shelf)])


def search_terms(ads: Advertising, timeline: Timeline) -> Exports:
    """Write the search term reports by year, one row per term and day."""
    shop = ads.profile
    country = COUNTRY_NAMES[shop.country or "US"]
    is_old = shop.id == "amazon-us"
    for file in by_year(timeline) if is_old else before(timeline, NEW_REPORTS):
        rows: list[tuple[Cell, ...]] = []
        for row in _rows_of(ads, file):
            one = ads.targets[int(ads.target[row])]
            day = timeline.days[int(ads.day[row])]
            rows.append((
                day, day, None, shop.currency, one.campaign, one.ad_group, "Amazon", country,
                one.targeting, one.match_type, one.term, *_numbers(ads, row),
            ))  # fmt: skip
        if rows:
            yield (
                f"{shop.id}/{file.name}/Sponsored-Products-Search-term-report-{file.name}.xlsx",
                workbook("Sponsored Product Search Term R", SEARCH_TERMS, rows),
            )


def advertised_products(ads: Advertising, timeline: Timeline, goods: Assortment) -> Exports:
    """Write the same spend by advertised product: in English for one shop, in Chinese for one."""
    shop = ads.profile
    columns = {"amazon-us": ADVERTISED, "amazon-jp": ADVERTISED_ZH}.get(shop.id)
    if columns is None:
        return
    country = COUNTRY_NAMES[shop.country or "US"]
    files = lately(timeline, NEW_REPORTS)
    # Japan's last month is told by the new console.
    for file in files if shop.id == "amazon-us" else files[:-1]:
        rows: list[tuple[Cell, ...]] = []
        for row in _rows_of(ads, file):
            one, sku = ads.targets[int(ads.target[row])], _advertised(ads, row, goods)
            day = timeline.days[int(ads.day[row])]
            rows.append((
                day, day, None, shop.currency, one.campaign, one.ad_group, "Amazon", country,
                goods.sku[sku], asin(sku), *_numbers(ads, row),
            ))  # fmt: skip
        if rows:
            yield (
                f"{shop.id}/{file.name}/Sponsored-Products-Advertised-product-{file.name}.xlsx",
                workbook("Sponsored Product Advertised Pr", columns, rows),
            )


def unified_search_terms(shops: Sequence[Advertising], timeline: Timeline) -> Exports:
    """Write the new console's search terms: one account's file, each row of one marketplace.

    Britain and Germany are one account, whose people put its files where Britain's lie.
    """
    both = [one for one in shops if one.profile.id in ("amazon-uk", "amazon-de")]
    for file in lately(timeline, NEW_REPORTS):
        rows = [
            _unified(ads, row, ads.targets[int(ads.target[row])].term, timeline)
            for ads in both
            for row in _rows_of(ads, file)
        ]
        if rows:
            yield (
                f"amazon-uk/{file.name}/Amazon-Ads-Search-term-{file.name}.csv",
                comma_separated(UNIFIED, rows, "utf-8-sig"),
            )


def unified_products(ads: Advertising, timeline: Timeline, goods: Assortment) -> Exports:
    """Write the new console's advertised products for Japan's last month."""
    (file,) = lately(timeline, 1)
    rows = [
        _unified(ads, row, goods.sku[_advertised(ads, row, goods)], timeline)
        for row in _rows_of(ads, file)
    ]
    if rows:
        yield (
            f"{ads.profile.id}/{file.name}/Amazon-Ads-Advertised-product-{file.name}.csv",
            comma_separated(UNIFIED_ADVERTISED, rows, "utf-8-sig"),
        )


def _unified(ads: Advertising, row: int, shown: str, timeline: Timeline) -> tuple[str, ...]:
    one, day = ads.targets[int(ads.target[row])], timeline.days[int(ads.day[row])]
    seen, clicks = int(ads.impressions[row]), int(ads.clicks[row])
    step = smallest_payment(ads.profile.currency)
    return (
        ads.profile.currency, f"{day} - {day}", MARKETPLACES[ads.profile.id].channel, one.campaign,
        one.ad_group, shown, str(seen), str(clicks), f"{100 * clicks / seen:.2f}%",
        written(int(ads.spend[row]), step), str(int(ads.orders[row])),
        written(int(ads.sales[row]), step), str(int(ads.units[row])),
    )  # fmt: skip
