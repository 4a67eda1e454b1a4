"""How it moved: one figure through its months, or the same figure for many members."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from helpers.charts.absent import nothing_to_show
from helpers.charts.drawing import (
    NARROW,
    as_svg,
    draw_twice,
    house_style,
    inline,
    sheet,
    spread,
    write_below,
)
from helpers.charts.exhibit import Exhibit
from helpers.charts.grids import Column, numbers_table
from helpers.charts.markup import Markup, tag
from helpers.charts.notation import (
    ACTUAL,
    BAD,
    BAND,
    FORECAST,
    FORECAST_WORD,
    GOOD,
    INK,
    LAST_YEAR,
    NORMAL_RANGE,
    PAPER,
    PREVIOUS,
    RULE,
    SOFT,
    TARGET,
    THIS_PERIOD,
)
from helpers.charts.scales import (
    enclosing,
    month_and_year,
    month_name,
    round_ticks,
    tick_labels,
    width_of,
)
from helpers.charts.subject import (
    Subject,
    ended,
    label_of,
    needs,
    notes_of,
    number_of,
    only_one,
    rows_of,
    sentence,
    subject,
    text_of,
)
from helpers.charts.words import headings
from helpers.vocabulary.faults import DeclarationFaulty, Fault
from helpers.vocabulary.labels import Label, Language
from helpers.vocabulary.periods import Period, parse_period
from helpers.vocabulary.units import Direction, Status, Unit

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_TO_DATE = Label(
    en="{month} is not complete: its value runs to the last day in the data.",
    zh="{month}尚未结束，数值截至数据中的最后一天。",
)
_MONTHS = Label(en="{first} to {last}", zh="{first}至{last}")
_OWN_SCALES = Label(en="each panel on its own scale", zh="各图纵轴刻度不同")
_ONE_SCALE = Label(en="all panels on one scale", zh="各图纵轴刻度相同")
_MISSING_MONTHS = Label(en="No value for {months}.", zh="缺少{months}的数值。")
_OUTSIDE = {
    1: Label(en="above its normal range", zh="高于正常波动区间"),
    -1: Label(en="below its normal range", zh="低于正常波动区间"),
}
TEXT, SMALL = 13.0, 12.0


class Limits(Protocol):
    """What a drawing needs of process limits; a ``mean`` is drawn too where there is one."""

    @property
    def lower(self) -> float | None:
        """Lower end of the normal range."""

    @property
    def upper(self) -> float | None:
        """Upper end of the normal range."""


@dataclass(frozen=True)
class _Course:
    """A figure through the months shown, and beside it the same months a year before."""

    months: tuple[Period, ...]
    values: tuple[float | None, ...]
    year_ago: tuple[float | None, ...]
    targets: tuple[float | None, ...]
    is_open: bool
    lower: float | None = None
    upper: float | None = None
    mean: float | None = None
    #: How many of the last months are forecast, and the range each may fall in.
    forecast: int = 0
    low: tuple[float | None, ...] = ()
    high: tuple[float | None, ...] = ()
    #: The range was worked out for the last month only (out of its season).
    for_last_only: bool = False

    @property
    def has_year_ago(self) -> bool:
        known = sum(value is not None for value in self.year_ago)
        return known > 1 and known >= len(self.months) / 2

    @property
    def has_targets(self) -> bool:
        return any(value is not None for value in self.targets)

    def drawn(self) -> list[float]:
        """Give every value that the axis has to hold."""
        found = [*self.values, *self.targets, self.lower, self.upper, *self.low, *self.high]
        found += self.year_ago if self.has_year_ago else ()
        return [value for value in found if value is not None]

    @property
    def last(self) -> int:
        """Place of the last month that is no forecast."""
        return len(self.months) - 1 - self.forecast

    def outside(self, value: float | None) -> int:
        """Say whether a value lies above (1) or below (-1) the limits."""
        if value is None or self.lower is None or self.upper is None:
            return 0
        return (value > self.upper) - (value < self.lower)


def trend(
    history: pd.DataFrame,
    *,
    id: str,
    takeaway: str,
    source: str,
    metric: str | None = None,
    language: Language = "en",
    limits: Limits | None = None,
    target: float | Mapping[str, float] | None = None,
    unit: Unit | str | None = None,
    currency: str = "",
    direction: Direction | str | None = None,
    name: str | None = None,
    measure: str | None = None,
    months: int = 13,
    notes: tuple[str, ...] = (),
) -> Exhibit:
    """Draw one figure month by month: this year dark, last year light, the last point named.

    Use it for "how did it move?". For many members use :func:`small_multiples`; for "what moved
    it?" use ``deviation``.

    Args:
        history: As ``history`` gives it: month, value; and, where known, metric, status, unit,
            currency, direction. Twelve months more than shown give the light line.
        id: Slug of the exhibit.
        takeaway: What to conclude.
        source: Exports and days behind the numbers.
        metric: Which metric of the frame.
        language: ``"zh"`` or ``"en"``.
        limits: Process limits; with a ``mean`` they are a band over all months, without one the
            normal range of the last month only.
        target: For the last month, or by month (``{"2025-10": 1.2e6}``); drawn as outlines.
        unit: Where neither frame nor catalogue says it.
        currency: Of money, where the frame does not say it.
        direction: Where neither frame nor catalogue says it.
        name: Where neither frame nor catalogue says it.
        measure: Replaces the standard line.
        months: How many months to show.
        notes: Shown beside the frame's own notes.
    """
    silence = partial(nothing_to_show, id=id, takeaway=takeaway, source=source, metric=metric,
                      language=language, measure=measure, notes=notes)  # fmt: skip
    if _is_silent(history):
        return silence(history)
    needs(history, id, "month", "value")
    frame = _of_metric(history, metric)
    if _is_silent(frame):
        return silence(frame)
    one = subject(metric or only_one(frame, "metric"), language, unit=unit, currency=currency,
                  direction=direction, name=name, frame=frame)  # fmt: skip
    course = _course(frame, months, id)
    if all(value is None for value in course.values[: course.last + 1]):
        return silence(frame)  # all that is known lies before the months that are shown
    course = _limited(_aimed(course, target), limits)
    data = _drawn_data(course)
    first, last = (month_and_year(course.months[place], language) for place in (0, -1))
    span = _MONTHS.text(language).format(first=first, last=last)
    comma = "，" if language == "zh" else ", "
    return Exhibit(
        id=id,
        takeaway=takeaway,
        measure=measure or f"{one.measured}{comma}{span}",
        source=source,
        alt=_spoken_trend(course, one),
        data=data,
        figure=draw_twice(id, lambda width: _draw_trend(course, one, width)),
        language=language,
        notes=(*_said_beside(course, language), *notes, *notes_of(frame.tail(1), language)),
        kind="trend",
        headings=headings(data, language),
        numbers=numbers_table(data, _trend_columns(data, one), one),
    )


def _is_silent(history: pd.DataFrame) -> bool:
    """Tell whether there is no value at all."""
    return history.empty or (
        "value" in history and all(number_of(value) is None for value in history["value"])
    )


def _of_metric(history: pd.DataFrame, metric: str | None) -> pd.DataFrame:
    """Keep one metric's total row per month."""
    frame = history
    if metric and "metric" in frame.columns:
        frame = frame[frame["metric"] == metric]
    if "member" in frame.columns:
        whole = frame[[not text_of(member) for member in frame["member"]]]
        frame = whole if len(whole) else frame
    return frame


