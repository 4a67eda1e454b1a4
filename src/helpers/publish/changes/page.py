"""What an edition says about the ones before it: a page, and a notice on its front page.

Made at publishing and not by a notebook: executed pages come from the cache and cannot know which
edition was published last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.config.workspace import Workspace
from helpers.paths import WorkspacePaths
from helpers.publish.changes.causes import Inputs, inputs_of, write_inputs
from helpers.publish.changes.comparing import FIGURES, PAGE_FILE, Comparison, Side, earlier_editions
from helpers.publish.changes.differing import Difference, by_weight
from helpers.publish.changes.words import QUESTION, TITLE, list_of, say
from helpers.publish.changes.written import Written, merged
from helpers.publish.content import Content, PageBuilt, file_name, markdown, shown_html
from helpers.publish.editions import Edition, PageRecord
from helpers.publish.templates import render
from helpers.reviews.figures import gather, gather_behind, write_figures
from helpers.vocabulary.labels import Language

if TYPE_CHECKING:
    from helpers.metrics.catalogue import Metric

PAGE = PageRecord(file=PAGE_FILE, title=TITLE, question=QUESTION)
#: So many are told on the front page, on one side of the page and in its whole table.
_NOTICED, _BESIDE, _LISTED = 3, 6, 60


@dataclass(frozen=True)
class WhatChanged:
    """What differs between an edition on its way and those before it.

    Attributes:
        side: Its own figures.
        comparisons: With the last edition of its period, then with the period before.
        mute: Earlier editions that kept no figures.
    """

    workspace: Workspace
    side: Side
    comparisons: tuple[Comparison, ...] = ()
    mute: tuple[Edition, ...] = ()
    _words: dict[Language, Written] = field(default_factory=dict, repr=False)

    @classmethod
    def since(
        cls,
        site: Path,
        known: Sequence[Edition],
        edition: Edition,
        pages: Mapping[Language, Sequence[PageBuilt]],
        workspace: Workspace,
        paths: WorkspacePaths,
        metrics: Mapping[str, Metric],
    ) -> WhatChanged:
        """Compare executed pages with what was published before.

        Raises:
            WorkFailed: A page shows other figures in one language than in another.
        """
        built: dict[str, list[tuple[str, Path]]] = {
            language: [(file_name(one.id, place), one.notebook) for place, one in enumerate(each)]
            for language, each in pages.items()
        }
        side = Side(
            edition,
            gather(built),
            gather_behind(next(iter(built.values()))),
            inputs_of(workspace, paths, metrics),
        )
        earlier = [Side.kept_in(site, one) for one in earlier_editions(edition, known)]
        return cls(
            workspace,
            side,
            tuple(
                Comparison.of(one, side, workspace, paths, metrics)
                for one in earlier
                if one.is_kept
            ),
            tuple(one.edition for one in earlier if not one.is_kept),
        )

    @property
    def compared_with(self) -> tuple[str, ...]:
        """Name the editions it was compared with."""
        return tuple(one.before.edition.folder for one in self.comparisons)

    def write(self, folder: Path) -> None:
        """Lay figures and their inputs beside the pages, for the editions to come."""
        write_figures(folder / FIGURES, self.side.figures, self.side.behind)
        write_inputs(folder, self.side.inputs or Inputs())

    def added_to(
        self, contents: Mapping[Language, Sequence[Content]]
    ) -> dict[Language, list[Content]]:
        """Put the notice on the front page and the page at the end, in each language."""
        added: dict[Language, list[Content]] = {}
        for language, each in contents.items():
            front, *rest = each
            notice = self._notice(language)
            if notice:
                first, *cells = front.cells
                front = replace(front, cells=(first, shown_html(notice), *cells))
            added[language] = [front, *rest, Content(tuple(self._page(language)), ())]
        return added

    def moved_in(self, language: Language) -> tuple[str, ...]:
        """Say which figures moved by more than their threshold since they were last published."""
        written = self._written(language)
        return tuple(written.moved(one, comparison.causes) for comparison, one in self._notable)

    # -- the notice --------------------------------------------------------------------------

    @cached_property
    def _notable(self) -> list[tuple[Comparison, Any]]:
        """What the last reader was told otherwise: by this period's edition, else by the last's."""
        rule = self.workspace.publishing.moved
        seen: set[tuple[str, ...]] = set()
        found = []
        for comparison in self.comparisons:
            for one in by_weight(comparison.changes.of_the_catalogue):
                figure = one.figure
                if figure.key not in seen and rule.is_notable(
                    figure.metric, figure.unit, one.value_before, one.value_after
                ):
                    found.append((comparison, one))
            seen |= {one.key for one in comparison.before.figures if one.value is not None}
        weight = {id(one): place for place, one in enumerate(by_weight([o for _, o in found]))}
        return sorted(found, key=lambda pair: weight[id(pair[1])])

    def _notice(self, language: Language) -> str:
        sentences = self.moved_in(language)
        if not sentences:
            return ""
        count = len(sentences)
        return render(
            "moved.html",
            {
                "head": say("notice" if count > 1 else "notice_one", language, count=count),
                "sentences": sentences[:_NOTICED],
                "href": f"{PAGE.file}.html",
                "see": say("see", language),
            },
        )

    # -- the page ----------------------------------------------------------------------------

    def _page(self, language: Language) -> list[dict[str, Any]]:
        cells = [markdown(f"# {TITLE.text(language)}")]
        if not self.comparisons and not self.mute:
            return [*cells, markdown(say("first", language))]
        for one in self.mute:
            period = one.span.label(language)
            cells.append(markdown(say("no_figures", language, number=one.number, period=period)))
        for comparison in self.comparisons:
            cells += self._compared(comparison, language)
        return cells

    def _compared(self, comparison: Comparison, language: Language) -> list[dict[str, Any]]:
        before, after = comparison.before.edition, comparison.after.edition
        then, now = before.span.label(language), after.span.label(language)
        if comparison.is_of_one_period:
            heading = say("since_edition", language, number=before.number)
        else:
            heading = say("since_period", language, now=now, before=then)
        return [
            markdown(f"## {heading}"),
            shown_html(render("what-changed.html", self._context(comparison, language))),
        ]

    def _context(self, comparison: Comparison, language: Language) -> dict[str, Any]:
        written = self._written(language)
        before = comparison.before.edition
        every = comparison.changes.of_the_catalogue
        above = self._told_above(comparison)
        fresh = [one for one in every if one not in above]
        rows, unseen = written.rows(fresh, comparison.causes)
        whole = [row for row in rows if not row["dimension"]]
        beside = whole[:_BESIDE] or rows[:_BESIDE]
        listed = [row for row in rows if row not in beside]
        tables = written.tables(comparison)
        titles = {
            name: list_of([one.title.text(language) for one in pages], language)
            for name, pages in (
                ("pages_added", comparison.pages_added),
                ("pages_removed", comparison.pages_removed),
            )
        }
        return {
            "say": lambda name, **values: say(name, language, **values),
            "compared_with": say(
                "compared_with", language, number=before.number, period=before.span.label(language)
            ),
            "then": before.span.label(language),
            "now": comparison.after.edition.span.label(language),
            "news": written.news(comparison),
            "count": len(rows),
            "whole": len(whole),
            "above": len(every) - len(fresh),
            "beside": beside,
            "listed": listed[:_LISTED],
            "left_out": len(listed[_LISTED:]) + unseen,
            "parts": len(listed),
            "tables": tables,
            "in_tables": sum(one["count"] for one in tables),
            "causes": merged(fresh, comparison.causes, written),
            "pages": [say(name, language, titles=said) for name, said in titles.items() if said],
            "editions": (before.folder, comparison.after.edition.folder),
        }

    def _told_above(self, comparison: Comparison) -> list[Difference]:
        """Give what an earlier comparison on the page says in the same words."""
        place = self.comparisons.index(comparison)
        told = {
            (one.figure.key, one.value_before, one.value_after)
            for earlier in self.comparisons[:place]
            for one in earlier.changes.of_the_catalogue
        }
        return [
            one
            for one in comparison.changes.of_the_catalogue
            if (one.figure.key, one.value_before, one.value_after) in told
        ]

    def _written(self, language: Language) -> Written:
        if language not in self._words:
            metrics = self.comparisons[0].causes.metrics if self.comparisons else {}
            self._words[language] = Written(self.workspace, metrics, language)
        return self._words[language]
