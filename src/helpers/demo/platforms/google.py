"""Google Analytics 4 and Google Ads: preambles, several tables in a file, totals among the rows."""

from __future__ import annotations

import numpy as np

from helpers.demo.advertising import Advertising
from helpers.demo.demand import Drawn
from helpers.demo.money import TICK, written
from helpers.demo.platforms.downloads import lately
from helpers.demo.platforms.files import Exports, comma_separated
from helpers.demo.sales import Sales
from helpers.demo.timeline import Timeline

CHANNELS = (
    ("Organic Search", 0.27), ("Direct", 0.21), ("Paid Search", 0.19), ("Paid Social", 0.15),
    ("Email", 0.08), ("Referral", 0.06), ("Organic Social", 0.04),
)  # fmt: skip
BY_CHANNEL = (
    "Session primary channel group (Default Channel Group)", "Total users", "Sessions",
    "Engaged sessions", "Engagement rate", "Average engagement time per session", "Views",
    "Add to carts", "Ecommerce purchases", "Purchase revenue", "Totals",
)  # fmt: skip
BY_DAY = ("Date", "Total users", "Sessions", "Views", "Engagement rate", "Totals")
CAMPAIGNS = (
    "Day", "Campaign", "Campaign status", "Currency code", "Cost", "Impr.", "Clicks",
    "Conversions", "Conv. value", "CTR",
)  # fmt: skip
QUARTER = 3
#: Google's campaigns are those of every other category; the others are Meta's.
GOOGLES = (0, 2, 4)


def analytics(drawn: Drawn, sales: Sales, timeline: Timeline) -> Exports:
    """Write traffic by channel, a second table below it, and lately by day."""
    shop = sales.profile.id
    sessions = drawn.sessions.sum(axis=1)
    placed, days = ~sales.cancelled, len(timeline.days)
    orders = np.bincount(sales.day[placed], minlength=days)
    value = np.zeros(days, dtype=np.int64)
    np.add.at(value, sales.line_day[sales.is_placed], sales.paid[sales.is_placed])
    for file in lately(timeline, QUARTER):
        inside = slice(file.first, file.after)
        whole, bought = int(sessions[inside].sum()), int(orders[inside].sum())
        worth = int(value[inside].sum())
        rows = []
        for channel, share in CHANNELS:
            seen = int(whole * share)
            rows.append(_channel(channel, seen, int(bought * share), int(worth * share)))
        total = _channel("", whole, bought, worth)
        rows.append([*total[:-1], "Grand total"])
        channels = comma_separated(BY_CHANNEL, rows).decode()
        nth = comma_separated(("Nth day", "Active users"), [
            (f"{day - file.first:04d}", str(int(sessions[day]) * 84 // 100))
            for day in range(file.first, file.after)
        ]).decode()  # fmt: skip
        head = _preamble("Traffic acquisition: Session primary channel group", timeline,
                         file.first, file.after)  # fmt: skip
        yield (
            f"{shop}/{file.name}/Traffic_acquisition-{file.name}.csv",
            (head + channels + "\n" + nth).encode(),
        )
        by_day = [
            (f"{timeline.days[day]:%Y%m%d}", str(int(sessions[day]) * 84 // 100),
             str(int(sessions[day])), str(int(sessions[day]) * 27 // 10), "0.6134", "")
            for day in range(file.first, file.after)
        ]  # fmt: skip
        by_day.append(("", str(whole * 70 // 100), str(whole), str(whole * 27 // 10), "0.6134",
                       "Grand total"))  # fmt: skip
        head = _preamble("Free form 1", timeline, file.first, file.after)
        text = head + comma_separated(BY_DAY, by_day).decode()
        yield f"{shop}/{file.name}/Free_form-{file.name}.csv", text.encode()


def _channel(channel: str, seen: int, bought: int, worth: int) -> list[str]:
    return [
        channel, str(seen * 84 // 100), str(seen), str(seen * 61 // 100), "0.6134", "48.21",
        str(seen * 27 // 10), str(seen * 9 // 100), str(bought), written(worth), "",
    ]  # fmt: skip


def _preamble(title: str, timeline: Timeline, first: int, after: int) -> str:
    rule = "# ----------------------------------------\n"
    return (
        f"{rule}# {title}\n# Account: Lantern Trading\n# Property: shop.example.com\n{rule}#\n"
        f"# All Users\n# Start date: {timeline.days[first]:%Y%m%d}\n"
        f"# End date: {timeline.days[after - 1]:%Y%m%d}\n"
    )


def campaigns(ads: Advertising, timeline: Timeline) -> Exports:
    """Write Google's share of the advertising by campaign and day; one file as Excel's variant."""
    shop = ads.profile
    for place, file in enumerate(lately(timeline, QUARTER)):
        rows, total = [], 0
        inside = (file.first <= ads.day) & (ads.day < file.after)
        for day in range(file.first, file.after):
            for category in GOOGLES:
                mine = [n for n, one in enumerate(ads.targets) if one.category == category]
                cells = np.flatnonzero(inside & (ads.day == day) & np.isin(ads.target, mine))
                if not len(cells):
                    continue
                cost, seen = int(ads.spend[cells].sum()), int(ads.impressions[cells].sum())
                hits, worth = int(ads.clicks[cells].sum()), int(ads.sales[cells].sum())
                total += cost
                rows.append([
                    timeline.days[day].isoformat(), ads.targets[mine[0]].campaign, "Enabled",
                    shop.currency, f"{cost / TICK:,.2f}", f"{seen:,}", f"{hits:,}",
                    f"{int(ads.orders[cells].sum())}.00", f"{worth / TICK:,.2f}",
                    f"{100 * hits / seen:.2f}%" if seen else " --",
                ])  # fmt: skip
        if not rows:
            continue
        for name in ("Total: Campaigns", "Total: Account"):
            rows.append(["", name, " --", shop.currency, f"{total / TICK:,.2f}", " --", " --",
                         " --", " --", " --"])  # fmt: skip
        first, last = timeline.days[file.first], timeline.days[file.after - 1]
        above = f'Campaign report\n"{first:%B} {first.day}, {first.year} - ' \
                f'{last:%B} {last.day}, {last.year}"\n'  # fmt: skip
        name = f"{shop.id}/{file.name}/Campaign report {file.name}.csv"
        if place == QUARTER - 2:
            # What the console calls "Excel .csv": UTF-16 with tabs.
            lines = ["\t".join(row) for row in ([*CAMPAIGNS], *rows)]
            yield name, (above.replace('"', "") + "\n".join(lines) + "\n").encode("utf-16")
        else:
            yield name, above.encode() + comma_separated(CAMPAIGNS, rows)
