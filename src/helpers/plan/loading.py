"""Read a year's plan, and refuse one that does not hang together, all faults at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from helpers.config.declarations import read_declaration
from helpers.config.workspace import Workspace
from helpers.metrics.catalogue import catalogue
from helpers.paths import WorkspacePaths
from helpers.plan.models import (
    Action,
    Actions,
    Competitors,
    Loop,
    Objective,
    Problem,
    Resource,
    Risk,
    Risks,
    Rival,
    Scope,
    Strategy,
    Target,
    Targets,
)
from helpers.vocabulary.faults import DeclarationFaulty, Fault, ReviewError

FILES: dict[str, type[BaseModel]] = {
    "targets.yml": Targets,
    "actions.yml": Actions,
    "loop.yml": Loop,
    "risks.yml": Risks,
    "competitors.yml": Competitors,
}


@dataclass(frozen=True)
class Plan:
    """One year's plan; every part may be empty, and an empty plan is a plan not written yet."""

    year: int
    folder: Path
    objectives: tuple[Objective, ...] = ()
    targets: tuple[Target, ...] = ()
    actions: tuple[Action, ...] = ()
    problems: tuple[Problem, ...] = ()
    strategies: tuple[Strategy, ...] = ()
    resources: tuple[Resource, ...] = ()
    risks: tuple[Risk, ...] = ()
    rivals: tuple[Rival, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was promised for the year."""
        return not (self.targets or self.actions or self.risks or self.rivals or self.problems)


def plan_years(paths: WorkspacePaths) -> list[int]:
    """List the years that have a plan; a folder of sign-offs or comments is none."""
    return sorted({int(one.parent.name) for one in paths.plan.glob("*/*.yml")
                   if one.parent.name.isdigit()})  # fmt: skip


def load_plan(paths: WorkspacePaths, year: int, workspace: Workspace | None = None) -> Plan:
    """Read ``plan/<year>/``; a missing folder or file is an empty part, not a fault.

    Args:
        paths: The workspace's folders.
        year: The plan's year.
        workspace: Given, store scopes are checked against its stores.

    Raises:
        DeclarationFaulty: A file is unsound, an id repeats or is unknown, a metric is not in the
            catalogue; every fault at once, each with file and id.
    """
    folder = paths.plan / str(year)
    parts: dict[str, Any] = {}
    faults: list[Fault] = []
    for name, model in FILES.items():
        if (folder / name).is_file():
            try:
                declared = read_declaration(folder / name, model)
            except ReviewError as trouble:
                faults.extend(trouble.faults)
                continue
            parts.update({field: getattr(declared, field) for field in model.model_fields})
    if faults:
        raise DeclarationFaulty(faults)
    plan = Plan(year=year, folder=folder, **parts)
    if faults := list(_cross_faults(plan, workspace)):
        raise DeclarationFaulty(faults)
    return plan


def _cross_faults(plan: Plan, workspace: Workspace | None) -> Iterator[Fault]:
    """Every link must lead somewhere, and every id must stand once."""
    yield from _repeated_ids("targets.yml", plan.objectives, plan.targets)
    yield from _repeated_ids("actions.yml", plan.actions)
    yield from _repeated_ids("loop.yml", plan.problems, plan.strategies, plan.resources)
    yield from _repeated_ids("risks.yml", plan.risks)
    yield from _repeated_ids("competitors.yml", plan.rivals)

    known_metrics = set(catalogue())
    measured: list[tuple[str, str, str, Scope]] = [
        *(("targets.yml", one.id, one.metric, one.scope) for one in plan.targets),
        *(("actions.yml", one.id, one.metric, one.scope) for one in plan.actions),
        *(("loop.yml", one.id, one.metric, one.scope) for one in plan.problems),
        *(
            ("risks.yml", one.id, one.trigger.metric, one.trigger.scope)
            for one in plan.risks
            if one.trigger
        ),
    ]
    stores = {store.id for store in workspace.stores} if workspace else None
    for file, owner, metric, scope in measured:
        if metric not in known_metrics:
            yield Fault(
                f"{file}: {owner}: metric", f"{metric!r} is no metric", "see review metrics --list"
            )
        if stores is not None and scope.store and scope.store not in stores:
            yield Fault(
                f"{file}: {owner}: scope",
                f"{scope.store!r} is no store",
                f"known: {', '.join(sorted(stores))}",
            )

    objectives = {one.id for one in plan.objectives}
    strategies = {one.id for one in plan.strategies}
    problems = {one.id for one in plan.problems}
    actions = {one.id for one in plan.actions}
    links: list[tuple[str, str, str, Iterable[str], set[str]]] = [
        *(("targets.yml", t.id, "objective", [t.objective], objectives) for t in plan.targets),
        *(("actions.yml", a.id, "strategy", [a.strategy], strategies) for a in plan.actions),
        *(("loop.yml", s.id, "problem", s.problems, problems) for s in plan.strategies),
        *(("loop.yml", r.id, "action", r.actions, actions) for r in plan.resources),
        *(("risks.yml", r.id, "action", r.actions, actions) for r in plan.risks),
    ]
    for file, owner, what, named, known in links:
        for one in named:
            if one not in known:
                way_out = f"known: {', '.join(sorted(known)) or 'none yet'}"
                yield Fault(f"{file}: {owner}", f"{one!r} is no {what}", way_out)


def _repeated_ids(file: str, *groups: Iterable[Any]) -> Iterator[Fault]:
    for group in groups:
        for one, times in Counter(item.id for item in group).items():
            if times > 1:
                yield Fault(f"{file}: {one}", f"the id stands {times} times", "rename all but one")
