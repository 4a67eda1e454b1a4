"""What lies in a shop's warehouse when it is counted, on the last day of each month."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from helpers.demo.assortment import Assortment
from helpers.demo.demand import Array, Drawn
from helpers.demo.timeline import Timeline
from helpers.demo.wholesale import Trade

Counts = Iterator[tuple[int, int, list["Shelf"]]]
#: Days after which goods are no longer young, and no longer of middle age.
YOUNG, MIDDLE = 90, 180


@dataclass(frozen=True)
class Shelf:
    """One article in one shop's warehouse at the end of a day, in units."""

    article: int
    on_hand: int
    #: Sold or set aside, and still in the house.
    reserved: int
    unsellable: int
    inbound: int
    #: Of what is on hand, how much has lain here up to 90 days, up to 180, and longer.
    ages: tuple[int, int, int] | None = None


def counted(drawn: Drawn, timeline: Timeline, goods: Assortment) -> Counts:
    """Give month, day and shelves of every count; a shop that is not open yet counts nothing."""
    listed = np.flatnonzero(drawn.expected.sessions.sum(axis=0) > 0)
    came = _come_until(drawn)
    for month in range(len(timeline.months)):
        day = timeline.days_of(month)[1] - 1
        if day < drawn.expected.opens:
            continue
        shelves = []
        for one in listed.tolist():
            hand, coming = int(drawn.on_hand[day, one]), int(drawn.inbound[day, one])
            # Articles are stocked up before they are launched and counted until all are gone.
            if day < goods.launched[one] - 60 or (day > goods.retired[one] and not hand + coming):
                continue
            spoilt = (hand + one) % 23 // 21
            ages = _ages(hand, came[:, one], day)
            shelves.append(Shelf(one, hand, hand // 14, spoilt, coming, ages))
        yield month, day, shelves


def _come_until(drawn: Drawn) -> Array:
    """Add up, day by day, what came into the house: the first stock, then what sales left more."""
    before = np.vstack([np.zeros_like(drawn.on_hand[:1]), drawn.on_hand[:-1]])
    came: Array = np.cumsum(np.maximum(drawn.on_hand - before + drawn.units, 0), axis=0)
    return came


def _ages(hand: int, came: Array, day: int) -> tuple[int, int, int]:
    """Divide what is on hand by age: the oldest goods are always sold first."""

    def since(days: int) -> int:
        return int(came[day] - (came[day - days] if day >= days else 0))

    young = min(hand, since(YOUNG))
    middle = min(hand, since(MIDDLE)) - young
    return young, middle, hand - young - middle


def counted_for_firms(deal: Trade, drawn: Drawn, timeline: Timeline, goods: Assortment) -> Counts:
    """Give month, day and shelves of a wholesale shop, which is asked for more than it sells.

    Most of an order is made for it; of what is asked for again and again some lies ready.
    """
    sales, months = deal.sales, len(timeline.months)
    listed = np.flatnonzero(drawn.expected.sessions.sum(axis=0) > 0)
    placed = sales.is_placed
    ordered = timeline.month_of_day[sales.line_day]
    gone = np.zeros((months + 1, len(goods)), dtype=np.int64)
    np.add.at(gone, (ordered[placed], sales.sku[placed]), sales.quantity[placed])
    # Two months of what is usual, in whole cartons of ten; the last month is followed by its like.
    ready = 20 + 10 * np.ceil(gone[:months].sum(axis=0) / months * 2 / 10).astype(np.int64)
    gone[months] = gone[months - 1]
    held = np.zeros((months + 1, len(goods)), dtype=np.int64)
    before = ready
    for month in range(months + 1):
        before = held[month] = np.maximum(ready, before - gone[month])
    leaves = deal.terms.shipped[sales.order]
    for month in range(months):
        day = timeline.days_of(month)[1] - 1
        waits = placed & (sales.line_day <= day) & ((leaves < 0) | (leaves > day))
        promised = np.zeros(len(goods), dtype=np.int64)
        np.add.at(promised, sales.sku[waits], sales.quantity[waits])
        coming = held[month + 1] - held[month] + gone[month + 1]
        yield (
            month,
            day,
            [
                Shelf(
                    one, int(held[month, one]), int(promised[one]), (month + one) % 23 // 21,
                    int(coming[one]),
                )
                for one in listed.tolist()
                if goods.launched[one] - 60 <= day and day <= goods.retired[one]
            ],
        )  # fmt: skip
