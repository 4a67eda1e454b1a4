"""What a plan says that rules ask about, as tables: the plan itself lives on a floor above."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

ACTION_COLUMNS = ["id", "label", "started_on", "due", "done_on", "status"]
RISK_COLUMNS = ["id", "label", "kind", "reviewed_on", "actions"]
CAPTURE_COLUMNS = ["rival", "captured_on", "price", "main_image", "detail_page", "has_promotion"]


def _frame(columns: list[str]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(columns=columns)


@dataclass(frozen=True, eq=False)
class Agenda:
    """The dated part of a plan.

    Attributes:
        actions: id, label (in the desk's language), started_on, due, done_on (dates), status.
        risks: id, label, kind, reviewed_on, actions (tuple of ids).
        captures: What people noted of rivals: rival, captured_on, price, main_image,
            detail_page, has_promotion.
    """

    actions: pd.DataFrame = field(default_factory=lambda: _frame(ACTION_COLUMNS))
    risks: pd.DataFrame = field(default_factory=lambda: _frame(RISK_COLUMNS))
    captures: pd.DataFrame = field(default_factory=lambda: _frame(CAPTURE_COLUMNS))
