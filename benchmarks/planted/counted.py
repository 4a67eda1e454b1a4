"""The figures findings watch, counted straight from the rows: a second way to the same numbers.

Measuring a seed through the tables takes three times as long as judging it. What is counted here
must equal what the metrics say, which ``same_figures`` checks on a company that went the long way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from helpers.analysis.findings.watching import Figures, Key
from helpers.vocabulary.periods import Period


def count_figures(tables: Mapping[str, Mapping[str, Any]], months: Sequence[Period]) -> Any:
    """Count all watched metrics by month: (metric, dimensions) -> a frame, members by months."""
    import pandas as pd

    texts = [month.text for month in months]
    lines, visits, ads, backs = (
        pd.DataFrame(tables[name]) for name in ("order_lines", "traffic", "ad_spend", "refunds")
    )
    for frame, day in ((lines, "local_date"), (visits, "start_date"), (ads, "start_date"),
                       (backs, "local_date")):  # fmt: skip
        frame["month"] = pd.to_datetime(frame[day]).dt.strftime("%Y-%m")
    lines["gmv"] = lines["list_amount"] - lines["seller_discount"]
    lines["one"] = backs["one"] = 1

    def counted(frame: pd.DataFrame, member: Any, column: str) -> pd.DataFrame:
        wide = frame.assign(member=member).pivot_table(
            index="member", columns="month", values=column, aggfunc="sum"
        )
        return wide.reindex(columns=texts).astype(float).fillna(0.0)

    found: dict[Key, pd.DataFrame] = {}
    for by, name in (((), None), (("store",), "store_id")):

        def of(frame: pd.DataFrame, column: str, name: str | None = name) -> pd.DataFrame:
            return counted(frame, frame[name] if name else "", column)

        gmv, orders, sessions = of(lines, "gmv"), of(lines, "one"), of(visits, "sessions")
        refunded, refunds = (
            of(backs, column).reindex(gmv.index).fillna(0.0) for column in ("one", "amount")
        )
        clicks, bought = of(ads, "clicks"), of(ads, "attributed_orders")
        values = {
            "gmv": gmv, "orders_count": orders, "sessions": sessions,
            "store_cvr": orders / sessions, "aov": gmv / orders, "refund_rate": refunds / gmv,
            "refunded_orders": refunded, "refunded_order_rate": refunded / orders,
            "cpc": of(ads, "spend") / clicks, "ad_clicks": clicks, "ad_cvr": bought / clicks,
            "ad_orders": bought, "ad_sales": of(ads, "attributed_sales"),
        }  # fmt: skip
        found |= {(metric, by): frame for metric, frame in values.items()}
    places, articles = ("store", "market"), ("store", "product")
    in_country = lines["store_id"] + "|" + lines["country"]
    of_article = lines["store_id"] + "|" + lines["sku"]
    found["gmv", places] = counted(lines, in_country, "gmv")
    found["orders_count", places] = counted(lines, in_country, "one")
    found["units_sold", articles] = counted(lines, of_article, "quantity")
    found["merchandise_gmv", articles] = counted(lines, of_article, "gmv")
    return found


def figures_until(counted: Any, months: Sequence[Period], last: int, before: int) -> Figures:
    """Give the figures of one month and so many before it, as they were at its end."""
    first = max(0, last - before)
    return Figures(
        list(months[first : last + 1]),
        {key: frame.iloc[:, first : last + 1] for key, frame in counted.items()},
    )


def same_figures(counted: Figures, measured: Figures) -> None:
    """Refuse to go on where the two ways lead to different figures.

    Before its first sale an article has no figure, which is no nought: those are passed over.
    """
    import numpy as np

    if counted.periods != measured.periods or set(measured.values) - set(counted.values):
        raise AssertionError(f"other months or metrics: {set(measured.values)}")
    for key, frame in measured.values.items():
        other = counted.values[key].reindex(frame.index).to_numpy()
        known = frame.notna().to_numpy()
        if not np.allclose(frame.to_numpy()[known], other[known], rtol=1e-9):
            raise AssertionError(f"{key} differs between what is counted and what is measured")
