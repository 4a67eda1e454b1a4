"""Amazon's files: All Orders, Settlement V2, Business Report, Sponsored Products, FBA."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np

from helpers.demo.advertising import Advertising
from helpers.demo.aftermath import REASONS, Aftermath
from helpers.demo.assortment import Assortment
from helpers.demo.demand import Drawn
from helpers.demo.money import TICK, written
from helpers.demo.platforms.downloads import by_month, by_year
from helpers.demo.platforms.files import Exports, comma_separated, tab_separated, workbook
from helpers.demo.sales import US_STATES, Sales
from helpers.demo.shelves import counted
from helpers.demo.stores import COUNTRY_NAMES
from helpers.demo.timeline import Clock, Timeline, stamp

ALL_ORDERS = (
    "amazon-order-id", "merchant-order-id", "purchase-date", "last-updated-date", "order-status",
    "fulfillment-channel", "sales-channel", "order-channel", "url", "ship-service-level",
    "product-name", "sku", "asin", "item-status", "quantity", "currency", "item-price", "item-tax",
    "shipping-price", "shipping-tax", "gift-wrap-price", "gift-wrap-tax",
    "item-promotion-discount", "ship-promotion-discount", "ship-city", "ship-state",
    "ship-postal-code", "ship-country", "promotion-ids",
)  # fmt: skip

SETTLEMENT = (
    "settlement-id", "settlement-start-date", "settlement-end-date", "deposit-date",
    "total-amount", "currency", "transaction-type", "order-id", "merchant-order-id",
    "adjustment-id", "shipment-id", "marketplace-name", "amount-type", "amount-description",
    "amount", "fulfillment-id", "posted-date", "posted-date-time", "order-item-code",
    "merchant-order-item-id", "merchant-adjustment-item-id", "sku", "quantity-purchased",
    "promotion-id",
)  # fmt: skip

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

INVENTORY = (
    "sku", "fnsku", "asin", "product-name", "condition", "your-price", "mfn-listing-exists",
    "mfn-fulfillable-quantity", "afn-listing-exists", "afn-warehouse-quantity",
    "afn-fulfillable-quantity", "afn-unsellable-quantity", "afn-reserved-quantity",
    "afn-total-quantity", "per-unit-volume", "afn-inbound-working-quantity",
    "afn-inbound-shipped-quantity", "afn-inbound-receiving-quantity",
)  # fmt: skip

RETURNS = (
    "return-date", "order-id", "sku", "asin", "fnsku", "product-name", "quantity",
    "fulfillment-center-id", "detailed-disposition", "reason", "status", "license-plate-number",
    "customer-comments",
)  # fmt: skip


@dataclass(frozen=True)
class _Marketplace:
    """How one marketplace writes its files."""

    channel: str
    encoding: str
    symbol: str
    decimal: str
    posted_date: str
    cities: tuple[str, ...]
    prefix: int


_MARKETPLACES = {
    "amazon-us": _Marketplace(
        "Amazon.com", "utf-8", "$", ".", "%m/%d/%y",
        ("Sacramento", "Austin", "Orlando", "Buffalo", "Spokane", "Peoria", "Salem", "Athens"), 111,
    ),
    "amazon-uk": _Marketplace(
        "Amazon.co.uk", "cp1252", "£", ".", "%d/%m/%Y", ("Leeds", "Bristol", "Cardiff"), 203,
    ),
    "amazon-de": _Marketplace(
        "Amazon.de", "cp1252", "€", ",", "%d.%m.%Y", ("Köln", "München", "Nürnberg", "Kassel"), 303,
    ),
    "amazon-jp": _Marketplace(
        "Amazon.co.jp", "cp932", "¥", ".", "%Y/%m/%d", ("名古屋市", "札幌市", "神戸市"), 503,
    ),
}  # fmt: skip

#: An All Orders file repeats the last days of the file before, with what became of them.
OVERLAP_DAYS = 3
#: How long an order waits for its payment; till then it has no price.
PENDING_SECONDS = 9 * 3600
#: Accounts settle every fourteen days since so many months, and once a month before that.
FORTNIGHTLY = 6


def asin(article: int) -> str:
    """Give an article's ASIN: the same in every marketplace."""
    letters = "0123456789BCDFGHJKLMNPQRSTVWXYZ"
    number = (article + 1) * 7_368_787 % 31**6
    text = ""
    for _ in range(6):
        number, rest = divmod(number, 31)
        text = letters[rest] + text
    return f"B0D{text[:1]}{text[1:]}{letters[article % 31]}"


