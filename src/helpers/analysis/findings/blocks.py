"""A large covariance of few parts, solved by its parts: what is a series' own, and what is shared.

All months of all series make one covariance matrix. It is block-diagonal but for what the series
share, and that passes through a few numbers a month, so that its inverse follows from those of
the blocks and one small matrix (Woodbury 1950; Harville 1997, theorem 18.2.8): ten stores over
five years cost the work of one store, ten times, and not that of six hundred months together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Solved:
    """The inverse of a covariance, as far as predictions need it.

    Attributes:
        pull: Series x months: the inverse times the values; nought where a value is unknown.
        precision: Series x months: the inverse's diagonal.
        likelihood: Of the values, but for a constant.
    """

    pull: np.ndarray
    precision: np.ndarray
    likelihood: float
    _inverses: np.ndarray
    _out: np.ndarray
    _core: np.ndarray

    def between(self, at: Sequence[tuple[int, int]]) -> np.ndarray:
        """Give the part of the inverse between these (series, month)."""
        import numpy as np

        rows, places = (np.array(one) for one in zip(*at, strict=True))
        same = rows[:, None] == rows[None, :]
        own = self._inverses[rows[:, None], places[:, None], places[None, :]]
        out = self._out[rows, places]
        return np.asarray(np.where(same, own, 0.0) - out @ self._core @ out.T)

    def by_month(self) -> np.ndarray:
        """Give the part of the inverse between all series of one month, month by month."""
        import numpy as np

        out = self._out.transpose(1, 0, 2)
        own = np.diagonal(self._inverses, axis1=1, axis2=2).T
        found = -(out @ self._core) @ out.transpose(0, 2, 1)
        found[:, range(own.shape[1]), range(own.shape[1])] += own
        return np.asarray(found)


def solve(
    blocks: np.ndarray, through: np.ndarray, shared: np.ndarray, values: np.ndarray,
    known: np.ndarray,
) -> Solved:  # fmt: skip
    """Solve for the covariance ``blocks`` + ``through`` x ``shared`` x ``through`` transposed.

    Args:
        blocks: Series x months x months: what is a series' own.
        through: Series x months x parts: how much of each shared part a month holds.
        shared: Parts x parts: the covariance of what is shared.
        values: Series x months.
        known: Which of the values are there; the others have no say.
    """
    import numpy as np

    months = blocks.shape[1]
    both = known[:, :, None] & known[:, None, :]
    lower = np.linalg.cholesky(np.where(both, blocks, np.eye(months)))
    half = np.linalg.inv(lower)
    inverses = np.where(both, half.transpose(0, 2, 1) @ half, 0.0)
    through = np.where(known[:, :, None], through, 0.0)
    values = np.where(known, values, 0.0)
    out = inverses @ through
    flat, flat_out = (one.reshape(-1, len(shared)) for one in (through, out))
    inner = np.eye(len(shared)) + flat.T @ flat_out @ shared
    core = shared @ np.linalg.inv(inner)
    core = (core + core.T) / 2
    alone = (inverses @ values[:, :, None])[:, :, 0]
    pull = alone - out @ (core @ (flat_out.T @ values.reshape(-1)))
    precision = np.diagonal(inverses, axis1=1, axis2=2) - (out @ core * out).sum(axis=2)
    size = 2 * np.log(np.diagonal(lower, axis1=1, axis2=2)).sum() + np.linalg.slogdet(inner)[1]
    likelihood = -0.5 * float((values * pull).sum() + size)
    return Solved(pull, precision, likelihood, inverses, out, core)
