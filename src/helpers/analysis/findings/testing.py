"""Which months lie where chance would hardly put them, over all watched series at once.

Every series is tested against what season, trend, moving events and its peers lead one to expect
(``expecting``); the level at which one is called news follows from how many are tested
(``signal.false_discoveries``, weighted).

Belongs here: deviations and their odds. What they are worth and why is ``explaining``'s business.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from helpers.analysis.comparison import adds_up
from helpers.analysis.desk import Desk
from helpers.analysis.findings.calendar import event_loads
from helpers.analysis.findings.expecting import SHARING, Expectation, Panel, expect
from helpers.analysis.findings.odds import Normal
from helpers.analysis.findings.scales import Scaled, scaled
from helpers.analysis.findings.watching import Figures, Watched, watched
from helpers.analysis.signal import false_discoveries
from helpers.metrics.dimensions import SEPARATOR

if TYPE_CHECKING:
    import numpy as np

#: A month is told where at most this share of what is told would be false.
FALSE_SHARE = 0.08
#: What the month itself, the last two and the last three weigh in what a series says.
RUN_SHARES = (0.7, 0.15, 0.15)
#: A series needs so many known months; one without peers two whole seasons.
MONTHS_KNOWN, MONTHS_ALONE = 18, 24
#: What limits a reader is shown hold by chance.
LIMITS_HOLD = 0.99


@dataclass(frozen=True)
class Deviation:
    """One series' judged month beside what was to be expected.

    Attributes:
        series: What was watched.
        member: Of which member of its dimensions; empty for the whole company.
        value: As ``compute`` gives it.
        expected: In the same unit.
        low: Lower end of where the value would lie by chance (``LIMITS_HOLD``).
        high: Upper end.
        sd: Deviation in standard deviations of the series' own noise, with its sign.
        z: Deviation in standard deviations of the prediction, which also holds what is not known
            of season and trend.
        p: How likely chance alone puts a month so far off on either side, or the last two or
            three together: the harmonic mean of the three, weighted by ``RUN_SHARES`` (Wilson
            2019, PNAS 116), which holds however much they hang together.
        run: How many months together said most: 1, 2 or 3.
        q: Share of false ones among all that are told at this level; 1 where nothing was asked.
        cases: Single cases behind the month.
        months: Earlier months that were known.
    """

    series: Watched
    member: str
    value: float
    expected: float
    low: float
    high: float
    sd: float
    z: float
    p: float
    cases: float
    months: int
    run: int = 1
    q: float = 1.0

    @property
    def weight(self) -> float:
        """How much of the false alarms allowed in all this test may use, against the others."""
        return self.series.weight if self.member else self.series.total or 0.0

    @property
    def relative(self) -> float:
        """The deviation as a share of what was expected."""
        return self.value / self.expected - 1 if self.expected else 0.0

    @property
    def log(self) -> float:
        """The deviation on the log scale, on which factors add up."""
        return math.log(max(self.value, 0.01 * self.expected) / self.expected)

    @property
    def up(self) -> bool:
        """Tell whether the value lies above."""
        return self.value > self.expected

    @property
    def scope(self) -> dict[str, str]:
        """Dimensions and members, in the order of the dimensions."""
        if not self.member:
            return {}
        by = self.series.by
        return dict(zip(by, self.member.split(SEPARATOR, len(by) - 1), strict=True))


@dataclass(frozen=True)
class Tested:
    """All that was tested, and what could not be."""

    deviations: tuple[Deviation, ...]
    #: Series that sell enough but are not known for long enough: (watched, member, months).
    too_short: tuple[tuple[Watched, str, int], ...] = ()

    @property
    def news(self) -> list[Deviation]:
        """What lies too far off for chance, the unlikeliest first."""
        return sorted(
            (one for one in self.deviations if one.q <= FALSE_SHARE), key=lambda one: one.p
        )

    def find(self, metric: str, by: Sequence[str], member: str) -> Deviation | None:
        """Give the deviation of one series, told or not."""
        return self._index.get((metric, tuple(by), member))

    @property
    def _index(self) -> Mapping[tuple[str, tuple[str, ...], str], Deviation]:
        found = self.__dict__.get("index")
        if found is None:
            found = {
                (one.series.metric, one.series.by if one.member else (), one.member): one
                for one in self.deviations
            }
            object.__setattr__(self, "index", found)
        return found


def test_months(desk: Desk, figures: Figures) -> Tested:
    """Test the judged month of every watched series."""
    found: list[Deviation] = []
    short: list[tuple[Watched, str, int]] = []
    stores = sorted({m for one in watched() if len(one.by) == 1 for m in figures.members(*one.key)})
    events, promotions = event_loads(desk, figures.periods, stores)
    loads = dict(zip(stores, events, strict=True))
    for one in watched():
        for members in _panels(figures, one):
            enough = [member for member in members if _has_cases(figures, one, member)]
            ready = [member for member in enough if _months(figures, one, member) >= MONTHS_KNOWN]
            if len(ready) < SHARING:
                ready = [m for m in ready if _months(figures, one, m) >= MONTHS_ALONE]
            short += [(one, m, _months(figures, one, m)) for m in enough if m not in ready]
            if ready:
                found += _judged(figures, one, ready, loads, promotions)
    asked = [one for one in found if one.weight > 0]
    if not asked:
        return Tested(tuple(found), tuple(short))
    shares = false_discoveries([one.p for one in asked], [one.weight for one in asked])
    told = [replace(one, q=share) for one, share in zip(asked, shares, strict=True)]
    return Tested((*told, *(one for one in found if not one.weight)), tuple(short))


def _panels(figures: Figures, one: Watched) -> list[list[str]]:
    """Divide a metric's members into panels: all stores, or what one store is made of."""
    members = figures.members(one.metric, one.by)
    if len(one.by) == 1:
        return [members]
    groups: dict[str, list[str]] = {}
    for member in members:
        groups.setdefault(member.split(SEPARATOR, 1)[0], []).append(member)
    # Who is the only part of its store says what the store says.
    return [_largest(figures, one, group) for group in groups.values() if len(group) > 1]


