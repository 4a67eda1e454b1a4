"""Publish an edition: make it aside, check it, and hand it over to go live.

Everything is built and checked under ``site/.build``; ``going_live`` puts it before readers.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from helpers.config.workspace import Workspace
from helpers.paths import WorkspacePaths
from helpers.publish.assets import FOLDER as ASSETS
from helpers.publish.assets import frame_fingerprint, make_assets
from helpers.publish.content import (
    Content,
    PageBuilt,
    file_name,
    letters_of,
    read_content,
    with_lineage,
)
from helpers.publish.editions import (
    RECORD,
    Edition,
    PageRecord,
    Status,
    editions_of,
    next_number,
)
from helpers.publish.frames import common_frame, edition_frame, lineage_of, portal_frame
from helpers.publish.going_live import (
    INDEX,
    PORTAL,
    go_live,
    is_told,
    next_portal,
    staging_area,
)
from helpers.publish.home import HomeSummary
from helpers.publish.portal import PAGES as PORTAL_PAGES
from helpers.publish.portal import TITLES as PORTAL_TITLES
from helpers.publish.words import (
    FRAME,
    OWN_NAME,
    SPHINX_LANGUAGE,
    STATUSES,
    review_title,
)
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
    metrics: Mapping[str, Metric] | None = None,
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
        metrics: What the definitions page explains; the whole catalogue where not given.

    Raises:
        WorkFailed: A page may not be published, the book did not build cleanly, the built pages
            failed their check, or another publication holds the lock.
    """
    site = paths.site
    _check_pages(review, pages)
    title = title or review_title(review)
    awaiting = dict(awaiting or {})
    full_key = _key(key, status, title, data_through, awaiting)
    site.mkdir(parents=True, exist_ok=True)
    paths.runs.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(paths.runs / "publish.lock", timeout=0):
            known = editions_of(site)
            last = _last_of(known, review, period)
            if last and last.key == full_key:
                if not is_told(site, known, workspace):
                    with staging_area(site) as staging:
                        _build(site, staging, workspace, known, None, {}, metrics)
                return EditionBuilt(site / INDEX, site / last.folder, last.number, False)
            contents = _read(pages)
            edition = Edition(
                review=review,
                title=title,
                period=str(period),
                fiscal_start=period.fiscal_start,
                number=next_number(site, review, str(period)),
                status=status,
                data_through=data_through,
                awaiting=awaiting,
                key=full_key,
                languages=tuple(one for one in LANGUAGES if one in pages),
                pages=_page_records(next(iter(pages.values()))),
                summary={one: said.as_record() for one, said in summary.items() if one in pages},
            )
            with staging_area(site) as staging:
                _build(site, staging, workspace, known, edition, contents, metrics)
            return EditionBuilt(site / INDEX, site / edition.folder, edition.number, True)
    except Timeout:
        fault = Fault(str(site), "another publication is running", "wait until it has ended")
        raise WorkFailed(fault) from None


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
    awaiting: Mapping[Language, str],
) -> str:
    parts: list[Any] = [key, status, title.en, title.zh, str(data_through), frame_fingerprint()]
    if awaiting:
        parts.append(sorted(awaiting.items()))
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:20]


def _last_of(editions: Iterable[Edition], review: str, period: Period) -> Edition | None:
    same = [one for one in editions if (one.review, one.period) == (review, str(period))]
    return same[-1] if same else None


def _page_records(pages: Sequence[PageBuilt]) -> tuple[PageRecord, ...]:
    return tuple(
        PageRecord(file=file_name(page.id, place), title=page.title, question=page.question)
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


def _build(
    site: Path,
    staging: Path,
    workspace: Workspace,
    known: Sequence[Edition],
    edition: Edition | None,
    contents: Mapping[Language, Sequence[Content]],
    metrics: Mapping[str, Metric] | None,
) -> None:
    """Build an edition (or none) and the portal around all of them, and put them live."""
    from helpers.metrics.catalogue import catalogue_of
    from helpers.publish.check import check_staged
    from helpers.publish.engine import BookSource, build
    from helpers.publish.portal import write_portal

    metrics = catalogue_of(workspace) if metrics is None else metrics
    every = [*known, edition] if edition else list(known)
    every.sort(key=lambda one: (one.review, one.span.start, one.span.end, one.number))
    languages = [one for one in LANGUAGES if any(one in each.languages for each in every)]
    number = next_portal(site)

    for language in languages:
        held = [one for one in every if language in one.languages]
        write_portal(staging / "source" / language / PORTAL, language, held, metrics)
        if edition and language in edition.languages:
            _write_pages(staging / "source" / language / "edition", edition, contents[language])

    assets = make_assets(staging / ASSETS, site, _letters(staging / "source", workspace, edition))
    books: dict[Language, list[BookSource]] = {}
    for language in languages:
        source, output = staging / "source" / language, staging / "output"
        company = workspace.company.text(language)
        common = common_frame(workspace, language, languages, assets)
        if edition and language in edition.languages:
            # The portal may hold a language that this edition was not built in.
            own = common_frame(workspace, language, edition.languages, assets)
            books.setdefault(language, []).append(
                BookSource(
                    folder=source / "edition",
                    output=output / "edition" / language,
                    pages=[page.file for page in edition.pages],
                    title=f"{edition.title.text(language)} {edition.span.label(language)}"
                    f" · {company}",
                    language=SPHINX_LANGUAGE[language],
                    frame={**own, **edition_frame(edition, known, language)},
                )
            )
        books.setdefault(language, []).append(
            BookSource(
                folder=source / PORTAL,
                output=output / PORTAL / language,
                pages=PORTAL_PAGES,
                title=company,
                language=SPHINX_LANGUAGE[language],
                frame={**common, **portal_frame(language)},
            )
        )
    build(books)

    places = {
        staging / ASSETS: site / ASSETS,
        staging / "output" / PORTAL: site / PORTAL / str(number),
    }
    if edition:
        record = staging / "output" / "edition" / RECORD
        record.write_text(edition.model_dump_json(indent=1), encoding="utf-8")
        places[staging / "output" / "edition"] = site / edition.folder
    check_staged(site, places)
    go_live(site, places, workspace, every, languages, number, assets)


def _write_pages(folder: Path, edition: Edition, contents: Sequence[Content]) -> None:
    folder.mkdir(parents=True)
    for page, content in zip(edition.pages, contents, strict=True):
        linked = with_lineage(content, page.file) if lineage_of(edition) else content
        text = json.dumps(linked.as_notebook(), ensure_ascii=False)
        (folder / f"{page.file}.ipynb").write_text(text, encoding="utf-8")


def _letters(source: Path, workspace: Workspace, edition: Edition | None) -> set[str]:
    """Collect every character that the pages of this build show."""
    texts = [path.read_text(encoding="utf-8") for path in source.rglob("*.ipynb")]
    labels = [*FRAME.values(), *STATUSES.values(), *PORTAL_TITLES.values(), workspace.company]
    texts += [label.text(language) for label in labels for language in LANGUAGES]
    texts += edition.awaiting.values() if edition else ()
    texts += [*OWN_NAME.values(), "年月日第季度周财至"]
    return letters_of(*texts)
