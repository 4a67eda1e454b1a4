"""Suppliers and what is ordered from them, as scores and counts that no single sum can say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from helpers.metrics.measured import Measured
    from helpers.metrics.measuring import Measuring
    from helpers.metrics.rows import Window

#: What a supplier's score of 100 is made of.
ON_TIME, SOUND, COMPLETE = 40, 40, 20
#: Grades of suppliers that the company depends on.
CORE = ("strategic", "core")
#: So many backups make a category safe (S4).
BACKUPS = 2
#: A first batch that is gone after so many days earns the rebate (S2).
SOLD_OUT_DAYS = 30


def supplier_score(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Score order lines received in the window: 40 on time, 40 sound, 20 complete."""
    from helpers.metrics.measured import Measured, Source
    from helpers.metrics.rows import in_windows

    def query() -> Any:
        lines = measuring.members_of(measuring.warehouse.ibis("purchase_orders"), "purchase_orders")
        rows = in_windows(lines, "received_on")
        promised = rows["promised_on"].notnull()
        in_time = promised & (rows["received_on"] <= rows["promised_on"])
        # What nobody recorded leaves the score unknown instead of flattering it.
        sums = rows.group_by(["window", *measuring.members]).aggregate(
            in_time=rows.count(where=in_time), promised=rows.count(where=promised),
            failed=rows["failed_quantity"].sum(), inspected=rows["inspected_quantity"].sum(),
            received=rows["received_quantity"].sum(), ordered=rows["quantity"].sum(),
        )  # fmt: skip
        full = _share(sums["received"], sums["ordered"])
        score = (
            _share(sums["in_time"], sums["promised"]) * ON_TIME
            + (1 - _share(sums["failed"], sums["inspected"])) * SOUND
            + (full > 1).ifelse(1.0, full) * COMPLETE
        )
        sums = sums.mutate(score=score)
        sums = sums.filter(sums["score"].notnull())
        return sums.group_by(["window", *measuring.members]).aggregate(
            v_value=sums["score"].sum(), v_base=sums.count()
        )

    frame = measuring.tidy(measuring.ask(("supplier_score",), query, windows))
    return Measured(frame, (Source("purchase_orders", day="received_on"),), is_share=True)


