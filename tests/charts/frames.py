"""Small frames as the analysis room gives them."""

from __future__ import annotations

import pandas as pd

from helpers.vocabulary.periods import parse_period

WORDS = {"takeaway": "GMV rose", "source": "orders export, 1 to 31 October 2025"}


def history(values: list[float | None], **columns: object) -> pd.DataFrame:
    """One figure by month, the last in October 2025."""
    months = parse_period("2025-10").last_months(len(values))
    frame = pd.DataFrame(
        {
            "metric": "gmv",
            "metric_label": "GMV",
            "member": "",
            "month": [month.text for month in months],
            "value": values,
            "status": "ok",
            "unit": "money",
            "currency": "GBP",
            "direction": "higher_is_better",
            "note": "",
        }
    )
    return frame.assign(**columns)


def movers() -> pd.DataFrame:
    """Two that rose, one that fell."""
    return pd.DataFrame(
        {
            "member": ["de", "us", "jp"],
            "label": ["Germany", "United States", "Japan"],
            "value": [520.0, 310.0, 98.0],
            "previous": [410.0, 355.0, 90.0],
            "change": [110.0, -45.0, 8.0],
            "unit": "money",
            "currency": "GBP",
        }
    )


def steps() -> pd.DataFrame:
    """1,000 to 1,150 by way of orders and basket."""
    return pd.DataFrame(
        {
            "step": ["start", "orders", "aov", "end"],
            "label": ["September", "Orders", "Average order value", "October"],
            "value": [1000.0, 200.0, -50.0, 1150.0],
            "kind": ["start", "effect", "effect", "end"],
            "currency": "GBP",
        }
    )


def card(**changes: object) -> pd.DataFrame:
    """One figure beside its baselines and target."""
    row: dict[str, object] = {
        "metric": "gmv",
        "metric_label": "GMV",
        "member": "",
        "label": "GMV",
        "value": 1_509_496.33,
        "unit": "money",
        "currency": "GBP",
        "status": "ok",
        "note": "",
        "previous": 1_154_979.30,
        "previous_change": 0.3069,
        "year_ago": 1_345_000.0,
        "year_ago_change": 0.1223,
        "target": 1_600_000.0,
        "attainment": 0.9434,
        "direction": "higher_is_better",
        "signal": "signal_up",
    }
    return pd.DataFrame([row | changes])


def cohorts() -> pd.DataFrame:
    """Three cohorts; the last column of each is not over yet."""
    rows = [
        ("2025-08", 0, 1.0, 400, True),
        ("2025-08", 1, 0.25, 400, True),
        ("2025-08", 2, 0.99, 400, False),
        ("2025-09", 0, 1.0, 500, True),
        ("2025-09", 1, 0.98, 500, False),
        ("2025-10", 0, None, 600, False),
    ]
    return pd.DataFrame(rows, columns=["cohort", "month", "retained", "size", "is_mature"])
