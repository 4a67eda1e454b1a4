"""Why sales moved, branch by branch: platform, store, and each step of the platform's own funnel.

Belongs here: nesting. Each store is split by the longest funnel that both periods know, inside
each of its markets, so that a wholesaler's inquiries and a shop's visits stand beside each other
and every branch is the exact sum of what hangs on it. One ladder for all stores is ``drivers``'.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helpers.analysis.decomposition import chain_factors, split_change
from helpers.analysis.desk import Against, Desk, number
from helpers.analysis.drivers import STEPS, Group, old_rates, sales_groups
from helpers.vocabulary.labels import Label
from helpers.vocabulary.periods import Period

if TYPE_CHECKING:
    import pandas as pd

#: What is counted before the order, platform by platform, the longest first; a store takes the
#: first that both periods know (DOMAIN E4).
FUNNELS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "alibaba": (
        ("impressions", "clicks", "inquiries"),
        ("impressions", "clicks"),
        ("visitors", "inquiries"),
        ("inquiries",),
        ("visitors",),
    ),
}
SHOP_FUNNELS: tuple[tuple[str, ...], ...] = (("sessions",), ("visitors",))
AD_FUNNEL = ("ad_impressions", "ad_clicks")

LABELS: Mapping[str, Label] = {
    **STEPS,
    "impressions": Label(en="Impressions", zh="曝光量"),
    "clicks": Label(en="Click-through rate", zh="点击率"),
    "inquiries": Label(en="Inquiry rate", zh="询盘转化率"),
    "inquiry_count": Label(en="Inquiries", zh="询盘数"),
    "order_rate": Label(en="Orders per inquiry", zh="询盘到订单转化率"),
    "market_mix": Label(en="Shift between markets", zh="市场结构"),
    "ad_impressions": Label(en="Ad impressions", zh="广告曝光量"),
    "ad_clicks": Label(en="Ad click-through rate", zh="广告点击率"),
    "ad_orders": Label(en="Ad conversion rate", zh="广告转化率"),
    "ad_aov": Label(en="Sales per ad order", zh="广告订单客单价"),
    "ad_entered": Label(en="Campaigns only this period", zh="仅本期投放的广告活动"),
    "ad_left": Label(en="Campaigns only in the earlier period", zh="仅基期投放的广告活动"),
    "ad_unsplit": Label(en="Campaigns with an incomplete funnel", zh="漏斗数据不全的广告活动"),
}
TREE_COLUMNS = [
    "metric", "level", "platform", "store", "step", "label", "previous", "value", "change",
    "share_of_change", "points", "standing", "currency", "status",
]  # fmt: skip


@dataclass(frozen=True)
class Leaf:
    """One store's change, split.

    Attributes:
        previous: Its value in the baseline.
        value: Its value now.
        effects: What each step did, in the order of the funnel; they add up to the change.
    """

    previous: float
    value: float
    effects: Mapping[str, float]


def sales_tree(desk: Desk, against: Against = "previous") -> pd.DataFrame:
    """Split the change of GMV into platforms, their stores, and the steps of each store's funnel.

    Within a store each market is split by itself: the funnel of the store, the share of its
    orders that this market has (``market_mix``), and what an order there is worth. Markets sold
    to in one period only are ``entered`` and ``left``; what exchange rates did is ``currency``,
    measured against the baseline's rates. A store without a known funnel has ``orders``.

    Args:
        desk: The period and its baselines.
        against: The baseline: ``"previous"`` or ``"year_ago"``.

    Returns:
        metric, level (``total``, ``platform``, ``store``, ``step``), platform, store, step,
        label, previous and value (empty for steps), change, share_of_change (fraction of the
        whole change), points (change as a fraction of the whole baseline: what the branch adds
        to growth), standing (``stayed``, ``entered``, ``left``; empty for steps), currency,
        status. Each row's change is the sum of the rows of the next level below it. Empty without
        a baseline, or where an amount in base currency is missing.
    """
    baseline = desk.baseline(against)
    if baseline is None:
        return _empty()
    funnels = {
        metric for many in (*FUNNELS.values(), SHOP_FUNNELS) for one in many for metric in one
    }
    desk.foresee(
        (metric, period, ("store",)) for metric in sorted(funnels)
        for period in (desk.period, baseline)
    )  # fmt: skip
    before, after = (sales_groups(desk, period) for period in (baseline, desk.period))
    if before is None or after is None:
        return _empty()
    counts = [_counts(desk, period, sorted(funnels)) for period in (baseline, desk.period)]
    platforms = {one.id: str(one.platform) for one in desk.workspace.stores}
    rates = old_rates(before)
    leaves = {}
    for store in sorted({store for store, _ in (*before, *after)}):
        old, new = (
            {market: group for (one, market), group in groups.items() if one == store}
            for groups in (before, after)
        )
        ways = FUNNELS.get(platforms.get(store, ""), SHOP_FUNNELS)
        funnel = next(
            (
                way
                for way in ways
                if all((found.get((store, one)) or 0) > 0 for one in way for found in counts)
            ),
            (),
        )
        funnels_of = [{one: found[store, one] for one in funnel} for found in counts]
        leaves[platforms.get(store, ""), store] = split_store(old, new, funnels_of, rates)
    return _frame(desk, "gmv", leaves)


def ads_tree(desk: Desk, against: Against = "previous") -> pd.DataFrame:
    """Split the change of attributed sales into platforms, stores and steps of their campaigns.

    Each campaign is split by itself into impressions, clicks per impression, orders per click and
    sales per order; campaigns of one period only stand apart.

    Returns:
        As ``sales_tree``; empty without a baseline or an advertising report.
    """
    baseline = desk.baseline(against)
    if baseline is None:
        return _empty()
    metrics = (*AD_FUNNEL, "ad_orders", "ad_sales")
    by = ("store", "campaign")
    desk.foresee((one, period, by) for one in metrics for period in (desk.period, baseline))
    before, after = (_campaigns(desk, period, metrics) for period in (baseline, desk.period))
    platforms = {one.id: str(one.platform) for one in desk.workspace.stores}
    leaves = {}
    for store in sorted({store for store, _ in (*before, *after)}):
        effects: dict[str, float] = {}
        keys = sorted({key for key in (*before, *after) if key[0] == store})
        if not any("ad_sales" in found.get(key, {}) for key in keys for found in (before, after)):
            continue  # an advertiser that does not tell what was sold is no branch of sales
        for key in keys:
            for step, value in _split_campaign(before.get(key, {}), after.get(key, {})).items():
                effects[step] = effects.get(step, 0.0) + value
        old, new = (
            math.fsum(found.get(key, {}).get("ad_sales", 0.0) for key in keys)
            for found in (before, after)
        )
        leaves[platforms.get(store, ""), store] = Leaf(old, new, effects)
    return _frame(desk, "ad_sales", leaves)


def split_store(
    before: Mapping[str, Group],
    after: Mapping[str, Group],
    funnels: Sequence[Mapping[str, float]],
    rates: Mapping[str, float],
) -> Leaf:
    """Split one store's change of sales inside each of its markets.

    Args:
        before: Sales and orders by market in the baseline.
        after: The same now.
        funnels: What was counted before the order, in the baseline and now, top first; empty
            where nothing is known.
        rates: Rate of each currency in the baseline, for markets that were not there yet.
    """
    effects: dict[str, float] = {}

    def add(step: str, value: float) -> None:
        effects[step] = effects.get(step, 0.0) + value

    orders = [math.fsum(group.orders for group in groups.values()) for groups in (before, after)]
    for market in sorted(before.keys() | after.keys()):
        old, new = before.get(market, Group()), after.get(market, Group())
        rate = rates.get(new.currency)
        if old.local and old.currency == new.currency:
            rate = old.base / old.local
        constant = new.base if new.local is None or rate is None else new.local * rate
        add("currency", new.base - constant)
        if old.base <= 0 or new.base <= 0:
            add("entered" if old.base <= 0 else "left", constant - old.base)
        elif min(old.orders, new.orders) <= 0:
            add("aov", constant - old.base)
        else:
            factors = [
                _factors(funnel, all_orders, group.orders, worth)
                for funnel, all_orders, group, worth in zip(
                    funnels, orders, (old, new), (old.base, constant), strict=True
                )
            ]
            for step, value in split_change(*factors).items():
                add(step, value)
    start, end = (math.fsum(group.base for group in groups.values()) for groups in (before, after))
    return Leaf(start, end, effects)


def _factors(
    funnel: Mapping[str, float], all_orders: float, orders: float, worth: float
) -> dict[str, float]:
    if not funnel:
        return {"orders": orders, "aov": worth / orders}
    last = list(funnel)[-1]
    to_order = "order_rate" if last == "inquiries" else "conversion"
    factors = chain_factors({**funnel, to_order: all_orders})
    if next(iter(funnel)) == "inquiries":
        # On top it is a number and no rate.
        factors = {"inquiry_count": factors.pop("inquiries"), **factors}
    return {**factors, "market_mix": orders / all_orders, "aov": worth / orders}


def _split_campaign(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    first, last = before.get("ad_sales", 0.0), after.get("ad_sales", 0.0)
    if not before or not after:
        return {"ad_left" if before else "ad_entered": last - first}
    chain = (*AD_FUNNEL, "ad_orders")
    if any(name not in cells for name in chain for cells in (before, after)):
        return {"ad_unsplit": last - first}
    if min(cells[name] for name in chain for cells in (before, after)) <= 0:
        return {"ad_unsplit": last - first}
    factors = [
        chain_factors({**{name: cells[name] for name in chain}, "ad_aov": worth})
        for cells, worth in ((before, max(first, 0.0)), (after, max(last, 0.0)))
    ]
    return split_change(*factors)


def _campaigns(
    desk: Desk, period: Period, metrics: Sequence[str]
) -> dict[tuple[str, str], dict[str, float]]:
    frame = desk.measure(metrics, period, ("store", "campaign"))
    found: dict[tuple[str, str], dict[str, float]] = {}
    for row in frame[frame["dimension"] == "store,campaign"].to_dict("records"):
        value = number(row["value"])
        if value is not None and "|" in str(row["member"]):
            store, campaign = str(row["member"]).split("|", 1)
            found.setdefault((store, campaign), {})[str(row["metric"])] = value
    return found


def _counts(desk: Desk, period: Period, metrics: Sequence[str]) -> dict[tuple[str, str], float]:
    frame = desk.measure(metrics, period, ("store",))
    return {
        (str(row["member"]), str(row["metric"])): value
        for row in frame[frame["dimension"] == "store"].to_dict("records")
        if (value := number(row["value"])) is not None
    }


def _frame(desk: Desk, metric: str, leaves: Mapping[tuple[str, str], Leaf]) -> pd.DataFrame:
    """Sum the leaves into their branches and name them."""
    import pandas as pd

    base = math.fsum(leaf.previous for leaf in leaves.values())
    # A branch is the sum of what hangs on it, to the last digit.
    changes = {key: math.fsum(leaf.effects.values()) for key, leaf in leaves.items()}
    total = math.fsum(changes.values())
    status = "ok" if desk.is_complete else "preliminary"
    rows: list[dict[str, Any]] = []

    def add(
        level: str,
        change: float,
        label: str,
        leaf: Leaf | None = None,
        platform: str = "",
        store: str = "",
        step: str = "",
    ) -> None:
        standing = ""
        if leaf is not None:
            standing = "entered" if leaf.previous <= 0 else "left" if leaf.value <= 0 else "stayed"
        rows.append(
            {
                "metric": metric,
                "level": level,
                "platform": platform,
                "store": store,
                "step": step,
                "label": label,
                "previous": leaf.previous if leaf else None,
                "value": leaf.value if leaf else None,
                "change": change,
                "share_of_change": change / total if abs(total) >= 0.005 else None,
                "points": change / base if base > 0 else None,
                "standing": standing,
                "currency": desk.currency,
                "status": status,
            }
        )

    if not leaves:
        return _empty()
    add("total", total, desk.metric_label(metric), _sum_of(list(leaves.values())))
    for platform in sorted({platform for platform, _ in leaves}):
        stores = [key for key in leaves if key[0] == platform]
        whole = _sum_of([leaves[key] for key in stores])
        label = desk.member_label("platform", platform)
        change = math.fsum(changes[key] for key in stores)
        add("platform", change, label, whole, platform)
        for key in stores:
            _, store = key
            add("store", changes[key], desk.member_label("store", store), leaves[key], *key)
            for step, effect in leaves[key].effects.items():
                if effect:
                    label = LABELS[step].text(desk.language)
                    add("step", effect, label, None, platform, store, step)
    return pd.DataFrame(rows, columns=TREE_COLUMNS)


def _sum_of(leaves: Sequence[Leaf]) -> Leaf:
    return Leaf(
        math.fsum(leaf.previous for leaf in leaves), math.fsum(leaf.value for leaf in leaves), {}
    )


def _empty() -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(columns=TREE_COLUMNS)
