"""Bring the made-up rows into a workspace through the real contracts, writer and build."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from helpers.config.workspace import Workspace
from helpers.paths import WorkspacePaths
from helpers.sources.reading import Reading
from helpers.tables.batches import Batches
from helpers.tables.build import rebuild
from helpers.tables.contracts import judge
from helpers.tables.models import load_models


def write_company(
    folder: Path,
    stores: tuple[tuple[str, str, str, int], ...],
    tables: Mapping[str, Mapping[str, Any]],
) -> Path:
    """Make a workspace in ``folder`` whose tables hold these columns."""
    import duckdb
    import pandas as pd

    folder.mkdir(parents=True, exist_ok=True)
    paths = WorkspacePaths(folder)
    declared = {
        "company": {"en": "Planted", "zh": "样例"},
        "base_currency": "EUR",
        "time_zone": "Europe/Berlin",
        "stores": [
            {
                "id": store, "name": {"en": store, "zh": store}, "platform": platform,
                "currency": "EUR", "time_zone": "Europe/Berlin", "tax_basis": "excluded",
                "country": country,
            }
            for store, platform, country, _ in stores
        ],
    }  # fmt: skip
    paths.declaration.write_text(json.dumps(declared, ensure_ascii=False), encoding="utf-8")
    workspace = Workspace.model_validate(declared)
    models = load_models()
    fixed: dict[str, dict[str, Any]] = {
        "order_lines": {"line_no": 1, "kind": "sale", "status": "placed", "is_merchandise": True},
        "traffic": {"level": "store"},
        "ad_spend": {"line_no": 1},
        "refunds": {"kind": "refund"},
    }
    with duckdb.connect() as con:
        con.execute("SET threads = 1")
        for name, columns in tables.items():
            frame = pd.DataFrame(columns).assign(**fixed[name])
            if name == "order_lines":
                frame["ordered_at"] = pd.to_datetime(frame["local_date"]) + pd.Timedelta("12h")
            if name in ("traffic", "ad_spend"):
                frame["end_date"] = frame["start_date"]
            frame.insert(0, "source_line", range(2, len(frame) + 2))
            con.register("given", frame)
            kinds = {"source_line": "BIGINT", **models[name].read_columns}
            chosen = ", ".join(f'CAST("{one}" AS {kinds[one]}) AS "{one}"' for one in frame)
            con.execute(
                f"CREATE OR REPLACE TEMP TABLE reading_{name} AS SELECT {chosen} FROM given"
            )
            con.unregister("given")
            con.execute(
                "CREATE OR REPLACE TEMP TABLE reading_bad (source_line BIGINT, "
                "column_name VARCHAR, value VARCHAR, reason VARCHAR)"
            )
            reading = _reading(name, len(frame))
            judged = judge(con, reading, workspace, models)
            if judged.rows_quarantined:
                found = con.execute("SELECT * FROM judged_quarantine LIMIT 3").fetchall()
                raise AssertionError(f"rows break the contract: {found}")
            Batches(paths.warehouse / "batches").write(
                con, reading, judged, models, file=f"{name}.csv", read_with="planted",
                is_own_source=False,
            )  # fmt: skip
    rebuild(workspace, paths)
    return folder


def _reading(table: str, rows: int) -> Reading:
    return Reading(
        path=Path(f"{table}.csv"),
        sha256=hashlib.sha256(table.encode()).hexdigest(),
        source="by_hand",
        store_id=None,
        period=None,
        as_of=date(2026, 1, 31),
        encoding="utf-8",
        delimiter=",",
        sheet=None,
        header_row=1,
        rows_read=rows,
        rows_set_aside=0,
        tables={table: f"reading_{table}"},
        bad_cells="reading_bad",
    )
