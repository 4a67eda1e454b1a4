"""All batches -> the tables: who overrules whom, and what is derived."""

import itertools
import tempfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
from hypothesis import given
from hypothesis import strategies as st

from helpers.tables.batches import Batches
from helpers.tables.build import current_generation, rebuild
from helpers.tables.models import load_models
from helpers.tables.warehouse import Warehouse
from laws import examples
from warehouse_builder import (
    STORES,
    accept,
    make_reading,
    make_workspace,
    order_line,
    write_table,
    write_tables,
)


def amounts(warehouse):
    found = warehouse.sql(
        "SELECT order_id, list_amount FROM order_lines ORDER BY order_id, line_no"
    )
    return [(order, str(amount)) for order, amount in found.values.tolist()]


def test_a_newer_export_replaces_whole_orders(tmp_path):
    workspace, paths = make_workspace(tmp_path)
    old = [order_line(), order_line(line_no=2), order_line(order_id="B")]
    new = [order_line(list_amount="7.00")]
    write_table(paths, "order_lines", new, as_of=date(2025, 11, 2))
    write_table(paths, "order_lines", old, as_of=date(2025, 11, 1))
    warehouse = Warehouse.open(paths, workspace)
    assert amounts(warehouse) == [("A", "7.0"), ("B", "10.0")]
    receipts = warehouse.receipts()[["rows_read", "rows_kept", "rows_duplicate"]]
    assert sorted(receipts.values.tolist()) == [[1, 1, 0], [3, 1, 2]]


def test_a_column_of_the_table_may_be_called_rank(tmp_path):
    workspace, paths = make_workspace(tmp_path)
    for month, rank in (("2025-10", 3), ("2025-11", None)):
        row = {"store_id": "shop-de", "start_date": f"{month}-01", "end_date": f"{month}-28",
               "keyword": "kettle", "rank": rank}  # fmt: skip
        write_table(paths, "keyword_ranks", [row], source="alibaba_keywords")
    found = Warehouse.open(paths, workspace).sql("SELECT rank FROM keyword_ranks ORDER BY ALL")
    assert len(found) == 2


def test_without_a_stated_day_the_last_day_inside_says_what_is_newer(tmp_path):
    workspace, paths = make_workspace(tmp_path)
    write_table(
        paths,
        "order_lines",
        [order_line(list_amount="7"), order_line(order_id="Z", local_date="2025-11-30")],
    )
    write_table(
        paths,
        "order_lines",
        [order_line(list_amount="3"), order_line(order_id="Y", local_date="2025-10-31")],
    )
    assert amounts(Warehouse.open(paths, workspace))[0] == ("A", "7.0")


def test_identical_lines_of_one_file_are_all_counted(tmp_path):
    workspace, paths = make_workspace(tmp_path)
    write_table(paths, "order_lines", [order_line(line_no=n) for n in (1, 2, 3)])
    (total,) = Warehouse.open(paths, workspace).sql("SELECT sum(gmv) FROM order_lines").iloc[0]
    assert total == 30


def test_gmv_is_list_value_less_seller_discount_and_inner_tax_of_placed_sales(tmp_path):
    workspace, paths = make_workspace(tmp_path)
    money = {
        "list_amount": "119.00",
        "seller_discount": "11.90",
        "platform_discount": "5",
        "tax_inside": "17.10",
        "tax_on_top": "3",
        "shipping_income": "4",
    }
    rows = [
        order_line(**money),
        order_line(order_id="B", status="pending", **money),
        order_line(order_id="C", status="cancelled", **money),
        order_line(order_id="D", kind="return", **money | {"quantity": -1}),
        order_line(order_id="E", list_amount="1", seller_discount=None),
    ]
    write_table(paths, "order_lines", rows)
    found = Warehouse.open(paths, workspace).sql("SELECT gmv FROM order_lines ORDER BY order_id")
    assert [Decimal(str(one)) for one in found.gmv] == [90, 0, 0, 0, 1]


