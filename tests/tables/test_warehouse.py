"""The read side: what a metric, a page or a person asks of the tables."""

import json
from datetime import date
from decimal import Decimal

import pytest

from helpers.tables.build import rebuild
from helpers.tables.models import load_models
from helpers.tables.warehouse import Warehouse
from helpers.vocabulary.faults import AskedWrongly
from helpers.vocabulary.periods import parse_period
from warehouse_builder import make_workspace, order_line, write_table, write_tables


@pytest.fixture
def company(tmp_path):
    return make_workspace(tmp_path)


def test_a_workspace_without_data_says_what_to_do(company):
    workspace, paths = company
    with pytest.raises(AskedWrongly, match="run `review ingest`"):
        Warehouse.open(paths, workspace)


def test_every_declared_table_is_there_empty_and_typed(company):
    workspace, paths = company
    write_table(paths, "order_lines", [order_line()])
    warehouse = Warehouse.open(paths, workspace)
    models = load_models()
    assert models
    for name, model in models.items():
        schema = warehouse.ibis(name).schema()
        assert list(schema.names) == [*model.stored_columns, *model.constant.values()]
        assert warehouse.ibis(name).count().execute() == (1 if name == "order_lines" else 0)
    assert str(warehouse.ibis("refunds").schema()["amount"]) == "decimal(18, 4)"


def test_money_is_turned_into_the_base_currency_at_the_rate_of_the_day(company):
    workspace, paths = company
    # European Central Bank, Friday 3 October 2025: 1 EUR = 0.87260 GBP; the 5th is a Sunday.
    write_table(
        paths,
        "order_lines",
        [order_line(store_id="shop-uk", currency="GBP", list_amount="20.00")],
    )
    row = Warehouse.open(paths, workspace).sql("SELECT * FROM order_lines").iloc[0]
    rate = Decimal(1) / Decimal("0.87260")
    assert abs(Decimal(str(row.fx_rate)) - rate) < Decimal("1e-11")
    assert row.list_amount_base == pytest.approx(20 / 0.8726, abs=0.00005)


def test_an_unknown_table_is_refused_by_name(company):
    workspace, paths = company
    write_table(paths, "order_lines", [order_line()])
    with pytest.raises(KeyError, match="no table named 'order_line'"):
        Warehouse.open(paths, workspace).ibis("order_line")


def test_what_was_read_is_remembered(company):
    workspace, paths = company
    write_table(paths, "order_lines", [order_line()])
    warehouse = Warehouse.open(paths, workspace)
    warehouse.ibis("order_lines")
    warehouse.sql("SELECT count(*) FROM refunds")
    assert warehouse.tables_read == {"order_lines", "refunds"}


def test_a_fingerprint_changes_with_its_own_tables_only(company):
    workspace, paths = company
    write_table(paths, "order_lines", [order_line()])
    before = Warehouse.open(paths, workspace)
    write_table(paths, "sku_map", [{"store_id": "shop-de", "listing_id": "B0", "sku": "SKU-9"}])
    after = Warehouse.open(paths, workspace)
    assert before.fingerprint(["sku_map"]) != after.fingerprint(["sku_map"])
    assert before.fingerprint(["refunds"]) == after.fingerprint(["refunds"])
    assert before.fingerprint(["order_lines"]) == after.fingerprint(["order_lines"])


def test_an_order_export_without_refunds_says_there_were_none(company):
    workspace, paths = company
    days = ["2025-10-01", "2025-10-31"]
    lines = [order_line(order_id=day, local_date=day) for day in days]
    write_tables(paths, {"order_lines": lines, "refunds": []})
    warehouse = Warehouse.open(paths, workspace)
    assert warehouse.has("refunds", "shop-de", parse_period("2025-W42"))
    assert not warehouse.has("refunds", "shop-uk", parse_period("2025-10"))
    assert not warehouse.has("refunds", "shop-de", parse_period("2025-11"))
    assert not warehouse.has("traffic", "shop-de")


