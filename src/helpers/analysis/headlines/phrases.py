"""The turns of speech that every sentence is put together from: when, against what, how much."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from babel.dates import format_date

from helpers.analysis.desk import Against, Desk, number
from helpers.analysis.wordings import phrase, signed, templates
from helpers.vocabulary.periods import parse_period
from helpers.vocabulary.units import Unit
from helpers.vocabulary.wording import LOCALE, write_change, write_date, write_value

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, Any]


def when_text(desk: Desk) -> str:
    """Say when: in November 2011, or over the days that have elapsed."""
    named = desk.elapsed.label(desk.language)
    key = "when.in" if desk.elapsed.kind in ("month", "quarter", "year", "week") else "when.over"
    return phrase(key, desk.language, period=named)


def base_text(desk: Desk, against: Against, *, short: bool = False) -> str:
    """Name a baseline: the month before, the same days of last year, 环比, 同比.

    ``short`` leaves out the year of a month that the sentence has named already.
    """
    baseline = desk.baseline(against)
    whole = desk.period.previous() if against == "previous" else desk.period.year_ago()
    if baseline is None:
        return whole.label(desk.language)
    if desk.period.kind == "year":
        against = "year_ago"
    is_near = short and whole.kind == "month" and whole.start.year == desk.period.start.year
    named = (
        format_date(whole.start, "LLLL", locale=LOCALE[desk.language])
        if is_near
        else whole.label(desk.language)
    )
    key = f"base.{against}"
    if baseline.text != whole.text or not desk.is_complete:
        key += "_same_days" if whole.kind == "month" else "_same_part"
        period = named if whole.kind == "month" else baseline.label(desk.language)
    elif whole.kind not in ("month", "quarter", "year", "week") and against == "previous":
        key, period = "base.previous_named", whole.label(desk.language)
    else:
        period = named
    return phrase(key, desk.language, period=period)


def subject(frame: pd.DataFrame, desk: Desk) -> str:
    """Name what a frame is about: the metric, of a member where it is of one."""
    metric = str(frame["metric"].iloc[0]) if "metric" in frame and len(frame) else "gmv"
    return spoken(metric, desk)


def spoken(metric: str, desk: Desk) -> str:
    """Name a metric as people say it: long names have a short one for sentences."""
    short = templates().get(f"name.{metric}")
    return phrase(f"name.{metric}", desk.language) if short else desk.metric_label(metric)


def name_of(row: Row, desk: Desk) -> str:
    """Name the figure of a row: its metric, of its member."""
    return with_member(row, desk) if row["dimension"] else spoken(row["metric"], desk)


def with_member(row: Row, desk: Desk) -> str:
    """Add whose figure it is."""
    if desk.language == "zh":
        return f"{row['label']}{spoken(row['metric'], desk)}"
    return f"{spoken(row['metric'], desk)} ({row['label']})"


def preliminary(desk: Desk) -> str:
    """Say that a figure may still change, where it may."""
    if desk.is_complete:
        return ""
    space = "" if desk.language == "zh" else " "
    day = write_date(desk.elapsed.end, desk.language)
    return space + phrase("preliminary.note", desk.language, day=day)


def row_of(card: pd.DataFrame | Row, metric: str | None) -> Row | None:
    """Choose the row of a metric; None where the card does not hold it."""
    if isinstance(card, dict):
        return card
    chosen = [row for row in rows_of(card) if metric is None or row["metric"] == metric]
    return chosen[0] if chosen else None


def rows_of(card: pd.DataFrame) -> list[Row]:
    """Read rows with every missing number as None."""
    return [row | {"value": number(row["value"])} for row in records(card)]


def records(frame: pd.DataFrame) -> list[Row]:
    """Give a frame as rows."""
    return [{str(key): value for key, value in one.items()} for one in frame.to_dict("records")]


def write(row: Row, value: float, desk: Desk) -> str:
    """Write a value in its row's unit."""
    return write_value(
        value, Unit(row["unit"]), desk.language, row.get("currency") or desk.currency
    )


def money(value: float, desk: Desk) -> str:
    """Write an amount in the base currency."""
    return write_value(value, Unit.MONEY, desk.language, desk.currency)


def signed_money(value: float, desk: Desk) -> str:
    """Write an amount with its sign."""
    return signed(value, Unit.MONEY, desk.language, desk.currency)


def signed_change(change: float, unit: Unit, desk: Desk) -> str:
    """Write a change in the unit of its metric, with its sign."""
    return write_change(change, unit, desk.language)


def month_name(text: str, desk: Desk) -> str:
    """Name a month as readers do."""
    return parse_period(str(text)).label(desk.language)


def joined_clauses(parts: Sequence[str], desk: Desk) -> str:
    """Put clauses into one sentence."""
    return ("；" if desk.language == "zh" else "; ").join(part for part in parts if part)


def closed(text: str, desk: Desk) -> str:
    """End a sentence."""
    return text + ("。" if desk.language == "zh" else ".")
