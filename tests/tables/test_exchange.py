"""Rates: the day's own, or one published within five days before, or none."""

from datetime import date
from decimal import Decimal

import duckdb
import pytest

from helpers.tables.exchange import load_rates, make_rate_table
from helpers.vocabulary.faults import DeclarationFaulty

FRIDAY = date(2014, 3, 28)


def rates(tmp_path, *currencies, own=""):
    path = tmp_path / "fx_rates.csv"
    if own:
        path.write_text("date,currency,rate_to_eur\n" + own, encoding="utf-8")
    return load_rates(currencies, path)


def test_the_banks_rate_of_the_day(tmp_path):
    # The bank's own sheet of 28 March 2014: 1 EUR = 1.3759 USD = 140.90 JPY.
    found = rates(tmp_path, "USD", "JPY")
    assert found.between("USD", "EUR", FRIDAY) == Decimal("0.726797005596")
    assert found.between("EUR", "USD", FRIDAY) == Decimal("1.3759")
    assert found.between("JPY", "USD", FRIDAY) == Decimal("0.009765081618")
    assert found.between("USD", "USD", date(1950, 1, 1)) == 1


def test_a_weekend_takes_fridays_rate_and_the_past_never_the_future(tmp_path):
    found = rates(tmp_path, "USD")
    sunday = date(2014, 3, 30)
    assert found.between("USD", "EUR", sunday) == found.between("USD", "EUR", FRIDAY)
    assert found.between("USD", "EUR", date(1998, 12, 31)) is None


def test_a_rate_older_than_five_days_is_none(tmp_path):
    found = rates(tmp_path, "TWD", own="2025-10-01,TWD,0.0281\n")
    assert found.between("TWD", "EUR", date(2025, 10, 6)) == Decimal("0.0281")
    assert found.between("TWD", "EUR", date(2025, 10, 7)) is None


def test_the_companys_own_rate_overrules_the_banks(tmp_path):
    found = rates(tmp_path, "USD", own="2014-03-28,USD,0.5\n")
    assert found.between("USD", "EUR", FRIDAY) == Decimal("0.5")


def test_every_fault_of_the_own_file_is_told_with_its_line(tmp_path):
    own = (
        "yesterday,TWD,0.03\n2025-10-01,TWD,cheap\n2025-10-01,twd,0.03\n2025-10-01,TWD,-1\n\n1,2\n"
    )
    with pytest.raises(DeclarationFaulty) as caught:
        rates(tmp_path, "TWD", own=own)
    told = [str(fault) for fault in caught.value.faults]
    assert [line.split("line ")[1][0] for line in told] == ["2", "3", "4", "5", "7"]
    (tmp_path / "fx_rates.csv").write_text("day;rate\n")
    with pytest.raises(DeclarationFaulty, match="date,currency,rate_to_eur"):
        rates(tmp_path, "TWD")


def test_what_is_missing_is_told_by_currency_days_and_file(tmp_path):
    con = duckdb.connect()
    needed = (
        "SELECT * FROM (VALUES ('TWD', DATE '2025-10-01'), ('TWD', DATE '2025-10-03'), "
        "('GBP', DATE '2025-10-03'), (NULL, DATE '2025-10-03')) t(currency, day)"
    )
    (warning,) = make_rate_table(con, "r", needed, "EUR", tmp_path / "reference" / "fx_rates.csv")
    assert "TWD" in warning.where
    assert "none for 2 days between 2025-10-01 and 2025-10-03" in warning.what
    assert "reference/fx_rates.csv" in warning.way_out
    assert con.execute("SELECT currency FROM r").fetchall() == [("GBP",)]


def test_a_base_currency_without_rates_is_named_itself(tmp_path):
    con = duckdb.connect()
    needed = "SELECT 'GBP' AS currency, DATE '2025-10-03' AS day"
    (warning,) = make_rate_table(con, "r", needed, "AED", tmp_path / "fx_rates.csv")
    assert warning.where == "exchange rates, AED"
