"""Orders in the folder of another store of the platform: refused by name, never counted there."""

import pytest

from helpers.tables.ingest import ingest
from helpers.tables.warehouse import Warehouse
from warehouse_builder import make_workspace

SHOPS = [
    {
        "id": f"tiktok-{country.lower()}", "name": {"en": country, "zh": country},
        "platform": "tiktok", "currency": currency, "time_zone": "Asia/Bangkok",
        "tax_basis": "excluded", "country": country, "undated_refunds": "order_day",
    }
    for country, currency in (("MY", "MYR"), ("TH", "THB"))
]  # fmt: skip
HEADERS = (
    "Order ID", "Order Status", "SKU ID", "Seller SKU", "Product Name", "Quantity",
    "SKU Subtotal Before Discount", "SKU Platform Discount", "SKU Seller Discount",
    "SKU Subtotal After Discount", "Order Refund Amount", "Created Time", "Country",
)  # fmt: skip


@pytest.fixture
def company(tmp_path):
    return make_workspace(tmp_path / "company", SHOPS)


def orders(*countries, first=1, sku="S"):
    """Give an export with one order shipped to each of these countries, a day apart."""
    rows = [
        f"5770{first + n},Completed,9{n},{sku}-{n},Fan,1,60.00,0,0,60.00,0,"
        f"{n + 13}/11/2025 09:00:00,{country}"
        for n, country in enumerate(countries)
    ]
    return "\n".join([",".join(HEADERS), *rows]) + "\n"


def taken(company, **files):
    """Drop files into the folders of stores and say of each what became of it, and why."""
    workspace, paths = company
    for shop, content in files.items():
        path = paths.inbox / f"tiktok-{shop}" / "2025-11" / "orders.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    told = {one.path.split("/")[1][7:]: one for one in ingest(workspace, paths).files}
    return {shop: (one.status, one.message) for shop, one in told.items()}


def counted(company):
    workspace, paths = company
    with Warehouse.open(paths, workspace) as warehouse:
        frame = warehouse.sql("SELECT store_id, count(*) FROM order_lines GROUP BY 1 ORDER BY 1")
    return [tuple(row) for row in frame.itertuples(index=False)]


def test_orders_shipped_to_where_another_store_sells_are_refused(company):
    told = taken(company, my=orders("Thailand", "Thailand", "Thailand", "Thailand"))
    status, why = told["my"]
    assert status == "refused"
    assert "holds orders of tiktok-th, it seems: none of its 4 orders is shipped to MY" in why
    assert "move it to the folder of its own store" in why


@pytest.mark.parametrize(
    "countries",
    [
        ("Malaysia", "Thailand", "Thailand", "Thailand", "Thailand"),
        ("Thailand", "Thailand"),
        ("Singapore", "Singapore", "Singapore"),
        ("", "", ""),
    ],
)
def test_parcels_that_cross_a_border_refuse_nothing(company, countries):
    """One sold at home, two orders in all, a country where no store sells, none told."""
    told = taken(company, my=orders(*countries))
    assert told["my"][0] == "accepted"
    assert counted(company) == [("tiktok-my", len(countries))]


def test_orders_that_another_store_has_already_are_refused_with_both_names(company):
    content = orders("", "", "", "")
    assert taken(company, th=content)["th"][0] == "accepted"
    # One more order makes it another file; the other four are the same.
    status, why = taken(company, my=content + orders("", first=90).splitlines()[1] + "\n")["my"]
    assert status == "refused"
    assert "4 of its 5 orders are in inbox/tiktok-th/2025-11/orders.csv, too" in why
    assert "as orders of tiktok-th, and here they would be tiktok-my's" in why
    assert counted(company) == [("tiktok-th", 4)]


def test_of_two_files_that_come_together_neither_is_believed(company):
    one, more = orders("", "", "", ""), orders("", "", "", "", "")
    for _ in range(2):  # and the next day it is said again
        told = taken(company, my=one, th=more)
        assert [status for status, _ in told.values()] == ["refused", "refused"]
    assert taken(company, my=orders("", "", "", first=50), th=more)["th"][0] == "accepted"
    assert counted(company) == [("tiktok-my", 3), ("tiktok-th", 5)]


def test_shops_that_number_their_orders_alike_are_two_shops(company):
    told = taken(company, my=orders("", "", "", sku="S"), th=orders("", "", "", sku="T"))
    assert [status for status, _ in told.values()] == ["accepted", "accepted"]
    assert counted(company) == [("tiktok-my", 3), ("tiktok-th", 3)]
