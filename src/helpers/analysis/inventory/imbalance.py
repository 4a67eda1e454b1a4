"""Where an article lies in the wrong place: one store runs short while another is full."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.analysis.desk import Desk
from helpers.analysis.inventory.acting import grouped, lacking_units, spare_units
from helpers.analysis.rules.rulebook import rules_of

if TYPE_CHECKING:
    import pandas as pd

IMBALANCE_COLUMNS = [
    "member", "label", "full_label", "full_cover_days", "spare", "short_label",
    "short_cover_days", "lacking", "is_movable",
]  # fmt: skip


def imbalance(desk: Desk, cover: pd.DataFrame) -> pd.DataFrame:
    """Name each article that is short in one store and spare in another.

    Args:
        desk: Whose period.
        cover: ``inventory.cover.cover_table``.

    Returns:
        member, label, full_label and short_label (the stores with most spare and most lacking),
        full_cover_days (empty: sells nothing there), spare (units beyond the clearance days),
        short_cover_days, lacking (units until the next review's order has come), is_movable
        (both stores lie in one country; otherwise it is news for the next shipment); the most
        lacking first.
    """
    import pandas as pd

    clearance = rules_of(desk)["R08"].at("cover_days")
    rows = []
    for (sku,), places in grouped(cover, "member").items():
        full = max(places, key=lambda row: spare_units(row, clearance))
        short = max(places, key=lacking_units)
        spare, lack = spare_units(full, clearance), lacking_units(short)
        if spare > 0 and lack > 0:
            rows.append(
                {
                    "member": sku,
                    "label": full["label"],
                    "full_label": full["store_label"],
                    "full_cover_days": full["cover_days"],
                    "spare": spare,
                    "short_label": short["store_label"],
                    "short_cover_days": short["cover_days"],
                    "lacking": lack,
                    "is_movable": full["country"] is not None
                    and full["country"] == short["country"],
                }
            )
    table = pd.DataFrame(rows, columns=IMBALANCE_COLUMNS)
    return table.sort_values(["lacking", "member"], ascending=[False, True], ignore_index=True)
