"""Tests that ended in the last month, one of each kind that is looked at by itself."""

from __future__ import annotations

import numpy as np

from helpers.demo.life import Company
from helpers.demo.platforms.files import Cell, Exports
from helpers.demo.sheets.forms import as_text
from helpers.demo.sheets.marketing import EXPERIMENT

#: Store, kind, what was thought, what it does to conversion, visitors a variant.
_TRIALS = (
    ("amazon-us", "image", "A hand in the main picture sells more", 1.32, 5_200),
    ("own-site", "page", "Sizes in a table sell more than in a sentence", 1.22, 6_100),
    ("tiktok-my", "content", "Cooking with the kettle sells more than showing it", 1.35, 4_800),
    ("own-site", "cod", "Cash on delivery and 30 days to send back, in the Gulf", 1.40, 4_400),
)
_DAYS = 24


def sheets(company: Company) -> Exports:
    """Write the tests of the last weeks; a company younger than those has none."""
    rng, timeline = company.rng(2601), company.timeline
    ends = len(timeline.days) - 4
    rows: list[list[Cell]] = []
    for number, (store, kind, hypothesis, lift, visitors) in enumerate(_TRIALS):
        shop = company.shop(store)
        rows += _trial(rng, number, store, kind, hypothesis, visitors,
                       (shop.profile.conversion, lift),
                       (timeline.days[ends - _DAYS].isoformat(), timeline.days[ends].isoformat()),
                       company.goods.sku[number])  # fmt: skip
    yield as_text(f"experiments-{timeline.months[-1]}.csv", EXPERIMENT, rows)


def _trial(
    rng: np.random.Generator,
    number: int,
    store: str,
    kind: str,
    hypothesis: str,
    visitors: int,
    effect: tuple[float, float],
    days: tuple[str, str],
    sku: str,
) -> list[list[Cell]]:
    conversion, lift = effect
    rows: list[list[Cell]] = []
    for variant, factor in (("A", 1.0), ("B", lift)):
        seen = visitors + int(rng.integers(-60, 60))
        rows.append([
            store, f"EXP-L{number + 1}", variant, hypothesis, kind, sku, *days, seen,
            int(rng.binomial(seen, min(conversion * factor, 0.9))), visitors, "20%", "5%",
            "keep B",
        ])  # fmt: skip
    return rows
