"""Who is first: members in order of one figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.charts.absent import nothing_to_show
from helpers.charts.bars import Row, Ruler, axis, bar, bar_list
from helpers.charts.exhibit import Exhibit
from helpers.charts.notation import LAST_PERIOD, LAST_YEAR, NO_NEWS, THIS_PERIOD, News
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
from helpers.vocabulary.units import Direction, Unit

if TYPE_CHECKING:
    import pandas as pd

_TOP = Label(en="top {count} of {all}", zh="前{count}名，共{all}个")
_NEW = Label(en="none before", zh="上期无")
_BASELINES = {"previous": LAST_PERIOD, "year_ago": LAST_YEAR}
#: Rows that sum up what is not named keep the last place, whatever their size.
REST = frozenset({"others", "other", "rest"})


def ranked_bars(
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
    against: str | None = "previous",
    top: int = 15,
    highlight: str | None = None,
    notes: tuple[str, ...] = (),
) -> Exhibit:
    """Rank members by one figure, each with last period's bar behind it and its change.

    Use it for "who sells most?". For "who moved the total?" use ``deviation.variance_bars``; for
    shares of a whole ``part_to_whole.share_bars``.

    Args:
        frame: label (or member) and value; where known previous or year_ago with their
            ``_change``, status, unit, currency. Rows without a value stay, at the end.
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
        against: Baseline behind the bars: ``"previous"``, ``"year_ago"`` or None.
        top: Show the first so many; all are in the download.
        highlight: Member or label that the takeaway is about.
        notes: Shown beside the frame's own notes.
    """
    if frame.empty:
        return nothing_to_show(frame, id=id, takeaway=takeaway, source=source, metric=metric,
                               language=language, measure=measure, notes=notes)  # fmt: skip
    needs(frame, id, "value")
    one = subject(metric or only_one(frame, "metric"), language, unit=unit, currency=currency,
                  direction=direction, name=name, frame=frame)  # fmt: skip
    records = sorted(
        rows_of(frame),
        key=lambda row: (
            text_of(row.get("member")) in REST,
            number_of(row["value"]) is None,
            -(number_of(row["value"]) or 0),
        ),
    )
    shown = records[:top]
    baseline = against if against and against in frame.columns else None
    befores = [number_of(row[baseline]) if baseline else None for row in shown]
    ruler = Ruler.over([*(number_of(row["value"]) for row in shown), *befores])
    rows, said = [], []
    for row, before in zip(shown, befores, strict=True):
        value, label = number_of(row["value"]), label_of(row)
        marks = [] if before is None else [bar(ruler, 0, before, "ex-py")]
        if value is not None:
            marks.append(bar(ruler, 0, value, "ex-ac"))
        remark, judged = "", None
        change = number_of(row.get(f"{baseline}_change")) if baseline else None
        if change is not None:
            remark = one.write_change(change)
            judged = _quiet(one.news_of(row, f"{baseline}_change") or NO_NEWS)
        elif text_of(row.get("standing")) == "entered":
            remark = _NEW.text(language)
        member = text_of(row.get("member"))
        rows.append(
            Row(
                name=label,
                under=member if member not in (label, *REST) and "rank" in row else "",
                marks=[*marks, axis(ruler)],
                value=one.write(value, row.get("status")),
                remark=remark,
                judged=judged,
                css="ex-highlight" if highlight and highlight in (member, label) else "",
                is_missing=value is None,
            )
        )
        said.append(f"{label} {one.write(value, row.get('status'))}{f' ({remark})' * bool(remark)}")
    keys = []
    if baseline and any(before is not None for before in befores):
        keys = [("ex-key-ac", THIS_PERIOD.text(language)),
                ("ex-key-py", _BASELINES[baseline].text(language))]  # fmt: skip
    comma = "，" if language == "zh" else ", "
    line = one.measured
    if len(records) > len(shown):
        line += comma + _TOP.text(language).format(count=len(shown), all=len(records))
    return Exhibit(
        id=id,
        takeaway=takeaway,
        measure=measure or line,
        source=source,
        alt=ended(sentence(said, language), language),
        data=worth_saving(frame, language),
        table=bar_list(rows, language, keys),
        language=language,
        notes=(*notes, *notes_of(frame, language)),
        kind="ranked_bars",
        headings=headings(frame, language),
    )


def _quiet(judged: News) -> News:
    """Keep colour and sign; in a long list the sign is word enough."""
    return News(judged.colour, judged.css, None)
