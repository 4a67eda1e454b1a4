"""Answers and items as tables that a page can show; which words they use is declared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.analysis.desk import Desk
from helpers.analysis.rules.answer import ITEM_COLUMNS, Answer
from helpers.analysis.rules.checking import items_of
from helpers.analysis.rules.rulebook import rules_of

if TYPE_CHECKING:
    import pandas as pd

ANSWER_COLUMNS = ["rule", "label", "phrase", "sentence", "items", "cash", "action", "needs",
                  "currency", "status"]  # fmt: skip


def answers_table(answers: Sequence[Answer], desk: Desk, verdict: str = "act") -> pd.DataFrame:
    """List the rules that gave one answer.

    Args:
        answers: ``checking.check_rules``.
        desk: Whose language and rules.
        verdict: ``act``, ``fine`` or ``not_enough_data``.

    Returns:
        rule, label, phrase (what the source says), sentence, items (how many to act on), cash
        (of the items, base currency; empty where none is known), action (what to do), needs
        (names of missing tables), currency, status. The most money first where there is some.
    """
    import pandas as pd

    rules = rules_of(desk)
    rows = [
        {
            "rule": one.rule,
            "label": rules[one.rule].label.text(desk.language),
            "phrase": rules[one.rule].phrase,
            "sentence": one.sentence.text(desk.language),
            "items": len(one.items),
            "cash": one.cash,
            "action": rules[one.rule].action.text(desk.language),
            "needs": ", ".join(one.lacking),
            "currency": desk.currency,
            "status": "ok",
        }
        for one in answers
        if one.answer == verdict
    ]
    table = pd.DataFrame(rows, columns=ANSWER_COLUMNS)
    return table.sort_values(
        ["cash", "rule"], ascending=[False, True], na_position="last", ignore_index=True
    )


def items_table(answers: Sequence[Answer], desk: Desk, only: Sequence[str]) -> pd.DataFrame:
    """List the items of some rules, the most money first.

    Returns:
        ``ITEM_COLUMNS``, rule_label, currency, status.
    """
    return _named(items_of([one for one in answers if one.rule in only]), desk).sort_values(
        ["cash", "quantity", "item"], ascending=[False, False, True], na_position="last",
        ignore_index=True,
    )  # fmt: skip


def dated_table(answers: Sequence[Answer], desk: Desk) -> pd.DataFrame:
    """List the items of all rules that have a day to be done by, the next one first.

    Returns:
        As ``items_table``.
    """
    found = items_of(answers)
    return _named(found[found["due"].notna()], desk).sort_values(
        ["due", "rule", "item"], ignore_index=True
    )


def _named(items: pd.DataFrame, desk: Desk) -> pd.DataFrame:
    import pandas as pd

    rules = rules_of(desk)
    labels = [rules[rule].label.text(desk.language) for rule in items["rule"]]
    numbers = {name: pd.to_numeric(items[name]) for name in ("cash", "quantity")}
    days = pd.Series(
        [None if pd.isna(day) else pd.Timestamp(day).date() for day in items["due"]], dtype=object
    )
    told = items.assign(rule_label=labels, due=days.to_numpy(), currency=desk.currency,
                        status="ok", **numbers)  # fmt: skip
    return told[[*ITEM_COLUMNS, "rule_label", "currency", "status"]]
