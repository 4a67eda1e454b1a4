"""TikTok Shop: orders as workbook and text in several countries, and the income export."""

from __future__ import annotations

import json
import re
import zipfile
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from .asian_company import rows_of, sheet, text
from .export_company import Company

D = Decimal
SEEN = json.loads((Path(__file__).parent / "headers_seen.json").read_text(encoding="utf-8"))
THAI: list[str] = SEEN["tiktok_orders_th"]
VIETNAM = [
    one for one in THAI if one not in ("Zipcode", "Small Order Fee")
] + ["Commune", "Order Channel", "Creator Handle"]  # fmt: skip
INDONESIA = [
    *THAI, "Distance Shipping Fee", "Buyer Service Fee", "Handling Fee", "Shipping Insurance",
    "Item Insurance", "Regency and City", "Villages", "Purchase Channel",
    "Tokopedia Invoice Number",
]  # fmt: skip
USUAL: dict[str, Any] = {
    "Order ID": "577000000003104738\t", "Order Status": "Completed", "Order Substatus": "Completed",
    "Normal or Pre-order": "Normal", "SKU ID": "172948355677466578\t", "Seller SKU": "SKU-1",
    "Product Name": "Fan ", "Quantity": "2", "Sku Quantity of return": "0",
    "SKU Unit Original Price": "60.00", "SKU Subtotal Before Discount": "120.00",
    "SKU Platform Discount": "10.00", "SKU Seller Discount": "20.00",
    "SKU Subtotal After Discount": "90.00", "Shipping Fee After Discount": "6.00",
    "Taxes": "7.20", "Order Amount": "158.20", "Order Refund Amount": "0.00",
    "Created Time": "03/11/2025 00:30:00\t", "Payment Method": "Card", "Buyer Username": "mira_1",
    "Recipient": "Mira W", "Phone #": "(+1)2025550100", "Detail Address": "1 Main St",
    "Country": "", "Buyer Message": "ring twice",
}  # fmt: skip
DESCRIBED = {"Order ID": "Platform unique order ID.", "Order Status": "Current order status.",
             "Quantity": "SKU sold quantity in the order.", "Country": "Buyer's country.",
             "Created Time": "Order created time."}  # fmt: skip


def described(header: list[str]) -> dict[str, Any]:
    return dict.fromkeys(USUAL, "") | DESCRIBED


LINES = (
    "order_id, line_no, status, sku, list_amount, seller_discount, platform_discount,"
    " shipping_income, tax_inside"
)


