"""The period that a file states in the rows above its header."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime

from helpers.sources.declared import StatedAbove
from helpers.vocabulary.periods import Period, days_between

#: Ways to write a day that leave no doubt which number is the month.
_FORMS = (
    "%Y-%m-%d", "%Y%m%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%B %d, %Y", "%b %d, %Y",
    "%d %B %Y", "%d %b %Y", "%d.%m.%Y",
)  # fmt: skip


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
