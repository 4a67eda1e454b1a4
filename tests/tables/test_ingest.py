"""The front door: every file has a receipt, and every row an account."""

import csv
import json
import os
import stat
from pathlib import Path

import pytest

from helpers.config.workspace import Workspace
from helpers.tables.buyers import buyer_key
from helpers.tables.ingest import ingest
from helpers.tables.warehouse import Warehouse
from helpers.vocabulary.faults import AskedWrongly, DataRefused, WorkFailed
from tables.fake_exports import drop, install
from warehouse_builder import make_workspace, order_line

BAD = order_line(order_id="B", kind="gift", product_name="x", country="QQ")


@pytest.fixture
def company(tmp_path, monkeypatch):
    workspace, paths = make_workspace(tmp_path / "company")
    return workspace, paths, install(monkeypatch)


def gmv(workspace, paths):
    with Warehouse.open(paths, workspace) as warehouse:
        return float(warehouse.sql("SELECT coalesce(sum(gmv), 0) AS x FROM order_lines").x[0])


def accounts(receipt):
    return [
        (one.status, one.rows_read, one.rows_kept, one.rows_quarantined, one.rows_duplicate)
        for one in receipt.files
    ]


def test_a_missing_inbox_is_made_and_holds_nothing(company):
    workspace, paths, _ = company
    receipt = ingest(workspace, paths)
    assert paths.inbox.is_dir()
    assert receipt.ok
    assert json.loads(receipt.as_json())["files"] == []
    assert gmv(workspace, paths) == 0


def test_the_same_file_again_changes_nothing_and_is_not_read(company):
    workspace, paths, read = company
    drop(paths.inbox, "a.json", tables={"order_lines": [order_line(), order_line(line_no=2)]})
    assert accounts(ingest(workspace, paths)) == [("accepted", 2, 2, 0, 0)]
    pointer = (paths.warehouse / "CURRENT").stat().st_mtime_ns
    assert accounts(ingest(workspace, paths)) == [("duplicate", 2, 0, 0, 2)]
    drop(paths.inbox, "copy.json", tables={"order_lines": [order_line(), order_line(line_no=2)]})
    second = ingest(workspace, paths)
    assert [one.status for one in second.files] == ["duplicate", "duplicate"]
    assert second.files[1].message == "was taken in before as inbox/a.json"
    assert read == ["a.json"]
    assert (paths.warehouse / "CURRENT").stat().st_mtime_ns == pointer
    assert gmv(workspace, paths) == 20


def test_a_refused_file_is_listed_and_the_others_go_on(company):
    workspace, paths, _ = company
    (paths.inbox / "deep" / "er").mkdir(parents=True)
    (paths.inbox / "deep" / "er" / "broken.txt").write_text("no export")
    drop(paths.inbox, "good.json", tables={"order_lines": [order_line()]})
    receipt = ingest(workspace, paths)
    assert not receipt.ok
    assert [(one.path, one.status) for one in receipt.files] == [
        ("inbox/deep/er/broken.txt", "refused"),
        ("inbox/good.json", "accepted"),
    ]
    assert "unknown kind; export it again" in receipt.files[0].message
    (listed,) = paths.quarantine.iterdir()
    assert "unknown kind" in listed.read_text("utf-8-sig")
    assert gmv(workspace, paths) == 10


def test_quarantined_rows_are_listed_for_the_analyst_and_come_back_corrected(company):
    workspace, paths, _ = company
    mail = order_line(order_id="C", kind="li@example.com")
    formula = order_line(order_id="D", kind="=1+1")
    drop(
        paths.inbox,
        "a.json",
        tables={"order_lines": [order_line(), BAD, mail, formula]},
        bad=[[9, "quantity", "x", "not_a_whole_number"]],
    )
    receipt = ingest(workspace, paths)
    assert receipt.ok, "quarantined rows do not fail an ingest"
    assert accounts(receipt) == [("partly", 5, 1, 4, 0)]
    (listed,) = paths.quarantine.iterdir()
    assert listed.name in receipt.files[0].message
    with listed.open(encoding="utf-8-sig") as stream:
        rows = list(csv.DictReader(stream))
    assert list(rows[0]) == ["file", "line", "column", "value", "reason_zh", "reason_en"]
    assert [(r["line"], r["column"], r["value"]) for r in rows] == [
        ("3", "kind", "gift"),
        ("4", "kind", "…"),
        ("5", "kind", "'=1+1"),
        ("9", "quantity", "x"),
    ]
    assert rows[3]["reason_en"] == "is no whole number"
    assert rows[3]["reason_zh"] == "不是整数"
    with Warehouse.open(paths, workspace) as warehouse:
        kept = warehouse.sql("SELECT reason, reasons, reason_zh FROM quarantine ORDER BY 2")
        assert len(kept) == 4
        assert "not_allowed; unknown_country" in kept.reasons.tolist()

    mended = [order_line(), order_line(order_id="B"), order_line(order_id="C")]
    drop(paths.inbox, "a.json", tables={"order_lines": mended})
    assert accounts(ingest(workspace, paths)) == [("accepted", 3, 3, 0, 0)]
    assert gmv(workspace, paths) == 30
    assert not list(paths.quarantine.iterdir()), "what is mended is no longer listed"


