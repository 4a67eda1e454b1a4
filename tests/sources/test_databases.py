"""Rows asked of a database: through the same door, with nobody's name on the disk."""

from __future__ import annotations

import sqlite3
import tempfile
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from helpers.config.workspace import load_workspace
from helpers.paths import ROOT
from helpers.sources import databases
from helpers.sources.buyers import customer_key
from helpers.sources.catalogue import read_source
from helpers.sources.databases import answer, shown
from helpers.tables.buyers import buyer_key
from helpers.tables.ingest import Receipt, ingest
from helpers.tables.warehouse import Warehouse
from helpers.vocabulary.faults import DeclarationFaulty

from .export_company import Company

MAPPING = """
source: till
name: {en: Till, zh: 收银}
facts: [orders]
from:
  database: "sqlite:///${TILL_FILE}"
  query: SELECT * FROM sales WHERE price LIKE '%' ORDER BY receipt -- 10:30
  store: own-site
known_by: [receipt, sku, price]
columns:
  receipt: {type: id}
  sku: {header: article, type: id}
  sold_at: {type: timestamp, zone: store}
  price: {type: money}
  pieces: {type: integer}
  buyer: {type: customer}
  remark: {type: note, optional: true}
ignored: [name]
define:
  amount: {multiply: [price, pieces]}
tables:
  order_lines:
    fill: {order_id: receipt, ordered_at: sold_at, sku: sku, quantity: pieces,
           customer_key: buyer, product_name: remark, list_amount: amount}
"""
SALES = [
    ("0001", "A-1", "2025-10-01 09:00:00", 2.55, 3, "Ann@Example.com", "Ann Sample",
     "call +44 20 7946 0000"),
    ("0002", "A-2", "2025-10-02 09:00:00", 0.1, 1, None, "Bo Sample", None),
    ("0003", "A-1", "2025-10-03 09:00:00", 1200, 1, 17850.0, "Cy Sample", "gift"),
]  # fmt: skip


