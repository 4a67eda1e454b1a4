"""One change seen in several ways: as booked, per day, by weekday, around an event, without rates.

Belongs here: like-for-like views of additive figures (DOMAIN E1, E3). Which change is news is
``signal``'s business, and the plain comparison stands in ``comparison``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from helpers.analysis.alignment import expected_by_weekday, same_days_of_event
from helpers.analysis.comparison import change_of
from helpers.analysis.desk import Against, Desk, number
from helpers.metrics.catalogue import catalogue
from helpers.vocabulary.faults import AskedWrongly, Fault
from helpers.vocabulary.labels import Label
from helpers.vocabulary.periods import Period, days_between
from helpers.vocabulary.units import Unit

if TYPE_CHECKING:
    import pandas as pd

VIEWS: dict[str, Label] = {
    "booked": Label(en="As booked", zh="账面值"),
    "per_day": Label(en="Per day", zh="日均"),
    "weekday": Label(en="At equal weekdays", zh="同星期口径"),
    "constant": Label(en="At constant exchange rates", zh="固定汇率"),
}
VIEW_COLUMNS = [
    "metric", "view", "label", "value", "previous", "change", "relative_change", "unit", "currency",
    "status",
]  # fmt: skip
EVENT_COLUMNS = [
    "metric", "day", "date", "value", "previous_date", "previous", "unit", "currency", "status",
]  # fmt: skip


def change_views(
    desk: Desk, metric_ids: Sequence[str], against: Against = "previous"
) -> pd.DataFrame:
    """Put a change beside what is left of it per day, at equal weekdays and at constant rates.

    Args:
        desk: The period and its baselines.
        metric_ids: Metrics that add up over days; others have no figure per day.
        against: The baseline: ``"previous"`` or ``"year_ago"``.

    Returns:
        metric, view, label, value, previous, change, relative_change, unit, currency, status.
        ``weekday``: ``previous`` is what the period's weekdays would have brought at the pace of
        the baseline's; empty where a day of either is unknown. ``constant``: both in base
        currency at one rate per currency for all days; only for money. Empty without a baseline.

    Raises:
        AskedWrongly: A metric does not add up over days.
    """
    import pandas as pd

    from helpers.metrics.compute import compute_series

    if faults := [
        Fault(one, "does not add up over days", "ask for metrics with `additive: true`")
        for one in metric_ids
        if not catalogue()[one].additive
    ]:
        raise AskedWrongly(*faults)
    baseline = desk.baseline(against)
    if baseline is None:
        return pd.DataFrame(columns=VIEW_COLUMNS)
    periods = (desk.elapsed, baseline)
    days = [_days(period) for period in periods]
    desk.foresee(
        (metric, period, ()) for metric in metric_ids for period in (*periods, *days[0], *days[1])
    )
    constant = compute_series(desk.warehouse, metric_ids, periods, constant=True)
    status = "ok" if desk.is_complete else "preliminary"
    rows: list[dict[str, Any]] = []
    for metric in metric_ids:
        unit = desk.unit(metric)
        now, before = (desk.value(metric, period) for period in periods)
        at_old_pace = _at_weekdays_of(desk, metric, days[1], days[0])
        pairs: dict[str, tuple[float | None, ...]] = {
            "booked": (now, before),
            "per_day": tuple(
                None if value is None else value / len(period)
                for value, period in zip((now, before), periods, strict=True)
            ),
            "weekday": (now if at_old_pace is not None else None, at_old_pace),
        }
        if unit is Unit.MONEY:
            found = constant[constant["metric"] == metric].set_index("period")["value"]
            pairs["constant"] = tuple(number(found.get(one.text)) for one in periods)
        for view, (value, previous) in pairs.items():
            change = None if value is None or previous is None else value - previous
            rows.append(
                {
                    "metric": metric,
                    "view": view,
                    "label": VIEWS[view].text(desk.language),
                    "value": value,
                    "previous": previous,
                    "change": change,
                    "relative_change": change_of(value, previous, Unit.MONEY),
                    "unit": str(unit),
                    "currency": desk.currency if unit is Unit.MONEY else "",
                    "status": status if change is not None else "not_enough_data",
                }
            )
    return pd.DataFrame(rows, columns=VIEW_COLUMNS)


def around_event(
    desk: Desk, event_id: str, metric: str = "gmv", before: int = 14, after: int = 14
) -> pd.DataFrame:
    """Lay the days around a moving event beside those around the same event a year earlier.

    Args:
        desk: The event of the year in which the desk's period ends is taken.
        event_id: Its name without the year, as in ``calendar_events``: ``ramadan``.
        metric: A metric that adds up over days.
        before: Days before the event's first.
        after: Days after its last.

    Returns:
        metric, day (0 is the event's first), date, value, previous_date, previous, unit, currency,
        status (``no_baseline`` where the days of the year before are not in the data, ``no_source``
        where the day itself has no figure). Empty where the event is not known in the year.

    Raises:
        AskedWrongly: The calendar has no such moving event.
    """
    import pandas as pd

    known = {event.id: event for event in desk.moving_events}
    if event_id not in known:
        raise AskedWrongly(
            Fault("event", f"{event_id!r} is no moving event", f"known: {', '.join(known)}")
        )
    event = known[event_id]
    window = event.around(desk.period.end.year, before, after)
    if window is None:
        return pd.DataFrame(columns=EVENT_COLUMNS)
    first = window.start + timedelta(days=before)
    earlier = same_days_of_event(event, window)
    days = _days(window)
    matched = _days(earlier) if earlier else [None] * len(days)
    desk.foresee((metric, day, ()) for day in (*days, *matched))
    unit = desk.unit(metric)
    rows = []
    for day, old in zip(days, matched, strict=True):
        value = _within(desk, metric, day)
        previous = _within(desk, metric, old) if old else None
        rows.append(
            {
                "metric": metric,
                "day": (day.start - first).days,
                "date": pd.Timestamp(day.start),
                "value": value,
                "previous_date": pd.Timestamp(old.start) if old else None,
                "previous": previous,
                "unit": str(unit),
                "currency": desk.currency if unit is Unit.MONEY else "",
                "status": "no_source"
                if value is None
                else "no_baseline"
                if previous is None
                else "ok",
            }
        )
    return pd.DataFrame(rows, columns=EVENT_COLUMNS)


def _days(period: Period) -> list[Period]:
    return [
        days_between(day, day)
        for day in (period.start + timedelta(days=place) for place in range(len(period)))
    ]


def _within(desk: Desk, metric: str, day: Period) -> float | None:
    """Read a day's figure; days outside the data have none."""
    inside = desk.coverage[0] <= day.start <= desk.coverage[1]
    return desk.value(metric, day) if inside else None


def _at_weekdays_of(
    desk: Desk, metric: str, before: Sequence[Period], now: Sequence[Period]
) -> float | None:
    known: dict[date, float] = {}
    for day in before:
        value = _within(desk, metric, day)
        if value is None:
            return None
        known[day.start] = value
    return expected_by_weekday(known, [day.start for day in now])
