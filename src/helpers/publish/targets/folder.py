"""A folder on this machine or a share: built on its own disk, then renamed.

A rename across disks is a copy in disguise and stops half-way when killed. So everything is
copied to ``.build`` on the target's disk first, checked there, and gets its name last.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from helpers.config.swap import take_away, write_whole
from helpers.publish.settling import FILE_MODE, come_to_rest, make_folder, rename_into
from helpers.publish.targets.place import Counted, md5_of
from helpers.vocabulary.faults import Fault, WorkFailed

_BUILD = ".build"


class Folder:
    """A site in a folder; it must be there, because a share that is not mounted looks empty."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def shown(self) -> str:
        """Give its path."""
        return str(self.root)

    def read(self, name: str) -> bytes | None:
        """Give a small file's content, None where there is none."""
        try:
            return (self.root / name).read_bytes()
        except FileNotFoundError:
            return None

    def holds(self, folder: str) -> dict[str, str]:
        """Say which files lie below a folder, each with the MD5 of its content."""
        return _hashed(self.root / folder)

    def put(self, folder: str, files: Mapping[str, Path], counted: Counted) -> None:
        """Copy files aside on the target's disk, and rename what they make into place.

        What an interrupted copy left aside is used as far as it is equal.
        """
        aside, final = self.root / _BUILD / folder, self.root / folder
        make_folder(aside, self.root)
        before = _hashed(aside)
        for done, (name, source) in enumerate(files.items(), 1):
            copy = aside / name
            wanted = md5_of(source)
            if before.get(name) != wanted:
                make_folder(copy.parent, self.root)
                draft = copy.with_name(f".new-{copy.name}")
                shutil.copyfile(source, draft)
                draft.replace(copy)
                if md5_of(copy) != wanted:
                    what = f"did not take {folder}/{name} as it was written"
                    raise WorkFailed(Fault(self.shown, what, "look at the disk, and send again"))
            counted(done)
        for name in set(_hashed(aside)) - set(files):
            (aside / name).unlink()
        come_to_rest(aside)
        make_folder(final.parent, self.root)
        if not final.exists():
            rename_into(aside, final)
            return
        for name in files:
            make_folder((final / name).parent, self.root)
            rename_into(aside / name, final / name)
        shutil.rmtree(aside, ignore_errors=True)

    def replace(self, name: str, content: bytes) -> None:
        """Replace a small file at once."""
        make_folder((self.root / name).parent, self.root)
        write_whole(self.root / name, content.decode("utf-8"), mode=FILE_MODE)

    def portals(self, folder: str) -> dict[int, datetime]:
        """Say which numbered folders lie below one, and since when."""
        return portals_in(self.root / folder)

    def remove(self, folder: str) -> None:
        """Take away a folder that nobody is led to any more; its files go out of sight first."""
        with suppress(OSError):  # a reader on Windows may hold one open; the next one goes on
            take_away(self.root / folder)

    def finish(self) -> None:
        """Clear what copies that were never finished left aside."""
        shutil.rmtree(self.root / _BUILD, ignore_errors=True)


def portals_in(folder: Path) -> dict[int, datetime]:
    """Say which numbered folders lie in a folder, and since when."""
    if not folder.is_dir():
        return {}
    return {
        int(one.name): datetime.fromtimestamp(one.stat().st_mtime, UTC)
        for one in folder.iterdir()
        if one.name.isdigit()
    }


def _hashed(folder: Path) -> dict[str, str]:
    return {
        one.relative_to(folder).as_posix(): md5_of(one)
        for one in sorted(folder.rglob("*"))
        if one.is_file() and not one.name.startswith(".")
    }
