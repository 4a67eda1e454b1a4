"""Who has what: the days for which each store has each source, as long as a warehouse is open."""

from __future__ import annotations

import hashlib
import weakref
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from helpers.metrics.facts import facts
from helpers.metrics.measured import ALWAYS, COMPANY, Source, SourceKey, fetched
from helpers.metrics.placed_orders import PlacedOrders
from helpers.metrics.reach import read_within
from helpers.metrics.rows import ASKED, ASKED_SALES, Window, with_days
from helpers.metrics.states import STANDS_FOR, Reads, States
from helpers.tables.models import literal, load_models, quoted
from helpers.tables.plan_tables import PLAN_TABLES
from helpers.tables.reads import Many, ReadNotes, Scope, digest_of
from helpers.tables.warehouse import CONSTANT_RATES

#: A shop without a sale on its very first days still has data from the month's start on.
OPENING_SLACK_DAYS = 3
_TRAFFIC = Source("traffic")
_OF_SALES: dict[str, Scope] = {"order_lines": None}
#: Where there are no sales, traffic tells from when to when the data run.
_OF_DATA: dict[str, Scope] = {**_OF_SALES, "traffic": None, "batch_covers": ["traffic"]}
#: Askings of which there are thousands on one page.
_MANY = ("has", "has_whole", "has_any", "selling", "sells_since", "last_until")


