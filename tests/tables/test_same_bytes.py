"""Files with the same bytes in several places: copies, twins, and files that were moved."""

import json

import pytest

from helpers.tables.ingest import ingest
from helpers.tables.warehouse import Warehouse
from hostile.exports import of_family
from warehouse_builder import STORES, make_workspace

STOCK = (
    "sku\tfnsku\tasin\tproduct-name\tcondition\tyour-price\tmfn-listing-exists\t"
    "mfn-fulfillable-quantity\tafn-listing-exists\tafn-warehouse-quantity\t"
    "afn-fulfillable-quantity\tafn-unsellable-quantity\tafn-reserved-quantity\t"
    "afn-total-quantity\tper-unit-volume\tafn-inbound-working-quantity\t"
    "afn-inbound-shipped-quantity\tafn-inbound-receiving-quantity\n"
    "S-1\tX1\tB1\tKettle\tNew\t9.99\tNo\t\tYes\t7\t7\t0\t0\t7\t\t0\t0\t0\n"
)
RETURNS = (
    "return-date\torder-id\tsku\tasin\tfnsku\tproduct-name\tquantity\tfulfillment-center-id\t"
    "detailed-disposition\treason\tstatus\tlicense-plate-number\tcustomer-comments\n"
)


@pytest.fixture
def company(tmp_path):
    shops = [shop | {"platform": "amazon"} for shop in STORES]
    return make_workspace(tmp_path / "company", shops)


def put(paths, place, text):
    path = paths.inbox / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def asked(workspace, paths, query):
    with Warehouse.open(paths, workspace) as warehouse:
        return [tuple(row) for row in warehouse.sql(query).itertuples(index=False)]


def stock(workspace, paths):
    return asked(
        workspace,
        paths,
        "SELECT strftime(local_date, '%Y-%m-%d'), on_hand FROM inventory_snapshots ORDER BY 1",
    )


def test_stock_that_nobody_touched_is_there_in_both_months(company):
    workspace, paths = company
    for month in ("2025-09", "2025-10"):
        put(paths, f"shop-de/{month}/stock.txt", STOCK)
    for status in ("accepted", "duplicate"):
        assert [one.status for one in ingest(workspace, paths).files] == [status, status]
        assert stock(workspace, paths) == [("2025-09-30", 7), ("2025-10-31", 7)]


def test_a_file_that_was_moved_leaves_nothing_in_its_old_month(company):
    workspace, paths = company
    wrong = put(paths, "shop-de/2025-09/stock.txt", STOCK)
    ingest(workspace, paths)
    right = put(paths, "shop-de/2025-10/stock.txt", STOCK)
    wrong.unlink()
    ingest(workspace, paths)
    assert stock(workspace, paths) == [("2025-10-31", 7)]
    right.unlink()
    ingest(workspace, paths)
    assert stock(workspace, paths) == [("2025-10-31", 7)], "the inbox may be tidied up"


def test_returns_that_never_came_are_told_for_each_store_and_month(company):
    """Every empty export of a kind is the same few bytes, whoever downloads it and when."""
    workspace, paths = company
    places = [("shop-de", "2025-09"), ("shop-de", "2025-10"), ("shop-uk", "2025-10")]
    for store, month in places:
        put(paths, f"{store}/{month}/returns.txt", RETURNS)
    receipt = ingest(workspace, paths)
    assert [(one.store, one.period, one.status) for one in receipt.files] == [
        (*place, "accepted") for place in places
    ]
    query = (
        "SELECT DISTINCT store_id, strftime(first_day, '%Y-%m-%d'), "
        "strftime(last_day, '%Y-%m-%d') FROM batch_covers WHERE fact = 'returns' ORDER BY ALL"
    )
    told = [
        ("shop-de", "2025-09-01", "2025-09-30"),
        ("shop-de", "2025-10-01", "2025-10-31"),
        ("shop-uk", "2025-10-01", "2025-10-31"),
    ]
    assert asked(workspace, paths, query) == told
    assert {one.status for one in ingest(workspace, paths).files} == {"duplicate"}
    assert asked(workspace, paths, query) == told


