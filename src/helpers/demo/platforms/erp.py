"""What the company's own systems copied from the platforms: Dianxiaomi, ECCANG, Lingxing.

They speak of parcels: an order that left in two stands twice, two orders of one buyer that left
together are one parcel. Amounts are the platform's, repeated on every row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from helpers.demo.assortment import Assortment
from helpers.demo.demand import Drawn
from helpers.demo.money import Array, written
from helpers.demo.people import person, phone, remark, street
from helpers.demo.platforms.downloads import lately
from helpers.demo.platforms.files import Cell, Exports, comma_separated, workbook
from helpers.demo.sales import Sales
from helpers.demo.shelves import counted
from helpers.demo.stores import COUNTRY_NAMES, Profile
from helpers.demo.timeline import Timeline, stamp
from helpers.demo.titles import listed_as

DIANXIAOMI = (
    "下单时间", "付款时间", "提交时间", "发货时间", "退款时间", "面单打印时间", "拣货单打印时间",
    "买家账号", "买家姓名", "买家Email", "收货人姓名", "收货人公司", "收货人税号", "收货人门牌号",
    "详细地址", "地址1", "地址2", "地址1+地址2", "收货人城市", "收货人州/省", "邮编", "收货人国家",
    "中文国家名", "国家二字码", "收货人电话", "收货人手机", "SKU", "产品ID", "产品名称", "产品售价",
    "产品数量", "产品规格", "图片网址", "来源URL", "销售链接", "多品名", "付款方式", "币种缩写",
    "订单金额", "买家支付运费", "退款金额", "预估利润", "成本利润率", "销售利润率", "预估运费",
    "包裹号", "订单号", "交易号", "订单状态", "平台渠道", "店铺账号", "订单备注", "拣货备注",
    "客服备注", "退款理由", "订单标识", "订单标记", "买家指定物流", "物流方式", "运单号",
    "物流订单号", "称重重量", "中文报关名", "英文报关名", "申报单价", "报关重量", "海关编码",
)  # fmt: skip
ECCANG = (
    "订单付款日期", "平台", "易仓单号", "订单号", "国家", "审单目的仓", "销售SKU", "仓库SKU",
    "数量", "最新状态", "采购单号",
)  # fmt: skip
LINGXING = (
    "订单号", "订购日期", "订单状态", "店铺", "国家", "MSKU", "FNSKU", "ASIN", "品名", "SKU",
    "数量", "币种", "订单金额", "商品金额", "退款金额",
)  # fmt: skip
STOCK = (
    "仓库", "SKU", "产品名称", "可用库存", "锁定库存", "在途", "不良品", "0-90天库龄",
    "91-180天库龄", "181天以上库龄",
)  # fmt: skip

#: An ERP was asked for the last so many months.
MONTHS = 3
_COUNTRIES_ZH = {"MY": "马来西亚", "TH": "泰国", "TW": "中国台湾", "SG": "新加坡", "DE": "德国",
                 "AT": "奥地利", "NL": "荷兰", "US": "美国"}  # fmt: skip

OrderName = Callable[[int], str]


@dataclass(frozen=True)
class Account:
    """A shop as the ERP knows it."""

    sales: Sales
    name_of: OrderName


def dianxiaomi(accounts: Sequence[Account], timeline: Timeline, goods: Assortment) -> Exports:
    """Write the 67 columns of the standard template, the orders of several shops in one file."""
    for file in lately(timeline, MONTHS):
        rows = [row for one in accounts for row in _copied(one, file.first, file.after, goods)]
        if rows:
            yield f"店小秘-订单-{file.name}.xlsx", workbook("order_", DIANXIAOMI, rows)


def _copied(account: Account, first_day: int, after: int, goods: Assortment) -> list[list[Cell]]:
    """Copy a shop's orders: one row per article and parcel.

    Every eleventh order of several units leaves in two parcels; what a buyer orders twice on one
    day leaves in one.
    """
    sales, name_of = account.sales, account.name_of
    shop = sales.profile
    offsets = sales.clock.offset(sales.utc)
    total = np.bincount(sales.order, sales.paid, minlength=len(sales.utc)).astype(np.int64)
    merged = _merged(sales)
    rows: list[list[Cell]] = []
    for line in np.flatnonzero(_inside(sales, first_day, after)).tolist():
        order, sku = int(sales.order[line]), int(sales.sku[line])
        buyer, gone = int(sales.customer[order]), bool(sales.cancelled[order])
        name, mail = person(buyer)

        def at(later: int, order: int = order) -> str:
            moment = int(sales.utc[order] + offsets[order]) + later
            return stamp(moment, "%Y-%m-%d %H:%M")

        mate = merged.get(order)
        units = int(sales.quantity[line])
        halves = [units]
        if mate is None and order % 11 == 0 and units > 1:
            halves = [units // 2, units - units // 2]
        first = order if mate is None else min(order, mate)
        numbers = name_of(order)
        if mate is not None:
            numbers = ",".join(name_of(one) for one in sorted((order, mate)))
        for part, count in enumerate(halves):
            parcel = f"XM{shop.id[-2:].upper()}{first + 7_000_000}"
            told: dict[str, Cell] = {
                "下单时间": at(0), "付款时间": None if gone else at(95), "提交时间": at(3_600),
                "发货时间": None if gone else at(70_000),
                "买家账号": f"{name.split()[0].lower()}_{buyer:05d}", "买家姓名": name,
                "买家Email": mail, "收货人姓名": name, "收货人门牌号": str(buyer % 90 + 1),
                "详细地址": street(buyer), "地址1": street(buyer), "地址1+地址2": street(buyer),
                "收货人城市": "Sampleton", "邮编": f"{buyer % 90_000 + 10_000}",
                "收货人国家": COUNTRY_NAMES[sales.code(order)],
                "中文国家名": _COUNTRIES_ZH[sales.code(order)], "国家二字码": sales.code(order),
                "收货人电话": phone(buyer), "收货人手机": phone(buyer + 50),
                "SKU": goods.sku[sku], "产品名称": listed_as(goods, sku),
                "产品售价": written(int(sales.unit_price[line])), "产品数量": count,
                "付款方式": "Online", "币种缩写": shop.currency,
                "订单金额": written(int(total[order])),
                "买家支付运费": written(int(sales.shipping[order])), "退款金额": "0.00",
                "包裹号": f"{parcel}-{part + 1}" if len(halves) > 1 else parcel,
                "订单号": numbers, "交易号": f"TX{order:010d}",
                "订单状态": "已取消" if gone else "已发货", "平台渠道": shop.platform.title(),
                "店铺账号": shop.known_as, "订单备注": remark(buyer, order),
                "客服备注": remark(buyer, order + 5), "物流方式": "云途全球专线挂号",
                "运单号": None if gone else f"YT{order:014d}",
                "称重重量": f"{goods.weight[sku] * count * 1000:.0f}",
                "中文报关名": goods.name_zh[sku], "英文报关名": goods.name_en[sku],
                "申报单价": "5.00", "海关编码": "8516799000",
            }  # fmt: skip
            rows.append([told.get(column) for column in DIANXIAOMI])
    return rows


def eccang(
    sales: Sales, opens: int, timeline: Timeline, goods: Assortment, name_of: OrderName
) -> Exports:
    """Write ECCANG's order list, a CSV in GBK."""
    shop = sales.profile
    offsets = sales.clock.offset(sales.utc)
    for file in lately(timeline, MONTHS, opens):
        rows = []
        for line in np.flatnonzero(_inside(sales, file.first, file.after)).tolist():
            order, sku = int(sales.order[line]), goods.sku[int(sales.sku[line])]
            gone = bool(sales.cancelled[order] or sales.line_cancelled[line])
            rows.append((
                stamp(int(sales.utc[order] + offsets[order]) + 60, "%Y-%m-%d %H:%M:%S"),
                shop.platform.title(), f"EC{order + 5_000_000}", name_of(order),
                sales.code(order), "DE-FRA-01", f"DE-{sku}", sku, str(int(sales.quantity[line])),
                "已废弃" if gone else "已发货", "",
            ))  # fmt: skip
        if rows:
            yield (
                f"{shop.id}/{file.name}/eccang-orders-{file.name}.csv",
                comma_separated(ECCANG, rows, "gb18030"),
            )


