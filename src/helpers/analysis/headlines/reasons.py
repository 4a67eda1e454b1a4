"""Why a figure moved, in words: drivers, movers, and the steps of a bridge."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.analysis.desk import Against, Desk, number
from helpers.analysis.headlines.phrases import (
    Row,
    base_text,
    closed,
    money,
    records,
    signed_change,
    signed_money,
    subject,
)
from helpers.analysis.wordings import joined, phrase, signed, starting, within
from helpers.vocabulary.units import Unit
from helpers.vocabulary.wording import write_value

if TYPE_CHECKING:
    import pandas as pd


def drivers_takeaway(
    frame: pd.DataFrame, desk: Desk, against: Against = "previous", member: str = ""
) -> str:
    """Name the largest effects of a ladder (``explain_gmv``, ``products.explain_products``)."""
    language = desk.language
    chosen = frame
    if "member" in frame and len(frame):
        chosen = frame[frame["member"] == member]
    if chosen.empty:
        return phrase("driver.none", language)
    ends = {row["kind"]: float(row["value"]) for row in records(chosen)}
    change = ends["end"] - ends["start"]
    effects = [
        (str(row["label"]), float(row["value"]))
        for row in records(chosen[chosen["kind"] == "effect"])
        if abs(float(row["value"])) >= 0.005
    ]
    effects.sort(key=lambda one: -abs(one[1]))
    base = base_text(desk, against)
    name = subject(chosen, desk)

    def listed(some: Sequence[tuple[str, float]]) -> str:
        names = [
            phrase(
                "driver.one",
                language,
                driver=within(label) if language == "en" else label,
                value=signed_money(value, desk),
            )
            for label, value in some
        ]
        return joined(names, language)

    with_it = [one for one in effects if one[1] * change > 0]
    against_it = [one for one in effects if one[1] * change < 0]
    if not with_it or abs(change) < 0.0005 * abs(ends["start"]):
        ups = [one for one in effects if one[1] > 0]
        downs = [one for one in effects if one[1] < 0]
        if not ups or not downs:
            return closed(phrase("driver.unchanged", language, base=base, name=name), desk)
        text = phrase(
            "driver.flat", language, base=base, name=name, ups=listed(ups), downs=listed(downs)
        )
        return closed(starting(text), desk)
    text = phrase(
        "driver.all",
        language,
        name=name,
        change=signed_money(change, desk),
        base=base,
        main=listed(with_it[:1]),
    )
    if rest := [one for one in with_it[1:] if abs(one[1]) >= 0.05 * abs(change)]:
        text += phrase("driver.also", language, others=listed(rest))
    if minus := [one for one in against_it if abs(one[1]) >= 0.05 * abs(change)]:
        text += phrase("driver.against", language, others=listed(minus))
    return closed(starting(text), desk)


def movers_takeaway(frame: pd.DataFrame, desk: Desk, against: Against = "previous") -> str:
    """Name the members that moved a figure most, and those that went the other way."""
    language = desk.language
    rows = [row for row in records(frame) if number(row["change"]) is not None]
    if not rows:
        return phrase("movers.none", language)
    named = [row for row in rows if row["member"] != "others"]
    base = base_text(desk, against)
    unit = Unit(rows[0]["unit"])
    name = subject(frame, desk)

    def one(row: Row) -> str:
        change = number(row["change"]) or 0.0
        written = (
            signed(change, unit, language, row["currency"])
            if unit is not Unit.PERCENT
            else signed_change(change, unit, desk)
        )
        return phrase("driver.one", language, driver=str(row["label"]), value=written)

    adds_up = any(number(row["share_of_change"]) is not None for row in rows)
    named.sort(key=lambda row: -abs(number(row["change"]) or 0.0))
    if not adds_up:
        return closed(
            starting(phrase("movers.level", language, name=name, first=one(named[0]), base=base)),
            desk,
        )
    total = sum(number(row["change"]) or 0.0 for row in rows)
    with_it = [row for row in named if (number(row["change"]) or 0.0) * total > 0]
    against_it = [row for row in named if (number(row["change"]) or 0.0) * total < 0]
    if not with_it:
        first, *_ = named
        return closed(
            starting(phrase("movers.level", language, name=name, first=one(first), base=base)), desk
        )
    text = phrase(
        "movers.up" if total > 0 else "movers.down",
        language,
        name=name,
        change=signed(total, unit, language, rows[0]["currency"]),
        base=base,
        first=one(with_it[0]),
    )
    worth_it = 0.05 * abs(total)
    if others := [row for row in with_it[1:3] if abs(number(row["change"]) or 0.0) >= worth_it]:
        text += phrase(
            "movers.next", language, others=joined([one(row) for row in others], language)
        )
    if minus := [row for row in against_it[:2] if abs(number(row["change"]) or 0.0) >= worth_it]:
        text += phrase(
            "movers.against", language, others=joined([one(row) for row in minus], language)
        )
    return closed(starting(text), desk)


def bridge_takeaway(frame: pd.DataFrame, desk: Desk, member: str = "") -> str:
    """Say what is left of sales after the deductions, and which of them is the largest."""
    language = desk.language
    chosen = frame[frame["member"] == member] if len(frame) else frame
    if chosen.empty:
        return phrase("bridge.none", language)
    rows = records(chosen)
    start = next(row for row in rows if row["kind"] == "start")
    end = next(row for row in rows if row["kind"] == "end")
    effects = [row for row in rows if row["kind"] == "effect"]
    value, share = float(end["value"]), number(end["share_of_gmv"])
    text = phrase(
        "bridge.contribution" if value >= 0 else "bridge.loss",
        language,
        share=write_value(share, Unit.PERCENT, language),
        start=within(start["label"]) if language == "en" else start["label"],
        end=within(end["label"]) if language == "en" else end["label"],
        value=money(value, desk),
        whole=money(float(start["value"]), desk),
    )
    if effects and min(row["value"] for row in effects) < 0:
        largest = min(effects, key=lambda row: row["value"])
        label = largest["label"]
        text += phrase(
            "bridge.largest",
            language,
            label=within(label) if language == "en" else label,
            value=money(-largest["value"], desk),
        )
    if end["step"] == "net_sales":
        name = desk.metric_label("contribution")
        text += phrase("bridge.stops", language, name=within(name) if language == "en" else name)
    return closed(starting(text), desk)
