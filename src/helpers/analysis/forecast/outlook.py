"""The months after the desk's period: forecast, range, and how such forecasts have done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.analysis.desk import Desk, number
from helpers.analysis.forecast.choice import CONFIDENCE, Forecast, choose
from helpers.analysis.forecast.errors import bias, wape
from helpers.analysis.forecast.seasons import demand, filled, seasonal_index
from helpers.metrics.catalogue import catalogue
from helpers.metrics.spans import OPENING_SLACK_DAYS
from helpers.vocabulary.labels import Label
from helpers.vocabulary.periods import Period, month_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

OUTLOOK_COLUMNS = [
    "metric", "dimension", "member", "label", "month", "month_start", "value", "lower", "upper",
    "kind", "unit", "currency", "status", "model", "model_label", "season", "wape", "bias",
    "naive_wape", "naive_bias", "mase", "scored_months", "made_on",
]  # fmt: skip
#: Months looked back: four years are enough for a season, and older ones tell of another shop.
MONTHS_LOOKED_BACK = 49
#: Members forecast one by one, the largest first; a fit is cheap but a thousand are not.
MOST_MEMBERS = 20
#: Daily stock reports, some of them missing; fewer say nothing about the days between.
REPORTS_IN_A_MONTH = 20
MODELS: dict[str, Label] = {
    "seasonal_naive": Label(en="the same month a year earlier", zh="去年同月"),
    "growing_naive": Label(en="the same month a year earlier, grown on", zh="去年同月乘以年增幅"),
    "level_naive": Label(en="the last month, moved by the season", zh="上月值按季节调整"),
    "ets": Label(en="exponential smoothing", zh="指数平滑"),
    "theta": Label(en="the Theta method", zh="Theta方法"),
    "recent_mean": Label(en="the mean of the last twelve months", zh="近12个月均值"),
    "croston": Label(en="Croston's method for rare sales", zh="Croston间歇需求法"),
}


def outlook(
    desk: Desk,
    metric: str = "gmv",
    horizon: int = 3,
    by: str = "",
    most: int = MOST_MEMBERS,
) -> pd.DataFrame:
    """Forecast the months after the desk's period.

    Args:
        desk: The last finished month of its period is the last one known.
        metric: One that adds up over time.
        horizon: Number of months.
        by: A dimension, to forecast each of its members; empty: the company.
        most: Of the members, so many with the largest sums over the last twelve months.

    Returns:
        metric, dimension, member, label, month, month_start, value, lower, upper (80 % range),
        kind (``actual`` for the twelve months before, ``forecast``), unit, currency, status,
        model and model_label (what the back-test chose), season (``own``; ``once``: less than
        two years are known; ``pooled``: all members' season stands in; ``none``), wape and bias of
        one-month forecasts in the back-test, naive_wape and naive_bias of the same month a year
        earlier there, mase, scored_months, made_on (the last day known). Articles are forecast
        from what they would have sold with stock on all days, where stock reports tell the days.
        A series that is too short has no rows; empty where none is long enough.
    """
    import pandas as pd

    months = known_months(desk)
    series = series_of(desk, metric, months, by)
    if by:
        ranked = sorted(series, key=lambda one: (-sum(series[one][-12:]), one))
        series = {member: series[member] for member in ranked[:most]}
    whole = series if not by else series_of(desk, metric, months, "")
    stocked = _in_stock(desk, months) if by == "product" else {}
    rows: list[dict[str, object]] = []
    for member, values in series.items():
        sold = values if member not in stocked else filled(demand(values, stocked[member]))
        made = forecast_of(sold, horizon, whole.get("") if by else None) if sold else None
        if made is not None:
            rows += _rows(desk, metric, by, member, months[-len(values) :], values, made)
    return pd.DataFrame(rows, columns=OUTLOOK_COLUMNS)


def forecast_of(
    values: Sequence[float], horizon: int, whole: Sequence[float] | None = None
) -> Forecast | None:
    """Forecast one monthly series.

    Args:
        values: Oldest first; what came before its first sale is left out.
        horizon: Number of months.
        whole: All series of its kind together, ending with the same month; lends its season
            where the series has not seen two years.
    """
    started = next((place for place, value in enumerate(values) if value > 0), len(values))
    known = list(values[started:])
    index = seasonal_index(whole) if whole is not None else None
    if index is not None and whole is not None:
        first = (len(whole) - len(known)) % len(index)
        index = (*index[first:], *index[:first])
    return choose(known, horizon, pooled=index)


def made_on(desk: Desk) -> Period:
    """Give the last finished month that the desk knows."""
    last = month_of(desk.elapsed.end)
    return last if desk.coverage[1] >= last.end and desk.elapsed.end >= last.end else (
        last.previous())  # fmt: skip


def known_months(desk: Desk) -> list[Period]:
    """List the finished months that a forecast looks back on, oldest first.

    A month that the data enter in its middle is a stump, and a season learnt from it false.
    """
    return [
        month
        for month in made_on(desk).last_months(MONTHS_LOOKED_BACK)
        if (desk.coverage[0] - month.start).days <= OPENING_SLACK_DAYS
    ]


def series_of(desk: Desk, metric: str, months: Sequence[Period], by: str) -> dict[str, list[float]]:
    """Measure month by month; a member without figures in a month the company has sold nothing.

    Company-wide, a month without a figure is not known, so that there is no series at all.
    """
    if not months:
        return {}
    frame = desk.measure_series([metric], list(months), (by,) if by else ())
    frame = frame[frame["dimension"].fillna("") == by]
    found: dict[str, dict[str, float]] = {}
    for member, period, given in zip(
        frame["member"].fillna(""), frame["period"], frame["value"], strict=True
    ):
        value = number(given)
        if value is not None:
            found.setdefault(str(member), {})[str(period)] = max(value, 0.0)
    if not by and len(found.get("", {})) < len(months):
        return {}
    return {
        member: [known.get(month.text, 0.0) for month in months] for member, known in found.items()
    }


def _in_stock(desk: Desk, months: Sequence[Period]) -> dict[str, list[float | None]]:
    """Give the share of each month's days with stock, by article; only of those ever without.

    A month with fewer than ``REPORTS_IN_A_MONTH`` stock reports does not tell.
    """
    if not months or not desk.warehouse.has("inventory_snapshots"):
        return {}
    found = desk.warehouse.sql(
        """
        WITH days AS (
            SELECT sku, local_date, max(CASE WHEN on_hand > 0 THEN 1.0 ELSE 0.0 END) AS there
            FROM inventory_snapshots WHERE local_date BETWEEN ? AND ?
            GROUP BY sku, local_date
        )
        SELECT sku, strftime(local_date, '%Y-%m') AS month, avg(there) AS share
        FROM days GROUP BY ALL HAVING count(*) >= ?
        """,
        (months[0].start, months[-1].end, REPORTS_IN_A_MONTH),
    )
    lacking = found[found["share"] < 1.0]
    shares: dict[str, dict[str, float]] = {}
    for sku, month, share in zip(lacking["sku"], lacking["month"], lacking["share"], strict=True):
        shares.setdefault(str(sku), {})[str(month)] = float(share)
    return {sku: [known.get(one.text) for one in months] for sku, known in shares.items()}


def _rows(
    desk: Desk,
    metric: str,
    by: str,
    member: str,
    months: Sequence[Period],
    values: Sequence[float],
    made: Forecast,
) -> list[dict[str, object]]:
    import pandas as pd

    is_money = desk.unit(metric) == "money"
    shared = {
        "metric": metric,
        "dimension": by,
        "member": member,
        "label": desk.member_label(by, member) if by else desk.metric_label(metric),
        "unit": str(desk.unit(metric)),
        "currency": desk.currency if is_money else "",
        "status": "ok",
        "model": made.model,
        "model_label": MODELS[made.model].text(desk.language),
        "season": made.season,
        "wape": made.wape,
        "bias": made.bias,
        "naive_wape": made.naive_wape,
        "naive_bias": made.naive_bias,
        "mase": made.mase,
        "scored_months": made.scored,
        "made_on": months[-1].end,
    }
    rows: list[dict[str, object]] = [
        {"month": month.text, "month_start": pd.Timestamp(month.start), "value": value,
         "lower": None, "upper": None, "kind": "actual"} | shared
        for month, value in list(zip(months, values, strict=True))[-12:]
    ]  # fmt: skip
    month, tail = months[-1], (1 - CONFIDENCE) / 2
    for step, value in enumerate(made.values):
        month = _month_after(month)
        spread = made.spread(step)
        rows.append(
            {"month": month.text, "month_start": pd.Timestamp(month.start), "value": value,
             "lower": spread.quantile(tail), "upper": spread.quantile(1 - tail),
             "kind": "forecast"} | shared
        )  # fmt: skip
    return rows


def _month_after(month: Period) -> Period:
    from datetime import timedelta

    return month_of(month.end + timedelta(days=1))


def scored(desk: Desk) -> pd.DataFrame:
    """Hold every published forecast against what came, as far as its month is over.

    Returns:
        made_on, metric, dimension, member, month, horizon, p10, p50, p90, model, edition and
        actual (empty where the desk does not know the whole month yet); empty where nothing was
        ever published.
    """
    import pandas as pd

    frame = desk.warehouse.sql(
        "SELECT made_on, metric, dimension, member, month, horizon, p10, p50, p90, model, edition "
        "FROM forecast_log WHERE made_on <= ? ORDER BY ALL",
        (desk.elapsed.end,),
    )
    known = {month.text: month for month in known_months(desk)}
    actual: dict[tuple[str, str, str, str], float] = {}
    for names, group in frame.groupby(["metric", "dimension"], sort=True):
        metric, by = map(str, names)
        if metric not in catalogue():
            continue  # a metric of the company's own that is no more
        months = [known[one] for one in sorted(set(group["month"]) & set(known))]
        for member, values in series_of(desk, metric, months, by).items():
            for month, value in zip(months, values, strict=True):
                actual[metric, by, member, month.text] = value
    keys = zip(frame["metric"], frame["dimension"], frame["member"], frame["month"], strict=True)
    # Of what was forecast and has no figure in a month that is known, nothing was sold.
    measured = {key[:2] for key in actual}
    frame["actual"] = pd.array(
        [actual.get(key, 0.0 if key[3] in known and key[:2] in measured else None) for key in keys],
        dtype="Float64",
    )
    return frame


def score(frame: pd.DataFrame) -> pd.DataFrame:
    """Score published forecasts whose month has come.

    Args:
        frame: One row a forecast with ``member``, ``horizon``, ``p10``, ``p50``, ``p90`` and
            ``actual`` (empty where the month is not over).

    Returns:
        One row a horizon: horizon, forecasts, wape, bias, coverage (share of what came that lay
        within p10 to p90, which promise 80 %).
    """
    import pandas as pd

    known = frame[frame["actual"].notna()]
    rows = []
    for horizon, group in known.groupby("horizon", sort=True):
        actual, middle = ([float(one) for one in group[name]] for name in ("actual", "p50"))
        held = (group["actual"] >= group["p10"]) & (group["actual"] <= group["p90"])
        rows.append((horizon, len(group), wape(actual, middle), bias(actual, middle),
                     float(held.mean())))  # fmt: skip
    return pd.DataFrame(rows, columns=["horizon", "forecasts", "wape", "bias", "coverage"])
