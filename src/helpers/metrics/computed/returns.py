"""What came back, told by the order and not by the day of the return."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from helpers.metrics.computed.sales import placed_orders
from helpers.metrics.dimensions import UNKNOWN, member_column
from helpers.metrics.notes import note
from helpers.metrics.placed_orders import order_key

if TYPE_CHECKING:
    from helpers.metrics.measured import Measured
    from helpers.metrics.measuring import Measuring
    from helpers.metrics.rows import Window

#: Returns arrive for about so long after an order; until then a rate by order is preliminary.
DAYS_TO_RETURN = 30
#: Days after an order within which a store that tells returns has told of some.
DAYS_AHEAD = 365


def returned_units_of_orders(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Units that came back, whenever, of the orders placed in the window, by store."""
    from helpers.metrics.measured import Measured, Source
    from helpers.metrics.rows import in_windows

    def query() -> Any:
        narrow = measuring.spans.orders.are_kept
        returns = measuring.warehouse.ibis("returns")
        returns = returns.mutate(order_key=order_key(returns, narrow))
        returns = measuring.members_of(returns, "returns")
        rows = placed_orders(measuring, narrow)
        rows = rows.semi_join(returns.select("order_key").distinct(), "order_key")
        orders = rows.group_by("order_key").aggregate(order_day=rows["local_date"].min())
        rows = in_windows(returns.inner_join(orders, "order_key"), "order_day")
        grouped = rows.group_by(["window", "store_id", *measuring.members])
        return grouped.aggregate(v_value=rows["quantity"].sum())

    frame = measuring.tidy(measuring.ask(("returned_units_of_orders",), query, windows))
    measured = Measured(frame, (Source("returns", ahead=DAYS_AHEAD),))
    for index, window in enumerate(windows):
        until = window.end + timedelta(days=DAYS_TO_RETURN)
        last = measuring.spans.last_until(until)
        if last is not None and last < until:
            measured.preliminary.add(index)
            measured.notes[index] = [note("immature", until=until)]
    return measured


def units_of_stores_with_returns(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Units sold in the window by the stores whose returns are told: what a rate divides by."""
    from helpers.metrics.catalogue import catalogue
    from helpers.metrics.measured import Measured, Source

    sold = measuring.measure({"units_sold": (catalogue()["units_sold"], windows)})["units_sold"]
    if sold.refused:
        return sold
    told = Source("returns", ahead=DAYS_AHEAD)
    speaks = [
        measuring.spans.has(told, windows[window], store)
        for window, store in zip(sold.frame["window"], sold.frame["store"], strict=True)
    ]
    return Measured(sold.frame.loc[speaks], (told, *sold.sources))


def return_reason_share(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Units returned for a reason over all of them; the commonest reason's where not cut by it."""
    from helpers.metrics.measured import Measured, Source
    from helpers.metrics.rows import in_windows

    by_reason = "reason" in measuring.by
    others = [one for one in measuring.members if one != member_column("reason")]

    def query() -> Any:
        import ibis

        returns = measuring.members_of(measuring.warehouse.ibis("returns"), "returns")
        returns = returns.mutate(why=ibis.coalesce(returns["reason"].nullif(""), UNKNOWN))
        rows = in_windows(returns, "local_date")
        keys = ["window", *others]
        whole = rows.group_by(keys).aggregate(whole=rows["quantity"].sum())
        reasons = rows.group_by([*keys, "why"]).aggregate(units=rows["quantity"].sum())
        if by_reason:
            reasons = reasons.rename({member_column("reason"): "why"})
        else:
            reasons = reasons.group_by(keys).aggregate(units=reasons["units"].max())
        both = reasons.inner_join(whole, keys)
        return both.select(
            "window", *measuring.members, v_value=both["units"], v_base=both["whole"]
        )

    frame = measuring.tidy(measuring.ask(("return_reason_share",), query, windows))
    return Measured(frame, (Source("returns"),), is_share=True)


FUNCTIONS = (returned_units_of_orders, units_of_stores_with_returns, return_reason_share)
