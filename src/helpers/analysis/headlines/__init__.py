"""Sentences made from numbers, in both languages: what to conclude from a frame.

Belongs here: choosing what is worth saying. The words stand in ``sentences.yml``; numbers are
written by ``vocabulary.wording``. A sentence says up or down only where the change stands out of
its own noise; otherwise it gives the number with its sign and says so.
"""

from helpers.analysis.headlines.cards import (
    answers,
    comparison_takeaway,
    fact,
    headline,
    in_full,
    notes,
    standing,
)
from helpers.analysis.headlines.over_time import (
    cohort_takeaway,
    outlook_takeaway,
    pace_takeaway,
    trend_takeaway,
)
from helpers.analysis.headlines.parts import (
    advertising_takeaway,
    funnel_takeaway,
    pareto_takeaway,
    ranking_takeaway,
    returns_takeaway,
)
from helpers.analysis.headlines.phrases import base_text, when_text
from helpers.analysis.headlines.reasons import bridge_takeaway, drivers_takeaway, movers_takeaway

__all__ = [
    "advertising_takeaway",
    "answers",
    "base_text",
    "bridge_takeaway",
    "cohort_takeaway",
    "comparison_takeaway",
    "drivers_takeaway",
    "fact",
    "funnel_takeaway",
    "headline",
    "in_full",
    "movers_takeaway",
    "notes",
    "outlook_takeaway",
    "pace_takeaway",
    "pareto_takeaway",
    "ranking_takeaway",
    "returns_takeaway",
    "standing",
    "trend_takeaway",
    "when_text",
]
