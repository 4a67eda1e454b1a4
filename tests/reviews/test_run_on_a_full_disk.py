"""A run of pages whose disk fails at every so many changes: named, and carried on by the next."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from helpers.reviews.run import run_review
from helpers.vocabulary.faults import WorkFailed
from unattended.failing import failing

#: Every so many changes one fails; another stride tries others.
STRIDE = 5


@pytest.mark.slow
def test_a_full_disk_at_any_change_of_a_run(studio, facts, tmp_path):
    studio.write("sales", studio.code("show", "period"))

    def run(folder: str, at: int = 0, lasting: bool = False):
        """Run the page in a copy of the studio, with one change failing."""
        company = replace(studio, root=tmp_path / folder)
        if not company.root.exists():
            shutil.copytree(studio.workspace, company.workspace)
            shutil.copytree(studio.notebooks, company.notebooks)
        with failing(company.root, at, lasting=lasting) as disk:
            report = run_review(
                company.workspace, "monthly", "2025-10",
                notebooks=company.notebooks, languages=["en"], jobs=1, facts=facts,
            )  # fmt: skip
        return report, disk

    _, counted = run("calm")
    assert counted.changes > 5
    for at in range(1, counted.changes + 1, STRIDE):
        with pytest.raises(WorkFailed, match="the disk is full"):
            run(f"at-{at}", at, lasting=at % 2 == 0)
        again, _ = run(f"at-{at}")
        (page,) = again.pages
        assert page.is_ok and page.output.is_file(), at
        assert "2025-10" in page.output.read_text(encoding="utf-8")
        assert run(f"at-{at}")[0].pages[0].status == "up_to_date", at
        left = [one.name for one in page.output.parent.iterdir()]
        assert not [name for name in left if "running" in name or ".part" in name], (at, left)
