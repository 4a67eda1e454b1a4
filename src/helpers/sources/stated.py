"""What a file says about itself: its period, its total, and up to when it knows."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from helpers.sources.aside import DECLARED
from helpers.sources.declared import StatedAbove
from helpers.sources.exports import Export, Exports
from helpers.sources.place import need_period
from helpers.sources.sql import name
from helpers.sources.staging import Staging
from helpers.vocabulary.faults import Fault
from helpers.vocabulary.periods import Period, days_between

#: Ways to write a day that leave no doubt which number is the month.
_FORMS = (
    "%Y-%m-%d", "%Y%m%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%B %d, %Y", "%b %d, %Y",
    "%d %B %Y", "%d %b %Y", "%d.%m.%Y",
)  # fmt: skip


def period_of(export: Export) -> Period | None:
    """Give the period of a file that holds no days, or not all it speaks for; None for any other.

    Raises:
        DataRefused: It needs one, and neither it nor its place states it.
    """
    source, found = export.found.source, export.found
    if source.period == "inside":
        return None
    if source.period == "place_too":
        return export.place.period
    if isinstance(source.period, StatedAbove):
        above = found.grid.head[: found.header_index]
        if stated := stated_period(above, source.period, found.grid.delimiter):
            return stated
    if any(column in found.positions for column in source.as_of):
        return None  # its rows say their days
    return need_period(export.place, export.path)


def stated_period(
    above: Sequence[Sequence[str]], period: StatedAbove, delimiter: str | None
) -> Period | None:
    """Find the period in the rows above the header; None if they state none.

    The nearest statement counts: a file with several tables may state one above each.
    """
    between = delimiter or "\t"
    lines = [between.join(row).strip(f" \t{between}") for row in above]
    for start in range(len(lines) - 1, -1, -1):
        for found in re.finditer(period.stated_above, "\n".join(lines[start:])):
            days = [_day(text) for text in found.groups()]
            if None not in days and days[0] <= days[1]:  # type: ignore[operator]
                return days_between(days[0], days[1])  # type: ignore[arg-type]
    return None


def _day(text: str | None) -> date | None:
    spelled = " ".join((text or "").split())
    for form in _FORMS:
        try:
            return datetime.strptime(spelled, form).date()
        except ValueError:
            continue
    return None


def check_total(exports: Exports, staging: Staging) -> dict[int, Fault]:
    """Compare the total that a file states with the sum of its rows: what to say of which file."""
    check = exports.source.check_total
    if check is None or not {check.stated, check.sum_of} <= set(exports.positions):
        return {}
    told = {}
    for at, stated, summed in staging.con.execute(
        f"SELECT _file, sum({name(check.stated)}) FILTER (_aside >= {DECLARED}"
        f" OR (_aside IS NULL AND {name(check.sum_of)} IS NULL)),"
        f" sum({name(check.sum_of)}) FILTER (_aside IS NULL) FROM {name(staging.typed)} GROUP BY 1"
    ).fetchall():
        if stated is not None and stated != (summed or 0):
            told[at] = Fault(
                f"{exports.files[at].path.name}, column {exports.header(check.stated)!r}",
                f"states a total of {stated:,.2f}, but its rows add up to {summed or 0:,.2f}",
                "download the export again; it may be cut off",
            )
    return told


def known_until(
    exports: Exports, staging: Staging, periods: Sequence[Period | None], time_zone: str
) -> list[date | None]:
    """Give the latest day that each export knows of: as declared, or from its rows.

    Args:
        exports: The files.
        staging: Where their rows lie.
        periods: What each of them states.
        time_zone: The company's, for what is asked of a database.
    """
    known: dict[int, list[date]] = defaultdict(list)
    for column in exports.source.as_of:
        if column not in exports.positions:
            continue
        day, rows = name(column), f"{name(staging.typed)} WHERE _aside IS NULL"
        if exports.types[column] == "days":
            day = f"struct_extract({day}, 'last')"
        elif exports.types[column] == "timestamp":
            if not exports.are_several:
                # Clocks differ by a day at most, and to read them is dear.
                last = f"SELECT max({day}) FROM {rows}"
                rows = f"{rows} AND {day} >= ({last}) - INTERVAL 2 DAY"
            day = f"timezone(_zone, timezone('UTC', {day}))"
        for at, latest in staging.con.execute(
            f"SELECT _file, max(CAST({day} AS DATE)) FROM {rows} GROUP BY 1"
        ).fetchall():
            if latest:
                known[at].append(latest)
    # A database knows what it is asked on the day on which it is asked.
    today = datetime.now(ZoneInfo(time_zone)).date()
    asked = today if exports.found.grid.asked_as else None
    found = []
    for at, (period, export) in enumerate(zip(periods, exports.files, strict=True)):
        declared = period or export.place.period
        last_of_period = declared.end if declared else None
        told = max(known[at]) if known[at] else asked or last_of_period
        found.append(export.place.as_of or told)
    return found
