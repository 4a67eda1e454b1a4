"""What management hears: one finding with its size, reason, evidence and words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from helpers.vocabulary.labels import Label

Kind = Literal["signal", "rule", "untested"]
#: In which order kinds stand that are worth the same: what was never tested comes last.
_LAST: dict[str, int] = {"signal": 0, "rule": 0, "untested": 1}


@dataclass(frozen=True)
class Size:
    """How large: against what was to be expected, or for ``untested`` against the year before.

    Attributes:
        relative: Share of what was expected.
        points: Difference of rates; None for what is no rate.
        money: In base currency, with the sign of the deviation (more cost is positive); None
            where it cannot be told.
        sd: In standard deviations of the series' own noise; None where that is not known.
    """

    relative: float | None
    points: float | None
    money: float | None
    sd: float | None


@dataclass(frozen=True)
class Finding:
    """One finding.

    Attributes:
        kind: ``signal`` (a statistical test), ``rule`` (a rule of the trade says act), or
            ``untested`` (a change that too little history is there to test).
        period: The month.
        metric: Id of the catalogue; of a rule what it measures, or empty.
        scope: Dimension -> member; empty for the whole company.
        direction: ``up`` or ``down``.
        judgement: 1 good news, -1 bad news, 0 neither.
        value: As ``compute`` gives it.
        expected: What season and trend lead one to expect; a rule's threshold.
        unit: Unit of both; money's is the currency.
        money_is: What ``size.money`` is: ``sales``, ``cost``, ``refunds`` or ``cash``.
        confidence: 1 - q for a test; 1 for a rule, which is a fact; 0 for what was not tested.
        test: Id of the test or rule.
    """

    kind: Kind
    period: str
    metric: str
    scope: Mapping[str, str]
    direction: str
    judgement: int
    value: float | None
    expected: float | None
    unit: str
    currency: str
    size: Size
    money_is: str
    confidence: float
    sentence: Label
    test: str
    test_words: Label
    driver: Mapping[str, Any] | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)
    rank: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Give it as ``review findings --json`` prints it."""
        return {
            "rank": self.rank,
            "kind": self.kind,
            "period": self.period,
            "metric": self.metric,
            "scope": dict(self.scope),
            "direction": self.direction,
            "judgement": {1: "good", -1: "bad", 0: "neutral"}[self.judgement],
            "value": self.value,
            "expected": self.expected,
            "unit": self.unit,
            "size": {
                "relative": self.size.relative,
                "points": self.size.points,
                "money": self.size.money,
                "money_is": self.money_is,
                "currency": self.currency,
                "sd": self.size.sd,
            },
            "driver": dict(self.driver) if self.driver else None,
            "evidence": dict(self.evidence),
            "confidence": self.confidence,
            "test": {"id": self.test, "en": self.test_words.en, "zh": self.test_words.zh},
            "sentence": {"en": self.sentence.en, "zh": self.sentence.zh},
        }


def ranked(findings: Iterable[Finding]) -> list[Finding]:
    """Rank by money times confidence; what was not tested comes after all that was."""

    def order(one: Finding) -> tuple[int, float, float, str, str]:
        at_stake = abs(one.size.money or 0.0) * (one.confidence if one.kind != "untested" else 1.0)
        return (_LAST[one.kind], -at_stake, -one.confidence, one.metric, str(dict(one.scope)))

    return [replace(one, rank=place) for place, one in enumerate(sorted(findings, key=order), 1)]
