"""From a finished run to an edition: which pages go, under which status, and is it new."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.config.disks import naming_the_disk
from helpers.config.workspace import Workspace, load_workspace
from helpers.paths import NOTEBOOKS, WorkspacePaths
from helpers.publish.awaited_comments import comments_awaited
from helpers.publish.book import EditionBuilt, publish
from helpers.publish.content import PageBuilt, file_name, read_content
from helpers.publish.editions import Edition
from helpers.publish.fallback import Chosen, choose_pages
from helpers.publish.holdings import RECORD
from helpers.publish.home import HomeSummary
from helpers.publish.manifest import made_from
from helpers.publish.notices.announcing import Announcement, announce
from helpers.publish.notices.occasions import of_release, sign_off_awaited
from helpers.publish.signing import signatures_on
from helpers.publish.status import Standing, Status, decide, in_lines
from helpers.publish.traces import traces_of, traces_of_run
from helpers.publish.words import AMISS
from helpers.reviews.declarations import load_reviews
from helpers.reviews.facts import Facts, read_facts
from helpers.reviews.figures import gather
from helpers.reviews.foretold import forecasts_in
from helpers.reviews.holding import hold
from helpers.reviews.journal import recording
from helpers.reviews.run import RunReport, run_review
from helpers.tables.completeness import Readiness, readiness
from helpers.tables.forecast_log import log_forecasts
from helpers.vocabulary.faults import WorkFailed
from helpers.vocabulary.labels import Label, Language
from helpers.vocabulary.periods import Period

if TYPE_CHECKING:
    from helpers.tables.ingest import Receipt

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
    standing: Standing

    @property
    def period(self) -> Period:
        """What the review is about."""
        return self.report.period

    @property
    def is_ok(self) -> bool:
        """Tell whether every file was taken in and every page is sound."""
        return self.receipt.ok and self.report.is_ok

    @property
    def is_vouched_for(self) -> bool:
        """Tell whether the same release would come out again as long as no file changes."""
        from helpers.sources.catalogue import are_all_files

        lies_here = are_all_files(self.report.workspace, self.report.paths)
        return self.is_ok and not self.edition.taken_back and lies_here

    @property
    def said_again(self) -> tuple[tuple[str, ...], dict[str, Any]]:
        """Give the lines that are printed where there is nothing to do, and the journal's entry."""
        pages = tuple(replace(one, status="up_to_date", seconds=0.0) for one in self.report.pages)
        idle = replace(self.report, pages=pages)
        entry = {
            "period": str(self.period),
            "edition": f"{idle.review.id}/{self.period}/r{self.edition.number}",
            "outcome": "unchanged",
            "files_read": 0,
            "rows_read": 0,
        }
        same = f"nothing has changed since r{self.edition.number}"
        told = (idle.summary, same, *(f"awaits {one.en}" for one in self.standing.awaiting))
        lines = [f"{idle.review.id} {self.period}: {line}" for line in told]
        return (*lines, f"open {self.edition.index}"), entry


