"""Who comes back: members and groups, returning customers, cohorts and what they leave."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from helpers.metrics.computed.sales import buyers_orders, first_days_of, placed_lines
from helpers.metrics.notes import note

if TYPE_CHECKING:
    from helpers.metrics.measured import Measured
    from helpers.metrics.measuring import Measuring
    from helpers.metrics.rows import Window

#: Words in a customer's tag that name a fan group.
GROUPS = ("group", "社群", "粉丝群")


def known_lines(measuring: Measuring) -> Any:
    """Give the placed sale lines whose buyer is known, with the dimensions of the question."""
    lines = placed_lines(measuring)
    return lines.filter(lines["customer_key"].notnull())


def first_days(measuring: Measuring, among: Any) -> Any:
    """Give the day of each customer's first placed order of all, as ``first_key, first_day``.

    Args:
        measuring: The question.
        among: Rows with the customers who matter: of the others nobody need be looked up.
    """
    everyone = measuring.warehouse.ibis("order_lines")
    everyone = everyone.filter((everyone["kind"] == "sale") & (everyone["status"] == "placed"))
    return first_days_of(everyone, among)


def _buyers(measuring: Measuring, rows: Any) -> Any:
    """Give the customers of each window with their orders, first day included."""
    keys = ["window", *measuring.members, "customer_key"]
    orders = rows.group_by([*keys, "store_id", "order_id"]).aggregate(day=rows["local_date"].min())
    return orders.group_by(keys).aggregate(orders=orders.count(), since=orders["day"].min())


def _close_opening(
    measuring: Measuring, measured: Measured, windows: Sequence[Window], cohorts: Sequence[Window]
) -> None:
    """Withhold cohorts of the days in which the data begin: nobody can be told apart as new."""
    began = measuring.spans.first_day
    for index, cohort in enumerate(cohorts):
        if began is not None and cohort.start <= began:
            measured.closed[index] = ("no_baseline", note("opening", first=began))
    del windows


def member_repurchase_gap(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Repurchase rate of members minus that of the others, of stores that keep members."""
    from helpers.metrics.measured import SCALE, Measured
    from helpers.metrics.rows import in_windows

    def query() -> Any:
        members = measuring.warehouse.ibis("members")
        keepers = members.select("store_id").distinct()
        joined = members.group_by("customer_key").aggregate(joined=members["valid_from"].min())
        joined = joined.rename(member_key="customer_key")
        rows = in_windows(known_lines(measuring).semi_join(keepers, "store_id"), "local_date")
        buyers = _buyers(measuring, rows)
        buyers = buyers.left_join(joined, buyers["customer_key"] == joined["member_key"])
        inside = buyers["joined"].notnull() & (buyers["joined"] <= buyers["since"])
        buyers = buyers.mutate(inside=inside, again=buyers["orders"] >= 2)
        return buyers.group_by(["window", *measuring.members]).aggregate(
            v_members=buyers.count(where=buyers["inside"]),
            v_back=buyers.count(where=buyers["inside"] & buyers["again"]),
            v_others=buyers.count(where=~buyers["inside"]),
            v_others_back=buyers.count(where=~buyers["inside"] & buyers["again"]),
        )

    frame = measuring.ask(("member_repurchase_gap",), query, windows)
    frame = frame[(frame["v_members"] > 0) & (frame["v_others"] > 0)].reset_index(drop=True)
    rates = [frame["v_back"] / frame["v_members"], frame["v_others_back"] / frame["v_others"]]
    tidy = measuring.tidy(frame.assign(v_value=(rates[0] - rates[1]) * SCALE))
    measured = Measured(tidy, (), is_total=False)
    for window, member, first, second in zip(tidy["window"], tidy["member"], *rates, strict=True):
        told = note("two_rates", first=f"{first:.1%}", second=f"{second:.1%}")
        measured.told[(int(window), str(member))] = [told]
    return measured


