"""Alibaba.com's Trade Assurance orders: bilingual headers, several lines to an order."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from helpers.demo.assortment import Assortment
from helpers.demo.money import written
from helpers.demo.people import company_of, person, remark, street
from helpers.demo.platforms.downloads import by_year
from helpers.demo.platforms.files import Exports, workbook
from helpers.demo.stores import COUNTRY_NAMES
from helpers.demo.timeline import Timeline, stamp
from helpers.demo.titles import listed_as
from helpers.demo.wholesale import Trade

ORDERS = (
    "订单编号(Order Number)", "订单创建时间(Order Create Time)", "邮箱(Email)",
    "公司名称(Company Name)", "买家名称(Buyer Name)", "卖家名称(Seller Name)",
    "商品名称(Product Name)", "SKU规格(Sku Specification)", "数量(Quantity)", "单价(Unit Price)",
    "订单总价(Order Amount)", "运费(Shipping Fee)", "折扣金额(Discount Amount)", "状态(Status)",
    "订单类型(Order Type)", "买家国家(Buyer Country)", "税费,仅美国卖家适用(Tax Fee)",
    "收货地址(Shipping Address)", "订单备注(Order Remark)", "订单币种(Order Currency)",
    "预付款(Initial Payment)", "尾款(Balance Payment)", "约定发货时间(Appointed Delivery Time)",
    "是否有合同附件(Attachment)", "实际发货时间(Actual Delivery Time)",
)  # fmt: skip


def order_id(order: int) -> str:
    """Give the platform's eighteen digits for one order."""
    return str(224_000_000_000_000_000 + order * 1_000_003_511_027)


def orders(deal: Trade, timeline: Timeline, goods: Assortment) -> Exports:
    """Write Trade Assurance orders by year."""
    sales = deal.sales
    offsets = sales.clock.offset(sales.utc)
    first_line = np.flatnonzero(np.diff(sales.order, prepend=-1))
    bounds = np.append(first_line, len(sales.order)).tolist()
    for file in by_year(timeline):
        rows: list[list[str | None]] = []
        inside = (file.first <= sales.day) & (sales.day < file.after)
        # The newest order stands first, as the platform lists them.
        for order in np.flatnonzero(inside)[::-1].tolist():
            lines = range(bounds[order], bounds[order + 1])
            created = stamp(int(sales.utc[order] + offsets[order]), "%Y-%m-%d %H:%M:%S")
            for line in lines:
                sku, is_first = int(sales.sku[line]), line == lines[0]
                row: list[str | None] = [None] * len(ORDERS)
                row[6] = listed_as(goods, sku)
                row[7] = goods.sku[sku]
                row[8] = f"{int(sales.quantity[line])} Pieces"
                row[9] = written(int(sales.unit_price[line]))
                if is_first:
                    _tell_once(row, deal, order, lines, created, timeline)
                rows.append(row)
        if rows:
            yield (
                f"{sales.profile.id}/{file.name}/TradeAssuranceOrders-{file.name}.xlsx",
                workbook("订单列表", ORDERS, rows),
            )


def _tell_once(
    row: list[str | None], deal: Trade, order: int, lines: range, created: str, timeline: Timeline
) -> None:
    """Fill in what the order is as a whole."""
    sales, terms = deal.sales, deal.terms
    buyer = int(sales.customer[order])
    name, mail = person(buyer)
    value = int(sales.listed[lines[0] : lines[-1] + 1].sum())
    off = int(sales.code_discount[lines[0] : lines[-1] + 1].sum())
    freight, shipped = int(terms.freight[order]), int(terms.shipped[order])

    def day(number: int) -> str:
        # What is promised may lie after the window.
        return (timeline.first + timedelta(days=number)).isoformat()

    row[:6] = [order_id(order), created, mail, company_of(buyer), name, "Lantern Trading"]
    row[10] = written(value + freight - off)
    row[11], row[12], row[13] = written(freight), written(off), _status(deal, order)
    row[14], row[15] = _kind(order), COUNTRY_NAMES[sales.code(order)]
    row[16], row[17] = "0.00", f"{street(buyer)}, {name}"
    row[18], row[19] = remark(buyer, order), sales.profile.currency
    row[20], row[21] = written(int(terms.deposit[order])), written(int(terms.balance[order]))
    row[22], row[23] = day(int(terms.promised[order])), "否" if order % 4 else "是"
    row[24] = day(shipped) if shipped >= 0 else None


def _kind(order: int) -> str:
    """Most orders run under Trade Assurance; some are placed at once, a few are samples."""
    return "样品单" if order % 13 == 5 else "直接下单" if order % 5 == 2 else "信用保障订单"


def _status(deal: Trade, order: int) -> str:
    terms = deal.terms
    if deal.sales.cancelled[order]:
        return "订单关闭"
    if terms.is_disputed[order]:
        return "退款申请处理中"
    if terms.is_finished[order]:
        return "交易成功" if order % 3 else "订单完成"
    if terms.shipped[order] >= 0:
        return "待买家确认收货" if order % 4 else "发货中"
    return "待卖家发货"
