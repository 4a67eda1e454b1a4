from __future__ import annotations

import pytest
from made_up import Demo, make


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The whole window of a company a sixteenth as large."""
    return make(tmp_path_factory.mktemp("demo"), seed=11, scale=0.06)
