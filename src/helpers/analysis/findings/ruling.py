"""Rules of the trade that say act, where money is known: findings of their own kind."""

from __future__ import annotations

from helpers.analysis.desk import Desk
from helpers.analysis.findings.finding import Finding, Size
from helpers.analysis.rules.answer import Answer
from helpers.analysis.rules.checking import check_rules
from helpers.vocabulary.labels import Label


def rule_findings(desk: Desk) -> list[Finding]:
    """Make a finding of each rule that says act and tells the money in it."""
    return [_as_finding(desk, one) for one in check_rules(desk) if one.answer == "act" and one.cash]


def _as_finding(desk: Desk, answer: Answer) -> Finding:
    dimension, _, member = answer.scope.partition(":")
    above = (
        answer.figure is not None
        and answer.threshold is not None
        and answer.figure >= answer.threshold
    )
    evidence = answer.evidence
    return Finding(
        kind="rule",
        period=desk.period.text,
        metric="",
        scope={dimension: member} if member else {},
        direction="up" if above else "down",
        judgement=-1,
        value=answer.figure,
        expected=answer.threshold,
        unit=answer.unit,
        currency=desk.currency,
        size=Size(None, None, answer.cash, None),
        money_is="cash",
        confidence=1.0,
        sentence=answer.sentence,
        test=answer.rule,
        test_words=Label(en=f"Rule {answer.rule}", zh=f"规则{answer.rule}"),
        evidence={
            "n": evidence.n,
            "limits": [evidence.lower, evidence.upper],
            "undecided": evidence.undecided,
            "items": len(answer.items),
        },
    )
