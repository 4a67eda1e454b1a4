"""Two editions side by side: what each shows, how they differ, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.config.workspace import Workspace
from helpers.paths import WorkspacePaths
from helpers.publish.changes.causes import Causes, Inputs, read_inputs
from helpers.publish.changes.differing import Differences, by_weight, differences
from helpers.publish.editions import Edition, PageRecord, editions_of, find_edition, newest
from helpers.publish.words import OWNERS
from helpers.reviews.figures import Figure, read_behind, read_figures
from helpers.vocabulary.faults import AskedWrongly, Fault

if TYPE_CHECKING:
    from helpers.metrics.catalogue import Metric

FIGURES = "figures.json"
#: The page that says what changed is no change.
PAGE_FILE = "what-changed"
_FRONT = "index#"


@dataclass(frozen=True)
class Side:
    """One edition as far as its figures go."""

    edition: Edition
    figures: tuple[Figure, ...]
    behind: Mapping[str, tuple[str, ...]]
    inputs: Inputs | None

    @property
    def is_kept(self) -> bool:
        """Tell whether it kept its figures: the first version of the program did not."""
        return self.inputs is not None

    @classmethod
    def kept_in(cls, site: Path, edition: Edition) -> Side:
        """Read what an edition on the site keeps of its figures."""
        folder = site / edition.folder
        path = folder / FIGURES
        return cls(edition, read_figures(path), read_behind(path), read_inputs(folder))

    @property
    def headline(self) -> tuple[Figure, ...]:
        """The figures of the front page for the whole company and the edition's own days."""
        so_far = f"{self.edition.span.start}.."
        return tuple(
            one
            for one in self.figures
            if one.is_of_the_catalogue
            and not (one.column or one.dimension)
            and one.page.startswith(_FRONT)
            and (one.period == self.edition.period or one.period.startswith(so_far))
        )


@dataclass(frozen=True)
class Comparison:
    """How the later of two editions differs from the earlier one."""

    before: Side
    after: Side
    causes: Causes

    @classmethod
    def of(
        cls,
        before: Side,
        after: Side,
        workspace: Workspace,
        paths: WorkspacePaths,
        metrics: Mapping[str, Metric],
    ) -> Comparison:
        """Compare two editions with what the warehouse knows of the time between them."""
        behind = {**before.behind, **after.behind}
        causes = Causes.between(workspace, paths, metrics, before.inputs, after.inputs, behind)
        return cls(before, after, causes)

    @property
    def is_of_one_period(self) -> bool:
        """Tell a correction of an edition from a review of another period."""
        return _what(self.before.edition) == _what(self.after.edition)

    @cached_property
    def changes(self) -> Differences:
        """All figures that the two show otherwise."""
        shared = set(self._files(self.before)) & set(self._files(self.after))
        return differences(
            self.before.figures, self.after.figures, shared if self.is_of_one_period else ()
        )

    @cached_property
    def news(self) -> tuple[tuple[Figure | None, Figure], ...]:
        """The headline of the new period, each figure with the earlier edition's own."""
        if self.is_of_one_period:
            return ()
        then = {one.metric: one for one in self.before.headline}
        places = {name: place for place, name in enumerate(self.causes.metrics)}
        owners = {name: place for place, name in enumerate(OWNERS)}

        def order(one: Figure) -> tuple[int, int]:
            declared = self.causes.metrics.get(one.metric)
            owner = str(declared.owner) if declared else ""
            return owners.get(owner, len(owners)), places.get(one.metric, len(places))

        return tuple((then.get(one.metric), one) for one in sorted(self.after.headline, key=order))

    @property
    def pages_added(self) -> tuple[PageRecord, ...]:
        """Pages that only the later edition has."""
        return _beyond(self.after.edition, self.before.edition)

    @property
    def pages_removed(self) -> tuple[PageRecord, ...]:
        """Pages that only the earlier edition has."""
        return _beyond(self.before.edition, self.after.edition)

    @staticmethod
    def _files(side: Side) -> tuple[str, ...]:
        """Name the pages that speak of the edition's own data; a stale one speaks of another's."""
        return tuple(one.file for one in side.edition.pages if not one.stale_of)

    def as_json(self) -> dict[str, Any]:
        """Give everything as plain data, with values at full precision."""
        return {
            "before": self.before.edition.folder,
            "after": self.after.edition.folder,
            "news": [
                {
                    **_named(now),
                    "before_period": then.period if then else None,
                    "before": then.value if then else None,
                    "after": now.value,
                }
                for then, now in self.news
            ],
            "differences": [
                {
                    **_named(one.figure),
                    "kind": one.kind,
                    "before": one.value_before,
                    "after": one.value_after,
                    "difference": one.difference,
                    "relative": one.relative,
                    "causes": [
                        {"kind": cause.kind, "name": cause.name, "sure": cause.is_sure}
                        for cause in self.causes.of(one)
                    ],
                }
                for one in by_weight(self.changes.every)
            ],
            "pages_added": [one.file for one in self.pages_added],
            "pages_removed": [one.file for one in self.pages_removed],
        }


