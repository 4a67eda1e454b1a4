"""Two releases at once, in two processes: the second says who is at work, and changes nothing."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

from holder import held_elsewhere

from .company import Company

DRIVER = Path(__file__).with_name("driver.py")


def test_the_second_says_who_is_at_work_and_changes_nothing(tmp_path):
    company, noted = Company(tmp_path).found(), tmp_path / "phases.txt"
    with held_elsewhere(company.paths, "review publish monthly") as first:
        before = _content(company)
        second = subprocess.run(
            [sys.executable, str(DRIVER), str(tmp_path), str(noted)],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=1200, check=False,
        )  # fmt: skip
        assert _content(company) == before
    assert second.returncode == 1
    assert f"is at work already: review publish monthly (process {first.pid} on " in second.stderr
    assert "wait until it has ended, or end it" in second.stderr
    assert "Traceback" not in second.stderr
    reached = [line.split()[0] for line in noted.read_text(encoding="utf-8").splitlines()]
    assert reached == ["start"], "it began nothing"


def _content(company: Company) -> dict[str, str]:
    return {
        str(file.relative_to(company.root)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in company.paths.root.rglob("*")
        if file.is_file()
    }
