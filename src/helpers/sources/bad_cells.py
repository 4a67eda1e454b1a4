"""The cells that could not be read, with their reasons: their rows stay out of every table."""

from __future__ import annotations

from helpers.sources import cells
from helpers.sources.exports import Exports
from helpers.sources.made_rows import MadeRows, order_columns
from helpers.sources.masking import masked, worded
from helpers.sources.meaning import LINE
from helpers.sources.owners import Owners
from helpers.sources.sql import literal, name
from helpers.sources.staging import Staging
from helpers.sources.tax import list_untaxed
from helpers.sources.typed_rows import code_of_country


def list_bad_cells(
    exports: Exports, owners: Owners, staging: Staging, rows: MadeRows, unsound: int
) -> bool:
    """List the cells that could not be read; of several files, leave those that have any.

    Args:
        exports: The files.
        owners: Whose rows they may be.
        staging: Where the rows lie.
        rows: The sound ones.
        unsound: How many are not.

    Returns:
        Is any listed?
    """
    staging.put_bad_cells()
    if unsound:
        _list_unsound(exports, owners, staging)
    listed = unsound
    if any(one.tax_basis == "included" for one in owners.possible):
        listed += list_untaxed(exports, owners, staging, rows)
    if listed and exports.are_several:
        staging.leave_where("true", staging.bad)
        return False
    if listed:
        _list_rest_of_orders(exports, staging)
    return bool(listed)


def _list_rest_of_orders(exports: Exports, staging: Staging) -> None:
    """Half an order cannot carry the whole order's discount, tax or date."""
    grouped = order_columns(exports)
    if not grouped:
        return
    group, bad = ", ".join(map(name, grouped)), f"(SELECT source_line FROM {name(staging.bad)})"
    staging.con.execute(
        f"""INSERT INTO {name(staging.bad)}
        SELECT {LINE}, {literal(exports.header(grouped[0]))}, NULL, 'incomplete_order'
        FROM {name(staging.typed)}
        WHERE _aside IS NULL AND {LINE} NOT IN {bad}
          AND ({group}) IN (SELECT ({group}) FROM {name(staging.typed)} WHERE {LINE} IN {bad})"""
    )


def _list_unsound(exports: Exports, owners: Owners, staging: Staging) -> None:
    both = f"{name(staging.raw)} r JOIN {name(staging.typed)} t USING ({LINE})"
    parts = [
        f"SELECT r.{LINE}, NULL, NULL, 'too_many_cells' FROM {both}"
        " WHERE t._aside IS NULL AND _over"
    ]
    if column := owners.naming_column:
        parts.append(
            f"SELECT r.{LINE}, {literal(exports.header(column))},"
            f" left({masked(f'r.{name(column)}')}, 60),"
            f" CASE WHEN r.{name(column)} IS NULL THEN 'missing_value' ELSE 'unknown_store' END"
            f" FROM {both} WHERE t._aside IS NULL AND _store IS NULL"
            + (f" AND r.{name(column)} IS NOT NULL" if owners.may_be_nobody else "")
        )
    for column, about in exports.source.columns.items():
        if about.type not in cells.REASON or column not in exports.positions:
            continue
        if staging.is_straight and about.type != "country":
            continue  # they were read, all of them
        cell = f"r.{name(column)}"
        unread = f"t.{name(column)} IS NULL AND {cell} IS NOT NULL"
        if about.type == "country":
            code = code_of_country(cell, column, about, staging)
            unread = f"{cell} IS NOT NULL AND ({code}) IS NULL"
        parts.append(
            f"SELECT r.{LINE}, {literal(exports.header(column))}, {_shown(cell, about.type)},"
            f" {literal(cells.REASON[about.type])} FROM {both}"
            f" WHERE t._aside IS NULL AND NOT _sound AND {unread}"
        )
    staging.con.execute(f"INSERT INTO {name(staging.bad)} {' UNION ALL '.join(parts)}")


def _shown(cell: str, kind: str) -> str:
    """Show a bad cell without what may be a person's: a shifted row puts anything anywhere."""
    shown = masked(cell, is_moment=kind in ("date", "timestamp"))
    return f"left({worded(shown)}, 60)"
