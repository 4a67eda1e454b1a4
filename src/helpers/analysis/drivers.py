"""Why a number moved: steps from the baseline to now that add up, without a remainder.

The split is made inside each store and market and then summed, so that a shift of business
between markets is not mistaken for a change of basket; groups that came or went stand apart.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from helpers.analysis.comparison import adds_up, change_of
from helpers.analysis.decomposition import split_change
from helpers.analysis.desk import Against, Desk, number
from helpers.vocabulary.labels import Label
from helpers.vocabulary.periods import Period
from helpers.vocabulary.units import Unit

if TYPE_CHECKING:
    import pandas as pd

STEPS: dict[str, Label] = {
    "orders": Label(en="Orders", zh="订单数"),
    "aov": Label(en="Average order value", zh="客单价"),
    "sessions": Label(en="Sessions", zh="会话数"),
    "visitors": Label(en="Visitors", zh="访客数"),
    "conversion": Label(en="Conversion rate", zh="转化率"),
    "entered": Label(en="Stores and markets only this period", zh="仅本期有销售的店铺与市场"),
    "left": Label(
        en="Stores and markets only in the earlier period", zh="仅基期有销售的店铺与市场"
    ),
    "currency": Label(en="Exchange rates", zh="汇率影响"),
}
STEP_COLUMNS = [
    "metric",
    "dimension", "member", "step", "label", "value", "kind", "share_of_change", "currency",
    "status",
]  # fmt: skip
MOVER_COLUMNS = [
    "metric",
    "dimension", "member", "label", "value", "previous", "change", "relative_change",
    "share_of_change", "points", "standing", "unit", "currency", "status",
]  # fmt: skip
OTHERS = Label(en="All others", zh="其他合计")


@dataclass
class Group:
    """Sales of one store and market in one period."""

    base: float = 0.0
    orders: float = 0.0
    visits: float | None = None
    #: Sales in the store's currency; None where several are mixed.
    local: float | None = None
    currency: str = ""


@dataclass
class _Effects:
    steps: dict[str, float] = field(default_factory=dict)

    def add(self, step: str, value: float) -> None:
        self.steps[step] = self.steps.get(step, 0.0) + value


def explain_gmv(desk: Desk, against: Against = "previous", by: Sequence[str] = ()) -> pd.DataFrame:
    """Split the change of GMV into steps for a waterfall.

    Orders times average order value always; sessions (or visitors) times conversion times
    average order value where both periods know the traffic of every store that sells. What the
    exchange rate did is a step of its own: the rest is measured at the baseline's rates.

    Args:
        desk: The period and its baselines.
        against: The baseline: ``"previous"`` or ``"year_ago"``.
        by: ``("store",)``, ``("market",)`` or ``("platform",)`` for one ladder per member.

    Returns:
        metric, dimension, member, step, label, value, kind (``start``, ``effect``, ``end``),
        share_of_change (fraction of the whole change; empty on start and end), currency, status.
        Effects of nought that every group has (no currency but the base, nobody entered) are left
        out. Empty where there is no baseline.
    """
    import pandas as pd

    baseline = desk.baseline(against)
    empty = pd.DataFrame(columns=STEP_COLUMNS)
    if baseline is None:
        return empty
    _foresee(desk)
    before, after = (sales_groups(desk, period) for period in (baseline, desk.period))
    if before is None or after is None:
        return empty
    # Visits are counted by store: a ladder by market has to do without them.
    visits = None if "market" in by else _visit_metric(desk, baseline, before, after)
    if visits is not None:
        before, after = (
            _by_store(desk, period, groups, visits)
            for period, groups in ((baseline, before), (desk.period, after))
        )
    status = "ok" if desk.is_complete else "preliminary"
    dimension = ",".join(by)
    ladders: dict[str, list[tuple[str, str]]] = {}
    for key in before.keys() | after.keys():
        ladders.setdefault(_member(desk, key, by), []).append(key)
    rows: list[dict[str, Any]] = []
    for member in sorted(ladders):
        first = {key: before[key] for key in ladders[member] if key in before}
        last = {key: after[key] for key in ladders[member] if key in after}
        rows += _ladder(desk, baseline, first, last, visits, dimension, member, status)
    return pd.DataFrame(rows, columns=STEP_COLUMNS) if rows else empty


def movers(
    desk: Desk,
    dimension: str,
    metric: str = "gmv",
    against: Against = "previous",
    top: int = 8,
) -> pd.DataFrame:
    """Say which members moved a metric, the largest movement first.

    Returns:
        metric, dimension, member, label, value, previous, change, relative_change, share_of_change
        (fraction of the total change; empty for metrics that do not add up), points (change as
        a fraction of the baseline total: what the member adds to growth), standing (``stayed``,
        ``entered``, ``left``), unit, currency, status. Members beyond ``top`` are summed into a
        last row ``others`` where the metric adds up. A member without a row in one of the
        periods counts as nought only where the metric adds up and its source is there. Empty
        without a baseline.
    """
    import pandas as pd

    baseline = desk.baseline(against)
    if baseline is None:
        return pd.DataFrame(columns=MOVER_COLUMNS)
    is_sum = adds_up(metric, dimension)
    unit = desk.unit(metric)
    desk.foresee((metric, period, (dimension,)) for period in (desk.period, baseline))
    now = _figures(desk, metric, desk.period, dimension)
    then = _figures(desk, metric, baseline, dimension)
    rows: list[dict[str, Any]] = []
    for member in {**now, **then}:
        standing = "stayed" if member in now and member in then else "entered"
        if member not in now:
            standing = "left"
        value, status, currency = now.get(member, (0.0 if is_sum else None, "ok", ""))
        before, before_status, was = then.get(member, (0.0 if is_sum else None, "ok", ""))
        if standing == "stayed" and (value is None or before is None):
            status = status if value is None else before_status
        change = None if value is None or before is None else value - before
        rows.append(
            {
                "metric": metric,
                "dimension": dimension,
                "member": member,
                "label": desk.member_label(dimension, member),
                "value": value,
                "previous": before,
                "change": change,
                "relative_change": change_of(value, before, unit),
                "standing": standing,
                "unit": str(unit),
                "currency": currency or was,
                "status": status if desk.is_complete or status != "ok" else "preliminary",
            }
        )
    rows.sort(key=lambda row: (-abs(row["change"] or 0.0), row["member"]))
    total = math.fsum(row["change"] or 0.0 for row in rows)
    base = math.fsum(row["previous"] or 0.0 for row in rows)
    if is_sum and len(rows) > top:
        rows = [*rows[:top], _others(desk, rows[top:], unit)]
    else:
        rows = rows[:top]
    for row in rows:
        known = is_sum and row["change"] is not None
        row["share_of_change"] = row["change"] / total if known and total else None
        row["points"] = row["change"] / base if known and base > 0 else None
    return pd.DataFrame(rows, columns=MOVER_COLUMNS)


def _others(desk: Desk, rest: list[dict[str, Any]], unit: Unit) -> dict[str, Any]:
    known = [row for row in rest if row["change"] is not None]
    value, before = (math.fsum(row[name] for row in known) for name in ("value", "previous"))
    return {
        **rest[0],
        "member": "others",
        "label": OTHERS.text(desk.language),
        "value": value,
        "previous": before,
        "change": value - before,
        "relative_change": change_of(value, before, unit),
        "standing": "stayed",
    }


def _ladder(
    desk: Desk,
    baseline: Period,
    before: Mapping[tuple[str, str], Group],
    after: Mapping[tuple[str, str], Group],
    visits: str | None,
    dimension: str,
    member: str,
    status: str,
) -> list[dict[str, Any]]:
    effects = _Effects()
    rates = old_rates(before)
    for key in sorted(before.keys() | after.keys()):
        _add_effects(effects, before.get(key), after.get(key), rates, visits)
    start = math.fsum(group.base for group in before.values())
    end = math.fsum(group.base for group in after.values())
    change = end - start
    order = [
        *((visits, "conversion") if visits else ("orders",)), "aov", "entered", "left", "currency"
    ]  # fmt: skip
    always = set(order[: 3 if visits else 2])
    steps = [
        (step, effects.steps.get(step, 0.0))
        for step in order
        if step in always or abs(effects.steps.get(step, 0.0)) >= 0.005
    ]

    def row(step: str, label: str, value: float, kind: str, share: float | None) -> dict[str, Any]:
        return {
            "metric": "gmv",
            "dimension": dimension,
            "member": member,
            "step": step,
            "label": label,
            "value": value,
            "kind": kind,
            "share_of_change": share,
            "currency": desk.currency,
            "status": status,
        }

    return [
        row("start", baseline.label(desk.language), start, "start", None),
        *(
            row(step, STEPS[step].text(desk.language), value, "effect",
                value / change if abs(change) >= 0.005 else None)
            for step, value in steps
        ),
        row("end", desk.elapsed.label(desk.language), end, "end", None),
    ]  # fmt: skip


def _add_effects(
    effects: _Effects,
    before: Group | None,
    after: Group | None,
    rates: Mapping[str, float],
    visits: str | None,
) -> None:
    first = before.base if before else 0.0
    last = after.base if after else 0.0
    constant = last
    rate = None
    if after and after.local is not None:
        if before and before.local and before.currency == after.currency:
            rate = before.base / before.local
        else:
            rate = rates.get(after.currency)
    if after and after.local is not None and rate is not None:
        constant = after.local * rate
        effects.add("currency", last - constant)
    if not before or first <= 0:
        effects.add("entered", constant - first)
        return
    if not after or last <= 0:
        effects.add("left", constant - first)
        return
    if min(before.orders, after.orders) <= 0:
        effects.add("aov", constant - first)
        return
    old, new = _factors(before, first, visits), _factors(after, constant, visits)
    for step, value in split_change(old, new).items():
        effects.add(step, value)


def _factors(group: Group, value: float, visits: str | None) -> dict[str, float]:
    if visits and group.visits:
        return {
            visits: group.visits,
            "conversion": group.orders / group.visits,
            "aov": value / group.orders,
        }
    return {"orders": group.orders, "aov": value / group.orders}


def old_rates(before: Mapping[tuple[str, str], Group]) -> dict[str, float]:
    """Average rate of each currency in the baseline, for groups that were not there yet."""
    local: dict[str, float] = {}
    base: dict[str, float] = {}
    for group in before.values():
        if group.local:
            local[group.currency] = local.get(group.currency, 0.0) + group.local
            base[group.currency] = base.get(group.currency, 0.0) + group.base
    return {currency: base[currency] / local[currency] for currency in local}


def _foresee(desk: Desk) -> None:
    """Measure at once what the ladders against both baselines are made of."""
    by_market = ("store", "market")
    figures: list[tuple[str, tuple[str, ...]]] = [
        ("gmv", by_market), ("orders_count", by_market), ("gmv", (*by_market, "currency")),
        ("sessions", ("store",)), ("visitors", ("store",)),
    ]  # fmt: skip
    periods = (desk.period, desk.previous, desk.year_ago)
    desk.foresee((metric, period, by) for metric, by in figures for period in periods)


def sales_groups(desk: Desk, period: Period) -> dict[tuple[str, str], Group] | None:
    """Read sales by store and market; None where an amount in base currency is missing."""
    groups: dict[tuple[str, str], Group] = {}
    frame = desk.measure(["gmv", "orders_count"], period, ("store", "market"))
    for row in frame[frame["dimension"] == "store,market"].to_dict("records"):
        value = number(row["value"])
        if value is None:
            if row["metric"] == "gmv":
                return None
            continue
        if "|" not in str(row["member"]):
            return None
        store, market = str(row["member"]).split("|", 1)
        group = groups.setdefault((store, market), Group())
        if row["metric"] == "gmv":
            group.base = value
        else:
            group.orders = value
    if not groups:
        return None
    local = desk.measure(["gmv"], period, ("store", "market", "currency"))
    for row in local[local["dimension"] == "store,market,currency"].to_dict("records"):
        store, market, currency = str(row["member"]).rsplit("|", 2)
        value = number(row["value"])
        found = groups.get((store, market))
        if found is None or value is None or value == 0:
            continue
        # Two currencies in one group have no single rate: its currency effect stays unsplit.
        found.local = value if not found.currency else None
        found.currency = currency
    return {key: group for key, group in groups.items() if group.base or group.orders}


def _visit_metric(
    desk: Desk,
    baseline: Period,
    before: Mapping[tuple[str, str], Group],
    after: Mapping[tuple[str, str], Group],
) -> str | None:
    """Find a measure of visits that both periods know for every store that sells."""
    for metric in ("sessions", "visitors"):
        known = []
        for period, groups in ((baseline, before), (desk.period, after)):
            figures = _figures(desk, metric, period, "store")
            known.append(all((figures.get(store, (None,))[0] or 0) > 0 for store, _ in groups))
        if all(known):
            return metric
    return None


def _by_store(
    desk: Desk, period: Period, groups: Mapping[tuple[str, str], Group], visits: str
) -> dict[tuple[str, str], Group]:
    """Sum the markets of a store, because visits are counted by store."""
    figures = _figures(desk, visits, period, "store")
    stores: dict[tuple[str, str], Group] = {}
    for (store, _), group in groups.items():
        total = stores.setdefault((store, ""), Group(visits=figures[store][0], local=0.0))
        total.base += group.base
        total.orders += group.orders
        if total.currency and total.currency != group.currency:
            total.local = None
        if total.local is not None:
            total.local = None if group.local is None else total.local + group.local
        total.currency = group.currency or total.currency
    return stores


def _figures(
    desk: Desk, metric: str, period: Period, dimension: str
) -> dict[str, tuple[float | None, str, str]]:
    """Read one metric by one dimension: member to value, status, currency."""
    frame = desk.measure([metric], period, (dimension,))
    is_money = desk.unit(metric) is Unit.MONEY
    return {
        str(row["member"]): (
            number(row["value"]),
            str(row["status"]),
            str(row["unit"]) if is_money else "",
        )
        for row in frame[frame["dimension"] == dimension].to_dict("records")
    }


def _member(desk: Desk, key: tuple[str, str], by: Sequence[str]) -> str:
    store, market = key
    platforms = {one.id: str(one.platform) for one in desk.workspace.stores}
    named = {"store": store, "market": market, "platform": platforms.get(store, "")}
    return "|".join(named[dimension] for dimension in by)
