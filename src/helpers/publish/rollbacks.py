"""Which editions were taken back, by whom and why: ``site/rollbacks.json``.

An edition is never changed and never deleted, so that readers are led past it is written down
here, and nowhere else. The file is a list that only grows: to go back from a rollback is one more
rollback.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints, TypeAdapter, ValidationError

from helpers.publish.holdings import ROLLBACKS
from helpers.vocabulary.faults import Fault, WorkFailed
from helpers.vocabulary.labels import Declared

#: Review, period and number.
Name = tuple[str, str, int]


class Rollback(Declared):
    """One decision to lead readers to an earlier edition, or back to a later one."""

    review: str
    period: str
    #: The edition that readers are led to.
    to: Annotated[int, Field(ge=1)]
    #: The highest number there was at that moment: what lies between is withdrawn.
    over: Annotated[int, Field(ge=1)]
    at: datetime
    by: str
    because: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]


_LIST = TypeAdapter(tuple[Rollback, ...])


def read_rollbacks(site: Path) -> tuple[Rollback, ...]:
    """Read what was taken back, oldest first.

    Raises:
        WorkFailed: The file cannot be read. Without it nobody knows which edition is wrong.
    """
    path = site / ROLLBACKS
    try:
        return _LIST.validate_json(path.read_bytes())
    except FileNotFoundError:
        return ()
    except (OSError, ValidationError) as trouble:
        what = f"cannot be read ({type(trouble).__name__})"
        way_out = "bring it back from a copy of the site; it says which editions were withdrawn"
        raise WorkFailed(Fault(str(path), what, way_out)) from None


def as_text(rollbacks: Sequence[Rollback]) -> str:
    """Write the file's content."""
    content = [one.model_dump(mode="json") for one in rollbacks]
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def withdrawals(rollbacks: Iterable[Rollback]) -> dict[Name, Rollback]:
    """Say which editions are withdrawn, each with the decision that withdrew it.

    >>> back = {"review": "monthly", "period": "2025-12", "at": "2026-01-05T09:00:00+00:00",
    ...         "by": "ann", "because": "fees are missing"}
    >>> one = Rollback(to=1, over=2, **back)
    >>> [name[2] for name in withdrawals([one])]
    [2]
    >>> list(withdrawals([one, Rollback(to=2, over=2, **back)]))
    []
    """
    found: dict[Name, Rollback] = {}
    for one in rollbacks:
        found.pop((one.review, one.period, one.to), None)
        for number in range(one.to + 1, one.over + 1):
            found.setdefault((one.review, one.period, number), one)
    return found
