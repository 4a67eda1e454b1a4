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

from helpers.config.workspace import Workspace
from helpers.paths import WorkspacePaths
from helpers.publish.assets import FOLDER as ASSETS
from helpers.publish.assets import Assets, frame_fingerprint, make_assets
from helpers.publish.content import (
    Content,
    PageBuilt,
    file_name,
    letters_of,
    read_content,
    with_lineage,
)
from helpers.publish.editions import (
    FORMAT,
    RECORD,
    Edition,
    PageRecord,
    Status,
    SummaryRecord,
    editions_of,
    leading,
    newest,
    next_number,
    pruned_of,
    summary_of,
    write_summary,
)
from helpers.publish.frames import common_frame, edition_frame, lineage_of, portal_frame
from helpers.publish.going_live import (
    INDEX,
    PORTAL,
    go_live,
    is_told,
    next_portal,
    one_publication,
    staging_area,
)
from helpers.publish.history_words import HISTORY, KINDS, OUTCOMES
from helpers.publish.home import HomeSummary
from helpers.publish.manifest import MadeFrom, write_manifest
from helpers.publish.portal import PAGES as PORTAL_PAGES
from helpers.publish.portal import TITLES as PORTAL_TITLES
from helpers.publish.retention import retire
from helpers.publish.rollbacks import Rollback
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
    from helpers.publish.changes.page import WhatChanged
    from helpers.publish.engine import BookSource


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
        known = editions_of(site)
        same = [one for one in known if (one.review, one.period) == (review, str(period))]
        # The last one, and the one that readers are led to: what was taken back is not made anew
        # because cron comes by again.
        if again := next((one for one in (*same[-1:], *newest(same)) if one.key == full_key), None):
            if not is_told(site, known, workspace):
                with staging_area(site) as staging:
                    build_site(site, staging, workspace, known, None, metrics)
            (stands,) = newest(same)
            taken_back = again.number if again.withdrawn else None
            return EditionBuilt(
                site / INDEX, site / stands.folder, stands.number, False, taken_back
            )
        contents = _read(pages)
        let_go = retire(site, workspace.publishing.keep)
        known = [one for one in known if one.folder not in let_go]
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
            languages=tuple(one for one in LANGUAGES if one in pages),
            pages=(*_page_records(next(iter(pages.values()))), CHANGES_PAGE),
        )
        changed = WhatChanged.since(site, known, edition, pages, workspace, paths, metrics)
        edition = edition.model_copy(update={"compared_with": changed.compared_with})
        said = {
            one: told.as_record().model_copy(update={"moved": changed.moved_in(one)})
            for one, told in summary.items()
            if one in pages
        }
        draft = _Draft(edition, changed.added_to(contents), said, made_from or MadeFrom(), changed)
        with staging_area(site) as staging:
            build_site(site, staging, workspace, known, draft, metrics)
        return EditionBuilt(site / INDEX, site / edition.folder, edition.number, True)


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


@dataclass(frozen=True)
class _Draft:
    """An edition on its way: its record, and what its folder will hold."""

    edition: Edition
    contents: Mapping[Language, Sequence[Content]]
    summary: Mapping[Language, SummaryRecord]
    made_from: MadeFrom
    changed: WhatChanged

    def finish(self, folder: Path, assets: Iterable[Path]) -> None:
        """Lay record, summary and manifest beside the built pages; the manifest is the last."""
        record = self.edition.model_dump_json(indent=1)
        (folder / RECORD).write_text(record, encoding="utf-8")
        write_summary(folder, self.summary)
        self.changed.write(folder)
        write_manifest(folder, self.edition, self.made_from, assets)


