"""The pages around the editions: home, archive, definitions, how to read.

Written anew whenever an edition appears, from the editions' own records and the catalogue, so
that no page of an edition ever has to change.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from helpers.paths import BOOK
from helpers.publish.content import as_notebook, markdown, shown_html
from helpers.publish.definitions import definition_cells
from helpers.publish.editions import Edition, SummaryRecord, leading, newest
from helpers.publish.history_words import HISTORY
from helpers.publish.templates import heading, render
from helpers.publish.words import FRAME, STATUSES, banners, frame_words
from helpers.vocabulary.labels import Label, Language
from helpers.vocabulary.wording import write_date

if TYPE_CHECKING:
    from helpers.metrics.catalogue import Metric

TITLES = {
    "index": FRAME["home"],
    "archive": FRAME["archive"],
    "definitions": FRAME["definitions"],
    "how-to-read": FRAME["how_to_read"],
    "history": HISTORY["history"],
}
PAGES = tuple(TITLES)
_LEGEND = "<!-- legend -->"
#: From `site/portal/<n>/<lang>/` and `site/years/<n>/<lang>/` up to `site/`.
ROOT = "../../../"


def write_portal(
    folder: Path,
    language: Language,
    editions: Sequence[Edition],
    metrics: Mapping[str, Metric],
    summary: SummaryRecord | None,
    history: Sequence[dict[str, Any]],
    years: Sequence[int] = (),
    older: Mapping[int, str] = MappingProxyType({}),
) -> None:
    """Write the portal's pages in one language, ready for the builder.

    Args:
        folder: Where they go.
        language: In which language.
        editions: Those of ``years`` in this language, those that were let go of among them, and
            the newest of each review.
        metrics: What the definitions page explains.
        summary: What the home page says of the leading edition.
        history: What ran, as ``history.history_cells`` tells it.
        years: Those that the archive shows in full, the newest first.
        older: Where the other years stand, below the site, the newest first.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, cells in (
        ("index", _home(language, editions, summary)),
        ("archive", _archive(language, editions, years, older)),
        ("definitions", definition_cells(language, metrics)),
        ("how-to-read", _how_to_read(language)),
        ("history", list(history)),
    ):
        text = json.dumps(as_notebook(cells), ensure_ascii=False)
        (folder / f"{name}.ipynb").write_text(text, encoding="utf-8")


def write_years(
    folder: Path, language: Language, years: Mapping[int, Sequence[Edition]]
) -> list[str]:
    """Write a page for each of some years of the archive, ready for the builder.

    They are no part of the portal, so that a year that is over is not built again every month.

    Returns:
        The stems of the pages.
    """
    folder.mkdir(parents=True, exist_ok=True)
    words = frame_words(language)
    for year, editions in years.items():
        rows = _rows(language, editions)
        context = {"words": words, "years": [(year, rows)] if rows else [], "older": []}
        cells = [
            heading(words["archive_year"].format(year=year)),
            shown_html(render("archive.html", context)),
        ]
        text = json.dumps(as_notebook(cells), ensure_ascii=False)
        (folder / f"{year}.ipynb").write_text(text, encoding="utf-8")
    return [str(year) for year in years]


def _home(
    language: Language, editions: Sequence[Edition], summary: SummaryRecord | None
) -> list[dict[str, Any]]:
    lead = leading(list(editions))
    words = frame_words(language)
    sentences = summary.sentences if summary else ()
    reasons = dict(summary.links) if summary else {}
    newest_each = {one.review: one for one in newest(list(editions)) if one.review != lead.review}
    context = {
        "words": words,
        "name": _name(lead, language),
        "facts": [STATUSES[lead.status].text(language), *_facts(lead, language)],
        "banners": banners(lead, language),
        "lead_href": ROOT + lead.home(language),
        "exhibits": summary.exhibits if summary else (),
        "reasons": sentences[1:],
        "actions": summary.actions if summary else (),
        "pages": [
            {
                "href": f"{ROOT}{lead.folder}/{language}/{page.file}.html",
                "title": page.title.text(language),
                "reason": reasons.get(page.file)
                or (page.question.text(language) if page.question else ""),
            }
            for page in lead.pages
        ],
        "others": [
            {
                "href": ROOT + one.home(language),
                "title": _name(one, language),
                "reason": STATUSES[one.status].text(language),
            }
            for one in newest_each.values()
        ],
    }
    headline = sentences[0] if sentences else _name(lead, language)
    return [heading(headline), shown_html(render("home.html", context))]


