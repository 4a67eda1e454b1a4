"""One spelling for headers: platforms change dashes, spaces, case and brackets at will."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_DASHES = str.maketrans({dash: "-" for dash in "‐‑‒–—―−﹣－"})
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
    text = unicodedata.normalize("NFKC", text).translate(_DASHES)
    return " ".join(text.split()).casefold()
