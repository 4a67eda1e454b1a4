"""What was sold: the biggest articles, and what a placed sale line is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

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
