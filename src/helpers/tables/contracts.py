"""Is each row sound? Contracts of the table models, checked in the engine and not row by row.

A line of an export is taken in whole or set aside whole: when one of its rows breaks a contract,
none of the rows it gave rise to is kept, so that a refund never stands without its order line
because of a spelling mistake. Each line is named once, with its first reason; all reasons are
counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.sources.masking import masked
from helpers.sources.reading import FILE
from helpers.tables.models import PARQUET, TableModel, literal, quoted
from helpers.vocabulary.faults import DataRefused, Fault

if TYPE_CHECKING:
    import duckdb

    from helpers.config.workspace import Store, Workspace
    from helpers.sources.reading import Reading

#: A day later than nine tenths of the file's days by more than this is a typing error.
FAR_FUTURE_YEARS = 5
_SOUND_YEARS = (1990, 2100)
_NO_QUARANTINE = (
    "CREATE OR REPLACE TEMP TABLE judged_quarantine (source_line BIGINT, table_name "
    "VARCHAR, column_name VARCHAR, value VARCHAR, reason VARCHAR, reasons VARCHAR)"
)


@dataclass(frozen=True)
class Draft:
    """Where the rows of a large file are put at once, as the batch they will be if all is well."""

    folder: Path
    batch_id: str

    def file_of(self, table: str) -> Path:
        """Say where the rows of one table lie."""
        return self.folder / f"{table}.parquet"


@dataclass(frozen=True)
class Judged:
    """What the contracts found in one reading: names of temp tables on the same connection."""

    tables: Mapping[str, str]
    #: ``source_line, table_name, column_name, value, reason, reasons``: a row per line, its value
    #: as it may be shown.
    quarantine: str
    rows_quarantined: int
    #: Lines that repeat an earlier line of the file in every cell, its key included.
    rows_repeated: int
    #: How often each reason was found, further reasons of a line included.
    reasons: Mapping[str, int]
    #: Holds all tables already, where nothing was found wrong with them.
    draft: Draft | None = None


def judge_alike(
    con: duckdb.DuckDBPyConnection,
    readings: Sequence[Reading | None],
    workspace: Workspace,
    models: Mapping[str, TableModel],
) -> tuple[Judged, set[int]]:
    """Look at readings that share their tables, all at once.

    Returns:
        Their judged tables, as if all were sound, and which of the readings may not be: those
        are for ``judge``, each alone.

    Raises:
        DataRefused: The source brings a table or column that no model knows.
    """
    reading = next(one for one in readings if one is not None)
    judged, doubtful = _look(con, reading, workspace, models, several=True)
    con.execute(_NO_QUARANTINE)
    return Judged(judged, "judged_quarantine", 0, 0, {}), set().union(*doubtful.values())


def judge(
    con: duckdb.DuckDBPyConnection,
    reading: Reading,
    workspace: Workspace,
    models: Mapping[str, TableModel],
    draft: Draft | None = None,
) -> Judged:
    """Divide a reading's rows into sound ones, quarantined ones and repeated ones.

    Args:
        con: Where the reading is.
        reading: What to judge.
        workspace: The company.
        models: The tables.
        draft: Where to put the rows of a large file: they are then written once and looked at
            where they lie, and only if any of them is doubtful taken into the engine.

    Raises:
        DataRefused: The source brings a table or column that no model knows.
    """
    judged, doubtful = _look(con, reading, workspace, models, draft=draft)
    main = _main_tables(reading, models)
    stores = _stores_of(reading, workspace)

    # Most files are sound, and one look at each table has told so.
    bad_cells = quoted(reading.bad_cells)
    if not any(doubtful.values()) and not _count(con, f"SELECT count(*) FROM {bad_cells}"):
        con.execute(_NO_QUARANTINE)
        return Judged(judged, "judged_quarantine", 0, 0, {}, draft)

    if draft:
        _take_in(con, judged.values())
    con.execute(
        "CREATE OR REPLACE TEMP TABLE _faults AS SELECT source_line, 0 AS place, "
        "'' AS table_name, CAST(column_name AS VARCHAR) AS column_name, "
        f"CAST(value AS VARCHAR) AS value, CAST(reason AS VARCHAR) AS reason FROM {bad_cells}"
    )
    con.execute("CREATE OR REPLACE TEMP TABLE _repeated (source_line BIGINT)")
    for place, name in enumerate(judged, 1):
        if doubtful[name]:
            own_place = place if name in main else None
            _find_broken(con, models[name], stores, judged[name], own_place)
            _find_repeated(con, models[name], judged[name], own_place)
    for relation in judged.values():
        con.execute(
            f"DELETE FROM {relation} WHERE source_line IN (SELECT source_line FROM _faults)"
        )
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE judged_quarantine AS
        SELECT source_line, arg_min(table_name, place) AS table_name,
               arg_min(column_name, place) AS column_name,
               {shown("arg_min(value, place)")} AS value, arg_min(reason, place) AS reason,
               string_agg(DISTINCT reason, '; ' ORDER BY reason) AS reasons
        FROM (SELECT * REPLACE (place * 1000000000::BIGINT + rowid AS place) FROM _faults)
        GROUP BY source_line ORDER BY source_line"""
    )
    standing = " UNION ".join(f"SELECT source_line FROM {judged[name]}" for name in main)
    gone = "SELECT source_line FROM _faults" + (f" UNION {standing}" if standing else "")
    reasons = con.execute("SELECT reason, count(*) FROM _faults GROUP BY 1 ORDER BY 2 DESC, 1")
    counted = dict(reasons.fetchall())
    rows_quarantined = _count(con, "SELECT count(*) FROM judged_quarantine")
    rows_repeated = _count(
        con,
        "SELECT count(DISTINCT source_line) FROM _repeated "
        f"WHERE source_line NOT IN (SELECT source_line FROM ({gone}))",
    )
    con.execute("DROP TABLE _faults; DROP TABLE _repeated")
    return Judged(judged, "judged_quarantine", rows_quarantined, rows_repeated, counted)


