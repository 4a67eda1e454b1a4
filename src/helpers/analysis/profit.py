"""From sales to contribution: every deduction once, and none of them guessed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from helpers.analysis.comparison import compare
from helpers.analysis.desk import Desk, number

if TYPE_CHECKING:
    import pandas as pd

#: In the order a reader subtracts them; each is a metric with a positive value.
DEDUCTIONS = ("refunds", "landed_cost", "commission_fees", "fulfilment_fees", "storage_fees",
              "other_fees", "ad_spend")  # fmt: skip
#: Shown even where they are nought, because a reader looks for them.
ALWAYS_SHOWN = frozenset({"refunds", "landed_cost", "ad_spend"})
BRIDGE_COLUMNS = [
    "dimension", "member", "step", "label", "value", "kind", "share_of_gmv", "currency", "status",
    "note",
]  # fmt: skip
STORE_METRICS = (
    "gmv", "net_sales", "landed_cost", "fees", "ad_spend", "contribution", "contribution_rate",
    "cost_coverage",
)  # fmt: skip


def bridge(desk: Desk, by: Sequence[str] = ()) -> pd.DataFrame:
    """Walk from GMV down to contribution, as far as the sources reach.

    Returns:
        dimension, member, step, label, value (deductions negative), kind (``start``, ``effect``,
        ``end``), share_of_gmv (fraction), currency, status, note. The last row of a member is
        ``contribution`` where costs and fees are known, else ``net_sales``, else there is no
        ladder for that member: an unknown deduction is never taken as nought.
    """
    import pandas as pd

    dims = tuple(by)
    wanted = ["gmv", "net_sales", *DEDUCTIONS, "contribution"]
    frame = desk.measure(wanted, desk.period, dims)
    dimension = ",".join(dims)
    chosen = frame[frame["dimension"].fillna("") == dimension]
    rows: list[dict[str, Any]] = []
    for member, block in chosen.assign(member=chosen["member"].fillna("")).groupby(
        "member", sort=False
    ):
        figures = {row["metric"]: row for row in block.to_dict("records")}
        rows += _ladder(desk, figures, dimension, str(member))
    return pd.DataFrame(rows, columns=BRIDGE_COLUMNS)


def by_store(desk: Desk) -> pd.DataFrame:
    """Put the stores' results side by side, the largest contribution first.

    Returns:
        store, label, platform, gmv, net_sales, landed_cost, fees, ad_spend, contribution,
        contribution_rate, cost_coverage, contribution_previous, contribution_change (relative),
        contribution_year_ago, contribution_year_ago_change, contribution_rate_change (points
        against the period before), currency, status, note. Status and note are the
        contribution's; what is not known is empty.
    """
    import pandas as pd

    frame = compare(desk, list(STORE_METRICS), ("store",), signals=False)
    platforms = {store.id: str(store.platform) for store in desk.workspace.stores}
    rows = []
    for store, block in frame.groupby("member", sort=False):
        cells = {row["metric"]: row for row in block.to_dict("records")}
        result = cells["contribution"]
        rows.append(
            {
                "store": store,
                "label": desk.member_label("store", str(store)),
                "platform": desk.member_label("platform", platforms.get(str(store), "")),
                **{metric: cells[metric]["value"] for metric in STORE_METRICS if metric in cells},
                "contribution_previous": result["previous"],
                "contribution_change": result["previous_change"],
                "contribution_year_ago": result["year_ago"],
                "contribution_year_ago_change": result["year_ago_change"],
                "contribution_rate_change": cells["contribution_rate"]["previous_change"],
                "contribution_rate_year_ago_change": cells["contribution_rate"]["year_ago_change"],
                "currency": desk.currency,
                "status": result["status"],
                "note": result["note"],
            }
        )
    table = pd.DataFrame(rows)
    if table.empty:
        return table
    return table.sort_values(
        ["contribution", "gmv"], ascending=False, na_position="last", ignore_index=True
    )


def _ladder(
    desk: Desk,
    figures: dict[Any, dict[Any, Any]],
    dimension: str,
    member: str,
) -> list[dict[str, Any]]:
    values = {metric: number(row["value"]) for metric, row in figures.items()}
    gmv = values.get("gmv")
    if gmv is None or values.get("net_sales") is None:
        return []
    whole = values.get("contribution") is not None and all(
        values.get(metric) is not None for metric in DEDUCTIONS
    )
    end = "contribution" if whole else "net_sales"
    taken = list(DEDUCTIONS) if whole else ["refunds"]
    taken = [metric for metric in taken if values.get(metric) is not None]

    def row(metric: str, label: str, value: float, kind: str) -> dict[str, Any]:
        return {
            "dimension": dimension,
            "member": member,
            "step": metric,
            "label": label,
            "value": value,
            "kind": kind,
            "share_of_gmv": value / gmv if gmv else None,
            "currency": desk.currency,
            "status": figures[metric]["status"],
            "note": desk.note_text(figures[metric]["note"]),
        }

    steps = [
        row(metric, desk.metric_label(metric), -(values[metric] or 0.0),
            "effect")
        for metric in taken
        if values[metric] or metric in ALWAYS_SHOWN
    ]  # fmt: skip
    return [
        row("gmv", desk.metric_label("gmv"), gmv, "start"),
        *steps,
        row(end, desk.metric_label(end), values[end] or 0.0, "end"),
    ]
