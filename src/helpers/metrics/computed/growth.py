"""Where growth comes from: over years, days, markets, events and single articles."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from helpers.metrics.computed.sales import placed_lines
from helpers.metrics.notes import note

if TYPE_CHECKING:
    from helpers.metrics.measured import Measured
    from helpers.metrics.measuring import Measuring
    from helpers.metrics.rows import Window

#: One core market and two potential ones (S0: 1核心+2潜力).
CORE_MARKETS = 3
YEAR = 365


def gmv_per_day(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """GMV over the days of the window that the data hold: months differ by three days."""
    from helpers.metrics.measured import SCALE, Measured, Source
    from helpers.metrics.rows import in_windows

    def query() -> Any:
        rows = in_windows(placed_lines(measuring), "local_date")
        amount = measuring.amount(rows, "order_lines", "gmv")
        grouped = rows.group_by(["window", *measuring.members])
        return grouped.aggregate(v_value=amount.sum())

    frame = measuring.tidy(measuring.ask(("gmv_per_day",), query, windows))
    days = [_elapsed(measuring, window).end - window.start for window in windows]
    frame["base"] = [(days[window].days + 1) * SCALE for window in frame["window"]]
    return Measured(frame, (Source("order_lines"),), is_share=True)


def _elapsed(measuring: Measuring, window: Window) -> Window:
    """Give the days of a window that the data hold; the window itself where they hold none."""
    last = measuring.spans.last_until(window.end)
    return window._replace(end=last) if last and window.start <= last else window


def gmv_cagr(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Growth a year from the data's first 365 days to the 365 that end with the window.

    Of data that hold less than two years there is none: two such years would overlap.
    """
    from helpers.metrics.measured import SCALE, Measured, Source
    from helpers.metrics.rows import Window as Run
    from helpers.metrics.rows import in_windows

    begun = measuring.spans.first_day or date.min
    ends = [measuring.spans.last_until(window.end) or window.end for window in windows]
    now = [Run(end - timedelta(days=YEAR - 1), end) for end in ends]
    then = Run(begun, begun + timedelta(days=YEAR - 1))

    def query() -> Any:
        rows = in_windows(placed_lines(measuring), "local_date")
        amount = measuring.amount(rows, "order_lines", "gmv")
        return rows.group_by(["window", *measuring.members]).aggregate(v_value=amount.sum())

    frame = measuring.tidy(measuring.ask(("gmv_cagr",), query, [*now, then]))
    start = frame[frame["window"] == len(windows)].set_index("member")["value"]
    frame = frame[frame["window"] < len(windows)]
    frame = frame[frame["member"].isin(start[start > 0].index)].copy()
    years = [(end - then.end).days / YEAR for end in ends]
    ratios = frame["value"] / frame["member"].map(start).astype("float64")
    frame["value"] = [
        (ratio ** (1 / years[window]) - 1) * SCALE if years[window] >= 1 and ratio >= 0 else 0.0
        for window, ratio in zip(frame["window"], ratios, strict=True)
    ]
    measured = Measured(frame, (Source("order_lines"),), is_total=False)
    for place, passed in enumerate(years):
        if passed < 1:
            told = note("window_before_data", days=2 * YEAR, first=begun)
            measured.closed[place] = ("not_enough_data", told)
        else:
            measured.notes[place] = [note("years_used", years=round(passed, 2), first=begun)]
    return measured