def _largest(figures: Figures, one: Watched, members: list[str]) -> list[str]:
    """Keep those with the most money in the year before: this month must not choose them."""
    import numpy as np

    if one.top is None:
        return members
    money = one.money.of or one.metric
    sums = {m: float(np.nansum(figures.of(money, one.by, m)[-13:-1])) for m in members}
    return sorted(sorted(members, key=lambda m: (-sums[m], m))[: one.top])


def _has_cases(figures: Figures, one: Watched, member: str) -> bool:
    import numpy as np

    before = figures.of(one.cases, one.by, member)[-13:-1]
    known = before[np.isfinite(before)]
    return bool(len(known)) and float(np.median(known)) >= one.least


def _months(figures: Figures, one: Watched, member: str) -> int:
    import numpy as np

    return int(np.isfinite(figures.of(one.metric, one.by, member)[:-1]).sum())


def _judged(
    figures: Figures, one: Watched, members: list[str], loads: Mapping[str, np.ndarray],
    promotions: np.ndarray,
) -> list[Deviation]:  # fmt: skip
    import numpy as np

    series = [scaled(figures, one, member) for member in members]
    logs = np.array([each.logs for each in series])
    phases = np.array([period.start.month for period in figures.periods])
    # What moves a store's month moves all of its articles: their panel shares it already.
    events = np.zeros((*logs.shape, 0))
    if len(one.by) == 1:
        events = np.stack([loads[member] for member in members])
    else:
        promotions = np.zeros(0, dtype=bool)
    exposures = np.array([each.exposures for each in series])
    expected = expect(Panel(logs, phases, events, promotions, exposures))
    found = []
    for place, member in enumerate(members):
        if np.isfinite(expected.mean[place]):
            normal = Normal(
                float(expected.mean[place]), float(expected.spread[place]),
                float(expected.counting[place]), float(expected.freedom[place]),
            )  # fmt: skip
            runs = _run_odds(figures, one, member, normal.freedom, expected.runs[place])
            found.append(
                _deviation(
                    figures, one, member, series[place], normal, float(expected.noise[place]), runs
                )
            )
    if one.total is not None and len(found) > 1:
        whole = _whole(figures, one, members, logs[:, -1], expected)
        found += [whole] if whole else []
    return found


