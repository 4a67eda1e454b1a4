"""Which series are watched, and their figures: a few questions to the metrics for all of them.

Belongs here: the declarations in ``watched.yml`` and reading months of figures. Whether a figure
is news is ``testing``'s business.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from helpers.analysis.desk import Desk
from helpers.config.declarations import read_declaration
from helpers.metrics.catalogue import catalogue
from helpers.metrics.dimensions import DIMENSIONS, SEPARATOR, UNKNOWN
from helpers.metrics.spans import OPENING_SLACK_DAYS
from helpers.vocabulary.labels import Declared
from helpers.vocabulary.periods import Period

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

WATCHED = Path(__file__).with_name("watched.yml")
#: How many earlier months speak of what is normal: five seasons, where so many are there.
MONTHS_BEFORE = 60

Chain = Literal["sales", "advertising", "returns"]
Factor = Literal["visits", "conversion", "basket"]
Key = tuple[str, tuple[str, ...]]


class Worth(Declared):
    """How a deviation becomes money.

    ``itself``: the deviation is money. ``through``: the same share of ``of`` was gained or lost.
    ``rate_of``: the points times ``of``. ``each_of``: the deviation of one, times their number.
    """

    kind: Literal["itself", "through", "rate_of", "each_of"]
    of: str | None = None

    @model_validator(mode="after")
    def _names_its_sum(self) -> Worth:
        if (self.of is None) is not (self.kind == "itself"):
            raise ValueError(f"{self.kind} and of: {self.of} do not go together")
        return self


class Watched(Declared):
    """One metric over all members of one scope; ``watched.yml`` says what the words mean."""

    metric: str
    by: tuple[str, ...]
    chain: Chain
    factor: Factor | None = None
    money: Worth
    cases: str
    least: int
    weight: Annotated[float, Field(ge=0)]
    total: Annotated[float, Field(ge=0)] | None = None
    counts: bool = False
    constant_mix: bool = False
    top: int | None = None

    @property
    def key(self) -> Key:
        """Metric and dimensions, by which its figures are found."""
        return self.metric, self.by

    @property
    def metrics(self) -> list[str]:
        """What must be measured for it."""
        return list(dict.fromkeys(one for one in (self.metric, self.cases, self.money.of) if one))


class WatchedSeries(Declared):
    """The whole of ``watched.yml``."""

    series: tuple[Watched, ...]

    @model_validator(mode="after")
    def _known(self) -> WatchedSeries:
        told = []
        for one in self.series:
            told += [f"{m!r} is no metric" for m in one.metrics if m not in catalogue()]
            told += [f"{d!r} is no dimension" for d in one.by if d not in DIMENSIONS]
        keys = [one.key for one in self.series]
        told += [f"{key} stands twice" for key in set(keys) if keys.count(key) > 1]
        if told:
            raise ValueError("; ".join(told))
        return self


@cache
def watched() -> tuple[Watched, ...]:
    """Read the declarations, once."""
    return read_declaration(WATCHED, WatchedSeries).series


@dataclass
class Figures:
    """Months of figures, oldest first; the last one is judged.

    Attributes:
        periods: The months; the last as far as it has run, the earlier ones as many days.
        values: (metric, dimensions) -> one row per member, one column per month.
    """

    periods: list[Period]
    values: dict[Key, pd.DataFrame] = field(default_factory=dict)
    #: The same by member, as they are asked for.
    _rows: dict[Key, dict[str, np.ndarray]] = field(default_factory=dict)

    def of(self, metric: str, by: Sequence[str], member: str) -> np.ndarray:
        """Give one series; not-a-number where a month has no figure."""
        import numpy as np

        rows = self._rows.get((metric, tuple(by)))
        if rows is None:
            frame = self.values.get((metric, tuple(by)))
            known = {} if frame is None else dict(zip(frame.index, frame.to_numpy(), strict=True))
            rows = self._rows[metric, tuple(by)] = known
        row = rows.get(member)
        return np.full(len(self.periods), np.nan) if row is None else row.astype(float)

    def last(self, metric: str, by: Sequence[str], member: str) -> float | None:
        """Give the judged month's figure."""
        value = self.of(metric, by, member)[-1]
        return None if value != value else float(value)

    def members(self, metric: str, by: Sequence[str]) -> list[str]:
        """List who has figures, in order."""
        frame = self.values.get((metric, tuple(by)))
        return [] if frame is None else list(frame.index)


def months_before(desk: Desk) -> list[Period]:
    """List the months before the desk's that the data hold, like for like, oldest first."""
    found: list[Period] = []
    one = desk.period.previous()
    while len(found) < MONTHS_BEFORE and (desk.coverage[0] - one.start).days <= OPENING_SLACK_DAYS:
        found.insert(0, desk.like_for_like(one))
        one = one.previous()
    return found


def read_figures(desk: Desk) -> Figures:
    """Measure every watched series over all months; one question for each set of dimensions."""
    # Other exports may reach further than sales do: no figure of the month speaks of more days.
    periods = [*months_before(desk), desk.elapsed]
    wanted: dict[tuple[str, ...], list[str]] = {(): []}
    for one in watched():
        have = wanted.setdefault(one.by, [])
        have += [metric for metric in one.metrics if metric not in have]
        if one.by == ("store",):
            wanted[()] += [metric for metric in one.metrics if metric not in wanted[()]]
    figures = Figures(periods)
    texts = [period.text for period in periods]
    for by, metrics in wanted.items():
        frame = desk.measure_series(metrics, periods, by)
        frame = frame[frame["dimension"].fillna("") == ",".join(by)]
        frame = frame.assign(member=frame["member"].fillna("").astype(str))
        if by:
            parts = frame["member"].map(lambda member: UNKNOWN in member.split(SEPARATOR))
            frame = frame[~parts]
        for metric, block in frame.groupby("metric", sort=False):
            wide = block.pivot(index="member", columns="period", values="value")
            wide = wide.reindex(columns=texts).astype(float)
            if by and catalogue()[str(metric)].additive:
                wide = _with_noughts(wide, figures, str(metric))
            figures.values[str(metric), by] = wide.sort_index()
    return figures


def _with_noughts(wide: pd.DataFrame, figures: Figures, metric: str) -> pd.DataFrame:
    """Read a missing member as nought from its first sale on, where the whole is known.

    A missing row is no missing value: left out, the last sale would pass for today's.
    """
    import pandas as pd

    whole = figures.values.get((metric, ()))
    if whole is None or "" not in whole.index:
        return wide
    begun = wide.notna().cummax(axis=1)
    known = pd.DataFrame(
        [whole.loc[""].notna().to_numpy()] * len(wide), index=wide.index, columns=wide.columns
    )
    return wide.mask(wide.isna() & begun & known, 0.0)
