"""Decimal marks and date orders: how a file turns out to be written.

All cells of a column are asked first, then the file's other columns, then what the store's money
and country tell. What stays open is asked of a human and never guessed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from helpers.sources import cells
from helpers.sources.cells import Decimal, Order, Writing
from helpers.sources.countries import coinless, day_order, decimal_mark
from helpers.sources.declared import Column
from helpers.sources.exports import Exports
from helpers.sources.meaning import LINE
from helpers.sources.owners import Owners
from helpers.sources.reading import FILE
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

    Of several files each is asked alone; those are left that leave a doubt, and those that are
    written in another way than most.

    Raises:
        DataRefused: It stays open for some columns of the one file; carries a question for each.
    """
    columns = exports.source.columns
    writings = {column: first_writing(about) for column, about in columns.items()}
    tests = {
        column: test
        for column, about in columns.items()
        if column in exports.positions and (test := cells.unusual(name(column), about)) is not None
    }
    unusual = _counts(exports, staging, tests.values())
    doubtful = list[list[str]]()
    for counts in unusual:
        odd = [column for column, count in zip(tests, counts, strict=True) if count]
        doubtful.append(_to_be_asked(exports, [one for one in odd if _is_open(columns[one])]))
    for column, *of_files in zip(tests, *unusual, strict=True):
        writings[column] = replace(writings[column], usual=not any(of_files))
    asked = {column: columns[column] for column in columns if any(column in d for d in doubtful)}
    if not asked:
        return writings
    evidence = _evidence(exports, staging, asked)
    found = dict[int, dict[str, Writing]]()
    for at, own in enumerate(doubtful):
        told = {column: evidence[at][column] for column in own}
        try:
            found[at] = _Doubts(exports, owners, staging, at, told).settled(writings)
        except DataRefused:
            if not exports.are_several:
                raise
            staging.leave([at])
    return writings | _agreed(staging, asked, writings, evidence, found)


def _to_be_asked(exports: Exports, doubtful: list[str]) -> list[str]:
    """Add to the doubtful columns of a file those that may tell what is left open."""
    columns = exports.source.columns
    if not any(_is_numeric(columns[one]) for one in doubtful):
        return doubtful
    others = [
        column
        for column, about in columns.items()
        if column in exports.positions and about.type in ("money", "percent")
    ]
    return list(dict.fromkeys([*doubtful, *others]))


def _agreed(
    staging: Staging,
    asked: Mapping[str, Column],
    writings: Mapping[str, Writing],
    evidence: Sequence[Mapping[str, _Evidence]],
    found: Mapping[int, Mapping[str, Writing]],
) -> dict[str, Writing]:
    """Take the writing of most files, and leave the others: they would be misread.

    A file in which nothing hangs on it (no number with a mark, no day that is not year first) goes
    with any.
    """
    agreed = {}
    for column, about in asked.items():
        said = {
            at: its.get(column, writings[column])
            for at, its in found.items()
            if at not in staging.left and _hangs_on_it(about, evidence[at][column])
        }
        most = Counter(said.values()).most_common(1)
        agreed[column] = most[0][0] if most else _first_of(found, column, writings[column])
        staging.leave(at for at, one in said.items() if one != agreed[column])
    return agreed


def _hangs_on_it(about: Column, told: _Evidence) -> bool:
    return told.marked > 0 if _is_numeric(about) else told.first + told.second + told.either > 0


def _first_of(
    found: Mapping[int, Mapping[str, Writing]], column: str, otherwise: Writing
) -> Writing:
    return next((its[column] for its in found.values() if column in its), otherwise)


def _is_numeric(about: Column) -> bool:
    return about.type in cells.NUMERIC


def _is_open(about: Column) -> bool:
    """Does the declaration leave open how unusual cells are to be read?"""
    if _is_numeric(about):
        return about.decimal in ("by_file", "store")
    return about.order in (None, "store")


def _evidence_of(column: str, about: Column) -> tuple[str, str, str]:
    """Give the SQL tests of a cell: surely the one way, surely the other, could be either."""
    ask = cells.mark_evidence if _is_numeric(about) else cells.order_evidence
    return ask(name(column))


def _counts(exports: Exports, staging: Staging, tests: Iterable[str]) -> list[tuple[int, ...]]:
    """Count, for each file, the cells among data rows for which each test holds."""
    counts = [f"coalesce(count_if({test}), 0)" for test in tests]
    if not counts:
        return [() for _ in exports.files]
    file = f"{LINE} // {FILE}" if exports.are_several else "0"
    group = " GROUP BY 1" if exports.are_several else ""
    found = {
        at: tuple(row)
        for at, *row in staging.con.execute(
            f"SELECT {file}, {', '.join(counts)} FROM {name(staging.raw)}"
            f" WHERE _aside IS NULL{group}"
        ).fetchall()
    }
    return [found.get(at, (0,) * len(counts)) for at in range(len(exports.files))]


@dataclass(frozen=True)
class _Evidence:
    """How many cells are surely written the one way, surely the other, or could be either.

    For numbers the one way is the decimal point, for days the day first.
    """

    first: int
    second: int
    either: int
    #: Cells with any point or comma.
    marked: int = 0

    @staticmethod
    def all_of(some: Iterable[_Evidence]) -> _Evidence:
        some = list(some)
        return _Evidence(sum(one.first for one in some), sum(one.second for one in some), 0)


def _evidence(
    exports: Exports, staging: Staging, columns: Mapping[str, Column]
) -> list[dict[str, _Evidence]]:
    """Count, for each file, what the cells of each column tell."""
    asked = [
        test
        for column, about in columns.items()
        for test in (
            *_evidence_of(column, about),
            f"contains({name(column)}, '.') OR contains({name(column)}, ',')",
        )
    ]
    return [
        {one: _Evidence(*found[at * 4 : at * 4 + 4]) for at, one in enumerate(columns)}
        for found in _counts(exports, staging, asked)
    ]


@dataclass(frozen=True)
class _Doubts:
    """The columns of one file of which it must be found out how they are written."""

    exports: Exports
    owners: Owners
    staging: Staging
    #: Which file.
    at: int
    evidence: Mapping[str, _Evidence]

    @property
    def columns(self) -> Mapping[str, Column]:
        """The columns, as the source declares them."""
        return {one: self.exports.source.columns[one] for one in self.evidence}

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
        tests = [f"{either} AND contains({cell}, '{mark}')" for mark in (".", ",")]
        points, commas = _counts(self.exports, self.staging, tests)[self.at]
        return None if points and commas else "comma" if points else "point"

    def _example(self, column: str) -> str:
        """Show one doubtful cell of a column of numbers or dates."""
        test = _evidence_of(column, self.columns[column])[2]
        row = self.staging.con.execute(
            f"SELECT min({name(column)}) FROM {name(self.staging.raw)}"
            f" WHERE _aside IS NULL AND {LINE} // {FILE} = {self.at} AND {test}"
        ).fetchone()
        return repr(row[0] if row else "")

    def _declare(self, column: str, what: str) -> str:
        return f"write {what} for {column!r} in the mapping of {self.exports.source.source!r}"

    def _asked(self, column: str, what: str, way_out: str) -> DataRefused:
        where = f"{self.exports.path.name}, column {self.exports.header(column)!r}"
        return DataRefused(Fault(where, what, way_out))
