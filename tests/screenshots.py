"""Take pictures of a built site, to be looked at: `python tests/screenshots.py SITE FOLDER`.

Every page that the newest portal and the newest editions hold, in each language, at a desk's and a
phone's width, from `file://` as a reader would open it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from browser import open_browser

SIZES = {"desk": (1280, 900), "phone": (390, 844)}


def newest_folders(site: Path) -> list[Path]:
    """Give the newest portal and the newest edition of each period."""
    portals = sorted((site / "portal").iterdir(), key=lambda one: int(one.name))
    found = portals[-1:]
    for period in sorted(site.glob("*/*")):
        editions = sorted(period.glob("r*"), key=lambda one: int(one.name[1:]))
        found += editions[-1:]
    return found


def take(site: Path, folder: Path, *, whole: bool = True, only: str = "") -> None:
    """Save one picture for each page, language and width."""
    with open_browser() as browser:
        for part in newest_folders(site):
            for page in sorted(part.glob("*/*.html")):
                name = "-".join(page.relative_to(site).with_suffix("").parts)
                if only not in name:
                    continue
                for size, (width, height) in SIZES.items():
                    browser.open(page, width, height)
                    browser.run("return document.fonts.ready")
                    print(browser.picture(folder / f"{name}-{size}.png", whole=whole))


if __name__ == "__main__":
    take(Path(sys.argv[1]).resolve(), Path(sys.argv[2]), only="".join(sys.argv[3:4]))
