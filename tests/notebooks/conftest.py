"""A small demo company, ingested once for all tests that run notebooks."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from shared import small_demo


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the small demo company.

    ``REVIEW_TEST_WORKSPACE`` names one that is ingested already, to save the minute.
    """
    if ready := os.environ.get("REVIEW_TEST_WORKSPACE"):
        return Path(ready)
    return small_demo(tmp_path_factory)
