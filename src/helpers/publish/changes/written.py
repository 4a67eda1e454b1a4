"""Differences in the words of a language: names of figures, values as read, causes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helpers.config.workspace import PLATFORM_LABELS, Workspace
from helpers.metrics.dimensions import SEPARATOR
from helpers.publish.changes.causes import Cause, Causes
from helpers.publish.changes.comparing import Comparison
from helpers.publish.changes.differing import Difference, by_weight
from helpers.publish.changes.words import list_of, say
from helpers.reviews.figures import Figure
from helpers.vocabulary.labels import Language
from helpers.vocabulary.periods import parse_period
from helpers.vocabulary.units import Unit
from helpers.vocabulary.wording import MINUS, write_change, write_value

if TYPE_CHECKING:
    from helpers.metrics.catalogue import Metric

#: In a sentence and a table; the page lists every one of them below.
_CAUSES_NAMED = 3


@dataclass(frozen=True)
class Written:
    """Writes differences in one language."""

    workspace: Workspace
    metrics: Mapping[str, Metric]
    language: Language

    # -- one figure ----------------------------------------------------------------------------

    def name(self, figure: Figure) -> str:
        """Name a figure as a reader would."""
        declared = self.metrics.get(figure.metric)
        label = declared.label.text(self.language) if declared else figure.metric or figure.exhibit
        if figure.column == "target":
            label = say("target", self.language, metric=label)
        elif figure.column:
            label = f"{label}, {figure.column.replace('_', ' ')}"
        member = self.member(figure)
        return f"{label} · {member}" if member else label

    def member(self, figure: Figure) -> str:
        """Name what part of the company a figure is about; nothing for all of it."""
        if not figure.member:
            return ""
        names = figure.dimension.split(",")
        values = figure.member.split(SEPARATOR, len(names) - 1)
        pairs = zip(names, values, strict=False)
        return " · ".join(self._member(name, value) for name, value in pairs if value)

    def _member(self, dimension: str, member: str) -> str:
        from helpers.analysis.desk import market_label

        stores = {one.id: one.name for one in self.workspace.stores}
        if dimension == "store" and member in stores:
            return stores[member].text(self.language)
        if dimension == "platform" and member in PLATFORM_LABELS:
            return PLATFORM_LABELS[member].text(self.language)
        return market_label(member, self.language) if dimension == "market" else member

    def period(self, figure: Figure) -> str:
        """Name the days of a figure."""
        return parse_period(figure.period, self.workspace.fiscal_year_start).label(self.language)

    def value(self, figure: Figure | None, other: float | None = None) -> str:
        """Write a value in full, and finer where it would read like the ``other`` one."""
        if figure is None or figure.value is None:
            return say("not_available", self.language)
        plain = _in_full(figure.value, figure.unit, self.language)
        if other is None or _in_full(other, figure.unit, self.language) != plain:
            return plain
        return _finer(figure.value, figure.unit, self.language)

    def change(self, one: Difference) -> str:
        """Write by how much a figure changed, in its unit's own way; nothing where it cannot."""
        if one.difference is None:
            return ""
        unit = _unit(one.figure.unit)
        if unit.changes_in_points:
            return write_change(one.difference, unit, self.language)
        return "" if one.relative is None else write_change(one.relative, unit, self.language)

    def difference(self, one: Difference) -> str:
        """Write the difference in the figure's unit, with its sign."""
        if one.difference is None:
            return ""
        if _unit(one.figure.unit).changes_in_points:
            return self.change(one)
        size = abs(one.difference)
        written = _in_full(size, one.figure.unit, self.language)
        if written == _in_full(0.0, one.figure.unit, self.language):
            written = _finer(size, one.figure.unit, self.language)
        return f"{'+' if one.difference > 0 else MINUS}{written}"

    def is_seen(self, one: Difference) -> bool:
        """Tell whether the two read differently where figures are written in full."""
        if one.kind != "restated" or not one.is_of_one_unit:
            return True
        values = (one.value_before, one.value_after)
        first, second = (_in_full(v or 0.0, one.figure.unit, self.language) for v in values)
        return first != second

    def cause(self, cause: Cause) -> str:
        """Name a cause."""
        name = cause.name
        if cause.kind == "definition" and name in self.metrics:
            name = self.metrics[name].label.text(self.language)
        said = say(cause.kind, self.language, name=name)
        return said if cause.is_sure else say("may_be", self.language, cause=said)

    def causes(self, found: Sequence[Cause]) -> str:
        """Name the first few of several causes."""
        named = [self.cause(one) for one in found[:_CAUSES_NAMED]]
        more = len(found) - len(named)
        return list_of([*named, f"+{more}"] if more else named, self.language)

    def moved(self, one: Difference, causes: Causes) -> str:
        """Say in a sentence what a figure was, what it is now, and why."""
        return say(
            "gone" if one.value_after is None else "moved",
            self.language,
            metric=self.name(one.figure),
            period=self.period(one.figure),
            before=self.value(one.before, one.value_after),
            after=self.value(one.after, one.value_before),
            change=self.difference(one),
            causes=self.causes(causes.of(one)),
        )

    # -- tables --------------------------------------------------------------------------------

    def rows(self, found: Sequence[Difference], causes: Causes) -> tuple[list[dict[str, Any]], int]:
        """Write differences as rows; the second is how many read the same before and after."""
        seen = [one for one in by_weight(found) if self.is_seen(one)]
        rows = [
            {
                "name": self.name(one.figure),
                "dimension": one.figure.dimension,
                "period": self.period(one.figure),
                "before": self.value(one.before),
                "after": self.value(one.after),
                "difference": self.difference(one),
                "change": self.change(one),
                "causes": self.causes(causes.of(one)),
                "href": _address(one.figure),
            }
            for one in seen
        ]
        return rows, len(found) - len(seen)

    def news(self, comparison: Comparison) -> list[dict[str, str]]:
        """Write the new period's headline beside the earlier edition's."""
        return [
            {
                "name": self.name(now),
                "before": self.value(then) if then else "",
                "after": self.value(now),
                "change": self.change(Difference(then, now)) if then else "",
                "href": _address(now),
            }
            for then, now in comparison.news
        ]

    def tables(self, comparison: Comparison) -> list[dict[str, Any]]:
        """Count the numbers that changed in each table, with the page it stands on."""
        counted = Counter(one.figure.page for one in comparison.changes.in_tables)
        pages = {
            one.file: one.title.text(self.language)
            for edition in (comparison.before.edition, comparison.after.edition)
            for one in edition.pages
        }
        files = {one.file for one in comparison.after.edition.pages}
        by_page: Counter[str] = Counter()
        for place, count in counted.items():
            by_page[place.partition("#")[0]] += count
        return [
            {
                "href": f"{file}.html" if file in files else "",
                "count": count,
                "said": say("in_table", self.language, count=count, title=pages.get(file, file)),
            }
            for file, count in sorted(by_page.items(), key=lambda pair: (-pair[1], pair[0]))
        ]


