"""What customers were worth, by cohort, and what those we have may still bring.

Worth so far is added up and certain. What is to come rests on BG/NBD and Gamma-Gamma, is tried
on the last half year before it is told, and is refused where customers are few: wholesale buyers
are told by what they did.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from helpers.analysis.customers.lifetime import (
    LEAST_CUSTOMERS,
    LEAST_RETURNED,
    Buying,
    Spending,
    fit_buying,
    fit_spending,
)
from helpers.analysis.desk import Desk, number
from helpers.analysis.signal import MINIMUM_CASES
from helpers.vocabulary.labels import Label
from helpers.vocabulary.periods import month_of

if TYPE_CHECKING:
    import pandas as pd

HORIZONS = (90, 180, 365)
#: Platforms whose buyers are firms: few, and each with habits of its own.
WHOLESALE = ("alibaba",)
#: The model is tried on so many days, and must have seen as many weeks before them.
TRIED_DAYS, SEEN_DAYS = 180, 180
WORTH_COLUMNS = [
    "cohort", "cohort_start", "days", "size", "gmv_each", "margin_each", "cost_coverage",
    "is_mature", "is_opening", "currency", "status",
]  # fmt: skip
REASONS: dict[str, Label] = {
    "few": Label(
        en="Too few customers who came back: what they brought so far says more than a model.",
        zh="回购客户过少：历史贡献比模型更可靠。",
    ),
    "no_fit": Label(
        en="Their orders follow no such pattern: the model finds no parameters.",
        zh="订单规律不符合该模型：未能求得参数。",
    ),
    "wholesale": Label(
        en="Wholesale buyers are few and each orders its own way: only what they brought counts.",
        zh="批发客户数量少、各有习惯：仅看历史贡献。",
    ),
}


@dataclass(frozen=True)
class Expected:
    """What the customers of a scope may bring in the days to come.

    Attributes:
        scope: ``retail`` or ``wholesale``.
        customers: Known so far.
        days: How far ahead.
        orders: Expected orders of all of them.
        gmv: Their expected value in base currency; None where spending could not be fitted.
        alive: Of the customers who came back, the mean probability that they still buy.
        each_new: Expected orders of a new customer after the first.
        tried_orders: Orders that came in the last ``TRIED_DAYS`` from those known before.
        tried_expected: What the model, fitted on what was known before, would have said.
        reason: Why there is nothing (a key of ``REASONS``), else empty.
    """

    scope: str
    customers: int
    days: int
    orders: float | None = None
    gmv: float | None = None
    alive: float | None = None
    each_new: float | None = None
    tried_orders: int | None = None
    tried_expected: float | None = None
    buying: Buying | None = None
    spending: Spending | None = None
    reason: str = ""


def worth_so_far(desk: Desk, months: int = 13, days: Sequence[int] = HORIZONS) -> pd.DataFrame:
    """Add up what each cohort brought within so many days of the first order.

    Args:
        desk: Cohorts end with its last month.
        months: Number of cohorts, the latest last.
        days: Lengths after each customer's own first order.

    Returns:
        cohort, cohort_start, days, size, gmv_each (base currency, per customer of the cohort),
        margin_each (GMV less landed cost of goods; empty where no line has a cost),
        cost_coverage (share of that GMV whose cost is known: below 1 the margin speaks for the
        lines with a cost only), is_mature, is_opening (the first month in the data holds old
        customers too), currency, status. Cells that are not mature have no value, and cohorts
        of fewer than 30 customers none either.
    """
    import pandas as pd

    if not desk.warehouse.has("order_lines"):
        return pd.DataFrame(columns=WORTH_COLUMNS)
    ends = desk.elapsed.end
    cohorts = month_of(ends).last_months(months)
    sums = ", ".join(
        f"sum(value) FILTER (age < {int(one)}) AS gmv_{int(one)}, "
        f"sum(value - cost) FILTER (age < {int(one)}) AS margin_{int(one)}, "
        f"sum(value) FILTER (age < {int(one)} AND cost IS NOT NULL) AS covered_{int(one)}"
        for one in days
    )
    found = desk.warehouse.sql(
        f"""
        WITH lines AS (
            SELECT customer_key, local_date, gmv_base AS value, landed_cost AS cost
            FROM order_lines
            WHERE kind = 'sale' AND status = 'placed' AND customer_key IS NOT NULL
              AND local_date <= ?
        ),
        firsts AS (
            SELECT customer_key, min(local_date) AS day FROM lines GROUP BY customer_key
        ),
        aged AS (
            SELECT customer_key, date_trunc('month', firsts.day) AS cohort, value, cost,
                date_diff('day', firsts.day, local_date) AS age
            FROM lines JOIN firsts USING (customer_key)
        )
        SELECT cohort, count(DISTINCT customer_key) AS size, {sums}
        FROM aged WHERE cohort >= ? GROUP BY cohort ORDER BY cohort
        """,
        (ends, cohorts[0].start),
    )
    opening = month_of(desk.coverage[0]).start
    rows = []
    for row in found.to_dict("records"):
        cohort = month_of(pd.Timestamp(row["cohort"]).date())
        for one in days:
            is_mature = cohort.end + timedelta(days=one) <= ends
            is_told = is_mature and row["size"] >= MINIMUM_CASES
            gmv, margin, covered = (
                number(row[f"{name}_{one}"]) for name in ("gmv", "margin", "covered")
            )
            rows.append(
                {
                    "cohort": cohort.text,
                    "cohort_start": pd.Timestamp(cohort.start),
                    "days": one,
                    "size": int(row["size"]),
                    "gmv_each": gmv / row["size"] if is_told and gmv is not None else None,
                    "margin_each": margin / row["size"] if is_told and margin is not None else None,
                    "cost_coverage": (covered or 0.0) / gmv if is_told and gmv else None,
                    "is_mature": is_mature,
                    "is_opening": cohort.start == opening,
                    "currency": desk.currency,
                    "status": "ok"
                    if is_told
                    else "not_enough_data"
                    if row["size"] < MINIMUM_CASES
                    else "preliminary",
                }
            )
    return pd.DataFrame(rows, columns=WORTH_COLUMNS)


def worth_to_come(desk: Desk, days: int = 365) -> list[Expected]:
    """Say what known customers may still bring within ``days``.

    Returns:
        One for retail and one for wholesale, as far as there are such customers; both empty
        of figures, with the reason, where the model has no ground to stand on.
    """
    if not desk.warehouse.has("order_lines"):
        return []
    ends = desk.elapsed.end
    firms = [store.id for store in desk.workspace.stores if store.platform in WHOLESALE]
    shops = [store.id for store in desk.workspace.stores if store.platform not in WHOLESALE]
    told = []
    known = _histories(desk, shops, ends)
    if len(known):
        told.append(_expected(desk, shops, known, ends, days))
    buyers = _histories(desk, firms, ends)
    if len(buyers):
        told.append(Expected("wholesale", int(buyers["n"].sum()), days, reason="wholesale"))
    return told


def _expected(
    desk: Desk, stores: list[str], known: pd.DataFrame, ends: date, days: int
) -> Expected:
    import numpy as np

    people = int(known["n"].sum())
    x, last, age, average, n = _columns(known)
    if people < LEAST_CUSTOMERS or float(n[x > 0].sum()) < LEAST_RETURNED:
        return Expected("retail", people, days, reason="few")
    buying = fit_buying(x, last, age, n)
    if buying is None:
        return Expected("retail", people, days, reason="no_fit")
    spending = fit_spending(x + 1, np.where(x > 0, average, np.nan), n)
    ahead = buying.expected_of(days / 7, x, last, age)
    value = None
    if spending is not None:
        value = float(np.sum(n * ahead * spending.expected_of(x + 1, average)))
    returned = x > 0
    tried = _tried(desk, stores, ends)
    return Expected(
        "retail",
        people,
        days,
        float(np.sum(n * ahead)),
        value,
        float(np.average(buying.alive(x, last, age)[returned], weights=n[returned])),
        buying.expected(days / 7),
        *tried,
        buying=buying,
        spending=spending,
    )


def _tried(desk: Desk, stores: list[str], ends: date) -> tuple[int | None, float | None]:
    """Fit on what was known half a year ago, and hold it against what came since."""
    import numpy as np

    then = ends - timedelta(days=TRIED_DAYS)
    if (then - desk.coverage[0]).days < SEEN_DAYS:
        return None, None
    before = _histories(desk, stores, then)
    if not len(before):
        return None, None
    x, last, age, _, n = _columns(before)
    model = fit_buying(x, last, age, n)
    if model is None:
        return None, None
    came = desk.warehouse.sql(
        f"""
        WITH bought AS ({_ORDER_DAYS.format(stores=_listed(stores))})
        SELECT count(*) AS orders FROM bought
        WHERE day > ? AND customer_key IN (SELECT customer_key FROM bought WHERE day <= ?)
        """,
        (*stores, ends, then, then),
    )
    expected = model.expected_of(TRIED_DAYS / 7, x, last, age)
    return int(came["orders"].iloc[0]), float(np.sum(n * expected))


#: One row a customer and day with an order: two orders of a day are one decision to buy.
_ORDER_DAYS = """
    SELECT customer_key, local_date AS day, CAST(sum(gmv_base) AS DOUBLE) AS value
    FROM order_lines
    WHERE kind = 'sale' AND status = 'placed' AND customer_key IS NOT NULL
      AND store_id IN ({stores}) AND local_date <= ?
    GROUP BY customer_key, local_date
