"""The definitions page: the catalogue in the reader's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from helpers.publish.content import markdown, shown_html
from helpers.publish.templates import heading, render
from helpers.publish.words import OWNERS, TABLES, UNITS, WINDOWS, frame_words
from helpers.vocabulary.labels import Label, Language

if TYPE_CHECKING:
    from helpers.metrics.catalogue import Metric


def definition_cells(language: Language, metrics: Mapping[str, Metric]) -> list[dict[str, Any]]:
    """Write every metric, grouped by what it is about, in the order a review is read."""
    words = frame_words(language)
    grouped: dict[str, list[dict[str, Any]]] = {owner: [] for owner in OWNERS}
    for metric in metrics.values():
        grouped.setdefault(metric.owner, []).append(_definition(metric, metrics, language))
    cells = [heading(words["definitions"]), markdown(words["definitions_intro"])]
    for owner, members in grouped.items():
        if members:
            name = OWNERS[owner].text(language) if owner in OWNERS else owner
            cells.append(markdown(f"## {name}"))
            cells.append(shown_html(render("definitions.html", {"metrics": members})))
    return cells


def _definition(
    metric: Metric, metrics: Mapping[str, Metric], language: Language
) -> dict[str, Any]:
    words = frame_words(language)
    news = {
        "higher_is_better": words["higher"],
        "lower_is_better": words["lower"],
        "neutral": words["neutral"],
    }
    facts = [(words["formula"], formula_in_words(metric, metrics, language))]
    if metric.definition:
        facts.append((words["note"], metric.definition.text(language)))
    if metric.benchmark:
        facts.append((words["benchmark"], metric.benchmark.says.text(language)))
    return {
        "id": metric.id,
        "label": metric.label.text(language),
        "question": metric.question.text(language),
        "facts": facts,
        "traits": [
            UNITS[str(metric.unit)].text(language),
            news[str(metric.direction)],
            words["needs"].format(tables=_tables(metric.tables, language)),
        ],
    }


def _tables(tables: Sequence[str], language: Language) -> str:
    names = [TABLES[one].text(language) if one in TABLES else one for one in tables]
    return ("、" if language == "zh" else ", ").join(names)


def formula_in_words(metric: Metric, metrics: Mapping[str, Metric], language: Language) -> str:
    """Write a formula with the metrics' own names, in the reader's language.

    Columns keep their names: they are what an analyst looks for in the table.
    """
    from helpers.metrics.formulas import (
        Attainment,
        Computed,
        Difference,
        Gap,
        Growth,
        Lift,
        Ratio,
        Typed,
    )

    def name(metric_id: str) -> str:
        return metrics[metric_id].label.text(language)

    formula = metric.formula
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
