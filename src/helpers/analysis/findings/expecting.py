"""What would a month have been by season, trend and chance: a panel of series that share both.

Each series is, on the log scale, a level with a trend that drifts, its own season, the effect of
events that move in the calendar, and noise. The series of one panel (stores of a metric, articles
of a store) share a season and a chance of the month in addition, so that a short or noisy series
borrows from the others and what moves all of them alike is no news of one. All of it is one
Gaussian process with known sums (Rasmussen and Williams 2006, chapter 2): the expectation of one
month is that month's value left out and predicted from everything else (their equation 5.12), and
its spread holds what is not known of season, trend and noise. ``blocks`` keeps it quick.

What counting alone makes uncertain is known and not estimated: a count of n varies by the root of
n (Poisson), so that the noise of a month is that part plus what the series shows beyond it.

Belongs here: numbers. Which series make a panel, and what a deviation means, is ``testing``'s.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from helpers.analysis.findings.blocks import Solved, solve

if TYPE_CHECKING:
    import numpy as np

#: Variances, in those of the noise: drift of the level a month, own season, chance shared by all.
DRIFTS = (0.0, 0.01, 0.03, 0.1, 0.25)
SEASONS = (0.0, 0.03, 0.1, 0.3, 1.0, 3.0, 12.0, 50.0)
SHARED = (0.0, 0.05, 0.2, 0.6, 2.0)
#: The season of a panel: hardly known beforehand, or hardly there.
COMMON_SEASONS = (0.02, 0.5, 20.0)
#: Variances of what promotions and holidays do, in that of their prior reach.
PROMOTIONS, HOLIDAYS = (0.4, 1.0), (0.03, 0.3, 2.0)
#: What is hardly known beforehand: the level and a month's trend.
LEVEL, TREND = 1e5, 0.25
#: How often past stories, noise and shape are looked for, the last time without the stories.
ROUNDS = 2
#: A panel of fewer series shares nothing.
SHARING = 3
#: Past months that lie so far off (in standard deviations) are stories and tell nothing of chance.
STORY = 3.2
#: More months than this share cannot be stories of all series: what lasts is the new level.
STORY_SHARE = 0.15
#: How many months' worth the panel's noise counts against a series' own.
PRIOR_MONTHS = 10.0
#: Share of a series' months that its season and trend do not use up.
FREE_SHARE = 0.65
#: At least so much of the noise is not from counting: no process is steadier than that.
LEAST_OWN = 0.05


@dataclass(frozen=True)
class Panel:
    """Series to be judged together.

    Attributes:
        logs: One row per series, one column per month, oldest first; not-a-number where unknown.
        phases: Which month of the year each column is.
        events: Series x months x events: what moves in the calendar, in prior standard deviations.
        promotions: Which of the events are promotions; the others are holidays.
        exposures: Series x months: what a count is taken of, so that the expected count is the
            exponential of the expected log times this; infinite where nothing is counted.
    """

    logs: np.ndarray
    phases: np.ndarray
    events: np.ndarray
    promotions: np.ndarray
    exposures: np.ndarray


@dataclass(frozen=True)
class Expectation:
    """What the last month of each series of a panel should have been, on the log scale.

    Attributes:
        mean: Given everything else, the other series' last month included.
        spread: Standard deviation of the value around ``mean``.
        counting: The part of ``spread`` that counting alone makes.
        noise: Standard deviation of the series' own chance alone.
        freedom: Degrees of freedom of ``spread``.
        runs: Series x 2 x 3: how far the mean of the last two and of the last three months lies
            off, its standard deviation, and the cases expected in them together; not-a-number
            where the earlier ones are stories already, or do not point where the last one does.
        together: By how much all series together lie further off than their spread says, as
            earlier months tell, and the degrees of freedom of that.
        alone: The mean given the months before only, and the covariance of that.
    """

    mean: np.ndarray
    spread: np.ndarray
    counting: np.ndarray
    noise: np.ndarray
    freedom: np.ndarray
    runs: np.ndarray
    alone: np.ndarray
    alone_covariance: np.ndarray
    together: tuple[float, float] = (1.0, PRIOR_MONTHS)
    shape: dict[str, float] = field(default_factory=dict)


def expect(panel: Panel) -> Expectation:
    """Predict the last month of every series of a panel.

    In two rounds: the first finds past stories and the noise of each series, the second leaves
    those stories out. A series without a last month gets
    not-a-number.
    """
    import numpy as np

    logs = np.array(panel.logs, dtype=float)
    count, months = logs.shape
    known = np.isfinite(logs)
    past = known.copy()
    past[:, -1] = False
    with np.errstate(invalid="ignore"):
        expected = np.nanmedian(logs, axis=1, keepdims=True) + np.zeros_like(logs)
    uneven = np.ones(count)
    story = np.zeros_like(known)
    tame = logs.copy()
    weights = np.zeros(panel.events.shape[2])
    common: list[int] = []
    for turn in range(ROUNDS):
        counting = _counting(expected, panel.exposures)
        # The month that is judged has no say in what is normal.
        shape = _fit(tame[:, :-1], panel.phases[:-1], float(counting[past].mean()))
        own = shape["own"] * uneven[:, None] + counting
        # What is known to be a story is hardly believed.
        excess = np.where(story, 1e3 * own, 0.0)
        if turn == 0 and panel.events.any():
            weights = _event_weights(panel, shape, own, past)
        solved = _solve(panel, shape, own + excess, weights, common, known)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = logs - solved.pull / solved.precision
            # The month's own doubt does not touch its prediction: a story is judged as if it
            # were none.
            spread = np.sqrt(np.maximum(1 / solved.precision - excess, own * 0.5))
        off = (logs - mean) / spread
        uneven = _uneven(uneven, shape["own"], counting, _scales(off, past & ~story)[0], past)
        story = known & (np.abs(np.where(known, off, 0.0)) > STORY)
        story &= _few(story, known)
        expected = np.where(known, mean, expected)
        if shape["shares"] and turn < ROUNDS - 1:
            common = _common_stories(_together(solved, known))
        # What events did is taken out, so that it passes for neither season nor chance.
        tame = np.where(story, mean, logs) - _moved(panel, weights, solved.pull)
    scale, freedom = _scales(off, past & ~story)
    last = np.flatnonzero(known[:, -1]).tolist()
    alike = _together(solved, known) if shape["shares"] else np.full(months, np.nan)
    usual = np.isfinite(alike)
    usual[common] = False
    wide, free = _scales(alike[None, :], usual[None, :])
    nothing = np.full(count, np.nan)
    result = Expectation(
        mean=nothing.copy(),
        spread=nothing.copy(),
        counting=nothing.copy(),
        noise=nothing.copy(),
        freedom=freedom,
        runs=np.full((count, 2, 3), np.nan),
        alone=nothing.copy(),
        alone_covariance=np.full((count, count), np.nan),
        together=(float(wide[0]), float(free[0])),
        shape=shape,
    )
    if not last:
        return result
    result.mean[last] = mean[last, -1]
    # However steady a series was: counting alone makes so much.
    least = counting[:, -1] + 0.5 * shape["own"] * uneven
    result.spread[last] = np.sqrt(np.maximum((spread[:, -1] * scale) ** 2, least))[last]
    result.counting[last] = np.sqrt(counting[last, -1])
    result.noise[last] = np.sqrt(shape["own"] * uneven + counting[:, -1])[last] * scale[last]
    for row in last:
        for length in (2, 3):
            at = [(row, place) for place in range(months - length, months) if known[row, place]]
            told = [story[one] and past[one] for one in at]
            if len(at) == length and not any(told):
                off_by, doubt, cases = _run(at, solved, excess, logs, panel.exposures)
                result.runs[row, length - 2] = off_by, doubt * scale[row], cases
    # The same without any series' last month.
    at = [(row, months - 1) for row in last]
    block = np.linalg.inv(solved.between(at))
    result.alone[last] = logs[last, -1] - block @ solved.pull[last, -1]
    result.alone_covariance[np.ix_(last, last)] = block - np.diag(excess[last, -1])
    return result


def _counting(expected: np.ndarray, exposures: np.ndarray) -> np.ndarray:
    """Give the variance of the logarithm that counting alone makes; of few it is cut off."""
    import numpy as np

    return np.asarray(1 / np.maximum(np.exp(expected) * exposures, 1.0))


def _event_weights(
    panel: Panel, shape: dict[str, float], own: np.ndarray, past: np.ndarray
) -> np.ndarray:
    """Choose by the likelihood what holidays and promotions do: traffic feels them, prices less.

    A promotion that never fell into this month before is judged by the others.
    """
    import numpy as np

    weights = np.where(panel.promotions, PROMOTIONS[0], HOLIDAYS[0])
    for candidates, its in ((PROMOTIONS, panel.promotions), (HOLIDAYS, ~panel.promotions)):
        tried = [np.where(its, one, weights) for one in candidates]
        weights = max(
            tried, key=lambda one: _solve(panel, shape, own, one, [], past).likelihood
        )  # fmt: skip
    return weights


def _solve(
    panel: Panel, shape: dict[str, float], doubt: np.ndarray, weights: np.ndarray,
    common: list[int], known: np.ndarray,
) -> Solved:  # fmt: skip
    """Solve the panel's equations for one shape and the weights of events."""
    import numpy as np

    count, months, number = panel.events.shape
    events = panel.events * np.sqrt(weights)
    fixed, drift, season = _bases(months, panel.phases)
    own = shape["noise"] * (fixed + shape["drift"] * drift + shape["season"] * season)
    # Half of what an event does is the same in all series, half is a series' own.
    moved = 0.5 * events @ events.transpose(0, 2, 1)
    blocks = own + moved + doubt[:, :, None] * np.eye(months)
    shared = np.zeros((months + number, months + number))
    shared[months:, months:] = 0.5 * np.eye(number)
    if shape["shares"]:
        shared[:months, :months] = shape["noise"] * (
            shape["common_season"] * season + shape["shared_drift"] * drift
            + shape["shared"] * np.eye(months)
        )  # fmt: skip
        shared[common, common] += 1e3 * float(doubt.min())
    through = np.concatenate(
        [np.broadcast_to(np.eye(months), (count, months, months)), events], axis=2
    )
    return solve(blocks, through, shared, panel.logs, known)


