"""What came back and why; products are called worse only where few cases cannot explain it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.analysis.desk import Desk, number
from helpers.analysis.rates import chance_of, wilson_interval
from helpers.analysis.signal import MINIMUM_CASES, false_discoveries
from helpers.metrics.dimensions import UNKNOWN
from helpers.vocabulary.labels import Label

if TYPE_CHECKING:
    import pandas as pd

#: Of the products called worse, at most so many are so by chance: hundreds are looked at at once.
FALSE_SHARE = 0.05
#: The reasons as Amazon codes them; others are shown as exported.
REASONS: dict[str, Label] = {
    "UNWANTED_ITEM": Label(en="Unwanted item", zh="不想要了"),
    "NO_REASON_GIVEN": Label(en="No reason given", zh="未说明原因"),
    "DEFECTIVE": Label(en="Defective", zh="商品有缺陷"),
    "NOT_AS_DESCRIBED": Label(en="Not as described", zh="与描述不符"),
    "QUALITY_UNACCEPTABLE": Label(en="Quality not acceptable", zh="质量不佳"),
    "ORDERED_WRONG_ITEM": Label(en="Ordered the wrong item", zh="下单错误"),
    "APPAREL_TOO_SMALL": Label(en="Too small", zh="尺码偏小"),
    "APPAREL_TOO_LARGE": Label(en="Too large", zh="尺码偏大"),
    "DAMAGED_BY_FC": Label(en="Damaged in the warehouse", zh="仓库损坏"),
    "DAMAGED_BY_CARRIER": Label(en="Damaged in transit", zh="运输损坏"),
    "FOUND_BETTER_PRICE": Label(en="Found a better price", zh="找到更低价格"),
    "MISSED_ESTIMATED_DELIVERY": Label(en="Arrived too late", zh="配送延误"),
    "SWITCHEROO": Label(en="Another item was sent", zh="发错商品"),
    "MISSING_PARTS": Label(en="Parts missing", zh="缺少配件"),
    "NOT_COMPATIBLE": Label(en="Not compatible", zh="不兼容"),
    "UNDELIVERABLE_UNKNOWN": Label(en="Could not be delivered", zh="无法投递"),
    "UNAUTHORIZED_PURCHASE": Label(en="Unauthorised purchase", zh="未经授权的购买"),
    "EXTRA_ITEM": Label(en="Extra item", zh="多收到商品"),
}

REASON_COLUMNS = ["reason", "label", "value", "share", "unit", "status"]
PRODUCT_COLUMNS = [
    "member", "label", "value", "lower", "upper", "returned", "shipped", "average", "is_worse",
    "unit", "status",
]  # fmt: skip


def by_reason(desk: Desk) -> pd.DataFrame:
    """Count returned units by the reason that the platform states, most first.

    Returns:
        reason, label (the reason as exported, readable), value (units), share, unit, status.
        Empty where nothing was returned or no return report is there.
    """
    import pandas as pd

    if not desk.warehouse.has("returns"):
        return pd.DataFrame(columns=REASON_COLUMNS)
    found = desk.warehouse.sql(
        """
        SELECT coalesce(reason, '') AS reason, sum(quantity) AS value FROM returns
        WHERE local_date BETWEEN ? AND ? GROUP BY 1 ORDER BY 2 DESC, 1
        """,
        (desk.elapsed.start, desk.elapsed.end),
    )
    value = pd.to_numeric(found["value"]).astype(float)
    label = [_reason_label(reason, desk) for reason in found["reason"]]
    status = "ok" if desk.is_complete else "preliminary"
    return found.assign(
        label=label, value=value, share=value / value.sum(), unit="units", status=status
    )[REASON_COLUMNS]


def _reason_label(reason: str, desk: Desk) -> str:
    if not reason:
        return desk.member_label("reason", "")
    known = REASONS.get(reason.strip().upper().replace("-", "_").replace(" ", "_"))
    return known.text(desk.language) if known else reason.replace("_", " ").capitalize()


def by_product(desk: Desk, top: int = 15) -> pd.DataFrame:
    """Rank products by the share of units that came back, with Wilson's interval.

    Returns:
        member, label, value (return rate), lower, upper (95 %), returned, shipped, average (of
        all products whose returns are known), is_worse (above the average beyond chance, with
        ``FALSE_SHARE`` of those so called wrongly: Benjamini and Hochberg over all products),
        unit, status. Products with fewer than 30 units sold are left out: too few to say
        anything.
    """
    import pandas as pd

    frame = desk.measure(["return_rate"], desk.period, ("product",))
    known = frame[(frame["dimension"] == "product") & frame["value"].notna()]
    shipped_in_all = number(known["denominator"].sum())
    total = (number(known["numerator"].sum()) or 0.0) / shipped_in_all if shipped_in_all else None
    rows = []
    for row in frame[frame["dimension"] == "product"].to_dict("records"):
        returned, shipped = number(row["numerator"]), number(row["denominator"])
        rate, member = number(row["value"]), str(row["member"])
        if (
            member == UNKNOWN
            or rate is None
            or returned is None
            or shipped is None
            or shipped < MINIMUM_CASES
        ):
            continue
        interval = wilson_interval(min(returned, shipped), shipped)
        rows.append(
            {
                "member": member,
                "label": desk.member_label("product", member),
                "value": rate,
                "lower": interval[0] if interval else None,
                "upper": interval[1] if interval else None,
                "returned": returned,
                "shipped": shipped,
                "average": total,
                "is_worse": bool(total is not None and rate > total),
                "chance": chance_of(round(min(returned, shipped)), round(shipped), total or 0.0),
                "unit": "percent",
                "status": row["status"],
            }
        )
    shares = false_discoveries([one["chance"] for one in rows])
    for one, share in zip(rows, shares, strict=True):
        one["is_worse"] = one["is_worse"] and share <= FALSE_SHARE
    table = pd.DataFrame(rows, columns=PRODUCT_COLUMNS)
    return (
        table.sort_values(["value", "member"], ascending=[False, True])
        .head(top)
        .reset_index(drop=True)
    )
