"""Lazada: the orders export, one row per unit, and the finance statement, one row per fee."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from helpers.demo.aftermath import Aftermath
from helpers.demo.assortment import Assortment
from helpers.demo.money import written
from helpers.demo.people import person, phone, remark, street
from helpers.demo.platforms.downloads import FEW, by_month
from helpers.demo.platforms.files import Exports, comma_separated, workbook
from helpers.demo.timeline import Timeline, stamp
from helpers.demo.titles import listed_as

ORDERS = (
    "orderItemId", "orderType", "Guarantee", "deliveryType", "lazadaId", "sellerSku", "lazadaSku",
    "wareHouse", "createTime", "updateTime", "rtsSla", "ttsSla", "orderNumber", "invoiceRequired",
    "invoiceNumber", "deliveredDate", "customerName", "customerEmail",
    "nationalRegistrationNumber", "shippingName", "shippingAddress", "shippingAddress2",
    "shippingAddress3", "shippingAddress4", "shippingAddress5", "shippingPhone", "shippingPhone2",
    "shippingCity", "shippingPostCode", "shippingCountry", "shippingRegion", "billingName",
    "billingAddr", "billingAddr2", "billingAddr3", "billingAddr4", "billingAddr5", "billingPhone",
    "billingPhone2", "billingCity", "billingPostCode", "billingCountry", "taxCode",
    "branchNumber", "taxInvoiceRequested", "payMethod", "paidPrice", "unitPrice",
    "sellerDiscountTotal", "shippingFee", "walletCredit", "itemName", "variation",
    "cdShippingProvider", "shippingProvider", "shipmentTypeName", "shippingProviderType",
    "cdTrackingCode", "trackingCode", "trackingUrl", "shippingProviderFM", "trackingCodeFM",
    "trackingUrlFM", "promisedShippingTime", "premium", "status",
    "buyerFailedDeliveryReturnInitiator", "buyerFailedDeliveryReason", "buyerFailedDeliveryDetail",
    "buyerFailedDeliveryUserName", "bundleId", "semiManaged", "flexibleDeliveryTime",
    "bundleDiscount", "refundAmount", "sellerNote",
)  # fmt: skip

STATEMENT = (
    "Transaction Date", "Transaction Type", "Fee Name", "Transaction Number", "Details",
    "Seller SKU", "Lazada SKU", "Amount", "VAT in Amount", "WHT Amount", "WHT included in Amount",
    "Statement", "Paid Status", "Order No.", "Order Item No.", "Order Item Status",
    "Shipping Provider", "Shipping Speed", "Shipment Type", "Reference", "Comment", "PaymentRefId",
)  # fmt: skip


def order_id(order: int) -> str:
    """Give the platform's fifteen digits for one order."""
    return str(412_000_000_000_000 + order * 7_331_771)


def listing(article: int) -> str:
    """Give the platform's number for one offer."""
    return f"{3_210_000_000 + article * 7_919}_MY-{15_600_000_000 + article * 6_113}"


def _unit(order: int, line: int, unit: int) -> str:
    return str(int(order_id(order)) + 100 + line * 20 + unit)