def _nothing_to_draw(id: str) -> DeclarationFaulty:
    return DeclarationFaulty(Fault(f"exhibit {id!r}", "no month has a value", "show a sentence"))


def _course(frame: pd.DataFrame, months: int, id: str) -> _Course:
    rows = rows_of(frame)
    by_month: dict[str, dict[str, Any]] = {}
    for row in rows:
        month = text_of(row["month"])[:7]
        if month in by_month:
            fault = Fault(f"exhibit {id!r}", f"month {month} stands twice", "draw one series")
            raise DeclarationFaulty(fault)
        by_month[month] = row
    if not by_month:
        raise _nothing_to_draw(id)
    last = parse_period(max(by_month))
    ahead = {month for month, row in by_month.items() if text_of(row.get("kind")) == "forecast"}
    months += len(ahead)
    # Months before the first value have nothing to show; gaps after it stay, as gaps.
    known = [month for month, row in by_month.items() if number_of(row["value"]) is not None]
    if not known:
        raise _nothing_to_draw(id)
    shown = [month for month in last.last_months(months) if month.text >= min(known)]

    def value(month: Period, column: str = "value") -> float | None:
        row = by_month.get(month.text)
        return number_of(row.get(column)) if row else None

    latest = max((month for month in by_month if month not in ahead), default=last.text)
    return _Course(
        months=tuple(shown),
        values=tuple(value(month) for month in shown),
        year_ago=tuple(value(month.year_ago()) for month in shown),
        targets=(None,) * len(shown),
        is_open=text_of(by_month[latest].get("status")) == Status.PRELIMINARY,
        forecast=len(ahead),
        low=tuple(value(month, "lower") if month.text in ahead else None for month in shown),
        high=tuple(value(month, "upper") if month.text in ahead else None for month in shown),
    )


