"""Shopee: orders in five languages, and the advertising report."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from msoffcrypto.format.ooxml import OOXMLFile

from helpers.sources.buyers import customer_key
from helpers.vocabulary.faults import DataRefused

from .asian_company import rows_of, sheet, text
from .export_company import KEY, Company

D = Decimal
SEEN = json.loads((Path(__file__).parent / "headers_seen.json").read_text(encoding="utf-8"))
ENGLISH: list[str] = SEEN["shopee_orders_en"]
AMOUNTS = (
    "Original Price", "Deal Price", "Product Subtotal", "Seller Rebate", "Seller Discount",
    "Shopee Rebate", "Discount Voucher Amount Sponsored by Seller",
    "Coin Cashback Voucher Amount Sponsored by Seller",
    "Discount Voucher Amount Sponsored by Shopee", "Total Amount", "Buyer Paid Shipping Fee",
    "Transaction Fee", "Commission Fee", "Grand Total",
)  # fmt: skip
USUAL: dict[str, Any] = {
    "Order ID": "260612ABCDEF01", "Order Status": "Completed", "Hot Listing": "N",
    "Order Creation Date": "2026-06-12 07:47", "Order Paid Time": "2026-06-12 07:50",
    "Ship Time": "2026-06-13 10:00", "Estimated Ship Out Date": "2026-06-14 23:59",
    "SKU Reference No.": "SKU-1", "Product Name": "Kettle", "Original Price": 120,
    "Deal Price": 100, "Quantity": 2, "Product Subtotal": 200, "Seller Discount": 30,
    "Shopee Rebate": 10, "Discount Voucher Amount Sponsored by Seller": 25,
    "Discount Voucher Amount Sponsored by Shopee": 20, "Total Amount": 243,
    "Buyer Paid Shipping Fee": 38, "Username (Buyer)": "mira_1", "Receiver Name": "Mira W",
    "Phone Number": "639175550100", "Delivery Address": "1 Mabini St", "City": "Manila",
    "Remark from buyer": "ring twice",
}  # fmt: skip
LINES = (
    "order_id, line_no, status, sku, quantity, list_amount, seller_discount, platform_discount,"
    " tax_inside, shipping_income"
)


def english(*rows: dict[str, Any], currency: str = "") -> bytes:
    cells = rows_of(ENGLISH, rows, USUAL)
    cells[0] = [f"{one} ({currency})" if currency and one in AMOUNTS else one for one in cells[0]]
    return sheet(*cells, name="orders")


def persons_in(company: Company, *words: str) -> list[str]:
    everything = str([
        company.con.execute(f'FROM "{one}"').fetchall()
        for (one,) in company.con.execute("SELECT table_name FROM duckdb_tables()").fetchall()
    ]).lower()  # fmt: skip
    return [word for word in words if word.lower() in everything]


def test_the_worked_example(seller: Company) -> None:
    # Kettles: 2 x 120 listed, 2 x 100 to pay; of the 40 between, 30 are the seller's, 10 Shopee's.
    # A pan: 50, as listed. A gift: 0. The order: a voucher of 25 by the seller, one of 20 by
    # Shopee, 38 for shipping, in each row; spread over 200 + 50 + 0 they are
    #   kettles 20.00, 16.00, 30.40 and pan 5.00, 4.00, 7.60.
    # Prices hold 12 %: kettles (240 - 30 - 20) x 12/112 = 20.3571, pan (50 - 5) x 12/112 = 4.8214.
    # GMV = 190 - 20.3571 + 45 - 4.8214; Shopee's 10 + 20 stay in it.
    # The platform states 200 + 50 + 0 + its own 10 - the seller's 25 = 235 = 190 + 45: it ties.
    # Paid at the door: one order counts while it is under way, and leaves when it is refused.
    # No amount of a refund is in the file, though a pan came back: nothing is invented.
    pan = {
        "SKU Reference No.": None, "Parent SKU Reference No.": "SKU-2", "Product Name": "Pan",
        "Original Price": 50, "Deal Price": 50, "Quantity": 1, "Product Subtotal": 50,
        "Seller Discount": 0, "Shopee Rebate": 0, "Returned quantity": 1,
        "Return / Refund Status": "Refund completed",
    }  # fmt: skip
    gift = pan | {
        "Parent SKU Reference No.": None, "SKU Reference No.": "GIFT", "Product Name": "Spoon",
        "Original Price": 0, "Deal Price": 0, "Product Subtotal": 0, "Returned quantity": 0,
    }  # fmt: skip
    under_way = {"Order ID": "260612ABCDEF02", "Order Status": "To ship"}
    refused = {"Order ID": "260612ABCDEF03", "Order Status": "Cancelled"}
    unpaid = {"Order ID": "260612ABCDEF04", "Order Status": "Unpaid"}
    content = english({}, pan, gift, under_way, refused, unpaid, currency="PHP")
    reading = seller.read("shopee-ph/2026-06/orders.xlsx", content)
    assert not reading.warnings
    order = "260612ABCDEF01"
    assert seller.rows(reading, "order_lines", LINES)[:3] == [
        (order, 1, "placed", "SKU-1", 2, D("240"), D("50"), D("26"), D("20.3571"), D("30.4")),
        (order, 2, "placed", "SKU-2", 1, D("50"), D("5"), D("4"), D("4.8214"), D("7.6")),
        (order, 3, "placed", "GIFT", 1, D("0"), D("0"), D("0"), D("0"), D("0")),
    ]
    assert [one for (one,) in seller.rows(reading, "order_lines", "status")[3:]] == [
        "placed", "cancelled", "pending",
    ]  # fmt: skip
    assert seller.rows(
        reading, "orders", "stated_subtotal, local_date, promised_on, shipped_on, currency"
    )[0] == (D("235"), date(2026, 6, 12), date(2026, 6, 14), date(2026, 6, 13), "PHP")
    assert "refunds" not in reading.tables
    # 07:47 in Manila is 23:47 of the day before in UTC.
    assert seller.rows(reading, "order_lines", "ordered_at, local_date, country, customer_key")[
        0
    ] == (
        datetime(2026, 6, 11, 23, 47), date(2026, 6, 12), "PH",
        customer_key("mira_1", "shopee", KEY),
    )  # fmt: skip
    assert not persons_in(seller, "mira", "5550100", "mabini", "ring twice")


@pytest.mark.parametrize(
    ("original", "own", "rebate", "expected"),
    [
        # 20 between the prices: 20 are the seller's own, so the 5 of Shopee are no part of them.
        (120, 20, 5, (D("120"), D("45"), D("20"))),
        # 15 are the seller's: Shopee's 5 are the rest.
        (120, 15, 5, (D("120"), D("40"), D("25"))),
        # Nothing lies between the prices.
        (100, 0, 5, (D("100"), D("25"), D("20"))),
        # Sold above the list: that is no discount of minus 10.
        (90, 0, 0, (D("100"), D("25"), D("20"))),
    ],
)
def test_a_rebate_of_shopee_is_no_discount_of_the_seller(
    seller: Company, original: int, own: int, rebate: int, expected: tuple[Decimal, ...]
) -> None:
    reading = seller.read(
        "shopee-ph/orders.xlsx",
        english({"Original Price": original, "Quantity": 1, "Product Subtotal": 100,
                 "Seller Discount": own, "Shopee Rebate": rebate}),
    )  # fmt: skip
    columns = "list_amount, seller_discount, platform_discount"
    assert seller.rows(reading, "order_lines", columns) == [expected]


def test_a_subtotal_that_is_not_price_times_quantity_does_not_tie(seller: Company) -> None:
    # 2 x 100 are 200 and not 201: lines 240 - 50 = 190, stated 201 + 10 - 25 = 186... of one line
    # alone the voucher is all its own: lines 240 - 30 - 25 = 185, stated 186.
    reading = seller.read("shopee-ph/orders.xlsx", english({"Product Subtotal": 201}))
    (line,) = seller.rows(reading, "order_lines", "list_amount - seller_discount")
    (order,) = seller.rows(reading, "orders", "stated_subtotal")
    assert (line, order) == ((D("185"),), (D("186"),))


TAIWAN: list[str] = SEEN["shopee_orders_zh_hant"]


def test_taiwan_locked_with_the_orders_total_in_each_row(
    seller: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    # 2 x 90 + 20 = 200 = 商品總價; voucher 10 + coins 10 of the seller: 18 and 2 of 20.
    # Shopee's own 30 (subsidy) are spread 27 and 3. Tax (180 - 18) x 5/105 = 7.7143.
    usual = {
        "訂單編號": "2606120001", "訂單狀態": "完成", "訂單成立日期": "2026-06-12 00:30",
        "商品總價": "200", "買家支付運費": 60, "蝦皮補貼金額": 30, "賣家負擔優惠券": 10,
        "賣家負擔蝦幣回饋券": 10, "商品名稱": "水壺", "商品ID": "2255", "規格ID": "77",
        "蝦皮商品編碼(商品ID_規格ID)": "2255_77", "商品原價": "1,100", "商品活動價格": 90,
        "主商品貨號": "K", "商品選項貨號": "K-1", "數量": 2, "付款方式": "信用卡",
        "買家帳號": "amei",
        "收件者姓名": "王美", "收件地址": "台北市中山路", "備註": "-",
    }  # fmt: skip
    rows = [
        {},
        # The name of the product has changed since; its number has not.
        {"商品名稱": "鍋", "蝦皮商品編碼(商品ID_規格ID)": "2256_0", "商品原價": 20,
         "商品活動價格": 20, "商品選項貨號": "P-1", "數量": 1},
        {"訂單編號": "2606120002", "訂單狀態": "不成立"},
        {"訂單編號": "2606120003", "訂單狀態": "待付款"},
        {"訂單編號": "2606120004", "訂單狀態": "待付款", "付款方式": "貨到付款"},
    ]  # fmt: skip
    locked = BytesIO()
    OOXMLFile(BytesIO(sheet(*rows_of(TAIWAN, rows, usual)))).encrypt("0912", locked)
    monkeypatch.setenv("REVIEW_FILE_PASSWORDS", '{"shopee-tw": ["x", "0912"]}')
    reading = seller.read("shopee-tw/2026-06/訂單.xlsx", locked.getvalue())
    assert reading.new_columns == ()
    assert seller.rows(
        reading, "order_lines", f"{LINES}, listing_id, currency, local_date"
    )[:2] == [
        ("2606120001", 1, "placed", "K-1", 2, D("2200"), D("2038"), D("27"), D("7.7143"), D("54"),
         "2255_77", "TWD", date(2026, 6, 12)),
        ("2606120001", 2, "placed", "P-1", 1, D("20"), D("2"), D("3"), D("0.8571"), D("6"),
         "2256_0", "TWD", date(2026, 6, 12)),
    ]  # fmt: skip
    # 200 - 20: the total in each row counts once.
    assert seller.rows(reading, "orders", "order_id, stated_subtotal")[0] == (
        "2606120001",
        D("180"),
    )
    assert [one for (one,) in seller.rows(reading, "order_lines", "status")[2:]] == [
        "cancelled", "pending", "placed",
    ]  # fmt: skip
    assert not persons_in(seller, "amei", "王美", "中山路")


THAI: list[str] = SEEN["shopee_orders_th"]


def thai(*rows: dict[str, Any]) -> bytes:
    return sheet(*rows_of(THAI, rows, {}))


FIRST = {
    "หมายเลขคำสั่งซื้อ": "2606TH0001", "สถานะการสั่งซื้อ": "สำเร็จแล้ว", "ชื่อผู้ใช้ (ผู้ซื้อ)": "somchai",
    "วันที่ทำการสั่งซื้อ": "2026-06-12 23:59", "ช่องทางการชำระเงิน": "บัตรเครดิต", "ชื่อสินค้า": "กาน้ำ",
    "เลขอ้างอิง SKU (SKU Reference No.)": "SKU-1", "ราคาตั้งต้น": 107, "ราคาขาย": 107, "จำนวน": 1,
    "ราคาขายสุทธิ": 107, "โค้ดส่วนลดชำระโดยผู้ขาย": 20, "ค่าจัดส่งที่ชำระโดยผู้ซื้อ": 30,
    "จำนวนเงินทั้งหมด": 224, "ชื่อผู้รับ": "สมชาย", "หมายเลขโทรศัพท์": "66865550100",
}  # fmt: skip
BELOW = {
    "ชื่อสินค้า": "กระทะ", "เลขอ้างอิง SKU (SKU Reference No.)": "SKU-2", "ราคาตั้งต้น": 107,
    "ราคาขาย": 107, "จำนวน": 1, "ราคาขายสุทธิ": 107,
}  # fmt: skip


def test_thai_orders_that_fill_only_their_first_row(seller: Company) -> None:
    # 20 and 30 spread over 107 + 107: 10 and 15 each; (107 - 10) x 7/107 = 6.3458.
    reading = seller.read(
        "shopee-th/orders.xlsx",
        thai(
            FIRST, BELOW,
            FIRST | {"หมายเลขคำสั่งซื้อ": "2606TH0002", "สถานะการสั่งซื้อ": "ยกเลิกแล้ว"}, BELOW,
            FIRST | {"หมายเลขคำสั่งซื้อ": "2606TH0003", "สถานะการสั่งซื้อ": "ค้างชำระ"},
        ),
    )  # fmt: skip
    rows = seller.rows(reading, "order_lines", LINES)
    assert rows[:2] == [
        ("2606TH0001", 1, "placed", "SKU-1", 1, D("107"), D("10"), None, D("6.3458"), D("15")),
        ("2606TH0001", 2, "placed", "SKU-2", 1, D("107"), D("10"), None, D("6.3458"), D("15")),
    ]
    assert [(row[0], row[2]) for row in rows[2:]] == [
        ("2606TH0002", "cancelled"), ("2606TH0002", "cancelled"), ("2606TH0003", "pending"),
    ]  # fmt: skip
    days = "local_date, customer_key IS NOT NULL"
    assert set(seller.rows(reading, "order_lines", days)) == {(date(2026, 6, 12), True)}


def test_the_rows_below_a_bad_first_row_are_not_the_order_before(seller: Company) -> None:
    # Line 4 begins an order that cannot be read; line 5 is that order's. Neither joins the first.
    bad = FIRST | {"หมายเลขคำสั่งซื้อ": "2606TH0002", "จำนวน": "two"}
    reading = seller.read("shopee-th/orders.xlsx", thai(FIRST, BELOW, bad, BELOW))
    assert [one for (one,) in seller.rows(reading, "order_lines", "order_id")] == ["2606TH0001"] * 2
    assert [(line, reason) for line, _, _, reason in seller.bad(reading)] == [
        (4, "not_a_whole_number"), (5, "incomplete_order"),
    ]  # fmt: skip
    # Nor do they where the order's number itself has lost its digits: they are nobody's.
    lost = FIRST | {"หมายเลขคำสั่งซื้อ": 2.606e17}
    reading = seller.read("shopee-th/orders2.xlsx", thai(FIRST, BELOW, lost, BELOW))
    assert [one for (one,) in seller.rows(reading, "order_lines", "order_id")] == [
        "2606TH0001", "2606TH0001", None,
    ]  # fmt: skip
    assert [(line, reason) for line, _, _, reason in seller.bad(reading)] == [(4, "digits_lost")]


INDONESIA: list[str] = SEEN["shopee_orders_id"]


@pytest.mark.parametrize(
    ("price", "voucher", "seen", "cut"),
    [
        # Nothing in these cells tells a thousand from a fraction, but rupiah have no coins.
        ("45.000", "5.000", D("90000"), D("5000")),
        ("Rp45.000", "Rp5.000", D("90000"), D("5000")),
        ("1.234,56", "500,50", D("2469.12"), D("500.5")),
        ("45,000", "5,000", D("90000"), D("5000")),
        # A number cell is a number, beside text cells in Indonesian.
        (45000, "5.000", D("90000"), D("5000")),
        (0.125, "5.000", D("0.25"), D("5000")),
    ],
)
def test_rupiah(seller: Company, price: object, voucher: str, seen: Decimal, cut: Decimal) -> None:
    usual = {
        "No. Pesanan": "2606ID01", "Status Pesanan": "Selesai", "Harga Awal": price,
        "Waktu Pesanan Dibuat": "2026-06-12 07:47", "Nomor Referensi SKU": "SKU-1",
        "Harga Setelah Diskon": price, "Jumlah": 2, "Voucher Ditanggung Penjual": voucher,
        "Waktu Pesanan Selesai": "-", "Diskon Dari Shopee": "0", "Nama Produk": "Ceret",
        "Metode Pembayaran": "COD (Bayar di Tempat)", "Nama Penerima": "Budi S",
    }  # fmt: skip
    rows = [
        {}, {"No. Pesanan": "B", "Status Pesanan": "Batal"},
        {"No. Pesanan": "C", "Status Pesanan": "Belum Bayar"},
        {"No. Pesanan": "D", "Status Pesanan": "Belum Bayar", "Metode Pembayaran": "BCA"},
    ]  # fmt: skip
    reading = seller.read("shopee-id/orders.xlsx", sheet(*rows_of(INDONESIA, rows, usual)))
    assert reading.new_columns == ()
    assert seller.rows(reading, "order_lines", "list_amount, seller_discount, status") == [
        (seen, cut, "placed"), (seen, cut, "cancelled"), (seen, cut, "placed"),
        (seen, cut, "pending"),
    ]  # fmt: skip


def test_vietnamese_headers(seller: Company) -> None:
    header = [
        "Mã đơn hàng", "Ngày đặt hàng", "Trạng Thái Đơn Hàng", "SKU phân loại hàng", "Giá gốc",
        "Giá ưu đãi", "Số lượng", "Mã giảm giá của Shop", "Người Mua", "Tên Người nhận",
    ]  # fmt: skip
    row = {
        "Mã đơn hàng": "2606VN01", "Ngày đặt hàng": "2026-06-12 07:47", "Giá gốc": "150.000",
        "Trạng Thái Đơn Hàng": "Hoàn thành", "SKU phân loại hàng": "SKU-1", "Số lượng": 2,
        "Giá ưu đãi": "120.000", "Mã giảm giá của Shop": "10.000", "Tên Người nhận": "Lan",
    }  # fmt: skip
    rows = [row, row | {"Mã đơn hàng": "2", "Trạng Thái Đơn Hàng": "Đã hủy"}]
    reading = seller.read("shopee-vn/orders.xlsx", sheet(*rows_of(header, rows, {})))
    assert seller.rows(reading, "order_lines", "list_amount, seller_discount, status") == [
        (D("300000"), D("70000"), "placed"), (D("300000"), D("70000"), "cancelled"),
    ]  # fmt: skip


ADS = [
    "Sequence", "Ad Name", "Status", "Ads Type", "Product ID", "Creative", "Bidding Method",
    "Placement", "Start Date", "End Date", "Impression", "Clicks", "CTR", "Conversions",
    "Direct Conversions", "Conversion Rate", "Items Sold", "GMV", "Expense", "ROAS", "ACOS",
]  # fmt: skip
AD = {
    "Sequence": 2, "Ad Name": "Kettle ad", "Status": "Ongoing", "Ads Type": "Product Ad",
    "Product ID": "577000000003104738", "Creative": "-", "Start Date": "01/01/2026",
    "End Date": "Unlimited", "Impression": 2000, "Clicks": 60, "CTR": "3.00%", "Conversions": 6,
    "Conversion Rate": "10.00%", "Items Sold": 7, "GMV": "1,200.00", "Expense": "100.50",
    "ACOS": "8.38%",
}  # fmt: skip
SHOP = {"Sequence": 1, "Ad Name": "The Shop", "Product ID": "-", "Impression": 3000, "Clicks": 90,
        "Conversions": 9, "Items Sold": 10, "GMV": "1,900.00", "Expense": "150.50"}  # fmt: skip
OTHER = {"Sequence": 3, "Product ID": "577000000003104739", "Impression": 1000, "Clicks": 30,
         "Conversions": 3, "Items Sold": 3, "GMV": "700.00", "Expense": "50.00"}  # fmt: skip
ADS_FILE = """\ufeffShopee Ads Report - All CPC Ads
User name,shop.ph
Shop name,The Shop
Shop ID,12345678
Report Creation Time,01/07/2026 10:00
Period,01/06/2026 - 30/06/2026

