"""Parcels: which can be followed, which stay in the buyer's country, which left in time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from helpers.metrics.measured import Measured
    from helpers.metrics.measuring import Measuring
    from helpers.metrics.rows import Window

#: An order that has not left after so many days found no capacity.
DAYS_TO_LEAVE = 3


def tracked_shipments(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Count shipments due in the window with every scan: picked up, cleared if abroad, delivered.

    A lane within one country (``US-US``) passes no customs; one that nobody named is taken to.
    """
    from helpers.metrics.measured import Measured, Source
    from helpers.metrics.rows import in_windows

    def query() -> Any:
        rows = in_windows(_shipments(measuring), "promised_on")
        cleared = rows["cleared_on"].notnull() | _is_domestic(rows)
        told = rows["picked_up_on"].notnull() & cleared & rows["delivered_on"].notnull()
        return rows.group_by(["window", "store_id", *measuring.members]).aggregate(
            v_value=rows.count(where=told)
        )

    frame = measuring.tidy(measuring.ask(("tracked_shipments",), query, windows))
    return Measured(frame, (Source("shipments", day="promised_on"),))


def warehouse_coverage(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Of the parcels whose lane is known, the share that left from the buyer's own country."""
    from helpers.metrics.measured import Measured, Source
    from helpers.metrics.rows import in_windows

    def query() -> Any:
        parcels = _shipments(measuring)
        rows = in_windows(
            parcels.filter((parcels["mode"] == "parcel") & parcels["lane"].notnull()), "shipped_on"
        )
        return rows.group_by(["window", "store_id", *measuring.members]).aggregate(
            v_value=rows.count(where=_is_domestic(rows)), v_base=rows.count()
        )

    frame = measuring.tidy(measuring.ask(("warehouse_coverage",), query, windows))
    return Measured(frame, (Source("shipments", "lane"),), is_share=True)


def capacity_guarantee(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Of the orders of shops that send parcels themselves, the share that left within three days.

    Orders of the last three days of the data are left out: they may still leave in time.
    """
    from helpers.metrics.measured import Measured, Source
    from helpers.metrics.rows import in_windows

    last = measuring.spans.data[1]

    def query() -> Any:
        import ibis

        parcels = measuring.warehouse.ibis("shipments")
        parcels = parcels.filter((parcels["mode"] == "parcel") & parcels["order_id"].notnull())
        left = parcels.group_by(["store_id", "order_id"]).aggregate(
            left_on=parcels["shipped_on"].min()
        )
        left = left.rename(left_store="store_id", left_order="order_id")
        began = parcels.group_by("store_id").aggregate(began=parcels["shipped_on"].min())
        began = began.rename(sends="store_id")
        lines = measuring.warehouse.ibis("order_lines")
        lines = lines.filter((lines["kind"] == "sale") & (lines["status"] == "placed"))
        rows = in_windows(measuring.members_of(lines, "order_lines"), "local_date")
        rows = rows.inner_join(
            began, [rows["store_id"] == began["sends"], rows["local_date"] >= began["began"]]
        )
        if last is not None:
            settled = ibis.literal(last - timedelta(days=DAYS_TO_LEAVE))
            rows = rows.filter(rows["local_date"] <= settled)
        keys = ["window", "store_id", *measuring.members]
        orders = rows.group_by([*keys, "order_id"]).aggregate(asked=rows["local_date"].min())
        both = orders.left_join(
            left,
            [orders["store_id"] == left["left_store"], orders["order_id"] == left["left_order"]],
        )
        in_time = both["left_on"] <= both["asked"] + ibis.interval(days=DAYS_TO_LEAVE)
        return both.group_by(keys).aggregate(
            v_value=both.count(where=in_time), v_base=both.count()
        )  # fmt: skip

    frame = measuring.tidy(measuring.ask(("capacity_guarantee", last), query, windows))
    sources = (Source("order_lines"), Source("shipments", "order_id"))
    return Measured(frame, sources, is_share=True)


def _shipments(measuring: Measuring) -> Any:
    import ibis

    from helpers.metrics.measured import COMPANY

    rows = measuring.members_of(measuring.warehouse.ibis("shipments"), "shipments")
    # Freight belongs to no store: it is the company's.
    return rows.mutate(store_id=ibis.coalesce(rows["store_id"], COMPANY))


def _is_domestic(rows: Any) -> Any:
    """Tell whether a lane (``DE-DE``) begins and ends in one country."""
    lane = rows["lane"]
    return lane.notnull() & (lane.substr(0, 2) == lane.substr(3, 2))


FUNCTIONS = (tracked_shipments, warehouse_coverage, capacity_guarantee)