def test_the_worked_example(seller: Company) -> None:
    # Fans: 2 x 60 = 120, 20 off by the seller, 10 by TikTok: 90 to pay. A mat of 50 with 2 off by
    # the seller, and a gift of nothing. Tax of 7.20 is added at checkout: it is in no price and not
    # in GMV, which is (120 - 20) + (50 - 2) = 148, TikTok's 10 in it. TikTok states 90 + 10 and
    # 48 and 0: it ties. 6 for shipping stand in each row and count once. 30 of the order were
    # given back, told in each row, without a day: once, on the order's day. Prices here hold no
    # tax, so the 30 are 30.
    # Paid at the door: counts when ordered, and leaves when refused.
    again = {"Order Refund Amount": "30.00"}
    mat = again | {
        "SKU ID": "172948355677466579", "Seller SKU": "SKU-2", "Quantity": "1",
        "SKU Subtotal Before Discount": "50.00", "SKU Platform Discount": "0.00",
        "SKU Seller Discount": "2.00", "SKU Subtotal After Discount": "48.00",
    }  # fmt: skip
    gift = again | {
        "SKU ID": "172948355677466580", "Seller SKU": "GIFT", "Quantity": "1",
        "SKU Subtotal Before Discount": "0", "SKU Platform Discount": "0",
        "SKU Seller Discount": "0", "SKU Subtotal After Discount": "0",
    }  # fmt: skip
    cod = {"Payment Method": "Cash on delivery", "Order Status": "Unpaid"}
    content = text(
        ",", THAI,
        [described(THAI), again, mat, gift, cod | {"Order ID": "2"},
         cod | {"Order ID": "3", "Order Status": "Canceled", "Cancelation/Return Type": "Cancel",
                "Cancel Reason": "Package rejected", "Order Refund Amount": "0"},
         {"Order ID": "4", "Order Status": "Unpaid"}],
        USUAL | {"Created Time": "11/03/2025 00:30:00\t"},
    )  # fmt: skip
    reading = seller.read("tiktok-us/2025-11/orders.csv", "\ufeff" + content)
    assert (reading.rows_read, reading.rows_set_aside) == (6, 1) and reading.new_columns == ()
    order = "577000000003104738"
    assert seller.rows(reading, "order_lines", LINES)[:3] == [
        (order, 1, "placed", "SKU-1", D("120"), D("20"), D("10"), D("6"), None),
        (order, 2, "placed", "SKU-2", D("50"), D("2"), D("0"), None, None),
        (order, 3, "placed", "GIFT", D("0"), D("0"), D("0"), None, None),
    ]
    assert [one for (one,) in seller.rows(reading, "order_lines", "status")[3:]] == [
        "placed", "cancelled", "pending",
    ]  # fmt: skip
    # In the United States 11/03 is 3 November.
    assert seller.rows(reading, "orders", "order_id, stated_subtotal, local_date")[0] == (
        order, D("148"), date(2025, 11, 3),
    )  # fmt: skip
    assert seller.rows(reading, "refunds", "order_id, amount, local_date") == [
        (order, D("30"), date(2025, 11, 3))
    ]


def test_a_subtotal_that_does_not_follow_from_its_parts_does_not_tie(seller: Company) -> None:
    content = text(",", THAI, [{"SKU Subtotal After Discount": "95.00"}], USUAL)
    reading = seller.read("tiktok-vn/orders.csv", content)
    (line,) = seller.rows(reading, "order_lines", "list_amount - seller_discount")
    assert (line, *seller.rows(reading, "orders", "stated_subtotal")) == ((D("100"),), (D("105"),))


@pytest.mark.parametrize("header", [VIETNAM, INDONESIA], ids=["vn", "id"])
def test_a_workbook_with_a_stale_size_in_other_countries_columns(
    seller: Company, header: list[str]
) -> None:
    usual = {key: cell for key, cell in USUAL.items() if key in header}
    about = {key: cell for key, cell in described(header).items() if key in header}
    whole = BytesIO(sheet(*rows_of(header, [about, {}], usual), name="OrderSKUList"))
    stale = BytesIO()
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(stale, "w") as new:
        for name in old.namelist():
            size = rb'<dimension ref="[^"]*" ?/>'
            new.writestr(name, re.sub(size, b'<dimension ref="A1"/>', old.read(name)))
    reading = seller.read("tiktok-vn/orders.xlsx", stale.getvalue())
    assert (reading.sheet, reading.rows_read, reading.rows_set_aside) == ("OrderSKUList", 1, 1)
    assert reading.new_columns == ()
    # In Vietnam 03/11 is 3 November; half past midnight there is the day before in UTC.
    assert seller.rows(reading, "order_lines", "ordered_at, local_date, product_name") == [
        (datetime(2025, 11, 2, 17, 30), date(2025, 11, 3), "Fan")
    ]
    # (120 - 20) x 10/110 = 9.0909: Taxes are no part of it.
    assert seller.rows(reading, "order_lines", "tax_inside, country") == [(D("9.0909"), "VN")]


def test_a_number_that_a_spreadsheet_shortened_is_not_taken(seller: Company) -> None:
    rows = rows_of(THAI, [{"Order ID": 577000000003104738}], USUAL)
    reading = seller.read("tiktok-vn/orders.xlsx", sheet(*rows))
    assert [(column, reason) for _, column, _, reason in seller.bad(reading)] == [
        ("Order ID", "digits_lost")
    ]


