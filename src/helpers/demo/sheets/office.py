"""What the office keeps: grades and standing of stores, duties, costs, figures typed in."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from helpers.demo.life import Company
from helpers.demo.money import TICK, written
from helpers.demo.platforms.files import Cell, Exports
from helpers.demo.sheets.books import BASE, booked_revenue
from helpers.demo.sheets.forms import as_text, as_workbook

SNAPSHOT = (
    "店铺编号", "快照日期", "店铺等级", "店铺得分", "店铺评分", "商品质量平均分", "商品数",
    "带视频商品数", "有效果商品数",
)  # fmt: skip
HEALTH = (
    "store_id", "health_date", "order_defect_rate", "late_shipment_rate", "cancellation_rate",
    "valid_tracking_rate", "policy_strikes", "status",
)  # fmt: skip
DUTY = (
    "事项编号", "国家", "SKU编码", "事项类别", "合规要求", "发生日期", "截止日期", "完成日期",
    "有效期至", "事项状态", "凭证",
)  # fmt: skip
COST = ("month_start", "category", "scope", "currency", "amount")
FIGURE = ("metric_id", "period_end", "scope", "value", "unit", "evidence", "entered_by")

_DUTIES = (
    ("DE", "认证", "CE 声明与技术文件"),
    ("DE", "包装", "LUCID 包装法注册"),
    ("DE", "电器", "WEEE 注册"),
    ("GB", "认证", "UKCA 标志"),
    ("GB", "税务", "季度 VAT 申报"),
    ("JP", "认证", "PSE 标志（电器）"),
    ("US", "标签", "加州 65 号提案警示"),
    ("US", "认证", "FCC 声明"),
    ("US", "税务", "州销售税登记"),
    ("MY", "认证", "SIRIM 认证"),
    ("TH", "标签", "泰文标签"),
    ("TW", "认证", "BSMI 检验"),
    ("SG", "认证", "Safety Mark"),
    ("AE", "认证", "ECAS 认证"),
    ("US", "账户", "类目审核资料，联系人 legal@example.com"),
    ("DE", "责任人", "GPSR 欧盟责任人"),
)
#: What came up: where, its kind, what it was, days before the end, and days until it was settled.
_EVENTS = (
    ("DE", "下架", "缺少 GPSR 标签", 205, 9),
    ("US", "下架", "类目审核资料过期", 92, 4),
    ("JP", "下架", "缺少 PSE 标志", 19, 6),
    (None, "店铺认证", "金品诚企认证", 330, 25),
)
#: What a month costs beside the orders, at scale 1.
_COSTS = (("salaries", "", 52_000), ("rent", "", 9_500), ("software", "", 4_400),
          ("travel", "", 3_200), ("salaries", "amazon-us", 12_000),
          ("photographs", "own-site", 2_100))  # fmt: skip
#: Figures that only people know: where they start, what a quarter adds, their unit, who tells.
_FIGURES = (
    ("headcount", 15, 0.4, "people", "HR"),
    ("nps", 46, 0.9, "score", "customer lead"),
    ("csat", 0.88, 0.004, "%", "customer lead"),
    ("payment_success", 0.962, 0.002, "%", "finance"),
    ("translation_accuracy", 0.94, 0.005, "%", "customer lead"),
    ("service_languages", 0.71, 0.02, "%", "customer lead"),
    ("persona_coverage", 0.6, 0.03, "%", "head of operations"),
    ("market_share", 0.021, 0.001, "%", "head of operations"),
    ("category_rank", 38, -2.2, "rank", "product manager"),
    ("offline_orders", 3, 0.2, "count", "wholesale lead"),
    ("recommend_match_accuracy", 0.58, 0.008, "%", "traffic lead"),
    ("patents", 18, 1, "count", "product manager"),
    ("brand_licences", 2, 0.2, "count", "legal"),
    ("design_spend_ratio", 0.031, 0.001, "%", "finance"),
    ("fx_hedge_ratio", 0.4, 0.02, "%", "finance"),
    ("local_staff_ratio", 0.35, 0.02, "%", "HR"),
    ("compliance_cost_ratio", 0.028, -0.001, "%", "finance"),
    ("infringement_rate", 0.004, -0.0003, "%", "legal"),
    ("sorting_efficiency", 62, 1.5, "n/h", "warehouse"),
)
YEAR = 12


def sheets(company: Company) -> Exports:
    """Write snapshots, standing, duties, shared costs and figures by hand."""
    yield as_workbook("店铺等级快照.xlsx", SNAPSHOT, _snapshots(company.rng(2401), company))
    yield as_text("account-health.csv", HEALTH, _health(company.rng(2402), company))
    yield as_workbook("合规事项.xlsx", DUTY, _duties(company.rng(2403), company))
    yield as_text("shared-costs.csv", COST, _costs(company.rng(2404), company))
    figures = [*_figures(company.rng(2405), company), *_books(company.rng(2411), company)]
    yield as_text("manual-kpis.csv", FIGURE, figures)


def _snapshots(rng: np.random.Generator, company: Company) -> list[list[Cell]]:
    shop, timeline, goods = company.shop("alibaba"), company.timeline, company.goods
    listed = shop.drawn.expected.sessions.sum(axis=0) > 0
    rows: list[list[Cell]] = []
    for month in range(len(timeline.months)):
        after = timeline.days_of(month)[1]
        live = listed & (goods.launched < after) & (goods.retired >= after)
        quarter = shop.drawn.lines[max(after - 90, 0) : after].sum(axis=0) > 0
        score = min(62 + 0.6 * month + float(rng.normal(0, 1.5)), 96)
        grade = "3星" if score < 70 else "4星" if score < 84 else "5星"
        rows.append([
            "alibaba", timeline.days[after - 1].isoformat(), grade, round(score, 1),
            round(4.5 + float(rng.normal(0.1, 0.05)), 2), round(4.1 + 0.012 * month, 2),
            int(live.sum()), int((live & goods.has_video).sum()), int((live & quarter).sum()),
        ])  # fmt: skip
    return rows


def _health(rng: np.random.Generator, company: Company) -> list[list[Cell]]:
    timeline = company.timeline
    rows: list[list[Cell]] = []
    for shop in company.of("amazon", "tiktok", "shopee", "lazada"):
        begins = max(int(timeline.month_of_day[shop.opens]), len(timeline.months) - YEAR)
        for month in range(begins, len(timeline.months)):
            first, after = timeline.days_of(month)
            sales = shop.after.sales
            inside = (sales.day >= first) & (sales.day < after)
            gone = float(sales.cancelled[inside].mean()) if inside.any() else 0.0
            defects = 0.004 + float(rng.gamma(2, 0.0015))
            # Sellers cancel a tenth of what is cancelled; the rest are buyers' own.
            rows.append([
                shop.profile.id, timeline.days[after - 1].isoformat(), f"{100 * defects:.2f}%",
                f"{100 * float(rng.gamma(2, 0.008)):.2f}%", f"{10 * gone:.2f}%",
                f"{100 * (1 - float(rng.gamma(2, 0.006))):.2f}%",
                int(rng.random() < 0.08), "healthy" if defects < 0.01 else "at risk",
            ])  # fmt: skip
    return rows


def _duties(rng: np.random.Generator, company: Company) -> list[list[Cell]]:
    timeline = company.timeline
    rows: list[list[Cell]] = []
    for number, (country, kind, requirement) in enumerate(_DUTIES):
        due = timeline.last + timedelta(days=int(rng.integers(-400, 160)))
        done = due - timedelta(days=int(rng.integers(-12, 45)))
        is_done = done <= timeline.last
        state = "已完成" if is_done else "逾期" if due <= timeline.last else "进行中"
        rows.append([
            f"C-{number + 1:03d}", country, company.goods.sku[number] if number % 3 else None, kind,
            requirement, None, due.isoformat(), done.isoformat() if is_done else None,
            (done + timedelta(days=730)).isoformat() if is_done and kind == "认证" else None,
            state, f"证书/{country}-{number + 1:03d}.pdf" if is_done else None,
        ])  # fmt: skip
    rows += [
        _event(company, len(rows) + place, *told) for place, told in enumerate(_EVENTS, start=1)
    ]
    return rows


def _event(
    company: Company, number: int, country: str | None, kind: str, what: str, ago: int, took: int
) -> list[Cell]:
    """Tell of something that came up so many days before the end, and was done days later."""
    raised = company.timeline.last - timedelta(days=ago)
    done = raised + timedelta(days=took)
    is_done = done <= company.timeline.last
    return [
        f"C-{number:03d}", country, company.goods.sku[number] if kind == "下架" else None, kind,
        what, raised.isoformat(), (raised + timedelta(days=30)).isoformat(),
        done.isoformat() if is_done else None, None, "已完成" if is_done else "进行中", None,
    ]  # fmt: skip


def _costs(rng: np.random.Generator, company: Company) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    for month, name in enumerate(company.timeline.months):
        for category, scope, amount in _COSTS:
            spread = 0.0 if category == "rent" else float(rng.normal(0, 0.05))
            paid = round(company.scale * amount * (1 + 0.004 * month) * (1 + spread))
            rows.append([f"{name}-01", category, scope, "CNY", written(paid * TICK)])
    return rows


def _figures(rng: np.random.Generator, company: Company) -> list[list[Cell]]:
    timeline = company.timeline
    rows: list[list[Cell]] = []
    for month in range(len(timeline.months)):
        day = timeline.days[timeline.days_of(month)[1] - 1]
        for metric, start, step, unit, who in _FIGURES:
            value = start + step * month / 3 + abs(start) * float(rng.normal(0, 0.01))
            told = f"{100 * value:.1f}%" if unit == "%" else f"{round(value)}"
            rows.append([metric, day.isoformat(), "", told, unit, f"{metric}-{day:%Y%m}.xlsx", who])
    return rows


def _books(rng: np.random.Generator, company: Company) -> list[list[Cell]]:
    timeline = company.timeline
    rows: list[list[Cell]] = []
    for month, booked in enumerate(booked_revenue(rng, company)):
        day = timeline.days[timeline.days_of(month)[1] - 1]
        evidence = f"general-ledger-{day:%Y%m}.xlsx"
        rows.append(["booked_revenue", day.isoformat(), "", str(booked), BASE, evidence, "finance"])
    return rows
