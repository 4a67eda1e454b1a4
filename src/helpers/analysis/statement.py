"""The profit statement of a month or a year, by store, market or product, down to the last line.

What a platform charges for the whole shop (storage, the monthly plan, advertising without a
country) belongs to no single market or product. Such costs, and what the company spends beside
its orders, are spread over what was sold in proportion to net sales, and each row says how much
of it is spread. Rows so add up to the company, and nothing is left out to make a row look good.

A row's landed cost is known or it is not: part of a cost would make a profit that nobody earned.
How far it is known stands beside it, as the share of goods sold (by GMV) that have a unit cost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from helpers.analysis.desk import Desk, number
from helpers.analysis.wordings import phrase
from helpers.metrics.dimensions import SEPARATOR, UNKNOWN
from helpers.vocabulary.units import Unit
from helpers.vocabulary.wording import write_value

if TYPE_CHECKING:
    import pandas as pd

By = Literal["store", "platform", "market", "category", "product"]
#: In the order a reader subtracts them; each is a metric with a positive value.
COSTS = ("landed_cost", "commission_fees", "fulfilment_fees", "storage_fees", "other_fees",
         "ad_spend")  # fmt: skip
SALES = ("gmv", "refunds")
#: The whole company's line.
TOTAL = "total"
#: The line of those that have none of their own.
OTHERS = "others"
#: Sales below this are the rounding of sums.
CENT = 0.005
#: Sales of goods, and those of them whose unit cost is known: never spread, a line has both.
COVERED = ("costed_gmv", "merchandise_gmv")
COLUMNS = ["member", "label", *SALES, "net_sales", "landed_cost", "cost_coverage", *COSTS[1:],
           "tacos", "contribution", "contribution_rate", "shared_costs", "operating_profit",
           "spread", "rest_fees", "currency", "lacks"]  # fmt: skip

Figures = dict[str, float | None]


def statement(desk: Desk, by: By, most: int | None = None) -> pd.DataFrame:
    """Put every line of the profit statement beside each member, and the company last.

    Args:
        desk: Its period is a month, a quarter or a year.
        by: What the rows are.
        most: Keep so many rows, those with the highest and the lowest operating profit (or
            contribution, where shared costs are not known), and add up the others in one.

    Returns:
        member, label, gmv, refunds, net_sales, landed_cost, cost_coverage (fraction of the row's
        sales of goods whose unit cost is known; empty where no goods were sold),
        commission_fees, fulfilment_fees,
        storage_fees, other_fees, ad_spend, tacos (fraction of GMV), contribution,
        contribution_rate (fraction of net sales), shared_costs, operating_profit, spread (how
        much of the row's costs before shared ones is spread by net sales), rest_fees (storage
        and other fees together), currency, lacks (what is missing, in words). Costs are
        positive; what is not known is empty, and so is all that would need it. Largest net
        sales first, what names no member next to last, then the company (``TOTAL``).
    """
    import pandas as pd

    parts = _parts(desk, by)
    if not parts:
        return pd.DataFrame(columns=COLUMNS)
    shared = _shared_costs(desk)
    for figures in parts.values():
        figures["shared_costs"] = None if shared is None else 0.0
    if shared is not None:
        for scope, amount in shared.items():
            served = {key: _net(figures) for key, figures in parts.items() if scope in ("", key[0])}
            for key, part in spread(amount, served).items():
                parts[key]["shared_costs"] = (parts[key]["shared_costs"] or 0.0) + part
    members: dict[str, list[Figures]] = {}
    for (_, member), figures in parts.items():
        members.setdefault(member, []).append(figures)
    rows = [_row(desk, by, member, _added(blocks)) for member, blocks in members.items()]
    if most is not None and len(rows) > most:
        rows = _extremes(desk, by, rows, most, members)
    rows.sort(key=lambda row: (row["member"] in (UNKNOWN, OTHERS), -(row["net_sales"] or 0.0)))
    rows.append(_row(desk, by, TOTAL, _added(parts.values())))
    return pd.DataFrame(rows, columns=COLUMNS)


def statement_takeaway(frame: pd.DataFrame, desk: Desk) -> str:
    """Say who earns most and who loses, or what is missing to say so."""
    language = desk.language
    body = frame[~frame["member"].isin([TOTAL, OTHERS, UNKNOWN])] if len(frame) else frame
    told = body.dropna(subset=["contribution"]) if len(body) else body
    if told.empty:
        lacks = str(frame["lacks"].iloc[-1]) if len(frame) else ""
        return phrase("statement.lacks", language, names=lacks) if lacks else phrase(
            "statement.none", language
        )  # fmt: skip
    result = "operating_profit" if told["operating_profit"].notna().all() else "contribution"
    name = desk.metric_label(result)

    def money(row: Any) -> str:
        return write_value(abs(float(row[result])), Unit.MONEY, language, desk.currency)

    ordered = told.sort_values(result, ascending=False)
    best, worst = ordered.iloc[0], ordered.iloc[-1]
    key = "all_lose" if best[result] < 0 else "best_and_worst" if worst[result] < 0 else "best"
    return phrase(
        f"statement.{key}",
        language,
        label=str(best["label"]),
        name=name.lower() if language == "en" else name,
        value=money(best),
        worst=str(worst["label"]),
        loss=money(worst),
    )


def spread(amount: float, weights: Mapping[Any, float | None]) -> dict[Any, float]:
    """Divide an amount in proportion to weights, so that the parts add up to it.

    Members without a positive weight get nothing; where nobody has one, all get the same.

    >>> spread(30.0, {"a": 1.0, "b": 2.0, "c": -5.0})
    {'a': 10.0, 'b': 20.0, 'c': 0.0}
    """
    positive = {key: max(weight or 0.0, 0.0) for key, weight in weights.items()}
    whole = sum(positive.values())
    if not whole:
        return {key: amount / len(positive) for key in positive}
    return {key: amount * (weight / whole) for key, weight in positive.items()}


def _parts(desk: Desk, by: By) -> dict[tuple[str, str], Figures]:
    """Give the direct figures of each store and member; what a store cannot divide is spread."""
    metrics = [*SALES, *COSTS, *COVERED]
    known = _by_member(desk, metrics, ["store"])
    if by in ("store", "platform"):
        names = {one.id: one.id if by == "store" else str(one.platform)
                 for one in desk.workspace.stores}  # fmt: skip
        return {(store, names[store]): {**figures, "spread": 0.0}
                for (store,), figures in known.items() if figures["gmv"] is not None}  # fmt: skip
    cut = _by_member(desk, metrics, ["store", by])
    parts: dict[tuple[str, str], Figures] = {}
    for (store,), whole in known.items():
        if whole["gmv"] is not None:
            mine = {member: figures for (one, member), figures in cut.items() if one == store}
            blocks = _divided(whole, mine)
            parts |= {(store, member): block for member, block in blocks.items()}
    return parts


def _divided(whole: Figures, cut: Mapping[str, Figures]) -> dict[str, Figures]:
    """Divide one store's figures over its members; what names none is spread by sales."""
    gmv = whole["gmv"] or 0.0
    sold = {member: figures["gmv"] for member, figures in cut.items()
            if member != UNKNOWN and figures["gmv"]}  # fmt: skip
    unnamed = gmv - sum(amount or 0.0 for amount in sold.values())
    if abs(unnamed) > CENT or not sold:
        sold[UNKNOWN] = unnamed
    blocks: dict[str, Figures] = {member: {"gmv": sold[member], "spread": 0.0} for member in sold}
    for metric, total in whole.items():
        if metric == "gmv":
            continue
        if total is None:
            # Goods with a cost keep it though others of the store have none.
            for member, block in blocks.items():
                block[metric] = (cut.get(member, {}).get(metric)
                                 if metric == "landed_cost" else None)  # fmt: skip
            continue
        direct = {member: (cut[member][metric] or 0.0) if member != UNKNOWN else 0.0
                  for member in sold}  # fmt: skip
        if metric in COVERED and UNKNOWN in sold:
            direct[UNKNOWN] = total - sum(direct.values())
        rest = spread(total - sum(direct.values()), sold)
        for member, block in blocks.items():
            block[metric] = direct[member] + rest[member]
            if metric in COSTS:
                block["spread"] = (block["spread"] or 0.0) + rest[member]
    return blocks


