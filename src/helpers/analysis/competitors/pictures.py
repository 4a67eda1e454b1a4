"""Is it still the same picture? A perceptual hash that stands resizing and recompression.

The discrete cosine transform of a small grey copy, its lowest frequencies above or below their
median: 64 bits (Krawetz 2011, "Looks like it"; the same figures as ``imagehash.phash``). Six
lines on SciPy and Pillow, which are here anyway, against two more packages.
"""

from __future__ import annotations

import warnings
from pathlib import Path

_SMALL, _BITS = 32, 8
#: Of 64 bits so many may differ where one picture was resized or recompressed (Krawetz).
SAME_UP_TO = 10
#: No picture of an offer is larger; a file that claims to be is an attack on memory.
MOST_PIXELS = 50_000_000


def picture_hash(path: Path) -> int | None:
    """Give the hash of an image file; None where there is none that can be read."""
    import numpy as np
    from PIL import Image
    from scipy.fft import dctn

    try:
        with warnings.catch_warnings(), Image.open(path) as image:
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            if image.width * image.height > MOST_PIXELS:
                return None
            small = image.convert("L").resize((_SMALL, _SMALL), Image.Resampling.LANCZOS)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError,
            Image.DecompressionBombWarning):  # fmt: skip
        return None
    low = dctn(np.asarray(small, dtype=float))[:_BITS, :_BITS]
    bits = (low > np.median(low)).flatten()
    return int("".join("1" if bit else "0" for bit in bits), 2)


def difference(one: int, other: int) -> int:
    """Count the bits in which two hashes differ, 0 to 64.

    >>> difference(0b1011, 0b0010)
    2
    """
    return (one ^ other).bit_count()


def has_changed(before: Path, now: Path) -> bool | None:
    """Say whether two files show different pictures; None where one cannot be read."""
    first, second = picture_hash(before), picture_hash(now)
    if first is None or second is None:
        return None
    return difference(first, second) > SAME_UP_TO


def picture_in(folder: Path, name: str | None) -> Path | None:
    """Give the file of that name inside a folder; None where there is none.

    A name that leads out of the folder is no name: it comes from a file somebody sent.
    """
    if not name:
        return None
    path = (folder / name).resolve()
    return path if path.is_relative_to(folder.resolve()) and path.is_file() else None
