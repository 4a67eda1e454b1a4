"""Competitor benchmarking (R28): price, main image, detail page and promotion, month by month.

Captures are typed in by a person who looked; nothing is scraped. Prices are compared per unit,
after promotion, and only where both sides were captured in the same currency, so that no
exchange rate decides who is cheaper.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.analysis.desk import Desk, market_label
from helpers.plan.loading import Plan
from helpers.plan.models import Capture, Rival
from helpers.plan.words import word
from helpers.vocabulary.wording import currency_symbol, write_date

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

COLUMNS = [
    "rival", "product", "market", "own_price", "rival_price", "price_index", "index_change",
    "promotion", "main_image", "detail_page", "rating", "captured", "state",
]  # fmt: skip


def rivals_frame(plan: Plan, desk: Desk) -> pd.DataFrame:
    """Compare each rival's latest offer with ours, and with what it was a capture earlier.

    Returns:
        One row a rival. ``price_index`` is own price over rival price (1.1: we are 10 % dearer),
        empty where no capture of ours shares the rival's currency; ``index_change`` is its
        difference from the capture before. The rest is text in the desk's language.
    """
    import pandas as pd

    rows = [row for one in plan.rivals if (row := _row(one, desk)) is not None]
    return pd.DataFrame(rows, columns=COLUMNS)


def unit_price(capture: Capture) -> float:
    """Give the price of one unit after promotion."""
    return float(capture.price) * (1 - float(capture.promotion_depth)) / capture.pack_size


def price_index(own: Sequence[Capture], rival: Capture) -> float | None:
    """Divide our price by the rival's, ours being the last one captured up to the same day."""
    ours = [
        one
        for one in own
        if one.captured_on <= rival.captured_on and one.currency == rival.currency
    ]
    if not ours:
        return None
    return unit_price(max(ours, key=lambda one: one.captured_on)) / unit_price(rival)


def _row(rival: Rival, desk: Desk) -> tuple[object, ...] | None:
    day, language = desk.elapsed.end, desk.language
    seen = sorted(
        (one for one in rival.captures if one.captured_on <= day), key=lambda one: one.captured_on
    )
    if not seen:
        return None
    latest, earlier = seen[-1], seen[-2] if len(seen) > 1 else None
    index = price_index(rival.own, latest)
    index_before = price_index(rival.own, earlier) if earlier else None
    own = [one for one in rival.own if one.captured_on <= latest.captured_on]
    change = None if index is None or index_before is None else index - index_before
    is_fresh = (latest.captured_on.year, latest.captured_on.month) == (day.year, day.month)
    return (
        rival.name,
        desk.product_names.get(rival.sku, rival.sku),
        market_label(rival.market, language),
        _price(max(own, key=lambda one: one.captured_on), language) if own else "",
        _price(latest, language),
        index,
        change,
        latest.promotion.text(language) if latest.promotion else "",
        _compared(earlier, latest, "main_image", language),
        _compared(earlier, latest, "detail_page", language),
        float(latest.rating) if latest.rating is not None else None,
        write_date(latest.captured_on, language),
        word("fresh" if is_fresh else "missing_capture", language),
    )


def _price(capture: Capture, language: str) -> str:
    symbol = currency_symbol(capture.currency, language)  # type: ignore[arg-type]
    return f"{symbol}{unit_price(capture):,.2f}"


def _compared(earlier: Capture | None, latest: Capture, part: str, language: str) -> str:
    if earlier is None:
        return word("no_earlier", language)  # type: ignore[arg-type]
    same = getattr(earlier, part) == getattr(latest, part)
    return word("unchanged" if same else "changed", language)  # type: ignore[arg-type]
