"""What the whole is made of: shares that add up to one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.charts.absent import nothing_to_show
from helpers.charts.bars import Row, Ruler, bar, bar_list
from helpers.charts.exhibit import Exhibit
from helpers.charts.notation import LAST_PERIOD, LAST_YEAR, THIS_PERIOD
from helpers.charts.ranking import REST
from helpers.charts.subject import (
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
from helpers.charts.words import headings, worth_saving
from helpers.vocabulary.labels import Label, Language
from helpers.vocabulary.units import Unit
from helpers.vocabulary.wording import write_change, write_value

if TYPE_CHECKING:
    import pandas as pd

_SHARE_OF = Label(en="Share of {whole}", zh="占{whole}的比重")
_THE_REST = Label(en="{count} others", zh="其他{count}项")
_NO_SHARE = Label(
    en="Members below nought have no share; shares are of all others.",
    zh="负值成员不计占比，占比按其余成员计算。",
)
_BASELINES = {"previous": LAST_PERIOD, "year_ago": LAST_YEAR}


def share_bars(
    frame: pd.DataFrame,
    *,
    id: str,
    takeaway: str,
    source: str,
    metric: str | None = None,
    language: Language = "en",
    unit: Unit | str | None = None,
    currency: str = "",
    name: str | None = None,
    measure: str | None = None,
    against: str | None = "previous",
    top: int = 10,
    notes: tuple[str, ...] = (),
) -> Exhibit:
    """Show each member's share of the whole: the track is the whole, the bar the share.

    Use it where members add up and the question is the mix. Shares are worked out over all rows,
    also those beyond ``top``, which are summed into one row.

    Args:
        frame: label (or member) and value; previous or year_ago where known.
        id: Slug of the exhibit.
        takeaway: What to conclude.
        source: Exports and days behind the numbers.
        metric: Decides name and unit.
        language: ``"zh"`` or ``"en"``.
        unit: Where neither frame nor catalogue says it.
        currency: Of money, where the frame does not say it.
        name: Where neither frame nor catalogue says it.
        measure: Replaces the standard line.
        against: Baseline whose shares stand behind: ``"previous"``, ``"year_ago"`` or None.
        top: Name the first so many.
        notes: Shown beside the frame's own notes.

    """
    if not frame.empty:
        needs(frame, id, "value")
    values = [] if frame.empty else [number_of(value) for value in frame["value"]]
    if not any(value and value > 0 for value in values):
        return nothing_to_show(frame, id=id, takeaway=takeaway, source=source, metric=metric,
                               language=language, measure=measure, notes=notes)  # fmt: skip
    one = subject(metric or only_one(frame, "metric"), language, unit=unit, currency=currency,
                  name=name, frame=frame)  # fmt: skip
    baseline = against if against and against in frame.columns else None
    whole = sum(max(value or 0, 0) for value in values)
    whole_before = (
        sum(max(number_of(value) or 0, 0) for value in frame[baseline]) if baseline else 0
    )
    records = sorted(
        rows_of(frame),
        key=lambda row: (text_of(row.get("member")) in REST, -(number_of(row["value"]) or 0)),
    )
    parts = [
        (label_of(row), number_of(row["value"]), number_of(row[baseline]) if baseline else None)
        for row in records
    ]
    if len(parts) > top + 1:
        rest = parts[top:]
        parts = [
            *parts[:top],
            (
                _THE_REST.text(language).format(count=len(rest)),
                sum(value or 0 for _, value, _ in rest),
                sum(before or 0 for _, _, before in rest) if baseline else None,
            ),
        ]
    ruler = Ruler(0.0, 1.0)
    rows, said = [], []
    for label, value, before in parts:
        if value is None or value < 0:
            rows.append(Row(label, [], one.write(value), is_missing=value is None))
            said.append(f"{label} {one.write(value)}")
            continue
        share = value / whole
        marks, remark = [bar(ruler, 0, 1, "ex-whole")], ""
        if whole_before and before is not None:
            marks.append(bar(ruler, 0, before / whole_before, "ex-py"))
            remark = write_change(share - before / whole_before, "percent", language)
        marks.append(bar(ruler, 0, share, "ex-ac"))
        written = write_value(share, "percent", language)
        rows.append(Row(label, marks, written, remark, under=one.write(value)))
        said.append(f"{label} {written} ({one.write(value)})")
    keys = []
    if whole_before:
        keys = [("ex-key-ac", THIS_PERIOD.text(language)),
                ("ex-key-py", _BASELINES[str(baseline)].text(language))]  # fmt: skip
    total = f"{one.name} {one.write(whole)}"
    return Exhibit(
        id=id,
        takeaway=takeaway,
        measure=measure or _SHARE_OF.text(language).format(whole=total),
        source=source,
        alt=ended(sentence(said, language), language),
        data=worth_saving(frame, language),
        table=bar_list(rows, language, keys),
        language=language,
        notes=(*_without_share(values, language), *notes, *notes_of(frame, language)),
        kind="share_bars",
        headings=headings(frame, language),
    )


def _without_share(values: list[float | None], language: Language) -> list[str]:
    below = any(value is not None and value < 0 for value in values)
    return [_NO_SHARE.text(language)] if below else []
