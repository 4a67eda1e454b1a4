"""One account, several countries: each row goes to its own store, or waits for one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from helpers.vocabulary.faults import DataRefused

from .export_company import WORKSPACE, Company, table
from .test_amazon_exports import ORDERS, order

D = Decimal
MIXED = table(
    "\t", ORDERS,
    order(amazon_order_id="1", purchase_date="2025-11-01T06:30:00+00:00"),
    order(amazon_order_id="2", sales_channel="Amazon.de", currency="EUR", item_price="119.00",
          item_tax="19.00", purchase_date="2025-10-31T23:30:00+00:00"),
    order(amazon_order_id="3", sales_channel="Non-Amazon US", item_price="0"),
    order(amazon_order_id="4", sales_channel=""),
    order(amazon_order_id="5", sales_channel="Amazon.se", currency="SEK"),
)  # fmt: skip


def test_orders_of_two_countries_go_to_two_stores(company: Company) -> None:
    reading = company.read("amazon-us/2025-10/orders.txt", MIXED)
    assert reading.store_id is None
    columns = "order_id, store_id, local_date, currency, tax_inside, kind"
    assert company.rows(reading, "order_lines", columns) == [
        # Each by its own store's clock and tax: 31 October in Los Angeles, 1 November in Berlin.
        ("1", "amazon-us", date(2025, 10, 31), "USD", None, "sale"),
        ("2", "amazon-de", date(2025, 11, 1), "EUR", D("19"), "sale"),
        ("3", "amazon-us", date(2025, 10, 5), "USD", None, "adjustment"),
        ("4", "amazon-us", date(2025, 10, 5), "USD", None, "sale"),
    ]
    # Nobody sells in Sweden: the row waits and comes back when the store is declared.
    assert company.bad(reading) == [(6, "sales-channel", "Amazon.se", "unknown_store")]
    assert reading.rows_read == 5 == company.lines_told(reading)


def test_a_file_of_another_country_is_refused_and_not_split(company: Company) -> None:
    text = table("\t", ORDERS, order(sales_channel="Amazon.de"))
    with pytest.raises(DataRefused) as caught:
        company.read("amazon-us/2025-10/orders.txt", text)
    assert "is of DE, but store 'amazon-us' sells in US" in str(caught.value)


def test_two_countries_and_a_store_that_names_none_are_asked(company: Company) -> None:
    said = WORKSPACE.replace("tax_basis: excluded, country: US}", "tax_basis: excluded}")
    (company.root / "workspace.yml").write_text(said, encoding="utf-8")
    with pytest.raises(DataRefused) as caught:
        company.read("amazon-us/2025-10/orders.txt", MIXED)
    assert "holds several marketplaces (DE, SE, US)" in str(caught.value)
    one = table("\t", ORDERS, order(sales_channel="Amazon.com"))
    assert company.read("amazon-us/2025-11/orders.txt", one).store_id == "amazon-us"


def test_two_accounts_in_one_country_are_told_apart_by_their_folder_only(company: Company) -> None:
    second = WORKSPACE + (
        "  - {id: amazon-us-2, name: {en: US 2, zh: 美国二店}, platform: amazon, currency: USD,\n"
        "     time_zone: America/Los_Angeles, tax_basis: excluded, country: US}\n"
    )
    (company.root / "workspace.yml").write_text(second, encoding="utf-8")
    reading = company.read("amazon-us-2/orders.txt", MIXED)
    stores = [store for (store,) in company.rows(reading, "order_lines", "store_id")]
    assert stores == ["amazon-us-2", "amazon-de", "amazon-us-2", "amazon-us-2"]
    # From Berlin's folder, nobody can say which of the two American stores it was.
    reading = company.read("amazon-de/orders.txt", MIXED)
    assert ("sales-channel", "Amazon.com") in [one[1:3] for one in company.bad(reading)]
