"""Whose rows they are: one store's, several stores' of one account, or those that a column names.

What a store declares (its money, its clock, its tax) is put beside every row of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from helpers.config.workspace import Store, Workspace
from helpers.sources.declared import MarketColumn, StoreColumn
from helpers.sources.exports import Exports, NotAlike
from helpers.sources.markets import Split, split_by_market
from helpers.sources.place import need_store
from helpers.sources.sql import literal, name
from helpers.sources.staging import Staging

#: What stands beside every row.
FACTS = "_store, _currency, _zone, _country, _included, _rate, _undated, _order_amount"
_NOBODY = "(" + "NULL::VARCHAR, " * 4 + "NULL::BOOLEAN, NULL::BIGINT, NULL::BOOLEAN, NULL::VARCHAR)"


@dataclass(frozen=True)
class Owners:
    """The stores to which a file's rows may belong."""

    workspace: Workspace
    #: How the source says it.
    said: object
    #: Those of the file, its own first; none where a column names them, or they are nobody's.
    stores: tuple[Store, ...]
    #: Where the file holds several marketplaces: whose each row is.
    split: Split | None = None

    @property
    def possible(self) -> tuple[Store, ...]:
        """List all whose rows may be among them."""
        return self.stores or self.workspace.stores

    @property
    def own_country(self) -> str:
        """The country of the file's own store, which tells how people write days and numbers."""
        return (self.stores[0].country or "") if self.stores else ""

    @property
    def store_column(self) -> str | None:
        """The column that holds the stores' names, if one does."""
        return self.said.column if isinstance(self.said, StoreColumn) else None

    @property
    def naming_column(self) -> str | None:
        """The column by which rows are the stores', by name or by marketplace, if one is."""
        if isinstance(self.said, MarketColumn) and self.split:
            return self.said.market
        return self.store_column

    @property
    def may_be_nobody(self) -> bool:
        """May a row name no store, because it is the company's?"""
        return isinstance(self.said, StoreColumn) and self.said.optional

    @property
    def known(self) -> str | None:
        """Give the SQL test that a row's store is known; None where it always is."""
        if self.naming_column is None:
            return None
        empty = f" OR {name(self.naming_column)} IS NULL" if self.may_be_nobody else ""
        return f"(_store IS NOT NULL{empty})"

    def beside(self, raw: str) -> str:
        """Give the rows of a table, each beside what its store declares.

        Args:
            raw: The table; its rows go by ``raw`` in the query.
        """
        if self.store_column:
            rows = ", ".join(
                f"({literal(called.casefold())}, {_facts_of(store)[1:]}"
                for store in self.possible
                for called in (store.id, *store.known_as)
            )
            return (
                f"{name(raw)} AS raw LEFT JOIN (VALUES {rows}) AS shops (_called, {FACTS})"
                f" ON lower(raw.{name(self.store_column)}) = _called"
            )
        if self.split and self.naming_column:
            rows = ", ".join(map(_facts_of, self.possible))
            return (
                f"{name(raw)} AS raw LEFT JOIN (VALUES {rows}) AS shops ({FACTS})"
                f" ON {self.split.store_of(f'raw.{name(self.naming_column)}')} = _store"
            )
        row = _facts_of(self.stores[0]) if self.stores else _NOBODY
        return f"{name(raw)} AS raw CROSS JOIN (VALUES {row}) AS shop ({FACTS})"


def owners_of(exports: Exports, workspace: Workspace) -> Owners:
    """Give the store of the file, or none yet, where a column names them.

    Raises:
        DataRefused: It is unknown which store it is, or that store is on another platform.
    """
    source = exports.source
    if source.store == "none" or isinstance(source.store, StoreColumn):
        return Owners(workspace, source.store, ())
    store = workspace.store(need_store(exports.place, exports.path, workspace, source))
    if source.platform and store.platform != source.platform:
        raise exports.refused(
            f"is {source.name.en}, but store {store.id!r} is on {store.platform}",
            "move it to its own store's folder",
        )
    return Owners(workspace, source.store, (store,))


def by_market(owners: Owners, exports: Exports, staging: Staging) -> Owners:
    """Where one account's file holds several marketplaces, find whose each row is.

    Raises:
        DataRefused: It is unknown which store is whose, or nothing in it is the own store's.
        NotAlike: One of several files holds several marketplaces.
    """
    said = owners.said
    if not isinstance(said, MarketColumn) or said.market not in exports.positions:
        return owners
    spelled = staging.spellings(said.market)
    split = split_by_market(spelled, said, owners.stores[0], owners.workspace, exports.path)
    if split is None:
        return owners
    if exports.are_several:
        raise NotAlike
    return replace(owners, stores=split.involved, split=split)


def may_hold(said: object, store: Store) -> bool:
    """Say whether a condition can hold for any row of a store, by what the store declares."""
    declared = store.undated_refunds is not None
    if isinstance(said, list | tuple):
        return any(may_hold(one, store) for one in said)
    if not isinstance(said, Mapping):
        return True
    for on, test in said.items():
        if on == "store_declares" and not declared:
            return False
        asks_not = on == "not" and isinstance(test, Mapping) and set(test) == {"store_declares"}
        if asks_not and declared:
            return False
    return True


def _facts_of(store: Store) -> str:
    rate = "NULL::BIGINT" if store.tax_rate is None else f"{int(store.tax_rate * 10**8)}::BIGINT"
    country = literal(store.country) if store.country else "NULL::VARCHAR"
    return (
        f"({literal(store.id)}, {literal(store.currency)}, {literal(store.time_zone)}, {country},"
        f" {str(store.tax_basis == 'included').lower()}, {rate},"
        f" {str(store.undated_refunds is not None).lower()}, {literal(store.order_amount)})"
    )
