"""What was sold: the biggest articles, and what a placed sale line is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from helpers.metrics.placed_orders import order_key

if TYPE_CHECKING:
    from helpers.metrics.measured import Measured
    from helpers.metrics.measuring import Measuring
    from helpers.metrics.rows import Window

#: GMV a year, in the base currency, from which a product is a hit (S4).
HIT = 1_000_000
#: How many products are "the top".
TOP = 10


def placed_lines(measuring: Measuring) -> Any:
    """Give the placed sale lines with the dimensions of the question."""
    lines = measuring.warehouse.ibis("order_lines")
    lines = lines.filter((lines["kind"] == "sale") & (lines["status"] == "placed"))
    return measuring.members_of(lines, "order_lines")


def placed_orders(measuring: Measuring, narrow: bool) -> Any:
    """Give rows that tell of each placed order its day, place and buyer, once or line by line.

    Args:
        measuring: The question.
        narrow: Take the narrow rows of ``metrics.placed_orders``, or else the lines?

    Returns:
        store_id, country, currency, local_date, customer_key and order_key, which names an order
        across stores; keys are numbers in narrow rows, and are compared with each other only.
    """
    if narrow:
        return measuring.spans.orders.table()
    lines = measuring.warehouse.ibis("order_lines")
    lines = lines.filter((lines["kind"] == "sale") & (lines["status"] == "placed"))
    return lines.mutate(order_key=order_key(lines, narrow))


def buyers_orders(measuring: Measuring) -> tuple[Any, Any]:
    """Give the orders of known buyers: with the dimensions of the question, and without."""
    orders = placed_orders(measuring, measuring.reads_orders())
    orders = orders.filter(orders["customer_key"].notnull())
    return measuring.members_of(orders, "order_lines"), orders


def first_days_of(everyone: Any, among: Any) -> Any:
    """Give the first day of each customer among rows, looking up only those who matter."""
    everyone = everyone.semi_join(among.select("customer_key").distinct(), "customer_key")
    first = everyone.group_by("customer_key").aggregate(first_day=everyone["local_date"].min())
    return first.rename(first_key="customer_key")


def top10_share(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """GMV of the ten biggest products over GMV of merchandise, per member of the question."""
    import ibis

    from helpers.metrics.measured import Measured, Source
    from helpers.metrics.rows import in_windows

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
    from helpers.metrics.measured import Measured, Source
    from helpers.metrics.rows import in_windows

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


FUNCTIONS = (
    top10_share,
    hits_over_1m,
)
