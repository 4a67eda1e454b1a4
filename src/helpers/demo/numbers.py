"""By which numbers each shop's platform calls its orders and its listings."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from helpers.demo.life import Shop
from helpers.demo.platforms import alibaba, alibaba_orders, lazada, shopee, shopify, tiktok
from helpers.demo.platforms.amazon import marketplaces


def order_names(shop: Shop) -> Callable[[int], str]:
    """Give the function that names a shop's orders."""
    match shop.profile.platform:
        case "amazon":
            return partial(marketplaces.order_id, shop.profile.id)
        case "shopify":
            return shopify.order_id
        case "tiktok":
            return partial(tiktok.order_id, shop.profile.id)
        case "shopee":
            return partial(shopee.order_id, shop.profile.id)
        case "lazada":
            return lazada.order_id
        case _:
            return alibaba_orders.order_id


def listing_names(shop: Shop) -> Callable[[int], str]:
    """Give the function that names a shop's listings."""
    match shop.profile.platform:
        case "amazon":
            return marketplaces.asin
        case "tiktok":
            return partial(tiktok.listing, shop.profile.id)
        case "shopee":
            return shopee.listing
        case "lazada":
            return lazada.listing
        case "alibaba":
            return alibaba.listing
        case _:
            return shopify.listing