def _aimed(course: _Course, target: float | Mapping[str, float] | None) -> _Course:
    if target is None:
        return course
    if isinstance(target, Mapping) or hasattr(target, "items"):
        aims = {str(month)[:7]: number_of(value) for month, value in target.items()}
        return replace(course, targets=tuple(aims.get(month.text) for month in course.months))
    aims_at = list(course.targets)
    aims_at[course.last] = number_of(target)
    return replace(course, targets=tuple(aims_at))


def _limited(course: _Course, limits: Limits | None) -> _Course:
    if limits is None or limits.lower is None or limits.upper is None:
        return course
    mean = getattr(limits, "mean", None)
    return replace(course, lower=float(limits.lower), upper=float(limits.upper), mean=mean,
                   for_last_only=mean is None)  # fmt: skip


def _drawn_data(course: _Course) -> pd.DataFrame:
    import pandas as pd

    data = pd.DataFrame(
        {
            "month": [month.text for month in course.months],
            "value": pd.array(course.values, dtype="Float64"),
        }
    )
    if course.has_year_ago:
        data["year_ago"] = pd.array(course.year_ago, dtype="Float64")
    if course.has_targets:
        data["target"] = pd.array(course.targets, dtype="Float64")
    if course.forecast:
        data["kind"] = [
            "forecast" if place > course.last else "actual" for place in range(len(data))
        ]
        data["lower"] = pd.array(course.low, dtype="Float64")
        data["upper"] = pd.array(course.high, dtype="Float64")
    elif course.lower is not None and not course.for_last_only:
        data["lower"], data["upper"] = course.lower, course.upper
    return data


def _trend_columns(data: pd.DataFrame, one: Subject) -> list[Column]:
    return [
        Column(str(name), unit=None if name == "month" else one.unit, short=False)
        for name in data.columns
        if name != "kind" and (name not in ("lower", "upper") or "kind" in data.columns)
    ]


def _said_beside(course: _Course, language: Language) -> list[str]:
    said = []
    if course.is_open:
        said.append(
            _TO_DATE.text(language).format(month=course.months[course.last].label(language))
        )
    gaps = [
        month.label(language)
        for month, value in zip(course.months, course.values, strict=True)
        if value is None
    ]
    if gaps:
        comma = "、" if language == "zh" else ", "
        said.append(_MISSING_MONTHS.text(language).format(months=comma.join(gaps)))
    return said


def _spoken_trend(course: _Course, one: Subject) -> str:
    language = one.language
    known = [
        (month.label(language), value)
        for month, value in zip(course.months[: course.last + 1], course.values, strict=False)
        if value is not None
    ]
    kind = Label(en="Line by month", zh="月度折线图").text(language)
    said = [f"{one.name}{'，' if language == 'zh' else ', '}{kind}"]
    lowest, highest = (pick(known, key=lambda pair: pair[1]) for pick in (min, max))
    phrases = [
        (Label(en="last", zh="最近"), known[-1]),
        (Label(en="highest", zh="最高"), highest),
        (Label(en="lowest", zh="最低"), lowest),
    ]
    said += [
        f"{words.text(language)} {month} {one.write(value)}" for words, (month, value) in phrases
    ]
    year_ago, target = course.year_ago[course.last], course.targets[course.last]
    if course.has_year_ago and year_ago is not None:
        said.append(f"{LAST_YEAR.text(language)} {one.write(year_ago)}")
    if target is not None:
        said.append(f"{TARGET.text(language)} {one.write(target)}")
    for place in range(course.last + 1, len(course.months)):
        ends = ""
        if course.low[place] is not None and course.high[place] is not None:
            ends = f" ({one.write(course.low[place])} – {one.write(course.high[place])})"
        month = course.months[place].label(language)
        written = one.write(course.values[place])
        said.append(f"{FORECAST_WORD.text(language)} {month} {written}{ends}")
    if course.lower is not None:
        ends = f"{one.write(course.lower)} – {one.write(course.upper)}"
        said.append(f"{NORMAL_RANGE.text(language)} {ends}")
        if side := course.outside(course.values[course.last]):
            said.append(_OUTSIDE[side].text(language))
    return ended(sentence(said, language), language)


