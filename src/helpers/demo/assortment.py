"""What the company sells: some hundred articles with names, costs, launches and retirements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from helpers.demo.money import CENT, TICK, Array, smallest_payment
from helpers.demo.stores import PROFILES, Profile
from helpers.demo.timeline import Timeline

#: Chinese and English name, day of the year with the best sales, strength of the season.
CATEGORIES = (
    ("Kettles & kitchen", "水壶与厨房", 345, 0.18),
    ("Outdoor & camping", "户外露营", 165, 0.42),
    ("Storage & home", "收纳家居", 25, 0.12),
    ("Pet supplies", "宠物用品", 320, 0.05),
    ("Beauty tools", "美容个护", 340, 0.14),
)

#: Names in English, Chinese, German and Japanese; landed cost in CNY; weight in kilograms.
_NOUNS: tuple[tuple[tuple[str, str, str, str, float, float], ...], ...] = (
    (
        ("Electric Kettle", "电热水壶", "Wasserkocher", "電気ケトル", 62, 1.1),
        ("Pour-over Kettle", "手冲咖啡壶", "Handfilterkessel", "ドリップケトル", 54, 0.8),
        ("Travel Kettle", "旅行电热水壶", "Reisewasserkocher", "トラベルケトル", 58, 0.7),
        ("Milk Frother", "奶泡器", "Milchaufschäumer", "ミルクフォーマー", 31, 0.3),
        ("Coffee Grinder", "磨豆机", "Kaffeemühle", "コーヒーミル", 66, 0.9),
        ("Vacuum Flask", "保温杯", "Thermosflasche", "真空ボトル", 35, 0.4),
        ("Kitchen Scale", "厨房秤", "Küchenwaage", "キッチンスケール", 28, 0.5),
        ("Knife Sharpener", "磨刀器", "Messerschärfer", "包丁研ぎ器", 24, 0.3),
    ),
    (
        ("Camping Lantern", "露营灯", "Campinglaterne", "キャンプランタン", 42, 0.5),
        ("Folding Chair", "折叠椅", "Klappstuhl", "折りたたみチェア", 78, 2.2),
        ("Camping Stove", "露营炉", "Campingkocher", "キャンプコンロ", 64, 0.9),
        ("Hammock", "吊床", "Hängematte", "ハンモック", 49, 0.8),
        ("Dry Bag", "防水袋", "Wasserdichter Packsack", "防水バッグ", 33, 0.4),
        ("Trekking Poles", "登山杖", "Trekkingstöcke", "トレッキングポール", 56, 0.6),
        ("Picnic Blanket", "野餐垫", "Picknickdecke", "レジャーシート", 38, 1.0),
        ("Headlamp", "头灯", "Stirnlampe", "ヘッドライト", 29, 0.2),
    ),
    (
        ("Storage Box", "收纳箱", "Aufbewahrungsbox", "収納ボックス", 36, 1.4),
        ("Drawer Organizer", "抽屉分隔盒", "Schubladeneinsatz", "引き出し整理ケース", 30, 0.7),
        ("Shoe Rack", "鞋架", "Schuhregal", "シューズラック", 58, 2.4),
        ("Laundry Basket", "洗衣篮", "Wäschekorb", "ランドリーバスケット", 44, 1.2),
        ("Vacuum Storage Bags", "真空压缩袋", "Vakuumbeutel", "圧縮袋", 27, 0.6),
        ("Spice Rack", "调料架", "Gewürzregal", "スパイスラック", 39, 1.1),
        ("Cable Organizer", "理线盒", "Kabelbox", "ケーブルボックス", 22, 0.4),
        ("Clothes Hangers", "衣架", "Kleiderbügel", "ハンガー", 26, 0.9),
    ),
    (
        ("Pet Water Fountain", "宠物饮水机", "Haustier-Trinkbrunnen", "ペット給水器", 72, 1.3),
        ("Cat Tree", "猫爬架", "Kratzbaum", "キャットタワー", 118, 4.5),
        ("Dog Bed", "狗窝", "Hundebett", "犬用ベッド", 69, 1.8),
        ("Automatic Feeder", "自动喂食器", "Futterautomat", "自動給餌器", 105, 1.7),
        ("Pet Hair Remover", "宠物除毛器", "Tierhaarentferner", "ペット毛取り", 21, 0.2),
        ("Dog Harness", "狗狗胸背带", "Hundegeschirr", "犬用ハーネス", 32, 0.3),
        ("Cat Toy", "逗猫玩具", "Katzenspielzeug", "猫用おもちゃ", 18, 0.2),
        ("Pet Carrier", "宠物外出包", "Transporttasche", "ペットキャリー", 84, 1.5),
    ),
    (
        ("Facial Cleansing Brush", "洁面仪", "Gesichtsbürste", "洗顔ブラシ", 46, 0.3),
        ("Hair Dryer", "吹风机", "Haartrockner", "ヘアドライヤー", 88, 0.8),
        ("Curling Iron", "卷发棒", "Lockenstab", "カールアイロン", 57, 0.6),
        ("Makeup Mirror", "化妆镜", "Kosmetikspiegel", "化粧鏡", 48, 0.9),
        ("Nail Drill", "美甲机", "Nagelfräser", "ネイルマシン", 52, 0.5),
        ("Jade Roller", "玉石滚轮", "Jade-Roller", "ジェイドローラー", 19, 0.2),
        ("Massage Gun", "筋膜枪", "Massagepistole", "マッサージガン", 112, 1.1),
        ("Makeup Organizer", "化妆品收纳盒", "Kosmetik-Organizer", "コスメ収納", 34, 0.8),
    ),
)

_VARIANTS = (
    ("", "", "", "", 1.0), ("Pro", "专业款", "Pro", "プロ", 1.35),
    ("Mini", "迷你款", "Mini", "ミニ", 0.75), ("Large", "大号", "Groß", "大型", 1.25),
    ("Matte Black", "哑光黑", "Mattschwarz", "マットブラック", 1.05),
    ("Lightweight", "轻量款", "Leicht", "軽量", 1.1),
    ("Gift Set", "礼盒装", "Geschenkset", "ギフトセット", 1.5),
)  # fmt: skip

#: The kettle that becomes a hit (see ``stories``); a good seller before, not the best.
HIT = 2

SUPPLIERS = 18

#: So many shops of the profiles were there before the others were thought of.
FIRST_SHOPS = 8


@dataclass(frozen=True)
class Assortment:
    """Every article, in the order of its number; arrays have one entry per article."""

    sku: list[str]
    name_en: list[str]
    name_zh: list[str]
    name_de: list[str]
    name_ja: list[str]
    category: Array
    weight: Array
    #: First and last day on sale, as day numbers; far outside where never.
    launched: Array
    retired: Array
    #: When work on each article began.
    start_dates: list[date]
    launch_dates: list[date]
    retire_dates: list[date | None]
    supplier: Array
    lead_days: Array
    order_minimum: Array
    exclusive: Array
    has_video: Array
    has_3d: Array
    #: How complete title, pictures and text are, 0 to 5.
    quality: Array
    #: From which day on which landed cost in CNY ticks holds: (first days, costs[change, sku]).
    cost_days: list[date]
    costs: Array
    #: Share of attention before a shop's own taste.
    appeal: Array
    #: Which shop lists what, by shop and article.
    listed: Array
    #: Price in ticks by shop, year and article.
    prices: Array

    def __len__(self) -> int:
        """Count the articles."""
        return len(self.sku)


def invent_assortment(rng: np.random.Generator, timeline: Timeline, count: int = 280) -> Assortment:
    """Invent ``count`` articles; the third is the travel kettle of the stories."""
    nouns = [(number, noun) for number, group in enumerate(_NOUNS) for noun in group]
    named: list[tuple[str, str, str, str]] = []
    category, weight, cost = [], [], []
    for article in range(count):
        group, (en, zh, de, ja, base, kilos) = nouns[article % len(nouns)]
        v_en, v_zh, v_de, v_ja, factor = _VARIANTS[article // len(nouns) % len(_VARIANTS)]
        named.append((
            f"{en}, {v_en}" if v_en else en, f"{zh} {v_zh}".strip(),
            f"{de}, {v_de}" if v_de else de, f"{ja} {v_ja}".strip(),
        ))  # fmt: skip
        category.append(group)
        weight.append(kilos * factor)
        cost.append(base * factor)

    number = np.arange(count)
    length = len(timeline.days)
    # Four of five were on sale before the window; the rest arrives spread over it.
    is_new = (rng.random(count) < 0.22) & (number >= len(nouns))
    launched = np.where(
        is_new,
        rng.integers(length // 20, max(length - 30, length // 20 + 1), count),
        -rng.integers(60, 1200, count),
    )
    goes = (rng.random(count) < 0.12) & ~is_new & (number >= len(nouns) // 2)
    retired = np.where(goes, rng.integers(length // 3, length, count), 10**6)
    appeal = np.exp(rng.normal(0, 0.95, count))
    appeal[HIT] = np.quantile(appeal, 0.90)

    cost_days, costs = _costs(rng, timeline, np.array(cost))
    # Shops that came later draw from a stream of their own: what the first ones list stays.
    later = rng.spawn(1)[0]
    listed = np.stack([
        (rng if shop < FIRST_SHOPS else later).random(count) < one.listed
        for shop, one in enumerate(PROFILES)
    ])  # fmt: skip
    listed[:, HIT] = True
    # What is told of articles in the master came later still.
    told = rng.spawn(1)[0]
    work = told.integers(60, 200, count)
    return Assortment(
        sku=[f"SKU-{one + 1:04d}" for one in range(count)],
        name_en=[one[0] for one in named],
        name_zh=[one[1] for one in named],
        name_de=[one[2] for one in named],
        name_ja=[one[3] for one in named],
        category=np.array(category),
        weight=np.array(weight),
        launched=launched,
        retired=retired,
        start_dates=[
            timeline.first + timedelta(days=int(one) - int(days))
            for one, days in zip(launched, work, strict=True)
        ],
        launch_dates=[timeline.first + timedelta(days=int(one)) for one in launched],
        retire_dates=[
            timeline.first + timedelta(days=int(one)) if one < 10**6 else None for one in retired
        ],
        supplier=rng.integers(1, SUPPLIERS + 1, count),
        lead_days=rng.choice([20, 25, 30, 35, 45], count),
        order_minimum=rng.choice([50, 100, 200, 300], count),
        exclusive=rng.random(count) < 0.3,
        has_video=rng.random(count) < 0.55,
        has_3d=told.random(count) < 0.12,
        quality=np.round(np.clip(told.normal(4.2, 0.4, count), 1, 5), 1),
        cost_days=cost_days,
        costs=costs,
        appeal=appeal,
        listed=listed,
        prices=_prices(rng, timeline, np.array(cost)),
    )


def _costs(rng: np.random.Generator, timeline: Timeline, base: Array) -> tuple[list[date], Array]:
    """Let costs start before the window and change each April; the last year is the dearer one."""
    days = [date(timeline.first.year - 6, 1, 1)]
    levels = [base]
    for year in range(timeline.first.year, timeline.last.year + 1):
        day = date(year, 4, 1)
        if not timeline.first < day <= timeline.last:
            continue
        rise = 0.065 if year == timeline.last.year else 0.015
        days.append(day)
        levels.append(levels[-1] * (1 + rise + rng.normal(0, 0.012, len(base))))
    return days, np.stack([np.rint(level * 100).astype(np.int64) * CENT for level in levels])


def _prices(rng: np.random.Generator, timeline: Timeline, base: Array) -> Array:
    """Price each shop's offers: ending in .99, in Japan in 80; up a little every January."""
    years = int(timeline.years[-1]) + 1
    taste = np.exp(rng.normal(0, 0.07, len(base)))
    prices = np.zeros((len(PROFILES), years, len(base)), dtype=np.int64)
    for shop, one in enumerate(PROFILES):
        for year in range(years):
            prices[shop, year] = _charming(one, base * one.price_level * taste * 1.015**year)
    return prices


def _charming(shop: Profile, price: Array) -> Array:
    if shop.currency == "TWD":
        return np.maximum(np.rint(price / 10).astype(np.int64) * 10 - 1, 49) * TICK
    if smallest_payment(shop.currency) == TICK:
        return (np.rint(price / 100).astype(np.int64) * 100 - 20) * TICK
    if shop.currency == "THB":
        return np.maximum(np.rint(price / 10).astype(np.int64) * 10 - 1, 29) * TICK
    return np.maximum(np.rint(price).astype(np.int64), 5) * TICK - CENT
