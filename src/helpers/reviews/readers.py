"""What a page read, written down by its own process, and whether it would read the same now."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from helpers.config.files_read import fingerprint_of
from helpers.config.workspace import Workspace
from helpers.paths import WorkspacePaths
from helpers.tables.reads import NOTHING_READ, Partitions, ReadNotes, changes
from helpers.vocabulary.faults import ReviewError

if TYPE_CHECKING:
    from helpers.tables.warehouse import Warehouse

NOTHING: dict[str, Any] = {**NOTHING_READ, "files": {}, "plans": {}}
_MIXED = "two states of the tables were read"


def together(pages: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Join what several desks of one notebook read.

    Where the tables changed between them, the page is of no state at all and runs again.
    """
    notes = ReadNotes()
    found: dict[str, Any] = {"tables": {}, "files": {}, "plans": {}}
    for told in pages:
        notes.add(told)
        for part in ("tables", "files", "plans"):
            for name, now in told[part].items():
                if found[part].setdefault(name, now) != now:
                    found[part][name] = {"": _MIXED} if isinstance(now, Mapping) else _MIXED
    return {**notes.as_json(lambda table: found["tables"].get(table, {})), **found}


class Readers:
    """Tells of what pages read whether it has changed; opens the tables only to ask again."""

    def __init__(self, workspace: Workspace, paths: WorkspacePaths):
        self._workspace, self._paths = workspace, paths
        self._answers: dict[str, Any] = {}
        self._files: dict[str, str] = {}
        self._sound: dict[str, str] = {}

    def changes(self, reads: Mapping[str, Any], now: Partitions) -> list[str]:
        """Say part by part what a page would read otherwise."""
        return [
            *changes(reads, now, self._ask),
            *(f"file {name} {how}" for name, how in self._changed_files(reads["files"])),
            *self._unsound_plans(reads["plans"]),
        ]

    def _changed_files(self, prints: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        for name, before in sorted(prints.items()):
            now = self._print(name)
            if before != now:
                yield (
                    name,
                    "is new"
                    if before == "absent"
                    else ("is gone" if now == "absent" else "changed"),
                )

    def _unsound_plans(self, plans: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
        """Say which plans would stop a page: none of it may stand where one file breaks it."""
        from helpers.plan.loading import load_plan

        for year, prints in sorted(plans.items()):
            if all(self._print(f"plan/{year}/{name}") == one for name, one in prints.items()):
                continue
            if year not in self._sound:
                try:
                    load_plan(self._paths, int(year), self._workspace)
                    self._sound[year] = ""
                except ReviewError as trouble:
                    self._sound[year] = f"plan {year} is unsound ({trouble.faults[0]})"
            if self._sound[year]:
                yield self._sound[year]

    def _print(self, name: str) -> str:
        if name not in self._files:
            self._files[name] = fingerprint_of(self._paths.root / name)
        return self._files[name]

    def _ask(self, question: Sequence[Any]) -> Any:
        """Put a question again, to the metrics where the tables do not know it."""
        name = json.dumps(question)
        if name not in self._answers:
            from helpers.metrics.spans import QUESTIONS

            kind, *given = question
            asked_of_metrics = QUESTIONS.get(kind)
            self._answers[name] = (
                asked_of_metrics(self._warehouse, *given)
                if asked_of_metrics
                else self._warehouse.ask_again(question)
            )
        return self._answers[name]

    @cached_property
    def _warehouse(self) -> Warehouse:
        from helpers.tables.warehouse import Warehouse

        return Warehouse.open(self._paths, self._workspace)