def test_landed_cost_takes_the_cost_of_its_day_at_the_rate_of_its_day(tmp_path):
    workspace, paths = make_workspace(tmp_path)
    cost = {"sku": "SKU-1", "currency": "EUR"}
    write_table(
        paths,
        "landed_costs",
        [
            cost | {"valid_from": "2025-01-01", "unit_cost": "2.5000"},
            cost | {"valid_from": "2025-10-05", "unit_cost": "3.1234"},
            {"sku": "SKU-2", "currency": "GBP", "valid_from": "2025-01-01", "unit_cost": "8.726"},
        ],
    )
    rows = [
        order_line(order_id="A", local_date="2025-10-04", quantity=3),
        order_line(order_id="B", local_date="2025-10-05", quantity=3),
        order_line(order_id="C", local_date="2024-12-31"),
        order_line(order_id="D", sku="SKU-2", local_date="2025-10-03", quantity=2),
        order_line(order_id="E", sku=None),
        order_line(order_id="F", sku="POST", is_merchandise=False),
        order_line(order_id="G", status="cancelled"),
    ]
    write_table(paths, "order_lines", rows)
    found = Warehouse.open(paths, workspace).sql(
        "SELECT CAST(landed_cost AS VARCHAR) AS c FROM order_lines ORDER BY order_id"
    )
    costs = [None if one != one or one is None else Decimal(one) for one in found.c]
    # European Central Bank, 3 October 2025: 1 EUR = 0.87260 GBP, so 17.452 GBP are 20 EUR.
    assert costs == [Decimal("7.5"), Decimal("9.3702"), None, 20, None, 0, 0]


def test_articles_are_found_through_the_listing_and_a_list_knows_best(tmp_path):
    workspace, paths = make_workspace(tmp_path)
    listing = {"store_id": "shop-de", "listing_id": "B0"}
    write_tables(
        paths,
        {
            "order_lines": [
                order_line(sku=None, listing_id="B0"),
                order_line(line_no=2, sku="OWN"),
            ],
            "sku_map": [listing | {"sku": "BY-THE-WAY"}],
        },
        as_of=date(2025, 12, 1),
    )
    write_table(paths, "sku_map", [listing | {"sku": "FROM-LIST"}], as_of=date(2025, 1, 1))
    warehouse = Warehouse.open(paths, workspace)
    found = warehouse.sql("SELECT sku FROM order_lines ORDER BY line_no")
    assert found.sku.tolist() == ["FROM-LIST", "OWN"]
    assert warehouse.receipts().rows_duplicate.sum() == 0


def test_a_refund_gets_its_country_from_the_order_else_from_the_store(tmp_path):
    workspace, paths = make_workspace(tmp_path)
    refund = {
        "store_id": "shop-de",
        "kind": "refund",
        "local_date": "2025-10-09",
        "currency": "EUR",
        "amount": "1",
    }
    write_tables(
        paths,
        {
            "order_lines": [order_line(country="AT"), order_line(order_id="B")],
            "refunds": [
                refund | {"refund_id": "1", "order_id": "A"},
                refund | {"refund_id": "2", "order_id": "A", "country": "FR"},
                refund | {"refund_id": "3", "order_id": "elsewhere"},
                refund | {"refund_id": "4"},
            ],
        },
    )
    found = Warehouse.open(paths, workspace).sql("SELECT country FROM refunds ORDER BY refund_id")
    assert found.country.tolist() == ["AT", "FR", "DE", "DE"]


def test_orders_tie_to_their_lines_or_show_the_difference(tmp_path):
    workspace, paths = make_workspace(tmp_path)
    order = {"store_id": "shop-de", "local_date": "2025-10-05", "currency": "EUR"}
    write_tables(
        paths,
        {
            "order_lines": [
                order_line(list_amount="20", seller_discount="2"),
                order_line(line_no=2, list_amount="5"),
                order_line(order_id="B"),
            ],
            "orders": [
                order | {"order_id": "A", "stated_subtotal": "23"},
                order | {"order_id": "B", "stated_subtotal": "10.01"},
                order | {"order_id": "C", "stated_subtotal": "1"},
            ],
        },
    )
    found = Warehouse.open(paths, workspace).sql(
        "SELECT CAST(tie_difference AS DOUBLE) AS d FROM orders ORDER BY order_id"
    )
    assert found.d[0] == 0
    assert found.d[1] == 0.01
    assert found.d[2] != found.d[2]


