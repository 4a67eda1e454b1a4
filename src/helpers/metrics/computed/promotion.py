"""What promotion brings where no report says it outright: P4P, keywords, off-site, affiliates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from helpers.metrics.computed.sales import placed_lines
from helpers.metrics.notes import note

if TYPE_CHECKING:
    from helpers.metrics.measured import Measured
    from helpers.metrics.measuring import Measuring
    from helpers.metrics.rows import Window

#: A keyword converts well from so many times the store's mean on, and tells something from so
#: many clicks on (no operator's figure; S0 and S4 name the share only).
CONVERTS_WELL, ENOUGH_CLICKS = 1.5, 30


def ad_margin(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Ad-attributed sales at the gross margin of the store's merchandise with a known cost."""
    from helpers.metrics.measured import Measured, Source, nothing
    from helpers.metrics.rows import in_windows

    if measuring.local:
        return Measured(nothing(), (), refused=note("base_only"))

    def query() -> Any:
        keys = ["window", "store_id", *measuring.members]
        ads = measuring.members_of(measuring.warehouse.ibis("ad_spend"), "ad_spend")
        ads = in_windows(ads.filter(ads["attributed_sales"].notnull()), "start_date", "end_date")
        bare = _bare_rows(measuring, ads, "attributed_sales")
        sold = ads.group_by(keys).aggregate(
            sold=measuring.amount(ads, "ad_spend", "attributed_sales").sum(), **bare
        )
        lines = placed_lines(measuring)
        known = lines["is_merchandise"] & lines["landed_cost"].notnull()
        lines = in_windows(lines.filter(known), "local_date")
        # The margin is the store's own: few articles sell through ads and elsewhere alike.
        margins = lines.group_by(["window", "store_id"]).aggregate(
            gmv=lines["gmv_base"].sum(), cost=lines["landed_cost"].sum()
        )
        margins = margins.filter(margins["gmv"] > 0)
        rows = sold.left_join(margins, ["window", "store_id"])
        kept = (rows["gmv"] - rows["cost"]).cast("float64") / rows["gmv"].cast("float64")
        return rows.select(
            *keys, *bare, v_value=rows["sold"].cast("float64") * kept,
            v_sold=rows["sold"], v_bare=rows["gmv"].isnull().cast("int64"),
        )  # fmt: skip

    frame = measuring.ask(("ad_margin",), query, windows)
    sources = (Source("ad_spend", "attributed_sales"), Source("order_lines"))
    measured = Measured(measuring.tidy(frame), sources)
    bare = frame[(frame["v_bare"] > 0) & (frame["v_sold"] != 0)]
    for window, store in zip(bare["window"], bare["store_id"], strict=True):
        # Sales by ads and no goods with a known cost: their margin is not 0.
        told = note("coverage", metric="cost_coverage", share=0.0)
        measured.blocked[(int(window), str(store))] = told
    _block_bare(measured, frame, windows)
    return measured


