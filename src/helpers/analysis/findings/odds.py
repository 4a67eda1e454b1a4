"""How likely chance puts a month so far off: Student's t, and the exact odds of a count.

Where a month is a count, of orders or refunds, the logarithm of few is no bell: from ten expected
refunds none is as near as thirty. There the count's own law decides, mixed over what is not known
of its mean.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

#: Up to so many expected cases a count is judged as a count; more of them make a bell.
FEW = 400.0
#: How far and how finely what is not known of the mean is gone through, in its spread.
REACH, STEPS = 12.0, 241


@dataclass(frozen=True)
class Normal:
    """Where a month would lie by chance, on the log scale.

    Attributes:
        mean: Expected.
        spread: Standard deviation around it, with what is not known of the mean.
        counting: The part of the spread that counting alone makes; nought where nothing is
            counted.
        freedom: Degrees of freedom of the spread.
    """

    mean: float
    spread: float
    counting: float
    freedom: float

    def reach(self, confidence: float) -> float:
        """Say how far to either side so much of chance reaches."""
        from scipy.special import stdtrit

        return float(stdtrit(self.freedom, (1 + confidence) / 2)) * self.spread

    def odds_of(self, score: float) -> float:
        """Give the two-sided odds of a standardised deviation; 1 where there is none."""
        from scipy.special import stdtr

        return float(2 * stdtr(self.freedom, -abs(score))) if score == score else 1.0

    def odds(self, log: float, count: float | None = None, exposure: float = math.inf) -> float:
        """Give the two-sided odds of a month at least as far off.

        Args:
            log: What the month shows.
            count: The cases behind it, where the month is a count.
            exposure: What they are counted of.
        """
        if count is None or math.exp(self.mean) * exposure > FEW:
            return self.odds_of((log - self.mean) / self.spread)
        return self._odds_of_count(count, math.exp(self.mean) * exposure)

    def _odds_of_count(self, count: float, expected: float) -> float:
        """Mix Poisson's tail over Student's doubt of the mean, half of the count itself in it.

        Half of it (Lancaster 1961, the mid-p value), because a whole one would ask more of few
        cases than of many.
        """
        import numpy as np
        from scipy.special import pdtr, pdtrc

        doubt = math.sqrt(max(self.spread**2 - self.counting**2, 1e-12))
        steps = np.linspace(-REACH, REACH, STEPS)
        weights = (1 + steps**2 / self.freedom) ** (-(self.freedom + 1) / 2)
        weights /= weights.sum()
        means = expected * np.exp(np.clip(steps * doubt, -50, 50))
        whole = math.floor(count)
        below = float(weights @ pdtr(whole, means))
        above = float(weights @ pdtrc(whole, means))
        exactly = 1 - below - above if whole == 0 else float(
            weights @ (pdtr(whole, means) - pdtr(whole - 1, means))
        )  # fmt: skip
        exactly = below if whole == 0 else exactly
        return min(1.0, 2 * min(below - exactly / 2, above + exactly / 2))