"""


def _histories(desk: Desk, stores: list[str], ends: date) -> pd.DataFrame:
    """Count customers by history: repeats, weeks to the last, age in weeks, mean order.

    Mean orders are grouped to two per cent: a million customers are then some thousand rows.
    """
    import pandas as pd

    if not stores:
        return pd.DataFrame(columns=["x", "last", "age", "average", "n"])
    return desk.warehouse.sql(
        f"""
        WITH bought AS ({_ORDER_DAYS.format(stores=_listed(stores))}),
        people AS (
            SELECT count(*) - 1 AS x, date_diff('day', min(day), max(day)) // 7 AS last,
                date_diff('day', min(day), CAST(? AS DATE)) // 7 AS age, avg(value) AS mean
            FROM bought GROUP BY customer_key
        )
        SELECT x, CAST(last AS DOUBLE) AS last, CAST(age AS DOUBLE) AS age,
            CASE WHEN mean > 0 THEN exp(round(ln(mean) * 50) / 50) ELSE 0 END AS average,
            count(*) AS n
        FROM people GROUP BY ALL ORDER BY ALL
        """,
        (*stores, ends, ends),
    )


def _columns(known: pd.DataFrame) -> tuple[Any, ...]:
    return tuple(known[name].to_numpy(dtype=float) for name in ("x", "last", "age", "average", "n"))


def _listed(stores: list[str]) -> str:
    return ", ".join("?" for _ in stores)
