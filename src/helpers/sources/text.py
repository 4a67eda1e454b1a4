"""Text in some encoding, with something between its columns; and its rows, read fast or read all.

DuckDB reads most text as it lies. What it cannot read so (another encoding, odd line ends, damaged
bytes) is transcoded or read row by row first.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from helpers.sources.cells import trimmed
from helpers.sources.grids import (
    CHUNK,
    EXPORT_AGAIN,
    HEADER_WITHIN,
    Brought,
    Grid,
    Opened,
    Quick,
    TableBelow,
    Wanted,
    header_places,
    refused,
    tables_below,
    written,
)
from helpers.sources.reading import FILE
from helpers.sources.sql import literal
from helpers.vocabulary.faults import DataRefused, Fault

SEPARATORS = (",", "\t", ";", "|")
_HEAD = 1 << 18
#: How the other blanks begin in UTF-8: no-break and thin ones, the wide one, the byte order mark.
_WIDE_BLANKS = (b"\xc2\xa0", b"\xe2\x80", b"\xe3\x80\x80", b"\xef\xbb\xbf")
_SAMPLE = 1 << 17
_ASCII = bytes(range(128))
_ODD_RUNS = re.compile(r"[^\x00-\x7f]+")
_LATIN_SIGNS = "€£°®™’‘“”–—ßŠšŽžŒœ§«»¿¡ªº´·"

csv.field_size_limit(1 << 24)


@dataclass(frozen=True)
class _Scan:
    sha256: str
    is_utf8: bool
    has_nulls: bool
    lines: int
    plain_newlines: bool
    odd_blanks: bool  # tabs, or the blanks of other scripts than Latin


def _scan(path: Path) -> _Scan:
    """Read the file once: its hash, its lines, and whether it is UTF-8.

    What was found once is not looked for again, and signs beyond ASCII are looked for among those
    alone: of a gigabyte, each search more costs a second.
    """
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8, has_nulls, odd_blanks = True, False, False
    newlines = returns = pairs = filled_at = 0
    last = b""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            has_nulls = has_nulls or b"\0" in chunk
            if is_utf8:
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError:
                    is_utf8 = False
            if not odd_blanks:
                odd_blanks = b"\t" in chunk or (
                    not chunk.isascii() and _has_wide_blanks(chunk.translate(None, _ASCII))
                )
            if b"\r" in chunk:
                returns += chunk.count(b"\r")
                pairs += chunk.count(b"\r\n")
            pairs += last.endswith(b"\r") and chunk.startswith(b"\n")
            newlines += chunk.count(b"\n")
            if kept := chunk.rstrip(b"\r\n"):
                filled_at = newlines - chunk.count(b"\n", len(kept)) + 1
            last = chunk
    if is_utf8:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            is_utf8 = False
    return _Scan(digest.hexdigest(), is_utf8, has_nulls, filled_at, returns == pairs, odd_blanks)


def _has_wide_blanks(signs: bytes) -> bool:
    return any(blank in signs for blank in _WIDE_BLANKS)


def _odd_lines(path: Path) -> bytes:
    """Give lines that hold more than ASCII, enough of them to tell the encoding."""
    odd = bytearray()
    with path.open("rb") as file:
        while len(odd) < _SAMPLE and (chunk := file.read(CHUNK)):
            if not chunk.isascii():
                odd += b"\n".join(line for line in chunk.split(b"\n") if not line.isascii())[
                    :_SAMPLE
                ]
    return bytes(odd)


def open_text(path: Path) -> Opened:
    """Offer a grid for each encoding and separator in which the text could be a table."""
    scan = _scan(path)
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head.strip(b" \t\r\n\0\xef\xbb\xbf\xff\xfe"):
        raise refused(path, "is empty", EXPORT_AGAIN)
    grids = []
    for encoding, plausible in _encodings(path, head, scan):
        decoder = codecs.getincrementaldecoder(encoding)("replace")
        shown = decoder.decode(head).removeprefix("\ufeff")
        cut = len(head) == _HEAD
        for delimiter in SEPARATORS:
            if delimiter in shown:
                grids.append(_text_grid(path, scan, encoding, delimiter, shown, cut, plausible))
    if not grids:
        raise refused(
            path, "holds no table: nothing separates columns", "export it as CSV, TSV or XLSX"
        )
    return Opened(path, scan.sha256, grids)


def _encodings(path: Path, head: bytes, scan: _Scan) -> list[tuple[str, float]]:
    """Climb the ladder of encodings; the header signature decides among what is left."""
    if head.startswith(codecs.BOM_UTF8) and scan.is_utf8:
        return [("utf-8-sig", 1.0)]
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return [("utf-16", 1.0)]
    if scan.has_nulls:
        # UTF-16 whose mark was lost: every other byte of Latin text is zero.
        first, second = head[::2].count(0), head[1::2].count(0)
        if max(first, second) > len(head) // 6:
            return [("utf-16-be" if first > second else "utf-16-le", 1.0)]
    if scan.is_utf8:
        return [("utf-8", 1.0)]
    found = []
    odd = _odd_lines(path)
    for encoding in ("gb18030", "cp932", "cp1252"):
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            text = decoder.decode(odd)
        except UnicodeDecodeError:
            continue
        found.append((encoding, _plausibility(encoding, text)))
    # What no encoding can read still shows its ASCII: a damaged byte must not hide the rest.
    return found or [("cp1252", 0.0)]


def _plausibility(encoding: str, text: str) -> float:
    """Say what share of the odd characters is what people write in that encoding's languages."""
    if encoding == "cp1252":
        runs = _ODD_RUNS.findall(text)
        odd = sum(map(len, runs))
        # Accents stand alone among ASCII letters; a run of them is another language misread.
        alone = (run if len(run) < 3 else run[0] + run[-1] for run in runs)
        good = sum("À" <= sign <= "ÿ" or sign in _LATIN_SIGNS for run in alone for sign in run)
        return good / odd if odd else 1.0
    signs = Counter(sign for sign in text if ord(sign) > 127)
    if not signs:
        return 1.0
    if encoding == "cp932":
        has_kana = any("\u3040" <= sign <= "\u30ff" for sign in signs)
        good = sum(count for sign, count in signs.items() if _is_japanese(sign, has_kana))
    else:
        good = sum(count for sign, count in signs.items() if _is_everyday_chinese(sign))
    return good / signs.total()


