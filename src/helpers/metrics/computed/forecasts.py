"""How right forecasts were, once the months they spoke of have come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from helpers.metrics.measured import Measured
    from helpers.metrics.measuring import Measuring
    from helpers.metrics.rows import Window

#: A forecast made longer before its month is no promise about it.
LONGEST_HORIZON = 3


def forecast_accuracy(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Score the forecasts of units by article and month against what was sold: 1 - WAPE.

    Of several forecasts of one month the newest counts; all in the log were made before it was
    over. Months that the window, or the data, do not hold whole are not scored.
    """
    import ibis

    from helpers.metrics.measured import Measured, Source
    from helpers.metrics.rows import in_windows

    last = measuring.spans.data[1]

    def query() -> Any:
        log = measuring.warehouse.ibis("forecast_log")
        log = log.filter(
            (log["metric"] == "units_sold")
            & (log["dimension"] == "product")
            & (log["horizon"] <= LONGEST_HORIZON)
            & (log["made_on"] < log["first_day"])
        )
        if last is not None:
            log = log.filter(log["last_day"] <= ibis.literal(last))
        newest = log.group_by(["member", "month"]).aggregate(newest=log["made_on"].max())
        newest = newest.rename(newest_member="member", newest_month="month")
        log = log.inner_join(
            newest,
            [log["member"] == newest["newest_member"], log["month"] == newest["newest_month"],
             log["made_on"] == newest["newest"]],
        )  # fmt: skip
        rows = in_windows(log, "first_day", "last_day")
        rows = rows.select("window", "member", "month", "first_day", "last_day", told="p50")
        lines = measuring.warehouse.ibis("order_lines")
        lines = lines.filter((lines["kind"] == "sale") & (lines["status"] == "placed"))
        lines = lines.select("quantity", sold_sku=lines["sku"], sold_on=lines["local_date"])
        both = rows.left_join(
            lines,
            [rows["member"] == lines["sold_sku"], lines["sold_on"] >= rows["first_day"],
             lines["sold_on"] <= rows["last_day"]],
        )  # fmt: skip
        pairs = both.group_by(["window", "member", "month", "told"]).aggregate(
            sold=both["quantity"].sum()
        )
        sold = ibis.coalesce(pairs["sold"].cast("float64"), 0.0)
        pairs = pairs.mutate(sold=sold, missed=(sold - pairs["told"]).abs())
        return pairs.group_by("window").aggregate(
            v_value=(pairs["sold"] - pairs["missed"]).sum(), v_base=pairs["sold"].sum()
        )

    frame = measuring.tidy(measuring.ask(("forecast_accuracy", last), query, windows))
    return Measured(frame, (Source("forecast_log"), Source("order_lines")), is_share=True)


FUNCTIONS = (forecast_accuracy,)
