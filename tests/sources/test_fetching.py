"""Inboxes elsewhere: copied once, read as below the inbox, never changed, never left."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

import fsspec
import pytest

from helpers.config.workspace import load_workspace
from helpers.sources import fetching
from helpers.sources.fetching import fetch, shown_address
from helpers.tables.ingest import Receipt, ingest
from helpers.vocabulary.faults import DataRefused

from .export_company import WORKSPACE, Company

RETURNS = "store_id,return_date,order_id,sku,quantity\nown-site,2025-10-05,#1001,S-{},1\n"


@pytest.fixture
def bucket() -> fsspec.AbstractFileSystem:
    """The memory file system, emptied: it is one for the whole process."""
    store = fsspec.filesystem("memory")
    store.store.clear()
    store.pseudo_dirs[:] = [""]
    return store


def listing(company: Company, *addresses: str) -> None:
    text = WORKSPACE + f"inboxes: [{', '.join(map(repr, addresses))}]\n"
    (company.root / "workspace.yml").write_text(text, encoding="utf-8")


def taken(company: Company) -> Receipt:
    workspace, paths = load_workspace(str(company.root))
    return ingest(workspace, paths)


def without_drivers(monkeypatch: pytest.MonkeyPatch, **drivers: str) -> None:
    """As if these were not installed, also where an earlier test of this process used one."""
    known = import_module("fsspec.registry")._registry  # `fsspec.registry` names a mapping
    for protocol, driver in drivers.items():
        monkeypatch.setitem(sys.modules, driver, None)
        monkeypatch.delitem(sys.modules, f"fsspec.implementations.{protocol}", raising=False)
        monkeypatch.delitem(known, protocol, raising=False)


def told(receipt: Receipt) -> list[tuple[str, str]]:
    return [(one.path, one.status) for one in receipt.files]


def test_a_bucket_is_read_as_if_it_lay_below_the_inbox(
    company: Company, bucket: fsspec.AbstractFileSystem
) -> None:
    stock = "sku,asin,afn-fulfillable-quantity,afn-warehouse-quantity\n"
    bucket.pipe("/exports/own-site/2025-10/a.csv", RETURNS.format(1).encode())
    bucket.pipe("/exports/b.csv", RETURNS.format(2).encode())
    bucket.pipe("/exports/amazon-us/2025-10/empty.csv", stock.encode())
    bucket.pipe("/other/c.csv", RETURNS.format(3).encode())
    listing(company, "memory://exports/")
    receipt = taken(company)
    assert told(receipt)[-2:] == [
        ("memory://exports/b.csv", "accepted"),
        ("memory://exports/own-site/2025-10/a.csv", "accepted"),
    ]
    assert not any("other" in one.path for one in receipt.files)
    assert [one.status for one in taken(company).files if "b.csv" in one.path] == ["duplicate"]
    # What was there is there still, byte by byte.
    assert bucket.cat("/exports/b.csv") == RETURNS.format(2).encode()
    assert len(bucket.find("/exports")) == 3
    assert (company.root / ".fetched").stat().st_mode & 0o077 == 0


def test_only_what_changed_is_copied_again(
    company: Company, bucket: fsspec.AbstractFileSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, paths = load_workspace(str(company.root))
    for name in ("a", "b", "c"):
        bucket.pipe(f"/x/{name}.csv", b"1,2\n")
    copied: list[str] = []
    copy = fetching._copy

    def counted(store, there, *rest):  # type: ignore[no-untyped-def]
        copied.append(there)
        copy(store, there, *rest)

    monkeypatch.setattr(fetching, "_copy", counted)
    assert fetch("memory://x", paths).inside == ["a.csv", "b.csv", "c.csv"]
    assert len(copied) == 3
    bucket.pipe("/x/b.csv", b"1,3\n")  # as long as before
    bucket.rm("/x/c.csv")
    done = fetch("memory://x", paths)
    assert (done.inside, copied[3:]) == (["a.csv", "b.csv"], ["/x/b.csv"])
    assert (done.folder / "b.csv").read_bytes() == b"1,3\n"
    assert not (done.folder / "c.csv").exists()
    # A lost memory costs time and nothing else.
    (done.folder.parent / "fetched.json").write_text("{broken")
    assert fetch("memory://x", paths).inside == ["a.csv", "b.csv"]


def test_a_shared_folder_is_an_inbox_too(company: Company, tmp_path: Path) -> None:
    share = tmp_path / "share"
    (share / "own-site").mkdir(parents=True)
    (share / "own-site" / "a.csv").write_text(RETURNS.format(1))
    (share / "own-site" / ".hidden.csv").write_text("x")
    listing(company, str(share))
    receipt = taken(company)
    assert told(receipt) == [(f"{share}/own-site/a.csv", "accepted")]
    assert [one.reason for one in receipt.skipped] == ["hidden"]
    assert sorted(one.name for one in share.rglob("*.csv")) == [".hidden.csv", "a.csv"]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../out.csv", "leads elsewhere"),
        ("a/../../out.csv", "leads elsewhere"),
        ("a//out.csv", "leads elsewhere"),
        ("./out.csv", "leads elsewhere"),
        ("C:/out.csv", "leads elsewhere"),
        ("nul\0out.csv", "no file should have"),
        ("line\nout.csv", "no file should have"),
        ("back\\..\\out.csv", "no file should have"),
        ("x" * 300 + ".csv", "too long"),
        ("/".join(["deep" * 20] * 20) + ".csv", "too deep"),
        (".ssh/authorized_keys", "hidden"),
    ],
)
def test_no_name_leads_out_of_the_copies(
    company: Company, bucket: fsspec.AbstractFileSystem, monkeypatch: pytest.MonkeyPatch,
    name: str, reason: str,
) -> None:  # fmt: skip
    _, paths = load_workspace(str(company.root))
    bucket.pipe("/x/good.csv", b"1,2\n")
    honest = type(bucket).find

    def hostile(self, path, **more):  # type: ignore[no-untyped-def]
        about = {"size": 4, "type": "file", "created": "now"}
        return honest(self, path, **more) | {f"/x/{name}": {"name": f"/x/{name}", **about}}

    monkeypatch.setattr(type(bucket), "find", hostile)
    before = {one for one in company.root.rglob("*") if ".fetched" not in one.parts}
    done = fetch("memory://x", paths)
    assert done.inside == ["good.csv"]
    ((left, why),) = done.left.items()
    assert reason in why
    assert left.isprintable()
    after = {one for one in company.root.rglob("*") if ".fetched" not in one.parts}
    assert after == before
    copies = [one for one in paths.fetched.rglob("*") if one.is_file()]
    assert sorted(one.name for one in copies) == ["fetched.json", "good.csv"]


def test_what_is_a_file_and_a_folder_at_once_is_left_there(
    company: Company, bucket: fsspec.AbstractFileSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, paths = load_workspace(str(company.root))
    bucket.pipe("/x/a", b"1,2\n")
    honest = type(bucket).find

    def both(self, path, **more):  # type: ignore[no-untyped-def]
        about = {"name": "/x/a/b.csv", "size": 4, "type": "file", "created": "now"}
        return honest(self, path, **more) | {"/x/a/b.csv": about}

    monkeypatch.setattr(type(bucket), "find", both)
    done = fetch("memory://x", paths)
    assert done.inside == ["a"]
    assert done.left == {"a/b.csv": "is a file there and a folder at once"}


def test_an_inbox_has_bounds(
    company: Company, bucket: fsspec.AbstractFileSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, paths = load_workspace(str(company.root))
    for name in ("a", "b"):
        bucket.pipe(f"/x/{name}.csv", b"1,2\n" * 10)
    monkeypatch.setattr(fetching, "MOST_BYTES", 39)
    assert fetch("memory://x", paths).inside == []
    monkeypatch.setattr(fetching, "MOST_BYTES", 100)
    monkeypatch.setattr(fetching, "MOST_BYTES_TOGETHER", 79)
    with pytest.raises(DataRefused, match="holds more than"):
        fetch("memory://x", paths)
    monkeypatch.setattr(fetching, "MOST_FILES", 1)
    with pytest.raises(DataRefused, match="holds 2 files; at most 1"):
        fetch("memory://x", paths)


def test_an_inbox_that_is_away_is_told_and_the_rest_goes_on(
    company: Company, bucket: fsspec.AbstractFileSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.put("returns.csv", RETURNS.format(1))
    without_drivers(monkeypatch, s3="s3fs", sftp="paramiko")
    monkeypatch.setenv("SHARE_PASSWORD", "s3cret")
    listing(
        company, "s3://bucket/exports", "memory://nowhere", "nonsense://x", "/no/such/folder",
        "sftp://ann:${SHARE_PASSWORD}@server/exports", "memory://${NOWHERE_SET}/x",
    )  # fmt: skip
    receipt = taken(company)
    assert not receipt.ok
    said = {one.path: one.message for one in receipt.files}
    assert told(receipt)[0] == ("inbox/returns.csv", "accepted")
    assert "needs the driver s3fs; pip install s3fs" in said["s3://bucket/exports"]
    assert "is no folder; check the address" in said["memory://nowhere"]
    assert "is no address that can be read" in said["nonsense://x"]
    assert "is no folder" in said["/no/such/folder"]
    assert "needs the driver paramiko" in said["sftp://server/exports"]
    assert "NOWHERE_SET is not set" in said["memory://${NOWHERE_SET}/x"]
    assert "s3cret" not in receipt.as_json()
    assert "ann" not in "".join(said)


def test_an_address_is_shown_without_user_password_and_options() -> None:
    assert shown_address("s3://bucket/exports/") == "s3://bucket/exports"
    assert shown_address("smb://ann:s3cret@nas/share?token=x") == "smb://nas/share"
    assert shown_address("/mnt/share/exports") == "/mnt/share/exports"


def test_a_killed_copy_leaves_the_old_one(
    company: Company, bucket: fsspec.AbstractFileSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, paths = load_workspace(str(company.root))
    bucket.pipe("/x/a.csv", b"1,2\n")
    done = fetch("memory://x", paths)
    bucket.pipe("/x/a.csv", b"3,4,5\n")

    def killed(self: Path, target: Path) -> Path:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        fetch("memory://x", paths)
    monkeypatch.undo()
    assert (done.folder / "a.csv").read_bytes() == b"1,2\n"
    assert fetch("memory://x", paths).inside == ["a.csv"]
    assert (done.folder / "a.csv").read_bytes() == b"3,4,5\n"
