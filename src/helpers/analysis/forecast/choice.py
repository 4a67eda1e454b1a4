"""Each series chooses its method by rolling-origin back-test, and learns its range from it.

At every origin all candidates forecast from what was known by then, and the one with the least
absolute error on the origins before is believed. What is reported as error, and what the range
is made of, are the misses of that very procedure: the misses of the method that won in hindsight
would flatter it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from helpers.analysis.forecast.errors import bias, mase, wape
from helpers.analysis.forecast.models import NOW_AND_THEN, POOLED, SEASONAL, Candidate, Shape
from helpers.analysis.forecast.seasons import is_intermittent

#: Goes into the log with each forecast; counted up when they come about in another way.
VERSION = "1"
CONFIDENCE = 0.8
#: So many origins at least; fewer misses tell nothing about the next.
LEAST_ORIGINS = 4
#: What a monthly series needs at least: a season for the naive bar, and those origins.
LEAST_MONTHS = 12 + LEAST_ORIGINS
#: So many at most: two years, so that a business that changed is judged by what it is now.
MOST_ORIGINS = 24


@dataclass(frozen=True)
class Spread:
    """What one coming figure may be: a Student distribution, of its logarithm where ``on_log``.

    Attributes:
        middle: The forecast; half of the figures will lie above.
        scale: Root mean square of past misses (of their logarithms).
        freedom: Degrees of freedom; misses of overlapping stretches count once.
        on_log: Figures above nought miss by factors.
        sure: What has been reached already and comes on top.
    """

    middle: float
    scale: float
    freedom: float
    on_log: bool
    sure: float = 0.0

    def quantile(self, share: float) -> float:
        """Give the figure that lies above ``share`` of what may come."""
        from scipy.special import stdtrit

        reach = float(stdtrit(self.freedom, share)) * self.scale
        moved = self.middle * math.exp(reach) if self.on_log else self.middle + reach
        return self.sure + max(moved, 0.0)

    def reaches(self, goal: float) -> float:
        """Give the probability of at least ``goal``."""
        from scipy.special import stdtr

        needed = goal - self.sure
        if needed <= 0:
            return 1.0
        away = math.log(needed / self.middle) if self.on_log else needed - self.middle
        if not self.scale:
            return 1.0 if away <= 0 else 0.0
        return 1.0 - float(stdtr(self.freedom, away / self.scale))


@dataclass(frozen=True)
class Trial:
    """One origin of the back-test: what was forecast there, and what came."""

    forecast: tuple[float, ...]
    naive: tuple[float, ...]
    actual: tuple[float, ...]


@dataclass(frozen=True)
class Forecast:
    """The coming periods of one series.

    Attributes:
        values: One for each period of the horizon.
        model: The candidate's id.
        season: Whose season it is: ``own``; ``once``: its own, seen only once, which may be chance;
            ``pooled``: of its kind; ``none``: it sells now and then.
        trials: The back-test, oldest origin first.
        wape: Of one-step forecasts at those origins, never of a fit; None where nothing was sold.
        bias: Likewise; above nought where forecasts lay too high.
        naive_wape: The same of the naive bar.
        naive_bias: Likewise.
        mase: Likewise, in units of the naive's error within the history.
        on_log: Misses are factors.
    """

    values: tuple[float, ...]
    model: str
    season: str
    trials: tuple[Trial, ...]
    wape: float | None
    bias: float | None
    naive_wape: float | None
    naive_bias: float | None
    mase: float | None
    on_log: bool

    @property
    def scored(self) -> int:
        """Number of origins."""
        return len(self.trials)

    def spread(self, step: int) -> Spread:
        """Say what the period ``step`` (0 is the next) may be."""
        found = [self._misses(step - less, 1) for less in range(step + 1)]
        less, misses = next(
            (n, one) for n, one in enumerate(found) if len(one) >= LEAST_ORIGINS or n == step
        )
        # Never narrower further out, and wider by the root of time where nothing was scored.
        scale = max(_root_mean_square(one) for one in found[less:])
        steps = step + 1 - less
        return Spread(
            self.values[step],
            scale * math.sqrt((step + 1) / steps),
            self._freedom(len(misses), steps),
            self.on_log and self.values[step] > 0,
        )

    def total(self, first: int, count: int, sure: float = 0.0, part: float = 1.0) -> Spread:
        """Say what ``count`` periods from ``first`` on add up to, on top of what is ``sure``.

        Args:
            first: Place of the first, 0 being the next period.
            count: Number of periods.
            sure: What has been reached before them.
            part: Share of the first that is still to come.
        """
        held, misses = count, self._misses(first, count)
        while len(misses) < LEAST_ORIGINS and held > 1:
            held -= 1
            misses = self._misses(first, held)
        chosen = self.values[first : first + count]
        middle = chosen[0] * part + math.fsum(chosen[1:])
        scale = _root_mean_square(misses) * math.sqrt(count / held)
        if not self.on_log:
            scale *= count / held
        freedom = self._freedom(len(misses), first + held)
        return Spread(middle, scale, freedom, self.on_log and middle > 0, sure)

    def _freedom(self, scored: int, steps: int) -> float:
        """Count the misses that tell something new.

        Those of overlapping stretches of ``steps`` periods share most of what they tell, and so
        do those that follow one another on the same side: n (1 - rho) / (1 + rho) are left.
        """
        ones = self._misses(0, 1)
        whole = math.fsum(miss * miss for miss in ones)
        alike = math.fsum(a * b for a, b in pairwise(ones)) / whole if whole > 0 else 0.0
        alike = min(max(alike, 0.0), 0.9)
        new = len(ones) * (1 - alike) / (1 + alike)
        return max(min((scored + steps - 1) / steps, new), 1.0)

    def _misses(self, first: int, count: int) -> list[float]:
        """List by how much sums of so many periods were missed (their logarithms)."""
        found = []
        for trial in self.trials:
            came = trial.actual[first : first + count]
            if len(came) < count:
                continue
            actual, guessed = math.fsum(came), math.fsum(trial.forecast[first : first + count])
            found.append(math.log(actual / guessed) if self.on_log else actual - guessed)
        return found


def choose(
    series: Sequence[float],
    horizon: int,
    *,
    season: int = 12,
    pooled: tuple[float, ...] | None = None,
) -> Forecast | None:
    """Forecast a series by the candidate that did best on its past.

    Args:
        series: Oldest first, equally spaced, no gaps; none below nought.
        horizon: Number of periods to forecast.
        season: Periods in a year.
        pooled: Seasonal factors of series of its kind, that of the first period first; used
            where its own season has not been seen twice.

    Returns:
        None where the history is too short for any candidate and ``LEAST_ORIGINS`` origins, or
        nothing was sold for a whole season.
    """
    if not series or not any(value > 0 for value in series[-season:]) or min(series) < 0:
        return None
    family, basis = _family(series, season, pooled)
    shape = Shape(season, pooled if basis == "pooled" else None)
    fit = [one for one in family if one.needs(shape) + LEAST_ORIGINS <= len(series)]
    if not fit:
        return None
    first = max(max(one.needs(shape) for one in fit), len(series) - MOST_ORIGINS)
    tried = {
        one.id: paths
        for one in fit
        if (paths := _paths(one, series, first, horizon, shape)) is not None
    }
    if fit[0].id not in tried:
        return None
    on_log = min(series) > 0
    trials = _believed(tried, fit[0].id, series, first, horizon)
    best = _best(tried, fit[0].id, series, first, len(series))
    values = next(one for one in fit if one.id == best).forecast(series, horizon, shape)
    if values is None:
        return None
    actual = [trial.actual[0] for trial in trials]
    guessed, naive = ([path[0] for path in paths] for paths in (
        [trial.forecast for trial in trials], [trial.naive for trial in trials]))  # fmt: skip
    lag = season if first > season else 1
    return Forecast(
        tuple(max(value, 0.0) for value in values),
        best,
        basis,
        trials,
        wape(actual, guessed),
        bias(actual, guessed),
        wape(actual, naive),
        bias(actual, naive),
        mase(actual, guessed, series[:first], lag),
        on_log,
    )


def _family(
    series: Sequence[float], season: int, pooled: tuple[float, ...] | None
) -> tuple[tuple[Candidate, ...], str]:
    if is_intermittent(series):
        return NOW_AND_THEN, "none"
    if pooled is not None and len(series) < 2 * season + LEAST_ORIGINS:
        return POOLED, "pooled"
    return SEASONAL, "own" if len(series) >= 2 * season else "once"


def _paths(
    one: Candidate, series: Sequence[float], first: int, horizon: int, shape: Shape
) -> list[list[float]] | None:
    """Forecast from each origin; None where the candidate cannot at one of them."""
    paths = []
    for origin in range(first, len(series)):
        made = one.forecast(series[:origin], horizon, shape)
        if made is None:
            return None
        paths.append([max(value, 0.0) for value in made])
    return paths


def _best(
    tried: dict[str, list[list[float]]], naive: str, series: Sequence[float], first: int, known: int
) -> str:
    """Name the candidate with the least absolute error on all that was known by then."""

    def off(name: str) -> float:
        return math.fsum(
            abs(series[first + place + step] - value)
            for place, path in enumerate(tried[name])
            for step, value in enumerate(path)
            if first + place + step < known
        )

    return min(tried, key=lambda name: (off(name), name != naive))


def _believed(
    tried: dict[str, list[list[float]]],
    naive: str,
    series: Sequence[float],
    first: int,
    horizon: int,
) -> tuple[Trial, ...]:
    trials = []
    for origin in range(first, len(series)):
        name = _best(tried, naive, series, first, origin) if origin > first else naive
        came = tuple(series[origin : origin + horizon])
        place = origin - first
        trials.append(Trial(tuple(tried[name][place]), tuple(tried[naive][place]), came))
    return tuple(trials)


def _root_mean_square(misses: Sequence[float]) -> float:
    return math.sqrt(math.fsum(miss * miss for miss in misses) / len(misses)) if misses else 0.0
