"""How often customers will still buy, and for how much: BG/NBD and Gamma-Gamma.

BG/NBD (Fader, Hardie, Lee 2005, "Counting your customers the easy way"): while a customer is
alive, orders come at a rate that differs between customers as a gamma distribution; after each
order some leave for good, with a probability that differs as a beta distribution. Gamma-Gamma
(Fader, Hardie 2013): a customer's orders vary around a mean of their own, whatever their number.

Plain numbers only. Customers with the same history are one row with a count, so that a million
buyers cost as much as their different histories.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

#: Fewer customers, or fewer that came back, tell the parameters of no distribution. Wholesale
#: buyers, of whom a company has dozens, are told by what they did.
LEAST_CUSTOMERS, LEAST_RETURNED = 300, 50


@dataclass(frozen=True)
class Buying:
    """Parameters of BG/NBD: gamma (r, alpha) of the rate, beta (a, b) of leaving."""

    r: float
    alpha: float
    a: float
    b: float

    @property
    def _a(self) -> float:
        """Step off 1, where the closed form divides nought by nought."""
        return self.a if abs(self.a - 1) > 1e-7 else 1 + 1e-7

    def expected(self, ahead: float) -> float:
        """Give the orders a new customer places after the first within ``ahead`` time units."""
        from scipy.special import hyp2f1

        r, alpha, a, b = self.r, self.alpha, self._a, self.b
        part = ahead / (alpha + ahead)
        stays = (alpha / (alpha + ahead)) ** r * hyp2f1(r, b, a + b - 1, part)
        return float((a + b - 1) / (a - 1) * (1 - stays))

    def expected_of(
        self, ahead: float, repeats: np.ndarray, last: np.ndarray, age: np.ndarray
    ) -> np.ndarray:
        """Give the orders that known customers will place within ``ahead`` time units.

        Args:
            ahead: Length of the time to come.
            repeats: Orders after the first.
            last: Time of the last order since the first; 0 where there was no other.
            age: Time since the first order. All in the unit that the parameters were fitted in.
        """
        import numpy as np
        from scipy.special import hyp2f1

        r, alpha, a, b = self.r, self.alpha, self._a, self.b
        x = np.asarray(repeats, dtype=float)
        shrunk = ((alpha + age) / (alpha + age + ahead)) ** (r + x)
        hyper = hyp2f1(r + x, b + x, a + b + x - 1, ahead / (alpha + age + ahead))
        comes = (a + b + x - 1) / (a - 1) * (1 - shrunk * hyper)
        return comes / (1 + self._gone(x, last, age))

    def alive(self, repeats: np.ndarray, last: np.ndarray, age: np.ndarray) -> np.ndarray:
        """Give the probability of not having left; 1 where nobody could, before a second order."""
        import numpy as np

        return 1 / (1 + self._gone(np.asarray(repeats, dtype=float), last, age))

    def _gone(self, x: np.ndarray, last: np.ndarray, age: np.ndarray) -> np.ndarray:
        """Give the odds of having left, of each customer."""
        import numpy as np

        odds = self.a / (self.b + np.maximum(x, 1) - 1) * (
            (self.alpha + age) / (self.alpha + last)
        ) ** (self.r + x)  # fmt: skip
        return np.where(x > 0, odds, 0.0)


@dataclass(frozen=True)
class Spending:
    """Parameters of Gamma-Gamma: shape p of one order, gamma (q, scale) of customers' means."""

    p: float
    q: float
    scale: float

    @property
    def mean(self) -> float:
        """Mean value of an order over all customers; only where q is above 1 is there one."""
        return self.p * self.scale / (self.q - 1)

    def expected_of(self, repeats: np.ndarray, average: np.ndarray) -> np.ndarray:
        """Give the value of a customer's coming orders: between their own mean and everybody's.

        Args:
            repeats: Orders that ``average`` is the mean of; 0 gives everybody's mean.
            average: Mean value of a customer's orders.
        """
        import numpy as np

        x = np.asarray(repeats, dtype=float)
        spent = x * np.where(x > 0, average, 0.0)
        return self.p * (self.scale + spent) / (self.p * x + self.q - 1)


