"""What lies in a shop's warehouse when it is counted, on the last day of each month."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from helpers.demo.assortment import Assortment
from helpers.demo.demand import Drawn
from helpers.demo.timeline import Timeline


@dataclass(frozen=True)
class Shelf:
    """One article in one shop's warehouse at the end of a day, in units."""

    article: int
    on_hand: int
    #: Sold or set aside, and still in the house.
    reserved: int
    unsellable: int
    inbound: int


def counted(
    drawn: Drawn, timeline: Timeline, goods: Assortment
) -> Iterator[tuple[int, int, list[Shelf]]]:
    """Give month, day and shelves of every count; a shop that is not open yet counts nothing."""
    listed = np.flatnonzero(drawn.expected.sessions.sum(axis=0) > 0)
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
            shelves.append(Shelf(one, hand, hand // 14, (hand + one) % 23 // 21, coming))
        yield month, day, shelves
