"""Which customers are worth most, by rule, and whether people's own marks agree with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from helpers.metrics.computed.loyalty import first_days, known_lines
from helpers.metrics.notes import note

if TYPE_CHECKING:
    from helpers.metrics.measured import Measured
    from helpers.metrics.measuring import Measuring
    from helpers.metrics.rows import Window

#: S2's rule: last order at most so many days ago, at least so many orders, and a mean order of so
#: many dollars.
RECENT_DAYS, FREQUENT, LARGE_USD = 30, 3, 50
#: Diamond users are among the largest by mean order, and came back (the source names no number).
TOP, CAME_BACK = 0.2, 2
#: Tiers: A brings the first part of the sales, B up to the second, C the rest.
FIRST, SECOND = 0.80, 0.95
TIERS = ("A", "B", "C")


def rfm_high_value_users(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Count customers who are recent, frequent and large."""
    return _rfm(measuring, windows, lambda who, good: who.count(where=good))


def rfm_high_value_share(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Share of customers who are recent, frequent and large."""
    return _rfm(
        measuring, windows, lambda who, good: who.count(where=good), lambda who: who.count()
    )


def rfm_gmv_share(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Share of the sales that customers bring who are recent, frequent and large."""
    return _rfm(
        measuring,
        windows,
        lambda who, good: who["spent"].sum(where=good),
        lambda who: who["spent"].sum(),
    )


def _rfm(
    measuring: Measuring,
    windows: Sequence[Window],
    part: Callable[[Any, Any], Any],
    whole: Callable[[Any], Any] | None = None,
) -> Measured:
    """Judge the customers of each window by their last order, number and mean of orders."""
    from helpers.metrics.measured import Measured, Source
    from helpers.metrics.rows import ASKED_SALES, in_windows
    from helpers.metrics.rows import Window as Run

    recent = [Run(window.end - timedelta(days=RECENT_DAYS), window.end) for window in windows]

    def query() -> Any:
        lines = known_lines(measuring)
        keys = ["window", *measuring.members]
        who = _customers(measuring, in_windows(lines, "local_date"))
        lately = in_windows(lines, "local_date", asked=ASKED_SALES)
        lately = lately.select(*keys, "customer_key").distinct().mutate(is_recent=True)
        who = who.left_join(lately, [*keys, "customer_key"])
        dollar = in_windows(_dollars(measuring), "day")
        dollar = dollar.group_by("window").aggregate(dollar=dollar["rate"].mean())
        who = who.inner_join(dollar, "window")
        large = who["spent"].cast("float64") >= LARGE_USD * who["dollar"] * who["orders"]
        who = who.mutate(is_good=who["is_recent"].notnull() & (who["orders"] >= FREQUENT) & large)
        made = {"v_value": part(who, who["is_good"])}
        if whole is not None:
            made["v_base"] = whole(who)
        return who.group_by(keys).aggregate(**made)

    shape = ("rfm", part.__qualname__, part.__code__.co_firstlineno)
    frame = measuring.tidy(measuring.ask(shape, query, windows, recent))
    source = Source("order_lines", "customer_key")
    measured = Measured(frame, (source,), is_share=whole is not None)
    judged = set(frame["window"])
    for index, window in enumerate(windows):
        bought = measuring.spans.has_any(source, window)
        if index not in judged and bought:
            # Customers there are, and no rate of the dollar to judge them by.
            told = note("no_rate", currency="USD", first=window.start, last=window.end, rows=0)
            measured.closed[index] = ("no_source", told)
    return measured


def _customers(measuring: Measuring, rows: Any) -> Any:
    """Give each window's customers with the number and the base value of their orders."""
    keys = ["window", *measuring.members, "customer_key"]
    orders = rows.group_by([*keys, "store_id", "order_id"]).aggregate(value=rows["gmv_base"].sum())
    return orders.group_by(keys).aggregate(orders=orders.count(), spent=orders["value"].sum())


def _dollars(measuring: Measuring) -> Any:
    """Give what a dollar was worth in the base currency, day by day."""
    import ibis

    if measuring.spans.base_currency == "USD":
        days = measuring.warehouse.ibis("order_lines").select(day="local_date").distinct()
        return days.mutate(rate=ibis.literal(1.0))
    rates = measuring.warehouse.ibis("fx_rates")
    rates = rates.filter((rates["currency"] == "USD") & (rates["kind"] == "daily"))
    return rates.select("day", rate=rates["rate"].cast("float64"))


def diamond_users(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Count customers who came back and whose mean order is among the largest fifth."""
    import ibis

    from helpers.metrics.measured import Measured, Source
    from helpers.metrics.rows import in_windows

    def query() -> Any:
        keys = ["window", *measuring.members]
        who = _customers(measuring, in_windows(known_lines(measuring), "local_date"))
        who = who.mutate(each=who["spent"].cast("float64") / who["orders"])
        # Ranks from 0 to 1, written out: not every engine knows percent_rank.
        group = [who[key] for key in keys]
        others = (who.count().over(ibis.window(group_by=group)) - 1).nullif(0)
        rank = ibis.rank().over(group_by=group, order_by=who["each"].desc())
        who = who.mutate(place=ibis.coalesce(rank.cast("float64") / others, 0.0))
        good = (who["place"] <= TOP) & (who["orders"] >= CAME_BACK)
        return who.group_by(keys).aggregate(v_value=who.count(where=good))

    frame = measuring.tidy(measuring.ask(("diamond_users",), query, windows))
    return Measured(frame, (Source("order_lines", "customer_key"),))


def ka_new(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Count customers marked as key accounts whose first order of all falls in the window."""
    from helpers.metrics.measured import Measured
    from helpers.metrics.rows import in_windows

    def query() -> Any:
        customers = measuring.members_of(measuring.warehouse.ibis("customers"), "customers")
        customers = customers.filter(customers["is_key_account"])
        first = first_days(measuring, customers)
        rows = customers.inner_join(first, customers["customer_key"] == first["first_key"])
        rows = in_windows(rows, "first_day")
        return rows.group_by(["window", "store_id", *measuring.members]).aggregate(
            v_value=rows["customer_key"].nunique()
        )

    frame = measuring.tidy(measuring.ask(("ka_new",), query, windows))
    return Measured(frame, ())


def tag_accuracy(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Share of customers with a tier that is the one their sales of the window give, by store."""
    import ibis

    from helpers.metrics.formulas import Standing
    from helpers.metrics.measured import Measured
    from helpers.metrics.rows import ASKED_SALES, in_windows, standing_in_windows

    def query() -> Any:
        tagged = measuring.members_of(measuring.warehouse.ibis("customers"), "customers")
        tagged = tagged.filter(tagged["tier"].isin(TIERS))
        # Who registered after the period cannot have been given a tier in it.
        tagged = standing_in_windows(tagged, Standing(since="registered_on"))
        lines = measuring.warehouse.ibis("order_lines")
        lines = lines.filter((lines["kind"] == "sale") & (lines["status"] == "placed"))
        sold = in_windows(lines, "local_date", asked=ASKED_SALES)
        sold = sold.group_by(["window", "store_id", "customer_key"]).aggregate(
            sold=sold["gmv_base"].sum()
        )
        sold = sold.rename(sold_window="window", sold_store="store_id", sold_key="customer_key")
        rows = tagged.left_join(
            sold,
            [
                tagged["window"] == sold["sold_window"],
                tagged["store_id"] == sold["sold_store"],
                tagged["customer_key"] == sold["sold_key"],
            ],
        )
        rows = rows.mutate(spent=ibis.coalesce(rows["sold"].cast("float64"), 0.0))
        shop = [rows["window"], rows["store_id"]]
        upto = ibis.cumulative_window(
            group_by=shop, order_by=[rows["spent"].desc(), rows["customer_key"].asc()]
        )
        rows = rows.mutate(
            before=rows["spent"].sum().over(upto) - rows["spent"],
            whole=rows["spent"].sum().over(ibis.window(group_by=shop)),
        )
        due = ibis.cases(
            (rows["spent"] <= 0, "C"),
            (rows["before"] < FIRST * rows["whole"], "A"),
            (rows["before"] < SECOND * rows["whole"], "B"),
            else_="C",
        )
        return rows.group_by(["window", "store_id", *measuring.members]).aggregate(
            v_value=rows.count(where=rows["tier"] == due), v_base=rows.count()
        )

    frame = measuring.tidy(measuring.ask(("tag_accuracy",), query, windows, windows))
    return Measured(frame, (), is_share=True)


FUNCTIONS = (
    rfm_high_value_users,
    rfm_high_value_share,
    rfm_gmv_share,
    diamond_users,
    ka_new,
    tag_accuracy,
)
