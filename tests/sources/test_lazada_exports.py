"""Lazada: orders by the unit, and the finance statement."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from .asian_company import rows_of, sheet, text
from .export_company import Company

D = Decimal
SEEN = json.loads((Path(__file__).parent / "headers_seen.json").read_text(encoding="utf-8"))
HEADER: list[str] = SEEN["lazada_orders"]
#: The columns of an older year: what came since is missing.
NEWER = ("Guarantee", "wareHouse", "rtsSla", "ttsSla", "semiManaged", "flexibleDeliveryTime",
         "bundleDiscount", "refundAmount", "sellerNote")  # fmt: skip
USUAL: dict[str, Any] = {
    "orderItemId": "700000000000001", "orderNumber": "600000000000001", "sellerSku": "SKU-1",
    "lazadaSku": "111_MY-222", "createTime": "28 Feb 2026 23:30",
    "updateTime": "02 Mar 2026 08:00", "customerName": "M***a", "customerEmail": "",
    "shippingName": "Mira W", "shippingAddress": "1 Jalan Ampang", "shippingPhone": "60125550100",
    "payMethod": "MIXEDCARD", "paidPrice": "77.00", "unitPrice": "110.00",
    "sellerDiscountTotal": "-22.00", "shippingFee": "5.00", "itemName": "Kettle",
    "status": "delivered", "bundleDiscount": "0.00", "refundAmount": "0.00",
}  # fmt: skip


def orders(*rows: dict[str, Any]) -> bytes:
    return sheet(*rows_of(HEADER, rows, USUAL))


def test_the_worked_example(seller: Company) -> None:
    # A kettle is listed at 110, the seller takes 22 off, the buyer pays 77: Lazada gives the other
    # 11. Prices hold 10 %: (110 - 22) x 10/110 = 8. GMV 80, Lazada's 11 stay in it. Two kettles
    # are two rows of one unit. A gift is listed at 0. The pan went back for half its 55:
    # 27.50 x 100/110 = 25, on the order's day, because the file has no other and the store says so.
    # Shipping of 5 stands by the unit.
    # Paid at the door: 'pending' counts; what came back unpaid leaves; what came back after it was
    # paid for stays a sale, with a refund.
    cod = {"payMethod": "COD"}
    rows = [
        {}, {"orderItemId": "700000000000002"},
        {"orderItemId": "700000000000003", "sellerSku": "GIFT", "unitPrice": "0", "paidPrice": "0",
         "sellerDiscountTotal": "0", "shippingFee": "0"},
        {"orderItemId": "700000000000004", "sellerSku": "SKU-2", "unitPrice": "55.00",
         "paidPrice": "55.00", "sellerDiscountTotal": "0.00", "refundAmount": "27.50",
         "status": "returned"},
        cod | {"orderNumber": "2", "orderItemId": "5", "status": "pending"},
        cod | {"orderNumber": "3", "orderItemId": "6", "status": "Package Returned"},
        cod | {"orderNumber": "4", "orderItemId": "7", "status": "Package Returned",
               "refundAmount": "77.00"},
        {"orderNumber": "5", "orderItemId": "8", "status": "canceled"},
        {"orderNumber": "6", "orderItemId": "9", "status": "unpaid"},
        cod | {"orderNumber": "7", "orderItemId": "10", "status": "unpaid"},
    ]  # fmt: skip
    reading = seller.read("lazada-my/2026-02/orders.xlsx", orders(*rows))
    assert reading.warnings == () and reading.sheet == "sheet1"
    lines = seller.rows(
        reading, "order_lines",
        "line_no, sku, quantity, list_amount, seller_discount, platform_discount, tax_inside,"
        " shipping_income",
    )  # fmt: skip
    kettle = ("SKU-1", 1, D("110"), D("22"), D("11"), D("8"), D("5"))
    assert lines[:4] == [
        (1, *kettle), (2, *kettle),
        (3, "GIFT", 1, D("0"), D("0"), D("0"), D("0"), D("0")),
        (4, "SKU-2", 1, D("55"), D("0"), D("0"), D("5"), D("5")),
    ]  # fmt: skip
    assert [one for (one,) in seller.rows(reading, "order_lines", "status")[4:]] == [
        "placed", "cancelled", "placed", "cancelled", "pending", "placed",
    ]  # fmt: skip
    assert seller.rows(reading, "refunds", "order_id, sku, amount, local_date, country") == [
        ("600000000000001", "SKU-2", D("25"), date(2026, 2, 28), "MY"),
        ("4", "SKU-1", D("70"), date(2026, 2, 28), "MY"),
    ]
    # Half past eleven in Kuala Lumpur is still February; the file knows of 2 March.
    assert seller.rows(reading, "order_lines", "ordered_at, local_date, country")[0] == (
        datetime(2026, 2, 28, 15, 30), date(2026, 2, 28), "MY",
    )  # fmt: skip
    assert reading.as_of == date(2026, 3, 2)


@pytest.mark.parametrize(
    ("bundle", "paid", "own", "lazada"),
    [
        # 110 - 22 - 8 off by bundle = 80 paid: both are the seller's, Lazada gave nothing.
        ("-8.00", "80.00", D("30"), D("0")),
        # 110 - 22 = 88 paid: the bundle's 8 are among the 22.
        ("-8.00", "88.00", D("22"), D("0")),
        ("", "77.00", D("22"), D("11")),
    ],
)
def test_a_bundle_counts_once(
    seller: Company, bundle: str, paid: str, own: Decimal, lazada: Decimal
) -> None:
    reading = seller.read(
        "lazada-my/orders.xlsx", orders({"bundleDiscount": bundle, "paidPrice": paid})
    )
    columns = "seller_discount, platform_discount"
    assert seller.rows(reading, "order_lines", columns) == [(own, lazada)]


def test_an_older_set_of_columns_saved_as_text_with_semicolons(seller: Company) -> None:
    older = [one for one in HEADER if one not in NEWER]
    usual = {key: cell for key, cell in USUAL.items() if key in older}
    reading = seller.read("lazada-my/orders.csv", "\ufeff" + text(";", older, [{}], usual))
    assert (reading.encoding, reading.delimiter) == ("utf-8-sig", ";")
    assert reading.new_columns == ()
    assert seller.rows(reading, "order_lines", "list_amount, seller_discount, local_date") == [
        (D("110"), D("22"), date(2026, 2, 28))
    ]


def test_ids_that_lost_their_digits_hold_the_row_back(seller: Company) -> None:
    content = orders({}, {"orderItemId": 7.00000000000000012e17, "orderNumber": 6.1e17})
    reading = seller.read("lazada-my/orders.xlsx", content)
    assert {(line, reason) for line, _, _, reason in seller.bad(reading)} == {(3, "digits_lost")}
    assert len(seller.rows(reading, "order_lines", "order_id")) == 1


STATEMENT = [
    "Transaction Date", "Transaction Type", "Fee Name", "Transaction Number", "Details",
    "Seller SKU", "Lazada SKU", "Amount", "VAT in Amount", "WHT Amount", "WHT included in Amount",
    "Statement", "Paid Status", "Order No.", "Order Item No.", "Order Item Status",
    "Shipping Provider", "Shipping Speed", "Shipment Type", "Reference", "Comment", "PaymentRefId",
]  # fmt: skip
FEES = [
    ("Item Price Credit", "110.00", "sale"),
    ("Commission", "-5.50", "commission"),
    ("Payment Fee", "-2.20", "other_fee"),
    ("Shipping Fee (Paid By Customer)", "5.00", "shipping"),
    ("Shipping Fee (Charged by Lazada)", "-6.00", "fulfilment"),
    ("Promotional Charges Vouchers", "-22.00", "promotion"),
    ("LazCoins Discount Promotion Fee", "-1.00", "other_fee"),
    ("Sponsored Discovery - Top up", "-50.00", "advertising"),
    ("Reversal Item Price", "-109.00", "refund"),
    ("Reversal Commission", "5.50", "commission"),
    ("Storage Fee", "-3.00", "storage"),
    ("Withholding tax", "-0.30", "tax"),
    ("Lost Claim", "40.00", "other"),
]


@pytest.mark.parametrize(("store", "refunded"), [("lazada-sg", True), ("lazada-my", False)])
def test_the_statement_says_what_each_amount_is(
    seller: Company, store: str, refunded: bool
) -> None:
    usual = {
        "Transaction Date": "01 Mar 2026", "Seller SKU": "SKU-1", "VAT in Amount": "0.45",
        "Statement": "23 Feb 2026 - 01 Mar 2026", "Paid Status": "paid", "Order No.": "600001",
        "Comment": "call Mira on 60125550100",
    }  # fmt: skip
    rows = [{"Fee Name": fee, "Amount": amount} for fee, amount, _ in FEES]
    reading = seller.read(f"{store}/statement.csv", text(",", STATEMENT, rows, usual))
    assert reading.new_columns == () and reading.settles_after == 15
    assert seller.rows(
        reading, "settlement_lines", "line_no, description, amount, category, local_date"
    ) == [
        (at, fee, D(amount), category, date(2026, 3, 1))
        for at, (fee, amount, category) in enumerate(FEES, start=1)
    ]
    # 109 x 100/109 = 100 without tax, on its own day; where the orders export's refunds count on
    # the order's day, these do not count a second time.
    if refunded:
        assert seller.rows(reading, "refunds", "order_id, sku, amount, local_date") == [
            ("600001", "SKU-1", D("100"), date(2026, 3, 1))
        ]
    else:
        assert "refunds" not in reading.tables
