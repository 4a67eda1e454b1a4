"""Publish an edition: make it aside, check it, and hand it over to go live.

Everything is built and checked under ``site/.build``; ``going_live`` puts it before readers.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.config.workspace import Workspace
from helpers.paths import WorkspacePaths
from helpers.publish.assets import frame_fingerprint
from helpers.publish.building import Draft, build_site
from helpers.publish.content import Content, PageBuilt, file_name, read_content
from helpers.publish.editions import (
    FORMAT,
    Edition,
    Editions,
    PageRecord,
    Status,
    newest,
    next_number,
)
from helpers.publish.going_live import one_publication, staging_area
from helpers.publish.holdings import INDEX
from helpers.publish.home import HomeSummary
from helpers.publish.manifest import MadeFrom
from helpers.publish.pointer import is_told, known_touched
from helpers.publish.retention import retire
from helpers.publish.words import review_title
from helpers.vocabulary.faults import Fault, WorkFailed
from helpers.vocabulary.labels import LANGUAGES, Label, Language
from helpers.vocabulary.periods import Period

if TYPE_CHECKING:
    from helpers.metrics.catalogue import Metric


@dataclass(frozen=True)
class EditionBuilt:
    """What a publication gave: where to start reading, and which edition it is."""

    index: Path
    edition: Path
    number: int
    is_new: bool
    #: The number of an edition that would come again exactly so, and was taken back.
    taken_back: int | None = None


def publish(
    paths: WorkspacePaths,
    workspace: Workspace,
    review: str,
    period: Period,
    status: Status,
    pages: Mapping[Language, Sequence[PageBuilt]],
    key: str,
    summary: Mapping[Language, HomeSummary],
    *,
    title: Label | None = None,
    data_through: date | None = None,
    awaiting: Mapping[Language, str] | None = None,
    signed: Mapping[Language, str] | None = None,
    admitted: Mapping[Language, str] | None = None,
    metrics: Mapping[str, Metric] | None = None,
    made_from: MadeFrom | None = None,
    lead: bool = True,
) -> EditionBuilt:
    """Make an edition of executed pages and put it on the site.

    Args:
        paths: Where the workspace is.
        workspace: The company.
        review: Id of the review, such as ``monthly``.
        period: What the review is about.
        status: ``preliminary`` puts a banner on every page.
        pages: Executed pages by language, in reading order; the same pages in every language.
        key: Fingerprint of everything the pages were made from. With the same key, status and
            frame as the last edition of this period, nothing is built.
        summary: What the home page says, by language.
        title: Name of the review, where it is not one of the usual ones.
        data_through: The last day that the data hold.
        awaiting: What a preliminary edition waits for, in a line for each language.
        signed: Who has signed, likewise.
        admitted: Which sources will not come, who says so and why, likewise.
        metrics: What the definitions page explains; the whole catalogue where not given.
        made_from: What the pages read, for the manifest.
        lead: Lead readers to it. Without, it lies whole in its place until the next publication,
            or :func:`lead_readers`, which builds one portal for all.

    Raises:
        WorkFailed: A page may not be published, the book did not build cleanly, the built pages
            failed their check, or another publication holds the lock.
    """
    from helpers.metrics.catalogue import catalogue_of
    from helpers.publish.changes.page import PAGE as CHANGES_PAGE
    from helpers.publish.changes.page import WhatChanged

    site = paths.site
    _check_pages(review, pages)
    title = title or review_title(review)
    told = {"awaiting": awaiting or {}, "signed": signed or {}, "admitted": admitted or {}}
    full_key = _key(key, status, title, data_through, told)
    site.mkdir(parents=True, exist_ok=True)
    with one_publication(paths):
        editions = Editions.on(site)
        same = [one for one in editions.of(review, str(period)) if not one.pruned]
        # The last one, and the one that readers are led to: what was taken back is not made anew
        # because cron comes by again.
        if again := next((one for one in (*same[-1:], *newest(same)) if one.key == full_key), None):
            if lead:
                _lead_on(editions, workspace, metrics)
            (stands,) = newest(same)
            taken_back = again.number if again.withdrawn else None
            return EditionBuilt(
                site / INDEX, site / stands.folder, stands.number, False, taken_back
            )
        contents = _read(pages)
        touched = known_touched(editions)
        if let_go := retire(editions, workspace.publishing.keep):
            editions = Editions.on(site)
            touched = None if touched is None else {*touched, *let_go}
        languages = tuple(one for one in LANGUAGES if one in pages)
        known = editions.around(review, str(period), languages)
        metrics = catalogue_of(workspace) if metrics is None else metrics
        edition = Edition(
            format=FORMAT,
            review=review,
            title=title,
            period=str(period),
            fiscal_start=period.fiscal_start,
            number=next_number(site, review, str(period)),
            status=status,
            data_through=data_through,
            **{name: dict(said) for name, said in told.items()},
            key=full_key,
            languages=languages,
            pages=(*_page_records(next(iter(pages.values()))), CHANGES_PAGE),
        )
        changed = WhatChanged.since(site, known, edition, pages, workspace, paths, metrics)
        edition = edition.model_copy(update={"compared_with": changed.compared_with})
        said = {
            one: told.as_record().model_copy(update={"moved": changed.moved_in(one)})
            for one, told in summary.items()
            if one in pages
        }
        draft = Draft(
            edition, known, changed.added_to(contents), said, made_from or MadeFrom(), changed
        )
        with staging_area(site) as staging:
            build_site(staging, workspace, editions, draft, metrics, touched=touched, lead=lead)
        return EditionBuilt(site / INDEX, site / edition.folder, edition.number, True)


def lead_readers(
    paths: WorkspacePaths, workspace: Workspace, metrics: Mapping[str, Metric] | None = None
) -> bool:
    """Lead readers to all that the site holds, where they are not yet.

    Returns:
        Whether there was anything to tell them.

    Raises:
        WorkFailed: The portal could not be built, or another publication holds the lock.
    """
    if not paths.site.is_dir():
        return False
    with one_publication(paths):
        return _lead_on(Editions.on(paths.site), workspace, metrics)


def _lead_on(
    editions: Editions, workspace: Workspace, metrics: Mapping[str, Metric] | None
) -> bool:
    if is_told(editions, workspace) or not editions.held.names:
        return False
    touched = known_touched(editions)
    with staging_area(editions.site) as staging:
        build_site(staging, workspace, editions, None, metrics, touched=touched)
    return True


def _check_pages(review: str, pages: Mapping[Language, Sequence[PageBuilt]]) -> None:
    """See that every page has its twin in every language, so that the switch never fails."""
    if not pages or not all(pages.values()):
        raise WorkFailed(Fault(review, "has no page to publish", "run the review first"))
    ids = {language: [page.id for page in built] for language, built in pages.items()}
    if len({tuple(one) for one in ids.values()}) > 1:
        said = "; ".join(f"{language}: {', '.join(one)}" for language, one in ids.items())
        fault = Fault(review, f"the languages differ in their pages ({said})", "run the rest")
        raise WorkFailed(fault)


def _key(
    key: str,
    status: Status,
    title: Label,
    data_through: date | None,
    told: Mapping[str, Mapping[Language, str]],
) -> str:
    parts: list[Any] = [key, status, title.en, title.zh, str(data_through), frame_fingerprint()]
    parts += [[name, sorted(said.items())] for name, said in told.items() if said]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:20]


def _page_records(pages: Sequence[PageBuilt]) -> tuple[PageRecord, ...]:
    return tuple(
        PageRecord(
            file=file_name(page.id, place),
            title=page.title,
            question=page.question,
            stale_of=page.stale_of,
        )
        for place, page in enumerate(pages)
    )


def _read(pages: Mapping[Language, Sequence[PageBuilt]]) -> dict[Language, list[Content]]:
    contents = {
        language: [read_content(page, language) for page in built]
        for language, built in pages.items()
    }
    faults = [fault for each in contents.values() for one in each for fault in one.faults]
    if faults:
        raise WorkFailed(faults)
    return contents