def lingxing(
    sales: Sales, opens: int, timeline: Timeline, goods: Assortment, name_of: OrderName
) -> Exports:
    """Write Lingxing's order list, which knows the seller's numbers on Amazon."""
    shop = sales.profile
    offsets = sales.clock.offset(sales.utc)
    total = np.bincount(sales.order, sales.paid, minlength=len(sales.utc)).astype(np.int64)
    for file in lately(timeline, MONTHS, opens):
        rows: list[list[Cell]] = []
        for line in np.flatnonzero(_inside(sales, file.first, file.after)).tolist():
            order, article = int(sales.order[line]), int(sales.sku[line])
            gone = bool(sales.cancelled[order] or sales.line_cancelled[line])
            rows.append([
                name_of(order),
                stamp(int(sales.utc[order] + offsets[order]), "%Y-%m-%d %H:%M:%S"),
                "Canceled" if gone else "Shipped", shop.id, _COUNTRIES_ZH[sales.code(order)],
                goods.sku[article], f"X00{article:07d}", "", goods.name_zh[article],
                goods.sku[article], 0 if gone else int(sales.quantity[line]), shop.currency,
                written(int(total[order])), written(int(sales.paid[line])), "0.00",
            ])  # fmt: skip
        if rows:
            yield (
                f"{shop.id}/{file.name}/领星-订单-{file.name}.xlsx",
                workbook("订单", LINGXING, rows),
            )


def warehouse_of(shop: Profile) -> str:
    """Name the warehouse that serves a shop, as the ERP does."""
    return f"{shop.country}-01"


def stock(drawn: Drawn, timeline: Timeline, goods: Assortment) -> Exports:
    """Write the ERP's stock at each month's end, for shops without a warehouse of the platform."""
    shop: Profile = drawn.expected.profile
    for month, _day, shelves in counted(drawn, timeline, goods):
        if month < len(timeline.months) - MONTHS:
            continue
        name = timeline.months[month]
        rows: list[list[Cell]] = [
            [warehouse_of(shop), goods.sku[one.article], goods.name_zh[one.article], one.on_hand,
             one.reserved, one.inbound, one.unsellable, *(one.ages or (None, None, None))]
            for one in shelves
        ]  # fmt: skip
        if rows:
            yield f"{shop.id}/{name}/ERP库存-{name}.xlsx", workbook("库存", STOCK, rows)


def _inside(sales: Sales, first: int, after: int) -> Array:
    inside: Array = (first <= sales.line_day) & (sales.line_day < after)
    return inside


def _merged(sales: Sales) -> dict[int, int]:
    """Pair orders of one buyer on one day that left in one parcel."""
    pairs: dict[int, int] = {}
    last: dict[tuple[int, int], int] = {}
    for order, who in enumerate(zip(sales.customer.tolist(), sales.day.tolist(), strict=True)):
        mate = last.get(who)
        if mate is not None and mate not in pairs and not sales.cancelled[[order, mate]].any():
            pairs[order], pairs[mate] = mate, order
        last[who] = order
    return pairs
