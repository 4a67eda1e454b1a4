"""Look it up: tables in which every column has one unit and every number its place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helpers.charts.absent import nothing_to_show
from helpers.charts.exhibit import Exhibit
from helpers.charts.markup import Markup, tag
from helpers.charts.notation import NOT_AVAILABLE, judged_news
from helpers.charts.subject import (
    Subject,
    ended,
    missing_status,
    needs,
    notes_of,
    number_of,
    rows_of,
    sentence,
    text_of,
)
from helpers.charts.words import COLUMNS, headings, worth_saving
from helpers.vocabulary.labels import Label, Language
from helpers.vocabulary.units import Direction, Status, Unit
from helpers.vocabulary.wording import write_date, write_missing

if TYPE_CHECKING:
    import pandas as pd

_AND_MORE = Label(en="and {count} more rows", zh="另有{count}行")
_NO_FIGURE = "–"
_YES, _NO = Label(en="yes", zh="是"), Label(en="no", zh="否")
#: Changes that a row's ``signal`` speaks of.
_BASELINES = ("previous_change", "year_ago_change")
#: "n/a (no source)": the reason goes below, so that it does not widen the column.
_REASON = re.compile(r"(.+?)\s*[(（](.+)[)）]")
#: Rows spoken in the alternative text; a listener can walk the table itself for the rest.
_SPOKEN = 5
#: Text of more letters than this may be folded, but not to a column of single words.
_LONG = 14
#: Text wider than this (in Latin letters) is a sentence. Beside it nothing fits on a phone, where
#: a table with sentences is set as one block for each row.
_SENTENCE = 48


@dataclass(frozen=True)
class Column:
    """One column of a table: what it holds, in which unit, and whether it is judged.

    Args:
        name: Column of the frame.
        label: Heading; may be left out for columns charts know, such as ``value``.
        unit: Unit of its numbers; None for text. ``change`` writes signed fractions.
        judged_by: Signed values get a word and blue or orange by this direction.
        share_bar: Draw a small bar under the number, as long as its share of the largest.
        currency: ISO code of money; else the frame's ``currency`` or ``unit`` column says it.
        change_of: The column holds changes of a metric in this unit: a rate's in points,
            any other's in per cent.
        signed: Write a plus sign too; for differences in the column's own unit.
        status: Column that says why a value is missing.
        short: Scale large numbers (1.51m, 150.9万); False writes them out.
        may_be_empty: Some rows have no such figure at all: a dash, and not what is missing.
    """

    name: str
    label: Label | None = None
    unit: Unit | str | None = None
    judged_by: Direction | None = None
    share_bar: bool = False
    currency: str = ""
    change_of: Unit | str | None = None
    signed: bool = False
    status: str = "status"
    short: bool = True
    may_be_empty: bool = False

    @property
    def is_number(self) -> bool:
        """Numbers stand on the right."""
        return self.unit is not None or self.change_of is not None

    def heading(self, language: Language) -> str:
        """Give the heading."""
        known = self.label or COLUMNS.get(self.name)
        return known.text(language) if known else self.name


def table(
    frame: pd.DataFrame,
    columns: list[Column],
    *,
    id: str,
    takeaway: str,
    source: str,
    language: Language = "en",
    measure: str | None = None,
    currency: str = "",
    notes: tuple[str, ...] = (),
    total: str | None = None,
    rows: int | None = None,
) -> Exhibit:
    """Set a frame as a table; the first column names the row.

    Use it when readers look figures up. For an order use ``ranking.ranked_bars``.

    Args:
        frame: One row each; only the columns named are shown, all are in the download.
        columns: From left to right.
        id: Slug of the exhibit.
        takeaway: What to conclude.
        source: Exports and days behind the numbers.
        language: ``"zh"`` or ``"en"``.
        measure: What the table holds; by default its headings.
        currency: Of money columns that do not say it themselves.
        notes: Shown beside the frame's own notes.
        total: Value of the first column in the row that is a total and is set apart.
        rows: Show at most so many; the download holds all.
    """
    if frame.empty:
        return nothing_to_show(frame, id=id, takeaway=takeaway, source=source, language=language,
                               measure=measure, notes=notes)  # fmt: skip
    needs(frame, id, *(column.name for column in columns))
    records = rows_of(frame)
    shown = records if rows is None else records[:rows]
    cells = [[_Cell.of(row, column, language, currency) for column in columns] for row in shown]
    largest = {
        column.name: max((abs(number_of(row[column.name]) or 0) for row in shown), default=0)
        for column in columns
        if column.share_bar
    }
    blocks = any(width_in_letters(cell.text) > _SENTENCE for line in cells for cell in line[1:])
    body = [
        tag(
            "tr",
            *(cell.markup(first=place == 0, largest=largest.get(cell.column.name),
                          named=language if blocks else None)
              for place, cell in enumerate(line)),
            class_="ex-total" if total is not None and line[0].text == total else None,
        )
        for line in cells
    ]  # fmt: skip
    left_out = len(records) - len(shown)
    more = _AND_MORE.text(language).format(count=left_out) if left_out else ""
    said = [_said(line, language) for line in cells[:_SPOKEN]]
    if len(records) > _SPOKEN:
        said.append(_AND_MORE.text(language).format(count=len(records) - _SPOKEN))
    named = {
        column.name: column.heading(language)
        for column in columns
    }  # fmt: skip
    return Exhibit(
        id=id,
        takeaway=takeaway,
        measure=measure or ("、" if language == "zh" else ", ").join(named.values()),
        source=source,
        alt=ended(sentence(said, language), language),
        data=worth_saving(frame, language),
        table=scrolling(_set(columns, body, language, blocks=blocks), measure or takeaway),
        language=language,
        is_measure_seen=measure is not None,
        notes=(more, *notes, *notes_of(frame, language)),
        kind="table",
        headings=headings(frame, language) | named,
    )


def scrolling(inner: Markup, name: str) -> Markup:
    """Put a wide thing into a box that scrolls by itself and can be reached by keyboard."""
    return tag("div", inner, class_="ex-scroll", tabindex=0, role="region", aria_label=name)


def width_in_letters(text: str) -> int:
    """Tell how wide a text is set, in Latin letters; a Chinese character takes two.

    >>> width_in_letters("R08"), width_in_letters("库存超90天清仓")
    (3, 14)
    """
    return sum(1 if ord(letter) < 0x2E80 else 2 for letter in text)


def _set(
    columns: list[Column], body: list[Markup], language: Language, *, blocks: bool = False
) -> Markup:
    head = tag(
        "tr",
        *(
            tag(
                "th",
                column.heading(language),
                scope="col",
                class_="ex-number" if column.is_number else None,
            )
            for column in columns
        ),
    )
    css = "ex-table ex-blocks" if blocks else "ex-table"
    return tag("table", tag("thead", head), tag("tbody", body), class_=css)


@dataclass(frozen=True)
class _Cell:
    """One value, written."""

    column: Column
    value: object
    text: str
    css: str = ""
    word: str = ""

    @classmethod
    def of(cls, row: dict[str, Any], column: Column, language: Language, currency: str) -> _Cell:
        value = row[column.name]
        if not column.is_number:
            return cls(column, value, _plain(value, language))
        number = number_of(value)
        if number is None and column.may_be_empty:
            return cls(column, value, _NO_FIGURE)
        if number is None and column.change_of is None and not _gives_reason(row, column):
            return cls(column, value, NOT_AVAILABLE.text(language), "ex-missing")
        if number is None:
            reason = missing_status(row.get(column.status))
            if column.change_of is not None and not text_of(row.get(column.status)).startswith(
                "no"
            ):
                reason = Status.NO_BASELINE
            return cls(column, value, write_missing(reason, language), "ex-missing")
        unit = column.change_of or column.unit or "count"
        money = column.currency or text_of(row.get("currency")) or currency
        if not money and len(found := text_of(row.get("unit"))) == 3:
            money = found
        one = Subject("", Unit(unit), column.judged_by or Direction.NEUTRAL, money, language)
        if column.change_of is not None:
            written = one.write_change(number)
        elif column.signed:
            written = one.write_signed(number)
        else:
            written = one.write(number, short=column.short)
        if column.judged_by is None:
            return cls(column, value, written)
        # Only changes of the row's own figure: a share or a gap was not held against its noise.
        signal = text_of(row["signal"]) if "signal" in row and column.name in _BASELINES else None
        verdict = judged_news(number, column.judged_by, written, signal)
        word = verdict.word.text(language) if verdict.word else ""
        return cls(column, value, written, f"ex-{verdict.css}", word)

    @property
    def _kind(self) -> str:
        """Say how the cell may be folded: a number or a code never, words only so far."""
        if self.column.is_number:
            return "ex-number"
        if len(self.text) > _LONG:
            return "ex-words"
        return "ex-text" if " " in self.text else "ex-code"

    def markup(
        self, *, first: bool, largest: float | None, named: Language | None = None
    ) -> Markup:
        """Write the cell; ``named`` puts its heading with it, where no head stands above it."""
        css = " ".join(filter(None, [self._kind, self.css]))
        word = tag("span", self.word, class_="ex-word") if self.word else None
        bar = None
        if largest and (number := number_of(self.value)) is not None:
            share = tag("i", style=f"--w:{abs(number) / largest:.1%}")
            bar = tag("span", share, class_="ex-cell-bar", aria_hidden="true")
        text: object = self.text
        if self.css == "ex-missing" and (reason := _REASON.fullmatch(self.text)):
            text, word = reason[1], tag("span", reason[2], class_="ex-word")
        if first:
            return tag("th", self.text, scope="row", class_=css or None)
        label = f"{self.column.heading(named)}{'：' if named == 'zh' else ': '}" if named else None
        return tag("td", text, word, bar, class_=css or None, data_label=label)


def _gives_reason(row: dict[str, Any], column: Column) -> bool:
    """Tell whether the frame says why a value is missing; a plan's status is another thing."""
    return text_of(row.get(column.status)) in {str(status) for status in Status}


def _plain(value: object, language: Language) -> str:
    if isinstance(value, bool):
        return (_YES if value else _NO).text(language)
    if hasattr(value, "year") and text_of(value):
        return write_date(value, language)  # type: ignore[arg-type]
    return text_of(value)


def _said(line: list[_Cell], language: Language) -> str:
    comma = "，" if language == "zh" else ", "
    named = [
        f"{cell.column.heading(language)} {cell.text}{f' ({cell.word})' if cell.word else ''}"
        for cell in line[1:]
        if cell.text
    ]
    return comma.join([line[0].text, *named])


def numbers_table(frame: pd.DataFrame, columns: list[Column], one: Subject) -> Markup:
    """Set the numbers behind a drawing, for folding away under it."""
    body = [
        tag(
            "tr",
            *(
                _Cell.of(row, column, one.language, one.currency).markup(
                    first=place == 0, largest=None
                )
                for place, column in enumerate(columns)
            ),
        )
        for row in rows_of(frame)
    ]
    return scrolling(_set(columns, body, one.language), one.name)
