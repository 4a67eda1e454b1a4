"""On which page a search shows the articles, as somebody looks it up each month."""

from __future__ import annotations

import numpy as np

from helpers.demo.advertising import TERMS
from helpers.demo.life import Company
from helpers.demo.platforms.files import Cell, Exports
from helpers.demo.sheets.forms import as_workbook, yes_or_no

RANKS = (
    "店铺编号", "起始日期", "截止日期", "关键词", "自然排名", "所在页码", "是否核心词",
    "是否品牌词",
)  # fmt: skip
STORE = "amazon-us"
#: Results on one page, and what is put before and behind a term to get the longer ones.
PER_PAGE = 48
_BEFORE, _BEHIND = ("", "best ", "portable "), ("", " for home", " gift set")
YEAR = 12


def sheets(company: Company) -> Exports:
    """Write the ranks of a library of terms over the last year."""
    yield as_workbook("关键词排名.xlsx", RANKS, _ranks(company.rng(2501), company))


def _ranks(rng: np.random.Generator, company: Company) -> list[list[Cell]]:
    timeline = company.timeline
    words = [
        (before + term + behind, not before and not behind)
        for group in TERMS
        for term in group
        for before in _BEFORE
        for behind in _BEHIND
    ]
    place = np.exp(rng.normal(3.9, 1.0, len(words)))
    rows: list[list[Cell]] = []
    months = len(timeline.months)
    for month in range(max(months - YEAR, 0), months):
        first, after = timeline.days_of(month)
        place = np.maximum(place * np.exp(rng.normal(-0.03, 0.12, len(words))), 1)
        for (word, is_core), rank in zip(words, np.rint(place).astype(int).tolist(), strict=True):
            rows.append([
                STORE, timeline.days[first].isoformat(), timeline.days[after - 1].isoformat(),
                word, rank, 1 + (rank - 1) // PER_PAGE, yes_or_no(is_core, "zh"),
                yes_or_no(False, "zh"),
            ])  # fmt: skip
    return rows
