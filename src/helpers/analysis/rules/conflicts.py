"""Where two rules ask opposite things of one article, and which numbers would end it (DOMAIN A3).

Each conflict is told twice: by the rules' own numbers, whatever the data; and by the positions of
the data that are caught in between.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helpers.analysis.desk import Desk
from helpers.analysis.inventory.acting import REVIEW_DAYS
from helpers.analysis.inventory.classes import abc_table
from helpers.analysis.inventory.cover import cover_table
from helpers.analysis.rules.case import Told, fill
from helpers.analysis.rules.rulebook import Rule, rulebook, rules_of
from helpers.vocabulary.wording import MINUS

if TYPE_CHECKING:
    import pandas as pd

DAYS_OF_A_MONTH, DAYS_OF_A_YEAR = 30.0, 365.0
CONFLICT_COLUMNS = ["pair", "label", "says", "ends", "is_live", "caught", "articles", "cash",
                    "currency"]  # fmt: skip
CAUGHT_COLUMNS = [
    "pair", "conflict", "member", "label", "store", "store_label", "abc_class", "cover_days",
    "on_hand", "cash", "first_says", "second_says", "currency",
]  # fmt: skip


@dataclass(frozen=True)
class PolicyCover:
    """What cover days by class come to for the whole stock.

    Attributes:
        least: Revenue-weighted days, class B at its own days or, left open, at none.
        turns: The same as turns a year.
        b_needed: Days that class B would need for the whole to come to ``claimed``; None without
            a claim or without a class B.
        a_needed: Days of class A at which the claim would hold, class B as in ``least``.
    """

    least: float
    turns: float
    b_needed: float | None
    a_needed: float | None


@dataclass(frozen=True)
class _Conflict:
    """Two rules whose numbers contradict each other, and what catches a position between them.

    ``class_`` is the ABC class that is caught (empty: all); ``above`` and ``below`` the days of
    cover between which both rules speak.
    """

    pair: str
    class_: str
    above: float
    below: float
    told: Mapping[str, Told]


def policy_cover(
    a_share: float,
    c_share: float,
    a_days: float,
    c_days: float,
    b_days: float | None = None,
    claimed: float | None = None,
) -> PolicyCover:
    """Weigh the classes' cover days by their shares of revenue (A3-3).

    >>> found = policy_cover(0.6, 0.1, 90, 15, claimed=42)
    >>> round(found.least, 1), round(found.b_needed, 1)
    (55.5, -45.0)
    """
    b_share = 1 - a_share - c_share
    sides = a_share * a_days + c_share * c_days
    least = sides + b_share * (b_days or 0.0)
    b_needed = (claimed - sides) / b_share if claimed is not None and b_share > 1e-9 else None
    a_needed = None
    if claimed is not None:
        a_needed = (claimed - c_share * c_days - b_share * (b_days or 0.0)) / a_share
    return PolicyCover(least, DAYS_OF_A_YEAR / least, b_needed, a_needed)


def conflicts(desk: Desk) -> pd.DataFrame:
    """List the rules that contradict each other as this company has them.

    Returns:
        pair (``R07-R09``), label, says (what each demands, in figures), ends (which numbers would
        end it), is_live (both rules are switched on), caught (stock positions between the two),
        articles, cash (cost of what they hold, base currency; empty where unknown), currency.
        Empty where no two rules contradict each other.
    """
    import pandas as pd

    rules, between = rules_of(desk), caught(desk)
    rows = []
    for one in _conflicts(rules):
        words = rulebook().conflicts[one.pair]
        held = between[between["pair"] == one.pair]
        cash = pd.to_numeric(held["cash"]).dropna()
        rows.append(
            {
                "pair": one.pair,
                "label": words.label.text(desk.language),
                "says": fill(words.says, desk.currency, plural=True, **one.told).text(
                    desk.language
                ),
                "ends": fill(words.ends, desk.currency, plural=True, **one.told).text(
                    desk.language
                ),
                "is_live": all(rules[name].enabled for name in one.pair.split("-")),
                "caught": len(held),
                "articles": held["member"].nunique(),
                "cash": float(cash.sum()) if len(cash) else None,
                "currency": desk.currency,
            }
        )
    return pd.DataFrame(rows, columns=CONFLICT_COLUMNS)


def caught(desk: Desk) -> pd.DataFrame:
    """List the stock positions that two rules pull in opposite directions.

    Returns:
        pair, conflict (its label), member, label, store, store_label, abc_class, cover_days,
        on_hand, cash (cost of what it holds), first_says and second_says (what the two rules ask,
        in words), currency; the most money first within each pair.
    """
    import pandas as pd

    cover = cover_table(desk)
    classes = abc_table(desk)[["member", "abc_class"]]
    joined = cover.merge(classes, on="member", how="left")
    days = pd.to_numeric(joined["cover_days"])
    parts = []
    for one in _conflicts(rules_of(desk)):
        words = rulebook().conflicts[one.pair]
        between = (days > one.above) & (days < one.below)
        if one.class_:
            between &= joined["abc_class"] == one.class_
        held = joined[between]
        if held.empty:
            continue
        parts.append(
            held.assign(
                pair=one.pair,
                conflict=words.label.text(desk.language),
                first_says=words.first.text(desk.language),
                second_says=words.second.text(desk.language),
                cash=pd.to_numeric(held["stock_value"]),
            )
        )
    if not parts:
        return pd.DataFrame(columns=CAUGHT_COLUMNS)
    return (
        pd.concat(parts, ignore_index=True)
        .sort_values(["pair", "cash", "member"], ascending=[True, False, True], ignore_index=True)
        .reindex(columns=CAUGHT_COLUMNS)
    )


def _conflicts(rules: Mapping[str, Rule]) -> list[_Conflict]:
    """Hold the rules' numbers against each other."""
    factor, clearance = rules["R07"].at("factor"), rules["R08"].at("cover_days")
    safety = factor * DAYS_OF_A_MONTH
    turns, turn_days = rules["R09"].at("turns"), rules["R09"].at("days")
    room = turn_days / turns
    policy = rules["R10"]
    a_days, c_days = policy.at("a_days"), policy.at("c_days")
    found = []
    if safety > room:
        found.append(
            _Conflict("R07-R09", "", room, safety, {
                "safety": (safety, "days"), "room": (room, "days"), "turns": f"{turns:g}",
                "days": (turn_days, "days"), "implied": f"{turn_days / safety:.2f}",
                "factor": f"{room / DAYS_OF_A_MONTH:.2f}", "period": (safety * turns, "days"),
            })
        )  # fmt: skip
    if c_days < safety:
        found.append(
            _Conflict("R07-R10", "C", c_days, safety, {
                "c_days": (c_days, "days"), "safety": (safety, "days"),
                "factor": f"{c_days / DAYS_OF_A_MONTH:.2f}",
            })
        )  # fmt: skip
    if a_days + REVIEW_DAYS > clearance:
        found.append(
            _Conflict("R08-R10", "A", clearance, a_days + REVIEW_DAYS, {
                "a_days": (a_days, "days"), "clearance": (clearance, "days"),
                "high": (a_days + REVIEW_DAYS, "days"),
                "low": (max(0.0, clearance - REVIEW_DAYS), "days"),
                "review": (float(REVIEW_DAYS), "days"),
            })
        )  # fmt: skip
    claimed = policy.open_at("claimed_days")
    whole = policy_cover(policy.at("a_share"), policy.at("c_share"), a_days, c_days,
                         policy.open_at("b_days"), claimed)  # fmt: skip
    if claimed is not None and whole.least > claimed:
        assert whole.a_needed is not None
        needed = "–" if whole.b_needed is None else f"{whole.b_needed:.0f}".replace("-", MINUS)
        told: dict[str, Any] = {
            "least": f"{whole.least:.1f}", "claimed": (claimed, "days"),
            "turns": f"{whole.turns:.2f}", "a_needed": f"{whole.a_needed:.1f}",
            "b_needed": needed,
        }  # fmt: skip
        found.append(_Conflict("R10-R10", "-", 0, 0, told))
    return found
