"""Five stores over 37 months that only vary by chance, and what a test changes in the last one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from planted.writing import write_company

from helpers.analysis.desk import Desk, open_desk

STORES = tuple((f"shop-{name}", "shopify", "DE", 0) for name in "abcde")
MONTHS = [(2022 + (place + 11) // 12, (place + 11) % 12 + 1) for place in range(37)]
ARTICLES = ("SKU-1", "SKU-2", "SKU-3", "SKU-4")


def columns(
    changed: Mapping[tuple[str, str], float] | None = None, names: str = "", days: int = 28
) -> dict[str, dict[str, Any]]:
    """Give orders, visits and advertising from December 2022 to December 2025.

    Args:
        changed: (store, what) -> factor in the last month; what is visits, conversion, click, or
            an article.
        names: Product name of every line.
        days: On how many days of the last month something was sold.
    """
    changed = changed or {}
    rng = np.random.default_rng(3)
    lines: list[dict[str, Any]] = []
    visits, ads = [], []
    for place, (year, month) in enumerate(MONTHS):
        is_last = place == len(MONTHS) - 1
        for store, *_ in STORES:

            def factor(what: str, store: str = store, is_last: bool = is_last) -> float:
                return changed.get((store, what), 1.0) if is_last else 1.0

            season = 1.3 if month in (11, 12) else 1.0
            came = 2500 * season * np.exp(rng.normal(0, 0.03)) * factor("visits")
            rate = 0.04 * np.exp(rng.normal(0, 0.02)) * factor("conversion")
            sold = {
                sku: round(came * rate * share * np.exp(rng.normal(0, 0.02)) * factor(sku))
                for sku, share in zip(ARTICLES, (0.4, 0.3, 0.2, 0.1), strict=True)
            }
            paid = round(came * 0.3)
            span = days if is_last else 28
            for sku, count in sold.items():
                lines += [
                    {
                        "store_id": store, "order_id": f"{store}-{place}-{sku}-{n}",
                        "local_date": date(year, month, n * span // count + 1), "country": "DE",
                        "sku": sku, "product_name": names or f"Article {sku}", "quantity": 1,
                        "currency": "EUR", "list_amount": 20.0,
                    }
                    for n in range(count)
                ]  # fmt: skip
            visits += [
                {
                    "store_id": store,
                    "start_date": date(year, month, day),
                    "sessions": round(came / 28),
                }
                for day in range(1, span + 1)
            ]
            ads.append(
                {
                    "store_id": store, "start_date": date(year, month, 1), "campaign": "All",
                    "currency": "EUR", "impressions": paid * 50, "clicks": paid,
                    "spend": round(paid * 0.5 * np.exp(rng.normal(0, 0.03)) * factor("click"), 2),
                    "attributed_orders": round(paid * rate),
                    "attributed_sales": round(paid * rate) * 20.0,
                }
            )  # fmt: skip
    return {
        name: {key: [row[key] for row in rows] for key in rows[0]}
        for name, rows in (("order_lines", lines), ("traffic", visits), ("ad_spend", ads))
    }


def desk_of_company(folder: Path, tables: Mapping[str, Mapping[str, Any]], period: str) -> Desk:
    """Write the company into ``folder`` and open it."""
    write_company(folder, STORES, tables)
    return open_desk(str(folder), period, "en")
