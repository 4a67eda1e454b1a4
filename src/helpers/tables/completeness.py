"""Which days of a period each store and fact has, which are missing, and what may still change.

Belongs here: what the accepted files cover, read from the warehouse and from nothing else, so
that the answer is the same whenever it is asked. Does not: comparing two views of one thing
(``analysis.reconciliation``), or refusing a publication (``publish.release``).

A day inside a file's span is covered, with or without rows. A day outside every span is missing,
unless the stretch is no longer than the longest silence within the files themselves, or than
chance would make it where most days are empty: a shop that sells twice a week has no order on the
last day of a month, and no file can say so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

from helpers.config.workspace import Workspace
from helpers.tables.awaiting import Waived, listed, wanted
from helpers.tables.known_facts import Cadence, KnownFact, KnownFacts, known_facts
from helpers.tables.models import TableModel, quoted
from helpers.tables.waivers import load_waivers
from helpers.vocabulary.labels import Label, Language
from helpers.vocabulary.periods import Period, runs_of

if TYPE_CHECKING:
    from helpers.tables.warehouse import Warehouse

#: ``quiet`` lies outside every file, in a stretch too short to tell from a lull.
DayState = Literal["rows", "no_rows", "quiet", "missing"]
FactStatus = Literal["final", "settling", "partial", "missing", "not_supplied"]
Status = Literal["preliminary", "final"]

#: So far back one looks for the longest silence.
_MEMORY_DAYS = 400
#: Below this share of days with rows a thing is rare; a silence that chance gives more often than
#: once in twenty such stretches of time is none to worry about.
_SPARSE, _BY_CHANCE = 0.5, 0.05
#: So far past its end one looks for a state that speaks for the period.
_BEYOND_DAYS = 14
_DAY = timedelta(days=1)
#: An order export that holds less than this share of the month before, with visits as before.
_PARTIAL_SHARE = 3
#: Below this many orders a month, a third of it is chance.
_PARTIAL_ORDERS = 30


@dataclass(frozen=True)
class FactState:
    """What is there of one fact of one store in one period."""

    #: Empty for files of the whole company.
    store_id: str
    fact: str
    status: FactStatus
    sources: tuple[str, ...] = ()
    #: The days one may expect (the store was open and had begun to bring the fact).
    days: Mapping[date, DayState] = field(default_factory=dict)
    #: The newest day that an export of this fact knows of.
    known_to: date | None = None
    #: Once exports know of this day, the period's figures are final.
    settled_on: date | None = None
    #: Days on which the store sold and its traffic is nought.
    zero_days: tuple[date, ...] = ()
    #: Few orders and undiminished traffic: was only a part exported?
    is_perhaps_partial: bool = False

    @property
    def missing(self) -> tuple[tuple[date, date], ...]:
        """The stretches of missing days, first and last day of each."""
        return tuple(runs_of(day for day, state in self.days.items() if state == "missing"))

    def count(self, state: DayState) -> int:
        """Count the days of one state."""
        return sum(one == state for one in self.days.values())


@dataclass(frozen=True)
class Readiness:
    """Whether a period's data are all there, and what is awaited."""

    period: Period
    facts: tuple[FactState, ...]
    #: What is awaited, the gravest first.
    missing: tuple[Label, ...]
    #: Those of them without which the period is incomplete.
    lacking: tuple[Label, ...]
    #: What would be awaited, had nobody said that it will not come: what, who, when and why.
    admitted: tuple[Label, ...] = ()
    #: Waivers of this period for which nothing is awaited: what they admit came after all.
    unneeded: tuple[Label, ...] = ()

    @property
    def complete(self) -> bool:
        """Tell whether the period may be published without being called preliminary by hand."""
        return not self.lacking

    @property
    def status(self) -> Status:
        """Give ``final`` where nothing is missing and nothing may change any more."""
        return "preliminary" if self.missing else "final"

    def awaiting(self, language: Language) -> str:
        """Write what is awaited in one line; empty where nothing is."""
        return listed(self.missing, language)

    def lacks(self, language: Language) -> str:
        """Write what the period cannot do without in one line; empty where nothing lacks."""
        return listed(self.lacking, language)


