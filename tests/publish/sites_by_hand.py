"""Whole sites within milliseconds: pages written by hand, and the order of going live for real.

Building a book takes seconds, and what readers see while editions appear does not depend on it.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from pages_by_hand import WORKSPACE

from helpers.config.workspace import Workspace
from helpers.paths import WorkspacePaths
from helpers.publish.assets import FOLDER as ASSETS
from helpers.publish.assets import Assets
from helpers.publish.editions import Edition, Editions, PageRecord, leading, next_number
from helpers.publish.going_live import go_live, next_book, one_publication, staging_area
from helpers.publish.holdings import PORTAL, RECORD
from helpers.publish.pointer import Telling, known_touched
from helpers.publish.rollback import decide
from helpers.publish.rollbacks import Rollback
from helpers.publish.words import HTML_LANGUAGE
from helpers.vocabulary.labels import Label

LANGUAGES = ("zh", "en")
PAGES = ("index", "sales")
PAGE = """<!DOCTYPE html>
<html lang="{lang}" data-language="{language}" data-root="{root}" data-review="{review}" \
data-period="{period}" data-number="{number}">
<head><link rel="stylesheet" href="{root}_assets/{style}"><script src="{root}editions.js"></script>
</head><body><h1>{title}</h1>{links}</body>
</html>
"""


@dataclass
class SiteByHand:
    """A workspace whose editions cost next to nothing."""

    root: Path
    workspace: Workspace = WORKSPACE

    @property
    def paths(self) -> WorkspacePaths:
        return WorkspacePaths(self.root)

    @property
    def site(self) -> Path:
        return self.paths.site

    def copied_to(self, folder: Path) -> SiteByHand:
        """Give a copy that a test may change."""
        shutil.copytree(self.root, folder)
        return replace(self, root=folder)

    def publish(self, period: str = "2025-10", review: str = "monthly") -> Edition:
        """Publish one more edition."""
        with one_publication(self.paths):
            edition = Edition(
                format=2, review=review, title=Label(en="Monthly review", zh="月度经营回顾"),
                period=period, fiscal_start=1,
                number=next_number(self.site, review, period), status="final", data_through=None,
                key="by hand", languages=LANGUAGES,
                pages=tuple(PageRecord(file=name, title=Label(en=name, zh=name)) for name in PAGES),
            )  # fmt: skip
            self._live(Editions.on(self.site), edition)
            return edition

    def roll_back(self, edition: str, because: str = "fees were counted twice") -> None:
        """Lead readers back, as ``review rollback`` does."""
        with one_publication(self.paths):
            decided = decide(self.site, WORKSPACE, edition, because, "ann")
            self._live(decided.editions, None, decided.rollback)

    def _live(
        self, editions: Editions, edition: Edition | None, rollback: Rollback | None = None
    ) -> None:
        touched = known_touched(editions)
        if touched is not None:
            touched |= {(one.review, one.period) for one in (edition, rollback) if one}
        editions = editions.plus(edition) if edition else editions
        editions = editions.after(rollback) if rollback else editions
        self.site.mkdir(parents=True, exist_ok=True)
        with staging_area(self.site) as staging:
            number = next_book(self.site / PORTAL)
            assets = self._assets(staging / ASSETS, number)
            places = {staging / ASSETS: self.site / ASSETS}
            if edition:
                self._write_edition(staging / "edition", edition, assets.style)
                places[staging / "edition"] = self.site / edition.folder
            every = editions.of_years(editions.years)
            self._write_portal(staging / "portal", every, assets.style)
            places[staging / "portal"] = self.site / PORTAL / str(number)
            telling = Telling(self.workspace, LANGUAGES, number, assets)
            go_live(self.site, places, editions, touched, telling, rollback)

    def _assets(self, folder: Path, number: int) -> Assets:
        """Make a new style sheet for every publication, so that assets are always on their way."""
        folder.mkdir(parents=True)
        names = {}
        for name, ending in (("review", "css"), ("font", "css"), ("review", "js"), ("find", "js")):
            content = f"/* {name} {ending} {number} */".encode()
            stored = f"{name}-{hashlib.sha256(content).hexdigest()[:12]}.{ending}"
            (folder / stored).write_bytes(content)
            names[f"{name}.{ending}"] = stored
        font = dict.fromkeys(LANGUAGES, names["font.css"])
        return Assets(names["review.css"], font, names["review.js"], names["find.js"],
                      names["font.css"])  # fmt: skip

    def _write_edition(self, folder: Path, edition: Edition, style: str) -> None:
        for language in LANGUAGES:
            for name in PAGES:
                links = [f"{one}.html" for one in PAGES]
                links += [f"../{one}/{name}.html" for one in LANGUAGES]
                write_page(folder / language / f"{name}.html", language, "../../../../", style,
                           edition, links, name)  # fmt: skip
        (folder / RECORD).write_text(edition.model_dump_json(), encoding="utf-8")
        files = {
            one.relative_to(folder).as_posix(): hashlib.sha256(one.read_bytes()).hexdigest()
            for one in sorted(folder.rglob("*"))
            if one.is_file()
        }
        (folder / "manifest.json").write_text(json.dumps({"files": files}), encoding="utf-8")

    def _write_portal(self, folder: Path, every: list[Edition], style: str) -> None:
        lead = leading(every)
        for language in LANGUAGES:
            home = [
                f"../../../{lead.home(language)}",
                "archive.html",
                f"../{other(language)}/index.html",
            ]
            archive = ["index.html", *(f"../../../{one.home(language)}" for one in every)]
            for name, links in (("index", home), ("archive", archive)):
                write_page(folder / language / f"{name}.html", language, "../../../", style, None,
                           links, name)  # fmt: skip


def other(language: str) -> str:
    return "en" if language == "zh" else "zh"


def write_page(
    path: Path, language: str, root: str, style: str, edition: Edition | None, links: list[str],
    title: str,
) -> None:  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    about = (edition.review, edition.period, edition.number) if edition else ("", "", 0)
    text = PAGE.format(
        lang=HTML_LANGUAGE[language], language=language, root=root, style=style,
        review=about[0], period=about[1], number=about[2], title=title,
        links="".join(f'<a href="{one}">{one}</a>\n' for one in links),
    )  # fmt: skip
    path.write_text(text, encoding="utf-8")
