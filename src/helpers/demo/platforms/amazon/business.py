"""Business Reports: sessions and sales per child ASIN and month, and per day."""

from __future__ import annotations

import numpy as np

from helpers.demo.assortment import Assortment
from helpers.demo.demand import Drawn
from helpers.demo.money import TICK
from helpers.demo.platforms.amazon.marketplaces import MARKETPLACES, asin, title
from helpers.demo.platforms.files import Exports, comma_separated
from helpers.demo.sales import Sales
from helpers.demo.timeline import Timeline

#: The by-ASIN download carries no ``Date`` column, unlike the by-date report.
BUSINESS_REPORT = (
    "(Parent) ASIN", "(Child) ASIN", "Title", "Sessions - Mobile App",
    "Sessions - Mobile APP - B2B", "Sessions - Browser", "Sessions - Browser - B2B",
    "Sessions - Total", "Sessions - Total - B2B", "Session Percentage - Mobile App",
    "Session Percentage - Mobile APP - B2B", "Session Percentage - Browser",
    "Session Percentage - Browser - B2B", "Session Percentage - Total",
    "Session Percentage - Total - B2B", "Page Views - Mobile App",
    "Page Views - Mobile APP - B2B", "Page Views - Browser", "Page Views - Browser - B2B",
    "Page Views - Total", "Page Views - Total - B2B", "Page Views Percentage - Mobile App",
    "Page Views Percentage - Mobile App - B2B", "Page Views Percentage - Browser",
    "Page Views Percentage - Browser - B2B", "Page Views Percentage - Total",
    "Page Views Percentage - Total - B2B", "Featured Offer (Buy Box) Percentage",
    "Featured Offer (Buy Box) Percentage - B2B", "Units Ordered", "Units Ordered - B2B",
    "Unit Session Percentage", "Unit Session Percentage - B2B", "Ordered Product Sales",
    "Ordered Product Sales - B2B", "Total Order Items", "Total Order Items - B2B",
)  # fmt: skip


def business_reports(drawn: Drawn, sales: Sales, timeline: Timeline, goods: Assortment) -> Exports:
    """Write sessions and sales per child ASIN and month; the file itself tells no date."""
    shop = sales.profile.id
    place = MARKETPLACES[shop]
    placed = sales.is_placed
    month_of = timeline.month_of_day[sales.line_day[placed]]
    article = sales.sku[placed]
    shape = (len(timeline.months), len(goods))
    units, items, value = (np.zeros(shape, dtype=np.int64) for _ in range(3))
    np.add.at(units, (month_of, article), sales.quantity[placed])
    np.add.at(items, (month_of, article), 1)
    np.add.at(value, (month_of, article), sales.listed[placed])
    starts = [timeline.days_of(month)[0] for month in range(len(timeline.months))]
    sessions = np.add.reduceat(drawn.sessions, starts, axis=0)

    def percent(part: float, whole: float) -> str:
        return f"{100 * part / whole:.2f}%" if whole else "0.00%"

    def money(ticks: int) -> str:
        whole = ticks / TICK
        return (
            f"{place.symbol}{whole:,.0f}" if sales.step == TICK else f"{place.symbol}{whole:,.2f}"
        )

    for month, name in enumerate(timeline.months):
        seen = sessions[month]
        total = int(seen.sum())
        views = seen + (seen * 37) // 100
        all_views = int(views.sum())
        app, app_views = seen * 58 // 100, views * 55 // 100
        rows = []
        for one in np.argsort(-seen, kind="stable").tolist():
            n, v = int(seen[one]), int(views[one])
            if not n:
                break
            b2b = n // 25
            rows.append((
                asin(one % 40), asin(one), title(goods, shop, one), f"{int(app[one]):,}", "0",
                f"{n - int(app[one]):,}", "0", f"{n:,}", str(b2b),
                percent(int(app[one]), max(int(app.sum()), 1)), "0.00%",
                percent(n - int(app[one]), max(total - int(app.sum()), 1)), "0.00%",
                percent(n, total), "0.00%", f"{int(app_views[one]):,}", "0",
                f"{v - int(app_views[one]):,}", "0", f"{v:,}", str(b2b),
                percent(int(app_views[one]), max(int(app_views.sum()), 1)), "0.00%",
                percent(v - int(app_views[one]), max(all_views - int(app_views.sum()), 1)),
                "0.00%", percent(v, all_views), "0.00%", f"{94 + one % 6}.00%", "0.00%",
                f"{int(units[month, one]):,}", "0", percent(int(units[month, one]), n), "0.00%",
                money(int(value[month, one])), money(0), f"{int(items[month, one]):,}", "0",
            ))  # fmt: skip
        if rows:
            yield (
                f"{shop}/{name}/BusinessReport-{name}.csv",
                comma_separated(BUSINESS_REPORT, rows, "utf-8-sig"),
            )
