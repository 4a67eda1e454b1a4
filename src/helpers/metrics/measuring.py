"""Compile leaf formulas to Ibis and bring back aggregates, exact to the ten-thousandth.

One query per table serves all sums, counts and distinct orders at once. The
grain that leaves the engine is window x store x member: stores are kept apart until it is known
which of them have a source.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from helpers.metrics.dimensions import (
    DIMENSIONS,
    SEPARATOR,
    can_be_cut,
    member_column,
    with_members,
)
from helpers.metrics.facts import facts
from helpers.metrics.formulas import (
    DAYS_OF,
    Computed,
    Condition,
    Count,
    CountDistinct,
    Largest,
    Leaf,
    Mean,
    Median,
    Quantile,
    Reported,
    Smallest,
    Standing,
    Statistic,
    Sum,
    Typed,
    Whole,
)
from helpers.metrics.measured import (
    ALWAYS,
    COMPANY,
    SCALE,
    Measured,
    Source,
    back_to,
    fetched,
    key_of,
    nothing,
    pair_of,
    spread_over,
)
from helpers.metrics.notes import note
from helpers.metrics.placed_orders import COLUMNS, FIXED, LINES
from helpers.metrics.rows import (
    ASKED,
    ASKED_SALES,
    Window,
    at_last_report,
    column_of,
    condition_mask,
    elapsed_time,
    in_windows,
    quantile_weight,
    standing_in_windows,
    with_days,
    with_looked_up,
)
from helpers.metrics.spans import OPENING_SLACK_DAYS, spans_of
from helpers.metrics.states import Reads
from helpers.tables.reads import digest_of

if TYPE_CHECKING:
    import pandas as pd

    from helpers.metrics.catalogue import Metric

#: Of these levels of one store's traffic one counts, the first that is there.
LEVELS = ("store", "product", "channel", "country")


class Timing(NamedTuple):
    """Of which table rows count, and when: leaves of one timing share a query."""

    table: str
    day: str | None
    standing: Standing | None
    last_report: bool


def timing_of(leaf: Any) -> Timing:
    """Say when the rows of a leaf count."""
    own = facts()[leaf.table].day if leaf.standing is None else None
    return Timing(leaf.table, leaf.day or own, leaf.standing, leaf.last_report)


class Measuring:
    """Measures leaves for one question: one warehouse, one way to cut."""

    def __init__(self, warehouse: Any, by: Sequence[str], constant: bool = False):
        self.by = tuple(by)
        #: Is money converted at one rate per currency for all days?
        self.constant = constant
        self.local = "currency" in by
        self.spans = spans_of(warehouse)
        #: Where tables are looked up: the warehouse, with a memory.
        self.warehouse = self.spans

    # -- which money ---------------------------------------------------------------------------

    def amount(self, table: Any, name: str, column: str) -> Any:
        """Give a money column in the currency of the question, other columns as they are."""
        if column in facts()[name].converted and not self.local:
            return table[f"{column}_const" if self.constant else f"{column}_base"]
        return table[column]

    def refusal(self, table: str, columns: Iterable[str]) -> str:
        """Say why rows of ``table`` cannot be cut as asked, or nothing."""
        if not can_be_cut(table, self.by):
            lacking = [one for one in self.by if not can_be_cut(table, [one])]
            return note("no_dimension", table=table, dimension=",".join(lacking))
        if self.local and facts()[table].base_only & set(columns):
            return note("base_only")
        return ""

    @property
    def members(self) -> list[str]:
        """Name the dimension columns."""
        return [member_column(one) for one in self.by]

    def members_of(self, table: Any, name: str) -> Any:
        """Add the dimension columns to a fact."""
        return with_members(table, name, self.by, self.warehouse)

    def tidy(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Join the dimension columns into one member."""
        import pandas as pd

        return pd.DataFrame(
            {
                "window": frame["window"].astype("int64"),
                "store": frame["store_id"].astype(object) if "store_id" in frame else "",
                "member": frame["member"] if "member" in frame else self._member(frame),
                "value": frame.get("v_value", 0),
                "base": frame.get("v_base", 0),
                "unrated": frame["v_unrated"] // SCALE if "v_unrated" in frame else 0,
            }
        )

    def _member(self, frame: pd.DataFrame) -> Any:
        """Join the dimension columns of each row."""
        if not self.by:
            return ""
        member = frame[self.members[0]].astype(object)
        for column in self.members[1:]:
            member = member + SEPARATOR + frame[column].astype(object)
        return member

    def ask(
        self,
        shape: tuple[Hashable, ...],
        query: Callable[[], Any],
        windows: Sequence[Window],
        sales: Sequence[Window] | None = None,
        adds: str = "",
        until: Sequence[str] = (),
    ) -> pd.DataFrame:
        """Run a query over windows; its text is written once per shape and way to cut.

        Nothing is run where the months have left states that answer it (``states``).

        Args:
            shape: Tells the query from all others of this warehouse, windows aside.
            query: Gives the expression, built from ``in_windows``.
            windows: The days of ``ASKED``.
            sales: The days of ``ASKED_SALES``, where they differ.
            adds: The one table of which rows are added up, where days add up to windows.
            until: Tables of which rows after the window have no say.
        """
        text = self.spans.text((*shape, self.by, self.constant), query)
        states = self.spans.states

        def run(asked: Sequence[tuple[Any, Any]]) -> Any:
            days, beside = zip(*asked, strict=True)
            return self.spans.run(with_days(text, {ASKED: days, ASKED_SALES: beside}))

        asked = list(zip(windows, sales or windows, strict=True))
        if states is None:
            return fetched(run(asked))
        reads = Reads(self.spans.within(text), tuple(until))
        found = (
            states.add(text, windows, adds, reads, run)
            if adds
            else states.answer(text, asked, reads, run)
        )
        frame = fetched(found)
        told = with_days(text, {ASKED: windows, ASKED_SALES: sales or windows})
        self.spans.note_query(text, told, reads, asked, digest_of(frame, ordered=False))
        return frame

    # -- the door ------------------------------------------------------------------------------

    def measure(self, wanted: Mapping[str, tuple[Metric, Sequence[Window]]]) -> dict[str, Measured]:
        """Measure leaf metrics, each for its own windows, in as few queries as possible."""
        found: dict[str, Measured] = {}
        together: dict[tuple[Timing, str], list[str]] = {}
        own: dict[str, tuple[list[Window], list[int]]] = {}
        closed: dict[str, dict[int, tuple[str, str]]] = {}
        self.spans.prepare(
            source for metric, _ in wanted.values() for source in self._sources(metric.formula)
        )
        for metric_id, (metric, asked) in wanted.items():
            formula = metric.formula
            own[metric_id], closed[metric_id] = self._stretch(formula, asked)
            sources = self._sources(formula)
            enough = any if isinstance(formula, Computed) and formula.either else all
            if not enough(map(self.spans.is_there, sources)):
                # Nobody ever brought it: no query is needed to say so.
                refused = (
                    ""
                    if not isinstance(formula, Leaf)
                    else self.refusal(formula.table, formula.columns)
                )
                found[metric_id] = Measured(nothing(), sources, refused=refused)
            elif isinstance(formula, Computed):
                found[metric_id] = self._computed(formula, own[metric_id])
            elif isinstance(formula, Typed):
                found[metric_id] = self._typed(metric_id, formula, own[metric_id][0])
            elif reason := self.refusal(formula.table, formula.columns):  # type: ignore[union-attr]
                found[metric_id] = Measured(nothing(), (), refused=reason)
            elif _is_whole(formula):
                found[metric_id] = self._whole(formula, own[metric_id][0])
            else:
                group = timing_of(formula)
                kind = "rows"
                if isinstance(formula, CountDistinct):
                    # Distinct counts are dear: they never ride along to windows not asked for.
                    kind = f"distinct {sorted(own[metric_id][0])}"
                together.setdefault((group, kind), []).append(metric_id)
        for (timing, _), ids in _merge_distinct(together, own).items():
            leaves = {one: wanted[one][0].formula for one in ids}
            windows = sorted({w for one in ids for w in own[one][0]})
            for one, measured in self._rows(timing, leaves, windows).items():
                found[one] = back_to(measured, windows, own[one][0])
        for metric_id, (stretched, places) in own.items():
            found[metric_id] = spread_over(found[metric_id], places, len(wanted[metric_id][1]))
            found[metric_id].closed.update(closed[metric_id])
            del stretched
        return found

    def _stretch(
        self, formula: Any, asked: Sequence[Window]
    ) -> tuple[tuple[list[Window], list[int]], dict[int, tuple[str, str]]]:
        """Turn asked windows into those that the formula reads (such as the last 365 days)."""
        over = formula.over
        stretched: list[Window] = []
        closed: dict[int, tuple[str, str]] = {}
        first = self.spans.first_day
        for index, window in enumerate(asked):
            last = self.spans.last_until(window.end)
            if over == "period" or first is None or last is None:
                stretched.append(window)
                continue
            end = last
            if over == "since_start":
                stretched.append(Window(min(first, end), end))
                continue
            start = date(end.year, 1, 1)
            if over != "year_to_date":
                start = end - timedelta(days=DAYS_OF[over] - 1)
            days = (end - start).days + 1
            if start < first - timedelta(days=OPENING_SLACK_DAYS) and end >= first:
                closed[index] = (
                    "not_enough_data", note("window_before_data", days=days, first=first)
                )  # fmt: skip
            stretched.append(Window(start, end))
        unique = sorted(set(stretched))
        places = [unique.index(one) for one in stretched]
        return (unique, places), closed

    # -- kinds ---------------------------------------------------------------------------------

    def _prepared(self, name: str, leaves: Iterable[Leaf]) -> Any:
        named = [c.column for leaf in leaves for c in leaf.conditions]
        named += [one for leaf in leaves for one in leaf.columns]
        if name == LINES and all(map(self._reads_orders, leaves)):
            return self.members_of(self.spans.orders.table(), name)
        table = with_looked_up(self.warehouse.ibis(name), named, self.warehouse)
        return self.members_of(table, name)

    def reads_orders(self) -> bool:
        """Tell whether orders may be read as narrow rows, which tell members of the question."""
        columns = {DIMENSIONS[one].column for one in self.by}
        return self.spans.orders.are_kept and columns <= COLUMNS

    def _reads_orders(self, leaf: Any) -> bool:
        """Tell whether a leaf counts what the narrow rows of placed orders tell as lines do."""
        if not isinstance(leaf, CountDistinct) or leaf.within_store or not self.reads_orders():
            return False
        tests = {(one.column, one.test, getattr(one, one.test)) for one in leaf.conditions}
        placed = {(column, "equals", value) for column, value in FIXED.items()}
        return placed == tests and leaf.key in COLUMNS

    def _timed(self, timing: Timing, leaves: Iterable[Leaf]) -> Any:
        """Put rows into the asked windows; rows of no store are of the whole company."""
        import ibis

        table = self._prepared(timing.table, leaves)
        fact = facts()[timing.table]
        if not fact.has_store:
            table = table.mutate(store_id=ibis.literal(COMPANY))
        elif "store_id" not in fact.required:
            table = table.mutate(store_id=ibis.coalesce(table["store_id"], COMPANY))
        if timing.standing is not None:
            return standing_in_windows(table, timing.standing)
        assert timing.day is not None
        if timing.last_report:
            return at_last_report(in_windows(table, timing.day), timing.day)
        return in_windows(table, timing.day, fact.end_day if timing.day == fact.day else None)

    def _aggregates(
        self, table: Any, timing: Timing, leaves: Mapping[str, Any], met: Sequence[Condition]
    ) -> dict[str, Any]:
        """Give the aggregates of all leaves over rows that have ``met`` these conditions."""
        import ibis

        name = timing.table
        made: dict[str, Any] = {}
        for one, leaf in leaves.items():
            open_ones = [test for test in leaf.conditions if test not in met]
            mask = condition_mask(table, open_ones, timing.day)
            everything = mask if mask is not None else ibis.literal(True)
            if isinstance(leaf, CountDistinct):
                made[f"v_{one}"] = table[leaf.key].nunique(where=mask)
                made[f"v_{one}__known"] = made[f"v_{one}"]
            elif isinstance(leaf, Count):
                made[f"v_{one}"] = table.count(where=mask)
                made[f"v_{one}__known"] = made[f"v_{one}"]
            elif isinstance(leaf, Mean):
                value = self.value_of(table, leaf)
                total = value.sum(where=mask)
                if value.type().is_floating():
                    made[f"f_{one}"] = ibis.coalesce(total, 0.0)
                else:
                    made[f"v_{one}"] = total
                made[f"v_{one}__known"] = table.count(where=everything & value.notnull())
                self._add_unrated(made, table, name, one, leaf, everything)
            else:
                parts = [self.amount(table, name, column) for column in leaf.columns]
                raw = [table[column] for column in leaf.columns]
                known = raw[0].notnull()
                for other in raw[1:]:
                    known = known | other.notnull()
                value = parts[0]
                if len(parts) > 1:
                    value = ibis.coalesce(parts[0], ibis.literal(0, type=parts[0].type()))
                    for part in parts[1:]:
                        value = value + ibis.coalesce(part, ibis.literal(0, type=part.type()))
                made[f"v_{one}"] = value.sum(where=mask)
                made[f"v_{one}__known"] = table.count(where=everything & known)
                self._add_unrated(made, table, name, one, leaf, everything & known)
            made[f"v_{one}__rows"] = table.count(where=mask)
        return made

    def _add_unrated(
        self, made: dict[str, Any], table: Any, name: str, one: str, leaf: Any, counted: Any
    ) -> None:
        """Count the rows whose money has no exchange rate."""
        converted = sorted(facts()[name].converted & set(leaf.columns))
        if self.local or not converted:
            return
        unrated = table["fx_rate"].isnull()
        if self.constant:
            unrated = self.amount(table, name, converted[0]).isnull()
        made[f"v_{one}__unrated"] = table.count(where=counted & unrated)

    def value_of(self, table: Any, leaf: Statistic) -> Any:
        """Give what a statistic is taken of, row by row."""
        if leaf.elapsed is not None:
            return elapsed_time(table, leaf.elapsed)
        return self.amount(table, leaf.table, leaf.column)

    def _rows(
        self, timing: Timing, leaves: Mapping[str, Any], windows: Sequence[Window]
    ) -> dict[str, Measured]:
        """Sums, counts, means, distinct orders and reported figures of one table."""
        import pandas as pd

        name = timing.table
        fact = facts()[name]
        levels = ["level"] if "level" in fact.columns else []
        last = ["last_day"] if timing.last_report else []

        def asked(chosen: Mapping[str, Any], adds: str = "") -> pd.DataFrame:
            def query() -> Any:
                rows = self._timed(timing, chosen.values())
                # What every leaf asks of a row is asked once, and not by each of its figures.
                first, *others = (leaf.conditions for leaf in chosen.values())
                common = [one for one in first if all(one in other for other in others)]
                common = [] if timing.last_report else common  # a report without them is one
                mask = condition_mask(rows, common, timing.day)
                rows = rows if mask is None else rows.filter(mask)
                keys = ["window", "store_id", *levels, *last, *self.members]
                figures = self._aggregates(rows, timing, chosen, common)
                return rows.group_by(keys).aggregate(**figures)

            shape = ("rows", timing, *chosen.items())
            frame = self.ask(shape, query, windows, adds=adds)
            # All figures of the frame have the same members and stores.
            store = frame["store_id"].astype(object)
            return frame.assign(member=self._member(frame), store_id=store)

        adding = {one: leaf for one, leaf in leaves.items() if self._adds_up(timing, leaf)}
        others = {one: leaf for one, leaf in leaves.items() if one not in adding}
        frames = dict.fromkeys(adding, asked(adding, adds=name)) if adding else {}
        if others:
            frames |= dict.fromkeys(others, asked(others))
        runs = fact.end_day != fact.day and timing.day == fact.day and not last
        blocked = self._straddled(name, windows) if runs else {}
        found = {
            one: self._leaf_of(frames[one], one, leaf, windows, blocked, bool(levels))
            for one, leaf in leaves.items()
        }
        frame = frames[next(iter(leaves))]
        if last:
            unseen = self._without_report(name, windows, frame)
            for measured in found.values():
                measured.silent |= unseen
        for place, last_day in frame.groupby("window")["last_day"].max().items() if last else ():
            window, on = int(str(place)), pd.Timestamp(last_day).date()
            if on != windows[window].end:
                for measured in found.values():
                    measured.notes.setdefault(window, []).append(note("snapshot_on", day=on))
        return found

    def _without_report(
        self, name: str, windows: Sequence[Window], frame: pd.DataFrame
    ) -> set[tuple[int, str]]:
        """Find windows in which a store that has reports before and after has none.

        Nobody looked, and so the state is not known; it is nought where an export of these very
        days says nothing.
        """
        seen = {pair_of(place) for place in zip(frame["window"], frame["store_id"], strict=True)}
        source = Source(name)
        return {
            (index, store)
            for index, window in enumerate(windows)
            for store in self.spans.stores
            if (index, store) not in seen
            and self.spans.has(source, window, store)
            and not self.spans.has_whole(source, window, store)
        }

    def _adds_up(self, timing: Timing, leaf: Any) -> bool:
        """Tell whether a leaf over a month is the sum of that leaf over its days."""
        states, fact = self.spans.states, facts()[timing.table]
        exact = all(fact.columns.get(one) != "number" for one in leaf.columns)
        return (
            states is not None
            and states.are_parted(timing.table)
            and timing == Timing(timing.table, fact.day, None, False)
            and type(leaf) in (Sum, Count, Reported)
            and exact
            and (fact.end_day == fact.day or not self.spans.long_runs(timing.table))
        )

    def _leaf_of(self, frame: pd.DataFrame, one: str, leaf: Any, windows: Sequence[Window],
                 blocked: Mapping[tuple[int, str], str], has_levels: bool) -> Measured:  # fmt: skip
        names = {f"v_{one}": "v_value", f"v_{one}__unrated": "v_unrated",
                 f"v_{one}__known": "v_known", f"v_{one}__rows": "v_rows"}  # fmt: skip
        keys = ["window", "store_id", "member", *self.members, *(["level"] if has_levels else [])]
        own = frame[[*keys, *(n for n in names if n in frame)]].rename(columns=names)
        own = own[own["v_rows"] > 0]
        asides: dict[tuple[int, str], str] = {}
        if has_levels:
            own, asides = self._one_level(own, isinstance(leaf, Reported))
        known = own["v_known"] > 0
        every, own = own, own[known]
        silent = _places(every) - _places(own)
        measured = Measured(
            self.tidy(own), self._sources(leaf), silent=silent, asides=asides, blocked=dict(blocked)
        )
        if isinstance(leaf, Mean):
            measured.is_share = True
            measured.frame["base"] = own["v_known"].to_numpy()
            counts = measured.frame.groupby(["window", "member"])["base"].sum() // SCALE
            measured.rows = {key_of(key): int(rows) for key, rows in counts.items()}
        if isinstance(leaf, Sum) and leaf.times != 1:
            scaled = measured.frame["value"]
            measured.frame["value"] = (
                -scaled
                if leaf.times == -1
                else (scaled * float(leaf.times)).round().astype("int64")
            )
        if isinstance(leaf, Reported):
            counts = own.groupby(["window", *self.members])["v_known"].sum() // SCALE
            several = counts[counts > 1]
            measured.crowded = {key_of(key) for key in several.index}
        return measured

    def _one_level(
        self, own: pd.DataFrame, reported: bool
    ) -> tuple[pd.DataFrame, dict[tuple[int, str], str]]:
        """Never add a store's own figure to those of its products: take one level per store."""
        import pandas as pd

        by_product = {"product", "category"} & set(self.by)
        if "channel" in self.by:
            return own[own["level"] == "channel"], {}
        asides: dict[tuple[int, str], str] = {}
        if by_product:
            return own[own["level"] == "product"], asides
        # A store's own figure before those of its products, channels or countries, which may be
        # the same visits told three times.
        known = own[own["v_known"] > 0]
        chosen: dict[tuple[int, str], str] = {}
        for level in reversed(LEVELS):
            there = known[known["level"] == level]
            chosen |= dict.fromkeys(zip(there["window"], there["store_id"], strict=True), level)
        keep = [
            level == chosen.get((window, store), level)
            for window, store, level in own[["window", "store_id", "level"]].itertuples(index=False)
        ]
        own = own.loc[pd.Series(keep, index=own.index, dtype=bool)]
        if not reported:
            added = own[(own["level"] == "product") & (own["v_known"] > 0)]
            for window, store in added[["window", "store_id"]].itertuples(index=False):
                asides[(int(window), str(store))] = note("over_products")
        return own, asides

    def _sources(self, leaf: Any) -> tuple[Source, ...]:
        """Name what a store must have: the table, and the column if rows may leave it empty."""
        if isinstance(leaf, Typed):
            return (Source(leaf.table),)
        if isinstance(leaf, Computed):
            return tuple(map(Source, leaf.tables))
        fact = facts()[leaf.table]
        # The list of stores comes from the workspace and is whole, whatever a store leaves out.
        always = leaf.standing or leaf.table == "stores" or not (leaf.day or fact.day)
        day = ALWAYS if always else leaf.day or ""
        if leaf.needs_column:
            return (Source(leaf.table, leaf.needs_column, day=day),)
        columns = [leaf.key] if isinstance(leaf, CountDistinct) else list(leaf.columns)
        optional = [one for one in columns if one not in fact.required and "." not in one]
        if leaf.table == "order_lines" and set(columns) <= {"gmv", "landed_cost"}:
            # Derived by tables: gmv is always there, and costs have a coverage of their own.
            optional = []
        by_product = "level" in fact.columns and {"product", "category"} & set(self.by)
        column = optional[0] if len(optional) == 1 else ""
        level = "product" if by_product else ""
        if "level" in fact.columns and "channel" in self.by:
            level = "channel"
        return (Source(leaf.table, column, level=level, day=day),)

    def _straddled(self, name: str, windows: Sequence[Window]) -> dict[tuple[int, str], str]:
        """Find windows that cut a reported run of days, or hold a gap between such runs."""
        found: dict[tuple[int, str], str] = {}
        for store, runs in self.spans.long_runs(name).items():
            first, last = runs[0].start, max(run.end for run in runs)
            for index, window in enumerate(windows):
                touching = [r for r in runs if r.start <= window.end and r.end >= window.start]
                cut = any(r.start < window.start or r.end > window.end for r in touching)
                end = min(window.end, last, self.spans.last_until(window.end) or last)
                start = max(window.start, first)
                told = {run.start + timedelta(days=n) for run in touching
                        for n in range((run.end - run.start).days + 1)}  # fmt: skip
                days = {start + timedelta(days=n) for n in range((end - start).days + 1)}
                if not (cut or (touching and (days - told))):
                    continue
                if store != COMPANY:
                    found[(index, store)] = note("whole_spans_only", table=name, store=store)
                else:
                    why = note("whole_spans_of_company", table=name)
                    found |= {(index, one): why for one in (COMPANY, *self.spans.stores)}
        return found

    def _whole(self, leaf: Any, windows: Sequence[Window]) -> Measured:
        """Ask what cannot be put together from parts at the asked grain, and never add it up.

        Different values that may repeat across stores, medians, quantiles, extremes.
        """
        timing = timing_of(leaf)
        if self._came_once(timing, leaf, windows):
            return self._ever(timing, leaf, windows)

        def query() -> Any:
            rows = self._timed(timing, [leaf])
            is_statistic = isinstance(leaf, Statistic)
            value = self.value_of(rows, leaf) if is_statistic else rows[column_of(leaf.key)]
            rows = rows.mutate(whole_value=value)
            rows = rows.filter(rows["whole_value"].notnull())
            mask = condition_mask(rows, leaf.conditions, timing.day)
            rows = rows.filter(mask) if mask is not None else rows
            if isinstance(leaf, Median | Quantile):
                at = leaf.at if isinstance(leaf, Quantile) else 0.5
                rows = rows.mutate(
                    weight=quantile_weight(rows, ["window", *self.members], "whole_value", at)
                )
                figure = (rows["whole_value"].cast("float64") * rows["weight"]).sum()
            else:
                figure = _figure(rows["whole_value"], leaf)
            made = {"f_value": figure.cast("float64")} if is_statistic else {"v_value": figure}
            return rows.group_by(["window", *self.members]).aggregate(**made, v_rows=rows.count())

        frame = self.ask(("whole", leaf, timing), query, windows)
        tidy = self.tidy(frame)
        measured = Measured(tidy, self._sources(leaf))
        if isinstance(leaf, Statistic):
            places = zip(tidy["window"], tidy["member"], frame["v_rows"], strict=True)
            measured.rows = {(int(w), str(m)): int(rows) // SCALE for w, m, rows in places}
        return measured

    def _typed(self, metric_id: str, formula: Typed, windows: Sequence[Window]) -> Measured:
        """Take the newest typed figure of each member; of two of one day, the last by wording."""
        import ibis

        def query() -> Any:
            rows = self.warehouse.ibis("manual_kpis")
            rows = rows.filter(rows["metric_id"] == metric_id)
            scope = ibis.coalesce(rows["scope"], "")
            rows = rows.filter(scope != "" if self.by else scope == "")
            rows = in_windows(rows.mutate(member=scope), "local_date")
            newest = ibis.row_number().over(
                group_by=[rows["window"], rows["member"]],
                order_by=[rows["local_date"].desc(), rows["entered_by"], rows["evidence"]],
            )
            total = rows["value"].sum().over(group_by=[rows["window"], rows["member"]])
            rows = rows.mutate(place=newest, total=total)
            rows = rows.filter(rows["place"] == 0)
            figure = rows["total"] if formula.add else rows["value"]
            return rows.select("window", "member", "entered_by", "evidence", f_value=figure)

        import pandas as pd

        frame = self.ask(("typed", metric_id, formula), query, windows)
        tidy = pd.DataFrame(
            {"window": frame["window"].astype("int64"), "store": "",
             "member": frame["member"].astype(object), "value": frame["v_value"], "base": 0,
             "unrated": 0}
        )  # fmt: skip
        measured = Measured(tidy, (Source("manual_kpis"),))
        for window, member, who, proof in frame[
            ["window", "member", "entered_by", "evidence"]
        ].itertuples(index=False):
            told = note("typed", entered_by=who or "", evidence=proof or "", metric=metric_id)
            measured.told[(int(window), str(member))] = [told]
        return measured

    def _came_once(self, timing: Timing, leaf: Any, windows: Sequence[Window]) -> bool:
        """Tell whether what was ever seen may be carried forward from month to month."""
        return (
            isinstance(leaf, CountDistinct)
            and leaf.over == "since_start"
            and len({window.start for window in windows}) == 1
            and timing == Timing(timing.table, facts()[timing.table].day, None, False)
            and self.spans.states is not None
            and self.spans.states.are_parted(timing.table)
        )

    def _ever(self, timing: Timing, leaf: CountDistinct, windows: Sequence[Window]) -> Measured:
        """Count what was ever seen by the day it came first: those days add up, and it does not."""
        import ibis

        start, day = windows[0].start, str(timing.day)

        def query() -> Any:
            rows = self._prepared(timing.table, [leaf])
            mask = rows[leaf.key].notnull() & (rows[day] >= ibis.literal(start))
            told = condition_mask(rows, leaf.conditions, timing.day)
            rows = rows.filter(mask if told is None else mask & told)
            keys = [*self.members, leaf.key]
            # Only who was there on the asked days may have come first on one of them.
            there = in_windows(rows, day).select(*keys).distinct()
            rows = rows.semi_join(there, keys)
            first = rows.group_by(keys).aggregate(first_day=rows[day].min())
            come = in_windows(first, "first_day")
            return come.group_by(["window", *self.members]).aggregate(v_value=come.count())

        table = timing.table
        frame = self.ask(
            ("whole", "ever", start, leaf, timing), query, windows, adds=table, until=(table,)
        )
        return Measured(self.tidy(frame), self._sources(leaf))

    def _computed(self, formula: Computed, own: tuple[list[Window], list[int]]) -> Measured:
        from helpers.metrics import computed

        for table in formula.tables:
            if reason := self.refusal(table, ()):
                return Measured(nothing(), (), refused=reason)
        self.spans.looked = False
        try:
            return computed.FUNCTIONS[formula.function](self, own[0])
        finally:
            self.spans.looked = None


def _places(rows: pd.DataFrame) -> set[tuple[int, str]]:
    """List the windows and stores of rows."""
    return set(zip(rows["window"].tolist(), rows["store_id"].tolist(), strict=True))


def _is_whole(formula: Any) -> bool:
    """Tell whether a figure must be asked at the grain itself."""
    if isinstance(formula, CountDistinct):
        return not formula.within_store
    return isinstance(formula, Whole)


def _figure(value: Any, leaf: Any) -> Any:
    """Give the aggregate of the values that stays whole."""
    match leaf:
        case Largest():
            return value.max()
        case Smallest():
            return value.min()
        case _:
            return value.nunique()


def _merge_distinct(
    together: dict[tuple[Timing, str], list[str]],
    own: Mapping[str, tuple[list[Window], list[int]]],
) -> dict[tuple[Timing, str], list[str]]:
    """Let distinct counts share the query of the sums where both want the same windows."""
    merged: dict[tuple[Timing, str], list[str]] = {}
    for (table, kind), ids in together.items():
        rows = together.get((table, "rows"), [])
        windows = sorted({w for one in rows for w in own[one][0]})
        if kind.startswith("distinct") and kind == f"distinct {windows}":
            merged.setdefault((table, "rows"), []).extend(ids)
        else:
            merged.setdefault((table, kind), []).extend(ids)
    return merged
