"""Tables about the data itself: which files, what they cover, what was set aside, month by month.

They are written with every state of the tables and follow from the batches like all others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.tables.batches import QUARANTINE_FILE, Batch, Batches
from helpers.tables.calendar_events import CALENDAR_EVENTS
from helpers.tables.exchange import FX_RATES
from helpers.tables.models import PARQUET, TableModel, literal, quoted
from helpers.tables.reasons import wording
from helpers.vocabulary.faults import Fault

if TYPE_CHECKING:
    import duckdb

IMPORT_BATCHES: dict[str, str] = {
    "batch_id": "VARCHAR",
    "file": "VARCHAR",
    "sha256": "VARCHAR",
    "source": "VARCHAR",
    "store_id": "VARCHAR",
    "period": "VARCHAR",
    "as_of": "DATE",
    "encoding": "VARCHAR",
    "delimiter": "VARCHAR",
    "sheet": "VARCHAR",
    "header_row": "BIGINT",
    "rows_read": "BIGINT",
    "rows_set_aside": "BIGINT",
    "rows_kept": "BIGINT",
    "rows_quarantined": "BIGINT",
    "rows_duplicate": "BIGINT",
    "first_day": "DATE",
    "last_day": "DATE",
    "warnings": "VARCHAR",
    "settles_after": "BIGINT",
    "new_columns": "VARCHAR",
}
QUARANTINE: dict[str, str] = {
    "batch_id": "VARCHAR",
    "file": "VARCHAR",
    "source_line": "BIGINT",
    "table_name": "VARCHAR",
    "column_name": "VARCHAR",
    "value": "VARCHAR",
    "reason": "VARCHAR",
    "reasons": "VARCHAR",
    "reason_zh": "VARCHAR",
    "reason_en": "VARCHAR",
}
BATCH_COVERS: dict[str, str] = {
    "batch_id": "VARCHAR",
    "table_name": "VARCHAR",
    "fact": "VARCHAR",
    "store_id": "VARCHAR",
    "scope": "VARCHAR",
    "first_day": "DATE",
    "last_day": "DATE",
}
#: What each month of each table adds up to: what a later state of the tables is compared with.
MONTH_SUMS: dict[str, str] = {
    "table_name": "VARCHAR",
    "fact": "VARCHAR",
    #: Values of the model's ``authority`` columns, as in ``batch_covers``.
    "scope": "VARCHAR",
    "store_id": "VARCHAR",
    "month": "VARCHAR",
    #: Of the rows; empty where the table has no money.
    "currency": "VARCHAR",
    "measure": "VARCHAR",
    "kind": "VARCHAR",  # count, money (in the rows' currency), base (in the base currency)
    "unit": "VARCHAR",
    "value": "DECIMAL(38,4)",
    "first_day": "DATE",
    "last_day": "DATE",
}
#: Tables about the data itself, beside the declared ones.
BOOKKEEPING: dict[str, dict[str, str]] = {
    "import_batches": IMPORT_BATCHES,
    "quarantine": QUARANTINE,
    "batch_covers": BATCH_COVERS,
    "month_sums": MONTH_SUMS,
    "fx_rates": FX_RATES,
    "calendar_events": CALENDAR_EVENTS,
}


def make_bookkeeping(con: duckdb.DuckDBPyConnection) -> None:
    """Make the empty tables."""
    for name, columns in BOOKKEEPING.items():
        typed = ", ".join(f"{quoted(column)} {kind}" for column, kind in columns.items())
        con.execute(f"CREATE TEMP TABLE {name} ({typed})")


def add_month_sums(
    con: duckdb.DuckDBPyConnection, model: TableModel, relation: str, base: str
) -> None:
    """Add up a finished table: rows, counts and money of each month."""
    if model.day is None:
        return
    columns = {**model.columns, **model.derived}
    currency = "coalesce(currency, '')" if "currency" in columns else "''"
    store = "store_id" if "store_id" in columns else "NULL"
    scope = ", ".join(map(quoted, model.authority)) if model.authority else f"coalesce({store}, '')"
    measures = [("rows", "count", "''", "count(*)")]
    for name, column in columns.items():
        if column.type == "integer" and name != "line_no":
            measures.append((name, "count", "''", f"sum({quoted(name)})"))
        elif column.type == "money":
            kind, unit = ("base", literal(base)) if column.in_base else ("money", "currency")
            measures.append((name, kind, unit, f"sum({quoted(name)})"))
    if model.main_money:
        # What a corrected exchange rate changes.
        name = f"{model.main_money}_base"
        measures.append((name, "base", literal(base), f"sum({quoted(name)})"))
    sums = ", ".join(f"{total} AS s{place}" for place, (*_, total) in enumerate(measures))
    listed = ", ".join(
        f"{{'measure': {literal(name)}, 'kind': {literal(kind)}, 'unit': {unit}, "
        f"'value': CAST(s{place} AS DECIMAL(38,4))}}"
        for place, (name, kind, unit, _) in enumerate(measures)
    )
    con.execute(
        f"""INSERT INTO month_sums
        SELECT {literal(model.table)}, {literal(model.fact)}, scope, store_id,
            strftime(month_start, '%Y-%m'), currency, m.measure, m.kind, m.unit, m.value,
            first_day, last_day
        FROM (SELECT *, unnest([{listed}]) AS m FROM (
            SELECT concat_ws('|', {scope}) AS scope, {store} AS store_id,
                date_trunc('month', {quoted(model.day)}) AS month_start, {currency} AS currency,
                min({quoted(model.day)}) AS first_day,
                max({quoted(str(model.last_day))}) AS last_day,
                {sums}
            FROM {relation} GROUP BY ALL))
        WHERE m.value IS NOT NULL"""
    )


def write_bookkeeping(
    con: duckdb.DuckDBPyConnection,
    store: Batches,
    batches: Sequence[Batch],
    models: Mapping[str, TableModel],
    overruled: Mapping[str, int],
    building: Path,
) -> dict[str, int]:
    """Fill and write the tables about the data; gives their row counts."""
    insert_rows(con, "import_batches", [_as_row(b, overruled.get(b.batch_id, 0)) for b in batches])
    insert_rows(
        con,
        "batch_covers",
        [
            (b.batch_id, c.table, c.fact, c.store_id, c.scope, c.first, c.last)
            for b in batches
            for c in b.covers
        ]
        + [
            (b.batch_id, name, models[name].fact, b.store_id, None, None, None)
            for b in batches
            for name in sorted(set(b.rows) - {c.table for c in b.covers})
            if name in models
        ],
    )
    lists = [
        (store.folder_of(b) / QUARANTINE_FILE).as_posix() for b in batches if b.rows_quarantined
    ]
    if lists:
        listed = ", ".join(map(literal, lists))
        con.execute("CREATE TEMP TABLE _wording (reason VARCHAR, zh VARCHAR, en VARCHAR)")
        reasons = sorted({reason for batch in batches for reason in batch.reasons})
        insert_rows(con, "_wording", [(r, wording(r).zh, wording(r).en) for r in reasons])
        con.execute(
            f"""INSERT INTO quarantine
            SELECT q.batch_id, b.file, q.source_line, q.table_name, q.column_name, q.value,
                q.reason, q.reasons, x.zh, x.en
            FROM read_parquet([{listed}]) q JOIN import_batches b USING (batch_id)
            LEFT JOIN _wording x ON x.reason = q.reason"""
        )
    con.execute("SET threads = 1")
    counts = {}
    for name in BOOKKEEPING:
        counts[name] = count_rows(con, name)
        if counts[name]:
            (building / name).mkdir()
            copy_rows(con, f"SELECT * FROM {name} ORDER BY ALL", building / name)
    con.execute("RESET threads")
    return counts


def _as_row(batch: Batch, overruled: int) -> tuple[Any, ...]:
    duplicate = batch.rows_repeated + overruled
    kept = batch.rows_read - batch.rows_quarantined - duplicate
    days = [day for cover in batch.covers for day in (cover.first, cover.last)]
    told = batch.model_dump() | {
        "rows_kept": kept,
        "rows_duplicate": duplicate,
        "first_day": min(days, default=None),
        "last_day": max(days, default=None),
        "warnings": "\n".join(str(Fault(*warning)) for warning in batch.warnings),
        "new_columns": "\n".join(batch.new_columns),
    }
    return tuple(told[name] for name in IMPORT_BATCHES)


def insert_rows(con: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows column by column: one statement, however many rows."""
    if rows:
        types = [row[1] for row in con.execute(f"DESCRIBE {table}").fetchall()]
        values = ", ".join(f"unnest(${n}::{kind}[])" for n, kind in enumerate(types, 1))
        con.execute(
            f"INSERT INTO {table} SELECT {values}", [list(c) for c in zip(*rows, strict=True)]
        )


def copy_rows(con: duckdb.DuckDBPyConnection, query: str, folder: Path) -> None:
    """Write what a query gives as the folder's one file."""
    target = literal((folder / "part.parquet").as_posix())
    con.execute(f"COPY ({query}) TO {target} ({PARQUET})")


def count_rows(con: duckdb.DuckDBPyConnection, table: str) -> int:
    """Count the rows of a table."""
    return int(con.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0])
