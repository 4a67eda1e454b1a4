"""Exchange rates that no central bank quotes for the demo: invented, near what they might be."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from helpers.demo.timeline import Timeline

#: Taiwan dollars for one euro: where the rate starts, and its spread from one entry to the next.
_TWD_PER_EURO, _STEP = 34.6, 0.0035


def rates_text(timeline: Timeline) -> str:
    """Write ``reference/fx_rates.csv``: Mondays and Thursdays, so that no rate grows old."""
    rng = np.random.default_rng(20_231_101)
    # The year before the window too: a figure at constant rates asks for it.
    first = date(timeline.first.year - 1, 1, 1)
    everyday = [first + timedelta(days=n) for n in range((timeline.last - first).days + 1)]
    days = [day for day in everyday if day.weekday() in (0, 3) or day == first]
    wander = np.cumsum(rng.normal(0, _STEP, len(days)))
    # It comes back to where it was: a currency that runs away would be a story of its own.
    wander -= np.linspace(0, wander[-1], len(days))
    lines = ["date,currency,rate_to_eur"]
    for day, step in zip(days, wander, strict=True):
        # The file holds what one Taiwan dollar is worth, and not how many make a euro.
        lines.append(f"{day},TWD,{1 / (_TWD_PER_EURO * float(np.exp(step))):.6f}")
    return "\n".join(lines) + "\n"
