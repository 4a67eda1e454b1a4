"""Recency, frequency, money: segments, the high-value rule, and whether people's tags hold.

Scores are fifths of the customers of one window; customers that are alike score alike. The rule
of high value (DOMAIN R11) is one of fixed numbers: an order in the last 30 days, three orders in
the window, 50 US dollars each.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from helpers.analysis.desk import Desk, number
from helpers.analysis.money import in_base_on_average
from helpers.analysis.rates import wilson_interval
from helpers.analysis.signal import MINIMUM_CASES
from helpers.vocabulary.labels import Label

if TYPE_CHECKING:
    import pandas as pd

SEGMENTS: dict[str, Label] = {
    "champion": Label(en="Often and lately", zh="高频活跃"),
    "loyal": Label(en="Often, some time ago", zh="高频待维护"),
    "at_risk": Label(en="Used to come often", zh="高频流失风险"),
    "new": Label(en="New, one order", zh="新客（仅一单）"),
    "promising": Label(en="Lately, a few orders", zh="近期有购"),
    "asleep": Label(en="Seldom and long ago", zh="低频沉睡"),
}
RFM_COLUMNS = [
    "segment", "label", "customers", "share", "orders", "gmv", "gmv_share", "recency_days",
    "orders_each", "average_order", "currency", "window_days", "status",
]  # fmt: skip
TAG_COLUMNS = [
    "store", "store_label", "field", "tag", "rule", "customers", "agree", "share", "mostly",
    "lower", "upper", "status",
]  # fmt: skip
#: What people write when they mean the rule of high value.
HIGH_VALUE_TAGS = ("vip", "high value", "high_value", "rfm", "高价值", "高价值客户")
#: Classes by share of the window's sales: A the first four fifths, B up to 95 %, C the rest.
CLASS_TAGS = ("A", "B", "C")
_A, _B = 0.80, 0.95

_ORDERS = """
    WITH orders AS (
        SELECT customer_key, store_id, order_id, min(local_date) AS day, sum(gmv_base) AS value
        FROM order_lines
        WHERE kind = 'sale' AND status = 'placed' AND customer_key IS NOT NULL
          AND local_date BETWEEN ? AND ?
        GROUP BY ALL
    ),
    people AS (
        SELECT {who}, date_diff('day', max(day), ?) AS recency, count(*) AS frequency,
            CAST(sum(value) AS DOUBLE) AS money
        FROM orders GROUP BY {who}
    )
"""
_PEOPLE = _ORDERS.format(who="customer_key")
#: Rank, not count: half of all customers may share one figure, and share its score then.
_SCORED = (
    _PEOPLE
    + """,
    scored AS (
        SELECT *,
            least(5, 1 + floor(5 * percent_rank() OVER (ORDER BY recency DESC)))::INT AS r,
            least(5, 1 + floor(5 * percent_rank() OVER (ORDER BY frequency)))::INT AS f,
            least(5, 1 + floor(5 * percent_rank() OVER (ORDER BY coalesce(money, 0))))::INT AS m
        FROM people
    )