@pytest.mark.parametrize("amount", ["11.00", "12.00", "13.00", "14.00"])
def test_a_value_corrected_where_the_file_lies_is_believed_whatever_its_hash(company, amount):
    workspace, paths, _ = company
    drop(paths.inbox, "a.json", tables={"order_lines": [order_line()]})
    ingest(workspace, paths)
    drop(paths.inbox, "a.json", tables={"order_lines": [order_line(list_amount=amount)]})
    assert accounts(ingest(workspace, paths)) == [("accepted", 1, 1, 0, 0)]
    assert gmv(workspace, paths) == float(amount)


def test_a_file_overwritten_with_the_next_month_takes_nothing_away(company):
    workspace, paths, _ = company
    for month in ("09", "10"):
        row = order_line(order_id=month, local_date=f"2025-{month}-05")
        drop(paths.inbox, "orders.json", tables={"order_lines": [row]})
        ingest(workspace, paths)
    assert gmv(workspace, paths) == 20


def test_a_file_in_which_nothing_is_sound_is_refused_with_its_rows_counted(company):
    workspace, paths, _ = company
    drop(paths.inbox, "a.json", tables={"order_lines": [BAD]})
    receipt = ingest(workspace, paths)
    assert accounts(receipt) == [("refused", 1, 0, 1, 0)]
    assert "no row can be used" in receipt.files[0].message


def test_a_name_of_many_chinese_signs_is_listed_under_a_shorter_one(company):
    """85 signs are 245 bytes: room for the file, but for nothing to be written after its name."""
    workspace, paths, _ = company
    drop(paths.inbox, "长" * 80 + ".json", tables={"order_lines": [BAD]})
    assert accounts(ingest(workspace, paths)) == [("refused", 1, 0, 1, 0)]
    (listed,) = paths.quarantine.iterdir()
    assert listed.name.startswith("长" * 40 + "-") and listed.suffix == ".csv"


def test_rows_that_lose_against_a_newer_file_count_as_duplicates(company):
    workspace, paths, _ = company
    new = {"order_lines": [order_line(list_amount="7.00")]}
    drop(paths.inbox, "new.json", as_of="2025-11-02", tables=new)
    ingest(workspace, paths)
    old = {"order_lines": [order_line(), order_line(line_no=2), order_line(order_id="Z"), BAD]}
    drop(paths.inbox, "old.json", as_of="2025-11-01", tables=old)
    receipt = ingest(workspace, paths)
    assert accounts(receipt)[1] == ("partly", 4, 1, 1, 2)
    assert "2 rows give way" in receipt.files[1].message
    assert gmv(workspace, paths) == 17


def test_named_files_and_folders_are_read_where_they_lie(company, tmp_path):
    workspace, paths, _ = company
    folder = tmp_path / "downloads"
    one = drop(folder / "sub", "one.json", tables={"order_lines": [order_line()]})
    two = drop(tmp_path, "two.json", tables={"order_lines": [order_line(order_id="B")]})
    receipt = ingest(workspace, paths, [folder, two])
    assert [one.path for one in receipt.files] == [str(one), str(two)]
    assert one.exists() and two.exists()
    with Warehouse.open(paths, workspace) as warehouse:
        files = warehouse.receipts().file.tolist()
    assert files == ["downloads/sub/one.json", "two.json"], "no path of this machine is kept"
    with pytest.raises(AskedWrongly) as caught:
        ingest(workspace, paths, [tmp_path / "nowhere", tmp_path / "neither"])
    assert len(caught.value.faults) == 2


