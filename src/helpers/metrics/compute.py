"""The door to the figures: these metrics, these periods, cut this way.

Belongs here: the ways to ask, and nothing else. How the answer comes about is
``metrics.answering``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from helpers.metrics.answering.question import COLUMNS, Question
from helpers.metrics.catalogue import Catalogue
from helpers.vocabulary.periods import Period

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["COLUMNS", "compute", "compute_each", "compute_series"]


def compute(
    warehouse: Any,
    metric_ids: Iterable[str],
    period: Period,
    by: Sequence[str] = (),
    *,
    ranked: bool = False,
    constant: bool = False,
) -> pd.DataFrame:
    """Compute metrics for one period.

    Args:
        warehouse: What ``Warehouse.open`` gives.
        metric_ids: Ids of the catalogue.
        period: The days; where the data end earlier the status is ``preliminary``.
        by: Dimensions. Without any there is one total row per metric; with them, one row per
            member. With ``currency`` among them money is in each member's own currency.
        ranked: Sort members by value, largest first, instead of by name.
        constant: Convert money at one rate per currency for all days, so that growth is not the
            exchange rate's; costs that are kept in the base currency alone stay as they are.

    Returns:
        metric, period, dimension, member, value, unit, status, numerator, denominator, note.

    Raises:
        AskedWrongly: A metric or dimension is not known.
    """
    return compute_series(warehouse, metric_ids, [period], by, ranked=ranked, constant=constant)


def compute_series(
    warehouse: Any,
    metric_ids: Iterable[str],
    periods: Sequence[Period],
    by: Sequence[str] = (),
    *,
    ranked: bool = False,
    constant: bool = False,
    registry: Catalogue | None = None,
) -> pd.DataFrame:
    """Compute metrics for many periods at once: the same queries serve all of them."""
    wanted = dict.fromkeys(metric_ids, periods)
    return Question(warehouse, registry, by, constant).answer(wanted, ranked=ranked)


def compute_each(
    warehouse: Any,
    wanted: Mapping[str, Sequence[Period]],
    by: Sequence[str] = (),
    *,
    constant: bool = False,
) -> pd.DataFrame:
    """Compute metrics, each for periods of its own, in as few queries as all of them together."""
    return Question(warehouse, None, by, constant).answer(wanted)
