"""Sign-offs: ``plan/<year>/sign_offs/<review>-<period>-rN-<name>.yml``, one file each.

The year is the business year in which the period ends. Nothing here judges whether a sign-off
still holds: that takes the figures it was given for (``publish.signing``).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from helpers.config.declarations import read_declaration
from helpers.config.workspace import Workspace
from helpers.config.written import slug_of, write_new
from helpers.paths import WorkspacePaths
from helpers.plan.models import SignOff
from helpers.vocabulary.faults import DeclarationFaulty, Fault, ReviewError
from helpers.vocabulary.periods import Period, parse_period, year_of

FOLDER = "sign_offs"


def sign_offs_of(
    paths: WorkspacePaths, workspace: Workspace, review: str, period: Period
) -> tuple[SignOff, ...]:
    """Read the sign-offs of a review and period, the oldest first.

    Raises:
        DeclarationFaulty: One of them is unsound.
    """
    year = year_of(period.end, workspace.fiscal_year_start).text
    found = _read(sorted((paths.plan / year / FOLDER).glob(f"{review}-{period.text}-*.yml")))
    return tuple(sorted(found, key=lambda one: (one.edition, one.signed_on, one.name)))


def all_sign_offs(paths: WorkspacePaths) -> tuple[SignOff, ...]:
    """Read every sign-off of a workspace.

    Raises:
        DeclarationFaulty: One of them is unsound.
    """
    return _read(sorted(paths.plan.glob(f"*/{FOLDER}/*.yml")))


def _read(files: Iterable[Path]) -> tuple[SignOff, ...]:
    found = []
    faults: list[Fault] = []
    for path in files:
        try:
            one = read_declaration(path, SignOff)
        except ReviewError as trouble:
            faults += trouble.faults
            continue
        found.append(one)
        named = f"{one.review}-{one.period}-r{one.edition}-"
        if not path.name.startswith(named):
            what = f"signs {named[:-1]} and is named otherwise"
            faults.append(Fault(str(path), what, "rename the file, or correct what it signs"))
    if faults:
        raise DeclarationFaulty(faults)
    return tuple(found)


def write_sign_off(paths: WorkspacePaths, workspace: Workspace, one: SignOff) -> Path:
    """Write a sign-off, and say where.

    Raises:
        AskedWrongly: This person has signed this edition already.
    """
    when = parse_period(one.period, workspace.fiscal_year_start)
    year = year_of(when.end, workspace.fiscal_year_start).text
    name = f"{one.review}-{one.period}-r{one.edition}-{slug_of(one.name)}.yml"
    path = paths.plan / year / FOLDER / name
    write_new(path, one)
    return path
