"""Let go of editions by rule: superseded preliminary ones, and what nobody refers to any more.

``publishing: {keep: {preliminary_days: 90}}`` in ``workspace.yml``. A final edition, one that
readers are led to and one that was taken back always stay. What is pruned keeps its folder with
its record and manifest, so that its number is never used again and its line stays in history; at
each of its addresses a small page leads on to the newer edition.

A killed pruning is whole at every moment: the mark comes first, each page is replaced by its small
one in one step, the rest is deleted last, and the next pruning finishes it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.config.publishing import Keep
from helpers.config.swap import write_whole
from helpers.config.workspace import Workspace
from helpers.paths import WorkspacePaths
from helpers.publish.assets import FOLDER as ASSETS
from helpers.publish.editions import Edition, Editions, history_of, newest, pruned_of
from helpers.publish.frames import POLICY
from helpers.publish.going_live import one_publication, staging_area
from helpers.publish.holdings import INDEX, PORTAL, PRUNED, RECORD, YEARS, Name
from helpers.publish.manifest import files_in, read_manifest
from helpers.publish.pointer import What, known_touched
from helpers.publish.seals import MANIFEST
from helpers.publish.settling import FILE_MODE
from helpers.publish.words import FRAME, HTML_LANGUAGE
from helpers.vocabulary.labels import Language

if TYPE_CHECKING:
    from helpers.metrics.catalogue import Metric

_KEPT = {RECORD, MANIFEST, PRUNED}
_ASSET = re.compile(rf"{ASSETS}/([A-Za-z0-9._-]+)")
_IN_STYLE = re.compile(r"url\(\s*[\"']?([A-Za-z0-9._-]+)")


@dataclass(frozen=True)
class Letting:
    """What a pruning lets go of."""

    editions: tuple[Edition, ...]
    #: Below ``site/_assets``.
    assets: tuple[str, ...]
    #: How much the disk gets back, in bytes.
    size: int

    def as_json(self) -> dict[str, object]:
        """Give it as plain data."""
        return {
            "editions": [one.folder for one in self.editions],
            "assets": list(self.assets),
            "bytes": self.size,
        }


def prune(
    workspace: Workspace,
    paths: WorkspacePaths,
    *,
    dry_run: bool = False,
    now: datetime | None = None,
    metrics: dict[str, Metric] | None = None,
) -> Letting:
    """Let go of what the workspace's rule does not keep, and build the portal without it.

    Args:
        workspace: The company, with its rule.
        paths: Where the site is.
        dry_run: Say it and change nothing.
        now: The time; a clock that was set back lets nothing go.
        metrics: What the definitions page explains; the whole catalogue if not said.

    Raises:
        WorkFailed: Another publication is running, or the portal could not be built.
    """
    from helpers.publish.building import build_site

    site = paths.site
    with one_publication(paths):
        history = history_of(site)
        touched = known_touched(Editions.on(site))
        doomed = superseded(site, history, workspace.publishing.keep, now)
        size = sum(_size_of(site / one.folder) for one in doomed)
        if not dry_run:
            let_go(site, history, doomed, now)
            if doomed:
                if touched is not None:
                    touched |= {(one.review, one.period) for one in doomed}
                with staging_area(site) as staging:
                    build_site(
                        staging, workspace, Editions.on(site), None, metrics, touched=touched
                    )
        kept = [one for one in history if one not in doomed]
        unused = unused_assets(site, [*kept, *(() if dry_run else pruned_of(site))])
        size += sum((site / ASSETS / name).stat().st_size for name in unused)
        if not dry_run:
            _drop_assets(site, unused)
    return Letting(tuple(doomed), tuple(unused), size)


def retire(editions: Editions, keep: Keep, now: datetime | None = None) -> set[What]:
    """Let go of what the rule does not keep; whoever calls holds the lock and builds the portal.

    Only periods of which several editions are kept are looked at.

    Returns:
        The periods that lost an edition.
    """
    if keep.preliminary_days is None:
        return set()
    site, held = editions.site, editions.held
    crowded = {
        what
        for what, numbers in held.numbers.items()
        if sum(Name(*what, one) not in held.pruned for one in numbers) > 1
    }
    crowded |= {(one.review, one.period) for one in held.pruned if not _is_done(site / one.folder)}
    history = [one for what in sorted(crowded) for one in editions.of(*what)]
    doomed = superseded(site, history, keep, now)
    perhaps = {name for one in doomed for name in _assets_of(site, one)}
    let_go(site, history, doomed, now)
    if perhaps:
        left = [one for one in held.names if one not in {_name(each) for each in doomed}]
        _drop_assets(site, unused_assets(site, left, perhaps))
    return {(one.review, one.period) for one in doomed}


def superseded(
    site: Path, history: Sequence[Edition], keep: Keep, now: datetime | None = None
) -> list[Edition]:
    """Name the preliminary editions that the rule does not keep, oldest period first."""
    if keep.preliminary_days is None:
        return []
    now = now or datetime.now(UTC)
    present = [one for one in history if not one.pruned]
    stands = {(one.review, one.period): one for one in newest(present)}
    found = []
    for one in present:
        later = [
            other
            for other in present
            if other.is_shown
            and (other.review, other.period) == (one.review, one.period)
            and other.number > one.number
        ]
        if (
            one.status == "preliminary"
            and one.is_shown
            # Whoever reads only Chinese keeps the last edition that was Chinese.
            and set(one.languages) <= set(stands[one.review, one.period].languages)
            and len(later) >= keep.preliminary_newest
            and (age := _age(site / one.folder, now)) is not None
            and age > timedelta(days=keep.preliminary_days)
        ):
            found.append(one)
    return found


def let_go(
    site: Path, history: Sequence[Edition], doomed: Sequence[Edition], now: datetime | None = None
) -> None:
    """Prune editions, and finish those that a killed pruning left."""
    present = [one for one in history if not one.pruned and one not in doomed]
    stands = {(one.review, one.period): one for one in newest(present)}
    today = (now or datetime.now(UTC)).date()
    for one in (
        *doomed,
        *(one for one in history if one.pruned and not _is_done(site / one.folder)),
    ):
        _prune_one(site, one, stands[one.review, one.period], one.pruned or today)


def unused_assets(
    site: Path, kept: Iterable[Name | Edition], perhaps: Collection[str] | None = None
) -> list[str]:
    """Name the shared files that no edition, no portal and no small page loads.

    Args:
        site: The site's folder.
        kept: The editions that stay or left small pages.
        perhaps: Only these may be named; all shared files if not given.
    """
    folder = site / ASSETS
    there = {one.name for one in folder.iterdir()} if folder.is_dir() else set()
    sought = there if perhaps is None else there.intersection(perhaps)
    used = set(_assets_in(site.glob(INDEX)))
    for books in (PORTAL, YEARS):
        used.update(_assets_in((site / books).rglob("*.html")))
    for one in kept:
        used.update(_assets_of(site, one, sought))
    for name in sorted(used & there):
        if name.endswith(".css"):
            used.update(_IN_STYLE.findall((folder / name).read_text(encoding="utf-8")))
    return sorted(set(sought) - used)


def _assets_of(site: Path, one: Name | Edition, sought: Collection[str] = ()) -> set[str]:
    """Name the shared files that an edition loads; with ``sought``, only of these."""
    folder = site / one.folder
    if not (folder / PRUNED).is_file() and (folder / MANIFEST).is_file():
        if sought:
            text = (folder / MANIFEST).read_text(encoding="utf-8")
            return {name for name in sought if f'"{name}"' in text}
        manifest = read_manifest(folder)
        if manifest is not None:
            return set(manifest.assets)
    return set(_assets_in(folder.rglob("*.html")))


def _name(one: Edition) -> Name:
    return Name(one.review, one.period, one.number)


def _age(folder: Path, now: datetime) -> timedelta | None:
    """Say how long ago an edition was made; None where nobody knows."""
    manifest = read_manifest(folder)
    return now - manifest.made_at if manifest else None


def _prune_one(site: Path, edition: Edition, stands: Edition, day: date) -> None:
    folder = site / edition.folder
    _mark(folder, day, stands, done=False)
    for language in edition.languages:
        there = {page.name for page in (site / stands.folder / language).glob("*.html")}
        front = (site / stands.home(language)).read_text(encoding="utf-8")
        for page in sorted((folder / language).glob("*.html")):
            name = page.name if page.name in there else f"{stands.pages[0].file}.html"
            href = f"../../r{stands.number}/{language}/{name}"
            write_whole(page, _small_page(edition, stands, language, href, front), mode=FILE_MODE)
    for name in files_in(folder):
        if name not in _KEPT and not name.endswith(".html"):
            (folder / name).unlink()
    _mark(folder, day, stands, done=True)


def _mark(folder: Path, day: date, stands: Edition, done: bool) -> None:
    content = {"on": day.isoformat(), "for": stands.folder, "done": done}
    write_whole(folder / PRUNED, json.dumps(content, indent=1) + "\n", mode=FILE_MODE)


def _is_done(folder: Path) -> bool:
    try:
        content = json.loads((folder / PRUNED).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(content.get("done"))


def _small_page(
    edition: Edition, stands: Edition, language: Language, href: str, front: str
) -> str:
    """Say that an edition was removed, in the style of the one that readers are led to."""
    from helpers.publish.templates import render

    return render(
        "pruned.html",
        {
            "language": language,
            "html_language": HTML_LANGUAGE[language],
            "edition": edition,
            "heading": f"{edition.title.text(language)} {edition.span.label(language)}",
            "says": FRAME["pruned"].text(language).format(number=edition.number),
            "link": FRAME["newer"].text(language).format(number=stands.number),
            "newer": FRAME["newer"].text(language),
            "href": href,
            "policy": POLICY,
            "styles": [name for name in _ASSET.findall(front) if name.endswith(".css")],
            "scripts": re.findall(rf"{ASSETS}/(review-[0-9a-f]+\.js)", front)[:1],
        },
    )


def _assets_in(pages: Iterable[Path]) -> Iterator[str]:
    for page in pages:
        yield from _ASSET.findall(page.read_text(encoding="utf-8"))


def _drop_assets(site: Path, names: Iterable[str]) -> None:
    for name in names:
        (site / ASSETS / name).unlink(missing_ok=True)


def _size_of(folder: Path) -> int:
    return sum((folder / name).stat().st_size for name in files_in(folder) if name not in _KEPT)
