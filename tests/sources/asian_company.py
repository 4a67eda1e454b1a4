"""A seller on the platforms of Asia, and how to write their downloads in a line or two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

import openpyxl
import xlwt

from .export_company import table

Row = Mapping[str, Any]
WORKSPACE = """
company: {en: Test seller, zh: 测试卖家}
base_currency: CNY
time_zone: Asia/Shanghai
stores:
  - {id: shopee-ph, name: {en: PH, zh: 菲律宾}, platform: shopee, currency: PHP,
     time_zone: Asia/Manila, tax_basis: included, tax_rate: "0.12", country: PH}
  - {id: shopee-tw, name: {en: TW, zh: 台湾}, platform: shopee, currency: TWD,
     time_zone: Asia/Taipei, tax_basis: included, tax_rate: "0.05", country: TW}
  - {id: shopee-th, name: {en: TH, zh: 泰国}, platform: shopee, currency: THB,
     time_zone: Asia/Bangkok, tax_basis: included, tax_rate: "0.07", country: TH}
  - {id: shopee-id, name: {en: ID, zh: 印尼}, platform: shopee, currency: IDR,
     time_zone: Asia/Jakarta, tax_basis: included, tax_rate: "0.11", country: ID}
  - {id: shopee-vn, name: {en: VN, zh: 越南}, platform: shopee, currency: VND,
     time_zone: Asia/Ho_Chi_Minh, tax_basis: excluded, country: VN}
  - {id: lazada-my, name: {en: MY, zh: 马来西亚}, platform: lazada, currency: MYR,
     time_zone: Asia/Kuala_Lumpur, tax_basis: included, tax_rate: "0.1", country: MY,
     undated_refunds: order_day}
  - {id: lazada-sg, name: {en: SG, zh: 新加坡}, platform: lazada, currency: SGD,
     time_zone: Asia/Singapore, tax_basis: included, tax_rate: "0.09", country: SG}
  - {id: tiktok-vn, name: {en: VN, zh: 越南}, platform: tiktok, currency: VND,
     time_zone: Asia/Ho_Chi_Minh, tax_basis: included, tax_rate: "0.1", country: VN}
  - {id: tiktok-us, name: {en: US, zh: 美国}, platform: tiktok, currency: USD,
     time_zone: America/New_York, tax_basis: excluded, country: US, undated_refunds: order_day}
  - {id: alibaba, name: {en: Ali, zh: 国际站}, platform: alibaba, currency: USD,
     time_zone: America/Los_Angeles, tax_basis: excluded, known_as: [国际站一店, Main Shop]}
  - {id: alibaba-2, name: {en: Ali 2, zh: 国际站二}, platform: alibaba, currency: USD,
     time_zone: America/Los_Angeles, tax_basis: included, order_amount: total}
"""


def sheet(
    *rows: Sequence[Any], name: str = "sheet1", others: Mapping[str, Any] | None = None
) -> bytes:
    """Write a workbook with one sheet of data, and others beside it."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, cells in {name: rows, **(others or {})}.items():
        page = book.create_sheet(title)
        for row in cells:
            page.append(list(row))
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def old_sheet(*rows: Sequence[Any]) -> bytes:
    """Write a workbook as of 1997, which some platforms still do."""
    book = xlwt.Workbook()
    page = book.add_sheet("Sheet1")
    for down, row in enumerate(rows):
        for across, cell in enumerate(row):
            if cell is not None:
                page.write(down, across, cell)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def rows_of(header: Sequence[str], rows: Sequence[Row], usual: Row) -> list[list[Any]]:
    """Write rows under a header: what is named, over what is usual."""
    for row in (usual, *rows):
        assert set(row) <= set(header), set(row) - set(header)
    return [list(header), *([{**usual, **row}.get(one) for one in header] for row in rows)]


def text(separator: str, header: Sequence[str], rows: Sequence[Row], usual: Row) -> str:
    """Write the same as text."""
    _, *cells = rows_of(header, rows, usual)
    return table(separator, header, *cells)
