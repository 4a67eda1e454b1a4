"""Write the whole made-up company: workspace, exports, plan, and the truth about them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from helpers.demo.inbox import exports
from helpers.demo.life import live_through
from helpers.demo.plan_files import write_plan
from helpers.demo.platforms.templates import REFUND_SHEET
from helpers.demo.rates import rates_text
from helpers.demo.stores import passwords_text, workspace_text
from helpers.demo.stories import quiet_months
from helpers.demo.truth import monthly_totals, yearly_facts

#: What a planner reckons with, in CNY; the review itself uses the rates of the day.
PLANNING_RATES = {
    "CNY": 1.0, "USD": 7.2, "GBP": 9.3, "EUR": 7.9, "JPY": 0.048, "MYR": 1.62, "THB": 0.21,
    "TWD": 0.23, "SGD": 5.4,
}  # fmt: skip

#: Told while writing: how much of the work is done, of how much, and what comes now.
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Written:
    """What `write_demo` left in the folder."""

    folder: Path
    files: int
    bytes: int
    order_lines: int
    first_month: str
    last_month: str


def write_demo(
    folder: Path,
    *,
    seed: int = 7,
    months: int = 30,
    until: str = "2025-12",
    scale: float = 1.0,
    progress: Progress | None = None,
) -> Written:
    """Write a made-up company's workspace: the same bytes for the same arguments.

    Existing files of an older demo are overwritten where they have the same name; nothing is
    deleted, so give an empty folder.

    Args:
        folder: The workspace; it is created.
        seed: Another seed is another company.
        months: How many whole months the exports cover.
        until: The last of them, YYYY-MM.
        scale: Multiplies volumes; 1 is about 80,000 order lines in 30 months.
        progress: Called with (done, of, what) while the work goes on.
    """
    tell = progress or (lambda done, of, what: None)
    tell(0, 10, "inventing the company")
    company = live_through(seed=seed, months=months, until=until, scale=scale)
    totals = [
        row
        for shop in company.shops
        for row in monthly_totals(shop.after, shop.ads, company.timeline)
    ]
    truth = {
        "seed": seed,
        "until": until,
        "months": months,
        "scale": scale,
        "stories": [story.told(company.timeline) for story in company.stories],
        "quiet_months": quiet_months(company.stories, company.timeline),
        "totals": totals,
    }
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "truth.json", json.dumps(truth, ensure_ascii=False, indent=1).encode() + b"\n")
    opened = {
        shop.profile.id: company.timeline.days[shop.opens].isoformat()
        for shop in company.shops
        if shop.opens
    }
    _write(folder / "workspace.yml", workspace_text(opened).encode())
    _write(folder / "sources" / "refund_sheet.yml", REFUND_SHEET.encode())
    _write(folder / "reference" / "fx_rates.csv", rates_text(company.timeline).encode())
    _write(folder / "passwords.yml", passwords_text().encode(), mode=0o600)

    count = size = 0
    for done, (what, files) in enumerate(exports(company), start=1):
        tell(done, len(company.shops) + 1, what)
        for name, content in files:
            _write(folder / "inbox" / name, content)
            count += 1
            size += len(content)
    write_plan(folder, yearly_facts(totals, PLANNING_RATES))
    lines = sum(len(shop.after.sales.sku) for shop in company.shops)
    return Written(
        folder, count, size, lines, company.timeline.months[0], company.timeline.months[-1]
    )


def _write(path: Path, content: bytes, mode: int | None = None) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    # A secret is closed before anything stands in it.
    path.touch(mode=mode or 0o644)
    path.write_bytes(content)
