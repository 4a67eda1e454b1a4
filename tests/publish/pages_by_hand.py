"""Executed notebooks written by hand: what the runner would give, without running anything.

The texts hold what breaks sites: tags, dollar signs, template braces, Markdown, codes, Chinese.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pandas as pd

from helpers.charts.drawing import Drawing
from helpers.charts.exhibit import Exhibit
from helpers.charts.markup import tag
from helpers.config.workspace import Store, Workspace
from helpers.metrics.catalogue import catalogue
from helpers.publish.content import PageBuilt
from helpers.publish.home import HomeSummary
from helpers.vocabulary.labels import Label
from helpers.vocabulary.periods import parse_period

HOSTILE = '<script>document.title="taken"</script><img src=x onerror=alert(1)>'
DOLLARS = "Basket prices moved from $100 to $200, {{ 7*7 }} and example.com stay as typed."
LANGUAGES = ("zh", "en")

WORKSPACE = Workspace(
    company=Label(en="Lantern & Kettle Co.", zh="灯与壶贸易有限公司"),
    base_currency="EUR",
    time_zone="Europe/Berlin",
    stores=(
        Store(
            id="de", name=Label(en="Germany", zh="德国站"), platform="amazon", currency="EUR",
            time_zone="Europe/Berlin", tax_basis="included",
        ),
    ),
)  # fmt: skip

TITLES = {
    "executive_summary": Label(en="Executive summary", zh="经营概要"),
    "sales_and_markets": Label(en="Sales and markets", zh="销售与市场"),
    "returns_and_stock": Label(en="Returns and stock", zh="退货与库存"),
}
QUESTIONS = {
    "executive_summary": Label(en="How did we do?", zh="本月业绩如何？"),
    "sales_and_markets": Label(en="Where did sales move?", zh="哪些市场在变动？"),
    "returns_and_stock": Label(en="What comes back, what runs out?", zh="退了什么，缺了什么？"),
}

_WORDS = {
    "zh": {
        "cards": "销售额升至€48.2万，高于去年同期。",
        "measure": "销售额、订单数、退货率、贡献利润，2025年10月",
        "markets": "德国贡献了大部分增长。",
        "returns": "退货率升至4.1%，主要来自德国站。",
        "stock": "海外仓有三个货号的库存不足两周。",
        "said": "德国海外仓补货到位后，退货率应回落；清关延误仍是主要风险。",
        "other": "仓位紧张，外仓与海运价格同时上涨。",
        "source": "亚马逊全部订单，2025年10月1日至31日",
        "more": "## 库存与补货",
        "move": "## 变动来自哪里",
    },
    "en": {
        "cards": "Sales rose to €482k, above last year.",
        "measure": "GMV, orders, return rate, contribution; October 2025",
        "markets": "Germany brought most of the growth.",
        "returns": "The return rate rose to 4.1%, mostly in Germany.",
        "stock": "Three products in the overseas warehouse have less than two weeks of stock.",
        "said": "Once the warehouse is full, returns should fall; customs delay is the risk.",
        "other": "Sea freight and storage became dearer together.",
        "source": "Amazon All Orders, 1 to 31 October 2025",
        "more": "## Stock and replenishment",
        "move": "## Where the change came from",
    },
}  # fmt: skip


ANSWERS = {
    "zh": (
        "10月销售额€48.2万，同比增长12.4%，高于正常波动区间。",
        "增长主要来自德国站，法国站持平。",
        "退货率升至4.1%，德国站是主因。",
    ),
    "en": (
        "October sales rose 12.4% on last year to €482k, above their normal range.",
        "Germany brought most of the growth; France stood still.",
        "The return rate rose to 4.1%, mostly in Germany.",
    ),
}
ACTIONS = {
    "zh": (f"请决定：是否为 SKU-0017 提前补货（{HOSTILE}）。",),
    "en": (f"Decide whether to replenish SKU-0017 early ({HOSTILE}).",),
}


def said(name: str, sentences: tuple[str, ...]) -> str:
    """Write a list of sentences as the reviews room does."""
    return tag("ul", [tag("li", one) for one in sentences], class_="sentences", id=name)


def exhibit(name: str, takeaway: str, language: str, rows: list[tuple[str, str]]) -> Exhibit:
    """Make a small table that cannot be mistaken for a drawing."""
    words = _WORDS[language]
    body = [tag("tr", tag("th", one, scope="row"), tag("td", two, class_="ex-number"))
            for one, two in rows]  # fmt: skip
    table = tag("div", tag("table", tag("tbody", body), class_="ex-table"), class_="ex-scroll")
    return Exhibit(
        id=name,
        takeaway=takeaway,
        measure=words["measure"],
        source=words["source"],
        alt="; ".join(f"{one} {two}" for one, two in rows),
        data=pd.DataFrame(rows, columns=["name", "value"]),
        table=table,
        language=language,
    )


def drawn(name: str, takeaway: str, language: str) -> Exhibit:
    """Make a drawing with a Chinese or English label in it."""
    words = _WORDS[language]
    bars = "".join(
        f'<rect x="{30 + 60 * i}" y="{150 - h}" width="40" height="{h}" style="fill: #404040"/>'
        for i, h in enumerate((60, 75, 70, 92, 88, 110, 104, 126, 120, 131))
    )
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 180">'
        f'{bars}<text x="30" y="172" style="font-size: 13px; fill: #57606a">'
        f"{words['measure'][:12]} SKU-0003</text></svg>"
    )
    return Exhibit(
        id=name, takeaway=takeaway, measure=words["measure"], source=words["source"],
        alt=takeaway, data=pd.DataFrame({"month": ["2025-10"], "value": [1.0]}),
        figure=Drawing(svg), language=language,
    )  # fmt: skip


def markdown(source: str, *tags: str) -> dict:
    return {"cell_type": "markdown", "id": f"w{abs(hash(source)) % 10**6}", "source": source,
            "metadata": {"tags": list(tags)}}  # fmt: skip


def code(source: str, *outputs: dict, tags: tuple[str, ...] = ()) -> dict:
    return {"cell_type": "code", "id": f"c{abs(hash(source)) % 10**6}", "source": source,
            "metadata": {"tags": list(tags)}, "execution_count": 1,
            "outputs": list(outputs)}  # fmt: skip


def shows(markup: str) -> dict:
    return {"output_type": "execute_result", "execution_count": 1, "metadata": {},
            "data": {"text/html": markup, "text/plain": "SECRET-REPR"}}  # fmt: skip


def prints(text: str, stream: str = "stdout") -> dict:
    return {"output_type": "stream", "name": stream, "text": text}


def fails() -> dict:
    return {"output_type": "error", "ename": "KeyError", "evalue": "'gmv'",
            "traceback": ["Traceback (most recent call last)", "KeyError: 'gmv'"]}  # fmt: skip


def write_notebook(path: Path, cells: list[dict]) -> Path:
    content = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path


def cells_of(page: str, language: str) -> list[dict]:
    words = _WORDS[language]
    setup = [
        code("period: str = 'SECRET-PARAMETER'", tags=("parameters",)),
        code("from helpers import SECRET_CODE", prints("SECRET-PRINT")),
    ]
    title = markdown(f"# {TITLES[page].text(language)}")
    if page == "executive_summary":
        rows = [("GMV", "€482k  +12.4%"), ("SKU-0003", "€48k"), (HOSTILE, "7")]
        home = exhibit("cards", words["cards"], language, rows)
        return [
            title, *setup,
            markdown("中文专用段落，退货率见下。", "lang-zh"),
            markdown("A paragraph for English readers only.", "lang-en"),
            code("kpi_cards(card)", shows(home._repr_html_()), tags=("home",)),
            code("answers", shows(said("summary-answers", ANSWERS[language])), tags=("home",)),
            code("decide", shows(said("summary-decisions", ACTIONS[language])), tags=("home",)),
            markdown(words["move"]),
            code("trend(history)", shows(drawn("trend", words["markets"], language)._repr_html_())),
            markdown(DOLLARS),
        ]  # fmt: skip
    if page == "sales_and_markets":
        markets = exhibit("markets", words["markets"], language, [("DE", "€301k"), ("FR", "€98k")])
        return [title, *setup, markdown(words["move"]), code("m", shows(markets._repr_html_())),
                markdown(words["other"])]  # fmt: skip
    returns = exhibit("returns", words["returns"], language, [("SKU-0003", "4.1%")])
    stock = exhibit("stock", words["stock"], language, [("SKU-0017", "9"), ("SKU-0003", "11")])
    return [title, *setup, code("r", shows(returns._repr_html_())), markdown(words["more"]),
            code("s", shows(stock._repr_html_())), markdown(words["said"])]  # fmt: skip


def pages_in(folder: Path) -> dict[str, list[PageBuilt]]:
    """Write three pages in both languages and say where they are."""
    return {
        language: [
            PageBuilt(
                page, title, write_notebook(folder / language / f"{page}.ipynb",
                                            cells_of(page, language)), QUESTIONS[page],
            )
            for page, title in TITLES.items()
        ]
        for language in LANGUAGES
    }  # fmt: skip


def summaries(pages: dict[str, list[PageBuilt]]) -> dict[str, HomeSummary]:
    return {
        language: HomeSummary.from_page(built[0].notebook, language)
        for language, built in pages.items()
    }


DATA_THROUGH = date(2025, 10, 31)
SEPTEMBER = {"period": parse_period("2025-09"), "data_through": date(2025, 9, 30)}
#: What the definitions page explains: enough to be a page, and quick to build.
FEW_METRICS = {
    name: catalogue()[name]
    for name in ("gmv", "orders_count", "aov", "refunds", "net_sales", "gmv_mom", "return_rate",
                 "returned_units_of_orders", "units_sold")
}  # fmt: skip
