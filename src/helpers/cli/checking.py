"""Everything that can be checked without running anything: what ``review check`` goes through."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from helpers.vocabulary.faults import Fault, ReviewError


@dataclass(frozen=True)
class Checked:
    """One thing that was checked, and what was wrong with it."""

    what: str
    faults: tuple[Fault, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Give it as plain data."""
        return {"what": self.what, "faults": [str(fault) for fault in self.faults]}


def check_everything(workspace: str | None) -> list[Checked]:
    """Check declarations, contracts, plans and notebooks, and go on after a fault."""
    return [_checked(what, check) for what, check in _checks(workspace)]


def _checked(what: str, check: Callable[[], object]) -> Checked:
    try:
        check()
    except ReviewError as trouble:
        return Checked(what, trouble.faults)
    return Checked(what)


def _checks(workspace: str | None) -> Iterator[tuple[str, Callable[[], object]]]:
    from helpers.config.workspace import load_workspace
    from helpers.metrics.catalogue import catalogue
    from helpers.paths import WorkspacePaths, workspace_folder
    from helpers.plan.loading import load_plan, plan_years
    from helpers.reviews.front import check_notebooks
    from helpers.sources.declared import load_sources
    from helpers.tables.models import load_models

    paths = WorkspacePaths(workspace_folder(workspace))
    yield "workspace.yml", lambda: load_workspace(workspace)
    yield "table models", load_models
    yield "sources and column mappings", lambda: load_sources(paths)
    yield "metric catalogue", catalogue
    for year in plan_years(paths):
        yield f"plan {year}", lambda year=year: load_plan(paths, year, load_workspace(workspace)[0])
    yield "reviews and notebooks", check_notebooks
