"""What an article is called where it is offered: sellers put everything into a title.

The master data keeps plain names; a listing of a slow article may hold markup, a formula,
quotes, another script or an emoji, as real catalogues do.
"""

from __future__ import annotations

from helpers.demo.assortment import Assortment

#: Article -> what stands around its name in listings.
_DECORATED = {
    73: '{} <script>alert("sale")</script>',
    91: "=cmd|'/C calc'!A0 {}",
    117: '{} 12" x 8", "the original"',
    139: "🔥{}🔥 新款包邮",
    163: "@SUM(1+1) {} & <b>gift</b>",
    187: "{} -- '; DROP TABLE orders; --",
}
_LANGUAGES = {"de": "name_de", "ja": "name_ja", "zh": "name_zh"}
#: Simplified characters of our names, written as in Taiwan.
_TRADITIONAL = str.maketrans(
    "电热壶冲旅奶磨温厨刀灯叠炉筛净营帐户折椅纳鞋层猫狗饮宠梳镜灯发风机摩枪颈护妆盒专业迷你号黑轻"
    "礼装储筒垫锅杯袋线缆挂钩盖篮书桌抽屉织毯给儿车转换头双层铝质软质喷雾药过滤环圈绳闹钟体秤",
    "電熱壺沖旅奶磨溫廚刀燈疊爐篩淨營帳戶折椅納鞋層貓狗飲寵梳鏡燈髮風機摩槍頸護妝盒專業迷你號黑輕"
    "禮裝儲筒墊鍋杯袋線纜掛鉤蓋籃書桌抽屜織毯給兒車轉換頭雙層鋁質軟質噴霧藥過濾環圈繩鬧鐘體秤",
)


def listed_as(goods: Assortment, article: int, language: str = "en") -> str:
    """Give the title of an article's listing in a language: en, de, ja, zh, zh-Hant or th."""
    if language == "zh-Hant":
        name = goods.name_zh[article].translate(_TRADITIONAL)
    elif language == "th":
        name = f"{goods.name_en[article]} พร้อมส่ง"
    else:
        name = getattr(goods, _LANGUAGES.get(language, "name_en"))[article]
    return _DECORATED.get(article, "{}").format(name)
