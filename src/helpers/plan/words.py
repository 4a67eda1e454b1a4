"""The plan's words in both languages, in one place."""

from __future__ import annotations

from helpers.vocabulary.labels import Label, Language


def _both(en: str, zh: str) -> Label:
    return Label(en=en, zh=zh)


WORDS: dict[str, Label] = {
    # status of an action
    "planned": _both("planned", "未开始"),
    "running": _both("in progress", "进行中"),
    "done": _both("done", "已完成"),
    "dropped": _both("dropped", "已取消"),
    "overdue": _both("overdue", "已逾期"),
    # what became of an action's metric
    "not_started": _both("not started", "未开始"),
    "as_intended": _both("better than its season, no proof of cause", "好于季节规律（不证明因果）"),
    "against": _both("worse than its season", "差于季节规律"),
    "no_move": _both("as the season would have it", "符合季节规律"),
    "cannot_tell": _both(
        "cannot be told: no figure now, then or a year before", "无法判断：缺少前后或上年数据"
    ),
    # SMART
    "specific": _both("Specific", "具体"),
    "measurable": _both("Measurable", "可衡量"),
    "achievable": _both("Achievable", "可实现"),
    "relevant": _both("Relevant", "相关"),
    "time_bound": _both("Time-bound", "有时限"),
    "passes": _both("passes", "通过"),
    "fails": _both("fails", "未通过"),
    "not_enough_data": _both("not enough data", "数据不足"),
    "needs_value": _both(
        "no figure for this metric and scope; name a metric that the data can give",
        "该指标在此范围没有数据；请换用数据可得的指标",
    ),
    "needs_baseline": _both(
        "the baseline {period} is not in the data; choose one that is",
        "基期{period}不在数据内；请改用已有数据的基期",
    ),
    "needs_history": _both(
        "fewer than 24 months of history to judge by", "历史不足24个月，无法判断"
    ),
    "sandbagged": _both(
        "below what would happen anyway ({landing}); raise it",
        "低于自然趋势（{landing}）；应提高目标",
    ),
    "plausible": _both("within reach (landing {landing})", "可以达到（预计{landing}）"),
    "stretch": _both("a stretch (landing {landing})", "有挑战（预计{landing}）"),
    "beyond": _both(
        "beyond the forecast ({landing}); name actions whose effects close the gap",
        "超出预测范围（{landing}）；需列明能补足差距的行动",
    ),
    "needs_pair": _both(
        "its objective lacks a {role} metric; add one", "所属目标缺少{role}指标；请补充"
    ),
    "leading": _both("leading", "先行"),
    "lagging": _both("lagging", "滞后"),
    "outside_year": _both("due {due} is outside the plan's year", "截止日{due}不在计划年度内"),
    "milestones_fall_short": _both(
        "the Q4 milestone {last} is not the year's value {value}",
        "四季度里程碑{last}与全年值{value}不一致",
    ),
    # risks
    "triggered": _both("triggered", "已触发"),
    "clear": _both("clear", "未触发"),
    "no_trigger": _both("no trigger metric", "无触发指标"),
    "rule_change": _both("platform rules", "平台规则"),
    "competition": _both("competition", "竞争"),
    "supply": _both("supply", "供应链"),
    "logistics": _both("logistics", "物流"),
    "currency": _both("currency", "汇率"),
    "compliance": _both("compliance", "合规"),
    # rivals
    "changed": _both("changed", "有变化"),
    "unchanged": _both("unchanged", "无变化"),
    "no_earlier": _both("no earlier capture", "无上期记录"),
    "missing_capture": _both("no capture this month", "本月未记录"),
    "fresh": _both("captured this month", "本月已记录"),
    # loop
    "orphan_problem": _both("no strategy answers it", "没有对应策略"),
    "orphan_strategy": _both("no action carries it out", "没有对应行动"),
    # decisions
    "decide_overdue": _both(
        "Overdue since {due}: {task} (owner: {owner}). Confirm a new date or drop it.",
        "逾期（{due}）：{task}（负责人：{owner}）。请确认新期限或取消。",
    ),
    "decide_risk": _both(
        "Risk triggered: {risk}. {metric} is {value}, threshold {threshold}. "
        "Contingency: {contingency}.",
        "风险已触发：{risk}。{metric}为{value}，阈值{threshold}。预案：{contingency}。",
    ),
    "decide_target": _both(
        "Behind target for the year to date: {metric} is {value} against {target}. "
        "Decide on more resources or a new target.",
        "年初至今落后于目标：{metric}为{value}，应达{target}。请决定追加资源或调整目标。",
    ),
    "decide_missed": _both(
        "Target missed: {metric} is {value} against {target}. "
        "Decide what next year's plan must do differently.",
        "未达目标：{metric}为{value}，目标{target}。请决定下一年度计划如何调整。",
    ),
    "decide_more": _both(
        "And {count} more, on the page of targets and actions.",
        "另有{count}项，见“目标与行动”页。",
    ),
    # targets at risk
    "at_risk_pace": _both(
        "{name}: {actual} so far against {expected} expected by now, target {target}",
        "{name}：截至目前{actual}，按进度应达{expected}，目标{target}",
    ),
    "at_risk_level": _both(
        "{name}: {actual} against a target of {target}.", "{name}：{actual}，目标{target}。"
    ),
    "at_risk_landing": _both("; heading for {landing}", "；预计最终{landing}"),
    "at_risk_chance": _both(", reached with a probability of {chance}", "，达成概率{chance}"),
    "nothing_to_decide": _both(
        "No overdue action, no triggered risk, no missed target.",
        "没有逾期行动、已触发风险或未达目标。",
    ),
}


def word(key: str, language: Language, **values: object) -> str:
    """Give a phrase of the plan, filled with values."""
    text = WORDS[key].text(language)
    return text.format(**values) if values else text


def of_member(name: str, member: str, language: Language) -> str:
    """Add whose figure it is.

    >>> of_member("店铺转化率", "亚马逊日本站", "zh"), of_member("AOV", "Amazon JP", "en")
    ('亚马逊日本站店铺转化率', 'AOV (Amazon JP)')
    """
    return f"{member}{name}" if language == "zh" else f"{name} ({member})"
