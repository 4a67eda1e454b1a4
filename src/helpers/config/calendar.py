"""When reviews are due, and how long their traces are kept: ``workspace.yml``, ``calendar:``.

Nothing here can be read by a page. Which day a deadline falls on is worked out in
``reviews.deadlines``; this room only says what may be declared.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from helpers.vocabulary.labels import Declared

_Working = Annotated[int, Field(ge=1, le=60)]
_AnyDay = Annotated[int, Field(ge=1, le=366)]


class Deadline(Declared):
    """A day after a period's end: its n-th working day, or its n-th day of any kind.

    Counted from the day after the end: for October, ``day: 15`` is 15 November.
    """

    working_day: _Working | None = None
    day: _AnyDay | None = None

    @model_validator(mode="after")
    def _is_one_of_them(self) -> Deadline:
        if (self.working_day is None) == (self.day is None):
            raise ValueError("give either working_day or day")
        return self


class Deadlines(Declared):
    """When a review is first published, and when it is to be final; one of them may be left out."""

    preliminary: Deadline | None = None
    final: Deadline | None = None


class Keeping(Declared):
    """What is kept of the past beside the editions themselves."""

    #: Files of the journal, one a month.
    journal_months: Annotated[int, Field(ge=1, le=1200)] = 36
    #: Executed notebooks and page logs are kept of so many periods of each review, and of all
    #: that ran in so many days.
    run_periods: Annotated[int, Field(ge=1, le=1200)] = 13
    run_days: Annotated[int, Field(ge=0, le=36500)] = 90
    #: Logs that a schedule writes: this many, each of at most so many MiB.
    log_files: Annotated[int, Field(ge=1, le=100)] = 4
    log_mib: Annotated[int, Field(ge=1, le=1024)] = 5


class Calendar(Declared):
    """What ``review due`` does, and by which days."""

    #: Whose holidays are no working days (``CN``, ``DE``); left out, Monday to Friday all count.
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None
    #: A part of the country with holidays of its own (``BY`` for Bavaria).
    subdivision: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,4}$")] | None = None
    #: So many missed periods of each review are made up for; older ones by ``review backfill``.
    catch_up: Annotated[int, Field(ge=1, le=60)] = 3
    #: Reviews that ``review due`` publishes, with their days (``{}`` for the usual ones); left
    #: out, every review of ``reviews.yml``.
    reviews: Mapping[str, Deadlines] | None = None
    keep: Keeping = Field(default_factory=Keeping)
