"""How many get through: the steps from a visit to an order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.charts.absent import nothing_to_show
from helpers.charts.bars import Row, Ruler, bar, bar_list
from helpers.charts.exhibit import Exhibit
from helpers.charts.notation import LAST_PERIOD, LAST_YEAR, THIS_PERIOD, News, news
from helpers.charts.subject import (
    ended,
    label_of,
    missing_status,
    needs,
    notes_of,
    number_of,
    rows_of,
    sentence,
    text_of,
)
from helpers.charts.words import headings, worth_saving
from helpers.vocabulary.labels import Label, Language
from helpers.vocabulary.units import Direction
from helpers.vocabulary.wording import write_change, write_missing, write_value

if TYPE_CHECKING:
    import pandas as pd

_MEASURE = Label(
    en="Number at each step, and the share of the step before that gets there",
    zh="各环节数量，以及由上一环节转化而来的比例",
)
_GO_ON = Label(en="{rate} of the step before", zh="上一环节的{rate}")
_BASELINES = {"previous": LAST_PERIOD, "year_ago": LAST_YEAR}


def funnel(
    frame: pd.DataFrame,
    *,
    id: str,
    takeaway: str,
    source: str,
    language: Language = "en",
    measure: str | None = None,
    against: str | None = "previous",
    notes: tuple[str, ...] = (),
) -> Exhibit:
    """Show how many reach each step, and which share of the step before that is.

    Use it for steps of one path in their order, every one a part of the one before.

    Args:
        frame: label and value, from the first step to the last; previous or year_ago where
            known; rate, rate_label, rate_change and signal where analysis has judged them.
        id: Slug of the exhibit.
        takeaway: What to conclude.
        source: Exports and days behind the numbers.
        language: ``"zh"`` or ``"en"``.
        measure: Replaces the standard line.
        against: Baseline that the shares are compared with, or None.
        notes: Shown beside the frame's own notes.
    """
    if frame.empty:
        return nothing_to_show(frame, id=id, takeaway=takeaway, source=source,
                               language=language, measure=measure, notes=notes)  # fmt: skip
    needs(frame, id, "value")
    records = rows_of(frame)
    baseline = against if against and against in frame.columns else None
    befores = [number_of(row[baseline]) if baseline else None for row in records]
    values = [number_of(row["value"]) for row in records]
    ruler = Ruler.over([*values, *befores])
    rows, said = [], []
    for place, row in enumerate(records):
        label, value = label_of(row), values[place]
        rate = number_of(row.get("rate"))
        if rate is None and place:
            rate = _share(value, values[place - 1])
        change = number_of(row.get("rate_change")) if baseline == "previous" else None
        if change is None and place and rate is not None and baseline:
            before = _share(befores[place], befores[place - 1])
            change = None if before is None else rate - before
        marks = [] if befores[place] is None else [bar(ruler, 0, befores[place] or 0, "ex-py")]
        if value is not None:
            marks.append(bar(ruler, 0, value, "ex-ac"))
            written = write_value(value, "count", language)
        else:
            written = write_missing(missing_status(row.get("status")), language)
        judged: News | None = None
        remark = ""
        if change is not None:
            remark = write_change(change, "percent", language)
            # A share of few cases moves by chance; analysis says so, and then it is no news.
            if text_of(row.get("signal")) not in ("noise", "not_enough_data"):
                judged = news(change, Direction.HIGHER_IS_BETTER, remark)
        under = ""
        if rate is not None and place:
            share = write_value(rate, "percent", language)
            named = text_of(row.get("rate_label"))
            under = f"{named} {share}" if named else _GO_ON.text(language).format(rate=share)
        rows.append(Row(label, marks, written, remark, judged, under, is_missing=value is None))
        tail = "".join(f"，{part}" if language == "zh" else f", {part}"
                       for part in (under, remark) if part)  # fmt: skip
        said.append(f"{label} {written}{tail}")
    keys = []
    if baseline and any(before is not None for before in befores):
        keys = [("ex-key-ac", THIS_PERIOD.text(language)),
                ("ex-key-py", _BASELINES[baseline].text(language))]  # fmt: skip
    return Exhibit(
        id=id,
        takeaway=takeaway,
        measure=measure or _MEASURE.text(language),
        source=source,
        alt=ended(sentence(said, language), language),
        data=worth_saving(frame, language),
        table=bar_list(rows, language, keys),
        language=language,
        notes=(*notes, *notes_of(frame, language)),
        kind="funnel",
        headings=headings(frame, language),
    )


def _share(part: float | None, whole: float | None) -> float | None:
    return part / whole if part is not None and whole else None
