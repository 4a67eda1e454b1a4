"""Of several exports that speak of one unit, whose rows stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.config.workspace import Workspace
from helpers.tables.batches import Batch
from helpers.tables.bookkeeping import copy_rows, count_rows, insert_rows
from helpers.tables.building.authority import Silenced
from helpers.tables.models import TableModel, literal, quoted

if TYPE_CHECKING:
    import duckdb

#: Before a table's name: what sources say of it on days for which another one speaks.
NOT_COUNTED = "not_counted_"


def load_batches(
    con: duckdb.DuckDBPyConnection,
    workspace: Workspace,
    batches: Sequence[Batch],
    silenced: Silenced,
) -> None:
    """Tell the engine of the batches, their rank, the silenced days and the stores."""
    con.execute(
        "CREATE TEMP TABLE _batches (batch_id VARCHAR, source VARCHAR, rank BIGINT, "
        "article_rank BIGINT)"
    )
    insert_rows(
        con,
        "_batches",
        [
            (b.batch_id, b.source, n, n + len(batches) * b.speaks_for_articles_only)
            for n, b in enumerate(batches)
        ],
    )
    con.execute(
        "CREATE TEMP TABLE _barred (fact VARCHAR, scope VARCHAR, source VARCHAR, "
        "first DATE, last DATE)"
    )
    insert_rows(con, "_barred", silenced.rows)
    con.execute("CREATE TABLE _stores (store_id VARCHAR, country VARCHAR)")
    insert_rows(con, "_stores", [(s.id, s.country) for s in workspace.stores])


def choose(
    con: duckdb.DuckDBPyConnection,
    model: TableModel,
    files: Sequence[str],
    anyone_silent: bool,
    building: Path,
    many: bool,
) -> None:
    """Make ``won_<table>``: the rows of the newest export for each unit of replacement.

    What a source says of days for which another one is the authority is kept beside the tables,
    to be compared with them and never to be counted.
    """
    won, lost = f"won_{model.table}", f"lost_{model.table}"
    columns = {**model.read_columns, "source_line": "BIGINT", "batch_id": "VARCHAR"}
    con.execute(f"CREATE TEMP TABLE {lost} (batch_id VARCHAR, source_line BIGINT)")
    if not files:
        typed = ", ".join(f"{quoted(name)} {kind}" for name, kind in columns.items())
        con.execute(f"CREATE TABLE {won} ({typed})")
        return
    # A model may have grown a column since a batch was written: it is empty there.
    listed = ", ".join(literal(file) for file in files)
    held = {
        row[0]
        for row in con.execute(
            f"DESCRIBE SELECT * FROM read_parquet([{listed}], union_by_name = true)"
        ).fetchall()
    }
    cells = ", ".join(
        f"CAST({f'f.{quoted(name)}' if name in held else 'NULL'} AS {kind}) AS {quoted(name)}"
        for name, kind in columns.items()
    )
    # Named as no column of a table can be: keyword_ranks has a rank of its own.
    rank = "b.article_rank" if model.incidental else "b.rank"
    silent = "false"
    if anyone_silent and model.authority and model.day:
        scope = ", ".join(f"f.{quoted(name)}" for name in model.authority)
        silent = (
            f"EXISTS (SELECT 1 FROM _barred x WHERE x.fact = {literal(model.fact)} "
            f"AND x.scope = concat_ws('|', {scope}) AND x.source = b.source "
            f"AND f.{quoted(model.day)} BETWEEN x.first AND x.last)"
        )
    kept = f"read_parquet([{listed}], union_by_name = true) f"
    every = (
        f"SELECT {cells}, {rank} AS _rank, {silent} AS is_silent, b.source AS said_by "
        f"FROM {kept} JOIN _batches b USING (batch_id)"
    )
    unit = ", ".join(map(quoted, model.replaces_by))
    several = len(files) > 1
    if many and silent == "false" and not (several and _is_contested(con, every, unit)):
        # Nobody overrules anybody: many rows are better read again than kept.
        con.execute(f"CREATE VIEW {won} AS SELECT {cells} FROM {kept}")
        return
    con.execute(f"CREATE TEMP TABLE _all AS {every}")
    newest = f"max(_rank) FILTER (NOT is_silent) OVER (PARTITION BY {unit})" if several else "_rank"
    names = ", ".join(map(quoted, columns))
    con.execute(
        f"CREATE TABLE {won} AS SELECT {names} FROM _all QUALIFY NOT is_silent AND _rank = {newest}"
        if several
        else f"CREATE TABLE {won} AS SELECT {names} FROM _all WHERE NOT is_silent"
    )
    if count_rows(con, "_all") != count_rows(con, won):
        con.execute(
            f"INSERT INTO {lost} SELECT DISTINCT batch_id, source_line FROM _all "
            f"EXCEPT SELECT batch_id, source_line FROM {won}"
        )
    if silent != "false":
        _keep_silent(con, model, names, building)
    con.execute("DROP TABLE _all")


def _is_contested(con: duckdb.DuckDBPyConnection, rows: str, unit: str) -> bool:
    """Tell whether two exports speak of one unit; two units with one hash only cost a sort."""
    found = con.execute(
        f"SELECT 1 FROM ({rows}) GROUP BY hash({unit}) HAVING min(_rank) <> max(_rank) LIMIT 1"
    )
    return bool(found.fetchall())


def _keep_silent(
    con: duckdb.DuckDBPyConnection, model: TableModel, names: str, building: Path
) -> None:
    con.execute(
        f"""CREATE TEMP TABLE _silent AS SELECT {names}, said_by AS source FROM _all
        WHERE is_silent QUALIFY _rank = max(_rank)
            OVER (PARTITION BY said_by, {", ".join(map(quoted, model.replaces_by))})"""
    )
    if count_rows(con, "_silent"):
        folder = building / f"{NOT_COUNTED}{model.table}"
        folder.mkdir()
        order = ", ".join(["source", *map(quoted, model.key), "batch_id", "source_line"])
        con.execute("SET threads = 1")
        copy_rows(con, f"SELECT * FROM _silent ORDER BY {order}", folder)
        con.execute("RESET threads")
    con.execute("DROP TABLE _silent")


def count_overruled(
    con: duckdb.DuckDBPyConnection,
    models: Mapping[str, TableModel],
    batches: Sequence[Batch],
) -> dict[str, int]:
    """Count, per batch, the lines of which nothing stands because another export has its say."""
    # Articles that a report names by the way neither save a line nor lose one.
    by_the_way = {name for name, model in models.items() if model.incidental}
    lists = [literal(b.batch_id) for b in batches if set(b.rows) <= by_the_way]

    def lines(kind: str) -> str:
        return " UNION ALL ".join(
            f"SELECT batch_id, source_line FROM {kind}_{name}"
            + (f" WHERE batch_id IN ({', '.join(lists) or 'NULL'})" if name in by_the_way else "")
            for name in models
        )

    con.execute(f"CREATE TEMP TABLE _lost AS SELECT DISTINCT * FROM ({lines('lost')})")
    if not count_rows(con, "_lost"):
        return {}
    counted = con.execute(
        f"""SELECT batch_id, count(*) FROM (SELECT * FROM _lost EXCEPT
            SELECT batch_id, source_line FROM ({lines("won")})
            SEMI JOIN _lost USING (batch_id, source_line))
        GROUP BY 1 ORDER BY 1"""
    ).fetchall()
    return {batch: int(lines) for batch, lines in counted}
