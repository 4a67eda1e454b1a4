"""ABC classes by revenue, with the share and the cover of each (DOMAIN R10, A3-3)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from helpers.analysis.desk import Desk
from helpers.analysis.inventory.demand import BASE_DAYS
from helpers.analysis.rules.rulebook import rules_of

if TYPE_CHECKING:
    import pandas as pd

CLASS_COLUMNS = ["abc_class", "articles", "revenue", "share", "on_hand_value", "cover_days"]


def classes_of(shares: pd.Series, a_share: float = 0.6, c_share: float = 0.1) -> pd.Series:
    """Class articles by their shares of revenue, the largest first.

    Cumulated, A is the first 60 %, C the last 10 %, B what lies between (DOMAIN A1 130, R10). An
    article belongs to the class in which it begins: the one that crosses 60 % is still A.

    Args:
        shares: Fractions that add up to 1, sorted downwards.
        a_share: What class A brings.
        c_share: What class C brings.

    >>> import pandas as pd
    >>> "".join(classes_of(pd.Series([0.5, 0.2, 0.2, 0.06, 0.04])))
    'AABCC'
    """
    # Shares are fractions in binary: 0.5 + 0.2 + 0.2 must count as the 90 % that it is.
    begins = (shares.cumsum() - shares).round(12)
    return begins.map(lambda at: "A" if at < a_share else "C" if at >= 1 - c_share else "B")


def abc_table(desk: Desk) -> pd.DataFrame:
    """Class every article sold in the 90 days to the end of the period.

    Returns:
        member, revenue (GMV, base currency), share, cumulative_share, abc_class; the best seller
        first.
    """
    return desk.once("abc classes", _abc_table)


def _abc_table(desk: Desk) -> pd.DataFrame:
    end = desk.elapsed.end
    found = desk.warehouse.sql(
        """
        SELECT sku AS member, sum(gmv_base)::DOUBLE AS revenue FROM order_lines
        WHERE kind = 'sale' AND status = 'placed' AND is_merchandise AND sku IS NOT NULL
          AND local_date BETWEEN ? AND ?
        GROUP BY sku HAVING sum(gmv_base) > 0 ORDER BY 2 DESC, 1
        """,
        (end - timedelta(days=BASE_DAYS - 1), end),
    )
    share = found["revenue"] / (found["revenue"].sum() or 1.0)
    rule = rules_of(desk)["R10"]
    classes = classes_of(share, rule.at("a_share"), rule.at("c_share"))
    return found.assign(share=share, cumulative_share=share.cumsum().clip(upper=1.0),
                        abc_class=classes)  # fmt: skip


def class_cover(desk: Desk, cover: pd.DataFrame, classes: pd.DataFrame) -> pd.DataFrame:
    """Say how long each class lasts.

    Args:
        desk: Whose period.
        cover: ``cover_table``.
        classes: ``abc_table``.

    Returns:
        abc_class (A, B, C), articles (sold and classed), revenue, share, on_hand_value (base
        currency, of positions whose cost is known), cover_days: mean cover of its positions,
        weighted by what a day sells in money (price x daily units).
    """
    import pandas as pd

    joined = cover.merge(classes[["member", "abc_class"]], on="member")
    daily = joined["daily_units"].astype("float64") * joined["price"].astype("float64")
    joined = joined.assign(daily=daily, cover=joined["cover_days"].astype("float64"))
    rows = []
    for name, part in classes.groupby("abc_class"):
        held = joined[(joined["abc_class"] == name) & (joined["daily"] > 0)]
        weight = held["daily"].sum()
        stock = pd.to_numeric(held["stock_value"])
        rows.append(
            {
                "abc_class": name,
                "articles": len(part),
                "revenue": part["revenue"].sum(),
                "share": part["share"].sum(),
                "on_hand_value": stock.sum() if stock.notna().any() else None,
                "cover_days": (held["cover"] * held["daily"]).sum() / weight if weight else None,
            }
        )
    return pd.DataFrame(rows, columns=CLASS_COLUMNS)
