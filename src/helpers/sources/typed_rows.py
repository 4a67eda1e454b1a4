"""Rows of text become rows of what their cells mean, each beside what its store declares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from helpers.sources import cells
from helpers.sources.aside import declared_aside
from helpers.sources.cells import Writing
from helpers.sources.countries import country_codes
from helpers.sources.declared import Column, currency_column
from helpers.sources.exports import Exports
from helpers.sources.meaning import LINE
from helpers.sources.owners import FACTS, Owners
from helpers.sources.reading import FILE
from helpers.sources.sql import literal, name
from helpers.sources.staging import Staging
from helpers.vocabulary.periods import Period


def type_cells(
    exports: Exports,
    owners: Owners,
    staging: Staging,
    periods: Sequence[Period | None],
    writings: Mapping[str, Writing],
) -> None:
    """Make ``typed`` of ``raw``; a row is sound if every filled cell could be typed.

    Args:
        exports: The files.
        owners: Whose rows they may be.
        staging: Where the rows lie. What went straight holds its meaning already.
        periods: Of each file, where it holds no days.
        writings: How each column is written.
    """
    zone = f"coalesce(_zone, {literal(owners.workspace.time_zone)})"
    picked, sound = list[str](), ["NOT _over"]
    for column, about in exports.source.columns.items():
        raw, made = f"raw.{name(column)}", name(column)
        if column not in exports.positions:
            picked.append(f"NULL::{cells.SQL_TYPE[about.type]} AS {made}")
        elif about.type in cells.AS_THEY_ARE or (staging.is_straight and about.type != "country"):
            picked.append(f"{raw} AS {made}")
        else:
            if about.type == "country":
                picked.append(f"{code_of_country(raw, column, about, staging)} AS {made}")
            else:
                picked.append(f"{cells.typed(raw, about, writings[column], zone)} AS {made}")
            picked.append(f"{raw} IS NOT NULL AS {name(column + ' filled')}")
            sound.append(f"({made} IS NOT NULL OR NOT {name(column + ' filled')})")
    if owners.known:
        sound.append(owners.known)
    for one in exports.types.keys() - exports.source.columns.keys():
        code = exports.found.currencies.get(one.removesuffix(currency_column("")))
        picked.append(f"{literal(code) if code else 'NULL'}::VARCHAR AS {name(one)}")
    starts = _by_file([period.start if period else None for period in periods])
    ends = _by_file([period.end if period else None for period in periods])
    kept = ", ".join(
        f"nullif({name(column)}, '') AS {name(column)}"
        if kind == "country" and column in exports.positions
        else name(column)
        for column, kind in exports.types.items()
    )
    down = _filled_where_carried(exports)
    beside = FACTS.replace("_zone", f"{zone} AS _zone")
    typed = f"""
        SELECT {LINE}, {LINE} // {FILE} AS _file, {kept}, {declared_aside(exports)} AS _aside,
          {" AND ".join(sound)} AS _sound, {"".join(f"{test}, " for test in down.values())}
          {FACTS}, _start, _end
        FROM (SELECT {LINE}, {", ".join(picked)}, _aside, _over, {beside},
          {starts} AS _start, {ends} AS _end FROM {owners.beside(staging.raw)})"""
    staging.put(staging.typed, _carry_down(typed, list(down)) if down else typed)


def code_of_country(cell: str, column: str, about: Column, staging: Staging) -> str:
    """Give the SQL from a country as spelled to its code, ``''`` for none.

    Args:
        cell: SQL of the cell.
        column: Whose spellings are looked up.
        about: What the source declares about it.
        staging: Where the rows lie.
    """
    cases = " ".join(
        f"WHEN {literal(text)} THEN {literal(code)}"
        for text, code in country_codes(staging.spellings(column), about.names).items()
        if code is not None
    )
    return f"CASE {cell} {cases} END" if cases else "NULL::VARCHAR"


def _by_file(days: Sequence[date | None]) -> str:
    """Give the SQL of a day that each file has its own of."""
    written = [f"DATE '{day}'" if day else "NULL::DATE" for day in days]
    if len(set(written)) == 1:
        return written[0]
    cases = " ".join(f"WHEN {at} THEN {day}" for at, day in enumerate(written))
    return f"CASE {LINE} // {FILE} {cases} END"


def _filled_where_carried(exports: Exports) -> dict[str, str]:
    """Name the columns whose blanks repeat the last filled cell above, each with its test.

    They are carried before bad rows are left out: the rows below an order's bad first row are
    that order's, and not those of the order before it.
    """
    found = {}
    for column in (one for down in exports.source.carry_down if not down.within
                   for one in down.columns if one in exports.positions):  # fmt: skip
        plainly = exports.types[column] in cells.AS_THEY_ARE
        is_filled = f"{name(column)} IS NOT NULL" if plainly else name(column + " filled")
        found[column] = f"{is_filled} AS {name(column + ' starts')}"
    return found


def _carry_down(rows: str, columns: Sequence[str]) -> str:
    """Give the query in which a blank cell holds what the last filled one above it does.

    A filled cell that could not be read is carried as what it is, nothing: the rows below it are
    not those of the cell before.
    """
    among = "PARTITION BY _file, _aside IS NULL"
    runs = ", ".join(
        f"count_if({name(one + ' starts')}) OVER ({among} ORDER BY {LINE} ROWS UNBOUNDED PRECEDING)"
        f" AS {name(one + ' run')}"
        for one in columns
    )
    carried = ", ".join(
        f"first_value({name(one)}) OVER ({among}, {name(one + ' run')} ORDER BY {LINE})"
        f" AS {name(one)}"
        for one in columns
    )
    spare = ", ".join(name(f"{one} {which}") for one in columns for which in ("starts", "run"))
    return f"SELECT * EXCLUDE ({spare}) REPLACE ({carried}) FROM (SELECT *, {runs} FROM ({rows}))"