def test_hidden_files_and_office_locks_are_skipped_and_told(company):
    workspace, paths, _ = company
    paths.inbox.mkdir()
    for name in (".DS_Store", "~$report.xlsx", "Thumbs.db"):
        (paths.inbox / name).write_text("x")
    receipt = ingest(workspace, paths)
    assert receipt.files == ()
    assert {one.shown for one in receipt.skipped} == {".DS_Store", "~$report.xlsx", "Thumbs.db"}


def test_one_file_cannot_belong_to_two_stores(company):
    workspace, paths, _ = company
    rows = {"order_lines": [order_line()]}
    drop(paths.inbox / "shop-de", "a.json", store="shop-de", tables=rows)
    drop(paths.inbox / "shop-uk", "a.json", store="shop-de", tables=rows)
    receipt = ingest(workspace, paths)
    assert [one.status for one in receipt.files] == ["accepted", "refused"]
    assert "belongs to shop-de" in receipt.files[1].message
    assert gmv(workspace, paths) == 10


def test_a_file_is_read_again_when_its_store_is_declared_otherwise(company):
    workspace, paths, read = company
    rows = {"order_lines": [order_line()]}
    drop(paths.inbox / "shop-de", "a.json", store="shop-de", tables=rows)
    ingest(workspace, paths)
    told = workspace.model_dump(mode="json")
    told["stores"][0]["tax_rate"] = "0.07"
    again = Workspace.model_validate(told)
    assert accounts(ingest(again, paths)) == [("accepted", 1, 1, 0, 0)]
    assert read == ["a.json", "a.json"]
    assert len(list((paths.warehouse / "batches").iterdir())) == 1
    assert gmv(again, paths) == 10


def test_progress_ends_where_it_said_it_would(company):
    workspace, paths, _ = company
    for name in "abc":
        drop(paths.inbox, f"{name}.json", tables={"order_lines": [order_line(order_id=name)]})
    steps = []
    ingest(workspace, paths, progress=lambda *step: steps.append(step))
    assert [step[:2] for step in steps] == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]


def test_two_ingests_at_once_do_not_mix(company, monkeypatch):
    from filelock import FileLock

    workspace, paths, _ = company
    monkeypatch.setattr("helpers.tables.ingest.PATIENCE_SECONDS", 0.05)
    paths.warehouse.mkdir(parents=True)
    with (
        FileLock(paths.warehouse / ".lock"),
        pytest.raises(WorkFailed, match="another ingest is at work"),
    ):
        ingest(workspace, paths)


def test_the_buyer_key_is_made_once_and_for_its_owner_only(company, monkeypatch):
    _, paths, _ = company
    first = buyer_key(paths)
    assert buyer_key(paths) == first
    assert len(first) == 32
    if os.name == "posix":
        assert stat.S_IMODE(paths.buyer_key.stat().st_mode) == 0o600
    paths.buyer_key.write_text("gone")
    with pytest.raises(DataRefused, match="is no buyer key"):
        buyer_key(paths)
    monkeypatch.setenv("REVIEW_BUYER_KEY", "a long enough passphrase")
    assert buyer_key(paths) != first
    monkeypatch.setenv("REVIEW_BUYER_KEY", "short")
    with pytest.raises(AskedWrongly, match="at least 16"):
        buyer_key(paths)


NEW_TABLES = {
    "purchase_orders": ({"po_id": "P", "line_no": 1, "supplier_id": "V", "sku": "S", "currency":
        "EUR", "ordered_on": "2025-09-01"}, "quantity", -1, 5),
    "reviews": ({"store_id": "shop-de", "review_id": "R", "local_date": "2025-10-01"},
        "stars", -1.5, 5),
    "inquiries": ({"store_id": "shop-de", "inquiry_id": "I", "asked_at": "2025-10-01 08:00:00",
        "local_date": "2025-10-01"}, "channel", "fax", "rfq"),
    "shipments": ({"shipment_id": "S", "carrier": "c", "shipped_on": "2025-10-01",
        "currency": "EUR"}, "country", "QQ", "DE"),
    "settlements": ({"store_id": "shop-de", "settlement_id": "S", "stated_total": "1"},
        "currency", "GBP", "EUR"),
    "inventory_ledger": ({"store_id": "shop-de", "local_date": "2025-10-01", "opening": 1},
        "closing", None, 1),
}  # fmt: skip


