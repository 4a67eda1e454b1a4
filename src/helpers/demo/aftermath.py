"""What follows a sale: parcels, fees, goods sent back, money given back, statements.

Days are the shop's local days of the moment something was booked. What is booked after the
window has not happened yet, so it is in no file and in no total.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from helpers.demo.assortment import Assortment
from helpers.demo.demand import Drawn
from helpers.demo.money import CENT, TICK, Array, share_of
from helpers.demo.sales import Sales
from helpers.demo.stores import Profile
from helpers.demo.timeline import Clock, Timeline

REASONS = (
    ("UNWANTED_ITEM", "SELLABLE", 0.27), ("ORDERED_WRONG_ITEM", "SELLABLE", 0.13),
    ("NOT_AS_DESCRIBED", "CUSTOMER_DAMAGED", 0.16), ("DEFECTIVE", "DEFECTIVE", 0.19),
    ("DAMAGED_BY_CARRIER", "CARRIER_DAMAGED", 0.09), ("QUALITY_UNACCEPTABLE", "DEFECTIVE", 0.10),
    ("MISSED_ESTIMATED_DELIVERY", "SELLABLE", 0.06),
)  # fmt: skip


@dataclass(frozen=True)
class Posting:
    """Amounts booked on one line of one order; one entry per posting. Positive is to the seller."""

    utc: Array
    day: Array
    line: Array
    commission: Array
    fulfilment: Array


@dataclass(frozen=True)
class GivenBack:
    """Money given back for a whole line, tax and shipping out; one entry per refund."""

    utc: Array
    day: Array
    line: Array
    amount: Array
    tax: Array
    commission_back: Array
    commission_kept: Array


@dataclass(frozen=True)
class SentBack:
    """Goods the warehouse received back; one entry per line."""

    utc: Array
    day: Array
    line: Array
    quantity: Array
    reason: Array


@dataclass(frozen=True)
class Charge:
    """A charge without an order: storage, subscription."""

    utc: int
    day: int
    kind: str
    amount: int


@dataclass(frozen=True)
class Aftermath:
    """All that follows one shop's sales inside the window."""

    sales: Sales
    postings: Posting
    refunds: GivenBack
    returns: SentBack
    charges: list[Charge]


#: What firms get back of a line that they complain about, in per cent, and how often. Only for
#: all of it do they send the goods back: a container costs more than what is wrong in it.
CLAIMS = ((10, 0.34), (20, 0.28), (30, 0.16), (100, 0.22))


def follow_up(
    rng: np.random.Generator,
    drawn: Drawn,
    sales: Sales,
    timeline: Timeline,
    goods: Assortment,
    shipped: Array | None = None,
) -> Aftermath:
    """Book what follows one shop's sales.

    Args:
        rng: The shop's own stream of chance.
        drawn: What was asked for, and what stock allowed.
        sales: What was sold.
        timeline: The window.
        goods: All articles.
        shipped: Where firms buy: the day on which each order left, -1 while it has not. They pay
            long before that, and settle complaints for a part of the price.
    """
    shop, clock = sales.profile, sales.clock
    placed = np.flatnonzero(sales.is_placed)
    # The whole order leaves at once; it is booked when it leaves.
    leaves = sales.utc + rng.integers(18 * 3600, 62 * 3600, len(sales.utc))
    posted = leaves[sales.order]

    base = sales.paid
    commission = share_of(base, shop.commission, 1000, sales.step)
    if shop.platform == "shopify":
        commission += 30 * CENT * (np.diff(sales.order, prepend=-1) > 0)  # a fixed part per order
    parcel = shop.fulfilment * (0.75 + 0.45 * goods.weight[sales.sku])
    whole = np.rint(parcel * TICK / sales.step).astype(np.int64) * sales.step
    fulfilment = whole * sales.quantity

    booked = placed[posted[placed] < clock.end]
    postings = Posting(
        utc=posted[booked], day=clock.day_of(posted[booked]), line=booked,
        commission=-commission[booked], fulfilment=-fulfilment[booked],
    )  # fmt: skip

    dislike = np.exp(rng.normal(0, 0.5, len(goods)))
    dislike /= dislike.mean()
    comes_back = rng.random(len(sales.sku)) < shop.returned * dislike[sales.sku]
    back = placed[comes_back[placed]]
    part = np.full(len(back), 100)
    left = posted
    if shipped is not None:
        back = back[shipped[sales.order[back]] >= 0]
        part = rng.choice([one[0] for one in CLAIMS], len(back), p=[one[1] for one in CLAIMS])
        left = clock.day_starts[np.maximum(shipped, 0)][sales.order] + 12 * 3600
    received = left[back] + rng.integers(6 * 86_400, 26 * 86_400, len(back))
    received = _after_the_pause(received, shop, clock, timeline)
    refunded = received + rng.integers(3600, 60 * 3600, len(back))
    keeps_goods = rng.random(len(back)) < 0.12  # not worth sending back
    if shipped is not None:
        keeps_goods = part < 100
    reason = rng.choice(len(REASONS), len(back), p=[one[2] for one in REASONS])
    if shop.undated_refunds:
        # The export tells the amount with the order and no day: it counts on the order's day.
        refund_day = sales.line_day[back]
        # One sum per order is all the export holds: one line of an order comes back.
        happened = np.diff(sales.order[back], prepend=-1) > 0
    else:
        refund_day = clock.day_of(refunded)
        happened = refunded < clock.end
    # The buyer gets what he paid: the platform's part of a discount was never his.
    gross, returned_commission = (sales.paid - sales.platform_discount)[back], commission[back]
    if shipped is not None:
        gross = share_of(gross, part, 100, sales.step)
        returned_commission = share_of(returned_commission, part, 100, sales.step)
    rates = np.array([shop.tax.get(code, 0) for code in shop.ships_to])
    rate = rates[sales.country[sales.order[back]]]
    finest = 1 if shop.tax_rate else sales.step
    inside = share_of(gross, rate, 1000 + rate, finest) if shop.tax_basis == "included" else 0
    amount, tax = gross - inside, inside + sales.tax_on_top[back]
    if shop.undated_refunds:
        # Nobody can say which part of an order's code one line had: the order comes back whole.
        entire = _by_order(sales, sales.code_discount)[sales.order[back]] > 0
        amount = np.where(entire, _by_order(sales, sales.gmv)[sales.order[back]], amount)
        tax = np.where(entire, _by_order(sales, sales.tax_on_top)[sales.order[back]], tax)
    kept = np.minimum(share_of(returned_commission, 20, 100, sales.step), 5 * TICK)
    refunds = GivenBack(
        utc=refunded[happened], day=refund_day[happened], line=back[happened],
        amount=amount[happened],
        tax=tax[happened],
        commission_back=returned_commission[happened], commission_kept=-kept[happened],
    )  # fmt: skip
    arrived = np.flatnonzero((received < clock.end) & ~keeps_goods)
    line = back[arrived]
    if shop.undated_refunds:
        # Goods follow the money: only what was refunded comes, and an order given back entire
        # comes with all its lines.
        arrived = arrived[happened[arrived]]
        arrived, line = _with_all_lines(sales, arrived, back[arrived], entire[arrived])
    returns = SentBack(
        utc=received[arrived], day=clock.day_of(received[arrived]), line=line,
        quantity=sales.quantity[line], reason=reason[arrived],
    )  # fmt: skip
    return Aftermath(
        sales, postings, refunds, returns, _charges(rng, drawn, sales, timeline, goods)
    )


