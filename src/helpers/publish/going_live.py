"""Put what is built before readers: the order of renames, the pointer, the first page.

The order is what keeps readers safe (DESIGN 8). Assets go first, because nothing refers to them
yet; the edition and the portal are renamed into names that never existed before; the small files
that point at them (``pointer``) are replaced last. Whatever dies, whenever: what readers open is
whole, and the next publication carries on. What was only renamed may be empty after a power cut,
so everything is flushed to the disk before it gets its name.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from helpers.config.swap import sweep, take_away, write_whole
from helpers.paths import WorkspacePaths
from helpers.publish.assets import FOLDER as ASSETS
from helpers.publish.editions import Editions
from helpers.publish.holdings import PORTAL, ROLLBACKS, YEARS
from helpers.publish.pointer import Telling, What, portal_of, read_pointer, tell, years_of
from helpers.publish.rollbacks import Rollback, as_text, read_rollbacks
from helpers.publish.seals import seal
from helpers.publish.settling import FILE_MODE, come_to_rest, make_folder, rename_into
from helpers.publish.targets.folder import portals_in
from helpers.vocabulary.faults import Fault, WorkFailed

BUILD = ".build"
#: A page of a portal may be open, or its address kept, for this long after the next one came.
_PORTAL_STAYS = timedelta(days=1)
#: Whoever publishes every few minutes shall not fill the disk with them.
_MOST_PORTALS = 30


@contextmanager
def one_publication(paths: WorkspacePaths) -> Iterator[None]:
    """Be the only one that changes the site or sends it; nobody is waited for.

    Raises:
        WorkFailed: Another process is at it.
    """
    paths.runs.mkdir(parents=True, exist_ok=True)
    lock = FileLock(paths.runs / "publish.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        what = "another publication is running"
        raise WorkFailed(Fault(str(paths.site), what, "wait until it has ended")) from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def staging_area(site: Path) -> Iterator[Path]:
    """Give an empty folder on the site's own disk; what a killed build left goes too.

    Its name never comes again: what builds for a publication outlives it where only that one is
    killed, and must not write into the next one's folder.
    """
    shutil.rmtree(site / BUILD, ignore_errors=True)
    (site / BUILD).mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(dir=site / BUILD))
    (staging / "source").mkdir()
    try:
        yield staging
    finally:
        shutil.rmtree(site / BUILD, ignore_errors=True)


def go_live(
    site: Path,
    places: Mapping[Path, Path],
    editions: Editions,
    touched: Collection[What] | None,
    telling: Telling | None,
    rollback: Rollback | None = None,
) -> None:
    """Move checked folders to where readers find them, then tell the site about them.

    Args:
        site: The site's folder.
        places: Where each staged folder goes (see ``book``), what others refer to first: assets,
            the edition if there is a new one, older years if one was touched, the portal.
        editions: Those that are in place then.
        touched: Reviews and periods whose editions are others than the site was told last; None
            where nobody knows.
        telling: What readers are told; None leads nobody to what is new.
        rollback: A decision that the portal tells of already and the site does not know yet.

    Raises:
        WorkFailed: The disk is full, or somebody holds a file. Readers see what they saw before.
    """
    former = read_pointer(site)
    try:
        sweep(site)
        for staged, live in places.items():
            come_to_rest(staged)
            make_folder(live.parent, site)
        for staged, live in places.items():
            if live == site / ASSETS:
                make_folder(live, site)
                for made in staged.iterdir():
                    rename_into(made, live / made.name)
            else:
                rename_into(staged, live)
        seal(site, (one for one in editions.held.names if touched is None or one[:2] in touched))
        if rollback:
            write_whole(
                site / ROLLBACKS, as_text([*read_rollbacks(site), rollback]), mode=FILE_MODE
            )
        if telling:
            tell(site, editions, telling, touched)
    except OSError as trouble:
        where = trouble.filename or site
        what = f"cannot be written ({trouble.strerror or trouble})"
        way_out = "mend that and publish again; readers see what they saw before"
        raise WorkFailed(Fault(str(where), what, way_out)) from None
    if telling:
        _forget_old_books(site, telling, former)


def next_book(folder: Path) -> int:
    """Give the number of the next portal, or of the next book of older years, in their folder."""
    names = [one.name for one in folder.iterdir()] if folder.is_dir() else []
    return max((int(name) for name in names if name.isdigit()), default=0) + 1


def portals_to_forget(
    portals: Mapping[int, datetime], current: int, former: int = 0, now: datetime | None = None
) -> list[int]:
    """Say which portals nobody can have open any more.

    Args:
        portals: Their numbers, and since when each is there.
        current: The one that readers are led to.
        former: The one that they were led to until now, 0 for none.
        now: The time; a clock that was set back forgets nothing.
    """
    now = now or datetime.now(UTC)
    numbers = sorted(number for number in portals if number <= current)
    followed = dict(pairwise(numbers))
    return [
        number
        for number in numbers
        if number in followed
        and number != former
        and (now - portals[followed[number]] > _PORTAL_STAYS or number <= current - _MOST_PORTALS)
    ]


def years_to_forget(
    books: Mapping[int, datetime], named: Collection[int], now: datetime | None = None
) -> list[int]:
    """Say which books of older years nobody can have open any more.

    Args:
        books: Their numbers, and since when each is there.
        named: Those that the pointer names.
        now: The time; a clock that was set back forgets nothing.
    """
    now = now or datetime.now(UTC)
    last = max(named, default=0)
    left = sorted(number for number in books if number < last and number not in named)
    if last in books and now - books[last] > _PORTAL_STAYS:
        return left
    return left[:-_MOST_PORTALS]


def _forget_old_books(site: Path, telling: Telling, former: Mapping[str, Any] | None) -> None:
    portals, years = site / PORTAL, site / YEARS
    gone = [
        portals / str(number)
        for number in portals_to_forget(portals_in(portals), telling.portal, portal_of(former))
    ]
    named = {*telling.years.values(), *years_of(former).values()}
    gone += [years / str(number) for number in years_to_forget(portals_in(years), named)]
    for book in gone:
        with suppress(OSError):  # a reader on Windows may hold one open; the next one goes on
            take_away(book)
    for folder in (portals, years):
        sweep(folder)
