"""Run a review: every page in its own process, several at once, none able to spoil another."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout

from helpers.config.disks import naming_the_disk
from helpers.config.running import Limits
from helpers.config.swap import write_whole
from helpers.config.workspace import Workspace, load_workspace
from helpers.paths import NOTEBOOKS, WorkspacePaths
from helpers.reviews.declarations import Page, Review
from helpers.reviews.engines import Outcome, Task, default_engine
from helpers.reviews.facts import Facts
from helpers.reviews.figures import beside, write_figures
from helpers.reviews.front import PageRun, Request, check_request
from helpers.reviews.readers import NOTHING
from helpers.reviews.workers import run_each
from helpers.vocabulary.faults import Fault, WorkFailed
from helpers.vocabulary.labels import LANGUAGES, Language
from helpers.vocabulary.periods import Period


@dataclass(frozen=True)
class PageResult:
    """What became of one page in one language."""

    page: Page
    language: Language
    status: Literal["ran", "up_to_date", "failed"]
    notebook: Path  # what the analyst wrote
    output: Path | None  # what may be published; None where the page failed
    log: Path
    seconds: float
    reason: str  # why it ran
    cell: str = ""  # the cell that failed
    message: str = ""
    warnings: tuple[str, ...] = ()
    failed_output: Path | None = None
    peak_memory: float | None = None  # MiB; None where it did not run, or nobody could look

    @property
    def is_ok(self) -> bool:
        """Tell whether the page may be published."""
        return self.output is not None

    @property
    def fault(self) -> Fault:
        """Give a failed page in the voice of faults."""
        where = f"{self.page.notebook} ({self.language})"
        where += f", cell {self.cell}" if self.cell else ""
        return Fault(where, self.message, f"the page is not published; see {self.log}")


@dataclass(frozen=True)
class RunReport:
    """All pages of one run, in reading order, language by language within a page."""

    workspace: Workspace
    paths: WorkspacePaths
    review: Review
    period: Period
    facts: Facts
    pages: tuple[PageResult, ...]

    @property
    def is_complete(self) -> bool:
        """Tell whether the data reach the end of the period."""
        return self.facts.last_day >= self.period.end

    @property
    def summary(self) -> str:
        """Say in one line what became of the pages."""
        ran = [page for page in self.pages if page.status == "ran"]
        known = sum(page.status == "up_to_date" for page in self.pages)
        parts = [f"{len(ran)} ran in {sum(page.seconds for page in ran):.0f} s of work"]
        parts += [f"{known} up to date"] if known else []
        parts += [f"{len(self.failed)} failed"] if self.failed else []
        return f"{len(self.pages)} pages: {', '.join(parts)}"

    @property
    def is_ok(self) -> bool:
        """Tell whether every page may be published."""
        return all(page.is_ok for page in self.pages)

    @property
    def failed(self) -> tuple[PageResult, ...]:
        """The pages that may not be published."""
        return tuple(page for page in self.pages if not page.is_ok)

    def publishable(self, language: Language) -> tuple[PageResult, ...]:
        """The sound pages of one language, in reading order."""
        return tuple(one for one in self.pages if one.language == language and one.is_ok)

    def as_json(self) -> list[dict[str, Any]]:
        """Give the report as plain data."""
        return [
            {
                "page": one.page.id,
                "language": one.language,
                "status": one.status,
                "output": str(one.output) if one.output else None,
                "log": str(one.log),
                "seconds": round(one.seconds, 2),
                "peak_memory": one.peak_memory,
                "reason": one.reason,
                "cell": one.cell,
                "message": one.message,
                "warnings": list(one.warnings),
            }
            for one in self.pages
        ]


#: Called with (done, of how many, the page just finished).
Progress = Callable[[int, int, str], None]


def run_review(
    workspace: str | Path | None,
    review: str,
    period: str = "last",
    *,
    languages: Sequence[str] = (),
    only: Sequence[str] = (),
    settings: Mapping[str, str] | None = None,
    jobs: int | None = None,
    engine: str | None = None,
    force: bool = False,
    progress: Progress | None = None,
    notebooks: Path = NOTEBOOKS,
    facts: Facts | None = None,
    limits: Limits | None = None,
) -> RunReport:
    """Run the pages of a review that are not up to date.

    A page that fails is reported with its cell, keeps its notebook and log under ``runs/``, and
    is not handed on; the others go on. See :func:`helpers.reviews.front.check_request` for what
    may be asked.

    Args:
        workspace: The company's folder; None for ``REVIEW_WORKSPACE`` or the demo company.
        review: A review of ``reviews.yml``.
        period: As a person writes it, or ``last``.
        languages: Those of the workspace if none is named.
        only: Page ids; all pages if none is named.
        settings: Values for the pages' own parameters, as typed on a command line.
        jobs: How many pages at once; the number of processors if not given.
        engine: How notebooks are executed; the quickest that this system can if not given.
        force: Run pages that are up to date, too.
        progress: Told after each page.
        notebooks: The folder of ``reviews.yml``.
        facts: What the data holds; read from the warehouse if not given.
        limits: What a page may take; by default as the workspace declares it.

    Raises:
        AskedWrongly: The request is refused, with all reasons; nothing ran.
        DeclarationFaulty: ``reviews.yml`` or a notebook is unsound; nothing ran.
        WorkFailed: Another run holds the workspace, or the disk is full.
    """
    jobs = jobs if jobs is not None else os.cpu_count() or 1
    engine = engine or default_engine()
    declared, paths = load_workspace(str(workspace) if workspace else None)
    request = check_request(
        declared,
        paths,
        review,
        period,
        languages=languages,
        only=only,
        settings=settings,
        engine=engine,
        jobs=jobs,
        notebooks=notebooks,
        facts=facts,
    )
    lock = FileLock(paths.runs / ".lock")
    try:
        with naming_the_disk(paths.root):
            paths.runs.mkdir(parents=True, exist_ok=True)
            with lock.acquire(timeout=0):
                results = _run_all(
                    request, jobs, engine, force, progress, limits or declared.running
                )
    except Timeout:
        fault = Fault(str(paths.runs), "another run is under way", "wait until it has ended")
        raise WorkFailed(fault) from None
    return RunReport(declared, paths, request.review, request.period, request.facts, results)


def _run_all(
    request: Request,
    jobs: int,
    engine: str,
    force: bool,
    progress: Progress | None,
    limits: Limits,
) -> tuple[PageResult, ...]:
    why = [["asked to"] if force else request.why_run(run) for run in request.runs]
    results: dict[int, PageResult] = {}

    def note(number: int, result: PageResult) -> None:
        results[number] = result
        if progress:
            name = f"{result.page.id} ({result.language}) {result.status.replace('_', ' ')}"
            progress(len(results), len(request.runs), name)

    for number, run in enumerate(request.runs):
        if not why[number]:
            note(number, _up_to_date(run))
    waiting = [number for number in range(len(request.runs)) if number not in results]
    # One language after the other: the second finds the figures that the first computed.
    waiting.sort(key=lambda number: LANGUAGES.index(request.runs[number].language))
    tasks = {number: _task(request.runs[number], engine, limits) for number in waiting}
    for number, outcome in run_each(tasks, jobs):
        note(number, _finish(request.runs[number], outcome, "; ".join(why[number])))
    return tuple(results[number] for number in range(len(request.runs)))


def _task(run: PageRun, engine: str, limits: Limits) -> Task:
    run.folder.mkdir(parents=True, exist_ok=True)
    reads, running = _reads_file(run), _running_file(run)
    for leftover in (reads, beside(reads), running, run.log):
        with suppress(FileNotFoundError):
            leftover.unlink()
    return Task(
        notebook=run.notebook,
        language=run.language,
        parameters=run.parameters,
        engine=engine,
        running=running,
        reads=reads,
        log=run.log,
        limits=limits,
    )


def _finish(run: PageRun, outcome: Outcome, reason: str) -> PageResult:
    """Put the result in its place and write down what it depended on."""
    reads = NOTHING
    with suppress(FileNotFoundError):
        reads = json.loads(_reads_file(run).read_text(encoding="utf-8"))
        _reads_file(run).unlink()
    peak_memory = None if outcome.peak_memory is None else round(outcome.peak_memory, 1)
    record = {
        "status": "ran" if outcome.is_ok else "failed",
        "seconds": round(outcome.seconds, 2),
        "peak_memory": peak_memory,
        "reason": reason,
        "cell": outcome.cell,
        "message": outcome.message,
        "warnings": list(outcome.warnings),
        "parameters": {k: v for k, v in run.parameters.items() if k != "workspace"},
        "reads": reads,
        "parts": run.parts,
    }
    told = json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    # The record goes first when a page fails and last when it is sound: whatever dies between
    # the two, a page is never taken for up to date that is not.
    running = _running_file(run)
    if outcome.is_ok:
        with suppress(FileNotFoundError):
            run.failed.unlink()
        with suppress(FileNotFoundError):
            run.record.unlink()
        _keep_figures(run)
        running.replace(run.output)
        write_whole(run.record, told)
    else:
        write_whole(run.record, told)
        with suppress(FileNotFoundError):
            running.replace(run.failed)
    return PageResult(
        page=run.page,
        language=run.language,
        status="ran" if outcome.is_ok else "failed",
        notebook=run.source,
        output=run.output if outcome.is_ok else None,
        log=run.log,
        seconds=outcome.seconds,
        reason=reason,
        cell=outcome.cell,
        message=outcome.message,
        warnings=outcome.warnings,
        failed_output=run.failed if run.failed.is_file() else None,
        peak_memory=peak_memory,
    )


def _up_to_date(run: PageRun) -> PageResult:
    recorded = json.loads(run.record.read_text(encoding="utf-8"))
    return PageResult(
        page=run.page,
        language=run.language,
        status="up_to_date",
        notebook=run.source,
        output=run.output,
        log=run.log,
        seconds=0.0,
        reason="",
        warnings=tuple(recorded["warnings"]),
    )


def _keep_figures(run: PageRun) -> None:
    """Lay the figures that a page showed beside it: of a page that told none, none."""
    try:
        beside(_reads_file(run)).replace(beside(run.output))
    except FileNotFoundError:
        write_figures(beside(run.output), ())


def _running_file(run: PageRun) -> Path:
    return run.folder / f"{run.page.id}.running.ipynb"


def _reads_file(run: PageRun) -> Path:
    return run.folder / f"{run.page.id}.reads.json"