@pytest.fixture
def till(company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Company:
    file = tmp_path / "till.db"
    with sqlite3.connect(file) as con:
        con.execute("CREATE TABLE sales (receipt, article, sold_at, price, pieces, buyer, name,"
                    " remark)")  # fmt: skip
        con.executemany("INSERT INTO sales VALUES (?, ?, ?, ?, ?, ?, ?, ?)", SALES)
    con.close()
    monkeypatch.setenv("TILL_FILE", str(file))
    company.describe("till", MAPPING)
    return company


def taken(company: Company) -> Receipt:
    workspace, paths = load_workspace(str(company.root))
    return ingest(workspace, paths)


def refused(company: Company, mapping: str) -> str:
    company.describe("till", mapping)
    (one,) = taken(company).files
    assert one.status == "refused"
    return one.message


def test_a_query_is_taken_in_like_a_file_and_known_again(till: Company) -> None:
    (one,) = taken(till).files
    told = (one.path, one.kind, one.store, one.status, one.rows_read, one.rows_kept)
    assert told == ("database/till", "till", "own-site", "accepted", 3, 3)
    workspace, paths = load_workspace(str(till.root))
    with Warehouse.open(paths, workspace) as warehouse:
        rows = warehouse.sql(
            "SELECT order_id, sku, quantity, list_amount, customer_key, product_name"
            " FROM order_lines ORDER BY order_id"
        )
        batches = warehouse.sql("SELECT as_of FROM import_batches")
    assert rows[["order_id", "sku", "quantity", "list_amount"]].to_numpy().tolist() == [
        ["0001", "A-1", 3, 7.65],
        ["0002", "A-2", 1, 0.1],
        ["0003", "A-1", 1, 1200],
    ]
    # As from a file: the platform is the store's, and 17850.0 is the customer 17850.
    key = buyer_key(paths)
    assert rows.customer_key.to_list()[0] == customer_key("ann@example.com", "shopify", key)
    assert rows.customer_key.to_list()[2] == customer_key("17850", "shopify", key)
    assert "7946" not in rows.product_name[0]
    # A database knows its rows on the day on which it is asked, whatever day they speak of.
    assert abs((date.fromisoformat(str(batches.as_of[0])[:10]) - date.today()).days) <= 1
    (again,) = taken(till).files
    assert (again.status, again.rows_duplicate) == ("duplicate", 3)


def test_what_changed_in_the_database_comes_with_the_next_ingest(
    till: Company, tmp_path: Path
) -> None:
    taken(till)
    with sqlite3.connect(tmp_path / "till.db") as con:
        con.execute("UPDATE sales SET pieces = 5 WHERE receipt = '0001'")
        con.execute("DELETE FROM sales WHERE receipt = '0002'")
    con.close()
    taken(till)
    workspace, paths = load_workspace(str(till.root))
    with Warehouse.open(paths, workspace) as warehouse:
        assert int(warehouse.sql("SELECT sum(quantity) AS n FROM order_lines").n[0]) == 5 + 1


def test_no_person_gets_onto_the_disk(
    till: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file between database and door holds declared columns only, hashed and masked."""
    workspace, paths = load_workspace(str(till.root))
    source = read_source(paths.mappings / "till.yml")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    asked = answer(source, workspace, scratch, b"a key of the test")
    assert asked.path == scratch / "own-site" / "till.parquet"
    assert asked.path.stat().st_mode & 0o077 == 0
    rows = till.con.execute(f"SELECT * FROM '{asked.path}'").fetchall()
    said = repr(rows)
    for person in ("ann@example.com", "Ann", "Sample", "7946 0000", "79460000", "17850"):
        assert person.casefold() not in said.casefold()
    assert rows[1][5] is None

    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    taken(till)
    assert [one for one in scratch.iterdir() if one.name.startswith("answers-")] == []
    for file in till.root.rglob("*"):
        # The database itself lies in the same folder of the test.
        if file.is_file() and file.suffix not in (".db", ".yml"):
            content = file.read_bytes().lower()
            # Four digits of the number stand in one of a thousand hashes by chance.
            told = (b"ann@example", b"sample", b"7946 0000", b"79460000")
            assert not any(one in content for one in told)


def test_pages_are_as_good_as_one(till: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """A column may hold numbers on one page, and nothing or words on the next."""
    monkeypatch.setattr(databases, "PAGE", 1)
    (one,) = taken(till).files
    assert (one.status, one.rows_kept) == ("accepted", 3)


def test_a_query_cannot_change_the_database(till: Company, tmp_path: Path) -> None:
    before = (tmp_path / "till.db").read_bytes()
    told = refused(till, MAPPING.replace("SELECT *", "DELETE").replace("ORDER BY receipt", ""))
    assert "is no SELECT" in told
    query = MAPPING.partition("query: ")[2].partition(" --")[0]
    told = refused(till, MAPPING.replace(query, "WITH x AS (SELECT 1) DELETE FROM sales"))
    assert "readonly" in told or "read only" in told or "read-only" in told
    assert (tmp_path / "till.db").read_bytes() == before


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("TILL_FILE", "NOWHERE_SET", "environment variable NOWHERE_SET is not set; set it"),
        ("sqlite:///${TILL_FILE}", "sqlite:////nowhere/at/all.db",
         "sqlite:////nowhere/at/all.db: cannot be read (no such file)"),
        ("sqlite:///${TILL_FILE}", "no address", "is no database URL"),
        ("sqlite:///${TILL_FILE}", "oracle+oracledb://dbuser1:s3cret@server/db?wallet_password=w4llet",
         "oracle+oracledb://server/db: needs the driver oracledb; pip install oracledb"),
        ("sqlite:///${TILL_FILE}", "martian://dbuser1:s3cret@server/db",
         "'martian' is no database that is known"),
        ("store: own-site", "store: own-sit", "'own-sit' is no store of workspace.yml; did you mean"
         " 'own-site'?"),
        ("  store: own-site\n", "", "does not say whose rows they are; add store: to"),
        ("store: own-site", "store: own-site\n  period: ../../x", "from.period: "),
        ("FROM sales", "FROM sails", "answers: no such table: sails; check the query"),
        ("LIKE '%'", "LIKE 'x'", "the query gives no rows; check its WHERE"),
        ("SELECT *", "SELECT receipt, article", "the query gives no column 'price'; add it to the"
         ' SELECT: ... AS "price"'),
    ],
)  # fmt: skip
def test_what_fails_is_told_without_a_secret(till: Company, old: str, new: str, told: str) -> None:
    assert old in MAPPING
    message = refused(till, MAPPING.replace(old, new))
    assert told in message, message
    for secret in ("s3cret", "dbuser1", "w4llet"):
        assert secret not in message


def test_an_address_is_shown_without_user_password_and_options() -> None:
    url = make_url("postgresql://dbuser1:s3cret@db.example.com:5432/shop?sslpassword=x")
    assert shown(url) == "postgresql://db.example.com:5432/shop"


def test_a_slip_in_the_mapping_does_not_print_the_password(till: Company) -> None:
    till.describe("till", MAPPING.replace(
        '  database: "sqlite:///${TILL_FILE}"\n', "").replace(
        "from:\n", "from: postgresql://dbuser1:s3cret@server/db\nfrm:\n"))  # fmt: skip
    with pytest.raises(DeclarationFaulty) as caught:
        read_source(till.root / "sources" / "till.yml")
    assert "s3cret" not in str(caught.value)
    assert "postgresql://…@server/db" in str(caught.value)


def test_a_file_cannot_pass_a_persons_id_off_as_a_hash(till: Company) -> None:
    """Only what looks like a hash is taken for one, whatever a file says of itself."""
    path = till.root / "inbox" / "own-site" / "forged.parquet"
    path.parent.mkdir()
    till.con.execute(
        f"""COPY (SELECT '1' AS receipt, 'A' AS article, '2025-10-01' AS sold_at, '1' AS price,
        '1' AS pieces, 'ann@example.com' AS buyer) TO '{path}'
        (FORMAT parquet, KV_METADATA {{"review asked as": 'till'}})"""
    )
    reading = till.read("own-site/forged.parquet")
    ((buyer,),) = till.rows(reading, "order_lines", "customer_key")
    assert buyer == customer_key("ann@example.com", "shopify", b"a key of the test")


def test_the_rest_goes_on_where_a_database_is_away(
    till: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TILL_FILE")
    till.put("own-site/members.csv", "store_id,customer,member_tier,valid_from\n"
             "own-site,a@example.com,gold,2025-10-01\n")  # fmt: skip
    receipt = taken(till)
    assert [(one.path, one.status) for one in receipt.files] == [
        ("inbox/own-site/members.csv", "accepted"),
        ("database/till", "refused"),
    ]
    assert not receipt.ok


def test_the_chapters_own_examples_are_sound(company: Company) -> None:
    chapter = (ROOT / "docs" / "bring-your-own-files.md").read_text(encoding="utf-8")
    blocks = [block.split("```")[0] for block in chapter.split("```yaml\n")[1:]]
    (asked,) = (block for block in blocks if block.startswith("from:"))
    head, _, rest = MAPPING.partition("from:")
    company.describe("till", head + asked + "known_by:" + rest.partition("known_by:")[2])
    query = read_source(company.root / "sources" / "till.yml").asked_of
    assert query is not None
    assert query.store == "online-retail"
    (inboxes,) = (block for block in blocks if block.startswith("inboxes:"))
    declaration = company.root / "workspace.yml"
    declaration.write_text(declaration.read_text(encoding="utf-8") + inboxes, encoding="utf-8")
    assert len(load_workspace(str(company.root))[0].inboxes) == 3