def test_stock_is_worth_what_it_costs_that_day(tmp_path):
    workspace, paths = make_workspace(tmp_path)
    write_table(
        paths,
        "landed_costs",
        [{"sku": "SKU-1", "currency": "EUR", "valid_from": "2025-01-01", "unit_cost": "2.5"}],
    )
    snapshot = {"store_id": "shop-de", "local_date": "2025-10-31"}
    write_table(
        paths,
        "inventory_snapshots",
        [snapshot | {"sku": "SKU-1", "on_hand": 40}, snapshot | {"sku": "SKU-9", "on_hand": 1}],
    )
    found = Warehouse.open(paths, workspace).sql("FROM inventory_snapshots ORDER BY sku")
    assert found.stock_cost[0] == 100
    assert found.stock_cost[1] != found.stock_cost[1]


def test_a_missing_rate_leaves_base_amounts_empty_and_says_so(tmp_path):
    store = STORES[1] | {"id": "shop-tw", "currency": "TWD", "country": "TW"}
    workspace, paths = make_workspace(tmp_path, [*STORES, store])
    rows = [order_line(store_id="shop-tw", currency="TWD", list_amount="1000.00")]
    write_table(paths, "order_lines", rows)
    warehouse = Warehouse.open(paths, workspace)
    assert warehouse.sql("SELECT gmv_base FROM order_lines").gmv_base.isna().all()
    assert "TWD" in str(warehouse.warnings)
    paths.reference.mkdir()
    (paths.reference / "fx_rates.csv").write_text(
        "date,currency,rate_to_eur\n2024-07-01,TWD,0.03\n2025-10-02,TWD,0.0281\n", encoding="utf-8"
    )
    rebuild(workspace, paths)
    warehouse = Warehouse.open(paths, workspace)
    assert float(warehouse.sql("SELECT gmv_base FROM order_lines").gmv_base[0]) == 28.1
    assert warehouse.warnings == ()


def two_sources(tmp_path, **store):
    workspace, paths = make_workspace(tmp_path, [STORES[0] | store, STORES[1]])
    days = ["2025-10-01", "2025-10-20"]
    erp = [order_line(order_id=f"E{d}", local_date=d) for d in [*days, "2025-11-15"]]
    platform = [order_line(order_id=f"P{d}", local_date=d, list_amount="9") for d in days]
    with duckdb.connect() as con:
        for source, rows, own in [("erp", erp, True), ("platform", platform, False)]:
            reading = make_reading(con, {"order_lines": rows}, source=source)
            from helpers.tables.contracts import judge

            judged = judge(con, reading, workspace, load_models())
            Batches(paths.warehouse / "batches").write(
                con,
                reading,
                judged,
                load_models(),
                file=source,
                read_with="",
                is_own_source=own,
            )
    rebuild(workspace, paths)
    warehouse = Warehouse.open(paths, workspace)
    return [order for order, _ in amounts(warehouse)], warehouse


def test_a_fact_is_not_counted_from_two_sources(tmp_path):
    orders, warehouse = two_sources(tmp_path)
    assert orders == ["E2025-11-15", "P2025-10-01", "P2025-10-20"], "platform first, then the gap"
    (warning,) = warehouse.warnings
    assert "come from platform and from erp" in warning.what
    assert "authority: {orders: erp}" in warning.way_out
    kept = dict(warehouse.receipts()[["file", "rows_duplicate"]].values.tolist())
    assert kept == {"erp": 2, "platform": 0}


def test_the_declared_source_speaks_alone(tmp_path):
    orders, _ = two_sources(tmp_path, authority={"orders": "erp"})
    assert orders == ["E2025-10-01", "E2025-10-20", "E2025-11-15"]


def test_nothing_is_built_when_nothing_has_changed(tmp_path):
    workspace, paths = make_workspace(tmp_path)
    write_table(paths, "order_lines", [order_line()])
    pointer = (paths.warehouse / "CURRENT").stat()
    rebuild(workspace, paths)
    assert (paths.warehouse / "CURRENT").stat().st_mtime_ns == pointer.st_mtime_ns