def core_market_share(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """GMV of the three biggest markets over GMV of all that say their market."""
    import ibis

    from helpers.metrics.measured import Measured, Source
    from helpers.metrics.rows import in_windows

    def query() -> Any:
        lines = placed_lines(measuring)
        rows = in_windows(lines.filter(lines["country"].notnull()), "local_date")
        keys = ["window", *measuring.members]
        amount = measuring.amount(rows, "order_lines", "gmv")
        sizes = rows.group_by([*keys, "country"]).aggregate(size=amount.sum())
        place = ibis.row_number().over(
            group_by=[sizes[key] for key in keys],
            order_by=[sizes["size"].desc(), sizes["country"].asc()],
        )
        ranked = sizes.mutate(place=place)
        return ranked.group_by(keys).aggregate(
            v_value=ranked["size"].sum(where=ranked["place"] < CORE_MARKETS),
            v_base=ranked["size"].sum(),
        )

    frame = measuring.tidy(measuring.ask(("core_market_share",), query, windows))
    return Measured(frame, (Source("order_lines", "country"),), is_share=True)


def festival_gmv(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """GMV on holidays of the buyer's country and on days of promotions."""
    return _on_event_days(measuring, windows, ("holiday", "promo"))


def promo_gmv(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """GMV on days of promotions of the store's platform."""
    return _on_event_days(measuring, windows, ("promo",))


def _on_event_days(
    measuring: Measuring, windows: Sequence[Window], kinds: tuple[str, ...]
) -> Measured:
    """Add up GMV of lines whose day lies in an event of their platform and country.

    An event that names no platform, or no country, is everybody's.
    """
    from helpers.metrics.measured import Measured, Source
    from helpers.metrics.rows import in_windows

    def query() -> Any:
        events = measuring.warehouse.ibis("calendar_events")
        events = events.filter(events["kind"].isin(list(kinds)))
        events = events.select(
            event_platform=events["platform"].fill_null(""),
            event_country=events["country"].fill_null(""),
            first_day=events["first_day"],
            last_day=events["last_day"],
        )
        stores = measuring.warehouse.ibis("stores")
        stores = stores.select(selling_store=stores["store_id"], selling_on=stores["platform"])
        rows = in_windows(placed_lines(measuring), "local_date")
        rows = rows.inner_join(stores, rows["store_id"] == stores["selling_store"])
        rows = rows.semi_join(
            events,
            [
                rows["local_date"] >= events["first_day"],
                rows["local_date"] <= events["last_day"],
                (events["event_platform"] == "") | (events["event_platform"] == rows["selling_on"]),
                (events["event_country"] == "") | (events["event_country"] == rows["country"]),
            ],
        )
        amount = measuring.amount(rows, "order_lines", "gmv")
        grouped = rows.group_by(["window", "store_id", *measuring.members])
        return grouped.aggregate(v_value=amount.sum())

    frame = measuring.tidy(measuring.ask(("on_event_days", kinds), query, windows))
    return Measured(frame, (Source("order_lines"),))


def hit_growth_contribution(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Rise of the article that rose most, over a year ago, as a part of all GMV a year ago.

    Cut by product it is each article's own contribution; the parts of all articles add up to
    the growth of merchandise.
    """
    from helpers.metrics.measured import SCALE, Measured, Source
    from helpers.metrics.rows import Window as Run
    from helpers.metrics.rows import in_windows

    first = measuring.spans.first_day
    now = [_elapsed(measuring, window) for window in windows]
    before = [Run(_year_before(run.start), _year_before(run.end)) for run in now]
    keys = [member for member in measuring.members if member != "dim_product"]

    def query() -> Any:
        lines = placed_lines(measuring)
        lines = lines.filter(lines["is_merchandise"] & lines["sku"].notnull())
        rows = in_windows(lines, "local_date")
        amount = measuring.amount(rows, "order_lines", "gmv")
        return rows.group_by(["window", *measuring.members, "sku"]).aggregate(v_value=amount.sum())

    # One article a row: as many as there are articles, and no line of an order.
    sizes = measuring.ask(("hit_growth_contribution",), query, [*now, *before])
    today = sizes[sizes["window"] < len(now)]
    past = sizes[sizes["window"] >= len(now)].assign(window=lambda told: told["window"] - len(now))
    same = ["window", *measuring.members, "sku"]
    both = today.merge(past, on=same, how="outer", suffixes=("", "_past")).fillna(
        {"v_value": 0, "v_value_past": 0}
    )
    whole = both.groupby(["window", *keys])["v_value_past"].transform("sum")
    both = both[whole > 0].assign(
        v_value=lambda told: (told["v_value"] - told["v_value_past"]) / whole[whole > 0] * SCALE
    )
    frame = both.groupby(["window", *measuring.members], as_index=False).agg({"v_value": "max"})
    measured = Measured(measuring.tidy(frame), (Source("order_lines"),), is_total=False)
    for place, run in enumerate(before):
        if first is None or run.start < first - timedelta(days=3):
            why = note("no_baseline", baseline=f"{run.start}..{run.end}")
            measured.closed[place] = ("no_baseline", why)
    return measured


def _year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def new_market_inquiries(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Count inquiries from countries to which the store had sold nothing in the 365 days before."""
    from helpers.metrics.measured import Measured, Source
    from helpers.metrics.rows import ASKED_SALES, in_windows
    from helpers.metrics.rows import Window as Run

    before = [
        Run(window.start - timedelta(days=YEAR), window.start - timedelta(days=1))
        for window in windows
    ]

    def query() -> Any:
        inquiries = measuring.members_of(measuring.warehouse.ibis("inquiries"), "inquiries")
        rows = in_windows(inquiries.filter(inquiries["country"].notnull()), "local_date")
        lines = measuring.warehouse.ibis("order_lines")
        lines = lines.filter((lines["kind"] == "sale") & (lines["status"] == "placed"))
        sold = in_windows(lines, "local_date", asked=ASKED_SALES)
        sold = sold.select("window", "store_id", "country").distinct()
        rows = rows.anti_join(sold, ["window", "store_id", "country"])
        grouped = rows.group_by(["window", "store_id", *measuring.members])
        return grouped.aggregate(v_value=rows.count())

    frame = measuring.ask(("new_market_inquiries",), query, windows, before)
    return Measured(measuring.tidy(frame), (Source("inquiries", "country"),))


FUNCTIONS = (
    gmv_per_day,
    gmv_cagr,
    core_market_share,
    festival_gmv,
    promo_gmv,
    hit_growth_contribution,
    new_market_inquiries,
)
