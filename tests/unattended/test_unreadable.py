"""Files that cannot be read stop nothing but themselves, and are named with what to do.

Root may read everything, so rights are not tried: a folder in a file's place, a file that is gone
when its turn comes, and a disk that answers with an error are.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from helpers.config.workspace import load_workspace
from helpers.tables import ingest as intake
from helpers.tables.intake import reading
from helpers.tables.warehouse import Warehouse
from helpers.vocabulary.faults import DeclarationFaulty
from tables.fake_exports import drop, install
from warehouse_builder import make_workspace, order_line


@pytest.fixture
def company(tmp_path, monkeypatch):
    install(monkeypatch)
    monkeypatch.setattr(reading, "_HANDS", 1)
    workspace, paths = make_workspace(tmp_path)
    drop(paths.inbox, "good.json", tables={"order_lines": [order_line(list_amount="5.00")]})
    drop(paths.inbox, "ill.json", tables={"order_lines": [order_line(order_id="B")]})
    return workspace, paths


def failing(monkeypatch, number: int, name: str = "ill.json") -> None:
    """Let every attempt to open one file end with an error of the system."""
    usual = Path.open

    def opened(path, mode="r", *given, **named):
        if path.name == name and "r" in mode:
            raise OSError(number, os.strerror(number), str(path))
        return usual(path, mode, *given, **named)

    monkeypatch.setattr(Path, "open", opened)


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOENT])
def test_one_file_that_cannot_be_read_is_named_and_the_others_are_taken_in(
    company, monkeypatch, number
):
    workspace, paths = company
    with monkeypatch.context() as patch:
        failing(patch, number)
        receipt = intake.ingest(workspace, paths)
    assert not receipt.ok
    refused = [one for one in receipt.files if one.status == "refused"]
    assert [Path(one.path).name for one in refused] == ["ill.json"]
    assert f"cannot be read ({os.strerror(number)})" in refused[0].message
    assert _gmv(workspace, paths) == 5
    # Once it can be read again it is taken in, without a word from anybody.
    assert intake.ingest(workspace, paths).ok


def test_a_folder_in_a_files_place_is_looked_into_and_stops_nothing(company):
    workspace, paths = company
    (paths.inbox / "ill.json").unlink()
    (paths.inbox / "ill.json").mkdir()
    assert intake.ingest(workspace, paths).ok
    assert _gmv(workspace, paths) == 5


def test_a_declaration_that_cannot_be_read_is_a_fault_and_no_traceback(company, monkeypatch):
    _, paths = company
    folder = paths.root / "workspace.yml"
    if folder.is_file():
        folder.unlink()
    folder.mkdir()
    with pytest.raises(DeclarationFaulty, match=r"cannot be read \(.*\); check what it is"):
        load_workspace(str(paths.root))


def _gmv(workspace, paths):
    with Warehouse.open(paths, workspace) as warehouse:
        return warehouse.connection.execute("SELECT sum(gmv) FROM order_lines").fetchone()[0]
