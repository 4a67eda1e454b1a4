"""What advertising cost and brought, campaign by campaign."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from helpers.analysis.comparison import change_of
from helpers.analysis.desk import Desk, number
from helpers.analysis.experiments import is_credibly_below
from helpers.analysis.rates import wilson_interval
from helpers.analysis.signal import MINIMUM_CASES
from helpers.vocabulary.periods import Period
from helpers.vocabulary.units import Unit

if TYPE_CHECKING:
    import pandas as pd

CAMPAIGN_COLUMNS = [
    "store", "store_label", "member", "label", "spend", "spend_with_sales", "share",
    "impressions", "clicks", "orders", "sales", "ctr", "cpc", "ad_cvr", "ad_cvr_low",
    "ad_cvr_high", "acos", "roas", "spend_previous", "spend_change", "roas_previous",
    "acos_change", "is_waste", "is_enough", "currency", "status",
]  # fmt: skip
_METRICS = (
    "ad_spend", "ad_spend_with_sales", "ad_impressions", "ad_clicks", "ad_clicks_with_orders",
    "ad_orders", "ad_sales", "ad_ctr", "cpc", "ad_cvr", "acos", "roas",
)  # fmt: skip


def by_campaign(desk: Desk) -> pd.DataFrame:
    """Put campaigns side by side, the dearest first.

    Returns:
        store, store_label, member (the campaign), label, spend, spend_with_sales (as much of it
        as reports sales, which alone can have returned any), share (of all spend),
        impressions, clicks, orders, sales (as the platform attributes them), ctr, cpc, ad_cvr
        with its 95 % interval (ad_cvr_low, ad_cvr_high), acos, roas, spend_previous,
        spend_change (relative), roas_previous, acos_change (points), is_waste (not a single
        order on so many clicks that a conversion rate of 2 % is out of the question: 149),
        is_enough (30 clicks or more), currency, status. Empty where no advertising
        report covers the period.
    """
    import pandas as pd

    now = _figures(desk, desk.period)
    before = _figures(desk, desk.previous) if desk.previous else {}
    total = sum(_value(cells, "ad_spend") or 0.0 for cells in now.values())
    rows = []
    for (store, campaign), cells in now.items():
        old = before.get((store, campaign), {})
        spend = _value(cells, "ad_spend")
        clicks, orders = _value(cells, "ad_clicks"), _value(cells, "ad_orders")
        # Only clicks whose orders are told can have ended without one.
        told = _value(cells, "ad_clicks_with_orders")
        interval = (
            wilson_interval(orders, told)
            if told and orders is not None and orders <= told
            else None
        )
        acos, was = _value(cells, "acos"), _value(old, "acos")
        rows.append(
            {
                "store": store,
                "store_label": desk.member_label("store", store),
                "member": campaign,
                "label": desk.member_label("campaign", campaign).strip(),
                "spend": spend,
                "spend_with_sales": _value(cells, "ad_spend_with_sales"),
                "share": spend / total if spend is not None and total else None,
                "impressions": _value(cells, "ad_impressions"),
                "clicks": clicks,
                "orders": orders,
                "sales": _value(cells, "ad_sales"),
                "ctr": _value(cells, "ad_ctr"),
                "cpc": _value(cells, "cpc"),
                "ad_cvr": _value(cells, "ad_cvr"),
                "ad_cvr_low": interval[0] if interval else None,
                "ad_cvr_high": interval[1] if interval else None,
                "acos": acos,
                "roas": _value(cells, "roas"),
                "spend_previous": _value(old, "ad_spend"),
                "spend_change": change_of(spend, _value(old, "ad_spend"), Unit.MONEY),
                "roas_previous": _value(old, "roas"),
                "acos_change": change_of(acos, was, Unit.PERCENT),
                "is_waste": orders == 0 and is_credibly_below(0, round(told or 0)),
                "is_enough": (clicks or 0) >= MINIMUM_CASES,
                "currency": desk.currency,
                "status": cells["ad_spend"]["status"] if "ad_spend" in cells else "no_source",
            }
        )
    table = pd.DataFrame(rows, columns=CAMPAIGN_COLUMNS)
    numbers = CAMPAIGN_COLUMNS[4:-4]
    table[numbers] = table[numbers].apply(pd.to_numeric)
    return table[table["spend"].notna()].sort_values(
        ["spend", "member"], ascending=[False, True], ignore_index=True
    )


def _figures(desk: Desk, period: Period) -> dict[tuple[str, str], dict[str, Any]]:
    frame = desk.measure(_METRICS, period, ("store", "campaign"))
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in frame[frame["dimension"] == "store,campaign"].to_dict("records"):
        if "|" not in str(row["member"]):
            continue
        store, campaign = str(row["member"]).split("|", 1)
        found.setdefault((store, campaign), {})[row["metric"]] = row
    return found


def _value(cells: dict[str, Any], metric: str) -> float | None:
    return number(cells[metric]["value"]) if metric in cells else None
