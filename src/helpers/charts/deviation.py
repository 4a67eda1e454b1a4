"""Against what: who moved a figure, and by which steps one figure becomes another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helpers.charts.absent import nothing_to_show
from helpers.charts.bars import Row, Ruler, axis, bar, bar_list
from helpers.charts.drawing import NARROW, draw_twice, sheet, write_below
from helpers.charts.exhibit import Exhibit
from helpers.charts.grids import Column, numbers_table
from helpers.charts.notation import (
    ACTUAL,
    INK,
    LAST_PERIOD,
    LAST_YEAR,
    PREVIOUS,
    SOFT,
    STEP,
    news,
)
from helpers.charts.ranking import REST
from helpers.charts.scales import width_of, wrapped
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
from helpers.charts.typeface import drawable
from helpers.charts.words import headings, worth_saving
from helpers.vocabulary.faults import DeclarationFaulty, Fault
from helpers.vocabulary.labels import Label, Language
from helpers.vocabulary.units import Direction, Status, Unit
from helpers.vocabulary.wording import write_change, write_missing

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_CHANGE_OF = Label(en="{measured}: change against {baseline}", zh="{measured}：较{baseline}变动")
# Who sold in one of two periods only may well have sold before them, and be back after.
_NEW = Label(en="only now", zh="仅本期")
_GONE = Label(en="only before", zh="仅基期")
_STANDING = {"entered": _NEW, "left": _GONE}
_BASELINES = {"previous": LAST_PERIOD, "year_ago": LAST_YEAR}
_FROM_TO = Label(en="{measured}: from {start} to {end}", zh="{measured}：从{start}到{end}")
_BRIDGE = Label(en="From {start} to {end}, {unit}", zh="从{start}到{end}，{unit}")
TEXT = 13.0


def variance_bars(
    frame: pd.DataFrame,
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
    against: str = "previous",
    top: int = 15,
    notes: tuple[str, ...] = (),
) -> Exhibit:
    """Draw each member's change, coloured by good or bad news rather than by sign.

    Use it to answer "who moved the number?". For a path through time use
    ``change_over_time.trend``; for effects that add up use :func:`waterfall`.

    Args:
        frame: label (or member) and ``change`` in the metric's unit, or value and the baseline
            it is worked out from; relative_change, standing, unit, currency where known.
        id: Slug of the exhibit.
        takeaway: What to conclude.
        source: Exports and days behind the numbers.
        metric: Decides name, unit and good direction.
        language: ``"zh"`` or ``"en"``.
        unit: Where neither frame nor catalogue says it.
        currency: Of money, where the frame does not say it.
        direction: Where neither frame nor catalogue says it.
        name: Where neither frame nor catalogue says it.
        measure: Replaces the standard line.
        against: ``"previous"`` or ``"year_ago"``; names the baseline.
        top: Show the largest so many movements; all are in the download.
        notes: Shown beside the frame's own notes.
    """
    if frame.empty:
        return nothing_to_show(frame, id=id, takeaway=takeaway, source=source, metric=metric,
                               language=language, measure=measure, notes=notes)  # fmt: skip
    if against not in frame.columns:
        # What was compared with one baseline holds it under one name, whichever it is.
        frame = frame.rename(columns={"previous": against})
    if "change" not in frame.columns:
        needs(frame, id, "value", against)
    one = subject(metric or only_one(frame, "metric"), language, unit=unit, currency=currency,
                  direction=direction, name=name, frame=frame)  # fmt: skip
    moved = [(row, _change(row, against)) for row in rows_of(frame)]
    moved.sort(key=lambda pair: -abs(pair[1] or 0))
    shown = moved[:top]
    shown.sort(key=lambda pair: (text_of(pair[0].get("member")) in REST, pair[1] is None,
                                 -(pair[1] or 0)))  # fmt: skip
    ruler = Ruler.over([change for _, change in shown])
    rows, said = [], []
    for row, change in shown:
        label = label_of(row)
        if change is None:
            missing = write_missing(Status.NO_BASELINE, language)
            rows.append(Row(label, [axis(ruler)], missing, is_missing=True))
            said.append(f"{label} {missing}")
            continue
        written = one.write_signed(change)
        share = _relative(row, change, against, one)
        judged = news(change, one.direction, written)
        if share.startswith("±"):
            judged = news(change, one.direction, share)
        is_new = text_of(row.get("standing")) in _STANDING
        word = judged.word.text(language) if judged.word else ""
        levels = " → ".join(
            one.write(row[column])
            for column in (against, "value")
            if number_of(row.get(column)) is not None
        )
        rows.append(
            Row(
                name=label,
                marks=[bar(ruler, 0, change, f"ex-bar-{judged.css}"), axis(ruler)],
                value=written,
                remark=share,
                judged=judged._replace(word=None) if is_new else judged,
                under=levels if "→" in levels else "",
            )
        )
        said.append(f"{label} {written}{f' ({word})' if word else ''}")
    baseline = _BASELINES.get(against, LAST_PERIOD).text(language)
    line = _CHANGE_OF.text(language).format(measured=one.measured, baseline=baseline)
    return Exhibit(
        id=id,
        takeaway=takeaway,
        measure=measure or line,
        source=source,
        alt=ended(sentence(said, language), language),
        data=worth_saving(frame, language),
        table=bar_list(rows, language),
        language=language,
        notes=(*notes, *notes_of(frame, language)),
        kind="variance_bars",
        headings=headings(frame, language),
    )


def _change(row: dict[str, Any], against: str) -> float | None:
    """Give the difference in the metric's own unit."""
    if "change" in row:
        return number_of(row["change"])
    value, before = number_of(row["value"]), number_of(row[against])
    return None if value is None or before is None else value - before


