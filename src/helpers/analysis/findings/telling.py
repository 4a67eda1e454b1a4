"""All findings of a period, ranked: read, test, fold, explain, say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from helpers.analysis.comparison import change_of
from helpers.analysis.desk import Desk, number
from helpers.analysis.findings.explaining import Driver, explain
from helpers.analysis.findings.finding import Finding, Size, ranked
from helpers.analysis.findings.folding import Story, fold, worth
from helpers.analysis.findings.ruling import rule_findings
from helpers.analysis.findings.saying import MONEY_IS, in_both, sentence, untested
from helpers.analysis.findings.testing import Deviation, Tested, test_months
from helpers.analysis.findings.watching import Figures, months_before, read_figures
from helpers.analysis.wordings import phrase
from helpers.metrics.catalogue import catalogue
from helpers.vocabulary.faults import AskedWrongly, Fault
from helpers.vocabulary.labels import Label
from helpers.vocabulary.periods import Period
from helpers.vocabulary.units import Direction, Unit

#: Two seasons: with less no series is tested, and changes are told as untested.
MONTHS_TESTED = 24


def find(desk: Desk, *, rules: bool = True) -> list[Finding]:
    """Find what management should hear of the desk's period, the most money first.

    Args:
        desk: A month, or a longer span: then of each of its months.
        rules: Also what the rules of the trade say at the end of the period.

    Raises:
        AskedWrongly: The period is shorter than a month, or not made of months.
    """
    found: list[Finding] = []
    for month in _months(desk):
        found += of_month(replace(desk, period=month))
    if rules:
        found += rule_findings(desk)
    return ranked(found)


def of_month(desk: Desk) -> list[Finding]:
    """Find what the figures of one month say, unranked."""
    if len(months_before(desk)) < MONTHS_TESTED:
        return _untested(desk, dict.fromkeys(_stores(desk), len(months_before(desk))), whole=True)
    return of_figures(desk, read_figures(desk))


def of_figures(desk: Desk, figures: Figures) -> list[Finding]:
    """Find what these figures of the desk's month say, unranked."""
    tested = test_months(desk, figures)
    found = [_as_finding(desk, one, tested, figures) for one in fold(tested, figures)]
    short = {
        member: months
        for one, member, months in tested.too_short
        if one.metric == "gmv" and one.by == ("store",)
    }
    return found + _untested(desk, short, whole=False)


def _months(desk: Desk) -> list[Period]:
    period = desk.period
    if period.kind == "month":
        return [period]
    months = [one for one in period.months() if one.start <= desk.coverage[1]]
    if period.kind in ("week", "days") or period.start.day != 1:
        raise AskedWrongly(
            Fault(
                "--period",
                f"findings are told of months, and {period.text!r} is not made of months",
                "write YYYY-MM, YYYY, YYYY-Qn or a range of those",
            )
        )
    return [one for one in months if one.end >= desk.coverage[0]]


def _as_finding(desk: Desk, story: Story, tested: Tested, figures: Figures) -> Finding:
    head = story.head
    money = worth(head, figures)
    driver = explain(story, tested, figures)
    metric = catalogue()[head.series.metric]
    asked = [one for one in tested.deviations if one.series.weight > 0]
    unit = Unit(metric.unit)
    return Finding(
        kind="signal",
        period=desk.period.text,
        metric=metric.id,
        scope=head.scope,
        direction="up" if head.up else "down",
        judgement=Direction(metric.direction).judge(head.value - head.expected),
        value=head.value,
        expected=head.expected,
        unit=desk.currency if unit is Unit.MONEY else str(unit),
        currency=desk.currency,
        size=Size(
            relative=head.relative,
            points=head.value - head.expected if unit.changes_in_points else None,
            money=money,
            sd=head.sd,
        ),
        money_is=MONEY_IS[head.series.money.kind],
        confidence=1 - head.q,
        sentence=in_both(desk, sentence, head, money, driver),
        test="expected_month",
        test_words=_words("finding_test.expected", tests=str(len(asked))),
        driver=_driver_dict(desk, driver),
        evidence=_evidence(desk, story, figures, len(asked)),
    )