def supplier_retention(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Of the core suppliers before the window's first day, the share still there on its last."""
    from helpers.metrics.measured import ALWAYS, Measured, Source
    from helpers.metrics.rows import ASKED_SALES
    from helpers.metrics.rows import Window as Run

    def query() -> Any:
        known = measuring.members_of(measuring.warehouse.ibis("suppliers"), "suppliers")
        rows = _there_on(known.filter(known["tier"].isin(CORE)), "window", "asked_day")
        ends = _days(ASKED_SALES).select(window_end="window", last=_days(ASKED_SALES)["asked_day"])
        rows = rows.inner_join(ends, rows["window"] == ends["window_end"])
        stays = rows["active_to"].isnull() | (rows["active_to"] >= rows["last"])
        return rows.group_by(["window", *measuring.members]).aggregate(
            v_value=rows.count(where=stays), v_base=rows.count()
        )

    starts = [Run(one.start - timedelta(days=1), one.start - timedelta(days=1)) for one in windows]
    ends = [Run(one.end, one.end) for one in windows]
    frame = measuring.tidy(measuring.ask(("supplier_retention",), query, starts, ends))
    return Measured(frame, (Source("suppliers", day=ALWAYS),), is_share=True)


def backup_suppliers(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Count categories with two backups that are certified and have delivered a trial order."""
    from helpers.metrics.measured import ALWAYS, Measured, Source
    from helpers.metrics.rows import Window as Run

    def query() -> Any:
        known = measuring.members_of(measuring.warehouse.ibis("suppliers"), "suppliers")
        rows = _there_on(known.filter(known["is_backup"]), "window", "asked_day")
        rows = rows.filter(rows["certified_on"] <= rows["asked_day"])
        orders = measuring.warehouse.ibis("purchase_orders")
        tried = orders.group_by("supplier_id").aggregate(first=orders["received_on"].min())
        tried = tried.rename(tried_id="supplier_id")
        rows = rows.inner_join(
            tried,
            [rows["supplier_id"] == tried["tried_id"], tried["first"] <= rows["asked_day"]],
        )
        keys = ["window", *measuring.members]
        ready = rows.group_by([*keys, "category"]).aggregate(
            suppliers=rows["supplier_id"].nunique()
        )
        return ready.group_by(keys).aggregate(
            v_value=ready.count(where=ready["suppliers"] >= BACKUPS)
        )

    ends = [Run(one.end, one.end) for one in windows]
    frame = measuring.tidy(measuring.ask(("backup_suppliers",), query, ends))
    return Measured(
        frame, (Source("suppliers", "is_backup", day=ALWAYS), Source("purchase_orders", day=ALWAYS))
    )


def sold_out_30d(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Count new articles that sold their first batch in thirty days, which end in the window."""
    from helpers.metrics.measured import ALWAYS, Measured, Source
    from helpers.metrics.rows import Window as Run
    from helpers.metrics.rows import in_windows

    last = SOLD_OUT_DAYS - 1

    def query() -> Any:
        import ibis

        book = measuring.members_of(measuring.warehouse.ibis("products"), "products")
        rows = in_windows(book, "launched_on")
        rows = rows.select("window", "sku", "launched_on", *measuring.members)
        orders = measuring.warehouse.ibis("purchase_orders")
        orders = orders.filter(orders["received_on"].notnull())
        first = orders.group_by("sku").aggregate(first=orders["received_on"].min())
        first = first.rename(first_sku="sku")
        batch = orders.inner_join(
            first, [orders["sku"] == first["first_sku"], orders["received_on"] == first["first"]]
        )
        batch = batch.group_by("first_sku").aggregate(batch=batch["received_quantity"].sum())
        rows = rows.inner_join(batch, rows["sku"] == batch["first_sku"])
        lines = measuring.warehouse.ibis("order_lines")
        lines = lines.filter((lines["kind"] == "sale") & (lines["status"] == "placed"))
        lines = lines.select("quantity", sold_sku=lines["sku"], sold_on=lines["local_date"])
        until = rows["launched_on"] + ibis.interval(days=last)
        both = rows.inner_join(
            lines,
            [rows["sku"] == lines["sold_sku"], lines["sold_on"] >= rows["launched_on"],
             lines["sold_on"] <= until],
        )  # fmt: skip
        keys = ["window", *measuring.members]
        sold = both.group_by([*keys, "sku", "batch"]).aggregate(units=both["quantity"].sum())
        return sold.group_by(keys).aggregate(
            v_value=sold.count(where=sold["units"] >= sold["batch"])
        )

    days = timedelta(days=last)
    launched = [Run(one.start - days, one.end - days) for one in windows]
    frame = measuring.tidy(measuring.ask(("sold_out_30d",), query, launched))
    return Measured(
        frame,
        (Source("products", "launched_on", day=ALWAYS), Source("purchase_orders", day=ALWAYS)),
    )


def _days(name: str) -> Any:
    import ibis

    return ibis.table({"window": "int64", "asked_day": "date", "asked_until": "date"}, name=name)


def _there_on(suppliers: Any, *keep: str) -> Any:
    """Keep the suppliers that work for the company on each asked day."""
    from helpers.metrics.rows import ASKED

    days = _days(ASKED).select(*keep)
    since, until = suppliers["active_from"], suppliers["active_to"]
    return suppliers.inner_join(
        days,
        [since.isnull() | (since <= days["asked_day"]),
         until.isnull() | (until >= days["asked_day"])],
    )  # fmt: skip


def _share(part: Any, whole: Any) -> Any:
    return part.cast("float64") / whole.cast("float64").nullif(0)


FUNCTIONS = (supplier_score, supplier_retention, backup_suppliers, sold_out_30d)