def build_site(
    site: Path,
    staging: Path,
    workspace: Workspace,
    known: Sequence[Edition],
    draft: _Draft | None,
    metrics: Mapping[str, Metric] | None,
    rollback: Rollback | None = None,
) -> None:
    """Build an edition (or none) and the portal around all of them, and put them live.

    Args:
        site: The site's folder; only one publication may be at work there.
        staging: Where to build.
        workspace: The company.
        known: The editions there are, as they will stand.
        draft: The new one, if there is one.
        metrics: What the definitions page explains; the whole catalogue if not given.
        rollback: A decision that ``known`` holds already and the site does not.
    """
    from helpers.metrics.catalogue import catalogue_of
    from helpers.publish.check import check_staged
    from helpers.publish.engine import build
    from helpers.publish.history import history_beside
    from helpers.publish.portal import write_portal

    metrics = catalogue_of(workspace) if metrics is None else metrics
    edition = draft.edition if draft else None
    every = [*known, edition] if edition else list(known)
    every.sort(key=lambda one: (one.review, one.span.start, one.span.end, one.number))
    # Whoever reads one language is led to the last edition that was made in it.
    of_language = {one: [each for each in every if one in each.languages] for one in LANGUAGES}
    languages = [one for one, held in of_language.items() if newest(held)]
    number = next_portal(site)
    gone = pruned_of(site)

    for language in languages:
        held = of_language[language]
        lead = leading(held)
        summary = draft.summary if draft and lead is edition else summary_of(site / lead.folder)
        folder = staging / "source" / language
        shown = [*held, *(one for one in gone if language in one.languages)]
        told = history_beside(site, workspace, language, held)
        write_portal(folder / PORTAL, language, shown, metrics, summary.get(language), told)
        if draft and language in draft.edition.languages:
            _write_pages(folder / "edition", draft.edition, draft.contents[language])

    assets = make_assets(staging / ASSETS, site, _letters(staging / "source", workspace, edition))
    build(_books(staging, workspace, known, edition, languages, assets))

    output = staging / "output"
    places = {staging / ASSETS: site / ASSETS, output / PORTAL: site / PORTAL / str(number)}
    if draft:
        draft.finish(output / "edition", assets.files(staging / ASSETS, site))
        places[output / "edition"] = site / draft.edition.folder
    check_staged(site, places)
    go_live(site, places, workspace, every, languages, number, assets, rollback)


def _books(
    staging: Path,
    workspace: Workspace,
    known: Sequence[Edition],
    edition: Edition | None,
    languages: Sequence[Language],
    assets: Assets,
) -> dict[Language, list[BookSource]]:
    """Say what is to be built in each language: the edition if there is one, and the portal."""
    from helpers.publish.engine import BookSource

    books: dict[Language, list[BookSource]] = {}
    for language in languages:
        source, output = staging / "source" / language, staging / "output"
        company = workspace.company.text(language)
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
        common = common_frame(workspace, language, languages, assets)
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
    return books


def _write_pages(folder: Path, edition: Edition, contents: Sequence[Content]) -> None:
    folder.mkdir(parents=True)
    for page, content in zip(edition.pages, contents, strict=True):
        linked = with_lineage(content, page.file) if lineage_of(edition) else content
        text = json.dumps(linked.as_notebook(), ensure_ascii=False)
        (folder / f"{page.file}.ipynb").write_text(text, encoding="utf-8")


def _letters(source: Path, workspace: Workspace, edition: Edition | None) -> set[str]:
    """Collect every character that the pages of this build show.

    Of the history only its own words: what ran must not change the bytes of an edition.
    """
    pages = [path for path in source.rglob("*.ipynb") if path.stem != "history"]
    texts = [path.read_text(encoding="utf-8") for path in pages]
    labels = [*FRAME.values(), *STATUSES.values(), *PORTAL_TITLES.values(), workspace.company]
    labels += [*HISTORY.values(), *KINDS.values(), *OUTCOMES.values()]
    texts += [label.text(language) for label in labels for language in LANGUAGES]
    told = (edition.awaiting, edition.signed, edition.admitted) if edition else ()
    texts += [text for each in told for text in each.values()]
    texts += [*OWN_NAME.values(), "年月日第季度周财至"]
    return letters_of(*texts)
