"""Shopee's orders export: local times, no currency, order-level money repeated on every line.

Taiwan and Thailand have wordings and an order of columns of their own; Taiwan locks its
workbooks, Thailand tells an order's money on its first row only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from helpers.demo.aftermath import Aftermath
from helpers.demo.assortment import Assortment
from helpers.demo.money import written
from helpers.demo.people import person, phone, remark, street
from helpers.demo.platforms.downloads import FEW, by_month
from helpers.demo.platforms.files import Exports, workbook
from helpers.demo.platforms.locked import locked
from helpers.demo.timeline import Timeline, stamp
from helpers.demo.titles import listed_as

ORDERS_EN = (
    "Order ID", "Order Type", "Order Status", "Hot Listing", "Return / Refund Status",
    "Tracking Number*", "Shipping Option", "Shipment Method", "Estimated Ship Out Date",
    "Ship Time", "Order Creation Date", "Order Paid Time", "Parent SKU Reference No.",
    "Product Name", "SKU Reference No.", "Variation Name", "Original Price", "Deal Price",
    "Quantity", "Returned quantity", "Product Subtotal", "Seller Rebate", "Seller Discount",
    "Shopee Rebate", "SKU Total Weight", "No of product in order", "Order Total Weight",
    "Voucher Code", "Discount Voucher Amount Sponsored by Seller",
    "Coin Cashback Voucher Amount Sponsored by Seller",
    "Discount Voucher Amount Sponsored by Shopee", "Bundle Deal Indicator",
    "Shopee Bundle Discount", "Seller Bundle Discount",
    "Coin Cashback Voucher Amount Sponsored by Shopee", "Credit Card Discount Total",
    "Total Amount", "Buyer Paid Shipping Fee", "Shipping Rebate Estimate", "Reverse Shipping Fee",
    "Transaction Fee", "Commission Fee", "Service Fee", "Grand Total", "Estimated Shipping Fee",
    "Username (Buyer)", "Receiver Name", "Phone Number", "Delivery Address", "Town", "District",
    "City", "Province", "Country", "Zip Code", "Remark from buyer", "Order Complete Time", "Note",
)  # fmt: skip

#: Header -> what stands there; the names on the right are those of the English export.
ORDERS_TW = {
    "訂單編號": "Order ID", "訂單狀態": "Order Status", "熱門商品": "Hot Listing",
    "退貨/退款狀態": "Return / Refund Status", "買家帳號": "Username (Buyer)",
    "訂單成立日期": "Order Creation Date", "商品總價": "Goods Total",
    "買家支付運費": "Buyer Paid Shipping Fee", "蝦皮補助運費": "Shipping Rebate Estimate",
    "退貨運費": "Reverse Shipping Fee", "買家總支付金額": "Total Amount",
    "蝦皮補貼金額": "Shopee Rebate", "蝦幣折抵": "Coins",
    "銀行信用卡活動折抵": "Credit Card Discount Total", "優惠代碼": "Voucher Code",
    "賣場優惠券": "Discount Voucher Amount Sponsored by Seller",
    "賣家蝦幣回饋券": "Coin Cashback Voucher Amount Sponsored by Seller",
    "優惠券": "Discount Voucher Amount Sponsored by Shopee",
    "促銷組合指標": "Bundle Deal Indicator", "成交手續費": "Commission Fee",
    "其他服務費": "Service Fee", "金流與系統處理費": "Transaction Fee", "商品名稱": "Product Name",
    "商品ID": "Item", "商品選項名稱": "Variation Name", "規格ID": "Model",
    "蝦皮商品編碼(商品ID_規格ID)": "Listing", "商品原價": "Original Price",
    "商品活動價格": "Deal Price", "主商品貨號": "Parent SKU Reference No.",
    "商品選項貨號": "SKU Reference No.", "數量": "Quantity", "退貨數量": "Returned quantity",
    "收件地址": "Delivery Address", "城市": "City", "行政區": "District",
    "郵遞區號": "Zip Code", "收件者姓名": "Receiver Name", "收件者電話": "Phone Number",
    "寄送方式": "Shipping Option", "出貨方式": "Shipment Method", "付款方式": "Payment Method",
    "最晚出貨日期": "Estimated Ship Out Date", "包裹查詢號碼": "Tracking Number*",
    "買家付款時間": "Order Paid Time", "實際出貨時間": "Ship Time",
    "訂單完成時間": "Order Complete Time", "買家備註": "Remark from buyer", "備註": "Note",
}  # fmt: skip

ORDERS_TH = {
    "หมายเลขคำสั่งซื้อ": "Order ID", "สถานะการสั่งซื้อ": "Order Status",
    "Hot Listing": "Hot Listing", "เหตุผลในการยกเลิกคำสั่งซื้อ": "Cancel Reason",
    "สถานะการคืนเงินหรือคืนสินค้า": "Return / Refund Status",
    "ชื่อผู้ใช้ (ผู้ซื้อ)": "Username (Buyer)", "วันที่ทำการสั่งซื้อ": "Order Creation Date",
    "เวลาการชำระสินค้า": "Order Paid Time", "ช่องทางการชำระเงิน": "Payment Method",
    "ตัวเลือกการจัดส่ง": "Shipping Option", "วิธีการจัดส่ง": "Shipment Method",
    "*หมายเลขติดตามพัสดุ": "Tracking Number*",
    "วันที่คาดว่าจะทำการจัดส่งสินค้า": "Estimated Ship Out Date", "เวลาส่งสินค้า": "Ship Time",
    "เลขอ้างอิง Parent SKU": "Parent SKU Reference No.", "ชื่อสินค้า": "Product Name",
    "เลขอ้างอิง SKU (SKU Reference No.)": "SKU Reference No.", "ชื่อตัวเลือก": "Variation Name",
    "ราคาตั้งต้น": "Original Price", "ราคาขาย": "Deal Price", "จำนวน": "Quantity",
    "จำนวนที่ส่งคืน": "Returned quantity", "ราคาขายสุทธิ": "Product Subtotal",
    "ส่วนลดจาก Shopee": "Shopee Rebate",
    "โค้ดส่วนลดชำระโดยผู้ขาย": "Discount Voucher Amount Sponsored by Seller",
    "โค้ดส่วนลดชำระโดย Shopee": "Discount Voucher Amount Sponsored by Shopee",
    "โค้ดส่วนลด": "Voucher Code", "ค่าคอมมิชชั่น": "Commission Fee",
    "Transaction Fee": "Transaction Fee", "ค่าบริการ": "Service Fee",
    "ค่าจัดส่งที่ชำระโดยผู้ซื้อ": "Buyer Paid Shipping Fee",
    "ค่าจัดส่งที่ Shopee ออกให้โดยประมาณ": "Shipping Rebate Estimate",
    "ค่าจัดส่งสินค้าคืน": "Reverse Shipping Fee", "จำนวนเงินทั้งหมด": "Total Amount",
    "ค่าจัดส่งโดยประมาณ": "Estimated Shipping Fee", "ชื่อผู้รับ": "Receiver Name",
    "หมายเลขโทรศัพท์": "Phone Number", "หมายเหตุจากผู้ซื้อ": "Remark from buyer",
    "ที่อยู่ในการจัดส่ง": "Delivery Address", "ประเทศ": "Country", "จังหวัด": "Province",
    "เขต/อำเภอ": "District", "รหัสไปรษณีย์": "Zip Code", "ประเภทคำสั่งซื้อ": "Order Type",
    "เวลาที่ทำการสั่งซื้อสำเร็จ": "Order Complete Time", "บันทึก": "Note",
}  # fmt: skip

#: Columns that speak of the whole order.
_OF_THE_ORDER = frozenset({
    "Goods Total", "Buyer Paid Shipping Fee", "Shipping Rebate Estimate", "Reverse Shipping Fee",
    "Total Amount", "Grand Total", "Discount Voucher Amount Sponsored by Seller",
    "Discount Voucher Amount Sponsored by Shopee", "Coins", "Commission Fee", "Service Fee",
    "Transaction Fee", "Estimated Shipping Fee", "Credit Card Discount Total",
    "Coin Cashback Voucher Amount Sponsored by Seller",
    "Coin Cashback Voucher Amount Sponsored by Shopee",
})  # fmt: skip


@dataclass(frozen=True)
class _Site:
    """How one country writes its export."""

    columns: Mapping[str, str]
    language: str
    country: str
    province: str
    done: str
    to_ship: str
    cancelled: str
    returned: str
    #: Is the workbook locked, and does an order's money stand on its first row only?
    is_locked: bool = False
    tells_once: bool = False


_SITES = {
    "shopee-sg": _Site(
        {name: name for name in ORDERS_EN}, "en", "SG", "Singapore", "Completed", "To ship",
        "Cancelled", "Request Approved",
    ),
    "shopee-tw": _Site(
        ORDERS_TW, "zh-Hant", "TW", "臺北市", "已完成", "待出貨", "不成立", "退貨/退款成功",
        is_locked=True,
    ),
    "shopee-th": _Site(
        ORDERS_TH, "th", "TH", "กรุงเทพมหานคร", "สำเร็จแล้ว", "ที่ต้องจัดส่ง", "ยกเลิกแล้ว",
        "คำขอได้รับการอนุมัติ", tells_once=True,
    ),
}  # fmt: skip

#: Workbooks of so many months at the end are locked: the platform began with it lately.
LOCKED_MONTHS = FEW


def order_id(shop: str, order: int) -> str:
    """Give an order number in Shopee's form: the day's six digits stand in front on the site."""
    letters = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
    number, text = order * 7_919_777 + 31_337 + sum(shop.encode()), ""
    for _ in range(8):
        number, rest = divmod(number, len(letters))
        text = letters[rest] + text
    return f"25{order % 12 + 1:02d}{order % 28 + 1:02d}{text}"


def listing(article: int) -> str:
    """Give the product number and, after the underscore, the one of the variation."""
    return f"{10_000_000_000 + article * 7_393_931}_{20_000_000_000 + article * 9_817_331}"


def orders(
    after: Aftermath, opens: int, timeline: Timeline, goods: Assortment, password: str
) -> Exports:
    """Write orders exports by year, then by month."""
    sales = after.sales
    shop = sales.profile
    site = _SITES[shop.id]
    tell = _teller(after, timeline, goods, site)
    first_line = np.flatnonzero(np.diff(sales.order, prepend=-1))
    bounds = np.append(first_line, len(sales.order)).tolist()
    ends = np.searchsorted(sales.day, np.arange(len(timeline.days) + 1)).tolist()
    for file in by_month(timeline, opens, FEW):
        rows = []
        for order in range(ends[file.first], ends[file.after]):
            for line in range(bounds[order], bounds[order + 1]):
                told = tell(order, line)
                silent = _OF_THE_ORDER if site.tells_once and line > bounds[order] else ()
                rows.append([
                    "" if what in silent else told.get(what, "") for what in site.columns.values()
                ])  # fmt: skip
        if not rows:
            continue
        made = workbook("orders", list(site.columns), rows)
        late = len(timeline.months) - LOCKED_MONTHS
        if site.is_locked and timeline.month_of_day[file.first] >= late:
            made = locked(made, password)
        name = file.name.replace("..", "_").replace("-", "")
        yield f"{shop.id}/{file.name}/Order.all.{name}.xlsx", made


def _teller(
    after: Aftermath, timeline: Timeline, goods: Assortment, site: _Site
) -> Callable[[int, int], dict[str, str | int]]:
    """Say of each line what the English export calls it."""
    sales = after.sales
    shop, step = sales.profile, sales.step
    offsets = sales.clock.offset(sales.utc)
    returned = np.zeros(len(sales.sku), dtype=np.int64)
    returned[after.refunds.line] = sales.quantity[after.refunds.line]
    summed = {
        name: np.bincount(sales.order, values, minlength=len(sales.utc)).astype(np.int64)
        for name, values in (
            ("paid", sales.paid), ("goods", sales.listed - sales.line_discount),
            ("seller", sales.code_discount), ("platform", sales.platform_discount),
            ("lines", np.ones(len(sales.order))),
        )
    }  # fmt: skip
    last = len(timeline.days) - 3

    def local(order: int, later: int = 0) -> str:
        return stamp(int(sales.utc[order] + offsets[order]) + later, "%Y-%m-%d %H:%M")

    def money(ticks: int) -> str:
        return written(ticks, step)

    def tell(order: int, line: int) -> dict[str, str | int]:
        sku, count = int(sales.sku[line]), int(sales.quantity[line])
        gone, fee = bool(sales.cancelled[order]), int(sales.shipping[order])
        new = int(sales.day[order]) >= last
        status = site.cancelled if gone else site.to_ship if new else site.done
        off, buyer = int(sales.line_discount[line]), int(sales.customer[order])
        platform, seller = int(summed["platform"][order]), int(summed["seller"][order])
        due = int(summed["paid"][order]) - platform + fee
        commission = int(summed["paid"][order]) * shop.commission // 1000 // step * step
        name, _ = person(buyer)
        item, model = listing(sku).split("_")
        sent = "" if gone or new else local(order, 90_000)
        return {
            "Order ID": order_id(shop.id, order), "Order Type": "Normal Order",
            "Order Status": status, "Hot Listing": "N",
            "Return / Refund Status": site.returned if returned[line] else "",
            "Tracking Number*": "" if gone else f"{site.country}25{order:09d}",
            "Shipping Option": "Standard Delivery", "Shipment Method": "Drop-off",
            "Estimated Ship Out Date": local(order, 172_800), "Ship Time": sent,
            "Order Creation Date": local(order),
            "Order Paid Time": "" if gone else local(order, 120),
            "Parent SKU Reference No.": goods.sku[sku],
            "Product Name": listed_as(goods, sku, site.language),
            "SKU Reference No.": goods.sku[sku], "Variation Name": "",
            "Original Price": money(int(sales.unit_price[line])),
            "Deal Price": money(int(sales.unit_price[line]) - off // count),
            "Quantity": count, "Returned quantity": int(returned[line]),
            "Product Subtotal": money(int(sales.listed[line]) - off), "Seller Rebate": money(0),
            "Seller Discount": money(off), "Shopee Rebate": money(0),
            "SKU Total Weight": f"{goods.weight[sku] * count:.2f}",
            "No of product in order": int(summed["lines"][order]),
            "Order Total Weight": "", "Voucher Code": "WELCOME5" if seller else "",
            "Discount Voucher Amount Sponsored by Seller": money(seller),
            "Coin Cashback Voucher Amount Sponsored by Seller": money(0),
            "Discount Voucher Amount Sponsored by Shopee": money(platform),
            "Bundle Deal Indicator": "N", "Shopee Bundle Discount": money(0),
            "Seller Bundle Discount": money(0),
            "Coin Cashback Voucher Amount Sponsored by Shopee": money(0),
            "Credit Card Discount Total": money(0), "Total Amount": money(due),
            "Goods Total": money(int(summed["goods"][order])), "Coins": money(0),
            "Buyer Paid Shipping Fee": money(fee), "Shipping Rebate Estimate": money(0),
            "Reverse Shipping Fee": money(0), "Transaction Fee": money(0),
            "Commission Fee": money(0 if gone else commission), "Service Fee": money(0),
            "Grand Total": money(due), "Estimated Shipping Fee": money(fee),
            # A platform knows its buyers across its countries: other shops have other people.
            "Username (Buyer)": f"{name.split()[0].lower()}_{shop.id[-2:]}{buyer:05d}",
            "Receiver Name": name, "Phone Number": phone(buyer), "Delivery Address": street(buyer),
            "Town": "", "District": "", "City": site.province, "Province": site.province,
            "Country": site.country, "Zip Code": f"{buyer % 90_000 + 10_000}",
            "Remark from buyer": remark(buyer, order),
            "Order Complete Time": "" if gone or new else local(order, 500_000), "Note": "",
            "Item": item, "Model": model, "Listing": listing(sku), "Payment Method": "Credit Card",
            "Cancel Reason": "",
        }  # fmt: skip

    return tell
