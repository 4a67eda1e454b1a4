"""Suppliers and carriers by what they did: on time, complete, sound, and at what delay."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING

from helpers.analysis.desk import Desk
from helpers.analysis.spreads import spread_of
from helpers.vocabulary.labels import Label

if TYPE_CHECKING:
    import pandas as pd

#: How far back deliveries speak for a supplier, and parcels for a carrier.
SUPPLIER_DAYS, CARRIER_DAYS = 365, 90
#: What makes up a supplier's score of 100: punctual, sound, complete.
WEIGHTS = {"on_time": 40.0, "sound": 40.0, "complete": 20.0}
TIERS: dict[str, Label] = {
    "strategic": Label(en="Strategic", zh="战略"),
    "core": Label(en="Core", zh="核心"),
    "ordinary": Label(en="Ordinary", zh="普通"),
}
SUPPLIER_COLUMNS = [
    "member", "label", "tier", "tier_label", "category", "deliveries", "on_time", "sound",
    "complete", "delay_days", "lead_time_days", "lead_spread", "bought", "score",
]  # fmt: skip
CARRIER_COLUMNS = [
    "carrier", "lane", "mode", "shipments", "delay_days", "delay_lower", "delay_upper", "on_time",
    "lost", "cost", "backups",
]  # fmt: skip


def score(on_time: float | None, sound: float | None, complete: float | None) -> float | None:
    """Score a supplier from 0 to 100; parts that nobody recorded are left out of the weights.

    >>> score(0.9, 0.98, 1.0)
    95.2
    """
    parts = {"on_time": on_time, "sound": sound, "complete": complete}
    known = {name: value for name, value in parts.items() if value is not None}
    if not known:
        return None
    total = math.fsum(WEIGHTS[name] * value for name, value in known.items())
    return round(100 * total / math.fsum(WEIGHTS[name] for name in known), 10)


def supplier_scorecard(desk: Desk) -> pd.DataFrame:
    """Score each supplier by the order lines received in the year to the end of the period.

    Returns:
        member (supplier_id), label (its name), tier, tier_label, category, deliveries (lines
        received), on_time (share received by the promised day), sound (share of inspected units
        that passed), complete (units received ÷ ordered, at most 1), delay_days (mean; early is
        negative), lead_time_days and lead_spread (order to receipt), bought (base currency),
        score; the best first. Empty without purchase orders.
    """
    import pandas as pd

    end = desk.elapsed.end
    found = desk.warehouse.sql(
        f"""
        WITH received AS (
            SELECT * FROM purchase_orders WHERE received_on BETWEEN ? AND ?
        )
        SELECT p.supplier_id AS member, coalesce(any_value(name), p.supplier_id) AS label,
               any_value(tier) AS tier, any_value(category) AS category, count(*) AS deliveries,
               avg((received_on <= promised_on)::INT) AS on_time,
               1 - sum(failed_quantity)::DOUBLE / nullif(sum(inspected_quantity), 0) AS sound,
               least(1, sum(received_quantity)::DOUBLE / nullif(sum(quantity), 0)) AS complete,
               avg(received_on - promised_on) AS delay_days,
               avg(received_on - ordered_on) AS lead_time_days,
               {spread_of("received_on - ordered_on")} AS lead_spread,
               sum(received_quantity * unit_cost_base)::DOUBLE AS bought
        FROM received p LEFT JOIN suppliers s USING (supplier_id)
        GROUP BY p.supplier_id
        """,
        (end - timedelta(days=SUPPLIER_DAYS - 1), end),
    )
    parts = zip(found["on_time"], found["sound"], found["complete"], strict=True)
    scores = pd.Series([score(*(_known(part) for part in row)) for row in parts], dtype="float64")
    tiers = [
        TIERS[tier].text(desk.language) if tier in TIERS else (tier or "")
        for tier in found["tier"].fillna("")
    ]
    return found.assign(score=scores, tier_label=tiers).sort_values(
        ["score", "member"], ascending=[False, True], ignore_index=True
    )[SUPPLIER_COLUMNS]


def carrier_scorecard(desk: Desk) -> pd.DataFrame:
    """Score each carrier on each lane by what was delivered in the 90 days to the period's end.

    Shipments are counted by the day they arrived, so that the slow ones of the last weeks are not
    left out because they are still on their way.

    Returns:
        carrier, lane, mode, shipments (arrived, with a promised day), delay_days (mean days past
        the promise; early is negative), delay_lower and delay_upper (95 % interval of the mean,
        Student's t; empty with one shipment), on_time (share), lost (share of what was shipped),
        cost (mean, base currency), backups (other carriers on that lane, joined by ", "); the
        latest first.
    """
    from scipy import stats

    end = desk.elapsed.end
    found = desk.warehouse.sql(
        f"""
        WITH seen AS (
            SELECT *, delivered_on - promised_on AS late FROM shipments
            WHERE coalesce(delivered_on, shipped_on) BETWEEN ? AND ?
        ),
        lanes AS (SELECT DISTINCT lane, mode, carrier FROM shipments WHERE shipped_on <= ?)
        SELECT carrier, coalesce(lane, '') AS lane, any_value(mode) AS mode,
               count(late) AS shipments, avg(late) AS delay_days,
               {spread_of("late")} AS spread,
               avg((late <= 0)::INT) AS on_time,
               avg(coalesce(is_lost, false)::INT) AS lost, avg(cost_base)::DOUBLE AS cost,
               (SELECT string_agg(DISTINCT l.carrier, ', ' ORDER BY l.carrier) FROM lanes l
                WHERE l.lane = seen.lane AND l.carrier <> seen.carrier) AS backups
        FROM seen GROUP BY carrier, lane
        ORDER BY delay_days DESC NULLS LAST, carrier, lane
        """,
        (end - timedelta(days=CARRIER_DAYS - 1), end, end),
    )
    n = found["shipments"].astype("float64")
    reach = stats.t.ppf(0.975, (n - 1).clip(lower=1)) * found["spread"] / n**0.5
    return found.assign(
        delay_lower=found["delay_days"] - reach, delay_upper=found["delay_days"] + reach
    )[CARRIER_COLUMNS]


def _known(value: float | None) -> float | None:
    return None if value is None or value != value else float(value)
