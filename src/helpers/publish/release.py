"""From a finished run to an edition: which pages go, under which status, and is it new."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import date
from typing import Any, Literal

from helpers.config.workspace import Workspace, load_workspace
from helpers.paths import WorkspacePaths
from helpers.publish.book import EditionBuilt, publish
from helpers.publish.content import PageBuilt, read_content
from helpers.publish.home import HomeSummary
from helpers.reviews.declarations import load_reviews
from helpers.reviews.facts import read_facts
from helpers.reviews.foretold import forecasts_in
from helpers.reviews.run import RunReport
from helpers.tables.completeness import Readiness, readiness
from helpers.tables.forecast_log import log_forecasts
from helpers.vocabulary.faults import AskedWrongly, Fault, WorkFailed
from helpers.vocabulary.labels import LANGUAGES, Language
from helpers.vocabulary.periods import Period
from helpers.vocabulary.wording import write_date

Status = Literal["preliminary", "final"]


def publish_run(
    report: RunReport,
    status: Status | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> EditionBuilt:
    """Make an edition of what a run gave.

    A page that failed in one language is left out in both, so that the language switch always
    has where to go; the others are published.

    Args:
        report: The finished run.
        status: What the edition is called. By default ``final`` where nothing is missing and
            nothing may change any more, and ``preliminary`` where figures are still settling; a
            period that lacks data must be asked for as ``preliminary``.
        progress: Told when the site is being built.

    Raises:
        AskedWrongly: The period is incomplete and ``preliminary`` was not asked for.
        WorkFailed: No page may be published, or the site did not build.
    """
    ready = read_readiness(report.workspace, report.paths, report.period)
    chosen = _check_status(report.review.id, report.period, report.facts.last_day, status, ready)
    pages = _pages(report)
    if progress:
        progress(0, 1, report.review.id)
    built = publish(
        report.paths,
        report.workspace,
        report.review.id,
        report.period,
        chosen,
        pages,
        _fingerprint(pages),
        {one: HomeSummary.from_page(pages[one][0].notebook, one) for one in pages},
        title=report.review.title,
        data_through=report.facts.last_day,
        awaiting=_awaiting(ready) if chosen == "preliminary" else {},
    )
    edition = f"{report.review.id}/{report.period}/r{built.number}"
    log_forecasts(report.paths, _forecasts(pages), edition, report.facts.last_day)
    if progress:
        progress(1, 1, report.review.id)
    return built


def refuse_unfinished(
    workspace: str | None, review: str, period: str, status: Status | None
) -> None:
    """Refuse an incomplete period before its pages run, unless asked for as preliminary.

    Raises:
        AskedWrongly: The period is incomplete, or the review or period is none.
    """
    declared, paths = load_workspace(workspace)
    asked = load_reviews().find(review)
    facts = read_facts(declared, paths)
    when = facts.resolve(period, asked.period, declared.fiscal_year_start)
    _check_status(review, when, facts.last_day, status, read_readiness(declared, paths, when))


def read_readiness(workspace: Workspace, paths: WorkspacePaths, period: Period) -> Readiness:
    """Ask the warehouse whether a period's data are all there."""
    from helpers.tables.warehouse import Warehouse

    with Warehouse.open(paths, workspace) as warehouse:
        return readiness(warehouse, workspace, period)


def _check_status(
    review: str,
    period: Period,
    last_day: date,
    asked: Status | None,
    ready: Readiness | None = None,
) -> Status:
    """Choose the status; what is merely settling may be called final, what is missing may not."""
    if asked == "preliminary":
        return asked
    where = f"{review} {period}"
    way_out = "ingest the rest, or publish it with --status preliminary"
    if last_day < period.end:
        what = f"the period is not complete, the data end on {write_date(last_day, 'en')}"
        raise AskedWrongly(Fault(where, what, way_out))
    if ready is not None and not ready.complete:
        what = f"the period is not complete, it lacks {ready.lacks('en')}"
        raise AskedWrongly(Fault(where, what, f"{way_out}; a closed store needs its closed_on"))
    return asked or (ready.status if ready is not None else "final")


def _awaiting(ready: Readiness) -> dict[Language, str]:
    return {language: said for language in LANGUAGES if (said := ready.awaiting(language))}


def _pages(report: RunReport) -> dict[Language, list[PageBuilt]]:
    spoken = [one for one in LANGUAGES if any(page.language == one for page in report.pages)]
    failed = {page.page.id for page in report.failed}
    pages = {
        language: [
            PageBuilt(one.page.id, one.page.title, one.output, one.page.question)
            for one in report.publishable(language)
            if one.output is not None and one.page.id not in failed
        ]
        for language in spoken
    }
    if not all(pages.values()):
        fault = Fault(report.review.id, "no page is fit to be published", "see the faults above")
        raise WorkFailed(fault)
    return pages


def _forecasts(pages: dict[Language, list[PageBuilt]]) -> list[dict[str, Any]]:
    """Gather what the pages forecast; both languages tell the same."""
    return [
        one for built in pages.values() for page in built for one in forecasts_in(page.notebook)
    ]


def _fingerprint(pages: dict[Language, list[PageBuilt]]) -> str:
    """Hash what readers would see; when a notebook ran and how long it took is not part of it."""
    seen = hashlib.sha256()
    for language, built in pages.items():
        for page in built:
            cells = read_content(page, language).cells
            seen.update(json.dumps([language, page.id, cells], sort_keys=True).encode())
    return seen.hexdigest()
