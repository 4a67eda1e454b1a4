"""Functions for the few metrics that no kind of formula can say, one module a subject.

Each takes a ``Measuring`` and windows, and gives a ``Measured``: value, or value and base for a
share. A function stays within portable Ibis expressions and brings back aggregates only. A new
one is written in the module of its subject (or a new module) and named in that module's
``FUNCTIONS``; a new module is named below.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from helpers.metrics.computed import customers, plan, returns, sales, stock

if TYPE_CHECKING:
    from helpers.metrics.measuring import Measured, Measuring, Window

Function = Callable[["Measuring", "Sequence[Window]"], "Measured"]

SUBJECTS = (customers, plan, returns, sales, stock)
FUNCTIONS: dict[str, Function] = {
    function.__name__: function for subject in SUBJECTS for function in subject.FUNCTIONS
}
