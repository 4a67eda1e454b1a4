"""Publish many periods of one review, oldest first; what is in place already costs a look.

Nothing is remembered between two calls: a call that was killed is simply made again, and goes on
where it stopped, because pages that have run and editions that are published are up to date.

The editions lie whole in their places as they come; readers are led to them once, by one portal,
when all are there, and before anything else to those that a killed call left.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from helpers.config.workspace import load_workspace
from helpers.publish.unattended.releasing import Releasing
from helpers.publish.unattended.report import counted
from helpers.reviews.declarations import Review, load_reviews
from helpers.reviews.holding import hold
from helpers.reviews.journal import asked_by, recording
from helpers.vocabulary.faults import AskedWrongly, Fault, ReviewError
from helpers.vocabulary.periods import Period, parse_period

if TYPE_CHECKING:
    from pathlib import Path

    from helpers.publish.release import Status

#: Twenty years of months: more is a slip of the pen.
_MOST = 250


@dataclass(frozen=True)
class Filled:
    """What became of one period."""

    period: Period
    state: Literal["published", "unchanged", "failed"]
    edition: str = ""
    failures: tuple[str, ...] = ()

    def __str__(self) -> str:
        match self.state:
            case "published":
                tail = f", {counted(len(self.failures), 'page')} failed" if self.failures else ""
                return f"{self.period}: published {self.edition}{tail}"
            case "unchanged":
                return f"{self.period}: in place, nothing has changed since {self.edition}"
            case "failed":
                return f"{self.period}: failed"


@dataclass(frozen=True)
class Backfilled:
    """What became of all of them."""

    review: str
    periods: tuple[Filled, ...]

    @property
    def is_ok(self) -> bool:
        """Tell whether nothing failed."""
        return not any(one.failures for one in self.periods)

    @property
    def summary(self) -> str:
        """Sum it up in a line."""
        counts = {
            state: sum(one.state == state for one in self.periods)
            for state in ("published", "unchanged", "failed")
        }
        said = ", ".join(f"{count} {state}" for state, count in counts.items() if count)
        return f"{self.review}: {counted(len(self.periods), 'period')}: {said}"


def backfill(
    workspace: str | None,
    review: str,
    first: str,
    last: str,
    *,
    notebooks: Path | None = None,
    releasing: Releasing | None = None,
    status: Status | None = None,
    started: Callable[[int, int, Period], None] = lambda done, total, period: None,
    ended: Callable[[Filled], None] = lambda filled: None,
    **how: Any,
) -> Backfilled:
    """Publish each period from ``first`` to ``last``; one that fails does not stop the others.

    Nobody is told of the single editions: two years of them are no news.

    Args:
        workspace: The company's folder; None for ``REVIEW_WORKSPACE`` or the demo company.
        review: A review of ``reviews.yml``.
        first: Its first period, as a person writes it.
        last: Its last period.
        notebooks: The folder of ``reviews.yml``; the product's own if not given.
        releasing: Goes the whole way for each period; the real thing if not given.
        status: What the editions are called, as ``release`` takes it.
        started: Told before each period: how many are done, of how many, and which comes.
        ended: Told after each period.
        how: Handed to ``publish.release.release``: jobs, engine, audience.

    Raises:
        AskedWrongly: There is no such review, or from or to is no period of its kind.
        HeldByAnother: ``review due`` or another backfill is at work in this workspace.
        WorkFailed: The portal could not be built; the editions are in place all the same.
    """
    from helpers.paths import NOTEBOOKS

    declared, paths = load_workspace(workspace)
    folder = notebooks or NOTEBOOKS
    asked = load_reviews(folder).find(review)
    periods = _periods(asked, first, last, declared.fiscal_year_start)
    go = releasing or Releasing(workspace, folder, status, tell=False, lead=False, how=how)
    done: list[Filled] = []
    span = f"{periods[0]}..{periods[-1]}"
    with (
        hold(paths, f"review backfill {review}"),
        recording(paths, "backfill", review, span) as run,
        asked_by("backfill"),
    ):
        go.lead_readers()
        for period in periods:
            started(len(done), len(periods), period)
            done.append(_fill(review, period, go))
            ended(done[-1])
            run.note(failures=tuple(one for each in done for one in each.failures))
        go.lead_readers()
        result = Backfilled(review, tuple(done))
        run.note(outcome=_outcome(result), notes=(result.summary,))
    return result


def _periods(review: Review, first: str, last: str, fiscal_start: int) -> list[Period]:
    """List the periods of the review's kind from the first to the last.

    Raises:
        AskedWrongly: They are none, of another kind, or the wrong way round.
    """
    ends = []
    for flag, text in (("--from", first), ("--to", last)):
        try:
            period = parse_period(text, fiscal_start)
        except AskedWrongly as trouble:
            (fault,) = trouble.faults
            raise AskedWrongly(Fault(flag, fault.what, fault.way_out)) from None
        if period.kind != review.period:
            what = f"{text!r} is no {review.period}, which {review.id} is about"
            raise AskedWrongly(Fault(flag, what, "name two of its periods"))
        ends.append(period)
    found = [ends[1]]
    if ends[1].start < ends[0].start:
        raise AskedWrongly(Fault("--to", f"{last} lies before {first}", "turn them round"))
    while found[0].start > ends[0].start:
        found.insert(0, found[0].previous())
        if len(found) > _MOST:
            raise AskedWrongly(Fault("--from", f"more than {_MOST} periods", "name fewer"))
    return found


def _fill(review: str, period: Period, releasing: Releasing) -> Filled:
    if standing := releasing.stands(review, str(period)):
        return Filled(period, "unchanged", standing.rsplit("/", 1)[-1])
    try:
        released = releasing.release(review, str(period))
    except ReviewError as trouble:
        return Filled(period, "failed", failures=tuple(map(str, trouble.faults)))
    except Exception as trouble:  # noqa: BLE001 - the other periods have their turn
        traceback.print_exc(file=sys.stderr)
        said = f"{review} {period}: {type(trouble).__name__}: {trouble}; see the log"
        return Filled(period, "failed", failures=(said,))
    edition = released.edition
    return Filled(
        period,
        "published" if edition.is_new else "unchanged",
        f"r{edition.number}",
        tuple(str(page.fault) for page in released.report.failed),
    )


def _outcome(result: Backfilled) -> Literal["done", "unchanged", "partly", "failed"]:
    states: Sequence[str] = [one.state for one in result.periods]
    if not result.is_ok:
        return "failed" if set(states) == {"failed"} else "partly"
    return "done" if "published" in states else "unchanged"