def _moved(panel: Panel, weights: np.ndarray, pull: np.ndarray) -> np.ndarray:
    """Give what events did to each month."""
    import numpy as np

    events = panel.events * np.sqrt(weights)
    loads = np.einsum("ste,st->se", events, pull)
    halves = 0.5 * (loads + loads.sum(axis=0))
    return np.asarray(np.einsum("ste,se->st", events, halves))


def _together(solved: Solved, known: np.ndarray) -> np.ndarray:
    """Say of each earlier month how far all series together lie off, in its standard deviation.

    Each month is left out and predicted by the others; not-a-number where too few are known.
    """
    import numpy as np

    blocks = solved.by_month()
    there = known.T
    blocks = np.where(there[:, :, None] & there[:, None, :], blocks, np.eye(len(known)))
    pulls = np.where(there, solved.pull.T, 0.0)
    covariance = np.where(there[:, :, None] & there[:, None, :], np.linalg.inv(blocks), 0.0)
    off = (covariance @ pulls[:, :, None]).sum(axis=(1, 2))
    found = off / np.sqrt(np.maximum(covariance.sum(axis=(1, 2)), 1e-12))
    found[(there.sum(axis=1) < SHARING) | (np.arange(len(found)) == len(found) - 1)] = np.nan
    return np.asarray(found)


