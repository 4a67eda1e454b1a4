"""How right forecasts were, once the months they spoke of have come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.metrics.notes import note

if TYPE_CHECKING:
    from helpers.metrics.measuring import Measured, Measuring, Window


def forecast_accuracy(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Say that no forecast of these months lies among the tables, so that none can be scored."""
    from helpers.metrics.measuring import Measured, nothing

    return Measured(nothing(), (), refused=note("no_forecast"))


FUNCTIONS = (forecast_accuracy,)
