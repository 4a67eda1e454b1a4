"""Empty forms to be filled in by hand, written from the very declaration that will read them.

A form cannot say anything else than the door expects, because both are the same YAML. The
explanations stand on a second sheet, or are told beside a CSV: a row of them among the data would
have to be told from data again.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from helpers.sources.canon import required
from helpers.sources.catalogue import load_sources
from helpers.sources.declared import Column, Source, StoreColumn
from helpers.sources.meaning import did_you_mean
from helpers.vocabulary.faults import AskedWrongly, Fault
from helpers.vocabulary.labels import Label, Language

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

Form = Literal["xlsx", "csv"]

#: The sheet that explains a form, and the headings on it.
HOW_TO = Label(en="How to fill in", zh="填写说明")
HEADINGS = (
    Label(en="Column", zh="列名"),
    Label(en="What to write", zh="填写内容"),
    Label(en="How", zh="写法"),
    Label(en="Needed?", zh="是否必填"),
    Label(en="Example", zh="示例"),
)
_NEEDED = Label(en="needed", zh="必填")
_MAY_BE_EMPTY = Label(en="may be empty", zh="可留空")
_YES_NO = {"en": ("yes", "no"), "zh": ("是", "否")}
_KINDS: Mapping[str, tuple[Label, Label]] = {
    "text": (Label(en="text", zh="文字"), Label(en="…", zh="…")),
    "note": (
        Label(en="free text, without names of persons", zh="自由文字，不写个人姓名"),
        Label(en="…", zh="…"),
    ),
    "id": (
        Label(en="text; every digit and leading zero counts", zh="文本格式，保留全部位数与前导零"),
        Label(en="00123", zh="00123"),
    ),
    "customer": (
        Label(en="the buyer's id; it is not kept", zh="买家账号；系统不保留原文"),
        Label(en="buyer-1024", zh="buyer-1024"),
    ),
    "money": (Label(en="number", zh="数字"), Label(en="12.50", zh="12.50")),
    "integer": (Label(en="whole number", zh="整数"), Label(en="12", zh="12")),
    "percent": (
        Label(en="share: 5% or 0.05", zh="比率：5% 或 0.05"),
        Label(en="5%", zh="5%"),
    ),
    "boolean": (Label(en="yes or no", zh="是或否"), Label(en="yes", zh="是")),
    "date": (
        Label(en="day, YYYY-MM-DD", zh="日期，YYYY-MM-DD"),
        Label(en="2025-10-31", zh="2025-10-31"),
    ),
    "timestamp": (
        Label(en="day and time, YYYY-MM-DD HH:MM", zh="日期与时间，YYYY-MM-DD HH:MM"),
        Label(en="2025-10-31 14:05", zh="2025-10-31 14:05"),
    ),
    "country": (Label(en="ISO code or name", zh="ISO 代码或国名"), Label(en="DE", zh="DE")),
}  # fmt: skip
#: What is the same in every form: what belongs there, and an example.
_EVERYWHERE: Mapping[str, tuple[Label, str]] = {
    "store_id": (
        Label(en="the store's id in workspace.yml", zh="workspace.yml 中的店铺编号"),
        "shop-us",
    ),
    "currency": (Label(en="ISO code of the currency", zh="币种的 ISO 代码"), "USD"),
    "sku": (Label(en="the company's own article number", zh="公司内部 SKU 编码"), "A-0123"),
}
#: Rows that get a list to choose from and the right cell format; a form is rarely longer.
_PREPARED_ROWS = 2000


@dataclass(frozen=True)
class Explained:
    """One line of explanation: what belongs in a column."""

    header: str
    what: str
    how: str
    needed: str
    example: str
    #: The only values there are, if that is so.
    allowed: tuple[str, ...] = ()


def templates() -> Mapping[str, Source]:
    """Give the families that are forms of our own, by id."""
    return {key: source for key, source in load_sources().items() if source.is_template}


def chosen(name: str | None, every: bool) -> list[Source]:
    """Say which templates are meant.

    Raises:
        AskedWrongly: None is named, or one that there is not.
    """
    known = templates()
    if every:
        return list(known.values())
    if not name:
        raise AskedWrongly(
            Fault("template", "none is named", f"name one, or write --all; {', '.join(known)}")
        )
    if name not in known:
        raise AskedWrongly(Fault(name, "is no template", did_you_mean(name, known)))
    return [known[name]]


def explained(source: Source, language: Language) -> list[Explained]:
    """Explain every column of a template in one line each."""
    return [_explained(source, column, about, language) for column, about in source.columns.items()]


def write_templates(
    sources: Sequence[Source], folder: Path, language: Language, form: Form = "xlsx"
) -> list[Path]:
    """Write empty forms.

    Args:
        sources: Which ones.
        folder: Where to; made if it is not there.
        language: Of headers and explanations.
        form: A workbook explains itself on a second sheet; a CSV holds the header alone.

    Raises:
        AskedWrongly: Files of these names are there; they may hold somebody's work.
    """
    files = {folder / f"{source.source}.{form}": source for source in sources}
    if there := [path for path in files if path.exists()]:
        raise AskedWrongly(
            Fault(str(path), "is there already", "move it, or name another folder with --to")
            for path in there
        )
    folder.mkdir(parents=True, exist_ok=True)
    for path, source in files.items():
        lines = explained(source, language)
        if form == "csv":
            # With the mark by which spreadsheets know UTF-8.
            with path.open("w", encoding="utf-8-sig", newline="") as file:
                csv.writer(file).writerow([_inert(line.header) for line in lines])
        else:
            _write_workbook(path, source, lines, language)
    return list(files)


def _explained(source: Source, column: str, about: Column, language: Language) -> Explained:
    headers = source.headers_of(column)
    header = headers[-1] if language == "zh" else headers[0]
    kind, example = _KINDS[about.type]
    allowed = _allowed(source, column, language)
    how = kind.text(language)
    if allowed:
        how = (" or " if language == "en" else "、").join(allowed)
    what = headers[0] if language == "zh" else column.replace("_", " ")
    shown = example.text(language)
    if column in _EVERYWHERE:
        usual, shown = _EVERYWHERE[column]
        what = usual.text(language)
    if about.about:
        what = about.about.text(language)
    return Explained(
        header,
        what,
        how,
        (_NEEDED if _must_be_filled(source, column) else _MAY_BE_EMPTY).text(language),
        allowed[0] if allowed else shown,
        allowed,
    )


def _must_be_filled(source: Source, column: str) -> bool:
    """Tell whether an empty cell sets its row aside: the table it fills requires a value."""
    if isinstance(source.store, StoreColumn) and source.store.column == column:
        return not source.store.optional
    return not source.columns[column].optional and any(
        filled in required()[table] and _rests_on(said, column, source)
        for table, about in source.tables.items()
        for filled, said in about.fill.items()
    )


def _rests_on(said: Any, column: str, source: Source) -> bool:
    """Tell whether a value is the column's own, as it stands or word for word."""
    if isinstance(said, str):
        return said == column or _rests_on(source.define.get(said), column, source)
    if not isinstance(said, Mapping):
        return False
    return column in (said.get("day_of"), said.get("translate", {}).get("column"))


