"""Amounts that people state in some currency, in the currency of the company."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from helpers.analysis.desk import number

if TYPE_CHECKING:
    from helpers.analysis.desk import Desk


def in_base(desk: Desk, amount: float, currency: str, day: date) -> float | None:
    """Convert an amount at the last daily rate up to ``day``; None without one."""
    if currency == desk.currency:
        return amount
    found = desk.warehouse.sql(
        "SELECT rate FROM fx_rates WHERE currency = ? AND kind = 'daily' AND day <= ? "
        "ORDER BY day DESC LIMIT 1",
        (currency, day),
    )
    rate = number(found["rate"].iloc[0]) if len(found) else None
    return amount * rate if rate is not None else None


def in_base_on_average(
    desk: Desk, amount: float, currency: str, first: date, last: date
) -> float | None:
    """Convert an amount at the mean daily rate of some days; None without any."""
    if currency == desk.currency:
        return amount
    found = desk.warehouse.sql(
        "SELECT avg(rate) AS rate FROM fx_rates "
        "WHERE currency = ? AND kind = 'daily' AND day BETWEEN ? AND ?",
        (currency, first, last),
    )
    rate = number(found["rate"].iloc[0])
    return amount * rate if rate is not None else None