def orders(after: Aftermath, opens: int, timeline: Timeline, goods: Assortment) -> Exports:
    """Write orders exports by year, then by month: as many rows as units were sold."""
    sales = after.sales
    shop = sales.profile
    offsets = sales.clock.offset(sales.utc)
    first_line = np.flatnonzero(np.diff(sales.order, prepend=-1))
    bounds = np.append(first_line, len(sales.order)).tolist()
    ends = np.searchsorted(sales.day, np.arange(len(timeline.days) + 1)).tolist()
    back = np.zeros(len(sales.sku), dtype=np.int64)
    back[after.refunds.line] = after.refunds.amount
    for file in by_month(timeline, opens, FEW):
        rows: list[list[str]] = []
        for order in range(ends[file.first], ends[file.after]):

            def local(later: int, order: int = order) -> str:
                moment = int(sales.utc[order] + offsets[order]) + later
                return stamp(moment, "%d %b %Y %H:%M")

            buyer, gone = int(sales.customer[order]), bool(sales.cancelled[order])
            name, mail = person(buyer)
            fee = int(sales.shipping[order])
            for line in range(bounds[order], bounds[order + 1]):
                sku, count = int(sales.sku[line]), int(sales.quantity[line])
                off = int(sales.line_discount[line]) // count
                funded = int(sales.platform_discount[line]) // count
                price = int(sales.unit_price[line])
                state = "canceled" if gone else "package returned" if back[line] else "delivered"
                for unit in range(count):
                    is_first = unit == 0 and line == bounds[order]
                    told = {
                        "orderItemId": _unit(order, line, unit), "orderType": "Normal",
                        "deliveryType": "standard", "lazadaId": str(990_000 + sku),
                        "sellerSku": goods.sku[sku], "lazadaSku": listing(sku),
                        "wareHouse": "dropshipping", "createTime": local(0),
                        "updateTime": local(5_400 if gone else 420_000),
                        "ttsSla": local(172_800), "orderNumber": order_id(order),
                        "invoiceRequired": "No",
                        "deliveredDate": "" if gone else local(300_000),
                        "customerName": name, "customerEmail": mail, "shippingName": name,
                        "shippingAddress": street(buyer), "shippingPhone": phone(buyer, "+60"),
                        "shippingCity": "Petaling Jaya",
                        "shippingPostCode": f"{buyer % 90_000 + 10_000}",
                        "shippingCountry": "Malaysia", "shippingRegion": "Selangor",
                        "billingName": name, "billingAddr": street(buyer),
                        "billingPhone": phone(buyer, "+60"), "billingCity": "Petaling Jaya",
                        "billingCountry": "Malaysia", "payMethod": "MIXEDCARD",
                        "paidPrice": written(price - off - funded), "unitPrice": written(price),
                        "sellerDiscountTotal": written(-off),
                        "shippingFee": written(fee if is_first else 0), "walletCredit": "0.00",
                        "itemName": listed_as(goods, sku), "variation": "",
                        "shippingProvider": "" if gone else "J&T MY",
                        "trackingCode": "" if gone else f"MYLZ{order:09d}", "premium": "No",
                        "status": state, "bundleDiscount": "0.00",
                        "buyerFailedDeliveryDetail":
                            remark(buyer, order) if back[line] else "",
                        "refundAmount": written(int(back[line]) // count),
                        "sellerNote": "" if gone else remark(buyer, order + 4),
                    }  # fmt: skip
                    rows.append([told.get(column, "") for column in ORDERS])
        if rows:
            yield f"{shop.id}/{file.name}/orders-{file.name}.xlsx", workbook("sheet1", ORDERS, rows)


def statements(after: Aftermath, opens: int, timeline: Timeline, goods: Assortment) -> Exports:
    """Write the finance statements: what was credited and charged, item by item."""
    sales, post, back = after.sales, after.postings, after.refunds
    shop = sales.profile
    booked: list[tuple[int, int, str, str, int, int]] = []
    told: set[int] = set()
    for at, line, commission, parcel in zip(
        post.day.tolist(), post.line.tolist(), post.commission.tolist(),
        post.fulfilment.tolist(), strict=True,
    ):  # fmt: skip
        order = int(sales.order[line])
        value = int(sales.paid[line])
        booked.append((at, line, "Orders-Sales", "Item Price Credit", value, order))
        if (fee := int(sales.shipping[order])) and order not in told:
            booked.append(
                (at, line, "Orders-Logistics", "Shipping Fee Paid by Customer", fee, order)
            )
        told.add(order)
        booked.append((at, line, "Orders-Lazada Fees", "Commission", commission, order))
        booked.append(
            (at, line, "Orders-Logistics", "Shipping Fee Charged by Lazada", parcel, order)
        )
    for at, line, amount, returned, kept in zip(
        back.day.tolist(), back.line.tolist(), back.amount.tolist(),
        back.commission_back.tolist(), back.commission_kept.tolist(), strict=True,
    ):  # fmt: skip
        order = int(sales.order[line])
        booked.append((at, line, "Refunds-Claims", "Reversal Item Price", -amount, order))
        fee = returned + kept
        booked.append((at, line, "Refunds-Lazada Fees", "Reversal Commission", fee, order))
    for one in after.charges:
        booked.append((one.day, -1, "Other Services-Storage", "FBL Storage Fee", one.amount, -1))
    booked.sort(key=lambda row: row[0])
    for file in by_month(timeline, opens, FEW):
        rows = []
        for number, (at, line, kind, fee_name, amount, order) in enumerate(booked):
            if not file.first <= at < file.after:
                continue
            day = timeline.days[at]
            # A statement is a week's, whichever months it lies in.
            week = f"MY{day - timedelta(days=day.weekday()):%Y%m%d}"
            head = (f"{day:%d %b %Y}", kind, fee_name, f"{day:%y%m%d}{number:08d}", "")
            money = (written(amount), "0.00", "0.00", "No", week, "paid")
            if line < 0:
                rows.append((*head, "", "", *money, *[""] * 9))
                continue
            sku = int(sales.sku[line])
            rows.append((
                *head, goods.sku[sku], listing(sku), *money, order_id(order), _unit(order, line, 0),
                "delivered", "J&T MY", "Standard", "Drop-shipping", "",
                remark(int(sales.customer[order]), number), "",
            ))  # fmt: skip
        if rows:
            yield (
                f"{shop.id}/{file.name}/finance-statement-{file.name}.csv",
                comma_separated(STATEMENT, rows, "utf-8-sig"),
            )
