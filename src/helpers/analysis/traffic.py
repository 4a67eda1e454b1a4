"""From being seen to being bought from: the steps of a visit and where they leak."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from helpers.analysis.desk import Against, Desk, number
from helpers.analysis.rates import judge_rates
from helpers.analysis.signal import NOT_JUDGED
from helpers.vocabulary.labels import Label
from helpers.vocabulary.periods import Period

if TYPE_CHECKING:
    import pandas as pd

STEPS: dict[str, Label] = {
    "impressions": Label(en="Impressions", zh="曝光量"),
    "clicks": Label(en="Clicks", zh="点击量"),
    "sessions": Label(en="Sessions", zh="会话数"),
    "visitors": Label(en="Visitors", zh="访客数"),
    "add_to_carts": Label(en="Added to cart", zh="加购数"),
    "inquiries": Label(en="Inquiries", zh="询盘数"),
    "orders": Label(en="Orders", zh="订单数"),
}
RATES: dict[str, Label] = {
    "clicks": Label(en="Click-through rate", zh="点击率"),
    "sessions": Label(en="Sessions per click", zh="点击到会话比率"),
    "visitors": Label(en="Visitors per click", zh="点击到访客比率"),
    "add_to_carts": Label(en="Add-to-cart rate", zh="加购率"),
    "inquiries": Label(en="Inquiry rate", zh="询盘转化率"),
    "orders": Label(en="Conversion rate", zh="下单转化率"),
}
#: Steps that the catalogue knows by another name.
METRICS = {"orders": "orders_count"}
FUNNEL_COLUMNS = [
    "step", "label", "value", "rate", "rate_label", "previous", "previous_rate", "rate_change",
    "signal", "stores", "unit", "status",
]  # fmt: skip


def funnel(desk: Desk, store: str | None = None, against: Against = "previous") -> pd.DataFrame:
    """Count the steps from impression to order, over stores that report their traffic.

    Args:
        desk: The period.
        store: One store; None for all stores whose visits are known. A step that not all of them
            report is left out: shares of different shops are no funnel.
        against: The baseline of the rates.

    Returns:
        step, label, value, rate (of the step before; empty on the first), rate_label, previous,
        previous_rate, rate_change (points), signal (judged as two rates: their interval must
        exclude nought), stores (number behind the figures), unit, status. Empty where no
        traffic is known.
    """
    import pandas as pd

    baseline = desk.baseline(against)
    names = [METRICS.get(step, step) for step in STEPS]
    desk.foresee((name, one, ("store",)) for name in names for one in (desk.period, baseline))
    now, stores = _steps(desk, desk.period, store, None)
    if len(now) < 2:
        return pd.DataFrame(columns=FUNNEL_COLUMNS)
    before = _steps(desk, baseline, store, stores)[0] if baseline else {}
    status = "ok" if desk.is_complete else "preliminary"
    rows: list[dict[str, Any]] = []
    last: str | None = None
    for step, value in now.items():
        above = now[last] if last else None
        old, old_above = before.get(step), before.get(last) if last else None
        rate = value / above if above else None
        old_rate = old / old_above if old is not None and old_above else None
        judged = NOT_JUDGED
        if above and old is not None and old_above and value <= above and old <= old_above:
            judged = judge_rates((old, old_above), (value, above))
        rows.append(
            {
                "step": step,
                "label": STEPS[step].text(desk.language),
                "value": value,
                "rate": rate,
                "rate_label": RATES[step].text(desk.language) if last else "",
                "previous": old,
                "previous_rate": old_rate,
                "rate_change": rate - old_rate
                if rate is not None and old_rate is not None
                else None,
                "signal": judged.signal,
                "stores": len(stores),
                "unit": "count",
                "status": status,
            }
        )
        last = step
    return pd.DataFrame(rows, columns=FUNNEL_COLUMNS)


def _steps(
    desk: Desk, period: Period, store: str | None, stores: frozenset[str] | None
) -> tuple[dict[str, float], frozenset[str]]:
    """Add up each step over the stores that report visits; drop steps that some do not report."""
    by_store = _by_store(desk, period)
    visit = "sessions" if any("sessions" in cells for cells in by_store.values()) else "visitors"
    chosen = frozenset(
        one
        for one, cells in by_store.items()
        if visit in cells and "orders" in cells and (store is None or one == store)
    )
    if stores is not None and chosen != stores:
        # A baseline of other shops would compare shops and not periods.
        return {}, chosen
    found: dict[str, float] = {}
    for step in STEPS:
        if step in ("sessions", "visitors") and step != visit:
            continue
        values = [by_store[one].get(step) for one in chosen]
        if values and all(value is not None for value in values):
            found[step] = sum(value for value in values if value is not None)
    return (found if visit in found else {}), chosen


def _by_store(desk: Desk, period: Period) -> dict[str, dict[str, float]]:
    names = {METRICS.get(step, step): step for step in STEPS}
    frame = desk.measure(list(names), period, ("store",))
    found: dict[str, dict[str, float]] = {}
    for row in frame[frame["dimension"] == "store"].to_dict("records"):
        value = number(row["value"])
        if value is not None:
            found.setdefault(str(row["member"]), {})[names[row["metric"]]] = value
    return found