class Spans:
    """First and last day per store and source: who has what.

    Kept for as long as the warehouse is open, because its tables do not change under a reader.
    """

    def __init__(self, warehouse: Any):
        self._open = weakref.proxy(warehouse)
        # A warehouse made by hand keeps no notes.
        self.notes: ReadNotes = getattr(warehouse, "notes", None) or ReadNotes()
        self.notes.put |= dict.fromkeys(_MANY, self._put)
        self.states = States.of(warehouse)
        self.orders = PlacedOrders(self.states)
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
        """Give one table; its columns are looked up once.

        Whoever runs what he makes of it notes what he reads: ``fetch`` or ``note_query``.
        """
        if table not in self._tables:
            give = getattr(self._open, "handle", None) or self._open.ibis
            self._tables[table] = give(table)
        return self._tables[table]

    def fetch(self, expression: Any, *tables: str, days: Window | None = None) -> list[Any]:
        """Run a small expression over these tables, noting the days that it reads."""
        for table in tables:
            self.notes.note(table, days and (days.start, days.end))
        rows: list[Any] = expression.to_pyarrow().to_pylist()
        return rows

    def note_query(
        self, text: str, told: str, reads: Reads, asked: Sequence[Any], answer: str
    ) -> None:
        """Note what a query of ``text`` read.

        Args:
            text: The query without its days, ``told`` with them.
            told: As it would be run again.
            reads: Of which tables it reads only lines of those days, or before them.
            asked: The windows, each with that of the sales beside it.
            answer: Names what came of it.
        """
        if self.states is None:
            return
        scope: dict[str, Any] = dict.fromkeys(self.states.tables_of(text))
        runs = [(min(a.start, b.start), max(a.end, b.end)) for a, b in asked]
        for table in scope:
            if table in reads.within:
                scope[table] = runs
            elif table in reads.until:
                scope[table] = [(None, last) for _, last in runs]
        if None in scope.values():
            if "_const" in text:
                scope[CONSTANT_RATES] = None
            self.notes.note_answer(["measured", told], answer, scope)
            return
        for table, days in scope.items():
            for one in days:
                self.notes.note(table, one)

    def text(self, shape: Hashable, query: Callable[[], Any]) -> str:
        """Give the SQL of an expression, written once per shape."""
        if shape not in self._texts:

            def write() -> tuple[str, list[str]]:
                expression = query()
                days = {name: fact.day for name, fact in facts().items() if fact.day}
                within = []
                if self.states:
                    within = read_within(expression, (ASKED, ASKED_SALES), days, STANDS_FOR)
                return str(self._backend.compile(expression)), within

            # What looked at the data before it wrote may write otherwise of other data.
            blind = self.states is not None and not self.looked
            told = (shape, self.orders.are_kept)  # as lines, or as the rows that stand for them
            text, within = self.states.text(told, write) if self.states and blind else write()
            self._texts[shape], self._within[text] = text, tuple(within)
        return self._texts[shape]

    def within(self, text: str) -> tuple[str, ...]:
        """Name the tables of which a written query reads only lines of the asked days."""
        return self._within[text]

    def run(self, query: str) -> Any:
        """Run SQL and give an Arrow table."""
        return self.orders.run(self._backend.con, query)

    @property
    def _backend(self) -> Any:
        return self.ibis("stores").get_backend()

    @property
    def sales(self) -> dict[str, Window]:
        """First and last day with a placed sale line, per store."""
        self._look()
        self.notes.note_answer(["sales"], _short(self._sold), _OF_SALES)
        return self._sold

    @property
    def _sold(self) -> dict[str, Window]:
        if self._sales is None:
            rows = self._ends(
                "order_lines",
                ["store_id", "min(local_date) AS first_day", "max(local_date) AS last_day"],
                "WHERE kind = 'sale' AND status = 'placed'",
            )
            self._sales = {
                row["store_id"]: Window(row["first_day"], row["last_day"]) for row in rows
            }
        return self._sales

    def selling(self, window: Window) -> set[str]:
        """Name the stores whose sales, from the first to the last, hold one of these days."""
        self._look()
        self.notes.note_asking(("selling",), window)
        return self._selling(window)

    def _selling(self, window: Window) -> set[str]:
        return {
            store
            for store, span in self._sold.items()
            if span.start <= window.end and span.end >= window.start
        }

    def sells_since(self, store: str, day: date) -> bool:
        """Tell whether a store had sold something by a day; of one without sales nobody knows."""
        self._look()
        self.notes.note_asking(("sells_since",), (store, day))
        return self._sells_since(store, day)

    def _sells_since(self, store: str, day: date) -> bool:
        span = self._sold.get(store)
        return span is None or span.start <= day

    @property
    def data(self) -> tuple[date | None, date | None]:
        """First and last day of the data, as placed sale lines tell it (else any traffic).

        Whoever needs no more than ``first_day`` or ``last_until`` asks for those: the last day
        is another one with each new file.
        """
        self._look()
        self.notes.note_answer(["data"], _short(self._ends_of_data), _OF_DATA)
        return self._ends_of_data

    @property
    def _ends_of_data(self) -> tuple[date | None, date | None]:
        spans = list(self._sold.values())
        spans = spans or [run for runs in self._runs_of(_TRAFFIC).values() for run in runs]
        if not spans:
            return None, None
        return min(s.start for s in spans), max(s.end for s in spans)

    @property
    def first_day(self) -> date | None:
        """First day of the data."""
        self._look()
        self.notes.note_answer(["data_from"], str(self._ends_of_data[0]), _OF_DATA)
        return self._ends_of_data[0]

    def last_until(self, day: date) -> date | None:
        """Last day of the data, or ``day`` where they reach beyond it."""
        self._look()
        self.notes.note_asking(("last_until",), day)
        return self._last_until(day)

    def _last_until(self, day: date) -> date | None:
        last = self._ends_of_data[1]
        return None if last is None else min(last, day)

    def of(self, source: Source) -> dict[str, list[Window]]:
        """Give per store the days for which the source says something.

        First the run from its first to its last row: a month without a refund, between months
        with refunds, is a true 0. Then the days that exports speak for, be it to say nothing.
        """
        self._look()
        found = self._runs_of(source)
        self.notes.note_answer(["of", list(source.key)], _short(found), _scope_of(source.key))
        return found

    def _runs_of(self, source: Source) -> dict[str, list[Window]]:
        if source.key not in self._found:
            self.prepare([source])
        return self._found[source.key]

    def is_there(self, source: Source) -> bool:
        """Tell whether any store ever had the source."""
        self._look()
        found = bool(self._runs_of(source))
        self.notes.note_answer(["is_there", list(source.key)], found, _scope_of(source.key))
        return found

    def begins(self, source: Source, store: str | None = None) -> date | None:
        """Give the first day that a store's source speaks of; any store's where none is named."""
        self._look()
        found = self._begins(source, store)
        question = ["begins", list(source.key), store]
        self.notes.note_answer(question, str(found), _scope_of(source.key))
        return found

    def _begins(self, source: Source, store: str | None) -> date | None:
        runs = self._runs_of(source)
        told = runs.values() if store is None else [runs.get(store, [])]
        return min((run.start for found in told for run in found), default=None)

    def sales_begin(self, store: str) -> date | None:
        """Give the first day with a placed sale line of a store."""
        self._look()
        found = self._sold.get(store)
        self.notes.note_answer(["sales_begin", store], str(found and found.start), _OF_SALES)
        return found.start if found else None

    def prepare(self, sources: Iterable[Source]) -> None:
        """Look up several sources, those of one table in one query."""
        wanted: dict[str, list[SourceKey]] = {}
        for key in sorted({source.key for source in sources} - self._found.keys()):
            wanted.setdefault(key[0], []).append(key)
        for name, keys in wanted.items():
            fact = facts()[name]
            self.ibis(name)  # a table of the plan is made when it is first asked for
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
            if name == "stores" and self._ends_of_data[1] is None:
                rows = []  # shops that nobody told anything of
            # A list is kept for good: a month in which nothing of it fell due is a true 0.
            until = self._ends_of_data[1] if is_list(name) and any(key[3] for key in keys) else None
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
                    for store in (own,) if own != COMPANY else (COMPANY, *self._listed):
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
        self.notes.note("stores")
        return self._listed

    @property
    def _listed(self) -> tuple[str, ...]:
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
        self._look()
        self.notes.note_asking(("has", source.key, source.ahead), (window, store))
        return self._has(source, window, store)

    def has_whole(self, source: Source, window: Window, store: str) -> bool:
        """Tell whether a run of the source's days, or an export's, lies in these days whole."""
        self._look()
        self.notes.note_asking(("has_whole", source.key, source.ahead), (window, store))
        return self._has_whole(source, window, store)

    def _has_whole(self, source: Source, window: Window, store: str) -> bool:
        runs = self._runs_of(source).get(store, ())
        return any(run.start >= window.start and run.end <= window.end for run in runs)

    def has_any(self, source: Source, window: Window) -> bool:
        """Tell whether any store has the source for any of these days."""
        self._look()
        self.notes.note_asking(("has_any", source.key, source.ahead), window)
        return self._has_any(source, window)

    def _has_any(self, source: Source, window: Window) -> bool:
        return any(self._has(source, window, store) for store in self._runs_of(source))

    def _has(self, source: Source, window: Window, store: str) -> bool:
        runs = self._runs_of(source).get(store, ())
        end = window.end + timedelta(days=source.ahead)
        return any(run.start <= end and run.end >= window.start for run in runs)

    def long_runs(self, name: str) -> dict[str, list[Window]]:
        """List per store the runs of days reported as one, where any is longer than a day."""
        self._look()
        self.notes.note_answer(["long_runs", name], _short(self._long_runs(name)), {name: None})
        return self._long_runs(name)

    def _long_runs(self, name: str) -> dict[str, list[Window]]:
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
            self._runs[name] = {store: sorted(found) for store, found in sorted(runs.items())}
        return self._runs[name]

    # -- asking again --------------------------------------------------------------------------

    def _put(self, kind: Many, items: set[Any]) -> tuple[list[Any], Any, Mapping[str, Scope]]:
        """Write many small askings of one kind as one question (``ReadNotes.put``)."""
        name = kind[0]
        if name == "last_until":
            told: list[Any] = sorted(day.isoformat() for day in items)
        elif name == "sells_since":
            told = sorted([store, day.isoformat()] for store, day in items)
        elif name in ("has", "has_whole"):
            windows = sorted({window for window, _ in items})
            stores = sorted({store for _, store in items})
            told = [[_days_told(window) for window in windows], stores]
        else:
            told = [_days_told(window) for window in sorted(items)]
        key = [list(one) if isinstance(one, tuple) else one for one in kind[1:]]
        question = [name, *key, told]
        scope = _scope_of(tuple(kind[1])) if name.startswith("has") else _OF_DATA
        return question, self.answer_many(*question), scope

    def answer_many(self, kind: str, *given: Any) -> Any:
        """Answer a question that ``_put`` wrote."""
        if kind == "last_until":
            return [str(self._last_until(date.fromisoformat(day))) for day in given[0]]
        if kind == "sells_since":
            return [self._sells_since(store, date.fromisoformat(day)) for store, day in given[0]]
        if kind == "selling":
            return [sorted(self._selling(_window_of(told))) for told in given[0]]
        key, ahead, told = given
        table, column, level, day = key
        source = Source(table, column, level=level, day=day, ahead=ahead)
        if kind == "has_any":
            return [self._has_any(source, _window_of(one)) for one in told]
        windows, stores = told
        asked = self._has if kind == "has" else self._has_whole
        return [
            "".join("01"[asked(source, _window_of(window), store)] for window in windows)
            for store in stores
        ]


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