def readiness(warehouse: Warehouse, workspace: Workspace, period: Period) -> Readiness:
    """Say whether a period's data are complete, and preliminary or final.

    What a person has waived (``tables.waivers``) is not awaited.

    Args:
        warehouse: The tables.
        workspace: The company; its open stores are the ones that matter.
        period: Whose days.

    Raises:
        DeclarationFaulty: A waiver is unsound.
    """
    facts = tuple(states(warehouse, workspace, period))
    given = load_waivers(warehouse.paths, workspace, known_facts().facts)
    waived = Waived(given, workspace, period)
    lacking, open_ends = wanted(facts, workspace, period, waived)
    return Readiness(
        period, facts, (*lacking, *open_ends), lacking, waived.admitted, waived.unneeded
    )


def states(warehouse: Warehouse, workspace: Workspace, period: Period) -> Iterator[FactState]:
    """Go through every store and fact: those that were brought, and the core ones that never were.

    Args:
        warehouse: The tables.
        workspace: The company.
        period: Whose days.
    """
    known = known_facts()
    spoken = _spoken(warehouse)
    filled = _days_with_rows(warehouse, period)
    zero, partial = _zero_traffic(warehouse, period), _perhaps_partial(warehouse, period)
    for store in workspace.stores:
        brought = {fact for store_id, fact in spoken if store_id == store.id}
        core = [fact for fact, about in known.facts.items() if about.core]
        for fact in [*core, *sorted(brought - set(core), key=list(known.facts).index)]:
            if fact not in brought:
                yield FactState(store.id, fact, "not_supplied")
                continue
            first = max(period.start, store.opened_on or date.min)
            last = min(period.end, store.closed_on or date.max)
            found = _state_of(
                store.id, fact, known, spoken[store.id, fact],
                filled.get((store.id, fact), frozenset()), first, last, period,
            )  # fmt: skip
            if found is not None:
                yield _flagged(found, zero.get(store.id, ()), store.id in partial)
    for store_id, fact in sorted(spoken):
        if not store_id:
            told = spoken[store_id, fact]
            yield FactState("", fact, "final", told.sources, known_to=told.known_to)


def _flagged(found: FactState, zero: Sequence[date], is_partial: bool) -> FactState:
    if found.fact == "traffic":
        return replace(found, zero_days=tuple(zero))
    return replace(found, is_perhaps_partial=is_partial) if found.fact == "orders" else found


# -- what files say ------------------------------------------------------------------------------


@dataclass
class _Spoken:
    """What all exports together say of one fact of one store."""

    #: First day, last day, source, and up to which day the file knows.
    spans: list[tuple[date, date, str, date]] = field(default_factory=list)
    settles: dict[str, int] = field(default_factory=dict)

    @property
    def sources(self) -> tuple[str, ...]:
        return tuple(sorted(self.settles))

    @property
    def known_to(self) -> date | None:
        return max((knows for *_, knows in self.spans), default=None)


def _spoken(warehouse: Warehouse) -> dict[tuple[str, str], _Spoken]:
    found: dict[tuple[str, str], _Spoken] = defaultdict(_Spoken)
    rows = warehouse.sql(
        "SELECT DISTINCT coalesce(c.store_id, '') AS store_id, c.fact, c.first_day, c.last_day, "
        "b.as_of, b.source, coalesce(b.settles_after, 0) AS settles "
        "FROM (SELECT batch_id, store_id, fact, first_day, last_day FROM batch_covers "
        # A settlement says from when to when it runs, whatever was posted on its days.
        "UNION SELECT s.batch_id, s.store_id, x.fact, s.first_day, s.last_day "
        "FROM settlements s JOIN batch_covers x USING (batch_id) "
        "WHERE x.store_id = s.store_id AND s.last_day IS NOT NULL) c "
        "JOIN import_batches b USING (batch_id) ORDER BY ALL"
    )
    for row in rows.to_dict("records"):
        first, last, as_of = (_day(row[name]) for name in ("first_day", "last_day", "as_of"))
        told, source = found[row["store_id"], row["fact"]], row["source"]
        told.settles[source] = max(int(row["settles"]), told.settles.get(source, 0))
        if first is not None and last is not None:
            told.spans.append((first, last, source, max(last, as_of or last)))
    return dict(found)


