"""Decimal marks and date orders: how a file turns out to be written.

All cells of a column are asked first, then the file's other columns, then what the store's money
and country tell. What stays open is asked of a human and never guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from helpers.sources import cells
from helpers.sources.cells import Decimal, Order, Writing
from helpers.sources.countries import coinless, day_order, decimal_mark
from helpers.sources.declared import Column
from helpers.sources.exports import Exports
from helpers.sources.owners import Owners
from helpers.sources.sql import name
from helpers.sources.staging import Staging
from helpers.vocabulary.faults import DataRefused, Fault


def first_writing(about: Column) -> Writing:
    """Say how a column is written as far as its declaration tells."""
    return Writing(
        False,
        "comma" if about.decimal == "comma" else "point",
        None if about.order == "store" else about.order,
    )


def writings_of(exports: Exports, owners: Owners, staging: Staging) -> dict[str, Writing]:
    """Find out how each column is written, from all its cells.

    Of several files those are left that alone would leave a doubt.

    Raises:
        DataRefused: It stays open for some columns; carries a question for each.
    """
    columns = exports.source.columns
    writings = {column: first_writing(about) for column, about in columns.items()}
    tests = {
        column: test
        for column, about in columns.items()
        if column in exports.positions and (test := cells.unusual(name(column), about)) is not None
    }
    doubtful = {}
    for column, count in zip(tests, _counts(staging, tests.values()), strict=True):
        if not count:
            writings[column] = replace(writings[column], usual=True)
        elif _is_open(columns[column]):
            doubtful[column] = columns[column]
    if not doubtful:
        return writings
    if exports.are_several:
        _leave_doubtful(staging, doubtful, tests)
        return writings
    if any(map(_is_numeric, doubtful.values())):
        # What one column leaves open, another may tell.
        doubtful |= {
            column: about
            for column, about in columns.items()
            if column in exports.positions and about.type in ("money", "percent")
        }
    return writings | _Doubts.about(doubtful, exports, owners, staging).settled(writings)


def _is_numeric(about: Column) -> bool:
    return about.type in cells.NUMERIC


def _is_open(about: Column) -> bool:
    """Does the declaration leave open how unusual cells are to be read?"""
    if _is_numeric(about):
        return about.decimal in ("by_file", "store")
    return about.order in (None, "store")


def _leave_doubtful(
    staging: Staging, doubtful: Mapping[str, Column], tests: Mapping[str, str]
) -> None:
    """Leave files alone that leave a doubt: it must not be settled by another file."""
    open_questions = [
        test
        for column, about in doubtful.items()
        for test in ([tests[column]] if _is_numeric(about) else cells.order_evidence(name(column)))
    ]
    odd = " OR ".join(f"coalesce({test}, false)" for test in open_questions)
    staging.leave_where(f"_aside IS NULL AND ({odd})", staging.raw)


def _evidence_of(column: str, about: Column) -> tuple[str, str, str]:
    """Give the SQL tests of a cell: surely the one way, surely the other, could be either."""
    ask = cells.mark_evidence if _is_numeric(about) else cells.order_evidence
    return ask(name(column))


def _counts(staging: Staging, tests: Iterable[str]) -> tuple[int, ...]:
    """Count the cells, among data rows, for which each test holds."""
    counts = [f"coalesce(count_if({test}), 0)" for test in tests]
    if not counts:
        return ()
    row = staging.con.execute(
        f"SELECT {', '.join(counts)} FROM {name(staging.raw)} WHERE _aside IS NULL"
    ).fetchone()
    return tuple(row or ())


@dataclass(frozen=True)
class _Evidence:
    """How many cells are surely written the one way, surely the other, or could be either.

    For numbers the one way is the decimal point, for days the day first.
    """

    first: int
    second: int
    either: int

    @staticmethod
    def all_of(some: Iterable[_Evidence]) -> _Evidence:
        some = list(some)
        return _Evidence(sum(one.first for one in some), sum(one.second for one in some), 0)


@dataclass(frozen=True)
class _Doubts:
    """The columns of one file of which it must be found out how they are written."""

    exports: Exports
    owners: Owners
    staging: Staging
    columns: Mapping[str, Column]
    evidence: Mapping[str, _Evidence]

    @classmethod
    def about(
        cls, columns: Mapping[str, Column], exports: Exports, owners: Owners, staging: Staging
    ) -> _Doubts:
        """Count what the cells tell."""
        asked = [test for one, about in columns.items() for test in _evidence_of(one, about)]
        found = _counts(staging, asked)
        evidence = {
            column: _Evidence(*found[at * 3 : at * 3 + 3]) for at, column in enumerate(columns)
        }
        return cls(exports, owners, staging, columns, evidence)

    def settled(self, writings: Mapping[str, Writing]) -> dict[str, Writing]:
        """Settle every doubt.

        Raises:
            DataRefused: Some cannot be.
        """
        numbers = _Evidence.all_of(
            self.evidence[one] for one, about in self.columns.items() if _is_numeric(about)
        )
        days = _Evidence.all_of(
            self.evidence[one] for one, about in self.columns.items() if not _is_numeric(about)
        )
        found, faults = dict[str, Writing](), list[Fault]()
        for column, about in self.columns.items():
            try:
                if not _is_numeric(about):
                    found[column] = replace(writings[column], order=self._order(column, days))
                elif _is_open(about):
                    mark = self._mark(column, numbers)
                    found[column] = replace(writings[column], decimal=mark)
            except DataRefused as trouble:
                faults.extend(trouble.faults)
        if faults:
            raise DataRefused(faults)
        return found

    def _mark(self, column: str, numbers: _Evidence) -> Decimal:
        """Tell the decimal mark of a column; ``numbers`` is what all columns tell."""
        about, told = self.columns[column], self.evidence[column]
        is_sure = told.first or told.second
        if is_sure and told.first != told.second:
            return "point" if told.first > told.second else "comma"
        if told.either and about.type == "money" and (sure := self._without_coins(column)):
            return sure
        if not told.either:
            return "comma" if numbers.second > numbers.first else "point"
        if numbers.first != numbers.second and not is_sure:  # the file's other columns tell
            return "point" if numbers.first > numbers.second else "comma"
        if self.exports.found.grid.writes_points:
            return "point"
        if about.decimal == "store" and (habit := decimal_mark(self.owners.own_country)):
            return habit
        raise self._asked(
            column,
            f"{self._example(column)} could be a thousand or a fraction",
            self._declare(column, "decimal: point or decimal: comma"),
        )

    def _order(self, column: str, days: _Evidence) -> Order | None:
        """Tell the order of day and month in a column; ``days`` is what all columns tell."""
        about, told = self.columns[column], self.evidence[column]
        if told.first and told.second:
            raise self._asked(
                column,
                "has dates with the day first and dates with the month first",
                "write all of them as 2026-04-03",
            )
        if told.first or told.second:
            return "dmy" if told.first else "mdy"
        if not told.either:
            return first_writing(about).order
        if bool(days.first) != bool(days.second):  # the file's other columns tell
            return "dmy" if days.first else "mdy"
        if about.order == "store" and (usual := day_order(self.owners.own_country)):
            return usual
        way_out = self._declare(column, "order: dmy or order: mdy")
        if about.order == "store":
            way_out = "add country to the store in workspace.yml"
        what = f"{self._example(column)} could be day first or month first"
        raise self._asked(column, what, way_out)

    def _without_coins(self, column: str) -> Decimal | None:
        """Tell the decimal mark where the store's money has no coins: 45.000 is thousands then."""
        stores = self.owners.stores
        if not stores or not all(coinless(store.currency) for store in stores):
            return None
        cell, either = name(column), cells.mark_evidence(name(column))[2]
        points, commas = _counts(
            self.staging, [f"{either} AND contains({cell}, '{mark}')" for mark in (".", ",")]
        )
        return None if points and commas else "comma" if points else "point"

    def _example(self, column: str) -> str:
        """Show one doubtful cell of a column of numbers or dates."""
        test = _evidence_of(column, self.columns[column])[2]
        row = self.staging.con.execute(
            f"SELECT min({name(column)}) FROM {name(self.staging.raw)}"
            f" WHERE _aside IS NULL AND {test}"
        ).fetchone()
        return repr(row[0] if row else "")

    def _declare(self, column: str, what: str) -> str:
        return f"write {what} for {column!r} in the mapping of {self.exports.source.source!r}"

    def _asked(self, column: str, what: str, way_out: str) -> DataRefused:
        where = f"{self.exports.path.name}, column {self.exports.header(column)!r}"
        return DataRefused(Fault(where, what, way_out))
