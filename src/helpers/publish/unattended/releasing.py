"""Release a period for `review due` or `review backfill`, or see that it stands as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.config.workspace import load_workspace
from helpers.paths import NOTEBOOKS
from helpers.publish.standing import Asked, forget, keep, look, standing

if TYPE_CHECKING:
    from helpers.publish.release import Released, Status


@dataclass(frozen=True)
class Releasing:
    """What a release of any period of a workspace has in common."""

    workspace: str | None
    notebooks: Path = NOTEBOOKS
    status: Status | None = None
    #: Announce what happened.
    tell: bool = True
    #: Lead readers to each edition at once; else :meth:`lead_readers` does to all of them.
    lead: bool = True
    #: Further arguments of ``publish.release.release``: jobs, engine, audience.
    how: Mapping[str, Any] = field(default_factory=dict)

    def stands(self, review: str, period: str) -> str | None:
        """Name the edition that would only come out again, by a look at the files.

        None where somebody has to find out by releasing.
        """
        if self.notebooks != NOTEBOOKS:
            return None
        found = standing(self._asked(review, period), led_to=self.lead)
        return str(found.entry["edition"]) if found else None

    def release(self, review: str, period: str) -> Released:
        """Go the whole way, and write down when there is nothing left to do."""
        from helpers.publish.release import release

        asked = self._asked(review, period)
        before = look(asked)
        forget(asked)
        released = release(
            self.workspace,
            review,
            period,
            status=self.status,
            languages=asked.languages,
            notebooks=self.notebooks,
            tell=self.tell,
            lead=self.lead,
            **self.how,
        )
        if released.is_vouched_for and self.notebooks == NOTEBOOKS:
            keep(asked, before, f"{review}/{period}", *released.said_again)
        return released

    def lead_readers(self) -> bool:
        """Lead readers to all editions that are in place; tell whether they were not yet."""
        from helpers.publish.book import lead_readers

        declared, paths = load_workspace(self.workspace)
        return lead_readers(paths, declared)

    def _asked(self, review: str, period: str) -> Asked:
        spoken = load_workspace(self.workspace)[0].languages
        return Asked(self.workspace, review, period, self.status, tuple(spoken))