def p4p_order_value(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """GMV under Trade Assurance in the share that P4P has of the inquiries on record."""
    from helpers.metrics.measured import Measured, Source
    from helpers.metrics.rows import in_windows

    def query() -> Any:
        import ibis

        keys = ["window", "store_id", *measuring.members]
        ads = measuring.members_of(measuring.warehouse.ibis("ad_spend"), "ad_spend")
        ads = in_windows(ads.filter(ads["leads"].notnull()), "start_date", "end_date")
        ads = ads.group_by(keys).aggregate(leads=ads["leads"].sum())
        asked = measuring.members_of(measuring.warehouse.ibis("inquiries"), "inquiries")
        asked = in_windows(asked, "local_date")
        asked = asked.group_by(keys).aggregate(asked=asked.count())
        orders = measuring.warehouse.ibis("orders")
        assured = orders.filter(orders["order_type"] == "trade_assurance")
        lines = placed_lines(measuring).semi_join(assured, ["store_id", "order_id"])
        lines = in_windows(lines, "local_date")
        bare = _bare_rows(measuring, lines, "gmv")
        sold = lines.group_by(keys).aggregate(
            sold=measuring.amount(lines, "order_lines", "gmv").sum(), **bare
        )
        rows = ads.inner_join(asked, keys).inner_join(sold, keys)
        share = rows["leads"].cast("float64") / rows["asked"].cast("float64")
        value = rows["sold"].cast("float64") * ibis.least(share, 1.0)
        return rows.select(*keys, *bare, v_value=value)

    frame = measuring.ask(("p4p_order_value",), query, windows)
    sources = (Source("ad_spend", "leads"), Source("inquiries"), Source("order_lines"))
    measured = Measured(measuring.tidy(frame), sources)
    _block_bare(measured, frame, windows)
    return measured


def p4p_keywords_added(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Count keywords whose first paid impressions of all fall in the window, store by store."""
    from helpers.metrics.measured import Measured, Source
    from helpers.metrics.rows import in_windows

    def query() -> Any:
        ranks = measuring.members_of(measuring.warehouse.ibis("keyword_ranks"), "keyword_ranks")
        paid = ranks.filter(ranks["paid_impressions"] > 0)
        keys = ["store_id", *measuring.members]
        first = paid.group_by([*keys, "keyword"]).aggregate(first_day=paid["start_date"].min())
        rows = in_windows(first, "first_day")
        return rows.group_by(["window", *keys]).aggregate(v_value=rows.count())

    source = Source("keyword_ranks", "paid_impressions")
    measured = Measured(
        measuring.tidy(measuring.ask(("p4p_keywords_added",), query, windows)), (source,)
    )
    for store, runs in measuring.spans.of(source).items():
        began = min(run.start for run in runs)
        for index, window in enumerate(windows):
            if window.start <= began <= window.end:
                measured.blocked[(index, store)] = note("opening_keywords", first=began)
    return measured


def high_conv_word_share(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Keywords that convert far better than the store's all, among those with enough clicks."""
    from helpers.metrics.measured import Measured, Source
    from helpers.metrics.rows import in_windows

    def query() -> Any:
        ads = measuring.members_of(measuring.warehouse.ibis("ad_spend"), "ad_spend")
        told = ads["target"].notnull() & (ads["target"] != "") & ads["attributed_orders"].notnull()
        # An article or an advertisement is no keyword, however well it converts.
        told = told & ads["sku"].isnull() & (ads["network"].fill_null("") != "meta")
        rows = in_windows(ads.filter(told), "start_date", "end_date")
        keys = ["window", "store_id", *measuring.members]
        words = rows.group_by([*keys, "target"]).aggregate(
            clicks=rows["clicks"].sum(), orders=rows["attributed_orders"].sum()
        )
        whole = rows.group_by(keys).aggregate(
            all_clicks=rows["clicks"].sum(), all_orders=rows["attributed_orders"].sum()
        )
        words = words.filter(words["clicks"] >= ENOUGH_CLICKS).inner_join(whole, keys)
        well = (words["orders"] * words["all_clicks"]) >= (
            CONVERTS_WELL * words["clicks"] * words["all_orders"]
        )
        return words.group_by(keys).aggregate(
            v_value=words.count(where=well & (words["orders"] > 0)), v_base=words.count()
        )

    frame = measuring.tidy(measuring.ask(("high_conv_word_share",), query, windows))
    return Measured(frame, (Source("ad_spend", "attributed_orders"),), is_share=True)


def cac_offsite(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """What stores with off-site advertising spend on winning customers, and how many they win."""
    import ibis

    from helpers.metrics.measured import Measured, Source
    from helpers.metrics.rows import in_windows

    def query() -> Any:
        keys = ["window", "store_id", *measuring.members]
        ads = measuring.members_of(measuring.warehouse.ibis("ad_spend"), "ad_spend")
        ads = ads.filter(ads["network"].notnull() & (ads["network"] != ""))
        stores = ads.select("store_id").distinct()
        ads = in_windows(ads, "start_date", "end_date")
        spent = measuring.amount(ads, "ad_spend", "spend")
        bare = _bare_rows(measuring, ads, "spend")
        parts = [
            ads.group_by(keys).aggregate(cost=spent.sum(), **bare).mutate(won=ibis.null("int64"))
        ]

        fees = measuring.warehouse.ibis("settlement_lines")
        fees = measuring.members_of(fees, "settlement_lines").semi_join(stores, "store_id")
        fees = in_windows(fees.filter(_is_affiliate(fees)), "local_date")
        kept = -measuring.amount(fees, "settlement_lines", "amount")
        bare = _bare_rows(measuring, fees, "amount")
        parts.append(
            fees.group_by(keys).aggregate(cost=kept.sum(), **bare).mutate(won=ibis.null("int64"))
        )

        lines = placed_lines(measuring).semi_join(stores, "store_id")
        lines = lines.filter(lines["customer_key"].notnull())
        first = lines.group_by("customer_key").aggregate(first_day=lines["local_date"].min())
        first = first.rename(first_key="customer_key")
        rows = in_windows(lines, "local_date")
        rows = rows.inner_join(
            first,
            [rows["customer_key"] == first["first_key"], rows["local_date"] == first["first_day"]],
        )
        off = measuring.amount(rows, "order_lines", "seller_discount")
        bare = _bare_rows(measuring, rows, "seller_discount")
        parts.append(
            rows.group_by(keys).aggregate(
                cost=off.sum(), won=rows["customer_key"].nunique(), **bare
            )
        )
        kinds = {"cost": "decimal(38, 4)", "won": "int64"}
        kinds |= {"bare_rows": "int64", "bare_currency": "string"} if bare else {}
        even = [
            part.select(*keys, **{name: part[name].cast(kind) for name, kind in kinds.items()})
            for part in parts
        ]
        every = even[0].union(even[1]).union(even[2])
        told = {}
        if bare:
            told = {"bare_rows": every["bare_rows"].sum(),
                    "bare_currency": every["bare_currency"].min()}  # fmt: skip
        return every.group_by(keys).aggregate(
            v_value=every["cost"].sum(), v_base=every["won"].sum(), **told
        )

    frame = measuring.ask(("cac_offsite",), query, windows)
    sources = (Source("ad_spend", "network"), Source("order_lines", "customer_key"))
    measured = Measured(measuring.tidy(frame), sources, is_share=True)
    _block_bare(measured, frame, windows)
    began = measuring.spans.first_day
    for index, window in enumerate(windows):
        if began is not None and window.start <= began <= window.end:
            measured.closed[index] = ("no_baseline", note("opening", first=began))
    return measured


def affiliate_commission(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Affiliate commission over the settled sales of the orders that carry it."""
    from helpers.metrics.measured import Measured
    from helpers.metrics.rows import in_windows

    def query() -> Any:
        fees = measuring.members_of(
            measuring.warehouse.ibis("settlement_lines"), "settlement_lines"
        )
        rows = in_windows(fees.filter(fees["order_id"].notnull()), "local_date")
        amount = measuring.amount(rows, "settlement_lines", "amount")
        keys = ["window", "store_id", *measuring.members]
        orders = rows.group_by([*keys, "order_id"]).aggregate(
            kept=amount.sum(where=_is_affiliate(rows)),
            sold=amount.sum(where=rows["category"].isin(("sale", "promotion"))),
        )
        orders = orders.filter(orders["kept"] < 0)
        return orders.group_by(keys).aggregate(
            v_value=-orders["kept"].sum(), v_base=orders["sold"].sum()
        )

    frame = measuring.tidy(measuring.ask(("affiliate_commission",), query, windows))
    # Most stores sell without affiliates: those that do speak for themselves.
    return Measured(frame, (), is_share=True)


def _bare_rows(measuring: Measuring, rows: Any, column: str) -> dict[str, Any]:
    """Count the rows whose money has no exchange rate, and name one of their currencies."""
    if measuring.local:
        return {}
    bare = rows[column].notnull() & rows["fx_rate"].isnull()
    return {
        "bare_rows": rows.count(where=bare),
        "bare_currency": rows["currency"].min(where=bare),
    }


def _block_bare(measured: Measured, frame: Any, windows: Sequence[Window]) -> None:
    """Withhold the figures of stores some of whose money could not be converted."""
    if "bare_rows" not in frame:
        return
    for row in frame[frame["bare_rows"] > 0].itertuples():
        window = windows[int(row.window)]
        measured.blocked[(int(row.window), str(row.store_id))] = note(
            "no_rate", currency=row.bare_currency, first=window.start, last=window.end,
            rows=int(row.bare_rows),
        )  # fmt: skip


def _is_affiliate(fees: Any) -> Any:
    import ibis

    return ibis.coalesce(fees["description"].lower().contains("affiliate"), False)


FUNCTIONS = (
    ad_margin,
    p4p_order_value,
    p4p_keywords_added,
    high_conv_word_share,
    cac_offsite,
    affiliate_commission,
)
