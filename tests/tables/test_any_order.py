"""The same files in any order, any number of times, in one go or in pieces: the same bytes.

Files of many tables, a file corrected where it lies among them. How many hands and which table
must not matter, so every table that units of replacement differ for is here.
"""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

import duckdb
from hypothesis import Phase, given
from hypothesis import strategies as st

from helpers.tables.build import current_generation, rebuild
from laws import examples
from warehouse_builder import accept, make_reading, make_workspace, order_line

EUR = {"store_id": "shop-de", "currency": "EUR"}


def ads(day, spend, network=None):
    return EUR | {"start_date": day, "end_date": day, "campaign": "c", "line_no": 1,
                  "network": network, "spend": spend}  # fmt: skip


def stock(day, warehouse, units):
    return {"store_id": "shop-de", "local_date": day, "warehouse": warehouse, "sku": "SKU-1",
            "on_hand": units}  # fmt: skip


def purchase(quantity, **more):
    return {"po_id": "P1", "line_no": 1, "supplier_id": "V", "sku": "SKU-1", "currency": "EUR",
            "quantity": quantity, "ordered_on": "2025-09-01"} | more  # fmt: skip


def fees(settlement, day, amount):
    return EUR | {"settlement_id": settlement, "line_no": 1, "local_date": day,
                  "category": "commission", "amount": amount}  # fmt: skip


def visits(level, sessions):
    return {"store_id": "shop-de", "start_date": "2025-10-01", "end_date": "2025-10-31",
            "level": level, "sessions": sessions}  # fmt: skip


#: Name of the file -> source, what it says, the day it says it of itself.
FILES: dict[str, tuple[str, dict[str, list[dict[str, object]]], date | None]] = {
    "orders": ("platform", {"order_lines": [order_line(), order_line(order_id="B")]}, None),
    "orders newer": ("platform", {
        "order_lines": [order_line(list_amount="7.00"), order_line(order_id="C", kind="gift")],
        "orders": [EUR | {"order_id": "A", "local_date": "2025-10-05", "stated_subtotal": "8"}],
    }, date(2025, 11, 2)),
    "settlement": ("settlement", {"settlement_lines": [fees("S", "2025-10-03", "-5"),
                                                       fees("S2", "2025-10-20", "-6")]}, None),
    "transactions": ("transactions", {"settlement_lines": [fees("T", "2025-10-10", "-9")]}, None),
    "google": ("google", {"ad_spend": [ads("2025-10-04", "3", "google")]}, None),
    "meta": ("meta", {"ad_spend": [ads("2025-10-04", "4", "meta")]}, None),
    "meta newer": ("meta", {"ad_spend": [ads("2025-10-04", "5", "meta")]}, date(2025, 11, 1)),
    "fba": ("fba", {"inventory_snapshots": [stock("2025-10-31", None, 4)]}, None),
    "erp": ("erp", {"inventory_snapshots": [stock("2025-10-31", "深圳仓", 9)],
                    "erp_orders": [EUR | {"erp_order_id": "E", "line_no": 1,
                                          "local_date": "2025-10-05"}]}, None),
    "supply": ("supply", {"purchase_orders": [purchase(5), purchase(-1, line_no=2)]}, None),
    "supply newer": ("supply", {"purchase_orders": [purchase(6)]}, date(2025, 10, 9)),
    "traffic": ("ga4", {"traffic": [visits("store", 80)]}, None),
    "listings": ("report", {"traffic": [visits("product", 70) | {"listing_id": "L"}],
                            "sku_map": [{"store_id": "shop-de", "listing_id": "L",
                                         "sku": "SKU-1"}]}, None),
}  # fmt: skip


def take_in(folder, names, rebuilds):
    workspace, paths = make_workspace(folder)
    with duckdb.connect() as con:
        for name, build_now in zip(names, rebuilds, strict=True):
            source, tables, as_of = FILES[name]
            accept(paths, workspace, make_reading(con, tables, source=source, as_of=as_of), con)
            if build_now:
                rebuild(workspace, paths)
    rebuild(workspace, paths)
    return current_generation(paths)


