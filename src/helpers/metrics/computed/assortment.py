"""Articles by age and promise: new ones, candidates, and what a verified store brings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from helpers.metrics.notes import note

if TYPE_CHECKING:
    from helpers.metrics.measured import Measured
    from helpers.metrics.measuring import Measuring
    from helpers.metrics.rows import Window

#: Days that an article's first month lasts.
FIRST_MONTH = 30
#: Days since the launch up to which an article is being tested, and up to which it takes off (S0).
TESTED_UNTIL, RISING_UNTIL = 30, 90
#: So many days before and after a verification are compared; fewer than the least say nothing.
COMPARED_DAYS, LEAST_DAYS = 90, 28
#: How far back a competitor's offer is still an offer.
OFFER_DAYS = 90


def new_product_first_month_inq(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Inquiries in the first thirty days of each new article, over these articles.

    New are those whose first thirty days end in the window and that are listed where buyers
    inquire.
    """
    from helpers.metrics.measured import ALWAYS, Measured, Source
    from helpers.metrics.rows import Window as Run
    from helpers.metrics.rows import in_windows

    last = FIRST_MONTH - 1

    def query() -> Any:
        import ibis

        book = measuring.members_of(measuring.warehouse.ibis("products"), "products")
        rows = in_windows(book, "launched_on")
        rows = rows.select("window", "sku", "launched_on", *measuring.members)
        asked = measuring.warehouse.ibis("inquiries")
        where = asked.select("store_id").distinct()
        listed = measuring.warehouse.ibis("sku_map").semi_join(where, "store_id")
        rows = rows.semi_join(listed, "sku")
        asked = asked.select(asked_sku=asked["sku"], asked_on=asked["local_date"])
        until = rows["launched_on"] + ibis.interval(days=last)
        both = rows.left_join(
            asked,
            [rows["sku"] == asked["asked_sku"], asked["asked_on"] >= rows["launched_on"],
             asked["asked_on"] <= until],
        )  # fmt: skip
        return both.group_by(["window", *measuring.members]).aggregate(
            v_value=both["asked_on"].count(), v_base=both["sku"].nunique()
        )

    days = timedelta(days=last)
    launched = [Run(one.start - days, one.end - days) for one in windows]
    frame = measuring.tidy(measuring.ask(("first_month_inquiries",), query, launched))
    sources = (Source("products", "launched_on", day=ALWAYS), Source("inquiries", "sku"))
    return Measured(frame, sources, is_share=True)


