"""Sources that will not come: admitted by a named person, for a reason, for one period.

``plan/<year>/waivers/<period>-<store>-<fact>.yml``, one file each. A waiver changes no figure: it
only says that nobody waits for the source any more, and readers are told who said so and why.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import StringConstraints, field_validator

from helpers.config.declarations import declare, read_declaration
from helpers.config.workspace import StoreId, Workspace
from helpers.config.written import today_in, write_new
from helpers.paths import WorkspacePaths
from helpers.vocabulary.faults import AskedWrongly, DeclarationFaulty, Fault, ReviewError
from helpers.vocabulary.labels import Declared, Line
from helpers.vocabulary.periods import Period, parse_period, year_of

FOLDER = "waivers"


class Waiver(Declared):
    """One fact of one store that is not awaited for one period."""

    fact: Annotated[str, StringConstraints(pattern=r"^[a-z_]+$", max_length=40)]
    store: StoreId
    period: str
    by: Line
    given_on: date
    because: Line

    @field_validator("period")
    @classmethod
    def _one_period(cls, text: str) -> str:
        try:
            found = parse_period(text)
        except AskedWrongly as trouble:
            raise ValueError(trouble.faults[0].what) from None
        if found.kind in ("range", "days"):
            raise ValueError("is more or less than one year, quarter, month or week")
        return text

    def span(self, workspace: Workspace) -> Period:
        """Give the days for which nothing is awaited; after them the waiver says nothing."""
        return parse_period(self.period, workspace.fiscal_year_start)


def load_waivers(
    paths: WorkspacePaths, workspace: Workspace, facts: Collection[str]
) -> tuple[Waiver, ...]:
    """Read every waiver of a workspace.

    Args:
        paths: Its folders.
        workspace: Its stores and its business year.
        facts: The facts there are.

    Raises:
        DeclarationFaulty: A file is unsound, names no store or fact that is, lies in another
            year's folder, or says the same as another; every fault at once.
    """
    found: dict[Path, Waiver] = {}
    faults: list[Fault] = []
    for path in sorted(paths.plan.glob(f"*/{FOLDER}/*.yml")):
        try:
            found[path] = read_declaration(path, Waiver)
        except ReviewError as trouble:
            faults += trouble.faults
    said: dict[tuple[str, str, str], Path] = {}
    for path, one in found.items():
        where = path.relative_to(paths.root).as_posix()
        faults += _strangers(one.fact, one.store, workspace, facts, where)
        year = _year(one, workspace)
        if path.parents[1].name != year:
            what, way_out = f"is of {year}", f"move it to plan/{year}/{FOLDER}/"
            faults.append(Fault(where, what, way_out))
        key = (one.store, one.fact, one.period)
        if key in said:
            faults.append(Fault(where, f"says the same as {said[key].name}", "remove one of them"))
        said[key] = path
    if faults:
        raise DeclarationFaulty(faults)
    return tuple(found.values())


def folders_of(period: Period, workspace: Workspace) -> list[str]:
    """Name the folders of the workspace in which waivers of a period may lie."""
    start = workspace.fiscal_year_start
    first, last = (int(year_of(day, start).text) for day in (period.start, period.end))
    # A quarter of the calendar may end in the business year after the one it touches.
    return [f"plan/{year}/{FOLDER}" for year in range(first, last + 2)]


def waive(
    paths: WorkspacePaths,
    workspace: Workspace,
    facts: Collection[str],
    *,
    fact: str,
    store: str,
    period: Period,
    by: str,
    because: str,
    on: date | None = None,
) -> Path:
    """Write a waiver, and say where.

    Raises:
        AskedWrongly: There is no such store or fact, or the waiver is there already.
        DeclarationFaulty: A name, a reason or the period is not one.
    """
    if faults := _strangers(fact, store, workspace, facts, "review waive"):
        raise AskedWrongly(faults)
    content = {
        "fact": fact, "store": store, "period": period.text, "by": by,
        "given_on": on or today_in(workspace), "because": because,
    }  # fmt: skip
    one = declare(content, Waiver, "review waive")
    folder = paths.plan / _year(one, workspace) / FOLDER
    path = folder / f"{one.period}-{one.store}-{one.fact}.yml"
    write_new(path, one)
    return path


def _year(one: Waiver, workspace: Workspace) -> str:
    return year_of(one.span(workspace).end, workspace.fiscal_year_start).text


def _strangers(
    fact: str, store: str, workspace: Workspace, facts: Collection[str], where: str
) -> list[Fault]:
    found, stores = [], [one.id for one in workspace.stores]
    if fact not in facts:
        found.append(Fault(where, f"{fact!r} is no fact", f"known: {', '.join(sorted(facts))}"))
    if store not in stores:
        found.append(Fault(where, f"{store!r} is no store", f"known: {', '.join(stores)}"))
    return found