def _after_the_pause(received: Array, shop: Profile, clock: Clock, timeline: Timeline) -> Array:
    """Let what came in the month without intake be received a month later."""
    month = len(timeline.months) - 1 - (shop.intake_paused or 0)
    if shop.intake_paused is None or month < 1:
        return received
    first, after = timeline.days_of(month)
    starts, ends = int(clock.day_starts[first]), int(clock.day_starts[after])
    waits = (starts <= received) & (received < ends)
    late: Array = np.where(waits, received + (ends - starts), received)
    return late


def _with_all_lines(sales: Sales, parcel: Array, line: Array, entire: Array) -> tuple[Array, Array]:
    """Pair each parcel with the line it holds, or with all lines of the order where marked."""
    first = np.searchsorted(sales.order, sales.order[line], side="left")
    after = np.searchsorted(sales.order, sales.order[line], side="right")
    first, after = np.where(entire, first, line), np.where(entire, after, line + 1)
    count = after - first
    within = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
    return np.repeat(parcel, count), np.repeat(first, count) + within


def _by_order(sales: Sales, values: Array) -> Array:
    """Add up a column of lines by order."""
    total = np.zeros(len(sales.utc), dtype=np.int64)
    np.add.at(total, sales.order, values)
    return total


def _charges(
    rng: np.random.Generator, drawn: Drawn, sales: Sales, timeline: Timeline, goods: Assortment
) -> list[Charge]:
    """Charge storage for the month before in the middle of a month, and the monthly plan."""
    shop, clock = sales.profile, sales.clock
    per_kilo = shop.fulfilment * 0.035
    found: list[Charge] = []
    for month in range(len(timeline.months)):
        first, after = timeline.days_of(month)
        if after <= drawn.expected.opens:
            continue
        if month and first > drawn.expected.opens:
            before, _ = timeline.days_of(month - 1)
            kilos = float((drawn.on_hand[before:first] @ goods.weight).mean())
            # Winter storage is dearer.
            dear = 1.8 if timeline.months[month - 1][5:] in ("10", "11", "12") else 1.0
            amount = round(kilos * per_kilo * dear * TICK / sales.step) * sales.step
            moment = int(clock.day_starts[first + 13]) + int(rng.integers(3600, 80_000))
            if amount:
                found.append(Charge(moment, first + 13, "storage", -amount))
        plan = {"amazon-us": 39_99, "own-site": 79_00}.get(shop.id)
        if plan:
            moment = int(clock.day_starts[first + 4]) + int(rng.integers(3600, 80_000))
            found.append(Charge(moment, first + 4, "plan", -plan * CENT))
    return found
