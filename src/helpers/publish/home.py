"""The first screen: how did we do, why, and what now."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from helpers.publish.content import home_fragments
from helpers.publish.editions import SummaryRecord
from helpers.vocabulary.labels import Language


@dataclass(frozen=True)
class HomeSummary:
    """What the home page says about an edition, in one language.

    Args:
        sentences: Three to five sentences made from the numbers; the first is the headline.
        exhibits: HTML of exhibits (figure cards first), shown as they are.
        actions: Decisions needed and actions under way, as plain sentences.
        links: Page ids of the review worth opening first, each with the reason to do so.
    """

    sentences: tuple[str, ...] = ()
    exhibits: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()

    @classmethod
    def from_page(cls, notebook: Path, language: Language) -> HomeSummary:
        """Take what the cells tagged ``home`` of an executed page show."""
        return cls(exhibits=home_fragments(notebook, language))

    def as_record(self) -> SummaryRecord:
        """Write the summary down beside the edition, for every later home page."""
        return SummaryRecord(
            sentences=self.sentences,
            exhibits=self.exhibits,
            actions=self.actions,
            links=self.links,
        )
