"""Contracts: which rows are sound, and how the others are named."""

from collections import Counter

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.config.workspace import Workspace
from helpers.tables.contracts import judge, shown
from helpers.tables.models import load_models
from helpers.tables.reasons import REASONS, wording
from helpers.vocabulary.faults import DataRefused
from laws import examples
from warehouse_builder import STORES, make_reading, order_line

WORKSPACE = Workspace.model_validate(
    {
        "company": {"en": "T", "zh": "测"},
        "base_currency": "EUR",
        "time_zone": "Europe/Berlin",
        "stores": STORES,
    }
)


def judged(tables, **reading):
    con = duckdb.connect()
    reading = make_reading(con, tables, **reading)
    found = judge(con, reading, WORKSPACE, load_models())
    set_aside = con.execute(f"FROM {found.quarantine} ORDER BY source_line").fetchall()
    kept = {
        name: con.execute(f"SELECT count(*) FROM {t}").fetchall()[0][0]
        for name, t in found.tables.items()
    }
    return found, set_aside, kept


@pytest.mark.parametrize(
    ("wrong", "column", "reason"),
    [
        ({"order_id": None}, "order_id", "empty"),
        ({"order_id": ""}, "order_id", "empty"),
        ({"kind": "gift"}, "kind", "not_allowed"),
        ({"country": "de"}, "country", "wrong_form"),
        ({"country": "QQ"}, "country", "unknown_country"),
        ({"store_id": "shop-fr"}, "store_id", "unknown_store"),
        ({"currency": "USD"}, "currency", "other_currency"),
        ({"local_date": "1925-10-05"}, "local_date", "impossible_day"),
    ],
)
def test_a_broken_row_is_named_with_column_and_reason(wrong, column, reason):
    rows = [order_line(), order_line(**{"order_id": "B"} | wrong)]
    found, set_aside, kept = judged({"order_lines": rows})
    assert kept == {"order_lines": 1}
    assert [(row[0], row[2], row[4]) for row in set_aside] == [(3, column, reason)]
    assert found.rows_quarantined == 1
    assert reason in REASONS
    assert wording(reason).zh != wording(reason).en


def test_a_stock_below_zero_is_too_small():
    row = {"store_id": "shop-de", "local_date": "2025-10-31", "sku": "S", "on_hand": -1}
    _, set_aside, _ = judged({"inventory_snapshots": [row]})
    assert set_aside[0][1:5] == ("inventory_snapshots", "on_hand", "-1", "too_small")


def test_a_day_far_behind_all_others_of_the_file_is_a_typing_error():
    rows = [order_line(order_id=str(n), local_date=f"2025-10-{n + 1:02d}") for n in range(20)]
    rows[7] = order_line(order_id="7", local_date="2052-10-08")
    _, set_aside, kept = judged({"order_lines": rows})
    assert kept["order_lines"] == 19
    assert set_aside[0][0] == 9


def test_years_that_nobody_lives_in_are_set_aside_row_by_row():
    """Three rows in ten are in years past the calendar's end; the sound ones are kept."""
    rows = [order_line(order_id=str(n), local_date=f"2025-10-{n + 1:02d}") for n in range(10)]
    for at, day in ((2, "9999-12-31"), (5, "10025-10-06"), (8, "0025-10-09")):
        rows[at] = order_line(order_id=str(at), local_date=day)
    _, set_aside, kept = judged({"order_lines": rows})
    assert kept["order_lines"] == 7
    assert [(row[0], row[4]) for row in set_aside] == [
        (4, "impossible_day"), (7, "impossible_day"), (10, "impossible_day"),
    ]  # fmt: skip


def test_a_row_is_named_once_and_all_its_reasons_are_counted():
    rows = [order_line(kind="gift", currency="USD"), order_line(line_no=2, currency="USD")]
    found, set_aside, _ = judged({"order_lines": rows})
    assert [(row[0], row[4], row[5]) for row in set_aside] == [
        (2, "not_allowed", "not_allowed; other_currency"),
        (3, "other_currency", "other_currency"),
    ]
    assert found.reasons == {"other_currency": 2, "not_allowed": 1}


def test_a_line_is_set_aside_whole():
    """A refund must not stand without the order line of the same row of the export."""
    refund = {
        "store_id": "shop-de",
        "refund_id": "R",
        "kind": "refund",
        "local_date": "2025-10-05",
        "currency": "EUR",
        "amount": "5",
    }
    tables = {"order_lines": [order_line(kind="gift")], "refunds": [refund]}
    _, set_aside, kept = judged(tables)
    assert kept == {"order_lines": 0, "refunds": 0}
    assert len(set_aside) == 1


def test_what_the_reading_found_bad_comes_first():
    cell = (2, "quantity", "x", "not_a_whole_number")
    found, set_aside, kept = judged({"order_lines": [order_line(source_line=3)]}, bad_cells=[cell])
    assert kept["order_lines"] == 1
    assert set_aside[0][4] == "not_a_whole_number"
    assert found.rows_quarantined == 1


