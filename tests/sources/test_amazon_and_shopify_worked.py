"""A worked example for Amazon and one for Shopify: every figure reckoned by hand in the margin."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from helpers.sources.reading import Reading

from .export_company import Company, table
from .test_amazon_exports import ORDERS, SETTLEMENT, component, order

D = Decimal


def gmv(company: Company, reading: Reading) -> dict[str, Decimal]:
    """Reckon GMV by its definition: placed sales, less seller-funded discounts, tax out."""
    rows = company.con.execute(
        "SELECT order_id, sum(list_amount - coalesce(seller_discount, 0) - coalesce(tax_inside, 0))"
        f" FROM \"{reading.tables['order_lines']}\" WHERE kind = 'sale' AND status = 'placed'"
        " GROUP BY order_id ORDER BY order_id"
    ).fetchall()
    return {key: value.quantize(D("0.01")) for key, value in rows}


def test_amazon_with_the_tax_on_top(company: Company) -> None:
    reading = company.read(
        "amazon-us/2025-10/orders.txt",
        table(
            "\t", ORDERS,
            # Two kettles of 40.00; 8.00 off, paid by the seller: 80.00 - 8.00 = 72.00. Tax of
            # 5.94 comes on top and stays out. Shipping of 4.99 is income of its own.
            order(amazon_order_id="A", item_price="80.00", item_promotion_discount="8.00",
                  item_tax="5.94", shipping_price="4.99"),
            # The gift that goes with them: listed at 15.00 and discounted in full, 15 - 15 = 0.
            order(amazon_order_id="A", sku="GIFT", quantity=1, item_price="15.00",
                  item_promotion_discount="15.00", item_tax="0.00"),
            # Shipping that a promotion pays in full is no income: 4.99 - 4.99 = 0.
            order(amazon_order_id="B", quantity=1, item_price="40.00", item_tax="3.30",
                  shipping_price="4.99", ship_promotion_discount="4.99"),
            order(amazon_order_id="C", order_status="Cancelled", item_price="40.00"),
            order(amazon_order_id="D", order_status="Pending", item_price=""),
        ),
    )  # fmt: skip
    assert gmv(company, reading) == {"A": D("72.00"), "B": D("40.00")}
    assert company.rows(
        reading, "order_lines", "list_amount, seller_discount, tax_on_top, shipping_income"
    )[:3] == [
        (D("80"), D("8"), D("5.94"), D("4.99")),
        (D("15"), D("15"), D("0"), None),
        (D("40"), None, D("3.3"), D("0")),
    ]
    # One of the two kettles comes back, with its half of the discount: 40.00 - 4.00 = 36.00.
    # Its tax (2.97) and nothing of the shipping go back too, and are no refund of goods.
    refund = company.read(
        "amazon-us/2025-10/settlement.txt",
        table(
            "\t", SETTLEMENT,
            component(transaction_type="Refund", order_id="A", amount="-40.00"),
            component(transaction_type="Refund", order_id="A", amount_type="Promotion",
                      amount="4.00"),
            component(transaction_type="Refund", order_id="A", amount_description="Tax",
                      amount="-2.97"),
        ),
    )  # fmt: skip
    amounts = company.rows(refund, "refunds", "order_id, amount")
    assert amounts == [("A", D("40")), ("A", D("-4"))]
    assert sum(gmv(company, reading).values()) - sum(one for _, one in amounts) == D("76.00")


def test_amazon_with_the_tax_inside(company: Company) -> None:
    reading = company.read(
        "amazon-de/2025-10/orders.txt",
        table(
            "\t", ORDERS,
            # 119.00 listed, 11.90 off: 107.10 paid, of which 17.10 is tax of 19 %: 90.00.
            order(amazon_order_id="A", sales_channel="Amazon.de", currency="EUR",
                  item_price="119,00", item_promotion_discount="11,90", item_tax="17,10"),
            # No tax stated: the store's 19 % are taken out. 59.50 / 1.19 = 50.00.
            order(amazon_order_id="B", sales_channel="Amazon.de", currency="EUR",
                  item_price="59,50", item_tax=""),
        ),
    )  # fmt: skip
    assert gmv(company, reading) == {"A": D("90.00"), "B": D("50.00")}


HEADER = (
    "Name", "Email", "Financial Status", "Currency", "Subtotal", "Shipping", "Taxes", "Total",
    "Discount Amount", "Created at", "Lineitem quantity", "Lineitem name", "Lineitem price",
    "Lineitem sku", "Lineitem taxable", "Lineitem discount", "Payment Method", "Refunded Amount",
    "Shipping Country", "Cancelled at",
)  # fmt: skip


def line(**cells: object) -> list[object]:
    usual = {"Name": "#1", "Lineitem quantity": 1, "Lineitem taxable": "true",
             "Lineitem discount": "0.00", "Shipping Country": "US"}  # fmt: skip
    usual |= {key.replace("_", " "): value for key, value in cells.items()}
    return [usual.get(column) for column in HEADER]


def head(**cells: object) -> list[object]:
    usual = {"Financial_Status": "paid", "Currency": "USD", "Shipping": "0.00", "Taxes": "0.00",
             "Discount_Amount": "0.00", "Created_at": "2026-07-10 12:00:00 -0400",
             "Refunded_Amount": "0.00"}  # fmt: skip
    return line(**(usual | cells))


def test_shopify_with_the_tax_on_top(company: Company) -> None:
    rows = [
        # Kettles 2 x 40.00, a mug of 20.00, a gift of 5.00 that is discounted in full on its line.
        # The code takes 10.00 off the order: by 80 : 20 : 0 that is 8.00, 2.00, 0.00.
        # GMV = 105.00 - 5.00 - 10.00 = 90.00, which is Shopify's own subtotal.
        # Taxes of 7.43 by 72 : 18 : 0 are 5.944 and 1.486, in whole cents 5.94 and 1.49.
        # Given back: the mug and its tax, 18.00 + 1.49 = 19.49, so 18.00 without tax.
        head(Subtotal="90.00", Shipping="5.00", Taxes="7.43", Total="102.43",
             Discount_Amount="10.00", Lineitem_quantity=2, Lineitem_name="Kettle",
             Lineitem_price="40.00", Lineitem_sku="K", Financial_Status="partially_refunded",
             Refunded_Amount="19.49"),
        line(Lineitem_name="Mug", Lineitem_price="20.00", Lineitem_sku="M"),
        line(Lineitem_name="Gift", Lineitem_price="5.00", Lineitem_sku="G",
             Lineitem_discount="5.00"),
        # Cash on delivery counts when it is ordered; a bank transfer when it is paid.
        head(Name="#2", Financial_Status="pending", Subtotal="30.00", Total="30.00",
             Lineitem_price="30.00", Payment_Method="Cash on Delivery (COD)"),
        head(Name="#3", Financial_Status="pending", Subtotal="30.00", Total="30.00",
             Lineitem_price="30.00", Payment_Method="Bank Deposit"),
        head(Name="#4", Financial_Status="voided", Subtotal="30.00", Total="30.00",
             Lineitem_price="30.00", Cancelled_at="2026-07-11 12:00:00 -0400"),
    ]  # fmt: skip
    reading = company.read("own-site/2026-07/orders.csv", table(",", HEADER, *rows))
    assert gmv(company, reading) == {"#1": D("90.00"), "#2": D("30.00")}
    assert company.rows(
        reading, "order_lines", "sku, list_amount, seller_discount, tax_on_top, shipping_income"
    )[:3] == [
        ("K", D("80"), D("8"), D("5.94"), D("5")),
        ("M", D("20"), D("2"), D("1.49"), None),
        ("G", D("5"), D("5"), D("0"), None),
    ]
    assert company.rows(reading, "orders", "order_id, stated_subtotal")[0] == ("#1", D("90"))
    assert company.rows(reading, "refunds", "order_id, amount") == [("#1", D("18"))]


def test_shopify_with_the_tax_inside(company: Company) -> None:
    rows = [
        # 59.50 + 23.80 listed, 8.33 off by a code: 74.97 paid, 11.97 of it tax: 63.00 net.
        head(Currency="EUR", Subtotal="74.97", Taxes="11.97", Total="74.97",
             Discount_Amount="8.33", Lineitem_price="59.50", Created_at="2026-07-10 12:00:00 +0200",
             Shipping_Country="DE"),
        line(Lineitem_price="23.80"),
    ]  # fmt: skip
    reading = company.read("own-eu/2026-07/orders.csv", table(",", HEADER, *rows))
    assert gmv(company, reading) == {"#1": D("63.00")}


def test_a_shopify_row_without_a_name_belongs_to_no_order(company: Company) -> None:
    rows = [
        head(Subtotal="18.00", Taxes="0.00", Discount_Amount="2.00", Lineitem_price="20.00"),
        line(Name="", Created_at="2026-07-10 12:00:00 -0400", Financial_Status="paid",
             Currency="USD", Lineitem_price="7.00"),
    ]  # fmt: skip
    reading = company.read("own-site/orders.csv", table(",", HEADER, *rows))
    # It takes no share of the discount, and its empty order number is for the contract to judge.
    columns = "order_id, list_amount, seller_discount"
    assert company.rows(reading, "order_lines", columns) == [
        ("#1", D("20"), D("2")),
        (None, D("7"), D("0")),
    ]


@pytest.mark.parametrize(
    ("created", "day"),
    [
        # Berlin put its clocks forward on 29 March 2026 at 2:00: that day has 23 hours.
        ("2026-03-28 23:59:59 +0100", date(2026, 3, 28)),
        ("2026-03-29 00:00:00 +0100", date(2026, 3, 29)),
        ("2026-03-29 23:59:59 +0200", date(2026, 3, 29)),
        # Told by another clock: 22:30 UTC is half past midnight in summer, 23:30 in winter.
        ("2026-03-29 22:30:00 +0000", date(2026, 3, 30)),
        ("2026-03-28 22:30:00 +0000", date(2026, 3, 28)),
        # 25 October has 25 hours, and the hour after 2:00 comes twice.
        ("2026-10-25 00:00:00 +0200", date(2026, 10, 25)),
        ("2026-10-25 02:30:00 +0200", date(2026, 10, 25)),
        ("2026-10-25 02:30:00 +0100", date(2026, 10, 25)),
        ("2026-10-25 23:59:59 +0100", date(2026, 10, 25)),
        ("2026-10-25 22:30:00 +0000", date(2026, 10, 25)),
        ("2026-10-24 22:30:00 +0000", date(2026, 10, 25)),
    ],
)
def test_a_day_of_23_and_one_of_25_hours(company: Company, created: str, day: date) -> None:
    row = head(Currency="EUR", Subtotal="1.00", Taxes="0.16", Lineitem_price="1.00",
               Created_at=created)  # fmt: skip
    reading = company.read("own-eu/orders.csv", table(",", HEADER, row))
    assert company.rows(reading, "order_lines", "local_date") == [(day,)]


def test_an_offset_that_changes_inside_a_month_and_one_row_per_hour(company: Company) -> None:
    # From midnight to midnight in Berlin: 23 hours on 29 March, 25 on 25 October.
    hours = [f"2026-03-28 {h:02}:00:00 +0000" for h in (22, 23)]
    hours += [f"2026-03-29 {h:02}:00:00 +0000" for h in range(24)]
    hours += ["2026-10-24 21:00:00 +0000", "2026-10-24 22:00:00 +0000", "2026-10-24 23:00:00 +0000"]
    hours += [f"2026-10-25 {h:02}:00:00 +0000" for h in range(24)]
    rows = [
        head(Name=f"#{at}", Currency="EUR", Subtotal="1.00", Taxes="0.16", Lineitem_price="1.00",
             Created_at=hour) for at, hour in enumerate(hours)
    ]  # fmt: skip
    reading = company.read("own-eu/orders.csv", table(",", HEADER, *rows))
    counted = company.con.execute(
        f'SELECT local_date, count(*) FROM "{reading.tables["order_lines"]}" GROUP BY 1 ORDER BY 1'
    ).fetchall()
    assert counted == [
        (date(2026, 3, 28), 1), (date(2026, 3, 29), 23), (date(2026, 3, 30), 2),
        (date(2026, 10, 24), 1), (date(2026, 10, 25), 25), (date(2026, 10, 26), 1),
    ]  # fmt: skip
