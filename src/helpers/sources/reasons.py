"""Why a row was not taken: a closed set of codes, each with its words in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from helpers.vocabulary.labels import Label

REASONS: Mapping[str, Label] = MappingProxyType(
    {
        "not_a_number": Label(en="is no number", zh="不是数字"),
        "not_a_whole_number": Label(en="is no whole number", zh="不是整数"),
        "not_a_date": Label(
            en="is no date, or not written as declared", zh="不是日期，或与声明的写法不符"
        ),
        "not_yes_or_no": Label(en="is neither yes nor no", zh="不是“是”或“否”"),
        "unknown_country": Label(en="is no known country", zh="不是已知的国家或地区"),
        "unknown_store": Label(en="is no store of workspace.yml", zh="不是 workspace.yml 中的店铺"),
        "missing_value": Label(en="is empty but needed", zh="为空，但必须填写"),
        "digits_lost": Label(
            en="is a long number that a spreadsheet has rounded: download the export again and do"
            " not save it from a spreadsheet",
            zh="长编号已被电子表格四舍五入，丢失了位数：请重新下载，且不要用电子表格另存",
        ),
        "too_many_cells": Label(
            en="has more cells than the header", zh="该行的单元格比表头多，列已错位"
        ),
        "tax_unknown": Label(
            en="holds tax, but neither the export nor the store says how much",
            zh="含税，但导出文件与店铺设置都没有说明税额",
        ),
        "incomplete_order": Label(
            en="belongs to an order of which another row could not be read",
            zh="同一订单的另一行无法读取",
        ),
    }
)