def test_rows_of_every_kind_of_table_are_listed_and_come_back_corrected(company):
    workspace, paths, _ = company
    for turn in (2, 3):
        for table, told in NEW_TABLES.items():
            row, column = told[:2]
            # A sound row beside it, so that the file is taken in.
            key = next(k for k in ("po_id", "review_id", "inquiry_id", "shipment_id",
                                   "settlement_id", "local_date") if k in row)  # fmt: skip
            other = row | {key: "2025-10-02" if key == "local_date" else "other", column: told[3]}
            drop(paths.inbox, f"{table}.json", tables={table: [other, row | {column: told[turn]}]})
        receipt = ingest(workspace, paths)
        assert receipt.ok
        expected = ("partly", 2, 1, 1, 0) if turn == 2 else ("accepted", 2, 2, 0, 0)
        assert accounts(receipt) == [expected] * len(NEW_TABLES)
        listed = list(paths.quarantine.iterdir())
        assert len(listed) == (len(NEW_TABLES) if turn == 2 else 0)
        for file in listed:
            with file.open(encoding="utf-8-sig") as stream:
                (line,) = csv.DictReader(stream)
            table = line["file"].removeprefix("inbox/").removesuffix(".json")
            _, column, wrong, _ = NEW_TABLES[table]
            assert (line["line"], line["column"]) == ("3", column)
            assert line["value"].lstrip("'") == ("" if wrong is None else str(wrong))
            assert line["reason_en"] and not line["reason_zh"].isascii()
    with Warehouse.open(paths, workspace) as warehouse:
        for table in NEW_TABLES:
            assert len(warehouse.sql(f"SELECT * FROM {table}")) == 2, table


def covered(workspace, paths):
    """Which days of which store are spoken for, in words."""
    with Warehouse.open(paths, workspace) as warehouse:
        told = warehouse.sql(
            "SELECT DISTINCT store_id || ' ' || first_day || '..' || last_day AS days "
            "FROM batch_covers WHERE first_day IS NOT NULL ORDER BY 1"
        )
    return told.days.tolist()


def test_exports_without_a_row_speak_for_the_store_and_month_they_lie_in(company):
    """Without a row all exports of a kind have the same bytes; none of them is a copy."""
    workspace, paths, read = company
    for month in ("2025-09", "2025-10"):
        drop(paths.inbox / "shop-de" / month, "orders.json", store="shop-de",
             tables={"order_lines": []})  # fmt: skip
    expected = [
        ("inbox/shop-de/2025-09/orders.json", "2025-09", "accepted"),
        ("inbox/shop-de/2025-10/orders.json", "2025-10", "accepted"),
    ]
    receipt = ingest(workspace, paths)
    assert [(one.path, one.period, one.status) for one in receipt.files] == expected
    days = ["shop-de 2025-09-01..2025-09-30", "shop-de 2025-10-01..2025-10-31"]
    assert covered(workspace, paths) == days
    again = ingest(workspace, paths)
    assert [one.status for one in again.files] == ["duplicate", "duplicate"]
    assert len(read) == 2, "nothing is read a second time"
    assert covered(workspace, paths) == days
    # The inbox is tidied up: what was told stays told, and the next month comes beside it.
    for month in ("2025-09", "2025-10"):
        (paths.inbox / "shop-de" / month / "orders.json").unlink()
    drop(paths.inbox / "shop-de" / "2025-11", "orders.json", store="shop-de",
         tables={"order_lines": []})  # fmt: skip
    for _ in range(2):
        ingest(workspace, paths)
        assert covered(workspace, paths) == [*days, "shop-de 2025-11-01..2025-11-30"]


def test_of_two_exports_that_are_equally_new_the_receipt_tells_which_is_believed(company):
    """A cancellation that moves no day leaves the hash to decide: the analyst must hear of it."""
    workspace, paths, _ = company
    lines = {"first": [order_line()], "later": [order_line(status="cancelled")]}
    for name, rows in lines.items():
        drop(paths.inbox, f"{name}.json", store="shop-de", as_of="2025-11-02",
             tables={"order_lines": rows})  # fmt: skip
    told = {Path(one.path).stem: one.message for one in ingest(workspace, paths).files}
    (loser,) = (name for name, message in told.items() if "give way" in message)
    (winner,) = set(lines) - {loser}
    assert f"give way to inbox/{winner}.json" in told[loser]
    assert "save it over that one" in told[loser]
    assert gmv(workspace, paths) == (10 if winner == "first" else 0)
    # What the receipt advises helps, whichever of the two was believed.
    (paths.inbox / f"{loser}.json").replace(paths.inbox / f"{winner}.json")
    ingest(workspace, paths)
    assert gmv(workspace, paths) == (10 if loser == "first" else 0)
