"""What of a free text may be a person's, and how it is blotted out: by pattern, as SQL.

Names cannot be told by pattern, which is why free text is not read unless a mapping says so
(``type: note``). What is kept, and every bad cell that is shown, goes through here: e-mails,
phones, long digit runs, and lines that look like a street. To blot out too much costs a word; to
blot out too little costs a person.
"""

from __future__ import annotations

from collections.abc import Iterable

from helpers.sources.sql import literal

BLOT = "…"

_WORDS = r"(?:[\p{L}\d'’.&-]+[ \t]+){0,3}"
_NUMBER = r"\p{Nd}{1,5}(?:[ ]?[a-zA-Z]\b)?(?:[/-]\p{Nd}{1,5}[a-zA-Z]?)?"
_CHINESE_NUMBER = r"(?:\p{Nd}{1,5}|[一二三四五六七八九十百千]{1,5})"

_EMAIL = r"[^\s<>(),;:，；：]+[@＠][^\s<>(),;，；]+"
_PHONE_WITH_PLUS = r"[(（]?[+＋][ ]?[(（]?\p{Nd}[\p{Nd}() .（）/-]{5,}\p{Nd}"
#: Nine digits or more, alone or in the groups in which people write them; a date has eight.
_LONG_NUMBER = r"[(（]?(?:\p{Nd}[ .()（）/-]{0,2}){8,}\p{Nd}"
#: Shorter ones where the text says what they are.
_PHONE_BY_NAME = (
    r"(?i)(?:\b(?:tel|telephone|phone|mobile|cell|call|whatsapp|viber|wechat|fax|telefon|tél|móvil"
    r"|hp)|电话|電話|手机|手機|微信|座机|โทร|điện thoại|sđt)"
    r"[\s.:：#-]{0,4}(?:\p{L}{2,6}[\s:：]{1,3})?"
    r"[(（]?\p{Nd}[\p{Nd}() .（）/-]{3,}\p{Nd}"
)
#: In a text that holds a date, groups of digits may be its time; so long a run is none.
_DATE = r"\d{1,4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,4}"
_ONE_LONG_RUN = r"\p{Nd}{10,}"
_STREETS = (
    # 12 Sample Road; 12a, Sample St.
    rf"(?i)\b{_NUMBER},?[ \t]+{_WORDS}[\p{{L}}'’-]+[ \t]+"
    r"(?:street|str|st|road|rd|avenue|ave|boulevard|blvd|lane|ln|alley|parkway|pkwy|highway|hwy)\b[.]?",
    # 3 Sample Court: words that also mean something else count between capitals only.
    rf"\b{_NUMBER},?[ \t]+(?:\p{{Lu}}[\p{{L}}'’-]*[ \t]+){{1,3}}"
    r"(?:Drive|Dr|Way|Court|Ct|Close|Place|Pl|Square|Sq|Terrace|Row|Crescent|Gardens|Hill|Park)\b[.]?",
    # Rue, Calle, Via, Jalan and their like stand in front; in France after the number.
    rf"(?i)\b{_NUMBER},?[ \t]+(?:bis[ \t]+|ter[ \t]+)?"
    r"(?:rue|chemin|allée|impasse|quai)[ \t]+(?:[\p{L}'’-]+[ \t]*){1,4}",
    r"(?i)\b(?:rue|calle|via|viale|piazza|avenida|rua|paseo|jalan|jl|jln|ulica|ul|đường)[. ][ \t]*"
    rf"(?:[\p{{L}}'’.-]+[ \t,]+){{1,4}}(?:n[or°º]?[.]?[ \t]*)?{_NUMBER}",
    # Musterstraße 12, Muster Str. 12, Bahnhofplatz 3
    rf"(?i)(?:\p{{L}}+[ -])?\p{{L}}*(?:straße|strasse|str[.]|straat|gatan|vägen)[ \t]*{_NUMBER}",
    rf"(?i)\p{{L}}{{3,}}(?:weg|allee|platz|gasse|chaussee|laan|gracht)[ \t]+{_NUMBER}",
    # 示例路12号5栋301室, 示例2丁目3-4
    rf"\p{{Han}}{{1,12}}(?:路|街|街道|大道|巷|弄|胡同|里|段|村|小区)[ \t]*{_CHINESE_NUMBER}[ \t]*"
    rf"(?:号|號|弄|巷|番|楼|栋|幢|室)"
    rf"(?:[ \t]*{_CHINESE_NUMBER}[ \t]*(?:号|號|楼|栋|幢|单元|层|室|之))*"
    r"(?:\p{Nd}{1,5})?",
    r"[\p{Han}\p{Hiragana}\p{Katakana}]{1,12}\p{Nd}{1,5}丁目[\p{Nd}番地号ー−-]*",
    r"\p{Hangul}{1,10}(?:로|길)[ \t]*\p{Nd}{1,4}",
    r"(?:ถนน|ซอย|บ้านเลขที่|เลขที่)[ \t]*[\p{Thai}\p{Nd}/]+(?:[ \t]*\p{Nd}[\p{Nd}/]*)?",
    r"(?i)\bp[.]?[ ]?o[.]?[ ]?box[ \t]+\p{Nd}+",
)


