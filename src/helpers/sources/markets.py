"""Files of one account that may hold several of its marketplaces: whose each row is.

Amazon gives one seller account one file for all the countries it sells in. Its rows go to the
stores that ``workspace.yml`` declares for those countries; rows of a country that is nobody's are
quarantined and not counted to somebody else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from helpers.config.workspace import Store, Workspace
from helpers.sources.countries import country_codes
from helpers.sources.declared import MarketColumn
from helpers.sources.sql import literal
from helpers.vocabulary.faults import DataRefused, Fault


@dataclass(frozen=True)
class Split:
    """Marketplaces as the file spells them, and the store of each; None is nobody's."""

    own: Store
    stores: Mapping[str, Store | None]

    @property
    def involved(self) -> tuple[Store, ...]:
        """List the stores that rows may go to, the file's own first."""
        others = {store.id: store for store in self.stores.values() if store}
        return (self.own, *(store for key, store in others.items() if key != self.own.id))

    def store_of(self, cell: str) -> str:
        """Give the SQL of the store's id for the cell that names the marketplace."""
        cases = " ".join(
            f"WHEN {literal(text)} THEN {literal(store.id) if store else 'NULL'}"
            for text, store in self.stores.items()
        )
        return f"CASE {cell} {cases} ELSE {literal(self.own.id)} END"


def split_by_market(
    spelled: Iterable[str], said: MarketColumn, own: Store, workspace: Workspace, path: Path
) -> Split | None:
    """Say which store each marketplace belongs to; None if all of it is the file's own store's.

    Args:
        spelled: The marketplaces as the file names them. What is no country is the own store's.
        said: How to read them.
        own: The store whose folder or rule the file is under.
        workspace: Whose other stores there are.
        path: The file, for what there is to say.

    Raises:
        DataRefused: It is unknown which store is whose, or nothing in it is the own store's.
    """
    codes = {text: code for text, code in country_codes(spelled, said.names).items() if code}
    markets = sorted(set(codes.values()))
    if own.country is None:
        if len(markets) < 2:
            return None
        raise DataRefused(
            Fault(
                path.name,
                f"holds several marketplaces ({', '.join(markets)}), and store {own.id!r} does not"
                " say which is its own",
                "add country to your stores in workspace.yml, and each row goes to its own",
            )
        )
    if not codes or set(markets) == {own.country}:
        return None
    siblings = [one for one in workspace.stores if one.platform == own.platform]
    found: dict[str, Store | None] = {}
    for text, code in codes.items():
        its = [own] if code == own.country else [one for one in siblings if one.country == code]
        found[text] = its[0] if len(its) == 1 else None
    if own.country not in markets:
        raise DataRefused(
            Fault(
                path.name,
                f"is of {', '.join(markets)}, but store {own.id!r} sells in {own.country}",
                "move it to the folder of its own store",
            )
        )
    return Split(own, found)
