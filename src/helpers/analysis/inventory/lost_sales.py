"""What empty shelves cost: days without stock, times what an ordinary day sells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.analysis.desk import Desk

if TYPE_CHECKING:
    import pandas as pd

LOST_COLUMNS = ["store", "store_label", "member", "label", "out_days", "daily_units", "units",
                "sales", "currency"]  # fmt: skip


def lost_sales(desk: Desk, cover: pd.DataFrame) -> pd.DataFrame:
    """Estimate what stock-outs of the last 90 days kept from being sold.

    Only days count that a daily report or a ledger shows as empty from morning to evening; where
    stock is reported once a month nothing can be told, and no row stands here.

    Args:
        desk: Whose period.
        cover: ``inventory.cover.cover_table``.

    Returns:
        store, store_label, member, label, out_days, daily_units (on ordinary days), units (lost),
        sales (lost, at the price of the last 90 days, base currency; empty where nothing was
        sold to tell a price), currency; the dearest first.
    """
    import pandas as pd

    out = cover[(cover["out_days"] > 0) & (cover["daily_units"].astype("float64") > 0)]
    units = out["out_days"].astype("float64") * out["daily_units"].astype("float64")
    told = out.assign(units=units, sales=units * pd.to_numeric(out["price"]))
    return told.sort_values(
        ["sales", "units", "member"], ascending=[False, False, True], ignore_index=True
    )[LOST_COLUMNS]
