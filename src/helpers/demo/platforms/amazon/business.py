"""Business Reports: sessions and sales per child ASIN and month, and per day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from helpers.demo.assortment import Assortment
from helpers.demo.demand import Drawn
from helpers.demo.money import TICK, Array
from helpers.demo.platforms.amazon.marketplaces import MARKETPLACES, asin, title
from helpers.demo.platforms.amazon.wordings import WORDINGS, Wording, worded
from helpers.demo.platforms.downloads import by_year
from helpers.demo.platforms.files import Exports, comma_separated
from helpers.demo.sales import Sales
from helpers.demo.timeline import Timeline

BY_DATE = (
    "Date", "Ordered Product Sales", "Ordered Product Sales - B2B", "Units Ordered",
    "Units Ordered - B2B", "Total Order Items", "Total Order Items - B2B", "Page Views - Total",
    "Page Views - Total - B2B", "Sessions - Total", "Sessions - Total - B2B",
    "Featured Offer (Buy Box) Percentage", "Featured Offer (Buy Box) Percentage - B2B",
    "Order Item Session Percentage", "Order Item Session Percentage - B2B",
    "Unit Session Percentage", "Unit Session Percentage - B2B", "Average Offer Count",
    "Average Parent Items",
)  # fmt: skip
#: Language, encoding and form of the day in each shop's report by date.
_BY_DATE = {
    "amazon-us": ("en", "utf-8-sig", "{0.month}/{0.day}/{0:%y}"),
    "amazon-uk": ("en", "utf-8-sig", "{0:%d/%m/%Y}"),
    "amazon-de": ("de", "utf-8-sig", "{0:%d.%m.%y}"),
    "amazon-jp": ("ja", "cp932", "{0:%Y/%m/%d}"),
}
_DATE_WORDS = {"de": "Datum", "ja": "日付"}


@dataclass(frozen=True)
class _Writer:
    """Writes numbers as one download does."""

    symbol: str
    step: int
    is_continental: bool

    def count(self, number: int) -> str:
        """Write a whole number with thousands marks."""
        return self._turned(f"{number:,}")

    def percent(self, part: float, whole: float) -> str:
        """Write a share of something that may be nothing."""
        return self._turned(f"{100 * part / whole:.2f}%" if whole else "0.00%")

    def money(self, ticks: int) -> str:
        """Write an amount with its sign."""
        whole = ticks / TICK
        text = f"{whole:,.0f}" if self.step == TICK else f"{whole:,.2f}"
        if self.is_continental:
            return f"{self._turned(text)} {self.symbol}"
        return f"{self.symbol}{text}"

    def _turned(self, text: str) -> str:
        return text.translate(str.maketrans(",.", ".,")) if self.is_continental else text


def business_reports(drawn: Drawn, sales: Sales, timeline: Timeline, goods: Assortment) -> Exports:
    """Write sessions and sales per child ASIN and month; the file itself tells no date."""
    shop = sales.profile.id
    placed = sales.is_placed
    month_of = timeline.month_of_day[sales.line_day[placed]]
    article = sales.sku[placed]
    shape = (len(timeline.months), len(goods))
    units, items, value = (np.zeros(shape, dtype=np.int64) for _ in range(3))
    np.add.at(units, (month_of, article), sales.quantity[placed])
    np.add.at(items, (month_of, article), 1)
    np.add.at(value, (month_of, article), sales.listed[placed])
    starts = [timeline.days_of(month)[0] for month in range(len(timeline.months))]
    sessions = np.add.reduceat(drawn.sessions, starts, axis=0)
    for month, name in enumerate(timeline.months):
        wording = WORDINGS[worded(shop, len(timeline.months) - 1 - month)]
        write = _writer(shop, sales.step, wording)
        seen = sessions[month]
        views = seen + (seen * 37) // 100
        rows = []
        for one in np.argsort(-seen, kind="stable").tolist():
            if not seen[one]:
                break
            told = _told(write, one, seen, views)
            told |= {
                "Title": title(goods, shop, one), "SKU": goods.sku[one],
                "Units Ordered": write.count(int(units[month, one])),
                "Unit Session Percentage": write.percent(int(units[month, one]), int(seen[one])),
                "Ordered Product Sales": write.money(int(value[month, one])),
                "Ordered Product Sales - B2B": write.money(0),
                "Total Order Items": write.count(int(items[month, one])),
            }  # fmt: skip
            empty = write.percent(0, 0)
            rows.append([
                told.get(what, empty if "Percentage" in what else "0")
                for what in wording.columns.values()
            ])  # fmt: skip
        if rows:
            yield (
                f"{shop}/{name}/BusinessReport-{name}.csv",
                comma_separated(list(wording.columns), rows, wording.encoding),
            )


def _writer(shop: str, step: int, wording: Wording) -> _Writer:
    # The yen sign of cp932 is the wide one.
    symbol = MARKETPLACES[shop].symbol.replace("¥", "￥")
    return _Writer(symbol, step, wording.is_continental)


def _told(write: _Writer, one: int, seen: Array, views: Array) -> dict[str, str]:
    """Say how an article was visited, in numbers and in shares of the whole shop."""
    told = {"(Parent) ASIN": asin(one % 40), "(Child) ASIN": asin(one)}
    for what, share, word, total in (
        ("Sessions", 58, "Session", seen), ("Page Views", 55, "Page Views", views),
    ):  # fmt: skip
        app = total * share // 100
        for place, part in (("Mobile App", app), ("Browser", total - app), ("Total", total)):
            told[f"{what} - {place}"] = write.count(int(part[one]))
            told[f"{word} Percentage - {place}"] = write.percent(
                int(part[one]), max(int(part.sum()), 1)
            )
        told[f"{what} - Total - B2B"] = write.count(int(seen[one]) // 25)
    told["Featured Offer (Buy Box) Percentage"] = write.percent(94 + one % 6, 100)
    return told


def by_date(drawn: Drawn, sales: Sales, timeline: Timeline) -> Exports:
    """Write sessions and sales of the whole shop by day: a visit that opens two pages is one."""
    shop = sales.profile.id
    language, encoding, form = _BY_DATE[shop]
    wording = WORDINGS[language]
    write = _writer(shop, sales.step, wording)
    named = {what: header for header, what in wording.columns.items()} | {
        "Date": _DATE_WORDS.get(language, "Date")
    }
    # What a language has no known word for, its report does not have either.
    columns = [one for one in BY_DATE if language == "en" or one in named]
    days, placed = len(timeline.days), sales.is_placed

    def daily(values: Array) -> Array:
        total = np.zeros(days, dtype=np.int64)
        np.add.at(total, sales.line_day[placed], values)
        return total

    units, items = daily(sales.quantity[placed]), daily(np.ones(int(placed.sum()), np.int64))
    value = daily(sales.listed[placed])
    sessions = np.maximum(drawn.sessions.sum(axis=1) * 98 // 100, items)
    for file in by_year(timeline):
        rows = []
        for day in range(file.first, file.after):
            seen, count, sold = int(sessions[day]), int(items[day]), int(units[day])
            told = {
                "Date": form.format(timeline.days[day]),
                "Ordered Product Sales": write.money(int(value[day])),
                "Ordered Product Sales - B2B": write.money(0), "Units Ordered": write.count(sold),
                "Total Order Items": write.count(count),
                "Page Views - Total": write.count(seen * 137 // 100),
                "Sessions - Total": write.count(seen),
                "Featured Offer (Buy Box) Percentage": write.percent(96, 100),
                "Order Item Session Percentage": write.percent(count, seen),
                "Unit Session Percentage": write.percent(sold, seen),
                "Average Offer Count": write.count(180), "Average Parent Items": write.count(38),
            }  # fmt: skip
            empty = write.percent(0, 0)
            rows.append([told.get(one, empty if "Percentage" in one else "0") for one in columns])
        yield (
            f"{shop}/{file.name}/BusinessReport-by-date-{file.name}.csv",
            comma_separated([named.get(one, one) for one in columns], rows, encoding),
        )
