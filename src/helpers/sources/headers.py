"""One spelling for headers: platforms change dashes, spaces, case and brackets at will."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_DASHES = str.maketrans({dash: "-" for dash in "‐‑‒–—―−﹣－"})
_QUOTES = str.maketrans({quote: "'" for quote in "’‘ʼ´`"})
#: What a declared header writes for the currency that stands in brackets in the real one.
CURRENCY = "{currency}"
_IN_BRACKETS = re.compile(r"[(（]\s*([A-Z]{3})\s*[)）]")
#: What may reach a person: an e-mail, a telephone number.
_PERSONAL = re.compile(r"[^\s<>(),;:，；：]+[@＠][^\s<>(),;，；]+|[+＋]?\d(?:[ .()/-]{0,2}\d){8,}")
_SHOWN = 80
_INVISIBLE = re.compile("[\ufeff\u200b-\u200f\u2060\u202a-\u202e]")


@lru_cache(maxsize=8192, typed=True)
def plain(header: object) -> str:
    """Write a header the one way in which headers are compared.

    Only spelling is levelled. The match itself is exact: a looser one would let
    ``Sessions - Total`` swallow ``Sessions - Total - B2B``.

    >>> plain("\ufeff （子）ASIN "), plain("Sessions  – Total")
    ('(子)asin', 'sessions - total')
    """
    text = _INVISIBLE.sub("", "" if header is None else str(header))
    text = unicodedata.normalize("NFKC", text).translate(_DASHES).translate(_QUOTES)
    return " ".join(text.split()).casefold()


def told(header: str) -> str:
    """Give a header as it may be shown and kept: on one line, not too long, and nobody's address.

    A header that nobody declared can be anything: a megabyte, or a title with a person in it.

    >>> told(" Note  for ann@example.com, +49 30 1234567 ")
    'Note for …, …'
    """
    text = _PERSONAL.sub("…", " ".join(header[: _SHOWN * 4].split()))
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def currency_within(header: str) -> str | None:
    """Give the currency that a header names in brackets, if it names one.

    >>> currency_within("Amount spent (EUR)"), currency_within("Orders (#)")
    ('EUR', None)
    """
    found = _IN_BRACKETS.search(header)
    return found.group(1) if found else None


@lru_cache(maxsize=8192)
def spellings(header: str) -> tuple[str, ...]:
    """Give the ways in which a mapping may name a header: as it stands, and with any currency.

    >>> spellings("Amount spent (EUR)")
    ('amount spent (eur)', 'amount spent ({currency})')
    """
    if currency_within(header) is None:
        return (plain(header),)
    return plain(header), plain(_IN_BRACKETS.sub(f"({CURRENCY})", header, count=1))


@lru_cache(maxsize=256)
def _left_out(ignored: tuple[str, ...]) -> tuple[frozenset[str], re.Pattern[str] | None]:
    exact = frozenset(plain(one) for one in ignored)
    forms = [re.escape(plain(one)).replace(r"\*", ".*") for one in ignored if "*" in one]
    return exact, re.compile("|".join(forms)) if forms else None


def is_among(header: str, listed: tuple[str, ...]) -> bool:
    """Tell whether a list names a header; ``*`` in the list stands for anything.

    >>> is_among("Sessions – B2B", ("* - B2B",)), is_among("Sessions", ("* - B2B",))
    (True, False)
    """
    exact, forms = _left_out(listed)
    text = plain(header)
    return text in exact or (forms is not None and forms.fullmatch(text) is not None)
