"""What sold: ranks, concentration, and what price, volume and mix did. Merchandise only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.analysis.comparison import change_of
from helpers.analysis.decomposition import split_price_volume_mix
from helpers.analysis.desk import Against, Desk, number
from helpers.analysis.inventory.classes import classes_of
from helpers.analysis.rules.rulebook import rules_of
from helpers.metrics.dimensions import UNKNOWN
from helpers.vocabulary.labels import Label
from helpers.vocabulary.periods import Period
from helpers.vocabulary.units import Unit

if TYPE_CHECKING:
    import pandas as pd

STEPS: dict[str, Label] = {
    "volume": Label(en="Volume", zh="销量"),
    "mix": Label(en="Product mix", zh="产品结构"),
    "price": Label(en="Price", zh="价格"),
    "new": Label(en="Products sold only this period", zh="仅本期有售的产品"),
    "discontinued": Label(en="Products sold only in the earlier period", zh="仅基期有售的产品"),
}
PRODUCT_COLUMNS = [
    "rank", "member", "label", "value", "share", "units", "previous", "previous_change", "year_ago",
    "year_ago_change", "standing", "unit", "currency", "status",
]  # fmt: skip
PARETO_COLUMNS = [
    "rank", "member", "label", "value", "share", "cumulative_share", "abc_class", "unit",
    "currency", "status",
]  # fmt: skip


def top_products(desk: Desk, top: int = 10) -> pd.DataFrame:
    """Rank the articles by GMV.

    Returns:
        rank, member (the article number), label (its name), value, share (of all merchandise),
        units, previous, previous_change, year_ago, year_ago_change (relative; empty without a
        baseline), standing (``stayed``, or ``entered`` where the baseline sold none), unit,
        currency, status.
    """
    import pandas as pd

    ranked = _ranked(desk, desk.period)
    if ranked.empty:
        return pd.DataFrame(columns=PRODUCT_COLUMNS)
    total = ranked["value"].sum()
    units = _values(desk, "units_sold", desk.period)
    before, then = (
        _values(desk, "gmv", period) if period else None
        for period in (desk.previous, desk.year_ago)
    )
    rows = []
    for place, row in enumerate(ranked.head(top).to_dict("records"), start=1):
        sku, value = row["member"], float(row["value"])
        old, older = (
            figures.get(sku) if figures is not None else None for figures in (before, then)
        )
        rows.append(
            {
                "rank": place,
                "member": sku,
                "label": desk.member_label("product", sku),
                "value": value,
                "share": value / total if total else None,
                "units": units.get(sku),
                "previous": old,
                "previous_change": change_of(value, old, Unit.MONEY),
                "year_ago": older,
                "year_ago_change": change_of(value, older, Unit.MONEY),
                "standing": "entered" if before is not None and not old else "stayed",
                "unit": "money",
                "currency": desk.currency,
                "status": row["status"],
            }
        )
    return pd.DataFrame(rows, columns=PRODUCT_COLUMNS)


def pareto(desk: Desk) -> pd.DataFrame:
    """Cumulate GMV over the articles, the best seller first.

    Returns:
        rank, member, label, value, share, cumulative_share, abc_class (A, B or C), unit,
        currency, status; one row per article sold.
    """
    import pandas as pd

    ranked = _ranked(desk, desk.period)
    ranked = ranked[ranked["value"] > 0]
    if ranked.empty:
        return pd.DataFrame(columns=PARETO_COLUMNS)
    share = ranked["value"] / ranked["value"].sum()
    reached = share.cumsum()
    rule = rules_of(desk)["R10"]
    names = [desk.member_label("product", sku) for sku in ranked["member"]]
    return ranked.assign(
        rank=range(1, len(ranked) + 1),
        label=names,
        share=share,
        cumulative_share=reached.clip(upper=1.0),
        abc_class=classes_of(share, rule.at("a_share"), rule.at("c_share")),
        unit="money",
        currency=desk.currency,
    )[PARETO_COLUMNS].reset_index(drop=True)


def explain_products(desk: Desk, against: Against = "previous") -> pd.DataFrame:
    """Split the change of merchandise GMV into volume, mix, price and what sold in one period only.

    Returns:
        metric, step, label, value, kind (``start``, ``effect``, ``end``), share_of_change,
        currency, status, ready for a waterfall. Empty without a baseline. Prices are in base
        currency, so an exchange rate that moved shows as price.
    """
    import pandas as pd

    columns = ["metric", "step", "label", "value", "kind", "share_of_change", "currency", "status"]
    baseline = desk.baseline(against)
    if baseline is None:
        return pd.DataFrame(columns=columns)
    before, after = (_lines(desk, period) for period in (baseline, desk.period))
    if not before or not after:
        return pd.DataFrame(columns=columns)
    parts = split_price_volume_mix(before, after)
    start, end = (sum(revenue for _, revenue in lines.values()) for lines in (before, after))
    status = "ok" if desk.is_complete else "preliminary"
    rows = [("start", baseline.label(desk.language), start, "start", None)]
    for step, label in STEPS.items():
        value = getattr(parts, step)
        share = value / (end - start) if abs(end - start) >= 0.005 else None
        rows.append((step, label.text(desk.language), value, "effect", share))
    rows.append(("end", desk.elapsed.label(desk.language), end, "end", None))
    return pd.DataFrame(
        [("merchandise_gmv", *row, desk.currency, status) for row in rows], columns=columns
    )


def _ranked(desk: Desk, period: Period) -> pd.DataFrame:
    import pandas as pd

    frame = desk.measure(["gmv"], period, ("product",))
    found = frame[(frame["dimension"] == "product") & frame["value"].notna()]
    found = found.assign(value=pd.to_numeric(found["value"]))
    # Lines without an article number are no article.
    return found[found["member"] != UNKNOWN].sort_values(
        ["value", "member"], ascending=[False, True]
    )


def _values(desk: Desk, metric: str, period: Period) -> dict[str, float]:
    frame = desk.measure([metric], period, ("product",))
    return {
        str(member): value
        for member, cell in zip(frame["member"], frame["value"], strict=True)
        if (value := number(cell)) is not None and member != UNKNOWN
    }


def _lines(desk: Desk, period: Period) -> dict[str, tuple[float, float]]:
    units, revenue = _values(desk, "units_sold", period), _values(desk, "gmv", period)
    return {sku: (units.get(sku, 0.0), value) for sku, value in revenue.items()}
