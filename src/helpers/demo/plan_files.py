"""The demo company's plan: what it promised for the year, and what it proposes for the next.

Comments on the year's last month lie in ``commentary``; the month is filled into their names.

The words are templates in ``plans/``; only years and the hit article are filled in, because
targets are relative to a baseline that the review computes from the data.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from helpers.demo.assortment import HIT

TEMPLATES = Path(__file__).parent / "plans"


def write_plan(folder: Path, facts: Mapping[str, Mapping[str, Mapping[str, float]]]) -> None:
    """Write the plans of the company's last year and of the year to come.

    Args:
        folder: The workspace; the plans go to ``folder / "plan" / <year>``.
        facts: Totals by period (``2025``, ``2025-Q4``); the last whole-year key decides the years.
    """
    last = max(int(period) for period in facts if period.isdigit())
    for name, year in (("this_year", last), ("next_year", last + 1)):
        for template in sorted(one for one in (TEMPLATES / name).rglob("*") if one.is_file()):
            text = template.read_text(encoding="utf-8")
            for token, value in _tokens(year).items():
                text = text.replace(f"@{token}@", value)
            place = str(template.relative_to(TEMPLATES / name))
            written = folder / "plan" / str(year) / place.replace("-month-", f"-{year}-12-")
            written.parent.mkdir(parents=True, exist_ok=True)
            written.write_bytes(text.encode())


def _tokens(year: int) -> dict[str, str]:
    return {
        "before": str(year - 1),
        "year": str(year),
        "after": str(year + 1),
        "hit": f"SKU-{HIT + 1:04d}",
    }
