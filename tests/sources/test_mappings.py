from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.config.declarations import read_yaml
from helpers.paths import ROOT
from helpers.sources.buyers import customer_key
from helpers.sources.canon import tables
from helpers.sources.catalogue import FAMILIES, load_sources, read_source
from helpers.sources.cells import REASON
from helpers.sources.countries import country_codes
from helpers.sources.headers import plain
from helpers.sources.meaning import over_orders
from helpers.sources.reasons import REASONS
from helpers.vocabulary.faults import DataRefused, DeclarationFaulty
from laws import examples

from .export_company import KEY, Company, table

D = Decimal

MAPPING = """
source: till
name: {en: Till receipts, zh: 收银小票}
facts: [orders]
known_by: [receipt, article, price]
columns:
  receipt: {header: Bon, type: id}
  article: {header: [Artikel, Item], type: id}
  sold_at: {header: Zeit, type: timestamp, zone: store, order: dmy}
  price: {header: Preis, type: money}
  pieces: {header: Menge, type: integer}
  where_to: {header: Land, type: country, names: {Norge: NO, Nirgends: ""}}
define:
  amount: {multiply: [price, pieces]}
tables:
  order_lines:
    fill:
      order_id: receipt
      ordered_at: sold_at
      sku: article
      quantity: pieces
      country: where_to
      list_amount: amount
"""
HEADER = ("Bon", "Artikel", "Zeit", "Preis", "Menge", "Land")


def faults(company: Company, mapping: str) -> list[str]:
    company.describe("till", mapping)
    with pytest.raises(DeclarationFaulty) as caught:
        read_source(company.root / "sources" / "till.yml")
    return [str(fault) for fault in caught.value.faults]


def test_a_companys_own_file_with_only_what_it_must_say(company: Company) -> None:
    company.describe("till", MAPPING)
    text = table(
        ";", HEADER,
        # 1:30 comes twice that night: the second time is taken, the day is the same.
        ("1", "A-1", "26.10.2025 01:30", "1,25", "1.000", "Norge"),
        ("1", "A-2", "31/10/2025 23:59", "0,005", "3", "Vereinigtes Königreich"),
        ("2", "A-1", "01/11/2025", "2,50", "2", "Nirgends"),
        ("3", "A-1", "01/11/2025", "2,50", "2", "Atlantis"),
    )  # fmt: skip
    reading = company.read("shop/till.csv", text.encode("cp1252"))
    assert company.rows(
        reading, "order_lines",
        "store_id, order_id, line_no, kind, status, is_merchandise, ordered_at, local_date,"
        " country, currency, quantity, list_amount",
    ) == [
        ("shop", "1", 1, "sale", "placed", True, datetime(2025, 10, 26, 1, 30),
         date(2025, 10, 26), "NO", "GBP", 1000, D("1250")),
        ("shop", "1", 2, "sale", "placed", True, datetime(2025, 10, 31, 23, 59),
         date(2025, 10, 31), "GB", "GBP", 3, D("0.0150")),
        ("shop", "2", 1, "sale", "placed", True, datetime(2025, 11, 1), date(2025, 11, 1), None,
         "GBP", 2, D("5")),
    ]  # fmt: skip
    assert company.bad(reading) == [(5, "Land", "…", "unknown_country")]  # a slipped name?


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("[price, pieces]", "[price, peices]",
         "till.yml: define.amount: 'peices' is no column named above; did you mean 'pieces'?"),
        ("multiply:", "multipy:",
         "till.yml: define.amount: 'multipy' is no way to make a value; did you mean 'multiply'?"),
        ("      sku: article", "      skuu: article",
         "till.yml: tables.order_lines.fill: skuu: is no column of order_lines; did you mean"
         " 'sku'?"),
        ("order_lines:", "order_line:",
         "till.yml: tables.order_line.fill: 'order_line' is no table; did you mean 'order_lines'?"),
        ("quantity: pieces", "quantity: price",
         "till.yml: tables.order_lines.fill: quantity: needs a integer, and this is money"),
        ("zone: store, ", "", "till.yml: columns.sold_at: a timestamp needs zone: utc, offset,"
         " store or a name such as Europe/London; correct it"),
        ("type: integer", "type: number", "till.yml: columns.pieces.type: "),
        ("known_by: [receipt,", "known_by: [reciept,",
         "till.yml: known_by: 'reciept' is no column named under columns; did you mean 'receipt'?"),
        ("facts:", "fact:", "till.yml: facts: is missing; add it"),
        ("header: Menge", "header: preis ",
         "till.yml: columns.pieces: header 'preis' is also that of price; name it once"),
        ("amount: {multiply: [price, pieces]}",
         "amount: {multiply: [price, pieces]}\n  all: {total_within: {of: amount}}",
         "till.yml: define.all: total_within needs {amount: ..., within: ...}"),
        ("    fill:", "    when: {price: {more: 0}}\n    fill:",
         "till.yml: tables.order_lines.when: price: 'more' is no test; did you mean 'more_than'?"),
    ],
)  # fmt: skip
def test_a_fault_names_the_key_and_the_way_out(
    company: Company, old: str, new: str, told: str
) -> None:
    assert old in MAPPING
    found = faults(company, MAPPING.replace(old, new, 1))
    assert any(told in one for one in found), found


