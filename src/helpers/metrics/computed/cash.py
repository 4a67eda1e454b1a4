"""Money on its way from the buyer to the account: booked, held back, paid out.

What a platform states as a settlement's total is only compared (``analysis.reconciliation``);
these figures add up the entries themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from helpers.metrics.measured import Measured
    from helpers.metrics.measuring import Measuring
    from helpers.metrics.rows import Window

#: Who states payouts at all has settlements; a bare list of fees says nothing of cash.
_PAID = "settlements"


def settled_cash(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Add up the entries of the settlements that were paid out in the window.

    Money counts at the rate of the day it came, because that is what the bank booked.
    """
    from helpers.metrics.measured import Measured, Source
    from helpers.metrics.rows import in_windows

    def query() -> Any:
        rows = in_windows(_entries(measuring), "paid_on")
        amount = rows["amount"]
        if not measuring.local:
            # Two decimals of 18 digits are multiplied in 18 digits; a wider one makes room.
            amount = (amount * rows["paid_rate"].cast("decimal(20, 12)")).cast("decimal(22, 4)")
        return rows.group_by(["window", "store_id", *measuring.members]).aggregate(
            v_value=amount.sum(), **_unrated(measuring, rows, "paid_rate")
        )

    frame = measuring.tidy(measuring.ask(("settled_cash",), query, windows))
    return Measured(frame, (Source(_PAID, day="paid_on"),))


def platform_reserve(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Tell what platforms hold back: what the newest settlement closed by then held.

    Every settlement gives back what the one before held and holds anew, so the newest says it
    all, in money of one day. A sum over all of them would keep what rates moved meanwhile.
    """
    from helpers.metrics.formulas import Standing
    from helpers.metrics.measured import ALWAYS, Measured, Source
    from helpers.metrics.rows import standing_in_windows

    def query() -> Any:
        closed = measuring.warehouse.ibis(_PAID).filter(lambda paid: paid["last_day"].notnull())
        closed = standing_in_windows(closed, Standing(since="last_day"))
        newest = closed.group_by(["window", "store_id"]).aggregate(
            last_day=closed["last_day"].max()
        )
        rows = _entries(measuring)
        rows = rows.filter((rows["category"] == "reserve") & (rows["amount"] < 0))
        rows = rows.inner_join(newest, ["store_id", "last_day"])
        return rows.group_by(["window", "store_id", *measuring.members]).aggregate(
            v_value=-measuring.amount(rows, "settlement_lines", "amount").sum(),
            **_unrated(measuring, rows, "fx_rate"),
        )

    frame = measuring.tidy(measuring.ask(("platform_reserve",), query, windows))
    return Measured(frame, (Source(_PAID, day=ALWAYS),))


def unpaid_balance(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Add up what is booked by each window's end and paid out later, or nobody knows when."""
    import ibis

    from helpers.metrics.formulas import Standing
    from helpers.metrics.measured import ALWAYS, Measured, Source
    from helpers.metrics.rows import standing_in_windows

    def query() -> Any:
        rows = _entries(measuring)
        rows = rows.mutate(unpaid_until=rows["paid_on"] - ibis.interval(days=1))
        waits = Standing(since="local_date", until="unpaid_until")
        rows = standing_in_windows(rows, waits)
        return rows.group_by(["window", "store_id", *measuring.members]).aggregate(
            v_value=measuring.amount(rows, "settlement_lines", "amount").sum(),
            **_unrated(measuring, rows, "fx_rate"),
        )

    frame = measuring.tidy(measuring.ask(("unpaid_balance",), query, windows))
    return Measured(frame, (Source(_PAID, day=ALWAYS),))


def gmv_posted(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Give the GMV of the orders whose first entry in any statement falls in the window."""
    from helpers.metrics.computed.sales import placed_lines
    from helpers.metrics.measured import Measured, Source
    from helpers.metrics.rows import in_windows

    def query() -> Any:
        entries = measuring.warehouse.ibis("settlement_lines")
        entries = entries.filter(entries["order_id"].notnull())
        posted = entries.group_by(["store_id", "order_id"]).aggregate(
            posted_on=entries["local_date"].min()
        )
        lines = placed_lines(measuring).inner_join(posted, ["store_id", "order_id"])
        rows = in_windows(lines, "posted_on")
        return rows.group_by(["window", "store_id", *measuring.members]).aggregate(
            v_value=measuring.amount(rows, "order_lines", "gmv").sum(),
            **_unrated(measuring, rows, "fx_rate"),
        )

    frame = measuring.tidy(measuring.ask(("gmv_posted",), query, windows))
    return Measured(frame, (Source("order_lines"), Source("settlement_lines")))


def _unrated(measuring: Measuring, rows: Any, rate: str) -> dict[str, Any]:
    """Count the rows whose money has no rate; money of its own currency needs none."""
    return {} if measuring.local else {"v_unrated": rows.count(where=rows[rate].isnull())}


def _entries(measuring: Measuring) -> Any:
    """Give the entries of settlements, with what is known of each settlement as a whole."""
    entries = measuring.members_of(measuring.warehouse.ibis("settlement_lines"), "settlement_lines")
    paid = measuring.warehouse.ibis(_PAID)
    paid = paid.select("store_id", "settlement_id", "last_day", "paid_on", paid_rate="fx_rate")
    return entries.inner_join(paid, ["store_id", "settlement_id"])


FUNCTIONS = (settled_cash, platform_reserve, unpaid_balance, gmv_posted)
