"""Names for people of the columns that charts read and put into downloads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.charts.subject import text_of, written_note
from helpers.vocabulary.labels import Label, Language

if TYPE_CHECKING:
    import pandas as pd

COLUMNS: dict[str, Label] = {
    "metric": Label(en="Metric", zh="指标"),
    "metric_label": Label(en="Measure", zh="指标名称"),
    "currency": Label(en="Currency", zh="币种"),
    "direction": Label(en="Good direction", zh="好的方向"),
    "numerator": Label(en="Numerator", zh="分子"),
    "denominator": Label(en="Denominator", zh="分母"),
    "normal_low": Label(en="Normal range from", zh="正常区间下限"),
    "normal_high": Label(en="Normal range to", zh="正常区间上限"),
    "signal_method": Label(en="How judged", zh="判断方法"),
    "signal_points": Label(en="Periods judged by", zh="判断所用期数"),
    "verdict_label": Label(en="Verdict in words", zh="结论说明"),
    "dimension": Label(en="Dimension", zh="维度"),
    "member": Label(en="Member", zh="成员"),
    "label": Label(en="Name", zh="名称"),
    "step": Label(en="Step", zh="步骤"),
    "kind": Label(en="Kind", zh="类型"),
    "scope": Label(en="Scope", zh="范围"),
    "month": Label(en="Month", zh="月份"),
    "month_start": Label(en="First day", zh="起始日"),
    "period": Label(en="Period", zh="期间"),
    "value": Label(en="Value", zh="数值"),
    "unit": Label(en="Unit", zh="单位"),
    "status": Label(en="Status", zh="状态"),
    "note": Label(en="Note", zh="备注"),
    "previous": Label(en="Last period", zh="上期"),
    "previous_change": Label(en="Change on last period", zh="较上期变动"),
    "year_ago": Label(en="Last year", zh="去年同期"),
    "year_ago_change": Label(en="Change on last year", zh="较去年同期变动"),
    "target": Label(en="Target", zh="目标"),
    "attainment": Label(en="Share of target reached", zh="目标完成率"),
    "signal": Label(en="Signal", zh="信号"),
    "change": Label(en="Change", zh="变动"),
    "share": Label(en="Share", zh="占比"),
    "share_of_change": Label(en="Share of the change", zh="变动贡献占比"),
    "lower": Label(en="Normal range from", zh="正常区间下限"),
    "upper": Label(en="Normal range to", zh="正常区间上限"),
    "mean": Label(en="Mean", zh="均值"),
    "actual": Label(en="Actual", zh="实际"),
    "expected": Label(en="Expected to date", zh="应达进度"),
    "pace_index": Label(en="Pace index", zh="进度指数"),
    "landing": Label(en="Projected landing", zh="预计达成"),
    "landing_low": Label(en="Projected landing, low (P10)", zh="预计达成下限（P10）"),
    "landing_high": Label(en="Projected landing, high (P90)", zh="预计达成上限（P90）"),
    "chance": Label(en="Chance of reaching it", zh="达成概率"),
    "required_monthly": Label(en="Required per month", zh="剩余月均需达"),
    "verdict": Label(en="Verdict", zh="结论"),
    "cohort": Label(en="Cohort", zh="同期群"),
    "retained": Label(en="Retained", zh="留存"),
    "size": Label(en="Customers", zh="客户数"),
    "is_mature": Label(en="Complete", zh="是否完整"),
    "rank": Label(en="Rank", zh="排名"),
    "points": Label(en="Points of growth", zh="拉动增长（点）"),
    "relative_change": Label(en="Relative change", zh="变动幅度"),
    "share_of_gmv": Label(en="Share of GMV", zh="占GMV比例"),
    "standing": Label(en="Standing", zh="在列情况"),
    "units": Label(en="Units", zh="件数"),
    "abc_class": Label(en="ABC class", zh="ABC分类"),
    "cumulative_share": Label(en="Cumulative share", zh="累计占比"),
    "active": Label(en="Bought again", zh="复购人数"),
    "is_opening": Label(en="First month in the data", zh="是否数据首月"),
    "cohort_start": Label(en="First day", zh="起始日"),
    "due": Label(en="Due", zh="截止"),
    "rate": Label(en="Rate", zh="转化率"),
}


def headings(frame: pd.DataFrame, language: Language) -> dict[str, str]:
    """Name the columns that have a name; the others keep their own."""
    return {
        str(column): COLUMNS[column].text(language) for column in frame.columns if column in COLUMNS
    }


def worth_saving(frame: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Make a frame fit for a download: no columns that are silent throughout, notes in words."""
    empty = frame.map(lambda cell: text_of(cell) == "").all()
    kept = frame.loc[:, ~empty] if not empty.all() else frame
    if "note" not in kept.columns:
        return kept
    return kept.assign(note=[written_note(text_of(note), language) for note in kept["note"]])
