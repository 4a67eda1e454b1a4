"""Why a figure differs between two editions: what each was made from, and what differs there.

A figure is a function of its inputs. ``inputs.json`` beside an edition's figures names these, so
that a later edition can say which of them have changed. Files are named by the log of
restatements (``tables.restatements``) where they changed a whole month, else by the days that
they speak for. What cannot be told is said to be unknown; nothing here guesses.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from helpers.config.workspace import Workspace
from helpers.paths import WorkspacePaths
from helpers.publish.changes.differing import Difference
from helpers.reviews.figures import PLAN
from helpers.reviews.keys import helper_code
from helpers.tables.batches import Batch, Batches
from helpers.tables.build import current_generation
from helpers.tables.restatements import entries_between
from helpers.vocabulary.labels import Declared
from helpers.vocabulary.periods import Period, parse_period

if TYPE_CHECKING:
    from helpers.metrics.catalogue import Metric

INPUTS = "inputs.json"
#: Long enough to tell batches of one company apart, short enough to list years of them.
_SHORT = 12
#: Tables that the plan's files are read into.
_OF_THE_PLAN = {PLAN, "targets", "actions", "risks"}
#: Tables that tell of the files themselves.
_ABOUT_FILES = {"import_batches", "quarantine", "batch_covers", "restatements"}
#: Fields of ``workspace.yml`` that change how a review is run or sent and no figure in it.
_NO_FIGURE = {"publishing", "targets", "notices", "calendar", "signing", "languages", "company"}

CauseKind = Literal["file", "definition", "plan", "workspace", "rates", "program", "unknown"]


class Inputs(Declared):
    """What the figures of an edition follow from, short."""

    #: How many entries of the log of restatements had been written.
    restatements: int = 0
    #: The accepted files, by the beginning of their batch's name.
    batches: tuple[str, ...] = ()
    #: Metric, and fingerprint of its definition.
    definitions: dict[str, str] = Field(default_factory=dict)
    #: Field of ``workspace.yml``, and fingerprint of what it says.
    workspace: dict[str, str] = Field(default_factory=dict)
    #: File below the workspace (plan, waivers, reference), and fingerprint.
    files: dict[str, str] = Field(default_factory=dict)
    rates: str = ""
    program: str = ""


@dataclass(frozen=True, order=True)
class Cause:
    """One thing that made a figure differ, or that may have.

    Attributes:
        kind: What it is.
        name: Which one: a file's path, a metric, a field; empty for the program and the unknown.
        is_sure: False where several things changed at once and none can be told from the others.
    """

    kind: CauseKind
    name: str = ""
    is_sure: bool = True


UNKNOWN = Cause("unknown")


def inputs_of(workspace: Workspace, paths: WorkspacePaths, metrics: Mapping[str, Metric]) -> Inputs:
    """Say what figures follow from now: the current tables, declarations and program."""
    generation = current_generation(paths)
    if generation is None:
        return Inputs()
    declared = workspace.model_dump(mode="json")
    folders = (paths.plan, paths.reference, paths.rules, paths.mappings)
    return Inputs(
        restatements=generation.restatements,
        batches=tuple(sorted(one[:_SHORT] for one in generation.batches)),
        definitions={name: _short(one.model_dump_json()) for name, one in sorted(metrics.items())},
        workspace={
            name: _short(json.dumps(said, sort_keys=True))
            for name, said in sorted(declared.items())
            if name not in _NO_FIGURE
        },
        files={
            one.relative_to(paths.root).as_posix(): _short(one.read_bytes())
            for folder in folders
            for one in sorted([folder, *folder.rglob("*")])
            if one.is_file()
        },
        rates=_short(json.dumps(sorted(generation.files.get("fx_rates", {}).items()))),
        program=_short(json.dumps(helper_code(), sort_keys=True)),
    )


def write_inputs(folder: Path, inputs: Inputs) -> None:
    """Write down beside an edition's figures what they follow from."""
    text = json.dumps(inputs.model_dump(mode="json"), ensure_ascii=False, sort_keys=True)
    (folder / INPUTS).write_text(text + "\n", encoding="utf-8")


