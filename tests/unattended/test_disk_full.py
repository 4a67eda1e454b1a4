"""A full disk at every step: it is named, readers and inbox keep what they had, the next run ends.

Files are written aside and renamed, so it must not matter which step fails. Each step fails once
here, as the system would let it fail; ``filling`` goes through a whole release so.
"""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from reading import Walk
from sites_by_hand import SiteByHand

from helpers.cli import main
from helpers.config.algebra import ONE_THREAD
from helpers.config.disks import disk_fault, naming_the_disk
from helpers.config.notices import Receiver
from helpers.metrics.figures import compute_or_recall
from helpers.paths import WorkspacePaths
from helpers.publish.notices.announcing import announce
from helpers.publish.notices.occasions import data_late
from helpers.reviews.holding import hold
from helpers.reviews.journal import entries, recording
from helpers.tables import ingest as intake
from helpers.tables.intake import reading
from helpers.tables.warehouse import Warehouse
from helpers.vocabulary.faults import DataRefused, Fault, WorkFailed
from helpers.vocabulary.labels import Label
from helpers.vocabulary.periods import parse_period
from tables.fake_exports import drop, install
from warehouse_builder import make_workspace, order_line

from .failing import failing

#: Every so many steps one fails; another stride tries others.
STRIDE = 5
FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "{here}/x"), "the disk is full ("),
        (OSError(errno.EROFS, "Read-only file system", "{here}/x"), "the disk is read-only ("),
        (OSError(errno.EIO, "Input/output error", "{here}/x"), "cannot be read or written"),
        (RuntimeError('Could not write file "{here}/t.parquet": No space left on device'), "full"),
        (WorkFailed(Fault("book (zh)", "OSError: [Errno 28] No space left on device")), "full"),
        (PermissionError(errno.EACCES, "Permission denied", "{here}/x"), "this user may not read"),
        # What a database says of rights is about no file.
        (RuntimeError("Permission denied for table orders"), None),
        (KeyError("x"), None),
        (FileNotFoundError(errno.ENOENT, "No such file", "{here}/x"), None),
        (DataRefused(Fault("a.csv", "is empty")), None),
    ],
)
def test_whoever_notices_it_the_disk_is_named_with_its_room_and_the_way_out(
    trouble, said, tmp_path
):
    if getattr(trouble, "filename", None):
        trouble.filename = trouble.filename.format(here=tmp_path)
    fault = disk_fault(trouble, tmp_path)
    if said is None:
        assert fault is None
        return
    assert said in fault.what
    assert fault.way_out.endswith("then run again; nothing was lost")
    if isinstance(trouble, PermissionError):
        assert fault.where == str(tmp_path / "x")
        return
    assert Path(fault.where).is_mount() and tmp_path.is_relative_to(fault.where)
    assert f"{shutil.disk_usage(fault.where).total / 2**20:,.0f}" in fault.what


def test_it_is_found_behind_what_was_raised_of_it(tmp_path):
    with pytest.raises(WorkFailed, match="the disk is full"), naming_the_disk(tmp_path):
        try:
            raise FULL
        except OSError as first:
            raise ValueError("could not be packed") from first
    with pytest.raises(KeyError), naming_the_disk(tmp_path):
        raise KeyError("a mistake stays a mistake")


def test_the_command_names_the_disk_whichever_subcommand_found_it_full(
    tmp_path, monkeypatch, capsys
):
    def write(**_) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(tmp_path / "plan" / "x.yml"))

    monkeypatch.setattr("helpers.cli.command.review", write)
    monkeypatch.setattr(sys, "argv", ["review", "sign"])
    for name, threads in ONE_THREAD.items():
        monkeypatch.setenv(name, threads)  # the command would set it for good
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    assert ": the disk is read-only (" in capsys.readouterr().err


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_even_the_lock_is_a_file(tmp_path, number):
    paths = WorkspacePaths(tmp_path)
    with (
        failing(tmp_path, 1, number),
        pytest.raises(WorkFailed, match="then run again"),
        hold(paths, "review due"),
    ):
        pass
    with hold(paths, "review due"):
        pass


def test_a_journal_on_a_full_disk_is_told_and_fails_nothing(tmp_path, capsys):
    paths = WorkspacePaths(tmp_path)
    with failing(tmp_path, 1, lasting=True), recording(paths, "publish", "monthly", "2025-10"):
        done = "the work"
    assert done
    said = capsys.readouterr().err
    assert said.count("the run is not in the journal") == 2 and "No space left" in said
    with recording(paths, "publish", "monthly", "2025-10"):
        pass
    assert [one.outcome for one in entries(paths)] == ["done"]


def test_kept_figures_on_a_full_disk_cost_time_and_no_figure(tmp_path, monkeypatch):
    install(monkeypatch)
    workspace, paths = make_workspace(tmp_path)
    drop(paths.inbox, "x.json", tables={"order_lines": [order_line(list_amount="7.00")]})
    intake.ingest(workspace, paths)
    usual = sqlite3.connect

    def full(path, **named) -> sqlite3.Connection:
        """Give a store that finds no room for anything, in SQLite's own words."""
        store = usual(path, **named)
        if path != ":memory:":
            store.execute("PRAGMA max_page_count = 1")
        return store

    def asked() -> list[float]:
        with Warehouse.open(paths, workspace) as warehouse:
            months = {"gmv": [parse_period("2025-10")]}
            return compute_or_recall(warehouse, months, ())["value"].tolist()

    with monkeypatch.context() as patch:
        patch.setattr(sqlite3, "connect", full)
        assert asked() == [7]
    assert asked() == asked() == [7]


