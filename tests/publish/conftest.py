"""One small site, built once for all tests of this room, and one browser to read it with."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1]))

from pages_by_hand import DATA_THROUGH, FEW_METRICS, SEPTEMBER, WORKSPACE, pages_in, summaries

from browser import Browser, open_browser
from helpers.paths import WorkspacePaths
from helpers.publish.book import EditionBuilt, publish
from helpers.publish.content import PageBuilt
from helpers.vocabulary.periods import parse_period


@dataclass
class Published:
    """A workspace with three editions: September, October preliminary, October final."""

    paths: WorkspacePaths
    pages: dict[str, list[PageBuilt]]
    editions: list[EditionBuilt]

    @property
    def site(self) -> Path:
        return self.paths.site

    def again(self, key: str = "october-2", **how: object) -> EditionBuilt:
        """Publish October as final, unless told otherwise."""
        arguments = {
            "paths": self.paths, "workspace": WORKSPACE, "review": "monthly",
            "period": parse_period("2025-10"), "status": "final", "pages": self.pages,
            "key": key, "summary": summaries(self.pages), "data_through": DATA_THROUGH,
            "metrics": FEW_METRICS, **how,
        }  # fmt: skip
        return publish(**arguments)  # type: ignore[arg-type]


#: Letters that stand nowhere else must reach the font, too.
AWAITING = {
    "en": "fees (may change until 14 November 2025)",
    "zh": "平台费用（11月14日前或有调整）",
}


def publish_three(root: Path) -> Published:
    paths = WorkspacePaths(root)
    pages = pages_in(paths.runs / "by-hand")
    made = Published(paths, pages, [])
    made.editions.append(made.again("september", **SEPTEMBER))
    made.editions.append(made.again("october-1", status="preliminary", awaiting=AWAITING))
    made.editions.append(made.again("october-2"))
    return made


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    return publish_three(tmp_path_factory.mktemp("company"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        opened.open("about:blank")
        opened.requests()
        yield opened
