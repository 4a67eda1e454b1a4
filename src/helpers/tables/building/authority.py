"""Of two sources that bring one fact of a store, who speaks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from helpers.config.workspace import Workspace
from helpers.tables.batches import Batch
from helpers.tables.models import TableModel
from helpers.vocabulary.faults import Fault


@dataclass
class Silenced:
    """Days on which a source is silent because another speaks for the fact.

    Attributes:
        rows: Fact, scope, source, first and last day.
        warnings: What a person may want to decide otherwise.
    """

    rows: list[tuple[str, str, str, date, date]] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)


def who_is_silent(
    workspace: Workspace, models: Mapping[str, TableModel], batches: Sequence[Batch]
) -> Silenced:
    """Find facts that two sources bring for one store, and decide who speaks.

    The declared source speaks alone. Undeclared, the platform's own export comes before a
    company's own mapping, then the alphabet decides; the other one is heard only on days that
    the first does not cover. Arrival has no say, or the tables would depend on it.
    """
    spans: dict[tuple[str, str], dict[str, list[tuple[date, date]]]] = defaultdict(dict)
    own: dict[str, bool] = {}
    stores: dict[tuple[str, str], str] = {}
    for batch in batches:
        own[batch.source] = batch.is_own_source
        for cover in batch.covers:
            if models[cover.table].authority and cover.store_id and batch.rows.get(cover.table):
                where = (cover.fact, cover.scope)
                spans[where].setdefault(batch.source, []).append((cover.first, cover.last))
                stores[where] = cover.store_id
    declared = {s.id: s.authority for s in workspace.stores}
    found = Silenced()
    for (fact, scope), by_source in sorted(spans.items()):
        if len(by_source) < 2:
            continue
        store_id = stores[fact, scope]
        chosen = declared.get(store_id, {}).get(fact)
        ordered = sorted(by_source, key=lambda source: (source != chosen, own[source], source))
        for place, source in enumerate(ordered[1:], start=1):
            silenced = (
                [(date.min, date.max)]
                if ordered[0] == chosen
                else sorted({span for one in ordered[:place] for span in by_source[one]})
            )
            heard = by_source[source]
            clash = [s for s in silenced for h in heard if s[0] <= h[1] and h[0] <= s[1]]
            found.rows += [(fact, scope, source, *span) for span in silenced]
            if clash:
                found.warnings.append(
                    Fault(
                        f"store {store_id}: {fact}",
                        f"come from {ordered[0]} and from {source}; those of {source} are not "
                        "counted where both have them",
                        f"to choose, write `authority: {{{fact}: {source}}}` for the store in "
                        "workspace.yml"
                        if chosen is None
                        else "",
                    )
                )
    return found
