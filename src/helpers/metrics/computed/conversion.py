"""Where visits turn into orders better or worse than elsewhere: by market, by kind of traffic."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from helpers.metrics.notes import note

if TYPE_CHECKING:
    from helpers.metrics.measured import Measured
    from helpers.metrics.measuring import Measuring
    from helpers.metrics.rows import Window

#: Traffic of one's own audience (S2), as analytics tools name its channels.
COMMUNITY = ("Community", "Email", "Organic Social", "SMS", "Mobile Push Notifications",
             "community", "email", "社群", "私域")  # fmt: skip
#: A market with fewer visits is not named as the weakest.
ENOUGH_VISITS = 500
#: Funnel-plot limits lie so many standard errors from the common rate (Spiegelhalter 2005).
SIGMAS = 3


def market_cvr_gap(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Conversion of a member (a market where uncut) less that of all: uncut, of the weakest.

    Both sides are orders over sessions of the same traffic reports. A store that reports by
    country is told by countries, another counts for its own country.
    """
    from helpers.metrics.measured import SCALE, Measured
    from helpers.metrics.rows import in_windows

    def query() -> Any:
        import ibis

        table = measuring.members_of(measuring.warehouse.ibis("traffic"), "traffic")
        told = table["sessions"].notnull() & table["orders"].notnull()
        told = told & table["country"].notnull() & table["level"].isin(("store", "country"))
        rows = in_windows(table.filter(told), "start_date", "end_date")
        by_country = rows.group_by(["window", "store_id"]).aggregate(
            countries=rows.count(where=rows["level"] == "country")
        )
        rows = rows.inner_join(by_country, ["window", "store_id"])
        level = ibis.ifelse(rows["countries"] > 0, "country", "store")
        rows = rows.filter(rows["level"] == level)
        place = measuring.members or ["country"]
        return rows.group_by(["window", *place]).aggregate(
            v_orders=rows["orders"].sum(), v_visits=rows["sessions"].sum()
        )

    frame = measuring.ask(("market_cvr_gap",), query, windows)
    frame = frame[frame["v_visits"] > 0].reset_index(drop=True)
    whole = frame.groupby("window")[["v_orders", "v_visits"]].transform("sum")
    common = whole["v_orders"] / whole["v_visits"]
    frame["v_value"] = (frame["v_orders"] / frame["v_visits"] - common) * SCALE
    frame["common"] = common
    if not measuring.by:
        enough = frame[frame["v_visits"] >= ENOUGH_VISITS * SCALE]
        frame = enough.loc[enough.groupby("window")["v_value"].idxmin()].reset_index(drop=True)
    tidy = measuring.tidy(frame)
    measured = Measured(tidy, (), is_total=False)
    for window, member, rate, visits in zip(
        tidy["window"], tidy["member"], frame["common"], frame["v_visits"], strict=True
    ):
        reach = SIGMAS * math.sqrt(rate * (1 - min(rate, 1)) * SCALE / visits)
        said = [note("by_chance", low=f"{-min(reach, rate):+.2%}", high=f"{reach:+.2%}",
                     visits=int(visits) // SCALE)]  # fmt: skip
        if not measuring.by:
            weakest = frame.loc[tidy["window"] == window, "country"].iloc[0]
            said.append(note("weakest", member=str(weakest)))
        measured.told[(int(window), str(member))] = said
    return measured


def community_cvr_ratio(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Conversion of traffic of one's own audience over that of all other traffic."""
    from helpers.metrics.measured import SCALE, Measured
    from helpers.metrics.rows import in_windows

    def query() -> Any:
        table = measuring.members_of(measuring.warehouse.ibis("traffic"), "traffic")
        told = table["sessions"].notnull() & table["orders"].notnull()
        table = table.filter(told & (table["level"] == "channel") & table["channel"].notnull())
        rows = in_windows(table, "start_date", "end_date")
        own = rows["channel"].isin(COMMUNITY)
        return rows.group_by(["window", *measuring.members]).aggregate(
            v_own=rows["orders"].sum(where=own), v_own_visits=rows["sessions"].sum(where=own),
            v_other=rows["orders"].sum(where=~own),
            v_other_visits=rows["sessions"].sum(where=~own),
        )  # fmt: skip

    frame = measuring.ask(("community_cvr_ratio",), query, windows)
    sides = ("v_own", "v_own_visits", "v_other", "v_other_visits")
    frame = frame[(frame[list(sides[1:])] > 0).all(axis="columns")].reset_index(drop=True)
    own, other = (frame[one] / frame[f"{one}_visits"] for one in ("v_own", "v_other"))
    tidy = measuring.tidy(frame.assign(v_value=own / other * SCALE))
    measured = Measured(tidy, (), is_total=False)
    for window, member, first, second in zip(
        tidy["window"], tidy["member"], own, other, strict=True
    ):
        told = note("two_rates", first=f"{first:.2%}", second=f"{second:.2%}")
        measured.told[(int(window), str(member))] = [told]
    return measured


FUNCTIONS = (market_cvr_gap, community_cvr_ratio)
