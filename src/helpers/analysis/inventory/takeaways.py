"""What to conclude about stock, in one sentence for each exhibit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.analysis.desk import Desk, number
from helpers.analysis.inventory.demand import BASE_DAYS
from helpers.analysis.rules.rulebook import rules_of
from helpers.analysis.wordings import phrase, starting
from helpers.vocabulary.units import Unit
from helpers.vocabulary.wording import write_value

if TYPE_CHECKING:
    import pandas as pd

#: What the sentence about actions counts, in this order: its words, and those of its money.
_ACTS = {
    "buy": ("buy", "cash"),
    "ask": ("heavy", "cash"),
    "chase": ("chase", ""),
    "move": ("to_move", "saved"),
    "clear": ("to_clear", "tied"),
}


def stock_takeaway(frame: pd.DataFrame, desk: Desk) -> str:
    """Sum up ``acting.to_act_on``: what to buy, speed up, move and clear, with the money in it."""
    language = desk.language
    if frame.empty:
        has_report = desk.warehouse.has("inventory_snapshots")
        return phrase("stock.nothing" if has_report else "stock.none", language)
    told = []
    for action, (words, money) in _ACTS.items():
        part = frame[frame["action"] == action]
        if part.empty:
            continue
        text = phrase(f"stock.{words}", language, count=f"{len(part):,}", plural=len(part) != 1)
        cash = number(part["cash"].astype("float64").sum(min_count=1))
        if money and cash is not None:
            written = write_value(cash, Unit.MONEY, language, desk.currency)
            text += phrase(f"stock.{money}", language, cash=written)
        if action == "clear":
            text += _unsold(part, desk)
        told.append(text)
    return _sentence(told, desk)


def cover_takeaway(frame: pd.DataFrame, desk: Desk) -> str:
    """Sum up ``cover.cover_table``: how many positions run out, and how many lie too long."""
    language = desk.language
    if frame.empty:
        return phrase("stock.none", language)
    days = f"{rules_of(desk)['R08'].at('cover_days'):.0f}"
    told = []
    for key, verdict in (("runs_out", "runs_out"), ("out", "out_of_stock"), ("clear", "overstock")):
        if count := int((frame["verdict"] == verdict).sum()):
            told.append(phrase(f"stock.{key}", language, count=f"{count:,}", days=days,
                               plural=count != 1))  # fmt: skip
    if not told:
        return phrase("stock.fine", language, count=f"{len(frame):,}")
    return _sentence(told, desk)


def buying_takeaway(frame: pd.DataFrame, desk: Desk) -> str:
    """Sum up ``acting.buying_list``: how many articles, how many at once, and the cash it takes."""
    language = desk.language
    if frame.empty:
        return phrase("stock.nothing", language)
    is_heavy = frame["is_minimum_heavy"].astype(bool)
    told = []
    for words, part in (("buy", frame[~is_heavy]), ("heavy", frame[is_heavy])):
        if part.empty:
            continue
        text = phrase(f"stock.{words}", language, count=f"{len(part):,}", plural=len(part) != 1)
        cash = number(part["cash"].astype("float64").sum(min_count=1))
        if cash is not None:
            written = write_value(cash, Unit.MONEY, language, desk.currency)
            text += phrase("stock.cash", language, cash=written)
        if words == "buy" and (urgent := int(part["is_urgent"].sum())):
            key = "stock.urgent_all" if urgent == len(part) else "stock.urgent"
            text += phrase(key, language, count=f"{urgent:,}", plural=len(part) != 1)
        told.append(text)
    return _sentence(told, desk)


def _unsold(cleared: pd.DataFrame, desk: Desk) -> str:
    """Say how many positions to clear did not sell at all: they hold no days of sales."""
    count = int((cleared["verdict"] == "no_sales").sum())
    if not count:
        return ""
    key = "stock.unsold_only" if len(cleared) == 1 else "stock.unsold"
    return phrase(key, desk.language, count=f"{count:,}", days=str(BASE_DAYS))


def _sentence(parts: list[str], desk: Desk) -> str:
    joint, stop = ("；", "。") if desk.language == "zh" else ("; ", ".")
    return starting(joint.join(parts)) + stop
