"""What is let go of, what never is, and what readers find where an edition was."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pages_by_hand import WORKSPACE, summaries

from helpers.config.publishing import Keep, Publishing
from helpers.config.workspace import Workspace
from helpers.publish.check import check_site
from helpers.publish.editions import Edition, editions_of, history_of, next_number
from helpers.publish.pointer import portal_of, read_pointer
from helpers.publish.retention import let_go, prune, superseded, unused_assets
from helpers.publish.verify import lost_editions, verify
from helpers.vocabulary.labels import Label
from helpers.vocabulary.periods import parse_period

NOW = datetime(2026, 6, 1, tzinfo=UTC)


@dataclass
class Shelf:
    """A site of records and manifests only: which edition goes depends on nothing else."""

    site: Path

    def put(
        self,
        number: int,
        status: str = "preliminary",
        days: int | None = 100,
        languages: tuple[str, ...] = ("zh", "en"),
        period: str = "2026-01",
    ) -> None:
        edition = Edition(
            format=2, review="monthly", title=Label(en="M", zh="月"), period=period,
            fiscal_start=1, number=number, status=status, data_through=None, key=str(number),
            languages=languages, pages=(),
        )  # fmt: skip
        folder = self.site / edition.folder
        folder.mkdir(parents=True)
        (folder / "edition.json").write_text(edition.model_dump_json(), encoding="utf-8")
        if days is not None:
            made = {
                "format": 1, "edition": {}, "parameters": {}, "data": {}, "plan": {}, "code": {},
                "versions": {}, "made_at": (NOW - timedelta(days=days)).isoformat(), "files": {},
                "assets": {},
            }  # fmt: skip
            (folder / "manifest.json").write_text(json.dumps(made), encoding="utf-8")

    def gone(self, now: datetime = NOW, **keep: int) -> list[int]:
        found = superseded(self.site, history_of(self.site), Keep(**keep), now)
        return [one.number for one in found]


@pytest.fixture
def shelf(tmp_path) -> Shelf:
    return Shelf(tmp_path)


def test_nothing_goes_without_a_rule(shelf):
    for number in (1, 2, 3):
        shelf.put(number)
    assert shelf.gone() == []


def test_superseded_preliminary_editions_go_and_no_other(shelf):
    shelf.put(1, days=200)
    shelf.put(2, "final", days=190)
    shelf.put(3, days=180)
    shelf.put(4, days=20)
    shelf.put(5, days=10)
    shelf.put(1, days=300, period="2025-12")  # preliminary, but nothing came after it
    assert shelf.gone(preliminary_days=90) == [1, 3]
    assert shelf.gone(preliminary_days=0) == [1, 3, 4]
    assert shelf.gone(preliminary_days=0, preliminary_newest=3) == [1]
    assert shelf.gone(preliminary_days=190) == [1]


def test_a_clock_that_was_set_back_lets_nothing_go(shelf):
    shelf.put(1, days=10)
    shelf.put(2, days=5)
    assert shelf.gone(now=NOW - timedelta(days=4000), preliminary_days=0) == []


def test_an_edition_of_which_nobody_knows_the_age_stays(shelf):
    shelf.put(1, days=None)
    shelf.put(2)
    assert shelf.gone(preliminary_days=0) == []


def test_the_last_edition_in_a_language_stays(shelf):
    shelf.put(1)
    shelf.put(2, languages=("en",))
    shelf.put(3, languages=("en",))
    assert shelf.gone(preliminary_days=0) == [2]


def test_what_was_taken_back_stays(shelf):
    for number in (1, 2, 3):
        shelf.put(number)
    back = {"review": "monthly", "period": "2026-01", "to": 2, "over": 3, "by": "ann",
            "at": "2026-05-01T00:00:00+00:00", "because": "fees are missing"}  # fmt: skip
    (shelf.site / "rollbacks.json").write_text(json.dumps([back]), encoding="utf-8")
    assert shelf.gone(preliminary_days=0) == [1]


# -- on a real site ------------------------------------------------------------------------------

KEEP_NONE: Workspace = WORKSPACE.model_copy(
    update={"publishing": Publishing(keep=Keep(preliminary_days=0))}
)
LATER = {"now": datetime.now(UTC) + timedelta(days=1)}


@pytest.fixture
def copy(published, tmp_path):
    shutil.copytree(published.paths.root, tmp_path / "copy")
    return type(published)(type(published.paths)(tmp_path / "copy"), published.pages, [])


def addresses(folder: Path) -> list[str]:
    return sorted(one.relative_to(folder).as_posix() for one in folder.rglob("*.html"))


@pytest.mark.slow
def test_every_address_of_a_pruned_edition_leads_on(copy):
    folder = copy.site / "monthly/2025-10/r1"
    before = addresses(folder)
    dry = prune(KEEP_NONE, copy.paths, dry_run=True, **LATER)
    assert [one.folder for one in dry.editions] == ["monthly/2025-10/r1"]
    assert addresses(folder) == before and (folder / "summary.json").is_file()

    gone = prune(KEEP_NONE, copy.paths, metrics={}, **LATER)
    assert [one.folder for one in gone.editions] == ["monthly/2025-10/r1"]
    assert gone.size >= dry.size > 10_000
    assert addresses(folder) == before
    page = (folder / "zh/sales-and-markets.html").read_text(encoding="utf-8")
    assert 'href="../../r2/zh/sales-and-markets.html"' in page and "页面不再保留" in page
    kept = sorted(one.name for one in folder.iterdir() if one.is_file())
    assert kept == ["edition.json", "manifest.json", "pruned.json"]
    check_site(copy.site)  # every link leads somewhere, every page has its twin

    known = [one.folder for one in editions_of(copy.site)]
    assert known == ["monthly/2025-09/r1", "monthly/2025-10/r2"]
    assert len(history_of(copy.site)) == 3
    assert next_number(copy.site, "monthly", "2025-10") == 3
    assert [one.verdict for one in verify(copy.site, history_of(copy.site))] == [
        "sound", "pruned", "sound",
    ]  # fmt: skip
    assert lost_editions(copy.site) == ()
    number = portal_of(read_pointer(copy.site))
    archive = (copy.site / f"portal/{number}/en/archive.html").read_text(encoding="utf-8")
    assert "Edition 1 (no longer kept)" in archive and "2025-10/r1/" not in archive
    assert unused_assets(copy.site, history_of(copy.site)) == []


@pytest.mark.slow
def test_a_killed_pruning_is_finished_by_the_next(copy):
    history = history_of(copy.site)
    (doomed,) = [one for one in history if one.folder == "monthly/2025-10/r1"]
    folder = copy.site / doomed.folder
    # Killed after the mark and one page: all addresses still answer, nobody is led there.
    mark = {"on": "2026-01-02", "for": "monthly/2025-10/r2", "done": False}
    (folder / "pruned.json").write_text(json.dumps(mark), encoding="utf-8")
    (folder / "zh/index.html").write_text("<html></html>", encoding="utf-8")
    assert [one.number for one in editions_of(copy.site)] == [1, 2]
    let_go(copy.site, history_of(copy.site), ())
    assert not (folder / "summary.json").exists()
    assert "../../r2/zh/index.html" in (folder / "zh/index.html").read_text(encoding="utf-8")
    assert json.loads((folder / "pruned.json").read_text())["on"] == "2026-01-02"


@pytest.mark.slow
def test_one_language_after_two_and_back_with_three_kinds_of_periods(copy):
    """A week in English, a year in both, then October once more in Chinese only."""
    both = {language: built[:1] for language, built in copy.pages.items()}
    for review, period, pages in (
        ("weekly", "2025-W44", {"en": both["en"]}),
        ("annual", "2025", both),
        ("monthly", "2025-10", {"zh": both["zh"]}),
    ):
        copy.again(f"{review}-x", review=review, period=parse_period(period), pages=pages,
                   summary=summaries(pages), metrics={})  # fmt: skip
    check_site(copy.site)
    number = portal_of(read_pointer(copy.site))
    portal = copy.site / "portal" / str(number)
    english = (portal / "en/archive.html").read_text(encoding="utf-8")
    chinese = (portal / "zh/archive.html").read_text(encoding="utf-8")
    # English readers keep the last English October; nothing leads them to a page that is not there.
    assert "monthly/2025-10/r2/en/" in english and "2025-10/r3" not in english
    assert "monthly/2025-10/r3/zh/" in chinese and "weekly" not in chinese
    assert "weekly/2025-W44/r1/en/" in english
    assert "annual/2025/r1/zh/" in chinese and "annual/2025/r1/en/" in english
    assert "no longer kept" not in english and "已不保留" not in chinese
