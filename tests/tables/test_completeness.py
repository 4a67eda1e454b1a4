"""Which days are there, which are missing, and what may still change: October 2025, by hand."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from helpers.tables.build import rebuild
from helpers.tables.completeness import FactState, readiness
from helpers.tables.known_facts import known_facts
from helpers.tables.models import load_models
from helpers.tables.warehouse import Warehouse
from helpers.vocabulary.periods import parse_period
from warehouse_builder import STORES, accept, make_reading, make_workspace, order_line

OCTOBER = parse_period("2025-10")
ALIBABA = {
    "id": "b2b", "name": {"en": "B2B", "zh": "国际站"}, "platform": "alibaba", "currency": "USD",
    "time_zone": "Asia/Shanghai", "tax_basis": "excluded", "country": "CN",
    "opened_on": "2025-10-06",
}  # fmt: skip
TIKTOK = {
    "id": "tok", "name": {"en": "Tok", "zh": "抖店"}, "platform": "tiktok", "currency": "THB",
    "time_zone": "Asia/Bangkok", "tax_basis": "excluded", "country": "TH",
}  # fmt: skip


def days(first: str, last: str, leave: tuple[str, ...] = ()) -> Iterator[str]:
    day = date.fromisoformat(first)
    while day <= date.fromisoformat(last):
        if str(day) not in leave:
            yield str(day)
        day += timedelta(days=1)


def sold(store: str, listed: Iterator[str], currency: str = "EUR", a_day: int = 1) -> list[dict]:
    return [
        order_line(store_id=store, order_id=f"{store}-{day}-{n}", local_date=day, currency=currency)
        for day in listed
        for n in range(a_day)
    ]


def visits(store: str, listed: Iterator[str], zero: tuple[str, ...] = (), count: int = 50):
    return [
        {"store_id": store, "start_date": day, "end_date": day, "level": "store",
         "sessions": 0 if day in zero else count}
        for day in listed
    ]  # fmt: skip


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory):
    """Four shops: one with holes, one whose files are whole, one opened late, one cut short."""
    workspace, paths = make_workspace(
        tmp_path_factory.mktemp("company"), [*STORES, ALIBABA, TIKTOK]
    )
    ads = {"campaign": "c", "line_no": 1, "currency": "EUR", "spend": "1"}
    bank = {"settlement_id": "s1", "category": "commission", "currency": "EUR",
            "amount": "-1"}  # fmt: skip
    files = [
        # shop-de sells every day; 12-14 October are in no file, and the 20th has no row inside one.
        ({"order_lines": sold("shop-de", days("2025-09-01", "2025-10-11"))}, {}),
        ({"order_lines": sold("shop-de", days("2025-10-15", "2025-11-02", ("2025-10-20",)))}, {}),
        # Visits of the 30th came as nought; the file of the month ends on the 31st.
        ({"traffic": visits("shop-de", days("2025-10-01", "2025-10-31"), ("2025-10-30",))},
         {"settles_after": 3}),
        # Advertising to 13 November: one day short of the fortnight. UK: to the 14th.
        ({"ad_spend": [{"store_id": "shop-de", "start_date": d, "end_date": d, **ads}
                       for d in days("2025-10-01", "2025-11-13")]}, {"settles_after": 14}),
        ({"ad_spend": [{"store_id": "shop-uk", "start_date": d, "end_date": d,
                        **ads, "currency": "GBP"}
                       for d in days("2025-10-01", "2025-11-14")]}, {"settles_after": 14}),
        # A settlement that runs to 20 October although nothing was posted after the 10th.
        ({"settlement_lines": [{"store_id": "shop-de", "line_no": n, "local_date": d, **bank}
                               for n, d in enumerate(("2025-10-07", "2025-10-10"))],
          "settlements": [{"store_id": "shop-de", "settlement_id": "s1", "currency": "EUR",
                           "first_day": "2025-10-06", "last_day": "2025-10-20",
                           "stated_total": "-2"}]}, {}),
        # Returns: one of the 5th, in a file that knows of the whole month.
        ({"returns": [{"store_id": "shop-de", "order_id": "o", "sku": "S", "line_no": 1,
                       "local_date": "2025-10-05", "quantity": 1}]},
         {"as_of": date(2025, 10, 31)}),
        ({"inventory_snapshots": [{"store_id": "shop-de", "local_date": "2025-10-10",
                                   "sku": "S", "on_hand": 1}]}, {}),
        ({"order_lines": sold("shop-uk", days("2025-09-01", "2025-10-31"), "GBP")}, {}),
        ({"order_lines": sold("b2b", days("2025-10-07", "2025-10-28"), "USD")}, {}),
        # Forty orders in September, eleven in October, visits as before.
        ({"order_lines": [*sold("tok", days("2025-09-01", "2025-09-20"), "THB", 2),
                          *sold("tok", days("2025-10-21", "2025-10-31"), "THB")]}, {}),
        ({"traffic": visits("tok", days("2025-09-01", "2025-10-31"))}, {}),
    ]  # fmt: skip
    with duckdb.connect() as con:
        for number, (tables, how) in enumerate(files):
            reading = make_reading(con, tables, path=Path(f"{number}.csv"), **how)
            batch = accept(paths, workspace, reading, con)
            assert not batch.rows_quarantined, number
    rebuild(workspace, paths)
    with Warehouse.open(paths, workspace) as warehouse:
        yield warehouse, workspace


@pytest.fixture(scope="module")
def ready(company):
    warehouse, workspace = company
    return readiness(warehouse, workspace, OCTOBER)


def of(ready, store: str, fact: str) -> FactState:
    (found,) = [one for one in ready.facts if (one.store_id, one.fact) == (store, fact)]
    return found


def test_days_outside_every_file_are_missing_and_days_inside_one_are_not(ready):
    orders = of(ready, "shop-de", "orders")
    assert orders.missing == ((date(2025, 10, 12), date(2025, 10, 14)),)
    assert orders.days[date(2025, 10, 20)] == "no_rows"
    assert [orders.count(state) for state in ("rows", "no_rows", "missing")] == [27, 1, 3]
    assert (orders.status, orders.known_to) == ("partial", date(2025, 11, 2))


def test_a_lull_is_no_gap(ready):
    """b2b ends on the 28th of October and never was silent for a day: three days are missing."""
    assert of(ready, "b2b", "orders").missing == ((date(2025, 10, 29), date(2025, 10, 31)),)
    # Opened on the 6th, sold first on the 7th: nothing before that was to be expected.
    assert min(of(ready, "b2b", "orders").days) == date(2025, 10, 7)


def test_a_shop_that_sells_once_a_week_is_not_told_of_holes(tmp_path):
    """Files end where their last order does: ten files of three orders, a week apart."""
    workspace, paths = make_workspace(tmp_path)
    with duckdb.connect() as con:
        for month in range(1, 11):
            rows = sold("shop-de", iter(f"2025-{month:02d}-{day:02d}" for day in (3, 10, 17)))
            reading = make_reading(con, {"order_lines": rows}, path=Path(f"{month}.csv"))
            accept(paths, workspace, reading, con)
    rebuild(workspace, paths)
    with Warehouse.open(paths, workspace) as warehouse:
        orders = of(readiness(warehouse, workspace, OCTOBER), "shop-de", "orders")
        assert (orders.status, orders.count("quiet")) == ("final", 16)
        # Three months without one are another thing: chance hardly makes them.
        late = of(readiness(warehouse, workspace, parse_period("2026-01")), "shop-de", "orders")
        assert late.status == "missing"


def test_final_is_what_the_platform_does_not_restate_any_more(ready):
    assert of(ready, "shop-de", "ads").settled_on == date(2025, 11, 14)
    assert of(ready, "shop-de", "ads").status == "settling"
    assert of(ready, "shop-uk", "ads").status == "final"
    assert of(ready, "shop-uk", "orders").status == "final"
    assert of(ready, "shop-de", "traffic").status == "settling"


def test_settlements_straddle_months(ready):
    """Eleven days after the 20th come with the next statement."""
    fees = of(ready, "shop-de", "fees")
    assert fees.days[date(2025, 10, 15)] == "no_rows"
    assert fees.days[date(2025, 10, 31)] == "quiet"
    assert (fees.missing, fees.status) == ((), "final")


def test_a_rare_event_is_vouched_for_up_to_the_export_s_own_date(ready):
    returns = of(ready, "shop-de", "returns")
    assert (returns.status, returns.count("rows"), returns.count("no_rows")) == ("final", 1, 26)


def test_a_stock_count_of_the_tenth_says_nothing_of_the_month_s_end(ready):
    assert of(ready, "shop-de", "stock").status == "partial"
    assert "Shop DE: stock near 31 October 2025" in [one.en for one in ready.missing]


def test_what_no_store_ever_brought_is_told_apart_from_what_is_missing(ready):
    assert of(ready, "shop-uk", "traffic").status == "not_supplied"
    assert of(ready, "b2b", "fees").status == "not_supplied"
    assert not [one for one in ready.missing if "B2B" in one.en and "fees" in one.en]


def test_a_day_with_sales_and_no_visit_is_flagged(ready):
    assert of(ready, "shop-de", "traffic").zero_days == (date(2025, 10, 30),)
    assert of(ready, "tok", "traffic").zero_days == ()


def test_few_orders_and_as_many_visits_as_before_are_flagged(ready):
    assert of(ready, "tok", "orders").is_perhaps_partial
    assert not of(ready, "shop-uk", "orders").is_perhaps_partial


def test_missing_orders_make_the_period_incomplete_and_settling_ones_do_not(ready, company):
    assert (ready.complete, ready.status) == (False, "preliminary")
    assert [one.en for one in ready.lacking] == [
        "Shop DE: orders of 12–14 October 2025",
        "B2B: orders of 29–31 October 2025 (to be had until 27 January 2026)",
    ]
    assert "国际站2025年10月29日至31日的订单（2026年1月27日前可下载）" in ready.lacks("zh")
    assert "advertising of Shop DE (may change until 14 November 2025)" in [
        one.en for one in ready.missing
    ]
    assert ready.awaiting("en").endswith("; 1 more"), "five things, four of them listed"
    assert "德国店的广告（2025年11月14日前仍可能调整）" in [one.zh for one in ready.missing]


def test_a_fact_that_stops_is_awaited_and_after_a_quarter_is_not(company):
    warehouse, workspace = company
    november = readiness(warehouse, workspace, parse_period("2025-11"))
    assert "Shop DE: all traffic" in [one.en for one in november.lacking]
    april = readiness(warehouse, workspace, parse_period("2026-04"))
    assert of(april, "shop-de", "traffic").status == "not_supplied"


def test_every_fact_of_the_tables_is_known():
    assert {model.fact for model in load_models().values()} <= set(known_facts().facts)
