"""What lies where: empty shelves, overfull ones, and the few articles that carry the sales."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from helpers.metrics.computed.sales import placed_lines

if TYPE_CHECKING:
    from helpers.metrics.measured import Measured
    from helpers.metrics.measuring import Measuring
    from helpers.metrics.rows import Window

#: Days of cover from which stock is too much, and days whose sales are the pace.
COVER_LIMIT, PACE_DAYS = 90, 30
#: How far back an article's usual sales are looked for where its shelf is empty.
USUAL_DAYS = 90
#: Cumulative share of sales up to which articles are A, and from which they are C (S2).
A_UNTIL, C_FROM = 0.6, 0.9


def stockout_days(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Count article-days without stock, on the days that stock is reported for."""
    from helpers.metrics.measured import Measured, Source

    def query() -> Any:
        rows = _empty(measuring)
        return rows.group_by(["window", "store_id", *measuring.members]).aggregate(
            v_value=rows.count()
        )

    frame = measuring.tidy(measuring.ask(("stockout_days",), query, windows))
    return Measured(frame, (Source("inventory_snapshots"),))


def stockout_loss(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Add up what articles without stock would have sold on those days, at their usual pace.

    The usual pace is GMV of the 90 days that end with the period over the part of them in which
    the article had stock, so that the gap itself does not hide what it cost.
    """
    from helpers.metrics.measured import Measured, Source
    from helpers.metrics.rows import ASKED_SALES, in_windows

    def query() -> Any:
        keys = ["window", "store_id", "sku"]
        empty = _empty(measuring)
        empty = empty.group_by([*keys, *measuring.members]).aggregate(days=empty.count())
        told = _by_article(in_windows(_snapshots(measuring), "local_date", asked=ASKED_SALES))
        told = told.group_by(keys).aggregate(
            reports=told.count(), stocked=told.count(where=told["on_hand"] > 0)
        )
        lines = in_windows(_merchandise(measuring), "local_date", asked=ASKED_SALES)
        amount = measuring.amount(lines, "order_lines", "gmv")
        sold = lines.group_by(keys).aggregate(gmv=amount.sum())
        rows = _beside(_beside(empty, told, keys, "told"), sold, keys, "sold")
        usual = rows["gmv"] * rows["reports"] / (rows["stocked"] * USUAL_DAYS).nullif(0)
        rows = rows.mutate(lost=(rows["days"] * usual).cast("float64"))
        return rows.group_by(["window", "store_id", *measuring.members]).aggregate(
            v_value=rows["lost"].sum()
        )

    usual_days = [_ending(window, USUAL_DAYS) for window in windows]
    frame = measuring.ask(("stockout_loss",), query, windows, usual_days)
    return Measured(
        measuring.tidy(frame), (Source("inventory_snapshots"), Source("order_lines"))
    )  # fmt: skip


def stock_imbalance_skus(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Count articles with an empty shelf in one place and too much in another."""
    from helpers.metrics.measured import Measured, Source

    def query() -> Any:
        rows = _with_pace(measuring, [*measuring.members, "place"])
        is_full = rows["on_hand"] * PACE_DAYS > _units(rows) * COVER_LIMIT
        rows = rows.mutate(empty=rows["on_hand"] == 0, full=is_full & (rows["on_hand"] > 0))
        keys = ["window", *measuring.members]
        skus = rows.group_by([*keys, "sku"]).aggregate(
            empty=rows.count(where=rows["empty"]), full=rows.count(where=rows["full"])
        )
        both = (skus["empty"] > 0) & (skus["full"] > 0)
        return skus.group_by(keys).aggregate(v_value=skus.count(where=both))

    frame = measuring.ask(("stock_imbalance",), query, windows, _paces(windows))
    return Measured(measuring.tidy(frame), (Source("inventory_snapshots"),))


def overstock_value(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Add up the cost of what lies above 90 days of cover."""
    from helpers.metrics.measured import Measured, Source

    def query() -> Any:
        rows = _with_pace(measuring, measuring.members)
        # Ninety days at the pace of thirty are three times what those sold.
        excess = rows["on_hand"] - _units(rows) * (COVER_LIMIT // PACE_DAYS)
        rows = rows.mutate(excess=excess)
        rows = rows.filter(rows["excess"] > 0)
        worth = (rows["stock_cost"] * rows["excess"] / rows["on_hand"]).cast("float64")
        rows = rows.mutate(worth=worth)
        return rows.group_by(["window", "store_id", *measuring.members]).aggregate(
            v_value=rows["worth"].sum()
        )

    frame = measuring.ask(("overstock_value",), query, windows, _paces(windows))
    return Measured(
        measuring.tidy(frame), (Source("inventory_snapshots"), Source("order_lines"))
    )  # fmt: skip


def stocking_accuracy(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Set what was brought in against what was sold, article by article.

    Between the first and the last report of the window, arrivals less sales are the change of the
    stock: so its changes, whatever their sign, over the units sold are the error.
    """
    from helpers.metrics.measured import Measured, Source
    from helpers.metrics.rows import in_windows, with_place

    def query() -> Any:
        rows = with_place(in_windows(_snapshots(measuring), "local_date"))
        store = ["window", "store_id"]
        ends = rows.group_by([*store, "place"]).aggregate(
            first_day=rows["local_date"].min(), last_day=rows["local_date"].max()
        )
        rows = rows.inner_join(ends, [*store, "place"])
        rows = rows.mutate(
            change=rows["on_hand"] * (
                (rows["local_date"] == rows["last_day"]).cast("int64")
                - (rows["local_date"] == rows["first_day"]).cast("int64")
            )
        )  # fmt: skip
        keys = [*store, "sku", *measuring.members]
        stock = rows.group_by(keys).aggregate(
            change=rows["change"].sum(), first_day=rows["first_day"].min(),
            last_day=rows["last_day"].max(),
        )  # fmt: skip
        stock = stock.filter(stock["last_day"] > stock["first_day"])
        lines = in_windows(_merchandise(measuring), "local_date")
        lines = lines.select(
            *(lines[one].name(f"{one}_sold") for one in (*store, "sku")),
            sold_on=lines["local_date"], units=lines["quantity"],
        )  # fmt: skip
        tests = [stock[one] == lines[f"{one}_sold"] for one in (*store, "sku")]
        within = (lines["sold_on"] > stock["first_day"]) & (lines["sold_on"] <= stock["last_day"])
        both = stock.left_join(lines, [*tests, within])
        sums = both.group_by([*keys, "change"]).aggregate(units=both["units"].sum())
        sums = sums.mutate(units=_or_zero(sums["units"]))
        return sums.group_by([*store, *measuring.members]).aggregate(
            v_value=(sums["units"] - sums["change"].abs()).sum(), v_base=sums["units"].sum()
        )

    frame = measuring.tidy(measuring.ask(("stocking_accuracy",), query, windows))
    sources = (Source("inventory_snapshots"), Source("order_lines"))
    return Measured(frame, sources, is_share=True)


def abc_class(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Count the articles that bring the first 60 % of GMV."""
    return _classed(measuring, windows, "A", lambda before: before < A_UNTIL)


def abc_class_b(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Count the articles between the first 60 % and the last 10 %."""
    return _classed(
        measuring, windows, "B", lambda before: (before >= A_UNTIL) & (before < C_FROM)
    )  # fmt: skip


def abc_class_c(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Count the articles that bring the last 10 % of GMV."""
    return _classed(measuring, windows, "C", lambda before: before >= C_FROM)


def longtail_units(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Units on hand of articles in class C, or without a sale in 90 days, store by store."""
    return _long_tail(measuring, windows, "units")


def longtail_units_stored(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Units of the long tail in stores that were charged for storage."""
    return _long_tail(measuring, windows, "stored")


def longtail_storage_fees(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Storage fees shared out by units on hand: the part of the long tail."""
    return _long_tail(measuring, windows, "fees")


def _long_tail(
    measuring: Measuring, windows: Sequence[Window], what: Literal["units", "stored", "fees"]
) -> Measured:
    """Give units of the long tail, of all stores or of those charged for storage, or the fees."""
    from helpers.metrics.measured import Measured, Source
    from helpers.metrics.rows import ASKED_SALES, at_last_report, in_windows

    store = ["window", "store_id"]

    def query() -> Any:
        rows = at_last_report(in_windows(_snapshots(measuring), "local_date"), "local_date")
        rows = rows.group_by([*store, "sku", *measuring.members]).aggregate(
            on_hand=rows["on_hand"].sum()
        )
        lines = in_windows(_merchandise(measuring), "local_date", asked=ASKED_SALES)
        ranked = _ranked(lines, measuring.amount(lines, "order_lines", "gmv"), store)
        front = ranked.filter(ranked["before"] < C_FROM)
        front = front.select(*store, "sku", is_front=front["before"].notnull())
        rows = _beside(rows, front, [*store, "sku"], "front")
        tail = rows.filter(rows["is_front"].isnull())
        tail = tail.group_by([*store, *measuring.members]).aggregate(tail=tail["on_hand"].sum())
        if what == "units":
            return tail.rename(v_value="tail")
        paid = measuring.warehouse.ibis("settlement_lines")
        paid = in_windows(paid.filter(paid["category"] == "storage"), "local_date")
        paid = paid.group_by(store).aggregate(
            fees=measuring.amount(paid, "settlement_lines", "amount").sum()
        )
        # A store without any entry for storage is not one that stores for nothing.
        tail = tail.semi_join(paid, store)
        if what == "stored":
            return tail.rename(v_value="tail")
        # Of each store's fees as many parts as of its units are the tail's.
        units = rows.group_by(store).aggregate(units=rows["on_hand"].sum())
        tail = _beside(_beside(tail, paid, store, "paid"), units, store, "all")
        share = tail["fees"] * tail["tail"] / tail["units"].nullif(0)
        value = _or_zero((-share).cast("float64"))
        return tail.select(*store, *measuring.members, v_value=value)

    recent = [_ending(window, USUAL_DAYS) for window in windows]
    frame = measuring.ask(("long_tail", what), query, windows, recent)
    sources = [Source("inventory_snapshots"), Source("order_lines")]
    if what != "units":
        sources.append(Source("settlement_lines"))
    return Measured(measuring.tidy(frame), tuple(sources))


def _classed(
    measuring: Measuring, windows: Sequence[Window], name: str, is_in: Any
) -> Measured:  # fmt: skip
    """Rank articles among those of the same members, products aside, and count one class."""
    from helpers.metrics.measured import Measured, Source
    from helpers.metrics.rows import in_windows

    def query() -> Any:
        lines = placed_lines(measuring)
        lines = lines.filter(lines["is_merchandise"] & lines["sku"].notnull())
        rows = in_windows(lines, "local_date")
        among = ["window", *(one for one in measuring.members if one != "dim_product")]
        ranked = _ranked(rows, measuring.amount(rows, "order_lines", "gmv"), among)
        if "dim_product" in measuring.members:
            ranked = ranked.mutate(dim_product=ranked["sku"])
        return ranked.group_by(["window", *measuring.members]).aggregate(
            v_value=ranked.count(where=is_in(ranked["before"]))
        )

    frame = measuring.tidy(measuring.ask(("abc", name), query, windows))
    return Measured(frame, (Source("order_lines"),))


def _ranked(rows: Any, amount: Any, among: Sequence[str]) -> Any:
    """Give each article the share of the amount that the greater ones before it bring."""
    sizes = rows.group_by([*among, "sku"]).aggregate(size=amount.sum())
    sizes = sizes.filter(sizes["size"] > 0)
    group = [sizes[one] for one in among]
    order = [sizes["size"].desc(), sizes["sku"].asc()]
    so_far = sizes["size"].sum().over(group_by=group, order_by=order, rows=(None, 0))
    whole = sizes["size"].sum().over(group_by=group)
    before = (so_far - sizes["size"]).cast("float64") / whole.cast("float64")
    return sizes.mutate(before=before).drop("size")


def _snapshots(measuring: Measuring) -> Any:
    return measuring.members_of(
        measuring.warehouse.ibis("inventory_snapshots"), "inventory_snapshots"
    )


def _merchandise(measuring: Measuring) -> Any:
    lines = measuring.warehouse.ibis("order_lines")
    is_placed = (lines["kind"] == "sale") & (lines["status"] == "placed")
    return lines.filter(is_placed & lines["is_merchandise"] & lines["sku"].notnull())


def _by_article(rows: Any, *more: str) -> Any:
    """Add up an article's warehouses, day by day."""
    return rows.group_by(["window", "store_id", "local_date", "sku", *more]).aggregate(
        on_hand=rows["on_hand"].sum()
    )


def _empty(measuring: Measuring) -> Any:
    """Give article-days without stock of articles that were on sale that day."""
    from helpers.metrics.rows import in_windows

    rows = _by_article(in_windows(_snapshots(measuring), "local_date"), *measuring.members)
    book = measuring.warehouse.ibis("products")
    book = book.select("launched_on", "retired_on", sold_as=book["sku"])
    rows = rows.left_join(book, rows["sku"] == book["sold_as"])
    begun = rows["launched_on"].isnull() | (rows["launched_on"] <= rows["local_date"])
    lasts = rows["retired_on"].isnull() | (rows["retired_on"] >= rows["local_date"])
    return rows.filter((rows["on_hand"] == 0) & begun & lasts)


def _with_pace(measuring: Measuring, more: Sequence[str]) -> Any:
    """Give the last stock of each article beside the units its store sold in thirty days."""
    from helpers.metrics.rows import ASKED_SALES, at_last_report, in_windows

    keys = ["window", "store_id", "sku"]
    rows = at_last_report(in_windows(_snapshots(measuring), "local_date"), "local_date")
    rows = rows.group_by([*keys, *more]).aggregate(
        on_hand=rows["on_hand"].sum(), stock_cost=rows["stock_cost"].sum()
    )
    lines = in_windows(_merchandise(measuring), "local_date", asked=ASKED_SALES)
    sold = lines.group_by(keys).aggregate(units=lines["quantity"].sum())
    return _beside(rows, sold, keys, "sold")


def _units(rows: Any) -> Any:
    return _or_zero(rows["units"])


def _or_zero(value: Any) -> Any:
    import ibis

    return ibis.coalesce(value, ibis.literal(0, type=value.type()))


def _beside(rows: Any, other: Any, keys: Sequence[str], name: str) -> Any:
    """Set other columns beside rows, by keys; where there are none they are empty."""
    other = other.rename({f"{name}_{one}": one for one in keys})
    found = rows.left_join(other, [rows[one] == other[f"{name}_{one}"] for one in keys])
    return found.drop(*(f"{name}_{one}" for one in keys))


def _ending(window: Window, days: int) -> Window:
    from helpers.metrics.rows import Window as Run

    return Run(window.end - timedelta(days=days - 1), window.end)


def _paces(windows: Sequence[Window]) -> list[Window]:
    return [_ending(window, PACE_DAYS) for window in windows]


FUNCTIONS = (
    stockout_days,
    stockout_loss,
    stock_imbalance_skus,
    overstock_value,
    stocking_accuracy,
    abc_class,
    abc_class_b,
    abc_class_c,
    longtail_units,
    longtail_units_stored,
    longtail_storage_fees,
)
