"""Functions for the few metrics that sums, ratios and differences cannot say.

Each takes a ``Measuring`` and windows, and gives a ``Measured``: value, or value and base for a
share. A function stays within portable Ibis expressions and brings back aggregates only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from helpers.metrics.notes import note

if TYPE_CHECKING:
    from helpers.metrics.measuring import Measured, Measuring, Window

#: GMV a year, in the base currency, from which a product is a hit (S4).
HIT = 1_000_000
#: How many products are "the top".
TOP = 10
#: Returns arrive for about so long after an order; until then a rate by order is preliminary.
DAYS_TO_RETURN = 30

Function = Callable[["Measuring", "Sequence[Window]"], "Measured"]


def placed_lines(measuring: Measuring) -> Any:
    """Give the placed sale lines with the dimensions of the question."""
    lines = measuring.warehouse.ibis("order_lines")
    lines = lines.filter((lines["kind"] == "sale") & (lines["status"] == "placed"))
    return measuring.members_of(lines, "order_lines")


def new_customers(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Count customers whose first placed sale line of all falls in the window."""
    from helpers.metrics.measuring import Measured, Source, in_windows

    def query() -> Any:
        lines = placed_lines(measuring)
        lines = lines.filter(lines["customer_key"].notnull())
        everyone = measuring.warehouse.ibis("order_lines")
        everyone = everyone.filter(
            (everyone["kind"] == "sale")
            & (everyone["status"] == "placed")
            & everyone["customer_key"].notnull()
        )
        first = everyone.group_by("customer_key").aggregate(first_day=everyone["local_date"].min())
        first = first.rename(first_key="customer_key")
        rows = in_windows(lines, "local_date")
        rows = rows.inner_join(
            first,
            [rows["customer_key"] == first["first_key"], rows["local_date"] == first["first_day"]],
        )
        grouped = rows.group_by(["window", *measuring.members])
        return grouped.aggregate(v_value=rows["customer_key"].nunique())

    frame = measuring.tidy(measuring.ask(("new_customers",), query, windows))
    measured = Measured(frame, (Source("order_lines", "customer_key"),))
    began = measuring.spans.data[0]
    for index, window in enumerate(windows):
        if began is not None and window.start <= began <= window.end:
            measured.closed[index] = ("no_baseline", note("opening", first=began))
    return measured


def repurchase_rate(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Share of the window's customers who placed two or more orders in it."""
    from helpers.metrics.measuring import Measured, Source, in_windows

    def query() -> Any:
        lines = placed_lines(measuring)
        rows = in_windows(lines.filter(lines["customer_key"].notnull()), "local_date")
        keys = ["window", *measuring.members]
        orders = rows.select(*keys, "customer_key", "store_id", "order_id").distinct()
        buyers = orders.group_by([*keys, "customer_key"]).aggregate(orders=orders.count())
        return buyers.group_by(keys).aggregate(
            v_value=buyers.count(where=buyers["orders"] >= 2), v_base=buyers.count()
        )

    frame = measuring.tidy(measuring.ask(("repurchase_rate",), query, windows))
    return Measured(frame, (Source("order_lines", "customer_key"),), is_share=True)


def top10_share(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """GMV of the ten biggest products over GMV of merchandise, per member of the question."""
    import ibis

    from helpers.metrics.measuring import Measured, Source, in_windows

    def query() -> Any:
        lines = placed_lines(measuring)
        rows = in_windows(lines.filter(lines["is_merchandise"]), "local_date")
        keys = ["window", *measuring.members]
        amount = measuring.amount(rows, "order_lines", "gmv")
        sizes = rows.group_by([*keys, "sku"]).aggregate(size=amount.sum())
        place = ibis.row_number().over(
            group_by=[sizes[key] for key in keys],
            order_by=[sizes["size"].desc(), sizes["sku"].asc()],
        )
        ranked = sizes.mutate(place=place)
        return ranked.group_by(keys).aggregate(
            v_value=ranked["size"].sum(where=ranked["place"] < TOP), v_base=ranked["size"].sum()
        )

    frame = measuring.tidy(measuring.ask(("top10_share",), query, windows))
    return Measured(frame, (Source("order_lines"),), is_share=True)


def hits_over_1m(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Count products whose GMV in the window reaches a million."""
    from helpers.metrics.measuring import Measured, Source, in_windows

    def query() -> Any:
        lines = placed_lines(measuring)
        lines = lines.filter(lines["is_merchandise"] & lines["sku"].notnull())
        rows = in_windows(lines, "local_date")
        keys = ["window", *measuring.members]
        amount = measuring.amount(rows, "order_lines", "gmv")
        sizes = rows.group_by([*keys, "sku"]).aggregate(size=amount.sum())
        return sizes.group_by(keys).aggregate(v_value=sizes.count(where=sizes["size"] >= HIT))

    frame = measuring.tidy(measuring.ask(("hits_over_1m",), query, windows))
    return Measured(frame, (Source("order_lines"),))


def returned_units_of_orders(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Units that came back, whenever, of the orders placed in the window, by store."""
    from helpers.metrics.measuring import Measured, Source, in_windows

    def query() -> Any:
        lines = measuring.warehouse.ibis("order_lines")
        lines = lines.filter((lines["kind"] == "sale") & (lines["status"] == "placed"))
        orders = lines.group_by(["store_id", "order_id"]).aggregate(
            order_day=lines["local_date"].min()
        )
        returns = measuring.members_of(measuring.warehouse.ibis("returns"), "returns")
        rows = in_windows(returns.inner_join(orders, ["store_id", "order_id"]), "order_day")
        grouped = rows.group_by(["window", "store_id", *measuring.members])
        return grouped.aggregate(v_value=rows["quantity"].sum())

    frame = measuring.tidy(measuring.ask(("returned_units_of_orders",), query, windows))
    measured = Measured(frame, (Source("returns", ahead=365),))
    last = measuring.spans.data[1]
    for index, window in enumerate(windows):
        until = window.end + timedelta(days=DAYS_TO_RETURN)
        if last is not None and last < until:
            measured.preliminary.add(index)
            measured.notes[index] = [note("immature", until=until)]
    return measured


def average_stock_value(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Mean over the window's snapshots of the stock at cost, store by store."""
    from helpers.metrics.measuring import Measured, Source, in_windows, with_place

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

    from helpers.metrics.measuring import Window as Run

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
    from helpers.metrics.measuring import ASKED_SALES, Measured, Source, at_last_report, in_windows

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


def target_attainment(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Say that targets stand in the plan, which the exports know nothing of."""
    from helpers.metrics.measuring import Measured, nothing

    return Measured(nothing(), (), refused=note("from_plan"))


FUNCTIONS: dict[str, Function] = {
    function.__name__: function
    for function in (
        new_customers,
        repurchase_rate,
        top10_share,
        hits_over_1m,
        returned_units_of_orders,
        average_stock_value,
        sell_through,
        below_safety_share,
        unsalable_rate,
        target_attainment,
    )
}
