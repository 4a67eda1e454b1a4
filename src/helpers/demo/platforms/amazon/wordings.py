"""How Business Reports are worded: by marketplace, by language, and by the year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

#: The by-ASIN download carries no ``Date`` column, unlike the by-date report.
BUSINESS_REPORT = (
    "(Parent) ASIN", "(Child) ASIN", "Title", "Sessions - Mobile App",
    "Sessions - Mobile APP - B2B", "Sessions - Browser", "Sessions - Browser - B2B",
    "Sessions - Total", "Sessions - Total - B2B", "Session Percentage - Mobile App",
    "Session Percentage - Mobile APP - B2B", "Session Percentage - Browser",
    "Session Percentage - Browser - B2B", "Session Percentage - Total",
    "Session Percentage - Total - B2B", "Page Views - Mobile App",
    "Page Views - Mobile APP - B2B", "Page Views - Browser", "Page Views - Browser - B2B",
    "Page Views - Total", "Page Views - Total - B2B", "Page Views Percentage - Mobile App",
    "Page Views Percentage - Mobile App - B2B", "Page Views Percentage - Browser",
    "Page Views Percentage - Browser - B2B", "Page Views Percentage - Total",
    "Page Views Percentage - Total - B2B", "Featured Offer (Buy Box) Percentage",
    "Featured Offer (Buy Box) Percentage - B2B", "Units Ordered", "Units Ordered - B2B",
    "Unit Session Percentage", "Unit Session Percentage - B2B", "Ordered Product Sales",
    "Ordered Product Sales - B2B", "Total Order Items", "Total Order Items - B2B",
)  # fmt: skip


#: The Chinese download, as a field map has it; the right side is what the English one calls it.
_ZH = {
    "（父）ASIN": "(Parent) ASIN", "（子）ASIN": "(Child) ASIN", "标题": "Title", "SKU": "SKU",
    "会话数 - 总计": "Sessions - Total", "会话 - 总计 - B2B": "Sessions - Total - B2B",
    "转化率 - 总计": "Session Percentage - Total",
    "会话百分比 - 总计 - B2B": "Session Percentage - Total - B2B",
    "页面浏览量 - 总计": "Page Views - Total",
    "页面浏览量 - 总计 - B2B": "Page Views - Total - B2B",
    "页面浏览量百分比 - 总计": "Page Views Percentage - Total",
    "页面浏览量百分比 - 总计 - B2B": "Page Views Percentage - Total - B2B",
    "推荐报价（推荐报价展示位）百分比": "Featured Offer (Buy Box) Percentage",
    "推荐报价（推荐报价展示位）百分比 - B2B": "Featured Offer (Buy Box) Percentage - B2B",
    "已订购商品数量": "Units Ordered", "已订购商品数量 - B2B": "Units Ordered - B2B",
    "商品会话百分比": "Unit Session Percentage",
    "商品会话百分比 - B2B": "Unit Session Percentage - B2B",
    "已订购商品销售额": "Ordered Product Sales",
    "已订购商品销售额 - B2B": "Ordered Product Sales - B2B",
    "订单商品总数": "Total Order Items", "订单商品总数 - B2B": "Total Order Items - B2B",
}  # fmt: skip
_DE = {
    "(Übergeordnete) ASIN": "(Parent) ASIN", "(Untergeordnete) ASIN": "(Child) ASIN",
    "Titel": "Title", "Sitzungen – Summe": "Sessions - Total",
    "Sitzungen – Summe – B2B": "Sessions - Total - B2B",
    "Prozentsatz der Sitzungen – Summe": "Session Percentage - Total",
    "Seitenaufrufe – Summe": "Page Views - Total",
    "Seitenaufrufe – Summe – B2B": "Page Views - Total - B2B",
    "Prozentsatz der Seitenaufrufe – Summe": "Page Views Percentage - Total",
    "Prozentualer Anteil des Einkaufswagens": "Featured Offer (Buy Box) Percentage",
    "Bestellte Einheiten": "Units Ordered", "Bestellte Einheiten – B2B": "Units Ordered - B2B",
    "Prozentsatz der Einheiten pro Sitzung": "Unit Session Percentage",
    "Durch bestellte Produkte erzielter Umsatz": "Ordered Product Sales",
    "Durch bestellte Produkte erzielter Umsatz – B2B": "Ordered Product Sales - B2B",
    "Zahl der Bestellposten": "Total Order Items",
    "Zahl der Bestellposten – B2B": "Total Order Items - B2B",
}  # fmt: skip
_JA = {
    "（親）ASIN": "(Parent) ASIN", "（子）ASIN": "(Child) ASIN", "タイトル": "Title",
    "セッション数 - 合計": "Sessions - Total",
    "セッション数 - 合計 - B2B": "Sessions - Total - B2B",
    "セッションのパーセンテージ - 合計": "Session Percentage - Total",
    "ページビュー数 - 合計": "Page Views - Total",
    "ページビュー数 - 合計 - B2B": "Page Views - Total - B2B",
    "カートボックス獲得率": "Featured Offer (Buy Box) Percentage",
    "注文された商品点数": "Units Ordered", "注文された商品点数 - B2B": "Units Ordered - B2B",
    "ユニットセッション率": "Unit Session Percentage",
    "注文商品の売上額": "Ordered Product Sales",
    "注文商品の売上額 - B2B": "Ordered Product Sales - B2B",
    "注文品目総数": "Total Order Items", "注文品目総数 - B2B": "Total Order Items - B2B",
}  # fmt: skip


@dataclass(frozen=True)
class Wording:
    """How a download is worded and how it writes numbers."""

    columns: Mapping[str, str]
    encoding: str = "utf-8-sig"
    #: 1.234,56 € and not €1,234.56.
    is_continental: bool = False


_EN = {name: name for name in BUSINESS_REPORT}
#: Canada writes an en dash and small letters, Australia small letters only.
_CA = {
    name.replace("Sessions - Total", "Sessions – Total").replace("Units Ordered", "Units ordered"):
    name for name in BUSINESS_REPORT
}  # fmt: skip
_AU = {
    name.replace("Units Ordered", "Units ordered").replace(
        "Ordered Product Sales", "Ordered product sales"
    ): name
    for name in BUSINESS_REPORT
}
WORDINGS = {
    "en": Wording(_EN), "ca": Wording(_CA), "au": Wording(_AU), "zh": Wording(_ZH),
    "de": Wording(_DE, "utf-8-sig", is_continental=True), "ja": Wording(_JA, "cp932"),
}  # fmt: skip
#: From how many months before the end to how many a shop's downloads were worded otherwise.
_SPELLS = {
    "amazon-us": (("zh", 6, 4),), "amazon-uk": (("ca", 10, 8), ("au", 7, 5)),
    "amazon-de": (("de", 14, 0),), "amazon-jp": (("ja", 99, 0),),
}  # fmt: skip


def worded(shop: str, months_left: int) -> str:
    """Say how a shop's download was worded so many months before the end."""
    for wording, first, last in _SPELLS[shop]:
        if last <= months_left <= first:
            return wording
    return "en"
