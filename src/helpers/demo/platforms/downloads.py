"""How the history was downloaded: long ago in large files, lately month by month.

Each file of a long history costs its reader the same, however little it holds, and a seller who
begins to review asks his platforms for whole years first. What has no day inside (reports by
listing, stock as it lies) can only be asked for month by month and is not cut here.
"""

from __future__ import annotations

from dataclasses import dataclass

from helpers.demo.timeline import Timeline

#: So many months at the end of the window were downloaded one by one; of the shops that came
#: later, and of what only repeats, fewer.
LATELY, FEW = 12, 3


@dataclass(frozen=True)
class Download:
    """The days that one file was asked for, ``after`` being the first one that it lacks."""

    #: A period, as a folder of the inbox may be called: 2024, 2025-03, 2023-07..2023-12.
    name: str
    first: int
    after: int


def by_month(timeline: Timeline, opens: int = 0, months: int = LATELY) -> list[Download]:
    """Ask for the last months one by one, and for what lies before them by calendar year."""
    return [*before(timeline, months, opens), *lately(timeline, months, opens)]


def by_year(timeline: Timeline, opens: int = 0, until: int | None = None) -> list[Download]:
    """Ask for calendar years; the shop's first one, and the window's last, may be a part of one."""
    months = [one for one in _open_months(timeline, opens) if until is None or one < until]
    years = sorted({timeline.months[one][:4] for one in months})
    runs = [[one for one in months if timeline.months[one][:4] == year] for year in years]
    return [_run(timeline, run[0], run[-1]) for run in runs]


def at_once(timeline: Timeline, opens: int = 0, given_up: int = 0) -> Download:
    """Ask for all there is: a sheet that its keeper has added to since the shop opened.

    A sheet that was given up holds nothing of the last ``given_up`` months.
    """
    months = _open_months(timeline, opens)
    months = months[: max(len(months) - given_up, 1)]
    return _run(timeline, months[0], months[-1])


def lately(timeline: Timeline, months: int, opens: int = 0) -> list[Download]:
    """Ask for the last ``months`` one by one, for what nobody looks at longer."""
    first = len(timeline.months) - months
    return [_run(timeline, n, n) for n in _open_months(timeline, opens) if n >= first]


def before(timeline: Timeline, months: int, opens: int = 0) -> list[Download]:
    """Ask by calendar year for what lies before the last ``months``."""
    return by_year(timeline, opens, until=len(timeline.months) - months)


def _open_months(timeline: Timeline, opens: int) -> list[int]:
    return list(range(int(timeline.month_of_day[opens]), len(timeline.months)))


def _run(timeline: Timeline, first: int, last: int) -> Download:
    """Name a run of months: a month, a year, or from one month to another.

    A folder says which days its files speak for, the silent ones too, so a part of a year is
    never called by the year.
    """
    begins, ends = timeline.months[first], timeline.months[last]
    name = begins if first == last else f"{begins}..{ends}"
    if begins.endswith("-01") and ends == f"{begins[:4]}-12":
        name = begins[:4]
    return Download(name, timeline.days_of(first)[0], timeline.days_of(last)[1])