def _main_tables(reading: Reading, models: Mapping[str, TableModel]) -> list[str]:
    """Where a file says nothing else than which listing is which article, that is its main word."""
    main = [name for name in reading.tables if not models[name].incidental]
    return main or list(reading.tables)


def _stores_of(reading: Reading, workspace: Workspace) -> list[Store]:
    return [s for s in workspace.stores if reading.store_id in (None, s.id)]


def _look(
    con: duckdb.DuckDBPyConnection,
    reading: Reading,
    workspace: Workspace,
    models: Mapping[str, TableModel],
    several: bool = False,
    draft: Draft | None = None,
) -> tuple[dict[str, str], dict[str, set[int]]]:
    """Shape a reading's tables, main ones first, and tell the files with doubtful rows in each."""
    found = {name: _columns_of(con, relation) for name, relation in reading.tables.items()}
    _refuse_strangers(reading, found, models)
    main, stores = _main_tables(reading, models), _stores_of(reading, workspace)
    judged, doubtful = {}, {}
    for name in sorted(reading.tables, key=lambda n: (n not in main, n)):
        judged[name] = f"judged_{name}"
        _shape(con, models[name], reading, found[name], stores, judged[name], draft)
        doubtful[name] = _first_look(con, models[name], stores, judged[name], several)
    return judged, doubtful


def shown(value: str) -> str:
    """Wrap the SQL of a text so that it can be shown to whoever mends files.

    What may be a person's is blotted out as everywhere (``sources.masking``); a cell that holds
    nothing but a day or a number is kept, although it may have many digits.
    """
    day = r"[0-9]{1,4}[-./][0-9]{1,2}[-./][0-9]{1,4}([ T].*)?"
    number = r"[-+]?([0-9]{1,8}|[0-9.,]+[.,][0-9]{1,4})"
    return (
        f"CASE WHEN regexp_full_match({value}, '{day}') OR regexp_full_match({value}, '{number}') "
        f"THEN {value} ELSE {masked(value)} END"
    )


def _refuse_strangers(
    reading: Reading, found: Mapping[str, list[str]], models: Mapping[str, TableModel]
) -> None:
    faults = []
    for name, columns in found.items():
        where = f"{reading.path.name}: source {reading.source}"
        if name not in models:
            faults.append(Fault(where, f"brings unknown table {name!r}", f"known: {list(models)}"))
            continue
        known = {*models[name].columns, "source_line"}
        if strangers := [column for column in columns if column not in known]:
            what = f"brings columns that {name} does not have: {strangers}"
            faults.append(Fault(where, what, "correct the mapping"))
    if faults:
        raise DataRefused(faults)


def _columns_of(con: duckdb.DuckDBPyConnection, relation: str) -> list[str]:
    described = con.execute(f"SELECT * FROM {quoted(relation)} LIMIT 0").description
    return [column[0] for column in described or ()]


