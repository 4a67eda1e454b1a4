"""Small warehouses made by hand, through the real contracts, writer and build.

    workspace, paths = make_workspace(tmp_path)            # base EUR, stores shop-de and shop-uk
    write_table(paths, "order_lines", [order_line(order_id="A", list_amount="10.00"), ...])
    warehouse = Warehouse.open(paths, workspace)

Rows are dicts; columns that are left out stay empty. `_base` columns, `fx_rate` and the derived
columns come from the real build. Each call is one accepted file, so a later call with the same
order replaces that order only if its ``as_of`` is newer.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from helpers.config.workspace import Workspace
from helpers.paths import WorkspacePaths
from helpers.sources.reading import Reading
from helpers.tables.batches import Batch, Batches
from helpers.tables.build import rebuild
from helpers.tables.contracts import judge
from helpers.tables.models import load_models
from helpers.vocabulary.periods import Period

STORES: list[dict[str, Any]] = [
    {
        "id": "shop-de",
        "name": {"en": "Shop DE", "zh": "德国店"},
        "platform": "amazon",
        "currency": "EUR",
        "time_zone": "Europe/Berlin",
        "tax_basis": "included",
        "tax_rate": "0.19",
        "country": "DE",
    },
    {
        "id": "shop-uk",
        "name": {"en": "Shop UK", "zh": "英国店"},
        "platform": "shopify",
        "currency": "GBP",
        "time_zone": "Europe/London",
        "tax_basis": "excluded",
        "country": "GB",
    },
]


def make_workspace(
    folder: Path, stores: Sequence[Mapping[str, Any]] = STORES, **declared: Any
) -> tuple[Workspace, WorkspacePaths]:
    """Declare a company in ``folder``: base currency EUR, one store in EUR, one in GBP."""
    content = {
        "company": {"en": "Test Company", "zh": "测试公司"},
        "base_currency": "EUR",
        "time_zone": "Europe/Berlin",
        "stores": list(stores),
    } | declared
    folder.mkdir(parents=True, exist_ok=True)
    paths = WorkspacePaths(folder)
    # JSON is YAML: the file can be read back by load_workspace.
    paths.declaration.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return Workspace.model_validate(content), paths


def order_line(**given: Any) -> dict[str, Any]:
    """Give a sound order line: one unit of SKU-1 sold by shop-de on 5 October 2025 for 10 EUR."""
    row = {
        "store_id": "shop-de",
        "order_id": "A",
        "line_no": 1,
        "kind": "sale",
        "status": "placed",
        "ordered_at": None,
        "local_date": "2025-10-05",
        "sku": "SKU-1",
        "is_merchandise": True,
        "quantity": 1,
        "currency": "EUR",
        "list_amount": "10.00",
    } | given
    row["ordered_at"] = row["ordered_at"] or f"{row['local_date']} 12:00:00"
    return row


def make_reading(
    con: duckdb.DuckDBPyConnection,
    tables: Mapping[str, Sequence[Mapping[str, Any]]],
    *,
    source: str = "by_hand",
    store_id: str | None = None,
    as_of: date | None = None,
    period: Period | None = None,
    bad_cells: Sequence[tuple[int, str, str, str]] = (),
    path: Path = Path("by_hand.csv"),
    sha256: str | None = None,
    rows_read: int | None = None,
    settles_after: int = 0,
    new_columns: tuple[str, ...] = (),
) -> Reading:
    """Put dict rows into temp tables, as ``sources`` would; ``source_line`` counts from 2."""
    models = load_models()
    names, lines = {}, {line for line, *_ in bad_cells}
    for number, (table, rows) in enumerate(tables.items()):
        relation = f"reading_{number}_{table}"
        columns = {"source_line": "BIGINT"} | {
            name: kind
            for name, kind in models[table].read_columns.items()
            if not rows or any(name in row for row in rows)
        }
        strangers = {name for row in rows for name in row} - set(columns)
        assert not strangers, f"{table} has no columns {strangers}"
        typed = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        con.execute(f"CREATE OR REPLACE TEMP TABLE {relation} ({typed})")
        for line, row in enumerate(rows, start=2):
            lines.add(row.get("source_line", line))
            con.execute(
                f"INSERT INTO {relation} VALUES ({', '.join('?' * len(columns))})",
                [
                    row.get("source_line", line) if name == "source_line" else _plain(row.get(name))
                    for name in columns
                ],
            )
        names[table] = relation
    con.execute(
        "CREATE OR REPLACE TEMP TABLE reading_bad "
        "(source_line BIGINT, column_name VARCHAR, value VARCHAR, reason VARCHAR)"
    )
    for cell in bad_cells:
        con.execute("INSERT INTO reading_bad VALUES (?, ?, ?, ?)", list(cell))
    told = repr(
        (
            sorted((t, [sorted(r.items()) for r in rows]) for t, rows in tables.items()),
            source,
            store_id,
            as_of,
            period,
            bad_cells,
            settles_after,
            new_columns,
        )
    )
    return Reading(
        path=path,
        sha256=sha256 or hashlib.sha256(told.encode()).hexdigest(),
        source=source,
        store_id=store_id,
        period=period,
        as_of=as_of,
        encoding="utf-8",
        delimiter=",",
        sheet=None,
        header_row=1,
        rows_read=len(lines) if rows_read is None else rows_read,
        rows_set_aside=0,
        tables=names,
        bad_cells="reading_bad",
        settles_after=settles_after,
        new_columns=new_columns,
    )


def accept(
    paths: WorkspacePaths, workspace: Workspace, reading: Reading, con: duckdb.DuckDBPyConnection
) -> Batch:
    """Judge a reading and keep it as a batch, without building the tables."""
    models = load_models()
    judged = judge(con, reading, workspace, models)
    return Batches(paths.warehouse / "batches").write(
        con,
        reading,
        judged,
        models,
        file=reading.path.name,
        read_with="by hand",
        is_own_source=False,
    )


def write_tables(
    paths: WorkspacePaths,
    tables: Mapping[str, Sequence[Mapping[str, Any]]],
    workspace: Workspace | None = None,
    **reading: Any,
) -> None:
    """Take in one file that brings several tables, and build; a broken contract is an error."""
    workspace = workspace or Workspace.model_validate_json(paths.declaration.read_text("utf-8"))
    with duckdb.connect() as con:
        batch = accept(paths, workspace, make_reading(con, tables, **reading), con)
        if batch.rows_quarantined:
            found = con.execute("SELECT * FROM judged_quarantine").fetchall()
            raise AssertionError(f"rows break the contract: {found}")
    rebuild(workspace, paths)


def write_table(
    paths: WorkspacePaths,
    name: str,
    rows: Sequence[Mapping[str, Any]],
    workspace: Workspace | None = None,
    **reading: Any,
) -> None:
    """Take in one file that brings one table, and build.

    Args:
        paths: Where the workspace is.
        name: The canonical table.
        rows: Dicts of column -> value; dates may be text, money should be text or Decimal.
        workspace: Left out, read from ``paths.declaration``.
        reading: ``as_of``, ``source``, ``store_id``, ``period``, ... of the made-up file.
    """
    write_tables(paths, {name: rows}, workspace, **reading)


def _plain(value: Any) -> Any:
    return value.isoformat(" ") if isinstance(value, datetime) else value
