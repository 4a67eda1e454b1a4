"""A metric in the reader's words: its formula and its worked example.

One text for the definitions page and for the command line; columns keep their names, because
they are what an analyst looks for in the table.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from helpers.metrics.catalogue import Example, Metric
from helpers.metrics.formulas import (
    Attainment,
    Computed,
    Difference,
    Formula,
    Gap,
    Growth,
    Lift,
    Ratio,
    Typed,
)
from helpers.vocabulary.labels import Label, Language

WINDOWS: dict[str, Label] = {
    "last_30_days": Label(en="last 30 days", zh="近30天"),
    "last_90_days": Label(en="last 90 days", zh="近90天"),
    "last_180_days": Label(en="last 180 days", zh="近180天"),
    "year_to_date": Label(en="year to date", zh="本年至今"),
    "last_365_days": Label(en="last 365 days", zh="近365天"),
    "since_start": Label(en="since the data begin", zh="自数据开始以来"),
}


def formula_in_words(formula: Formula, metrics: Mapping[str, Metric], language: Language) -> str:
    """Write a formula with the metrics' own names, in the reader's language."""

    def name(metric_id: str) -> str:
        # A page may print a part of the catalogue, and a formula name a metric of the rest.
        return metrics[metric_id].label.text(language) if metric_id in metrics else metric_id

    match formula:
        case Ratio():
            factor = "" if formula.times == 1 else f" × {formula.times}"
            return f"{name(formula.numerator)} ÷ {name(formula.denominator)}{factor}"
        case Difference():
            plus = " + ".join(name(one) for one in formula.plus)
            return " − ".join([plus, *(name(one) for one in formula.minus)])
        case Growth():
            before = {
                "previous": Label(en="the period before", zh="上期"),
                "year_ago": Label(en="the same period a year ago", zh="去年同期"),
            }[formula.against].text(language)
            of = name(formula.of)
            if language == "zh":
                return f"{of} ÷ {before}{of} − 1"
            return f"{of} ÷ {of} of {before} − 1"
        case Lift():
            return f"{name(formula.of)} ÷ {name(formula.over)} − 1"
        case Gap():
            return f"{name(formula.of)} − {name(formula.over)}"
        case Attainment():
            told = ATTAINMENT if formula.of else MEAN_ATTAINMENT
            return told.text(language).format(of=name(formula.of) if formula.of else "")
        case Typed():
            return TYPED.text(language)
        case Computed():
            return formula.says.text(language)
        case _:
            return _leaf(formula, language)


ATTAINMENT = Label(
    en="{of} of the target's year so far ÷ its target in the plan",
    zh="目标年度至今的{of}÷计划目标",
)
MEAN_ATTAINMENT = Label(
    en="mean of actual ÷ target over the plan's targets, each 1 at most",
    zh="计划内各目标“实际÷目标”的平均值（单项最高计1）",
)
TYPED = Label(
    en="typed in by hand, because no export holds it (template of manual KPIs)",
    zh="手工填报（手工指标模板），任何导出文件均不含该数据",
)
_LEAVES: dict[str, Label] = {
    "sum": Label(en="sum of {columns} over {rows}", zh="{rows}的 {columns} 合计"),
    "count": Label(en="number of {rows}", zh="{rows}的行数"),
    "count_distinct": Label(
        en="number of different {columns} among {rows}", zh="{rows}中不同 {columns} 的个数"
    ),
    "snapshot": Label(
        en="sum of {columns} in the last {rows} of the period", zh="期末{rows}的 {columns} 合计"
    ),
    "mean": Label(en="mean of {columns} over {rows}", zh="{rows}的 {columns} 平均值"),
    "median": Label(en="median of {columns} over {rows}", zh="{rows}的 {columns} 中位数"),
    "quantile": Label(
        en="value that {at} of {rows} do not exceed in {columns}",
        zh="{rows}中{at}不超过的 {columns}",
    ),
    "largest": Label(en="largest {columns} among {rows}", zh="{rows}中最大的 {columns}"),
    "smallest": Label(en="smallest {columns} among {rows}", zh="{rows}中最小的 {columns}"),
    "reported": Label(
        en="{columns} as the platform reports it ({rows})", zh="平台报告的 {columns}（{rows}）"
    ),
}


def _leaf(formula: Any, language: Language) -> str:
    """Write a formula that reads one table."""
    is_chinese = language == "zh"
    elapsed = getattr(formula, "elapsed", None)
    text = _LEAVES[formula.kind].text(language).format(
        columns=_elapsed(elapsed, language) if elapsed else " + ".join(formula.columns),
        rows=formula._set.label.text(language),
        at=f"{getattr(formula, 'at', 1):.0%}",
    )  # fmt: skip
    times = getattr(formula, "times", 1)
    factor = "" if times == 1 else f"{'−' if times == -1 else times} × ".replace("− × ", "−")
    extra = [str(one) for one in formula.where]
    if formula.over != "period":
        extra.append(WINDOWS[formula.over].text(language))
    if not extra:
        return factor + text
    joined = ("，" if is_chinese else ", ").join(extra)
    return f"{factor}{text}（{joined}）" if is_chinese else f"{factor}{text} ({joined})"


def _elapsed(elapsed: Any, language: Language) -> str:
    """Write the time between two columns."""
    if language == "zh":
        unit = {"hours": "小时", "days": "天"}[elapsed.unit]
        return f"{elapsed.from_} 至 {elapsed.to} 的{unit}数"
    return f"{elapsed.unit} from {elapsed.from_} to {elapsed.to}"


def example_in_words(example: Example) -> str:
    """Write the rows of a worked example and what they give, as ``table: rows → answer``."""
    tables = []
    for table, rows in example.given.items():
        told = [", ".join(f"{name} {value}" for name, value in row.items()) or "–" for row in rows]
        tables.append(f"{table}: {'; '.join(told)}")
    answers = [
        f"{one.member + ' ' if one.member else ''}"
        f"{one.status if one.value is None else f'{one.value:.10g}'}"
        for one in example.expected
    ]
    return f"{example.period} · {' | '.join(tables)} → {', '.join(answers)}"