"""
)
_PEOPLE_OF_STORES = _ORDERS.format(who="store_id, customer_key")


@dataclass(frozen=True)
class HighValue:
    """The rule of high value; its window is not in the source and stands here."""

    recency_days: int = 30
    orders: int = 3
    average: float = 50.0
    currency: str = "USD"
    window_days: int = 365


@dataclass(frozen=True)
class HighValueCustomers:
    """Who meets the rule.

    Attributes:
        customers: Known customers with an order in the window.
        found: Of them, those that meet the rule.
        share: found ÷ customers; None below 30 customers.
        gmv_share: Their share of known customers' sales in the window.
        average: The rule's order value in base currency, at the mean rate of the window; None
            without a rate, and then nobody was judged.
    """

    rule: HighValue
    customers: int
    found: int | None
    share: float | None
    gmv_share: float | None
    average: float | None


def rfm_scores(desk: Desk, window_days: int = 365) -> pd.DataFrame:
    """Count the customers of a window by their scores.

    Returns:
        r, f, m (1 to 5, 5 being latest, most often, most money; customers that are alike score
        alike), customers, orders, gmv (base currency). One row for each set of scores that
        somebody has; empty with fewer than 30 customers.
    """
    import pandas as pd

    columns = ["r", "f", "m", "customers", "orders", "gmv"]
    if not desk.warehouse.has("order_lines"):
        return pd.DataFrame(columns=columns)
    first, last = _window(desk, window_days)
    found = desk.warehouse.sql(
        _SCORED
        + """
        SELECT r, f, m, count(*) AS customers, CAST(sum(frequency) AS BIGINT) AS orders,
            sum(money) AS gmv
        FROM scored GROUP BY ALL ORDER BY ALL
        """,
        (first, last, last),
    )
    return found if found["customers"].sum() >= MINIMUM_CASES else found.iloc[0:0]


def rfm(desk: Desk, window_days: int = 365) -> pd.DataFrame:
    """Sort the customers of a window into segments.

    Scores run from 1 to 5 by rank; one order scores 1 in frequency however many have but one.

    Returns:
        segment (a key of ``SEGMENTS``), label, customers, share, orders, gmv, gmv_share,
        recency_days (median days since the last order), orders_each (mean), average_order,
        currency, window_days, status. Empty with fewer than 30 customers.
    """
    import pandas as pd

    empty = pd.DataFrame(columns=RFM_COLUMNS)
    if not desk.warehouse.has("order_lines"):
        return empty
    first, last = _window(desk, window_days)
    found = desk.warehouse.sql(
        _SCORED
        + """
        SELECT CASE
                WHEN f >= 4 AND r >= 4 THEN 'champion'
                WHEN f >= 4 AND r = 3 THEN 'loyal'
                WHEN f >= 4 THEN 'at_risk'
                WHEN frequency = 1 AND r >= 4 THEN 'new'
                WHEN r >= 3 THEN 'promising'
                ELSE 'asleep' END AS segment,
            count(*) AS customers, sum(frequency) AS orders, sum(money) AS gmv,
            median(recency) AS recency_days
        FROM scored GROUP BY segment
        """,
        (first, last, last),
    )
    people = int(found["customers"].sum()) if len(found) else 0
    if people < MINIMUM_CASES:
        return empty
    total = float(found["gmv"].sum())
    by_segment = {str(one["segment"]): one for one in found.to_dict("records")}
    rows = []
    for segment, label in SEGMENTS.items():
        if segment not in by_segment:
            continue
        one = by_segment[segment]
        count, orders, gmv = int(one["customers"]), int(one["orders"]), number(one["gmv"])
        rows.append(
            {
                "segment": segment,
                "label": label.text(desk.language),
                "customers": count,
                "share": count / people,
                "orders": orders,
                "gmv": gmv,
                "gmv_share": gmv / total if gmv is not None and total else None,
                "recency_days": float(one["recency_days"]),
                "orders_each": orders / count,
                "average_order": gmv / orders if gmv is not None else None,
                "currency": desk.currency,
                "window_days": window_days,
                "status": "ok",
            }
        )
    return pd.DataFrame(rows, columns=RFM_COLUMNS)


def high_value(desk: Desk, rule: HighValue | None = None) -> HighValueCustomers | None:
    """Count the customers that meet the rule on the desk's last day.

    Returns:
        None where no customer is known.
    """
    rule = rule or HighValue()
    if not desk.warehouse.has("order_lines"):
        return None
    first, last = _window(desk, rule.window_days)
    average = in_base_on_average(desk, rule.average, rule.currency, first, last)
    found = desk.warehouse.sql(
        _PEOPLE
        + """
        SELECT count(*) AS customers, sum(money) AS money,
            count(*) FILTER (recency <= ? AND frequency >= ? AND money / frequency >= ?) AS found,
            sum(money) FILTER (recency <= ? AND frequency >= ? AND money / frequency >= ?) AS gmv
        FROM people
        """,
        (first, last, last, *(2 * (rule.recency_days, rule.orders, average or 0.0))),
    ).iloc[0]
    people, money = int(found["customers"]), number(found["money"])
    if not people:
        return None
    if average is None:
        return HighValueCustomers(rule, people, None, None, None, None)
    count, gmv = int(found["found"]), number(found["gmv"]) or 0.0
    is_enough = people >= MINIMUM_CASES
    return HighValueCustomers(
        rule,
        people,
        count,
        count / people if is_enough else None,
        gmv / money if is_enough and money else None,
        average,
    )


def tag_accuracy(desk: Desk, rule: HighValue | None = None) -> pd.DataFrame:
    """Hold the tags that people gave against the rules behind them.

    A tier or tag of A, B or C is reckoned anew from the share of the window's sales to the
    store's customers so classed (A the first 80 %, B up to 95 %), as the metric ``tag_accuracy``
    does; a tag such as ``vip`` or 高价值 by the rule of high value. Tags that no rule stands
    behind, levels of a membership among them, are listed and not judged.

    Returns:
        One row a store and tag: store, store_label, field (``tier``, ``tag`` of the customer
        list, ``member`` for the level in force), tag, rule (``class``, ``high_value`` or
        empty), customers, agree, share, mostly (for classes: where most of the others belong),
        lower and upper (95 % Wilson), status (``not_enough_data`` below 30 tags: the numbers
        stand, no share). Empty without tags.
    """
    import pandas as pd

    if not desk.warehouse.has("customers") or not desk.warehouse.has("order_lines"):
        return pd.DataFrame(columns=TAG_COLUMNS)
    rule = rule or HighValue()
    first, last = _window(desk, rule.window_days)
    average = in_base_on_average(desk, rule.average, rule.currency, first, last)
    found = desk.warehouse.sql(
        _PEOPLE_OF_STORES
        + """,
        tagged AS (
            SELECT store_id, customer_key, 'tier' AS field, trim(tier) AS tag,
                upper(trim(tier)) IN ('A', 'B', 'C') AS is_class
            FROM customers WHERE tier IS NOT NULL
            UNION ALL
            SELECT store_id, customer_key, 'tag', trim(tag), upper(trim(tag)) IN ('A', 'B', 'C')
            FROM customers WHERE tag IS NOT NULL
            UNION ALL
            SELECT store_id, customer_key, 'member', trim(tier), false
            FROM members WHERE valid_from <= ? AND (valid_to IS NULL OR valid_to >= ?)
        ),
        ranked AS (
            SELECT tagged.*, coalesce(money, 0) AS money, recency, frequency,
                sum(coalesce(money, 0)) OVER (
                    PARTITION BY store_id, field, is_class
                    ORDER BY coalesce(money, 0) DESC, customer_key
                    ROWS UNBOUNDED PRECEDING) - coalesce(money, 0) AS before,
                sum(coalesce(money, 0)) OVER (PARTITION BY store_id, field, is_class) AS whole
            FROM tagged LEFT JOIN people USING (store_id, customer_key)
        )
        SELECT store_id, field, tag,
            CASE WHEN money = 0 THEN 'C' WHEN before < ? * whole THEN 'A'
                WHEN before < ? * whole THEN 'B' ELSE 'C' END AS class,
            coalesce(recency <= ? AND frequency >= ? AND money / frequency >= ?, false) AS is_high,
            count(*) AS customers
        FROM ranked GROUP BY ALL ORDER BY ALL
        """,
        (first, last, last, last, last, _A, _B, rule.recency_days, rule.orders, average or 0.0),
    )
    rows = [
        _tag_row(desk, str(store), str(field), str(tag), group, average is not None)
        for (store, field, tag), group in found.groupby(["store_id", "field", "tag"], sort=True)
    ]
    return pd.DataFrame(rows, columns=TAG_COLUMNS)


def _tag_row(
    desk: Desk, store: str, field: str, tag: str, group: pd.DataFrame, has_rate: bool
) -> dict[str, object]:
    people = int(group["customers"].sum())
    name, agree, mostly = "", None, ""
    if field != "member" and tag.upper() in CLASS_TAGS:
        name = "class"
        by_class = group.groupby("class")["customers"].sum()
        agree = int(by_class.get(tag.upper(), 0))
        others = by_class.drop(tag.upper(), errors="ignore")
        mostly = str(others.idxmax()) if len(others) else ""
    elif field != "member" and tag.lower() in HIGH_VALUE_TAGS and has_rate:
        name = "high_value"
        agree = int(group.loc[group["is_high"].astype(bool), "customers"].sum())
    is_judged = agree is not None and people >= MINIMUM_CASES
    interval = wilson_interval(agree, people) if is_judged and agree is not None else None
    return {
        "store": store,
        "store_label": desk.member_label("store", store),
        "field": field,
        "tag": tag,
        "rule": name,
        "customers": people,
        "agree": agree,
        "share": agree / people if is_judged and agree is not None else None,
        "mostly": mostly,
        "lower": interval[0] if interval else None,
        "upper": interval[1] if interval else None,
        "status": "ok" if is_judged else "not_enough_data" if name else "no_source",
    }


def _window(desk: Desk, days: int) -> tuple[date, date]:
    last = desk.elapsed.end
    return last - timedelta(days=days - 1), last
