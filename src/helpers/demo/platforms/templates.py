"""Our own templates, for what no platform export covers yet.

Each is a sheet that its keeper adds to, so that one file holds a shop's whole history.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from helpers.demo.advertising import Advertising
from helpers.demo.aftermath import REASONS, Aftermath
from helpers.demo.assortment import CATEGORIES, Assortment
from helpers.demo.demand import Drawn
from helpers.demo.money import TICK, written
from helpers.demo.people import person
from helpers.demo.platforms.downloads import at_once
from helpers.demo.platforms.files import Exports, comma_separated, workbook
from helpers.demo.sales import Sales
from helpers.demo.shelves import Counts
from helpers.demo.timeline import Timeline, stamp

PRODUCT_MASTER = (
    "sku", "name_en", "name_zh", "category_en", "category_zh", "brand", "supplier_id",
    "started_on", "launched_on", "retired_on", "is_exclusive", "has_video", "has_3d",
    "is_ready_to_ship", "quality_score", "lead_time_days", "order_minimum",
)  # fmt: skip
#: One article in so many lies ready, and is not made to order.
READY_EVERY = 3
LANDED_COSTS = ("sku", "valid_from", "currency", "unit_cost")
SKU_MAP = ("store_id", "listing_id", "sku")
FEE_STATEMENT = (
    "store_id", "statement_id", "posted_date", "order_id", "sku", "country", "category",
    "description", "currency", "amount",
)  # fmt: skip
AD_REPORT = (
    "store_id", "date", "campaign", "ad_group", "target", "match_type", "impressions", "clicks",
    "currency", "spend", "orders", "units", "sales",
)  # fmt: skip
STORE_TRAFFIC = (
    "store_id", "date", "sessions", "visitors", "page_views", "seconds_on_page", "add_to_carts",
    "orders", "units", "currency", "sales",
)  # fmt: skip
#: The same template as a platform's overview fills it that counts people once a month.
MONTHLY_TRAFFIC = (
    "store_id", "date", "end_date", "sessions", "visitors", "page_views", "inquirers", "tm_users",
)  # fmt: skip
RETURNS_LOG = (
    "store_id", "return_date", "order_id", "sku", "quantity", "reason", "disposition",
    "requested_at", "received_at", "inspected_at", "refunded_at",
)  # fmt: skip
#: Not a template: the company's own sheet, which ``sources/refund_sheet.yml`` describes.
REFUNDS = ("shop", "case", "order", "article", "paid back on", "paid back", "tax in it", "buyer")

REFUND_SHEET = """\
# What the Shopee shops and the Alibaba.com store gave back: the platforms' exports name no amounts
# and no days. The folder says which days the sheet speaks for, those without a refund too.
source: refund_sheet
name: {en: "Refund sheet (Shopee, Alibaba.com)", zh: 退款登记表（虾皮、阿里国际站）}
facts: [refunds]
period: place_too
store: {column: shop}
known_by: [case, paid_back_on, paid_back, tax]
columns:
  shop: {type: id}
  case: {type: id}
  order: {type: id}
  article: {type: id}
  paid_back_on: {header: paid back on, type: date}
  paid_back: {header: paid back, type: money, decimal: point}
  tax: {header: tax in it, type: money, decimal: point}
ignored: [buyer]
tables:
  refunds:
    fill:
      refund_id: case
      order_id: order
      sku: article
      local_date: paid_back_on
      amount: {subtract: [paid_back, tax]}