def test_a_full_disk_at_any_step_of_an_intake(tmp_path, monkeypatch):
    install(monkeypatch)
    monkeypatch.setattr(reading, "_HANDS", 1)
    before = tmp_path / "before"
    workspace, paths = make_workspace(before)
    drop(paths.inbox, "old.json", tables={"order_lines": [order_line(list_amount="100.00")]})
    intake.ingest(workspace, paths)
    new = [order_line(order_id="B", list_amount="7.00")]
    drop(paths.inbox, "new.json", tables={"order_lines": new})
    calm = _copied(before, tmp_path / "calm")
    with failing(calm.root) as steps:
        intake.ingest(workspace, calm)
    assert steps.changes > 8
    old, whole = _gmv(workspace, paths), _gmv(workspace, calm)
    assert (old, whole) == (100, 107)
    for number in range(1, steps.changes + 1, 3 * STRIDE):
        full = _copied(before, tmp_path / f"full-{number}")
        inbox = _bytes(full.inbox)
        with failing(full.root, number):
            try:
                receipt = intake.ingest(workspace, full)
            except WorkFailed as trouble:
                assert "the disk is full" in str(trouble), number
            else:
                # Only a memory of what is known anyway may fail in silence.
                assert receipt.ok, number
        assert _gmv(workspace, full) in (old, whole), number
        assert _bytes(full.inbox) == inbox
        assert intake.ingest(workspace, full).ok
        assert _gmv(workspace, full) == whole
        left = [one.name for one in full.warehouse.rglob(".[no][el][wd]-*")]
        assert left == [], number
        shutil.rmtree(full.root)


def test_a_full_disk_at_any_step_of_going_live(tmp_path):
    before = SiteByHand(tmp_path / "before")
    before.publish("2025-09")
    calm = SiteByHand(tmp_path / "calm")
    shutil.copytree(before.root, calm.root)
    with failing(calm.root) as steps:
        calm.publish()
    assert steps.changes > 10
    for number in range(1, steps.changes + 1, STRIDE):
        site = SiteByHand(tmp_path / f"full-{number}")
        shutil.copytree(before.root, site.root)
        with failing(site.root, number):
            try:
                with naming_the_disk(site.root):
                    site.publish()
            except WorkFailed as trouble:
                assert "the disk is full" in str(trouble), number
        led_to = Walk(_reader(site.site)).go().led_to
        # The first page and the pointer are two files: each is the old one or the new one.
        assert led_to <= {"monthly/2025-09/r1", "monthly/2025-10/r1"} and led_to, number
        site.publish()
        assert "monthly/2025-10/r" in str(Walk(_reader(site.site)).go().led_to), number
        left = [one.name for one in site.site.glob(".*") if one.name != ".build"]
        assert left == [], number


def test_a_notice_on_a_full_disk_is_told_and_fails_nothing(tmp_path, capsys):
    site = SiteByHand(tmp_path)
    receiver = Receiver(name="ops", url="json://127.0.0.1:9/x")
    late = data_late("monthly", parse_period("2025-10"), [Label(en="orders", zh="订单")])
    workspace = site.workspace.model_copy(update={"notices": (receiver,)})
    with failing(tmp_path, 1):
        assert announce(workspace, site.paths, [late]) == ()
    assert "notices: could not be sent (" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform != "linux", reason="mounts a disk of four megabytes")
def test_an_intake_on_a_disk_that_is_really_full(tmp_path, monkeypatch):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("may not mount here")
    try:
        install(monkeypatch)
        workspace, paths = make_workspace(disk / "company")
        drop(paths.inbox, "new.json", tables={"order_lines": [order_line(list_amount="7.00")]})
        room = os.statvfs(disk)
        filler = disk / "filler"
        filler.write_bytes(b"0" * (room.f_bavail * room.f_frsize - 3 * 4096))
        with pytest.raises(WorkFailed) as caught:
            intake.ingest(workspace, paths)
        assert str(caught.value).startswith(f"{disk}: the disk is full (0 MB free of 4)")
        filler.unlink()
        assert intake.ingest(workspace, paths).ok
        assert _gmv(workspace, paths) == 7
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)


def _copied(before: Path, to: Path):
    shutil.copytree(before, to)
    return WorkspacePaths(to)


def _gmv(workspace, paths) -> Decimal:
    with Warehouse.open(paths, workspace) as warehouse:
        ((total,),) = warehouse.connection.execute("SELECT sum(gmv) FROM order_lines").fetchall()
    return total


def _bytes(folder: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in folder.iterdir()}


def _reader(site: Path) -> Callable[[str], bytes | None]:
    def read(name: str) -> bytes | None:
        path = site / name
        return path.read_bytes() if path.is_file() else None

    return read
