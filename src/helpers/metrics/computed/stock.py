"""What lies in the warehouses, set against what sells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from helpers.metrics.notes import note

if TYPE_CHECKING:
    from helpers.metrics.measured import Measured
    from helpers.metrics.measuring import Measuring
    from helpers.metrics.rows import Window


def average_stock_value(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Mean over the window's snapshots of the stock at cost, store by store."""
    from helpers.metrics.measured import Measured, Source
    from helpers.metrics.rows import in_windows, with_place

    def query() -> Any:
        stock = measuring.members_of(
            measuring.warehouse.ibis("inventory_snapshots"), "inventory_snapshots"
        )
        rows = with_place(in_windows(stock, "local_date"))
        # Each warehouse by itself: one may be counted daily, another once a month.
        place = ["window", "store_id", "place"]
        days = rows.group_by(place).aggregate(days=rows["local_date"].nunique())
        keys = ["window", "store_id", *measuring.members]
        sums = rows.group_by([*place, *measuring.members]).aggregate(
            total=rows["stock_cost"].sum(),
            uncosted=rows.count(where=rows["stock_cost"].isnull() & (rows["on_hand"] > 0)),
        )
        sums = sums.inner_join(days, place)
        mean = (sums["total"].cast("float64") / sums["days"]).nullif(float("nan"))
        means = sums.select(*keys, mean=mean, uncosted=sums["uncosted"])
        return means.group_by(keys).aggregate(
            v_value=means["mean"].sum(), v_uncosted=means["uncosted"].sum()
        )

    frame = measuring.ask(("average_stock_value",), query, windows)
    measured = Measured(measuring.tidy(frame), (Source("inventory_snapshots"),))
    lacking = frame[frame["v_uncosted"] > 0]
    for window, store in zip(lacking["window"], lacking["store_id"], strict=True):
        measured.blocked[(int(window), str(store))] = note("uncosted_stock", store=store)
    return measured


def sell_through(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Articles in stock with a sale in the window, over articles in stock."""
    return _stock_share(
        measuring, windows,
        part=lambda stock: stock["sold"].notnull(),
        among=lambda stock: stock["on_hand"] > 0,
    )  # fmt: skip


def below_safety_share(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Articles with less on hand than 1.5 times the units of the last 30 days."""
    import ibis

    from helpers.metrics.rows import Window as Run

    # The snapshot is that of the period; the pace is always that of thirty days.
    paces = [Run(window.end - timedelta(days=29), window.end) for window in windows]
    return _stock_share(
        measuring, windows,
        part=lambda stock: stock["on_hand"] * 2 < ibis.coalesce(stock["sold"], 0) * 3,
        sales=paces,
    )  # fmt: skip


def unsalable_rate(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Stock value of articles without a sale in the window, over stock value."""
    return _stock_share(
        measuring, windows, part=lambda stock: stock["sold"].isnull(), weigh=True
    )  # fmt: skip


def _stock_share(
    measuring: Measuring,
    windows: Sequence[Window],
    part: Callable[[Any], Any],
    among: Callable[[Any], Any] | None = None,
    sales: Sequence[Window] | None = None,
    weigh: bool = False,
) -> Measured:
    """Set each store's last snapshots against what sold there, article by article."""
    from helpers.metrics.measured import Measured, Source
    from helpers.metrics.rows import ASKED_SALES, at_last_report, in_windows

    def query() -> Any:
        lines = measuring.warehouse.ibis("order_lines")
        lines = lines.filter((lines["kind"] == "sale") & (lines["status"] == "placed"))
        stock = measuring.members_of(
            measuring.warehouse.ibis("inventory_snapshots"), "inventory_snapshots"
        )
        rows = at_last_report(in_windows(stock, "local_date"), "local_date")
        # An article is one, in however many warehouses it lies.
        rows = rows.group_by(["window", "store_id", "sku", *measuring.members]).aggregate(
            on_hand=rows["on_hand"].sum(), stock_cost=rows["stock_cost"].sum()
        )
        sold = in_windows(lines, "local_date", asked=ASKED_SALES)
        sold = sold.group_by(["window", "store_id", "sku"]).aggregate(sold=sold["quantity"].sum())
        sold = sold.rename(window_sold="window", store_sold="store_id", sku_sold="sku")
        rows = rows.left_join(
            sold,
            [
                rows["window"] == sold["window_sold"],
                rows["store_id"] == sold["store_sold"],
                rows["sku"] == sold["sku_sold"],
            ],
        )
        if among is not None:
            rows = rows.filter(among(rows))
        grouped = rows.group_by(["window", "store_id", *measuring.members])
        chosen = part(rows)
        if weigh:
            return grouped.aggregate(
                v_value=rows["stock_cost"].sum(where=chosen), v_base=rows["stock_cost"].sum()
            )
        return grouped.aggregate(v_value=rows.count(where=chosen), v_base=rows.count())

    sources = (Source("inventory_snapshots"), Source("order_lines"))
    shape = ("stock_share", part.__qualname__, among is None, weigh)
    frame = measuring.ask(shape, query, windows, sales)
    return Measured(measuring.tidy(frame), sources, is_share=True)


FUNCTIONS = (
    average_stock_value,
    sell_through,
    below_safety_share,
    unsalable_rate,
)
