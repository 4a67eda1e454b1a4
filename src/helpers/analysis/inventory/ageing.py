"""How old the stock is: the platform's own age bands, else layers first in, first out."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from helpers.analysis.desk import Desk
from helpers.analysis.inventory.demand import SNAPSHOT_MAY_BE_OLD_DAYS

if TYPE_CHECKING:
    import pandas as pd

AGE_COLUMNS = ["member", "method", "age_0_90", "age_91_180", "age_181_plus", "age_unknown",
               "unit_cost"]  # fmt: skip


def ageing(desk: Desk) -> pd.DataFrame:
    """Tell the age of what is on hand, article by article, all stores together.

    Where every position of an article is reported with age bands, these are taken
    (``snapshot``). Otherwise what is left is taken to come from the newest deliveries of the
    purchase orders (``deliveries``: first in, first out); what no delivery in the data explains is
    of unknown age, and so is everything of an article without one (``none``).

    Returns:
        member, method, age_0_90, age_91_180, age_181_plus, age_unknown (units that add up to what
        is on hand), unit_cost (base currency; empty where unknown).
    """
    import pandas as pd

    if not desk.warehouse.has("inventory_snapshots"):
        return pd.DataFrame(columns=AGE_COLUMNS)
    end = desk.elapsed.end
    return desk.warehouse.sql(
        """
        WITH span AS (SELECT CAST(? AS DATE) AS last_day, CAST(? AS DATE) AS from_day),
        latest AS (
            SELECT store_id, coalesce(warehouse, '') AS place, max(local_date) AS as_of
            FROM inventory_snapshots, span WHERE local_date BETWEEN from_day AND last_day
            GROUP BY ALL
        ),
        stock AS (
            SELECT sku, sum(on_hand)::DOUBLE AS on_hand,
                   count(*) FILTER (WHERE on_hand > 0 AND age_0_90 IS NULL) = 0 AS has_bands,
                   sum(age_0_90) AS young, sum(age_91_180) AS older, sum(age_181_plus) AS oldest,
                   CASE WHEN count(*) FILTER (WHERE on_hand > 0 AND stock_cost IS NULL) = 0
                        THEN sum(stock_cost) END::DOUBLE / nullif(sum(on_hand), 0) AS unit_cost
            FROM inventory_snapshots s
            JOIN latest l ON l.store_id = s.store_id AND l.place = coalesce(s.warehouse, '')
            WHERE local_date = as_of GROUP BY sku HAVING sum(on_hand) > 0
        ),
        layers AS (
            SELECT sku, last_day - received_on AS age, received_quantity AS units,
                   coalesce(sum(received_quantity) OVER (
                       PARTITION BY sku ORDER BY received_on DESC, po_id, line_no
                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS newer
            FROM purchase_orders, span WHERE received_on <= last_day AND received_quantity > 0
        ),
        left_over AS (
            SELECT sku, age, greatest(0, least(units, on_hand - newer)) AS units
            FROM layers JOIN stock USING (sku)
        ),
        fifo AS (
            SELECT sku, coalesce(sum(units) FILTER (WHERE age <= 90), 0) AS young,
                   coalesce(sum(units) FILTER (WHERE age BETWEEN 91 AND 180), 0) AS older,
                   coalesce(sum(units) FILTER (WHERE age > 180), 0) AS oldest
            FROM left_over GROUP BY sku
        ),
        told AS (
            SELECT sku, on_hand, unit_cost,
                   CASE WHEN has_bands THEN 'snapshot' WHEN fifo.sku IS NULL THEN 'none'
                        ELSE 'deliveries' END AS method,
                   CASE WHEN has_bands THEN stock.young ELSE coalesce(fifo.young, 0) END AS young,
                   CASE WHEN has_bands THEN stock.older ELSE coalesce(fifo.older, 0) END AS older,
                   CASE WHEN has_bands THEN stock.oldest ELSE coalesce(fifo.oldest, 0) END AS oldest
            FROM stock LEFT JOIN fifo USING (sku)
        )
        SELECT sku AS member, method, young::DOUBLE AS age_0_90, older::DOUBLE AS age_91_180,
               oldest::DOUBLE AS age_181_plus,
               greatest(0, on_hand - young - older - oldest)::DOUBLE AS age_unknown, unit_cost
        FROM told ORDER BY sku
        """,
        (end, end - timedelta(days=SNAPSHOT_MAY_BE_OLD_DAYS)),
    )