def test_a_reader_of_the_state_before_is_left_in_peace(tmp_path):
    workspace, paths = make_workspace(tmp_path)
    write_table(paths, "order_lines", [order_line()])
    reader = Warehouse.open(paths, workspace)
    write_table(paths, "order_lines", [order_line(order_id="B")])
    assert amounts(reader) == [("A", "10.0")]
    write_table(paths, "order_lines", [order_line(order_id="C")])
    kept = [f for f in (paths.warehouse / "tables").iterdir() if f.is_dir()]
    assert len(kept) == 2, "old states do not pile up"


EXPORT = st.fixed_dictionaries(
    {
        "as_of": st.sampled_from([date(2025, 11, 1), date(2025, 11, 2), None]),
        "rows": st.lists(
            st.fixed_dictionaries(
                {
                    "order_id": st.sampled_from("ABC"),
                    "line_no": st.integers(1, 3),
                    "kind": st.sampled_from(["sale", "sale", "sale", "gift"]),
                    "list_amount": st.sampled_from(["1.00", "2.00", "4.00"]),
                }
            ),
            min_size=1,
            max_size=5,
        ),
    }
)


def take_in(folder, exports, rebuilds):
    """Accept exports in the given order, building the tables after some of them."""
    workspace, paths = make_workspace(folder)
    batches = []
    with duckdb.connect() as con:
        for export, build_now in zip(exports, rebuilds, strict=True):
            rows = [order_line(**row) for row in export["rows"]]
            reading = make_reading(con, {"order_lines": rows}, as_of=export["as_of"])
            batches.append(accept(paths, workspace, reading, con))
            if build_now:
                rebuild(workspace, paths)
    rebuild(workspace, paths)
    return workspace, paths, batches


@examples(6)
@given(data=st.data(), exports=st.lists(EXPORT, min_size=1, max_size=4))
def test_order_grouping_and_repetition_of_files_never_matter(data, exports):
    shuffled = data.draw(st.permutations(exports + exports[:1]))
    rebuilds = data.draw(st.lists(st.booleans(), min_size=len(shuffled), max_size=len(shuffled)))
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        workspace, paths, batches = take_in(Path(one), exports, [False] * len(exports))
        _, other_paths, _ = take_in(Path(other), shuffled, rebuilds)
        first, second = current_generation(paths), current_generation(other_paths)
        assert first.files == second.files, "the same to the byte"
        assert first.name == second.name

        # Beside the engine: the newest file that has a sound line of an order gives that order.
        sound, read = {}, {}
        for export, batch in zip(exports, batches, strict=True):
            lines: dict[tuple, dict] = {}
            for row in export["rows"]:
                if row["kind"] == "sale":
                    lines.setdefault((row["order_id"], row["line_no"]), row)
            sound[batch.batch_id] = (batch, list(lines.values()))
            read[batch.batch_id] = len(export["rows"])
        expected, kept = [], dict.fromkeys(read, 0)
        for order in "ABC":
            having = [
                (batch.as_of or date.min, -batch.rows_quarantined, batch.sha256, batch.batch_id)
                for batch, lines in sound.values()
                if any(line["order_id"] == order for line in lines)
            ]
            if having:
                winner = max(having)[3]
                won = [ln for ln in sound[winner][1] if ln["order_id"] == order]
                kept[winner] += len(won)
                expected += [Decimal(line["list_amount"]) for line in won]
        with Warehouse.open(paths, workspace) as warehouse:
            stands = warehouse.sql("SELECT list_amount FROM order_lines").list_amount
            assert sorted(Decimal(str(one)) for one in stands) == sorted(expected)
            for row in warehouse.receipts().itertuples():
                assert row.rows_kept == kept[row.batch_id]
                assert row.rows_read == read[row.batch_id]
                told = row.rows_kept + row.rows_quarantined + row.rows_duplicate
                assert row.rows_read == told


def test_every_order_of_three_files_gives_the_same_bytes(tmp_path):
    exports = [
        {
            "as_of": date(2025, 11, day),
            "rows": [
                {"order_id": order, "line_no": n, "kind": "sale", "list_amount": f"{day}.00"}
                for order in orders
                for n in (1, 2)
            ],
        }
        for day, orders in [(1, "ABC"), (2, "AB"), (2, "BC")]
    ]
    seen = set()
    for number, order in enumerate(itertools.permutations(exports)):
        _, paths, _ = take_in(tmp_path / str(number), order, [True] * 3)
        seen.add(repr(current_generation(paths).files))
    assert len(seen) == 1