def order_id(shop: str, order: int) -> str:
    """Give an order number in Amazon's form, never twice in a shop."""
    return (
        f"{_MARKETPLACES[shop].prefix}-{order * 3_141_593 % 9_999_991:07d}"
        f"-{(order * 2_718_281 + 1_234_567) % 9_999_973:07d}"
    )


def _title(goods: Assortment, shop: str, article: int) -> str:
    match shop:
        case "amazon-de":
            return goods.name_de[article]
        case "amazon-jp":
            return goods.name_ja[article]
        case _:
            return goods.name_en[article]


def all_orders(sales: Sales, timeline: Timeline, goods: Assortment) -> Exports:
    """Write All Orders files by year, then by month, in UTC, with line totals as ``item-price``."""
    shop = sales.profile.id
    place = _MARKETPLACES[shop]
    step = sales.step
    first_line = np.flatnonzero(np.diff(sales.order, prepend=-1))
    bounds = np.append(first_line, len(sales.order)).tolist()
    day, utc = sales.day.tolist(), sales.utc.tolist()
    codes = [sales.code(order) for order in range(len(day))]
    columns = zip(
        sales.sku.tolist(), sales.quantity.tolist(), sales.listed.tolist(),
        (sales.tax_inside + sales.tax_on_top).tolist(), sales.seller_discount.tolist(),
        sales.line_cancelled.tolist(), strict=True,
    )  # fmt: skip
    lines = list(columns)
    shipping, cancelled, states = (
        sales.shipping.tolist(), sales.cancelled.tolist(), sales.state.tolist(),
    )  # fmt: skip
    ends = np.searchsorted(sales.day, np.arange(len(timeline.days) + 1)).tolist()
    month_of = timeline.month_of_day.tolist()
    for file in by_month(timeline):
        # Downloaded in the night after the file's last day, by the shop's clock.
        seen = int(sales.clock.day_starts[file.after]) + 5 * 3600
        is_last = file.after == len(timeline.days)
        rows: list[str] = []
        for order in range(ends[max(file.first - OVERLAP_DAYS, 0)], ends[file.after]):
            month = month_of[day[order]]
            decided = utc[order] + 9 * 3600
            shipped = utc[order] + 26 * 3600
            if cancelled[order] and (decided <= seen or is_last):
                status, updated = "Cancelled", min(decided, seen - 60)
            elif utc[order] > seen - PENDING_SECONDS and not is_last:
                status, updated = "Pending", utc[order] + 60
            elif shipped <= seen:
                status, updated = "Shipped", shipped
            else:
                status, updated = "Unshipped", utc[order] + 1800
            bought = stamp(utc[order], "%Y-%m-%dT%H:%M:%S+00:00")
            changed = stamp(updated, "%Y-%m-%dT%H:%M:%S+00:00")
            state = US_STATES[states[order]][0] if shop == "amazon-us" else ""
            city = place.cities[(order * 7 + states[order]) % len(place.cities)]
            number = order_id(shop, order)
            for line in range(bounds[order], bounds[order + 1]):
                sku, quantity, listed, tax, discount, gone = lines[line]
                item = "Cancelled" if gone else status
                if status == "Cancelled":
                    quantity = 0
                if status in ("Pending", "Cancelled"):
                    # No price is told before payment, and none is left of a cancelled order.
                    prices = [""] * 3
                else:
                    prices = [written(listed, step), written(tax, step) if tax else "",
                              written(discount, step) if discount else ""]  # fmt: skip
                fee = shipping[order] if line == bounds[order] else 0
                rows.append("\t".join((
                    number, "", bought, changed, status, "Amazon", place.channel, "", "",
                    "Standard", _title(goods, shop, sku), goods.sku[sku], asin(sku), item,
                    str(quantity), sales.profile.currency, prices[0], prices[1],
                    written(fee, step) if fee and prices[0] else "", "", "", "", prices[2], "",
                    city, state, "",
                    codes[order], f"PLM-{sku:04d}-{month:02d}" if discount else "",
                )))  # fmt: skip
        yield (
            f"{shop}/{file.name}/all-orders-{file.name}.txt",
            tab_separated(ALL_ORDERS, rows, place.encoding),
        )


