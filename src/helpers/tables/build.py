"""All batches -> the tables. A pure function of their set: order of arrival never matters.

A newer export replaces whole units (an order, a settlement, a store's day of advertising) of an
older one; what is newer is told by the exports, then by their hashes, never by a clock here.
The result is a *generation*: a folder named after everything it follows from, built aside and
made current by replacing one small file. Readers of the generation before are left in peace.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.config.workspace import Workspace
from helpers.paths import WorkspacePaths
from helpers.tables.batches import Batch, Batches
from helpers.tables.bookkeeping import (
    add_month_sums,
    copy_rows,
    count_rows,
    insert_rows,
    make_bookkeeping,
    write_bookkeeping,
)
from helpers.tables.business_hours import ASKED, waited, waiting_join, wind_clocks
from helpers.tables.calendar_events import calendar_key, fill_calendar
from helpers.tables.exchange import Constant, load_budget, make_rate_table
from helpers.tables.models import FX_RATE_TYPE, TableModel, literal, load_models, quoted
from helpers.tables.restatements import note_restatements
from helpers.tables.swap import aside, put_in_place, sweep, take_away, write_whole
from helpers.tables.writing import MANY_ROWS, forget_final, write_table
from helpers.vocabulary.faults import Fault

if TYPE_CHECKING:
    import duckdb

#: Goes up when the same batches give other tables than before.
BUILD_VERSION = 3
#: Before a table's name: what sources say of it on days for which another one speaks.
NOT_COUNTED = "not_counted_"
#: How many generations stay for readers who opened an older one.
KEPT_GENERATIONS = 2
_MEMORY_MB = int(os.environ.get("REVIEW_MEMORY_MB", "1500"))


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


@dataclass
class _Barred:
    """Days on which a source is silent because another speaks for the fact."""

    rows: list[tuple[str, str, str, date, date]] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)


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


def open_engine(scratch: Path | None = None, share: int = 1) -> duckdb.DuckDBPyConnection:
    """Open a private engine with a bounded memory; it spills into ``scratch``.

    Args:
        scratch: Where it may spill; left out, it does not.
        share: Among how many engines the memory is divided.
    """
    import duckdb

    con = duckdb.connect()
    con.execute(f"SET memory_limit = '{_MEMORY_MB // share}MB'")
    con.execute("SET preserve_insertion_order = false")
    con.execute("SET TimeZone = 'UTC'")
    # A slow query would draw its bar into what is printed for machines. A kernel without widgets
    # has no bar and refuses to be told so.
    with suppress(duckdb.InvalidInputException):
        con.execute("SET enable_progress_bar = false")
    if scratch is not None:
        con.execute(f"SET temp_directory = {literal(scratch.as_posix())}")
    return con


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
        barred = _who_is_silent(workspace, models, batches)
        _load_batches(con, workspace, batches, barred)
        rows = {}
        for name, model in models.items():
            parts = store.files_of(batches, name)
            many = sum(batch.rows.get(name, 0) for batch in batches) >= MANY_ROWS
            _choose(con, model, parts, bool(barred.rows), building, many)
            rows[name] = count_rows(con, f"won_{name}") if parts else 0
        warnings = barred.warnings + _load_rates(con, workspace, paths, models, span)
        overruled = _count_overruled(con, models, batches)
        _sum_up_orders(con, models, {name for name, count in rows.items() if count})
        for name, model in models.items():
            if rows[name]:
                write_table(con, model, _finished(model), rows[name], building)
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


def _who_is_silent(
    workspace: Workspace, models: Mapping[str, TableModel], batches: Sequence[Batch]
) -> _Barred:
    """Find facts that two sources bring for one store, and decide who speaks.

    The declared source speaks alone. Undeclared, the platform's own export comes before a
    company's own mapping, then the alphabet decides; the other one is heard only on days that
    the first does not cover. Arrival has no say, or the tables would depend on it.
    """
    spans: dict[tuple[str, str], dict[str, list[tuple[date, date]]]] = defaultdict(dict)
    own: dict[str, bool] = {}
    stores: dict[tuple[str, str], str] = {}
    for batch in batches:
        own[batch.source] = batch.is_own_source
        for cover in batch.covers:
            if models[cover.table].authority and cover.store_id and batch.rows.get(cover.table):
                where = (cover.fact, cover.scope)
                spans[where].setdefault(batch.source, []).append((cover.first, cover.last))
                stores[where] = cover.store_id
    declared = {s.id: s.authority for s in workspace.stores}
    barred = _Barred()
    for (fact, scope), by_source in sorted(spans.items()):
        if len(by_source) < 2:
            continue
        store_id = stores[fact, scope]
        chosen = declared.get(store_id, {}).get(fact)
        ordered = sorted(by_source, key=lambda source: (source != chosen, own[source], source))
        for place, source in enumerate(ordered[1:], start=1):
            silenced = (
                [(date.min, date.max)]
                if ordered[0] == chosen
                else sorted({span for one in ordered[:place] for span in by_source[one]})
            )
            heard = by_source[source]
            clash = [s for s in silenced for h in heard if s[0] <= h[1] and h[0] <= s[1]]
            barred.rows += [(fact, scope, source, *span) for span in silenced]
            if clash:
                barred.warnings.append(
                    Fault(
                        f"store {store_id}: {fact}",
                        f"come from {ordered[0]} and from {source}; those of {source} are not "
                        "counted where both have them",
                        f"to choose, write `authority: {{{fact}: {source}}}` for the store in "
                        "workspace.yml"
                        if chosen is None
                        else "",
                    )
                )
    return barred


def _load_batches(
    con: duckdb.DuckDBPyConnection,
    workspace: Workspace,
    batches: Sequence[Batch],
    barred: _Barred,
) -> None:
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
    insert_rows(con, "_barred", barred.rows)
    con.execute("CREATE TABLE _stores (store_id VARCHAR, country VARCHAR)")
    insert_rows(con, "_stores", [(s.id, s.country) for s in workspace.stores])


def _choose(
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


def _count_overruled(
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


def _load_rates(
    con: duckdb.DuckDBPyConnection,
    workspace: Workspace,
    paths: WorkspacePaths,
    models: Mapping[str, TableModel],
    span: tuple[date, date] | None,
) -> list[Fault]:
    needed = [
        f"SELECT currency, {quoted(model.currency_day)} AS day FROM won_{model.table}"
        for model in models.values()
        if model.converted and model.currency_day
    ]
    # A cost is turned into the base currency at the rate of the day it is set against.
    for table in ("order_lines", "inventory_snapshots"):
        needed.append(
            f"SELECT c.currency, w.local_date AS day FROM "
            f"(SELECT DISTINCT sku, currency FROM won_landed_costs) c "
            f"JOIN (SELECT DISTINCT sku, local_date FROM won_{table}) w USING (sku)"
        )
    # What a rule states in dollars is judged at that day's dollar, whatever the company sells in.
    needed.append("SELECT 'USD' AS currency, local_date AS day FROM won_order_lines")
    constant, currencies = None, []
    if span is not None:
        constant = Constant(
            load_budget(paths.reference / "budget_rates.csv"),
            workspace.constant_rates_of or span[1].year - 1,
            span[1],
        )
        undated = " UNION ".join(
            f"SELECT currency FROM won_{model.table}"
            for model in models.values()
            if model.converted and not model.day
        )
        currencies = [one for (one,) in con.execute(undated).fetchall() if one]
    return make_rate_table(
        con,
        "_rates",
        " UNION ".join(needed),
        workspace.base_currency,
        paths.reference / "fx_rates.csv",
        constant,
        currencies,
    )


_MONEY = "DECIMAL(18,4)"
#: The engine multiplies two decimals of 18 digits in 18 digits; a wider one makes room.
_WIDE = "DECIMAL(24,4)"
_COST_JOIN = """
    LEFT JOIN _costs c ON w.sku_filled = c.sku AND w.local_date >= c.valid_from
        AND w.local_date < c.valid_until
    LEFT JOIN _rates cr ON cr.currency = c.currency AND cr.day = w.local_date"""


def _cost_of(units: str) -> str:
    """Cost of so many units in the base currency, rounded once, at the end."""
    local = f"CAST(CAST({units} AS DECIMAL(20,0)) * c.unit_cost AS {_WIDE})"
    return f"CAST(round({local} * cr.fx_rate, 4) AS {_MONEY})"


#: Derived column -> its expression, over ``w`` (the row) and the joins below.
_DERIVED: dict[tuple[str, str], str] = {
    ("order_lines", "gmv"): (
        "CASE WHEN w.kind = 'sale' AND w.status = 'placed' THEN w.list_amount "
        "- coalesce(w.seller_discount, 0) - coalesce(w.tax_inside, 0) ELSE 0 END"
    ),
    # Postage and the like cost nothing to land unless somebody declared that they do.
    ("order_lines", "landed_cost"): (
        "CASE WHEN w.kind <> 'sale' OR w.status <> 'placed' THEN 0 "
        "WHEN c.unit_cost IS NULL AND NOT w.is_merchandise THEN 0 "
        f"ELSE {_cost_of('w.quantity')} END"
    ),
    ("orders", "line_subtotal"): "l.line_subtotal",
    ("orders", "tie_difference"): "w.stated_subtotal - l.line_subtotal",
    ("inventory_snapshots", "stock_cost"): _cost_of("w.on_hand"),
    ("inventory_snapshots", "cost_0_90"): _cost_of("w.age_0_90"),
    ("inventory_snapshots", "cost_91_180"): _cost_of("w.age_91_180"),
    ("inventory_snapshots", "cost_181_plus"): _cost_of("w.age_181_plus"),
    ("shared_costs", "end_date"): "last_day(w.month_start)",
    **{(table, "response_hours"): waited(table) for table in ASKED},
}
_JOINS: dict[str, str] = {
    "order_lines": _COST_JOIN,
    "inventory_snapshots": _COST_JOIN,
    "orders": "LEFT JOIN _subtotals l ON l.store_id = w.store_id AND l.order_id = w.order_id",
    **{table: waiting_join(table) for table in ASKED},
}


def _sum_up_orders(
    con: duckdb.DuckDBPyConnection, models: Mapping[str, TableModel], filled: set[str]
) -> None:
    """Make what several tables look up: costs by day, and what orders say of their lines."""
    con.execute(
        """CREATE TABLE _costs AS SELECT *, lead(valid_from, 1, DATE '9999-12-31')
            OVER (PARTITION BY sku ORDER BY valid_from) AS valid_until FROM won_landed_costs"""
    )
    if "orders" in filled:
        con.execute(
            """CREATE TABLE _subtotals AS SELECT store_id, order_id,
                sum(list_amount - coalesce(seller_discount, 0)) AS line_subtotal
            FROM won_order_lines WHERE kind = 'sale' GROUP BY ALL"""
        )
    if any(_takes_country_of_order(models[name]) for name in filled):
        con.execute(
            """CREATE TABLE _order_countries AS
            SELECT store_id, order_id, min(country) AS country FROM won_order_lines GROUP BY ALL"""
        )


def _takes_country_of_order(model: TableModel) -> bool:
    named = {"store_id", "country", "order_id"} <= set(model.columns)
    return named and model.table != "order_lines"


def _finished(model: TableModel) -> str:
    """Write the query that fills articles, countries, derived and base columns."""
    name, columns = model.table, model.columns
    joins = [_JOINS.get(name, "")]
    inner_joins = []
    sku = "w.sku" if "sku" in columns else "NULL"
    if {"store_id", "listing_id", "sku"} <= set(columns) and name != "sku_map":
        inner_joins.append(
            "LEFT JOIN won_sku_map m ON m.store_id = w.store_id AND m.listing_id = w.listing_id"
        )
        sku = "coalesce(w.sku, m.sku)"
    country = "w.country" if "country" in columns else "NULL"
    if {"store_id", "country"} <= set(columns):
        inner_joins.append("LEFT JOIN _stores s ON s.store_id = w.store_id")
        places = ["w.country", "s.country"]
        if _takes_country_of_order(model):
            inner_joins.append(
                "LEFT JOIN _order_countries o "
                "ON o.store_id = w.store_id AND o.order_id = w.order_id"
            )
            places.insert(1, "o.country")
        country = f"coalesce({', '.join(places)})"
    filled = (
        f"(SELECT w.*, CAST({sku} AS VARCHAR) AS sku_filled, "
        f"CAST({country} AS VARCHAR) AS country_filled "
        f"FROM won_{name} w {' '.join(inner_joins)}) w"
    )
    cells = [
        f"w.{quoted(f'{column}_filled' if column in ('sku', 'country') else column)} "
        f"AS {quoted(column)}"
        for column in columns
    ]
    cells += [
        f"CAST({_DERIVED[name, column]} AS {declared.sql_type}) AS {quoted(column)}"
        for column, declared in model.derived.items()
    ]
    rate = f"CAST(NULL AS {FX_RATE_TYPE})"
    if model.converted and model.currency_day:
        joins.append(
            f"LEFT JOIN _rates r ON r.currency = w.currency "
            f"AND r.day = w.{quoted(model.currency_day)}"
        )
        rate = "r.fx_rate"
    inner = (
        f"SELECT {', '.join(cells)}, {rate} AS fx_rate, w.batch_id, w.source_line "
        f"FROM {filled} {' '.join(joins)}"
    )
    in_base = {f"{column}_base": column for column in model.converted}
    outer = [
        f"CAST(round(CAST({quoted(in_base[column])} AS {_WIDE}) * fx_rate, 4) AS {kind}) "
        f"AS {quoted(column)}"
        if column in in_base
        else quoted(column)
        for column, kind in model.stored_columns.items()
    ]
    return f"SELECT {', '.join(outer)} FROM ({inner})"
