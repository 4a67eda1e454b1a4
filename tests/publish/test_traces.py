"""What a run leaves in the journal, from small things made by hand."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from helpers.paths import WorkspacePaths
from helpers.publish.traces import traces_of, traces_of_intake, traces_of_run
from helpers.tables.ingest import FileReceipt, Receipt


@pytest.fixture
def paths(tmp_path):
    """Tables of two months: 100 and 40 bytes of orders, and 7 bytes of products without months."""
    made = WorkspacePaths(tmp_path)
    tables = made.warehouse / "tables" / "gen"
    for name, size in (
        ("orders/month=2025-09", 100), ("orders/month=2025-10", 40), ("products", 7),
    ):  # fmt: skip
        (tables / name).mkdir(parents=True)
        (tables / name / "part.parquet").write_bytes(b"x" * size)
    manifest = {"files": {}, "rows": {}, "warnings": [], "lines_overruled": {}, "batches": []}
    (tables / "manifest.json").write_text(json.dumps(manifest))
    (made.warehouse / "CURRENT").write_text("gen 0")
    return made


def page(paths, name, status, reads=None):
    output = paths.root / f"{name}.ipynb"
    if reads is not None:
        output.with_suffix(".json").write_text(json.dumps({"reads": {"tables": reads}}))
    return SimpleNamespace(
        page=SimpleNamespace(id=name), language="en", status=status, seconds=1.234,
        peak_memory=99.5, reason="why", fault=f"{name}: boom",
        output=None if status == "failed" else output,
    )  # fmt: skip


def report(paths, *pages):
    failed = [one for one in pages if one.status == "failed"]
    review = SimpleNamespace(id="monthly")
    return SimpleNamespace(
        paths=paths, pages=pages, failed=failed, review=review, period="2025-10"
    )  # fmt: skip


def test_bytes_are_those_of_the_partitions_that_pages_read(paths):
    one = page(paths, "one", "ran", {"orders": {"2025-10": "f"}, "products": {"": "f"}})
    two = page(paths, "two", "ran", {"orders": {"2025-09": "f", "2025-10": "f", "2024-01": "f"}})
    known = page(paths, "three", "up_to_date", {"orders": {"2025-09": "f"}})
    told = traces_of_run(report(paths, one, two, known))
    assert [note.bytes_read for note in told["pages"]] == [47, 140, None]
    assert (told["bytes_read"], told["outcome"]) == (187, "done")
    assert told["pages"][0].peak_memory == 99.5


def test_what_is_not_known_is_none_and_not_nought(paths):
    told = traces_of_run(report(paths, page(paths, "one", "ran")))
    assert told["bytes_read"] is None and told["pages"][0].bytes_read is None
    only_known = traces_of_run(report(paths, page(paths, "one", "up_to_date", {})))
    assert (only_known["bytes_read"], only_known["outcome"]) == (None, "unchanged")


def test_failed_pages_and_refused_files_make_a_release_partly_done(paths):
    receipt = Receipt(
        (
            FileReceipt("inbox/a.csv", "orders", "de", "2025-10", "accepted", "", rows_read=12),
            FileReceipt("inbox/b.csv", "orders", "de", "2025-10", "duplicate", "", rows_read=12),
            FileReceipt("inbox/c.csv", "", None, None, "refused", "is no export"),
        )
    )
    assert traces_of_intake(receipt) == {
        "files_read": 1, "rows_read": 12, "failures": ("inbox/c.csv: is no export",),
        "outcome": "partly",
    }  # fmt: skip
    released = SimpleNamespace(
        receipt=receipt, report=report(paths, page(paths, "stock", "failed")), period="2025-10",
        edition=SimpleNamespace(number=2, is_new=True),
    )  # fmt: skip
    told = traces_of(released)
    assert told["failures"] == ("inbox/c.csv: is no export", "stock: boom")
    assert (told["outcome"], told["edition"]) == ("partly", "monthly/2025-10/r2")
    assert told["rows_read"] == 12


def test_many_refused_files_are_counted(paths):
    files = tuple(FileReceipt(f"inbox/{n}.csv", "", None, None, "refused", "no") for n in range(25))
    told = traces_of_intake(Receipt(files))["failures"]
    assert len(told) == 21 and told[-1].startswith("inbox: 5 more files were refused")


def test_the_path_of_a_page_never_leaves_the_workspace(paths):
    told = traces_of_run(report(paths, page(paths, "one", "ran")))
    assert not Path(told["log"]).is_absolute()
