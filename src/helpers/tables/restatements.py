"""What an ingest changed in months that were already there for whole.

The tables follow from the files alone; this log is their history, kept beside them. An entry is
written before its state of the tables becomes current, under the number that the pointer will
name, and an entry beyond that number is none: whenever a process dies, nothing is lost and
nothing is told twice.
"""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.config.swap import ASIDE, name_flushed, sweep
from helpers.tables.models import literal, quoted
from helpers.vocabulary.faults import Fault

if TYPE_CHECKING:
    import duckdb

    from helpers.paths import WorkspacePaths
    from helpers.tables.build import Generation

RESTATEMENTS: dict[str, str] = {
    "entry": "BIGINT",
    "table_name": "VARCHAR",
    "fact": "VARCHAR",
    "store_id": "VARCHAR",  # empty: the company
    "scope": "VARCHAR",
    "month": "VARCHAR",
    "measure": "VARCHAR",
    "unit": "VARCHAR",  # the currency; empty where things are counted
    "before": "DECIMAL(38,4)",
    "after": "DECIMAL(38,4)",  # empty: no longer told
    "difference": "DECIMAL(38,4)",
    "files": "VARCHAR",  # one a line
    "batches": "VARCHAR",
    "generation_before": "VARCHAR",
    "generation_after": "VARCHAR",
}
#: A stretch without any file that is longer than this makes a month one that is still filling.
QUIET_DAYS = 6
#: How many months of stores a receipt lists, and how many figures of each.
_MOST_LISTED, _MOST_FIGURES = 12, 3
_Spans = Mapping[tuple[str, str], Sequence[tuple[date, date]]]


@dataclass(frozen=True)
class _Change:
    """One figure that differs between two states of the tables."""

    table: str
    fact: str
    scope: str
    store_id: str | None
    month: str
    currency: str
    measure: str
    kind: str
    unit: str
    before: Decimal | None
    after: Decimal | None
    was_there: bool
    is_there: bool

    @property
    def group(self) -> tuple[str, str, str, str]:
        return (self.table, self.scope, self.month, self.currency)

    def told(self) -> _Change | None:
        """Give the change with rows that were or are not there as nought; None if it is none."""
        before, after = self.before, self.after
        if before is None and (self.was_there or self.kind == "base"):
            return None  # a figure that is told for the first time
        if after is None and self.kind == "base" and not self.is_there:
            return None
        before = Decimal() if before is None else before
        after = Decimal() if after is None and not self.is_there else after
        if before == after:
            return None
        return _Change(**{**self.__dict__, "before": before, "after": after})


def log_files(paths: WorkspacePaths, count: int) -> list[Path]:
    """List the entries that led to a state of the tables."""
    folder = _folder(paths)
    if not folder.is_dir() or not count:
        return []
    return sorted(f for f in folder.glob("[0-9]*.parquet") if int(f.stem) <= count)


def note_restatements(paths: WorkspacePaths, before: Generation, after: Generation) -> int:
    """Write down what changes with the step from one state of the tables to the next.

    Returns:
        How many entries there are once ``after`` is current.
    """
    folder = _folder(paths)
    # What a process that died had written for a state that never became current.
    sweep(folder)
    for left in folder.glob("[0-9]*.parquet") if folder.is_dir() else ():
        if int(left.stem) > before.restatements:
            left.unlink()
    if "month_sums" not in before.files:
        return before.restatements
    import duckdb

    with duckdb.connect() as con:
        con.execute("SET threads = 1")
        found = _changes(con, before, after)
        if not found:
            return before.restatements
        number = before.restatements + 1
        causes = _Causes(con, before, after)
        rows = [
            (
                number, one.table, one.fact, one.store_id, one.scope, one.month, one.measure,
                one.unit, one.before, one.after,
                None if one.after is None or one.before is None else one.after - one.before,
                *causes.of(one), before.name, after.name,
            )
            for one in found
        ]  # fmt: skip
        typed = ", ".join(f"{quoted(name)} {kind}" for name, kind in RESTATEMENTS.items())
        con.execute(f"CREATE TABLE entry ({typed})")
        values = ", ".join(
            f"CAST(unnest(${n}) AS {kind})" for n, kind in enumerate(RESTATEMENTS.values(), 1)
        )
        columns = [
            [None if cell is None else str(cell) for cell in column]
            for column in zip(*rows, strict=True)
        ]
        con.execute(f"INSERT INTO entry SELECT {values}", columns)
        final = folder / f"{number:06}.parquet"
        folder.mkdir(parents=True, exist_ok=True)
        draft = final.with_name(f"{ASIDE}{final.name}")
        con.execute(f"COPY entry TO {literal(draft.as_posix())} (FORMAT parquet, COMPRESSION zstd)")
        name_flushed(draft, final)
    return number


