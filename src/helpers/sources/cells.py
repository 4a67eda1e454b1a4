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
    "money": MONEY, "integer": "BIGINT", "percent": RATE, "boolean": "BOOLEAN",
    "timestamp": "TIMESTAMP", "date": "DATE",
}  # fmt: skip
REASON = {
    "money": "not_a_number", "integer": "not_a_whole_number", "percent": "not_a_number",
    "boolean": "not_yes_or_no", "timestamp": "not_a_date", "date": "not_a_date",
    "country": "unknown_country", "id": "digits_lost",
}  # fmt: skip
NUMERIC = ("money", "integer", "percent")

_SPACES = "' \t\r\n' || chr(160) || chr(8239) || chr(8199) || chr(12288) || chr(65279)"
_CODES = "USD|EUR|GBP|CNY|RMB|JPY|CAD|AUD|MXN|BRL|SGD|MYR|THB|VND|PHP|IDR|TWD|NTD|HKD|AED|SAR|SEK|PLN|KRW|INR|NT|HK|US|RM|Rp|kr|zł|元|円|đ"
_MONEY_MARK = rf"(?:{_CODES}|[A-Z]{{0,3}}\p{{Sc}})"
_OFFSET = r"\d{1,2}:\d{2}(?::\d{2}(?:[.]\d+)?)?\s*(?:Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)$"
_ISO = r"^\s*(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})日?"
_LOCAL = r"^\s*(\d{1,2})\s*([-/.])\s*(\d{1,2})\s*[-/.]\s*(\d{4}|\d{2})\b"
_PLAIN_MOMENT = r"\d{4}-\d{1,2}-\d{1,2}(?:[T ]\s*\d{1,2}:\d{2}(?::\d{2}(?:[.]\d+)?)?)?"

Order = Literal["dmy", "mdy"]
Decimal = Literal["point", "comma"]


@dataclass(frozen=True)
class Writing:
    """How one column of one file turned out to be written."""

    decimal: Decimal = "point"
    order: Order | None = None


def trimmed(raw: str) -> str:
    """Take the blanks off both ends; a cell of blanks is empty."""
    return f"nullif(trim({raw}, {_SPACES}), '')"


def id_text(raw: str) -> str:
    """Keep every digit, and undo what spreadsheets do to ids: ``'0123``, ``="0123"``, ``123.0``.

    A CSV that went through a number format says 17850.0 where the Parquet file says 17850: these
    must be one customer and not two.
    """
    cell = trimmed(raw)
    unwrapped = (
        f"CASE WHEN starts_with({cell}, '=\"') THEN trim({cell}, '=\"')"
        f" WHEN starts_with({cell}, '''') THEN substr({cell}, 2)"
        f" WHEN ends_with({cell}, '.0') AND regexp_full_match({cell}, '\\d+[.]0')"
        f" THEN left({cell}, length({cell}) - 2) ELSE {cell} END"
    )
    return f"nullif(trim({unwrapped}), '')"


def typed(raw: str, column: Column, writing: Writing, zone: str) -> str:
    """Give the SQL that turns the trimmed text ``raw`` into the column's type, or NULL.

    Args:
        raw: SQL of the trimmed cell.
        column: What the source declares about it.
        writing: Decimal mark and date order, where they had to be found out.
        zone: SQL of the store's time zone name.
    """
    match column.type:
        case "money":
            return _number(raw, writing.decimal, MONEY)
        case "integer":
            return _whole_number(raw, writing.decimal)
        case "percent":
            bare = f"replace({raw}, '%', '')"
            number = _number(bare, writing.decimal, RATE)
            return (
                f"CASE WHEN contains({raw}, '%') THEN CAST({number} / 100 AS {RATE})"
                f" ELSE {number} END"
            )
        case "boolean":
            return (
                f"CASE WHEN lower({raw}) IN ('yes', 'y', 'true', '1', '1.0', 'x', '是') THEN true"
                f" WHEN lower({raw}) IN ('no', 'n', 'false', '0', '0.0', '否') THEN false END"
            )
        case "timestamp":
            return _moment(raw, column, writing, zone)
        case "date":
            return f"CAST({_local_moment(raw, column, writing, ignore_offset=True)} AS DATE)"
        case "id":
            # 1.23457E+17 is what a spreadsheet leaves of an 18-digit id.
            return f"CASE WHEN NOT regexp_full_match({raw}, '\\d([.]\\d+)?[eE][+]\\d+') THEN {raw} END"  # noqa: E501
        case _:
            return raw