def _by_member(
    desk: Desk, metrics: Sequence[str], by: Sequence[str]
) -> dict[tuple[str, ...], Figures]:
    frame = desk.measure(metrics, by=by)
    frame = frame[frame["dimension"].fillna("") == ",".join(by)]
    found: dict[tuple[str, ...], Figures] = {}
    for metric, member, value in zip(frame["metric"], frame["member"], frame["value"], strict=True):
        # A single name may hold the separator itself.
        key = tuple(str(member).split(SEPARATOR, len(by) - 1))
        if len(key) < len(by):  # one row that says why there are none
            continue
        found.setdefault(key, dict.fromkeys(metrics))[metric] = number(value)
    return found


def _shared_costs(desk: Desk) -> dict[str, float] | None:
    """Give what the period's months cost beside orders, by the store they are of ("" for all)."""
    total = desk.value("shared_costs")
    if total is None:
        return None
    table = desk.warehouse.ibis("shared_costs")
    period = desk.elapsed
    table = table.filter((table["month_start"] >= period.start) & (table["end_date"] <= period.end))
    scopes = table.group_by("scope").aggregate(amount=table["amount_base"].sum())
    own = {store.id for store in desk.workspace.stores}
    found = {
        str(row["scope"]): float(row["amount"])
        for row in scopes.to_pyarrow().to_pylist()
        if row["scope"] in own
    }
    return {"": total - sum(found.values()), **found}


