"""Folders that several tests only read, made once for all workers of a run.

``scope="session"`` means once for each worker process. What takes many seconds to make is made by
the first worker that asks, while another one that asks waits.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Give the folder that ``make`` has filled. Whoever wants to change it copies it first.

    Args:
        factory: The run's temporary folders.
        name: One word for one content.
        make: Fills a folder that is not there yet; called in one of the workers.
    """
    base = factory.getbasetemp()
    # A worker's folder lies in that of the run.
    top = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    folder, whole = top / f"shared-{name}", top / f"shared-{name}.whole"
    with FileLock(top / f"shared-{name}.lock"):
        if not whole.exists():
            shutil.rmtree(folder, ignore_errors=True)  # half of it, by a worker that died
            make(folder)
            whole.touch()
    return folder


def linked_copy(folder: Path, to: Path) -> Path:
    """Copy without copying bytes, for who replaces files and never writes into one."""
    return Path(shutil.copytree(folder, to, copy_function=os.link, symlinks=True))


def small_demo(factory: pytest.TempPathFactory) -> Path:
    """Give fourteen ingested months: a whole year, and a month before to compare with."""
    from helpers.config.workspace import load_workspace
    from helpers.demo.company import write_demo
    from helpers.tables.ingest import ingest

    def make(folder: Path) -> None:
        write_demo(folder, seed=7, months=14, until="2025-12", scale=0.05)
        receipt = ingest(*load_workspace(str(folder)))
        assert receipt.ok, receipt.as_json()

    return made_once(factory, "small-demo", make)