def _draw_trend(course: _Course, one: Subject, width: float) -> Figure:
    language = one.language
    is_narrow = width <= NARROW
    count = len(course.months)
    low, high = enclosing(course.drawn(), one.unit)
    ticks = round_ticks(low, high, 3 if is_narrow else 4)
    names = tick_labels(ticks, one)
    height = 250.0 if is_narrow else 300.0
    ends = _end_labels(course, one)
    left = max(width_of(name, TEXT) for name in names) + 10
    right = max(width_of(text, size) for text, _, _, size in ends) + 16
    top, bottom = 18.0, 48.0
    figure = sheet(width, height)
    axes = figure.add_axes((left / width, bottom / height, (width - left - right) / width,
                            (height - top - bottom) / height))  # fmt: skip
    axes.set_xlim(-0.35, count - 1 + 0.12)
    axes.set_ylim(ticks[0], ticks[-1])
    axes.set_yticks(ticks, names)
    _name_months(axes, course.months, language, is_narrow)
    _draw_range(axes, course, one, width)
    if course.has_year_ago:
        _line(axes, course.year_ago, PREVIOUS, 2.2)
    _line(axes, course.values[: course.last + 1], ACTUAL, 2.4, is_open=course.is_open)
    _draw_forecast(axes, course)
    _mark_points(axes, course, one)
    for place, aim in enumerate(course.targets):
        if aim is not None:
            axes.plot([place], [aim], marker="D", markersize=8, markerfacecolor=PAPER,
                      markeredgecolor=ACTUAL, markeredgewidth=1.5, zorder=5,
                      clip_on=False)  # fmt: skip
    _write_ends(axes, ends, height - top - bottom, (ticks[0], ticks[-1]), count)
    return figure


def _line(
    axes: Axes,
    values: tuple[float | None, ...],
    colour: str,
    width: float,
    *,
    is_open: bool = False,
) -> None:
    """Draw a line that breaks where a month is missing; a month not over yet hangs on by dashes."""
    heights = _heights(values)
    solid = heights[:-1] if is_open else heights
    axes.plot(range(len(solid)), solid, color=colour, linewidth=width, zorder=3, clip_on=False)
    if is_open and len(heights) > 1:
        axes.plot([len(heights) - 2, len(heights) - 1], heights[-2:], color=colour,
                  linewidth=width, linestyle=(0, (2, 2.2)), zorder=3, clip_on=False)  # fmt: skip
    alone = [
        place
        for place, height in enumerate(heights)
        if not math.isnan(height)
        and all(
            math.isnan(heights[side]) for side in (place - 1, place + 1) if 0 <= side < len(heights)
        )
    ]
    if alone:
        axes.plot(alone, [heights[place] for place in alone], "o", color=colour, markersize=5,
                  clip_on=False, zorder=3)  # fmt: skip


def _draw_forecast(axes: Axes, course: _Course) -> None:
    """Draw what may come: dashes, and the range it may fall in hatched."""
    if not course.forecast:
        return
    places = list(range(course.last, len(course.months)))
    middle = _heights(course.values[course.last :])
    axes.plot(places, middle, color=FORECAST, linewidth=2.2, linestyle=(0, (2, 2.2)), zorder=3,
              clip_on=False)  # fmt: skip
    axes.plot(places[1:], middle[1:], "o", markersize=6, markerfacecolor=PAPER,
              markeredgecolor=FORECAST, markeredgewidth=1.6, zorder=4, clip_on=False)  # fmt: skip
    low = middle[:1] + _heights(course.low[course.last + 1 :])
    high = middle[:1] + _heights(course.high[course.last + 1 :])
    if not any(math.isnan(value) for value in low + high):
        axes.fill_between(places, low, high, facecolor="none", edgecolor=FORECAST, hatch="////",
                          linewidth=0, zorder=1)  # fmt: skip


