"""No page whose output would differ is ever taken for fresh, and few others run again.

Pages are functions here, so that hundreds cost what one kernel does: each opens a desk on real
tables, and says what it saw. After each change of the workspace every page is asked twice: by
what it wrote down (would it run?), and by making it anew (would it say something else?).
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import warehouse_builder as build
from helpers.analysis.desk import open_desk
from helpers.config.workspace import load_workspace
from helpers.metrics import figures
from helpers.metrics.figures import FILE
from helpers.reviews.facts import read_facts
from helpers.reviews.page import Page
from helpers.reviews.readers import Readers
from helpers.vocabulary.faults import ReviewError
from helpers.vocabulary.periods import parse_period

MONTHS = [f"2025-{month:02}" for month in range(5, 12)]


def measured(*metrics: str, by: tuple[str, ...] = ()) -> Callable[[Page], Any]:
    return lambda page: page.desk.measure(metrics, by=by).to_csv()


def series(metric: str, months: list[str]) -> Callable[[Page], Any]:
    periods = [parse_period(month) for month in months]
    return lambda page: page.desk.measure_series([metric], periods).to_csv()


PAGES: dict[str, Callable[[Page], Any]] = {
    "october": measured("gmv", "gmv_mom"),
    "stores": measured("gmv", "net_sales", by=("store",)),
    "months": series("gmv", MONTHS[:6]),
    "customers": measured("new_customers"),
    "names": lambda page: sorted(page.desk.product_names.items()),
    "sources": lambda page: [page.desk.source_line(one) for one in ("order_lines", "refunds")],
    "baselines": lambda page: (page.desk.previous, page.desk.year_ago, page.desk.is_complete),
    "end": lambda page: tuple(page.desk.coverage),
    "behind": lambda page: page.desk.stores_behind,
    "readiness": lambda page: repr(page.desk.readiness),
    "own query": lambda page: page.desk.warehouse.sql(
        "SELECT sum(quantity) FROM order_lines WHERE sku = 'A'"
    ).to_csv(),
    "direct": lambda page: (
        page.desk.warehouse.ibis("refunds").aggregate(lambda t: t.amount.sum()).execute().to_csv()
    ),
    "promises": lambda page: page.targets.to_csv(),
    "duties": lambda page: [one.id for one in page.plan.actions],
}


@dataclass
class Company:
    """A company of two shops and seven months, and what its pages saw and read."""

    root: Path

    def __post_init__(self) -> None:
        _, self.paths = build.make_workspace(self.root)
        lines, refunds, traffic, ads = [], [], [], []
        for number, month in enumerate(MONTHS):
            for store, currency in (("shop-de", "EUR"), ("shop-uk", "GBP")):
                first = {"store_id": store, "currency": currency}
                for day, sku in ((3, "A"), (20, "B")):
                    lines.append(build.order_line(
                        **first, order_id=f"{month}-{day}", local_date=f"{month}-{day:02}",
                        sku=sku, list_amount=f"{20 + number}.00", customer_key=f"c{number % 3}",
                        product_name=f"Lamp {sku}",
                    ))  # fmt: skip
                refunds.append({
                    **first, "refund_id": f"{store}{month}", "kind": "refund",
                    "local_date": f"{month}-21", "amount": "2.00",
                })  # fmt: skip
                traffic.append({
                    "store_id": store, "level": "store", "sessions": 400 + number,
                    "start_date": f"{month}-04", "end_date": f"{month}-04",
                })  # fmt: skip
                ads.append({
                    **first, "line_no": number, "campaign": "spring", "spend": f"{5 + number}.00",
                    "start_date": f"{month}-05", "end_date": f"{month}-05",
                })  # fmt: skip
        tables = {"order_lines": lines, "refunds": refunds, "traffic": traffic, "ad_spend": ads}
        for table, rows in tables.items():
            self.take(table, *rows)
        self.write("targets.yml", "targets: []")
        self.write("actions.yml", "actions: []")

    def take(self, table: str, *rows: dict[str, Any]) -> None:
        build.write_table(self.paths, table, rows, as_of=None)

    def write(self, name: str, text: str) -> None:
        file = self.paths.plan / "2025" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def make(self, pages: dict[str, Callable[[Page], Any]]) -> tuple[dict, dict]:
        """Give what each page says and what it wrote down; a page that stops says why."""
        says, reads = {}, {}
        for name, look in pages.items():
            page = Page(open_desk(str(self.root), "2025-10", "en"))
            try:
                says[name] = repr(look(page))
            except ReviewError as trouble:
                says[name] = repr(trouble)
            reads[name] = json.loads(json.dumps(page.reads))
            page.desk.warehouse.close()
        return says, reads

    def stale(self, reads: dict[str, Any]) -> dict[str, list[str]]:
        workspace, paths = load_workspace(str(self.root))
        readers, partitions = Readers(workspace, paths), read_facts(workspace, paths).partitions
        found = {name: readers.changes(told, partitions) for name, told in reads.items()}
        return {name: why for name, why in found.items() if why}


LATE = build.order_line(store_id="shop-uk", currency="GBP", order_id="late", sku="A",
                        local_date="2025-08-15", product_name="Lamp A")  # fmt: skip


def late(company: Company) -> None:
    company.take("order_lines", LATE)


def another_month(company: Company) -> None:
    company.take(
        "order_lines",
        LATE | {"local_date": "2026-01-02", "ordered_at": "2026-01-02 10:00:00"},
    )


def late_refund(company: Company) -> None:
    company.take("refunds", {
        "store_id": "shop-de", "refund_id": "late", "kind": "refund",
        "local_date": "2025-10-30", "currency": "EUR", "amount": "9.00",
    })  # fmt: skip


def actions(company: Company) -> None:
    company.write("actions.yml", "# nothing yet\nactions: []")


#: A change -> pages that must not run for it, because they read nothing of it.
CHANGES = {
    late: {"october", "baselines", "direct", "duties", "promises"},
    another_month: {"october", "stores", "months", "names", "sources",
                    "baselines", "duties", "behind", "promises"},
    late_refund: {"october", "months", "names", "own query"},
    actions: set(PAGES) - {"duties"},
}  # fmt: skip


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    company = Company(tmp_path_factory.mktemp("company"))
    return company, *company.make(PAGES)


@pytest.fixture
def changed(known, tmp_path):
    """Give a copy of the company, to be changed."""
    copy = Company.__new__(Company)
    copy.root = tmp_path / "company"
    shutil.copytree(known[0].root, copy.root)
    _, copy.paths = load_workspace(str(copy.root))
    return copy


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_what_would_differ_runs_again_and_what_read_nothing_of_it_does_not(known, changed, change):
    company, says, reads = known
    assert not company.stale(reads), "nothing has changed, nothing runs"
    change(changed)
    stale = changed.stale(reads)
    # A plan file is read by few: only those are made anew for it.
    pages = {one: PAGES[one] for one in ("duties", "promises")} if change is actions else PAGES
    kept = changed.make(pages) if change is late else None
    (changed.paths.runs / FILE).unlink(
        missing_ok=True
    )  # nothing may be left of the answers of before
    made = changed.make(pages)
    if kept is not None:
        assert kept[0] == made[0], "a kept figure is not what would be computed"
        assert kept[1] == made[1], "whoever is given a kept figure depends on as much"
    now = {**says, **made[0]}
    differing = {name for name in PAGES if now[name] != says[name]}
    assert differing - stale.keys() == set(), "taken for fresh although they would differ"
    assert not {name: stale[name] for name in CHANGES[change] if name in stale}
    if change is late:
        assert differing
        assert stale["months"] == stale["own query"] == ["order_lines 2025-08 changed"]


def test_kept_figures_may_be_lost_or_cut_short(known):
    company, says, _ = known
    pages = {name: PAGES[name] for name in ("october", "behind")}
    store = company.paths.runs / FILE
    expected = {name: says[name] for name in pages}
    for content in (None, b"", b"SQLite format 3\0 and no more", store.read_bytes()[:5000]):
        store.unlink()
        if content is not None:
            store.write_bytes(content)
        assert company.make(pages)[0] == expected
        assert company.make(pages)[0] == expected


def test_figures_used_longest_ago_go_first(tmp_path, monkeypatch):
    monkeypatch.setattr(figures, "MOST_BYTES", 80_000)
    for number in range(40):
        figures._keep(tmp_path / FILE, f"question {number}", b"x" * 4000)
    with sqlite3.connect(tmp_path / FILE) as kept:
        rows = dict(kept.execute("SELECT question, size FROM answers").fetchall())
    assert sum(rows.values()) <= 80_000
    assert "question 39" in rows
    assert "question 0" not in rows


def test_everything_that_can_be_made_again_may_be_deleted(known, changed):
    _, says, reads = known
    for folder in (changed.paths.runs, changed.paths.warehouse / "states"):
        shutil.rmtree(folder, ignore_errors=True)
    few = {name: PAGES[name] for name in ("october", "promises")}
    assert changed.make(few)[0] == {name: says[name] for name in few}
    assert not changed.stale(reads), "what was read is still as it was"


def test_a_plan_that_does_not_hang_together_stops_every_page_that_rests_on_it(known, changed):
    _, _, reads = known
    changed.write("actions.yml", "actions: [{id: a1}]")
    stale = changed.stale(reads)
    assert stale.keys() == {"duties", "promises"}
    assert "unsound" in stale["promises"][0]
