"""The risk register, with every trigger looked up on every run (DOMAIN B21)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.analysis.desk import Desk
from helpers.plan.loading import Plan
from helpers.plan.models import Risk
from helpers.plan.promises import dims_of, measured
from helpers.plan.words import of_member, word
from helpers.vocabulary.wording import write_date, write_value

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = [
    "risk", "kind", "label", "score", "trigger", "value", "state", "is_triggered",
    "contingency", "reviewed",
]  # fmt: skip


def risks_frame(plan: Plan, desk: Desk) -> pd.DataFrame:
    """List the risks, those that have come true first, then by probability times impact.

    Returns:
        One row a risk: texts in the desk's language, ``score`` from 1 to 25.
    """
    import pandas as pd

    desk.foresee(
        (one.trigger.metric, desk.period, dims_of(one.trigger.scope))
        for one in plan.risks
        if one.trigger is not None
    )
    rows = [_row(one, desk) for one in plan.risks]
    frame = pd.DataFrame(rows, columns=COLUMNS)
    return frame.sort_values(
        ["is_triggered", "score", "risk"], ascending=[False, False, True], ignore_index=True
    )


def _row(risk: Risk, desk: Desk) -> tuple[object, ...]:
    language = desk.language
    trigger, value, state = _look_up(risk, desk)
    return (
        risk.id,
        word(risk.kind, language),
        risk.label.text(language),
        risk.probability * risk.impact,
        trigger,
        value,
        word(state, language),
        state == "triggered",
        risk.contingency.text(language),
        write_date(risk.reviewed_on, language),
    )


def _look_up(risk: Risk, desk: Desk) -> tuple[str, str, str]:
    """Give the trigger in words, the value now, and whether it is beyond the threshold."""
    trigger = risk.trigger
    if trigger is None:
        return "", "", "no_trigger"
    sign = ">" if trigger.beyond == "above" else "<"
    threshold, unit = float(trigger.threshold), desk.unit(trigger.metric)
    written = write_value(threshold, unit, desk.language, desk.currency)
    metric = desk.metric_label(trigger.metric)
    if trigger.scope.dimension:
        member = desk.member_label(trigger.scope.dimension, trigger.scope.member)
        metric = of_member(metric, member, desk.language)
    words = f"{metric} {sign} {written}"
    value = measured(desk, trigger.metric, trigger.scope.dimension, trigger.scope.member)
    if value is None:
        return words, "", "not_enough_data"
    is_beyond = value > threshold if trigger.beyond == "above" else value < threshold
    shown = write_value(value, unit, desk.language, desk.currency)
    return words, shown, "triggered" if is_beyond else "clear"
