"""Orders, settlement and advertising of one month tell of the same money, and it counts once."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from helpers.config.workspace import load_workspace
from helpers.tables.ingest import ingest
from helpers.tables.warehouse import Warehouse

D = Decimal
WORKSPACE = """
company: {en: Test company, zh: 测试公司}
base_currency: USD
time_zone: America/Los_Angeles
stores:
  - {id: amazon-us, name: {en: US, zh: 美国}, platform: amazon, currency: USD,
     time_zone: America/Los_Angeles, tax_basis: excluded, country: US}
  - {id: amazon-ca, name: {en: CA, zh: 加拿大}, platform: amazon, currency: USD,
     time_zone: America/Vancouver, tax_basis: excluded, country: CA}
"""


def lines(separator: str, header: str, *rows: dict[str, object]) -> str:
    names = header.split("|")
    cells = [[str(row.get(name, "")) for name in names] for row in rows]
    return "\n".join(separator.join(row) for row in [names, *cells]) + "\n"


def orders() -> str:
    usual = {"amazon-order-id": "A", "purchase-date": "2026-07-05T12:00:00+00:00",
             "last-updated-date": "2026-08-20T12:00:00+00:00", "order-status": "Shipped",
             "sales-channel": "Amazon.com", "sku": "SKU-1", "asin": "B01", "quantity": 2,
             "item-status": "Shipped", "currency": "USD", "item-price": "80.00",
             "item-tax": "6.60", "item-promotion-discount": "8.00",
             "ship-country": "US"}  # fmt: skip
    return lines(
        "\t",
        "amazon-order-id|purchase-date|last-updated-date|order-status|sales-channel|sku|asin"
        "|item-status|quantity|currency|item-price|item-tax|item-promotion-discount|ship-country",
        usual,
        usual | {"amazon-order-id": "B", "item-price": "40.00", "quantity": 1,
                 "item-promotion-discount": "", "item-tax": "3.30"},
        usual | {"amazon-order-id": "C", "sales-channel": "Amazon.ca", "ship-country": "CA"},
    )  # fmt: skip


COMPONENTS = [
    # Order A again, as money: 80.00 - 8.00 + 6.60 - 6.60 - 12.00 - 7.00 = 53.00
    ("Order", "A", "ItemPrice", "Principal", "80.00"),
    ("Order", "A", "ItemPrice", "Tax", "6.60"),
    ("Order", "A", "ItemWithheldTax", "MarketplaceFacilitatorTax-Principal", "-6.60"),
    ("Order", "A", "Promotion", "Principal", "-8.00"),
    ("Order", "A", "ItemFees", "Commission", "-12.00"),
    ("Order", "A", "ItemFees", "FBAPerUnitFulfillmentFee", "-7.00"),
    # One of its two comes back: -40.00 + 4.00 + 5.00 = -31.00
    ("Refund", "A", "ItemPrice", "Principal", "-40.00"),
    ("Refund", "A", "Promotion", "Principal", "4.00"),
    ("Refund", "A", "ItemFees", "Commission", "5.00"),
    # The advertising of the month, as it was billed.
    ("ServiceFee", "", "Cost of Advertising", "TransactionTotalAmount", "-9.50"),
]


def settlement() -> str:
    header = (
        "settlement-id|settlement-start-date|settlement-end-date|deposit-date|total-amount|currency"
        "|transaction-type|order-id|amount-type|amount-description|amount|posted-date-time|sku"
    )
    # 53.00 - 31.00 - 9.50 = 12.50
    summary = {"settlement-id": "900", "settlement-start-date": "2026-07-01 12:00:00 UTC",
               "settlement-end-date": "2026-07-15 12:00:00 UTC", "currency": "USD",
               "deposit-date": "2026-07-17 12:00:00 UTC", "total-amount": "12.50"}  # fmt: skip
    rows = [
        {"settlement-id": "900", "transaction-type": kind, "order-id": order, "amount-type": what,
         "amount-description": name, "amount": amount, "sku": "SKU-1" if order else "",
         "posted-date-time": "2026-07-10 12:00:00 UTC"}
        for kind, order, what, name, amount in COMPONENTS
    ]  # fmt: skip
    return lines("\t", header, summary, *rows)


ADS = (
    "Start Date|End Date|Currency|Campaign Name|Ad Group Name|Country|Customer Search Term"
    "|Impressions|Clicks|Spend|7 Day Total Sales |7 Day Total Orders (#)|7 Day Total Units (#)"
)
AD = {"Start Date": "07/05/2026", "End Date": "07/05/2026", "Currency": "USD",
      "Campaign Name": "C", "Ad Group Name": "G", "Country": "United States",
      "Customer Search Term": "kettle", "Impressions": 100, "Clicks": 5, "Spend": "9.50",
      "7 Day Total Sales ": "80.00", "7 Day Total Orders (#)": 1,
      "7 Day Total Units (#)": 2}  # fmt: skip
BY_DATE = {"Date": "7/5/26", "Ordered Product Sales": "$120.00", "Units Ordered": 3,
           "Total Order Items": 2, "Sessions - Total": 50, "Page Views - Total": 70}  # fmt: skip
BY_ARTICLE = {"(Child) ASIN": "B01", "Sessions - Total": 60, "Page Views - Total": 70,
              "Units Ordered": 3, "Ordered Product Sales": "$120.00"}  # fmt: skip
LEDGER = {"Date": "07/05/2026", "FNSKU": "X1", "ASIN": "B01", "MSKU": "SKU-1",
          "Disposition": "SELLABLE", "Starting Warehouse Balance": 10, "Receipts": 0,
          "Customer Shipments": -3, "Customer Returns": 1, "Ending Warehouse Balance": 8,
          "Location": "US"}  # fmt: skip


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    """One ingest for all that is asked below."""
    root: Path = tmp_path_factory.mktemp("once")
    (root / "workspace.yml").write_text(WORKSPACE, encoding="utf-8")
    month = root / "inbox" / "amazon-us" / "2026-07"
    month.mkdir(parents=True)
    (month / "orders.txt").write_text(orders(), encoding="utf-8")
    (month / "settlement.txt").write_text(settlement(), encoding="utf-8")
    for name, rows, header in (
        ("ads.csv", [AD], ADS),
        ("by-date.csv", [BY_DATE], "|".join(BY_DATE)),
        ("by-article.csv", [BY_ARTICLE], "|".join(BY_ARTICLE)),
        # The ledger repeats rows, and tells of one article under two numbers of the seller.
        ("ledger.csv", [LEDGER, LEDGER, LEDGER | {"MSKU": "OLD-1"}], "|".join(LEDGER)),
    ):
        (month / name).write_text(lines(",", header, *rows), encoding="utf-8-sig")
    workspace, paths = load_workspace(str(root))
    receipt = ingest(workspace, paths)
    with Warehouse.open(paths, workspace) as warehouse:
        yield receipt, warehouse


def ask(warehouse: Any, question: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in warehouse.sql(question).itertuples(index=False)]


def test_every_row_of_every_file_is_accounted_for(taken_in: tuple[Any, Any]) -> None:
    receipt, _ = taken_in
    told = {
        one.path.rpartition("/")[2]: (one.kind, one.status, one.rows_read, one.rows_kept)
        for one in receipt.files
    }
    assert told == {
        "orders.txt": ("amazon_all_orders", "accepted", 3, 3),
        "settlement.txt": ("amazon_settlement_v2", "accepted", 11, 11),
        "ads.csv": ("amazon_sp_search_term", "accepted", 1, 1),
        "by-date.csv": ("amazon_business_report_by_date", "accepted", 1, 1),
        "by-article.csv": ("amazon_business_report_child_asin", "accepted", 1, 1),
        "ledger.csv": ("amazon_inventory_ledger", "accepted", 3, 2),
    }


def test_sales_refunds_fees_and_advertising_count_once(taken_in: tuple[Any, Any]) -> None:
    _, warehouse = taken_in
    # 80.00 - 8.00 = 72.00 and 40.00: neither the settlement's 80.00 nor the report's 120.00 again.
    assert ask(
        warehouse,
        "SELECT store_id, sum(gmv)::VARCHAR AS gmv FROM order_lines GROUP BY 1 ORDER BY 1",
    ) == [("amazon-ca", "72.0000"), ("amazon-us", "112.0000")]
    # 40.00 - 4.00, from the settlement alone: the orders state no refund.
    assert ask(warehouse, "SELECT sum(amount)::VARCHAR AS x FROM refunds") == [("36.0000",)]
    # 12.00 + 7.00 - 5.00 = 14.00 of fees; advertising, sales and refunds are no fees.
    assert ask(
        warehouse,
        "SELECT sum(-amount)::VARCHAR AS x FROM settlement_lines WHERE category IN"
        " ('commission', 'fulfilment', 'storage', 'other_fee', 'other')",
    ) == [("14.0000",)]
    # Spent 9.50: by the report of advertising. The settlement's bill stands under a category of
    # its own, which no cost adds up.
    assert ask(warehouse, "SELECT sum(spend)::VARCHAR AS x FROM ad_spend") == [("9.5000",)]
    assert ask(
        warehouse,
        "SELECT category, sum(amount)::VARCHAR AS x FROM settlement_lines"
        " WHERE category IN ('advertising', 'sale', 'refund') GROUP BY 1 ORDER BY 1",
    ) == [("advertising", "-9.5000"), ("refund", "-36.0000"), ("sale", "80.0000")]


def test_what_only_serves_to_compare_stands_apart(taken_in: tuple[Any, Any]) -> None:
    _, warehouse = taken_in
    assert ask(
        warehouse,
        "SELECT settlement_id, paid_on::VARCHAR AS day, stated_total::VARCHAR AS x"
        " FROM settlements",
    ) == [("900", "2026-07-17", "12.5000")]
    assert ask(warehouse, "SELECT sum(amount)::VARCHAR AS x FROM settlement_lines") == [
        ("12.5000",)
    ]
    assert ask(warehouse, "SELECT gross_sales::VARCHAR AS x, units FROM sales_statements") == [
        ("120.0000", 3)
    ]
    # Sessions of the store and of its articles: two levels, never added.
    assert ask(warehouse, "SELECT level, sessions FROM traffic ORDER BY level") == [
        ("product", 60),
        ("store", 50),
    ]
    assert ask(warehouse, "SELECT opening + shipments + customer_returns AS x, closing AS y"
                          " FROM inventory_ledger") == [(8, 8)] * 2  # fmt: skip
