"""Whom a question is about: its stores, what each of them has, and what each weighs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from helpers.metrics.answering.cells import Place, Result
from helpers.metrics.dimensions import SEPARATOR
from helpers.metrics.facts import facts
from helpers.metrics.measured import Source
from helpers.metrics.measuring import Measuring
from helpers.metrics.notes import note
from helpers.metrics.rows import Window, column_of, condition_mask
from helpers.metrics.spans import spans_of

if TYPE_CHECKING:
    from helpers.metrics.catalogue import Catalogue, Metric
    from helpers.metrics.formulas import Condition
    from helpers.vocabulary.periods import Period


class Scope:
    """The stores of one question over its windows, which are known here by their place."""

    def __init__(
        self, warehouse: Any, registry: Catalogue, by: Sequence[str], windows: Sequence[Window]
    ):
        self.by = tuple(by)
        self.dimension = ",".join(by)
        self.windows = windows
        self._places = {window: place for place, window in enumerate(windows)}
        self.spans = spans_of(warehouse)
        self._warehouse = warehouse
        self._registry = registry
        self._about: dict[tuple[Condition, ...], set[str]] = {}

    def place_of(self, period: Period) -> int:
        """Say where among the windows a period stands."""
        return self._places[Window(period.start, period.end)]

    # -- which stores --------------------------------------------------------------------------

    @cached_property
    def _platform_of(self) -> dict[str, str]:
        stores = self.spans.ibis("stores").select("store_id", "platform")
        listed = self.spans.fetch(stores, "stores")
        return {row["store_id"]: row["platform"] for row in listed}

    def declared_members(self) -> dict[str, set[str]] | None:
        """List the members that are known without rows, each with its stores."""
        if not self.by:
            return {"": set(self._platform_of)}
        if self.by == ("store",):
            return {store: {store} for store in self._platform_of}
        if self.by == ("platform",):
            groups: dict[str, set[str]] = {}
            for store, platform in self._platform_of.items():
                groups.setdefault(platform, set()).add(store)
            return groups
        return None

    def stores_of(self, metric: Metric) -> set[str]:
        """List the stores that a metric is about: all, but where its rows name a platform."""
        tests = [
            one
            for one in getattr(metric.formula, "conditions", ())
            if one.column.startswith("stores.")
        ]
        if not tests:
            return set(self._platform_of)
        key = tuple(tests)
        if key not in self._about:
            stores = self.spans.ibis("stores")
            named = {column_of(one.column): stores[one.column.split(".")[1]] for one in tests}
            stores = stores.mutate(**named)
            rows = stores.filter(condition_mask(stores, tests, None)).select("store_id")
            self._about[key] = {row["store_id"] for row in self.spans.fetch(rows, "stores")}
        return self._about[key]

    # -- what they have ------------------------------------------------------------------------

    def has(self, result: Result, source: Source, window: int, store: str) -> bool:
        """Tell whether a store has a source of this result in the window, and filled in."""
        if (window, store, source) in result.silent:
            return False
        return self.spans.has(source, self.windows[window], store)

    def has_all(self, result: Result, window: int, store: str) -> bool:
        """Tell whether a store has every source of this result in the window."""
        # In a fixed order: what was asked is noted, and asking ends with the first that lacks.
        return all(self.has(result, source, window, store) for source in sorted(result.sources))

    def has_begun(self, result: Result, window: int, store: str) -> bool:
        """Tell whether what comes back later can be of these days: not before the first sale."""
        looks_ahead = any(source.ahead for source in result.sources)
        return not looks_ahead or self.spans.sells_since(store, self.windows[window].end)

    def selling(self, window: int) -> set[str]:
        """List the stores that sell on any day of the window."""
        return self.spans.selling(self.windows[window])

    def first_day(self, member: str) -> date | None:
        """Give the first day of the data, of the store's own data where stores are asked for."""
        if "store" in self.by:
            store = member.split(SEPARATOR)[self.by.index("store")]
            return self.spans.sales_begin(store) or self.spans.begins(Source("traffic"), store)
        return self.spans.first_day

    def no_rate(self, metric: Metric, window: int) -> list[str]:
        """Name currency and days of the rows that have no exchange rate, one note for each.

        A payout or a balance adds up entries of other days than the window's; where none of the
        window lacks a rate, those of all days are named.
        """
        found = self._without_rate(metric.tables[0], self.windows[window])
        if not found:
            found = [told for name in metric.tables for told in self._without_rate(name, None)]
        return found

    def _without_rate(self, name: str, days: Window | None) -> list[str]:
        table, day = self.spans.ibis(name), facts()[name].day
        if day is None or "fx_rate" not in table.columns:
            return []
        table = table.filter(table["fx_rate"].isnull())
        if days is not None:
            table = table.filter(table[day].between(days.start, days.end))
        rows = table.group_by("currency").aggregate(
            first=table[day].min(), last=table[day].max(), rows=table.count()
        )
        return [
            note("no_rate", currency=r["currency"], first=r["first"], last=r["last"],
                 rows=r["rows"])
            for r in self.spans.fetch(rows.order_by("currency"), name, days=days)
        ]  # fmt: skip

    # -- what they weigh -----------------------------------------------------------------------

    def share(
        self, window: int, stores: Iterable[str], among: Iterable[str] | None = None
    ) -> float:
        """Give the stores' share of GMV."""
        gmv = self._gmv_by_store
        everyone = among if among is not None else self._platform_of
        total = sum(gmv.get((window, store), 0) for store in everyone)
        part = sum(gmv.get((window, store), 0) for store in stores)
        return part / total if total else 0.0

    @cached_property
    def _gmv_by_store(self) -> dict[Place, int]:
        uncut = Measuring(self._warehouse, ())
        gmv = uncut.measure({"gmv": (self._registry["gmv"], self.windows)})["gmv"].frame
        return {
            (int(w), str(s)): int(v)
            for w, s, v in zip(gmv["window"], gmv["store"], gmv["value"], strict=True)
        }