def settlements(after: Aftermath, timeline: Timeline, goods: Assortment) -> Exports:
    """Write one file per settlement, which straddles the months, in components."""
    sales = after.sales
    shop, step, clock = sales.profile.id, sales.step, sales.clock
    place = _MARKETPLACES[shop]
    # utc, rank within the moment, transaction, order, type, description, amount, sku, quantity
    booked: list[tuple[int, int, str, str, str, str, int, str, str]] = []
    american = shop == "amazon-us"
    numbers = [order_id(shop, order) for order in range(len(sales.utc))]
    order_of, sku_of = sales.order.tolist(), sales.sku.tolist()
    principal = (sales.listed - sales.tax_inside).tolist()
    tax = (sales.tax_inside + sales.tax_on_top).tolist()
    discount, quantity = sales.seller_discount.tolist(), sales.quantity.tolist()
    shipping = sales.shipping.tolist()
    post = after.postings
    told: set[int] = set()
    for rank, (utc, line, commission, fulfilment) in enumerate(zip(
        post.utc.tolist(), post.line.tolist(), post.commission.tolist(),
        post.fulfilment.tolist(), strict=True,
    )):  # fmt: skip
        order = order_of[line]
        key = (utc, rank * 8, "Order", numbers[order])
        sku, units = goods.sku[sku_of[line]], str(quantity[line])
        booked.append((*key, "ItemPrice", "Principal", principal[line], sku, units))
        if tax[line]:
            booked.append((*key, "ItemPrice", "Tax", tax[line], sku, units))
            if american:
                booked.append((*key, "ItemWithheldTax", "MarketplaceFacilitatorTax-Principal",
                               -tax[line], sku, units))  # fmt: skip
        if shipping[order] and order not in told:
            booked.append((*key, "ItemPrice", "Shipping", shipping[order], sku, units))
        told.add(order)
        if discount[line]:
            booked.append((*key, "Promotion", "Principal", -discount[line], sku, units))
        booked.append((*key, "ItemFees", "FBAPerUnitFulfillmentFee", fulfilment, sku, units))
        booked.append((*key, "ItemFees", "Commission", commission, sku, units))
    back = after.refunds
    for rank, (utc, line, amount, taxed, fee, kept) in enumerate(zip(
        back.utc.tolist(), back.line.tolist(), back.amount.tolist(), back.tax.tolist(),
        back.commission_back.tolist(), back.commission_kept.tolist(), strict=True,
    )):  # fmt: skip
        key = (utc, rank * 8, "Refund", numbers[order_of[line]])
        sku = goods.sku[sku_of[line]]
        booked.append((*key, "ItemPrice", "Principal", -amount, sku, ""))
        if taxed:
            booked.append((*key, "ItemPrice", "Tax", -taxed, sku, ""))
            if american:
                booked.append((*key, "ItemWithheldTax", "MarketplaceFacilitatorTax-Principal",
                               taxed, sku, ""))  # fmt: skip
        booked.append((*key, "ItemFees", "Commission", fee, sku, ""))
        if kept:
            booked.append((*key, "ItemFees", "RefundCommission", kept, sku, ""))
    words = {"storage": "Storage Fee", "plan": "Subscription Fee"}
    for one in after.charges:
        booked.append((one.utc, 0, "other-transaction", "", "other-transaction", words[one.kind],
                       one.amount, "", ""))  # fmt: skip
    booked.sort(key=lambda row: (row[0], row[1]))

    bounds = _settlement_bounds(clock, timeline, place.prefix % 11)
    cycles: dict[int, list[tuple[int, int, str, str, str, str, int, str, str]]] = defaultdict(list)
    for row in booked:
        cycles[bisect_right(bounds, row[0]) - 1].append(row)

    def money(ticks: int) -> str:
        return written(ticks, step).replace(".", place.decimal)

    moment = "%Y-%m-%d %H:%M:%S UTC"
    for cycle, (opens, closes) in enumerate(pairwise(bounds)):
        rows = cycles.get(cycle, [])
        if not rows:
            continue
        number = f"{place.prefix}{20_000_000 + cycle * 37_129:09d}"
        total = sum(row[6] for row in rows)
        times = (opens, closes, closes + 172_800)
        head = [number, *(stamp(one, moment) for one in times), money(total)]
        head.append(sales.profile.currency)
        written_rows = ["\t".join(head + [""] * (len(SETTLEMENT) - len(head)))]
        for place_in_file, row in enumerate(rows):
            utc, _, transaction, order_number, kind, description, amount, sku, units = row
            written_rows.append("\t".join((
                number, "", "", "", "", "", transaction, order_number, "", "", "",
                place.channel if order_number else "", kind, description, money(amount),
                "AFN" if order_number else "", stamp(utc, place.posted_date), stamp(utc, moment),
                f"{cycle:03d}{place_in_file:07d}" if order_number else "", "", "", sku, units, "",
            )))  # fmt: skip
        last_day = int(np.clip(clock.day_of(np.array([closes - 1]))[0], 0, len(timeline.days) - 1))
        month = timeline.months[int(timeline.month_of_day[last_day])]
        yield (
            f"{shop}/{month}/settlement-{number}.txt",
            tab_separated(SETTLEMENT, written_rows, place.encoding),
        )