def _shape(
    con: duckdb.DuckDBPyConnection,
    model: TableModel,
    reading: Reading,
    found: list[str],
    stores: Sequence[Store],
    relation: str,
    draft: Draft | None,
) -> None:
    """Give the rows every column of the model, typed; fill what the file's store settles."""
    shaped = {}
    for name, sql_type in model.read_columns.items():
        value = f"CAST(r.{quoted(name)} AS {sql_type})" if name in found else f"NULL::{sql_type}"
        if model.columns[name].type == "text":
            value = f"nullif({value}, '')"
        if name == "store_id" and reading.store_id is not None:
            value = f"coalesce({value}, {literal(reading.store_id)})"
        shaped[name] = value
    if "currency" in shaped and "store_id" in shaped:
        own = f"coalesce({shaped['currency']}, {_currency_of(shaped['store_id'], stores)})"
        if not model.columns["currency"].required:
            # Without an amount there is nothing that a currency could be the currency of.
            own = f"CASE WHEN {shaped[model.converted[0]]} IS NULL THEN NULL ELSE {own} END"
        shaped["currency"] = own
    cells = ", ".join(f"{value} AS {quoted(name)}" for name, value in shaped.items())
    rows = (
        f"SELECT {cells}, CAST(r.source_line AS BIGINT) AS source_line"
        f" FROM {quoted(reading.tables[model.table])} r"
    )
    if draft is None:
        con.execute(f"CREATE OR REPLACE TEMP TABLE {relation} AS {rows}")
        return
    file = literal(draft.file_of(model.table).as_posix())
    con.execute(
        f"COPY (SELECT *, {literal(draft.batch_id)} AS batch_id FROM ({rows})) TO {file}"
        f" ({PARQUET})"
    )
    con.execute(
        f"CREATE OR REPLACE TEMP VIEW {relation} AS SELECT * EXCLUDE (batch_id)"
        f" FROM read_parquet({file})"
    )


def _take_in(con: duckdb.DuckDBPyConnection, relations: Iterable[str]) -> None:
    """Make tables of views, so that rows can be set aside."""
    for relation in relations:
        con.execute(
            f"CREATE TEMP TABLE _taken_in AS SELECT * FROM {relation}; DROP VIEW {relation};"
            f" ALTER TABLE _taken_in RENAME TO {relation}"
        )


def _currency_of(store_id: str, stores: Sequence[Store]) -> str:
    cases = " ".join(f"WHEN {literal(s.id)} THEN {literal(s.currency)}" for s in stores)
    return f"CASE {store_id} {cases} END" if cases else "NULL"


def _first_look(
    con: duckdb.DuckDBPyConnection,
    model: TableModel,
    stores: Sequence[Store],
    relation: str,
    several: bool,
) -> set[int]:
    """Tell in one pass in which files any row breaks a contract or repeats a key."""
    far = "false"
    if model.day:
        # Nothing is far ahead of the rest in a file that spans fewer years altogether.
        day = quoted(model.day)
        sound = f"FILTER ({_in_sound_years(day)})"
        far = (
            f"coalesce(max({day}) {sound} > min({day}) {sound}"
            f" + INTERVAL {FAR_FUTURE_YEARS} YEAR, false)"
        )
    # Two keys with one hash only cost a second look.
    key = ", ".join(map(quoted, model.key))
    # Distinct keys are counted far faster where nothing needs to be grouped.
    file, grouped = (f"source_line // {FILE}", "GROUP BY 1") if several else ("0", "")
    looked = con.execute(
        f"SELECT {file}, bool_or({_broken(_checks(model, stores))}), {far}, "
        f"count(*) - count(DISTINCT hash({key})) FROM {relation} t {grouped}"
    ).fetchall()
    return {file for file, is_broken, is_far, repeats in looked if is_broken or is_far or repeats}


def _checks(model: TableModel, stores: Sequence[Store]) -> list[tuple[str, str, str]]:
    """List column, reason, and the condition of breaking that contract, over ``t``."""
    checks: list[tuple[str, str, str]] = []
    for name, column in model.columns.items():
        cell = f"t.{quoted(name)}"
        if column.required:
            checks.append((name, "empty", f"{cell} IS NULL"))
        if column.allowed:
            values = ", ".join(map(literal, column.allowed))
            checks.append((name, "not_allowed", f"{cell} NOT IN ({values})"))
        if column.form:
            form = literal(column.form)
            checks.append((name, "wrong_form", f"NOT regexp_full_match({cell}, {form})"))
        if column.least is not None:
            checks.append((name, "too_small", f"{cell} < {column.least}"))
        if name == "store_id":
            known = ", ".join(literal(store.id) for store in stores) or "NULL"
            checks.append((name, "unknown_store", f"{cell} NOT IN ({known})"))
        if name == "country":
            # One text and not a list of 250: the engine plans it fifty times faster.
            codes = literal(f"|{'|'.join(known_countries())}|")
            checks.append(
                (
                    name,
                    "unknown_country",
                    f"NOT contains({codes}, concat('|', {cell}, '|')) AND {cell} IS NOT NULL",
                )
            )
        if name == "currency" and model.currencies == "store" and "store_id" in model.columns:
            own = _currency_of("t.store_id", stores)
            checks.append((name, "other_currency", f"{cell} <> {own}"))
        if name == model.day:
            checks.append((name, "impossible_day", f"NOT {_in_sound_years(cell)}"))
    return checks