def _extremes(
    desk: Desk,
    by: By,
    rows: list[dict[str, Any]],
    most: int,
    members: Mapping[str, list[Figures]],
) -> list[dict[str, Any]]:
    """Keep the best and the worst; the others stand in one row, so that rows add up still."""

    def result(row: dict[str, Any]) -> float:
        found = row["operating_profit"]
        return found if found is not None else row["contribution"] or 0.0

    ordered = sorted(rows, key=result, reverse=True)
    kept = [*ordered[: most - most // 2], *ordered[len(ordered) - most // 2 :]]
    names = {row["member"] for row in kept}
    others = [block for member, blocks in members.items() if member not in names
              for block in blocks]  # fmt: skip
    return [*kept, _row(desk, by, OTHERS, _added(others))]


def _net(figures: Figures) -> float | None:
    gmv, refunds = figures["gmv"], figures["refunds"]
    return None if gmv is None or refunds is None else gmv - refunds


def _added(blocks: Any) -> Figures:
    """Add parts up; what one of them does not know, the sum does not know."""
    blocks = list(blocks)
    summed: Figures = {}
    for name in (*SALES, *COSTS, *COVERED, "shared_costs", "spread"):
        values = [block[name] for block in blocks]
        summed[name] = None if any(one is None for one in values) else sum(values)
    return summed


def _row(desk: Desk, by: By, member: str, figures: Figures) -> dict[str, Any]:
    net = _net(figures)
    costs = [figures[one] for one in COSTS]
    contribution = None if net is None or None in costs else net - sum(costs)  # type: ignore[arg-type]
    shared = figures["shared_costs"]
    gmv, ads = figures["gmv"], figures["ad_spend"]
    costed, goods = (figures[one] for one in COVERED)
    coverage = costed / goods if costed is not None and goods else None
    lacking = [one for one in ("refunds", *COSTS, "shared_costs") if figures[one] is None]
    names = [desk.metric_label(one) for one in lacking]
    if coverage and "landed_cost" in lacking:
        names[lacking.index("landed_cost")] += phrase(
            "statement.covered", desk.language,
            share=write_value(coverage, Unit.PERCENT, desk.language),
        )  # fmt: skip
    return {
        "member": member,
        "label": phrase(f"statement.{member}", desk.language)
        if member in (TOTAL, OTHERS)
        else desk.member_label(by, member),
        **figures,
        "net_sales": net,
        "rest_fees": None
        if figures["storage_fees"] is None or figures["other_fees"] is None
        else figures["storage_fees"] + figures["other_fees"],
        "cost_coverage": coverage,
        "tacos": ads / gmv if gmv and ads is not None else None,
        "contribution": contribution,
        "contribution_rate": contribution / net
        if net is not None and net > 0 and contribution is not None
        else None,
        "operating_profit": contribution - shared
        if contribution is not None and shared is not None
        else None,
        "currency": desk.currency,
        "lacks": ("、" if desk.language == "zh" else ", ").join(names),
    }
