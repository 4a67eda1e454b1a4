"""What lies in the inbox: which exports the people of each shop downloaded."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import numpy as np

from helpers.demo.life import Company, Shop
from helpers.demo.numbers import listing_names, order_names
from helpers.demo.platforms import (
    alibaba,
    alibaba_orders,
    alibaba_promotion,
    erp,
    google,
    lazada,
    meta,
    shopee,
    shopee_ads,
    shopify,
    shopify_admin,
    templates,
    tiktok,
    tiktok_income,
)
from helpers.demo.platforms.amazon import (
    business,
    date_range,
    marketplaces,
    orders,
    settlements,
    sponsored,
    warehouse,
)
from helpers.demo.platforms.files import Export, Exports
from helpers.demo.sheets import keep_sheets
from helpers.demo.shelves import counted, counted_for_firms

Listed = list[tuple[str, int]]


def exports(company: Company) -> Iterator[tuple[str, Iterator[Export]]]:
    """Give each shop's exports under the shop's name, the company-wide ones last."""
    pairs: list[tuple[str, str, str]] = []
    for number, shop in enumerate(company.shops):
        yield shop.profile.name_en, _of_a_shop(company, shop, number, pairs)
    yield "the company", _of_the_company(company, pairs)


def _of_a_shop(
    company: Company, shop: Shop, number: int, pairs: list[tuple[str, str, str]]
) -> Exports:
    writers = {
        "amazon": _amazon, "shopify": _own_site, "tiktok": _tiktok, "shopee": _shopee,
        "lazada": _lazada, "alibaba": _alibaba,
    }  # fmt: skip
    found = yield from writers[shop.profile.platform](company, shop, number)
    pairs += [(shop.profile.id, listing, company.goods.sku[one]) for listing, one in found]


def _amazon(company: Company, shop: Shop, number: int) -> Generator[Export, None, Listed]:
    timeline, goods, sales = company.timeline, company.goods, shop.after.sales
    store, names = shop.profile.id, order_names(shop)
    yield from orders.all_orders(sales, timeline, goods)
    yield from settlements.settlements(shop.after, timeline, goods)
    if store in date_range.SHOPS:
        yield from date_range.transactions(shop.after, timeline, goods)
    yield from business.business_reports(shop.drawn, sales, timeline, goods)
    yield from business.by_date(shop.drawn, sales, timeline)
    yield from warehouse.inventory(shop.drawn, timeline, goods)
    if store in warehouse.LEDGER_SHOPS:
        yield from warehouse.ledger(shop.after, shop.drawn, timeline, goods)
    yield from warehouse.returns(shop.after, timeline, goods)
    yield from sponsored.search_terms(shop.ads, timeline)
    yield from sponsored.advertised_products(shop.ads, timeline, goods)
    if store == "amazon-jp":
        yield from sponsored.unified_products(shop.ads, timeline, goods)
    if store == "amazon-us":
        yield from erp.lingxing(sales, shop.opens, timeline, goods, names)
    if store == "amazon-de":
        yield from erp.eccang(sales, shop.opens, timeline, goods, names)
    return marketplaces.listings(shop.drawn)


def _own_site(company: Company, shop: Shop, number: int) -> Generator[Export, None, Listed]:
    timeline, goods, sales = company.timeline, company.goods, shop.after.sales
    yield from shopify.orders(shop.after, shop.opens, timeline, goods)
    yield from shopify_admin.products(shop.drawn, timeline, goods)
    yield from shopify_admin.customers(shop.after, timeline)
    yield from shopify_admin.daily_sales(shop.after, timeline)
    yield from _kept_by_hand(company, shop)
    yield from templates.fee_statements(shop.after, shop.opens, order_names(shop), timeline, goods)
    counts = counted(shop.drawn, timeline, goods)
    yield from templates.stock_counts(shop.profile.id, shop.opens, counts, timeline, goods)
    yield from templates.ad_reports(shop.ads, shop.opens, timeline, google.QUARTER)
    yield from google.campaigns(shop.ads, timeline)
    yield from meta.reports(shop.ads, timeline)
    yield from google.analytics(shop.drawn, sales, timeline)
    return []


def _tiktok(company: Company, shop: Shop, number: int) -> Generator[Export, None, Listed]:
    timeline, goods, names = company.timeline, company.goods, order_names(shop)
    yield from tiktok.orders(shop.after, shop.opens, timeline, goods)
    yield from _kept_by_hand(company, shop)
    is_settled = shop.profile.id in tiktok_income.SHOPS
    if is_settled:
        yield from tiktok_income.income(shop.after, shop.ads, shop.opens, timeline)
    since = tiktok_income.MONTHS if is_settled else 0
    yield from templates.fee_statements(shop.after, shop.opens, names, timeline, goods, since)
    counts = counted(shop.drawn, timeline, goods)
    yield from templates.stock_counts(shop.profile.id, shop.opens, counts, timeline, goods)
    yield from templates.ad_reports(shop.ads, shop.opens, timeline)
    return _listed(shop)


def _shopee(company: Company, shop: Shop, number: int) -> Generator[Export, None, Listed]:
    timeline, goods, names = company.timeline, company.goods, order_names(shop)
    yield from shopee.orders(shop.after, shop.opens, timeline, goods, shop.profile.password)
    yield from _kept_by_hand(company, shop)
    yield from templates.fee_statements(shop.after, shop.opens, names, timeline, goods)
    yield from templates.refunds(shop.after, shop.opens, names, timeline, goods)
    yield from _stock_by_erp(company, shop)
    yield from templates.ad_reports(shop.ads, shop.opens, timeline, shopee_ads.MONTHS)
    yield from shopee_ads.reports(shop.ads, shop.opens, timeline)
    return _listed(shop)


def _lazada(company: Company, shop: Shop, number: int) -> Generator[Export, None, Listed]:
    timeline, goods = company.timeline, company.goods
    yield from lazada.orders(shop.after, shop.opens, timeline, goods)
    yield from lazada.statements(shop.after, shop.opens, timeline, goods)
    yield from _kept_by_hand(company, shop)
    yield from _stock_by_erp(company, shop)
    yield from templates.ad_reports(shop.ads, shop.opens, timeline)
    return _listed(shop)


def _stock_by_erp(company: Company, shop: Shop) -> Exports:
    """Tell the stock of every month: counted by hand until the ERP told it."""
    timeline, goods = company.timeline, company.goods
    counts = counted(shop.drawn, timeline, goods)
    place = erp.warehouse_of(shop.profile), erp.MONTHS
    yield from templates.stock_counts(shop.profile.id, shop.opens, counts, timeline, goods, place)
    yield from erp.stock(shop.drawn, timeline, goods)


def _alibaba(company: Company, shop: Shop, number: int) -> Generator[Export, None, Listed]:
    timeline, goods = company.timeline, company.goods
    assert shop.trade is not None
    rng = np.random.default_rng([company.seed, 1000 + number])
    names = order_names(shop)
    told = alibaba.told(rng, shop.drawn, timeline, goods)
    yield from alibaba.products(told, timeline)
    yield from templates.monthly_visits(shop.profile.id, alibaba.overview(told), timeline)
    yield from alibaba_orders.orders(shop.trade, timeline, goods)
    yield from alibaba_promotion.plans(shop.ads, timeline)
    yield from alibaba_promotion.keywords(rng, shop.drawn, timeline)
    yield from alibaba_promotion.promoted_products(rng, shop.drawn, shop.ads, timeline, goods)
    yield from templates.fee_statements(shop.after, shop.opens, names, timeline, goods)
    yield from templates.refunds(shop.after, shop.opens, names, timeline, goods)
    yield from templates.returns_log(shop.after, shop.opens, names, timeline, goods)
    counts = counted_for_firms(shop.trade, shop.drawn, timeline, goods)
    yield from templates.stock_counts(shop.profile.id, shop.opens, counts, timeline, goods)
    return alibaba.listings(shop.drawn)


def _kept_by_hand(company: Company, shop: Shop) -> Exports:
    """Write the visits and returns of a shop whose platform does not tell them."""
    timeline, goods, names = company.timeline, company.goods, order_names(shop)
    yield from templates.store_traffic(shop.drawn, shop.after.sales, timeline)
    yield from templates.returns_log(shop.after, shop.opens, names, timeline, goods)


def _listed(shop: Shop) -> Listed:
    """List the numbers of a shop's listings with the article each one sells."""
    named = listing_names(shop)
    listed = np.flatnonzero(shop.drawn.expected.sessions.sum(axis=0) > 0)
    return [(named(one), one) for one in listed.tolist()]


def _of_the_company(company: Company, pairs: list[tuple[str, str, str]]) -> Exports:
    bought = [one.ads for one in company.of("amazon")]
    yield from sponsored.unified_search_terms(bought, company.timeline)
    yield from templates.product_master(company.goods)
    yield from templates.landed_costs(company.goods)
    yield from templates.sku_map(pairs)
    copied = [
        erp.Account(one.after.sales, order_names(one))
        for one in company.shops if one.profile.known_as
    ]  # fmt: skip
    yield from erp.dianxiaomi(copied, company.timeline, company.goods)
    yield from keep_sheets(company)
