"""Who bought for the first time, and who came back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from helpers.metrics.computed.sales import placed_lines
from helpers.metrics.notes import note

if TYPE_CHECKING:
    from helpers.metrics.measured import Measured
    from helpers.metrics.measuring import Measuring
    from helpers.metrics.rows import Window


def new_customers(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Count customers whose first placed sale line of all falls in the window."""
    from helpers.metrics.measured import Measured, Source
    from helpers.metrics.rows import in_windows

    def query() -> Any:
        lines = placed_lines(measuring)
        lines = lines.filter(lines["customer_key"].notnull())
        everyone = measuring.warehouse.ibis("order_lines")
        everyone = everyone.filter(
            (everyone["kind"] == "sale")
            & (everyone["status"] == "placed")
            & everyone["customer_key"].notnull()
        )
        rows = in_windows(lines, "local_date")
        # Only who bought on the asked days may have bought first on one of them.
        everyone = everyone.semi_join(rows.select("customer_key").distinct(), "customer_key")
        first = everyone.group_by("customer_key").aggregate(first_day=everyone["local_date"].min())
        first = first.rename(first_key="customer_key")
        rows = rows.inner_join(
            first,
            [rows["customer_key"] == first["first_key"], rows["local_date"] == first["first_day"]],
        )
        grouped = rows.group_by(["window", *measuring.members])
        return grouped.aggregate(v_value=rows["customer_key"].nunique())

    frame = measuring.tidy(
        # Nobody is new on two days: days add up, and nothing later changes them.
        measuring.ask(
            ("new_customers",), query, windows, adds="order_lines", until=("order_lines",)
        )
    )
    measured = Measured(frame, (Source("order_lines", "customer_key"),))
    began = measuring.spans.first_day
    for index, window in enumerate(windows):
        if began is not None and window.start <= began <= window.end:
            measured.closed[index] = ("no_baseline", note("opening", first=began))
    return measured


def repurchase_rate(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Share of the window's customers who placed two or more orders in it."""
    from helpers.metrics.measured import Measured, Source
    from helpers.metrics.rows import in_windows

    def query() -> Any:
        lines = placed_lines(measuring)
        rows = in_windows(lines.filter(lines["customer_key"].notnull()), "local_date")
        keys = ["window", *measuring.members]
        # Two orders are there where the first by name is not the last: no list of them is needed.
        buyers = rows.group_by([*keys, "customer_key"]).aggregate(
            first_order=rows["order_id"].min(), last_order=rows["order_id"].max(),
            first_store=rows["store_id"].min(), last_store=rows["store_id"].max(),
        )  # fmt: skip
        several = (buyers["first_order"] != buyers["last_order"]) | (
            buyers["first_store"] != buyers["last_store"]
        )
        return buyers.group_by(keys).aggregate(
            v_value=buyers.count(where=several), v_base=buyers.count()
        )

    frame = measuring.tidy(measuring.ask(("repurchase_rate",), query, windows))
    return Measured(frame, (Source("order_lines", "customer_key"),), is_share=True)


FUNCTIONS = (
    new_customers,
    repurchase_rate,
)