def _driver_dict(desk: Desk, driver: Driver) -> dict[str, Any]:
    return {
        "metric": driver.metric,
        "label": catalogue()[driver.metric].label.model_dump(),
        "effects": [
            {"metric": one.metric, "money": one.money, "share": one.share} for one in driver.effects
        ],
        "part": {
            "dimension": driver.part.dimension,
            "member": driver.part.member,
            "money": driver.part.money,
            "share": driver.part.share,
        }
        if driver.part
        else None,
    }


def _evidence(desk: Desk, story: Story, figures: Figures, tests: int) -> dict[str, Any]:
    head = story.head
    return {
        "n": head.cases,
        "n_of": head.series.cases,
        "limits": [head.low, head.high],
        "z": head.z,
        "p": head.p,
        "q": head.q,
        "tests": tests,
        "run": head.run,
        "months": head.months,
        "first_month": figures.periods[0].text,
        "status": "ok" if desk.is_complete else "preliminary",
        "baselines": _baselines(desk, head, figures),
        "told_by": [
            {"metric": one.series.metric, "scope": one.scope, "sd": one.sd, "q": one.q}
            for one in story.also
        ],
    }


def _baselines(desk: Desk, head: Deviation, figures: Figures) -> dict[str, Any]:
    """Give the month before and the same month of the year before, like for like."""
    texts = [period.text for period in figures.periods]
    series = figures.of(head.series.metric, head.series.by if head.member else (), head.member)
    found: dict[str, Any] = {}
    for name, period in (("previous", desk.previous), ("year_ago", desk.year_ago)):
        if period is None or period.text not in texts:
            found[name] = None
            continue
        value = number(series[texts.index(period.text)])
        found[name] = {"period": period.text, "value": value}
    return found


def _stores(desk: Desk) -> list[str]:
    return [store for store, (first, last) in desk.warehouse.stores_until(desk.period.end).items()
            if first <= desk.period.end and last >= desk.period.start]  # fmt: skip


def _untested(desk: Desk, stores: dict[str, int], *, whole: bool) -> list[Finding]:
    """Tell changes of sales that too little history is there to test: no findings, said as such."""
    base = desk.year_ago or desk.previous
    found = []
    scopes: list[tuple[dict[str, str], int]] = [({"store": one}, n) for one, n in stores.items()]
    if whole:
        scopes.insert(0, ({}, len(months_before(desk))))
    for scope, months in scopes:
        by, member = tuple(scope), "".join(scope.values())
        value, before = _gmv(desk, desk.elapsed, by, member), None
        if value is None:
            continue
        if base is not None:
            before = _gmv(desk, base, by, member)
        change = change_of(value, before, Unit.MONEY)
        found.append(
            Finding(
                kind="untested",
                period=desk.period.text,
                metric="gmv",
                scope=scope,
                direction="down" if (change or 0) < 0 else "up",
                judgement=0,
                value=value,
                expected=before,
                unit=desk.currency,
                currency=desk.currency,
                size=Size(change, None, None if before is None else value - before, None),
                money_is="sales",
                confidence=0.0,
                sentence=in_both(desk, untested, scope, value, before, base, months),
                test="too_little_history",
                test_words=_words("finding_test.too_short"),
                evidence={
                    "months": months,
                    "baseline": base.text if base and before is not None else None,
                },
            )
        )
    return found


def _gmv(desk: Desk, period: Period, by: tuple[str, ...], member: str) -> float | None:
    frame = desk.measure(["gmv"], period, by)
    frame = frame[frame["member"].fillna("") == member]
    return number(frame["value"].iloc[0]) if len(frame) else None


def _words(key: str, **values: Any) -> Label:
    return Label(en=phrase(key, "en", **values), zh=phrase(key, "zh", **values))
