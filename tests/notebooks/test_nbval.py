"""Every notebook runs as an analyst would run it: by a double-click, with its defaults.

nbval runs a notebook in its own folder. The copies find ``data/demo`` there, which is the small
company of these tests: nothing is read from or written to the checkout's own demo.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.paths import NOTEBOOKS

CELLS = {"monthly": 10, "annual": 4}


@pytest.mark.slow
@pytest.mark.parametrize("review", CELLS)
def test_notebooks_run_with_their_defaults(review: str, company: Path, tmp_path: Path):
    folder = tmp_path / review
    shutil.copytree(NOTEBOOKS / review, folder, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    (folder / "data").mkdir()
    (folder / "data" / "demo").symlink_to(company, target_is_directory=True)
    assert len(list(folder.glob("*.ipynb"))) == CELLS[review]

    command = [sys.executable, "-m", "pytest", "--nbval-lax", "-q", "-p", "no:cacheprovider"]
    ran = subprocess.run(
        [*command, "--nbval-cell-timeout", "300", "-c", "/dev/null", "--rootdir", str(folder), "."],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-4000:]
    assert " passed" in ran.stdout
    assert "skipped" not in ran.stdout