def test_all_faults_come_at_once(company: Company) -> None:
    broken = MAPPING.replace("sku: article", "skuu: article").replace("[receipt,", "[bon,")
    assert len(faults(company, broken)) == 2


def test_a_faulty_mapping_is_told_when_a_file_is_read(company: Company) -> None:
    company.describe("till", MAPPING.replace("price, pieces", "price, piece"))
    with pytest.raises(DeclarationFaulty, match="did you mean 'pieces'"):
        company.read("shop/till.csv", "a,b\n1,2\n")


def test_prices_with_tax_inside_need_a_tax_column_or_a_rate(company: Company) -> None:
    company.describe("till", MAPPING)
    text = table(";", HEADER, ("1", "A", "31.10.2025", "1,19", "1", "DE"))
    with pytest.raises(DataRefused, match="add tax_rate to the store"):
        company.read("own-eu/till.csv", text)
    reading = company.read("amazon-de/till.csv", text)
    assert company.rows(reading, "order_lines", "tax_inside") == [(D("0.19"),)]


def test_only_the_declared_conditions_and_words(company: Company) -> None:
    mapping = MAPPING.replace(
        "define:\n",
        """set_aside:
  - {what: {en: closing, zh: 结账}, when: {receipt: {starts_with: z}}}
define:
  kind:
    choose:
      - {when: [{receipt: {one_of: [r1, R2]}}, {pieces: {less_than: 0}}], then: {is: return}}
      - {when: {price: {at_most: 0.5}, not: {article: {ends_with: X}}}, then: {is: adjustment}}
      - {otherwise: {is: sale}}
""",
    ).replace("      sku: article", "      sku: article\n      kind: kind")
    company.describe("till", mapping)
    text = table(
        ";", HEADER,
        *((bon, article, "31.10.2025", price, pieces, "")
          for bon, article, price, pieces in (
              ("r1", "A", "1,00", "1"), ("r2", "A", "1,00", "1"), ("r3", "A", "1,00", "-1"),
              ("4", "A", "0,50", "1"), ("5", "ax", "0,50", "1"), ("6", "A", "0,51", "1"),
              ("Z-1", "", "", ""),
          )),
    )  # fmt: skip
    reading = company.read("shop/till.csv", text)
    assert [kind for (kind,) in company.rows(reading, "order_lines", "kind")] == [
        "return", "return", "return", "adjustment", "sale", "sale",
    ]  # fmt: skip
    assert reading.rows_set_aside == 1 and "1 closing" in str(reading.warnings[0])


@examples(40)
@given(
    amount=st.integers(-100_000, 1_000_000),
    weights=st.lists(st.integers(0, 100_000), min_size=1, max_size=8),
)
def test_cents_of_an_order_add_up_however_they_are_spread(amount: int, weights: list[int]) -> None:
    con = duckdb.connect()
    con.execute("CREATE TABLE lines (source_line BIGINT, _store VARCHAR, o VARCHAR,"
                " w DECIMAL(18,6), a DECIMAL(18,6))")  # fmt: skip
    for line, weight in enumerate(weights):
        cell = D(amount) / 100 if line == 0 else None
        con.execute("INSERT INTO lines VALUES (?, 's', 'o', ?, ?)", [line, D(weight) / 100, cell])
    said = {"allocate": {"amount": "a", "by": "w", "within": "o"}}
    spread = over_orders(said, {"a": "money", "w": "money", "o": "id"})
    assert spread is not None
    parts = con.execute(
        f"SELECT got FROM ({spread.over('SELECT * FROM lines', 'got')}) ORDER BY source_line"
    ).fetchall()
    assert sum(part for (part,) in parts) == D(amount) / 100
    for (part,), weight in zip(parts, weights, strict=True):
        fair = D(amount) / 100 * weight / sum(weights) if sum(weights) else None
        assert fair is None or abs(part - fair) < D("0.01")


def test_families_are_sound_and_fill_what_exists() -> None:
    families = sorted(FAMILIES.glob("*.yml"))
    assert len(families) >= 16
    for path in families:
        source = read_source(path)
        assert source.source == path.stem
        assert set(source.tables) <= set(tables())


def test_personal_headers_are_never_read_except_as_hashes() -> None:
    personal = ("email", "name (buyer)", "recipient", "phone", "address", "zip", "street",
                "shipping name", "billing name", "buyer name", "buyer message", "notes",
                "customer-comments", "license-plate")  # fmt: skip
    for source in load_sources().values():
        for column, how in source.columns.items():
            # A yes or no and a country are no person, whatever else their header names.
            if how.type not in ("customer", "boolean", "country"):
                for header in source.headers_of(column):
                    assert not any(word in plain(header) for word in personal), (column, header)


def test_every_reason_has_words_and_a_use() -> None:
    assert set(REASON.values()) <= set(REASONS)
    assert all(label.en and label.zh for label in REASONS.values())


