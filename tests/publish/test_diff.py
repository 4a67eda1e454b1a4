"""From a late file in the inbox to ``review diff``: real tables, editions kept by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
import yaml
from click.testing import CliRunner

from helpers.analysis.comparison import compare
from helpers.analysis.desk import desk_at
from helpers.cli.editions import diff
from helpers.metrics.catalogue import catalogue_of
from helpers.publish.changes.causes import inputs_of
from helpers.publish.changes.comparing import Side
from helpers.publish.changes.page import WhatChanged
from helpers.publish.editions import Edition, PageRecord
from helpers.reviews.figures import figures_in, once
from helpers.tables.ingest import ingest
from helpers.tables.warehouse import Warehouse
from helpers.vocabulary.labels import Label
from tables.fake_exports import drop, install
from warehouse_builder import make_workspace, order_line

SHOWN = ["gmv", "net_sales", "orders_count", "ad_spend"]


def publish_by_hand(workspace, paths, period: str, number: int) -> None:
    """Keep an edition's figures as a publication would, without pages."""
    edition = Edition(
        review="monthly", title=Label(en="Monthly review", zh="月报"), period=period,
        fiscal_start=1, number=number, status="final", data_through=date(2025, 12, 31),
        key=f"{period} {number}", languages=("zh", "en"),
        pages=(PageRecord(file="index", title=Label(en="Summary", zh="概要")),),
    )  # fmt: skip
    with Warehouse.open(paths, workspace) as warehouse:
        desk = desk_at(warehouse, period, "en")
        frame = compare(desk, SHOWN, signals=False)
        shown = [replace(one, page="index#cards") for one in figures_in(frame, desk, "cards")]
    side = Side(
        edition,
        once(shown),
        {"cards": ("order_lines",)},
        inputs_of(workspace, paths, catalogue_of(workspace)),
    )
    folder = paths.site / edition.folder
    folder.mkdir(parents=True)
    WhatChanged(workspace, side).write(folder)
    (folder / "edition.json").write_text(edition.model_dump_json(), encoding="utf-8")


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """November: five orders of 10.00 and no refund, 50.00; then one of 4.00 comes late: 46.00."""
    with pytest.MonkeyPatch.context() as patched:
        install(patched)
        yield make_company(tmp_path_factory.mktemp("company"))


def make_company(root):
    workspace, paths = make_workspace(root)
    paths.declaration.write_text(
        yaml.safe_dump(workspace.model_dump(mode="json"), allow_unicode=True), encoding="utf-8"
    )
    for month, last in (("2025-11", 30), ("2025-12", 31)):
        orders = [
            order_line(order_id=f"{month}-{day}", local_date=f"{month}-{day:02}")
            for day in (1, 8, 15, 22, last)
        ]
        drop(paths.inbox, f"{month}.json", period=month, store="shop-de",
             tables={"order_lines": orders, "refunds": []})  # fmt: skip
    ingest(workspace, paths)
    publish_by_hand(workspace, paths, "2025-11", 1)
    late = {"store_id": "shop-de", "refund_id": "r", "kind": "refund", "amount": "4.00",
            "local_date": "2025-11-30", "currency": "EUR"}  # fmt: skip
    drop(paths.inbox, "late <b>refund</b>.json", as_of="2026-01-05", store="shop-de",
         tables={"refunds": [late]})  # fmt: skip
    ingest(workspace, paths)
    publish_by_hand(workspace, paths, "2025-11", 2)
    publish_by_hand(workspace, paths, "2025-12", 1)
    return workspace, paths


def asked(paths, *words: str):
    return CliRunner().invoke(
        diff, [*words, "--workspace", str(paths.root)], env={"COLUMNS": "200"}
    )  # fmt: skip


def test_a_late_refund_restates_net_sales_and_nothing_else(company):
    _, paths = company
    told = json.loads(asked(paths, "monthly/2025-11/r1", "monthly/2025-11/r2", "--json").stdout)
    (one,) = told["differences"]
    assert (one["metric"], one["period"], one["kind"]) == ("net_sales", "2025-11", "restated")
    assert (one["before"], one["after"], one["difference"]) == (50.0, 46.0, -4.0)
    assert one["relative"] == pytest.approx(-0.08)
    file = "inbox/late <b>refund</b>.json"
    assert one["causes"] == [{"kind": "file", "name": file, "sure": True}]
    assert told["news"] == told["pages_added"] == told["pages_removed"] == []

    printed = asked(paths, "monthly/2025-11/r1", "monthly/2025-11/r2").stdout
    (row,) = [line for line in printed.splitlines() if "Net sales" in line]
    for part in ("November 2025", "50.00", "46.00", f"file {file}"):
        assert part in row
    assert "Gross merchandise value" not in printed


def test_the_new_month_stands_beside_what_it_restates(company):
    _, paths = company
    told = json.loads(asked(paths, "monthly/2025-11/r1", "monthly/2025-12", "--json").stdout)
    news = {one["metric"]: (one["before"], one["after"]) for one in told["news"]}
    assert news["net_sales"] == (50.0, 50.0), "as it was published, and December's own"
    assert news["ad_spend"] == (None, None), "n/a is never nought"
    assert [(one["metric"], one["period"]) for one in told["differences"]] == [
        ("net_sales", "2025-11")
    ]


def test_shorter_names_mean_the_newest_and_the_one_before(company):
    _, paths = company
    full = asked(paths, "monthly/2025-11/r2", "monthly/2025-12/r1", "--json").stdout
    assert asked(paths, "monthly", "2025-11", "2025-12", "--json").stdout == full
    assert asked(paths, "monthly/2025-12", "--json").stdout == full
    assert json.loads(full)["differences"] == [], "r2 has said it already"
    november = json.loads(asked(paths, "monthly/2025-11/r2", "--json").stdout)
    assert november["before"] == "monthly/2025-11/r1"


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (["monthly/2025-11/r1"], "no edition was published before it"),
        (["monthly/2025-11/r9", "monthly/2025-12"], "monthly/2025-11/r9"),
        (["yearly/2025"], "yearly/2025"),
    ],
)
def test_what_cannot_be_compared_is_said(company, words, fault):
    found = asked(company[1], *words)
    assert found.exception is not None
    assert fault in str(found.exception)
