"""Orders that lie under another store of the same platform than the one they are of.

A folder says whose a file is, and a file dropped into the wrong one would be counted in another
currency, at another tax rate, or twice. Two things in the orders themselves tell: where they were
shipped, and that another store has them already. Both ask for several orders, so that one parcel
sent abroad, or two shops that number their orders alike, refuse nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from helpers.config.workspace import Workspace
from helpers.tables.batches import Batch, Batches
from helpers.tables.engine import open_engine
from helpers.tables.models import literal

if TYPE_CHECKING:
    import duckdb

_TABLE = "order_lines"
#: Fewer orders than this tell nothing of a whole file.
_LEAST_ORDERS = 3
#: What share of the smaller file's orders makes it the same orders.
_SAME_ORDERS = 0.5
#: Of what is shipped to the country of another store, at least so much where none is shipped home.
_SHIPPED_AWAY = 0.9
_MOVE = (
    "move it to the folder of its own store; if it lies right, correct `country` of the two"
    " stores in workspace.yml"
)
_ONE_ONLY = "keep them in the folder of the one store they are of"


def misplaced(
    new: Sequence[Batch], known: Sequence[Batch], store: Batches, workspace: Workspace
) -> dict[str, tuple[str, str]]:
    """Find files whose orders are another store's.

    Args:
        new: What was read just now.
        known: What counts, ``new`` included.
        store: Where their rows lie.
        workspace: Whose stores they are.

    Returns:
        batch_id -> what is wrong, and what to do. Of two new files with the same orders both are
        named: which folder is the right one, only a person can say.
    """
    rivals = _rivals(workspace)
    fresh = [one for one in new if one.rows.get(_TABLE) and _stores_of(one) & rivals.keys()]
    if not fresh:
        return {}
    with TemporaryDirectory(prefix="review-") as scratch, open_engine(Path(scratch)) as con:
        found = dict(_shipped_elsewhere(con, fresh, store, workspace, rivals))
        others = [one for one in known if one.rows.get(_TABLE) and _stores_of(one) & rivals.keys()]
        for batch_id, why in _told_twice(con, fresh, others, store, rivals):
            found.setdefault(batch_id, why)
    return found


def _rivals(workspace: Workspace) -> dict[str, set[str]]:
    """Give for each store the others of its platform; stores without one are left out."""
    found = {
        one.id: {
            other.id
            for other in workspace.stores
            if other.platform == one.platform and other.id != one.id
        }
        for one in workspace.stores
    }
    return {store: others for store, others in found.items() if others}


def _stores_of(batch: Batch) -> set[str]:
    return {one.store_id for one in batch.covers if one.table == _TABLE and one.store_id}


def _shipped_elsewhere(
    con: duckdb.DuckDBPyConnection,
    fresh: Sequence[Batch],
    store: Batches,
    workspace: Workspace,
    rivals: Mapping[str, set[str]],
) -> Iterator[tuple[str, tuple[str, str]]]:
    """Find files of which nothing is shipped home and all to where one other store sells."""
    home = {one.id: one.country for one in workspace.stores}
    shipped: dict[tuple[str, str], dict[str, int]] = {}
    for batch_id, shop, country, orders in con.execute(
        f"SELECT batch, store_id, country, count(DISTINCT order_id) FROM ({_lines(store, fresh)})"
        " WHERE country IS NOT NULL GROUP BY ALL ORDER BY ALL"
    ).fetchall():
        shipped.setdefault((batch_id, shop), {})[country] = orders
    for (batch_id, shop), orders in shipped.items():
        own, total = home.get(shop), sum(orders.values())
        if own is None or own in orders or total < _LEAST_ORDERS:
            continue
        for other in sorted(rivals.get(shop, ())):
            there = orders.get(home[other] or "", 0)
            if there >= _SHIPPED_AWAY * total:
                what = (
                    f"holds orders of {other}, it seems: none of its {total:,} orders is shipped"
                    f" to {own}, where {shop} sells, and {there:,} are shipped to {home[other]}"
                )
                yield batch_id, (what, _MOVE)
                break


def _told_twice(
    con: duckdb.DuckDBPyConnection,
    fresh: Sequence[Batch],
    others: Sequence[Batch],
    store: Batches,
    rivals: Mapping[str, set[str]],
) -> Iterator[tuple[str, tuple[str, str]]]:
    """Find files whose orders stand under another store of the platform as well."""
    pairs = {
        (one.batch_id, other.batch_id): (one, other)
        for one in fresh
        for other in others
        if one.batch_id != other.batch_id and _may_share(one, other, rivals)
    }
    if not pairs:
        return
    involved = {batch.batch_id: batch for pair in pairs.values() for batch in pair}
    con.execute(
        "CREATE TEMP TABLE lines AS SELECT DISTINCT batch, store_id, order_id, local_date,"
        f" coalesce(sku, '') AS sku, quantity FROM ({_lines(store, list(involved.values()))})"
    )
    size = dict(
        con.execute("SELECT batch, count(DISTINCT order_id) FROM lines GROUP BY 1").fetchall()
    )
    # An order's number alone may be another shop's as well: day, article and number of units, too.
    shared = con.execute(
        "SELECT a.batch, b.batch, a.store_id, b.store_id, count(DISTINCT order_id) AS orders"
        " FROM lines a JOIN lines b USING (order_id, local_date, sku, quantity)"
        " WHERE a.store_id <> b.store_id GROUP BY ALL ORDER BY a.batch, orders DESC, b.batch, 3, 4"
    ).fetchall()
    for mine, theirs, shop, other, orders in shared:
        if (mine, theirs) not in pairs or other not in rivals.get(shop, ()):
            continue
        if orders >= max(_LEAST_ORDERS, _SAME_ORDERS * min(size[mine], size[theirs])):
            what = (
                f"{orders:,} of its {size[mine]:,} orders are in {involved[theirs].file}, too, as"
                f" orders of {other}, and here they would be {shop}'s"
            )
            yield mine, (what, _ONE_ONLY)


def _may_share(one: Batch, other: Batch, rivals: Mapping[str, set[str]]) -> bool:
    """Tell whether two files speak of the same days, for two stores of one platform."""
    return any(
        theirs.store_id in rivals.get(mine.store_id or "", ())
        and mine.first <= theirs.last
        and theirs.first <= mine.last
        for mine in one.covers
        for theirs in other.covers
        if mine.table == theirs.table == _TABLE
    )


def _lines(store: Batches, batches: Sequence[Batch]) -> str:
    """Give the sale lines of files, each beside the name of its batch."""
    files = ", ".join(literal(one) for one in store.files_of(batches, _TABLE))
    return (
        "SELECT parse_filename(parse_dirpath(filename)) AS batch, * EXCLUDE (filename)"
        f" FROM read_parquet([{files}], filename = true, union_by_name = true) WHERE kind = 'sale'"
    )
