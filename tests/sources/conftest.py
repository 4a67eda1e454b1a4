from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from .asian_company import WORKSPACE as ASIA
from .export_company import WORKSPACE, Company


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    (tmp_path / "workspace.yml").write_text(WORKSPACE, encoding="utf-8")
    (tmp_path / "inbox").mkdir()
    with duckdb.connect() as con:
        con.execute("SET threads = 2")
        yield Company(tmp_path, con)


@pytest.fixture
def seller(tmp_path: Path) -> Iterator[Company]:
    """The company that sells on the platforms of Asia."""
    (tmp_path / "workspace.yml").write_text(ASIA, encoding="utf-8")
    (tmp_path / "inbox").mkdir()
    with duckdb.connect() as con:
        con.execute("SET threads = 2")
        yield Company(tmp_path, con)