def _day(value: object) -> date | None:
    import pandas as pd

    return None if pd.isna(value) else pd.Timestamp(value).date()  # type: ignore[arg-type, call-overload]


def _days_with_rows(warehouse: Warehouse, period: Period) -> dict[tuple[str, str], frozenset[date]]:
    """List the days of each store and fact that have rows; a month's row fills the month."""
    parts = []
    for name, model in warehouse.models.items():
        if model.day is None or "store_id" not in model.columns or not warehouse.has(name):
            continue
        first, last = _span_of(model)
        parts.append(
            f"SELECT DISTINCT store_id, '{model.fact}' AS fact, {first} AS first, {last} AS last "
            f"FROM {quoted(name)} WHERE {first} <= $2 AND {last} >= $1"
        )
    if not parts:
        return {}
    rows = warehouse.rows(
        "SELECT DISTINCT store_id, fact, unnest(generate_series(greatest(first, $1), "
        "least(last, $2), INTERVAL 1 DAY))::DATE AS day FROM (" + " UNION ".join(parts) + ")",
        [period.start - timedelta(days=_MEMORY_DAYS), period.end],
    )
    found: dict[tuple[str, str], set[date]] = defaultdict(set)
    for store_id, fact, day in rows:
        found[store_id, fact].add(day)
    return {key: frozenset(days) for key, days in found.items()}


def _span_of(model: TableModel) -> tuple[str, str]:
    both = {"start_date", "end_date"} <= set(model.columns)
    return ("start_date", "end_date") if both else (quoted(str(model.day)),) * 2


# -- one fact of one store -----------------------------------------------------------------------


def _state_of(
    store_id: str,
    fact: str,
    known: KnownFacts,
    told: _Spoken,
    filled: frozenset[date],
    first: date,
    last: date,
    period: Period,
) -> FactState | None:
    about = known.of(fact)
    sources = told.sources
    if about.cadence == "list" or not told.spans:
        return FactState(store_id, fact, "final", sources, known_to=told.known_to)
    begun = min(start for start, *_ in told.spans)
    first = max(first, begun)
    if first > last:
        # Not open, or not yet brought: nothing to wait for.
        return FactState(store_id, fact, "not_supplied", sources, known_to=told.known_to)
    known_to = told.known_to or last
    if (period.start - known_to).days > known.expected_days:
        return FactState(store_id, fact, "not_supplied", sources, known_to=known_to)
    covered = _covered(told, filled, about.cadence, period)
    days = _day_states(about, covered, filled, begun, first, last, known)
    heard = {source for start, end, source, _ in told.spans if start <= last and end >= first}
    wait = max((told.settles[source] for source in heard or told.settles), default=0)
    settled_on = period.end + timedelta(days=wait)
    counts = {state: sum(one == state for one in days.values()) for state in set(days.values())}
    status: FactStatus
    if about.cadence == "snapshot":
        near = [last - n * _DAY for n in range(known.snapshot_days)]
        after = [last + n * _DAY for n in range(1, known.snapshot_days + 1)]
        status = (
            "final" if any(day in filled for day in near) or any(day in covered for day in after)
            else "partial" if any(state == "rows" for state in days.values())
            else "missing"
        )  # fmt: skip
    elif not {"rows", "no_rows"} & set(counts):
        status = "missing" if counts.get("missing") else "final"
    elif counts.get("missing"):
        status = "partial"
    else:
        status = "settling" if wait and known_to < settled_on else "final"
    return FactState(store_id, fact, status, sources, days, known_to, settled_on)


def _covered(
    told: _Spoken, filled: frozenset[date], cadence: Cadence, period: Period
) -> frozenset[date]:
    """List the days that some file speaks for."""
    horizon = period.start - timedelta(days=_MEMORY_DAYS)
    days: set[date] = set(filled)
    for start, end, _, knows in told.spans:
        stop = max(end, knows) if cadence == "events" else end
        stop = min(stop, period.end + timedelta(days=_BEYOND_DAYS))
        days.update(_each_day(max(start, horizon), stop))
    return frozenset(days)


