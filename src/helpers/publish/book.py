"""Publish an edition: build it aside, check it, put it in its place, then tell the site about it.

The order is what keeps readers safe (DESIGN 8). Everything is built and checked under
``site/.build``; the edition and the portal are renamed into names that never existed before; the
two small files that point at them are replaced last. Whatever dies, whenever: what readers open
is whole, and the next publication carries on.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from helpers.config.workspace import Workspace
from helpers.paths import PACKAGE, WorkspacePaths
from helpers.publish.assets import FOLDER as ASSETS
from helpers.publish.assets import Assets, frame_fingerprint, make_assets, put_in_place
from helpers.publish.content import (
    LINEAGE_FILE,
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
    newest,
    next_number,
)
from helpers.publish.home import HomeSummary
from helpers.publish.portal import PAGES as PORTAL_PAGES
from helpers.publish.portal import TITLES as PORTAL_TITLES
from helpers.publish.words import (
    FRAME,
    HTML_LANGUAGE,
    OWN_NAME,
    SPHINX_LANGUAGE,
    STATUSES,
    frame_words,
    review_title,
)
from helpers.vocabulary.faults import Fault, WorkFailed
from helpers.vocabulary.labels import LANGUAGES, Label, Language
from helpers.vocabulary.periods import Period
from helpers.vocabulary.wording import write_date

if TYPE_CHECKING:
    from helpers.metrics.catalogue import Metric

BUILD = ".build"
PORTAL = "portal"
POINTER = "editions.js"
INDEX = "index.html"
#: Readers of the last portal may still have it open when the next one is put in place.
_PORTALS_KEPT = 2
#: Pages may load what lies beside them and nothing else; no page may run a script of its own.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self'; form-action 'self'; base-uri 'none'"
)


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
                if not _is_told(site, known, _portal_key(workspace)):
                    with _staging(site) as staging:
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
            with _staging(site) as staging:
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
    number = _next_portal(site)

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
        common = _common_frame(workspace, language, languages, assets)
        if edition and language in edition.languages:
            # The portal may hold a language that this edition was not built in.
            own = _common_frame(workspace, language, edition.languages, assets)
            books.setdefault(language, []).append(
                BookSource(
                    folder=source / "edition",
                    output=output / "edition" / language,
                    pages=[page.file for page in edition.pages],
                    title=f"{edition.title.text(language)} {edition.span.label(language)}"
                    f" · {company}",
                    language=SPHINX_LANGUAGE[language],
                    frame={**own, **_edition_frame(edition, known, language)},
                )
            )
        books.setdefault(language, []).append(
            BookSource(
                folder=source / PORTAL,
                output=output / PORTAL / language,
                pages=PORTAL_PAGES,
                title=company,
                language=SPHINX_LANGUAGE[language],
                frame={**common, **_portal_frame(language)},
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
    put_in_place(staging / ASSETS, site)
    del places[staging / ASSETS]
    for staged, live in reversed(places.items()):
        live.parent.mkdir(parents=True, exist_ok=True)
        staged.rename(live)
    _tell(site, workspace, every, languages, number, assets)
    _forget_old_portals(site, number)


@contextmanager
def _staging(site: Path) -> Iterator[Path]:
    """Give an empty folder on the site's own disk; what a killed build left goes too."""
    staging = site / BUILD
    shutil.rmtree(staging, ignore_errors=True)
    (staging / "source").mkdir(parents=True)
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _write_pages(folder: Path, edition: Edition, contents: Sequence[Content]) -> None:
    folder.mkdir(parents=True)
    for page, content in zip(edition.pages, contents, strict=True):
        linked = with_lineage(content, page.file) if _lineage(edition) else content
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


