"""The shapes exports come in: delimited text, BIFF8 and XLSX workbooks, byte for byte the same.

Workbooks are written here, not by a library, where tens of thousands of rows are due; archives
carry one fixed date, because a file that tells when it was made is never made twice.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from xml.sax.saxutils import escape

Export = tuple[str, bytes]
Exports = Iterator[Export]

_EPOCH = date(1899, 12, 30)


def tab_separated(columns: Sequence[str], rows: Iterable[str], encoding: str) -> bytes:
    """Join rows that are joined by tabs already."""
    text = "\n".join(["\t".join(columns), *rows]) + "\n"
    # What a site's encoding cannot hold leaves as a question mark, as the platforms do it.
    return text.encode(encoding, errors="replace")


def comma_separated(
    columns: Sequence[str], rows: Iterable[Sequence[str]], encoding: str = "utf-8"
) -> bytes:
    """Write rows with commas, quoting what needs it."""
    lines = [",".join(map(quoted, columns)), *(",".join(map(quoted, row)) for row in rows)]
    return ("\n".join(lines) + "\n").encode(encoding, errors="replace")


def quoted(text: str) -> str:
    """Quote a CSV field if it holds a comma, a quote or a line break."""
    if "," in text or '"' in text or "\n" in text:
        return '"' + text.replace('"', '""') + '"'
    return text


def _letters(column: int) -> str:
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


Cell = str | int | float | date | None


def workbook(
    sheet: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    above: Sequence[Sequence[Cell]] = (),
    dimension: str | None = None,
) -> bytes:
    """Write one sheet as XLSX: text, numbers, real dates, empty cells.

    Args:
        sheet: Its name.
        columns: The header.
        rows: The rows below it, as wide as the header.
        above: Rows above the header, of any width: titles and the like.
        dimension: The stored extent, where a platform leaves a stale one.
    """
    letters = [_letters(n) for n in range(len(columns))]
    shared: dict[str, int] = {}

    def cells(number: int, row: Sequence[Cell], is_whole: bool = True) -> str:
        parts = [f'<row r="{number}">']
        for letter, value in zip(letters, row, strict=is_whole):
            if value is None:
                continue
            if isinstance(value, str):
                place = shared.setdefault(value, len(shared))
                parts.append(f'<c r="{letter}{number}" t="s"><v>{place}</v></c>')
            elif isinstance(value, date):
                days = (value - _EPOCH).days
                parts.append(f'<c r="{letter}{number}" s="1"><v>{days}</v></c>')
            else:
                parts.append(f'<c r="{letter}{number}"><v>{value}</v></c>')
        parts.append("</row>")
        return "".join(parts)

    data = [cells(number, row, is_whole=False) for number, row in enumerate(above, start=1)]
    data.append(cells(len(data) + 1, list(columns)))
    data += [cells(number, row) for number, row in enumerate(rows, start=len(data) + 1)]
    extent = dimension or f"A1:{letters[-1]}{len(data)}"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    strings = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in shared)
    fills = (
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
        'relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}.sharedStrings+xml"/>'
        "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        f'<sheet name="{escape(sheet)}" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="rId1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{office}/styles" Target="styles.xml"/>'
        f'<Relationship Id="rId3" Type="{office}/sharedStrings" Target="sharedStrings.xml"/>'
        "</Relationships>",
        "xl/styles.xml": f'<styleSheet xmlns="{main}"><fonts count="1"><font><sz val="11"/>'
        f'<name val="Calibri"/></font></fonts>{fills}<borders count="1"><border/></borders>'
        '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf xfId="0"/>'
        '<xf numFmtId="14" xfId="0" applyNumberFormat="1"/></cellXfs><cellStyles count="1">'
        '<cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{main}" uniqueCount="{len(shared)}">{strings}</sst>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><dimension ref="{extent}"/>'
        f"<sheetData>{''.join(data)}</sheetData></worksheet>",
    }
    return archive((name, (head + text).encode()) for name, text in parts.items())


def archive(parts: Iterable[tuple[str, bytes]]) -> bytes:
    """Zip parts with one fixed date."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as box:
        for name, content in parts:
            info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 0
            box.writestr(info, content, compresslevel=3)
    return held.getvalue()


def old_workbook(sheet: str, rows: Iterable[Sequence[str | int | float]]) -> bytes:
    """Write one sheet as true BIFF8, the format before XLSX."""
    import xlwt

    book = xlwt.Workbook(encoding="utf-8")
    page = book.add_sheet(sheet)
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if value != "":
                page.write(number, column, value)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()