def _is_japanese(sign: str, has_kana: bool) -> bool:
    return (
        "\u3040" <= sign <= "\u30ff"
        or "\uff00" <= sign <= "\uff5e"
        or "\u3000" <= sign <= "\u303f"
        or (has_kana and "\u4e00" <= sign <= "\u9fff")
    )


def _is_everyday_chinese(sign: str) -> bool:
    code = sign.encode("gb18030", "ignore")
    everyday = len(code) == 2 and (0xA1 <= code[0] <= 0xA3 or 0xB0 <= code[0] <= 0xD7)
    return everyday and code[1] >= 0xA1


def _text_grid(
    path: Path, scan: _Scan, encoding: str, delimiter: str, shown: str, cut: bool, plausible: float
) -> Grid:
    head, ends = [], []
    reader = csv.reader(io.StringIO(shown, newline=""), delimiter=delimiter)
    whole = False
    try:
        if "\n\n" in shown or "\n\r\n" in shown:
            for line, row in header_places((reader.line_num, row) for row in reader):
                head.append(row)
                ends.append(line)
            whole = True
        else:
            for row in itertools.islice(reader, HEADER_WITHIN + 1):
                head.append(row)
                ends.append(reader.line_num)
            whole = len(head) <= HEADER_WITHIN
    except csv.Error:
        pass
    if cut and whole and len(head) > 1:
        head.pop()  # the last row shown may be half a row
        ends.pop()

    def bring(wanted: Wanted, quotes: bool, folder: Path) -> Brought:
        skip = ends[wanted.header_index]

        def careful() -> str:
            return written(_careful_rows(path, encoding, delimiter, quotes, skip), wanted, folder)

        lines, text = scan.lines, path
        # Between tabs, a tab is no blank; and what another encoding holds is not looked into.
        odd_blanks = (scan.odd_blanks and delimiter != "\t") or encoding != "utf-8"
        if not scan.plain_newlines or scan.has_nulls or plausible == 0:
            return Brought(careful)
        if encoding not in ("utf-8", "utf-8-sig"):
            text = folder / "transcoded.txt"
            lines = _transcode(path, encoding, text)
        if not lines:
            return Brought(careful)
        return Brought(
            careful,
            Quick(text, delimiter, quotes, wanted, skip, odd_blanks),
            max(lines - skip, 0),
        )

    def below(line: int) -> list[TableBelow]:
        return tables_below(_careful_rows(path, encoding, delimiter, True, line, blanks=True))

    return Grid(encoding, delimiter, None, head, ends, bring, plausible, tables_below=below)


