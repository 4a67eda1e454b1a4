"""Functions for the few metrics that no kind of formula can say, one module a subject.

Each takes a ``Measuring`` and windows, and gives a ``Measured``: value, or value and base for a
share. A function stays within portable Ibis expressions and brings back aggregates only. A new
one is written in the module of its subject (or in a new module of this package, which is found
by being here) and named in that module's ``FUNCTIONS``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from helpers.metrics.measured import Measured
    from helpers.metrics.measuring import Measuring
    from helpers.metrics.rows import Window

Function = Callable[["Measuring", "Sequence[Window]"], "Measured"]

SUBJECTS = tuple(import_module(f"{__name__}.{one.name}") for one in iter_modules(__path__))
FUNCTIONS: dict[str, Function] = {
    function.__name__: function for subject in SUBJECTS for function in subject.FUNCTIONS
}