#: Words in a cell meant for a number or a date that tell what is wrong with it, and of nobody.
_HARMLESS = (
    "n|a|na|nan|null|none|nil|inf|infinity|ref|div|value|num|yes|no|y|true|false|e|x|t|z|am|pm|utc"
    "|gmt|pst|pdt|est|edt|cet|cest|bst|jst|pcs?|pieces?|units?|kg|g|lbs?|oz|cm|mm|m|ca|approx|about"
    "|usd|eur|gbp|cny|rmb|jpy|cad|aud|mxn|brl|sgd|myr|thb|vnd|php|idr|twd|ntd|hkd|rm|rp|nt|us|hk"
    "|jan|january|feb|february|mar|march|apr|april|may|june?|july?|aug|august|sept?|september|oct"
    "|october|nov|november|dec|december|mon|tue|wed|thu|fri|sat|sun|today|now|total|sum|qty"
    "|days?|weeks?|months?|years?|hours?|min|mins|minutes?|stars?|sets?|pairs?|天|周|週|小时|箱"
    "|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|half"
    "|件|个|個|元|円|年|月|日|时|時|分|秒|万|千|百|无|無|空|合计|总计|是|否"
)
_LETTERS = r"[\p{L}\p{M}]+|[^\p{L}\p{M}]+"


def worded(cell: str) -> str:
    """Give the SQL that leaves of a cell, meant for a number or a date, no word but harmless ones.

    A row that has slipped puts a buyer's name where the price should be, and no pattern knows a
    name. What is wrong can be seen in the file: the line and the column are told.
    """
    return (
        f"array_to_string(list_transform(regexp_extract_all({cell}, {literal(_LETTERS)}),"
        f" lambda part: CASE WHEN regexp_full_match(part, '[^\\p{{L}}\\p{{M}}]+')"
        f" OR regexp_full_match(lower(part), {literal(_HARMLESS)}) THEN part"
        f" ELSE '{BLOT}' END), '')"
    )


def masked(cell: str, *, is_moment: bool = False) -> str:
    """Give the SQL that blots out of a text what may be a person's.

    Args:
        cell: SQL of the text.
        is_moment: The text was meant for a date, whose digits are no phone number.
    """
    everywhere = [_EMAIL, _PHONE_WITH_PLUS, *_STREETS]
    blotted = _without(cell, [*everywhere[:2], _PHONE_BY_NAME, _LONG_NUMBER, *_STREETS])
    if not is_moment:
        return blotted
    dated = _without(cell, [*everywhere, _ONE_LONG_RUN])
    return f"CASE WHEN regexp_matches({cell}, {literal(_DATE)}) THEN {dated} ELSE {blotted} END"


def _without(cell: str, patterns: Iterable[str]) -> str:
    for pattern in patterns:
        cell = f"regexp_replace({cell}, {literal(pattern)}, '{BLOT}', 'g')"
    return cell
