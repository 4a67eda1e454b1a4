"""From a finished run to an edition: which pages go, under which status, and is it new."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from helpers.config.workspace import Workspace, load_workspace
from helpers.paths import WorkspacePaths
from helpers.publish.announcing import announce
from helpers.publish.book import EditionBuilt, publish
from helpers.publish.content import PageBuilt, read_content
from helpers.publish.fallback import choose_pages
from helpers.publish.home import HomeSummary
from helpers.publish.occasions import of_release
from helpers.publish.traces import traces_of, traces_of_run
from helpers.reviews.declarations import load_reviews
from helpers.reviews.facts import read_facts
from helpers.reviews.foretold import forecasts_in
from helpers.reviews.journal import recording
from helpers.reviews.run import RunReport, run_review
from helpers.tables.completeness import Readiness, readiness
from helpers.tables.forecast_log import log_forecasts
from helpers.vocabulary.faults import AskedWrongly, Fault
from helpers.vocabulary.labels import LANGUAGES, Language
from helpers.vocabulary.periods import Period
from helpers.vocabulary.wording import write_date

if TYPE_CHECKING:
    from helpers.tables.ingest import Receipt

Status = Literal["preliminary", "final"]
#: Called with (done, of how many, what is being worked on).
Progress = Callable[[int, int, str], None]


@contextmanager
def _unseen(_what: str) -> Iterator[Progress]:
    yield lambda done, total, name: None


@dataclass(frozen=True)
class Audience:
    """Whoever watches a release: a person at a terminal, a log, or by default nobody."""

    progress: Callable[[str], AbstractContextManager[Progress]] = _unseen
    receipt: Callable[[Receipt], None] = lambda receipt: None
    report: Callable[[RunReport], None] = lambda report: None


@dataclass(frozen=True)
class Released:
    """What came of one release, from inbox to edition."""

    receipt: Receipt
    report: RunReport
    edition: EditionBuilt

    @property
    def period(self) -> Period:
        """What the review is about."""
        return self.report.period

    @property
    def is_ok(self) -> bool:
        """Tell whether every file was taken in and every page is sound."""
        return self.receipt.ok and self.report.is_ok


def release(
    workspace: str | None,
    review: str,
    period: str = "last",
    *,
    status: Status | None = None,
    languages: Sequence[str] = (),
    jobs: int | None = None,
    engine: str = "kernel",
    force: bool = False,
    audience: Audience | None = None,
) -> Released:
    """Go the whole way: take in the inbox, run the pages, publish one edition.

    Files that are refused do not stop the rest, and whether pages that fail do is the workspace's
    policy; ``is_ok`` tells. Whoever asked for it is told what happened.

    Args:
        workspace: The company's folder; None for ``REVIEW_WORKSPACE`` or the demo company.
        review: A review of ``reviews.yml``.
        period: As a person writes it, or ``last``.
        status: What the edition is called; see :func:`publish_run`.
        languages: Those of the workspace if none is named.
        jobs: How many pages at once; the number of processors if not given.
        engine: How notebooks are executed.
        force: Run pages that are up to date, too.
        audience: Told of each step as it goes.

    Raises:
        AskedWrongly: The request is refused, or the period is incomplete.
        DeclarationFaulty: A declaration or a notebook is unsound.
        WorkFailed: A failed page forbids to publish, or another process is at work here.
    """
    from helpers.tables.ingest import ingest

    audience = audience or Audience()
    declared, paths = load_workspace(workspace)
    with recording(paths, "publish", review, period) as run:
        with audience.progress("ingest") as progress:
            receipt = ingest(declared, paths, (), progress=progress)
        audience.receipt(receipt)
        refuse_unfinished(workspace, review, period, status)
        with audience.progress(f"{review}: pages") as progress:
            report = run_review(
                workspace,
                review,
                period,
                languages=languages,
                jobs=jobs,
                engine=engine,
                force=force,
                progress=progress,
            )
        run.note(**traces_of_run(report))  # a site that does not build keeps what its pages did
        audience.report(report)
        edition: EditionBuilt | None = None
        try:
            with audience.progress(f"{review}: site") as progress:
                edition = publish_run(report, status=status, progress=progress)
        finally:
            announce(declared, paths, of_release(report, edition))
        released = Released(receipt, report, edition)
        run.note(**traces_of(released))
    return released


def publish_run(
    report: RunReport,
    status: Status | None = None,
    progress: Progress | None = None,
) -> EditionBuilt:
    """Make an edition of what a run gave.

    What becomes of a page that failed, in whichever language, is for the workspace's policy to
    say; see :func:`helpers.publish.fallback.choose_pages`.

    Args:
        report: The finished run.
        status: What the edition is called. By default ``final`` where nothing is missing and
            nothing may change any more, and ``preliminary`` where figures are still settling; a
            period that lacks data must be asked for as ``preliminary``.
        progress: Told when the site is being built.

    Raises:
        AskedWrongly: The period is incomplete and ``preliminary`` was not asked for.
        WorkFailed: A failed page forbids to publish, or the site did not build.
    """
    ready = read_readiness(report.workspace, report.paths, report.period)
    chosen = _check_status(report.review.id, report.period, report.facts.last_day, status, ready)
    pages = choose_pages(report, report.paths.site, report.workspace.publishing.policy).pages
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
        {
            language: HomeSummary.from_pages([page.notebook for page in built], language)
            for language, built in pages.items()
        },
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
