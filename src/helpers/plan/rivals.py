"""Competitor benchmarking (R28): price, main image, detail page and promotion, month by month.

Captures are typed in by a person who looked; nothing is scraped. Prices are compared after
promotion, where pack sizes are the same: ``analysis.competitors`` says what may be compared. What
comes as a file of offers is compared there, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.analysis.competitors.offers import REASONS, Offer, not_comparable, price_index
from helpers.analysis.desk import Desk, market_label
from helpers.analysis.money import in_base
from helpers.plan.loading import Plan
from helpers.plan.models import Capture, Rival
from helpers.plan.words import word
from helpers.vocabulary.wording import currency_symbol, write_date

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

COLUMNS = [
    "rival", "product", "market", "own_price", "rival_price", "price_index", "index_change",
    "promotion", "main_image", "detail_page", "rating", "captured", "comparison", "state",
]  # fmt: skip


def rivals_frame(plan: Plan, desk: Desk) -> pd.DataFrame:
    """Compare each rival's latest offer with ours, and with what it was a capture earlier.

    Returns:
        One row a rival. ``price_index`` is own price over rival price (1.1: we are 10 % dearer),
        empty where the two may not be compared, with the reason in ``comparison``;
        ``index_change`` is its difference from the capture before. The rest is text in the
        desk's language.
    """
    import pandas as pd

    rows = [row for one in plan.rivals if (row := _row(one, desk)) is not None]
    return pd.DataFrame(rows, columns=COLUMNS)


def compared(
    own: Sequence[Capture], rival: Capture, desk: Desk
) -> tuple[float | None, tuple[str, ...]]:
    """Give the price index and, without one, why (keys of ``analysis.competitors.offers``).

    Ours is the last capture up to the same day. In one currency no rate decides who is cheaper;
    in two, both are converted at their day's.
    """
    seen = [one for one in own if one.captured_on <= rival.captured_on]
    ours = max(seen, key=lambda one: one.captured_on) if seen else None
    is_one_currency = ours is None or ours.currency == rival.currency
    theirs = _offer(rival, desk, is_one_currency)
    mine = _offer(ours, desk, is_one_currency) if ours else None
    return price_index(mine, theirs), not_comparable(mine, theirs)


def unit_price(capture: Capture) -> float:
    """Give the price of one unit after promotion, in the capture's currency."""
    return float(capture.price) * (1 - float(capture.promotion_depth)) / capture.pack_size


def _offer(capture: Capture, desk: Desk, as_it_is: bool) -> Offer:
    pack = unit_price(capture) * capture.pack_size
    price = pack if as_it_is else in_base(desk, pack, capture.currency, capture.captured_on)
    return Offer("", "", "", capture.captured_on, price, pack_size=capture.pack_size)


def _row(rival: Rival, desk: Desk) -> tuple[object, ...] | None:
    day, language = desk.elapsed.end, desk.language
    seen = sorted(
        (one for one in rival.captures if one.captured_on <= day), key=lambda one: one.captured_on
    )
    if not seen:
        return None
    latest, earlier = seen[-1], seen[-2] if len(seen) > 1 else None
    index, reasons = compared(rival.own, latest, desk)
    index_before = compared(rival.own, earlier, desk)[0] if earlier else None
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
        ("；" if language == "zh" else "; ").join(REASONS[one].text(language) for one in reasons),
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
