"""What would a month have been by season, trend and chance: a panel of series that share both.

Each series is, on the log scale, a level with a trend that drifts, its own season, the effect of
events that move in the calendar, and noise. The series of one panel (stores of a metric, articles
of a store) share a season and a chance of the month in addition, so that a short or noisy series
borrows from the others and what moves all of them alike is no news of one. All of it is one
Gaussian process with known sums (Rasmussen and Williams 2006, chapter 2): the expectation of one
month is that month's value left out and predicted from everything else (their equation 5.12), and
its spread holds what is not known of season, trend and noise.

Belongs here: numbers. Which series make a panel, and what a deviation means, is ``testing``'s.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

#: Variances, in those of the noise: drift of the level a month, own season, chance shared by all.
DRIFTS = (0.0, 0.01, 0.03, 0.1, 0.25)
SEASONS = (0.03, 0.1, 0.3, 1.0, 3.0, 12.0, 50.0)
SHARED = (0.0, 0.05, 0.15, 0.4, 1.0, 2.5)
#: Variances of what events do, in that of their prior reach.
EVENTS = (0.01, 0.1, 0.4, 1.0)
#: What is hardly known beforehand: the level, a month's trend, the season of a panel.
LEVEL, TREND, COMMON_SEASON = 1e5, 0.25, 40.0
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


@dataclass(frozen=True)
class Panel:
    """Series to be judged together.

    Attributes:
        logs: One row per series, one column per month, oldest first; not-a-number where unknown.
        phases: Which month of the year each column is.
        events: Series x months x events: what moves in the calendar, in prior standard deviations.
    """

    logs: np.ndarray
    phases: np.ndarray
    events: np.ndarray


@dataclass(frozen=True)
class Expectation:
    """What the last month of each series of a panel should have been, on the log scale.

    Attributes:
        mean: Given everything else, the other series' last month included.
        spread: Standard deviation of the value around ``mean``.
        noise: Standard deviation of the series' own chance alone.
        freedom: Degrees of freedom of ``spread``.
        runs: Series x 2: how far the last two and the last three months lie off together, in
            their standard deviation; not-a-number where the earlier ones are stories already,
            or do not point where the last one does.
        alone: The mean given the months before only, and the covariance of that.
    """

    mean: np.ndarray
    spread: np.ndarray
    noise: np.ndarray
    freedom: np.ndarray
    runs: np.ndarray
    alone: np.ndarray
    alone_covariance: np.ndarray
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
    rows, places = np.nonzero(known)
    values = logs[known]
    uneven = np.ones(count)
    story = np.zeros(len(values), dtype=bool)
    tame = logs.copy()
    shape: dict[str, float] = {}
    weight = 0.0
    common: list[int] = []
    moved = _moved(panel, rows, places)
    for turn in range(ROUNDS):
        # The month that is judged has no say in what is normal.
        shape = _fit(tame[:, :-1], panel.phases[:-1])
        fixed = _covariance(shape, panel, rows, places)
        own = shape["noise"] * uneven[rows]
        # What is known to be a story is hardly believed.
        excess = np.where(story, 1e3 * own, 0.0)
        doubt = own + excess
        if turn == 0:
            weight = _event_weight(fixed + np.diag(doubt), moved, values, places < months - 1)
        together = np.isin(places, common)[:, None] & (places[:, None] == places[None, :])
        inverse = _inverse(fixed + weight * moved + np.diag(doubt) + 1e3 * own.mean() * together)
        pull = inverse @ values
        precision = np.diag(inverse)
        mean = values - pull / precision
        # The month's own doubt does not touch its prediction: a story is judged as if it were none.
        spread = np.sqrt(np.maximum(1 / precision - excess, own * 0.5))
        off = (values - mean) / spread
        past = places < months - 1
        uneven = uneven * _unevenness(off, rows, past & ~story, count)
        story = np.abs(off) > STORY
        story &= _few(story, rows, count)
        if shape["shares"] and turn < ROUNDS - 1:
            common = _common_stories(inverse, pull, places, months)
        tame = logs.copy()
        tame[rows[story], places[story]] = mean[story]
        # What events did is taken out, so that it passes for neither season nor chance.
        tame[rows, places] -= weight * moved @ pull
    scale, freedom = _scales(off, rows, past & ~story, count)
    last = places == months - 1
    found = {int(row): place for place, row in zip(np.flatnonzero(last), rows[last], strict=True)}
    nothing = np.full(count, np.nan)
    result = Expectation(
        nothing.copy(), nothing.copy(), nothing.copy(), freedom, np.full((count, 2), np.nan),
        nothing.copy(), np.full((count, count), np.nan), shape,
    )  # fmt: skip
    if not found:
        return result
    here, at = np.array(list(found)), np.array(list(found.values()))
    result.mean[here] = mean[at]
    result.spread[here] = spread[at] * scale[here]
    result.noise[here] = np.sqrt(shape["noise"] * uneven[here]) * scale[here]
    for row in here:
        for length in (2, 3):
            result.runs[row, length - 2] = _run(
                np.flatnonzero((rows == row) & (places >= months - length)), length, inverse, pull,
                excess, story & past,
            ) / scale[row]  # fmt: skip
    # The same without any series' last month.
    block = np.linalg.inv(inverse[np.ix_(at, at)])
    result.alone[here] = values[at] - block @ pull[at]
    result.alone_covariance[np.ix_(here, here)] = block - np.diag(excess[at])
    return result


def _common_stories(
    inverse: np.ndarray, pull: np.ndarray, places: np.ndarray, months: int
) -> list[int]:
    """List the earlier months in which all series together lie too far off for chance.

    Left in, a month in which all stores sold twice as much would make the next, ordinary one
    look like a fall.
    """
    import numpy as np

    found = []
    for month in range(months - 1):
        at = np.flatnonzero(places == month)
        if len(at) < SHARING:
            continue
        covariance = np.linalg.inv(inverse[np.ix_(at, at)])
        off = covariance @ pull[at]
        if abs(off.sum()) > STORY * np.sqrt(max(covariance.sum(), 1e-12)):
            found.append(month)
    return found if len(found) <= STORY_SHARE * months else []


def _run(
    at: np.ndarray, length: int, inverse: np.ndarray, pull: np.ndarray, excess: np.ndarray,
    told: np.ndarray,
) -> float:  # fmt: skip
    """Judge the last months of one series together, all of them left out and predicted.

    The last month must itself lie as far off as half the run's mean, or what ended a month ago
    would be told again.
    """
    import numpy as np

    if len(at) < length or told[at].any():
        return float("nan")
    covariance = np.linalg.inv(inverse[np.ix_(at, at)])
    off = covariance @ pull[at]
    spread = np.sqrt(max((covariance - np.diag(excess[at])).sum(), 1e-12))
    lasts = off[-1] * np.sign(off.sum()) >= 0.5 * abs(off.mean())
    return float(off.sum() / spread) if lasts else float("nan")


def _bases(months: int, phases: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give what covariances are made of: level with trend, drift, and the same time of year."""
    import numpy as np

    time = np.arange(months, dtype=float)
    middle = time - time.mean()
    drift = np.minimum(time[:, None], time[None, :])
    same = (phases[:, None] == phases[None, :]).astype(float)
    return LEVEL + TREND * np.outer(middle, middle), drift, same


