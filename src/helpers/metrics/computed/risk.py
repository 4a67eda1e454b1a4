"""Certificates, currencies, tariffs and data: what the company must keep an eye on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from helpers.metrics.notes import note

if TYPE_CHECKING:
    from helpers.metrics.measured import Measured
    from helpers.metrics.measuring import Measuring
    from helpers.metrics.rows import Window

#: How far back a cost is compared with.
YEAR_DAYS = 365


def certifications(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Count categories whose every certificate is there and valid on the window's last day."""
    import ibis

    from helpers.metrics.measured import ALWAYS, Measured, Source
    from helpers.metrics.rows import ASKED

    def query() -> Any:
        items = measuring.warehouse.ibis("compliance_items")
        items = items.filter((items["kind"] == "certification") & items["sku"].notnull())
        items = measuring.members_of(items, "compliance_items")
        book = measuring.warehouse.ibis("products")
        book = book.select(group="category_en", certified_sku="sku")
        items = items.inner_join(book, items["sku"] == book["certified_sku"])
        items = items.filter(items["group"].notnull())
        ends = ibis.table(
            {"window": "int64", "asked_day": "date", "asked_until": "date"}, name=ASKED
        )
        ends = ends.filter(ends["asked_day"] == ends["asked_until"]).drop("asked_until")
        rows = items.cross_join(ends)
        lasts = rows["expires_on"].isnull() | (rows["expires_on"] >= rows["asked_day"])
        is_valid = (rows["done_on"] <= rows["asked_day"]) & lasts
        keys = ["window", *measuring.members]
        groups = rows.group_by([*keys, "group"]).aggregate(
            items=rows.count(), valid=rows.count(where=is_valid)
        )
        return groups.group_by(keys).aggregate(
            v_value=groups.count(where=groups["items"] == groups["valid"])
        )

    frame = measuring.tidy(measuring.ask(("certifications",), query, windows))
    return Measured(frame, (Source("compliance_items", "sku", day=ALWAYS),))