def group_repurchase(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Share of the fan groups' buyers in the window who placed two or more orders in it."""
    from helpers.metrics.measured import Measured
    from helpers.metrics.rows import in_windows

    def query() -> Any:
        tagged = measuring.warehouse.ibis("customers")
        tag = tagged["tag"].lower()
        named = tag.contains(GROUPS[0])
        for word in GROUPS[1:]:
            named = named | tag.contains(word)
        group = tagged.filter(named).select("store_id", "customer_key").distinct()
        rows = known_lines(measuring).semi_join(group, ["store_id", "customer_key"])
        buyers = _buyers(measuring, in_windows(rows, "local_date"))
        return buyers.group_by(["window", *measuring.members]).aggregate(
            v_value=buyers.count(where=buyers["orders"] >= 2), v_base=buyers.count()
        )

    frame = measuring.tidy(measuring.ask(("group_repurchase",), query, windows))
    return Measured(frame, (), is_share=True)


def returning_customer_orders(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Count orders of customers who had bought on an earlier day, store by store."""
    from helpers.metrics.measured import Measured, Source
    from helpers.metrics.rows import in_windows

    def query() -> Any:
        orders, everyone = buyers_orders(measuring)
        rows = in_windows(orders, "local_date")
        first = first_days_of(everyone, rows)
        rows = rows.inner_join(first, rows["customer_key"] == first["first_key"])
        rows = rows.filter(rows["local_date"] > rows["first_day"])
        grouped = rows.group_by(["window", "store_id", *measuring.members])
        return grouped.aggregate(v_value=rows["order_key"].nunique())

    # What anybody buys later does not change when they came first.
    frame = measuring.ask(("returning_customer_orders",), query, windows, until=("order_lines",))
    frame = measuring.tidy(frame)
    return Measured(frame, (Source("order_lines", "customer_key"),))


def ltv(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Gross profit that a customer leaves within a year."""
    return _value_within(measuring, windows, 365)


def ltv_180(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Gross profit that a customer leaves within 180 days."""
    return _value_within(measuring, windows, 180)


def ltv_90(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Gross profit that a customer leaves within 90 days."""
    return _value_within(measuring, windows, 90)


def _value_within(measuring: Measuring, windows: Sequence[Window], days: int) -> Measured:
    """Gross profit of a ripe cohort within so many days of the first order, per customer.

    The cohort is as long as the window and lies so many days before it; the window may reach
    beyond the data, the cohort's time may not.
    """
    import ibis

    from helpers.metrics.measured import Measured, Source, nothing
    from helpers.metrics.rows import Window as Run
    from helpers.metrics.rows import in_windows

    if measuring.local:
        return Measured(nothing(), (), refused=note("base_only"))
    back = timedelta(days=days)
    cohorts = [Run(window.start - back, window.end - back) for window in windows]

    def query() -> Any:
        lines = known_lines(measuring)
        # Only who bought on the cohort's days can have bought first on one of them.
        first = first_days(measuring, in_windows(lines, "local_date"))
        first = in_windows(first, "first_day")
        rows = lines.inner_join(first, lines["customer_key"] == first["first_key"])
        rows = rows.filter(rows["local_date"] < rows["first_day"] + ibis.interval(days=days))
        keys = ["window", *measuring.members]
        sold = measuring.amount(rows, "order_lines", "gmv")
        uncosted = rows["landed_cost"].isnull()
        return rows.group_by(keys).aggregate(
            v_value=(sold - rows["landed_cost"]).sum(), v_base=rows["customer_key"].nunique(),
            v_uncosted=sold.sum(where=uncosted), v_gmv=sold.sum(),
            v_unrated=rows.count(where=sold.isnull()),
        )  # fmt: skip

    frame = measuring.ask(("value_within", days), query, cohorts)
    measured = Measured(
        measuring.tidy(frame), (Source("order_lines", "customer_key"),), is_share=True
    )
    sums = frame.groupby("window")[["v_uncosted", "v_gmv"]].sum()
    for index, uncosted, gmv in sums.itertuples():
        if uncosted:
            share = 1 - float(uncosted) / float(gmv) if gmv else 0.0
            told = note("coverage", metric="cost_coverage", share=share)
            measured.closed[int(index)] = ("no_source", told)
    _close_opening(measuring, measured, windows, cohorts)
    return measured


def retention(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Share of those who first bought three months ago that ordered in the last month."""
    return _retained(measuring, windows, 3)


def retention_1(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Share of those who first bought a month ago that ordered in the last month."""
    return _retained(measuring, windows, 1)


def retention_12(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Share of those who first bought a year ago that ordered in the last month."""
    return _retained(measuring, windows, 12)


def _retained(measuring: Measuring, windows: Sequence[Window], months: int) -> Measured:
    """Follow the cohort of a calendar month into the month in which the window ends."""
    from helpers.metrics.measured import Measured, Source
    from helpers.metrics.rows import ASKED_SALES, in_windows

    ends = [measuring.spans.last_until(window.end) or window.end for window in windows]
    active, cohorts = [_month(end, 0) for end in ends], [_month(end, months) for end in ends]

    def query() -> Any:
        lines = known_lines(measuring)
        # Only who bought on the cohort's days can have bought first on one of them.
        first = first_days(measuring, in_windows(lines, "local_date"))
        first = in_windows(first, "first_day")
        began = lines.inner_join(
            first,
            [
                lines["customer_key"] == first["first_key"],
                lines["local_date"] == first["first_day"],
            ],
        )
        keys = ["window", *measuring.members]
        cohort = began.select(*keys, "customer_key").distinct()
        everyone = measuring.warehouse.ibis("order_lines")
        everyone = everyone.filter((everyone["kind"] == "sale") & (everyone["status"] == "placed"))
        there = in_windows(everyone, "local_date", asked=ASKED_SALES)
        there = there.select(window_there="window", key_there="customer_key").distinct()
        both = cohort.left_join(
            there,
            [
                cohort["window"] == there["window_there"],
                cohort["customer_key"] == there["key_there"],
            ],
        )
        return both.group_by(keys).aggregate(
            v_value=both.count(where=both["key_there"].notnull()), v_base=both.count()
        )

    frame = measuring.tidy(measuring.ask(("retained",), query, cohorts, active))
    measured = Measured(frame, (Source("order_lines", "customer_key"),), is_share=True)
    _close_opening(measuring, measured, windows, cohorts)
    return measured


def _month(day: date, back: int) -> Window:
    """Give the calendar month that lies so many months before that of ``day``.

    >>> _month(date(2025, 1, 31), 3)
    Window(start=datetime.date(2024, 10, 1), end=datetime.date(2024, 10, 31))
    """
    from helpers.metrics.rows import Window as Run

    year, month = divmod(day.year * 12 + day.month - 1 - back, 12)
    return Run(
        date(year, month + 1, 1), date(year, month + 1, calendar.monthrange(year, month + 1)[1])
    )


def member_gmv_share(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """GMV of who was a member on the order's day, of stores that keep members."""
    from helpers.metrics.measured import Measured
    from helpers.metrics.rows import in_windows

    def query() -> Any:
        members = measuring.warehouse.ibis("members")
        keepers = members.select("store_id").distinct()
        levels = members.select(
            level_store=members["store_id"], level_key=members["customer_key"],
            since=members["valid_from"], until=members["valid_to"],
        )  # fmt: skip
        rows = in_windows(known_lines(measuring).semi_join(keepers, "store_id"), "local_date")
        keys = ["window", "store_id", *measuring.members]
        days = rows.group_by([*keys, "customer_key", "local_date"]).aggregate(
            sold=measuring.amount(rows, "order_lines", "gmv").sum()
        )
        inside = days.semi_join(
            levels,
            [
                days["store_id"] == levels["level_store"],
                days["customer_key"] == levels["level_key"],
                days["local_date"] >= levels["since"],
                levels["until"].isnull() | (days["local_date"] <= levels["until"]),
            ],
        )
        whole = days.group_by(keys).aggregate(v_base=days["sold"].sum())
        part = inside.group_by(keys).aggregate(v_value=inside["sold"].sum())
        both = whole.left_join(part, keys)
        return both.select(*keys, "v_value", "v_base")

    frame = measuring.tidy(measuring.ask(("member_gmv_share",), query, windows))
    return Measured(frame, (), is_share=True)


def registrants_who_bought(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Count customers registered in the window who have a placed order by now, store by store."""
    from helpers.metrics.measured import Measured, Source
    from helpers.metrics.rows import in_windows

    def query() -> Any:
        rows = measuring.members_of(measuring.warehouse.ibis("customers"), "customers")
        rows = in_windows(rows, "registered_on")
        lines = measuring.warehouse.ibis("order_lines")
        bought = lines.filter((lines["kind"] == "sale") & (lines["status"] == "placed"))
        rows = rows.semi_join(bought, ["store_id", "customer_key"])
        return rows.group_by(["window", "store_id", *measuring.members]).aggregate(
            v_value=rows.count()
        )

    frame = measuring.tidy(measuring.ask(("registrants_who_bought",), query, windows))
    return Measured(frame, (Source("customers", day="registered_on"),))


FUNCTIONS = (
    member_repurchase_gap,
    group_repurchase,
    returning_customer_orders,
    ltv,
    ltv_180,
    ltv_90,
    retention,
    retention_1,
    retention_12,
    member_gmv_share,
    registrants_who_bought,
)
