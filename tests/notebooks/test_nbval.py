"""Every notebook runs as an analyst would run it, and the warm engine gives what a kernel gives.

Each is run through the warm engine, with its defaults; then nbval runs it in a real kernel, as a
double-click would, and compares what each cell says. Both run in its own folder. The copies find
``data/demo`` there, which is the small company of these tests: nothing is read from or written to
the checkout's own demo.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from papermill import execute_notebook

from helpers.paths import NOTEBOOKS
from helpers.reviews.warm.starting import can_start

CELLS = {"monthly": 10, "annual": 4}


@pytest.mark.slow
@pytest.mark.parametrize("review", CELLS)
def test_notebooks_run_with_their_defaults(review: str, company: Path, tmp_path: Path):
    folder = tmp_path / review
    shutil.copytree(NOTEBOOKS / review, folder, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    (folder / "data").mkdir()
    (folder / "data" / "demo").symlink_to(company, target_is_directory=True)
    notebooks = sorted(folder.glob("*.ipynb"))
    assert len(notebooks) == CELLS[review]
    how = ["--nbval-lax"]  # runs them, and compares nothing
    if can_start():
        how = ["--nbval"]
        for notebook in notebooks:
            execute_notebook(notebook, notebook, engine_name="warm", cwd=folder, progress_bar=False)

    command = [sys.executable, "-m", "pytest", *how, "-q", "-p", "no:cacheprovider"]
    limits = ["--nbval-cell-timeout", "300", "-c", "/dev/null", "--rootdir", str(folder)]
    ran = subprocess.run(
        [*command, *limits, *(one.name for one in notebooks)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-4000:]
    assert " passed" in ran.stdout
    assert "skipped" not in ran.stdout
