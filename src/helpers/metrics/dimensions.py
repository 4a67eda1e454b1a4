"""What a metric can be cut by, and how each table carries it.

Dimensions are few and fixed, because every page, target and download names them. A row that
does not say (a refund without a country) goes to the member ``unknown``, so that members
always add up to the total.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

from helpers.metrics.facts import facts
from helpers.vocabulary.faults import AskedWrongly, Fault
from helpers.vocabulary.labels import Declared, Label

UNKNOWN = "unknown"
SEPARATOR = "|"


class Dimension(Declared):
    """One way to cut a metric.

    Attributes:
        column: The column of the fact table that carries it (or the key to join on).
        or_else: Other names of that column in tables that call it otherwise.
        joined: Table and column looked up by store or by product, where the fact has no own.
    """

    id: str
    label: Label
    column: str
    or_else: tuple[str, ...] = ()
    joined: tuple[str, str] | None = None

    def column_in(self, table: str) -> str | None:
        """Name the column of ``table`` that carries it, or ``None``."""
        columns = facts()[table].columns
        return next((one for one in (self.column, *self.or_else) if one in columns), None)


DIMENSIONS: dict[str, Dimension] = {
    dimension.id: dimension
    for dimension in (
        Dimension(id="store", label=Label(en="Store", zh="店铺"), column="store_id"),
        Dimension(id="platform", label=Label(en="Platform", zh="平台"), column="store_id",
                  joined=("stores", "platform")),
        Dimension(id="market", label=Label(en="Market", zh="市场"), column="country"),
        Dimension(id="category", label=Label(en="Category", zh="品类"), column="sku",
                  joined=("products", "category_en")),
        # Merchandise only: postage, fees and samples never rank among products.
        Dimension(id="product", label=Label(en="Product", zh="商品"), column="sku"),
        Dimension(id="currency", label=Label(en="Currency", zh="币种"), column="currency"),
        Dimension(id="campaign", label=Label(en="Campaign", zh="广告活动"), column="campaign"),
        Dimension(id="channel", label=Label(en="Channel", zh="渠道"), column="channel",
                  or_else=("source_channel", "source", "network")),
        Dimension(id="keyword", label=Label(en="Keyword", zh="关键词"), column="keyword",
                  or_else=("target",)),
        Dimension(id="supplier", label=Label(en="Supplier", zh="供应商"), column="supplier_id"),
        Dimension(id="carrier", label=Label(en="Carrier", zh="承运商"), column="carrier"),
        Dimension(id="lane", label=Label(en="Lane", zh="物流线路"), column="lane"),
        Dimension(id="warehouse", label=Label(en="Warehouse", zh="仓库"), column="warehouse",
                  or_else=("location",)),
        Dimension(id="reason", label=Label(en="Reason", zh="原因"), column="reason"),
        Dimension(id="tier", label=Label(en="Tier", zh="等级"), column="tier",
                  or_else=("creator_tier",)),
        Dimension(id="kind", label=Label(en="Kind", zh="类型"), column="kind"),
        Dimension(id="aspect", label=Label(en="Topic", zh="主题"), column="aspect",
                  or_else=("theme",)),
        Dimension(id="creator", label=Label(en="Creator", zh="达人"), column="creator"),
    )
}  # fmt: skip


def check_dimensions(by: Sequence[str]) -> tuple[str, ...]:
    """Refuse dimensions that are not known or stand twice.

    Raises:
        AskedWrongly: Names each one, what is known, and what may have been meant.
    """
    faults = []
    for name in by:
        if name not in DIMENSIONS:
            close = get_close_matches(name, DIMENSIONS, n=1)
            hint = f"did you mean {close[0]!r}? " if close else ""
            faults.append(
                Fault("--by", f"{name!r} is no dimension", f"{hint}known: {', '.join(DIMENSIONS)}")
            )
        elif list(by).count(name) > 1:
            faults.append(Fault("--by", f"{name!r} stands twice", "name it once"))
    if faults:
        raise AskedWrongly(dict.fromkeys(faults))
    return tuple(by)


def can_be_cut(table: str, by: Sequence[str]) -> bool:
    """Tell whether the rows of ``table`` say to which member of each dimension they belong."""
    return all(DIMENSIONS[name].column_in(table) is not None for name in by)


def member_column(name: str) -> str:
    """Give the name of the column that ``with_members`` adds."""
    return f"dim_{name}"


def with_members(table: Any, name: str, by: Sequence[str], warehouse: Any) -> Any:
    """Add one column per dimension to the Ibis table of fact ``name``.

    Args:
        table: Ibis table of the fact, perhaps already filtered.
        name: The fact's table name.
        by: Dimensions, each of which the fact carries (``can_be_cut``).
        warehouse: Where ``stores``, ``products`` and order lines are looked up.
    """
    import ibis

    for one in by:
        dimension = DIMENSIONS[one]
        own = dimension.column_in(name)
        assert own is not None
        if dimension.joined:
            other, column = dimension.joined
            key = "store_id" if other == "stores" else "sku"
            book = warehouse.ibis(other)
            book = book.select(**{f"key_{one}": book[key], f"found_{one}": book[column]})
            table = table.left_join(book, table[key] == book[f"key_{one}"]).drop(f"key_{one}")
            value = table[f"found_{one}"]
        else:
            value = table[own]
        if one == "product":
            table = _merchandise(table, name, warehouse)
            value = table[own]
        known = ibis.coalesce(value.cast("string").nullif(""), ibis.literal(UNKNOWN))
        table = table.mutate(**{member_column(one): known})
    return table


def _merchandise(table: Any, name: str, warehouse: Any) -> Any:
    """Keep merchandise; facts that do not say ask the order lines which articles are none."""
    if "is_merchandise" in facts()[name].columns:
        return table.filter(table["is_merchandise"])
    keys = [key for key in ("store_id", "sku") if key in facts()[name].columns]
    if keys != ["store_id", "sku"] or name in ("traffic", "inventory_snapshots"):
        return table
    lines = warehouse.ibis("order_lines")
    other = lines.filter(~lines["is_merchandise"] & lines["sku"].notnull())
    other = other.select("store_id", "sku").distinct()
    return table.anti_join(other, ["store_id", "sku"])
