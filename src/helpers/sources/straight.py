"""Large text, of which every cell is typed in the query that reads it."""

from __future__ import annotations

from dataclasses import replace

from helpers.sources import cells
from helpers.sources.bringing import Text
from helpers.sources.conventions import first_writing
from helpers.sources.exports import Exports
from helpers.sources.grids import Brought
from helpers.sources.meaning import LINE
from helpers.sources.owners import Owners
from helpers.sources.sql import literal, name
from helpers.sources.staging import Staging
from helpers.sources.text import quick_rows

#: Text of so many bytes is worth a try.
LARGE_TEXT = 1 << 20


def go_straight(
    exports: Exports, owners: Owners, staging: Staging, text: Text, offered: Brought
) -> bool:
    """Type every cell in the query that reads it, where all are written the usual way.

    The text of a large file is then never kept beside what it means, all threads read at
    once, and where a row stands in the table says on which line it stood. At the first cell
    that is unusual or cannot be read the engine stops: the other road finds what to say.

    Returns:
        Was it possible? If not, nothing was made.
    """
    quick = offered.quick
    if quick is None or not _may_go_straight(exports, owners):
        return False
    import duckdb

    con = staging.con
    try:
        ((rows,),) = con.execute(
            f"CREATE TEMP TABLE {name(staging.cells)} AS"
            f" {_typed_at_once(exports, owners, text, quick_rows([quick], [], numbered=False))}",
            text.parameters,
        ).fetchall()
    except duckdb.Error:
        return False
    if rows != offered.rows:
        con.execute(f"DROP TABLE {name(staging.cells)}")
        return False
    staging.is_straight = True
    staging.put(
        staging.raw,
        f"SELECT rowid + {quick.skip + 1} AS {LINE}, *, false AS _over FROM {name(staging.cells)}",
    )
    return True


def _may_go_straight(exports: Exports, owners: Owners) -> bool:
    source = exports.source
    if exports.are_several or exports.path.stat().st_size < LARGE_TEXT:
        return False
    looks_around = any(not down.within for down in source.carry_down)
    if source.file.ends_at_blank_line or looks_around:
        return False
    has_one_clock = len(owners.stores) == 1
    return has_one_clock or all(about.zone != "store" for about in source.columns.values())


def _typed_at_once(exports: Exports, owners: Owners, text: Text, lines: str) -> str:
    """Give the query of typed cells that fails where one of them needs a second look."""
    zone = literal(owners.stores[0].time_zone if owners.stores else owners.workspace.time_zone)
    columns = exports.source.columns
    picked, odd = list[str](), ["_over"]
    for column, about in columns.items():
        raw, made = f"raw.{name(column)}", name(column)
        if column not in exports.positions:
            picked.append(f"NULL::{cells.SQL_TYPE[about.type]} AS {made}")
        elif about.type in cells.AS_THEY_ARE or about.type == "country":
            picked.append(f"{raw} AS {made}")
        else:
            test = cells.unusual(raw, about)
            writing = replace(first_writing(about), usual=test is not None)
            picked.append(f"{cells.typed(raw, about, writing, zone)} AS {made}")
            picked.append(f"{raw} IS NOT NULL AS {name(column + ' filled')}")
            odd.append(f"({made} IS NULL AND {name(column + ' filled')})")
            if test is not None:
                picked.append(f"{test} AS {name(column + ' odd')}")
                odd.append(name(column + " odd"))
    return f"""
        SELECT {", ".join(map(name, columns))}, CASE WHEN _aside IS NOT NULL THEN _aside
          WHEN {" OR ".join(odd)} THEN CAST(error('unusual') AS INTEGER) END AS _aside
        FROM (SELECT {", ".join(picked)}, _aside, _over
          FROM (SELECT {text.picked} FROM (SELECT *{text.replaced} FROM ({lines}))) AS raw)"""
