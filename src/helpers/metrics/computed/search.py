"""Search terms that deserve a list of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from helpers.metrics.measured import Measured
    from helpers.metrics.measuring import Measuring
    from helpers.metrics.rows import Window

#: A long-tail term has at least three words (S4), and is searched at least so much (the platform's
#: own index).
WORDS_OF_A_LONG_TAIL, WORTHWHILE_INDEX = 3, 100
TOP_TERMS = 50


def longtail_coverage(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Count long-tail terms that are searched enough and brought a click."""
    from helpers.metrics.measured import Measured, Source
    from helpers.metrics.rows import in_windows

    def query() -> Any:
        terms = measuring.members_of(measuring.warehouse.ibis("keyword_ranks"), "keyword_ranks")
        rows = in_windows(terms, "start_date", "end_date")
        blanks = rows["keyword"].length() - rows["keyword"].replace(" ", "").length()
        won = rows.filter(
            (blanks >= WORDS_OF_A_LONG_TAIL - 1)
            & (rows["keyword_index"] >= WORTHWHILE_INDEX)
            & (rows["clicks"] >= 1)
        )
        grouped = won.group_by(["window", "store_id", *measuring.members])
        return grouped.aggregate(v_value=won["keyword"].nunique())

    frame = measuring.tidy(measuring.ask(("longtail_coverage",), query, windows))
    return Measured(frame, (Source("keyword_ranks", "keyword_index"),))


def top50_search_terms(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Count the platform's most searched terms, fifty at most; by keyword it is the list."""
    import ibis

    from helpers.metrics.measured import Measured, Source
    from helpers.metrics.rows import in_windows

    def query() -> Any:
        terms = measuring.members_of(measuring.warehouse.ibis("keyword_ranks"), "keyword_ranks")
        rows = in_windows(terms, "start_date", "end_date")
        rows = rows.filter(rows["keyword_index"].notnull())
        sizes = rows.group_by(["window", "keyword"]).aggregate(index=rows["keyword_index"].max())
        place = ibis.row_number().over(
            group_by=[sizes["window"]], order_by=[sizes["index"].desc(), sizes["keyword"].asc()]
        )
        best = sizes.mutate(place=place)
        best = best.filter(best["place"] < TOP_TERMS).select(
            top_window=best["window"], top_keyword=best["keyword"]
        )
        same = [rows["window"] == best["top_window"], rows["keyword"] == best["top_keyword"]]
        rows = rows.inner_join(best, same)
        grouped = rows.group_by(["window", *measuring.members])
        return grouped.aggregate(v_value=rows["keyword"].nunique())

    frame = measuring.tidy(measuring.ask(("top50_search_terms",), query, windows))
    return Measured(frame, (Source("keyword_ranks", "keyword_index"),))


FUNCTIONS = (longtail_coverage, top50_search_terms)
