"""Who bought, who came back: cohorts whose unfinished cells stay empty, and the month's summary."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from helpers.analysis.comparison import compare
from helpers.analysis.desk import Desk
from helpers.analysis.signal import MINIMUM_CASES
from helpers.metrics.catalogue import catalogue
from helpers.vocabulary.periods import Period, month_of

if TYPE_CHECKING:
    import pandas as pd

COHORT_COLUMNS = [
    "cohort", "cohort_start", "month", "retained", "active", "size", "is_mature", "is_opening",
    "status",
]  # fmt: skip
#: What a customer page opens with, as far as the catalogue has it.
SUMMARY = ("customers", "new_customers", "aov", "aov_customer", "repurchase_rate",
           "customer_coverage")  # fmt: skip


def summary(desk: Desk, targets: pd.DataFrame | None = None) -> pd.DataFrame:
    """Compare the customer metrics; columns as ``comparison.compare`` gives them.

    The notes say how many sale lines carry no customer: these figures leave such lines out.
    """
    return compare(desk, [one for one in SUMMARY if one in catalogue()], targets=targets)


def cohorts(desk: Desk, months: int = 13) -> pd.DataFrame:
    """Follow customers by the month of their first order.

    Args:
        desk: Cohorts end with the last finished month of its period.
        months: Number of cohorts, the latest last.

    Returns:
        cohort (``2025-10``), cohort_start (timestamp), month (0 is the first month), retained
        (fraction of the cohort that bought in that month), active, size, is_mature, is_opening,
        status. A cell whose month has not ended is there without a value and not mature; a
        cohort of fewer than 30 keeps its size and no value (``not_enough_data``). The cohort of
        the first month in the data holds old customers too (``is_opening``), so that it tells
        nothing about new ones. Empty where no customer is known.
    """
    import pandas as pd

    last = _last_finished_month(desk)
    wanted = last.last_months(months)
    if not desk.warehouse.has("order_lines"):
        return pd.DataFrame(columns=COHORT_COLUMNS)
    counted = desk.warehouse.sql(
        """
        WITH bought AS (
            SELECT DISTINCT customer_key, CAST(date_trunc('month', local_date) AS DATE) AS month
            FROM order_lines
            WHERE kind = 'sale' AND status = 'placed' AND customer_key IS NOT NULL
              AND local_date <= ?
        ),
        starts AS (SELECT customer_key, min(month) AS cohort FROM bought GROUP BY customer_key)
        SELECT cohort, date_diff('month', cohort, month) AS age, count(*) AS active
        FROM bought JOIN starts USING (customer_key)
        WHERE cohort >= ?
        GROUP BY cohort, age
        """,
        (last.end, wanted[0].start),
    )
    if counted.empty:
        return pd.DataFrame(columns=COHORT_COLUMNS)
    active = {
        (pd.Timestamp(start).date(), int(age)): int(people)
        for start, age, people in zip(
            counted["cohort"], counted["age"], counted["active"], strict=True
        )
    }
    opening = month_of(desk.coverage[0]).start
    rows = []
    for place, cohort in enumerate(wanted):
        size = active.get((cohort.start, 0), 0)
        if not size:
            continue
        for age in range(len(wanted)):
            is_mature = age < len(wanted) - place
            people = active.get((cohort.start, age), 0) if is_mature else None
            is_enough = size >= MINIMUM_CASES
            rows.append(
                {
                    "cohort": cohort.text,
                    "cohort_start": pd.Timestamp(cohort.start),
                    "month": age,
                    "retained": people / size if people is not None and is_enough else None,
                    "active": people,
                    "size": size,
                    "is_mature": is_mature,
                    "is_opening": cohort.start == opening,
                    "status": "ok"
                    if is_mature and is_enough
                    else "not_enough_data"
                    if not is_enough
                    else "preliminary",
                }
            )
    return pd.DataFrame(rows, columns=COHORT_COLUMNS).astype({"retained": "float64"})


def _last_finished_month(desk: Desk) -> Period:
    month = month_of(desk.elapsed.end)
    last_day: date = desk.elapsed.end
    return month if last_day >= month.end else month.previous()
