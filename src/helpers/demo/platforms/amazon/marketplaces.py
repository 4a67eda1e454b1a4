"""How each of Amazon's sites writes: encoding, dates, decimal mark; ASINs and order numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from helpers.demo.assortment import Assortment
from helpers.demo.demand import Drawn
from helpers.demo.titles import listed_as


@dataclass(frozen=True)
class Marketplace:
    """How one marketplace writes its files."""

    channel: str
    encoding: str
    symbol: str
    decimal: str
    posted_date: str
    cities: tuple[str, ...]
    prefix: int


MARKETPLACES = {
    "amazon-us": Marketplace(
        "Amazon.com", "utf-8", "$", ".", "%m/%d/%y",
        ("Sacramento", "Austin", "Orlando", "Buffalo", "Spokane", "Peoria", "Salem", "Athens"), 111,
    ),
    "amazon-uk": Marketplace(
        "Amazon.co.uk", "cp1252", "£", ".", "%d/%m/%Y", ("Leeds", "Bristol", "Cardiff"), 203,
    ),
    "amazon-de": Marketplace(
        "Amazon.de", "cp1252", "€", ",", "%d.%m.%Y", ("Köln", "München", "Nürnberg", "Kassel"), 303,
    ),
    "amazon-jp": Marketplace(
        "Amazon.co.jp", "cp932", "¥", ".", "%Y/%m/%d", ("名古屋市", "札幌市", "神戸市"), 503,
    ),
}  # fmt: skip


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
        f"{MARKETPLACES[shop].prefix}-{order * 3_141_593 % 9_999_991:07d}"
        f"-{(order * 2_718_281 + 1_234_567) % 9_999_973:07d}"
    )


def title(goods: Assortment, shop: str, article: int) -> str:
    """Give an article's name in the language of the site."""
    return listed_as(goods, article, {"amazon-de": "de", "amazon-jp": "ja"}.get(shop, "en"))


def listings(drawn: Drawn) -> list[tuple[str, int]]:
    """List the ASINs of a shop with the article each one sells."""
    listed = np.flatnonzero(drawn.expected.sessions.sum(axis=0) > 0)
    return [(asin(one), one) for one in listed.tolist()]