def test_equal_lines_of_one_file_stay_and_a_repeated_line_key_does_not():
    same = order_line()
    _, set_aside, kept = judged({"order_lines": [same, order_line(line_no=2)]})
    assert (kept["order_lines"], set_aside) == (2, [])
    found, set_aside, kept = judged({"order_lines": [same, same]})
    assert (kept["order_lines"], set_aside, found.rows_repeated) == (1, [], 1)
    found, set_aside, kept = judged({"order_lines": [same, same | {"quantity": 2}]})
    assert (kept["order_lines"], found.rows_repeated) == (1, 0)
    assert set_aside[0][3:5] == ("shop-de, A, 1", "repeated_key")


def test_one_listing_with_two_articles_costs_no_order_line():
    """Amazon sells one listing under several articles; the orders are sound all the same."""
    listing = {"store_id": "shop-de", "listing_id": "B0"}
    found, set_aside, kept = judged(
        {
            "order_lines": [order_line(), order_line(line_no=2)],
            "sku_map": [listing | {"sku": "S-1"}, listing | {"sku": "S-2"}],
        }
    )
    assert kept == {"order_lines": 2, "sku_map": 1}
    assert (set_aside, found.rows_repeated) == ([], 0)


def test_store_and_currency_come_from_the_files_store_where_the_row_is_silent():
    con = duckdb.connect()
    reading = make_reading(
        con, {"order_lines": [order_line(store_id=None, currency=None)]}, store_id="shop-uk"
    )
    found = judge(con, reading, WORKSPACE, load_models())
    told = con.execute(f"SELECT store_id, currency FROM {found.tables['order_lines']}").fetchall()
    assert told == [("shop-uk", "GBP")]


def test_advertising_may_be_billed_in_another_currency():
    row = {
        "store_id": "shop-de",
        "start_date": "2025-10-05",
        "end_date": "2025-10-05",
        "campaign": "C",
        "line_no": 1,
        "currency": "CNY",
        "spend": "7",
    }
    _, set_aside, kept = judged({"ad_spend": [row]})
    assert (kept["ad_spend"], set_aside) == (1, [])


def test_a_source_that_names_an_unknown_column_is_refused():
    con = duckdb.connect()
    reading = make_reading(con, {"order_lines": [order_line()]})
    con.execute(f"ALTER TABLE {reading.tables['order_lines']} ADD COLUMN colour VARCHAR")
    with pytest.raises(DataRefused, match="'colour'"):
        judge(con, reading, WORKSPACE, load_models())


@pytest.mark.parametrize(
    ("value", "left"),
    [
        ("li.wei@example.com", "…"),
        ("mail li.wei@example.com now", "mail … now"),
        ("+86 138-1234-5678", "…"),
        ("13812345678", "…"),
        ("(030) 1234 5678", "…"),
        ("to 12 Sample Road", "to …"),
        ("2025-10-31", "2025-10-31"),
        ("31/10/2025 08:44", "31/10/2025 08:44"),
        ("1234567.89", "1234567.89"),
        ("12,x", "12,x"),
        ("UK", "UK"),
    ],
)
def test_contacts_do_not_survive_in_the_quarantine(value, left):
    with duckdb.connect() as con:
        told = con.execute(f"SELECT {shown('v')} FROM (SELECT ? AS v)", [value]).fetchall()
    assert told == [(left,)]


LINES = st.lists(
    st.fixed_dictionaries(
        {
            "order_id": st.sampled_from(["A", "B", None]),
            "line_no": st.integers(1, 2),
            "kind": st.sampled_from(["sale", "sale", "gift"]),
            "quantity": st.integers(1, 2),
            "country": st.sampled_from([None, "DE", "QQ"]),
        }
    ),
    max_size=8,
)


@examples(20)
@given(rows=LINES, bad=st.sets(st.integers(100, 103)))
def test_every_row_is_kept_quarantined_or_a_repetition(rows, bad):
    """Worked out beside the engine: a row-by-row reading of the same contract."""
    cells = [(line, "quantity", "x", "not_a_number") for line in bad]
    found, set_aside, kept = judged(
        {"order_lines": [order_line(**row) for row in rows]}, bad_cells=cells
    )
    outcome: Counter[str] = Counter()
    first: dict[tuple, dict] = {}
    for row in rows:
        key = (row["order_id"], row["line_no"])
        if row["order_id"] is None or row["kind"] == "gift" or row["country"] == "QQ":
            outcome["quarantined"] += 1
        elif key not in first:
            first[key] = row
            outcome["kept"] += 1
        else:
            outcome["repeated" if first[key] == row else "quarantined"] += 1
    assert kept["order_lines"] == outcome["kept"]
    assert found.rows_repeated == outcome["repeated"]
    assert found.rows_quarantined == outcome["quarantined"] + len(bad) == len(set_aside)