def _settlement_bounds(clock: Clock, timeline: Timeline, shift: int) -> list[int]:
    """Give the UTC seconds at which settlements begin, and the window's end as the last one.

    ``shift`` days after the month's turn one closes, so that none is a calendar month.
    """
    into = shift * 86_400 + 3 * 3600
    bounds = [int(clock.day_starts[0]) - shift * 86_400 + 3 * 3600]
    bounds += [
        int(clock.day_starts[timeline.days_of(month)[0]]) + into
        for month in range(1, len(timeline.months) - FORTNIGHTLY + 1)
    ]
    while bounds[-1] + 14 * 86_400 < clock.end:
        bounds.append(bounds[-1] + 14 * 86_400)
    return [*bounds, clock.end]


def business_reports(drawn: Drawn, sales: Sales, timeline: Timeline, goods: Assortment) -> Exports:
    """Write sessions and sales per child ASIN and month; the file itself tells no date."""
    shop = sales.profile.id
    place = _MARKETPLACES[shop]
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
                asin(one % 40), asin(one), _title(goods, shop, one), f"{int(app[one]):,}", "0",
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


def inventory(drawn: Drawn, timeline: Timeline, goods: Assortment) -> Exports:
    """Write what lies in the warehouse at each month's end; the file itself tells no date."""
    shop = drawn.expected.profile.id
    place = _MARKETPLACES[shop]
    for month, day, shelves in counted(drawn, timeline, goods):
        name = timeline.months[month]
        rows = []
        for shelf in shelves:
            one, hand, coming = shelf.article, shelf.on_hand, shelf.inbound
            held, spoilt = shelf.reserved, shelf.unsellable
            working, receiving = coming // 4, coming // 6
            price = goods.prices[drawn.expected.shop, timeline.years[day], one]
            step = TICK if place.encoding == "cp932" else 100
            rows.append("\t".join((
                goods.sku[one], f"X00{one:07d}", asin(one), _title(goods, shop, one), "New",
                written(int(price), step), "No", "", "Yes", str(hand + spoilt + held), str(hand),
                str(spoilt), str(held), str(hand + spoilt + held + coming),
                f"{goods.weight[one] * 0.12:.2f}", str(working),
                str(coming - working - receiving), str(receiving),
            )))  # fmt: skip
        yield (
            f"{shop}/{name}/fba-inventory-{name}.txt",
            tab_separated(INVENTORY, rows, place.encoding),
        )


def returns(after: Aftermath, timeline: Timeline, goods: Assortment) -> Exports:
    """Write what came back, by the year in which it came back."""
    sales = after.sales
    shop = sales.profile.id
    back = after.returns
    sequence = np.argsort(back.utc, kind="stable")
    days = back.day[sequence]
    for file in by_year(timeline):
        rows = []
        for row in sequence[(file.first <= days) & (days < file.after)].tolist():
            line = int(back.line[row])
            sku = int(sales.sku[line])
            reason, state, _ = REASONS[int(back.reason[row])]
            rows.append("\t".join((
                stamp(int(back.utc[row]), "%Y-%m-%dT%H:%M:%S+00:00"),
                order_id(shop, int(sales.order[line])), goods.sku[sku], asin(sku), f"X00{sku:07d}",
                _title(goods, shop, sku), str(int(back.quantity[row])), f"FC{line % 9 + 1}",
                state, reason, "Unit returned to inventory" if state == "SELLABLE" else "",
                f"LPN{line:08d}", "",
            )))  # fmt: skip
        if rows:  # nobody keeps a download without a single return
            yield (
                f"{shop}/{file.name}/fba-returns-{file.name}.txt",
                tab_separated(RETURNS, rows, _MARKETPLACES[shop].encoding),
            )


def listings(drawn: Drawn) -> list[tuple[str, int]]:
    """List the ASINs of a shop with the article each one sells."""
    listed = np.flatnonzero(drawn.expected.sessions.sum(axis=0) > 0)
    return [(asin(one), one) for one in listed.tolist()]
