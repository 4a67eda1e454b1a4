"""The rarer words of a mapping, each on a company's own file."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from helpers.sources.catalogue import read_source
from helpers.vocabulary.faults import DataRefused, DeclarationFaulty

from .export_company import Company, table

D = Decimal

FEES = """
source: fees
name: {en: Fees, zh: 费用}
facts: [fees]
known_by: [bill, day, commission, postage]
as_of: [day]
columns:
  bill: {header: Bill, type: id}
  day: {header: Day, type: date}
  kind: {header: Kind, optional: true}
  commission: {header: "Commission ({currency})", type: money}
  postage: {header: "Postage ({currency})", type: money}
  total: {header: "Total ({currency})", type: money, optional: true}
ignored: ["* (old)", Remark]
file: {empty_as: [n/a, "--"]}
define:
  line: {number_within: [bill]}
tables:
  settlement_lines:
    when: {not: {kind: {equals: payout}}}
    for_each:
      commission: {category: commission, side: ours}
      postage: {category: fulfilment}
    fill:
      settlement_id: bill
      line_no: {add: [{multiply: [line, {is: 100}]}, {each: number}]}
      local_date: day
      category: {each: category}
      amount_type: {each: side}
      description: {each: name}
      currency: {first_of: [{currency_of: commission}, {store: currency}]}
      amount: {each: amount}
  settlements:
    rest: true
    fill:
      settlement_id: bill
      paid_on: day
      currency: {currency_of: total}
      stated_total: total
"""
HEADER = ("Bill", "Day", "Kind", "Commission (GBP)", "Postage (GBP)", "Total (GBP)", "Shop (old)")


def test_amounts_side_by_side_become_rows_and_no_row_gets_lost(company: Company) -> None:
    company.describe("fees", FEES)
    text = table(
        ",", HEADER,
        ("7", "2026-07-01", "sale", "-1.50", "-2.25", "n/a", "x"),
        ("7", "2026-07-02", "sale", "0.00", "-3.00", "", ""),
        ("7", "2026-07-02", "sale", "--", "", "", ""),
        ("7", "2026-07-03", "payout", "", "", "-6.75", ""),
    )  # fmt: skip
    reading = company.read("shop/fees.csv", text)
    assert reading.warnings == () and not company.bad(reading)
    assert company.rows(
        reading, "settlement_lines",
        "line_no, local_date, category, amount_type, description, currency, amount",
    ) == [
        (101, date(2026, 7, 1), "commission", "ours", "Commission (GBP)", "GBP", D("-1.5")),
        (102, date(2026, 7, 1), "fulfilment", None, "Postage (GBP)", "GBP", D("-2.25")),
        (202, date(2026, 7, 2), "fulfilment", None, "Postage (GBP)", "GBP", D("-3")),
        # Nothing but empty cells: kept once, for the contract to judge.
        (301, date(2026, 7, 2), "commission", "ours", "Commission (GBP)", "GBP", None),
    ]  # fmt: skip
    assert company.rows(reading, "settlements", "settlement_id, currency, stated_total") == [
        ("7", "GBP", D("-6.75"))
    ]
    assert reading.rows_read == 4 == company.lines_told(reading)


def test_one_column_in_two_currencies_is_asked_about(company: Company) -> None:
    company.describe("fees", FEES)
    header = ("Bill", "Day", "Commission (GBP)", "Commission (EUR)", "Postage (GBP)")
    with pytest.raises(DataRefused) as caught:
        company.read("shop/fees.csv", table(",", header, ("7", "2026-07-01", 1, 1, 1)))
    assert "stands more than once (columns 3, 4)" in str(caught.value)


@pytest.mark.parametrize(
    ("slip", "told"),
    [
        ("amount: {each: sum}", "each knows amount, name, number, category, side, not 'sum'"),
        ("amount: {currency_of: bill}", "currency_of: no header of 'bill' names one"),
        ("amount: {round: bill}", "round: bill is id"),
        ("local_date: {first_day: bill}", "first_day: bill is id"),
    ],
)
def test_slips_in_these_words_are_told(company: Company, slip: str, told: str) -> None:
    word = slip.split(":")[0]
    there = {"amount": "amount: {each: amount}", "local_date": "local_date: day"}[word]
    company.describe("fees", FEES.replace(there, slip, 1))
    with pytest.raises(DeclarationFaulty) as caught:
        read_source(company.root / "sources" / "fees.yml")
    assert told in str(caught.value)


def test_a_first_table_may_leave_rows_only_to_a_rest(company: Company) -> None:
    company.describe("fees", FEES.replace("rest: true", "when: {kind: {equals: payout}}"))
    with pytest.raises(DeclarationFaulty) as caught:
        read_source(company.root / "sources" / "fees.yml")
    assert "the first table must take every row" in str(caught.value)


SPENT = """
source: spent
name: {en: Spent, zh: 花费}
facts: [ads]
known_by: [campaign, spend]
period: {stated_above: "from (.+?) to (.+)"}
columns:
  campaign: {header: Campaign}
  spend: {header: Spent, type: money}