def test_countries_in_the_languages_of_exports() -> None:
    spelled = ["DE", "us", "United Kingdom", "UK", "Deutschland", "美国", "日本", "Czech Republic",
               "RSA", "Hong Kong", "Unspecified"]  # fmt: skip
    assert list(country_codes(spelled, {"RSA": "ZA"}).values()) == [
        "DE", "US", "GB", "GB", "DE", "US", "JP", "CZ", "ZA", "HK", "",
    ]  # fmt: skip


RETAIL = ROOT / "data" / "examples" / "online_retail"
RETAIL_ROWS = (
    # invoice, code, quantity, when, price, customer, country
    ("536365", "85123A", 6, "2010-12-01 08:26:00", "2.55", "17850.0", "United Kingdom"),
    ("536365", "85123A", 6, "2010-12-01 08:26:00", "2.55", "17850.0", "United Kingdom"),
    ("536370", "POST", 3, "2010-12-01 08:45:00", "18.0", "12583.0", "France"),
    ("C536379", "D", -1, "2010-12-01 09:41:00", "27.5", "14527.0", "EIRE"),
    ("536414", "22139", 56, "2010-12-01 11:52:00", "0.0", "", "Unspecified"),
    ("A563186", "B", 1, "2011-08-12 14:51:00", "-11062.06", "", "United Kingdom"),
    ("540000", "m", 1, "2011-08-12 14:51:00", "0.001", "17850.0", "RSA"),
)
RETAIL_HEADER = ("InvoiceNo", "StockCode", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID",
                 "Country", "Description")  # fmt: skip


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_the_online_retail_mapping_reads_csv_and_parquet_alike(
    company: Company, tmp_path: Path, form: str
) -> None:
    company.root.joinpath("workspace.yml").write_bytes((RETAIL / "workspace.yml").read_bytes())
    mapping = RETAIL / "sources" / "online_retail.yml"
    company.describe("online_retail", mapping.read_text(encoding="utf-8"))
    path = company.put("day.csv", table(",", RETAIL_HEADER, *((*row, "X") for row in RETAIL_ROWS)))
    if form == "parquet":
        source, path = path, path.with_suffix(".parquet")
        duckdb.connect().execute(
            f"COPY (SELECT * REPLACE (CAST(CAST(CustomerID AS DOUBLE) AS INTEGER) AS CustomerID,"
            f" CAST(UnitPrice AS DOUBLE) AS UnitPrice, CAST(InvoiceDate AS TIMESTAMP) AS"
            f" InvoiceDate) FROM read_csv('{source}', types={{'InvoiceNo': 'VARCHAR'}}))"
            f" TO '{path}'"
        )
    reading = company.read(path.name)
    assert reading.rows_read == 7 and company.bad(reading) == []
    assert company.rows(
        reading, "order_lines", "order_id, line_no, kind, list_amount, is_merchandise, country"
    ) == [
        ("536365", 1, "sale", D("15.30"), True, "GB"),
        ("536365", 2, "sale", D("15.30"), True, "GB"),  # copies are not ours to remove
        ("536370", 1, "sale", D("54"), False, "FR"),
        ("C536379", 1, "return", D("-27.5"), True, "IE"),
        ("536414", 1, "adjustment", D("0"), True, None),
        ("A563186", 1, "adjustment", D("-11062.06"), False, "GB"),
        ("540000", 1, "sale", D("0.001"), False, "ZA"),
    ]
    assert company.rows(reading, "refunds", "refund_id, kind, amount, local_date") == [
        ("C536379-1", "return_line", D("27.5"), date(2010, 12, 1)),
        ("A563186-1", "adjustment", D("11062.06"), date(2011, 8, 12)),
    ]
    keys = company.rows(reading, "order_lines", "customer_key")
    assert keys[0] == keys[6] and keys[0] != keys[2] and keys[4] == (None,)
    # The same buyer whether the file says 17850.0 or 17850.
    assert keys[0] == (customer_key("17850", "own", KEY),)


def test_the_committed_mapping_is_plain_yaml() -> None:
    content = read_yaml(RETAIL / "sources" / "online_retail.yml")
    assert content["columns"]["price"]["header"] == "UnitPrice"


def test_the_chapters_own_example_is_sound(company: Company) -> None:
    chapter = (ROOT / "docs" / "bring-your-own-files.md").read_text(encoding="utf-8")
    chapter, _, _ = chapter.partition("### Some files need more")
    blocks = [block.split("```")[0] for block in chapter.split("```yaml\n")[1:]]
    mapping = "\n".join(block for block in blocks if block.startswith(
        ("source:", "columns:", "define:", "tables:")))  # fmt: skip
    company.describe("online_retail", mapping)
    assert read_source(company.root / "sources" / "online_retail.yml").source == "online_retail"
    company.root.joinpath("workspace.yml").write_text(
        next(block for block in blocks if block.startswith("company:")), encoding="utf-8"
    )
    text = table(",", RETAIL_HEADER, *((*row, "X") for row in RETAIL_ROWS[:4]))
    reading = company.read("may.csv", text)
    assert company.rows(reading, "order_lines", "kind, list_amount")[3] == ("return", D("-27.5"))
