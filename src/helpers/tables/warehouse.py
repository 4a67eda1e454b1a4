"""The read side of the warehouse: what everybody above ``tables`` asks.

Each consumer opens its own; a view over Parquet costs nothing, and a connection must not be
shared with a forked process. Nothing here writes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from helpers.config.workspace import Workspace
from helpers.paths import WorkspacePaths
from helpers.tables.bookkeeping import BOOKKEEPING
from helpers.tables.build import BUILD_VERSION, Generation, current_generation
from helpers.tables.building.choosing import NOT_COUNTED
from helpers.tables.coverage import Coverage, resolve_period
from helpers.tables.engine import open_engine
from helpers.tables.models import TableModel, literal, load_models, quoted
from helpers.tables.plan_tables import PLAN_TABLES, plan_fingerprint
from helpers.tables.questions import (
    QUESTIONS,
    answer_in_rows,
    answer_of,
    as_json,
    last_until,
    short,
    stores_until,
    told_coverage,
    told_stores,
)
from helpers.tables.reads import ReadNotes, Scope
from helpers.tables.restatements import log_files
from helpers.tables.views import columns_not_counted, empty, make_plan_table, make_views
from helpers.vocabulary.faults import AskedWrongly, Fault
from helpers.vocabulary.periods import Kind, Period

if TYPE_CHECKING:
    import duckdb
    import pandas

#: What happened to the data and what was made of them; neither follows from the exports.
_LOGS = ("restatements", "forecast_log")

#: Stands among the tables read for the rates that ``_const`` columns follow from.
CONSTANT_RATES = "constant rates"
_MONTH = re.compile(r"/month=(\d{4}-\d{2})/")


class Warehouse:
    """One company's tables, read only.

    Every declared table is there, empty and typed where no export brought it, and so are
    ``stores`` (from ``workspace.yml``), ``targets``, ``actions`` and ``risks`` (from the plan of
    every year, read when first asked for), ``import_batches``, ``quarantine``, ``fx_rates``,
    ``calendar_events``, ``restatements`` and ``forecast_log``. Beside each converted amount ``x``
    stand ``x_base`` (at its day's rate) and ``x_const`` (at one rate per currency for all days).
    """

    def __init__(
        self,
        workspace: Workspace,
        paths: WorkspacePaths,
        generation: Generation,
        models: Mapping[str, TableModel],
        con: duckdb.DuckDBPyConnection,
    ):
        self.workspace = workspace
        self.paths = paths
        self.generation = generation
        self.models = models
        self.connection = con
        #: What was asked so far: what a page depends on.
        self.notes = ReadNotes()
        self._coverage: Coverage | None = None
        self._partitions: dict[str, dict[str, str]] = {}
        self._plan_made: set[str] = set()
        self._ibis: Any = None
        rates = make_views(con, workspace, paths, generation, models)
        self._told_rates = [(currency, str(rate)) for currency, rate in rates]

    @classmethod
    def open(
        cls,
        paths: WorkspacePaths,
        workspace: Workspace,
        models: Mapping[str, TableModel] | None = None,
    ) -> Warehouse:
        """Open the current state of the tables on a connection of its own.

        Raises:
            AskedWrongly: Nothing was ingested yet, or by a version with other tables.
        """
        import duckdb

        generation = current_generation(paths)
        if generation is None:
            raise AskedWrongly(
                Fault(str(paths.root), "nothing was ingested yet", "run `review ingest`")
            )
        if generation.build != BUILD_VERSION:
            raise _built_otherwise(paths)
        con = open_engine()
        try:
            return cls(workspace, paths, generation, models or load_models(), con)
        except duckdb.BinderException:  # a table has other columns by now than it was built with
            con.close()
            raise _built_otherwise(paths) from None

    def close(self) -> None:
        """Let go of the connection."""
        self.connection.close()

    def __enter__(self) -> Warehouse:
        return self

    def __exit__(self, *trouble: object) -> None:
        self.close()

    @property
    def tables(self) -> tuple[str, ...]:
        """List every table there is to ask for."""
        silent = [name for name in self.generation.files if name.startswith(NOT_COUNTED)]
        return (*self.models, *BOOKKEEPING, *silent, *PLAN_TABLES, *_LOGS, "stores")

    @property
    def warnings(self) -> tuple[Fault, ...]:
        """Say what the tables lack: exchange rates, facts that two sources bring."""
        return self.generation.warnings

    def ibis(self, table: str) -> Any:
        """Give one table as an Ibis expression.

        Raises:
            KeyError: There is no such table.
        """
        self._note(table)
        self.notes.note(CONSTANT_RATES)
        return self.handle(table)

    def handle(self, table: str) -> Any:
        """Give one table as an Ibis expression to whoever notes by itself what it reads of it.

        Raises:
            KeyError: There is no such table.
        """
        self._check(table)
        if self._ibis is None:
            import ibis

            # A cursor of its own: a half-fetched result elsewhere must not stand in its way.
            self._ibis = ibis.duckdb.from_connection(self.connection.cursor())
        return self._ibis.table(table)

    def sql(self, query: str, params: Sequence[object] = ()) -> pandas.DataFrame:
        """Run one query; it is noted with its answer, as a question to the tables it names."""
        return self._ask(query, params, dict.fromkeys(self.named_in(query)))

    def rows(self, query: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Run one query as ``sql`` does, and give plain rows."""
        named = self.named_in(query)
        found = self.connection.execute(query, list(params)).fetchall()
        scope: dict[str, Scope] = dict.fromkeys(named)
        self._note_question("rows", query, params, answer_in_rows(query, found), scope)
        return found

    def named_in(self, query: str) -> list[str]:
        """List the tables that a query names, each ready to be asked."""
        named = [table for table in self.tables if re.search(rf"\b{table}\b", query)]
        for table in named:
            self._check(table)
        return named

    def _ask(
        self, query: str, params: Sequence[object], scope: Mapping[str, Scope]
    ) -> pandas.DataFrame:
        for table in scope:
            self._check(table)
        found = self.connection.execute(query, list(params)).df()
        self._note_question("sql", query, params, answer_of(query, found), scope)
        return found

    def _note_question(
        self,
        kind: str,
        query: str,
        params: Sequence[object],
        answer: str,
        scope: Mapping[str, Scope],
    ) -> None:
        """Note a query with its answer; what could not be asked again counts as read whole."""
        within = dict(scope)
        if "_const" in query:
            within[CONSTANT_RATES] = None
        try:
            told = [as_json(one) for one in params]
        except TypeError:
            for table in within:
                self.notes.note(table)
        else:
            self.notes.note_answer([kind, query, told], answer, within)

    def has(self, table: str, store_id: str | None = None, period: Period | None = None) -> bool:
        """Tell whether an export has spoken about these days, be it to say that nothing was.

        A month whose order export names no refund has refunds (none), and its sum is 0. A month
        without any such export has not, and its sum is n/a.
        """
        rows_where, covers_where = self._narrowed(table, store_id, period)
        found = self._ask(
            f"SELECT EXISTS (SELECT 1 FROM {quoted(table)} WHERE {rows_where}) "
            f"OR EXISTS (SELECT 1 FROM batch_covers WHERE {covers_where}) AS there",
            (),
            {table: self._days_of(table, period), "batch_covers": [table]},
        )
        return bool(found["there"].iloc[0])

    def _days_of(self, table: str, period: Period | None) -> Scope:
        """Say which days of a table ``_narrowed`` leaves."""
        model = self.models.get(table)
        if period is None or model is None or model.day is None:
            return None
        return [(period.start, period.end)]

    def _narrowed(self, table: str, store_id: str | None, period: Period | None) -> tuple[str, str]:
        model = self.models.get(table)
        rows, covers = ["true"], [f"table_name = {literal(table)}"]
        if store_id is not None and (model is None or "store_id" in model.columns):
            rows.append(f"store_id = {literal(store_id)}")
            covers.append(f"store_id = {literal(store_id)}")
        if period is not None and model is not None and model.day is not None:
            start, end = literal(period.start), literal(period.end)
            rows.append(f"{quoted(model.day)} BETWEEN DATE {start} AND DATE {end}")
            covers.append(f"first_day <= DATE {end} AND last_day >= DATE {start}")
        return " AND ".join(rows), " AND ".join(covers)

    def coverage(self) -> Coverage:
        """Say from which to which day there are placed sales."""
        told = told_coverage(self.covered)
        self.notes.note_answer(["coverage"], told, {"order_lines": None})
        return self.covered

    def first_day(self) -> date | None:
        """Give the first day with placed sales."""
        first = self.covered.first
        self.notes.note_answer(["first_day"], str(first), {"order_lines": None})
        return first

    def last_day(self, until: date) -> date | None:
        """Give the last day with placed sales, or ``until`` where they reach beyond it."""
        last = last_until(self.covered, until)
        question = ["last_day", until.isoformat()]
        self.notes.note_answer(question, str(last), {"order_lines": None})
        return last

    def stores_until(self, day: date) -> dict[str, tuple[date, date]]:
        """Give first and last day of the stores that had placed sales by then, up to then."""
        stores = stores_until(self.covered, day)
        question = ["stores_until", day.isoformat()]
        self.notes.note_answer(question, told_stores(stores), {"order_lines": None})
        return stores

    @property
    def covered(self) -> Coverage:
        """What ``coverage`` says, for whoever notes by itself what follows from it."""
        if self._coverage is None:
            found = self.connection.execute(
                "SELECT store_id, min(local_date), max(local_date) FROM order_lines "
                "WHERE kind = 'sale' AND status = 'placed' GROUP BY 1 ORDER BY 1"
            ).fetchall()
            stores: dict[str, tuple[date, date]] = {s: (a, b) for s, a, b in found}
            self._coverage = Coverage(
                min((first for first, _ in stores.values()), default=None),
                max((last for _, last in stores.values()), default=None),
                stores,
            )
        return self._coverage

    def resolve_period(self, text: str, kind: Kind = "month") -> Period:
        """Read a period, ``last`` and ``all`` included, against this data."""
        fiscal_start = self.workspace.fiscal_year_start
        period = resolve_period(text, self.covered, fiscal_start, kind)
        if text.strip() in ("last", "all"):
            self.coverage()
        else:  # it lies in the data: more of them would change nothing
            self.first_day()
            self.last_day(period.start)
        return period

    @property
    def tables_read(self) -> set[str]:
        """Name the tables that were asked for so far, for lines or for an answer."""
        self.notes.gather()
        asked = {table for _, scope in self.notes.asked.values() for table in scope}
        return (self.notes.read.keys() | asked) - {"batch_covers", CONSTANT_RATES}

    def fingerprint(self, tables: Iterable[str] | None = None) -> str:
        """Give a short text that changes when the content of these tables does.

        Args:
            tables: Which ones; left out, those read so far.
        """
        wanted = sorted(set(self.tables_read if tables is None else tables))
        told = []
        for table in wanted:
            told.append(f"{table} {sorted(self.partitions(table).items())}")
            if self.models.get(table) and self.models[table].constant:
                # Amounts at constant rates are computed from them when they are read.
                told.append(f"constant rates {self._told_rates}")
        return short("\n".join(told))

    def partitions(self, table: str) -> Mapping[str, str]:
        """Fingerprint each partition of a table: its months; what has none is one, called ''.

        What exports spoke about (``batch_covers``) is parted by the table they spoke about.
        """
        if table not in self._partitions:
            self._partitions[table] = dict(sorted(self._parted(table)))
        return self._partitions[table]

    def _parted(self, table: str) -> Iterator[tuple[str, str]]:
        if table == "restatements":
            for file in log_files(self.paths, self.generation.restatements):
                yield file.name, hashlib.sha256(file.read_bytes()).hexdigest()[:16]
        elif table == "forecast_log":
            yield "", short(self._scoreable())
        elif table in PLAN_TABLES:
            yield "", short(plan_fingerprint(self.paths.plan, table))
        elif table == "stores":
            yield "", short(repr([s.model_dump(mode="json") for s in self.workspace.stores]))
        elif table == CONSTANT_RATES:
            yield "", short(repr(self._told_rates))
        elif table == "batch_covers":
            told: dict[str, list[str]] = {}
            rows = self.connection.execute("SELECT table_name, * FROM batch_covers ORDER BY ALL")
            for name, *rest in rows.fetchall():
                told.setdefault(name, []).append(repr(rest))
            for name, listed in told.items():
                yield name, short("\n".join(listed))
        else:
            months: dict[str, list[tuple[str, str]]] = {}
            for part, sha256 in self.generation.files.get(table, {}).items():
                found = _MONTH.search(part)
                months.setdefault(found[1] if found else "", []).append((part, sha256))
            for month, files in months.items():
                yield month, short(repr(sorted(files)))

    def _scoreable(self) -> str:
        """Name the forecasts whose month has come; to publish more of the future changes none."""
        last = self.covered.last
        found = self.connection.execute(
            "SELECT CAST(made_on AS VARCHAR), metric, dimension, member, month, p10, p50, p90 "
            "FROM forecast_log WHERE last_day <= ? ORDER BY ALL",
            [last],
        ).fetchall()
        return repr(found)

    def lineage(self, tables: Iterable[str], period: Period | None = None) -> pandas.DataFrame:
        """List the sources behind these tables: source, files, rows, first and last day."""
        parts = []
        scope: dict[str, Scope] = {"import_batches": None}
        for table in sorted(set(tables)):
            model = self.models.get(table)
            if model is None:
                continue
            scope[table] = self._days_of(table, period)
            day = quoted(model.day) if model.day else "NULL::DATE"
            rows, _ = self._narrowed(table, None, period)
            parts.append(f"SELECT batch_id, {day} AS day FROM {quoted(table)} WHERE {rows}")
        if not parts:
            parts.append("SELECT NULL::VARCHAR AS batch_id, NULL::DATE AS day WHERE false")
        return self._ask(
            f"""SELECT b.source, count(DISTINCT b.file) AS files, count(*) AS "rows",
                min(r.day) AS first_day, max(r.day) AS last_day
            FROM ({" UNION ALL ".join(parts)}) r JOIN import_batches b USING (batch_id)
            GROUP BY 1 ORDER BY 1""",
            (),
            scope,
        )

    def restatements(self, period: Period | None = None) -> pandas.DataFrame:
        """List which figures of whole months later files have changed, oldest change first.

        Args:
            period: Whose months; left out, all of them.

        Returns:
            entry (one for each ingest that changed any), table_name, fact, store_id, scope, month,
            measure, unit, before, after, difference, files, batches, generation_before,
            generation_after.
        """
        where, params = "true", []
        if period is not None:
            where, params = (
                "month BETWEEN ? AND ?",
                [f"{period.start:%Y-%m}", f"{period.end:%Y-%m}"],
            )
        return self.sql(
            f"SELECT * FROM restatements WHERE {where} "
            "ORDER BY entry, month, store_id, table_name, scope, measure",
            params,
        )

    def untied_orders(
        self, period: Period | None = None, store_id: str | None = None
    ) -> pandas.DataFrame:
        """List orders whose lines do not add up to what the platform states, widest gap first.

        Returns:
            store_id, order_id, local_date, currency, stated_subtotal, line_subtotal,
            tie_difference (stated less lines; empty where the order has no line), file.
        """
        where, _ = self._narrowed("orders", store_id, period)
        return self.sql(
            f"""SELECT store_id, order_id, local_date, currency, stated_subtotal, line_subtotal,
                tie_difference, b.file
            FROM orders o LEFT JOIN (SELECT batch_id, file FROM import_batches) b USING (batch_id)
            WHERE {where} AND stated_subtotal IS NOT NULL AND tie_difference IS DISTINCT FROM 0
            ORDER BY abs(coalesce(tie_difference, stated_subtotal)) DESC, store_id, order_id"""
        )

    def not_counted(self, table: str) -> pandas.DataFrame:
        """Give what sources say of a table on days for which another source is the authority.

        No figure counts these rows; they are there to be compared with those that do. Local
        amounts only; ``source`` says who speaks.
        """
        name = f"{NOT_COUNTED}{table}"
        if name in self.generation.files:
            return self.sql(f"SELECT * FROM {name}")
        self.notes.note(name)  # there is none yet
        return self.connection.execute(empty(columns_not_counted(self.models[table]))).df()

    def receipts(self) -> pandas.DataFrame:
        """List the accepted files with what became of their rows."""
        return self.sql("SELECT * FROM import_batches ORDER BY file, batch_id")

    @property
    def lines_overruled(self) -> Mapping[str, int]:
        """Say how many lines of each batch gave way to a newer or to another export."""
        self._note("import_batches")
        return self.generation.lines_overruled

    def ask_again(self, question: Sequence[Any]) -> Any:
        """Put a question of ``notes`` to these tables.

        Raises:
            KeyError: It is none that the tables answer.
        """
        kind, *given = question
        return QUESTIONS[kind](self, *given)

    def _note(self, table: str) -> None:
        self._check(table)
        self.notes.note(table)

    def _check(self, table: str) -> None:
        if table not in self.tables:
            raise KeyError(f"no table named {table!r}; known: {', '.join(self.tables)}")
        if table in PLAN_TABLES and table not in self._plan_made:
            # Brought in when it is first asked for: most readers never do.
            make_plan_table(self.connection, self.workspace, self.paths, table)
            self._plan_made.add(table)


def _built_otherwise(paths: WorkspacePaths) -> AskedWrongly:
    what = "its tables were built by another version of this program"
    return AskedWrongly(Fault(str(paths.root), what, "run `review ingest`"))