def _covariance(
    shape: dict[str, float], panel: Panel, rows: np.ndarray, places: np.ndarray
) -> np.ndarray:
    """Give the covariance of all known months of all series, without noise."""
    import numpy as np

    months = panel.logs.shape[1]
    fixed, drift, season = _bases(months, panel.phases)
    own = fixed + shape["drift"] * drift + shape["season"] * season
    at = np.ix_(places, places)
    found = np.where(rows[:, None] == rows[None, :], own[at], 0.0)
    if shape["shares"]:
        shared = COMMON_SEASON * season + shape["shared_drift"] * drift
        found += (shared + shape["shared"] * np.eye(months))[at]
    return np.asarray(found * shape["noise"])


def _moved(panel: Panel, rows: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Give the covariance that moving events make, at the whole of their prior reach."""
    import numpy as np

    events = panel.events[rows, places]
    same = rows[:, None] == rows[None, :]
    # Half of what an event does is the same in all series, half is a series' own.
    return np.asarray(events @ events.T) * np.where(same, 1.0, 0.5)


def _event_weight(
    plain: np.ndarray, moved: np.ndarray, values: np.ndarray, past: np.ndarray
) -> float:
    """Choose by the likelihood how much events do to these series: traffic more than prices."""
    import numpy as np
    from scipy.linalg.lapack import dpotrf, dpotrs

    if not moved.any():
        return 0.0
    at = np.ix_(past, past)
    plain, moved, values = plain[at], moved[at], values[past]
    best, highest = EVENTS[0], -np.inf
    for weight in EVENTS:
        lower, _ = dpotrf(plain + weight * moved, lower=True)
        solved, _ = dpotrs(lower, values, lower=True)
        likelihood = -0.5 * float(values @ solved) - float(np.log(np.diag(lower)).sum())
        if likelihood > highest:
            best, highest = weight, likelihood
    return best


def _inverse(matrix: np.ndarray) -> np.ndarray:
    import numpy as np
    from scipy.linalg.lapack import dpotrf, dpotri

    lower, _ = dpotrf(matrix, lower=True)
    half, _ = dpotri(lower, lower=True)
    half = np.tril(half)
    return np.asarray(half + np.tril(half, -1).T)


def _fit(logs: np.ndarray, phases: np.ndarray) -> dict[str, float]:
    """Choose drift, season and shared chance by the likelihood of the whole panel.

    Differences between series know nothing of what they share, so that drift, season and noise
    are fitted to them; what is shared is fitted to their mean.
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
    grid = [(one, other) for one in DRIFTS for other in SEASONS]
    weights = np.array(grid)[:, :, None, None]
    stack = fixed + weights[:, 0] * drift + weights[:, 1] * same + chance
    freedom = len(apart) * (months - 2)
    squares, sizes = _whitened(apart, stack)
    noises = np.maximum(squares / freedom, 1e-8)
    likelihoods = -0.5 * (len(apart) * sizes + freedom * np.log(noises))
    at = int(np.argmax(likelihoods))
    best = {
        "drift": grid[at][0], "season": grid[at][1], "noise": float(noises[at]),
        "shares": float(shares), "shared": 0.0, "shared_drift": 0.0,
    }  # fmt: skip
    if not shares:
        return best
    own = stack[at] / len(complete) + COMMON_SEASON * same
    grid = [(one, other) for one in SHARED for other in DRIFTS]
    weights = np.array(grid)[:, :, None, None]
    stack = best["noise"] * (own + weights[:, 0] * chance + weights[:, 1] * drift)
    squares, sizes = _whitened(complete.mean(axis=0, keepdims=True), stack)
    at = int(np.argmax(-0.5 * (squares + sizes)))
    return best | {"shared": grid[at][0], "shared_drift": grid[at][1]}


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


def _unevenness(off: np.ndarray, rows: np.ndarray, counted: np.ndarray, count: int) -> np.ndarray:
    """Say how much more than the panel's noise each series' is, drawn towards one."""
    scale, _ = _scales(off, rows, counted, count)
    return scale**2


def _scales(
    off: np.ndarray, rows: np.ndarray, counted: np.ndarray, count: int
) -> tuple[np.ndarray, np.ndarray]:
    """Give each series' spread in expected ones, and its degrees of freedom.

    Single far months are cut off, not to hide the next ones behind a spread that they made.
    """
    import numpy as np

    cut = 2.5
    # Variance of a standard normal value cut off at 2.5 on both sides.
    kept = 0.968
    squares = np.minimum(np.abs(off), cut) ** 2 / kept
    scales, freedoms = np.ones(count), np.full(count, PRIOR_MONTHS)
    for row in range(count):
        mine = counted & (rows == row)
        months = FREE_SHARE * mine.sum()
        mean = squares[mine].mean() if mine.any() else 1.0
        variance = (PRIOR_MONTHS + months * mean) / (PRIOR_MONTHS + months)
        scales[row], freedoms[row] = np.sqrt(variance), PRIOR_MONTHS + months
    return scales, freedoms


def _few(story: np.ndarray, rows: np.ndarray, count: int) -> np.ndarray:
    """Let a series have stories in a quarter of its months at most: more are its own noise."""
    import numpy as np

    share = np.array(
        [story[rows == row].mean() if (rows == row).any() else 0 for row in range(count)]
    )
    return share[rows] <= 0.25
