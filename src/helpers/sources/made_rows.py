"""The rows that tables are filled from: sound ones, with what a source makes up on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from helpers.sources.exports import Exports
from helpers.sources.filling import Filled, filled
from helpers.sources.meaning import LINE, WITHIN, Unclear, each_of, over_orders, value
from helpers.sources.owners import Owners
from helpers.sources.sql import name
from helpers.sources.staging import Staging

_SOUND = "WHERE _aside IS NULL AND _sound"


@dataclass(frozen=True)
class MadeRows:
    """A query of rows."""

    sql: str
    #: What they hold, with types: columns, currencies of headers, and what is made of them.
    known: Mapping[str, str]
    #: Does anything made up on them look at an order's other rows? To do it twice is dear.
    look_around: bool

    def without_bad(self, staging: Staging) -> MadeRows:
        """Leave out the rows of which a cell could not be read."""
        # Inside, so that line numbers and shares are those of the rows that are kept.
        unlisted = f"{LINE} NOT IN (SELECT source_line FROM {name(staging.bad)})"
        return replace(self, sql=self.sql.replace(_SOUND, f"{_SOUND} AND {unlisted}"))

    def filled(self, table: str, exports: Exports, owners: Owners) -> Filled:
        """Say what goes into each column of a table.

        Raises:
            DataRefused: The mapping means nothing.
        """
        about = exports.source.tables[table]
        bases = {one.tax_basis for one in owners.possible}
        try:
            return filled(table, about.fill, {**self.known, **each_of(about)}, bases=bases)
        except Unclear as trouble:  # found at declaration; a family changed since
            raise exports.refused(f"{table}: {trouble}", "correct the mapping") from None


def made_rows(exports: Exports, staging: Staging) -> MadeRows:
    """Give the sound rows, with all that the source defines on them."""
    rows = f"SELECT * FROM {name(staging.typed)} {_SOUND}"
    for down in exports.source.carry_down:
        if not down.within:
            continue  # done where the cells were typed
        group = ", ".join([*WITHIN, *map(name, down.within)])
        over = (
            f"PARTITION BY {group} ORDER BY {LINE}"
            " ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING"
        )
        carried = ", ".join(
            f"coalesce({name(one)}, first_value({name(one)} IGNORE NULLS) OVER ({over}))"
            f" AS {name(one)}"
            for one in down.columns
        )
        rows = f"SELECT * REPLACE ({carried}) FROM ({rows})"
    known, look_around = dict(exports.types), False
    for word, said in exports.source.define.items():
        if across := over_orders(said, known):
            rows, known[word], look_around = across.over(rows, word), "money", True
        else:
            meaning = value(said, known)
            rows = f"SELECT *, {meaning.sql} AS {name(word)} FROM ({rows})"
            known[word] = meaning.type
    return MadeRows(rows, known, look_around)


def order_columns(exports: Exports) -> tuple[str, ...]:
    """List the columns within which rows share something: an order-level amount or date."""
    source = exports.source
    for down in source.carry_down:
        if down.within:
            return down.within
    for said in source.define.values():
        for way in ("allocate", "take_tax_out"):
            if isinstance(said, Mapping) and way in said:
                within = said[way]["within"]
                words = (within,) if isinstance(within, str) else within
                made = [exports.origin(word) for word in words]
                if any("number_within" in one for one in made if isinstance(one, Mapping)):
                    continue  # a number for each row: none depends on another
                columns = [exports.columns_behind(word) for word in words]
                return tuple(dict.fromkeys(one for some in columns for one in sorted(some)))
    return ()