def _common_stories(together: np.ndarray) -> list[int]:
    """List the earlier months in which all series together lie too far off for chance.

    Left in, a month in which all stores sold twice as much would make the next, ordinary one
    look like a fall.
    """
    import numpy as np

    with np.errstate(invalid="ignore"):
        found = [int(one) for one in np.flatnonzero(np.abs(together) > STORY)]
    return found if len(found) <= STORY_SHARE * len(together) else []


def _run(
    at: list[tuple[int, int]], solved: Solved, excess: np.ndarray, logs: np.ndarray,
    exposures: np.ndarray,
) -> tuple[float, float, float]:  # fmt: skip
    """Judge the last months of one series together, all of them left out and predicted.

    The last month must itself lie as far off as half the run's mean, or what ended a month ago
    would be told again.

    Returns:
        How far their mean lies off, its standard deviation, and the cases expected in them.
    """
    import numpy as np

    covariance = np.linalg.inv(solved.between(at))
    off = covariance @ np.array([solved.pull[one] for one in at])
    doubted = np.diag([excess[one] for one in at])
    spread = np.sqrt(max((covariance - doubted).sum(), 1e-12)) / len(at)
    expected = np.array([logs[one] for one in at]) - off
    cases = float((np.exp(expected) * np.array([exposures[one] for one in at])).sum())
    lasts = off[-1] * np.sign(off.sum()) >= 0.5 * abs(off.mean())
    return (float(off.mean()) if lasts else float("nan")), float(spread), cases


