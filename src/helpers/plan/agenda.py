"""What rules ask of a plan, as the tables they know (``analysis.rules.agenda``)."""

from __future__ import annotations

from helpers.analysis.rules.agenda import ACTION_COLUMNS, CAPTURE_COLUMNS, RISK_COLUMNS, Agenda
from helpers.plan.loading import Plan
from helpers.vocabulary.labels import Language


def agenda_of(plan: Plan, language: Language) -> Agenda:
    """Give a plan's dated parts: actions, risks, and what was noted of rivals.

    Args:
        plan: A year's plan; an empty one gives an empty agenda.
        language: Of the labels.
    """
    import pandas as pd

    actions = [
        (one.id, one.task.text(language), one.started_on, one.due, one.done_on, one.status)
        for one in plan.actions
    ]
    risks = [
        (one.id, one.label.text(language), one.kind, one.reviewed_on, one.actions)
        for one in plan.risks
    ]
    captures = [
        (rival.name, seen.captured_on, True, bool(seen.main_image), bool(seen.detail_page),
         seen.promotion is not None)
        for rival in plan.rivals for seen in rival.captures
    ]  # fmt: skip
    return Agenda(
        actions=pd.DataFrame(actions, columns=ACTION_COLUMNS),
        risks=pd.DataFrame(risks, columns=RISK_COLUMNS),
        captures=pd.DataFrame(captures, columns=CAPTURE_COLUMNS),
    )
