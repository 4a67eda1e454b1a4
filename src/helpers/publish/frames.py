"""What the templates of ``book/theme`` are given: the words and links around a page.

An edition's frame never changes once it is built, so it names only what was there before it;
what came later is told by the pointer (see ``going_live``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from helpers.config.workspace import Workspace
from helpers.publish.assets import Assets
from helpers.publish.content import LINEAGE_FILE
from helpers.publish.editions import Edition, newest
from helpers.publish.portal import PAGES as PORTAL_PAGES
from helpers.publish.portal import TITLES as PORTAL_TITLES
from helpers.publish.words import (
    FRAME,
    HTML_LANGUAGE,
    OWN_NAME,
    STATUSES,
    banners,
    frame_words,
)
from helpers.vocabulary.labels import Language
from helpers.vocabulary.wording import write_date

#: Pages may load what lies beside them and nothing else; no page may run a script of its own.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self'; form-action 'self'; base-uri 'none'"
)


def common_frame(
    workspace: Workspace, language: Language, languages: Sequence[Language], assets: Assets
) -> dict[str, Any]:
    """Give what every page of a language needs: words, the way to the other language, assets."""
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


def edition_frame(edition: Edition, known: Sequence[Edition], language: Language) -> dict[str, Any]:
    """Give what an edition's pages say about it, and the way to the period before."""
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
        "banners": banners(edition, language),
        "lineage": lineage_of(edition),
        "edition_label": words["edition"].format(number=edition.number),
        **_dated(edition, edition, language),
        # A page that stands in for a newer one bears the date of what it shows.
        "stale": {
            page.file: _dated(edition, origin, language)
            for page in edition.pages
            for origin in known
            if page.stale_of == origin.folder
        },
        "search_hint": words["search_hint"],
        "nav": [{"file": page.file, "title": page.title.text(language)} for page in edition.pages],
        "earlier": earlier
        and {
            "href": earlier.home(language),
            "label": words["earlier"].format(period=earlier.span.label(language)),
        },
    }


def _dated(edition: Edition, origin: Edition, language: Language) -> dict[str, str]:
    """Say of when the figures are, in the head and at the foot of an edition's page."""
    day = _data_label(origin, language)
    edition_label = FRAME["edition"].text(language).format(number=edition.number)
    said = [edition.title.text(language), edition.span.label(language), edition_label, day]
    comma, stop = ("，", "。") if language == "zh" else (", ", ".")
    return {"imprint": comma.join(one for one in said if one) + stop, "data_label": day}


def portal_frame(language: Language) -> dict[str, Any]:
    """Give what the pages around the editions need."""
    return {
        "kind": "portal",
        "root": "../../../",
        "review": "",
        "period": "",
        "number": 0,
        "nav": [],
        "search_hint": frame_words(language)["search_hint_portal"],
    }


def years_frame(language: Language) -> dict[str, Any]:
    """Give what the archive's pages of older years need; they outlive the portal."""
    hint = frame_words(language)["search_hint_years"]
    return {**portal_frame(language), "kind": "years", "search_hint": hint}


def lineage_of(edition: Edition) -> str:
    """Give the file of the page that says where figures come from, if the edition has one."""
    return next((page.file for page in edition.pages if page.file == LINEAGE_FILE), "")


def _data_label(edition: Edition, language: Language) -> str:
    if edition.data_through is None:
        return ""
    day = write_date(edition.data_through, language)
    return FRAME["data_through"].text(language).format(day=day)
