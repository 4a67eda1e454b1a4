"""From what was asked to what would run, everything checked before the first kernel starts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers.config.files_read import fingerprint_of
from helpers.config.workspace import Workspace
from helpers.metrics.spans import OPENING_SLACK_DAYS
from helpers.paths import NOTEBOOKS, WorkspacePaths
from helpers.plan.comments import comment_file
from helpers.reviews.comments import with_comment
from helpers.reviews.declarations import Page, Review, load_reviews
from helpers.reviews.engines import ENGINES
from helpers.reviews.facts import Facts, read_facts
from helpers.reviews.figures import beside
from helpers.reviews.keys import Parts, fixed_parts, reasons
from helpers.reviews.parameters import Parameter, parameters_of, refusals
from helpers.reviews.preparing import Notebook, prepare, read_notebook
from helpers.reviews.readers import NOTHING, Readers
from helpers.reviews.warm.starting import can_start
from helpers.vocabulary.faults import AskedWrongly, DeclarationFaulty, Fault
from helpers.vocabulary.labels import LANGUAGES, Label, Language
from helpers.vocabulary.periods import Period, days_between
from helpers.vocabulary.wording import write_date

#: Parameters of these names are held against the data and the workspace, whatever the page.
_KNOWN_MEMBERS = ("market", "store", "platform")
_AND = Label(en="and", zh="、")
_NOTHING_EARLIER = Label(en="nothing earlier in the data", zh="数据中没有更早的同类期间")


@dataclass(frozen=True)
class PageRun:
    """One page in one language: what it would run with, and where the result goes."""

    page: Page
    language: Language
    source: Path
    notebook: Notebook  # prepared
    parameters: Mapping[str, Any]
    folder: Path  # runs/<review>/<period>/<lang>
    parts: Parts  # without what it reads

    @property
    def output(self) -> Path:
        """The executed notebook, if the page is sound."""
        return self.folder / f"{self.page.id}.ipynb"

    @property
    def failed(self) -> Path:
        """The executed notebook, if the page failed."""
        return self.folder / f"{self.page.id}.failed.ipynb"

    @property
    def log(self) -> Path:
        """What the kernel said."""
        return self.folder / f"{self.page.id}.log"

    @property
    def record(self) -> Path:
        """What the page depended on when it last ran."""
        return self.folder / f"{self.page.id}.json"


@dataclass(frozen=True)
class Request:
    """A checked request: this review, of this period, these pages."""

    review: Review
    period: Period
    facts: Facts
    paths: WorkspacePaths
    runs: tuple[PageRun, ...]
    readers: Readers

    def why_run(self, run: PageRun) -> list[str]:
        """Say why a page would run; an empty list means that it is up to date."""
        if not run.record.is_file():
            return ["never ran"]
        recorded = json.loads(run.record.read_text(encoding="utf-8"))
        if recorded["reads"].keys() != NOTHING.keys():
            return ["another version wrote down what it read"]
        if recorded["status"] != "ran":
            return ["failed last time"]
        if not (run.output.is_file() and beside(run.output).is_file()):
            return ["its output is gone"]
        return [
            *reasons(recorded["parts"], run.parts),
            *self.readers.changes(recorded["reads"], self.facts.partitions),
        ]


def check_request(
    workspace: Workspace,
    paths: WorkspacePaths,
    review_id: str,
    period: str,
    *,
    languages: Sequence[str] = (),
    only: Sequence[str] = (),
    settings: Mapping[str, str] | None = None,
    engine: str | None = None,
    jobs: int = 1,
    notebooks: Path = NOTEBOOKS,
    facts: Facts | None = None,
) -> Request:
    """Check all that was asked, and say what would run.

    Args:
        workspace: The company.
        paths: Its folders.
        review_id: A review of ``reviews.yml``.
        period: As a person writes it, or ``last``.
        languages: Those of the workspace if none is named.
        only: Page ids; all pages if none is named.
        settings: Values for the pages' own parameters, as typed on a command line.
        engine: How notebooks are executed; None for the quickest that this system can.
        jobs: How many pages at once.
        notebooks: The folder of ``reviews.yml``.
        facts: What the data holds; read from the warehouse if not given.

    Raises:
        AskedWrongly: Carries everything wrong with the request and what is allowed instead.
        DeclarationFaulty: ``reviews.yml`` or a notebook is unsound.
    """
    review = load_reviews(notebooks).find(review_id)
    pages = review.choose(tuple(only))
    spoken = tuple(languages) or workspace.languages
    faults = [*_language_faults(spoken), *_engine_faults(engine, jobs)]
    loaded = {page.id: _load(notebooks / page.notebook) for page in pages}
    faults += _foreign_parameters(settings or {}, loaded)
    if faults:
        raise AskedWrongly(faults)

    facts = facts or read_facts(workspace, paths)
    when = facts.resolve(period, review.period, workspace.fiscal_year_start)
    own: dict[str, dict[str, Any]] = {}
    for page in pages:
        known = loaded[page.id].parameters
        own[page.id] = {**page.parameters, **_typed(settings or {}, known)}
        where = f"{review.id}.{page.id}"
        faults += refusals(own[page.id], known, where)
        faults += _member_faults(own[page.id], known, workspace, facts, where)
    if faults:
        raise AskedWrongly(faults)

    runs = []
    unsound: list[Fault] = []
    for page in pages:
        for language in LANGUAGES:
            if language not in spoken:
                continue
            given = {
                "period": when.text,
                "language": language,
                "workspace": str(paths.root),
                **own[page.id],
            }
            words = template_words(workspace, review, page, when, facts, language)
            source = notebooks / page.notebook
            try:
                notebook = prepare(loaded[page.id].notebook, language, words, str(source))
            except DeclarationFaulty as trouble:
                unsound += [one for one in trouble.faults if one not in unsound]
                continue
            folder = paths.runs / review.id / when.text / language
            comment = comment_file(paths, workspace.fiscal_year_start, review.id, when, page.id)
            if comment.is_file():
                notebook = with_comment(notebook, review.id, page.id)
            parts = {
                **fixed_parts(source, given, workspace, words),
                "commentary": fingerprint_of(comment),
            }
            runs.append(PageRun(page, language, source, notebook, given, folder, parts))
    if unsound:
        raise DeclarationFaulty(unsound)
    return Request(review, when, facts, paths, tuple(runs), Readers(workspace, paths))


def template_words(
    workspace: Workspace,
    review: Review,
    page: Page,
    period: Period,
    facts: Facts,
    language: Language,
) -> dict[str, str]:
    """Give a value to each of ``preparing.TEMPLATE_NAMES``.

    An incomplete period is named by its days, and so are the periods it is compared with.
    """
    shown, before, last_year = period, period.previous(), period.year_ago()
    if period.end > facts.last_day:
        days = (facts.last_day - period.start).days + 1
        shown = days_between(period.start, facts.last_day)
        before, last_year = before.clipped(days), last_year.clipped(days)
    baselines = dict.fromkeys(
        one.label(language)
        for one in (before, last_year)
        if (facts.first_day - one.start).days <= OPENING_SLACK_DAYS
    )
    joint = _AND.text(language) if language == "zh" else f" {_AND.text(language)} "
    return {
        "company": workspace.company.text(language),
        "compared_with": joint.join(baselines) or _NOTHING_EARLIER.text(language),
        "currency": workspace.base_currency,
        "data_until": write_date(facts.last_day, language),
        "page_title": page.title.text(language),
        "period_label": shown.label(language),
        "previous_label": before.label(language),
        "review_title": review.title.text(language),
        "year_ago_label": last_year.label(language),
    }


@dataclass(frozen=True)
class _Loaded:
    notebook: Notebook
    parameters: tuple[Parameter, ...]


def _load(path: Path) -> _Loaded:
    notebook = read_notebook(path)
    return _Loaded(notebook, parameters_of(notebook, str(path)))


def _language_faults(spoken: Sequence[str]) -> Iterator[Fault]:
    for language in spoken:
        if language not in LANGUAGES:
            yield Fault("--lang", f"{language!r} is no language", f"known: {', '.join(LANGUAGES)}")


def _engine_faults(engine: str | None, jobs: int) -> Iterator[Fault]:
    if engine is not None and engine not in ENGINES:
        yield Fault("--engine", f"{engine!r} is no engine", f"known: {', '.join(ENGINES)}")
    if engine == "warm" and not can_start():
        yield Fault("--engine warm", "notebooks start warm on Linux only", "use --engine kernel")
    if jobs < 1:
        yield Fault("--jobs", f"{jobs} pages at once is none", "write 1 or more")


def _foreign_parameters(asked: Mapping[str, str], loaded: Mapping[str, _Loaded]) -> Iterator[Fault]:
    """A parameter must be known to at least one of the pages that would run."""
    known = {one.name for page in loaded.values() for one in page.parameters}
    own = sorted(known - {"period", "language", "workspace"})
    for name in asked:
        if name in ("period", "language", "workspace"):
            flag = "lang" if name == "language" else name
            yield Fault(f"--set {name}", "is decided by the run", f"use --{flag}")
        elif name not in known:
            allowed = f"allowed: {', '.join(own)}" if own else "these pages take none"
            yield Fault(f"--set {name}", "is known to none of these pages", allowed)


def _typed(asked: Mapping[str, str], known: tuple[Parameter, ...]) -> dict[str, Any]:
    return {one.name: one.read(asked[one.name]) for one in known if one.name in asked}


def _member_faults(
    asked: Mapping[str, Any],
    known: tuple[Parameter, ...],
    workspace: Workspace,
    facts: Facts,
    where: str,
) -> Iterator[Fault]:
    """A market, store or platform must exist; empty means that none is singled out."""
    members = {
        "market": facts.markets,
        "store": tuple(store.id for store in workspace.stores),
        "platform": tuple(dict.fromkeys(store.platform for store in workspace.stores)),
    }
    for name in _KNOWN_MEMBERS:
        value = asked.get(name)
        if isinstance(value, str) and value and value not in members[name]:
            listed = ", ".join(members[name]) or "none, nothing was ingested"
            yield Fault(f"{where}: {name}", f"{value!r} does not exist", f"known: {listed}")
