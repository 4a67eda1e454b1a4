"""The whole road, from exports to metrics, ends at the cent the generator remembers."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from made_up import Demo, make, reopened

import helpers.sources
from helpers.config.workspace import load_workspace
from helpers.vocabulary.periods import parse_period

pytest.importorskip("helpers.tables.ingest")
pytest.importorskip("helpers.metrics.compute")

from helpers.metrics.compute import compute_series
from helpers.tables.ingest import ingest
from helpers.tables.models import load_models
from helpers.tables.warehouse import Warehouse
from shared import small_demo

FAMILIES = sorted(Path(helpers.sources.__file__).parent.glob("families/*.yml"))

#: Metric and the totals of ``truth.json`` that add up to it.
MEASURES = {
    "list_value": ("list_value",),
    "seller_discount": ("seller_discount",),
    "platform_discount": ("platform_discount",),
    "tax": ("tax_inside", "tax_on_top"),
    "gmv": ("gmv",),
    "refunds": ("refunds",),
    "fees": ("fees",),
    "ad_spend": ("ads",),
    "units_sold": ("units",),
    "orders_count": ("orders",),
}
CENT = Decimal("0.01")


@pytest.mark.slow
def test_metrics_of_fourteen_months_equal_the_truth_to_the_cent(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """A company long enough to hold months, years, all changes of clocks, and a Ramadan."""
    demo = reopened(small_demo(tmp_path_factory))
    workspace, paths = load_workspace(str(demo.folder))
    with Warehouse.open(paths, workspace) as warehouse:
        receipts = warehouse.receipts()
        assert not receipts.rows_quarantined.sum()
        # Every family has its witness, written in the platform's form and not from our mapping.
        assert set(receipts.source) >= {path.stem for path in FAMILIES}
        check_figures(demo, warehouse)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("seed", "until", "months", "scale"),
    # Another company, new to its reader: Ramadan begins and the clocks change in its first month.
    [(8, "2024-04", 2, 0.1)],
)
def test_metrics_equal_the_truth_to_the_cent(
    tmp_path: Path, seed: int, until: str, months: int, scale: float
) -> None:
    demo = make(tmp_path, seed=seed, scale=scale, months=months, until=until)
    workspace, paths = load_workspace(str(demo.folder))
    receipt = ingest(workspace, paths)
    assert receipt.ok, [one for one in receipt.files if one.status == "refused"][:5]
    assert not sum(one.rows_quarantined for one in receipt.files)
    assert {one.kind for one in receipt.files} >= {path.stem for path in FAMILIES}
    with Warehouse.open(paths, workspace) as warehouse:
        check_figures(demo, warehouse)


def check_figures(demo: Demo, warehouse: Warehouse) -> None:
    """Hold every figure of every month and store against what the generator remembers."""
    periods = [
        parse_period(month) for month in sorted({row["month"] for row in demo.truth["totals"]})
    ]
    assert not [name for name in load_models() if not warehouse.has(name)]

    def ask(metrics: list[str], *by: str) -> dict[tuple[str, str, str], float]:
        frame = compute_series(warehouse, metrics, periods, by=by)
        assert set(frame["dimension"]) == {",".join(by)}
        return {
            (row.metric, str(row.period), row.member): row.value
            for row in frame.itertuples()
            if row.value == row.value and row.value is not None
        }

    found = ask(list(MEASURES), "store", "currency")
    # Goods that come back have no currency.
    returned = ask(["returned_units"], "store")
    for row in demo.truth["totals"]:
        said = returned.get(("returned_units", row["month"], row["store"]), 0)
        assert said == row["returned"], (row["store"], row["month"])
    wrong = []
    for row in demo.truth["totals"]:
        for metric, parts in MEASURES.items():
            true = sum((Decimal(str(row[part])) for part in parts), Decimal(0))
            # What never happened may be told as nothing, never as another number.
            # Alibaba.com bills advertising in yuan, whatever its shop sells in.
            currency = row["ads_currency" if metric == "ad_spend" else "currency"]
            said = found.get((metric, row["month"], f"{row['store']}|{currency}"), 0)
            if Decimal(repr(float(said))).quantize(CENT) != true.quantize(CENT):
                wrong.append((metric, row["store"], row["month"], said, true))
    assert not wrong, (len(wrong), wrong[:10])

    net = ask(["net_sales"], "store", "currency")
    silent = {row["store"] for row in demo.truth["totals"]}
    for row in demo.truth["totals"]:
        said = net.get(("net_sales", row["month"], f"{row['store']}|{row['currency']}"))
        if said is not None:
            silent.discard(row["store"])
            true = Decimal(row["gmv"]) - Decimal(row["refunds"])
            assert Decimal(repr(said)).quantize(CENT) == true.quantize(CENT), row
    # Nobody begins a refund sheet before there is something to write into it.
    assert not [
        row for row in demo.truth["totals"] if row["store"] in silent and float(row["refunds"])
    ]
