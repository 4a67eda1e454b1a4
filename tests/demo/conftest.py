from __future__ import annotations

import pytest
from made_up import Demo, make, reopened

from shared import made_once


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The whole window of a company a sixteenth as large."""
    return reopened(
        made_once(tmp_path_factory, "sixteenth", lambda folder: make(folder, seed=11, scale=0.06))
    )
