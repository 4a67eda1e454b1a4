"""The first screen: how did we do, why, and what now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from pathlib import Path

from helpers.publish.content import home_fragments
from helpers.publish.editions import SummaryRecord
from helpers.reviews.endangered import targets_at_risk
from helpers.vocabulary.labels import Language

_ACTIONS = ("decisions", "actions")


class _Sentences(HTMLParser):
    """Reads ``<ul class="sentences" id="...">`` as plain text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.id = ""
        self.items: list[str] = []
        self._is_list = False

    @classmethod
    def read(cls, markup: str) -> _Sentences | None:
        """Give the list, or None where the markup is something else."""
        reader = cls()
        reader.feed(markup)
        reader.close()
        return reader if reader._is_list else None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "ul" and "sentences" in (given.get("class") or "").split():
            self._is_list, self.id = True, given.get("id") or ""
        elif tag == "li" and self._is_list:
            self.items.append("")

    def handle_data(self, data: str) -> None:
        if self.items:
            self.items[-1] = f"{self.items[-1]}{data}".strip()


@dataclass(frozen=True)
class HomeSummary:
    """What the home page says about an edition, in one language.

    Args:
        sentences: Three to five sentences made from the numbers; the first is the headline.
        exhibits: HTML of exhibits (figure cards first), shown as they are.
        actions: Decisions needed and actions under way, as plain sentences.
        links: Page ids of the review worth opening first, each with the reason to do so.
        at_risk: Targets that any page finds at risk, for whoever is told of the edition.
    """

    sentences: tuple[str, ...] = ()
    exhibits: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    at_risk: tuple[str, ...] = ()

    @classmethod
    def from_pages(cls, notebooks: Sequence[Path], language: Language) -> HomeSummary:
        """Take the summary from a review's first page, and targets at risk from all of them."""
        summary = cls.from_page(notebooks[0], language)
        return replace(summary, at_risk=targets_at_risk(notebooks))

    @classmethod
    def from_page(cls, notebook: Path, language: Language) -> HomeSummary:
        """Take what the cells tagged ``home`` of an executed page show.

        A list of sentences becomes sentences, or actions where its id ends in ``decisions`` or
        ``actions``; everything else is shown as it is.
        """
        sentences: list[str] = []
        actions: list[str] = []
        exhibits: list[str] = []
        for fragment in home_fragments(notebook, language):
            found = _Sentences.read(fragment)
            if found is None:
                exhibits.append(fragment)
            elif found.id.endswith(_ACTIONS):
                actions.extend(found.items)
            else:
                sentences.extend(found.items)
        return cls(tuple(sentences), tuple(exhibits), tuple(actions))

    def as_record(self) -> SummaryRecord:
        """Write the summary down beside the edition, for every later home page."""
        return SummaryRecord(
            sentences=self.sentences,
            exhibits=self.exhibits,
            actions=self.actions,
            links=self.links,
            at_risk=self.at_risk,
        )