def lifecycle_test(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Count articles on sale that were launched up to 30 days before the window's end."""
    return _aged(measuring, windows, 0, TESTED_UNTIL)


def lifecycle_burst(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Count articles on sale that were launched 31 to 90 days before the window's end."""
    return _aged(measuring, windows, TESTED_UNTIL + 1, RISING_UNTIL)


def lifecycle_extension(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Count articles on sale that were launched more than 90 days before the window's end."""
    return _aged(measuring, windows, RISING_UNTIL + 1, None)


def _aged(
    measuring: Measuring, windows: Sequence[Window], least: int, most: int | None
) -> Measured:
    """Count articles on sale on the window's last day by the days since their launch."""
    import ibis

    from helpers.metrics.formulas import Standing
    from helpers.metrics.measured import ALWAYS, Measured, Source
    from helpers.metrics.rows import ASKED, standing_in_windows

    def query() -> Any:
        book = measuring.members_of(measuring.warehouse.ibis("products"), "products")
        book = book.filter(book["launched_on"].notnull())
        rows = standing_in_windows(book, Standing(since="launched_on", until="retired_on"))
        ends = ibis.table(
            {"window": "int64", "asked_day": "date", "asked_until": "date"}, name=ASKED
        )
        ends = ends.filter(ends["asked_day"] == ends["asked_until"])
        ends = ends.select(ended="window", last="asked_day")
        rows = rows.inner_join(ends, rows["window"] == ends["ended"])
        is_aged = rows["launched_on"] + ibis.interval(days=least) <= rows["last"]
        if most is not None:
            is_aged = is_aged & (rows["launched_on"] + ibis.interval(days=most) >= rows["last"])
        return rows.group_by(["window", *measuring.members]).aggregate(
            v_value=rows.count(where=is_aged)
        )

    frame = measuring.tidy(measuring.ask(("aged", least, most), query, windows))
    return Measured(frame, (Source("products", "launched_on", day=ALWAYS),))


def verified_supplier_effect(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Inquiries after the newest verification over those of as many days before it, less one.

    A verification counts once it is four weeks old; 90 days after it are compared, or as many as
    have passed at the window's end.
    """
    import pandas as pd

    from helpers.metrics.measured import ALWAYS, SCALE, Measured, Source, nothing
    from helpers.metrics.rows import Window as Run
    from helpers.metrics.rows import in_windows

    verified = _verified_on(measuring)
    pairs: list[Run] = []
    places: list[int] = []
    refused: dict[int, tuple[str, str]] = {}
    told: dict[int, list[str]] = {}
    first = measuring.spans.first_day
    for place, window in enumerate(windows):
        end = measuring.spans.last_until(window.end) or window.end
        days = [d for d in verified if d + timedelta(days=LEAST_DAYS - 1) <= end]
        if not days:
            refused[place] = ("not_enough_data", note("no_verification"))
            continue
        length = min((end - days[-1]).days + 1, COMPARED_DAYS)
        before = Run(days[-1] - timedelta(days=length), days[-1] - timedelta(days=1))
        if first is not None and before.start < first:
            refused[place] = ("no_baseline", note("no_baseline", baseline=str(before.start)))
            continue
        pairs += [before, Run(days[-1], days[-1] + timedelta(days=length - 1))]
        places.append(place)
        told[place] = [note("verified_on", day=days[-1])]

    def query() -> Any:
        rows = measuring.members_of(measuring.warehouse.ibis("inquiries"), "inquiries")
        rows = in_windows(rows, "local_date")
        return rows.group_by(["window", "store_id", *measuring.members]).aggregate(
            v_value=rows.count()
        )

    sources = (Source("compliance_items", day=ALWAYS), Source("inquiries"))
    # The total of a refused window must be there to carry the reason.
    untold = nothing()
    if refused and not measuring.by:
        untold = pd.DataFrame(
            [(place, "", "", 0, SCALE, 0) for place in refused], columns=list(untold.columns)
        )
    if not places:
        return Measured(untold, sources, is_share=True, closed=refused)
    found = measuring.tidy(measuring.ask(("verified",), query, pairs))
    is_after = found["window"] % 2 == 1
    sums = found.assign(
        window=found["window"].map(lambda one: places[int(one) // 2]),
        base=found["value"].where(~is_after, 0),
        value=found["value"].where(is_after, -found["value"]),
    )
    grouped = sums.groupby(["window", "store", "member"], sort=False)[["value", "base", "unrated"]]
    frame = pd.concat([untold, grouped.sum().reset_index()], ignore_index=True)
    return Measured(frame, sources, is_share=True, closed=refused, notes=told)


def _verified_on(measuring: Measuring) -> list[date]:
    """List the days on which stores were verified, in order."""
    items = measuring.warehouse.ibis("compliance_items")
    done = items.filter((items["kind"] == "verification") & items["done_on"].notnull())
    listed = done.select("done_on").distinct().order_by("done_on")
    rows = measuring.spans.fetch(listed, "compliance_items")
    return [row["done_on"] for row in rows]


def selection_matrix(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Score candidates by demand, competition and profit; a group shows its best one's score.

    Candidates are articles that sold in the window, whose cost is known and beside which a
    competitor's offer stood in the last 90 days. Each part is the article's rank among the
    candidates from 0 to 100: most units, fewest reviews of competitors, best margin. The score
    is their mean.
    """
    import ibis

    from helpers.metrics.computed.sales import placed_lines
    from helpers.metrics.measured import Measured, Source
    from helpers.metrics.rows import ASKED_SALES, in_windows
    from helpers.metrics.rows import Window as Run

    def query() -> Any:
        lines = placed_lines(measuring)
        rows = in_windows(lines.filter(lines["is_merchandise"]), "local_date")
        amount = measuring.amount(rows, "order_lines", "gmv")
        keys = ["window", "sku", *measuring.members]
        sold = rows.group_by(keys).aggregate(
            units=rows["quantity"].sum(), gmv=amount.sum(), cost=rows["landed_cost"].sum(),
            uncosted=rows.count(where=rows["landed_cost"].isnull()),
        )  # fmt: skip
        sold = sold.filter((sold["uncosted"] == 0) & (sold["gmv"] > 0))
        offers = measuring.warehouse.ibis("competitor_offers")
        offers = in_windows(offers, "captured_on", asked=ASKED_SALES)
        rivals = offers.group_by(["window", "sku"]).aggregate(crowd=offers["reviews"].mean())
        rivals = rivals.filter(rivals["crowd"].notnull())
        rivals = rivals.rename(rival_window="window", rival_sku="sku")
        both = sold.inner_join(
            rivals,
            [sold["window"] == rivals["rival_window"], sold["sku"] == rivals["rival_sku"]],
        )
        margin = (both["gmv"] - both["cost"]).cast("float64") / both["gmv"].cast("float64")
        both = both.mutate(margin=margin, calm=-both["crowd"])
        group = [both[one] for one in keys if one not in ("sku", "dim_product", "dim_category")]
        # Ranks from 0 to 1, written out: not every engine knows percent_rank.
        others = (both.count().over(ibis.window(group_by=group)) - 1).nullif(0)
        places = [
            ibis.rank().over(ibis.window(group_by=group, order_by=both[one]))
            for one in ("units", "calm", "margin")
        ]
        score = (places[0] + places[1] + places[2]).cast("float64") * 100 / (others * 3)
        scored = both.mutate(score=score.coalesce(0.0))
        best = scored.group_by(["window", *measuring.members]).aggregate(
            score=scored["score"].max()
        )
        return best.mutate(v_value=best["score"], v_base=1).drop("score")

    days = timedelta(days=OFFER_DAYS - 1)
    recent = [Run(one.end - days, one.end) for one in windows]
    frame = measuring.tidy(measuring.ask(("selection_matrix",), query, windows, recent))
    # The column says which stores' exports tell of articles; offers are the whole company's.
    sources = (Source("order_lines"), Source("competitor_offers", "reviews"))
    return Measured(frame, sources, is_share=True)


FUNCTIONS = (
    new_product_first_month_inq,
    lifecycle_test,
    lifecycle_burst,
    lifecycle_extension,
    verified_supplier_effect,
    selection_matrix,
)
