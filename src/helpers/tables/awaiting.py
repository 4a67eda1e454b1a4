"""What a period still waits for, in words; what a person has waived is not waited for.

Belongs here: turning states of facts into what is awaited and what was admitted. Which days are
there is ``completeness``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from helpers.config.workspace import Workspace
from helpers.tables.known_facts import known_facts
from helpers.tables.waivers import Waiver
from helpers.vocabulary.labels import LANGUAGES, Label, Language
from helpers.vocabulary.periods import Period, days_between, runs_of
from helpers.vocabulary.wording import write_date

if TYPE_CHECKING:
    from helpers.tables.completeness import FactState

#: Up to so many stores are named where figures settle; so many awaited things in a line.
_NAMED, _LISTED = 2, 4


class Waived:
    """The waivers that touch a period, and which of them were called upon."""

    def __init__(self, waivers: Iterable[Waiver], workspace: Workspace, period: Period) -> None:
        self._stores = {store.id: store for store in workspace.stores}
        self._spans = {
            one: span
            for one in waivers
            if (span := one.span(workspace)).start <= period.end and span.end >= period.start
        }
        self._period = period
        self._used: set[Waiver] = set()

    def out_of(self, state: FactState, days: Iterable[date]) -> tuple[date, ...]:
        """Give those of the days of a fact that are still awaited."""
        of_it = {
            one: span
            for one, span in self._spans.items()
            if (one.store, one.fact) == (state.store_id, state.fact)
        }
        left = []
        for day in days:
            calls = {one for one, span in of_it.items() if day in span}
            self._used |= calls
            if not calls:
                left.append(day)
        return tuple(left)

    @property
    def admitted(self) -> tuple[Label, ...]:
        """Say what was admitted, by whom, when and why."""
        return tuple(self._told("admitted", one) for one in self._spans if one in self._used)

    @property
    def unneeded(self) -> tuple[Label, ...]:
        """Say what was admitted for nothing; a longer waiver may be needed by another period."""
        within = (
            one
            for one, span in self._spans.items()
            if span.start >= self._period.start and span.end <= self._period.end
        )
        return tuple(self._told("unneeded", one) for one in within if one not in self._used)

    def _told(self, word: str, one: Waiver) -> Label:
        span = self._spans[one]
        return _filled(
            word,
            store=self._stores[one.store].name,
            fact=known_facts().of(one.fact).label,
            period=Label(en=span.label("en"), zh=span.label("zh")),
            by=Label(en=one.by, zh=one.by),
            day=_date(one.given_on),
            because=Label(en=one.because, zh=one.because),
        )


def wanted(
    facts: Sequence[FactState], workspace: Workspace, period: Period, waived: Waived
) -> tuple[tuple[Label, ...], tuple[Label, ...]]:
    """Word what the period lacks, and apart from it what is only open."""
    known = known_facts()
    stores = {store.id: store for store in workspace.stores}
    lacking: list[Label] = []
    open_ends: list[Label] = []
    settling: dict[date, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for one in facts:
        about = known.of(one.fact)
        if about.only_compared:
            continue
        is_open = waived.out_of(one, [period.end]) if one.status == "settling" else ()
        if is_open and one.settled_on is not None:
            settling[one.settled_on][one.fact].append(one.store_id)
        if one.status not in ("missing", "partial") or not about.core:
            continue
        store = stores[one.store_id]
        reach = known.reaches_back.get(store.platform)
        if one.status == "missing" and about.core and about.cadence != "events":
            if waived.out_of(one, one.days):
                lacking.append(_filled("absent", store=store.name, fact=about.label))
        elif about.cadence == "snapshot":
            day = min(period.end, store.closed_on or date.max)
            if waived.out_of(one, [day]):
                label = _filled("snapshot", store=store.name, fact=about.label, day=_date(day))
                open_ends.append(label)
        else:
            target = lacking if about.every_day else open_ends
            missing = (day for day, state in one.days.items() if state == "missing")
            for first, last in runs_of(waived.out_of(one, missing)):
                days = days_between(first, last)
                target.append(
                    _filled(
                        "days_until" if reach else "days",
                        store=store.name,
                        fact=about.label,
                        days=Label(en=days.label("en"), zh=days.label("zh")),
                        until=_date(first + timedelta(days=reach or 0)),
                    )
                )
    for day, by_fact in sorted(settling.items()):
        ids = list(dict.fromkeys(one for listed in by_fact.values() for one in listed))
        told = {"facts": _joined([known.of(fact).label for fact in by_fact]), "day": _date(day)}
        if len(ids) > _NAMED:
            open_ends.append(_filled("settling", **told))
        else:
            named = _joined([stores[one].name for one in ids])
            open_ends.append(_filled("settling_of", **told, stores=named))
    return tuple(lacking), tuple(open_ends)


def _filled(word: str, **parts: Label) -> Label:
    template = known_facts().words[word]
    told = {
        language: template.text(language).format(
            **{name: part.text(language) for name, part in parts.items()}
        )
        for language in LANGUAGES
    }
    return Label(en=told["en"], zh=told["zh"])


def _date(day: date) -> Label:
    return Label(en=write_date(day, "en"), zh=write_date(day, "zh"))


def _joined(labels: Sequence[Label]) -> Label:
    english = [one.en for one in labels]
    if len(english) > 1:
        english = [", ".join(english[:-1]), english[-1]]
    return Label(en=" and ".join(english), zh="、".join(one.zh for one in labels))


def listed(labels: Sequence[Label], language: Language) -> str:
    """Write things in one line; of many only the first, and how many more there are."""
    shown = [one.text(language) for one in labels[:_LISTED]]
    if more := len(labels) - len(shown):
        shown.append(_filled("more", count=Label(en=str(more), zh=str(more))).text(language))
    return ("；" if language == "zh" else "; ").join(shown)