def _bases(months: int, phases: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give what covariances are made of: level with trend, drift, and the same time of year."""
    import numpy as np

    time = np.arange(months, dtype=float)
    middle = time - time.mean()
    drift = np.minimum(time[:, None], time[None, :])
    same = (phases[:, None] == phases[None, :]).astype(float)
    return LEVEL + TREND * np.outer(middle, middle), drift, same


def _fit(logs: np.ndarray, phases: np.ndarray, counting: float) -> dict[str, float]:
    """Weigh drift, season and shared chance by the likelihood of the whole panel.

    Differences between series know nothing of what they share, so that drift, season and noise
    are fitted to them; what is shared is fitted to their mean.

    Returns:
        ``noise``, in which the others are told, and ``own``, the part of it that is not from
        counting.
    """
    import numpy as np

    months = logs.shape[1]
    complete = logs[np.isfinite(logs).all(axis=1)]
    shares = len(complete) >= SHARING
    if shares:
        apart = _differences(len(complete)) @ complete
    else:
        apart = complete if len(complete) else _filled(logs)
    fixed, drift, same = _bases(months, phases)
    chance = np.eye(months)
    freedom = len(apart) * (months - 2)
    grid, whitening, sizes = _shapes(months, int(phases[0]))
    squares = ((whitening @ apart.T) ** 2).sum(axis=(1, 2))
    noises = np.maximum(squares / freedom, 1e-8)
    odds = _odds(-0.5 * (len(apart) * sizes + freedom * np.log(noises)))
    noise = float(odds @ noises)
    drifts, seasons = odds @ grid
    best = {
        "drift": float(drifts), "season": float(seasons), "noise": noise,
        "own": max(noise - counting, LEAST_OWN * noise), "shares": float(shares),
        "shared": 0.0, "shared_drift": 0.0, "common_season": 0.0,
    }  # fmt: skip
    if not shares:
        return best
    own = (fixed + drifts * drift + seasons * same + chance) / len(complete)
    trio = [(one, two, three) for one in SHARED for two in DRIFTS for three in COMMON_SEASONS]
    weights = np.array(trio)[:, :, None, None]
    stack = best["noise"] * (
        own + weights[:, 0] * chance + weights[:, 1] * drift + weights[:, 2] * same
    )
    squares, sizes = _whitened(complete.mean(axis=0, keepdims=True), stack)
    chosen = (_odds(-0.5 * (squares + sizes)) @ np.array(trio)).tolist()
    return best | dict(zip(("shared", "shared_drift", "common_season"), chosen, strict=True))


@lru_cache(maxsize=64)
def _shapes(months: int, first: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give all shapes a series may have, what makes it noise in each, and log-determinants.

    They know nothing of the figures: only how many months there are, and in which the first lies.
    """
    import numpy as np

    fixed, drift, same = _bases(months, (np.arange(months) + first - 1) % 12 + 1)
    grid = np.array([(one, other) for one in DRIFTS for other in SEASONS])
    weights = grid[:, :, None, None]
    stack = fixed + weights[:, 0] * drift + weights[:, 1] * same + np.eye(months)
    lower = np.linalg.cholesky(stack)
    sizes = 2 * np.log(np.diagonal(lower, axis1=1, axis2=2)).sum(axis=1)
    return grid, np.linalg.inv(lower), sizes


def _odds(likelihoods: np.ndarray) -> np.ndarray:
    """Give how much each shape counts, from the logarithms of their likelihoods.

    Shapes are averaged and not the best one taken: few months often know no drift where there is
    some, and a prediction that trusts them is too sure of itself (Chung and others 2013,
    Psychometrika 78).
    """
    import numpy as np

    weights = np.exp(likelihoods - likelihoods.max())
    return np.asarray(weights / weights.sum())


def _differences(count: int) -> np.ndarray:
    """Give ``count - 1`` orthonormal rows that each sum to nought (Helmert)."""
    import numpy as np
    from scipy.linalg import helmert

    return np.asarray(helmert(count))


def _filled(logs: np.ndarray) -> np.ndarray:
    """Fill gaps by the series' own mean, where no series is complete."""
    import numpy as np

    mean = np.nanmean(logs, axis=1, keepdims=True)
    return np.where(np.isfinite(logs), logs, mean)


def _whitened(series: np.ndarray, stack: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give, for each covariance of a stack, the series' squares in it and its log-determinant."""
    import numpy as np

    lower = np.linalg.cholesky(stack)
    white = np.linalg.solve(lower, np.broadcast_to(series.T, (len(stack), *series.T.shape)))
    sizes = 2 * np.log(np.diagonal(lower, axis1=1, axis2=2)).sum(axis=1)
    return (white**2).sum(axis=(1, 2)), sizes


def _uneven(
    before: np.ndarray, own: float, counting: np.ndarray, scale: np.ndarray, past: np.ndarray
) -> np.ndarray:
    """Say how much more than the panel's noise each series' own is, beyond its counting."""
    import numpy as np

    shares = np.where(past, counting, 0.0).sum(axis=1) / np.maximum(past.sum(axis=1), 1)
    whole = scale**2 * (own * before + shares)
    return np.asarray(np.maximum((whole - shares) / own, 0.2 * before))


def _scales(off: np.ndarray, counted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give each series' spread in expected ones, and its degrees of freedom.

    Variances of single series are drawn towards that of the panel, which counts like so many
    months (Smyth 2004, the moderated t-statistic). Single far months are cut off, not to hide
    the next ones behind a spread that they made.
    """
    import numpy as np

    cut = 2.5
    # Variance of a standard normal value cut off at 2.5 on both sides.
    kept = 0.968
    squares = np.where(counted, np.minimum(np.abs(np.where(counted, off, 0.0)), cut) ** 2, 0.0)
    months = counted.sum(axis=1)
    mean = np.where(months > 0, squares.sum(axis=1) / np.maximum(months, 1) / kept, 1.0)
    free = FREE_SHARE * months
    variance = (PRIOR_MONTHS + free * mean) / (PRIOR_MONTHS + free)
    return np.sqrt(variance), PRIOR_MONTHS + free


def _few(story: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Let a series have stories in a quarter of its months at most: more are its own noise."""
    import numpy as np

    share = story.sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return np.asarray(share <= 0.25)[:, None]
