"""What changed in months that were already there for whole is remembered, once and for ever."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.tables.build import current_generation
from helpers.tables.ingest import ingest
from helpers.tables.restatements import is_whole, log_files
from helpers.tables.warehouse import Warehouse
from helpers.vocabulary.periods import parse_period
from tables.fake_exports import drop, install
from warehouse_builder import make_workspace, order_line


@pytest.fixture
def company(tmp_path, monkeypatch):
    workspace, paths = make_workspace(tmp_path / "company")
    install(monkeypatch)
    return workspace, paths


def ads(day, spend, **more):
    row = {"store_id": "shop-de", "start_date": day, "end_date": day, "campaign": "c",
           "line_no": 1, "currency": "EUR", "spend": spend, "clicks": 3}  # fmt: skip
    return row | more


def restated(workspace, paths, period=None):
    with Warehouse.open(paths, workspace) as warehouse:
        frame = warehouse.restatements(period and parse_period(period))
        cells = ["store_id", "month", "table_name", "measure", "before", "after", "unit", "files"]
        return [
            tuple(str(cell) if isinstance(cell, Decimal | float) else cell for cell in row)
            for row in frame[cells].itertuples(index=False)
        ], frame


def test_a_changed_figure_of_a_whole_month_is_recorded_and_told(company):
    workspace, paths = company
    august = [ads("2025-08-01", "1000.00"), ads("2025-08-31", "234.00")]
    drop(paths.inbox, "aug.json", tables={"ad_spend": august})
    first = ingest(workspace, paths)
    assert first.warnings == ()
    before = current_generation(paths)

    late = [ads("2025-08-31", "301.50"), ads("2025-09-05", "50.00")]
    drop(paths.inbox, "late.json", as_of="2025-09-14", tables={"ad_spend": late})
    receipt = ingest(workspace, paths)
    rows, frame = restated(workspace, paths)
    assert rows == [
        ("shop-de", "2025-08", "ad_spend", "spend", "1234.0", "1301.5", "EUR", "inbox/late.json")
    ]
    assert frame.difference.tolist() == [67.5]
    after = current_generation(paths)
    assert frame.generation_before.tolist() == [before.name]
    assert frame.generation_after.tolist() == [after.name]
    assert frame.fact.tolist() == ["ads"]
    (told,) = receipt.warnings
    assert str(told) == (
        "2025-08 of shop-de: ad spend 1,234.00 -> 1,301.50 EUR; restated by inbox/late.json"
    )
    messages = {one.path: one.message for one in receipt.files}
    assert "changes figures of 2025-08" in messages["inbox/late.json"]

    assert ingest(workspace, paths).warnings == (), "nothing new, nothing told again"
    assert len(restated(workspace, paths)[0]) == 1
    assert restated(workspace, paths, "2025-09")[0] == []
    assert len(restated(workspace, paths, "2025-08")[0]) == 1


def test_what_is_new_or_still_open_is_no_restatement(company):
    workspace, paths = company
    drop(
        paths.inbox, "a.json", tables={"ad_spend": [ads("2025-08-01", "5"), ads("2025-08-20", "5")]}
    )
    ingest(workspace, paths)
    # New days of the open month, a day of it told again, another store, an earlier month.
    drop(paths.inbox, "b.json", as_of="2025-09-01",
         tables={"ad_spend": [ads("2025-08-20", "6"), ads("2025-08-31", "5")]})  # fmt: skip
    other = ads("2025-08-09", "5", store_id="shop-uk", currency="GBP")
    drop(paths.inbox, "c.json", tables={"ad_spend": [other]})
    drop(paths.inbox, "d.json", tables={"ad_spend": [ads("2025-06-30", "5")]})
    drop(paths.inbox, "e.json", tables={"ad_spend": [ads("2025-08-02", "5", network="google")]})
    receipt = ingest(workspace, paths)
    assert receipt.warnings == ()
    assert restated(workspace, paths)[0] == []


def test_rows_that_appear_and_vanish_are_told_from_and_to_nought(company):
    workspace, paths = company
    orders = [order_line(order_id="A", local_date="2025-08-02"),
              order_line(order_id="B", local_date="2025-08-31")]  # fmt: skip
    drop(paths.inbox, "orders.json", period="2025-08", store="shop-de",
         tables={"order_lines": orders, "refunds": []})  # fmt: skip
    ingest(workspace, paths)
    refund = {"store_id": "shop-de", "refund_id": "r", "kind": "refund", "amount": "4.00",
              "local_date": "2025-08-30", "currency": "EUR"}  # fmt: skip
    drop(paths.inbox, "orders.json", period="2025-08", store="shop-de",
         tables={"order_lines": orders[:1], "refunds": [refund]})  # fmt: skip
    ingest(workspace, paths)
    rows, _ = restated(workspace, paths)
    told = {(table, measure): (before, after) for _, _, table, measure, before, after, *_ in rows}
    assert told["refunds", "amount"] == ("0.0", "4.0")
    assert told["refunds", "rows"] == ("0.0", "1.0")
    assert told["order_lines", "gmv"] == ("20.0", "10.0")
    assert told["order_lines", "rows"] == ("2.0", "1.0")
    assert ("order_lines", "gmv_base") not in told, "said once, in the currency of the store"


def test_a_corrected_rate_or_cost_restates_what_it_is_used_for(company):
    workspace, paths = company
    lines = [order_line(store_id="shop-uk", currency="GBP", order_id=day, local_date=day)
             for day in ("2025-08-01", "2025-08-29", "2025-09-01")]  # fmt: skip
    drop(paths.inbox, "orders.json", tables={"order_lines": lines})
    cost = {"sku": "SKU-1", "currency": "EUR", "valid_from": "2025-01-01"}
    drop(paths.inbox, "cost.json", tables={"landed_costs": [cost | {"unit_cost": "2"}]})
    ingest(workspace, paths)
    paths.reference.mkdir()
    (paths.reference / "fx_rates.csv").write_text(
        "date,currency,rate_to_eur\n2025-08-01,GBP,2\n", encoding="utf-8"
    )
    receipt = ingest(workspace, paths)
    rows, _ = restated(workspace, paths)
    # The bank, 29 August 2025: 1 EUR = 0.86680 GBP, so 10 GBP are 11.5367 EUR.
    (row,) = rows
    assert row[:4] == ("shop-uk", "2025-08", "order_lines", "gmv_base")
    assert (row[5], row[6], row[7]) == ("31.5367", "EUR", "")
    assert "by what workspace.yml or reference/ say" in str(receipt.warnings)
    drop(paths.inbox, "cost.json", tables={"landed_costs": [cost | {"unit_cost": "3"}]})
    ingest(workspace, paths)
    rows, frame = restated(workspace, paths)
    assert rows[-1] == ("shop-uk", "2025-08", "order_lines", "landed_cost", "4.0", "6.0", "EUR",
                        "inbox/cost.json")  # fmt: skip
    assert frame.entry.tolist() == [1, 2]


def test_a_state_that_never_became_current_leaves_no_entry(company, monkeypatch):
    import helpers.tables.build as build

    workspace, paths = company
    drop(
        paths.inbox, "a.json", tables={"ad_spend": [ads("2025-08-01", "1"), ads("2025-08-31", "1")]}
    )
    ingest(workspace, paths)
    calm = build.write_whole
    for spend in ("2", "3"):
        drop(paths.inbox, "a.json",
             tables={"ad_spend": [ads("2025-08-01", spend), ads("2025-08-31", "1")]})  # fmt: skip

        def die(path, text):
            raise KeyboardInterrupt

        if spend == "2":
            monkeypatch.setattr(build, "write_whole", die)
            with pytest.raises(KeyboardInterrupt):
                ingest(workspace, paths)
            assert len(list((paths.warehouse / "restatements").iterdir())) == 1
            assert restated(workspace, paths)[0] == [], "what never became current is not told"
            monkeypatch.setattr(build, "write_whole", calm)
    ingest(workspace, paths)
    rows, _ = restated(workspace, paths)
    assert [row[4:6] for row in rows] == [("2.0", "4.0")]
    # Back to what it was: a change of its own, although that state was there before.
    drop(
        paths.inbox, "a.json", tables={"ad_spend": [ads("2025-08-01", "1"), ads("2025-08-31", "1")]}
    )
    ingest(workspace, paths)
    rows, _ = restated(workspace, paths)
    assert [row[4:6] for row in rows] == [("2.0", "4.0"), ("4.0", "2.0")]
    assert [file.stem for file in log_files(paths, 9)] == ["000001", "000002"]


DAYS = st.integers(1, 61).map(lambda n: date.fromordinal(date(2025, 7, 15).toordinal() + n))


@given(st.lists(st.tuples(DAYS, DAYS).map(lambda pair: tuple(sorted(pair))), max_size=5))
def test_a_month_is_whole_when_no_week_of_it_is_silent_and_its_end_is_told(spans):
    august = [date(2025, 8, n) for n in range(1, 32)]
    told = {day for day in august if any(a <= day <= b for a, b in spans)}
    longest = run = 0
    for day in august:
        run = 0 if day in told else run + 1
        longest = max(longest, run)
    # Silence at the start counts from the month's first day, and its end must be reached.
    reached = any(b >= august[-1] for _, b in spans)
    follows = min((a for a, b in spans if b >= august[-1]), default=None)
    quiet_to_the_end = follows is not None and follows > august[-1]
    if quiet_to_the_end:
        return  # a lull over the month's end, told below
    assert is_whole("2025-08", spans) == (reached and longest <= 6)


def test_a_lull_over_the_end_of_a_month_is_bridged_as_one_within():
    start = (date(2025, 8, 1), date(2025, 8, 29))
    assert is_whole("2025-08", [start, (date(2025, 9, 3), date(2025, 9, 9))])
    assert not is_whole("2025-08", [start, (date(2025, 9, 9), date(2025, 9, 10))])
