"""What a reader has asked of the tables, and whether it would be told the same again.

Two kinds of notes. A *read* names a table and the days of it that were read, all of them where
nothing is said of days: the files of those months are what the reader depends on. A *question* is
kept with its answer: which days the data cover, or a query whose reach cannot be told. It is
asked again only where one of its tables has changed since, and only another answer counts. So a
new month does not make a page about an old one stale because the page once asked where the data
begin.

Whatever cannot be narrowed down counts as read whole: a page that runs for nothing costs seconds,
one that does not run although its figures have changed is false.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas

#: table -> partition (a month, or empty for what has none) -> fingerprint
Partitions = Mapping[str, Mapping[str, str]]
#: First and last day; None where there is no bound.
Days = tuple[date | None, date | None]
#: Of which part of a table: days, the names of partitions, or None for all of it.
Scope = Sequence[Any] | None
#: Asks a question again: its name and arguments -> the answer, as JSON has it.
Ask = Callable[[Sequence[Any]], Any]


#: What is asked thousands of times: the kind of question with its fixed part.
Many = tuple[Any, ...]
#: Writes such askings as a few questions, each with its answer and its scope.
Put = Callable[[Many, set[Any]], tuple[Sequence[Any], Any, Mapping[str, Scope]]]


@dataclass
class ReadNotes:
    """The notes of one reader, from opening the tables to closing them."""

    #: table -> runs of days; None: all of it.
    read: dict[str, set[Days] | None] = field(default_factory=dict)
    #: question -> (answer, table -> scope)
    asked: dict[str, tuple[Any, dict[str, Scope]]] = field(default_factory=dict)
    #: Askings that are written as questions when the notes are read.
    many: dict[Many, set[Any]] = field(default_factory=dict)
    #: Who writes them, by their kind.
    put: dict[str, Put] = field(default_factory=dict)
    _silent: int = 0

    def note(self, table: str, days: Days | None = None) -> None:
        """Note that lines of these days were read; of all days where none are given."""
        if self._silent:
            return
        held = self.read.setdefault(table, set())
        if days is None:
            self.read[table] = None
        elif held is not None:
            held.add(days)

    def note_answer(self, question: Sequence[Any], answer: Any, scope: Mapping[str, Scope]) -> None:
        """Note a question with its answer and the tables that it was answered from."""
        if not self._silent:
            self.asked[_name(question)] = (answer, _told_scope(scope))

    def note_asking(self, kind: Many, item: Any) -> None:
        """Note one of many small askings of one kind; ``put`` makes a question of them."""
        if not self._silent:
            self.many.setdefault(kind, set()).add(item)

    @contextmanager
    def silently(self) -> Iterator[None]:
        """Note nothing of what is read inside; the caller notes what comes of it."""
        self._silent += 1
        try:
            yield
        finally:
            self._silent -= 1

    @contextmanager
    def apart(self) -> Iterator[ReadNotes]:
        """Note what is read inside in notes of its own too."""
        outer = (self.read, self.asked, self.many)
        inner = ReadNotes(put=self.put)
        self.read, self.asked, self.many = inner.read, inner.asked, inner.many
        try:
            yield inner
        finally:
            self.read, self.asked, self.many = outer
            for table, runs in inner.read.items():
                if runs is None:
                    self.note(table)
                for one in runs or ():
                    self.note(table, one)
            if not self._silent:
                self.asked |= inner.asked
                for kind, items in inner.many.items():
                    self.many.setdefault(kind, set()).update(items)

    def add(self, told: Mapping[str, Any]) -> None:
        """Take over what ``as_json`` of other notes gave."""
        for table, runs in told["read"].items():
            if runs is None:
                self.note(table)
            else:
                for first, last in runs:
                    self.note(table, (_day(first), _day(last)))
        for question, answer, scope in told["asked"]:
            self.note_answer(question, answer, scope)

    def gather(self) -> None:
        """Write the many small askings as questions."""
        many, self.many = dict(self.many), {}
        for kind, items in many.items():
            question, answer, scope = self.put[kind[0]](kind, items)
            self.asked[_name(question)] = (answer, _told_scope(scope))

    def as_json(self, partitions: Callable[[str], Mapping[str, str]]) -> dict[str, Any]:
        """Write the notes down as plain data, with the state of every table named in them.

        Args:
            partitions: Gives the partitions of a table with their fingerprints.

        Returns:
            tables: table -> partition -> fingerprint; read: table -> runs of days or None;
            asked: question, answer and scope of each.
        """
        self.gather()
        named = {*self.read, *(table for _, scope in self.asked.values() for table in scope)}
        read = {
            table: None if runs is None else sorted(_told_days(one) for one in merged(runs))
            for table, runs in sorted(self.read.items())
        }
        asked = [[json.loads(name), *told] for name, told in sorted(self.asked.items())]
        return {
            "tables": {table: dict(partitions(table)) for table in sorted(named)},
            "read": read,
            "asked": asked,
        }


NOTHING_READ: dict[str, Any] = {"tables": {}, "read": {}, "asked": []}


def changes(told: Mapping[str, Any], now: Partitions, ask: Ask) -> Iterator[str]:
    """Say, part by part, why a reader would see something else now; nothing where it would not.

    Args:
        told: What ``ReadNotes.as_json`` gave when it read.
        now: The partitions of every table as they are.
        ask: Puts a question to the tables as they are.
    """
    before = told["tables"]
    seen: set[str] = set()
    for table, runs in told["read"].items():
        days = None if runs is None else [(_day(first), _day(last)) for first, last in runs]
        for one in differences(table, before[table], now.get(table, {}), days):
            if one not in seen:
                seen.add(one)
                yield one
    answers: dict[str, str] = {}
    for question, answer, scope in told["asked"]:
        moved = [
            one
            for table, part in scope.items()
            for one in _differences_in(table, part, before.get(table, {}), now.get(table, {}))
        ]
        if not moved or seen.issuperset(moved):
            continue  # nothing it rests on has changed, or all of it is told already
        name = _name(question)
        if name not in answers:
            answers[name] = _name([ask(question)])
        if answers[name] != _name([answer]):
            for one in moved:
                if one not in seen:
                    seen.add(one)
                    yield one


def hold(told: Mapping[str, Any], now: Partitions, ask: Ask) -> bool:
    """Tell whether a reader would see the same now."""
    return next(changes(told, now, ask), None) is None


def differences(
    table: str,
    before: Mapping[str, str],
    now: Mapping[str, str],
    days: Iterable[Days] | None = None,
) -> list[str]:
    """Name the partitions of a table that differ, of the months of these days only."""
    found = []
    runs = None if days is None else list(days)
    for part in sorted({*before, *now}):
        if before.get(part) == now.get(part) or not (runs is None or _touches(part, runs)):
            continue
        how = "is new" if part not in before else "is gone" if part not in now else "changed"
        found.append(f"{table} {part} {how}" if part else f"{table} {how}")
    return found


def merged(runs: Iterable[Days]) -> list[Days]:
    """Join runs of days that overlap or follow in the months that they touch."""
    found: list[Days] = []
    for first, last in sorted(runs, key=lambda run: (run[0] or date.min, run[1] or date.max)):
        if found:
            begun, ended = found[-1]
            if ended is None or (first or date.min) <= ended:
                found[-1] = (begun, None if ended is None or last is None else max(ended, last))
                continue
        found.append((first, last))
    return found


def digest_of(frame: pandas.DataFrame, *, ordered: bool = True) -> str:
    """Name the content of an answer: columns, and rows in their order or in any.

    Where values cannot be told apart by their hash, their words are.
    """
    import pandas as pd

    columns = sorted(map(str, frame.columns)) if not ordered else list(map(str, frame.columns))
    chosen = frame[columns]
    kinds = [str(kind) for kind in chosen.dtypes]
    told = hashlib.blake2b(repr((columns, kinds, len(frame))).encode(), digest_size=12)
    if len(frame):
        try:
            rows = pd.util.hash_pandas_object(chosen, index=False)
        except TypeError:
            rows = pd.util.hash_pandas_object(chosen.astype(str), index=False)
        told.update((rows if ordered else rows.sort_values()).to_numpy().tobytes())
    return told.hexdigest()


def _differences_in(
    table: str, scope: Scope, before: Mapping[str, str], now: Mapping[str, str]
) -> list[str]:
    """As ``differences``, within days, or within partitions that are called by their names."""
    if scope is None:
        return differences(table, before, now)
    if scope and isinstance(scope[0], str):
        chosen = set(scope)
        return differences(
            table,
            {part: told for part, told in before.items() if part in chosen},
            {part: told for part, told in now.items() if part in chosen},
        )
    return differences(table, before, now, [(_day(first), _day(last)) for first, last in scope])


def _touches(part: str, runs: Sequence[Days]) -> bool:
    """Tell whether a month holds one of the days; what is of no month counts to all of them."""
    if len(part) != 7 or part[4] != "-":
        return True
    return any(
        (first is None or part >= f"{first:%Y-%m}") and (last is None or part <= f"{last:%Y-%m}")
        for first, last in runs
    )


def _told_scope(scope: Mapping[str, Scope]) -> dict[str, Scope]:
    return {
        table: part
        if part is None
        else [
            one if isinstance(one, str) else _told_days((_day(one[0]), _day(one[1])))
            for one in part
        ]
        for table, part in scope.items()
    }


def _told_days(days: Days) -> tuple[str, str]:
    first, last = days
    return ("" if first is None else first.isoformat(), "" if last is None else last.isoformat())


def _day(told: Any) -> date | None:
    return told if isinstance(told, date) else date.fromisoformat(told) if told else None


def _name(question: Sequence[Any]) -> str:
    return json.dumps(question, ensure_ascii=False, default=str)
