"""Style sheets, scripts and the font: stored once, named after their content.

An edition never changes, and neither does anything it refers to: a new style sheet gets a new
name, so old editions keep the one they were built with, and equal ones share a file.
"""

from __future__ import annotations

import hashlib
import io
import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from helpers.paths import BOOK
from helpers.vocabulary.labels import Language

FOLDER = "_assets"
_HASH_LENGTH = 12
#: What a frame or a number may need whatever the pages say.
_ALWAYS = string.printable + "€£¥₩₫−×±·•–—‘’“”…→←↑↓▲▼▾×≥≤%、。，：；！？（）「」《》〓"
#: Every character but those that a Chinese font draws wide: U+2014, U+2018-201D, U+2026.
_NOT_WIDE = ";unicode-range:U+0-2013,U+2015-2017,U+201E-2025,U+2027-10FFFF"
#: Tables that only vertical setting, hinting or OpenType features need.
_UNNEEDED_TABLES = ["GSUB", "GPOS", "GDEF", "BASE", "STAT", "vhea", "vmtx", "prep", "gasp"]


@dataclass(frozen=True)
class Assets:
    """The names of one build's assets below ``site/_assets``."""

    style: str
    font_style: Mapping[Language, str]
    script: str
    search: str
    font: str

    def files(self, made: Path, site: Path) -> list[Path]:
        """Say where each of them is now: newly made, or on the site already."""
        names = [self.style, *self.font_style.values(), self.script, self.search, self.font]
        places = ((made / name, site / FOLDER / name) for name in sorted(set(names)))
        return [new if new.exists() else before for new, before in places]

    def as_frame(self, language: Language) -> dict[str, str]:
        """Give the names as the templates want them."""
        return {
            "style": self.style,
            "font_style": self.font_style[language],
            "script": self.script,
            "search": self.search,
        }


def frame_fingerprint() -> str:
    """Fingerprint everything in ``book/``: another frame makes another edition."""
    digest = hashlib.sha256()
    for path in sorted(one for one in BOOK.rglob("*") if one.is_file()):
        digest.update(path.relative_to(BOOK).as_posix().encode() + b"\0" + path.read_bytes())
    digest.update(_exhibit_style().encode())
    return digest.hexdigest()[:_HASH_LENGTH]


def make_assets(folder: Path, site: Path, letters: Iterable[str]) -> Assets:
    """Make the assets of a build, except those that the site has already.

    Args:
        folder: Where new ones are made, until the build has passed its check.
        site: The site's folder.
        letters: The characters that the pages use; the font holds these and no others.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (site / FOLDER).mkdir(exist_ok=True)
    kept = _Shelf(folder, site / FOLDER)
    static = BOOK / "_static"
    style = _exhibit_style() + (static / "review.css").read_text(encoding="utf-8")
    font, font_style = _store_font(kept, letters)
    return Assets(
        style=kept.store("review", "css", style.encode()),
        font_style=font_style,
        script=kept.store("review", "js", (static / "review.js").read_bytes()),
        search=kept.store("search", "js", (static / "search.js").read_bytes()),
        font=font,
    )


def _exhibit_style() -> str:
    from helpers.charts.exhibit import STYLE_SHEET

    return STYLE_SHEET.read_text(encoding="utf-8") + "\n"


@dataclass(frozen=True)
class _Shelf:
    """New assets and those that were there before."""

    made: Path
    before: Path

    def store(self, name: str, ending: str, content: bytes) -> str:
        """Keep a content under a name that holds its hash."""
        stored = f"{name}-{hashlib.sha256(content).hexdigest()[:_HASH_LENGTH]}.{ending}"
        before = self.before / stored
        # One that was spoilt on its place is made anew: editions of years load it.
        if not (before.is_file() and before.read_bytes() == content):
            (self.made / stored).write_bytes(content)
        return stored

    def has(self, name: str) -> bool:
        """Tell whether there is such an asset."""
        return (self.before / name).exists() or (self.made / name).exists()


def _store_font(kept: _Shelf, letters: Iterable[str]) -> tuple[str, dict[Language, str]]:
    """Store the font's subset under a name made from its letters, so that it is cut only once.

    One file for both languages, and a style sheet for each: in a Chinese font quotation marks,
    dashes and the ellipsis are as wide as a character, which tears English words apart.
    """
    from helpers.charts.typeface import font_file

    source = font_file()
    wanted = sorted({ord(letter) for letter in letters} | {ord(letter) for letter in _ALWAYS})
    recipe = f"{source.stat().st_size} {wanted}"
    name = f"noto-sans-sc-{hashlib.sha256(recipe.encode()).hexdigest()[:_HASH_LENGTH]}"
    if not kept.has(f"{name}.woff2"):
        (kept.made / f"{name}.woff2").write_bytes(_subset(source, wanted))
    return f"{name}.woff2", {
        "zh": kept.store(name, "css", _face(name, "").encode()),
        "en": kept.store(name, "css", _face(name, _NOT_WIDE).encode()),
    }


def _face(name: str, span: str) -> str:
    from helpers.charts.typeface import FAMILY

    return (
        f"/* {FAMILY}, SIL Open Font License 1.1; subset of the characters on these pages. */\n"
        f'@font-face{{font-family:"{FAMILY}";font-weight:400;font-style:normal;'
        f'font-display:swap;src:url("{name}.woff2") format("woff2"){span}}}\n'
    )


def _subset(source: Path, wanted: list[int]) -> bytes:
    from fontTools import subset

    options = subset.Options(
        flavor="woff2",
        layout_features=[],
        hinting=False,
        notdef_outline=True,
        name_IDs=[0, 1, 2, 13, 14],  # the licence travels with the font
        ignore_missing_unicodes=True,
    )
    options.drop_tables += _UNNEEDED_TABLES
    font = subset.load_font(str(source), options, lazy=True)
    # The same letters must give the same bytes, whenever they are cut.
    font.recalcTimestamp = False
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=wanted)
    cutter.subset(font)
    out = io.BytesIO()
    subset.save_font(font, out, options)
    return out.getvalue()
