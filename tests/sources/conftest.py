from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from .export_company import WORKSPACE, Company


@pytest.fixture
def company(tmp_path: Path) -> Company:
    (tmp_path / "workspace.yml").write_text(WORKSPACE, encoding="utf-8")
    (tmp_path / "inbox").mkdir()
    con = duckdb.connect()
    con.execute("SET threads = 2")
    return Company(tmp_path, con)
