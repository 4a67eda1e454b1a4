"""Everything that can be checked without running anything: what ``review check`` goes through."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from helpers.vocabulary.faults import DeclarationFaulty, Fault, ReviewError


@dataclass(frozen=True)
class Checked:
    """One thing that was checked, and what was wrong with it."""

    what: str
    faults: tuple[Fault, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Give it as plain data."""
        return {"what": self.what, "faults": [str(fault) for fault in self.faults]}


def check_everything(workspace: str | None) -> list[Checked]:
    """Check declarations, contracts, plans and notebooks, and go on after a fault.

    What cannot be checked because of a fault told before says so, and does not tell it again.
    """
    told: set[Fault] = set()
    checked = []
    for what, check in _checks(workspace):
        one = _checked(what, check)
        if one.faults and told.issuperset(one.faults):
            one = Checked(what, (Fault(what, "cannot be checked yet", "mend the above first"),))
        told.update(one.faults)
        checked.append(one)
    return checked


def _checked(what: str, check: Callable[[], object]) -> Checked:
    try:
        check()
    except ReviewError as trouble:
        return Checked(what, trouble.faults)
    return Checked(what)


def _checks(workspace: str | None) -> Iterator[tuple[str, Callable[[], object]]]:
    from helpers.analysis.rules.rulebook import load_rules
    from helpers.config.workspace import load_workspace
    from helpers.metrics.catalogue import catalogue_of
    from helpers.paths import WorkspacePaths, workspace_folder
    from helpers.plan.claims import check_claims
    from helpers.plan.loading import plan_years
    from helpers.sources.catalogue import load_sources
    from helpers.tables.models import load_models

    paths = WorkspacePaths(workspace_folder(workspace))
    yield "workspace.yml", lambda: load_workspace(workspace)
    yield "table models", load_models
    yield "sources and column mappings", lambda: load_sources(paths.mappings)
    yield "metric catalogue", lambda: catalogue_of(load_workspace(workspace)[0])
    yield "rules", lambda: load_rules(paths)
    for year in plan_years(paths):
        yield f"plan {year}", partial(_check_plan, workspace, year)
        yield f"claims of {year}", partial(check_claims, paths, year)
    yield "reviews and notebooks", _check_notebooks
    yield "who signs, what is waived", partial(_check_signing, workspace)
    yield "commentary", partial(_check_commentary, workspace)


def _check_plan(workspace: str | None, year: int) -> None:
    from helpers.config.workspace import load_workspace
    from helpers.plan.loading import load_plan

    declared, paths = load_workspace(workspace)
    load_plan(paths, year, declared)


def _check_signing(workspace: str | None) -> None:
    """Read who signs, every sign-off and every waiver."""
    from helpers.config.workspace import load_workspace
    from helpers.plan.sign_offs import all_sign_offs
    from helpers.reviews.declarations import load_reviews
    from helpers.tables.known_facts import known_facts
    from helpers.tables.waivers import load_waivers

    declared, paths = load_workspace(workspace)
    known = [one.id for one in load_reviews().reviews]
    faults = [
        Fault(f"workspace.yml: signing: {one}", "is no review", f"known: {', '.join(known)}")
        for one in declared.signing
        if one not in known
    ]
    for read in (
        lambda: all_sign_offs(paths),
        lambda: load_waivers(paths, declared, known_facts().facts),
    ):
        try:
            read()
        except ReviewError as trouble:
            faults += trouble.faults
    if faults:
        raise DeclarationFaulty(faults)


def _check_commentary(workspace: str | None) -> None:
    """Read every comment, and hold what it says against the figures where there are some."""
    from helpers.config.workspace import load_workspace
    from helpers.reviews.comments import check_comments
    from helpers.reviews.declarations import load_reviews

    check_comments(*load_workspace(workspace), load_reviews())


def _check_notebooks() -> None:
    """Read every notebook of every review: its parameters, and the names its text asks for."""
    from helpers.paths import NOTEBOOKS
    from helpers.reviews.declarations import load_reviews
    from helpers.reviews.parameters import parameters_of
    from helpers.reviews.preparing import read_notebook, template_faults

    faults: list[Fault] = []
    for name in sorted({page.notebook for one in load_reviews().reviews for page in one.pages}):
        try:
            notebook = read_notebook(NOTEBOOKS / name)
            parameters_of(notebook, name)
            faults += template_faults(notebook, name)
        except ReviewError as trouble:
            faults += trouble.faults
    if faults:
        raise DeclarationFaulty(faults)
