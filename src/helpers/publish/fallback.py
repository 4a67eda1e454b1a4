"""What readers see where a page failed: the last good edition, or that page's last good version.

``publishing: {policy: ...}`` of ``workspace.yml`` decides (DESIGN 7). A page that stands in for a
newer one is taken, in both languages, from the newest edition of the same period that shows it in
good order, and says above its first figure of when it is and why it is not newer. A review's
first page never stands in: its sentences are repeated on the home page and in messages, where no
banner would go with them.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from helpers.config.publishing import Policy
from helpers.publish.content import PageBuilt, as_notebook, file_name, shown_html
from helpers.publish.editions import Edition, Editions, PageRecord
from helpers.publish.templates import heading
from helpers.publish.words import FRAME
from helpers.reviews.declarations import Page
from helpers.reviews.run import PageResult, RunReport
from helpers.vocabulary.faults import Fault, WorkFailed
from helpers.vocabulary.labels import LANGUAGES, Label, Language
from helpers.vocabulary.wording import write_date

_MAIN = re.compile(r'<main id="content"[^>]*>(.*?)(?:<nav class="turn"|</main>)', re.DOTALL)
#: How the builder divides a page: each of these stands on a line of its own.
_DIVISION = re.compile(r'^[ \t]*</?section(?: id="[^"]*")?>[ \t]*$', re.MULTILINE)
_HEADING = re.compile(r"^<h([1-6])>(.*?)</h\1>$", re.MULTILINE | re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
#: The way to the list of files may not be there any more; the page gets it anew where it is.
_LINEAGE = re.compile(r'<a class="exhibit-source" href="[^"]*">(.*?)</a>', re.DOTALL)
_ERROR = re.compile(r"[A-Za-z_][\w.]*(?:Error|Exception|Exit|Interrupt|Warning|Faulty|Wrongly)\b")


@dataclass(frozen=True)
class Chosen:
    """What goes into an edition."""

    #: In reading order, the same pages in every language.
    pages: dict[Language, list[PageBuilt]]
    #: Pages whose last good version stands in, each with the edition that it is taken from.
    stale: tuple[tuple[Page, Edition], ...] = ()
    #: Pages of which there is no good version.
    left_out: tuple[Page, ...] = ()


def choose_pages(report: RunReport, site: Path, policy: Policy) -> Chosen:
    """Choose what readers see of each page of a run.

    Args:
        report: The finished run.
        site: Where earlier editions are.
        policy: What to do about pages that failed, in whichever language.

    Raises:
        WorkFailed: Nothing may be published: a page failed and the policy is all or nothing, the
            first page failed, or no page is left.
    """
    failed = {one.page.id: one.page for one in report.failed}
    order = {one.page.id: one.page for one in report.pages}
    if failed:
        _refuse(report, failed, order, policy, site)
    spoken = [one for one in LANGUAGES if any(page.language == one for page in report.pages)]
    fresh = {
        language: {one.page.id: _built(one) for one in report.publishable(language)}
        for language in spoken
    }
    earlier = _shown(site, report)[::-1]
    stale: list[tuple[Page, Edition]] = []
    left_out: list[Page] = []
    pages: dict[Language, list[PageBuilt]] = {language: [] for language in spoken}
    for name, page in order.items():
        if name not in failed:
            for language in spoken:
                pages[language].append(fresh[language][name])
        elif origin := _last_good(page, earlier, spoken, site):
            stale.append((page, origin))
            for language in spoken:
                pages[language].append(_standing_in(page, origin, language, site, report))
        else:
            left_out.append(page)
    for language in spoken:
        if not pages[language]:
            fault = Fault(report.review.id, "no page is fit to be published", "see the faults")
            raise WorkFailed(fault)
        if failed:
            banner = _front_banner(stale, left_out, language)
            pages[language][0] = replace(pages[language][0], banner=banner)
    return Chosen(pages, tuple(stale), tuple(left_out))


def _refuse(
    report: RunReport, failed: Iterable[str], order: Iterable[str], policy: Policy, site: Path
) -> None:
    """Stop where a failed page means that nothing may be published."""
    where = f"{report.review.id} {report.period}"
    shown = _shown(site, report)
    kept = f"readers keep r{shown[-1].number}" if shown else "nothing was published before"
    names, first = ", ".join(failed), next(iter(order))
    if policy == "all-or-nothing":
        what = f"not published, because pages failed ({names}); {kept}"
        way_out = "mend them, or set `publishing: {policy: stale-page}` in workspace.yml"
        raise WorkFailed(Fault(where, what, way_out))
    if first in failed:
        what = f"not published, because its first page failed ({first}); {kept}"
        raise WorkFailed(Fault(where, what, "mend it: the first page must be of today"))


def _built(result: PageResult) -> PageBuilt:
    assert result.output is not None
    return PageBuilt(result.page.id, result.page.title, result.output, result.page.question)


def _shown(site: Path, report: RunReport) -> list[Edition]:
    """List the editions of what the run is about that readers may see."""
    every = Editions.on(site).of(report.review.id, str(report.period))
    return [one for one in every if one.is_shown]


def _record_of(page: Page, edition: Edition) -> PageRecord | None:
    """Find a page in an edition; its place may have been another one then, but never the first."""
    file = file_name(page.id, 1)
    return next((one for one in edition.pages if one.file == file), None)


def _last_good(
    page: Page, earlier: Sequence[Edition], spoken: Sequence[Language], site: Path
) -> Edition | None:
    """Find the newest edition that shows a page in good order, in every language asked for."""
    for edition in earlier:
        record = _record_of(page, edition)
        if record and not record.stale_of and all(
            language in edition.languages and _file(site, edition, record, language).is_file()
            for language in spoken
        ):  # fmt: skip
            return edition
    return None


def _file(site: Path, edition: Edition, record: PageRecord, language: Language) -> Path:
    return site / edition.folder / language / f"{record.file}.html"


def _standing_in(
    page: Page, origin: Edition, language: Language, site: Path, report: RunReport
) -> PageBuilt:
    """Make a page of what an edition shows, ready to be built again with the others."""
    record = _record_of(page, origin)
    assert record is not None
    shown = _file(site, origin, record, language).read_text(encoding="utf-8")
    notebook = report.paths.runs / report.review.id / str(report.period) / language
    notebook /= f"{page.id}.stale.ipynb"
    notebook.parent.mkdir(parents=True, exist_ok=True)
    content = as_notebook(_cells(shown))
    notebook.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return PageBuilt(
        page.id,
        page.title,
        notebook,
        page.question,
        banner=_banner(page, origin, language, report),
        stale_of=origin.folder,
    )


def _cells(page: str) -> Iterator[dict[str, Any]]:
    """Take a published page apart again: headings as words, everything else as it is shown."""
    found = _MAIN.search(page)
    if found is None:
        raise WorkFailed(Fault("a published page", "is not as it was built", "publish it anew"))
    body = _LINEAGE.sub(r'<span class="exhibit-source" data-behind="">\1</span>', found[1])
    body = _DIVISION.sub("", body)
    at = 0
    for head in _HEADING.finditer(body):
        if before := body[at : head.start()].strip():
            yield shown_html(before)
        words = heading(html.unescape(_TAG.sub("", head[2])))
        yield {**words, "source": "#" * (int(head[1]) - 1) + words["source"]}
        at = head.end()
    if rest := body[at:].strip():
        yield shown_html(rest)


def _banner(page: Page, origin: Edition, language: Language, report: RunReport) -> str:
    return FRAME["stale_banner"].text(language).format(
        number=origin.number, day=_day(origin, language), why=_why(page, report).text(language)
    )  # fmt: skip


def _front_banner(
    stale: Sequence[tuple[Page, Edition]], left_out: Sequence[Page], language: Language
) -> str:
    """Say on the first page which pages are not of today, so that nobody finds out by chance."""
    comma, stop = ("、", "") if language == "zh" else (", ", " ")
    said = []
    if stale:
        pages = comma.join(
            FRAME["stale_page"].text(language).format(
                page=page.title.text(language), day=_day(origin, language)
            )
            for page, origin in stale
        )  # fmt: skip
        said.append(FRAME["stale_pages"].text(language).format(pages=pages))
    if left_out:
        pages = comma.join(page.title.text(language) for page in left_out)
        said.append(FRAME["left_out_pages"].text(language).format(pages=pages))
    return stop.join(said)


def _day(origin: Edition, language: Language) -> str:
    return write_date(origin.data_through or origin.span.end, language)


def _why(page: Page, report: RunReport) -> Label:
    """Say why a page is not newer, in words for readers; the log says it for whoever mends it."""
    messages = [one.message for one in report.failed if one.page.id == page.id]
    for message in messages:
        if found := _ERROR.match(message):
            name = found[0].rpartition(".")[2]
            return Label(en=f"its calculation failed ({name})", zh=f"计算出错（{name}）")
    return Label(en="its calculation did not come to an end", zh="计算未能完成")


def failures_of(report: RunReport) -> list[tuple[Label, str]]:
    """List the pages that failed and why, once where both languages failed alike."""
    found = {(one.page.id, one.message): one.page.title for one in report.failed}
    return [(title, message) for (_, message), title in found.items()]
