"""How much of what the plan asks was reached (``kind: attainment``).

Each target is held against its own metric, in its own business year up to the period's end, and
in its own scope: a target for one store is asked by store. Where it starts from a baseline, that
baseline is measured here, as nobody types one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from helpers.metrics.answering.cells import Cell, refused
from helpers.metrics.formulas import Attainment
from helpers.metrics.measured import SCALE
from helpers.metrics.notes import note, read_note
from helpers.vocabulary.periods import Period, days_between, parse_period
from helpers.vocabulary.units import Direction, Status

if TYPE_CHECKING:
    from helpers.metrics.answering.question import Question


def attained(question: Question, formula: Attainment, period: Period) -> dict[str, Cell]:
    """Give attainment by member; the total where nothing is cut."""
    targets = _targets(question, formula, period)
    if not targets:
        return {"": refused(Status.NO_SOURCE, note("no_target", metric=formula.of or ""))}
    found: dict[str, Cell] = {}
    parts = _figures(question, targets, period)
    for target, (actual, goal) in zip(targets, parts, strict=True):
        cell = _one(question, target, actual, goal)
        until = min(period.end, question.spans.last_until(period.end) or period.end)
        cell.notes.append(note("to_date", first=target["first_day"], last=until))
        if formula.of is not None:
            found[target["member"]] = cell
            continue
        # The mean of all: what cannot be told yet is left out, and said.
        total = found.setdefault(target["member"] if question.by else "", Cell(base=0))
        if cell.status.has_value and cell.base:
            reached = min(cell.value / cell.base, 1.0)
            total.value += max(reached, 0.0) * SCALE
            total.base = (total.base or 0) + SCALE
        else:
            total.notes.append(note("untold_target", target=target["id"]))
    for cell in found.values():
        if cell.status.has_value and not cell.base:
            cell.refuse(Status.NOT_ENOUGH_DATA, note("zero_denominator"))
    return found


def _targets(question: Question, formula: Attainment, period: Period) -> list[dict[str, Any]]:
    """List the targets whose business year holds the period's end, of the scope that is asked."""
    table = question.spans.ibis("targets")
    told = table.filter(table["metric"].notnull() & table["value"].notnull())
    rows = question.spans.fetch(told, "targets")
    fiscal_start = getattr(question.warehouse.workspace, "fiscal_year_start", 1)
    chosen = []
    for row in rows:
        year = parse_period(row["plan_year"], fiscal_start)
        if not year.start <= period.end <= year.end or row["metric"] not in question.registry:
            continue
        if isinstance(question.registry[row["metric"]].formula, Attainment):
            continue  # a target for attainment is met where the targets are
        everything = formula.of is None and not question.by
        same = (row["dimension"] or "") == question.dimension
        if (everything or same) and formula.of in (None, row["metric"]):
            chosen.append({**row, "first_day": year.start, "year": year})
    return sorted(chosen, key=lambda row: row["id"])


def _figures(
    question: Question, targets: list[dict[str, Any]], period: Period
) -> list[tuple[dict[str, Any], dict[str, Any] | None]]:
    """Measure actual and baseline of every target, one question for each way to cut."""
    fiscal_start = getattr(question.warehouse.workspace, "fiscal_year_start", 1)
    wanted: dict[str, dict[str, dict[str, Period]]] = {}
    spans: list[tuple[Period, Period | None]] = []
    for target in targets:
        year = target["year"]
        now = year if period.end >= year.end else days_between(year.start, period.end)
        base = parse_period(target["baseline"], fiscal_start) if target["baseline"] else None
        spans.append((now, base))
        asked = wanted.setdefault(target["dimension"] or "", {}).setdefault(target["metric"], {})
        asked.update({one.text: one for one in (now, base) if one is not None})
    found: dict[tuple[str, str, str, str], dict[str, Any]] = {}
    for dimension, metrics in wanted.items():
        own = {metric: list(periods.values()) for metric, periods in metrics.items()}
        cut = question.cut_by((dimension,) if dimension else ())
        for row in cut.answer(own).to_dict("records"):
            key = (str(row["metric"]), row["dimension"], row["member"], str(row["period"]))
            found[key] = {str(name): value for name, value in row.items()}
    nobody = {"value": None, "status": Status.NO_SOURCE, "note": ""}

    def figure(target: dict[str, Any], span: Period) -> dict[str, Any]:
        place = (target["metric"], target["dimension"] or "", target["member"] or "", span.text)
        return found.get(place, nobody)

    return [
        (figure(target, now), figure(target, base) if base is not None else None)
        for target, (now, base) in zip(targets, spans, strict=True)
    ]


def _one(
    question: Question,
    target: dict[str, Any],
    actual: dict[str, Any],
    baseline: dict[str, Any] | None,
) -> Cell:
    """Hold one actual against one target."""
    cell = Cell(status=Status(actual["status"]))
    cell.notes = [note(**one) for one in read_note(actual["note"])]
    if not cell.status.has_value:
        return cell
    goal = float(target["value"])
    if target["change_kind"] in ("relative", "points"):
        start = baseline["value"] if baseline else None
        if start is None or start != start:
            cell.refuse(Status.NO_BASELINE, note("no_baseline", baseline=target["baseline"] or ""))
            return cell
        goal = start * (1 + goal) if target["change_kind"] == "relative" else start + goal
    reached = float(actual["value"])
    direction = Direction(question.registry[target["metric"]].direction)
    over, under = (goal, reached) if direction is Direction.LOWER_IS_BETTER else (reached, goal)
    if under <= 0:
        cell.refuse(Status.NOT_ENOUGH_DATA, note("zero_denominator"))
        return cell
    cell.value, cell.base = over * SCALE, under * SCALE
    return cell
