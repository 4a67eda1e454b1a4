"""Put what is built before readers: the order of renames, the pointer, the first page.

The order is what keeps readers safe (DESIGN 8). Assets go first, because nothing refers to them
yet; the portal and the edition are renamed into names that never existed before; the small files
that point at them are replaced last. Whatever dies, whenever: what readers open is whole, and the
next publication carries on. What was only renamed may be empty after a power cut, so everything
is flushed to the disk before it gets its name.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from helpers.config.workspace import Workspace
from helpers.paths import PACKAGE, WorkspacePaths
from helpers.publish.assets import FOLDER as ASSETS
from helpers.publish.assets import Assets, frame_fingerprint
from helpers.publish.editions import Edition, newest
from helpers.publish.frames import POLICY
from helpers.publish.rollbacks import ROLLBACKS, Rollback, as_text, read_rollbacks
from helpers.publish.seals import seal
from helpers.publish.settling import come_to_rest, make_folder, rename_into, replace_text
from helpers.publish.targets.folder import portals_in
from helpers.publish.words import FRAME, HTML_LANGUAGE, OWN_NAME
from helpers.tables.swap import sweep, take_away
from helpers.vocabulary.faults import Fault, WorkFailed
from helpers.vocabulary.labels import Language
from helpers.vocabulary.wording import write_date

BUILD = ".build"
PORTAL = "portal"
POINTER = "editions.js"
INDEX = "index.html"
#: A page of a portal may be open, or its address kept, for this long after the next one came.
_PORTAL_STAYS = timedelta(days=1)
#: Whoever publishes every few minutes shall not fill the disk with them.
_MOST_PORTALS = 30
_POINTER_BEGINS = "window.REVIEW_EDITIONS = "


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
    workspace: Workspace,
    editions: Sequence[Edition],
    languages: Sequence[Language],
    portal: int,
    assets: Assets,
    rollback: Rollback | None = None,
) -> None:
    """Move checked folders to where readers find them, then tell the site about them.

    Args:
        site: The site's folder.
        places: Where each staged folder goes (see ``book``): assets, portal, and the edition if
            there is a new one.
        workspace: The company.
        editions: Every edition there is, the new one among them; those that were taken back say
            so (``withdrawn``).
        languages: The languages of the portal.
        portal: Number of the new portal.
        assets: What the first page loads.
        rollback: A decision that the portal tells of already and the site does not know yet.

    Raises:
        WorkFailed: The disk is full, or somebody holds a file. Readers see what they saw before.
    """
    former = portal_of(read_pointer(site))
    try:
        sweep(site)
        renamed = dict(places)
        for staged, live in places.items():
            come_to_rest(staged)
            make_folder(live.parent, site)
            if live == site / ASSETS:
                make_folder(live, site)
                for made in staged.iterdir():
                    rename_into(made, live / made.name)
                del renamed[staged]
        for staged, live in reversed(renamed.items()):
            rename_into(staged, live)
        seal(site, editions)
        if rollback:
            replace_text(site / ROLLBACKS, as_text([*read_rollbacks(site), rollback]))
        _tell(site, workspace, editions, languages, portal, assets)
    except OSError as trouble:
        where = trouble.filename or site
        what = f"cannot be written ({trouble.strerror or trouble})"
        way_out = "mend that and publish again; readers see what they saw before"
        raise WorkFailed(Fault(str(where), what, way_out)) from None
    _forget_old_portals(site, portal, former)


def is_told(site: Path, editions: Sequence[Edition], workspace: Workspace) -> bool:
    """Tell whether pointer and portal are up to date.

    A killed publication may have left an edition out, or a definition may have changed since.
    """
    told = read_pointer(site)
    return (
        told is not None
        and (site / INDEX).is_file()
        and told.get("portal_key") == _portal_key(workspace)
        and [one["folder"] for one in told["editions"]] == [one.folder for one in newest(editions)]
        and [one["folder"] for one in told.get("withdrawn", ())]
        == [one.folder for one in editions if one.withdrawn]
        and (site / PORTAL / str(told["portal"])).is_dir()
    )


def read_pointer(site: Path) -> dict[str, Any] | None:
    """Read what the site was last told; None where it was told nothing that can be understood."""
    try:
        return understood((site / POINTER).read_bytes())
    except OSError:
        return None


def understood(pointer: bytes | None) -> dict[str, Any] | None:
    """Read the content of a pointer; None where there is none, or it is something else."""
    try:
        text = (pointer or b"").decode("utf-8").removeprefix(_POINTER_BEGINS).rstrip()
        told = json.loads(text.removesuffix(";"))
        return told if {"portal", "editions"} <= set(told) else None
    except (ValueError, TypeError):
        return None


def portal_of(pointer: Mapping[str, Any] | None) -> int:
    """Say which portal a pointer leads to, 0 for none."""
    return int(pointer["portal"]) if pointer else 0


def next_portal(site: Path) -> int:
    """Give the number of the next portal."""
    folder = site / PORTAL
    names = [one.name for one in folder.iterdir()] if folder.is_dir() else []
    return max((int(name) for name in names if name.isdigit()), default=0) + 1


def _portal_key(workspace: Workspace) -> str:
    """Fingerprint what the portal is made of besides the editions: frame, metrics, company."""
    digest = hashlib.sha256(f"{frame_fingerprint()} {workspace.company!r}".encode())
    for path in sorted((PACKAGE / "metrics" / "catalog").glob("*.yml")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:20]


def _tell(
    site: Path,
    workspace: Workspace,
    editions: Sequence[Edition],
    languages: Sequence[Language],
    portal: int,
    assets: Assets,
) -> None:
    """Replace the two small files that change, the pointer first and the first page last."""
    from helpers.publish.templates import render

    standing = newest(list(editions))
    content = {
        "portal": portal,
        "portal_key": _portal_key(workspace),
        "editions": [
            {
                "review": one.review,
                "period": one.period,
                "start": str(one.span.start),
                "number": one.number,
                "folder": one.folder,
                "label": {language: one.span.label(language) for language in one.languages},
            }
            for one in standing
        ],
        # Apart from those that readers are led to: old editions keep the script of their time,
        # which leads to whatever stands in the first list.
        "withdrawn": [
            {
                "folder": one.folder,
                "day": {
                    language: write_date(one.withdrawn.at.date(), language)
                    for language in one.languages
                },
                "because": one.withdrawn.because,
            }
            for one in editions
            if one.withdrawn
        ],
    }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    replace_text(site / POINTER, f"{_POINTER_BEGINS}{text};\n")
    of_each_review = {one.review: one for one in standing}.values()
    latest = sorted(of_each_review, key=lambda one: (one.span.end, -len(one.span)), reverse=True)
    choices = [
        {
            "language": language,
            "html_language": HTML_LANGUAGE[language],
            "name": OWN_NAME[language],
            "site": FRAME["site"].text(language),
            "latest": FRAME["latest"].text(language),
            "editions": [
                {
                    "href": one.home(language),
                    "title": f"{one.title.text(language)} {one.span.label(language)}",
                }
                for one in latest
                if language in one.languages
            ],
        }
        for language in languages
    ]
    first = render(
        "root.html",
        {
            "first": choices[0],
            "languages": choices,
            "company": " / ".join(
                dict.fromkeys(workspace.company.text(language) for language in languages)
            ),
            "title": FRAME["site"].text(languages[0]),
            "policy": POLICY,
            "assets": assets.as_frame(languages[0]),
            "portal": portal,
        },
    )
    replace_text(site / INDEX, first)


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


def _forget_old_portals(site: Path, current: int, former: int) -> None:
    folder = site / PORTAL
    for number in portals_to_forget(portals_in(folder), current, former):
        with suppress(OSError):  # a reader on Windows may hold one open; the next one goes on
            take_away(folder / str(number))
    sweep(folder)
