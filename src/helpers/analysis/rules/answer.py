"""What a rule answers: act, fine or not enough data, with the figure, the evidence and the list."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from helpers.vocabulary.labels import Label

if TYPE_CHECKING:
    import pandas as pd

Verdict = Literal["act", "fine", "not_enough_data"]

#: What a thing to act on is told by. ``scope`` is ``dimension:member`` (``store:amazon-us``),
#: empty for the whole company; ``action`` a key of ``actions`` in ``rules.yml``; ``cash`` is in
#: base currency: what it takes, saves, ties up or brings (``cash_kind`` says which).
ITEM_COLUMNS = (
    "rule", "item", "label", "scope", "scope_label", "action", "action_label", "quantity", "unit",
    "cash", "cash_kind", "due", "detail",
)  # fmt: skip


#: Money that acting costs, frees or brings; what merely stands beside an item (what was bought
#: from a supplier, what a customer spent) is not at stake.
AT_STAKE = ("needed", "tied_up", "saved", "spent", "gained", "costs")


def no_items() -> pd.DataFrame:
    """Give the empty list of things to act on."""
    import pandas as pd

    return pd.DataFrame(columns=list(ITEM_COLUMNS))


@dataclass(frozen=True)
class Evidence:
    """What an answer rests on.

    Attributes:
        n: How many cases were judged (clicks, shipments, articles, ... as the rule counts).
        lower: Lower end of the interval of the figure, where it is an estimate.
        upper: Upper end.
        undecided: How many entries could not be judged for want of cases.
    """

    n: int = 0
    lower: float | None = None
    upper: float | None = None
    undecided: int = 0


@dataclass(frozen=True, eq=False)
class Answer:
    """One rule's answer for one company and period.

    Attributes:
        rule: The id, ``R01`` to ``R30``.
        answer: ``act``, ``fine`` or ``not_enough_data``.
        scope: ``dimension:member``, empty for the whole company; items carry their own.
        figure: What was measured, in ``unit``; None where nothing was.
        threshold: What it was held against, in ``unit``.
        unit: Unit of both, as ``vocabulary.units`` writes it.
        evidence: Cases and interval behind the figure.
        sentence: The answer in words made from the numbers, both languages.
        items: What to act on, ``ITEM_COLUMNS``, the most important first.
        lacking: Tables that would have to be supplied, where the answer is ``not_enough_data``
            for want of a source.
    """

    rule: str
    answer: Verdict
    sentence: Label
    scope: str = ""
    figure: float | None = None
    threshold: float | None = None
    unit: str = "count"
    evidence: Evidence = field(default_factory=Evidence)
    items: pd.DataFrame = field(default_factory=no_items)
    lacking: tuple[str, ...] = ()

    @property
    def cash(self) -> float | None:
        """Sum the money at stake in the items, base currency; None where none is known."""
        import pandas as pd

        at_stake = self.items["cash_kind"].isin(AT_STAKE)
        known = pd.to_numeric(self.items.loc[at_stake, "cash"]).dropna()
        return float(known.sum()) if len(known) else None