def release(
    workspace: str | None,
    review: str,
    period: str = "last",
    *,
    status: Status | None = None,
    languages: Sequence[str] = (),
    jobs: int | None = None,
    engine: str | None = None,
    force: bool = False,
    audience: Audience | None = None,
    notebooks: Path = NOTEBOOKS,
    tell: bool = True,
    lead: bool = True,
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
        engine: How notebooks are executed; None for the quickest that this system can.
        force: Run pages that are up to date, too.
        audience: Told of each step as it goes.
        notebooks: The folder of ``reviews.yml``.
        tell: Announce what happened; a backfill of two years is no news.
        lead: Lead readers to the edition; else ``publish.book.lead_readers`` does, once for many.

    Raises:
        AskedWrongly: The request is refused, the period is incomplete, or it was asked for as
            final and is not.
        DeclarationFaulty: A declaration or a notebook is unsound.
        WorkFailed: A failed page forbids to publish, or another process is at work here.
    """
    from helpers.tables.ingest import ingest

    audience = audience or Audience()
    declared, paths = load_workspace(workspace)
    with (
        hold(paths, f"review publish {review}"),
        recording(paths, "publish", review, period) as run,
        naming_the_disk(paths.root),
    ):
        with audience.progress("ingest") as progress:
            receipt = ingest(declared, paths, (), progress=progress)
        audience.receipt(receipt)
        facts, ready = refuse_unfinished(workspace, review, period, status, notebooks)
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
                notebooks=notebooks,
                facts=facts,
            )
        run.note(**traces_of_run(report))  # a site that does not build keeps what its pages did
        audience.report(report)
        built: tuple[EditionBuilt, Standing] | None = None
        try:
            with audience.progress(f"{review}: site") as progress:
                built = publish_run(report, status, progress, ready, lead=lead)
        except WorkFailed as trouble:
            # Cron's mail holds how it ended and nothing else: it must say why, too.
            raise WorkFailed([*trouble.faults, *(one.fault for one in report.failed)]) from None
        finally:
            announce(declared, paths, _announcements(report, built) if tell else ())
        released = Released(receipt, report, *built)
        run.note(**traces_of(released))
    return released


def publish_run(
    report: RunReport,
    status: Status | None = None,
    progress: Progress | None = None,
    ready: Readiness | None = None,
    *,
    lead: bool = True,
) -> tuple[EditionBuilt, Standing]:
    """Make an edition of what a run gave, and say where it stands between preliminary and final.

    What becomes of a page that failed, in whichever language, is for the workspace's policy to
    say; see :func:`helpers.publish.fallback.choose_pages`.

    Args:
        report: The finished run.
        status: What the edition is called. By default ``final`` where nothing is missing, nothing
            may change any more and those who must have signed these figures, else
            ``preliminary``; a period that lacks data must be asked for as ``preliminary``.
        progress: Told when the site is being built.
        ready: Whether the period's data are all there; asked of the warehouse if not given.
        lead: Lead readers to the edition, as :func:`release` says.

    Raises:
        AskedWrongly: The period is incomplete and ``preliminary`` was not asked for, or
            ``final`` was and something is missing.
        WorkFailed: A failed page forbids to publish, or the site did not build.
    """
    chosen = choose_pages(report, report.paths.site, report.workspace.publishing.policy)
    pages = chosen.pages
    ready = ready or read_readiness(report.workspace, report.paths, report.period)
    standing = _standing(report, ready, status, chosen)
    if progress:
        progress(0, 1, report.review.id)
    built = publish(
        report.paths,
        report.workspace,
        report.review.id,
        report.period,
        standing.status,
        pages,
        _fingerprint(pages),
        {
            language: HomeSummary.from_pages([page.notebook for page in built], language)
            for language, built in pages.items()
        },
        title=report.review.title,
        data_through=report.facts.last_day,
        awaiting=in_lines(standing.awaiting),
        signed=in_lines(standing.signed),
        admitted=in_lines(standing.admitted),
        made_from=made_from(pages, report.paths.root),
        lead=lead,
    )
    edition = f"{report.review.id}/{report.period}/r{built.number}"
    if not built.taken_back:  # else no reader is led to what these pages foretell
        log_forecasts(report.paths, _forecasts(pages), edition, report.facts.last_day)
    if progress:
        progress(1, 1, report.review.id)
    return built, standing


def refuse_unfinished(
    workspace: str | None,
    review: str,
    period: str,
    status: Status | None,
    notebooks: Path = NOTEBOOKS,
) -> tuple[Facts, Readiness]:
    """Refuse before any page runs what the pages could not change; give what the data hold.

    Raises:
        AskedWrongly: The period is incomplete and was not asked for as preliminary, it was asked
            for as final and somebody has signed no edition of it, or the review or period is none.
    """
    declared, paths = load_workspace(workspace)
    asked = load_reviews(notebooks).find(review)
    facts = read_facts(declared, paths)
    when = facts.resolve(period, asked.period, declared.fiscal_year_start)
    ready = read_readiness(declared, paths, when)
    signatures = signatures_on(None, review, when, declared, paths)
    decide(review, ready, facts.last_day, status, signatures)
    return facts, ready


def read_readiness(workspace: Workspace, paths: WorkspacePaths, period: Period) -> Readiness:
    """Ask the warehouse whether a period's data are all there."""
    from helpers.tables.warehouse import Warehouse

    with Warehouse.open(paths, workspace) as warehouse:
        return readiness(warehouse, workspace, period)


def _standing(
    report: RunReport, ready: Readiness, asked: Status | None, chosen: Chosen
) -> Standing:
    """Decide what the edition of a run is called, with the figures that it would show."""
    named: dict[str, list[tuple[str, Path]]] = {
        language: [(file_name(one.id, place), one.notebook) for place, one in enumerate(built)]
        for language, built in chosen.pages.items()
    }
    review = report.review.id
    signatures = signatures_on(gather(named), review, report.period, report.workspace, report.paths)
    amiss = [_filled("stale", page.title) for page, _ in chosen.stale]
    amiss += [_filled("left_out", page.title) for page in chosen.left_out]
    amiss += comments_awaited(report, chosen.pages)
    return decide(review, ready, report.facts.last_day, asked, signatures, amiss)


def _announcements(
    report: RunReport, built: tuple[EditionBuilt, Standing] | None
) -> tuple[Announcement, ...]:
    """Say what came of a release; a signature is asked for once nothing else is awaited."""
    edition, standing = built or (None, None)
    found = of_release(report, edition)
    if edition is None or standing is None or not edition.is_new or not standing.only_unsigned:
        return found
    record = Edition.model_validate_json((edition.edition / RECORD).read_text(encoding="utf-8"))
    return (*found, sign_off_awaited(record, standing.unsigned))


def _filled(word: str, page: Label) -> Label:
    told = AMISS[word]
    return Label(en=told.en.format(page=page.en), zh=told.zh.format(page=page.zh))


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
