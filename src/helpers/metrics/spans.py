"""Who has what: the days for which each store has each source, as long as a warehouse is open."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from helpers.metrics.facts import facts
from helpers.metrics.measured import ALWAYS, COMPANY, Source, SourceKey
from helpers.metrics.reach import read_within
from helpers.metrics.rows import ASKED, ASKED_SALES, Window, with_days
from helpers.metrics.states import States
from helpers.tables.models import literal, load_models, quoted
from helpers.tables.plan_tables import PLAN_TABLES

#: A shop without a sale on its very first days still has data from the month's start on.
OPENING_SLACK_DAYS = 3


class Spans:
    """First and last day per store and source: who has what.

    Kept for as long as the warehouse is open, because its tables do not change under a reader.
    """

    def __init__(self, warehouse: Any):
        self._open = weakref.proxy(warehouse)
        self.states = States.of(warehouse)
        self._tables: dict[str, Any] = {}
        self._found: dict[SourceKey, dict[str, list[Window]]] = {}
        self._sales: dict[str, Window] | None = None
        self._runs: dict[str, dict[str, list[Window]]] = {}
        self._stores: tuple[str, ...] | None = None
        self._texts: dict[Hashable, str] = {}
        self._within: dict[str, tuple[str, ...]] = {}
        #: Has a computed function asked what the data are before it wrote its query?
        self.looked: bool | None = None
        self._covers: dict[str, list[tuple[str, Window]]] | None = None

    @property
    def base_currency(self) -> str:
        """Name the currency that amounts are converted into."""
        self._look()
        return str(self._open.workspace.base_currency)

    def _look(self) -> None:
        if self.looked is not None:
            self.looked = True

    def ibis(self, table: str) -> Any:
        """Give one table; its columns are looked up once."""
        if table not in self._tables:
            self._tables[table] = self._open.ibis(table)
        return self._tables[table]

    def text(self, shape: Hashable, query: Callable[[], Any]) -> str:
        """Give the SQL of an expression, written once per shape."""
        if shape not in self._texts:

            def write() -> tuple[str, list[str]]:
                expression = query()
                days = {name: fact.day for name, fact in facts().items() if fact.day}
                within = read_within(expression, (ASKED, ASKED_SALES), days) if self.states else []
                return str(self._backend.compile(expression)), within

            # What looked at the data before it wrote may write otherwise of other data.
            blind = self.states is not None and not self.looked
            text, within = self.states.text(shape, write) if self.states and blind else write()
            self._texts[shape], self._within[text] = text, tuple(within)
            if self.states is not None:
                self._open.note_read(self.states.tables_of(text))
        return self._texts[shape]

    def within(self, text: str) -> tuple[str, ...]:
        """Name the tables of which a written query reads only lines of the asked days."""
        return self._within[text]

    def run(self, query: str) -> Any:
        """Run SQL and give an Arrow table."""
        return self._backend.con.sql(query).to_arrow_table()

    @property
    def _backend(self) -> Any:
        return self.ibis("stores").get_backend()

    @property
    def sales(self) -> dict[str, Window]:
        """First and last day with a placed sale line, per store."""
        self._look()
        if self._sales is None:
            self.ibis("order_lines")  # notes the table as read
            rows = self._ends(
                "order_lines",
                ["store_id", "min(local_date) AS first_day", "max(local_date) AS last_day"],
                "WHERE kind = 'sale' AND status = 'placed'",
            )
            self._sales = {
                row["store_id"]: Window(row["first_day"], row["last_day"]) for row in rows
            }
        return self._sales

    @property
    def data(self) -> tuple[date | None, date | None]:
        """First and last day of the data, as placed sale lines tell it (else any traffic)."""
        spans = list(self.sales.values())
        spans = spans or [run for runs in self.of(Source("traffic")).values() for run in runs]
        if not spans:
            return None, None
        return min(s.start for s in spans), max(s.end for s in spans)

    def of(self, source: Source) -> dict[str, list[Window]]:
        """Give per store the days for which the source says something.

        First the run from its first to its last row: a month without a refund, between months
        with refunds, is a true 0. Then the days that exports speak for, be it to say nothing.
        """
        self._look()
        if source.key not in self._found:
            self.prepare([source])
        return self._found[source.key]

    def prepare(self, sources: Iterable[Source]) -> None:
        """Look up several sources, those of one table in one query."""
        wanted: dict[str, list[SourceKey]] = {}
        for key in sorted({source.key for source in sources} - self._found.keys()):
            wanted.setdefault(key[0], []).append(key)
        for name, keys in wanted.items():
            fact = facts()[name]
            self.ibis(name)  # notes the table as read
            # Plain SQL: asked for every source of every table, where Ibis takes longer to write
            # the query than the engine to answer it.
            ends = [f"coalesce({quoted('store_id')}, '') AS store_id" if fact.has_store
                    else "'' AS store_id"]  # fmt: skip
            for place, (_, column, level, own_day) in enumerate(keys):
                known = [f"{quoted(column)} IS NOT NULL"] if column else []
                known += [f"level = {literal(level)}"] if level else []
                where = f" FILTER (WHERE {' AND '.join(known)})" if known else ""
                first = "" if own_day == ALWAYS else own_day or fact.day
                last = own_day or fact.end_day
                if first and last:
                    ends.append(f"CAST(min({quoted(first)}){where} AS DATE) AS first_{place}")
                    ends.append(f"CAST(max({quoted(last)}){where} AS DATE) AS last_{place}")
                else:  # rows without a day of their own speak for every day
                    some = f"count(*){where} > 0"
                    ends.append(f"CASE WHEN {some} THEN DATE '0001-01-01' END AS first_{place}")
                    ends.append(f"CASE WHEN {some} THEN DATE '9999-12-01' END AS last_{place}")
            rows = self._ends(name, ends)
            if name == "stores" and self.data[1] is None:
                rows = []  # shops that nobody told anything of
            # A list is kept for good: a month in which nothing of it fell due is a true 0.
            until = self.data[1] if is_list(name) and any(key[3] for key in keys) else None
            for place, key in enumerate(keys):
                found: dict[str, list[Window]] = {}
                for row in rows:
                    if row[f"first_{place}"] is None:
                        continue
                    run = Window(row[f"first_{place}"], row[f"last_{place}"])
                    if until and key[3]:
                        run = Window(min(run.start, until), max(run.end, until))
                    # What is of the whole company is of each of its stores.
                    own = row["store_id"]
                    for store in (own,) if own != COMPANY else (COMPANY, *self.stores):
                        found.setdefault(store, []).append(run)
                self._found[key] = found
            if (name, "", "", "") in keys:
                self._add_covers(name)

    def _ends(self, name: str, columns: Sequence[str], where: str = "") -> list[dict[str, Any]]:
        """Give smallest (``first_...``) and largest (``last_...``) values by store."""
        chosen, day = ", ".join(columns), facts()[name].day
        plain = f"SELECT {chosen} FROM {quoted(name)} {where} GROUP BY ALL"
        if self.states is None or day is None or not self.states.are_parted(name):
            return self.run(plain).to_pylist()
        text = (
            f'SELECT "window", {chosen} FROM {quoted(name)} '
            f"JOIN {ASKED} ON asked_day = {quoted(day)} {where} GROUP BY ALL"
        )

        def run(asked: Sequence[tuple[Any, Any]]) -> Any:
            return self.run(with_days(text, {ASKED: [window for window, _ in asked]}))

        how = {one: "min" if one.startswith("first") else "max"
               for one in (column.rpartition(" ")[2] for column in columns[1:])}  # fmt: skip
        return self.states.ends(text, name, how, run).to_pylist()

    @property
    def stores(self) -> tuple[str, ...]:
        """List the stores of the company."""
        self._look()
        if self._stores is None:
            rows = self.run(f"SELECT store_id FROM {quoted('stores')} ORDER BY ALL").to_pylist()
            self._stores = tuple(row["store_id"] for row in rows)
        return self._stores

    def _add_covers(self, name: str) -> None:
        if self._covers is None:
            covers = self.ibis("batch_covers")
            covers = covers.filter(covers["store_id"].notnull() & covers["first_day"].notnull())
            told = covers.select("table_name", "store_id", "first_day", "last_day").distinct()
            self._covers = {}
            for row in told.to_pyarrow().to_pylist():
                window = Window(row["first_day"], row["last_day"])
                self._covers.setdefault(row["table_name"], []).append((row["store_id"], window))
        found = self._found[(name, "", "", "")]
        for store, window in self._covers.get(name, ()):
            found.setdefault(store, []).append(window)

    def has(self, source: Source, window: Window, store: str) -> bool:
        """Tell whether the store has the source for any of these days."""
        runs = self.of(source).get(store, ())
        end = window.end + timedelta(days=source.ahead)
        return any(run.start <= end and run.end >= window.start for run in runs)

    def long_runs(self, name: str) -> dict[str, list[Window]]:
        """List per store the runs of days reported as one, where any is longer than a day."""
        self._look()
        if name not in self._runs:
            fact = facts()[name]
            assert fact.day and fact.end_day
            table = self.ibis(name)
            table = table.filter(table[fact.end_day] > table[fact.day])
            store = ["store_id"] if fact.has_store else []
            frame = table.select(*store, fact.day, fact.end_day).distinct().to_pyarrow()
            runs: dict[str, list[Window]] = {}
            for row in frame.to_pylist():
                run = Window(row[fact.day], row[fact.end_day])
                runs.setdefault(row.get("store_id", COMPANY), []).append(run)
            self._runs[name] = {store: sorted(found) for store, found in runs.items()}
        return self._runs[name]


_SPANS: weakref.WeakKeyDictionary[Any, Spans] = weakref.WeakKeyDictionary()


def spans_of(warehouse: Any) -> Spans:
    """Give what is known of an open warehouse's sources."""
    if warehouse not in _SPANS:
        _SPANS[warehouse] = Spans(warehouse)
    return _SPANS[warehouse]


def is_list(table: str) -> bool:
    """Tell whether a table is a list that is brought whole, and not a run of events."""
    from helpers.tables.known_facts import known_facts

    models = load_models()
    if table in PLAN_TABLES:
        return True
    return table in models and known_facts().of(models[table].fact).cadence == "list"