def buying_log_likelihood(
    model: Buying, repeats: np.ndarray, last: np.ndarray, age: np.ndarray, count: np.ndarray
) -> float:
    """Give the log likelihood of histories (Fader, Hardie, Lee 2005, equation 6)."""
    import numpy as np
    from scipy.special import betaln, gammaln

    r, alpha, a, b = model.r, model.alpha, model.a, model.b
    x = np.asarray(repeats, dtype=float)
    rate = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    stays = betaln(a, b + x) - betaln(a, b) - (r + x) * np.log(alpha + age)
    leaves = betaln(a + 1, b + np.maximum(x, 1) - 1) - betaln(a, b) - (r + x) * np.log(alpha + last)
    either = np.where(x > 0, np.logaddexp(stays, np.where(x > 0, leaves, 0.0)), stays)
    return float(np.sum(count * (rate + either)))


def spending_log_likelihood(
    model: Spending, repeats: np.ndarray, average: np.ndarray, count: np.ndarray
) -> float:
    """Give the log likelihood of customers' mean orders (Fader, Hardie 2013, equation 1a)."""
    import numpy as np
    from scipy.special import gammaln

    p, q, scale = model.p, model.q, model.scale
    x, m = np.asarray(repeats, dtype=float), np.asarray(average, dtype=float)
    each = (
        gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(scale)
        + (p * x - 1) * np.log(m) + p * x * np.log(x) - (p * x + q) * np.log(scale + m * x)
    )  # fmt: skip
    return float(np.sum(count * each))


def fit_buying(
    repeats: np.ndarray, last: np.ndarray, age: np.ndarray, count: np.ndarray
) -> Buying | None:
    """Fit BG/NBD by maximum likelihood.

    Customers without a second order belong in it: they are most of what it learns from.

    Returns:
        None with fewer than ``LEAST_CUSTOMERS`` customers or ``LEAST_RETURNED`` that came back,
        or where no maximum was found.
    """
    import numpy as np

    returned = float(np.sum(count[np.asarray(repeats) > 0]))
    if float(np.sum(count)) < LEAST_CUSTOMERS or returned < LEAST_RETURNED:
        return None
    # In units of the mean age the parameters are of the size of 1, and the search is short.
    unit = float(np.average(age, weights=count)) or 1.0
    found = _maximum(
        lambda *one: buying_log_likelihood(Buying(*one), repeats, last / unit, age / unit, count),
        [(0.5, 0.3, 0.8, 2.5), (1.0, 1.0, 0.5, 1.5)],
        float(np.sum(count)),
    )
    if found is None:
        return None
    r, alpha, a, b = found
    return Buying(r, alpha * unit, a, b)


def fit_spending(repeats: np.ndarray, average: np.ndarray, count: np.ndarray) -> Spending | None:
    """Fit Gamma-Gamma by maximum likelihood, on customers who came back and paid something.

    A single order says nothing about how much one customer's orders vary.

    Returns:
        None with fewer than ``LEAST_RETURNED`` such customers, or where the means of customers
        have none themselves (q of at most 1).
    """
    import numpy as np

    fit = (np.asarray(repeats) > 0) & (np.asarray(average) > 0)
    x, m, n = repeats[fit], np.asarray(average, dtype=float)[fit], count[fit]
    if float(np.sum(n)) < LEAST_RETURNED:
        return None
    unit = float(np.average(m, weights=n))
    found = _maximum(
        lambda *one: spending_log_likelihood(Spending(*one), x, m / unit, n),
        [(2.0, 3.0, 1.0), (6.0, 4.0, 0.5)],
        float(np.sum(n)),
    )
    if found is None or found[1] <= 1:
        return None
    p, q, scale = found
    return Spending(p, q, scale * unit)


def _maximum(
    log_likelihood: Callable[..., float], starts: list[tuple[float, ...]], count: float
) -> tuple[float, ...] | None:
    """Search the parameters, all above nought, from several starts; the best that converged."""
    import numpy as np
    from scipy.optimize import minimize

    def off(logs: Any) -> float:
        value = -log_likelihood(*np.exp(logs)) / count
        return value if np.isfinite(value) else 1e6

    tried = [
        minimize(off, np.log(start), method="L-BFGS-B", bounds=[(-9.0, 9.0)] * len(start))
        for start in starts
    ]
    good = [one for one in tried if one.success]
    if not good:
        return None
    best = min(good, key=lambda one: float(one.fun))
    if bool(np.any(np.abs(best.x) >= 9.0)):
        return None  # the likelihood climbs for ever: the data hold no such distribution
    return tuple(float(one) for one in np.exp(best.x))
