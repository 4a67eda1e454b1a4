"""Which store and period a file belongs to, where it does not say so itself.

The rules of ``workspace.yml`` speak first, then the folders ``inbox/<store>/<period>/``. What
neither answers is asked, never guessed.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from helpers.config.workspace import Workspace
from helpers.sources.declared import Source
from helpers.sources.meaning import did_you_mean
from helpers.vocabulary.faults import AskedWrongly, DataRefused, Fault
from helpers.vocabulary.periods import Period, parse_period

_DAY = re.compile(r"(?<!\d)(20\d\d)([-_.]?)([01]\d)\2([0-3]\d)(?!\d)")


@dataclass(frozen=True)
class Place:
    """What the file's whereabouts say."""

    store_id: str | None
    period: Period | None
    source: str | None
    #: The day on which it was downloaded, where a rule declares it.
    as_of: date | None = None
    #: Why there is no store or period, if a folder or rule tried to name one.
    trouble: str = ""


def place_of(path: Path, workspace: Workspace, below: Path | None) -> Place:
    """Read a file's place.

    Args:
        path: The file.
        workspace: Whose globs apply.
        below: The inbox, or the folder that was named on the command line.
    """
    inside = _inside(path, below)
    shown = inside or path.resolve().as_posix()
    store = period_text = source = as_of = None
    for rule in workspace.files:
        if _glob(rule.glob).fullmatch(shown):
            store, period_text = store or rule.store, period_text or rule.period
            source = source or rule.source
            as_of = as_of or (day_in(path.name) if rule.as_of == "in_name" else rule.as_of)
    folders = inside.split("/")[:-1] if inside else []
    trouble = ""
    known = [one.id for one in workspace.stores]
    if folders and store is None:
        if folders[0] in known:
            store = folders[0]
        else:
            trouble = f"folder {folders[0]!r} is no store"
            if "known:" not in (near := did_you_mean(folders[0], known)):
                trouble += f"; {near}"  # else the way out lists them
    if period_text is None and len(folders) > 1:
        period_text = folders[1]
    period = None
    if period_text:
        try:
            period = parse_period(period_text, workspace.fiscal_year_start)
        except AskedWrongly:
            trouble = trouble or f"{period_text!r} is no period such as 2025-10"
    return Place(store, period, source, as_of, trouble)


def day_in(file_name: str) -> date | None:
    """Read the day in a file's name; nothing where there is none, or several.

    >>> day_in("orders_2026-01-05 (1).csv"), day_in("20260105.xlsx"), day_in("260105.csv")
    (datetime.date(2026, 1, 5), datetime.date(2026, 1, 5), None)
    """
    days = set()
    for year, _, month, day in _DAY.findall(file_name):
        with contextlib.suppress(ValueError):
            days.add(date(int(year), int(month), int(day)))
    return days.pop() if len(days) == 1 else None


def need_store(place: Place, path: Path, workspace: Workspace, source: Source | None = None) -> str:
    """Give the store, or refuse with exactly that question.

    Args:
        place: What the file's whereabouts say.
        path: The file.
        workspace: Whose stores come into question.
        source: What the file is, if that is known yet: only stores of its platform are offered.
    """
    if place.store_id is None:
        platform = source.platform if source else None
        fitting = [one.id for one in workspace.stores if platform in (None, "", one.platform)]
        known = ", ".join(fitting or [one.id for one in workspace.stores])
        what = "which store is this file from?" + (f" It is {source.name.en}." if source else "")
        what += f" {place.trouble}" if place.trouble else ""
        raise DataRefused(
            Fault(
                path.name,
                what,
                "put it into inbox/<store>/<period>/, or add a rule under files in workspace.yml"
                f" (stores: {known})",
            )
        )
    return place.store_id


def need_period(place: Place, path: Path) -> Period:
    """Give the period, or refuse with exactly that question."""
    if place.period is None:
        what = "which period is this file of? It has no dates inside"
        raise DataRefused(
            Fault(
                path.name,
                what + (f", and {place.trouble}" if place.trouble else ""),
                "put it into inbox/<store>/<period>/, such as inbox/<store>/2025-10/, or add a"
                " rule with a period under files in workspace.yml",
            )
        )
    return place.period


def _inside(path: Path, below: Path | None) -> str:
    """Give the path below ``below``; nothing if it points out of it, by ``..`` or by a link."""
    if below is None:
        return ""
    try:
        inside = path.resolve().relative_to(below.resolve())
    except ValueError:
        return ""
    return inside.as_posix()


@lru_cache(maxsize=256)
def _glob(glob: str) -> re.Pattern[str]:
    """``*`` stays inside one folder, ``**`` crosses folders."""
    form = ""
    for part in re.split(r"(\*\*/|\*\*|\*|\?)", glob):
        match part:
            case "**/":
                form += r"(?:.*/)?"
            case "**":
                form += ".*"
            case "*":
                form += "[^/]*"
            case "?":
                form += "[^/]"
            case _:
                form += re.escape(part)
    return re.compile(form)
