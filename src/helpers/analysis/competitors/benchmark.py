"""Each rival's latest offer against ours, and what changed since the capture before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from helpers.analysis.competitors.offers import (
    REASONS,
    Offer,
    not_comparable,
    price_index,
    standing,
    tier,
)
from helpers.analysis.competitors.pages import compare_pages
from helpers.analysis.competitors.pictures import has_changed, picture_in
from helpers.analysis.desk import Desk, market_label, number

if TYPE_CHECKING:
    import pandas as pd

#: Our price is what buyers paid in so many days up to the capture.
SOLD_DAYS = 30
OFFER_COLUMNS = [
    "competitor", "member", "label", "market", "market_label", "captured_on", "price_index",
    "index_change", "own_price", "rival_price", "currency", "promotion", "promotion_depth",
    "depth_before", "own_depth", "picture_changed", "page_likeness", "lines_added",
    "lines_removed", "title_changed", "is_comparable", "reasons", "reason_text",
    "is_missing_capture", "status",
]  # fmt: skip
PEER_COLUMNS = [
    "member", "label", "market", "market_label", "own_price", "peers", "median", "gap", "rank",
    "left_out", "currency", "status",
]  # fmt: skip


def offers(desk: Desk) -> pd.DataFrame:
    """Compare every rival's latest capture with our price, and with the capture before.

    Our price is the mean of what buyers of that article in that market paid for a piece, in the
    30 days up to the capture and in the same tier of quantity, with or without tax as the
    capture states.

    Returns:
        competitor, member (our article), label, market, market_label, captured_on, price_index
        (ours ÷ theirs, delivered; empty where not comparable), index_change (on the capture
        before), own_price and rival_price (a piece delivered, base currency), currency,
        promotion, promotion_depth, depth_before, own_depth (fractions of the list price),
        picture_changed (None where a file is missing), page_likeness (0 to 1), lines_added,
        lines_removed, title_changed, is_comparable, reasons (keys of ``offers.REASONS``),
        reason_text, is_missing_capture (none in the desk's last month), status. Rivals by name;
        empty without captures.
    """
    import pandas as pd

    captures = _captures(desk)
    if captures.empty:
        return pd.DataFrame(columns=OFFER_COLUMNS)
    ours = _Ours(desk)
    rows = [
        _row(desk, ours, group.to_dict("records"))
        for _, group in captures.groupby(["competitor", "sku", "country"], sort=True)
    ]
    return pd.DataFrame(rows, columns=OFFER_COLUMNS)


def peers(desk: Desk, compared: pd.DataFrame | None = None) -> pd.DataFrame:
    """Say where our price stands among those of all rivals, by article and market.

    Args:
        desk: As for ``offers``.
        compared: What ``offers`` gave, to save asking twice.

    Returns:
        member, label, market, market_label, own_price, peers (comparable offers captured in the
        desk's last month), median (theirs), gap (own ÷ median - 1), rank (1: we are cheapest,
        of peers + 1), left_out (offers not comparable or not captured this month), currency,
        status.
    """
    import pandas as pd

    frame = offers(desk) if compared is None else compared
    rows = []
    for (member, market), group in frame.groupby(["member", "market"], sort=True):
        fit = group[group["is_comparable"].astype(bool) & ~group["is_missing_capture"].astype(bool)]
        # Each capture was set against our price of its own day and tax: carry over the ratio.
        own = float(fit["own_price"].mean()) if len(fit) else None
        place = standing(own, [own / float(one) for one in fit["price_index"]]) if own else None
        rows.append(
            {
                "member": member,
                "label": group["label"].iloc[0],
                "market": market,
                "market_label": group["market_label"].iloc[0],
                "own_price": own,
                "peers": len(fit),
                "median": place.median if place else None,
                "gap": place.gap if place else None,
                "rank": place.rank if place else None,
                "left_out": len(group) - len(fit),
                "currency": desk.currency,
                "status": "ok" if place else "not_enough_data",
            }
        )
    return pd.DataFrame(rows, columns=PEER_COLUMNS)


def _captures(desk: Desk) -> pd.DataFrame:
    import pandas as pd

    if not desk.warehouse.has("competitor_offers"):
        return pd.DataFrame()
    return desk.warehouse.sql(
        """
        SELECT competitor, sku, coalesce(country, '') AS country, captured_on, title, promotion,
            CAST(price_base AS DOUBLE) AS price, CAST(list_price_base AS DOUBLE) AS list_price,
            CAST(shipping_base AS DOUBLE) AS shipping, has_tax, coalesce(pack_size, 1) AS pack_size,
            coalesce(order_minimum, 1) AS order_minimum, image_file, detail_text
        FROM competitor_offers WHERE captured_on <= ?
        QUALIFY row_number() OVER (
            PARTITION BY competitor, sku, country, captured_on ORDER BY line_no) = 1
        ORDER BY competitor, sku, country, captured_on
        """,
        (desk.elapsed.end,),
    )


class _Ours:
    """What buyers paid us for a piece, by article, market, tier and day; read once."""

    def __init__(self, desk: Desk):
        self._sold: dict[tuple[str, str], list[Mapping[Any, Any]]] = {}
        if not desk.warehouse.has("order_lines"):
            return
        found = desk.warehouse.sql(
            """
            SELECT sku, country, local_date, quantity AS tier_of,
                sum(quantity) AS pieces,
                CAST(sum(list_amount_base) AS DOUBLE) AS listed,
                CAST(sum(coalesce(seller_discount_base, 0) + coalesce(platform_discount_base, 0))
                    AS DOUBLE) AS off,
                CAST(sum(coalesce(tax_inside_base, 0)) AS DOUBLE) AS inside,
                CAST(sum(coalesce(tax_on_top_base, 0)) AS DOUBLE) AS on_top,
                CAST(sum(coalesce(shipping_income_base, 0)) AS DOUBLE) AS shipping
            FROM order_lines
            WHERE kind = 'sale' AND status = 'placed' AND quantity > 0 AND list_amount_base > 0
              AND sku IN (SELECT DISTINCT sku FROM competitor_offers)
              AND local_date BETWEEN (SELECT min(captured_on) FROM competitor_offers) - ? AND ?
            GROUP BY ALL ORDER BY ALL
            """,
            (SOLD_DAYS, desk.elapsed.end),
        )
        for row in found.to_dict("records"):
            self._sold.setdefault((str(row["sku"]), str(row["country"])), []).append(row)

    def beside(self, rival: Offer) -> Offer | None:
        """Give our offer as it stood when the rival's was seen; None where nothing was sold."""
        first = rival.day - timedelta(days=SOLD_DAYS - 1)
        rows = [
            row
            for row in self._sold.get((rival.sku, rival.market), ())
            if first <= _day(row["local_date"]) <= rival.day
            and tier(int(row["tier_of"])) == tier(rival.order_minimum)
        ]
        pieces = sum(float(row["pieces"]) for row in rows)
        if not pieces:
            return None
        listed, off, inside, on_top, shipping = (
            sum(float(row[name]) for row in rows) / pieces
            for name in ("listed", "off", "inside", "on_top", "shipping")
        )
        # With tax what the till takes, without it what stays; not known is not comparable.
        tax = on_top if rival.has_tax else -inside
        return Offer(
            "", rival.sku, rival.market, rival.day, listed - off + tax, listed + tax,
            shipping, rival.has_tax if rival.has_tax is not None else True, 1,
            rival.order_minimum,
        )  # fmt: skip


def _row(desk: Desk, ours: _Ours, seen: list[dict[Any, Any]]) -> dict[str, object]:
    latest, before = seen[-1], seen[-2] if len(seen) > 1 else None
    rival = _offer(latest)
    own = ours.beside(rival)
    reasons = not_comparable(own, rival)
    index = price_index(own, rival)
    earlier = _offer(before) if before else None
    index_before = price_index(ours.beside(earlier), earlier) if earlier else None
    page = compare_pages(_text(before, "detail_text"), _text(latest, "detail_text"))
    has_pages = bool(before and _text(before, "detail_text") and _text(latest, "detail_text"))
    month = desk.elapsed.end.replace(day=1)
    semicolon = "；" if desk.language == "zh" else "; "
    return {
        "competitor": rival.seller,
        "member": rival.sku,
        "label": desk.product_names.get(rival.sku, rival.sku),
        "market": rival.market,
        "market_label": market_label(rival.market, desk.language) if rival.market else "",
        "captured_on": rival.day,
        "price_index": index,
        "index_change": None if index is None or index_before is None else index - index_before,
        "own_price": own.delivered if own else None,
        "rival_price": rival.delivered,
        "currency": desk.currency,
        "promotion": _text(latest, "promotion"),
        "promotion_depth": rival.promotion_depth,
        "depth_before": earlier.promotion_depth if earlier else None,
        "own_depth": own.promotion_depth if own else None,
        "picture_changed": _picture_changed(desk, before, latest),
        "page_likeness": page.likeness if has_pages else None,
        "lines_added": len(page.added) if has_pages else None,
        "lines_removed": len(page.removed) if has_pages else None,
        "title_changed": _text(before, "title") != _text(latest, "title") if before else None,
        "is_comparable": not reasons,
        "reasons": reasons,
        "reason_text": semicolon.join(REASONS[one].text(desk.language) for one in reasons),
        "is_missing_capture": rival.day < month,
        "status": "ok" if index is not None else "not_enough_data",
    }


def _offer(row: Mapping[Any, Any]) -> Offer:
    import pandas as pd

    has_tax = row["has_tax"]
    return Offer(
        str(row["competitor"]),
        str(row["sku"]),
        str(row["country"]),
        _day(row["captured_on"]),
        number(row["price"]),
        number(row["list_price"]),
        number(row["shipping"]),
        None if pd.isna(has_tax) else bool(has_tax),
        int(row["pack_size"]),
        int(row["order_minimum"]),
    )


def _picture_changed(
    desk: Desk, before: Mapping[Any, Any] | None, latest: Mapping[Any, Any]
) -> bool | None:
    """Compare the two pictures; a capture names a file in the workspace's ``pictures``."""
    if before is None:
        return None
    names = [_text(one, "image_file") for one in (before, latest)]
    desk.files_read.update(f"{desk.paths.pictures.name}/{name}" for name in names if name)
    old, new = (picture_in(desk.paths.pictures, name or None) for name in names)
    return has_changed(old, new) if old and new else None


def _text(row: Mapping[Any, Any] | None, name: str) -> str:
    import pandas as pd

    value = row[name] if row is not None else None
    return "" if value is None or pd.isna(value) else str(value)


def _day(value: Any) -> date:
    import pandas as pd

    return pd.Timestamp(value).date()
