"""The tables as the engine sees them: a view over files each, a few small ones filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from helpers.config.workspace import Store, Workspace
from helpers.paths import WorkspacePaths
from helpers.tables.bookkeeping import BOOKKEEPING
from helpers.tables.building.choosing import NOT_COUNTED
from helpers.tables.forecast_log import FORECAST_LOG, forecast_files
from helpers.tables.models import (
    FX_RATE_TYPE,
    PROVENANCE,
    SQL_TYPES,
    TableModel,
    literal,
    quoted,
)
from helpers.tables.plan_tables import PLAN_TABLES, SQL, plan_rows
from helpers.tables.restatements import RESTATEMENTS, log_files

if TYPE_CHECKING:
    import duckdb

    from helpers.tables.build import Generation

STORES: dict[str, str] = {
    "store_id": "VARCHAR",
    "name_en": "VARCHAR",
    "name_zh": "VARCHAR",
    "platform": "VARCHAR",
    "currency": "VARCHAR",
    "country": "VARCHAR",
    "time_zone": "VARCHAR",
    "tax_basis": "VARCHAR",
    "opened_on": "DATE",
    "closed_on": "DATE",
}

#: Currency -> its rate, as the engine wrote it, at which ``_const`` columns are converted.
ConstantRates = Sequence[tuple[str, object]]


def make_views(
    con: duckdb.DuckDBPyConnection,
    workspace: Workspace,
    paths: WorkspacePaths,
    generation: Generation,
    models: Mapping[str, TableModel],
) -> ConstantRates:
    """Make every table there is to ask for, but those of the plan.

    Returns:
        The constant rates that amounts are converted at when they are read.
    """

    def make(name: str, columns: Mapping[str, str], more: Sequence[str] = ()) -> None:
        files = sorted(generation.files.get(name, ()))
        _view(con, name, [(generation.folder / file).as_posix() for file in files], columns, more)

    for name, columns in BOOKKEEPING.items():
        make(name, columns)
    rates = con.execute(
        "SELECT currency, rate FROM fx_rates WHERE kind = 'constant' ORDER BY 1"
    ).fetchall()
    for name, model in models.items():
        make(name, model.stored_columns, _at_constant_rates(model, rates))
    for name in generation.files:
        if name.startswith(NOT_COUNTED):
            make(name, columns_not_counted(models[name.removeprefix(NOT_COUNTED)]))
    log = log_files(paths, generation.restatements)
    _view(con, "restatements", [file.as_posix() for file in log], RESTATEMENTS)
    told = forecast_files(paths)
    _view(con, "forecast_log", [file.as_posix() for file in told], FORECAST_LOG)
    _fill(con, "stores", STORES, [_told_of(store) for store in workspace.stores])
    return rates


def make_plan_table(
    con: duckdb.DuckDBPyConnection, workspace: Workspace, paths: WorkspacePaths, name: str
) -> None:
    """Bring in one table of the plan."""
    columns = {column: SQL[kind] for column, kind in PLAN_TABLES[name].items()}
    rows = plan_rows(paths.plan, name, workspace.fiscal_year_start)
    _fill(con, name, columns, [list(row.values()) for row in rows])


def columns_not_counted(model: TableModel) -> dict[str, str]:
    """Give the columns of what a silenced source says of a table."""
    return {**model.read_columns, **PROVENANCE, "source": "VARCHAR"}


def empty(columns: Mapping[str, str]) -> str:
    """Write the query of a table without a row."""
    typed = ", ".join(f"NULL::{kind} AS {quoted(name)}" for name, kind in columns.items())
    return f"SELECT {typed} WHERE false"


def _view(
    con: duckdb.DuckDBPyConnection,
    name: str,
    files: Sequence[str],
    columns: Mapping[str, str],
    more: Sequence[str] = (),
) -> None:
    if files:
        chosen = ", ".join([*map(quoted, columns), *more])
        listed = ", ".join(map(literal, files))
        source = f"SELECT {chosen} FROM read_parquet([{listed}], hive_partitioning = false)"
    else:
        source = f"SELECT {', '.join(['*', *more])} FROM ({empty(columns)})"
    con.execute(f"CREATE VIEW {quoted(name)} AS {source}")


def _fill(
    con: duckdb.DuckDBPyConnection,
    name: str,
    columns: Mapping[str, str],
    rows: Sequence[Sequence[object]],
) -> None:
    typed = ", ".join(f"{quoted(column)} {kind}" for column, kind in columns.items())
    con.execute(f"CREATE TABLE {quoted(name)} ({typed})")
    if rows:
        marks = ", ".join("?" * len(columns))
        con.executemany(f"INSERT INTO {quoted(name)} VALUES ({marks})", rows)


def _told_of(store: Store) -> tuple[str | date | None, ...]:
    """Give the cells of ``STORES``."""
    return (
        store.id, store.name.en, store.name.zh, store.platform, store.currency, store.country,
        store.time_zone, store.tax_basis, store.opened_on, store.closed_on,
    )  # fmt: skip


def _at_constant_rates(model: TableModel, rates: ConstantRates) -> list[str]:
    """Write the ``_const`` columns: one rate per currency, so nothing needs to be stored."""
    if not model.constant:
        return []
    cases = " ".join(f"WHEN {literal(currency)} THEN {rate}" for currency, rate in rates)
    rate = f"CASE currency {cases} END" if cases else "NULL"
    return [
        f"CAST(round(CAST({quoted(column)} AS DECIMAL(24,4)) * CAST({rate} AS {FX_RATE_TYPE}), 4) "
        f"AS {SQL_TYPES['money']}) AS {quoted(twin)}"
        for column, twin in model.constant.items()
    ]
