"""From our sales to the revenue that finance booked, and what nobody can explain.

Finance books later (when goods are posted, not when they are ordered), with what buyers pay for
delivery, and at another rate (a month's mean, not the day's). Each of these differences can be
worked out from the exports; what is left after them is for finance to look into.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from helpers.analysis.desk import Desk, number
from helpers.analysis.wordings import joined, phrase
from helpers.vocabulary.periods import Period
from helpers.vocabulary.units import Unit
from helpers.vocabulary.wording import write_value

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ["step", "label", "value", "kind", "share_of_start", "currency", "note"]
#: In the order they are taken; the names of those that are no metric stand in ``sentences.yml``.
STEPS = ("refunds", "posting", "shipping_income", "month_rate")
#: An unexplained remainder above this share of what was booked is worth a question.
NOTABLE = 0.01
#: What the months are asked, by its cut: together, and not month by month.
_ASKED: dict[tuple[str, ...], tuple[str, ...]] = {
    (): ("gmv", "refunds", "shipping_income", "booked_revenue", "net_sales"),
    ("store",): ("gmv", "gmv_posted"),
    ("currency",): ("net_sales",),
}


class _Month(NamedTuple):
    """One month's way from sales to books; what is not known is None."""

    gmv: float | None
    effects: dict[str, float | None]
    booked: float | None


def revenue_bridge(desk: Desk) -> pd.DataFrame:
    """Walk from GMV to the revenue that finance booked, month by month, added up.

    Returns:
        step, label, value (signed), kind (``start``, ``effect``, ``end``), share_of_start
        (fraction of GMV), currency, note. The effect ``unexplained`` is what is left; a step
        that cannot be worked out is left out, named in the note of ``unexplained``, and so part
        of it. Empty where finance's figure of any month of the period is not there
        (``manual_kpis``: ``booked_revenue``, one row a month, in the base currency).
    """
    import pandas as pd

    span, held = desk.elapsed, desk.elapsed.months()
    if held[0].start < span.start or held[-1].end > span.end:  # finance closes whole months
        return pd.DataFrame(columns=COLUMNS)
    for by, metrics in _ASKED.items():
        desk.foresee((metric, month, by) for metric in metrics for month in held)
    months = [_month(desk, one) for one in held]
    if any(one.gmv is None or one.booked is None for one in months):
        return pd.DataFrame(columns=COLUMNS)
    gmv = sum(one.gmv or 0.0 for one in months)
    booked = sum(one.booked or 0.0 for one in months)
    effects: dict[str, float] = {}
    lacking = []
    for step in STEPS:
        values = [one.effects[step] for one in months]
        if any(value is None for value in values):
            lacking.append(_label(desk, step))
        else:
            effects[step] = sum(value or 0.0 for value in values)
    effects["unexplained"] = booked - gmv - sum(effects.values())
    note = phrase("booking.lacking", desk.language, steps=joined(lacking, desk.language)) \
        if lacking else ""  # fmt: skip

    def row(step: str, value: float, kind: str, told: str = "") -> dict[str, Any]:
        share = value / gmv if gmv else None
        return dict(zip(COLUMNS, (step, _label(desk, step), value, kind, share, desk.currency,
                                  told), strict=True))  # fmt: skip

    rows = [row("gmv", gmv, "start")]
    rows += [row(step, value, "effect", note if step == "unexplained" else "")
             for step, value in effects.items()]  # fmt: skip
    return pd.DataFrame([*rows, row("booked_revenue", booked, "end")], columns=COLUMNS)


def booking_takeaway(frame: pd.DataFrame, desk: Desk) -> str:
    """Say how much of the booked revenue is explained, and what is not."""
    if frame.empty:
        return phrase("booking.none", desk.language)
    values = dict(zip(frame["step"], frame["value"], strict=True))
    rest, booked = values["unexplained"], values["booked_revenue"]
    share = abs(rest) / booked if booked else 0.0
    key = "booking.open" if share > NOTABLE else "booking.closed"
    return phrase(
        key,
        desk.language,
        booked=write_value(booked, Unit.MONEY, desk.language, desk.currency),
        rest=write_value(abs(rest), Unit.MONEY, desk.language, desk.currency),
        share=write_value(share, Unit.PERCENT, desk.language),
    )


def _month(desk: Desk, month: Period) -> _Month:
    metrics = ["gmv", "refunds", "shipping_income", "booked_revenue"]
    frame = desk.measure(metrics, month)
    total = dict(zip(frame["metric"], map(number, frame["value"]), strict=True))
    refunds = total["refunds"]
    effects = {
        "refunds": None if refunds is None else -refunds,
        "posting": _posting(desk, month),
        "shipping_income": total["shipping_income"],
        "month_rate": _month_rate(desk, month),
    }
    return _Month(total["gmv"], effects, total["booked_revenue"])


def _posting(desk: Desk, month: Period) -> float | None:
    """Give what was posted in the month beyond what was ordered in it, where stores tell both."""
    frame = desk.measure(["gmv", "gmv_posted"], month, ["store"])
    wide = frame.pivot(index="member", columns="metric", values="value")
    known = wide.dropna(subset=["gmv", "gmv_posted"])
    return float((known["gmv_posted"] - known["gmv"]).sum()) if len(known) else None


def _month_rate(desk: Desk, month: Period) -> float | None:
    """Give what net sales would be at the month's mean rates, beyond those at the days' rates."""
    frame = desk.measure(["net_sales"], month, ["currency"])
    at_days = desk.value("net_sales", month)
    rates = desk.warehouse.ibis("fx_rates")
    rates = rates.filter((rates["kind"] == "month_average") & (rates["day"] == month.start))
    mean = {row["currency"]: float(row["rate"]) for row in rates.to_pyarrow().to_pylist()}
    mean[desk.currency] = 1.0
    at_mean = 0.0
    for currency, value in zip(frame["unit"], map(number, frame["value"]), strict=True):
        if value is None or currency not in mean:
            return None
        at_mean += value * mean[currency]
    return None if at_days is None else at_mean - at_days


def _label(desk: Desk, step: str) -> str:
    if step in ("posting", "month_rate", "unexplained"):
        return phrase(f"booking.{step}", desk.language)
    return desk.metric_label(step)
