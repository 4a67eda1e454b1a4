"""How long a buyer waited, in the hours in which the buyer's market works.

A question of Friday night that is answered on Monday at ten was open for one hour and not for
sixty. That is reckoned once, when the tables are built: no portable expression knows time zones
and holidays, and so a metric can be a plain median of a column.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from helpers.config.declarations import read_declaration
from helpers.config.workspace import Country, TimeZone, Workspace
from helpers.tables.models import literal
from helpers.vocabulary.labels import Declared

if TYPE_CHECKING:
    import duckdb

KNOWN_HOURS = Path(__file__).with_name("business_hours.yml")
#: Answers may come so long after the last day of the data; so far the clocks are wound.
_DAYS_AFTER = 92
#: Table -> when the buyer asked.
ASKED = {"inquiries": "asked_at", "service_tickets": "opened_at"}

Hour = Annotated[int, Field(ge=0, le=24)]


class BusinessHours(Declared):
    """``business_hours.yml``: the hours of a working day, its weekdays, and whose clock counts."""

    opens: Hour
    closes: Hour
    working_days: tuple[Annotated[int, Field(ge=1, le=7)], ...]
    markets: dict[Country, TimeZone]

    @model_validator(mode="after")
    def _has_hours(self) -> BusinessHours:
        if self.opens >= self.closes or not self.working_days:
            raise ValueError("a day opens before it closes, and some days are working days")
        return self


@cache
def business_hours() -> BusinessHours:
    """Read the hours that ship with the product."""
    return read_declaration(KNOWN_HOURS, BusinessHours)


def wind_clocks(
    con: duckdb.DuckDBPyConnection, workspace: Workspace, span: tuple[date, date] | None
) -> None:
    """Make the table ``_working_days`` from which waiting times are read.

    One row per clock (a market's, or a store's for markets that are not named) and working day:
    when it opens and closes (UTC), and how many seconds of business lie before it.

    Args:
        con: Where ``calendar_events`` is filled.
        workspace: Whose stores.
        span: First and last day of the data; none where there are no data.
    """
    con.execute(
        "CREATE TABLE _working_days "
        "(clock VARCHAR, opens TIMESTAMP, closes TIMESTAMP, seconds_before BIGINT)"
    )
    if span is None:
        return
    first, last = span[0] - timedelta(days=7), span[1] + timedelta(days=_DAYS_AFTER)
    hours = business_hours()
    own = {_own_clock(store.id): (store.time_zone, store.country) for store in workspace.stores}
    clocks = {country: (zone, country) for country, zone in hours.markets.items()} | own
    closed = _holidays(con)
    rows: list[tuple[str, datetime, datetime, int]] = []
    for clock, (zone_name, country) in clocks.items():
        zone, before = ZoneInfo(zone_name), 0
        for number in range((last - first).days + 1):
            day = first + timedelta(days=number)
            if day.isoweekday() not in hours.working_days or day in closed.get(country or "", ()):
                continue
            opens, closes = (_utc(day, hour, zone) for hour in (hours.opens, hours.closes))
            rows.append((clock, opens, closes, before))
            before += round((closes - opens).total_seconds())
    kinds = ("VARCHAR[]", "TIMESTAMP[]", "TIMESTAMP[]", "BIGINT[]")
    values = ", ".join(f"unnest(${n}::{kind})" for n, kind in enumerate(kinds, 1))
    con.execute(
        f"INSERT INTO _working_days SELECT {values}",
        [list(column) for column in zip(*rows, strict=True)],
    )


def _own_clock(store: str) -> str:
    return f"store {store}"


def _utc(day: date, hour: int, zone: ZoneInfo) -> datetime:
    """Give an hour of a day by the zone's clock as a naive moment of UTC (24 is midnight)."""
    local = datetime.combine(day + timedelta(days=hour // 24), time(hour % 24), zone)
    return local.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)


def _holidays(con: duckdb.DuckDBPyConnection) -> dict[str, set[date]]:
    closed: dict[str, set[date]] = {}
    told = con.execute(
        "SELECT country, unnest(generate_series(first_day, last_day, INTERVAL 1 DAY))::DATE "
        "FROM calendar_events WHERE kind = 'holiday' AND country IS NOT NULL"
    ).fetchall()
    for country, day in told:
        closed.setdefault(country, set()).add(day)
    return closed


def waiting_join(table: str) -> str:
    """Write the joins that find the working day of the question and that of its answer."""
    named = ", ".join(literal(country) for country in business_hours().markets)
    clock = (
        f"CASE WHEN w.country_filled IN ({named}) THEN w.country_filled "
        f"ELSE {literal(_own_clock(''))} || w.store_id END"
    )
    return f"""
    ASOF LEFT JOIN _working_days a ON a.clock = {clock} AND w.{ASKED[table]} >= a.opens
    ASOF LEFT JOIN _working_days b ON b.clock = {clock} AND w.first_reply_at >= b.opens"""


def waited(table: str) -> str:
    """Write the hours of business between question and answer; empty while it is not answered."""

    def until(moment: str, day: str) -> str:
        inside = f"date_diff('second', {day}.opens, least(w.{moment}, {day}.closes))"
        return f"coalesce({day}.seconds_before + {inside}, 0)"

    asked = ASKED[table]
    seconds = f"{until('first_reply_at', 'b')} - {until(asked, 'a')}"
    return f"CASE WHEN w.first_reply_at >= w.{asked} THEN ({seconds}) / 3600.0 END"
