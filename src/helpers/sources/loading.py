"""Filling the canonical tables from the rows of an export."""

from __future__ import annotations

from helpers.sources.canon import tables as canonical_tables
from helpers.sources.declared import TableFill
from helpers.sources.exports import Exports
from helpers.sources.made_rows import MadeRows
from helpers.sources.meaning import LINE, WITHIN, condition, rows_for_each, value
from helpers.sources.owners import Owners, may_hold
from helpers.sources.sql import name
from helpers.sources.staging import Staging


def fill_tables(exports: Exports, owners: Owners, staging: Staging, rows: MadeRows) -> None:
    """Fill every table that the source speaks of.

    Args:
        exports: The files.
        owners: Whose rows they may be.
        staging: Takes the tables.
        rows: Those to be filled in, all of them good.
    """
    source, known, sound = exports.source, rows.known, rows.sql
    if len(source.tables) > 1 and rows.look_around:
        # Spreading money over orders is dear: once is enough for all tables.
        staging.con.execute(f"CREATE TEMP TABLE {name(staging.rows)} AS {sound}")
        sound = f"SELECT * FROM {name(staging.rows)}"
    taken_above: list[str] = []
    headers = {column: exports.header(column) for column in source.columns}
    for table, about in source.tables.items():
        if not any(may_hold(about.when, store) for store in owners.possible):
            continue
        taken = condition(about.when, known) if about.when else ""
        if about.rest:
            taken = " AND ".join(f"NOT {one}" for one in taken_above)
        elif taken:
            taken_above.append(taken)
        filling = rows.filled(table, exports, owners)
        columns, each = dict(filling.columns), rows_for_each(sound, about, headers)
        chosen = f"({each}) WHERE {taken}" if taken else f"({each})"
        if staging.is_straight and each == sound and len(filling.numbered) == 1:
            ((column, alike),) = filling.numbered.items()
            columns[column] = "coalesce(_number, 1)"
            chosen = _numbered(staging, table, chosen, ", ".join(alike))
        picked = [f"{sql} AS {name(column)}" for column, sql in columns.items()]
        if "store_id" in canonical_tables()[table]:
            picked.insert(0, "_store AS store_id")
        once = _once(about, rows)
        staging.fill(table, f"SELECT {LINE}, {', '.join(picked)} FROM {chosen}{once}")


def _once(about: TableFill, rows: MadeRows) -> str:
    """Keep the first row of each group, where a table has one row for a group."""
    if not about.once_per:
        return ""
    group = ", ".join([*WITHIN, *(value(one, rows.known).sql for one in about.once_per)])
    return f" QUALIFY row_number() OVER (PARTITION BY {group} ORDER BY {LINE}) = 1"


def _numbered(staging: Staging, table: str, rows: str, group: str) -> str:
    """Number rows within their group where groups are many and most have one row.

    Sorting all rows to find that is dear: only those of a group that comes again are sorted.
    """
    numbers = staging.number(
        table,
        f"""SELECT {LINE} AS _line,
          row_number() OVER (PARTITION BY {group} ORDER BY {LINE}) AS _number
        FROM (SELECT * FROM {rows}) WHERE hash({group}) IN (
          SELECT hash({group}) FROM (SELECT * FROM {rows}) GROUP BY 1 HAVING count(*) > 1)
        QUALIFY _number > 1""",
    )
    return f"(SELECT * FROM {rows}) LEFT JOIN {name(numbers)} ON {LINE} = _line"
