"""What was promised."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.metrics.notes import note

if TYPE_CHECKING:
    from helpers.metrics.measuring import Measured, Measuring, Window


def target_attainment(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Say that targets stand in the plan, which the exports know nothing of."""
    from helpers.metrics.measuring import Measured, nothing

    return Measured(nothing(), (), refused=note("from_plan"))


FUNCTIONS = (target_attainment,)
