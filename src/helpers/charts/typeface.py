"""The house typeface: Noto Sans SC, read as a file from the ``zhplot`` package.

``zhplot`` is never imported: its import changes matplotlib's global settings. Drawings hold real
text, so the reader's browser draws the letters; the font is needed to measure them, and so that
no Chinese label ever raises a missing-glyph warning.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from helpers.charts.markup import clean
from helpers.vocabulary.faults import Fault, WorkFailed

FAMILY = "Noto Sans SC"
#: What a browser is told; the site ships a subset of Noto Sans SC under this name.
FONT_STACK = f"'{FAMILY}', sans-serif"
#: Stands in a drawing for a letter that neither font holds (Arabic, Thai, emoji). Printers'
#: own mark for missing type; the data and the spoken text keep the true word.
GETA = "〓"


def font_file() -> Path:
    """Say where the font lies.

    Raises:
        WorkFailed: The package that ships it is not installed.
    """
    found = find_spec("zhplot")
    for folder in (found.submodule_search_locations or ()) if found else ():
        file = Path(folder) / "fonts" / "NotoSansSC-Regular.ttf"
        if file.is_file():
            return file
    raise WorkFailed(
        Fault("typeface", "Noto Sans SC was not found", "install the package zhplot (pip)")
    )


@cache
def load_typeface() -> frozenset[int]:
    """Make the font known to matplotlib, once; give the code points that can be drawn."""
    from matplotlib import font_manager
    from matplotlib.ft2font import FT2Font

    file = font_file()
    font_manager.fontManager.addfont(str(file))
    spare = font_manager.findfont("DejaVu Sans", fallback_to_default=False)
    known = set(FT2Font(str(file)).get_charmap()) | set(FT2Font(spare).get_charmap())
    return frozenset(known)


@cache
def _face() -> Any:
    from matplotlib.ft2font import FT2Font

    face = FT2Font(str(font_file()))
    face.set_size(100, 72)
    return face


@cache
def advance(letter: str) -> float:
    """Say how far a letter moves the pen, in ems; unknown ones count as a full square."""
    face = _face()
    if ord(letter) not in load_typeface() or not face.get_char_index(ord(letter)):
        return 1.0
    return float(face.load_char(ord(letter)).linearHoriAdvance) / 65536 / 100


def drawable(text: object) -> str:
    """Write text with letters that the fonts hold, so that no box is ever drawn."""
    known = load_typeface()
    return "".join(
        letter if ord(letter) in known or letter == "\n" else GETA for letter in clean(text)
    )
