"""How the wholesale platform grades its stores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from helpers.metrics.measured import Measured
    from helpers.metrics.measuring import Measuring
    from helpers.metrics.rows import Window


def store_grade(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Mean number of stars of the stores' last snapshots; grades without stars do not count."""
    import ibis

    from helpers.metrics.measured import Measured, Source
    from helpers.metrics.rows import at_last_report, in_windows

    def query() -> Any:
        states = measuring.members_of(
            measuring.warehouse.ibis("store_snapshots"), "store_snapshots"
        )
        rows = at_last_report(in_windows(states, "local_date"), "local_date")
        first = rows["grade"].substr(0, 1)
        stars = ibis.cases(*((first == str(one), one) for one in range(1, 10)), else_=0)
        rows = rows.mutate(stars=stars)
        grouped = rows.group_by(["window", "store_id", *measuring.members])
        return grouped.aggregate(
            v_value=rows["stars"].sum(), v_base=rows.count(where=rows["stars"] > 0)
        )

    frame = measuring.tidy(measuring.ask(("store_grade",), query, windows))
    frame = frame[frame["base"] > 0]
    return Measured(frame, (Source("store_snapshots", "grade"),), is_share=True)


FUNCTIONS = (store_grade,)