def _transcode(path: Path, encoding: str, copy: Path) -> int:
    """Write a UTF-8 copy; the number of its lines, or 0 if the text is no such encoding."""
    lines, filled = 0, 0
    try:
        with (
            path.open("r", encoding=encoding, newline="") as old,
            copy.open("w", encoding="utf-8", newline="") as new,
        ):
            while text := old.read(CHUNK):
                new.write(text)
                kept = text.rstrip("\r\n")
                if kept:
                    filled = lines + kept.count("\n") + 1
                lines += text.count("\n")
    except UnicodeError:
        return 0
    return filled


def quick_rows(texts: Sequence[Quick], rows: Sequence[int], *, numbered: bool = True) -> str:
    """Let DuckDB read texts as they lie, one after the other; all but their paths is equal.

    Rows are numbered through, so that a number tells text and line where each text has as many
    rows as it has lines below its header (``rows``): whoever asks must count them. Where one
    text is not to be ``numbered``, all threads may read it at once.
    """
    form = texts[0]
    # One cell too many is seen as such; more than one makes DuckDB give up on the file.
    columns = ", ".join(f"'c{at}': 'VARCHAR'" for at in range(form.wanted.width + 1))
    quote = "'\"'" if form.quotes else "''"

    def bare(at: int) -> str:
        # Trimming every kind of blank takes several times as long as trimming plain ones, and that
        # several times as long as seeing that there are none.
        cell = f"c{at}"
        if form.odd_blanks:
            return trimmed(cell)
        blank = f"starts_with({cell}, ' ') OR ends_with({cell}, ' ')"
        return f"CASE WHEN {blank} THEN nullif(trim({cell}), '') ELSE nullif({cell}, '') END"

    cells = "".join(f", {bare(at)} AS c{at}" for at in form.wanted.positions)
    paths = ", ".join(literal(str(text.path)) for text in texts)
    read = (
        f"read_csv([{paths}], auto_detect=false, header=false,"
        f" skip={form.skip}, delim={literal(form.delimiter)}, quote={quote}, escape={quote},"
        f" null_padding=true, filename='_path', columns={{{columns}}})"
    )
    over = f"{bare(form.wanted.width)} AS c_over"
    if not numbered:
        return f"SELECT {over}{cells} FROM {read}"
    if len(texts) == 1:
        number = f"row_number() OVER () + {form.skip}"
        return f"SELECT {number} AS source_line{cells}, {over} FROM {read}"
    before = list(itertools.accumulate(rows, initial=0))
    places = ", ".join(
        f"({literal(str(text.path))}, {at * FILE + form.skip - before[at]})"
        for at, text in enumerate(texts)
    )
    return (
        f"SELECT _row + _begins AS source_line{cells}, {over} FROM (SELECT *, row_number() OVER ()"
        f" AS _row FROM {read}) JOIN (VALUES {places}) AS places(_path, _begins) USING (_path)"
    )


def _careful_rows(
    path: Path, encoding: str, delimiter: str, quotes: bool, skip: int, blanks: bool = False
) -> Iterator[tuple[int, list[str]]]:
    """Read any text at all, row by row, with the line each row begins on."""
    with path.open("r", encoding=encoding, errors="replace", newline="") as file:
        # A null byte says nothing; shown as a sign it spoils only the cell it stands in.
        clean = (line.replace("\0", "\ufffd") for line in file)
        reader = (
            csv.reader(clean, delimiter=delimiter)
            if quotes
            else csv.reader(clean, delimiter=delimiter, quoting=csv.QUOTE_NONE)
        )
        begins = 1
        try:
            for row in reader:
                if begins > skip and (row or blanks):
                    yield begins, row
                begins = reader.line_num + 1
        except csv.Error as trouble:
            raise DataRefused(
                Fault(f"{path.name}, line {begins}", f"cannot be read ({trouble})", EXPORT_AGAIN)
            ) from None
