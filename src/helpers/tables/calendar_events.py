"""Days on which sales jump or offices close: holidays of the stores' countries, and promotions.

Holidays come from the library ``holidays``, selling events from ``calendar_events.yml`` beside
this file, and a company adds its own, or overrules one, in ``reference/calendar.yml``. A pure
function of the workspace, the data's span and the library's version.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, model_validator

from helpers.config.declarations import read_declaration
from helpers.config.workspace import Country, Platform, Workspace
from helpers.vocabulary.faults import DeclarationFaulty, Fault
from helpers.vocabulary.labels import Declared, Label

if TYPE_CHECKING:
    import duckdb

KNOWN_EVENTS = Path(__file__).with_name("calendar_events.yml")

CALENDAR_EVENTS: dict[str, str] = {
    "event_id": "VARCHAR",
    "name_zh": "VARCHAR",
    "name_en": "VARCHAR",
    "platform": "VARCHAR",  # empty: all of them
    "country": "VARCHAR",  # empty: all of them
    "first_day": "DATE",
    "last_day": "DATE",
    "kind": "VARCHAR",
    "is_moving": "BOOLEAN",
}
_PARTS = re.compile(
    r" \(.*\)$| Holiday$|^The (second|third|fourth) day of |^(Second|Third|Fourth) Day of "
    r"|^The day (preceding|following) |^Day following "
)
#: Days moved about to make a long weekend are no event.
_SHIFTED = re.compile(r"substituted from|^Bridge |^Additional |^休息日")

MonthDay = Annotated[str, Field(pattern=r"^\d\d-\d\d$")]
EventId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]


class KnownEvent(Declared):
    """A selling event that comes back every year, on the same days or on others."""

    id: EventId
    name: Label
    platforms: tuple[Platform, ...] = ()
    #: First and last day where they are the same every year.
    every_year: tuple[MonthDay, MonthDay] | None = None
    #: First and last day of each year in which it is known.
    years: Mapping[int, tuple[date, date]] = Field(default_factory=dict)


class KnownEvents(Declared):
    """``calendar_events.yml``: selling events, and Chinese names of holidays."""

    events: tuple[KnownEvent, ...]
    lunar: Mapping[Literal["lunar_new_year", "ramadan", "eid_al_fitr", "eid_al_adha"], Label]
    holiday_names: Mapping[str, str]


class OwnEvent(Declared):
    """A promotion, or any other event, that the company declares with its days."""

    id: EventId
    name: Label
    first_day: date
    last_day: date
    platform: Platform | None = None
    country: Country | None = None
    kind: Literal["promo", "holiday"] = "promo"
    #: Does it fall on other days each year?
    is_moving: bool = False

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> OwnEvent:
        if self.last_day < self.first_day:
            raise ValueError("last_day is before first_day")
        return self


class OwnEvents(Declared):
    """``reference/calendar.yml``."""

    events: tuple[OwnEvent, ...] = ()


@cache
def known_events() -> KnownEvents:
    """Read the events that ship with the product."""
    return read_declaration(KNOWN_EVENTS, KnownEvents)


def load_own_events(path: Path) -> tuple[OwnEvent, ...]:
    """Read the company's own events; none where there is no file.

    Raises:
        DeclarationFaulty: The file is unsound.
    """
    if not path.exists():
        return ()
    events = read_declaration(path, OwnEvents).events
    ids = [event.id for event in events]
    if again := sorted({one for one in ids if ids.count(one) > 1}):
        raise DeclarationFaulty(
            Fault(f"{path}: events", f"{again} stand twice", "give each event an id of its own")
        )
    return events


def calendar_key(
    workspace: Workspace, own_file: Path, span: tuple[date, date] | None
) -> str | None:
    """Name everything the calendar follows from; None where there is no data to have one for."""
    if span is None:
        return None
    told = [
        version("holidays"),
        hashlib.sha256(KNOWN_EVENTS.read_bytes()).hexdigest(),
        hashlib.sha256(own_file.read_bytes()).hexdigest() if own_file.exists() else None,
        _countries(workspace),
        [span[0].year, span[1].year],
    ]
    return hashlib.blake2b(json.dumps(told).encode(), digest_size=10).hexdigest()


def fill_calendar(
    con: duckdb.DuckDBPyConnection, workspace: Workspace, own_file: Path, span: tuple[date, date]
) -> None:
    """Fill the table ``calendar_events`` for the years of the data and one more.

    Args:
        con: Where the empty table is.
        workspace: Whose stores.
        own_file: ``reference/calendar.yml``; it need not exist.
        span: First and last day of the data.
    """
    years = range(span[0].year, span[1].year + 2)
    found = {row[0]: row for row in _holidays(_countries(workspace), years)}
    found |= {row[0]: row for row in _lunar(years)}
    found |= {row[0]: row for row in _promotions(years)}
    found |= {event.id: _own_row(event) for event in load_own_events(own_file)}
    values = ", ".join(f"unnest(${n}::{t}[])" for n, t in enumerate(CALENDAR_EVENTS.values(), 1))
    con.execute(
        f"INSERT INTO calendar_events SELECT {values}",
        [list(column) for column in zip(*found.values(), strict=True)],
    )


def _countries(workspace: Workspace) -> list[str]:
    return sorted({store.country for store in workspace.stores if store.country})


_Row = tuple[str, str, str, str | None, str | None, date, date, str, bool]


def _own_row(event: OwnEvent) -> _Row:
    return (
        event.id, event.name.zh, event.name.en, event.platform, event.country,
        event.first_day, event.last_day, event.kind, event.is_moving,
    )  # fmt: skip


def _promotions(years: Iterable[int]) -> Iterator[_Row]:
    for event in known_events().events:
        for year in years:
            days = event.years.get(year)
            if event.every_year:
                first, last = (date.fromisoformat(f"{year}-{day}") for day in event.every_year)
                days = (first, last)
            for platform in event.platforms or (None,) if days else ():
                suffix = f"-{platform}" if len(event.platforms) > 1 else ""
                assert days is not None
                yield (
                    f"{event.id}{suffix}-{year}", event.name.zh, event.name.en, platform, None,
                    *days, "promo", not event.every_year,
                )  # fmt: skip


def _lunar(years: Iterable[int]) -> Iterator[_Row]:
    """Give what half the world celebrates, whatever country a store sells to."""
    from holidays.calendars.chinese import _ChineseLunisolar
    from holidays.calendars.islamic import _IslamicLunar

    chinese, islamic = _ChineseLunisolar(), _IslamicLunar()
    labels = known_events().lunar
    for year in years:
        spans: list[tuple[Any, date, date]] = []
        new_year, _ = chinese.lunar_new_year_date(year) or (None, False)
        if new_year is not None:
            # From the eve to the seventh day: factories and forwarders are closed.
            spans.append(("lunar_new_year", new_year - timedelta(1), new_year + timedelta(6)))
        eids = [day for day, _ in islamic.eid_al_fitr_dates(year) if day.year == year]
        for fast, _ in islamic.ramadan_beginning_dates(year):
            ends = [eid for eid in eids if 28 <= (eid - fast).days <= 31]
            spans += [("ramadan", fast, end - timedelta(1)) for end in ends]
        spans += [("eid_al_fitr", day, day + timedelta(2)) for day in eids]
        spans += [
            ("eid_al_adha", day, day + timedelta(3))
            for day, _ in islamic.eid_al_adha_dates(year)
            if day.year == year
        ]
        seen: dict[str, int] = defaultdict(int)
        for name, first, last in spans:
            seen[name] += 1
            again = f"-{seen[name]}" if seen[name] > 1 else ""
            label = labels[name]
            yield (
                f"{name.replace('_', '-')}-{year}{again}", label.zh, label.en, None, None,
                first, last, "holiday", True,
            )  # fmt: skip


def _holidays(countries: Iterable[str], years: range) -> Iterator[_Row]:
    import holidays

    names = known_events().holiday_names
    for country in countries:
        try:
            found = holidays.country_holidays(
                country, years=years, observed=False, language="en_US"
            )
        except NotImplementedError:
            continue  # a country that the library does not know has no holidays here
        days: dict[str, list[date]] = defaultdict(list)
        for day, said in found.items():
            for one in str(said).split("; "):
                if not _SHIFTED.search(one):
                    name = _PARTS.sub("", one).strip()
                    if day not in days[name]:
                        days[name].append(day)
        for name, several in sorted(days.items()):
            runs = list(_runs(sorted(several)))
            is_moving = len({(first.month, first.day) for first, _ in runs}) > 1
            seen: dict[int, int] = defaultdict(int)
            for first, last in runs:
                seen[first.year] += 1
                again = f"-{seen[first.year]}" if seen[first.year] > 1 else ""
                slug = re.sub(r"[^a-z0-9]+", "-", name.lower().replace("'", "")).strip("-")
                yield (
                    f"{country.lower()}-{slug}-{first.year}{again}", names.get(name, name), name,
                    None, country, first, last, "holiday", is_moving,
                )  # fmt: skip


def _runs(days: list[date]) -> Iterator[tuple[date, date]]:
    """Join days that follow each other."""
    first = last = days[0]
    for day in days[1:]:
        if day - last > timedelta(1):
            yield first, last
            first = day
        last = day
    yield first, last
