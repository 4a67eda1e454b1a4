"""Bringing the wanted cells of a file in, as text.

Personal data ends here: columns that no table needs are not read, buyers become keyed hashes and
notes are masked in the very query that reads them.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from helpers.sources import cells
from helpers.sources.aside import why_aside
from helpers.sources.buyers import HASH, hashed, pads, platform_of
from helpers.sources.declared import Column
from helpers.sources.exports import Exports, NotAlike
from helpers.sources.grids import Brought, Wanted
from helpers.sources.headers import plain
from helpers.sources.masking import masked
from helpers.sources.meaning import LINE
from helpers.sources.owners import Owners
from helpers.sources.reading import FILE
from helpers.sources.sql import literal, name
from helpers.sources.staging import Staging
from helpers.sources.text import quick_rows


@dataclass(frozen=True)
class Text:
    """How the wanted cells come in."""

    wanted: Wanted
    #: SQL of the columns, of why a row is set aside, and whether it has cells beyond the header.
    picked: str
    #: SQL that makes the words for "nothing" empty.
    replaced: str
    parameters: list[bytes]


def text_of(exports: Exports, owners: Owners, key: bytes) -> Text:
    """Say how the wanted cells come in.

    Raises:
        NotAlike: Several files cannot be read in one go.
    """
    positions = exports.positions
    wanted = Wanted(
        tuple(sorted({*positions.values(), 0})),
        exports.found.header_index,
        len(exports.found.headers),
        numbers=_positions_of(exports, *cells.NUMERIC),
        days=_positions_of(exports, "date", "timestamp", "days"),
    )
    platform = _platform(exports, owners)
    picked, parameters = [], list[bytes]()
    for column, about in exports.source.columns.items():
        if column not in positions:
            picked.append(f"NULL::VARCHAR AS {name(column)}")
            continue
        if about.type == "customer":
            inner, outer = pads(key)
            parameters += [outer, inner]
        cell = _cell(f"c{positions[column]}", about, platform, bool(exports.found.grid.asked_as))
        picked.append(f"{cell} AS {name(column)}")
    replaced = ""
    if nothing := ", ".join(literal(plain(one)) for one in exports.source.file.empty_as):
        replaced = " REPLACE (" + ", ".join(
            f"CASE WHEN translate(c{at}, '‐‑‒–—―−', '-------') NOT IN ({nothing})"
            f" THEN c{at} END AS c{at}" for at in wanted.positions
        ) + ")"  # fmt: skip
    aside = f"{why_aside(exports)} AS _aside, c_over IS NOT NULL AS _over"
    return Text(wanted, f"{', '.join(picked)}, {aside}", replaced, parameters)


def brought(exports: Exports, text: Text, folder: Path) -> list[Brought]:
    """Offer the wanted cells of each file.

    Args:
        exports: The files.
        text: What is wanted of them.
        folder: Takes copies of what cannot be read as it lies.
    """
    found = []
    for at, export in enumerate(exports.files):
        scratch = folder / str(at)
        scratch.mkdir()
        found.append(export.found.grid.bring(text.wanted, exports.source.file.quotes, scratch))
    return found


def bring_in(staging: Staging, text: Text, offered: Sequence[Brought]) -> None:
    """Read the wanted cells into ``raw``.

    Raises:
        NotAlike: Several files cannot be read in one go.
        DataRefused: The text of one is damaged.
    """

    def bring(lines: str) -> dict[int, int]:
        staging.put(
            staging.raw,
            f"SELECT {LINE}, {text.picked} FROM (SELECT *{text.replaced} FROM ({lines}))",
            text.parameters,
        )
        return dict(
            staging.con.execute(
                f"SELECT {LINE} // {FILE}, count(*) FROM {name(staging.raw)} GROUP BY 1"
            ).fetchall()
        )

    expected = {at: one.rows for at, one in enumerate(offered) if one.rows}
    quick = [one.quick for one in offered if one.quick]
    if len(quick) == len(offered) and len(set(quick)) == 1:
        import duckdb

        with contextlib.suppress(duckdb.Error):
            if bring(quick_rows(quick, [one.rows for one in offered])) == expected:
                return
    if len(offered) > 1:
        raise NotAlike
    bring(offered[0].careful())


def _positions_of(exports: Exports, *types: str) -> frozenset[int]:
    return frozenset(at for one, at in exports.positions.items() if exports.types[one] in types)


def _platform(exports: Exports, owners: Owners) -> str:
    """Give the SQL of the platform on which a row's buyer is who he is."""
    if owners.store_column and owners.store_column in exports.positions:
        named = f"c{exports.positions[owners.store_column]}"
        return platform_of(owners.workspace.stores, named)
    own = owners.stores[0].platform if owners.stores else exports.source.platform
    return literal(own or "own")


def _cell(cell: str, about: Column, platform: str, is_answer: bool) -> str:
    """Give the SQL of a cell as far as it may be kept."""
    if about.with_unit:
        cell = cells.without_unit(cell)
    match about.type:
        case "customer" if is_answer:  # hashed while it was read from the database
            kept = f"CASE WHEN regexp_full_match({cell}, '{HASH}') THEN {cell}"
            return f"{kept} ELSE {hashed(cell, platform)} END"
        case "customer":
            return hashed(cell, platform)
        case "id":
            return cells.id_text(cell)
        case "note":
            return masked(cell)
        case _:
            return cell
