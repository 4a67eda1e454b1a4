"""How it spreads: customers by the month they came and the months they came back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from helpers.charts.absent import nothing_to_show
from helpers.charts.exhibit import Exhibit
from helpers.charts.grids import scrolling
from helpers.charts.markup import Markup, tag
from helpers.charts.scales import month_and_year
from helpers.charts.subject import ended, needs, notes_of, number_of, rows_of, sentence, text_of
from helpers.charts.words import headings, worth_saving
from helpers.vocabulary.labels import Label, Language
from helpers.vocabulary.periods import parse_period
from helpers.vocabulary.units import Status
from helpers.vocabulary.wording import scaled, write_missing, write_value

if TYPE_CHECKING:
    import pandas as pd

_MEASURE = Label(
    en="Share of new customers of a month who bought again, by months since",
    zh="各月新客在其后第几个月复购的比例",
)
_COHORT = Label(en="First order", zh="首单月份")
_SIZE = Label(en="Customers", zh="客户数")
_AFTER = Label(en="Months since the first order", zh="距首单月数")
_IMMATURE = Label(en="month not complete yet", zh="该月尚未结束")
_OPENING = Label(
    en="{cohort} is the first month in the data: its customers may be older.",
    zh="{cohort}为数据首月，其中可能含更早的老客户。",
)
_SHADES = 8


def cohort_grid(
    frame: pd.DataFrame,
    *,
    id: str,
    takeaway: str,
    source: str,
    language: Language = "en",
    measure: str | None = None,
    cohorts: int = 13,
    months: int = 12,
    notes: tuple[str, ...] = (),
) -> Exhibit:
    """Shade the share of each month's new customers who bought again 1, 2, 3 … months later.

    Cells whose month has not ended are masked: they would read as a fall. Month 0 is left out,
    it is all of them by definition.

    Args:
        frame: cohort (``2025-10``), month (0, 1, 2 …), retained (fraction), size, is_mature;
            status and is_opening where known.
        id: Slug of the exhibit.
        takeaway: What to conclude.
        source: Exports and days behind the numbers.
        language: ``"zh"`` or ``"en"``.
        measure: Replaces the standard line.
        cohorts: Show the last so many.
        months: Show the first so many months after.
        notes: Shown beside the frame's own notes.
    """
    if frame.empty:
        return nothing_to_show(frame, id=id, takeaway=takeaway, source=source,
                               language=language, measure=measure, notes=notes)  # fmt: skip
    needs(frame, id, "cohort", "month", "retained", "size", "is_mature")
    grid: dict[str, dict[int, dict[str, Any]]] = {}
    for row in rows_of(frame):
        grid.setdefault(text_of(row["cohort"]), {})[int(row["month"])] = row
    names = sorted(grid)[-cohorts:]
    ages = [age for age in range(1, months + 1) if any(age in grid[name] for name in names)]
    names = [name for name in names if any(age in grid[name] for age in ages)]
    shares = [
        share
        for name in names
        for age in ages
        if (share := _share_of(grid[name].get(age))) is not None
    ]
    top = max(shares, default=0.0)
    body, said = [], []
    for name in names:
        size = next((number_of(row["size"]) for row in grid[name].values()), None)
        written = scaled(size, language) if size is not None else ""
        cells = [_cell(grid[name].get(age), top, language) for age in ages]
        body.append(
            tag(
                "tr",
                tag("th", month_and_year(parse_period(name), language), scope="row"),
                tag("td", written, class_="ex-number"),
                cells,
            )
        )
        for age in ages[:1]:
            if (share := _share_of(grid[name].get(age))) is not None:
                said.append(_spoken(name, written, age, share, language))
    opening = [
        name for name in names if any(bool(row.get("is_opening")) for row in grid[name].values())
    ]
    head = [
        tag(
            "tr",
            tag("th", _COHORT.text(language), scope="col", rowspan=2),
            tag("th", _SIZE.text(language), scope="col", rowspan=2, class_="ex-number"),
            tag("th", _AFTER.text(language), scope="colgroup", colspan=max(len(ages), 1)),
        ),
        tag("tr", *(tag("th", age, scope="col", class_="ex-number") for age in ages)),
    ]
    grid_table = tag("table", tag("thead", head), tag("tbody", body), class_="ex-table ex-heat")
    line = measure or _MEASURE.text(language)
    return Exhibit(
        id=id,
        takeaway=takeaway,
        measure=line,
        source=source,
        alt=ended(sentence(said or [line], language), language),
        data=worth_saving(frame, language),
        table=scrolling(grid_table, line),
        language=language,
        notes=(
            *(
                _OPENING.text(language).format(cohort=parse_period(name).label(language))
                for name in opening
            ),
            *notes,
            *notes_of(frame, language),
        ),
        kind="cohort_grid",
        headings=headings(frame, language) | {"month": _AFTER.text(language)},
    )


def _share_of(row: dict[str, Any] | None) -> float | None:
    """Give a cell's share where its month has ended and it has one."""
    return number_of(row["retained"]) if row is not None and bool(row["is_mature"]) else None


def _cell(row: dict[str, Any] | None, top: float, language: Language) -> Markup:
    """Write one cell: its share on its shade, or why there is none."""
    if row is None:
        return tag("td")
    if not bool(row["is_mature"]):
        return tag("td", "…", class_="ex-immature", title=_IMMATURE.text(language))
    share = number_of(row["retained"])
    if share is None:
        status = text_of(row.get("status")) or Status.NOT_ENOUGH_DATA
        reason = write_missing(
            status if not Status(status).has_value else Status.NOT_ENOUGH_DATA, language
        )
        return tag("td", "–", class_="ex-number ex-missing", title=reason)
    shade = min(int(share / top * _SHADES), _SHADES - 1) if top else 0
    return tag("td", f"{share:.0%}", class_=f"ex-number ex-shade-{shade}")


def _spoken(name: str, size: str, age: int, share: float, language: Language) -> str:
    written = write_value(share, "percent", language)
    name = parse_period(name).label(language)
    if language == "zh":
        return f"{name}新客{size}人，第{age}个月复购{written}"
    return f"{name}: {size} customers, {written} bought again in month {age}"