def read_inputs(folder: Path) -> Inputs | None:
    """Read what an edition's figures follow from; None where it was not written down."""
    path = folder / INPUTS
    return Inputs.model_validate_json(path.read_bytes()) if path.is_file() else None


@dataclass(frozen=True)
class Causes:
    """What happened between two editions, asked figure by figure.

    Args:
        workspace: The company: which store is on which platform.
        metrics: The catalogue: which tables a metric stands on.
        before: Inputs of the earlier edition; None where they are not known.
        after: Inputs of the later one.
        entries: Rows of the log of restatements between them.
        files: Batches that only one of them read.
        behind: For each exhibit the tables its numbers come from.
    """

    workspace: Workspace
    metrics: Mapping[str, Metric]
    before: Inputs | None
    after: Inputs | None
    entries: tuple[Mapping[str, Any], ...] = ()
    files: tuple[Batch, ...] = ()
    behind: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def between(
        cls,
        workspace: Workspace,
        paths: WorkspacePaths,
        metrics: Mapping[str, Metric],
        before: Inputs | None,
        after: Inputs | None,
        behind: Mapping[str, tuple[str, ...]],
    ) -> Causes:
        """Read what the warehouse knows of the time between two editions."""
        if before is None or after is None:
            return cls(workspace, metrics, before, after, behind=behind)
        first, last = sorted((before.restatements, after.restatements))
        entries = tuple(entries_between(paths, first, last))
        folder = paths.warehouse / "batches"
        other = set(before.batches) ^ set(after.batches)
        names = [one.name for one in folder.iterdir()] if other and folder.is_dir() else []
        known = Batches(folder).known(one for one in names if one[:_SHORT] in other)
        return cls(workspace, metrics, before, after, entries, tuple(known.values()), behind)

    def of(self, one: Difference) -> tuple[Cause, ...]:
        """Name what made a figure differ, the unknown included; never nothing."""
        if self.before is None or self.after is None:
            return (UNKNOWN,)
        sure = [*dict.fromkeys([*self._data(one), *self._definition(one), *self._plan(one)])]
        # A new program or declaration at the same time may have had its part in it.
        everywhere = list(self._everywhere())
        if sure:
            return (*sure, *(replace(also, is_sure=False) for also in everywhere))
        possible = [*everywhere, *self._elsewhere()]
        return tuple(replace(also, is_sure=len(possible) == 1) for also in possible) or (UNKNOWN,)

    # -- data --------------------------------------------------------------------------------

    def _data(self, one: Difference) -> list[Cause]:
        """Name the files that changed rows of the figure's own days, else of earlier ones."""
        if one.figure.column == "target":
            return []
        tables, stores = self._tables(one), self._stores(one)
        for span in self._spans(one):
            if found := [*self._restating(tables, stores, span)]:
                return found
            spoke = {b.file for b in self.files if _speaks(b, tables, stores, span)}
            if spoke:
                return [Cause("file", name) for name in sorted(spoke)]
        return []

    def _restating(
        self, tables: set[str] | None, stores: set[str] | None, span: Period
    ) -> Iterator[Cause]:
        first, last = f"{span.start:%Y-%m}", f"{span.end:%Y-%m}"
        for entry in self.entries:
            if (
                first <= entry["month"] <= last
                and (tables is None or entry["table_name"] in tables)
                and (stores is None or not entry["store_id"] or entry["store_id"] in stores)
            ):
                if entry["measure"].endswith("_base"):  # in the company's currency only
                    if self._rates_differ:
                        yield Cause("rates")
                else:
                    yield from (Cause("file", name) for name in (entry["files"] or "").splitlines())

    def _tables(self, one: Difference) -> set[str] | None:
        """Name the tables that a figure stands on; None where any may be behind it."""
        figure = one.figure
        if figure.exhibit:
            tables = set(self.behind.get(figure.exhibit, ()))
            return None if not tables or tables & _ABOUT_FILES else tables
        return set(self.metrics[figure.metric].tables) if figure.metric in self.metrics else None

    def _spans(self, one: Difference) -> list[Period]:
        """Give the days whose rows a figure reads, the likelier ones first.

        A sum reads its own days, a growth also earlier ones; a level, a window and a table may
        read any day up to their last.
        """
        figure = one.figure
        days = parse_period(figure.period, self.workspace.fiscal_year_start)
        ever = Period(date(1999, 1, 1), days.end, "days", figure.period)
        declared = self.metrics.get(figure.metric)
        is_of_its_days = declared and not figure.exhibit and declared.grain in ("day", "reported")
        return [days, ever] if is_of_its_days else [ever]

    def _stores(self, one: Difference) -> set[str] | None:
        """Name the stores a figure is about; None for all of them."""
        figure = one.figure
        parts = dict(zip(figure.dimension.split(","), figure.member.split("|"), strict=False))
        if parts.get("store"):
            return {parts["store"]}
        if parts.get("platform"):
            return {s.id for s in self.workspace.stores if s.platform == parts["platform"]}
        return None

    @property
    def _rates_differ(self) -> bool:
        assert self.before is not None and self.after is not None
        return self.before.rates != self.after.rates

    # -- what is not data --------------------------------------------------------------------

    def _definition(self, one: Difference) -> Iterator[Cause]:
        assert self.before is not None and self.after is not None
        metric = one.figure.metric
        was, now = (each.definitions.get(metric) for each in (self.before, self.after))
        if metric and was != now:
            yield Cause("definition", metric)

    def _plan(self, one: Difference) -> Iterator[Cause]:
        """Name plan files where the figure is the plan's own or stands in an exhibit of it."""
        behind = self.behind.get(one.figure.exhibit, ())
        if one.figure.column == "target" or _OF_THE_PLAN & set(behind):
            yield from (Cause("plan", name) for name in self._changed_files if _is_promise(name))

    @cached_property
    def _changed_files(self) -> list[str]:
        assert self.before is not None and self.after is not None
        return _changed(self.before.files, self.after.files)

    def _everywhere(self) -> Iterator[Cause]:
        """Name what bears on every figure."""
        assert self.before is not None and self.after is not None
        for name in _changed(self.before.workspace, self.after.workspace):
            yield Cause("workspace", f"workspace.yml: {name}")
        for name in self._changed_files:
            if not name.startswith("plan/"):
                yield Cause("workspace", name)
        if self.before.program != self.after.program:
            yield Cause("program")

    def _elsewhere(self) -> Iterator[Cause]:
        """Name what may bear on a figure by a way that is not known here."""
        assert self.before is not None and self.after is not None
        for name in _changed(self.before.definitions, self.after.definitions):
            yield Cause("definition", name)
        if self._rates_differ:
            yield Cause("rates")
        yield from (Cause("plan", name) for name in self._changed_files if "/waivers/" in name)


def _speaks(batch: Batch, tables: set[str] | None, stores: set[str] | None, span: Period) -> bool:
    """Tell whether a file spoke for the tables, stores and days of a figure."""
    held = set(batch.rows) if tables is None else set(batch.rows) & tables
    if not held or (stores is not None and batch.store_id and batch.store_id not in stores):
        return False
    covers = [one for one in batch.covers if one.table in held]
    if not covers:
        return True  # articles and the like have no days
    return any(one.first <= span.end and one.last >= span.start for one in covers)


def _is_promise(name: str) -> bool:
    """Tell the plan's own files from what people sign and write beside them."""
    return name.startswith("plan/") and name.count("/") == 2


def _changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    names: Iterable[str] = sorted({*before, *after})
    return [name for name in names if before.get(name) != after.get(name)]


def _short(content: str | bytes) -> str:
    raw = content.encode() if isinstance(content, str) else content
    return hashlib.sha256(raw).hexdigest()[:_SHORT]