def _heights(values: Sequence[float | None]) -> list[float]:
    """Give values as a drawing takes them: a gap is no number."""
    return [math.nan if value is None else value for value in values]


def _draw_range(axes: Axes, course: _Course, one: Subject, width: float) -> None:
    if course.lower is None or course.upper is None:
        return
    last = course.last
    if course.for_last_only:
        axes.plot([last, last], [course.lower, course.upper], color=RULE, linewidth=11,
                  solid_capstyle="butt", zorder=1.5, clip_on=False)  # fmt: skip
        return
    axes.axhspan(course.lower, course.upper, facecolor=BAND, zorder=0.5)
    if course.mean is not None:
        axes.axhline(course.mean, color=SOFT, linewidth=1, linestyle=(0, (1, 3)), zorder=1)
    _name_range(axes, course, one, width)


def _name_range(axes: Axes, course: _Course, one: Subject, width: float) -> None:
    """Write the band's name into the corner of it that the lines leave free."""
    assert course.lower is not None and course.upper is not None
    words = NORMAL_RANGE.text(one.language)
    reach = math.ceil(width_of(words, SMALL) / (width * 0.8 / len(course.months))) + 1
    roomy: list[tuple[float, int, str, str, float]] = []
    for side, at in (("left", 0), ("right", len(course.months) - reach)):
        near = [
            value
            for line in (course.values, course.year_ago, course.targets)
            for value in line[max(at, 0) : max(at, 0) + reach]
            if value is not None
        ]
        for edge, height in (("top", course.upper), ("bottom", course.lower)):
            free = min((abs(height - value) for value in near), default=math.inf)
            # A line that runs outside the band on this side crosses no words inside it.
            beyond = all((value > height) == (edge == "top") for value in near)
            roomy.append((math.inf if beyond else free, -len(roomy), side, edge, height))
    _, _, side, edge, height = max(roomy)
    axes.annotate(
        words, (0 if side == "left" else 1, height), xycoords=("axes fraction", "data"),
        xytext=(5 if side == "left" else -8, -4 if edge == "top" else 4),
        textcoords="offset points", ha=side, va=edge, fontsize=SMALL, color=SOFT,
    )  # fmt: skip


def _mark_points(axes: Axes, course: _Course, one: Subject) -> None:
    """Name the last point by a dot; colour those outside the limits by good or bad news."""
    last = course.last
    for place, value in enumerate(course.values[: last + 1]):
        if value is None:
            continue
        side = 0 if course.for_last_only and place != last else course.outside(value)
        judged = one.direction.judge(side) if side else 0
        colour = {1: GOOD, -1: BAD, 0: ACTUAL}[judged]
        if place != last and not side:
            continue
        hollow = place == last and course.is_open
        axes.plot([place], [value], marker="o", markersize=9 if place == last else 7,
                  markerfacecolor=PAPER if hollow else colour, markeredgecolor=colour,
                  markeredgewidth=2, zorder=6, clip_on=False)  # fmt: skip


def _end_labels(course: _Course, one: Subject) -> list[tuple[str, float, str, float]]:
    """Write what stands at the right end of each line: text, height, colour, size."""
    language = one.language
    ends = []
    final = course.values[-1]
    if final is not None and course.forecast:
        words = f"{FORECAST_WORD.text(language)} {one.write(final)}"
        ends.append((words, final, SOFT, TEXT))
    elif final is not None:
        ends.append((one.write(final), final, INK, 15.0))
    if course.has_year_ago:
        before = next((v for v in reversed(course.year_ago) if v is not None), None)
        if before is not None:
            ends.append((LAST_YEAR.text(language), before, SOFT, TEXT))
    if course.targets[-1] is not None:
        ends.append((TARGET.text(language), course.targets[-1], INK, TEXT))
    if course.for_last_only and course.lower is not None and course.upper is not None:
        middle = (course.lower + course.upper) / 2
        ends.append((NORMAL_RANGE.text(language), middle, SOFT, SMALL))
    return ends or [("", 0.0, INK, TEXT)]