""" + text(",", ADS, [SHOP, {}, OTHER], AD)


def test_ads_leave_the_shops_own_row_out(seller: Company) -> None:
    reading = seller.read("shopee-ph/2026-06/ads.csv", ADS_FILE)
    assert (reading.header_row, reading.rows_read, reading.rows_set_aside) == (8, 2, 1)
    assert "1 shop total" in str(reading.warnings) and reading.new_columns == ()
    assert seller.rows(
        reading, "ad_spend",
        "campaign, ad_group, impressions, clicks, spend, currency, attributed_orders,"
        " attributed_units, attributed_sales, start_date, end_date",
    ) == [
        ("Kettle ad", "577000000003104738", 2000, 60, D("100.5"), "PHP", 6, 7, D("1200"),
         date(2026, 6, 1), date(2026, 6, 30)),
        ("Kettle ad", "577000000003104739", 1000, 30, D("50"), "PHP", 3, 3, D("700"),
         date(2026, 6, 1), date(2026, 6, 30)),
    ]  # fmt: skip


def test_ads_without_a_period_ask_for_it(seller: Company) -> None:
    # 03/06 to 04/06: from June or from March?
    doubtful = ADS_FILE.replace("01/06/2026 - 30/06/2026", "03/06/2026 - 04/06/2026")
    with pytest.raises(DataRefused, match="which period is this file of"):
        seller.read("shopee-ph/ads.csv", doubtful)


def test_orders_as_text_are_the_same_orders(seller: Company) -> None:
    # Excel saves them with semicolons in some countries; a tab does for others.
    reading = seller.read("shopee-ph/orders.csv", "\ufeff" + text(";", ENGLISH, [{}], USUAL))
    assert seller.rows(reading, "order_lines", "list_amount, seller_discount, quantity") == [
        (D("240"), D("55"), 2)
    ]