def _relative(row: dict[str, Any], change: float, against: str, one: Subject) -> str:
    if (standing := text_of(row.get("standing"))) in _STANDING:
        return _STANDING[standing].text(one.language)
    if one.unit.changes_in_points:
        return ""
    relative = number_of(row.get("relative_change"))
    before = number_of(row.get(against))
    if relative is None and before is not None and before > 0:
        relative = change / before
    return "" if relative is None else write_change(relative, one.unit, one.language)


@dataclass(frozen=True)
class _Step:
    """One column of a bridge, from where to where it goes."""

    label: str
    start: float
    end: float
    is_level: bool
    colour: str
    written: str


def waterfall(
    steps: pd.DataFrame,
    *,
    id: str,
    takeaway: str,
    source: str,
    metric: str | None = "gmv",
    language: Language = "en",
    currency: str = "",
    direction: Direction | str | None = None,
    name: str | None = None,
    measure: str | None = None,
    member: str | None = None,
    judged: bool | None = None,
    notes: tuple[str, ...] = (),
) -> Exhibit:
    """Draw the steps that lead from one figure to another.

    Two stories: what changed a figure between two periods (effects are judged, the starting
    column is last period's light one), and what a figure is made of (deductions are no bad
    news and stay grey). A frame with ``share_of_gmv`` or ``share_of_start`` tells the second.

    Args:
        steps: step, label, value, kind (``start``, ``effect``, ``end``; also ``subtotal``), in
            order; the value of a level is the level, of an effect its signed size.
        id: Slug of the exhibit.
        takeaway: What to conclude.
        source: Exports and days behind the numbers.
        metric: Decides name, unit and good direction of the levels.
        language: ``"zh"`` or ``"en"``.
        currency: Of money, where the frame does not say it.
        direction: Where the catalogue does not say it.
        name: Where the catalogue does not say it.
        measure: Replaces the standard line.
        member: Which ladder of a frame that holds several.
        judged: Overrules which story it is.
        notes: Shown beside the frame's own notes.

    Raises:
        DeclarationFaulty: The steps do not lead from the first level to the last one.
    """
    frame = steps
    if member is not None and "member" in steps.columns:
        frame = steps[steps["member"] == member]
    if not frame.empty:
        needs(frame, id, "label", "value", "kind")
    known = [] if frame.empty else [number_of(value) for value in frame["value"]]
    if not known or any(value is None for value in known):
        return nothing_to_show(frame, id=id, takeaway=takeaway, source=source, metric=metric,
                               language=language, measure=measure, notes=notes)  # fmt: skip
    one = subject(metric, language, currency=currency, direction=direction, name=name,
                  unit=None if "unit" in frame else Unit.MONEY, frame=frame)  # fmt: skip
    if judged is None:
        judged = not {"share_of_gmv", "share_of_start"} & set(frame.columns)
    walk = _walk(frame, one, judged, id)
    comma = "；" if language == "zh" else "; "
    said = comma.join(f"{step.label} {step.written}" for step in walk)
    first, last = walk[0].label, walk[-1].label
    line = _FROM_TO.text(language).format(measured=one.measured, start=first, end=last)
    if not judged:
        line = _BRIDGE.text(language).format(start=first, end=last, unit=one.currency)
    data = worth_saving(frame, language)
    share = next((found for found in ("share_of_change", "share_of_gmv") if found in data), None)
    columns = [Column("label"), Column("value", unit=one.unit, signed=False, short=False)]
    if share is not None:
        columns.append(Column(share, unit=Unit.PERCENT))
    return Exhibit(
        id=id,
        takeaway=takeaway,
        measure=measure or line,
        source=source,
        alt=ended(said, language),
        data=data,
        figure=draw_twice(
            id, lambda width: (_draw_rows if width <= NARROW else _draw_columns)(walk, width)
        ),
        language=language,
        notes=(*notes, *notes_of(frame, language)),
        kind="waterfall",
        headings=headings(frame, language),
        numbers=numbers_table(data, columns[:2], one),
    )


