"""A disk that fails at the n-th change of a whole release, and one that is really full.

A release is walked through again and again from the same state: one edition is published, one more
delivery waits. Each time one change to the company's files fails (a file opened for writing, a
rename, a new or removed folder), in the process that releases, with the error of a disk that is
full, read-only or broken, or of a right that is missing. Or the whole company lies on a small disk
of its own with so many pages of memory left: then it is whatever writes there that finds no room,
tables, kept figures, notebooks and the builder of the site included. After each:

- what failed is said in the voice of faults, and names the disk or the file;
- what readers open is whole, and shows what was delivered, before or now;
- the inbox holds what was delivered;
- the next release finishes, shows every line once, and leaves nothing behind.
"""

from __future__ import annotations

import errno
import math
import os
import random
import shutil
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

from helpers.publish.release import release
from helpers.vocabulary.faults import ReviewError

from .company import Company
from .failing import failing
from .killing import site_faults, totals_shown

#: What a failing disk says, and what must be told of it.
TOLD = {
    errno.ENOSPC: "the disk is full",
    errno.EROFS: "the disk is read-only",
    errno.EIO: "the disk cannot be read or written",
    errno.EACCES: "this user may not read or write it",
}
_SMALL_DISK = 96 << 20
_PAGE = 4096


@dataclass
class Outcome:
    """What a campaign found."""

    steps: Counter[str] = field(default_factory=Counter)
    #: Releases in which what failed was of no consequence.
    unharmed: int = 0
    changes: int = 0
    pages: int = 0
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0


def campaign(
    folder: Path,
    seed: int,
    rooms: int = 0,
    share: tuple[int, int] = (1, 1),
    tell: Callable[[str], object] = lambda what: None,
    until: float = math.inf,
) -> Outcome:
    """Walk through a release with a failing disk.

    Args:
        folder: Where to work.
        seed: Draws whether a failure lasts, and how much room is left.
        rooms: How many releases on a disk with hardly any room.
        share: Try the i-th of so many shares of the changes.
        tell: Told of each failure and of each fault.
        until: Begin no other one after this moment (``time.monotonic``).
    """
    rng, outcome, began = random.Random(seed), Outcome(), time.monotonic()
    before = _published_once(folder / "before")
    calm = _copy(before, folder / "calm")
    with failing(calm.paths.root) as counted:
        assert _release(calm) == ""
    outcome.changes = counted.changes
    first, of = share
    for at in range(first, counted.changes + 1, of):
        if time.monotonic() > until:
            break
        number = list(TOLD)[rng.randrange(len(TOLD))] if at % 2 else errno.ENOSPC
        lasting = rng.random() < 0.5
        company = _copy(before, folder / f"at-{at}")
        with failing(company.paths.root, at, number, lasting) as one:
            said = _release(company)
        name = f"{os.strerror(number)}{' from' if lasting else ' at'} change {at} ({one.failed})"
        outcome.steps[os.strerror(number)] += 1
        _judge(company, outcome, name, said, TOLD[number], tell)
    if rooms:
        with small_disk(folder / "disk") as disk:
            _with_little_room(before, disk, rng, rooms, outcome, tell, until)
    outcome.seconds = time.monotonic() - began
    return outcome


def _with_little_room(
    before: Company,
    disk: Path,
    rng: random.Random,
    rooms: int,
    outcome: Outcome,
    tell: Callable[[str], object],
    until: float,
) -> None:
    company = _copy(before, disk / "calm")
    with _peak(disk) as peak:
        assert _release(company) == ""
    shutil.rmtree(company.root)
    outcome.pages = peak()
    for _ in range(rooms):
        if time.monotonic() > until:
            break
        left = rng.randrange(outcome.pages)
        company = _copy(before, disk / "company")
        with _filled(disk, left):
            said = _release(company)
        outcome.steps["really full"] += 1
        _judge(company, outcome, f"{left} pages of memory left", said, "the disk is full", tell)


def _judge(
    company: Company,
    outcome: Outcome,
    name: str,
    said: str,
    told: str,
    tell: Callable[[str], object],
) -> None:
    faults = [] if not said or told in said else [f"said {said!r}"]
    outcome.unharmed += not said
    faults += [f"then {one}" for one in (*site_faults(company.paths.site), *company.inbox_faults())]
    if (shown := totals_shown(company.paths.site)) not in company.seen:
        faults.append(f"then shown {shown}")
    if again := _release(company):
        faults.append(f"the next run said {again!r}")
    site = company.paths.site
    faults += [f"next {one}" for one in (*site_faults(site), *company.inbox_faults())]
    if (shown := totals_shown(site)) != company.told():
        faults.append(f"next shown {shown}, delivered {company.told()}")
    faults += [f"left behind: {one.name}" for one in site.glob(".*")]
    tell(f"{name}: {said or 'nothing was harmed'}")
    outcome.faults += [f"{name}: {one}" for one in faults]
    for one in faults:
        tell(f"FAULT {name}: {one}")
    shutil.rmtree(company.root)


def _published_once(folder: Path) -> Company:
    company = Company(folder).found()
    said = _release(company)
    assert not said, said
    company.deliver()
    return company


def _copy(before: Company, to: Path) -> Company:
    shutil.copytree(before.root, to)
    return Company(to, before.lines, before.gmv, dict(before.delivered), list(before.seen))


def _release(company: Company) -> str:
    """Release, and give what was said of it; nothing where all is well."""
    heard = StringIO()
    try:
        with redirect_stderr(heard):
            released = release(
                str(company.paths.root), "monthly", "2025-10", status="preliminary",
                notebooks=company.notebooks, jobs=1,
            )  # fmt: skip
    except ReviewError as trouble:
        return str(trouble)
    except Exception as trouble:  # noqa: BLE001 - a traceback is what must not be
        return f"TRACEBACK {type(trouble).__name__}: {trouble}"
    told = [str(one.fault) for one in released.report.failed]
    told += [one.message for one in released.receipt.files if one.status == "refused"]
    return "\n".join(told) if not released.is_ok else ""


# -- a disk that is really full --------------------------------------------------------------------


@contextmanager
def small_disk(at: Path) -> Iterator[Path]:
    """Mount a small disk in memory, temporary files on it, too."""
    at.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={_SMALL_DISK}", "tmpfs", str(at)]
    subprocess.run(mount, check=True)
    before = tempfile.tempdir
    try:
        (at / "tmp").mkdir()
        tempfile.tempdir = str(at / "tmp")
        yield at
    finally:
        tempfile.tempdir = before
        subprocess.run(["umount", "-l", str(at)], check=True)


@contextmanager
def _filled(disk: Path, left: int) -> Iterator[None]:
    """Leave so many pages of room while inside."""
    room = os.statvfs(disk)
    filler = disk / "filler"
    with filler.open("wb") as stream:
        os.posix_fallocate(stream.fileno(), 0, (room.f_bavail - left) * room.f_frsize)
    try:
        yield
    finally:
        filler.unlink()


@contextmanager
def _peak(disk: Path) -> Iterator[Callable[[], int]]:
    """Watch how many pages of room are taken at most."""
    start, least = os.statvfs(disk).f_bavail, [os.statvfs(disk).f_bavail]
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.01):
            least[0] = min(least[0], os.statvfs(disk).f_bavail)

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    try:
        yield lambda: start - least[0]
    finally:
        done.set()
        watching.join()