def _common_frame(
    workspace: Workspace, language: Language, languages: Sequence[Language], assets: Assets
) -> dict[str, Any]:
    words = frame_words(language)
    other = next((one for one in languages if one != language), None)
    return {
        "words": words,
        "language": language,
        "html_language": HTML_LANGUAGE[language],
        "other": other
        and {
            "language": other,
            "html_language": HTML_LANGUAGE[other],
            "name": OWN_NAME[other],
            "title": FRAME["switch"].text(other),
        },
        "assets": assets.as_frame(language),
        "policy": POLICY,
        "company": workspace.company.text(language),
        "around": [
            {"file": name, "title": PORTAL_TITLES[name].text(language)} for name in PORTAL_PAGES
        ],
    }


def _edition_frame(
    edition: Edition, known: Sequence[Edition], language: Language
) -> dict[str, Any]:
    words = frame_words(language)
    before = [
        one
        for one in newest(list(known))
        if one.review == edition.review
        and one.span.end < edition.span.start
        and language in one.languages
    ]
    earlier = max(before, key=lambda one: one.span.end, default=None)
    return {
        "kind": "edition",
        "root": "../../../../",
        "review": edition.review,
        "period": edition.period,
        "number": edition.number,
        "heading": edition.title.text(language),
        "period_label": edition.span.label(language),
        "status": edition.status,
        "status_label": STATUSES[edition.status].text(language),
        "awaiting": _awaiting(edition, language),
        "lineage": _lineage(edition),
        "edition_label": words["edition"].format(number=edition.number),
        "imprint": ("，" if language == "zh" else ", ").join(
            one
            for one in (
                edition.title.text(language),
                edition.span.label(language),
                words["edition"].format(number=edition.number),
                _data_label(edition, language),
            )
            if one
        )
        + ("。" if language == "zh" else "."),
        "data_label": _data_label(edition, language),
        "search_hint": words["search_hint"],
        "nav": [{"file": page.file, "title": page.title.text(language)} for page in edition.pages],
        "earlier": earlier
        and {
            "href": earlier.home(language),
            "label": words["earlier"].format(period=earlier.span.label(language)),
        },
    }


def _awaiting(edition: Edition, language: Language) -> str:
    what = edition.awaiting.get(language, "")
    return FRAME["awaiting_banner"].text(language).format(what=what) if what else ""


def _lineage(edition: Edition) -> str:
    """Give the file of the page that says where figures come from, if the edition has one."""
    return next((page.file for page in edition.pages if page.file == LINEAGE_FILE), "")


def _data_label(edition: Edition, language: Language) -> str:
    if edition.data_through is None:
        return ""
    day = write_date(edition.data_through, language)
    return FRAME["data_through"].text(language).format(day=day)


def _portal_frame(language: Language) -> dict[str, Any]:
    return {
        "kind": "portal",
        "root": "../../../",
        "review": "",
        "period": "",
        "number": 0,
        "nav": [],
        "search_hint": frame_words(language)["search_hint_portal"],
    }


def _next_portal(site: Path) -> int:
    folder = site / PORTAL
    names = [one.name for one in folder.iterdir()] if folder.is_dir() else []
    return max((int(name) for name in names if name.isdigit()), default=0) + 1


def _portal_key(workspace: Workspace) -> str:
    """Fingerprint what the portal is made of besides the editions: frame, metrics, company."""
    digest = hashlib.sha256(f"{frame_fingerprint()} {workspace.company!r}".encode())
    for path in sorted((PACKAGE / "metrics" / "catalog").glob("*.yml")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:20]


def _is_told(site: Path, editions: Sequence[Edition], portal_key: str) -> bool:
    """Tell whether pointer and portal are up to date.

    A killed publication may have left an edition out, or a definition may have changed since.
    """
    pointer = site / POINTER
    if not (pointer.is_file() and (site / INDEX).is_file()):
        return False
    told = json.loads(pointer.read_text(encoding="utf-8").split("=", 1)[1].strip().rstrip(";"))
    return (
        told.get("portal_key") == portal_key
        and [one["folder"] for one in told["editions"]] == [one.folder for one in editions]
        and (site / PORTAL / str(told["portal"])).is_dir()
    )


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
