"""The small files that lead readers: the pointer, the links of each period, the first page.

Pages never change, so what came after them is told by scripts that do. ``editions.js`` names the
portal and the newest edition of each review, and nothing that grows; on a page of an edition it
loads ``<review>/<period>/links.js``, which knows that period's newest edition, those that were
taken back, and the period after. So a publication replaces the links of its own period and of the
one before, however many there are, and pages of any age read the same list as ever.

The pointer also holds the ``state`` that it was written for (see ``holdings``): where the site
holds anything else, a publication was killed, and the next one tells everything anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from helpers.config.swap import draft_of, write_whole
from helpers.config.workspace import Workspace
from helpers.paths import PACKAGE
from helpers.publish.assets import Assets, frame_fingerprint
from helpers.publish.editions import Edition, Editions
from helpers.publish.frames import POLICY
from helpers.publish.holdings import INDEX, LINKS, POINTER, PORTAL, YEARS, understood
from helpers.publish.settling import FILE_MODE
from helpers.publish.words import FRAME, HTML_LANGUAGE, OWN_NAME
from helpers.vocabulary.labels import Language
from helpers.vocabulary.wording import write_date

_BEGINS = "window.REVIEW_EDITIONS = "
#: Written into the page while it is being read, so that it runs before the page's own script.
_LOADS_LINKS = f"""\
(function (page) {{
  if (!page.review || !page.period) return;
  const folder = [page.review, page.period].map(encodeURIComponent).join("/");
  document.write(`<script src="${{page.root}}${{folder}}/{LINKS}"></${{"script"}}>`);
}})(document.documentElement.dataset);
"""
_LINKS_BEGIN = """\
(function (told) {
  window.REVIEW_EDITIONS.editions.push(...told.editions);
  window.REVIEW_EDITIONS.withdrawn.push(...told.withdrawn);
})(
"""
_LINKS_END = "\n);\n"
#: A review and one of its periods.
What = tuple[str, str]


@dataclass(frozen=True)
class Telling:
    """What readers are to be told.

    Attributes:
        workspace: The company.
        languages: Those of the portal.
        portal: Number of the portal they are led to.
        years: In which book of the archive each older year stands.
        assets: What the first page loads.
    """

    workspace: Workspace
    languages: Sequence[Language]
    portal: int
    assets: Assets
    years: Mapping[int, int] = field(default_factory=dict)


def tell(
    site: Path, editions: Editions, telling: Telling, touched: Collection[What] | None
) -> None:
    """Replace the small files that change: links, then the pointer, the first page last.

    Args:
        site: The site's folder.
        editions: As they stand now.
        telling: What else readers are told.
        touched: The periods whose editions are not what was told last; None where nobody knows.
    """
    for (review, period), text in _links(editions, touched):
        path = site / review / period / LINKS
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            write_whole(path, text, mode=FILE_MODE)
    newest = editions.newest_each()
    content = {
        "portal": telling.portal,
        "portal_key": _portal_key(telling.workspace),
        "state": editions.held.state,
        "years": {str(year): number for year, number in sorted(telling.years.items())},
        "editions": [_entry(one) for one in newest],
        "withdrawn": [],
    }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    write_whole(site / POINTER, f"{_BEGINS}{text};\n{_LOADS_LINKS}", mode=FILE_MODE)
    write_whole(site / INDEX, _first_page(telling, newest), mode=FILE_MODE)


def is_told(editions: Editions, workspace: Workspace) -> bool:
    """Tell whether readers are led to what the site holds.

    A killed publication may have left an edition out, or a definition may have changed since.
    """
    site = editions.site
    told = read_pointer(site)
    return (
        told is not None
        and (site / INDEX).is_file()
        and not draft_of(site / INDEX).exists()  # killed after the pointer, at the first page
        and told.get("portal_key") == _portal_key(workspace)
        and is_whole(editions, told)
    )


def is_whole(editions: Editions, told: Mapping[str, Any]) -> bool:
    """Tell whether a pointer was written for the editions that there are, and its books stand."""
    site, named = editions.site, {what for what in editions.held.unlinked}
    known = {(review, str(span)) for review, spans in editions.spans.items() for span in spans}
    return (
        told.get("state") == editions.held.state
        and not named & known
        and (site / PORTAL / str(told["portal"])).is_dir()
        and all((site / YEARS / str(number)).is_dir() for number in set(years_of(told).values()))
    )


def known_touched(editions: Editions) -> set[What] | None:
    """Give no period where readers were told all that there is; None where nobody knows."""
    told = read_pointer(editions.site)
    return set() if told is not None and is_whole(editions, told) else None


def read_pointer(site: Path) -> dict[str, Any] | None:
    """Read what the site was last told; None where it was told nothing that can be understood."""
    try:
        return understood((site / POINTER).read_bytes())
    except OSError:
        return None


def portal_of(pointer: Mapping[str, Any] | None) -> int:
    """Say which portal a pointer leads to, 0 for none."""
    return int(pointer["portal"]) if pointer else 0


def years_of(pointer: Mapping[str, Any] | None) -> dict[int, int]:
    """Say in which book of the archive each older year stands."""
    told = pointer.get("years", {}) if pointer else {}
    return {int(year): int(number) for year, number in told.items()}


def links_in(text: str) -> dict[str, list[dict[str, Any]]]:
    """Read what the links of a period say."""
    found: dict[str, list[dict[str, Any]]] = json.loads(
        text.removeprefix(_LINKS_BEGIN).removesuffix(_LINKS_END)
    )
    return found


# -- what is written -----------------------------------------------------------------------------


def _links(editions: Editions, touched: Collection[What] | None) -> Iterable[tuple[What, str]]:
    """Write the links of every period that was touched, and of those before them."""
    if touched is None:
        wanted = [(review, str(one)) for review, each in editions.spans.items() for one in each]
    else:
        wanted = list(dict.fromkeys(one for what in touched for one in _and_before(what, editions)))
    for what in wanted:
        told = {
            "editions": [
                _entry(one) for one in (*editions.standing(*what), *editions.next_to(*what))
            ],
            "withdrawn": [_taken_back(one) for one in editions.of(*what) if one.withdrawn],
        }
        text = json.dumps(told, ensure_ascii=False, sort_keys=True)
        yield what, f"{_LINKS_BEGIN}{text}{_LINKS_END}"


def _and_before(what: What, editions: Editions) -> list[What]:
    """Name a period and those from which readers go on to it."""
    review, period = what
    found = [what]
    for earlier in editions.before(review, period):
        found.append((review, earlier))
        if editions.standing(review, earlier):
            break
    return found


def _entry(one: Edition) -> dict[str, Any]:
    return {
        "review": one.review,
        "period": one.period,
        "start": str(one.span.start),
        "number": one.number,
        "folder": one.folder,
        "label": {language: one.span.label(language) for language in one.languages},
    }


def _taken_back(one: Edition) -> dict[str, Any]:
    assert one.withdrawn is not None
    day = one.withdrawn.at.date()
    return {
        "folder": one.folder,
        "day": {language: write_date(day, language) for language in one.languages},
        "because": one.withdrawn.because,
    }


def _portal_key(workspace: Workspace) -> str:
    """Fingerprint what the portal is made of besides the editions: frame, metrics, company."""
    digest = hashlib.sha256(f"{frame_fingerprint()} {workspace.company!r}".encode())
    for path in sorted((PACKAGE / "metrics" / "catalog").glob("*.yml")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:20]


def _first_page(telling: Telling, newest: Sequence[Edition]) -> str:
    from helpers.publish.templates import render

    latest = sorted(newest, key=lambda one: (one.span.end, -len(one.span)), reverse=True)
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
        for language in telling.languages
    ]
    company = telling.workspace.company
    return render(
        "root.html",
        {
            "first": choices[0],
            "languages": choices,
            "company": " / ".join(dict.fromkeys(company.text(one) for one in telling.languages)),
            "title": FRAME["site"].text(telling.languages[0]),
            "policy": POLICY,
            "assets": telling.assets.as_frame(telling.languages[0]),
            "portal": telling.portal,
        },
    )
