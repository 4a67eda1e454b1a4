"""How much of each moving event falls into each month, store by store.

Lunar New Year lies in January one year and in February the next, Prime Day in June, July or
October: a season cannot know that. Events that fall alike every year are the season's and are
left out.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from helpers.analysis.desk import Desk
from helpers.vocabulary.periods import Period

if TYPE_CHECKING:
    import numpy as np

#: What a holiday of a whole month may do to the month's figure, on the log scale; shorter ones
#: less, by the root of their days.
REACH = 0.3
#: What one day of a promotion may do to its month: it sells twice as much as any other, or more.
REACH_OF_A_DAY = 1.2 / 30
#: An event whose share of a month differs by less from year to year is part of the season.
MOVES = 0.1
_YEAR = re.compile(r"-\d{4}(-\d+)?$")


def event_loads(
    desk: Desk, periods: Sequence[Period], stores: Sequence[str]
) -> tuple[np.ndarray, np.ndarray]:
    """Give stores x months x events: the event's share in the month times its possible reach.

    Returns:
        The loads, and which of the events are promotions.
    """
    import numpy as np

    if not stores:
        return np.zeros((0, len(periods), 0)), np.zeros(0, dtype=bool)
    platforms = {one.id: (str(one.platform), one.country) for one in desk.workspace.stores}
    opening = np.array([one.start.toordinal() for one in periods])
    closing = np.array([one.end.toordinal() + 1 for one in periods])
    found, promotions = [], []
    for (kind, _), days in _events(desk).items():
        length = sum((last - first).days + 1 for _, _, first, last in days) / len(
            {first.year for _, _, first, _ in days}
        )
        load = np.zeros((len(stores), len(periods)))
        for platform, country, first, last in days:
            starts, ends = first.toordinal(), last.toordinal() + 1
            inside = np.minimum(ends, closing) - np.maximum(starts, opening)
            shares = np.maximum(inside, 0) / length
            for place, store in enumerate(stores):
                its = platforms.get(store, ("", None))
                if platform in (None, its[0]) and country in (None, its[1]):
                    load[place] += shares
        if _moves(load, periods):
            promotions.append(kind == "promo")
            reach = REACH * math.sqrt(min(length, 30) / 30)
            found.append(load * (min(REACH, REACH_OF_A_DAY * length) if promotions[-1] else reach))
    loads = np.stack(found, axis=2) if found else np.zeros((len(stores), len(periods), 0))
    return loads, np.array(promotions, dtype=bool)


def _events(
    desk: Desk,
) -> dict[tuple[str, str], list[tuple[str | None, str | None, date, date]]]:
    """Read the calendar, the years of one event together: (kind, event) -> where and when."""
    frame = desk.warehouse.sql(
        "SELECT event_id, kind, platform, country, first_day, last_day FROM calendar_events "
        "WHERE is_moving OR kind <> 'holiday' ORDER BY event_id"
    )
    found: dict[tuple[str, str], list[tuple[str | None, str | None, date, date]]] = {}
    for row in frame.to_dict("records"):
        name = _YEAR.sub("", str(row["event_id"]))
        places = [None if value != value or value is None else str(value)
                  for value in (row["platform"], row["country"])]  # fmt: skip
        found.setdefault((str(row["kind"]), name), []).append(
            (places[0], places[1], row["first_day"].date(), row["last_day"].date())
        )
    return found


def _moves(load: np.ndarray, periods: Sequence[Period]) -> bool:
    """Tell whether the event's share differs between the years of any month."""
    import numpy as np

    if not load.any():
        return False
    months = np.array([one.start.month for one in periods])
    return any(
        (np.ptp(load[:, months == month], axis=1) > MOVES).any() for month in set(months.tolist())
    )
