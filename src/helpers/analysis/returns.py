"""What came back and why; products are called worse only where few cases cannot explain it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.analysis.desk import Desk, number
from helpers.analysis.signal import MINIMUM_CASES, wilson_interval
from helpers.metrics.dimensions import UNKNOWN

if TYPE_CHECKING:
    import pandas as pd

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
    label = [
        reason.replace("_", " ").capitalize() if reason else desk.member_label("reason", "")
        for reason in found["reason"]
    ]
    status = "ok" if desk.is_complete else "preliminary"
    return found.assign(
        label=label, value=value, share=value / value.sum(), unit="units", status=status
    )[REASON_COLUMNS]


def by_product(desk: Desk, top: int = 15) -> pd.DataFrame:
    """Rank products by the share of units that came back, with Wilson's interval.

    Returns:
        member, label, value (return rate), lower, upper (95 %), returned, shipped, average (of
        all products), is_worse (the whole interval lies above the average), unit, status.
        Products with fewer than 30 units sold are left out: too few to say anything.
    """
    import pandas as pd

    frame = desk.measure(["return_rate"], desk.period, ("product",))
    total = desk.value("return_rate")
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
                "is_worse": bool(interval and total is not None and interval[0] > total),
                "unit": "percent",
                "status": row["status"],
            }
        )
    table = pd.DataFrame(rows, columns=PRODUCT_COLUMNS)
    return (
        table.sort_values(["value", "member"], ascending=[False, True])
        .head(top)
        .reset_index(drop=True)
    )