def _allowed(source: Source, column: str, language: Language) -> tuple[str, ...]:
    """List the words that a column takes, where only certain ones mean something."""
    if source.columns[column].type == "boolean":
        return _YES_NO[language]
    for said in source.define.values():
        if isinstance(said, Mapping) and said.get("translate", {}).get("column") == column:
            words = defaultdict[str, list[str]](list)
            for word, meant in said["translate"]["words"].items():
                words[meant].append(word)
            # One word for each meaning, in the language of the form.
            return tuple(
                next((one for one in same if one.isascii() != (language == "zh")), meant)
                for meant, same in words.items()
            )
    return ()


def _write_workbook(
    path: Path, source: Source, lines: Sequence[Explained], language: Language
) -> None:
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font

    book = Workbook()
    form: Worksheet = book.active
    form.title = source.source[:31]
    for place, (line, about) in enumerate(zip(lines, source.columns.values(), strict=True), 1):
        _put(form, 1, place, line.header)
        form.cell(1, place).font = Font(bold=True)
        _prepare(form, place, line, about)
    form.freeze_panes = "A2"
    how_to = book.create_sheet(HOW_TO.text(language))
    for place, heading in enumerate(HEADINGS, 1):
        _put(how_to, 1, place, heading.text(language))
        how_to.cell(1, place).font = Font(bold=True)
    for row, line in enumerate(lines, 2):
        cells = (line.header, line.what, line.how, line.needed, line.example)
        for place, text in enumerate(cells, 1):
            _put(how_to, row, place, text)
            how_to.cell(row, place).alignment = Alignment(wrap_text=True, vertical="top")
    for letter, width in zip("ABCDE", (24, 56, 40, 14, 20), strict=True):
        how_to.column_dimensions[letter].width = width
    book.save(path)


def _prepare(form: Worksheet, place: int, line: Explained, about: Column) -> None:
    """Give the cells below a header their format, so that a spreadsheet does not spoil them."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    letter = get_column_letter(place)
    dimension = form.column_dimensions[letter]
    dimension.width = max(12, 4 + sum(1 if sign.isascii() else 2 for sign in line.header))
    formats = {"id": "@", "customer": "@", "date": "yyyy-mm-dd", "timestamp": "yyyy-mm-dd hh:mm"}
    if about.type in formats:
        dimension.number_format = formats[about.type]
    if line.allowed and all("," not in one for one in line.allowed):
        listed = DataValidation(
            type="list", formula1=f'"{",".join(line.allowed)}"', allow_blank=True
        )
        listed.add(f"{letter}2:{letter}{_PREPARED_ROWS}")
        form.add_data_validation(listed)


def _put(sheet: Worksheet, row: int, place: int, text: str) -> None:
    """Write text as text: a cell that begins like a formula stays what it is."""
    cell = sheet.cell(row, place)
    cell.value = text
    cell.data_type = "s"


def _inert(text: str) -> str:
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
