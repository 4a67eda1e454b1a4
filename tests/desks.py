"""A desk without a warehouse: enough for sentences, which only need period, days and language."""

from datetime import date
from pathlib import Path
from typing import Any

from helpers.analysis.desk import Desk
from helpers.config.workspace import Workspace
from helpers.paths import WorkspacePaths
from helpers.vocabulary.periods import parse_period


def paper_desk(
    language: str,
    period: str = "2011-11",
    first: date = date(2009, 1, 1),
    last: date = date(2011, 12, 31),
    currency: str = "GBP",
) -> Desk:
    workspace = Workspace.model_validate(
        {
            "company": {"en": "Test", "zh": "测试"},
            "base_currency": currency,
            "time_zone": "Europe/London",
            "stores": [
                {
                    "id": "shop",
                    "name": {"en": "Shop", "zh": "小店"},
                    "platform": "own",
                    "currency": currency,
                    "time_zone": "Europe/London",
                    "tax_basis": "excluded",
                }
            ],
        }
    )
    desk = Desk(
        workspace,
        WorkspacePaths(Path("nowhere")),
        None,  # type: ignore[arg-type]
        parse_period(period),
        language,  # type: ignore[arg-type]
        (first, last),
    )
    desk.moving_events = ()  # a calendar without feasts
    return desk


def compared(desk: Desk, metric: str = "orders_count", **given: Any) -> dict[str, Any]:
    """One row as ``comparison.compare`` gives it."""
    unit = given.pop("unit", "count")
    row = {
        "metric": metric,
        "metric_label": desk.metric_label(metric),
        "dimension": "",
        "member": "",
        "label": desk.metric_label(metric),
        "value": 1000.0,
        "unit": unit,
        "currency": desk.currency if unit == "money" else "",
        "status": "ok",
        "note": "",
        "numerator": None,
        "denominator": None,
        "previous": None,
        "previous_change": None,
        "year_ago": None,
        "year_ago_change": None,
        "target": None,
        "attainment": None,
        "direction": "higher_is_better",
        "signal": "not_enough_data",
        "signal_method": "none",
        "normal_low": None,
        "normal_high": None,
        "signal_points": 0,
    }
    assert not set(given) - set(row)
    return row | given
