"""Shopee Ads: six lines about the shop, a blank one, the header, and first the shop as a whole."""

from __future__ import annotations

from helpers.demo.advertising import Advertising
from helpers.demo.money import smallest_payment, written
from helpers.demo.platforms.downloads import lately
from helpers.demo.platforms.files import Exports, comma_separated
from helpers.demo.platforms.shopee import listing
from helpers.demo.timeline import Timeline

COLUMNS = (
    "Sequence", "Ad Name", "Status", "Ads Type", "Product ID", "Bidding Method", "Placement",
    "Start Date", "End Date", "Impression", "Clicks", "CTR", "Conversions", "Direct Conversions",
    "Conversion Rate", "Direct Conversion Rate", "Cost per Conversion",
    "Cost per Direct Conversion", "Items Sold", "Direct Items Sold", "GMV", "Direct GMV",
    "Expense", "ROAS", "Direct ROAS", "ACOS", "Direct ACOS",
)  # fmt: skip
CHINESE = (
    "排序", "廣告名稱", "狀態", "廣告類型", "商品編號", "版位", "開始日期", "結束日期",
    "瀏覽數", "點擊數", "點擊率", "轉換數", "直接轉換數", "轉換率", "直接轉換率", "每個轉換成本",
    "每一直接轉換的成本", "商品售出件數", "直接商品售出件數", "銷售金額", "直接銷售金額", "花費",
    "投入產出比", "直接投入產出比", "成本收入對比", "直接成本收入對比",
)  # fmt: skip
#: Downloaded for so many months; what was spent before stands in the advertising sheet.
MONTHS = 3


def reports(ads: Advertising, opens: int, timeline: Timeline) -> Exports:
    """Write one report a month, one row per advertisement."""
    shop = ads.profile
    is_chinese = shop.id == "shopee-tw"
    step = smallest_payment(shop.currency)
    for file in lately(timeline, MONTHS, opens):
        inside = (file.first <= ads.day) & (ads.day < file.after)
        first, last = timeline.days[file.first], timeline.days[file.after - 1]
        rows: list[list[str]] = []
        whole = [0] * 6
        for number, one in enumerate(ads.targets):
            cells = inside & (ads.target == number)
            measures = (ads.impressions, ads.clicks, ads.orders, ads.units, ads.sales, ads.spend)
            sums = [int(values[cells].sum()) for values in measures]
            if not sums[0]:
                continue
            whole = [a + b for a, b in zip(whole, sums, strict=True)]
            name, product = f"{one.term} [{number + 1}]", listing(number * 3).split("_")[0]
            rows.append(_row(str(len(rows) + 2), name, product, sums, step))
        if not rows:
            continue
        rows.insert(0, _row("1", "Shop", "-", whole, step))
        about = [
            f"Shopee Ads All CPC Ads Report - {shop.country}", f"User Name,lantern.{shop.country}",
            "Shop name,Lantern Trading", "Shop ID,880042",
            f"Report Creation Time,{last:%d/%m/%Y} 23:59:00",
            f"{'日期期間' if is_chinese else 'Date Period'},{first:%d/%m/%Y} - {last:%d/%m/%Y}",
        ]  # fmt: skip
        if is_chinese:
            rows = [row[:5] + row[6:] for row in rows]
        table = comma_separated(CHINESE if is_chinese else COLUMNS, rows).decode()
        text = "\n".join(about) + "\n\n" + table
        yield (
            f"{shop.id}/{file.name}/Shopee-Ads-Overall-Data-{file.name}.csv",
            text.encode("utf-8-sig"),
        )


def _row(number: str, name: str, product: str, sums: list[int], step: int) -> list[str]:
    seen, hits, orders, units, value, cost = sums
    ctr, cvr = (f"{100 * a / max(b, 1):.2f}%" for a, b in ((hits, seen), (orders, hits)))
    each = written(cost // orders if orders else 0)
    roas = f"{value / cost:.2f}" if cost else "0"
    acos = f"{100 * cost / value:.2f}%" if value else "-"
    return [
        number, name, "Ongoing", "Product Search Ad", product, "Manual Bidding", "Search Result",
        "01/01/2025", "Unlimited", str(seen), str(hits), ctr, str(orders), str(orders), cvr, cvr,
        each, each, str(units), str(units), written(value, step), written(value, step),
        written(cost, step), roas, roas, acos, acos,
    ]  # fmt: skip