def tariff_cost_change(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Landed cost of the window's units at its end over that of a year before, less one.

    Both are taken at the newer rate, so that currencies do not look like tariffs. Articles whose
    cost a year ago is unknown are left out of both.
    """
    from helpers.metrics.measured import ALWAYS, Measured, Source
    from helpers.metrics.rows import ASKED, ASKED_SALES, in_windows
    from helpers.metrics.rows import Window as Run

    def query() -> Any:
        lines = measuring.warehouse.ibis("order_lines")
        lines = lines.filter((lines["kind"] == "sale") & (lines["status"] == "placed"))
        rows = in_windows(measuring.members_of(lines, "order_lines"), "local_date")
        keys = ["window", "store_id", *measuring.members]
        sold = rows.group_by([*keys, "sku"]).aggregate(units=rows["quantity"].sum())
        now, past = _costs_on(measuring, ASKED, "now"), _costs_on(measuring, ASKED_SALES, "past")
        both = sold.inner_join(
            now, [sold["window"] == now["now_window"], sold["sku"] == now["now_sku"]]
        )
        both = both.inner_join(
            past,
            [both["window"] == past["past_window"], both["sku"] == past["past_sku"],
             both["now_currency"] == past["past_currency"]],
        )  # fmt: skip
        rate = both["now_rate"].cast("float64")
        before = both["past_cost"].cast("float64") * rate * both["units"]
        after = both["now_cost"].cast("float64") * rate * both["units"]
        both = both.mutate(before=before, rise=after - before)
        return both.group_by(keys).aggregate(
            v_value=both["rise"].sum(), v_base=both["before"].sum()
        )  # fmt: skip

    year = timedelta(days=YEAR_DAYS)
    past = [Run(one.end - year, one.end - year) for one in windows]
    frame = measuring.tidy(measuring.ask(("tariff",), query, windows, past))
    sources = (Source("order_lines"), Source("landed_costs", day=ALWAYS))
    return Measured(frame, sources, is_share=True)


def _costs_on(measuring: Measuring, asked: str, name: str) -> Any:
    """Give each article's cost as it is valid on the last day of each window."""
    import ibis

    ends = ibis.table({"window": "int64", "asked_day": "date", "asked_until": "date"}, name=asked)
    ends = ends.filter(ends["asked_day"] == ends["asked_until"]).drop("asked_until")
    costs = measuring.warehouse.ibis("landed_costs")
    valid = costs.inner_join(ends, costs["valid_from"] <= ends["asked_day"])
    last = valid.group_by(["window", "sku"]).aggregate(last=valid["valid_from"].max())
    last = last.rename(last_window="window", last_sku="sku")
    found = valid.inner_join(
        last,
        [valid["window"] == last["last_window"], valid["sku"] == last["last_sku"],
         valid["valid_from"] == last["last"]],
    )  # fmt: skip
    return found.select(
        **{f"{name}_window": found["window"], f"{name}_sku": found["sku"],
           f"{name}_currency": found["currency"], f"{name}_cost": found["unit_cost"],
           f"{name}_rate": found["fx_rate"]}
    )  # fmt: skip


def fx_impact(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """GMV in base currency at the days' rates less the same at the constant (budget's) rates."""
    import ibis

    from helpers.metrics.computed.sales import placed_lines
    from helpers.metrics.measured import Measured, Source
    from helpers.metrics.rows import in_windows

    def query() -> Any:
        rows = in_windows(placed_lines(measuring), "local_date")
        actual, constant = rows["gmv_base"], rows["gmv_const"]
        is_gap = rows["gmv"].notnull() & (actual.isnull() | constant.isnull())
        gap = (actual - constant).coalesce(ibis.literal(0, type=actual.type()))
        return rows.group_by(["window", "store_id", *measuring.members]).aggregate(
            v_value=gap.sum(), v_lacking=rows.count(where=is_gap)
        )

    frame = measuring.ask(("fx_impact",), query, windows)
    measured = Measured(measuring.tidy(frame), (Source("order_lines"),))
    lacking = frame[frame["v_lacking"] > 0]
    for window, store in zip(lacking["window"], lacking["store_id"], strict=True):
        measured.blocked[(int(window), str(store))] = note("no_constant_rate", store=store)
    return measured


def data_integration_rate(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Of the facts that each open store owes, the share that some export speaks of.

    Owed are the facts called ``core`` in ``tables/facts.yml``, by every store that is open on a
    day of the window.
    """
    import pandas as pd

    from helpers.metrics.dimensions import DIMENSIONS, SEPARATOR, UNKNOWN
    from helpers.metrics.measured import SCALE, Measured, Source, nothing
    from helpers.tables.known_facts import known_facts
    from helpers.tables.models import load_models

    owed = {fact for fact, about in known_facts().facts.items() if about.core}
    tables: dict[str, list[Source]] = {}
    for name, model in load_models().items():
        if model.fact in owed and model.day and "store_id" in model.columns:
            tables.setdefault(model.fact, []).append(Source(name))
    every = [source for sources in tables.values() for source in sources]
    measuring.spans.prepare(every)
    if not any(map(measuring.spans.is_there, every)):
        # Nobody has begun to bring anything: that is no share of anything.
        return Measured(nothing(), (Source("order_lines"),), is_share=True)
    stores = measuring.spans.fetch(measuring.warehouse.ibis("stores"), "stores")
    dimensions = [DIMENSIONS[one] for one in measuring.by]
    named = [one.joined[1] if one.joined else one.column for one in dimensions]
    rows = []
    for place, window in enumerate(windows):
        for store in stores:
            opened, closed = store["opened_on"], store["closed_on"]
            if (opened and opened > window.end) or (closed and closed < window.start):
                continue
            told = sum(
                any(measuring.spans.has(one, window, store["store_id"]) for one in sources)
                for sources in tables.values()
            )
            member = SEPARATOR.join(store[one] or UNKNOWN for one in named)
            figures = (told * SCALE, len(tables) * SCALE, 0)
            rows.append((place, store["store_id"], member, *figures))
    columns = ["window", "store", "member", "value", "base", "unrated"]
    return Measured(pd.DataFrame(rows, columns=columns), (), is_share=True)


FUNCTIONS = (certifications, tariff_cost_change, fx_impact, data_integration_rate)
