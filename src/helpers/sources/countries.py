"""Country names, in the languages exports come in, to ISO 3166 codes.

Babel knows the names; what only one file says (``EIRE``, ``RSA``) its mapping declares.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Literal

from helpers.sources.headers import plain

_LANGUAGES = ("en", "zh", "de", "fr", "es", "it", "ja", "pt")
#: Everyday names and codes that are neither ISO nor the locale data's own.
_USUAL = {
    "uk": "GB", "great britain": "GB", "england": "GB", "scotland": "GB", "wales": "GB",
    "el": "GR", "usa": "US", "u.s.a.": "US", "u.s.": "US", "united states of america": "US",
    "hong kong": "HK", "macau": "MO", "macao": "MO", "czech republic": "CZ", "turkey": "TR",
    "korea": "KR", "south korea": "KR", "republic of korea": "KR", "viet nam": "VN",
    "uae": "AE", "ksa": "SA", "holland": "NL", "the netherlands": "NL", "russian federation": "RU",
    "taiwan": "TW", "mainland china": "CN", "香港": "HK", "澳门": "MO", "台湾": "TW",
}  # fmt: skip
_NOWHERE = {"unspecified", "unknown", "n/a", "none", "未知", "其他", "zz"}


def country_codes(spelled: Iterable[str], names: Mapping[str, str]) -> dict[str, str | None]:
    """Say for each spelling which country it means: a code, ``""`` for none, None for a riddle.

    >>> country_codes(["de", "Japan", "EIRE", "Unspecified", "Atlantis"], {"EIRE": "IE"})
    {'de': 'DE', 'Japan': 'JP', 'EIRE': 'IE', 'Unspecified': '', 'Atlantis': None}
    """
    declared = {plain(name): code for name, code in names.items()}
    found: dict[str, str | None] = {}
    for text in spelled:
        key = plain(text)
        if key in declared:
            found[text] = declared[key]
        elif key in _USUAL:
            found[text] = _USUAL[key]
        elif key in _NOWHERE:
            found[text] = ""
        else:
            found[text] = _known_names().get(key)
    return found


@lru_cache(maxsize=64)
def day_order(country: str) -> Literal["dmy", "mdy"] | None:
    """Say how a country writes 3 April in numbers; None where the year comes first.

    >>> day_order("US"), day_order("GB"), day_order("JP")
    ('mdy', 'dmy', None)
    """
    if not country:
        return None
    from babel import Locale

    form = str(Locale.parse(f"und_{country}").date_formats["short"].pattern)
    day, month, year = form.find("d"), form.find("M"), form.find("y")
    if year < min(day, month):
        return None
    return "dmy" if day < month else "mdy"


@lru_cache(maxsize=64)
def decimal_mark(country: str) -> Literal["point", "comma"] | None:
    """Say how a country marks decimals; None where that is neither a point nor a comma.

    >>> decimal_mark("JP"), decimal_mark("DE")
    ('point', 'comma')
    """
    if not country:
        return None
    from babel import Locale
    from babel.numbers import get_decimal_symbol

    mark = get_decimal_symbol(Locale.parse(f"und_{country}"))
    return "point" if mark == "." else "comma" if mark == "," else None


@lru_cache(maxsize=1)
def _known_names() -> Mapping[str, str]:
    """Read the territory names once, and only when a file writes countries out."""
    from babel import Locale

    known: dict[str, str] = {}
    for language in reversed(_LANGUAGES):
        for code, label in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha():
                known[plain(label)] = code
                known[code.casefold()] = code
    return known


def coinless(currency: str) -> bool:
    """Say whether a currency is used without coins, so that its prices have no fractions.

    >>> coinless("IDR"), coinless("JPY"), coinless("USD")
    (True, True, False)
    """
    from babel.core import get_global

    digits = get_global("currency_fractions")
    return bool(digits.get(currency, digits["DEFAULT"])[2] == 0)