def _day_states(
    about: KnownFact,
    covered: frozenset[date],
    filled: frozenset[date],
    begun: date,
    first: date,
    last: date,
    known: KnownFacts,
) -> dict[date, DayState]:
    if about.cadence == "snapshot":
        return {day: "rows" if day in filled else "no_rows" for day in _each_day(first, last)}
    # Of the days after the period nobody has asked whether they have rows.
    empty = (day for day in covered if day not in filled and day <= last)
    silences = [(end - start).days + 1 for start, end in runs_of(empty)]
    lull = max(silences, default=0)
    start = max(begun, first - timedelta(days=_MEMORY_DAYS))
    whole = (last - start).days + 1
    busy = sum(start <= day <= last for day in filled)
    states: dict[date, DayState] = {}
    for a, b in runs_of(day for day in _each_day(start, last) if day not in covered):
        length = (b - a).days + 1
        # Where most days are empty, files end long before their month does: then chance judges.
        share = busy / max(whole - length, 1)
        if share < _SPARSE and (1 - share) ** length * whole >= _BY_CHANCE:
            lull = max(lull, length)
        # Where a statement is missing, so are the days of a whole cycle.
        is_short = about.cadence == "statements" and length < known.cycle_days
        state: DayState = "quiet" if length <= lull or is_short else "missing"
        states.update(dict.fromkeys(_each_day(a, b), state))
    return {
        day: states.get(day) or ("rows" if day in filled else "no_rows")
        for day in _each_day(first, last)
    }


def _each_day(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + number * _DAY


# -- what looks wrong ----------------------------------------------------------------------------


def _zero_traffic(warehouse: Warehouse, period: Period) -> dict[str, list[date]]:
    """Find days with sales whose traffic was reported as nought: platforms fill it in late."""
    rows = warehouse.sql(
        """
        WITH seen AS (
            SELECT store_id, start_date AS day,
                sum(coalesce(sessions, 0) + coalesce(visitors, 0) + coalesce(page_views, 0)
                    + coalesce(clicks, 0)) AS visits
            FROM traffic
            WHERE start_date = end_date AND start_date BETWEEN ? AND ?
            GROUP BY ALL
        )
        SELECT store_id, day FROM seen
        WHERE visits = 0 AND EXISTS (
            SELECT 1 FROM order_lines o WHERE o.store_id = seen.store_id AND o.local_date = seen.day
            AND o.kind = 'sale' AND o.status = 'placed')
        ORDER BY ALL
        """,
        [period.start, period.end],
    )
    found: dict[str, list[date]] = defaultdict(list)
    for row in rows.itertuples(index=False):
        if (day := _day(row.day)) is not None:
            found[str(row.store_id)].append(day)
    return dict(found)


def _perhaps_partial(warehouse: Warehouse, period: Period) -> set[str]:
    """Find stores whose orders fell below a third of the period before and whose visits did not.

    TikTok's default tab exports the orders that wait for something and no others.
    """
    before = period.previous()
    rows = warehouse.sql(
        f"""
        WITH sold AS (
            SELECT store_id,
                count(DISTINCT order_id) FILTER (local_date BETWEEN $3 AND $4) AS now,
                count(DISTINCT order_id) FILTER (local_date BETWEEN $1 AND $2) AS before
            FROM order_lines WHERE kind = 'sale' AND local_date BETWEEN $1 AND $4 GROUP BY ALL
        ), seen AS (
            SELECT store_id, level,
                sum(v) FILTER (start_date BETWEEN $3 AND $4) AS now,
                sum(v) FILTER (start_date BETWEEN $1 AND $2) AS before
            FROM (SELECT *, coalesce(sessions, visitors, page_views, clicks, impressions) AS v
                FROM traffic WHERE start_date BETWEEN $1 AND $4)
            GROUP BY ALL
        )
        SELECT DISTINCT sold.store_id FROM sold JOIN seen USING (store_id)
        WHERE sold.before >= {_PARTIAL_ORDERS} AND sold.now * {_PARTIAL_SHARE} < sold.before
            AND seen.before > 0 AND seen.now * {_PARTIAL_SHARE} >= seen.before
        """,
        [before.start, before.end, period.start, period.end],
    )
    return {str(one) for one in rows["store_id"]}