def _short(value: object) -> str:
    """Name a value of days and names, whatever the order in which it was found."""
    told = sorted(value.items()) if isinstance(value, dict) else value
    return hashlib.blake2b(repr(told).encode(), digest_size=8).hexdigest()


def _days_told(window: Window) -> list[str]:
    return [window.start.isoformat(), window.end.isoformat()]


def _window_of(told: Sequence[str]) -> Window:
    return Window(date.fromisoformat(told[0]), date.fromisoformat(told[1]))


def _scope_of(key: SourceKey) -> dict[str, Scope]:
    """Say what a source's days follow from: its rows, what exports spoke about, the data's end."""
    return {**_OF_DATA, key[0]: None, "batch_covers": sorted({key[0], "traffic"}), "stores": None}


def _source_of(key: Sequence[str]) -> Source:
    table, column, level, day = key
    return Source(table, column, level=level, day=day)


def _asks(name: str) -> Callable[..., Any]:
    return lambda warehouse, *given: spans_of(warehouse).answer_many(name, *given)


def _measured_again(warehouse: Any, told: str) -> str:
    spans = spans_of(warehouse)
    for table in spans.states.tables_of(told) if spans.states else ():
        spans.ibis(table)
    return digest_of(fetched(spans.run(told)), ordered=False)


#: Questions that can be put again by their name (``ReadNotes``).
QUESTIONS: Mapping[str, Callable[..., Any]] = {
    **{name: _asks(name) for name in _MANY},
    "measured": _measured_again,
    "sales": lambda warehouse: _short(spans_of(warehouse)._sold),
    "data": lambda warehouse: _short(spans_of(warehouse)._ends_of_data),
    "data_from": lambda warehouse: str(spans_of(warehouse)._ends_of_data[0]),
    "of": lambda warehouse, key: _short(spans_of(warehouse)._runs_of(_source_of(key))),
    "is_there": lambda warehouse, key: bool(spans_of(warehouse)._runs_of(_source_of(key))),
    "begins": lambda warehouse, key, store: str(
        spans_of(warehouse)._begins(_source_of(key), store)
    ),
    "sales_begin": lambda warehouse, store: str(
        (found := spans_of(warehouse)._sold.get(store)) and found.start
    ),
    "long_runs": lambda warehouse, name: _short(spans_of(warehouse)._long_runs(name)),
}
