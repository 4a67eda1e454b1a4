"""Money as whole ten-thousandths, so that a total is the sum of its cents.

A *tick* is 0.0001 of a currency unit: fine enough for every amount that an export or a
``DECIMAL(18,4)`` column can hold, and whole numbers add up in any order.
"""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

Array = NDArray[Any]

TICK = 10_000
CENT = 100

#: The smallest amount that is paid, in ticks; two decimals where nothing is said.
_STEPS = {"JPY": TICK, "TWD": TICK}


def smallest_payment(currency: str) -> int:
    """Give the smallest amount of a currency that is paid, in ticks.

    >>> smallest_payment("JPY"), smallest_payment("EUR")
    (10000, 100)
    """
    return _STEPS.get(currency, CENT)


def share_of(amount: Any, numerator: Array | int, denominator: Array | int, step: int) -> Array:
    """Take a fraction of non-negative ticks, rounded half up to ``step``, without any float.

    >>> int(share_of(1_190_000, 190, 1190, 100))
    190000
    """
    taken: Array = (2 * amount * numerator + step * denominator) // (2 * step * denominator) * step
    return taken


def written(ticks: int, step: int = CENT) -> str:
    """Write ticks as a decimal number, without thousands marks.

    >>> written(-123_450_0), written(1_980_0000, TICK), written(12_3456, 1)
    ('-123.45', '1980', '12.3456')
    """
    sign = "-" if ticks < 0 else ""
    whole, part = divmod(abs(int(ticks)), TICK)
    if step == TICK:
        return f"{sign}{whole}"
    if step == CENT:
        return f"{sign}{whole}.{part // CENT:02d}"
    return f"{sign}{whole}.{part:04d}"
