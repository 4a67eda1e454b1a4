"""How far a query reaches: of which tables it reads only the lines of the asked days.

Read from the expression and not from what its author says of it, so that every formula and every
computed function is judged alike. A table is read within the days where each way from the answer
to the table leads through ``rows.in_windows`` on the table's own day, and the day has come
there untouched: rows of other days cannot have a part in the answer then. Whatever is not
understood counts as reading the table whole, which costs time and never a digit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def read_within(
    expression: Any,
    asked: tuple[str, ...],
    days: Mapping[str, str],
    stands_for: Mapping[str, str],
) -> list[str]:
    """Name the tables of which only lines of the asked days are read.

    Args:
        expression: An Ibis table.
        asked: Names of the tables that hold the asked days.
        days: Table -> the column with its own day.
        stands_for: Rows with the days of another table's lines -> that table.
    """
    if _at_constant_rates(expression.op()):
        return []  # rates follow from the whole data, whatever day the line is of
    walk = _Walk(asked, days, stands_for)
    walk.into(expression.op())
    return sorted(walk.within - walk.whole)


def _at_constant_rates(root: Any) -> bool:
    """Tell whether an amount at constant rates is worked with, and not just carried along."""
    import ibis.expr.operations as ops

    for node in root.find(ops.Node):
        if isinstance(node, ops.Relation):
            told = list(node.values.items())
            told += [("", one) for one in getattr(node, "predicates", ())]
        elif isinstance(node, ops.Value) and not isinstance(node, ops.Field):
            told = [("", one) for one in node.__children__]
        else:
            continue
        for name, one in told:
            if isinstance(one, ops.Field) and one.name.endswith("_const") and one.name != name:
                return True
    return False


class _BeyondError(Exception):
    """The day of a row does not come straight from one table."""


class _Walk:
    def __init__(
        self, asked: tuple[str, ...], days: Mapping[str, str], stands_for: Mapping[str, str]
    ):
        self.asked, self.days, self._stands_for = asked, days, stands_for
        self.within: set[str] = set()
        self.whole: set[str] = set()
        self._seen: set[Any] = set()

    def into(self, node: Any) -> None:
        """Walk from a relation to every table that it reads."""
        import ibis.expr.operations as ops

        if node in self._seen:
            return
        self._seen.add(node)
        if isinstance(node, ops.PhysicalTable):
            self.whole.add(self._called(node.name))
            return
        sources = list(_relations_in(node))
        if isinstance(node, ops.JoinChain):
            for reference, day in self._asked_of(node):
                try:
                    table, column, beside = self._straight(reference.parent, day)
                except _BeyondError:
                    continue
                if self.days.get(table) == column:
                    self.within.add(table)
                    sources = [one for one in sources if one is not reference] + beside
        for one in sources:
            self.into(one)

    def _called(self, name: str) -> str:
        return self._stands_for.get(name, name)

    def _asked_of(self, chain: Any) -> Iterator[tuple[Any, str]]:
        """Give the joined tables whose day is an asked one, with the name of that day."""
        import ibis.expr.operations as ops

        for link in chain.rest:
            if link.how != "inner" or getattr(link.table.parent, "name", None) not in self.asked:
                continue
            for one in link.predicates:
                sides = [one.left, one.right] if isinstance(one, ops.Equals) else []
                fields = [side for side in sides if isinstance(side, ops.Field)]
                own = [field for field in fields if field.rel is not link.table]
                if len(fields) == 2 and len(own) == 1:
                    yield own[0].rel, own[0].name

    def _straight(self, node: Any, day: str) -> tuple[str, str, list[Any]]:
        """Follow a day down to its table; gives table, column, and what else is read on the way."""
        import ibis.expr.operations as ops

        beside: list[Any] = []
        while not isinstance(node, ops.PhysicalTable):
            if isinstance(node, ops.Aggregate):
                source: Any = node.groups.get(day)
            elif isinstance(
                node, (ops.Project, ops.Filter, ops.Distinct, ops.DropColumns, ops.JoinChain,
                       ops.JoinReference)
            ):  # fmt: skip
                source = node.values.get(day)
            else:
                raise _BeyondError
            while isinstance(source, ops.Alias):
                source = source.arg
            if not isinstance(source, ops.Field) or any(map(_looks_around, _values_of(node))):
                raise _BeyondError
            beside += [one for one in _relations_in(node) if one is not source.rel]
            node, day = source.rel, source.name
        return self._called(node.name), day, beside


def _values_of(node: Any) -> list[Any]:
    """List what a projection works out, row by row."""
    import ibis.expr.operations as ops

    return list(node.values.values()) if isinstance(node, ops.Project) else []


def _looks_around(value: Any) -> bool:
    """Tell whether a value of one row follows from other rows."""
    import ibis.expr.operations as ops

    return bool(value.find((ops.WindowFunction, ops.Reduction), filter=ops.Value))


def _relations_in(node: Any) -> Iterator[Any]:
    """Give the relations that a node stands on, none of them through another one."""
    import ibis.expr.operations as ops

    pending, found = list(_children(node)), set()
    while pending:
        one = pending.pop()
        if one in found:
            continue
        found.add(one)
        if isinstance(one, ops.Relation):
            yield one
        else:
            pending += _children(one)


def _children(node: Any) -> list[Any]:
    return list(node.__children__)