def _walk(frame: pd.DataFrame, one: Subject, judged: bool, id: str) -> list[_Step]:
    """Follow the steps; a bridge that does not arrive is a wrong bridge."""
    walk: list[_Step] = []
    at = 0.0
    for row in rows_of(frame):
        value, label = number_of(row["value"]) or 0.0, label_of(row)
        if text_of(row["kind"]) == "effect":
            written = one.write_signed(value)
            colour = news(value, one.direction, written).colour if judged else STEP
            walk.append(_Step(label, at, at + value, False, colour, written))
            at += value
            continue
        is_first = not walk
        if not is_first and abs(value - at) > max(0.01, 1e-6 * max(abs(value), abs(at))):
            fault = Fault(
                f"exhibit {id!r}",
                f"the steps lead to {at:,.2f}, but {label!r} is {value:,.2f}",
                "name the rest as a step of its own",
            )
            raise DeclarationFaulty(fault)
        colour = PREVIOUS if is_first and judged else ACTUAL
        walk.append(_Step(label, 0.0, value, True, colour, one.write(value)))
        at = value
    return walk


def _span(walk: list[_Step]) -> tuple[float, float]:
    ends = [0.0, *(end for step in walk for end in (step.start, step.end))]
    low, high = min(ends), max(ends)
    return low, high if high > low else low + 1.0


def _draw_columns(walk: list[_Step], width: float) -> Figure:
    """Stand the steps side by side, for a wide page."""
    count = len(walk)
    slot = (width - 8) / count
    # Many steps make narrow columns: the letters give way before the words are cut.
    for size in (TEXT, 12.0, 11.5):
        names = [wrapped(drawable(step.label), size, slot - 6).split("\n") for step in walk]
        if all(width_of(line, size) <= slot for name in names for line in name):
            break
    lines = max(map(len, names))
    top, bottom, plot = 26.0, 14.0 + lines * size * 1.32, 230.0
    height = top + plot + bottom
    figure = sheet(width, height)
    axes = figure.add_axes((4 / width, bottom / height, (width - 8) / width, plot / height))
    low, high = _span(walk)
    room = 22 / plot * (high - low) if low < 0 else 0.0
    axes.set_xlim(-0.5, count - 0.5)
    axes.set_ylim(low - room, high)
    _bare(axes)
    unit = (high - low + room) / plot
    for place, step in enumerate(walk):
        foot, size_up = min(step.start, step.end), abs(step.end - step.start)
        axes.bar([place], [max(size_up, unit)], bottom=[foot], width=0.64, color=step.colour,
                 zorder=3)  # fmt: skip
        if place + 1 < count:
            axes.plot([place + 0.32, place + 0.68], [step.end, step.end], color=SOFT,
                      linewidth=1, zorder=2)  # fmt: skip
        below = (step.end < step.start) if not step.is_level else step.end < 0
        at = foot if below else foot + size_up
        axes.annotate(
            step.written, (place, at), xytext=(0, -4 if below else 4), textcoords="offset points",
            ha="center", va="top" if below else "bottom", color=INK if step.is_level
            or step.colour == STEP else step.colour, fontsize=TEXT,
            annotation_clip=False, zorder=4,
        )  # fmt: skip
    axes.axhline(0, color=ACTUAL, linewidth=1, zorder=4)
    write_below(axes, range(count), names, size, INK)
    return figure


def _draw_rows(walk: list[_Step], width: float) -> Figure:
    """Lay the steps below each other, for a phone."""
    left = min(max(width_of(step.label, TEXT) for step in walk) + 8, 118.0)
    names = [wrapped(drawable(step.label), TEXT, left - 8) for step in walk]
    # The longest name decides: three lines in a row for two would touch its neighbours.
    lines = max(name.count("\n") + 1 for name in names)
    slot, top, bottom = max(38.0, lines * TEXT * 1.3 + 8), 4.0, 6.0
    right = max(width_of(step.written, TEXT) for step in walk) + 6
    height = top + bottom + slot * len(walk)
    figure = sheet(width, height)
    axes = figure.add_axes((left / width, bottom / height, (width - left - right) / width,
                            (height - top - bottom) / height))  # fmt: skip
    low, high = _span(walk)
    axes.set_ylim(len(walk) - 0.5, -0.5)
    axes.set_xlim(low, high)
    _bare(axes)
    unit = (high - low) / (width - left - right)
    for place, step in enumerate(walk):
        foot, size = min(step.start, step.end), abs(step.end - step.start)
        axes.barh([place], [max(size, unit)], left=[foot], height=0.56, color=step.colour,
                  zorder=3)  # fmt: skip
        if place + 1 < len(walk):
            axes.plot([step.end, step.end], [place + 0.28, place + 0.72], color=SOFT, linewidth=1,
                      zorder=2)  # fmt: skip
        axes.annotate(
            step.written, (1, place), xycoords=("axes fraction", "data"), xytext=(right, 0),
            textcoords="offset points", ha="right", va="center_baseline", annotation_clip=False,
            color=INK if step.is_level or step.colour == STEP else step.colour, fontsize=TEXT,
        )  # fmt: skip
    axes.axvline(0, color=ACTUAL, linewidth=1, zorder=4)
    axes.set_yticks(range(len(walk)), names, fontsize=TEXT, color=INK, linespacing=1.3)
    for tick in axes.get_yticklabels():
        tick.set_horizontalalignment("left")
    axes.tick_params(axis="y", pad=left - 1)
    return figure


def _bare(axes: Axes) -> None:
    axes.grid(False)
    axes.set_yticks([])
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
