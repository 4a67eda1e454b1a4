"""A small demo company, ingested once for all tests that run notebooks."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write and ingest fourteen months: one whole year, and a month before to compare with.

    ``REVIEW_TEST_WORKSPACE`` names one that is ingested already, to save the minute.
    """
    from helpers.config.workspace import load_workspace
    from helpers.demo.company import write_demo
    from helpers.tables.ingest import ingest

    if ready := os.environ.get("REVIEW_TEST_WORKSPACE"):
        return Path(ready)
    folder = tmp_path_factory.mktemp("company") / "demo"
    write_demo(folder, seed=7, months=14, until="2025-12", scale=0.05)
    receipt = ingest(*load_workspace(str(folder)))
    assert receipt.ok, receipt.as_json()
    return folder
