"""Tax inside prices that neither the export nor the store tells: what is sold is never guessed."""

from __future__ import annotations

from helpers.sources.exports import Exports
from helpers.sources.made_rows import MadeRows
from helpers.sources.meaning import LINE
from helpers.sources.owners import Owners
from helpers.sources.sql import literal, name
from helpers.sources.staging import Staging


def refuse_undeclared_tax(exports: Exports, owners: Owners) -> None:
    """Prices with tax inside, no tax column and no rate: GMV could only be guessed.

    Raises:
        DataRefused: This is such a file.
    """
    if "order_lines" not in exports.source.tables or _tax_columns(exports) & {*exports.positions}:
        return
    for store in owners.stores:
        if store.tax_basis == "included" and store.tax_rate is None:
            raise exports.refused(
                f"prices of store {store.id!r} hold tax, and this export has no tax column",
                "add tax_rate to the store in workspace.yml",
            )


def list_untaxed(exports: Exports, owners: Owners, staging: Staging, rows: MadeRows) -> int:
    """List rows of which it is not told how much tax the price holds; say how many."""
    if "order_lines" not in exports.source.tables:
        return 0
    named = sorted(_tax_columns(exports))
    header = exports.header(named[0]) if named else "tax"
    unknown = rows.filled("order_lines", exports, owners).tax_unknown
    row = staging.con.execute(
        f"INSERT INTO {name(staging.bad)} SELECT {LINE}, {literal(header)}, NULL, 'tax_unknown'"
        f" FROM ({rows.sql}) WHERE {unknown}"
    ).fetchone()
    return int(row[0]) if row else 0


def _tax_columns(exports: Exports) -> set[str]:
    return exports.columns_behind(exports.source.tables["order_lines"].fill.get("tax"))
