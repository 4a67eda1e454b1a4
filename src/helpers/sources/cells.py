"""How the text of a cell becomes a number, a date or a code, as SQL over a whole column.

A cell that cannot be read gives NULL here; the door then sets its row aside with a reason. Money
never passes through binary floating point.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from helpers.sources.declared import Column
from helpers.sources.sql import literal

#: Money keeps two digits more than it is stored with, so that price x quantity rounds once.
MONEY = "DECIMAL(18,6)"
RATE = "DECIMAL(18,8)"

SQL_TYPE = {
    "text": "VARCHAR", "id": "VARCHAR", "country": "VARCHAR", "customer": "VARCHAR",
    "note": "VARCHAR", "money": MONEY, "integer": "BIGINT", "percent": RATE, "boolean": "BOOLEAN",
    "timestamp": "TIMESTAMP", "date": "DATE", "days": "STRUCT(first DATE, last DATE)",
}  # fmt: skip
REASON = {
    "money": "not_a_number", "integer": "not_a_whole_number", "percent": "not_a_number",
    "boolean": "not_yes_or_no", "timestamp": "not_a_date", "date": "not_a_date",
    "days": "not_a_date",
    "country": "unknown_country", "id": "digits_lost",
}  # fmt: skip
NUMERIC = ("money", "integer", "percent")
#: Types of cells that mean what they say.
AS_THEY_ARE = ("text", "customer", "note")

_SPACES = literal(" \t\r\n\u00a0\u202f\u2007\u3000\ufeff")
_CODES = (
    "USD|EUR|GBP|CNY|RMB|JPY|CAD|AUD|MXN|BRL|SGD|MYR|THB|VND|PHP|IDR|TWD|NTD|HKD|AED|SAR|SEK|PLN"
    "|KRW|INR|NT|HK|US|RM|Rp|kr|zł|元|円|đ"
)
_MARK = rf"(?:[A-Z]{{0,3}}\p{{Sc}}|{_CODES})"  # the longer one first: US$ is not US
_BLANKS = r"[\s\x{a0}\x{202f}\x{2009}\x{2007}'’%]"
_PLAIN_NUMBER = r"[+-]?\d+(?:[.]\d+)?"
#: 1.234 is left out: it is a thousand in half of Europe.
_SURE_NUMBER = r"[+-]?(?:\d+(?:[.](?:\d{1,2}|\d{4,}))?|(?:0|\d{4,})[.]\d{3})"
#: Eleven digits are no count of anything here, but may well be a slipped telephone number.
_WHOLE = r"[+-]?0*\d{1,10}"
_TOO_MANY = 10**10
#: Blanks set thousands apart; between other groups of digits they are those of a telephone number.
_LOOSE_GROUPS = r"\d[\s\x{a0}\x{202f}\x{2009}]+(?:\d{1,2}|\d{4,})(?:\D|$)"
_EXPONENT = r"[+-]?\d+(?:[.]\d+)?[eE][+-]?\d+"  # as spreadsheets and Parquet write 0.00001
_ISO = r"^\s*(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})日?"
_DOTTED = r"^\s*(\d{1,2})\s*[.]\s*(\d{1,2})\s*[.]\s*(\d{4}|\d{2})\b"
_SHORT_YEAR = r"^(\s*\d{1,2}\s*[-./]\s*\d{1,2}\s*[-./]\s*)(\d{2})(\D|$)"
_SLASHED = r"^\s*(\d{1,2})\s*[-/]\s*(\d{1,2})\s*[-/]\s*(\d{4}|\d{2})\b"
_MOMENT = r"\d{4}-\d{1,2}-\d{1,2}(?:[T ]\s*\d{1,2}:\d{2}(?::\d{2}(?:[.]\d+)?)?)?"
_OFFSET = r"\d{1,2}:\d{2}(?::\d{2}(?:[.]\d+)?)?\s*(?:Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)$"
#: What zones are called in exports, in hours; CST is left out, for it is two different ones.
_ZONES = {
    "PST": -8, "PDT": -7, "MST": -7, "MDT": -6, "CDT": -5, "EST": -5, "EDT": -4, "BRT": -3,
    "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2, "MEZ": 1, "MESZ": 2, "EET": 2, "EEST": 3,
    "GST": 4, "SGT": 8, "JST": 9, "AEST": 10, "AEDT": 11,
}  # fmt: skip
#: The time of a cell and, behind it, its zone.
_ZONE = (
    r"(\d{1,2}:\d{2}(?::\d{2}(?:[.]\d+)?)?(?:\s*[AaPp][.]?[Mm][.]?)?)"
    rf"\s*(Z|(?:UTC|GMT)?[+-]\d{{1,2}}(?::?\d{{2}})?|UTC|GMT|{'|'.join(_ZONES)})$"
)
#: Between the first and the last of some days; a hyphen only with blanks, as 2026-08-01 has two.
_BETWEEN_DAYS = r"\s+(?:[-‐‑‒–—―−]|to|bis|au|al|a)\s+|\s*(?:[~～至]|到)\s*"
_USUAL_LOCAL = r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}:\d{2})?"
_USUAL_UTC = r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:Z|[+]00:00)"

Order = Literal["dmy", "mdy"]
Decimal = Literal["point", "comma"]


@dataclass(frozen=True)
class Writing:
    """How one column of one file turned out to be written."""

    #: Every cell is written the usual way, so that the quickest cast is the right one.
    usual: bool = False
    decimal: Decimal = "point"
    order: Order | None = None


def trimmed(raw: str) -> str:
    """Take the blanks off both ends, of whatever kind; a cell of blanks is empty."""
    return f"nullif(trim({raw}, {_SPACES}), '')"


def id_text(cell: str) -> str:
    """Keep every digit, and undo what spreadsheets do to ids: ``'0123``, ``="0123"``, ``123.0``.

    A CSV that went through a number format says 17850.0 where the Parquet file says 17850: these
    must be one customer and not two.
    """
    bare = f"ltrim(regexp_replace({cell}, '^=\"(.*)\"$', '\\1'), '''')"
    bare = f"regexp_replace({bare}, '^(\\d+)[.]0$', '\\1')"
    return (
        f"CASE WHEN starts_with({cell}, '''') OR starts_with({cell}, '=')"
        f" OR ends_with({cell}, '.0') THEN nullif(trim({bare}), '') ELSE {cell} END"
    )


def without_unit(cell: str) -> str:
    """Take off what stands around the one number of a cell: ``100 Pieces``, ``US$ 3.50/Piece``.

    A cell with two numbers stays as it is, and is then none.
    """
    number = r"^[^\d(-]*(-?\d(?:[\d.,\s]*\d)?)(?:[^\d-]\D*)?$"
    return f"coalesce(nullif(regexp_extract({cell}, '{number}', 1), ''), {cell})"


def unusual(raw: str, column: Column) -> str | None:
    """Give the SQL condition that a cell is not written the usual way; None if none is."""
    match column.type:
        case "money" if column.decimal in ("by_file", "store"):
            return f"NOT regexp_full_match({raw}, '{_SURE_NUMBER}')"
        case "money":
            return f"NOT regexp_full_match({raw}, '{_PLAIN_NUMBER}')"
        case "integer":
            return f"NOT regexp_full_match({raw}, '{_WHOLE}')"
        case "date" if not column.format:
            return f"NOT regexp_full_match({raw}, '\\d{{4}}-\\d{{2}}-\\d{{2}}')"
        case "days":
            return f"{raw} IS NOT NULL"
        case "timestamp" if not column.format and column.zone == "utc":
            return f"NOT regexp_full_match({raw}, '{_USUAL_UTC}')"
        case "timestamp" if not column.format and column.zone != "offset":
            return f"NOT regexp_full_match({raw}, '{_USUAL_LOCAL}')"
        case _:
            return None


def typed(raw: str, column: Column, writing: Writing, zone: str) -> str:
    """Give the SQL that turns the trimmed text ``raw`` into the column's type, or NULL.

    Args:
        raw: SQL of the trimmed cell.
        column: What the source declares about it.
        writing: What its cells turned out to look like.
        zone: SQL of the store's time zone name.
    """
    match column.type:
        case "money" | "integer" if writing.usual and writing.decimal == "point":
            return f"try_cast({raw} AS {SQL_TYPE[column.type]})"
        case "money":
            return _number(raw, writing.decimal, MONEY)
        case "integer":
            return _whole_number(raw, writing.decimal)
        case "percent":
            number = _number(raw, writing.decimal, RATE)
            return (
                f"CASE WHEN contains({raw}, '%') THEN CAST({number} * 0.01 AS {RATE})"
                f" ELSE {number} END"
            )
        case "boolean":
            return (
                f"CASE WHEN lower({raw}) IN ('yes', 'y', 'true', '1', '1.0', 'x', '是') THEN true"
                f" WHEN lower({raw}) IN ('no', 'n', 'false', '0', '0.0', '否') THEN false END"
            )
        case "timestamp" if writing.usual and column.zone == "utc":
            return f"try_cast(left({raw}, 19) AS TIMESTAMP)"
        case "timestamp" if writing.usual:
            return _from_zone(f"try_cast({raw} AS TIMESTAMP)", column, zone)
        case "timestamp":
            return _moment(raw, column, writing, zone)
        case "date" if writing.usual:
            return f"try_cast({raw} AS DATE)"
        case "date":
            bare = f"regexp_replace({raw}, '(:\\d\\d)\\s*(Z|UTC|GMT|[+-]\\d\\d:?\\d\\d)$', '\\1')"
            return f"CAST({_local_moment(bare, column, writing)} AS DATE)"
        case "days":
            first, last = (
                f"CAST({_local_moment(day, column, writing)} AS DATE)" for day in _two_days(raw)
            )
            return (
                f"CASE WHEN {first} <= {last} THEN struct_pack(first := {first}, last := {last})"
                " END"
            )
        case "id":
            # 1.23457E+17 is what a spreadsheet leaves of an 18-digit id.
            return (
                f"CASE WHEN contains(upper({raw}), 'E+') AND"
                f" regexp_full_match({raw}, '\\d([.,]\\d+)?[eE][+]\\d+') THEN NULL ELSE {raw} END"
            )
        case _:
            return raw


def mark_evidence(raw: str) -> tuple[str, str, str]:
    """Give SQL conditions: surely a decimal point, surely a comma, could be either."""
    cell = _bare_number(raw)
    point = r"[.]\d{1,2}$|[.]\d{4,}$|\d,\d{3}[.]|\d,\d{3},\d{3}|^-?0*[.]\d|^-?0[.]\d{3}$"
    comma = r",\d{1,2}$|,\d{4,}$|\d[.]\d{3},|\d[.]\d{3}[.]\d{3}|^-?0*,\d|^-?0,\d{3}$"
    return (
        f"regexp_matches({cell}, {literal(point)})",
        f"regexp_matches({cell}, {literal(comma)})",
        f"regexp_full_match({cell}, '-?[1-9]\\d{{0,2}}[.,]\\d{{3}}')",
    )


def order_evidence(raw: str) -> tuple[str, str, str]:
    """Give SQL conditions: surely day first, surely month first, could be either.

    Between dots the day comes first everywhere; only ``/`` and ``-`` leave a doubt.
    """
    raw = _two_days(raw)[1]  # of two days, the last is the likelier to be beyond the 12th
    first = f"try_cast(regexp_extract({raw}, {literal(_SLASHED)}, 1) AS INTEGER)"
    second = f"try_cast(regexp_extract({raw}, {literal(_SLASHED)}, 2) AS INTEGER)"
    return (
        f"{first} > 12 AND {second} <= 12",
        f"{second} > 12 AND {first} <= 12",
        f"{first} <= 12 AND {second} <= 12 AND {first} <> {second}",
    )


def _two_days(raw: str) -> tuple[str, str]:
    """Give the SQL of the first and the last day of a cell; one day is both."""
    parts = f"regexp_split_to_array({raw}, {literal(f'(?i){_BETWEEN_DAYS}')})"
    return f"{parts}[1]", f"{parts}[-1]"


def _bare_number(raw: str) -> str:
    """Strip currency marks, blanks, percent and quotes; write minus as a leading hyphen.

    (12.50) and 12.50- are how accountants and SAP write it.
    """
    blanks = literal(_BLANKS)
    text = f"regexp_replace(translate({raw}, '−–—‒﹣－', '------'), {blanks}, '', 'g')"
    text = f"regexp_replace({text}, {literal(f'^(-?){_MARK}(-?)|{_MARK}(-?)$')}, '\\1\\2\\3')"
    text = f"regexp_replace({text}, '^[(](.*)[)]$', '-\\1')"
    return f"regexp_replace({text}, '^(.+)-$', '-\\1')"


def _pointed(raw: str, decimal: Decimal) -> str:
    """Write a number the way DuckDB reads it, or NULL where it is none."""
    group, mark = (",", "[.]") if decimal == "point" else ("[.]", ",")
    sound = rf"[+-]?(?:(?:\d{{1,3}}(?:{group}\d{{3}})+|\d+)(?:{mark}\d*)?|{mark}\d+)"
    bare = _bare_number(raw)
    swapped = f"replace({bare}, '{',' if decimal == 'point' else '.'}', '')"
    if decimal == "comma":
        swapped = f"replace({swapped}, ',', '.')"
    return (
        f"CASE WHEN regexp_full_match({bare}, {literal(sound)})"
        f" AND NOT regexp_matches({raw}, {literal(_LOOSE_GROUPS)}) THEN {swapped} END"
    )


def _number(raw: str, decimal: Decimal, kind: str) -> str:
    plain = _PLAIN_NUMBER if decimal == "point" else r"[+-]?\d+"
    return (
        f"CASE WHEN regexp_full_match({raw}, '{plain}|{_EXPONENT}') THEN try_cast({raw} AS {kind})"
        f" ELSE try_cast({_pointed(raw, decimal)} AS {kind}) END"
    )


def _whole_number(raw: str, decimal: Decimal) -> str:
    number = f"try_cast({_pointed(raw, decimal)} AS DECIMAL(18,4))"
    return (
        f"CASE WHEN regexp_full_match({raw}, '{_WHOLE}') THEN try_cast({raw} AS BIGINT)"
        f" WHEN {number} = trunc({number}) AND abs({number}) < {_TOO_MANY}"
        f" THEN CAST({number} AS BIGINT) END"
    )


def _from_zone(local: str, column: Column, zone: str) -> str:
    """Give the moment in UTC of a wall-clock time."""
    match column.zone:
        case "utc":
            return local
        case "offset":
            return "NULL::TIMESTAMP"
        case "store":
            return f"timezone('UTC', timezone({zone}, {local}))"
        case _:
            return f"timezone('UTC', timezone({literal(str(column.zone))}, {local}))"


def _moment(raw: str, column: Column, writing: Writing, zone: str) -> str:
    """Give the moment in UTC. An offset in the cell always wins over what is declared."""
    if column.format and "%z" in column.format:
        return f"timezone('UTC', try_strptime({raw}, {literal(column.format)}))"
    local = _from_zone(_local_moment(raw, column, writing), column, zone)
    if column.format:
        return local
    # Casting text with an offset to TIMESTAMP drops the offset in silence: TIMESTAMPTZ only.
    text = _year_first(raw, column, writing)
    spelled = f"regexp_replace({text}, '\\s*([+-]\\d{{2}})(\\d{{2}})$', '\\1:\\2')"
    moment = f"timezone('UTC', try_cast({spelled} AS TIMESTAMPTZ))"
    # What no cast understands: months by name, half days, and zones called PST or GMT+9.
    bare = f"regexp_replace({raw}, {literal(_ZONE)}, '\\1')"
    stated = f"{_local_moment(bare, column, writing)} - to_minutes({_minutes_ahead(raw)})"
    return (
        f"CASE WHEN regexp_matches({raw}, {literal(_OFFSET)}) THEN coalesce({moment}, {stated})"
        f" WHEN regexp_matches({raw}, {literal(_ZONE)}) THEN {stated} ELSE {local} END"
    )


def _minutes_ahead(raw: str) -> str:
    """Give the SQL of how far ahead of UTC the zone is that a cell names."""
    zone = f"regexp_extract({raw}, {literal(_ZONE)}, 2)"
    named = " ".join(f"WHEN '{one}' THEN {hours * 60}" for one, hours in _ZONES.items())
    form = literal(r"([+-])(\d{1,2}):?(\d{2})?$")
    parts = [f"regexp_extract({zone}, {form}, {at})" for at in (1, 2, 3)]
    minutes = f"CAST({parts[1]} AS BIGINT) * 60 + coalesce(try_cast({parts[2]} AS BIGINT), 0)"
    return (
        f"CASE {zone} {named} ELSE CASE {parts[0]} WHEN '+' THEN {minutes}"
        f" WHEN '-' THEN -({minutes}) ELSE 0 END END"
    )


def _local_moment(raw: str, column: Column, writing: Writing) -> str:
    """Give the wall-clock time that the cell states."""
    if column.format:
        return f"try_strptime({raw}, {literal(column.format)})"
    text = _year_first(raw, column, writing)
    forms = ("%Y-%m-%d %I:%M:%S %p", "%Y-%m-%d %I:%M %p", "%b %d, %Y", "%B %d, %Y", "%d %b %Y",
             "%d %B %Y", "%d %b %Y %H:%M", "%d %b %Y %H:%M:%S", "%b %d, %Y %I:%M:%S %p",
             "%d %b %Y %I:%M:%S %p", "%d %B %Y %I:%M:%S %p", "%d %B %Y %H:%M:%S",
             "%B %d, %Y %I:%M:%S %p", "%b %d, %Y %H:%M:%S")  # fmt: skip
    clock = f"[{', '.join(map(literal, forms))}]"
    return (
        f"CASE WHEN regexp_full_match({text}, '{_MOMENT}') THEN try_cast({text} AS TIMESTAMP)"
        f" ELSE try_strptime({text}, {clock}) END"
    )


def _year_first(raw: str, column: Column, writing: Writing) -> str:
    """Turn the day, however it is written, to year-month-day; leave the time as it is."""
    # The year first of all: 13.07.26, once turned, could be turned a second time.
    text = f"regexp_replace({raw}, {literal(_SHORT_YEAR)}, '\\120\\2\\3')"
    text = f"regexp_replace({text}, {literal(_ISO)}, '\\1-\\2-\\3')"
    text = f"regexp_replace({text}, '^(\\d{{4}})(\\d{{2}})(\\d{{2}})$', '\\1-\\2-\\3')"
    text = f"regexp_replace({text}, {literal(_DOTTED)}, '\\3-\\2-\\1')"
    # Where the order is left open, the slashes that remain have equal day and month.
    order = writing.order if column.order in (None, "store") else column.order
    turned = "\\3-\\1-\\2" if order == "mdy" else "\\3-\\2-\\1"
    return f"regexp_replace({text}, {literal(_SLASHED)}, '{turned}')"