def told_in_words(paths: WorkspacePaths, before: int, after: int) -> list[Fault]:
    """Say for a receipt what the entries after ``before`` up to ``after`` hold."""
    return _in_words(entries_between(paths, before, after))


def months_by_file(paths: WorkspacePaths, before: int, after: int) -> dict[str, list[str]]:
    """Say which file changed which months."""
    found: dict[str, set[str]] = defaultdict(set)
    for entry in entries_between(paths, before, after):
        for file in (entry["files"] or "").splitlines():
            found[file].add(entry["month"])
    return {file: sorted(months) for file, months in found.items()}


def entries_between(paths: WorkspacePaths, before: int, after: int) -> list[dict[str, Any]]:
    """List the log's rows of the entries after ``before`` up to ``after``, as ``RESTATEMENTS``."""
    files = [f for f in log_files(paths, after) if int(f.stem) > before]
    if not files:
        return []
    import duckdb

    listed = ", ".join(literal(file.as_posix()) for file in files)
    with duckdb.connect() as con:
        rows = con.execute(f"SELECT * FROM read_parquet([{listed}]) ORDER BY ALL").fetchall()
    return [dict(zip(RESTATEMENTS, row, strict=True)) for row in rows]


def _folder(paths: WorkspacePaths) -> Path:
    return paths.warehouse / "restatements"


def _in_words(entries: Sequence[Mapping[str, Any]]) -> list[Fault]:
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for entry in entries:
        groups[entry["month"], entry["store_id"] or "the company"].append(entry)
    told = []
    for (month, store), changed in sorted(groups.items())[:_MOST_LISTED]:
        # Money first: a count of rows says least.
        changed = sorted(changed, key=lambda e: (e["measure"] == "rows", not e["unit"]))
        figures = [_figure(entry) for entry in changed[:_MOST_FIGURES]]
        if more := len(changed) - len(figures):
            figures.append(f"{more} more figures")
        files = sorted({f for entry in changed for f in (entry["files"] or "").splitlines()})
        by = f"by {', '.join(files[:2])}" if files else "by what workspace.yml or reference/ say"
        if len(files) > 2:
            by += f" and {len(files) - 2} more files"
        told.append(Fault(f"{month} of {store}", "; ".join(figures), f"restated {by}"))
    if more := len(groups) - len(told):
        told.append(Fault("restatements", f"{more} more months of stores", "see `restatements`"))
    return told


def _figure(entry: Mapping[str, Any]) -> str:
    table, measure = (str(entry[key]).replace("_", " ") for key in ("table_name", "measure"))
    name = table if measure in table.split() else f"{table}, {measure}"
    before, after = (_number(entry[key], entry["unit"]) for key in ("before", "after"))
    return f"{name} {before} -> {after}{' ' if entry['unit'] else ''}{entry['unit'] or ''}"


def _number(value: Decimal | None, unit: str) -> str:
    if value is None:
        return "n/a"
    return f"{value:,.2f}" if unit else f"{value:,.0f}"


# -- comparing two states ------------------------------------------------------------------------


def _changes(
    con: duckdb.DuckDBPyConnection, before: Generation, after: Generation
) -> list[_Change]:
    for name, generation in (("a", before), ("b", after)):
        con.execute(f"CREATE VIEW {name} AS FROM {_relation(generation, 'month_sums')}")
    key = "table_name, scope, month, currency, measure, kind, unit"
    group = "table_name, scope, month, currency"
    rows = con.execute(
        f"""SELECT table_name, coalesce(a.fact, b.fact), scope, coalesce(a.store_id, b.store_id),
            month, currency, measure, kind, unit, a.value, b.value,
            ({group}) IN (SELECT ({group}) FROM a), ({group}) IN (SELECT ({group}) FROM b)
        FROM a FULL JOIN b USING ({key})
        WHERE a.value IS DISTINCT FROM b.value ORDER BY ALL"""
    ).fetchall()
    spans = _spans(con, before)
    told = [
        change
        for change in (_Change(*row).told() for row in rows)
        if change and is_whole(change.month, spans.get((change.table, change.scope), ()))
    ]
    local = {(*one.group, one.measure) for one in told if one.kind == "money"}
    return [
        # In the base currency only where it is the rate that changed.
        one
        for one in told
        if one.kind != "base" or (*one.group, one.measure.removesuffix("_base")) not in local
    ]