def mark_evidence(raw: str) -> tuple[str, str, str]:
    """Give SQL conditions: surely a decimal point, surely a comma, could be either."""
    cell = _bare_number(raw)
    point = rf"[.]\d{{1,2}}$|[.]\d{{4,}}$|\d,\d{{3}}[.]|\d,\d{{3}},\d{{3}}|^-?0*[.]\d"
    comma = rf",\d{{1,2}}$|,\d{{4,}}$|\d[.]\d{{3}},|\d[.]\d{{3}}[.]\d{{3}}|^-?0*,\d"
    return (
        f"regexp_matches({cell}, {literal(point)})",
        f"regexp_matches({cell}, {literal(comma)})",
        f"regexp_full_match({cell}, '-?[1-9]\\d{{0,2}}[.,]\\d{{3}}')",
    )


def order_evidence(raw: str) -> tuple[str, str, str]:
    """Give SQL conditions: surely day first, surely month first, could be either."""
    first = f"try_cast(regexp_extract({raw}, {literal(_LOCAL)}, 1) AS INTEGER)"
    second = f"try_cast(regexp_extract({raw}, {literal(_LOCAL)}, 3) AS INTEGER)"
    # Between dots the day comes first everywhere; only / and - leave a doubt.
    doubtful = f"regexp_extract({raw}, {literal(_LOCAL)}, 2) IN ('/', '-')"
    return (
        f"{doubtful} AND {first} > 12 AND {second} <= 12",
        f"{doubtful} AND {second} > 12 AND {first} <= 12",
        f"{doubtful} AND {first} <= 12 AND {second} <= 12 AND {first} <> {second}",
    )


def _bare_number(raw: str) -> str:
    """Strip currency marks, blanks, percent and quotes; write the minus as a hyphen."""
    text = f"regexp_replace(translate({raw}, '−–—‒﹣－', '------'), '[\\s\\x{{a0}}\\x{{202f}}\\x{{2009}}''’%]', '', 'g')"  # noqa: E501
    text = f"regexp_replace({text}, {literal(f'^(-?){_MONEY_MARK}|{_MONEY_MARK}(-?)$')}, '\\1\\2')"
    # (12.50) and 12.50- are how accountants and SAP write minus.
    return (
        f"CASE WHEN regexp_full_match({text}, '[(].*[)]') THEN '-' || trim({text}, '()')"
        f" WHEN ends_with({text}, '-') AND length({text}) > 1 THEN '-' || rtrim({text}, '-')"
        f" ELSE {text} END"
    )


def _pointed(raw: str, decimal: Decimal) -> str:
    """Write a number the way DuckDB reads it, or NULL where it is none."""
    group, mark = (",", "[.]") if decimal == "point" else ("[.]", ",")
    sound = rf"[+-]?(?:\d{{1,3}}(?:{group}\d{{3}})+|\d+)?(?:{mark}\d*)?"
    other = "," if decimal == "point" else "."
    bare = _bare_number(raw)
    swapped = f"replace({bare}, '{other}', '')"
    if decimal == "comma":
        swapped = f"replace({swapped}, ',', '.')"
    return f"CASE WHEN regexp_full_match({bare}, {literal(sound)}) THEN {swapped} END"


def _number(raw: str, decimal: Decimal, kind: str) -> str:
    plain = r"[+-]?\d+(?:[.]\d+)?" if decimal == "point" else r"[+-]?\d+"
    exponent = r"[+-]?\d+(?:[.]\d+)?[eE][+-]?\d+"  # as spreadsheets and Parquet write 0.00001
    return (
        f"CASE WHEN regexp_full_match({raw}, '{plain}|{exponent}') THEN try_cast({raw} AS {kind})"
        f" ELSE try_cast({_pointed(raw, decimal)} AS {kind}) END"
    )


def _whole_number(raw: str, decimal: Decimal) -> str:
    number = f"try_cast({_pointed(raw, decimal)} AS DECIMAL(18,4))"
    return (
        f"CASE WHEN regexp_full_match({raw}, '[+-]?\\d+') THEN try_cast({raw} AS BIGINT)"
        f" WHEN {number} = trunc({number}) THEN CAST({number} AS BIGINT) END"
    )


