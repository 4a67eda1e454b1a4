"""A small file is the old or the new, and whoever stops in between leaves nothing to read."""

import os
import stat
from pathlib import Path

import pytest

from helpers.config.swap import sweep, write_whole


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "below" / "told.yml"
    write_whole(path, "old: 旧\n")
    return path


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


def test_a_file_is_replaced_with_exactly_this_text(file):
    write_whole(file, "new: 新\r\nline\n")
    assert file.read_bytes() == "new: 新\r\nline\n".encode()
    assert names(file.parent) == ["told.yml"]


def test_it_gets_the_rights_it_is_given_whatever_the_umask(file):
    before = os.umask(0o077)
    try:
        write_whole(file, "new", mode=0o644)
    finally:
        os.umask(before)
    assert stat.S_IMODE(file.stat().st_mode) == 0o644


def test_what_is_there_is_kept_where_nothing_may_be_written_over(file):
    with pytest.raises(FileExistsError):
        write_whole(file, "new", over=False)
    assert file.read_text(encoding="utf-8") == "old: 旧\n"
    assert names(file.parent) == ["told.yml"]
    write_whole(file.with_name("other.yml"), "new", over=False)
    assert names(file.parent) == ["other.yml", "told.yml"]


def test_a_rename_that_fails_leaves_the_old_text_and_nothing_else(file, monkeypatch):
    def full(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", full)
        with pytest.raises(OSError, match="No space"):
            write_whole(file, "new")
    assert file.read_text(encoding="utf-8") == "old: 旧\n"
    assert names(file.parent) == ["told.yml"]


@pytest.mark.parametrize("over", [True, False])
def test_whoever_is_killed_leaves_a_draft_that_nobody_reads_and_a_sweep_clears(file, over):
    child = os.fork()
    if child == 0:
        Path.replace = lambda self, target: os._exit(9)  # type: ignore[method-assign,assignment]
        write_whole(file.with_name("other.yml"), "new", over=over)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 9
    assert len(names(file.parent)) == 2
    assert [one.name for one in file.parent.glob("*.yml")] == ["told.yml"]
    sweep(file.parent)
    assert names(file.parent) == ["told.yml"]
