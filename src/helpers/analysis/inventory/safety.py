"""Safety stock by both formulas, and the service level that each one buys (DOMAIN E10, R07)."""

from __future__ import annotations

import math
from statistics import NormalDist

SERVICE_LEVEL = 0.95


def noise(
    daily_spread: float, lead_days: float, daily_units: float = 0.0, lead_spread: float = 0.0
) -> float:
    """Give the spread of what sells until a delivery comes: √(L·σ_D² + D²·σ_L²), in units."""
    return math.sqrt(max(lead_days, 0.0) * daily_spread**2 + (daily_units * lead_spread) ** 2)


def safety_stock(
    daily_spread: float,
    lead_days: float,
    *,
    daily_units: float = 0.0,
    lead_spread: float = 0.0,
    service_level: float = SERVICE_LEVEL,
) -> float:
    """Give the stock that covers demand and delivery noise: z·√(L·σ_D² + D²·σ_L²).

    Args:
        daily_spread: σ_D, standard deviation of a day's sales, in units.
        lead_days: L, days from order to stock.
        daily_units: D, mean of a day's sales.
        lead_spread: σ_L, standard deviation of the lead time, in days.
        service_level: Chance of getting through a lead time without running out.
    """
    z = NormalDist().inv_cdf(service_level)
    return z * noise(daily_spread, lead_days, daily_units, lead_spread)


def rule_safety_stock(units_30d: float, factor: float) -> float:
    """Give the house rule's safety stock: ``factor`` (1.5) times what 30 days sold (R07)."""
    return factor * units_30d


def implied_service_level(
    stock: float,
    daily_spread: float,
    lead_days: float,
    *,
    daily_units: float = 0.0,
    lead_spread: float = 0.0,
) -> float | None:
    """Say how often a safety stock suffices; None where neither demand nor delivery shows noise."""
    spread = noise(daily_spread, lead_days, daily_units, lead_spread)
    return NormalDist().cdf(stock / spread) if spread > 0 else None