INCOME = [
    "order_adjustment_id", "type", "order_created_time", "order_settled_time", "currency",
    "total_settlement_amount", "total_revenue", "subtotal_after_seller_discounts",
    "subtotal_before_discounts", "seller_discounts", "refund_subtotal_after_seller_discounts",
    "refund_subtotal_before_seller_discounts", "refund_of_seller_discounts", "total_fees",
    "platform_commission_fee", "payment_fee", "affiliate_commission", "gmv_max_ad_fee",
    "shipping_cost", "shipping_cost_paid_by_the_customer", "ajustment_amount", "related_order_id",
    "gmv_payment_for_tiktok_ads", "customer_payment", "customer_refund", "estimated_package_weight",
]  # fmt: skip
SETTLED: dict[str, Any] = {
    "order_adjustment_id": "577000000003104738", "type": "Order", "currency": "VND",
    "order_created_time": "2026/09/20", "order_settled_time": "2026/09/30",
    "total_settlement_amount": 88, "total_revenue": 100, "subtotal_after_seller_discounts": 100,
    "subtotal_before_discounts": 120, "seller_discounts": -20, "total_fees": -12,
    "platform_commission_fee": -5, "payment_fee": -2, "affiliate_commission": -1,
    "gmv_max_ad_fee": -3, "shipping_cost": -1, "shipping_cost_paid_by_the_customer": 6,
    "ajustment_amount": 0, "related_order_id": "/", "customer_payment": 106,
    "refund_subtotal_after_seller_discounts": 0, "gmv_payment_for_tiktok_ads": 0,
}  # fmt: skip
REFUND = dict.fromkeys(
    (one for one, cell in SETTLED.items() if isinstance(cell, int)), 0
) | {"order_adjustment_id": "2", "refund_subtotal_after_seller_discounts": -55,
     "total_revenue": -55, "total_settlement_amount": -52, "platform_commission_fee": 3,
     "total_fees": 3}  # fmt: skip
BILL = dict.fromkeys(
    (one for one, cell in SETTLED.items() if isinstance(cell, int)), 0
) | {"order_adjustment_id": "3", "type": "GMV Payment for TikTok Ads", "ajustment_amount": -40,
     "gmv_payment_for_tiktok_ads": -40, "total_settlement_amount": -40}  # fmt: skip


def test_income_becomes_one_row_for_each_amount_and_ads_count_once(seller: Company) -> None:
    content = sheet(*rows_of(INCOME, [{}, REFUND, BILL], SETTLED), name="Order details")
    reading = seller.read("tiktok-vn/2026-09/income.xlsx", content)
    assert reading.new_columns == ()
    assert seller.rows(
        reading, "settlement_lines", "settlement_id, line_no, category, amount, order_id"
    ) == [
        ("VND-2026-09-30", line, category, D(amount), order)
        for line, category, amount, order in [
            (101, "sale", 100, "577000000003104738"),
            (103, "commission", -5, "577000000003104738"),
            (106, "commission", -1, "577000000003104738"),
            (110, "other_fee", -2, "577000000003104738"),
            (129, "fulfilment", -1, "577000000003104738"),
            (135, "advertising", -3, "577000000003104738"),
            (202, "refund", -55, "2"),
            (203, "commission", 3, "2"),
            (336, "advertising", -40, "3"),
        ]
    ]
    # The parts make up the total that is stated: 88 - 52 - 40 = -4.
    assert seller.rows(reading, "settlements", "settlement_id, stated_total, paid_on") == [
        ("VND-2026-09-30", D("-4"), date(2026, 9, 30))
    ]
    # 55 x 100/110 = 50 without the tax that prices hold, on the day of the settlement.
    assert seller.rows(reading, "refunds", "refund_id, order_id, amount, local_date, country") == [
        ("VND-2026-09-30-2", "2", D("50"), date(2026, 9, 30), "VN")
    ]


def test_income_of_a_store_that_counts_refunds_on_the_orders_day(seller: Company) -> None:
    usual = SETTLED | {"currency": "USD"}
    content = sheet(*rows_of(INCOME, [{}, REFUND], usual))
    assert "refunds" not in seller.read("tiktok-us/income.xlsx", content).tables
