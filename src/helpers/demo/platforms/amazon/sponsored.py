"""Sponsored Products: search terms and advertised products, in the old reports and the new."""

from __future__ import annotations

from datetime import date

import numpy as np

from helpers.demo.advertising import Advertising
from helpers.demo.money import TICK
from helpers.demo.platforms.downloads import by_year
from helpers.demo.platforms.files import Exports, workbook
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


def search_terms(ads: Advertising, timeline: Timeline) -> Exports:
    """Write the Sponsored Products search term reports by year, one row per term and day."""
    shop = ads.profile
    country = COUNTRY_NAMES[shop.country or "US"]
    for file in by_year(timeline):
        rows: list[tuple[str | int | float | date | None, ...]] = []
        for row in np.flatnonzero((file.first <= ads.day) & (ads.day < file.after)).tolist():
            one = ads.targets[int(ads.target[row])]
            day = timeline.days[int(ads.day[row])]
            seen, clicks = int(ads.impressions[row]), int(ads.clicks[row])
            spend, worth = int(ads.spend[row]) / TICK, int(ads.sales[row]) / TICK
            orders, units = int(ads.orders[row]), int(ads.units[row])
            rows.append((
                day, day, None, shop.currency, one.campaign, one.ad_group, "Amazon", country,
                one.targeting, one.match_type, one.term, seen, clicks, round(clicks / seen, 6),
                round(spend / clicks, 4) if clicks else None, spend, worth,
                round(spend / worth, 4) if worth else None,
                round(worth / spend, 4) if spend else None, orders, units,
                round(orders / clicks, 4) if clicks else None, units, 0, worth, 0,
            ))  # fmt: skip
        if rows:
            yield (
                f"{shop.id}/{file.name}/Sponsored-Products-Search-term-report-{file.name}.xlsx",
                workbook("Sponsored Product Search Term R", SEARCH_TERMS, rows),
            )