def _deviation(
    figures: Figures, one: Watched, member: str, series: Scaled, normal: Normal, noise: float,
    runs: Sequence[float] = (),
) -> Deviation:  # fmt: skip
    by = one.by if member else ()
    off = float(series.logs[-1]) - normal.mean
    value = figures.last(one.metric, by, member)
    assert value is not None
    expected = math.exp(normal.mean) * series.factor
    reach = normal.reach(LIMITS_HOLD)
    cases = figures.last(one.cases, by, member)
    count = cases if one.counts and member else None
    odds = [normal.odds(float(series.logs[-1]), count, float(series.exposures[-1])), *runs]
    shares = RUN_SHARES if runs else (1.0,)
    chances = [share / max(p, 1e-300) for p, share in zip(odds, shares, strict=True)]
    return Deviation(
        series=one,
        member=member,
        value=value,
        expected=expected,
        low=expected * math.exp(-reach),
        high=expected * math.exp(reach),
        sd=off / noise,
        z=off / normal.spread,
        p=min(1.0, 1 / sum(chances)),
        run=chances.index(max(chances)) + 1,
        cases=cases or 0.0,
        months=int(_months_of(figures, one, by, member)),
    )


def _run_odds(
    figures: Figures, one: Watched, member: str, freedom: float, runs: np.ndarray
) -> list[float]:
    """Give the odds of the last two and of the last three months together; 1 where none is told."""
    import numpy as np

    found = []
    for length, (off, spread, cases) in enumerate(runs.tolist(), start=2):
        if off != off:
            found.append(1.0)
            continue
        if not one.counts:
            found.append(Normal(0.0, spread, 0.0, freedom).odds(off))
            continue
        total = float(np.nansum(figures.of(one.cases, one.by, member)[-length:]))
        normal = Normal(math.log(cases), spread, math.sqrt(1 / cases), freedom)
        found.append(normal.odds(math.log(cases) + off, total, 1.0))
    return found


def _months_of(figures: Figures, one: Watched, by: tuple[str, ...], member: str) -> int:
    import numpy as np

    return int(np.isfinite(figures.of(one.metric, by, member)[:-1]).sum())


def _whole(
    figures: Figures, one: Watched, members: list[str], last: np.ndarray, expected: Expectation
) -> Deviation | None:
    """Judge the whole company by its stores' expectations, none of which knows this month.

    The stores tested are most of it: what the others sold is taken as expected.
    """
    import numpy as np

    there = np.isfinite(expected.alone)
    value = figures.last(one.metric, (), "")
    if value is None or not there.any():
        return None
    days = _days_in(figures, one)
    means = np.exp(expected.alone[there]) * days
    covariance = expected.alone_covariance[np.ix_(there, there)]
    shares = means / means.sum()
    spread = float(np.sqrt(shares @ covariance @ shares))
    parts = [m for m, known in zip(members, there, strict=True) if known]
    actual = sum(figures.last(one.metric, one.by, m) or 0.0 for m in parts)
    rest = max(value - actual, 0.0)
    own = float(np.sqrt(((shares * expected.noise[there]) ** 2).sum() + _common(expected)))
    off = math.log(max(value, 1e-9) / (float(means.sum()) + rest))
    log = math.log(max(value, 1e-9) / days)
    wider, freedom = expected.together
    normal = Normal(log - off, spread * wider, 0.0, freedom)
    series = Scaled(np.array([log]), np.array([np.inf]), days)
    return _deviation(figures, one, "", series, normal, own)


def _common(expected: Expectation) -> float:
    """Give the variance of the chance that all stores share."""
    return expected.shape.get("shared", 0.0) * expected.shape["noise"]


def _days_in(figures: Figures, one: Watched) -> float:
    """Give the days of the judged month for what adds up over days, else one."""
    return float(len(figures.periods[-1])) if adds_up(one.metric, "store") else 1.0