tables:
  ad_spend:
    fill:
      start_date: {period: start}
      end_date: {period: end}
      campaign: campaign
      spend: spend
"""


@pytest.mark.parametrize(
    "above",
    [
        "Report from 2026-08-01 to 2026-08-31",
        "Report from 20260801 to 20260831,,",
        '"Report from August 1, 2026 to August 31, 2026"',
        "Report from 1.8.2026 to 31.8.2026",
        "Report from 2026年8月1日 to 2026年8月31日\n\n(all campaigns)",
        # The nearest statement counts.
        "made from 2026-09-01 to 2026-09-02\nReport from 2026-08-01 to 2026-08-31",
    ],
)
def test_the_period_above_the_table_in_any_clear_form(company: Company, above: str) -> None:
    company.describe("spent", SPENT)
    reading = company.read("shop/spent.csv", f"{above}\nCampaign,Spent\nC,1.50\n")
    assert company.rows(reading, "ad_spend", "start_date, end_date") == [
        (date(2026, 8, 1), date(2026, 8, 31))
    ]


GIVEN_BACK = """
source: given_back
name: {en: Given back, zh: 退款}
facts: [refunds]
known_by: [case, day, amount]
period: place_too
columns:
  case: {header: Case, type: id}
  day: {header: Day, type: date}
  amount: {header: Amount, type: money}
tables:
  refunds:
    fill:
      refund_id: case
      local_date: day
      amount: amount
"""


def test_a_sheet_speaks_for_all_days_that_its_place_names(company: Company) -> None:
    company.describe("given_back", GIVEN_BACK)
    rows = "Case,Day,Amount\nR1,2026-08-10,1.50\n"
    reading = company.read("shop/2026-07..2026-09/sheet.csv", rows)
    # The days of the rows stay as they are; the silent ones before and after them count too.
    assert company.rows(reading, "refunds", "local_date") == [(date(2026, 8, 10),)]
    assert reading.period is not None
    assert (reading.period.start, reading.period.end) == (date(2026, 7, 1), date(2026, 9, 30))
    # A place that names none is no reason to ask: there are days inside.
    assert company.read("shop/sheet.csv", rows).period is None


def test_a_period_that_leaves_a_doubt_is_asked(company: Company) -> None:
    company.describe("spent", SPENT)
    with pytest.raises(DataRefused) as caught:
        company.read("shop/spent.csv", "from 08/01/2026 to 08/02/2026\nCampaign,Spent\nC,1\n")
    assert "which period is this file of?" in str(caught.value)


def test_a_day_with_a_short_year_is_turned_once(company: Company) -> None:
    mapping = SPENT.replace('period: {stated_above: "from (.+?) to (.+)"}\n', "")
    mapping = mapping.replace(
        "columns:\n", "columns:\n  day: {header: Day, type: date, order: dmy}\n"
    ).replace("{period: start}", "day").replace("{period: end}", "day")  # fmt: skip
    company.describe("spent", mapping)
    rows = [(day, "C", "1.50") for day in ("13.07.26", "3.7.26", "13/07/26", "13-07-26")]
    reading = company.read("shop/spent.csv", table(",", ("Day", "Campaign", "Spent"), *rows))
    days = [day for (day,) in company.rows(reading, "ad_spend", "start_date")]
    assert days == [date(2026, 7, 13), date(2026, 7, 3), date(2026, 7, 13), date(2026, 7, 13)]
