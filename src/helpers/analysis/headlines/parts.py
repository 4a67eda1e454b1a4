"""Parts of a whole in words: rankings, shares, funnels, advertising and returns."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from helpers.analysis.comparison import adds_up
from helpers.analysis.desk import Against, Desk, number
from helpers.analysis.headlines.phrases import (
    Row,
    base_text,
    closed,
    money,
    records,
    signed_change,
    when_text,
    write,
)
from helpers.analysis.signal import MINIMUM_CASES
from helpers.analysis.wordings import phrase, starting, within
from helpers.vocabulary.units import Unit
from helpers.vocabulary.wording import write_value

if TYPE_CHECKING:
    import pandas as pd

#: A share that is written as 100.0 %.
NEARLY_ALL = 0.9995
_MOVED = ("signal_up", "signal_down")


def ranking_takeaway(frame: pd.DataFrame, desk: Desk, metric: str = "gmv") -> str:
    """Name the first of a ranking (``top_products``, a ``compare`` frame by members, movers)."""
    language = desk.language
    rows = [row for row in records(frame) if number(row["value"]) is not None]
    if not rows:
        return phrase("ranking.none", language)
    rows.sort(key=lambda row: -float(row["value"]))
    for row in rows:
        row.setdefault("unit", str(desk.unit(metric)))
        row.setdefault("currency", desk.currency)
    if len(rows) == 1:
        only = write(rows[0], float(rows[0]["value"]), desk)
        label = str(rows[0]["label"])
        return closed(phrase("ranking.only", language, label=label, value=only), desk)
    total = sum(float(row["value"]) for row in rows)
    has_share = "share" in rows[0]
    # Customers of two markets may be the same person: such counts have no shares.
    dimension = str(rows[0].get("dimension") or "")
    is_whole = adds_up(metric, dimension) and Unit(desk.unit(metric)).is_amount
    text = phrase(
        "ranking.first",
        language,
        label=str(rows[0]["label"]),
        value=write(rows[0], float(rows[0]["value"]), desk),
    )
    share = number(rows[0]["share"]) if has_share else None
    if share is None and is_whole and total > 0 and not has_share:
        share = float(rows[0]["value"]) / total
    if share is not None:
        of_what = "share_of_merchandise" if metric == "merchandise_gmv" else "share"
        text += phrase(
            f"ranking.{of_what}", language, share=write_value(share, "percent", language)
        )
    if len(rows) > 1:
        text += phrase(
            "ranking.next",
            language,
            label=str(rows[1]["label"]),
            value=write(rows[1], float(rows[1]["value"]), desk),
        )
    together = sum(number(row["share"]) or 0.0 for row in rows) if has_share else 0.0
    # That all of them make everything says nothing.
    if len(rows) > 2 and 0 < together < NEARLY_ALL:
        text += phrase(
            "ranking.top",
            language,
            count=str(len(rows)),
            share=write_value(together, "percent", language),
        )
    if entered := sum(row.get("standing") == "entered" for row in rows):
        text += phrase("ranking.entered", language, count=str(entered), plural=entered != 1)
    return closed(text, desk)


def pareto_takeaway(frame: pd.DataFrame, desk: Desk) -> str:
    """Say how few products make the first 60 % of sales."""
    if frame.empty:
        return phrase("ranking.none", desk.language)
    leading = frame[frame["abc_class"] == "A"]
    text = phrase(
        "ranking.pareto",
        desk.language,
        count=f"{len(leading):,}",
        all=f"{len(frame):,}",
        share=write_value(float(leading["share"].sum()), "percent", desk.language),
    )
    return closed(text, desk)


def advertising_takeaway(frame: pd.DataFrame, desk: Desk) -> str:
    """Say what advertising returned, which campaign did best, and what was spent for nothing."""
    language = desk.language
    if frame.empty or frame["spend"].isna().all():
        return phrase("advertising.none", language)
    spend = float(frame["spend"].sum())
    sales = number(frame["sales"].sum(min_count=1))
    told = number(frame["spend_with_sales"].sum(min_count=1))
    named: Row = {"spend": money(spend, desk), "when": when_text(desk)}
    if sales is None or not told:
        return closed(starting(phrase("advertising.spend", language, **named)), desk)
    # Money that reports no sales has not returned nothing: it says nothing of what it returned.
    is_all = math.isclose(told, spend, abs_tol=0.005)
    text = phrase(
        "advertising.total" if is_all else "advertising.partly",
        language,
        roas=write_value(sales / told, "times", language),
        told=money(told, desk),
        **named,
    )
    # A campaign is called the best only on enough orders and a share of the money that counts.
    fair = frame[
        (frame["orders"] >= MINIMUM_CASES)
        & (frame["spend"] >= 0.02 * spend)
        & frame["roas"].notna()
    ]
    if len(fair) > 1:
        best = fair.sort_values("roas", ascending=False).iloc[0]
        text += phrase(
            "advertising.best",
            language,
            label=str(best["label"]),
            roas=write_value(float(best["roas"]), "times", language),
        )
    waste = frame[(frame["orders"] == 0) & (frame["spend"] > 0)]
    if len(waste):
        text += phrase(
            "advertising.waste",
            language,
            spend=money(float(waste["spend"].sum()), desk),
            count=str(len(waste)),
            plural=len(waste) != 1,
        )
    return closed(starting(text), desk)


def funnel_takeaway(frame: pd.DataFrame, desk: Desk, against: Against = "previous") -> str:
    """Say what share of visits became orders, and which step changed most."""
    language = desk.language
    rows = [row for row in records(frame) if number(row["value"]) is not None]
    if len(rows) < 2:
        return phrase("funnel.none", language)
    visits = next((row for row in rows if row["step"] in ("sessions", "visitors")), rows[0])
    last = rows[-1]
    lower = within if language == "en" else str
    base_value = float(visits["value"])
    if base_value <= 0:
        return phrase("funnel.none", language)
    text = phrase(
        "funnel.rate",
        language,
        rate=write_value(float(last["value"]) / base_value, "percent", language),
        first=lower(str(visits["label"])),
        last=lower(str(last["label"])),
    )
    before, was = number(visits["previous"]), number(last["previous"])
    if before and was is not None:
        change = float(last["value"]) / base_value - was / before
        text += phrase(
            "funnel.change",
            language,
            signed=signed_change(change, Unit.PERCENT, desk),
            base=base_text(desk, against),
        )
    moved = [row for row in rows if row["signal"] in _MOVED and row["step"] != visits["step"]]
    if moved:
        most = max(moved, key=lambda row: abs(row["rate_change"] / row["rate"]))
        text += phrase(
            "funnel.weakest",
            language,
            label=lower(str(most["rate_label"])),
            signed=signed_change(float(most["rate_change"]), Unit.PERCENT, desk),
        )
    return closed(starting(text), desk)


def returns_takeaway(
    products: pd.DataFrame, desk: Desk, reasons: pd.DataFrame | None = None
) -> str:
    """Say which products come back more than chance allows, and why buyers say so."""
    language = desk.language
    told = []
    if not products.empty:
        worse = products[products["is_worse"]]
        average = write_value(number(products["average"].iloc[0]), "percent", language)
        if len(worse):
            told.append(
                phrase(
                    "returns.worse",
                    language,
                    count=str(len(worse)),
                    average=average,
                    label=str(worse["label"].iloc[0]),
                    rate=write_value(float(worse["value"].iloc[0]), "percent", language),
                    plural=len(worse) != 1,
                )
            )
        else:
            told.append(phrase("returns.fine", language, average=average))
    if reasons is not None and not reasons.empty:
        told.append(
            phrase(
                "returns.reason",
                language,
                label=str(reasons["label"].iloc[0]),
                share=write_value(float(reasons["share"].iloc[0]), "percent", language),
                count=f"{reasons['value'].sum():,.0f}",
            )
        )
    if not told:
        return phrase("returns.none", language)
    full_stop = "" if language == "zh" else " "
    return full_stop.join(closed(one, desk) for one in told)
