"""What the metrics may name in the tables: columns, their types, and the day of a row.

Taken from the table models, so that a metric that names a column which is not kept is refused
when the catalogue is read and not when a page is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from helpers.tables.calendar_events import CALENDAR_EVENTS
from helpers.tables.forecast_log import FORECAST_LOG
from helpers.tables.models import load_models
from helpers.tables.plan_tables import PLAN_TABLES
from helpers.tables.plan_tables import REQUIRED as REQUIRED_IN_PLANS

#: The list of stores as metrics see it; it comes from ``workspace.yml`` and from no export.
STORES = {
    "store_id": "text", "platform": "text", "currency": "text", "country": "text",
    "opened_on": "date", "closed_on": "date",
}  # fmt: skip


@dataclass(frozen=True)
class Facts:
    """One canonical table as the metrics see it.

    Attributes:
        required: Columns that no row leaves empty.
        converted: Money kept in local currency and, as ``x_base``, in the base currency.
        base_only: Money that exists in the base currency alone (derived costs).
    """

    table: str
    columns: Mapping[str, str]
    required: frozenset[str]
    converted: frozenset[str]
    base_only: frozenset[str]
    day: str | None

    @property
    def has_store(self) -> bool:
        """Tell whether rows say of which store they are; others are of the whole company."""
        return "store_id" in self.columns

    @property
    def end_day(self) -> str | None:
        """Last day of a row where one row speaks for several days."""
        return "end_date" if "end_date" in self.columns else self.day


@cache
def facts() -> Mapping[str, Facts]:
    """Read every table model once."""
    found = {"stores": Facts("stores", STORES, frozenset({"store_id", "platform"}), frozenset(),
                             frozenset(), None)}  # fmt: skip
    kinds = {"VARCHAR": "text", "DATE": "date", "BOOLEAN": "flag", "BIGINT": "integer",
             "DOUBLE": "number"}  # fmt: skip
    told = {one: kinds[sql] for one, sql in FORECAST_LOG.items()}
    found["forecast_log"] = Facts(
        "forecast_log", told, frozenset(told), frozenset(), frozenset(), "first_day"
    )
    events = {one: kinds[sql] for one, sql in CALENDAR_EVENTS.items()}
    found["calendar_events"] = Facts(
        "calendar_events", events, frozenset({"event_id"}), frozenset(), frozenset(), "first_day"
    )
    for name, planned in PLAN_TABLES.items():
        required = frozenset(REQUIRED_IN_PLANS & set(planned))
        found[name] = Facts(name, planned, required, frozenset(), frozenset(), None)
    for name, model in load_models().items():
        columns = {**model.columns, **model.derived}
        money = {one for one, column in columns.items() if column.type == "money"}
        found[name] = Facts(
            table=name,
            columns={one: column.type for one, column in columns.items()},
            required=frozenset(one for one, column in columns.items() if column.required),
            converted=frozenset(model.converted),
            base_only=frozenset(money - set(model.converted)),
            day=model.day,
        )
    return found
