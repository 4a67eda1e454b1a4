"""Ask every rule: one check a rule, from the room of its subject."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from helpers.analysis.desk import Desk
from helpers.analysis.rules import (
    customers,
    experiments,
    logistics,
    planning,
    products,
    promotions,
    service,
    stock,
    suppliers,
    traffic,
)
from helpers.analysis.rules.agenda import Agenda
from helpers.analysis.rules.answer import ITEM_COLUMNS, Answer
from helpers.analysis.rules.case import Case
from helpers.analysis.rules.rulebook import rules_of

if TYPE_CHECKING:
    import pandas as pd

Check = Callable[[Case], Answer]

CHECKS: Mapping[str, Check] = {
    name: check
    for room in (traffic, products, stock, customers, service, suppliers, logistics, promotions,
                 experiments, planning)
    for name, check in room.CHECKS.items()
}  # fmt: skip


def check_rules(desk: Desk, agenda: Agenda | None = None, only: Sequence[str] = ()) -> list[Answer]:
    """Ask the rules that are switched on.

    Args:
        desk: One company and period.
        agenda: What its plan says; None: no plan.
        only: Ids to ask; empty: all that are on.

    Returns:
        One answer a rule, in the order of ids.

    Raises:
        DeclarationFaulty: The workspace's ``rules.yml`` is unsound.
    """
    rules = rules_of(desk)
    wanted = [name for name in sorted(rules) if rules[name].enabled and name in (only or rules)]
    has = cache(desk.warehouse.has)  # thirty rules need the same dozen tables
    return [_asked(Case(name, rules[name], desk, agenda or Agenda()), has) for name in wanted]


def _asked(case: Case, has: Callable[[str], bool]) -> Answer:
    missing = [table for table in case.rule.needs if not has(table)]
    return case.lacks(missing) if missing else CHECKS[case.id](case)


def items_of(answers: Sequence[Answer]) -> pd.DataFrame:
    """Put the items of all answers that ask to act into one list, rule by rule."""
    import pandas as pd

    parts = [one.items for one in answers if one.answer == "act" and len(one.items)]
    if not parts:
        return pd.DataFrame(columns=list(ITEM_COLUMNS))
    return pd.concat([part.astype(object) for part in parts], ignore_index=True)
