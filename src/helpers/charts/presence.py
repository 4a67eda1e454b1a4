"""Who has what, and when: a strip of time for each thing, filled where it is there.

Like a train's timetable and unlike a heat map: what matters is whether something is there, so
the eye gets two heights and one alarm. What is there is blue and tall, what is known to be nought
is blue and low, what is missing is orange, tall and hatched; all of it is said in words, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from helpers.charts.absent import nothing_to_show
from helpers.charts.exhibit import Exhibit
from helpers.charts.markup import Markup, join, tag
from helpers.charts.subject import ended, needs, number_of, rows_of, sentence, text_of
from helpers.charts.words import headings
from helpers.vocabulary.labels import Label, Language

if TYPE_CHECKING:
    import pandas as pd

#: State of a run -> what the key calls it, in the order of the key.
STATES: dict[str, Label] = {
    "rows": Label(en="has rows", zh="有记录"),
    "no_rows": Label(en="covered by a file, no rows", zh="文件已覆盖，无记录"),
    "quiet": Label(en="in no file, as short as a usual lull", zh="不在文件内，属正常空档"),
    "missing": Label(en="missing", zh="缺失"),
    "zero": Label(en="reported as nought although there were sales", zh="有销售但数值为零"),
    "none": Label(en="not expected", zh="无需提供"),
}
_HEADINGS: dict[str, Label] = {
    "group": Label(en="Store", zh="店铺"),
    "label": Label(en="Data", zh="数据"),
    "state": Label(en="State", zh="状态"),
    "state_label": Label(en="State in words", zh="状态说明"),
    "first": Label(en="First", zh="起"),
    "last": Label(en="Last", zh="止"),
    "length": Label(en="Length", zh="长度"),
    "word": Label(en="Overall", zh="总体"),
    "detail": Label(en="Missing", zh="缺失部分"),
}
_MEASURE = Label(en="What is there, from left to right", zh="数据覆盖情况，从左到右")


def presence(
    runs: pd.DataFrame,
    *,
    id: str,
    takeaway: str,
    source: str,
    language: Language = "en",
    measure: str | None = None,
    notes: tuple[str, ...] = (),
) -> Exhibit:
    """Draw a strip for each thing of each group.

    Use it for coverage: which days or months are there. For amounts use ``change_over_time``.

    Args:
        runs: One row for each run of one state, in order: group, label, state (one of
            ``STATES``), first, last, length; word (a status for the whole strip) and detail (what
            is missing, in words) where known.
        id: Slug of the exhibit.
        takeaway: What to conclude.
        source: Exports and days behind it.
        language: ``"zh"`` or ``"en"``.
        measure: Says from when to when the strips run.
        notes: What the reader must know beside it.
    """
    if runs.empty:
        return nothing_to_show(runs, id=id, takeaway=takeaway, source=source, language=language,
                               measure=measure, notes=notes)  # fmt: skip
    needs(runs, id, "group", "label", "state", "first", "last", "length")
    groups: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for row in rows_of(runs):
        strips = groups.setdefault(text_of(row["group"]), {})
        strips.setdefault(text_of(row["label"]), []).append(row)
    seen = {text_of(state) for state in runs["state"]}
    parts: list[Markup] = [_key(seen, language)]
    said: list[str] = []
    for group, strips in groups.items():
        items = []
        for label, rows in strips.items():
            spoken = _spoken(rows, language)
            items.append(_strip(label, rows, spoken))
            if any(text_of(row["state"]) in ("missing", "zero") for row in rows):
                said.append(f"{group} {label}: {spoken}")
        parts.append(tag("p", tag("bdi", group), class_="ex-have-group"))
        parts.append(tag("ul", items, class_="ex-haves"))
    line = measure or _MEASURE.text(language)
    worded = runs.assign(
        state_label=[STATES[text_of(state)].text(language) for state in runs["state"]]
    )
    return Exhibit(
        id=id,
        takeaway=takeaway,
        measure=line,
        source=source,
        alt=ended(sentence(said or [takeaway.rstrip("。.")], language), language),
        data=worded,
        table=join(parts),
        language=language,
        notes=notes,
        kind="presence",
        headings=headings(worded, language)
        | {name: label.text(language) for name, label in _HEADINGS.items() if name in worded},
    )


def _key(seen: set[str], language: Language) -> Markup:
    named = [
        tag("span", label.text(language), class_=f"ex-key ex-have-{state.replace('_', '-')}")
        for state, label in STATES.items()
        if state in seen
    ]
    return tag("p", named, class_="ex-keys ex-have-keys", aria_hidden="true")


def _strip(label: str, rows: list[dict[str, Any]], spoken: str) -> Markup:
    word, detail = text_of(rows[0].get("word")), text_of(rows[0].get("detail"))
    runs = [
        tag(
            "i",
            class_=f"ex-have-{text_of(row['state']).replace('_', '-')}",
            style=f"flex-grow:{number_of(row['length']) or 0:g}",
        )
        for row in rows
    ]
    return tag(
        "li",
        tag(
            "p",
            tag("bdi", label),
            " ",
            tag("span", word, class_="ex-have-word") if word else None,
            class_="ex-have-name",
        ),
        tag("div", runs, class_="ex-strip", role="img", aria_label=spoken),
        tag("p", detail, class_="ex-have-detail") if detail else None,
    )


def _spoken(rows: list[dict[str, Any]], language: Language) -> str:
    """Say how much of a strip is in which state."""
    lengths: dict[str, float] = {}
    for row in rows:
        state = text_of(row["state"])
        lengths[state] = lengths.get(state, 0) + (number_of(row["length"]) or 0)
    comma = "，" if language == "zh" else ", "
    told = [f"{STATES[state].text(language)} {length:g}" for state, length in lengths.items()]
    if detail := text_of(rows[0].get("detail")):
        told.append(detail)
    return comma.join(told)
