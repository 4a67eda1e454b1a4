"""What tests of two variants showed, put together experiment by experiment.

Experiments are never thrown into one pot: with unlike base rates the pot can turn the sign. Each
is compared within itself, and the risk ratios are joined as Mantel and Haenszel do (J. Natl.
Cancer Inst. 22, 1959); the interval is that of Greenland and Robins (Biometrics 41, 1985).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from helpers.metrics.notes import note

if TYPE_CHECKING:
    from helpers.metrics.measured import Measured
    from helpers.metrics.measuring import Measuring
    from helpers.metrics.rows import Window

#: How the variant that stays as it was is called.
CONTROLS = ("A", "a", "control", "Control", "对照", "对照组")
IMAGE = ("image", "主图")
DETAIL = ("page", "detail", "title", "button", "详情页", "标题")
CONTENT = ("content", "video", "live", "内容", "短视频", "直播")
TERMS = ("cod", "returns", "terms", "checkout", "货到付款", "退货")
#: Standard normal quantile of a 95 % interval.
Z = 1.959964


def image_test_lift(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Lift of new main pictures over those before."""
    return _lift(measuring, windows, IMAGE)


def detail_cvr_lift(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Lift of better detail pages over those before."""
    return _lift(measuring, windows, DETAIL)


def content_cvr_lift(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Lift of content of its own over none."""
    return _lift(measuring, windows, CONTENT)


def first_month_cvr_lift(measuring: Measuring, windows: Sequence[Window]) -> Measured:
    """Lift of terms of payment and return over those before."""
    return _lift(measuring, windows, TERMS)


def _lift(measuring: Measuring, windows: Sequence[Window], kinds: Sequence[str]) -> Measured:
    """Join the experiments of some kinds that ended in the window, at the asked grain."""
    from helpers.metrics.measured import SCALE, Measured
    from helpers.metrics.rows import in_windows

    def query() -> Any:
        table = measuring.members_of(measuring.warehouse.ibis("experiments"), "experiments")
        counted = table["visitors"].notnull() & table["conversions"].notnull()
        rows = in_windows(table.filter(table["kind"].isin(kinds) & counted), "ended_on")
        keys = ["window", *measuring.members]
        old = rows["variant"].isin(CONTROLS)
        each = rows.group_by([*keys, "store_id", "experiment_id"]).aggregate(
            n0=rows["visitors"].sum(where=old), x0=rows["conversions"].sum(where=old),
            n1=rows["visitors"].sum(where=~old), x1=rows["conversions"].sum(where=~old),
        )  # fmt: skip
        each = each.filter((each["n0"] > 0) & (each["n1"] > 0))
        n0, x0, n1, x1 = (each[name].cast("float64") for name in ("n0", "x0", "n1", "x1"))
        size = n0 + n1
        each = each.mutate(
            new=x1 * n0 / size,
            old=x0 * n1 / size,
            spread=((x0 + x1) * n0 * n1 / size - x0 * x1) / size,
        )
        return each.group_by(keys).aggregate(
            f_value=each["new"].sum() - each["old"].sum(), f_base=each["old"].sum(),
            f_new=each["new"].sum(), f_spread=each["spread"].sum(), v_tests=each.count(),
            v_visitors=(each["n0"] + each["n1"]).sum(),
        )  # fmt: skip

    frame = measuring.ask(("experiment_lift", *kinds), query, windows)
    tidy = measuring.tidy(frame)
    measured = Measured(tidy, (), is_share=True)
    told = zip(tidy["window"], tidy["member"], frame["v_new"], frame["v_base"], frame["v_spread"],
               frame["v_tests"], frame["v_visitors"], strict=True)  # fmt: skip
    for window, member, new, old, spread, tests, visitors in told:
        if min(new, old) <= 0:
            continue
        middle = math.log(new / old)
        reach = Z * math.sqrt(max(float(spread) * SCALE / (new * old), 0.0))
        measured.told[(int(window), str(member))] = [
            note("interval", low=f"{math.expm1(middle - reach):+.1%}",
                 high=f"{math.expm1(middle + reach):+.1%}", tests=int(tests) // SCALE,
                 visitors=int(visitors) // SCALE)
        ]  # fmt: skip
    return measured


FUNCTIONS = (image_test_lift, detail_cvr_lift, content_cvr_lift, first_month_cvr_lift)
