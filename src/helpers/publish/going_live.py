"""Put what is built before readers: the order of renames, the pointer, the first page.

The order is what keeps readers safe (DESIGN 8). Assets go first, because nothing refers to them
yet; the portal and the edition are renamed into names that never existed before; the two small
files that point at them are replaced last. Whatever dies, whenever: what readers open is whole,
and the next publication carries on.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from helpers.config.workspace import Workspace
from helpers.paths import PACKAGE
from helpers.publish.assets import FOLDER as ASSETS
from helpers.publish.assets import Assets, frame_fingerprint, put_in_place
from helpers.publish.editions import Edition, newest
from helpers.publish.frames import POLICY
from helpers.publish.words import FRAME, HTML_LANGUAGE, OWN_NAME
from helpers.vocabulary.labels import Language

BUILD = ".build"
PORTAL = "portal"
POINTER = "editions.js"
INDEX = "index.html"
#: Readers of the last portal may still have it open when the next one is put in place.
_PORTALS_KEPT = 2


@contextmanager
def staging_area(site: Path) -> Iterator[Path]:
    """Give an empty folder on the site's own disk; what a killed build left goes too."""
    staging = site / BUILD
    shutil.rmtree(staging, ignore_errors=True)
    (staging / "source").mkdir(parents=True)
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def go_live(
    site: Path,
    places: Mapping[Path, Path],
    workspace: Workspace,
    editions: Sequence[Edition],
    languages: Sequence[Language],
    portal: int,
    assets: Assets,
) -> None:
    """Move checked folders to where readers find them, then tell the site about them.

    Args:
        site: The site's folder.
        places: Where each staged folder goes (see ``book``): assets, portal, and the edition if
            there is a new one.
        workspace: The company.
        editions: Every edition that the pointer names, the new one among them.
        languages: The languages of the portal.
        portal: Number of the new portal.
        assets: What the first page loads.
    """
    renamed = dict(places)
    for staged, live in places.items():
        if live == site / ASSETS:
            put_in_place(staged, site)
            del renamed[staged]
    for staged, live in reversed(renamed.items()):
        live.parent.mkdir(parents=True, exist_ok=True)
        staged.rename(live)
    _tell(site, workspace, editions, languages, portal, assets)
    _forget_old_portals(site, portal)


def is_told(site: Path, editions: Sequence[Edition], workspace: Workspace) -> bool:
    """Tell whether pointer and portal are up to date.

    A killed publication may have left an edition out, or a definition may have changed since.
    """
    pointer = site / POINTER
    if not (pointer.is_file() and (site / INDEX).is_file()):
        return False
    told = json.loads(pointer.read_text(encoding="utf-8").split("=", 1)[1].strip().rstrip(";"))
    return (
        told.get("portal_key") == _portal_key(workspace)
        and [one["folder"] for one in told["editions"]] == [one.folder for one in editions]
        and (site / PORTAL / str(told["portal"])).is_dir()
    )


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
            for one in editions
        ],
    }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    _replace(site / POINTER, f"window.REVIEW_EDITIONS = {text};\n")
    of_each_review = {one.review: one for one in newest(list(editions))}.values()
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
    _replace(site / INDEX, first)


def _replace(path: Path, text: str) -> None:
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    aside.write_text(text, encoding="utf-8")
    aside.replace(path)


def _forget_old_portals(site: Path, newest_number: int) -> None:
    for folder in (site / PORTAL).iterdir():
        if folder.name.isdigit() and int(folder.name) <= newest_number - _PORTALS_KEPT:
            shutil.rmtree(folder, ignore_errors=True)
