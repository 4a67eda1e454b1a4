"""How long buyers wait for an answer, and what service has to do for the orders there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from helpers.metrics.computed.sales import placed_lines

if TYPE_CHECKING:
    from helpers.metrics.measured import Measured
    from helpers.metrics.measuring import Measuring
    from helpers.metrics.rows import Window

#: Kinds of tickets that ask where the order is.
WHERE_IS_MY_ORDER = ("where is my order", "WISMO", "wismo", "物流查询", "催单")
#: Within so many hours by the clock an answer is in time (S4).
IN_TIME_HOURS = 24
SECONDS_PER_HOUR = 3_600


def first_response_time(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Median of the business hours to the first reply, over inquiries and tickets."""
    return _waited(measuring, windows, 0.5)


def first_response_time_p90(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Business hours that nine first replies in ten do not exceed."""
    return _waited(measuring, windows, 0.9)


def _waited(measuring: Measuring, windows: Sequence[Window], at: float) -> Measured:
    """Ask a quantile of all waiting times at the asked grain: it is never put together of parts."""
    from helpers.metrics.measured import Measured
    from helpers.metrics.rows import in_windows, quantile_weight

    def query() -> Any:
        asked = _questions(measuring)
        rows = in_windows(asked.filter(asked["response_hours"].notnull()), "local_date")
        keys = ["window", *measuring.members]
        rows = rows.mutate(weight=quantile_weight(rows, keys, "response_hours", at))
        value = (rows["response_hours"].cast("float64") * rows["weight"]).sum()
        return rows.group_by(keys).aggregate(f_value=value)

    frame = measuring.tidy(measuring.ask(("first_response", at), query, windows))
    return Measured(frame, (), is_total=False)


def first_response_24h(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Share of inquiries and tickets that were answered within a day by the clock."""
    from helpers.metrics.measured import Measured
    from helpers.metrics.rows import in_windows

    def query() -> Any:
        rows = in_windows(_questions(measuring), "local_date")
        waited = rows["replied"].epoch_seconds() - rows["asked"].epoch_seconds()
        in_time = rows["replied"].notnull() & (waited <= IN_TIME_HOURS * SECONDS_PER_HOUR)
        grouped = rows.group_by(["window", "store_id", *measuring.members])
        return grouped.aggregate(v_value=rows.count(where=in_time), v_base=rows.count())

    frame = measuring.tidy(measuring.ask(("first_response_24h",), query, windows))
    # A store has inquiries or tickets, seldom both: each speaks for itself.
    return Measured(frame, (), is_share=True)


def _questions(measuring: Measuring) -> Any:
    """Put inquiries and tickets under each other: when they were asked and answered."""
    parts = []
    for name, asked in (("inquiries", "asked_at"), ("service_tickets", "opened_at")):
        rows = measuring.members_of(measuring.warehouse.ibis(name), name)
        parts.append(
            rows.select(
                "store_id", "local_date", "response_hours", *measuring.members,
                asked=rows[asked], replied=rows["first_reply_at"],
            )
        )  # fmt: skip
    return parts[0].union(parts[1])


def enquiry_volume(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Tickets that ask where the order is, per thousand orders of the stores that keep tickets.

    A store keeps them in a window in which at least one ticket of any kind was opened: where none
    is on record, nobody wrote them down, and the store's orders tell nothing.
    """
    import ibis

    from helpers.metrics.measured import Measured, Source
    from helpers.metrics.rows import in_windows

    def query() -> Any:
        keys = ["window", "store_id", *measuring.members]
        tickets = measuring.warehouse.ibis("service_tickets")
        keepers = in_windows(tickets, "local_date").select("window", "store_id").distinct()
        asked = measuring.members_of(tickets, "service_tickets")
        asked = in_windows(asked.filter(asked["kind"].isin(WHERE_IS_MY_ORDER)), "local_date")
        none = ibis.literal(0, type="int64")
        asked = asked.group_by(keys).aggregate(tickets=asked.count()).mutate(orders=none)
        lines = in_windows(placed_lines(measuring), "local_date")
        lines = lines.semi_join(keepers, ["window", "store_id"])
        orders = lines.group_by(keys).aggregate(orders=lines["order_id"].nunique())
        orders = orders.mutate(tickets=none)
        columns = [*keys, "tickets", "orders"]
        both = asked.select(*columns).union(orders.select(*columns))
        return both.group_by(keys).aggregate(
            v_value=both["tickets"].sum() * 1000, v_base=both["orders"].sum()
        )

    frame = measuring.tidy(measuring.ask(("enquiry_volume",), query, windows))
    return Measured(frame, (Source("service_tickets"),), is_share=True)


def overdue_orders(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Count placed orders that should have left by the window's last day and had not."""
    import ibis

    from helpers.metrics.measured import Measured, Source
    from helpers.metrics.rows import ASKED
    from helpers.metrics.rows import Window as Run

    moments = [measuring.spans.last_until(window.end) or window.end for window in windows]

    def query() -> Any:
        days = ibis.table({"window": "int64", "asked_day": "date", "asked_until": "date"}, ASKED)
        lines = measuring.warehouse.ibis("order_lines")
        placed = lines.filter((lines["kind"] == "sale") & (lines["status"] == "placed"))
        orders = measuring.members_of(measuring.warehouse.ibis("orders"), "orders")
        orders = orders.semi_join(placed, ["store_id", "order_id"])
        rows = orders.inner_join(days, [orders["promised_on"] <= days["asked_day"]])
        rows = rows.filter(rows["shipped_on"].isnull() | (rows["shipped_on"] > rows["asked_day"]))
        return rows.group_by(["window", "store_id", *measuring.members]).aggregate(
            v_value=rows.count()
        )

    at = [Run(moment, moment) for moment in moments]
    frame = measuring.tidy(measuring.ask(("overdue_orders",), query, at))
    return Measured(frame, (Source("orders", "promised_on"),))


FUNCTIONS = (
    first_response_time,
    first_response_time_p90,
    first_response_24h,
    enquiry_volume,
    overdue_orders,
)
