"""When two offers may be compared, and what the one costs against the other.

A price index of a pack of two against one piece, of a price with tax against one without, or of
a hundred pieces against one says nothing about who is dearer. Such pairs are named with their
reason and have no index.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

from helpers.vocabulary.labels import Label

#: First quantity of each tier; who buys one piece and who buys a hundred see different markets.
TIERS = (1, 2, 10, 50, 200, 1000)
REASONS: dict[str, Label] = {
    "no_own": Label(en="no price of ours at that time", zh="同期无我方价格"),
    "no_rate": Label(en="no exchange rate", zh="缺少汇率"),
    "no_price": Label(en="no price above nought", zh="价格不大于零"),
    "pack": Label(en="packs of different size", zh="包装数量不同"),
    "tier": Label(en="different order minimum", zh="起订量档位不同"),
    "tax": Label(en="one with tax, one without or not known", zh="含税口径不同或未知"),
    "shipping": Label(en="shipping known of one side only", zh="仅一方运费已知"),
}


@dataclass(frozen=True)
class Offer:
    """What one seller asked for one of our articles' peers on one day.

    Attributes:
        seller: Name of the rival; ours where it is our own offer.
        sku: Our article beside which it stands.
        market: Country.
        day: When it was seen; of sales, the last day.
        price: Of one pack in base currency, after promotion; None without an exchange rate.
        list_price: Likewise before it; None where none is stated.
        shipping: Of one pack in base currency; None: not known.
        has_tax: Whether the price holds tax; None: not known.
        pack_size: Pieces in a pack.
        order_minimum: Pieces that must be bought at that price.
    """

    seller: str
    sku: str
    market: str
    day: date
    price: float | None
    list_price: float | None = None
    shipping: float | None = None
    has_tax: bool | None = None
    pack_size: int = 1
    order_minimum: int = 1

    @property
    def delivered(self) -> float | None:
        """Price of one piece with shipping, as far as it is known."""
        if self.price is None:
            return None
        return (self.price + (self.shipping or 0.0)) / self.pack_size

    @property
    def promotion_depth(self) -> float | None:
        """Share that the promotion takes off the list price; None where no list price is known."""
        if self.price is None or not self.list_price:
            return None
        return max(1 - self.price / self.list_price, 0.0)


def tier(quantity: int) -> int:
    """Give the first quantity of the tier that ``quantity`` lies in.

    >>> tier(1), tier(60), tier(5000)
    (1, 50, 1000)
    """
    return max(first for first in TIERS if first <= max(quantity, 1))


def not_comparable(own: Offer | None, rival: Offer) -> tuple[str, ...]:
    """List why two offers may not be compared (keys of ``REASONS``); empty where they may.

    What is unknown of both sides counts as alike: one person wrote both down the same way.
    """
    if own is None:
        return ("no_own",)
    found = []
    if own.price is None or rival.price is None:
        found.append("no_rate")
    elif min(own.price, rival.price) <= 0:
        found.append("no_price")
    if own.pack_size != rival.pack_size:
        found.append("pack")
    if tier(own.order_minimum) != tier(rival.order_minimum):
        found.append("tier")
    if own.has_tax != rival.has_tax:
        found.append("tax")
    if (own.shipping is None) != (rival.shipping is None):
        found.append("shipping")
    return tuple(found)


def price_index(own: Offer | None, rival: Offer) -> float | None:
    """Divide our delivered price by the rival's: 1.1 says that we are 10 % dearer.

    Returns:
        None where the two may not be compared.
    """
    if own is None or not_comparable(own, rival):
        return None
    assert own.delivered is not None and rival.delivered is not None
    return own.delivered / rival.delivered


@dataclass(frozen=True)
class Standing:
    """Where we stand among peers.

    Attributes:
        own: Our figure.
        peers: How many others there are.
        median: Of the others.
        gap: own ÷ median - 1.
        rank: Our place from the lowest, 1 being the lowest; ties share the better place.
    """

    own: float
    peers: int
    median: float
    gap: float
    rank: int


def standing(own: float, others: Sequence[float]) -> Standing | None:
    """Place a figure among those of peers; None without any, or where their median is nought."""
    if not others:
        return None
    middle = median(others)
    if not middle:
        return None
    rank = 1 + sum(other < own for other in others)
    return Standing(own, len(others), middle, own / middle - 1, rank)
