"""What a series was expected to show: its own level, trend and season, and how sure that is.

Belongs here: the arithmetic of one prediction with all that is not known about it. What counts as
a signal is ``signal``'s business.

The usual limits of a process behaviour chart (``signal.xmr_limits``) are those of a known mean.
With 24 to 36 months of a trending, seasonal series nothing is known: twelve seasonal effects rest
on two or three values each. Limits that forget this raise several times the alarms they promise.
Here the value that is tested is left out, the others foretell it, and the range is that of a
prediction: Student's, with the uncertainty of level, trend and season in it.

The model is Gaussian, on the scale it is given: level and straight trend of any size, seasonal
effects, a level that may wander, and independent noise. How strong
season and wander are is not chosen but averaged over, each candidate weighted by how well it
explains the past (restricted likelihood; Harville 1977, Hoeting et al. 1999).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

#: Candidates for the variance of each part, in units of the variance of the noise: how far the
#: level wanders from month to month, how far seasonal effects lie from each other, what an
#: event (Ramadan, Lunar New Year) does.
_WANDER = (0.0, 0.005, 0.02, 0.08)
_SEASON = (0.0, 0.1, 0.3, 1.0, 3.0, 10.0, 100.0)
_EVENT = (0.3, 10.0)
#: A past value so many standard deviations from where the others put it was an exception itself
#: (a stock-out, an earlier story); it tells nothing about normal months and is left out.
_EXCEPTION = 3.2
#: Of so many past values one at most is called an exception.
_ONE_EXCEPTION_IN = 8


@dataclass(frozen=True)
class Expectation:
    """A prediction as a mixture of Student's distributions, one for each candidate model.

    Attributes:
        weights: How much each candidate counts; they add up to one.
        means: Where each expects the value.
        spreads: How sure each is: the scale of its Student's distribution.
        freedom: Degrees of freedom of all of them.
        noise: Standard deviation of the series' own noise, without what is uncertain about the
            expectation: the unit in which the size of a departure is told.
        points: Number of past values it rests on.
        exceptions: Places of the past values that were left out as exceptions.
    """

    weights: tuple[float, ...]
    means: tuple[float, ...]
    spreads: tuple[float, ...]
    freedom: int
    noise: float
    points: int
    exceptions: tuple[int, ...]

    @property
    def centre(self) -> float:
        """Where the value is expected."""
        return sum(w * mean for w, mean in zip(self.weights, self.means, strict=True))

    @cached_property
    def _parts(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        import numpy as np

        return np.array(self.weights), np.array(self.means), np.array(self.spreads)

    def chance_below(self, value: float) -> float:
        """Give the probability of a value as low as this one, where nothing has changed."""
        from scipy.special import stdtr

        weights, means, spreads = self._parts
        return float(weights @ stdtr(self.freedom, (value - means) / spreads))

    def p_value(self, value: float) -> float:
        """Give the probability of a value as far out as this one on either side."""
        below = self.chance_below(value)
        return min(1.0, 2 * min(below, 1 - below))

    def limits(self, confidence: float) -> tuple[float, float]:
        """Give the range that holds ``confidence`` of what would happen if nothing changed."""
        tail = (1 - confidence) / 2
        return self._quantile(tail), self._quantile(1 - tail)

    def _quantile(self, share: float) -> float:
        from scipy.special import stdtrit

        # The mixture's quantile lies among those of its parts.
        _, means, spreads = self._parts
        ends = means + float(stdtrit(self.freedom, share)) * spreads
        low, high = float(ends.min()), float(ends.max())
        while high - low > 1e-9 * (abs(low) + abs(high)):
            middle = (low + high) / 2
            if middle in (low, high):
                break
            low, high = (middle, high) if self.chance_below(middle) < share else (low, middle)
        return (low + high) / 2


def expect(
    values: Sequence[float | None],
    season: int,
    tested: int = 1,
    events: Sequence[Sequence[float]] = (),
) -> Expectation | None:
    """Foretell the mean of the last ``tested`` values from the others.

    Args:
        values: Equally spaced, oldest first, ending with the tested ones; gaps are allowed.
        season: Periods in a year.
        tested: How many of the last values to foretell together: one, or several where a change
            of level is asked about.
        events: For each moving event, the share of it that falls in each period.

    Returns:
        None where too few values are left, or where they do not vary at all.
    """
    import numpy as np

    y = np.array([np.nan if value is None else value for value in values], dtype=float)
    total = len(y)
    aim = tuple(range(total - tested, total))
    usual = [place for place in range(total - tested) if np.isfinite(y[place])]
    told = tuple(tuple(float(share) for share in event) for event in events)
    most = len(usual) // _ONE_EXCEPTION_IN
    left_out: list[int] = []
    while True:
        if len(usual) < season + 3:
            return None
        system = _system(season, tuple(usual), aim, total, told)
        past = y[usual]
        pushed = system.precision @ past
        squares = pushed @ past
        if float(squares.min()) <= 1e-18 * max(1.0, float(past @ past)):
            return None
        freedom = len(usual) - 2
        likelihood = -system.penalty - freedom / 2 * np.log(squares)
        weights = np.exp(likelihood - likelihood.max())
        weights /= weights.sum()
        # How far each past value lies from where the others put it, in standard deviations.
        pulled = pushed / system.stiffness
        without = (squares[:, None] - pulled * pushed) / (freedom - 1)
        scale = np.sqrt(np.maximum(without, 1e-300) / system.stiffness)
        departures = weights @ (pulled / scale)
        worst = int(np.abs(departures).argmax())
        if len(left_out) >= most or abs(departures[worst]) < _EXCEPTION:
            break
        left_out.append(usual.pop(worst))
    means = system.forecast @ past
    noise = np.sqrt(squares / freedom)
    spreads = noise * np.sqrt(system.variance)
    keep = weights > 1e-6 * weights.max()
    chosen = weights[keep] / weights[keep].sum()
    return Expectation(
        tuple(chosen.tolist()),
        tuple(means[keep].tolist()),
        tuple(spreads[keep].tolist()),
        freedom,
        float((chosen * noise[keep]).sum()),
        len(usual),
        tuple(sorted(left_out)),
    )


@dataclass(frozen=True, eq=False)
class _System:
    """Everything of the prediction that does not depend on the values; by candidate model.

    Attributes:
        precision: Maps past values to what is left of them once level, trend, season and wander
            are explained: ``y' P y`` is the weighted sum of squares.
        stiffness: Diagonal of ``precision``.
        penalty: What the restricted likelihood takes from a candidate for its freedom.
        forecast: Maps past values to the expected mean of the tested ones.
        variance: Variance of that prediction, in units of the variance of the noise.
    """

    precision: np.ndarray
    stiffness: np.ndarray
    penalty: np.ndarray
    forecast: np.ndarray
    variance: np.ndarray


@lru_cache(maxsize=64)
def _system(
    season: int,
    past: tuple[int, ...],
    aim: tuple[int, ...],
    total: int,
    events: tuple[tuple[float, ...], ...],
) -> _System:
    import numpy as np

    time = np.arange(total, dtype=float)
    rows, ahead = np.array(past), np.array(aim)
    regressors = np.stack([np.ones(total), (time - time.mean()) / season], axis=1)
    wander = np.minimum(time[:, None], time[None, :])
    phase = np.arange(total) % season
    alike = (phase[:, None] == phase[None, :]).astype(float)
    happening = np.array(events, dtype=float).reshape(len(events), total)
    lifted = happening.T @ happening
    candidates = [
        (drift, swing, lift)
        for drift in _WANDER
        for swing in _SEASON
        for lift in (_EVENT if events else (0.0,))
    ]
    kernel = np.stack([a * wander + b * alike + c * lifted for a, b, c in candidates])
    covariance = np.eye(len(rows)) + kernel[:, rows[:, None], rows]
    inverse = np.linalg.inv(covariance)
    known = regressors[rows]
    weighted = np.swapaxes(known, 0, 1) @ inverse
    normal = weighted @ known
    estimate = np.linalg.solve(normal, weighted)
    precision = inverse - np.swapaxes(weighted, 1, 2) @ estimate
    # The mean of the tested values is one contrast of them.
    cross = kernel[:, ahead[:, None], rows].mean(axis=1)
    target = regressors[ahead].mean(axis=0)
    carried = np.einsum("ki,kij->kj", cross, precision)
    forecast = np.einsum("p,kpi->ki", target, estimate) + carried
    inner = kernel[:, ahead[:, None], ahead].mean(axis=(1, 2)) + 1 / len(aim)
    gap = target - np.einsum("ki,kij,jp->kp", cross, inverse, known)
    variance = (
        inner
        - np.einsum("ki,kij,kj->k", cross, inverse, cross)
        + np.einsum("kp,kp->k", gap, np.linalg.solve(normal, gap[:, :, None])[:, :, 0])
    )
    penalty = (np.linalg.slogdet(covariance)[1] + np.linalg.slogdet(normal)[1]) / 2
    return _System(
        precision,
        np.einsum("kii->ki", precision).copy(),
        penalty,
        forecast,
        variance,
    )