def _broken(checks: Sequence[tuple[str, str, str]]) -> str:
    # What is empty breaks nothing here but ``required``: an unknown answer counts as no.
    return " OR ".join(f"({condition})" for _, _, condition in checks) or "false"


def _in_sound_years(day: str) -> str:
    first, last = _SOUND_YEARS
    return f"(year({day}) BETWEEN {first} AND {last})"


def _latest_day(day: str) -> str:
    # Years that are faults by themselves say nothing of when the others end, and past the year
    # 9999 neither Python nor an interval can hold what comes out.
    return (
        f"quantile_disc({day}, 0.9) FILTER ({_in_sound_years(day)})"
        f" + INTERVAL {FAR_FUTURE_YEARS} YEAR"
    )


def _find_broken(
    con: duckdb.DuckDBPyConnection,
    model: TableModel,
    stores: Sequence[Store],
    relation: str,
    place: int | None,
) -> None:
    """Put rows that break a contract into ``_faults``; incidental ones only go."""
    checks = _checks(model, stores)
    if model.day:
        day = quoted(model.day)
        ((latest,),) = con.execute(f"SELECT {_latest_day(day)} FROM {relation}").fetchall()
        if latest:
            checks.append((model.day, "impossible_day", f"t.{day} > DATE '{latest:%Y-%m-%d}'"))
    broken = _broken(checks)
    if place is None:
        con.execute(f"DELETE FROM {relation} t WHERE {broken}")
        return
    # The list is made for broken rows only: there are few, and lists are dear.
    found = ", ".join(
        f"CASE WHEN {condition} THEN {{'column_name': {literal(name)}, "
        f"'value': CAST(t.{quoted(name)} AS VARCHAR), 'reason': {literal(reason)}}} END"
        for name, reason, condition in checks
    )
    con.execute(
        f"""INSERT INTO _faults
        SELECT source_line, {place}, {literal(model.table)}, f.column_name, f.value, f.reason
        FROM (SELECT source_line, unnest([{found}]) AS f FROM {relation} t WHERE {broken})
        WHERE f IS NOT NULL"""
    )


def _find_repeated(
    con: duckdb.DuckDBPyConnection, model: TableModel, relation: str, place: int | None
) -> None:
    """Keep the first row of each key: an equal one is a repetition, a different one a fault."""
    key = ", ".join(map(quoted, model.key))
    sound = "source_line NOT IN (SELECT source_line FROM _faults)"
    if not _count(
        con,
        f"SELECT count(*) FROM (SELECT 1 FROM {relation} WHERE {sound} "
        f"GROUP BY {key} HAVING count(*) > 1)",
    ):
        return
    cells = ", ".join(f"{quoted(name)} := {quoted(name)}" for name in model.columns)
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE _again AS
        SELECT id, source_line, cells IS NOT DISTINCT FROM first_cells AS is_equal FROM (
            SELECT rowid AS id, source_line, struct_pack({cells}) AS cells,
                first_value(struct_pack({cells})) OVER same AS first_cells,
                row_number() OVER same AS turn
            FROM {relation} WHERE {sound}
            WINDOW same AS (PARTITION BY {key} ORDER BY source_line, rowid))
        WHERE turn > 1"""
    )
    if place is not None:
        con.execute("INSERT INTO _repeated SELECT source_line FROM _again WHERE is_equal")
        con.execute(
            f"""INSERT INTO _faults SELECT a.source_line, {place}, {literal(model.table)},
            {literal(", ".join(model.key))},
            concat_ws(', ', {", ".join(f"t.{quoted(name)}" for name in model.key)}),
            'repeated_key'
            FROM _again a JOIN {relation} t ON t.rowid = a.id WHERE NOT a.is_equal"""
        )
    con.execute(f"DELETE FROM {relation} WHERE rowid IN (SELECT id FROM _again)")
    con.execute("DROP TABLE _again")


@cache
def known_countries() -> tuple[str, ...]:
    """List the two-letter territory codes that have a name."""
    from babel import Locale

    codes = map(str, Locale("en").territories)
    return tuple(sorted(code for code in codes if len(code) == 2 and code.isalpha()))


def _count(con: duckdb.DuckDBPyConnection, query: str) -> int:
    return int(con.execute(query).fetchall()[0][0])
