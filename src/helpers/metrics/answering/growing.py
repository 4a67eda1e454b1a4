"""Growth against the period before or a year ago, like for like."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from helpers.metrics.answering.cells import Cell, Result, refused
from helpers.metrics.measured import SCALE
from helpers.metrics.notes import note
from helpers.metrics.spans import OPENING_SLACK_DAYS
from helpers.vocabulary.units import Status

if TYPE_CHECKING:
    from helpers.metrics.answering.scope import Scope
    from helpers.metrics.formulas import Growth
    from helpers.metrics.spans import Spans
    from helpers.vocabulary.periods import Period

#: Rare events may begin so long after the sales that they follow.
SOURCE_SLACK_DAYS = 31


def compared(growth: Growth, period: Period, spans: Spans) -> tuple[Period, Period]:
    """Give the period and its baseline, both as long as the data allow."""
    before = period.previous() if growth.against == "previous" else period.year_ago()
    last = spans.last_until(period.end)
    if last is not None and period.start <= last < period.end:
        elapsed = (last - period.start).days + 1
        return period.clipped(elapsed), before.clipped(elapsed)
    return period, before


def growth_of(result: Result, growth: Growth, period: Period, scope: Scope) -> dict[str, Cell]:
    """Give by member how much a metric grew into a period.

    Args:
        result: The metric that grows, over the windows of both periods.
        growth: Says against which baseline.
        period: As asked; compared are as many days of it as there are data.
        scope: The stores of the question.
    """
    now, before = compared(growth, period, scope.spans)
    if result.refused:
        return {"": refused(Status.NO_SOURCE, result.refused)}
    today, base = scope.place_of(now), scope.place_of(before)
    members = dict.fromkeys(m for w, m in result.cells if w in (today, base))
    found = {member: _grown(result, member, today, base, before, scope) for member in members}
    if now.text != period.text:
        for cell in found.values():
            cell.notes.append(note("like_for_like", current=now.text, baseline=before.text))
    return found or {"": refused(Status.NO_SOURCE, note("no_source", table=""))}


def _grown(
    result: Result, member: str, today: int, base: int, before: Period, scope: Scope
) -> Cell:
    gone = Cell() if result.absent_is_zero else refused(Status.NO_SOURCE, "")
    current = result.cells.get((today, member)) or gone
    past = result.cells.get((base, member))
    cell = Cell(status=current.status, notes=list(current.notes))
    if not current.status.has_value:
        return cell
    first = scope.first_day(member)
    began_late = first is None or before.start < first - timedelta(days=OPENING_SLACK_DAYS)
    # A source that came later than sales makes a stump of a year, too.
    began_late = began_late or any(
        before.start < begun - timedelta(days=SOURCE_SLACK_DAYS)
        for source in result.sources
        if (begun := scope.spans.begins(source)) is not None
    )
    is_now, was = current.quotient, past.quotient if past else None
    if began_late or was is None or was == 0 or is_now is None:
        cell.refuse(Status.NO_BASELINE, note("no_baseline", baseline=before.text))
        return cell
    cell.base = was * SCALE
    cell.value = (is_now - was) * SCALE
    return cell
