"""From sales to contribution: every deduction once, and none of them guessed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from helpers.analysis.comparison import compare
from helpers.analysis.desk import Desk, number
from helpers.metrics.catalogue import catalogue
from helpers.metrics.notes import write_note
from helpers.vocabulary.labels import Label

if TYPE_CHECKING:
    import pandas as pd

#: In the order a reader subtracts them; each is a metric with a positive value.
DEDUCTIONS = ("refunds", "landed_cost", "commission", "fulfilment", "storage", "other_fee",
              "ad_spend")  # fmt: skip
#: Where the fees are not told apart by the catalogue, they stand as one step.
FEES = ("commission", "fulfilment", "storage", "other_fee")
DEDUCTION_LABELS: dict[str, Label] = {
    "refunds": Label(en="Refunds", zh="退款"),
    "landed_cost": Label(en="Landed cost", zh="到岸成本"),
    "commission": Label(en="Commission", zh="平台佣金"),
    "fulfilment": Label(en="Fulfilment", zh="履约费"),
    "storage": Label(en="Storage", zh="仓储费"),
    "other_fee": Label(en="Other fees", zh="其他费用"),
    "fees": Label(en="Platform fees", zh="平台费用"),
    "ad_spend": Label(en="Advertising", zh="广告花费"),
}
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
    known = catalogue()
    split_fees = all(name in known for name in FEES)
    deductions = DEDUCTIONS if split_fees else ("refunds", "landed_cost", "fees", "ad_spend")
    wanted = ["gmv", "net_sales", *deductions, "contribution"]
    frame = desk.measure([metric for metric in wanted if metric in known], desk.period, dims)
    dimension = ",".join(dims)
    chosen = frame[frame["dimension"].fillna("") == dimension]
    rows: list[dict[str, Any]] = []
    for member, block in chosen.assign(member=chosen["member"].fillna("")).groupby(
        "member", sort=False
    ):
        figures = {row["metric"]: row for row in block.to_dict("records")}
        rows += _ladder(desk, figures, deductions, dimension, str(member))
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
    deductions: Sequence[str],
    dimension: str,
    member: str,
) -> list[dict[str, Any]]:
    values = {metric: number(row["value"]) for metric, row in figures.items()}
    gmv = values.get("gmv")
    if gmv is None or values.get("net_sales") is None:
        return []
    whole = values.get("contribution") is not None and all(
        values.get(metric) is not None for metric in deductions
    )
    end = "contribution" if whole else "net_sales"
    taken = list(deductions) if whole else ["refunds"]
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
            "note": write_note(figures[metric]["note"], desk.language),
        }

    steps = [
        row(metric, DEDUCTION_LABELS[metric].text(desk.language), -(values[metric] or 0.0),
            "effect")
        for metric in taken
        if values[metric] or metric in ("refunds", "landed_cost", "ad_spend")
    ]  # fmt: skip
    return [
        row("gmv", desk.metric_label("gmv"), gmv, "start"),
        *steps,
        row(end, desk.metric_label(end), values[end] or 0.0, "end"),
    ]
