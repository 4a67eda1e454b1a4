"""Build what a publication puts before readers: an edition, and the portal around all of them.

The edition is built by itself. The portal (home, archive, definitions) is built anew and shows the
two newest years of the archive; an older year has a page in a numbered book of its own, which is
built when something of that year changes and stays as it is otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.config.workspace import Workspace
from helpers.publish.assets import FOLDER as ASSETS
from helpers.publish.assets import Assets, make_assets
from helpers.publish.content import Content, letters_of, with_lineage
from helpers.publish.editions import (
    Edition,
    Editions,
    SummaryRecord,
    leading,
    summary_of,
    write_summary,
)
from helpers.publish.frames import (
    common_frame,
    edition_frame,
    lineage_of,
    portal_frame,
    years_frame,
)
from helpers.publish.going_live import go_live, next_book
from helpers.publish.holdings import PORTAL, RECORD, YEARS
from helpers.publish.manifest import MadeFrom, write_manifest
from helpers.publish.pointer import Telling, What, read_pointer, years_of
from helpers.publish.portal import PAGES as PORTAL_PAGES
from helpers.publish.portal import TITLES as PORTAL_TITLES
from helpers.publish.rollbacks import Rollback
from helpers.publish.words import FRAME, OWN_NAME, SPHINX_LANGUAGE, STATUSES
from helpers.vocabulary.labels import LANGUAGES, Language

if TYPE_CHECKING:
    from helpers.metrics.catalogue import Metric
    from helpers.publish.changes.page import WhatChanged
    from helpers.publish.engine import BookSource

#: So many years the archive shows in full; older ones have pages that are built when touched.
_RECENT = 2


@dataclass(frozen=True)
class Draft:
    """An edition on its way: its record, what it has to do with, what its folder will hold."""

    edition: Edition
    known: Sequence[Edition]
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
    staging: Path,
    workspace: Workspace,
    editions: Editions,
    draft: Draft | None,
    metrics: Mapping[str, Metric] | None,
    *,
    touched: Collection[What] | None,
    rollback: Rollback | None = None,
    lead: bool = True,
) -> None:
    """Build an edition (or none) and the portal around all of them, and put them live.

    Args:
        staging: Where to build.
        workspace: The company.
        editions: Those on the site, where only one publication may be at work.
        draft: The new one, if there is one.
        metrics: What the definitions page explains; the whole catalogue if not given.
        touched: Periods, besides the new edition's, whose editions are not what readers were told
            last; None where nobody knows, as after a publication that was killed.
        rollback: A decision that is to be written down.
        lead: Build the portal and lead readers to it.
    """
    from helpers.metrics.catalogue import catalogue_of
    from helpers.publish.check import check_staged
    from helpers.publish.engine import build

    site = editions.site
    metrics = catalogue_of(workspace) if metrics is None else metrics
    own = {(one.review, one.period) for one in (draft and draft.edition, rollback) if one}
    touched = None if lead and touched is None else own.union(touched or ())
    editions = editions.plus(draft.edition) if draft else editions
    editions = editions.after(rollback) if rollback else editions

    portal = _Portal.around(editions, touched) if lead else None
    spoken = {*(draft.edition.languages if draft else ()), *(portal.languages if portal else ())}
    for language in (one for one in LANGUAGES if one in spoken):
        folder = staging / "source" / language
        if portal and language in portal.languages:
            portal.write(folder, language, workspace, metrics, draft)
        if draft and language in draft.edition.languages:
            _write_pages(folder / "edition", draft.edition, draft.contents[language])

    def made_for(books: Collection[str], edition: Edition | None = None) -> Assets:
        letters = _letters(staging / "source", books, workspace, edition)
        return make_assets(staging / ASSETS, site, letters)

    # Of its own letters, so that an edition is the same whatever is told around it.
    own_assets = made_for(("edition",), draft.edition) if draft else made_for((PORTAL, YEARS))
    assets = made_for((PORTAL, YEARS)) if draft and portal else own_assets
    build(_books(staging, workspace, draft, portal, own_assets, assets))

    output = staging / "output"
    places = {staging / ASSETS: site / ASSETS}
    if draft:
        draft.finish(output / "edition", own_assets.files(staging / ASSETS, site))
        places[output / "edition"] = site / draft.edition.folder
    telling = None
    if portal:
        if portal.built:
            places[output / YEARS] = site / YEARS / str(portal.book)
        places[output / PORTAL] = site / PORTAL / str(portal.number)
        telling = Telling(workspace, portal.languages, portal.number, assets, portal.years)
    check_staged(site, places)
    go_live(site, places, editions, touched, telling, rollback)


@dataclass(frozen=True)
class _Portal:
    """The portal on its way, and the years of the archive that are built beside it."""

    editions: Editions
    languages: tuple[Language, ...]
    number: int
    #: Shown on the archive page itself.
    recent: tuple[int, ...]
    #: Built beside the portal: no book holds them yet, or something of them is another now.
    built: tuple[int, ...]
    #: The number of the book that holds what is built.
    book: int
    #: In which book each older year stands.
    years: Mapping[int, int]

    @classmethod
    def around(cls, editions: Editions, touched: Collection[What] | None) -> _Portal:
        """Say what is to be built around the editions as they will stand."""
        site = editions.site
        held = years_of(read_pointer(site))
        recent, older = list(editions.years)[:_RECENT], list(editions.years)[_RECENT:]
        changed = {
            year
            for year in older
            if touched is None
            or year not in held
            or not set(editions.years[year]).isdisjoint(touched)
        }
        book = next_book(site / YEARS)
        years = {year: book if year in changed else held[year] for year in older}
        # Whoever reads one language is led to the last edition that was made in it.
        languages = tuple(one for one in LANGUAGES if editions.newest_each(one))
        number = next_book(site / PORTAL)
        built = tuple(sorted(changed, reverse=True))
        return cls(editions, languages, number, tuple(recent), built, book, years)

    def write(
        self,
        folder: Path,
        language: Language,
        workspace: Workspace,
        metrics: Mapping[str, Metric],
        draft: Draft | None,
    ) -> None:
        """Write the pages in one language, ready for the builder."""
        from helpers.publish.history import history_beside
        from helpers.publish.portal import write_portal, write_years

        site, newest = self.editions.site, self.editions.newest_each(language)
        shown = [one for one in self.editions.of_years(self.recent) if language in one.languages]
        shown += [one for one in newest if one not in shown]
        shown.sort(key=lambda one: (one.review, one.span.start, one.span.end, one.number))
        lead = leading(newest)
        is_new = draft is not None and lead.folder == draft.edition.folder
        summary = draft.summary if draft and is_new else summary_of(site / lead.folder)
        write_portal(
            folder / PORTAL,
            language,
            shown,
            metrics,
            summary.get(language),
            history_beside(site, workspace, language, newest),
            self.recent,
            {
                year: f"{YEARS}/{number}/{language}/{year}.html"
                for year, number in self.years.items()
                if year in self.built
                or (site / YEARS / str(number) / language / f"{year}.html").is_file()
            },
        )
        if self.built:
            years = {
                year: [one for one in self.editions.of_years([year]) if language in one.languages]
                for year in self.built
            }
            write_years(folder / YEARS, language, years)


def _books(
    staging: Path,
    workspace: Workspace,
    draft: Draft | None,
    portal: _Portal | None,
    own_assets: Assets,
    assets: Assets,
) -> dict[Language, list[BookSource]]:
    """Say what is to be built in each language: the edition if there is one, and the portal."""
    from helpers.publish.engine import BookSource

    books: dict[Language, list[BookSource]] = {}
    for language in LANGUAGES:
        source, output = staging / "source" / language, staging / "output"
        company = workspace.company.text(language)
        if draft and language in (edition := draft.edition).languages:
            # The portal may hold a language that this edition was not built in.
            own = common_frame(workspace, language, edition.languages, own_assets)
            books.setdefault(language, []).append(
                BookSource(
                    folder=source / "edition",
                    output=output / "edition" / language,
                    pages=[page.file for page in edition.pages],
                    title=f"{edition.title.text(language)} {edition.span.label(language)}"
                    f" · {company}",
                    language=SPHINX_LANGUAGE[language],
                    frame={**own, **edition_frame(edition, draft.known, language)},
                )
            )
        if not portal or language not in portal.languages:
            continue
        common = common_frame(workspace, language, portal.languages, assets)
        beside = [(PORTAL, PORTAL_PAGES, portal_frame(language))]
        if portal.built:
            beside.append((YEARS, tuple(map(str, portal.built)), years_frame(language)))
        books.setdefault(language, []).extend(
            BookSource(
                folder=source / name,
                output=output / name / language,
                pages=pages,
                title=company,
                language=SPHINX_LANGUAGE[language],
                frame={**common, **frame},
            )
            for name, pages, frame in beside
        )
    return books


def _write_pages(folder: Path, edition: Edition, contents: Sequence[Content]) -> None:
    folder.mkdir(parents=True)
    for page, content in zip(edition.pages, contents, strict=True):
        linked = with_lineage(content, page.file) if lineage_of(edition) else content
        text = json.dumps(linked.as_notebook(), ensure_ascii=False)
        (folder / f"{page.file}.ipynb").write_text(text, encoding="utf-8")


def _letters(
    source: Path, books: Collection[str], workspace: Workspace, edition: Edition | None = None
) -> set[str]:
    """Collect every character that the pages of some books show."""
    pages = [path for book in books for path in source.glob(f"*/{book}/*.ipynb")]
    texts = [path.read_text(encoding="utf-8") for path in pages]
    labels = [*FRAME.values(), *STATUSES.values(), *PORTAL_TITLES.values(), workspace.company]
    texts += [label.text(language) for label in labels for language in LANGUAGES]
    told = (edition.awaiting, edition.signed, edition.admitted) if edition else ()
    texts += [text for each in told for text in each.values()]
    texts += [*OWN_NAME.values(), "年月日第季度周财至"]
    return letters_of(*texts)
