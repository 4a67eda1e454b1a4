"""What a position sells on an ordinary day: in stock, and on no day of a promotion.

A day without stock sells nothing whatever the demand, and a promotion's day sells what the weeks
around it will not; counting either would order the wrong quantity.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from helpers.analysis.desk import Desk
from helpers.analysis.spreads import spread_of

if TYPE_CHECKING:
    import pandas as pd

#: The days that speak for demand and its noise, and the days the house rule speaks of.
BASE_DAYS, SALES_DAYS = 90, 30
#: A stock report older than this says nothing about today.
SNAPSHOT_MAY_BE_OLD_DAYS = 31
#: A season of a month is no peak: only events up to so long are left out of the base.
PEAK_DAYS_AT_MOST = 7
#: Stock is known day by day where so many of the last 30 days have a report.
NEARLY_DAILY = 25
#: Mailings that follow a single buyer's order or basket make no peak.
TRIGGERED = ("cart", "7d", "30d", "90d", "dormant")
#: Deliveries of a supplier from which a spread of lead times is worth knowing.
DELIVERIES_AT_LEAST = 5
#: Two windows a year apart say something of the season from so many units on, and no store's
#: season is believed beyond these factors.
SEASON_UNITS, SEASON_LOWEST, SEASON_HIGHEST, SEASON_DAYS = 200, 0.5, 2.0, 60
YEAR = timedelta(days=364)  # same weekdays


def positions(desk: Desk) -> pd.DataFrame:
    """Give stock and ordinary demand of each article in each store at the end of the period.

    Returns:
        store_id, sku, country (of the store; empty: unknown), as_of, on_hand, inbound,
        stock_value (base currency; empty where one part has no cost), unit_cost, units_30d (as
        sold, peaks and all), base_days and base_units (days of the last 90 in stock, without
        promotion, since the article was there), daily_spread, out_days (of the last 90), peak_days,
        price (net of discounts, base currency a unit), lead_time_days (declared, else measured),
        lead_spread (of the supplier's deliveries in 365 days, 0 with fewer than five),
        order_minimum, launched_on. One row a position of the latest stock report, none older than
        31 days.
    """
    end = desk.elapsed.end
    return desk.warehouse.sql(
        f"""
        WITH span AS (
            SELECT CAST(? AS DATE) AS last_day, CAST(? AS DATE) AS base_from,
                   CAST(? AS DATE) AS month_from
        ),
        latest AS (
            -- Two warehouses of a store need not be counted on the same day.
            SELECT store_id, coalesce(warehouse, '') AS place, max(local_date) AS as_of
            FROM inventory_snapshots, span
            WHERE local_date BETWEEN last_day - {SNAPSHOT_MAY_BE_OLD_DAYS} AND last_day
            GROUP BY ALL
        ),
        stock AS (
            SELECT s.store_id, sku, max(as_of) AS as_of, sum(on_hand)::BIGINT AS on_hand,
                   sum(inbound)::BIGINT AS inbound,
                   -- What is worth nobody knows how much makes the whole unknown.
                   CASE WHEN count(*) FILTER (WHERE on_hand > 0 AND stock_cost IS NULL) = 0
                        THEN sum(stock_cost) END AS stock_cost
            FROM inventory_snapshots s
            JOIN latest l ON l.store_id = s.store_id AND l.place = coalesce(s.warehouse, '')
            WHERE local_date = as_of GROUP BY s.store_id, sku
        ),
        {OUT_DAYS},
        {PEAKS},
        daily AS (
            SELECT store_id, sku, local_date, sum(quantity) AS units, sum(gmv_base) AS gmv,
                   sum(landed_cost) AS cost,
                   sum(quantity) FILTER (WHERE landed_cost IS NOT NULL) AS costed
            FROM order_lines, span
            WHERE kind = 'sale' AND status = 'placed' AND sku IS NOT NULL
              AND local_date BETWEEN base_from AND last_day
            GROUP BY store_id, sku, local_date
        ),
        seen AS (
            SELECT store_id, sku, min(day) AS first_day FROM (
                SELECT store_id, sku, min(local_date) AS day FROM order_lines GROUP BY ALL
                UNION ALL
                SELECT store_id, sku, min(local_date) FROM inventory_snapshots GROUP BY ALL)
            GROUP BY ALL
        ),
        since AS (
            SELECT store_id, sku, greatest(base_from, coalesce(first_day, base_from)) AS from_day
            FROM stock LEFT JOIN seen USING (store_id, sku), span
        ),
        left_out AS (
            SELECT store_id, sku, day FROM out_days
            UNION
            SELECT s.store_id, s.sku, day FROM since s JOIN peaks USING (store_id)
        ),
        days AS (
            SELECT since.store_id, since.sku, any_value(last_day - from_day) + 1
                     - count(day) FILTER (WHERE day BETWEEN from_day AND last_day) AS base_days
            FROM since CROSS JOIN span LEFT JOIN left_out USING (store_id, sku) GROUP BY ALL
        ),
        sold AS (
            SELECT d.store_id, d.sku,
                   sum(units) FILTER (WHERE local_date >= month_from) AS units_30d,
                   sum(units) FILTER (WHERE day IS NULL) AS base_units,
                   sum(units * units) FILTER (WHERE day IS NULL) AS base_squares,
                   sum(gmv)::DOUBLE / nullif(sum(units), 0) AS price,
                   sum(cost) / nullif(sum(costed), 0) AS cost_sold
            FROM daily d CROSS JOIN span
            LEFT JOIN left_out l ON l.store_id = d.store_id AND l.sku = d.sku
                                AND l.day = d.local_date
            GROUP BY d.store_id, d.sku
        ),
        deliveries AS (
            SELECT supplier_id, avg(received_on - ordered_on) AS mean_days,
                   CASE WHEN count(*) >= {DELIVERIES_AT_LEAST}
                        THEN {spread_of("received_on - ordered_on")} END AS spread_days
            FROM purchase_orders, span
            WHERE received_on BETWEEN last_day - 364 AND last_day GROUP BY supplier_id
        ),
        supplied AS (  -- by whom an article came last, where the product master does not say
            SELECT sku, arg_max(supplier_id, ordered_on) AS supplier_id
            FROM purchase_orders, span WHERE ordered_on <= last_day GROUP BY sku
        ),
        out AS (SELECT store_id, sku, count(*) AS n FROM out_days GROUP BY ALL),
        peak AS (SELECT store_id, count(*) AS n FROM peaks GROUP BY ALL),
        first_sale AS (SELECT sku, min(local_date) AS first_day FROM order_lines GROUP BY sku)
        SELECT stock.store_id, stock.sku, stores.country, as_of, on_hand, inbound,
               stock_cost AS stock_value,
               coalesce(stock_cost / nullif(on_hand, 0), cost_sold)::DOUBLE AS unit_cost,
               coalesce(units_30d, 0) AS units_30d, base_days,
               coalesce(base_units, 0) AS base_units,
               -- Days without a sale are days with nought: they belong to the spread.
               sqrt(greatest(0, (coalesce(base_squares, 0)
                    - coalesce(base_units, 0) * coalesce(base_units, 0)::DOUBLE
                      / nullif(base_days, 0)) / nullif(base_days - 1, 0))) AS daily_spread,
               coalesce(out.n, 0) AS out_days, coalesce(peak.n, 0) AS peak_days, price,
               coalesce(products.lead_time_days, mean_days) AS lead_time_days,
               coalesce(spread_days, 0) AS lead_spread,
               coalesce(products.order_minimum, suppliers.order_minimum) AS order_minimum,
               coalesce(products.launched_on, first_sale.first_day) AS launched_on
        FROM stock
        LEFT JOIN days USING (store_id, sku)
        LEFT JOIN sold ON sold.store_id = stock.store_id AND sold.sku = stock.sku
        LEFT JOIN out ON out.store_id = stock.store_id AND out.sku = stock.sku
        LEFT JOIN peak ON peak.store_id = stock.store_id
        LEFT JOIN stores ON stores.store_id = stock.store_id
        LEFT JOIN first_sale ON first_sale.sku = stock.sku
        LEFT JOIN products ON products.sku = stock.sku
        LEFT JOIN supplied ON supplied.sku = stock.sku
        LEFT JOIN suppliers
               ON suppliers.supplier_id = coalesce(products.supplier_id, supplied.supplier_id)
        LEFT JOIN deliveries
               ON deliveries.supplier_id = coalesce(products.supplier_id, supplied.supplier_id)
        ORDER BY stock.store_id, stock.sku
        """,
        (end, end - timedelta(days=BASE_DAYS - 1), end - timedelta(days=SALES_DAYS - 1)),
    )


#: The days on which a position was empty from morning to evening, as far as reports are daily:
#: the platform's ledger (an empty closing lasts until the next movement), or daily snapshots.
OUT_DAYS = f"""
        ledger AS (
            SELECT store_id, sku, local_date, sum(opening) AS opening, sum(closing) AS closing
            FROM inventory_ledger
            WHERE disposition IS NULL OR upper(disposition) = 'SELLABLE' GROUP BY ALL
        ),
        empty_from AS (
            SELECT store_id, sku, closing,
                   CASE WHEN opening > 0 THEN local_date + 1 ELSE local_date END AS first_day,
                   lead(local_date) OVER (
                       PARTITION BY store_id, sku ORDER BY local_date) AS next_day
            FROM ledger
        ),
        daily_reports AS (
            SELECT store_id FROM inventory_snapshots, span
            WHERE local_date BETWEEN month_from AND last_day
            GROUP BY store_id HAVING count(DISTINCT local_date) >= {NEARLY_DAILY}
        ),
        out_days AS (
            SELECT store_id, sku, CAST(day AS DATE) AS day
            FROM (SELECT store_id, sku, unnest(generate_series(
                         greatest(first_day, base_from),
                         least(coalesce(next_day - 1, last_day), last_day),
                         INTERVAL 1 DAY)) AS day
                  FROM empty_from, span WHERE closing = 0 AND first_day <= last_day)
            UNION
            SELECT store_id, sku, local_date FROM inventory_snapshots
            JOIN daily_reports USING (store_id), span
            WHERE local_date BETWEEN base_from AND last_day
            GROUP BY store_id, sku, local_date HAVING sum(on_hand) = 0
        )"""

#: The days of short promotions on a store's platform or in its country, and of mass mailings.
PEAKS = f"""
        peaks AS (
            SELECT store_id, CAST(day AS DATE) AS day
            FROM (SELECT s.store_id, unnest(generate_series(
                         greatest(first_day, base_from), least(e.last_day, span.last_day),
                         INTERVAL 1 DAY)) AS day
                  FROM calendar_events e, stores s, span
                  WHERE e.kind = 'promo' AND e.last_day - first_day < {PEAK_DAYS_AT_MOST}
                    AND e.last_day >= base_from AND first_day <= span.last_day
                    AND coalesce(e.platform, s.platform) = s.platform
                    AND (e.country IS NULL OR e.country = s.country))
            UNION
            SELECT store_id, local_date FROM campaign_sends, span
            WHERE local_date BETWEEN base_from AND last_day
              AND coalesce(kind, '') NOT IN {TRIGGERED}
        )"""


def season_factors(desk: Desk) -> dict[str, float]:
    """Say by how much the next 60 days outsell the base window, by last year's same days.

    Peaks of last year's next 60 days count (they come again), those of its base window do not.

    Returns:
        Factor by store, ``""`` for the company; a store that sold too little a year ago is left
        out, and so is everything where the year before is not in the data.
    """
    end = desk.elapsed.end - YEAR
    base_from = end - timedelta(days=BASE_DAYS - 1)
    if desk.coverage[0] > base_from:
        return {}
    found = desk.warehouse.sql(
        f"""
        WITH span AS (SELECT CAST(? AS DATE) AS last_day, CAST(? AS DATE) AS base_from),
        {PEAKS},
        peak AS (SELECT store_id, count(*) AS n FROM peaks GROUP BY ALL),
        sold AS (
            SELECT l.store_id,
                   sum(quantity) FILTER (WHERE local_date <= last_day AND day IS NULL) AS base,
                   sum(quantity) FILTER (WHERE local_date > last_day) AS ahead
            FROM order_lines l CROSS JOIN span
            LEFT JOIN peaks p ON p.store_id = l.store_id AND p.day = l.local_date
            WHERE kind = 'sale' AND status = 'placed'
              AND local_date BETWEEN base_from AND last_day + {SEASON_DAYS}
            GROUP BY l.store_id
        )
        SELECT store_id, coalesce(base, 0)::DOUBLE AS base, coalesce(ahead, 0)::DOUBLE AS ahead,
               {BASE_DAYS} - coalesce(n, 0) AS base_days
        FROM sold LEFT JOIN peak USING (store_id)
        """,
        (end, base_from),
    )
    factors: dict[str, float] = {}
    whole: dict[Any, Any] = {
        "store_id": "",
        "base": found["base"].sum(),
        "ahead": found["ahead"].sum(),
        "base_days": found["base_days"].max(),
    }
    for row in [*found.to_dict("records"), whole]:
        if min(row["base"], row["ahead"]) >= SEASON_UNITS:
            factor = (row["ahead"] / SEASON_DAYS) / (row["base"] / row["base_days"])
            factors[str(row["store_id"])] = min(max(factor, SEASON_LOWEST), SEASON_HIGHEST)
    return factors
