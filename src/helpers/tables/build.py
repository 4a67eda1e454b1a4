"""All batches -> the tables. A pure function of their set: order of arrival never matters.

A newer export replaces whole units (an order, a settlement, a store's day of advertising) of an
older one; what is newer is told by the exports, then by their hashes, never by a clock here.
The result is a *generation*: a folder named after everything it follows from, built aside and
made current by replacing one small file. Readers of the generation before are left in peace.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from typing import Any

from helpers.config.swap import aside, put_in_place, sweep, take_away, write_whole
from helpers.config.workspace import Workspace
from helpers.paths import WorkspacePaths
from helpers.tables.batches import Batch, Batches
from helpers.tables.bookkeeping import (
    add_month_sums,
    count_rows,
    make_bookkeeping,
    write_bookkeeping,
)
from helpers.tables.building.authority import who_is_silent
from helpers.tables.building.choosing import choose, count_overruled, load_batches
from helpers.tables.building.finishing import finished, load_rates, sum_up_orders
from helpers.tables.business_hours import wind_clocks
from helpers.tables.calendar_events import calendar_key, fill_calendar
from helpers.tables.engine import open_engine
from helpers.tables.models import TableModel, literal, load_models
from helpers.tables.restatements import note_restatements
from helpers.tables.writing import MANY_ROWS, forget_final, write_table
from helpers.vocabulary.faults import Fault

#: Goes up when the same batches give other tables than before.
BUILD_VERSION = 3
#: How many generations stay for readers who opened an older one.
KEPT_GENERATIONS = 2


@dataclass(frozen=True)
class Generation:
    """One state of the tables, as its ``manifest.json`` tells it."""

    name: str
    folder: Path
    #: table -> file below ``folder`` -> sha256 of its bytes
    files: Mapping[str, Mapping[str, str]]
    rows: Mapping[str, int]
    warnings: tuple[Fault, ...]
    #: batch -> lines that stand in the tables / that newer or other exports overrule
    lines_overruled: Mapping[str, int]
    #: The batches it follows from.
    batches: tuple[str, ...] = ()
    #: What the calendar in it follows from.
    calendar: str | None = None
    #: How many entries of the log of restatements led to it.
    restatements: int = 0
    #: The ``BUILD_VERSION`` that made it; none was told before the third.
    build: int = 0


def current_generation(paths: WorkspacePaths) -> Generation | None:
    """Read which state of the tables is current; None where nothing was ever built."""
    pointer = paths.warehouse / "CURRENT"
    try:
        name, *count = pointer.read_text(encoding="utf-8").split()
        found = generation_at(paths.warehouse / "tables" / name)
    except FileNotFoundError:
        return None
    return replace(found, restatements=int(count[0]) if count else 0)


def generation_at(folder: Path) -> Generation:
    """Read what a finished state of the tables says of itself."""
    told = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return Generation(
        folder.name,
        folder,
        told["files"],
        told["rows"],
        tuple(Fault(*one) for one in told["warnings"]),
        told["lines_overruled"],
        tuple(told["batches"]),
        told.get("calendar"),
        build=told.get("build", 0),
    )


def rebuild(
    workspace: Workspace,
    paths: WorkspacePaths,
    models: Mapping[str, TableModel] | None = None,
    batches: Sequence[Batch] | None = None,
) -> Generation:
    """Make the tables follow from the batches; does nothing where they already do.

    The caller holds the warehouse's lock.
    """
    models = models or load_models()
    store = Batches(paths.warehouse / "batches")
    batches = one_per_file(store.load() if batches is None else batches)
    name = _name_of(workspace, paths, models, batches)
    current = current_generation(paths)
    if current is not None and current.name == name:
        return current
    tables = paths.warehouse / "tables"
    tables.mkdir(parents=True, exist_ok=True)
    sweep(tables)
    final = tables / name
    if not final.exists():
        building = aside(final)
        _build(workspace, paths, models, store, batches, building, current)
        put_in_place(building, final)
    # Told before it shows: the pointer says how many entries count, so that one whose state
    # never became current is none.
    count = note_restatements(paths, current, generation_at(final)) if current else 0
    write_whole(paths.warehouse / "CURRENT", f"{name} {count}\n")
    _forget_old(tables, keep={name} | ({current.name} if current else set()))
    built = current_generation(paths)
    assert built is not None
    return built


def one_per_file(batches: Sequence[Batch]) -> list[Batch]:
    """Keep one batch for each file's bytes: a process may have died while replacing one.

    Bytes that say neither store nor month, such as those of an export without a row, may have
    been taken in for several.
    """

    def file(batch: Batch) -> tuple[str, str, str]:
        return (batch.sha256, batch.store_id or "", batch.period or "")

    ordered = sorted(batches, key=lambda batch: (*file(batch), batch.batch_id))
    kept = [list(same)[-1] for _, same in groupby(ordered, key=file)]
    return sorted(kept, key=lambda batch: batch.rank)


def _name_of(
    workspace: Workspace,
    paths: WorkspacePaths,
    models: Mapping[str, TableModel],
    batches: Sequence[Batch],
) -> str:
    """Name the state after everything it follows from."""
    own_rates = [paths.reference / name for name in ("fx_rates.csv", "budget_rates.csv")]
    told: list[Any] = [
        BUILD_VERSION,
        version("CurrencyConverter"),
        *(hashlib.sha256(f.read_bytes()).hexdigest() if f.exists() else None for f in own_rates),
        calendar_key(workspace, paths.reference / "calendar.yml", _span_of(batches)),
        workspace.base_currency,
        workspace.constant_rates_of,
        [store.model_dump(mode="json") for store in workspace.stores],
        {name: model.model_dump(mode="json") for name, model in models.items()},
        [batch.batch_id for batch in batches],
    ]
    return hashlib.blake2b(json.dumps(told).encode(), digest_size=10).hexdigest()


def _span_of(batches: Sequence[Batch]) -> tuple[date, date] | None:
    """Give the first and last day of the data, as orders tell it, else whatever there is."""
    covers = [cover for batch in batches for cover in batch.covers]
    chosen = [cover for cover in covers if cover.fact == "orders"] or covers
    if not chosen:
        return None
    return min(cover.first for cover in chosen), max(cover.last for cover in chosen)


def _forget_old(tables: Path, keep: set[str]) -> None:
    others = [f for f in tables.iterdir() if f.is_dir() and f.name not in keep]
    others.sort(key=lambda folder: folder.stat().st_mtime_ns, reverse=True)
    for folder in others[max(0, KEPT_GENERATIONS - len(keep)) :]:
        take_away(folder)


def _build(
    workspace: Workspace,
    paths: WorkspacePaths,
    models: Mapping[str, TableModel],
    store: Batches,
    batches: Sequence[Batch],
    building: Path,
    before: Generation | None,
) -> None:
    scratch = building / "scratch"
    con = open_engine(scratch)
    span = _span_of(batches)
    own_events = paths.reference / "calendar.yml"
    calendar = calendar_key(workspace, own_events, span)
    try:
        make_bookkeeping(con)
        if before is not None and before.calendar == calendar is not None:
            for part in before.files.get("calendar_events", {}):
                held = literal((before.folder / part).as_posix())
                con.execute(f"INSERT INTO calendar_events FROM read_parquet({held})")
        elif span is not None:
            fill_calendar(con, workspace, own_events, span)
        wind_clocks(con, workspace, span)
        silenced = who_is_silent(workspace, models, batches)
        load_batches(con, workspace, batches, silenced)
        rows = {}
        for name, model in models.items():
            parts = store.files_of(batches, name)
            many = sum(batch.rows.get(name, 0) for batch in batches) >= MANY_ROWS
            choose(con, model, parts, bool(silenced.rows), building, many)
            rows[name] = count_rows(con, f"won_{name}") if parts else 0
        warnings = silenced.warnings + load_rates(con, workspace, paths, models, span)
        overruled = count_overruled(con, models, batches)
        sum_up_orders(con, models, {name for name, count in rows.items() if count})
        for name, model in models.items():
            if rows[name]:
                write_table(con, model, finished(model), rows[name], building)
                add_month_sums(con, model, "final", workspace.base_currency)
                forget_final(con)
        rows |= write_bookkeeping(con, store, batches, models, overruled, building)
    finally:
        con.close()
    if scratch.exists():
        for left in scratch.iterdir():
            left.unlink()
        scratch.rmdir()
    files: dict[str, dict[str, str]] = defaultdict(dict)
    for path in sorted(building.rglob("*.parquet")):
        below = path.relative_to(building).as_posix()
        files[below.split("/")[0]][below] = hashlib.sha256(path.read_bytes()).hexdigest()
    manifest = {
        "generation": building.name.removeprefix(".new-"),
        "build": BUILD_VERSION,
        "batches": [batch.batch_id for batch in batches],
        "rows": rows,
        "files": files,
        "lines_overruled": overruled,
        "calendar": calendar,
        "warnings": [(w.where, w.what, w.way_out) for w in warnings],
    }
    (building / "manifest.json").write_text(json.dumps(manifest, indent=1), encoding="utf-8")