def test_coverage_looks_at_placed_sales_only(company):
    workspace, paths = company
    write_table(
        paths,
        "order_lines",
        [
            order_line(local_date="2025-03-02"),
            order_line(order_id="B", local_date="2025-06-30"),
            order_line(order_id="C", local_date="2025-07-09", status="cancelled"),
            order_line(order_id="D", local_date="2025-01-01", kind="return", quantity=-1),
        ],
    )
    coverage = Warehouse.open(paths, workspace).coverage()
    assert (coverage.first, coverage.last) == (date(2025, 3, 2), date(2025, 6, 30))
    assert coverage.stores == {"shop-de": (date(2025, 3, 2), date(2025, 6, 30))}


def test_lineage_names_the_source_its_files_and_days(company):
    workspace, paths = company
    write_table(paths, "order_lines", [order_line(), order_line(line_no=2)], source="one")
    write_table(
        paths,
        "refunds",
        [
            {
                "store_id": "shop-de",
                "refund_id": "R",
                "kind": "refund",
                "local_date": "2025-10-09",
                "currency": "EUR",
                "amount": "3",
            }
        ],
        source="two",
    )
    found = Warehouse.open(paths, workspace).lineage(["order_lines", "refunds"])
    assert list(found.columns) == ["source", "files", "rows", "first_day", "last_day"]
    assert found[["source", "files", "rows"]].values.tolist() == [["one", 1, 2], ["two", 1, 1]]
    assert str(found.last_day[1])[:10] == "2025-10-09"
    october = Warehouse.open(paths, workspace).lineage(["order_lines"], parse_period("2025-11"))
    assert october.empty


def test_orders_that_do_not_tie_are_listed_the_widest_gap_first(company):
    workspace, paths = company
    order = {"store_id": "shop-de", "local_date": "2025-10-05", "currency": "EUR"}
    write_tables(
        paths,
        {
            "order_lines": [order_line(), order_line(order_id="B"), order_line(order_id="C")],
            "orders": [
                order | {"order_id": "A", "stated_subtotal": "10.00"},
                order | {"order_id": "B", "stated_subtotal": "10.01"},
                order | {"order_id": "C", "stated_subtotal": "7.50"},
                order | {"order_id": "no lines", "stated_subtotal": "1.00"},
                order | {"order_id": "nothing stated"},
            ],
        },
    )
    with Warehouse.open(paths, workspace) as warehouse:
        listed = warehouse.untied_orders(parse_period("2025-10"), "shop-de")
        assert listed.order_id.tolist() == ["C", "no lines", "B"]
        assert listed.tie_difference.astype(float).tolist()[::2] == [-2.5, 0.01]
        assert listed.file.unique().tolist() == ["by_hand.csv"]
        assert warehouse.untied_orders(parse_period("2025-09")).empty


def test_a_fingerprint_follows_the_constant_rates_its_amounts_are_computed_with(company):
    workspace, paths = company
    write_table(paths, "order_lines", [order_line(store_id="shop-uk", currency="GBP")])
    before = Warehouse.open(paths, workspace)
    paths.reference.mkdir(exist_ok=True)
    (paths.reference / "budget_rates.csv").write_text(
        "currency,valid_from,rate_to_base\nGBP,2025-01-01,1.2\n", encoding="utf-8"
    )
    rebuild(workspace, paths)
    after = Warehouse.open(paths, workspace)
    assert before.fingerprint(["order_lines"]) != after.fingerprint(["order_lines"])
    assert before.fingerprint(["products"]) == after.fingerprint(["products"])


def test_tables_of_another_version_ask_for_an_ingest(company):
    workspace, paths = company
    write_table(paths, "order_lines", [order_line()])
    generation = rebuild(workspace, paths)
    manifest = generation.folder / "manifest.json"
    told = json.loads(manifest.read_text(encoding="utf-8"))
    manifest.write_text(json.dumps({**told, "build": told["build"] - 1}), encoding="utf-8")
    with pytest.raises(AskedWrongly, match=r"another version.*run `review ingest`"):
        Warehouse.open(paths, workspace)


def test_tables_that_lack_a_column_ask_for_an_ingest(company):
    workspace, paths = company
    write_table(paths, "order_lines", [order_line()])
    Warehouse.open(paths, workspace).close()
    models = load_models()
    lines = models["order_lines"]
    wider = {**lines.columns, "gift_note": lines.columns["sku"]}
    models = {**models, "order_lines": lines.model_copy(update={"columns": wider})}
    with pytest.raises(AskedWrongly, match=r"another version.*run `review ingest`"):
        Warehouse.open(paths, workspace, models)
