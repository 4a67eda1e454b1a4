"""The shops of the made-up company, and the ``workspace.yml`` that declares them.

A profile holds what a real operator would know of a shop: how much it sells, how well it
converts, how it grows, where it ships. All numbers are invented.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Profile:
    """One shop, as its operator would describe it."""

    id: str
    name_en: str
    name_zh: str
    platform: str
    currency: str
    time_zone: str
    tax_basis: str
    country: str | None
    #: Order lines a day in the middle of the window at scale 1.
    lines_a_day: float
    #: Order lines per session.
    conversion: float
    #: Growth a year; 0.2 is twenty per cent.
    growth: float
    #: Chance that a line belongs to the same order as the line before it.
    joined: float
    #: Share of the catalogue that the shop lists.
    listed: float
    #: Local currency for one CNY of landed cost: exchange rate times mark-up.
    price_level: float
    #: Share of orders shipped to each country.
    ships_to: Mapping[str, float]
    #: Tax in thousandths by country: inside the price, or added where the basis is "excluded".
    tax: Mapping[str, int] = field(default_factory=dict)
    tax_rate: str | None = None
    undated_refunds: str | None = None
    #: How many months before the end its warehouse took nothing in; what came waited a month.
    intake_paused: int | None = None
    #: How many months before the end the shop opened; None: before the first day.
    opened_months_ago: int | None = None
    #: Weight of Monday to Sunday.
    week: tuple[float, ...] = (1.04, 1.02, 1.0, 0.98, 0.96, 0.97, 1.03)
    #: Shares of orders that are cancelled, of lines that come back.
    cancelled: float = 0.025
    returned: float = 0.05
    #: Share of sessions that were paid for, and the price of a click in local currency.
    paid_share: float = 0.22
    click_price: float = 0.0
    #: What advertising is billed in, where that is not the shop's own currency.
    ads_currency: str | None = None
    commission: int = 150  # thousandths
    fulfilment: float = 0.0  # local currency per parcel, before weight
    #: Chance that an order comes from somebody who bought here before.
    loyalty: float = 0.0
    lead_days: int = 40
    #: Alibaba.com: does its order amount hold ``goods`` only, or the ``total`` to be paid?
    order_amount: str | None = None
    #: What the ERP calls it.
    known_as: str = ""
    #: What opens the workbooks that the platform locks.
    password: str = ""
    #: Which source speaks for a fact that two of them bring.
    authority: Mapping[str, str] = field(default_factory=dict)


PROFILES: tuple[Profile, ...] = (
    Profile(
        "amazon-us", "Amazon US", "亚马逊美国站", "amazon", "USD", "America/Los_Angeles",
        "excluded", "US", 27.0, 0.062, 0.14, 0.06, 0.85, 0.44, {"US": 1.0},
        {"US": 0}, click_price=0.82, fulfilment=3.4, lead_days=38,
        authority={"fees": "amazon_settlement_v2", "refunds": "amazon_settlement_v2",
                   "ads": "amazon_sp_search_term"},
    ),
    Profile(
        "amazon-uk", "Amazon UK", "亚马逊英国站", "amazon", "GBP", "Europe/London",
        "included", "GB", 9.0, 0.058, 0.12, 0.06, 0.6, 0.43, {"GB": 0.95, "IE": 0.05},
        {"GB": 200, "IE": 230}, click_price=0.55, fulfilment=2.6, lead_days=42,
        authority={"fees": "amazon_settlement_v2", "refunds": "amazon_settlement_v2"},
    ),
    Profile(
        "amazon-de", "Amazon DE", "亚马逊德国站", "amazon", "EUR", "Europe/Berlin",
        "included", "DE", 11.0, 0.056, 0.16, 0.06, 0.65, 0.50,
        {"DE": 0.83, "AT": 0.11, "NL": 0.06}, {"DE": 190, "AT": 200, "NL": 210},
        click_price=0.60, fulfilment=3.0, returned=0.08, lead_days=42,
    ),
    Profile(
        "amazon-jp", "Amazon JP", "亚马逊日本站", "amazon", "JPY", "Asia/Tokyo",
        "included", "JP", 7.0, 0.060, -0.03, 0.05, 0.45, 72.0, {"JP": 1.0},
        {"JP": 100}, click_price=62.0, fulfilment=420.0, returned=0.03, lead_days=28,
        intake_paused=2,
    ),
    Profile(
        "own-site", "Own site", "品牌独立站", "shopify", "USD", "America/New_York",
        "excluded", None, 9.0, 0.027, 0.24, 0.38, 0.75, 0.50,
        {"US": 0.42, "CA": 0.16, "AU": 0.13, "GB": 0.08, "AE": 0.13, "SA": 0.08},
        {"US": 72}, undated_refunds="order_day", cancelled=0.02, returned=0.04,
        paid_share=0.34, click_price=0.46, commission=29, fulfilment=5.2, loyalty=0.34,
        authority={"traffic": "store_traffic"},
    ),
    Profile(
        "tiktok-my", "TikTok Shop Malaysia", "TikTok Shop 马来西亚", "tiktok", "MYR",
        "Asia/Kuala_Lumpur", "excluded", "MY", 9.0, 0.036, 0.34, 0.16, 0.5, 1.45, {"MY": 1.0},
        undated_refunds="order_day", cancelled=0.07, returned=0.035, paid_share=0.25,
        click_price=0.62, commission=80, fulfilment=4.2, loyalty=0.22, lead_days=25,
        known_as="LANTERN-TIKTOK-MY",
        week=(0.96, 0.96, 0.97, 0.99, 1.05, 1.06, 1.01),
    ),
    Profile(
        "tiktok-th", "TikTok Shop Thailand", "TikTok Shop 泰国", "tiktok", "THB",
        "Asia/Bangkok", "included", "TH", 6.0, 0.034, 0.30, 0.15, 0.35, 10.8, {"TH": 1.0},
        {"TH": 70}, tax_rate="0.07", undated_refunds="order_day", opened_months_ago=15,
        cancelled=0.08, returned=0.035, paid_share=0.28, click_price=4.1, commission=80,
        fulfilment=26.0, loyalty=0.18, lead_days=25,
        week=(0.96, 0.96, 0.97, 0.99, 1.05, 1.06, 1.01),
    ),
    Profile(
        "alibaba", "Alibaba.com store", "阿里国际站旗舰店", "alibaba", "USD",
        "America/Los_Angeles", "excluded", None, 6.0, 0.014, 0.10, 0.0, 0.3, 0.22,
        {"US": 0.34, "DE": 0.12, "GB": 0.11, "AU": 0.10, "AE": 0.09, "MX": 0.09, "CA": 0.08,
         "ZA": 0.07},
        week=(1.12, 1.14, 1.12, 1.08, 1.02, 0.78, 0.74), cancelled=0.09, returned=0.06,
        paid_share=0.12, click_price=4.2, ads_currency="CNY", commission=20, loyalty=0.30,
        authority={"ads": "alibaba_p4p_plan"},
        order_amount="total",
    ),
    Profile(
        "shopee-tw", "Shopee Taiwan", "虾皮台湾站", "shopee", "TWD", "Asia/Taipei",
        "included", "TW", 1.5, 0.033, 0.22, 0.14, 0.3, 11.2, {"TW": 1.0}, {"TW": 50},
        tax_rate="0.05", opened_months_ago=20, cancelled=0.07,
        returned=0.07, paid_share=0.22, click_price=3.1, commission=75, fulfilment=38.0,
        loyalty=0.2, lead_days=20, password="lantern-2025",
    ),
    Profile(
        "shopee-th", "Shopee Thailand", "虾皮泰国站", "shopee", "THB", "Asia/Bangkok",
        "included", "TH", 1.2, 0.032, 0.25, 0.14, 0.25, 10.4, {"TH": 1.0}, {"TH": 70},
        tax_rate="0.07", opened_months_ago=14, cancelled=0.08,
        returned=0.07, paid_share=0.24, click_price=3.6, commission=80, fulfilment=25.0,
        loyalty=0.18, lead_days=25,
    ),
    Profile(
        "shopee-sg", "Shopee Singapore", "虾皮新加坡站", "shopee", "SGD", "Asia/Singapore",
        "included", "SG", 0.9, 0.030, 0.20, 0.12, 0.22, 0.40, {"SG": 1.0}, {"SG": 90},
        tax_rate="0.09", opened_months_ago=9, cancelled=0.06,
        returned=0.07, paid_share=0.2, click_price=0.32, commission=70, fulfilment=2.4,
        loyalty=0.15, lead_days=24,
    ),
    Profile(
        "lazada-my", "Lazada Malaysia", "Lazada 马来西亚", "lazada", "MYR",
        "Asia/Kuala_Lumpur", "excluded", "MY", 1.3, 0.031, 0.18, 0.15, 0.3, 1.40, {"MY": 1.0},
        opened_months_ago=12, cancelled=0.07, returned=0.035, paid_share=0.2, click_price=0.55,
        commission=65, fulfilment=4.0, loyalty=0.16, lead_days=25,
        known_as="LANTERN-LAZADA-MY",
    ),
)  # fmt: skip

COUNTRY_NAMES = {
    "US": "United States", "GB": "United Kingdom", "IE": "Ireland", "DE": "Germany",
    "AT": "Austria", "NL": "Netherlands", "JP": "Japan", "CA": "Canada", "AU": "Australia",
    "AE": "United Arab Emirates", "SA": "Saudi Arabia", "MY": "Malaysia", "TH": "Thailand",
    "TW": "Taiwan", "SG": "Singapore", "MX": "Mexico", "ZA": "South Africa",
}  # fmt: skip


def workspace_text(opened: Mapping[str, str]) -> str:
    """Write ``workspace.yml``; ``opened`` gives the first day of shops opened in the window."""
    lines = [
        "# A made-up company: every name, number and buyer in this folder is invented.",
        "company: {en: Lantern Trading (demo), zh: 灯塔跨境（演示公司）}",
        "base_currency: CNY",
        "time_zone: Asia/Shanghai",
        "business: both",
        "stores:",
    ]
    for one in PROFILES:
        lines += [
            f"  - id: {one.id}",
            f"    name: {{en: {one.name_en}, zh: {one.name_zh}}}",
            f"    platform: {one.platform}",
            f"    currency: {one.currency}",
            f"    time_zone: {one.time_zone}",
            f"    tax_basis: {one.tax_basis}",
        ]
        if one.tax_rate:
            lines.append(f'    tax_rate: "{one.tax_rate}"')
        if one.country:
            lines.append(f"    country: {one.country}")
        if one.undated_refunds:
            lines.append(f"    undated_refunds: {one.undated_refunds}")
        if one.known_as:
            lines.append(f"    known_as: [{one.known_as}]")
        if one.order_amount:
            lines.append(f"    order_amount: {one.order_amount}")
        if one.authority:
            chosen = ", ".join(f"{fact}: {source}" for fact, source in one.authority.items())
            lines.append(f"    authority: {{{chosen}}}")
        if one.id in opened:
            lines.append(f'    opened_on: "{opened[one.id]}"')
    return "\n".join(lines) + "\n"


def passwords_text() -> str:
    """Write ``passwords.yml``: what opens each store's locked workbooks."""
    return "".join(f"{one.id}: {one.password}\n" for one in PROFILES if one.password)