def _archive(
    language: Language,
    editions: Sequence[Edition],
    years: Sequence[int],
    older: Mapping[int, str],
) -> list[dict[str, Any]]:
    words = frame_words(language)
    of_year: dict[int, list[Edition]] = {}
    for one in editions:
        of_year.setdefault(one.span.end.year, []).append(one)
    shown = [(year, _rows(language, of_year[year])) for year in years if year in of_year]
    context = {
        "words": words,
        "years": [(year, rows) for year, rows in shown if rows],
        "older": [{"year": year, "href": ROOT + href} for year, href in older.items()],
    }
    return [heading(words["archive"]), shown_html(render("archive.html", context))]


def _rows(language: Language, editions: Sequence[Edition]) -> list[dict[str, Any]]:
    """List the periods of a year, the newest first, each with its editions."""
    held: dict[tuple[str, str], list[Edition]] = {}
    for one in editions:
        held.setdefault((one.review, one.period), []).append(one)
    standing = sorted(
        newest(list(editions)), key=lambda one: (one.span.end, len(one.span)), reverse=True
    )
    return [
        {
            "href": ROOT + one.home(language),
            "period": one.span.label(language),
            "title": one.title.text(language),
            "status": one.status,
            "status_label": STATUSES[one.status].text(language),
            "data": write_date(one.data_through, language) if one.data_through else "",
            "editions": _numbers(held[one.review, one.period], language),
            "withdrawals": [
                _withdrawal(edition, language)
                for edition in held[one.review, one.period]
                if edition.withdrawn
            ],
        }
        for one in standing
    ]


def _how_to_read(language: Language) -> list[dict[str, Any]]:
    text = (BOOK / "pages" / f"how-to-read.{language}.md").read_text(encoding="utf-8")
    before, after = text.split(_LEGEND, 1)
    legend = shown_html(render("legend.html", {"marks": list(_marks(language))}))
    return [markdown(before.strip()), legend, markdown(after.strip())]


def _marks(language: Language) -> Iterable[dict[str, str]]:
    from helpers.charts import notation

    def mark(style: str, name: Label, en: str, zh: str) -> dict[str, str]:
        says = Label(en=en, zh=zh).text(language)
        return {"style": style, "name": name.text(language), "says": says}

    hatch = (
        f"repeating-linear-gradient(45deg,{notation.FORECAST} 0 2px,transparent 2px 5px);"
        f"border:1px solid {notation.FORECAST}"
    )
    yield mark("background:var(--actual)", notation.THIS_PERIOD, "solid and dark", "深色实心")
    yield mark("background:var(--previous)", notation.LAST_YEAR, "light", "浅色实心")
    yield mark("border:1.5px solid var(--actual)", notation.TARGET, "an outline", "空心轮廓")
    yield mark(f"background:{hatch}", notation.LANDING, "hatched", "斜线填充")
    yield mark("background:var(--good)", Label(en="good news", zh="好消息"),
               "blue; up or down, whichever is good for this metric",
               "蓝色；上升或下降，以该指标的好坏方向为准")  # fmt: skip
    yield mark("background:var(--bad)", Label(en="bad news", zh="坏消息"), "orange", "橙色")


def _name(edition: Edition, language: Language) -> str:
    comma = "，" if language == "zh" else ", "
    return f"{edition.title.text(language)}{comma}{edition.span.label(language)}"


def _numbers(same: Sequence[Edition], language: Language) -> list[dict[str, str]]:
    """List the editions of one period, the last one first; what was let go of keeps its line."""
    return [
        {"href": "" if one.pruned else ROOT + one.home(language), "label": _numbered(one, language)}
        for one in sorted(same, key=lambda one: one.number, reverse=True)
    ]


def _numbered(edition: Edition, language: Language) -> str:
    word = "edition_withdrawn" if edition.withdrawn else "edition"
    word = "edition_pruned" if edition.pruned else word
    return FRAME[word].text(language).format(number=edition.number)


def _withdrawal(edition: Edition, language: Language) -> str:
    """Say that an edition was taken back, when and why; who decided is in the record only."""
    taken = edition.withdrawn
    if taken is None:
        return ""
    comma = "，" if language == "zh" else ", "
    number = FRAME["edition"].text(language).format(number=edition.number)
    return FRAME["withdrawal"].text(language).format(
        edition=f"{_name(edition, language)}{comma}{number}",
        day=write_date(taken.at.date(), language),
        because=taken.because,
    )  # fmt: skip


def _facts(edition: Edition, language: Language) -> list[str]:
    """Say up to when the data reach, and which edition this is."""
    words = frame_words(language)
    found = []
    if edition.data_through:
        found.append(words["data_through"].format(day=write_date(edition.data_through, language)))
    return [*found, words["edition"].format(number=edition.number)]
