"""How many customers bought again within a stated time of their first order.

A repurchase rate without its window says nothing: those who bought three times have, by
definition, come back (DOMAIN A3-10, A3-17). Here every rate looks forward from the first order,
and only customers whose whole window lies in the data are counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from helpers.analysis.desk import Desk
from helpers.analysis.rates import wilson_interval
from helpers.analysis.signal import MINIMUM_CASES
from helpers.vocabulary.periods import month_of

if TYPE_CHECKING:
    import pandas as pd

WINDOWS = (30, 90, 180, 365)
REPURCHASE_COLUMNS = [
    "days", "first_from", "first_to", "customers", "returned", "rate", "lower", "upper", "status",
]  # fmt: skip


def repurchase(desk: Desk, windows: Sequence[int] = WINDOWS) -> pd.DataFrame:
    """Give the share of new customers that ordered again within so many days.

    Args:
        desk: Windows must have ended by its last day.
        windows: Days after the first order, each a row.

    Returns:
        days, first_from and first_to (days of first orders that count), customers, returned,
        rate, lower and upper (95 % Wilson), status. A second order on the same day is none. The
        first month in the data is left out, for it holds old customers too. Fewer than 30
        customers keep their number and get no rate. Empty where no customer is known.
    """
    import pandas as pd

    if not desk.warehouse.has("order_lines"):
        return pd.DataFrame(columns=REPURCHASE_COLUMNS)
    begins = month_of(desk.coverage[0]).end + timedelta(days=1)
    ends = desk.elapsed.end
    rows = []
    for days in windows:
        last_first = ends - timedelta(days=days)
        found = desk.warehouse.sql(
            """
            WITH bought AS (
                SELECT DISTINCT customer_key, local_date FROM order_lines
                WHERE kind = 'sale' AND status = 'placed' AND customer_key IS NOT NULL
                  AND local_date <= ?
            ),
            firsts AS (
                SELECT customer_key, min(local_date) AS day FROM bought GROUP BY customer_key
            ),
            again AS (
                SELECT customer_key, min(local_date) AS day
                FROM bought JOIN firsts USING (customer_key)
                WHERE bought.local_date > firsts.day GROUP BY customer_key
            )
            SELECT count(*) AS customers,
                count(*) FILTER (date_diff('day', firsts.day, again.day) <= ?) AS returned
            FROM firsts LEFT JOIN again USING (customer_key)
            WHERE firsts.day BETWEEN ? AND ?
            """,
            (ends, days, begins, last_first),
        ).iloc[0]
        people, came = int(found["customers"]), int(found["returned"])
        is_enough = people >= MINIMUM_CASES
        interval = wilson_interval(came, people) if is_enough else None
        rows.append(
            {
                "days": days,
                "first_from": begins,
                "first_to": last_first,
                "customers": people,
                "returned": came,
                "rate": came / people if is_enough else None,
                "lower": interval[0] if interval else None,
                "upper": interval[1] if interval else None,
                "status": "ok" if is_enough else "not_enough_data",
            }
        )
    if not any(row["customers"] for row in rows):
        return pd.DataFrame(columns=REPURCHASE_COLUMNS)
    return pd.DataFrame(rows, columns=REPURCHASE_COLUMNS)