@pytest.mark.parametrize("month", ["2025-10", "2025-11"])
def test_a_file_that_states_its_days_is_read_once_wherever_its_copies_lie(tmp_path, month):
    """The folder says 2025-10, the file 1 to 31 October: that is no other period."""
    shops = [shop | {"platform": "alibaba", "currency": "USD"} for shop in STORES]
    workspace, paths = make_workspace(tmp_path / "company", shops)
    export = of_family("alibaba_keywords").data()
    for copy in "ab":
        path = paths.inbox / "shop-de" / month / copy / "keywords.csv"
        path.parent.mkdir(parents=True)
        path.write_bytes(export)
    for repeated in ([False, True], [True, True]):
        receipt = ingest(workspace, paths)
        assert [one.status == "duplicate" for one in receipt.files] == repeated, receipt.as_json()
    assert asked(workspace, paths, "SELECT count(*) > 0 FROM keyword_ranks") == [(True,)]


def test_a_copy_that_is_read_again_takes_nothing_away(company):
    """Its batch is there under the first file's name; it is the same batch all the same."""
    workspace, paths = company
    put(paths, "shop-de/2025-10/stock.txt", STOCK)
    ingest(workspace, paths)
    put(paths, "shop-de/2025-10/copy.txt", STOCK)
    (folder,) = (paths.warehouse / "batches").iterdir()
    told = (folder / "batch.json").read_text(encoding="utf-8")
    name = json.loads(told)["read_with"]
    (folder / "batch.json").write_text(told.replace(name, "0" * len(name)), encoding="utf-8")
    assert ingest(workspace, paths).ok
    assert stock(workspace, paths) == [("2025-10-31", 7)]


def test_a_sheet_that_names_stores_in_a_column_speaks_for_the_one_it_lies_with(company):
    workspace, paths = company
    header = "store_id,return_date,order_id,sku,quantity,reason,disposition\n"
    for store in ("shop-de", "shop-uk"):
        put(paths, f"{store}/2025-10/returns.csv", header)
    receipt = ingest(workspace, paths)
    assert [(one.store, one.status) for one in receipt.files] == [
        ("shop-de", "accepted"), ("shop-uk", "accepted"),
    ]  # fmt: skip
    assert {one.status for one in ingest(workspace, paths).files} == {"duplicate"}
    told = asked(workspace, paths, "SELECT DISTINCT store_id FROM batch_covers ORDER BY 1")
    assert told == [("shop-de",), ("shop-uk",)]


def test_buyers_of_files_that_are_gone_are_told_when_the_key_changes(tmp_path):
    shops = [shop | {"platform": "shopify", "currency": "USD"} for shop in STORES]
    workspace, paths = make_workspace(tmp_path / "company", shops)
    kept, gone = (paths.inbox / "shop-de" / "2025-10" / name for name in ("kept.csv", "gone.csv"))
    kept.parent.mkdir(parents=True)
    orders = of_family("shopify_orders")
    for path, rows in ((kept, orders.rows[:4]), (gone, orders.rows[4:])):
        path.write_bytes(orders.with_rows(rows=rows))
    told = [str(one) for one in ingest(workspace, paths).warnings]
    assert not [one for one in told if "buyer key" in one]
    content = gone.read_bytes()
    gone.unlink()
    paths.buyer_key.write_text("ab" * 32, encoding="ascii")
    for _ in "ab":  # for as long as it is so
        told = [str(one) for one in ingest(workspace, paths).warnings]
        assert [one for one in told if "1 file was read under another buyer key" in one]
    gone.write_bytes(content)
    told = [str(one) for one in ingest(workspace, paths).warnings]
    assert not [one for one in told if "buyer key" in one]