def _write_ends(
    axes: Axes,
    ends: list[tuple[str, float, str, float]],
    height: float,
    limits: tuple[float, float],
    count: int,
) -> None:
    low, high = limits
    wanted = [(value - low) / (high - low) * height for _, value, _, _ in ends]
    placed = spread(wanted, 18.0, -4.0, height + 6.0)
    for (text, _, colour, size), at in zip(ends, placed, strict=True):
        axes.annotate(
            text, (1, at / height), xycoords="axes fraction", xytext=(9, 0),
            textcoords="offset points", ha="left", va="center_baseline", fontsize=size,
            color=colour, annotation_clip=False,
        )  # fmt: skip


def _name_months(
    axes: Axes, months: tuple[Period, ...], language: Language, is_narrow: bool
) -> None:
    """Name the months so that the last one always is, and write the year where it begins."""
    every = 1 if not is_narrow or len(months) <= 7 else 3
    places = [place for place in range(len(months)) if (len(months) - 1 - place) % every == 0]
    names: list[list[str]] = []
    year = None
    for place in places:
        month = months[place]
        starts = [str(month.start.year)] if month.start.year != year else []
        year = month.start.year
        names.append([month_name(month, language), *starts])
    write_below(axes, places, names, TEXT, SOFT)


def small_multiples(
    history: pd.DataFrame,
    *,
    id: str,
    takeaway: str,
    source: str,
    metric: str | None = None,
    language: Language = "en",
    unit: Unit | str | None = None,
    currency: str = "",
    direction: Direction | str | None = None,
    name: str | None = None,
    measure: str | None = None,
    months: int = 13,
    same_scale: bool | None = None,
    top: int = 12,
    notes: tuple[str, ...] = (),
) -> Exhibit:
    """Draw the same small line for each member: who moved, and who did not.

    Args:
        history: As ``history(by=...)`` gives it: member, month, value; label where known.
        id: Slug of the exhibit.
        takeaway: What to conclude.
        source: Exports and days behind the numbers.
        metric: Which metric of the frame.
        language: ``"zh"`` or ``"en"``.
        unit: Where neither frame nor catalogue says it.
        currency: Of money, where the frame does not say it.
        direction: Where neither frame nor catalogue says it.
        name: Where neither frame nor catalogue says it.
        measure: Replaces the standard line.
        months: How many months to show.
        same_scale: One scale for all panels; by default only while the largest member is less
            than four times the smallest. The measure line says which it is.
        top: Show the largest so many; all are in the download.
        notes: Shown beside the frame's own notes.
    """
    if _is_silent(history):
        return nothing_to_show(history, id=id, takeaway=takeaway, source=source, metric=metric,
                               language=language, measure=measure, notes=notes)  # fmt: skip
    needs(history, id, "member", "month", "value")
    frame = history if not metric or "metric" not in history else history[
        history["metric"] == metric]  # fmt: skip
    one = subject(metric or only_one(frame, "metric"), language, unit=unit, currency=currency,
                  direction=direction, name=name, frame=frame)  # fmt: skip
    members: list[tuple[str, _Course]] = []
    for member, rows in frame.groupby("member", sort=True):
        if not text_of(member) or all(number_of(value) is None for value in rows["value"]):
            continue
        members.append((label_of(rows_of(rows.tail(1))[0]), _course(rows, months, id)))
    if not members:
        raise _nothing_to_draw(id)
    members.sort(key=lambda pair: -max(pair[1].drawn()))
    members = members[:top]
    peaks = [max(course.drawn()) for _, course in members]
    shared = same_scale if same_scale is not None else peaks[0] < 4 * max(min(peaks), 1e-12)
    whole = [value for _, course in members for value in course.drawn()]
    panels = []
    with house_style(id):
        for place, (label, course) in enumerate(members):
            scale = enclosing(whole if shared else course.drawn(), one.unit)
            svg = as_svg(_draw_small(course, one, scale))
            drawn = inline(svg, f"{id}-{place}", label, _spoken_small(course, one), "ex-small-line")
            panels.append(_panel(label, course, one, drawn))
    first, last = members[0][1].months[0], members[0][1].months[-1]
    span = _MONTHS.text(language).format(
        first=month_and_year(first, language), last=month_and_year(last, language)
    )
    scales = (_ONE_SCALE if shared else _OWN_SCALES).text(language)
    said = [f"{label} {_spoken_small(course, one)}" for label, course in members]
    comma = "，" if language == "zh" else ", "
    kept = [column for column in ("member", "label", "month", "value", "status") if column in frame]
    return Exhibit(
        id=id,
        takeaway=takeaway,
        measure=measure or comma.join([one.measured, span, scales]),
        source=source,
        alt=ended(sentence(said, language), language),
        data=frame[kept],
        table=Markup(_key(members, language) + tag("ul", panels, class_="ex-smalls")),
        language=language,
        notes=(*_said_beside(replace(members[0][1], values=(0.0,) * len(members[0][1].months)),
                             language), *notes),
        kind="small_multiples",
        headings=headings(frame, language),
    )  # fmt: skip