_SEEN: dict[frozenset[str], object] = {}


# An example costs seconds: a smaller one is not worth a thousand of them.
@examples(3, phases=[Phase.explicit, Phase.generate])
@given(st.data())
def test_the_order_the_number_and_the_pieces_do_not_matter(data):
    names = data.draw(st.permutations(list(FILES)))
    again = data.draw(st.lists(st.sampled_from(names), max_size=3))
    order = [*names, *again]
    rebuilds = data.draw(st.lists(st.booleans(), min_size=len(order), max_size=len(order)))
    # Few states on the way: each costs a build.
    rebuilds = [one and place % 6 == 5 for place, one in enumerate(rebuilds)]
    with tempfile.TemporaryDirectory() as folder:
        found = take_in(Path(folder), order, rebuilds)
        told = (found.name, found.rows, found.files, found.warnings, found.lines_overruled)
    expected = _SEEN.setdefault(frozenset(names), told)
    assert told == expected
    rows = dict(found.rows)
    # Worked out by hand: what each table holds once everything is in.
    assert rows["ad_spend"] == 2, "one of each network"
    assert rows["inventory_snapshots"] == 2, "one of each warehouse"
    assert rows["purchase_orders"] == 1, "the newer file replaces the order whole"
    assert rows["traffic"] == 2, "one of each level"
    assert rows["settlement_lines"] == 2, "the second source is silent where the first speaks"
    assert rows["order_lines"] == 2, "A as it was told last, and B"
    assert "not_counted_settlement_lines" in found.files


@examples(3, phases=[Phase.explicit, Phase.generate])
@given(
    st.permutations(["orders", "ads", "supply"]),
    st.lists(st.booleans(), min_size=6, max_size=6),
)
def test_a_file_corrected_where_it_lies_gives_what_the_corrected_file_alone_gives(order, at_once):
    """In one go or in pieces, before or after the others: the fault leaves no trace."""
    import pytest

    from helpers.tables.ingest import ingest
    from tables.fake_exports import drop, install

    wrong = {
        "orders": {"order_lines": [order_line(list_amount="99"), order_line(line_no=2, kind="x")]},
        "ads": {"ad_spend": [ads("2025-10-04", "33", "meta"), ads("2025-10-05", "1", "meta")]},
        "supply": {"purchase_orders": [purchase(-5), purchase(7, line_no=2)]},
    }
    right = {
        "orders": {"order_lines": [order_line(), order_line(line_no=2)]},
        "ads": {"ad_spend": [ads("2025-10-04", "3", "meta"), ads("2025-10-05", "1", "meta")]},
        "supply": {"purchase_orders": [purchase(5), purchase(7, line_no=2)]},
    }
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        install(patch)

        def run(name, steps):
            workspace, paths = make_workspace(Path(folder) / name)
            # The key of buyers' hashes is part of how a file was read.
            paths.buyer_key.write_text(bytes(range(32)).hex() + "\n", encoding="ascii")
            paths.buyer_key.chmod(0o600)
            for kind, tables, and_ingest in steps:
                drop(paths.inbox, f"{kind}.json", tables=tables[kind])
                if and_ingest:
                    assert ingest(workspace, paths).ok
            assert ingest(workspace, paths).ok
            return current_generation(paths), list(paths.quarantine.glob("*"))

        expected, _ = run("calm", [(kind, right, False) for kind in sorted(order)])
        steps = [(kind, wrong) for kind in order] + [(kind, right) for kind in reversed(order)]
        found, listed = run("mended", [(*s, now) for s, now in zip(steps, at_once, strict=True)])
        assert (found.name, found.files) == (expected.name, expected.files)
        assert not listed, "what is mended is no longer listed"
