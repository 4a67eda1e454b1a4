"""Do two views of one thing agree: report against report, parts against total, copy against source?

Every check is one query that gives the two views side by side at the grain at which they can be
compared (an order, a settlement, a day, an article's day), each view summed before they meet, so
that no join can multiply a row. Sums, shares and verdicts follow from that in the same way for all.
Which checks there are, their words and tolerances stand in ``reconciliations.yml``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, RootModel

from helpers.analysis.desk import Desk
from helpers.config.declarations import read_declaration
from helpers.vocabulary.labels import Declared, Label
from helpers.vocabulary.units import Unit
from helpers.vocabulary.wording import write_value

if TYPE_CHECKING:
    import pandas as pd

Verdict = Literal["ties", "explained", "differs"]
VERDICTS: dict[str, Label] = {
    "ties": Label(en="Ties", zh="一致"),
    "explained": Label(en="Explained", zh="差异可解释"),
    "differs": Label(en="Differs", zh="不一致"),
}
#: Less than a cent, or half a piece, is rounding.
_ROUNDING = {"money": 0.011, "count": 0.5, "units": 0.5}
#: So many rows behind one difference are listed, the largest first.
LISTED = 10
COLUMNS = [
    "check", "label", "store", "store_label", "view_one", "view_two", "one", "two", "difference",
    "share", "unit", "currency", "items", "differing", "verdict", "verdict_label", "reason",
    "one_text", "two_text", "difference_text",
]  # fmt: skip
ROW_COLUMNS = [
    "check", "label", "store", "store_label", "item", "one", "two", "difference", "unit",
    "currency", "one_text", "two_text", "difference_text",
]  # fmt: skip


class Check(Declared):
    """One comparison of ``reconciliations.yml``."""

    label: Label
    one: Label
    two: Label
    unit: Literal["money", "count", "units"]
    tolerance: float = Field(ge=0, le=1)
    reason: Label | None = None


class Checks(RootModel[Mapping[str, Check]]):
    """``reconciliations.yml``."""


@cache
def checks() -> Mapping[str, Check]:
    """Read which comparisons there are."""
    path = Path(__file__).with_name("reconciliations.yml")
    return read_declaration(path, Checks).root


@dataclass(frozen=True)
class _Asked:
    """The tables a check needs, and its query: store_id, item, currency, one, two."""

    tables: tuple[str, ...]
    query: str


def _by_article(measure: str, currency: str = "NULL") -> _Asked:
    return _Asked(
        ("traffic",),
        f"""
        WITH by_article AS (
            SELECT store_id, start_date, end_date, {currency} AS currency, sum({measure}) AS one
            FROM traffic
            WHERE level = 'product' AND {measure} IS NOT NULL
                AND start_date >= $1 AND end_date <= $2
            GROUP BY ALL
        ), by_date AS (
            SELECT a.store_id, a.start_date, a.end_date, sum(t.{measure}) AS two,
                sum(date_diff('day', t.start_date, t.end_date) + 1) AS days
            FROM (SELECT DISTINCT store_id, start_date, end_date FROM by_article) a
            JOIN traffic t ON t.store_id = a.store_id AND t.level = 'store'
                AND t.start_date >= a.start_date AND t.end_date <= a.end_date
            WHERE t.{measure} IS NOT NULL
            GROUP BY ALL
        )
        SELECT store_id, strftime(start_date, '%Y-%m-%d') || ' … ' || strftime(end_date, '%Y-%m-%d')
            AS item, currency, one, two
        FROM by_article JOIN by_date USING (store_id, start_date, end_date)
        -- Days that one of the two reports lacks would be a difference of coverage.
        WHERE days = date_diff('day', start_date, end_date) + 1
        """,
    )


#: The platform's numbers that one ERP row names; a merged parcel names several. An order and its
#: copy may bear different days, but not by a quarter.
_ERP = """
    erp AS (
        SELECT store_id, order_id AS wording, min(local_date) AS day, any_value(currency)
            AS currency,
            CASE WHEN count(line_amount) = count(*) THEN sum(line_amount)
                -- A split order's whole amount stands on each of its parcels.
                ELSE max(order_amount) END AS amount
        FROM erp_orders WHERE order_id IS NOT NULL
            AND local_date BETWEEN $1 - INTERVAL 92 DAY AND $2 + INTERVAL 92 DAY
        GROUP BY store_id, order_id
    ), named AS (
        SELECT DISTINCT store_id, wording, day, trim(unnest(string_split_regex(wording,
            '[,;，；]'))) AS order_id
        FROM erp
    ), heard AS (
        SELECT store_id, min(day) AS first, max(day) AS last FROM erp GROUP BY ALL
        HAVING max(day) >= $1 AND min(day) <= $2
    ), placed AS (
        SELECT store_id, order_id, min(local_date) AS day, any_value(currency) AS currency,
            bool_or(status = 'placed') AS is_placed,
            sum(list_amount - coalesce(seller_discount, 0)) FILTER (kind = 'sale') AS amount
        FROM order_lines
        WHERE local_date BETWEEN $1 - INTERVAL 92 DAY AND $2 + INTERVAL 92 DAY
        GROUP BY store_id, order_id
    )"""

_QUERIES: dict[str, _Asked] = {
    "traffic_sessions": _by_article("sessions"),
    "traffic_units": _by_article("units"),
    "traffic_sales": _by_article("sales", "currency"),
    "settlements": _Asked(
        ("settlements", "settlement_lines"),
        """
        WITH parts AS (
            SELECT store_id, settlement_id, sum(amount) AS one, max(local_date) AS last
            FROM settlement_lines GROUP BY ALL
        )
        SELECT s.store_id, s.settlement_id AS item, s.currency, coalesce(p.one, 0) AS one,
            s.stated_total AS two
        FROM settlements s LEFT JOIN parts p USING (store_id, settlement_id)
        WHERE coalesce(s.last_day, s.paid_on, p.last) BETWEEN $1 AND $2
        """,
    ),
    "ledger_events": _Asked(
        ("inventory_ledger",),
        """
        SELECT store_id, concat_ws(' · ', strftime(local_date, '%Y-%m-%d'),
                coalesce(sku, listing_id), disposition, location) AS item,
            NULL AS currency,
            -- Events that the platform cannot explain are sometimes part of its sum.
            CASE WHEN known = closing THEN known ELSE known + coalesce(unknown_events, 0) END
                AS one,
            closing AS two
        FROM (
            SELECT *, opening + coalesce(receipts, 0) + coalesce(shipments, 0)
                + coalesce(customer_returns, 0) + coalesce(vendor_returns, 0)
                + coalesce(transfers, 0) + coalesce(found, 0) + coalesce(lost, 0)
                + coalesce(damaged, 0) + coalesce(disposed, 0) + coalesce(other_events, 0) AS known
            FROM inventory_ledger WHERE local_date BETWEEN $1 AND $2
        )
        """,
    ),
    "ledger_chain": _Asked(
        ("inventory_ledger",),
        """
        SELECT store_id, concat_ws(' · ', strftime(day, '%Y-%m-%d'), article, disposition, location)
            AS item, NULL AS currency, closing AS one, next_opening AS two
        FROM (
            SELECT *, lead(opening) OVER stock AS next_opening, lead(day) OVER stock AS next_day
            FROM (
                SELECT store_id, local_date AS day, coalesce(sku, listing_id) AS article,
                    disposition, location, sum(opening) AS opening, sum(closing) AS closing
                FROM inventory_ledger WHERE local_date BETWEEN $1 AND $2 GROUP BY ALL
            )
            WINDOW stock AS (
                PARTITION BY store_id, article, disposition, location ORDER BY day)
        )
        WHERE next_day = day + INTERVAL 1 DAY
        """,
    ),
    "erp_orders": _Asked(
        ("erp_orders", "order_lines"),
        f"""
        WITH {_ERP}, copied AS (
            SELECT store_id, order_id, min(day) AS day FROM named WHERE order_id <> '' GROUP BY ALL
        )
        SELECT coalesce(p.store_id, c.store_id) AS store_id,
            coalesce(p.order_id, c.order_id) AS item, NULL AS currency,
            (p.order_id IS NOT NULL)::INTEGER AS one, (c.order_id IS NOT NULL)::INTEGER AS two
        FROM placed p FULL JOIN copied c USING (store_id, order_id)
        JOIN heard h ON h.store_id = coalesce(p.store_id, c.store_id)
        -- Each side is asked for its own days; the other may know the order under any day.
        WHERE (c.day BETWEEN $1 AND $2)
            OR (p.is_placed AND p.day BETWEEN greatest($1, h.first) AND least($2, h.last)
                AND (c.day IS NULL OR c.day BETWEEN $1 AND $2))
        """,
    ),
    "erp_days": _Asked(
        ("erp_orders", "order_lines"),
        f"""
        WITH {_ERP}, ours AS (
            -- An order may be cancelled after it was copied: then both sides know it.
            SELECT p.store_id, p.day, count(*) AS one
            FROM placed p JOIN heard h USING (store_id)
            LEFT JOIN (SELECT DISTINCT store_id, order_id FROM named) n USING (store_id, order_id)
            WHERE (p.is_placed OR n.order_id IS NOT NULL)
                AND p.day BETWEEN greatest($1, h.first) AND least($2, h.last)
            GROUP BY ALL
        ), theirs AS (
            SELECT store_id, day, count(DISTINCT order_id) AS two FROM named
            WHERE order_id <> '' AND day BETWEEN $1 AND $2 GROUP BY ALL
        )
        SELECT coalesce(o.store_id, t.store_id) AS store_id,
            strftime(coalesce(o.day, t.day), '%Y-%m-%d') AS item, NULL AS currency,
            coalesce(o.one, 0) AS one, coalesce(t.two, 0) AS two
        FROM ours o FULL JOIN theirs t ON o.store_id = t.store_id AND o.day = t.day
        """,
    ),
    # Orders and parcels that hang together are one item: of a merged parcel nobody knows which
    # part belongs to which order. The smallest number among them names it; three rounds reach
    # further than any warehouse packs.
    "erp_amounts": _Asked(
        ("erp_orders", "order_lines"),
        f"""
        WITH {_ERP}, g1 AS (
            SELECT n.*, min(order_id) OVER (PARTITION BY store_id, wording) AS g FROM named n
            WHERE order_id <> ''
        ), g2 AS (
            SELECT * REPLACE (min(g) OVER (PARTITION BY store_id, order_id) AS g) FROM g1
        ), g3 AS (
            SELECT * REPLACE (min(g) OVER (PARTITION BY store_id, wording) AS g) FROM g2
        ), g4 AS (
            SELECT * REPLACE (min(g) OVER (PARTITION BY store_id, order_id) AS g) FROM g3
        ), together AS (
            SELECT * REPLACE (min(g) OVER (PARTITION BY store_id, wording) AS g) FROM g4
        ), theirs AS (
            SELECT e.store_id, t.g, sum(e.amount) AS two, min(e.day) AS day,
                any_value(e.currency) AS currency
            FROM erp e JOIN (SELECT DISTINCT store_id, wording, g FROM together) t
                USING (store_id, wording)
            GROUP BY ALL
        ), ours AS (
            SELECT p.store_id, t.g, sum(p.amount) AS one, any_value(p.currency) AS currency,
                count(*) FILTER (p.is_placed) AS orders
            FROM placed p JOIN (SELECT DISTINCT store_id, order_id, g FROM together) t
                USING (store_id, order_id)
            GROUP BY ALL
        ), members AS (
            SELECT store_id, g, count(DISTINCT order_id) AS orders,
                string_agg(DISTINCT order_id, ', ' ORDER BY order_id) AS item
            FROM together GROUP BY ALL
        )
        SELECT store_id, left(m.item, 120) AS item, o.currency, o.one, t.two
        FROM ours o JOIN theirs t USING (store_id, g) JOIN members m USING (store_id, g)
        -- An order that one side lacks is told by the check of orders; of one that was cancelled
        -- platforms state no amount any more.
        WHERE t.day BETWEEN $1 AND $2 AND o.orders = m.orders AND o.currency = t.currency
            AND t.two IS NOT NULL
        """,
    ),
    # A statement that names its discounts (Shopify's) counts what was cancelled later too, and is
    # held against all orders; one that names none (Amazon's) is held against what still stands.
    # Some platforms count orders and others their lines, under one word; the store's days as a
    # whole say which of the two it is.
    "statement_orders": _Asked(
        ("sales_statements", "order_lines"),
        """
        WITH ours AS (
            SELECT store_id, local_date AS day, count(DISTINCT order_id) AS all_orders,
                count(*) AS all_lines,
                count(DISTINCT order_id) FILTER (status = 'placed') AS placed_orders,
                count(*) FILTER (status = 'placed') AS placed_lines
            FROM order_lines WHERE kind = 'sale' AND local_date BETWEEN $1 AND $2 GROUP BY ALL
        ), both_views AS (
            SELECT s.store_id, s.local_date AS day, s.orders AS two,
                coalesce(CASE WHEN s.discounts IS NULL THEN placed_orders ELSE all_orders END, 0)
                    AS orders,
                coalesce(CASE WHEN s.discounts IS NULL THEN placed_lines ELSE all_lines END, 0)
                    AS lines
            FROM sales_statements s LEFT JOIN ours o
                ON o.store_id = s.store_id AND o.day = s.local_date
            WHERE s.orders IS NOT NULL AND s.local_date BETWEEN $1 AND $2
        )
        SELECT store_id, strftime(day, '%Y-%m-%d') AS item, NULL AS currency,
            CASE WHEN abs(sum(lines - two) OVER store) < abs(sum(orders - two) OVER store)
                THEN lines ELSE orders END AS one,
            two
        FROM both_views WINDOW store AS (PARTITION BY store_id)
        """,
    ),
    # As above; in money, the one is held against the lines after their discounts, the other
    # against list value. Whether its sales hold the tax depends on the country; the store's days
    # as a whole say which of the two it is.
    "statement_sales": _Asked(
        ("sales_statements", "order_lines"),
        """
        WITH ours AS (
            SELECT store_id, local_date AS day,
                sum(list_amount) FILTER (status = 'placed') AS listed,
                sum(list_amount - coalesce(seller_discount, 0)) AS discounted,
                sum(coalesce(tax_inside, 0)) FILTER (status = 'placed') AS listed_tax,
                sum(coalesce(tax_inside, 0)) AS discounted_tax
            FROM order_lines
            WHERE kind = 'sale' AND is_merchandise AND local_date BETWEEN $1 AND $2 GROUP BY ALL
        ), both_views AS (
            SELECT s.store_id, s.local_date AS day, s.currency,
                coalesce(CASE WHEN s.discounts IS NULL THEN listed ELSE discounted END, 0) AS gross,
                coalesce(CASE WHEN s.discounts IS NULL THEN listed_tax ELSE discounted_tax END, 0)
                    AS tax,
                s.gross_sales - coalesce(s.discounts, 0) AS two
            FROM sales_statements s LEFT JOIN ours o
                ON o.store_id = s.store_id AND o.day = s.local_date
            WHERE s.gross_sales IS NOT NULL AND s.local_date BETWEEN $1 AND $2
        )
        SELECT store_id, strftime(day, '%Y-%m-%d') AS item, currency,
            CASE WHEN abs(sum(gross - two) OVER store) <= abs(sum(gross - tax - two) OVER store)
                THEN gross ELSE gross - tax END AS one,
            two
        FROM both_views WINDOW store AS (PARTITION BY store_id)
        """,
    ),
    "order_subtotals": _Asked(
        ("orders",),
        """
        SELECT store_id, order_id AS item, currency, coalesce(line_subtotal, 0) AS one,
            stated_subtotal AS two
        FROM orders WHERE stated_subtotal IS NOT NULL AND local_date BETWEEN $1 AND $2
        """,
    ),
    "advertising": _Asked(
        ("ad_spend", "settlement_lines"),
        """
        WITH reported AS (
            SELECT store_id, currency, sum(spend) AS one FROM ad_spend
            WHERE start_date BETWEEN $1 AND $2 GROUP BY ALL
        ), billed AS (
            SELECT store_id, currency, -sum(amount) AS two FROM settlement_lines
            WHERE category = 'advertising' AND local_date BETWEEN $1 AND $2 GROUP BY ALL
        )
        SELECT store_id, 'total' AS item, currency, one, two
        FROM reported JOIN billed USING (store_id, currency)
        """,
    ),
}


def reconcile(desk: Desk) -> pd.DataFrame:
    """Hold every pair of views against each other that this company has, store by store.

    Returns:
        check, label, store, store_label, view_one, view_two, one, two, difference, share (of the
        larger view), unit, currency, items (compared), differing (of them), verdict,
        verdict_label, reason, and one, two and difference as text. Differences come first.
        Empty where no two views of one thing are known.
    """
    import pandas as pd

    found: list[dict[str, Any]] = []
    for name, check in checks().items():
        inner = _query(desk, name)
        if inner is None:
            continue
        rounding = _ROUNDING[check.unit]
        sums = desk.warehouse.sql(
            f"""
            SELECT store_id, currency, sum(one)::DOUBLE AS one, sum(two)::DOUBLE AS two,
                sum(one - two)::DOUBLE AS difference, count(*) AS items,
                count(*) FILTER (abs(one - two) >= {rounding}) AS differing
            FROM ({inner}) GROUP BY ALL ORDER BY ALL
            """,
            _days(desk),
        )
        found += [_judged(desk, name, check, row) for row in sums.to_dict("records")]
    order = {"differs": 0, "explained": 1, "ties": 2}
    found.sort(key=lambda row: (order[row["verdict"]], -(row["share"] or 0.0)))
    return pd.DataFrame(found, columns=COLUMNS)


def reasons(views: pd.DataFrame, desk: Desk) -> tuple[str, ...]:
    """Say, for what ``reconcile`` explains, why two views may differ."""
    explained = views[views["verdict"] == "explained"]
    joint = "——" if desk.language == "zh" else " – "
    said = zip(explained["label"], explained["reason"], strict=True)
    return tuple(dict.fromkeys(f"{label}{joint}{reason}" for label, reason in said))


def differences(desk: Desk, listed: int = LISTED) -> pd.DataFrame:
    """List what is behind the differences: the largest rows of each check and store.

    Args:
        desk: The desk.
        listed: At most so many rows of each check and store.

    Returns:
        check, label, store, store_label, item (order, settlement, day or article), one, two,
        difference, unit, currency, and the figures as text.
    """
    import pandas as pd

    found: list[dict[str, Any]] = []
    views = reconcile(desk)
    # What is not explained comes first.
    worst = [str(name) for name in dict.fromkeys(views["check"])]
    for name in worst:
        check, inner = checks()[name], _query(desk, name)
        if inner is None:
            continue
        rows = desk.warehouse.sql(
            f"""
            SELECT store_id, item, currency, one::DOUBLE AS one, two::DOUBLE AS two,
                (one - two)::DOUBLE AS difference
            FROM ({inner}) WHERE abs(one - two) >= {_ROUNDING[check.unit]}
            QUALIFY row_number() OVER (
                PARTITION BY store_id ORDER BY abs(one - two) DESC, item) <= {int(listed)}
            ORDER BY store_id, abs(one - two) DESC, item
            """,
            _days(desk),
        )
        for row in rows.to_dict("records"):
            about = _named(desk, name, check, row)
            found.append(about | {"item": row["item"]} | _figures(desk, check, row))
    return pd.DataFrame(found, columns=ROW_COLUMNS)


def _query(desk: Desk, name: str) -> str | None:
    asked = _QUERIES[name]
    if any(not desk.warehouse.has(table) for table in asked.tables):
        return None
    return asked.query


def _days(desk: Desk) -> list[object]:
    return [desk.elapsed.start, desk.elapsed.end]


def _named(desk: Desk, name: str, check: Check, row: Mapping[Any, Any]) -> dict[str, Any]:
    currency = row["currency"] if isinstance(row["currency"], str) else ""
    return {
        "check": name,
        "label": check.label.text(desk.language),
        "store": row["store_id"],
        "store_label": desk.member_label("store", row["store_id"]),
        "unit": check.unit,
        "currency": currency,
    }


def _figures(desk: Desk, check: Check, row: Mapping[Any, Any]) -> dict[str, Any]:
    currency = row["currency"] if isinstance(row["currency"], str) else ""

    def written(value: float) -> str:
        return write_value(value, Unit(check.unit), desk.language, currency, short=False)

    told: dict[str, Any] = {}
    for figure in ("one", "two", "difference"):
        told[figure] = float(row[figure])
        told[f"{figure}_text"] = written(told[figure])
    return told


def _judged(desk: Desk, name: str, check: Check, row: Mapping[Any, Any]) -> dict[str, Any]:
    figures = _figures(desk, check, row)
    larger = max(abs(figures["one"]), abs(figures["two"]))
    share = abs(figures["difference"]) / larger if larger else 0.0
    verdict: Verdict = "differs"
    if not row["differing"]:
        verdict = "ties"
    elif check.reason is not None and share <= check.tolerance:
        verdict = "explained"
    is_explained = verdict == "explained" and check.reason is not None
    return {
        **_named(desk, name, check, row),
        **figures,
        "view_one": check.one.text(desk.language),
        "view_two": check.two.text(desk.language),
        "share": share,
        "items": int(row["items"]),
        "differing": int(row["differing"]),
        "verdict": verdict,
        "verdict_label": VERDICTS[verdict].text(desk.language),
        "reason": check.reason.text(desk.language) if is_explained and check.reason else "",
    }