def is_whole(month: str, spans: Iterable[tuple[date, date]]) -> bool:
    """Tell whether files spoke for a month to its end, without a long silence in it.

    >>> early, late = (date(2025, 8, 2), date(2025, 8, 14)), (date(2025, 8, 17), date(2025, 9, 1))
    >>> is_whole("2025-08", [early, late])
    True
    >>> is_whole("2025-08", [(date(2025, 8, 1), date(2025, 8, 30))])
    False
    """
    year, number = int(month[:4]), int(month[5:])
    end = date(year, number, calendar.monthrange(year, number)[1])
    heard = date(year, number, 1) - timedelta(1)
    for first, last in sorted(spans):
        if last <= heard:
            continue
        if (first - heard).days - 1 > QUIET_DAYS:
            return False
        heard = last
        if heard >= end:
            return True
    return False


def _spans(con: duckdb.DuckDBPyConnection, generation: Generation) -> _Spans:
    """Give the days that files speak for: where none says so, those that rows are of."""
    found: dict[tuple[str, str], list[tuple[date, date]]] = defaultdict(list)
    rows = con.execute(
        f"""SELECT DISTINCT table_name, scope, first_day, last_day
        FROM {_relation(generation, "batch_covers")} WHERE scope IS NOT NULL
        UNION SELECT table_name, scope, min(first_day), max(last_day) FROM a
        WHERE (table_name, scope) NOT IN (
            SELECT (table_name, scope) FROM {_relation(generation, "batch_covers")}
            WHERE scope IS NOT NULL)
        GROUP BY ALL"""
    ).fetchall()
    for table, scope, first, last in rows:
        found[table, scope].append((first, last))
    return found


def _relation(generation: Generation, table: str) -> str:
    from helpers.tables.bookkeeping import BOOKKEEPING

    files = generation.files.get(table)
    if not files:
        typed = ", ".join(f"NULL::{kind} AS {quoted(n)}" for n, kind in BOOKKEEPING[table].items())
        return f"(SELECT {typed} WHERE false)"
    listed = ", ".join(literal((generation.folder / file).as_posix()) for file in files)
    return f"read_parquet([{listed}])"


class _Causes:
    """Which files make the difference between two states."""

    def __init__(self, con: duckdb.DuckDBPyConnection, before: Generation, after: Generation):
        new = set(after.batches) - set(before.batches)
        gone = set(before.batches) - set(after.batches)
        self._files: dict[str, str] = {}
        #: batch, table, scope, first and last day; all but the batch may be empty.
        self._covers: list[tuple[str, str, str | None, date | None, date | None]] = []
        for generation, batches in ((after, new), (before, gone)):
            for batch, file in con.execute(
                f"SELECT batch_id, file FROM {_relation(generation, 'import_batches')}"
            ).fetchall():
                if batch in batches:
                    self._files[batch] = file
            self._covers += [
                row
                for row in con.execute(
                    "SELECT batch_id, table_name, scope, first_day, last_day "
                    f"FROM {_relation(generation, 'batch_covers')}"
                ).fetchall()
                if row[0] in batches
            ]

    def of(self, change: _Change) -> tuple[str, str]:
        """Name files and batches: those of that store and month, else those that come close."""
        of_table = [c for c in self._covers if c[1] == change.table]
        exact = [c for c in of_table if c[2] == change.scope and _touches(c, change.month)]
        costs = [c for c in self._covers if c[2] is None]
        chosen = exact or [c for c in of_table if c[2] is None] or costs or of_table
        batches = sorted({c[0] for c in chosen} & set(self._files))
        return "\n".join(sorted({self._files[b] for b in batches})), "\n".join(batches)


def _touches(cover: tuple[str, str, str | None, date | None, date | None], month: str) -> bool:
    _, _, _, first, last = cover
    if first is None or last is None:
        return False
    return f"{first:%Y-%m}" <= month <= f"{last:%Y-%m}"
