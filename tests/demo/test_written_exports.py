"""The files are what the platforms write: headers, encodings, dates, and no two runs differ."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import stat
import zipfile
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import msoffcrypto
import pytest
from made_up import Demo, make
from python_calamine import CalamineWorkbook

from helpers.config.workspace import load_workspace
from helpers.demo.life import live_through
from helpers.demo.platforms.downloads import at_once, by_month, by_year
from helpers.demo.platforms.files import workbook
from helpers.demo.timeline import Timeline
from helpers.vocabulary.periods import parse_period

#: The headers as they were collected from real exports, not as our writers know them.
HEADERS = json.loads((Path(__file__).parent / "headers.json").read_text(encoding="utf-8"))

ENCODINGS = {"amazon-us": "utf-8", "amazon-uk": "cp1252", "amazon-de": "cp1252",
             "amazon-jp": "cp932"}  # fmt: skip


def first_row(path: Path, encoding: str, delimiter: str) -> list[str]:
    return next(csv.reader(io.StringIO(path.read_bytes().decode(encoding)), delimiter=delimiter))


@pytest.mark.parametrize(
    ("pattern", "family", "least"),
    [
        ("amazon-*/*/all-orders-*.txt", "amazon_all_orders", 4 * 14),
        ("amazon-*/*/settlement-*.txt", "amazon_settlement_v2", 4 * 36),
        ("amazon-*/*/fba-inventory-*.txt", "amazon_fba_myi_inventory", 4 * 30),
        ("amazon-*/*/fba-returns-*.txt", "amazon_fba_returns", 4 * 2),
    ],
)
def test_every_amazon_text_file_has_the_platforms_header(
    demo: Demo, pattern: str, family: str, least: int
) -> None:
    files = sorted(demo.inbox.glob(pattern))
    assert len(files) >= least
    for path in files:
        encoding = ENCODINGS[path.relative_to(demo.inbox).parts[0]]
        assert first_row(path, encoding, "\t") == HEADERS[family], path


#: As a field map of a Chinese download has them.
CHINESE = [
    "（父）ASIN", "（子）ASIN", "标题", "SKU", "会话数 - 总计", "会话 - 总计 - B2B",
    "转化率 - 总计", "会话百分比 - 总计 - B2B", "页面浏览量 - 总计", "页面浏览量 - 总计 - B2B",
    "页面浏览量百分比 - 总计", "页面浏览量百分比 - 总计 - B2B",
    "推荐报价（推荐报价展示位）百分比", "推荐报价（推荐报价展示位）百分比 - B2B",
    "已订购商品数量", "已订购商品数量 - B2B", "商品会话百分比", "商品会话百分比 - B2B",
    "已订购商品销售额", "已订购商品销售额 - B2B", "订单商品总数", "订单商品总数 - B2B",
]  # fmt: skip


def business_report(path: Path) -> list[dict[str, str]]:
    encoding = "cp932" if path.parents[1].name == "amazon-jp" else "utf-8-sig"
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode(encoding))))


def test_the_business_report_has_its_header_but_no_date(demo: Demo) -> None:
    files = sorted(demo.inbox.glob("amazon-*/*/BusinessReport-20*.csv"))
    assert len(files) == 4 * 30
    american = HEADERS["amazon_business_report_child_asin"][1:]
    worded: dict[tuple[str, ...], set[str]] = {}
    for path in files:
        header = list(business_report(path)[0])
        worded.setdefault(tuple(header), set()).add(path.parents[1].name)
    assert {"amazon-us", "amazon-uk", "amazon-de"} == worded.pop(tuple(american))
    assert worded.pop(tuple(CHINESE)) == {"amazon-us"}
    # Canada and Australia differ by a dash and by capitals, and Japan has words of its own.
    told = {",".join(stores): "|".join(header) for header, stores in worded.items()}
    assert set(told) == {"amazon-uk", "amazon-de", "amazon-jp"} and len(worded) == 4
    spellings = {header for header, stores in worded.items() if stores == {"amazon-uk"}}
    assert {"Sessions – Total" in one for one in spellings} == {True, False}
    assert {"Ordered product sales" in one for one in spellings} == {True, False}
    assert all("Units ordered" in one for one in spellings)
    assert "Sitzungen – Summe" in told["amazon-de"] and "（子）ASIN" in told["amazon-jp"]


def test_german_amounts_are_written_the_german_way(demo: Demo) -> None:
    rows = business_report(demo.inbox / "amazon-de/2025-12/BusinessReport-2025-12.csv")
    sold = [row["Durch bestellte Produkte erzielter Umsatz"] for row in rows]
    assert all(re.fullmatch(r"[0-9.]+,[0-9]{2} €", one) for one in sold)
    assert any(one > "1" for one in sold)


@pytest.mark.parametrize(
    ("pattern", "encoding", "family"),
    [
        ("own-site/*/orders_export_*.csv", "utf-8", "shopify_orders"),
        ("tiktok-my/*/All-order-*.csv", "utf-8-sig", "tiktok_orders_th"),
        ("tiktok-th/*/All-order-*.csv", "utf-8-sig", "tiktok_orders_th"),
    ],
)
def test_every_order_export_has_the_platforms_header(
    demo: Demo, pattern: str, encoding: str, family: str
) -> None:
    files = sorted(demo.inbox.glob(pattern))
    assert len(files) >= 12
    for path in files:
        assert first_row(path, encoding, ",") == HEADERS[family], path


def test_search_term_reports_open_with_real_dates(demo: Demo) -> None:
    files = sorted(demo.inbox.glob("amazon-*/*/Sponsored-Products-Search-*.xlsx"))
    assert len(files) == 4 * 3
    american = demo.inbox / "amazon-us/2025/Sponsored-Products-Search-term-report-2025.xlsx"
    rows = CalamineWorkbook.from_path(american).get_sheet_by_index(0).to_python()
    assert rows[0] == HEADERS["amazon_sp_search_term"]
    months = {f"{row[0]:%Y-%m}" for row in rows[1:]}
    assert months == {f"2025-{month:02d}" for month in range(1, 13)}
    assert all(row[15] >= 0 and row[12] <= row[11] for row in rows[1:])


def test_alibaba_products_are_old_workbooks_with_a_preamble(demo: Demo) -> None:
    files = sorted(demo.inbox.glob("alibaba/*/Products-*.xls"))
    assert len(files) == 30
    assert files[-1].name == "Products-2025-12-31.xls"
    assert files[-1].read_bytes()[:8] == bytes.fromhex("d0cf11e0a1b11ae1")
    rows = (
        CalamineWorkbook.from_path(files[-1]).get_sheet_by_index(0).to_python(skip_empty_area=False)
    )
    assert rows[0][0] == "产品分析,时间周期2025-12-01~2025-12-31"
    assert rows[5] == HEADERS["alibaba_products"]
    assert len(rows) > 40
    assert all(row[10] <= row[9] and row[6] <= row[5] for row in rows[6:])


def test_the_history_is_downloaded_in_few_files(demo: Demo) -> None:
    files = [one for one in demo.inbox.rglob("*") if one.is_file()]
    assert 680 <= len(files) <= 740
    # Every folder names the days its files speak for, those of a part of a year too.
    names = {one.parent.name for one in files if one.parents[1].name == "tiktok-th"}
    months = {f"2025-{month:02d}" for month in range(1, 13)}
    # Fees were kept by hand until the platform's own statement took over.
    assert names == months | {"2024-10..2024-12", "2024-10..2025-12", "2024-10..2025-09"}
    for name in names:
        assert str(parse_period(name)) == name


@pytest.mark.parametrize(
    ("until", "months", "monthly", "yearly", "opens"),
    [
        ("2025-12", 14, ["2024-11..2024-12", "2025-01", "2025-12"],
         ["2024-11..2024-12", "2025"], 0),
        ("2025-04", 3, ["2025-02", "2025-04"], ["2025-02..2025-04"], 0),
        ("2025-04", 18, ["2023-11..2023-12", "2024-01..2024-04", "2024-05", "2025-04"],
         ["2023-11..2023-12", "2024", "2025-01..2025-04"], 0),
        ("2025-12", 30, ["2025-03", "2025-12"], ["2025-03..2025-12"], 620),
    ],
)  # fmt: skip
def test_downloads_hold_every_day_once(
    until: str, months: int, monthly: list[str], yearly: list[str], opens: int
) -> None:
    timeline = Timeline.ending(until, months)
    files = by_month(timeline, opens)
    names = [one.name for one in files]
    assert len(names) == len(set(names))
    assert [one for one in monthly if one in names] == monthly
    assert (names[0], names[-1]) == (monthly[0], monthly[-1])
    assert [one.name for one in by_year(timeline, opens)] == yearly
    for asked in (files, by_year(timeline, opens), [at_once(timeline, opens)]):
        days = [day for one in asked for day in range(one.first, one.after)]
        assert days == list(range(days[0], len(timeline.days)))
        assert days[0] <= opens < days[0] + 31
        for one in asked:
            period = parse_period(one.name)
            assert (period.start, period.end) == (
                timeline.days[one.first], timeline.days[one.after - 1]
            )  # fmt: skip


def test_a_workbook_keeps_text_numbers_dates_and_gaps() -> None:
    made = workbook("a & b", ["x", "y"], [("<1>", None), (None, 2.5), (date(2025, 12, 31), "水")])
    from openpyxl import load_workbook

    sheet = load_workbook(io.BytesIO(made)).active
    assert sheet is not None and sheet.title == "a & b"
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert rows[:2] == [["<1>", None], [None, 2.5]]
    assert rows[2][0].date() == date(2025, 12, 31) and rows[2][1] == "水"


def test_the_workspace_is_sound_and_broad(demo: Demo) -> None:
    workspace, _ = load_workspace(str(demo.folder))
    assert len(workspace.stores) >= 6
    assert len({one.platform for one in workspace.stores}) >= 4
    assert len({one.currency for one in workspace.stores}) >= 5
    countries = set()
    for path in demo.inbox.glob("amazon-*/*/all-orders-*.txt"):
        text = path.read_bytes().decode(ENCODINGS[path.parents[1].name])
        for row in csv.DictReader(io.StringIO(text), delimiter="\t"):
            countries.add(row["ship-country"])
    for path in demo.inbox.glob("own-site/*/orders_export_*.csv"):
        for row in csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))):
            countries.add(row["Shipping Country"])
    assert len(countries - {""}) + 2 >= 8  # and the two of TikTok Shop


WORKBOOKS = (
    ("shopee-sg/*/Order.all.*.xlsx", "shopee_orders_en", 0),
    ("lazada-my/*/orders-*.xlsx", "lazada_orders", 0),
    ("tiktok-my/*/All-order-*.xlsx", "tiktok_orders_th", 0),
    ("alibaba/*/TradeAssuranceOrders-*.xlsx", "alibaba_ta_orders", 0),
    ("alibaba/*/getKeywords-*.xls", "alibaba_keywords", 5),
    ("alibaba/*/*-计划报告.xlsx", "alibaba_p4p_plan", 0),
    ("店小秘-*.xlsx", "dianxiaomi_order_67", 0),
    ("amazon-jp/*/Sponsored-Products-Advertised-*.xlsx", "amazon_sp_advertised_product_zh", 0),
)


@pytest.mark.parametrize(("pattern", "family", "above"), WORKBOOKS)
def test_every_workbook_has_the_platforms_header(
    demo: Demo, pattern: str, family: str, above: int
) -> None:
    files = sorted(demo.inbox.glob(pattern))
    assert files
    for path in files:
        rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0)
        header = rows.to_python(skip_empty_area=False)[above]
        assert header == HEADERS[family], path


def test_the_ledger_has_the_platforms_header(demo: Demo) -> None:
    files = sorted(demo.inbox.glob("amazon-us/*/inventory-ledger-*.csv"))
    assert len(files) == 2
    for path in files:
        assert first_row(path, "utf-8", ",") == HEADERS["amazon_inventory_ledger_summary"]


def test_a_month_without_returns_is_an_empty_export(demo: Demo) -> None:
    path = demo.inbox / "amazon-jp/2025-10/fba-returns-2025-10.txt"
    assert path.read_bytes().decode("cp932").splitlines() == [
        "\t".join(HEADERS["amazon_fba_returns"])
    ]


def test_taiwans_workbooks_are_locked_and_open_with_the_password_written_for_them(
    demo: Demo,
) -> None:
    secrets = demo.folder / "passwords.yml"
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600
    (password,) = re.findall(r"^shopee-tw: (\S+)$", secrets.read_text("utf-8"), re.MULTILINE)
    files = sorted(demo.inbox.glob("shopee-tw/2025-1*/Order.all.*.xlsx"))
    assert len(files) == 3
    for path in files:
        lock = msoffcrypto.OfficeFile(io.BytesIO(path.read_bytes()))
        assert lock.is_encrypted()
        lock.load_key(password=password)
        held = io.BytesIO()
        lock.decrypt(held)
        assert zipfile.ZipFile(held).testzip() is None
        assert password.encode() not in path.read_bytes()


def test_taiwans_dollars_have_a_rate_on_every_day(demo: Demo) -> None:
    text = (demo.folder / "reference/fx_rates.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    days = [date.fromisoformat(row["date"]) for row in rows]
    assert {row["currency"] for row in rows} == {"TWD"}
    assert all(28 < 1 / Decimal(row["rate_to_eur"]) < 42 for row in rows)
    assert max(after - before for before, after in pairwise(days)) <= timedelta(days=4)
    assert days[0] <= date(2022, 7, 1) and days[-1] >= date(2025, 12, 28)


def test_a_parcel_may_be_split_and_orders_may_share_one(demo: Demo) -> None:
    parcels: dict[str, set[str]] = {}
    orders: dict[str, set[str]] = {}
    for path in demo.inbox.glob("店小秘-*.xlsx"):
        header, *rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
        for row in rows:
            told = dict(zip(header, row, strict=True))
            for order in told["订单号"].split(","):
                orders.setdefault(order, set()).add(told["包裹号"])
                parcels.setdefault(told["包裹号"], set()).add(order)
    assert any(len(one) == 2 for one in orders.values())
    assert max(map(len, parcels.values())) <= 2


def test_sheets_follow_from_what_happened(demo: Demo) -> None:
    def read(name: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO((demo.inbox / name).read_text("utf-8"))))

    orders = set()
    for path in demo.inbox.glob("own-site/*/orders_export_*.csv"):
        rows = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")))
        orders |= {row["Name"] for row in rows if not row["Cancelled at"]}
    sent = [row for row in read("shipments-2025-12.csv") if row["store_id"] == "own-site"]
    assert sent and {row["order_id"] for row in sent} <= orders
    for row in sent:
        days = [row[one] for one in ("shipped_on", "picked_up_on", "delivered_on") if row[one]]
        assert days == sorted(days) and row["shipped_on"] < row["promised_on"]
    tickets = [row for row in read("customer-service.csv") if row["store_id"] == "own-site"]
    assert {row["order_id"] for row in tickets} <= orders
    for row in tickets:
        times = [row[one] for one in ("opened_at", "first_reply_at", "resolved_at") if row[one]]
        assert times == sorted(times)

    master = told(demo.inbox / "product-master.xlsx")
    supplier = {row["sku"]: row["supplier_id"] for row in master}
    bought = told(demo.inbox / "采购单.xlsx")
    assert {row["供应商编号"] == supplier[row["SKU编码"]] for row in bought} == {True}
    assert any(not row["到货日期"] for row in bought), "something is on its way"

    # Inquiries are those that the platform counted, and an order follows its inquiry.
    by_month: dict[str, int] = {}
    led_to = {}
    for path in sorted(demo.inbox.glob("询盘登记-*.xlsx")):
        for row in told(path):
            month = row["询盘时间"][:7]
            by_month[month] = by_month.get(month, 0) + 1
            if row["成交订单号"]:
                led_to[row["成交订单号"]] = row["询盘时间"]
    for path in demo.inbox.glob("alibaba/*/Products-*.xls"):
        rows = (
            CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python(skip_empty_area=False)
        )
        counted = sum(int(row[9]) for row in rows[6:])
        assert counted == by_month.get(path.parent.name, 0), path
    ordered = {}
    for path in demo.inbox.glob("alibaba/*/TradeAssuranceOrders-*.xlsx"):
        ordered |= {row["订单编号(Order Number)"]: row["订单创建时间(Order Create Time)"]
                    for row in told(path) if row["订单编号(Order Number)"]}  # fmt: skip
    assert ordered.keys() == led_to.keys() and len(ordered) > 5
    assert all(led_to[one] < ordered[one] for one in ordered)


def told(path: Path) -> list[dict[str, str]]:
    header, *rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_listings_hold_what_real_catalogues_hold(demo: Demo) -> None:
    said = (demo.inbox / "own-site/2025-12/products_export_1.csv").read_text(encoding="utf-8")
    for part in ("<script>", "=cmd|", "DROP TABLE", "🔥", "@SUM"):
        assert part in said
    # The company's own names stay plain: they are printed on every page.
    names = {row["name_en"] for row in told(demo.inbox / "product-master.xlsx")}
    assert not any(re.search(r"[<=@|]", one) for one in names)


def _digest(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    asked = {"seed": 3, "months": 2, "scale": 0.03, "until": "2025-12"}
    first = _digest(make(tmp_path / "a", **asked).folder)
    assert first == _digest(make(tmp_path / "b", **asked).folder)
    assert len({Path(name).suffix for name in first}) == 7  # json, yml, md, txt, csv, xlsx, xls
    other = _digest(make(tmp_path / "c", **{**asked, "seed": 4}).folder)
    assert first["truth.json"] != other["truth.json"]


@pytest.mark.parametrize(("months", "until"), [(1, "2024-02"), (3, "2025-04"), (13, "2023-01")])
def test_any_window_can_be_asked_for(tmp_path: Path, months: int, until: str) -> None:
    made = make(tmp_path, months=months, until=until, scale=0.03)
    named = sorted({row["month"] for row in made.truth["totals"]})
    assert named[-1] == until and len(named) == months
    for story in made.truth["stories"]:
        assert named[0] <= story["period"].split("..")[0] <= until


def test_scale_multiplies_volumes() -> None:
    def units(scale: float) -> int:
        made = live_through(seed=7, months=3, until="2025-12", scale=scale)
        return sum(int(shop.after.sales.quantity.sum()) for shop in made.shops)

    assert 3 < units(0.4) / units(0.1) < 5


def test_buyers_are_invented(demo: Demo) -> None:
    mails = set()
    for path in demo.inbox.glob("own-site/*/orders_export_*.csv"):
        mails |= set(re.findall(r"[\w.+-]+@[\w.-]+", path.read_text(encoding="utf-8")))
    assert len(mails) > 50
    assert {mail.split("@")[1] for mail in mails} == {"example.com"}


def test_own_site_times_follow_the_clock_of_new_york(demo: Demo) -> None:
    text = (demo.inbox / "own-site/2024/orders_export_2024.csv").read_text(encoding="utf-8")
    offsets = {
        (row["Created at"][:10] >= "2024-03-11", row["Created at"][-5:])
        for row in csv.DictReader(io.StringIO(text))
        if row["Created at"][:10] != "2024-03-10" and row["Created at"] < "2024-11"
    }
    assert offsets == {(False, "-0500"), (True, "-0400")}


def test_every_settlement_adds_up_to_its_total(demo: Demo) -> None:
    for path in sorted(demo.inbox.glob("amazon-*/*/settlement-*.txt")):
        store = path.parents[1].name
        text = path.read_bytes().decode(ENCODINGS[store])
        rows = list(csv.DictReader(io.StringIO(text), delimiter="\t"))

        def number(cell: str, store: str = store) -> Decimal:
            return Decimal(cell.replace(",", ".") if store == "amazon-de" else cell)

        assert sum(number(row["amount"]) for row in rows[1:]) == number(rows[0]["total-amount"])
        assert not any(row["total-amount"] for row in rows[1:])


def test_settlements_straddle_the_months(demo: Demo) -> None:
    straddling = 0
    for path in demo.inbox.glob("amazon-us/*/settlement-*.txt"):
        rows = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")), delimiter="\t")
        months = {row["posted-date-time"][:7] for row in rows} - {""}
        straddling += len(months) > 1
    assert straddling >= 20


def test_all_orders_repeat_three_days_with_what_became_of_them(demo: Demo) -> None:
    def read(path: Path) -> dict[tuple[str, str], dict[str, str]]:
        rows = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")), delimiter="\t")
        return {(row["amazon-order-id"], row["sku"]): row for row in rows}

    repeated = changed = 0
    files = sorted(demo.inbox.glob("amazon-us/*/all-orders-*.txt"))
    assert [one.parent.name for one in files[:4]] == [
        "2023-07..2023-12", "2024", "2025-01", "2025-02"
    ]  # fmt: skip
    for before, after in pairwise(files):
        old, new = read(before), read(after)
        both = old.keys() & new.keys()
        repeated += len(both)
        for key in both:
            waits = old[key]["order-status"] == "Pending"
            assert not (waits and old[key]["item-price"]), "unpaid orders have no price yet"
            gone = new[key]["order-status"] == "Cancelled"
            assert waits or gone or old[key]["item-price"] == new[key]["item-price"]
            assert old[key]["last-updated-date"] <= new[key]["last-updated-date"]
            changed += old[key]["order-status"] != new[key]["order-status"]
    assert repeated > 30 and changed > 3


UNITS = {
    "Units Ordered",
    "Units ordered",
    "已订购商品数量",
    "Bestellte Einheiten",
    "注文された商品点数",
}
SESSIONS = {"Sessions - Total", "Sessions – Total", "会话数 - 总计", "Sitzungen – Summe",
            "セッション数 - 合計"}  # fmt: skip


def test_business_reports_agree_with_the_orders(demo: Demo) -> None:
    for store in ENCODINGS:
        for month, row in demo.totals(store).items():
            lines = business_report(demo.inbox / f"{store}/{month}/BusinessReport-{month}.csv")

            def total(words: set[str], rows: list[dict[str, str]] = lines) -> int:
                (name,) = words & set(rows[0])
                return sum(int(re.sub("[.,]", "", one[name])) for one in rows)

            units, sessions = total(UNITS), total(SESSIONS)
            assert units == row["units"]
            assert sessions >= row["orders"]


def test_traffic_is_told_by_day_without_a_gap(demo: Demo) -> None:
    first = date(2023, 7, 1)
    paths = list(demo.inbox.glob("own-site/*/traffic.csv"))
    assert len(paths) == 1
    for path in paths:
        rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
        days = [date.fromisoformat(row["date"]) for row in rows]
        assert days == [days[0] + timedelta(days=n) for n in range(len(days))]
        assert (days[0], days[-1]) == (first, date(2025, 12, 31))
        assert all(int(row["orders"]) <= int(row["visitors"]) <= int(row["sessions"])
                   for row in rows)  # fmt: skip