def earlier_editions(edition: Edition, known: Sequence[Edition]) -> tuple[Edition, ...]:
    """List what an edition is compared with: its period's last edition, the last period's newest.

    Args:
        edition: The one that is new.
        known: Those on the site before it.
    """
    standing = newest([one for one in known if one.folder != edition.folder])
    same = [one for one in standing if _what(one) == _what(edition)]
    before = [
        one
        for one in standing
        if one.review == edition.review and one.span.end < edition.span.start
    ]
    last = max(before, key=lambda one: one.span.end, default=None)
    return (*same, *([last] if last else []))


def compare_editions(
    workspace: Workspace, paths: WorkspacePaths, names: Sequence[str]
) -> Comparison:
    """Compare editions on the site by their names.

    Args:
        workspace: The company.
        paths: Where its site is.
        names: Two editions, the earlier one first; of one, the edition before it is taken. An
            edition is ``monthly/2025-12/r1``, or ``monthly/2025-12`` for the newest of that
            period. ``monthly 2025-11 2025-12`` names the review once.

    Raises:
        AskedWrongly: There is no such edition, none before it, or one that kept no figures.
    """
    from helpers.metrics.catalogue import catalogue_of

    known = editions_of(paths.site)
    if len(names) == 3:
        names = [f"{names[0]}/{names[1]}", f"{names[0]}/{names[2]}"]
    found = [find_edition(paths.site, name) for name in names]
    if len(found) == 1:
        last = found[0]
        up_to = [one for one in known if one.number < last.number or _what(one) != _what(last)]
        earlier = earlier_editions(found[0], up_to)
        if not earlier:
            fault = "is compared with nothing: no edition was published before it"
            raise AskedWrongly(Fault(found[0].folder, fault, "name two editions"))
        found = [earlier[0], found[0]]
    sides = [Side.kept_in(paths.site, one) for one in found]
    mute = [side.edition.folder for side in sides if not side.is_kept]
    if mute:
        raise AskedWrongly(
            Fault(", ".join(mute), "kept no figures", "it was published by an earlier version")
        )
    return Comparison.of(sides[0], sides[1], workspace, paths, catalogue_of(workspace))


def _beyond(one: Edition, other: Edition) -> tuple[PageRecord, ...]:
    known = {page.file for page in other.pages}
    return tuple(page for page in one.pages if page.file not in {*known, PAGE_FILE})


def _what(edition: Edition) -> tuple[str, str]:
    return edition.review, edition.period


def _named(one: Figure) -> dict[str, str]:
    return {
        "metric": one.metric,
        "period": one.period,
        "dimension": one.dimension,
        "member": one.member,
        "column": one.column,
        "exhibit": one.exhibit,
        "unit": one.unit,
        "page": one.page,
    }
