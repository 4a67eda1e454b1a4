"""Which columns the tables of notebooks show, declared in ``notebooks/columns.yml``.

Headings are words in two languages, and words do not stand in code.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from pydantic import Field

from helpers.config.declarations import read_declaration
from helpers.metrics.catalogue import catalogue
from helpers.paths import NOTEBOOKS
from helpers.vocabulary.faults import AskedWrongly, DeclarationFaulty, Fault
from helpers.vocabulary.labels import Declared, Label
from helpers.vocabulary.units import Direction, Unit

if TYPE_CHECKING:
    from helpers.charts.grids import Column

DECLARATION = NOTEBOOKS / "columns.yml"


class DeclaredColumn(Declared):
    """One column: of a metric (which gives label, unit and direction), or of its own."""

    name: str
    metric: str | None = None
    label: Label | None = None
    unit: Unit | None = None
    #: The column holds changes of a metric in this unit.
    change_of: Unit | None = None
    judged_by: Direction | None = None
    share_bar: bool = False
    signed: bool = False
    short: bool = True
    may_be_empty: bool = False


class DeclaredColumns(Declared):
    """``columns.yml``: named sets of columns, from left to right."""

    sets: dict[str, tuple[DeclaredColumn, ...]] = Field(min_length=1)


@cache
def _declared() -> DeclaredColumns:
    found = read_declaration(DECLARATION, DeclaredColumns)
    strangers = [
        Fault(f"{DECLARATION}: {name}.{one.name}", f"{one.metric!r} is no metric", "correct it")
        for name, columns in found.sets.items()
        for one in columns
        if one.metric and one.metric not in catalogue()
    ]
    if strangers:
        raise DeclarationFaulty(strangers)
    return found


def columns_of(name: str) -> list[Column]:
    """Give a declared set of columns.

    Raises:
        AskedWrongly: There is no set of that name.
    """
    sets = _declared().sets
    if name not in sets:
        known = ", ".join(sorted(sets))
        raise AskedWrongly(Fault("columns.yml", f"no set named {name!r}", f"known: {known}"))
    return [_column(one) for one in sets[name]]


def _column(declared: DeclaredColumn) -> Column:
    from helpers.charts.grids import Column

    metric = catalogue()[declared.metric] if declared.metric else None
    return Column(
        name=declared.name,
        label=declared.label or (metric.label if metric else None),
        unit=declared.unit or (metric.unit if metric and not declared.change_of else None),
        judged_by=declared.judged_by,
        share_bar=declared.share_bar,
        change_of=declared.change_of,
        signed=declared.signed,
        short=declared.short,
        may_be_empty=declared.may_be_empty,
    )