def _key(members: Sequence[tuple[str, _Course]], language: Language) -> Markup:
    """Explain the two lines, where there are two."""
    if not any(course.has_year_ago for _, course in members):
        return Markup("")
    return tag(
        "p",
        tag("span", THIS_PERIOD.text(language), class_="ex-key ex-key-line-actual"),
        tag("span", LAST_YEAR.text(language), class_="ex-key ex-key-line-previous"),
        class_="ex-keys",
        aria_hidden="true",
    )


def _panel(label: str, course: _Course, one: Subject, drawn: Markup) -> Markup:
    last, before = course.values[-1], course.year_ago[-1]
    change = None
    # A month that is still running is no match for the whole of the same month last year.
    if last is not None and before is not None and not course.is_open:
        if one.unit.changes_in_points:
            change = last - before
        elif before > 0:  # of a loss, or of nought, there is no percentage
            change = last / before - 1
    written = tag("b", one.write(last))
    moved = None
    if change is not None:
        # Nobody held these against their own noise: the number is shown and not judged.
        moved = tag("span", one.write_change(change), class_="ex-even")
    return tag(
        "li",
        tag("p", tag("bdi", label), class_="ex-small-name"),
        tag("p", written, " ", moved, class_="ex-small-value"),
        drawn,
    )


def _spoken_small(course: _Course, one: Subject) -> str:
    known = [value for value in course.values if value is not None]
    first, last = (one.write(known[place]) for place in (0, -1))
    text = Label(en="from {first} to {last}", zh="由{first}至{last}").text(one.language)
    return text.format(first=first, last=last)


def _draw_small(course: _Course, one: Subject, scale: tuple[float, float]) -> Figure:
    width, height, bottom, top, left, right = 224.0, 96.0, 20.0, 8.0, 4.0, 8.0
    low, high = scale
    figure = sheet(width, height)
    axes = figure.add_axes((left / width, bottom / height, (width - left - right) / width,
                            (height - top - bottom) / height))  # fmt: skip
    axes.grid(False)
    axes.set_xlim(0, max(len(course.months) - 1, 1))
    axes.set_ylim(low, high + (high - low) * 0.04)
    axes.set_yticks([])
    if course.has_year_ago:
        _line(axes, course.year_ago, PREVIOUS, 1.8)
    _line(axes, course.values, ACTUAL, 2.0, is_open=course.is_open)
    if course.values[-1] is not None:
        axes.plot([len(course.values) - 1], [course.values[-1]], marker="o", markersize=6,
                  markerfacecolor=PAPER if course.is_open else ACTUAL, markeredgecolor=ACTUAL,
                  markeredgewidth=1.6, clip_on=False, zorder=5)  # fmt: skip
    ends = [0, len(course.months) - 1]
    names = [month_and_year(course.months[place], one.language) for place in ends]
    axes.set_xticks(ends, names, fontsize=SMALL)
    first, last = axes.get_xticklabels()
    first.set_horizontalalignment("left")
    last.set_horizontalalignment("right")
    return figure
