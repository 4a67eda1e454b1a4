"""A period beside the one before, the same one last year and the target: always like for like.

Belongs here: putting figures side by side and saying whether a change is more than noise. Why
it changed is ``drivers``; the words are ``headlines``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from helpers.analysis.alignment import event_shares
from helpers.analysis.attainment import attained, target_of
from helpers.analysis.desk import Desk, number
from helpers.analysis.rates import judge_rates
from helpers.analysis.signal import (
    MINIMUM_CASES,
    MINIMUM_PAIRS,
    NOT_JUDGED,
    RHYTHMS,
    Judgement,
    judge_pairs,
    judge_series,
)
from helpers.metrics.catalogue import catalogue, needs
from helpers.metrics.formulas import Ratio
from helpers.metrics.notes import note, read_note
from helpers.metrics.rows import Window
from helpers.metrics.spans import OPENING_SLACK_DAYS, spans_of
from helpers.vocabulary.periods import Period, month_of
from helpers.vocabulary.units import Status, Unit

if TYPE_CHECKING:
    import pandas as pd

#: An order has one store, market and currency, but may hold several products.
_ONE_PER_ORDER = {"store", "platform", "market", "currency"}
#: Dimensions of which there are too many members to read a history for each.
_CROWDED = {"product", "campaign"}

#: Notes that qualify a figure and are no reason for having none.
_NO_REASON = {
    "immature", "snapshot_on", "like_for_like", "over_products", "typed", "to_date",
    "untold_target", "years_used",
}  # fmt: skip

COMPARISON_COLUMNS = [
    "metric", "metric_label", "dimension", "member", "label", "value", "unit", "currency", "status",
    "note", "numerator", "denominator", "previous", "previous_change", "year_ago",
    "year_ago_change", "target", "attainment", "direction", "signal", "signal_method",
    "normal_low", "normal_high", "signal_points",
]  # fmt: skip

HISTORY_COLUMNS = [
    "metric", "metric_label", "dimension", "member", "label", "month", "month_start", "value",
    "unit", "currency", "status", "numerator", "denominator", "note",
]  # fmt: skip


def compare(
    desk: Desk,
    metric_ids: Sequence[str],
    by: Sequence[str] = (),
    targets: pd.DataFrame | None = None,
    *,
    signals: bool | None = None,
    members: Iterable[str] | None = None,
) -> pd.DataFrame:
    """Put metrics beside their baselines and targets.

    Args:
        desk: The period; both baselines cover as many days as have elapsed of it.
        metric_ids: Ids of the catalogue, in the order wanted.
        by: Dimensions; the frame then has members only, and no total.
        targets: As ``attainment.pace`` takes them.
        signals: Judge each row against its own history. By default yes, except by product or
            campaign, where there are too many series. Levels (:func:`is_level`) are not judged.
        members: Only these, such as the ones that a figure draws; who sold nothing has a row too.

    Returns:
        One row per metric and member: metric, metric_label, dimension, member, label (the
        member's name, or the metric's in a frame without members), value, unit (a ``Unit``),
        currency, status, note (in the desk's language), numerator, denominator, previous,
        previous_change, year_ago, year_ago_change, target, attainment, direction, signal
        (signal_up, signal_down, noise, not_enough_data), signal_method (seasonal, plain,
        interval, none), normal_low and normal_high (where the value would lie by chance),
        signal_points. Changes of rates are differences (0.01 is one point), all others
        relative. A missing baseline, or one of nought, leaves the change empty; so does one that
        covers other stores, which the note names.
    """
    import pandas as pd

    dims = tuple(by)
    if signals is None:
        signals = not _CROWDED & set(dims)
    desk.foresee(
        (metric, period, dims)
        for metric in metric_ids
        for period in (
            desk.period, desk.previous, desk.year_ago, *(judged_on(desk) if signals else ())
        )
    )  # fmt: skip
    now = _members(desk.measure(metric_ids, desk.period, dims), dims)
    if members is not None:
        wanted = set(members)
        now = _with_noughts(desk, now, metric_ids, [desk.period], dims, wanted)
        now = now[now["member"].isin(wanted)].reset_index(drop=True)
    baselines = {
        name: _lookup(desk, metric_ids, period, dims)
        for name, period in (("previous", desk.previous), ("year_ago", desk.year_ago))
    }
    # What has no value now needs no history.
    known = [
        one
        for one in metric_ids
        if now.loc[now["metric"] == one, "value"].notna().any() and not is_level(one)
    ]
    judged = _judgements(desk, known, dims, now) if signals and known else {}
    rows = []
    for record in now.to_dict("records"):
        key = (record["metric"], record["member"])
        metric, member = key
        value = number(record["value"])
        unit, direction = desk.unit(metric), desk.direction(metric)
        row: dict[str, Any] = {
            "metric": metric,
            "metric_label": desk.metric_label(metric),
            "dimension": record["dimension"],
            "member": member,
            "label": desk.member_label(record["dimension"], member)
            if dims
            else desk.metric_label(metric),
            "value": value,
            "unit": str(unit),
            "currency": record["unit"] if unit is Unit.MONEY else "",
            "status": record["status"],
            "note": _note(record, value, desk),
            "numerator": number(record["numerator"]),
            "denominator": number(record["denominator"]),
            "direction": str(direction),
        }
        for name, figures in baselines.items():
            old = figures.get(key, {})
            before = number(old.get("value"))
            if before is not None and (others := _other_stores(desk, record, old, name)):
                before = None
                unlike = note("other_stores", baseline=old["period"], stores=sorted(others))
                row["note"] = "; ".join(filter(None, [row["note"], desk.note_text(f"[{unlike}]")]))
            row[name] = before
            row[f"{name}_change"] = change_of(value, before, unit)
        row["target"] = target_of(desk, targets, metric, ",".join(dims), member)
        row["attainment"] = attained(value, row["target"], direction)
        judgement = judged.get(key, NOT_JUDGED)
        if judgement.method == "none" and signals and metric in known and _counts_cases(metric):
            judgement = _judge_counts(record, baselines["previous"].get(key))
        if (
            unit is Unit.PERCENT
            and 0 < (row["denominator"] or 1000) < MINIMUM_CASES
            and value is not None
        ):
            judgement = NOT_JUDGED
        row |= {
            "signal": judgement.signal,
            "signal_method": judgement.method,
            "normal_low": judgement.lower,
            "normal_high": judgement.upper,
            "signal_points": judgement.points,
        }
        rows.append(row)
    return pd.DataFrame(rows, columns=COMPARISON_COLUMNS)


def history(
    desk: Desk,
    metric_ids: Sequence[str],
    months: int = RHYTHMS["month"].judged_by + 1,
    by: Sequence[str] = (),
) -> pd.DataFrame:
    """Give the months that end with the desk's period, oldest first.

    Returns:
        metric, metric_label, dimension, member, label, month (``2025-10``), month_start
        (a timestamp), value, unit, currency, status, numerator, denominator, note. Months before
        the first data are there with an empty value; a month still running is ``preliminary``.
        With dimensions, who sold nothing in a month that the data hold has a nought there, where
        the metric adds up; else no row.
    """
    import pandas as pd

    dims = tuple(by)
    wanted = desk.elapsed.last_months(months)
    frame = _members(desk.measure_series(metric_ids, wanted, dims), dims)
    frame = _with_noughts(desk, frame, metric_ids, wanted, dims)
    starts = {month.text: pd.Timestamp(month.start) for month in wanted}
    found = frame.assign(
        month=frame["period"],
        month_start=frame["period"].map(starts),
        metric_label=[desk.metric_label(metric) for metric in frame["metric"]],
        label=[
            desk.member_label(dimension, member) if dims else desk.metric_label(metric)
            for metric, dimension, member in zip(
                frame["metric"], frame["dimension"], frame["member"], strict=True
            )
        ],
        note=[desk.note_text(one) for one in frame["note"]],
        currency=[
            unit if desk.unit(metric) is Unit.MONEY else ""
            for metric, unit in zip(frame["metric"], frame["unit"], strict=True)
        ],
        unit=[str(desk.unit(metric)) for metric in frame["metric"]],
        value=pd.to_numeric(frame["value"], errors="coerce"),
    )
    order = {metric: place for place, metric in enumerate(metric_ids)}
    return (
        found.assign(_order=found["metric"].map(order))
        .sort_values(["_order", "member", "month_start"], kind="stable")[HISTORY_COLUMNS]
        .reset_index(drop=True)
    )


def leading(frame: pd.DataFrame, metric: str, top: int = 12, months: int = 13) -> pd.DataFrame:
    """Keep the members that had most in the last months of a ``history`` frame.

    A figure of many panels draws these, and the sentence above it judges these and no others.
    """
    chosen = frame[(frame["metric"] == metric) & (frame["member"] != "")]
    recent = chosen[chosen["month"].isin(sorted(set(chosen["month"]))[-months:])]
    most = recent.groupby("member")["value"].max().dropna()
    order = sorted(most.items(), key=lambda pair: (-pair[1], pair[0]))
    return chosen[chosen["member"].isin([member for member, _ in order[:top]])].reset_index(
        drop=True
    )


def is_level(metric: str) -> bool:
    """Tell whether a metric is a state, or counts over a window longer than the period.

    Each value of such a series is mostly the one before it; limits for independent values would
    call every drift a signal, and so it is not judged.
    """
    return catalogue()[metric].grain in ("moment", "window")


def adds_up(metric: str, dimension: str) -> bool:
    """Tell whether the members of a dimension add up to the whole, so that they have shares."""
    one_each = set(dimension.split(",")) <= _ONE_PER_ORDER
    return catalogue()[metric].additive or (metric == "orders_count" and one_each)


def change_of(value: float | None, before: float | None, unit: Unit) -> float | None:
    """Give the change: a difference for rates, else relative; None without a sound baseline."""
    if value is None or before is None:
        return None
    if unit.changes_in_points:
        return value - before
    return (value - before) / before if before > 0 else None


def judge_last(desk: Desk, history: pd.DataFrame, metric: str, member: str = "") -> Judgement:
    """Judge the last finished month of a ``history`` frame, as a card of that month would.

    A month that is still running is left out: whole months are no measure for a part of one
    (``compare`` judges those by the same days of the months before).
    """
    chosen = history[history["metric"] == metric]
    chosen = chosen[(chosen["member"].fillna("") == member) & (chosen["status"] != "preliminary")]
    recent = chosen.sort_values("month_start").tail(RHYTHMS["month"].judged_by + 1)
    months = [month_of(start.date()) for start in recent["month_start"]]
    return _judge(desk, metric, months, [number(value) for value in recent["value"]])


def _judge(
    desk: Desk, metric: str, periods: Sequence[Period], values: Sequence[float | None]
) -> Judgement:
    """Judge the last of equally long periods by those before it, the calendar taken out."""
    declared = catalogue()[metric]
    grows_with_days = declared.additive or Unit(declared.unit) is Unit.COUNT
    season = RHYTHMS[periods[-1].kind if periods[-1].kind in RHYTHMS else desk.period.kind].season
    return judge_series(
        values,
        season,
        exposure=[len(period) for period in periods] if grows_with_days else None,
        events=event_shares(desk.moving_events, periods) if season else (),
    )


def past_periods(desk: Desk) -> list[Period]:
    """List the earlier periods of the same kind that the data hold, oldest first, like for like."""
    found: list[Period] = []
    if desk.period.kind not in RHYTHMS:
        return found
    one, count = desk.period.previous(), RHYTHMS[desk.period.kind].judged_by
    while len(found) < count and (desk.coverage[0] - one.start).days <= OPENING_SLACK_DAYS:
        found.insert(0, desk.like_for_like(one))
        one = one.previous()
    return found


def judged_on(desk: Desk) -> list[Period]:
    """List the periods whose figures the desk's period is judged by."""
    if desk.period.kind in ("year", "range"):
        months = _finished_months(desk)
        return [*(month.year_ago() for month in months), *months]
    return past_periods(desk)


def _finished_months(desk: Desk) -> list[Period]:
    """List the whole months of a long span; empty where they are no sound pairs."""
    if desk.year_ago is None or desk.period.start.day != 1:
        return []
    months = [
        month
        for month in desk.elapsed.months()
        if month.end <= desk.elapsed.end and month.start >= desk.elapsed.start
    ]
    return months if len(months) >= MINIMUM_PAIRS else []


def _with_noughts(
    desk: Desk,
    frame: pd.DataFrame,
    metric_ids: Sequence[str],
    periods: Sequence[Period],
    dims: tuple[str, ...],
    members: Iterable[str] = (),
) -> pd.DataFrame:
    """Give who sold nothing a row of nought, where the whole is known and is the sum of its parts.

    A missing row is no missing value: left out, the last sale would pass for the state of today.
    """
    import pandas as pd

    adding = [one for one in metric_ids if adds_up(one, ",".join(dims))] if dims else []
    if not adding:
        return frame
    totals = _members(desk.measure_series(adding, periods), ())
    there = set(zip(frame["metric"], frame["period"], frame["member"], strict=True))
    rows = []
    for total in totals.to_dict("records"):
        metric, period = total["metric"], total["period"]
        # A total that lacks a store does not know that nothing was sold there.
        partly = any(one["code"] == "covers" for one in read_note(total["note"]))
        if number(total["value"]) is None or not Status(total["status"]).has_value or partly:
            continue
        alike = frame.loc[frame["metric"] == metric, ["member", "unit"]]
        units = dict(zip(alike["member"], alike["unit"], strict=True))
        rows += [
            {
                "metric": metric,
                "period": period,
                "dimension": ",".join(dims),
                "member": member,
                "value": 0.0,
                "unit": units.get(member, total["unit"]),
                "status": total["status"],
                "note": "",
            }
            for member in sorted({*units, *members})
            if (metric, period, member) not in there
        ]
    if not rows:
        return frame
    noughts = pd.DataFrame(rows, columns=list(frame.columns))
    return pd.concat([frame.astype(object), noughts.astype(object)], ignore_index=True)


def _judgements(
    desk: Desk, metric_ids: Sequence[str], dims: tuple[str, ...], now: pd.DataFrame
) -> dict[tuple[str, str], Judgement]:
    """Judge each row of ``now`` by the same days of the periods before it."""
    if desk.period.kind in ("year", "range"):
        return _judgements_by_month(desk, metric_ids, dims, now)
    earlier = past_periods(desk)
    if not earlier:
        return {}
    frame = _members(desk.measure_series(metric_ids, earlier, dims), dims)
    frame = _with_noughts(desk, frame, metric_ids, earlier, dims, set(now["member"]))
    figures = {
        (metric, member, period): number(value)
        for metric, member, period, value in zip(
            frame["metric"], frame["member"], frame["period"], frame["value"], strict=True
        )
    }
    periods = [*earlier, desk.elapsed]
    judged = {}
    for metric, member, value in zip(now["metric"], now["member"], now["value"], strict=True):
        past = [figures.get((metric, member, period.text)) for period in earlier]
        judged[metric, member] = _judge(desk, metric, periods, [*past, number(value)])
    return judged


def _judgements_by_month(
    desk: Desk, metric_ids: Sequence[str], dims: tuple[str, ...], now: pd.DataFrame
) -> dict[tuple[str, str], Judgement]:
    """Judge a span of whole months by its finished months, each against its own last year."""
    months = _finished_months(desk)
    if not months:
        return {}
    before = [month.year_ago() for month in months]
    frame = _members(desk.measure_series(metric_ids, [*before, *months], dims), dims)
    frame = _with_noughts(desk, frame, metric_ids, [*before, *months], dims, set(now["member"]))
    figures = {
        (metric, member, period): number(value)
        for metric, member, period, value in zip(
            frame["metric"], frame["member"], frame["period"], frame["value"], strict=True
        )
    }

    def path(metric: str, member: str, periods: Sequence[Period]) -> list[float | None]:
        return [figures.get((metric, member, period.text)) for period in periods]

    return {
        (metric, member): judge_pairs(path(metric, member, before), path(metric, member, months))
        for metric, member in zip(now["metric"], now["member"], strict=True)
    }


def _note(record: dict[Any, Any], value: float | None, desk: Desk) -> str:
    """Write what stands beside a figure; of several reasons why there is none, the first."""
    told = read_note(record["note"])
    if value is None:
        told = [one for one in told if one["code"] not in _NO_REASON][:1] or told[:1]
    return desk.note_text(json.dumps(told) if told else "")


def _other_stores(
    desk: Desk, now: dict[Any, Any], before: dict[Any, Any], against: str
) -> set[str]:
    """Name the stores that sold in both periods and have the source in one of them only.

    Money that a store's first settlement brings to light is no growth. A store that had not
    opened, or has closed, is: it really had nothing.
    """
    baseline = desk.previous if against == "previous" else desk.year_ago
    lacking = [_lacking_stores(record) for record in (now, before)]
    if lacking[0] == lacking[1] or baseline is None:
        return set()
    spans = spans_of(desk.warehouse)
    sold = [spans.selling(Window(one.start, one.end)) for one in (desk.period, baseline)]
    return (lacking[0] ^ lacking[1]) & sold[0] & sold[1]


def _lacking_stores(record: dict[Any, Any]) -> set[str]:
    return {
        store
        for one in read_note(record["note"])
        if one["code"] == "covers"
        for store in one["missing"]
    }


def _counts_cases(metric: str) -> bool:
    """Tell whether a rate is one of cases, such as orders over visits.

    The units say so, and not the numbers: a sum of yen is whole and counts nothing that came by
    chance, so that its interval would be as narrow as the currency is small.
    """
    known = catalogue()
    formula = known[metric].formula
    return (
        known[metric].unit is Unit.PERCENT
        and isinstance(formula, Ratio)
        and all(known[one].unit is not Unit.MONEY for one in needs(known[metric]))
    )


def _judge_counts(now: dict[Any, Any], before: dict[Any, Any] | None) -> Judgement:
    """Compare two rates of whole cases by the interval of their difference."""
    if before is None:
        return NOT_JUDGED
    pairs = []
    for row in (before, now):
        cases, trials = number(row["numerator"]), number(row["denominator"])
        if cases is None or trials is None or cases != int(cases) or trials != int(trials):
            return NOT_JUDGED
        if not 0 <= cases <= trials:
            return NOT_JUDGED
        pairs.append((cases, trials))
    return judge_rates(pairs[0], pairs[1])


def _lookup(
    desk: Desk, metric_ids: Sequence[str], period: Period | None, dims: tuple[str, ...]
) -> dict[tuple[str, str], dict[Any, Any]]:
    if period is None:
        return {}
    frame = _members(desk.measure(metric_ids, period, dims), dims)
    return {(row["metric"], row["member"]): row for row in frame.to_dict("records")}


def _members(frame: pd.DataFrame, dims: tuple[str, ...]) -> pd.DataFrame:
    """Keep the total, or with dimensions the members; no missing marks in the keys."""
    frame = frame.assign(
        dimension=frame["dimension"].fillna(""), member=frame["member"].fillna("").astype(str)
    )
    wanted = ",".join(dims)
    return frame[frame["dimension"] == wanted].reset_index(drop=True)
