"""Who bought for the first time, and who came back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from helpers.metrics.computed.sales import buyers_orders, first_days_of
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
        orders, everyone = buyers_orders(measuring)
        rows = in_windows(orders, "local_date")
        # Only who bought on the asked days may have bought first on one of them.
        first = first_days_of(everyone, rows)
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
        orders, _ = buyers_orders(measuring)
        rows = in_windows(orders, "local_date")
        keys = ["window", *measuring.members]
        # Two orders are there where the first by name is not the last: no list of them is needed.
        buyers = rows.group_by([*keys, "customer_key"]).aggregate(
            first_order=rows["order_key"].min(), last_order=rows["order_key"].max()
        )
        several = buyers["first_order"] != buyers["last_order"]
        return buyers.group_by(keys).aggregate(
            v_value=buyers.count(where=several), v_base=buyers.count()
        )

    frame = measuring.tidy(measuring.ask(("repurchase_rate",), query, windows))
    return Measured(frame, (Source("order_lines", "customer_key"),), is_share=True)


FUNCTIONS = (
    new_customers,
    repurchase_rate,
)