def _moment(raw: str, column: Column, writing: Writing, zone: str) -> str:
    """Give the moment in UTC. An offset in the cell always wins over what is declared."""
    if column.format and "%z" in column.format:
        return f"timezone('UTC', try_strptime({raw}, {literal(column.format)}))"
    local = _local_moment(raw, column, writing)
    match column.zone:
        case "utc":
            without = local
        case "offset":
            without = "NULL"
        case "store":
            without = f"timezone('UTC', timezone({zone}, {local}))"
        case _:
            without = f"timezone('UTC', timezone({literal(str(column.zone))}, {local}))"
    # Casting text with an offset to TIMESTAMP drops the offset in silence: TIMESTAMPTZ only.
    spelled = f"regexp_replace({raw}, '\\s*([+-]\\d{{2}})(\\d{{2}})$', '\\1:\\2')"
    moment = f"timezone('UTC', try_cast({spelled} AS TIMESTAMPTZ))"
    usual = f"regexp_full_match({raw}, '\\d{{4}}-\\d{{2}}-\\d{{2}}[T ]\\d{{2}}:\\d{{2}}:\\d{{2}}(Z|[+]00:00)')"  # noqa: E501
    return (
        f"CASE WHEN {usual} THEN try_cast(left({raw}, 19) AS TIMESTAMP)"
        f" WHEN regexp_matches({raw}, {literal(_OFFSET)}) THEN {moment} ELSE {without} END"
    )


def _local_moment(
    raw: str, column: Column, writing: Writing, *, ignore_offset: bool = False
) -> str:
    """Give the wall-clock time that the cell states."""
    if column.format:
        return f"try_strptime({raw}, {literal(column.format)})"
    if ignore_offset:  # a date is the day as written
        raw = f"regexp_replace({raw}, '\\s*(Z|UTC|GMT|[+-]\\d{{2}}:\\d{{2}})$', '')"
    order = column.order or writing.order
    year = f"regexp_extract({raw}, {literal(_LOCAL)}, 4)"
    # Between dots the day comes first, whatever is declared for slashes.
    day_first = f"regexp_extract({raw}, {literal(_LOCAL)}, 2) = '.'"
    if order == "dmy":
        day_first = "true"
    elif order is None:  # nothing in the column but dots, or days and months that are equal
        day_first += f" OR regexp_extract({raw}, {literal(_LOCAL)}, 1) = regexp_extract({raw}, {literal(_LOCAL)}, 3)"  # noqa: E501
    full_year = f"CASE WHEN length({year}) = 2 THEN '20' || {year} ELSE {year} END"
    rest = f"regexp_replace({raw}, {literal(_LOCAL)}, '')"
    parts = [f"regexp_extract({raw}, {literal(_LOCAL)}, {part})" for part in (1, 3)]
    turned = (
        f"{full_year} || '-' || CASE WHEN {day_first} THEN {parts[1]} || '-' || {parts[0]}"
        f" ELSE {parts[0]} || '-' || {parts[1]} END || {rest}"
    )
    iso = f"regexp_replace({raw}, {literal(_ISO)}, '\\1-\\2-\\3')"
    compact = f"regexp_replace({raw}, '^(\\d{{4}})(\\d{{2}})(\\d{{2}})$', '\\1-\\2-\\3')"
    text = (
        f"CASE WHEN regexp_matches({raw}, {literal(_ISO)}) THEN {iso}"
        f" WHEN regexp_matches({raw}, {literal(_LOCAL)}) THEN {turned} ELSE {compact} END"
    )
    clock = "['%Y-%m-%d %I:%M:%S %p', '%Y-%m-%d %I:%M %p']"
    return (
        f"CASE WHEN regexp_full_match({raw}, '\\d{{4}}-\\d{{2}}-\\d{{2}}([T ]\\d{{2}}:\\d{{2}}:\\d{{2}})?')"  # noqa: E501
        f" THEN try_cast({raw} AS TIMESTAMP)"
        f" WHEN regexp_full_match({text}, '{_PLAIN_MOMENT}') THEN try_cast({text} AS TIMESTAMP)"
        f" ELSE try_strptime({text}, {clock}) END"
    )
