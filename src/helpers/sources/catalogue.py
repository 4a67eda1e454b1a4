"""The declared sources: those that ship with the product, and a company's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

from helpers.config.declarations import read_declaration
from helpers.config.workspace import Workspace
from helpers.paths import PACKAGE, WorkspacePaths
from helpers.sources.cells import NUMERIC
from helpers.sources.declared import MarketColumn, Source, StoreColumn
from helpers.sources.filling import filled
from helpers.sources.headers import plain
from helpers.sources.meaning import (
    Unclear,
    condition,
    did_you_mean,
    each_of,
    over_orders,
    value,
)
from helpers.vocabulary.faults import DeclarationFaulty, Fault

FAMILIES = PACKAGE / "sources" / "families"


def load_sources(mappings: Path | None = None) -> Mapping[str, Source]:
    """Read every declared source, by id; a company's own come first and replace by name.

    Args:
        mappings: The workspace's ``sources`` folder, if it has one.

    Raises:
        DeclarationFaulty: Some do not hang together; carries every fault of every file.
    """
    own = _state(mappings) if mappings is not None and mappings.is_dir() else ()
    return _load(own)


def are_all_files(workspace: Workspace, paths: WorkspacePaths) -> bool:
    """Tell whether whatever a company brings lies in its own folder, where a look shows changes."""
    return not workspace.inboxes and all(
        one.asked_of is None for one in load_sources(paths.mappings).values()
    )


def _state(folder: Path) -> tuple[tuple[Path, int, int], ...]:
    files = sorted([*folder.glob("*.yml"), *folder.glob("*.yaml")])
    return tuple((path, path.stat().st_mtime_ns, path.stat().st_size) for path in files)


@lru_cache(maxsize=8)
def _load(own: tuple[tuple[Path, int, int], ...]) -> Mapping[str, Source]:
    found: dict[str, Source] = {}
    faults: list[Fault] = []
    for path, _, _ in own:
        try:
            source = read_source(path)
        except DeclarationFaulty as trouble:
            faults.extend(trouble.faults)
            continue
        if source.source in found:
            faults.append(
                Fault(f"{path.name}: source", f"{source.source!r} stands twice", "rename one")
            )
        found[source.source] = source
    if faults:
        raise DeclarationFaulty(faults)
    return {**found, **{key: one for key, one in _families().items() if key not in found}}


@lru_cache(maxsize=1)
def _families() -> Mapping[str, Source]:
    sources = [read_source(path) for path in sorted(FAMILIES.glob("*.yml"))]
    return {source.source: source for source in sources}


def read_source(path: Path) -> Source:
    """Read one mapping and see that it hangs together.

    Raises:
        DeclarationFaulty: Carries every fault, each with key and way out.
    """
    source = read_declaration(path, Source)
    if faults := check_source(source, path.name):
        raise DeclarationFaulty(faults)
    return source


def check_source(source: Source, where: str) -> list[Fault]:
    """Find what a mapping says that has no meaning."""
    faults: list[Fault] = []
    types = source.types

    def attempt(key: str, work: Callable[[], object]) -> None:
        try:
            work()
        except Unclear as trouble:
            what, _, way_out = str(trouble).rpartition("; ")
            faults.append(Fault(f"{where}: {key}", what or way_out, way_out if what else ""))

    def named(key: str, columns: tuple[str, ...], allowed: tuple[str, ...] = ()) -> None:
        for column in columns:
            if column not in types:
                faults.append(
                    Fault(f"{where}: {key}", f"{column!r} is no column named under columns",
                          did_you_mean(column, types))
                )  # fmt: skip
            elif allowed and types[column] not in allowed:
                faults.append(
                    Fault(f"{where}: {key}", f"{column} is {types[column]}",
                          f"give the column type: {' or '.join(allowed)}")
                )  # fmt: skip

    not_people = ("text", "id", "money", "integer", "percent", "boolean", "timestamp", "date",
                  "days", "country", "note")  # fmt: skip
    named("known_by", source.known_by, not_people)
    named("as_of", source.as_of, ("date", "timestamp", "days"))
    if isinstance(source.store, StoreColumn):
        named("store.column", (source.store.column,), ("id", "text"))
    if isinstance(source.store, MarketColumn):
        named("store.market", (source.store.market,), ("id", "text", "country"))
    for down in source.carry_down:
        named("carry_down", (*down.columns, *down.within))
    if source.check_total:
        named("check_total", (source.check_total.stated, source.check_total.sum_of), NUMERIC)
    seen: dict[str, str] = {}
    for column, about in source.columns.items():
        for header in about.header or (column,):
            if (other := seen.setdefault(plain(header), column)) != column:
                faults.append(
                    Fault(f"{where}: columns.{column}", f"header {header!r} is also that of"
                          f" {other}", "name it once and use the column twice under tables")
                )  # fmt: skip
    for place, rule in enumerate(source.set_aside, start=1):
        attempt(f"set_aside {place}", lambda rule=rule: condition(rule.when, types))  # type: ignore[misc]
    known: dict[str, str] = dict(types)
    for word, said in source.define.items():
        if word in types:
            faults.append(Fault(f"{where}: define.{word}", "is a column already", "rename it"))

        def define(word: str = word, said: object = said) -> None:
            known.setdefault(word, "money")
            if over_orders(said, {one: kind for one, kind in known.items() if one != word}) is None:
                known[word] = value(said, {a: b for a, b in known.items() if a != word}).type

        attempt(f"define.{word}", define)
    has_rest = any(about_table.rest for about_table in source.tables.values())
    for place, (table, about_table) in enumerate(source.tables.items()):
        key = f"tables.{table}"
        at_hand = {**known, **each_of(about_table)}
        attempt(f"{key}.fill", lambda t=table, a=about_table, k=at_hand: filled(t, a.fill, k))  # type: ignore[misc]
        if about_table.when is not None:
            attempt(f"{key}.when", lambda a=about_table: condition(a.when, known))  # type: ignore[misc]
        for one in about_table.once_per:
            attempt(f"{key}.once_per", lambda one=one: value(one, known))  # type: ignore[misc]
        for column in about_table.for_each:
            if known.get(column) not in ("money", "integer"):
                faults.append(
                    Fault(f"{where}: {key}.for_each", f"{column!r} is no column of amounts",
                          "name columns with type: money")
                )  # fmt: skip
        if about_table.rest and (place == 0 or about_table.when is not None):
            faults.append(
                Fault(f"{where}: {key}.rest", "is for the rows that no table above takes",
                      "put it below them, and without when")
            )  # fmt: skip
        leaves_rows = about_table.once_per or (about_table.when is not None and not has_rest)
        if place == 0 and leaves_rows:
            faults.append(
                Fault(f"{where}: {key}", "the first table must take every row, or rows get lost",
                      "put another table first, the rows under set_aside, or rest: true to one"
                      " below")
            )  # fmt: skip
    return faults