"""
OrderName = Callable[[int], str]
#: Sessions, visitors, page views, inquirers and chatting buyers of one month.
Visits = tuple[int, int, int, int, int]
STOCK_COUNT = (
    "store_id", "count_date", "warehouse", "sku", "on_hand", "reserved", "inbound", "unsellable",
    "age_0_90", "age_91_180", "age_181_plus",
)  # fmt: skip


def product_master(goods: Assortment) -> Exports:
    """Write the master of all articles as a workbook."""
    rows = []
    for n in range(len(goods)):
        en, zh, _, _ = CATEGORIES[goods.category[n]]
        retired = goods.retire_dates[n]
        rows.append((
            goods.sku[n], goods.name_en[n], goods.name_zh[n], en, zh, "Lantern",
            f"SUP-{goods.supplier[n]:02d}", goods.start_dates[n].isoformat(),
            goods.launch_dates[n].isoformat(),
            retired.isoformat() if retired else None, "yes" if goods.exclusive[n] else "no",
            "yes" if goods.has_video[n] else "no", "yes" if goods.has_3d[n] else "no",
            "yes" if n % READY_EVERY == 0 else "no", float(goods.quality[n]),
            int(goods.lead_days[n]), int(goods.order_minimum[n]),
        ))  # fmt: skip
    yield "product-master.xlsx", workbook("products", PRODUCT_MASTER, rows)


def landed_costs(goods: Assortment) -> Exports:
    """Write what each article costs delivered, from which day on."""
    rows = [
        (goods.sku[n], day.isoformat(), "CNY", written(int(goods.costs[change, n])))
        for n in range(len(goods))
        for change, day in enumerate(goods.cost_days)
    ]
    yield "landed-costs.csv", comma_separated(LANDED_COSTS, rows)


def sku_map(pairs: list[tuple[str, str, str]]) -> Exports:
    """Write which article each listing sells."""
    yield "sku-map.csv", comma_separated(SKU_MAP, pairs)


def fee_statements(
    after: Aftermath,
    opens: int,
    order_name: OrderName,
    timeline: Timeline,
    goods: Assortment,
    given_up: int = 0,
) -> Exports:
    """Write a shop's monthly fee statements, one row per order line and kind of fee.

    The last ``given_up`` months are missing: since then the platform's own statement is read.
    """
    sales = after.sales
    shop, post = sales.profile, after.postings
    month_of = timeline.month_of_day[post.day]
    words = {"storage": ("storage", "Storage"), "plan": ("other_fee", "Monthly plan")}
    rows: list[tuple[str, ...]] = []
    for month, name in enumerate(timeline.months[: len(timeline.months) - given_up]):
        statement = f"{shop.id.upper()}-{name}"
        for row in np.flatnonzero(month_of == month).tolist():
            line = int(post.line[row])
            day = timeline.days[int(post.day[row])].isoformat()
            order = int(sales.order[line])
            head = (shop.id, statement, day, order_name(order), goods.sku[int(sales.sku[line])],
                    sales.code(order))  # fmt: skip
            for kind, word, amount in (
                ("commission", "Commission", int(post.commission[row])),
                ("fulfilment", "Parcel", int(post.fulfilment[row])),
            ):
                if not amount:
                    continue
                rows.append((*head, kind, word, shop.currency, written(amount)))
        rows += _given_back(after, month, statement, order_name, timeline, goods)
        for one in after.charges:
            if int(timeline.month_of_day[one.day]) == month:
                rows.append((shop.id, statement, timeline.days[one.day].isoformat(), "", "", "",
                             *words[one.kind], shop.currency, written(one.amount)))  # fmt: skip
    yield from _sheet(shop.id, "fees", FEE_STATEMENT, rows, opens, timeline, given_up)


def _given_back(
    after: Aftermath,
    month: int,
    statement: str,
    order_name: OrderName,
    timeline: Timeline,
    goods: Assortment,
) -> list[tuple[str, ...]]:
    """Tell what the platform gave back of its commission, where refunds have a day."""
    sales, back = after.sales, after.refunds
    if sales.profile.undated_refunds:
        return []
    rows: list[tuple[str, ...]] = []
    for row in np.flatnonzero(timeline.month_of_day[back.day] == month).tolist():
        line = int(back.line[row])
        order = int(sales.order[line])
        amount = int(back.commission_back[row] + back.commission_kept[row])
        rows.append((
            sales.profile.id, statement, timeline.days[int(back.day[row])].isoformat(),
            order_name(order), goods.sku[int(sales.sku[line])], sales.code(order), "commission",
            "Commission returned", sales.profile.currency, written(amount),
        ))  # fmt: skip
    return rows


def ad_reports(ads: Advertising, opens: int, timeline: Timeline, given_up: int = 0) -> Exports:
    """Write a shop's advertising by day and target, but for the last ``given_up`` months."""
    known = timeline.month_of_day[ads.day] < len(timeline.months) - given_up
    shop = ads.profile
    rows = []
    for row in np.flatnonzero(known).tolist():
        one = ads.targets[int(ads.target[row])]
        rows.append((
            shop.id, timeline.days[int(ads.day[row])].isoformat(), one.campaign, one.ad_group,
            one.term, one.match_type.lower(), str(int(ads.impressions[row])),
            str(int(ads.clicks[row])), shop.currency, written(int(ads.spend[row])),
            str(int(ads.orders[row])), str(int(ads.units[row])), written(int(ads.sales[row])),
        ))  # fmt: skip
    yield from _sheet(shop.id, "ads", AD_REPORT, rows, opens, timeline, given_up)