def merged(found: Sequence[Difference], causes: Causes, written: Written) -> list[dict[str, Any]]:
    """List the causes of all differences, those of most figures first."""
    counted = Counter(cause for one in found for cause in causes.of(one))
    ordered = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
    return [{"said": written.cause(cause), "count": count} for cause, count in ordered]


def _address(figure: Figure) -> str:
    file, _, exhibit = figure.page.partition("#")
    return f"{file}.html#{exhibit}"


def _unit(unit: str) -> Unit:
    return Unit(unit) if unit in set(Unit) else Unit.MONEY


def _in_full(value: float, unit: str, language: Language) -> str:
    kind = _unit(unit)
    if kind is Unit.PERCENT:
        return f"{MINUS if value < 0 else ''}{abs(value):.2%}"
    currency = unit if kind is Unit.MONEY else ""
    return write_value(value, kind, language, currency, short=False)


def _finer(value: float, unit: str, language: Language) -> str:
    """Write all digits that a stored figure may have, where fewer would hide a difference."""
    kind = _unit(unit)
    sign = MINUS if value < 0 else ""
    if kind is Unit.PERCENT:
        return f"{sign}{abs(value):.6%}"
    currency = f"{unit} " if kind is Unit.MONEY else ""
    return f"{sign}{currency}{abs(value):,.6f}".rstrip("0").rstrip(".")
