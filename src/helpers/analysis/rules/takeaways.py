"""What to conclude from the rules' answers, in one sentence for each exhibit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.analysis.desk import Desk, number
from helpers.analysis.wordings import joined, phrase
from helpers.vocabulary.units import Unit
from helpers.vocabulary.wording import write_date, write_value

if TYPE_CHECKING:
    import pandas as pd

#: A supplier of fewer deliveries is named neither best nor worst.
DELIVERIES_AT_LEAST = 5
_NAMED = 3


def act_takeaway(frame: pd.DataFrame, desk: Desk) -> str:
    """Say how many rules ask to act, and which have the most money in them."""
    if frame.empty:
        return phrase("rules.none_act", desk.language)
    text = phrase("rules.act", desk.language, count=f"{len(frame)}", plural=len(frame) != 1)
    dear = frame[frame["cash"].notna()].head(_NAMED)
    named = [
        phrase("rules.one_cash", desk.language, label=row["label"], cash=_money(row["cash"], desk))
        for row in dear.to_dict("records")
    ]
    if named:
        text += phrase("rules.most", desk.language, named=joined(named, desk.language))
    return _closed(text, desk)


def items_takeaway(frame: pd.DataFrame, desk: Desk) -> str:
    """Count the items, and the money in them."""
    if frame.empty:
        return phrase("rules.no_items", desk.language)
    text = phrase("rules.items", desk.language, count=f"{len(frame):,}", plural=len(frame) != 1)
    cash = number(frame["cash"].astype("float64").sum(min_count=1))
    if cash is not None:
        text += phrase("rules.in_all", desk.language, cash=_money(cash, desk))
    return _closed(text, desk)


def dated_takeaway(frame: pd.DataFrame, desk: Desk) -> str:
    """Say how many days are to be kept, and the next of them."""
    if frame.empty:
        return phrase("rules.no_dates", desk.language)
    first = frame.iloc[0]
    text = phrase(
        "rules.dates",
        desk.language,
        count=f"{len(frame)}",
        day=write_date(first["due"], desk.language),
        action=str(first["action_label"]),
        label=str(first["label"]),
        plural=len(frame) != 1,
    )
    return _closed(text, desk)


def conflicts_takeaway(frame: pd.DataFrame, desk: Desk) -> str:
    """Count the pairs that contradict each other, and what is caught between the live ones."""
    if frame.empty:
        return phrase("rules.no_conflicts", desk.language)
    caught = int(frame.loc[frame["is_live"], "caught"].sum())
    text = phrase("rules.conflicts", desk.language, count=f"{len(frame)}", plural=len(frame) != 1)
    text += phrase("rules.caught", desk.language, count=f"{caught:,}", plural=caught != 1)
    return _closed(text, desk)


def caught_takeaway(frame: pd.DataFrame, desk: Desk) -> str:
    """Name the position with the most money that two rules pull apart."""
    if frame.empty:
        return phrase("rules.none_caught", desk.language)
    dear = frame.assign(cash=frame["cash"].astype("float64")).sort_values("cash", ascending=False)
    first = dear.iloc[0]
    text = phrase(
        "rules.dearest_caught",
        desk.language,
        label=str(first["label"]),
        store=str(first["store_label"]),
        days=write_value(float(first["cover_days"]), Unit.DAYS, desk.language),
        first=str(first["first_says"]),
        second=str(first["second_says"]),
    )
    return _closed(text, desk)


def lacking_takeaway(frame: pd.DataFrame, desk: Desk) -> str:
    """Count the rules that cannot be answered."""
    if frame.empty:
        return phrase("rules.all_answered", desk.language)
    text = phrase("rules.lacking", desk.language, count=f"{len(frame)}", plural=len(frame) != 1)
    return _closed(text, desk)


def suppliers_takeaway(frame: pd.DataFrame, desk: Desk) -> str:
    """Name the best and the worst supplier by score."""
    judged = frame[(frame["deliveries"] >= DELIVERIES_AT_LEAST) & frame["score"].notna()]
    if judged.empty:
        return phrase("rules.no_suppliers", desk.language)
    best, worst = judged.iloc[0], judged.iloc[-1]
    text = phrase(
        "rules.suppliers",
        desk.language,
        best=str(best["label"]),
        high=f"{best['score']:.0f}",
        worst=str(worst["label"]),
        low=f"{worst['score']:.0f}",
    )
    return _closed(text, desk)


def carriers_takeaway(frame: pd.DataFrame, desk: Desk) -> str:
    """Name the carrier and lane that keep people waiting longest past the promise."""
    known = frame[frame["delay_days"].notna()].sort_values("delay_days", ascending=False)
    if known.empty:
        return phrase("rules.no_carriers", desk.language)
    first = known.iloc[0]
    key = "rules.late_carrier" if first["delay_days"] > 0 else "rules.no_late_carrier"
    text = phrase(
        key,
        desk.language,
        carrier=str(first["carrier"]),
        lane=str(first["lane"]),
        days=f"{first['delay_days']:.1f}",
        count=f"{int(first['shipments'])}",
    )
    return _closed(text, desk)


def _money(value: float, desk: Desk) -> str:
    return write_value(value, Unit.MONEY, desk.language, desk.currency)


def _closed(text: str, desk: Desk) -> str:
    return text + ("。" if desk.language == "zh" else ".")