def store_traffic(drawn: Drawn, sales: Sales, timeline: Timeline) -> Exports:
    """Write a shop's visits by day."""
    shop = sales.profile
    days = len(timeline.days)
    placed = sales.is_placed
    units = np.bincount(sales.line_day[placed], sales.quantity[placed], minlength=days)
    value = np.bincount(sales.line_day[placed], sales.paid[placed] / TICK, minlength=days)
    orders = np.bincount(sales.day[~sales.cancelled], minlength=days)
    sessions = drawn.sessions.sum(axis=1)
    rows = []
    for day in range(drawn.expected.opens, days):
        seen = max(int(sessions[day]), int(orders[day]))
        rows.append((
            shop.id, timeline.days[day].isoformat(), str(seen),
            str(max(seen * 88 // 100, int(orders[day]))), str(seen * 27 // 10),
            # Seven days of a week differ, and pages hold people a little longer every month.
            str((seen * 27 // 10) * (42 + day % 7 + day // 60)),
            str(max(seen * 9 // 100, int(orders[day]))), str(int(orders[day])),
            str(int(units[day])), shop.currency, f"{value[day]:.2f}",
        ))  # fmt: skip
    yield from _sheet(shop.id, "traffic", STORE_TRAFFIC, rows, drawn.expected.opens, timeline)


def monthly_visits(shop: str, visits: Sequence[Visits], timeline: Timeline) -> Exports:
    """Write a shop's visits by month, as a platform shows them that counts people once a month."""
    rows = []
    for month, one in enumerate(visits):
        first, after = timeline.days_of(month)
        ends = (timeline.days[first].isoformat(), timeline.days[after - 1].isoformat())
        rows.append((shop, *ends, *map(str, one)))
    yield from _sheet(shop, "traffic", MONTHLY_TRAFFIC, rows, 0, timeline)


def returns_log(
    after: Aftermath,
    opens: int,
    order_name: OrderName,
    timeline: Timeline,
    goods: Assortment,
) -> Exports:
    """Write what came back to a shop's own warehouse, in order of its arrival."""
    sales, back = after.sales, after.returns
    rows = []
    for row in np.argsort(back.utc, kind="stable").tolist():
        line = int(back.line[row])
        reason, state, _ = REASONS[int(back.reason[row])]
        rows.append((
            sales.profile.id, timeline.days[int(back.day[row])].isoformat(),
            order_name(int(sales.order[line])), goods.sku[int(sales.sku[line])],
            str(int(back.quantity[row])), reason, state,
            *_steps(sales, line, int(back.utc[row])),
        ))  # fmt: skip
    yield from _sheet(sales.profile.id, "returns-log", RETURNS_LOG, rows, opens, timeline)


def _steps(sales: Sales, line: int, received: int) -> tuple[str, ...]:
    """Tell when the buyer asked, the goods came, were looked at and paid back; open ones lack it.

    Chance is that of the line's number, so that nothing drawn before or after depends on it.
    """
    chance = np.random.default_rng([71, line])
    asked = received - int(chance.integers(4, 11)) * 86_400 - int(chance.integers(0, 86_400))
    inspected = received + int(np.exp(chance.normal(10.9, 0.6)))
    back = inspected + int(np.exp(chance.normal(12.0, 0.7)))
    asked = max(asked, int(sales.utc[sales.order[line]]) + 86_400)
    return tuple(
        stamp(at + int(sales.clock.offset(np.array([at]))[0]), "%Y-%m-%d %H:%M:%S")
        if at < sales.clock.end else ""
        for at in (asked, received, inspected, back)
    )  # fmt: skip


def refunds(
    after: Aftermath, opens: int, order_name: OrderName, timeline: Timeline, goods: Assortment
) -> Exports:
    """Write what a shop gave back, for its own mapping in ``sources``: no export tells it."""
    sales, back = after.sales, after.refunds
    rows = [
        (sales.profile.id, f"RF{line:08d}", order_name(int(sales.order[line])),
         goods.sku[int(sales.sku[line])], timeline.days[day].isoformat(), written(amount + tax, 1),
         written(tax, 1), person(int(sales.customer[sales.order[line]]))[0])
        for line, day, amount, tax in zip(
            back.line.tolist(), back.day.tolist(), back.amount.tolist(), back.tax.tolist(),
            strict=True,
        )
    ]  # fmt: skip
    yield from _sheet(sales.profile.id, "refunds", REFUNDS, rows, opens, timeline)


def stock_counts(
    shop: str,
    opens: int,
    counts: Counts,
    timeline: Timeline,
    goods: Assortment,
    place: tuple[str, int] = ("", 0),
) -> Exports:
    """Write what lay in a shop's own warehouse at each month's end.

    Args:
        shop: The shop.
        opens: Its first day.
        counts: What was counted.
        timeline: The window.
        goods: All articles.
        place: What the ERP calls the warehouse, and for how many months it has told its stock,
            so that nobody counted any more.
    """
    warehouse, given_up = place
    known = len(timeline.months) - given_up
    rows = [
        (shop, timeline.days[day].isoformat(), warehouse, goods.sku[shelf.article],
         str(shelf.on_hand), str(shelf.reserved), str(shelf.inbound), str(shelf.unsellable),
         *(map(str, shelf.ages) if shelf.ages else ("", "", "")))
        for month, day, shelves in counts
        if month < known
        for shelf in shelves
    ]  # fmt: skip
    yield from _sheet(shop, "stock-count", STOCK_COUNT, rows, opens, timeline, given_up)


def _sheet(
    shop: str,
    name: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    opens: int,
    timeline: Timeline,
    given_up: int = 0,
) -> Exports:
    """Put a sheet into a folder that tells its days, since some of them have no row."""
    if rows:  # nobody begins a sheet before there is something to write into it
        place = f"{shop}/{at_once(timeline, opens, given_up).name}/{name}.csv"
        yield place, comma_separated(columns, rows)
