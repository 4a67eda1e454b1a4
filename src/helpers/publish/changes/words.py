"""The words in which an edition says what has changed since the last one."""

from __future__ import annotations

from helpers.vocabulary.labels import Label, Language

#: The page, and what it answers.
TITLE = Label(en="What changed", zh="数据变更说明")
QUESTION = Label(
    en="Which published figures are different now, and which files changed them?",
    zh="哪些已发布的数字有变动，由哪些文件引起？",
)

SAID: dict[str, Label] = {
    "first": Label(
        en="This is the first edition of this review. There is no earlier one to compare it with.",
        zh="本报告首次发布，没有可供对比的往期版本。",
    ),
    "since_edition": Label(
        en="Corrections since edition {number} of this review", zh="与本期第 {number} 版相比的更正"
    ),
    "since_period": Label(en="{now} beside {before}", zh="{now}与{before}对照"),
    "compared_with": Label(
        en="Compared with edition {number} of {period}, the last one published.",
        zh="对照对象为最近发布的{period}报告第 {number} 版。",
    ),
    "no_figures": Label(
        en="Edition {number} of {period} was made by an earlier version of the program and kept no "
        "figures, so it cannot be compared.",
        zh="{period}第 {number} 版由旧版程序生成，未保存数字，无法对比。",
    ),
    "new_period": Label(en="The new period", zh="本期新数据"),
    "restated": Label(en="Past figures restated", zh="往期数据更正"),
    "none_restated": Label(
        en="No figure that was published then has changed.", zh="当时发布的数字均无变动。"
    ),
    "counted": Label(
        en="{count} published figures have changed, {whole} of them of the whole company.",
        zh="共 {count} 个已发布数字有变动，其中全公司口径 {whole} 个。",
    ),
    "counted_whole": Label(
        en="{count} published figures of the whole company have changed.",
        zh="共 {count} 个已发布的全公司数字有变动。",
    ),
    "as_above": Label(en="{count} more are told above.", zh="另有 {count} 个与上文所列相同。"),
    "only_above": Label(
        en="The figures that have changed are told above.", zh="变动的数字与上文所列相同。"
    ),
    "counted_one": Label(en="One published figure has changed.", zh="共 1 个已发布数字有变动。"),
    "only_tables": Label(
        en="No figure of the metrics has changed; {count} numbers in tables have.",
        zh="指标数字均无变动；明细表中有 {count} 个数字变动。",
    ),
    "every_part": Label(
        en="By store, market and product: {count} more", zh="按店铺、市场、商品：另有 {count} 个"
    ),
    "in_tables": Label(en="Numbers in tables that moved with them", zh="随之变动的明细表数字"),
    "in_table": Label(en="{count} in “{title}”", zh="“{title}”中 {count} 个"),
    "causes": Label(en="What caused it", zh="变动原因"),
    "more_rows": Label(
        en="{count} more are listed by: review diff {before} {after}",
        zh="其余 {count} 个见命令：review diff {before} {after}",
    ),
    "figure": Label(en="Figure", zh="指标"),
    "days": Label(en="Period", zh="期间"),
    "as_published": Label(en="As published", zh="原发布值"),
    "now": Label(en="Now", zh="现值"),
    "difference": Label(en="Difference", zh="差额"),
    "change": Label(en="Change", zh="变动"),
    "because": Label(en="Because of", zh="原因"),
    "why": Label(en="Because of: {causes}", zh="原因：{causes}"),
    "pages_added": Label(en="New page: {titles}.", zh="新增页面：{titles}。"),
    "pages_removed": Label(en="Page no longer there: {titles}.", zh="取消页面：{titles}。"),
    "not_available": Label(en="n/a", zh="无数据"),
    "target": Label(en="{metric}, target", zh="{metric}（目标）"),
    # What caused it.
    "file": Label(en="file {name}", zh="文件 {name}"),
    "definition": Label(en="another definition of “{name}”", zh="“{name}”口径调整"),
    "plan": Label(en="plan file {name}", zh="计划文件 {name}"),
    "workspace": Label(en="declaration {name}", zh="配置 {name}"),
    "rates": Label(en="exchange rates", zh="汇率"),
    "program": Label(en="a new version of the program", zh="程序升级"),
    "unknown": Label(en="unknown", zh="原因不明"),
    "may_be": Label(en="possibly {cause}", zh="也可能是{cause}"),
    # On the front page.
    "notice_one": Label(
        en="One figure is no longer what was last published:", zh="有 1 个数字与上次发布时不同："
    ),
    "notice": Label(
        en="{count} figures are no longer what was last published:",
        zh="有 {count} 个数字与上次发布时不同：",
    ),
    "moved": Label(
        en="{metric}, {period}: {before} before, {after} now ({change}). Because of: {causes}.",
        zh="{metric}，{period}：原为{before}，现为{after}（{change}）。原因：{causes}。",
    ),
    "gone": Label(
        en="{metric}, {period}: {before} before, n/a now. Because of: {causes}.",
        zh="{metric}，{period}：原为{before}，现无数据。原因：{causes}。",
    ),
    "see": Label(en="See what changed", zh="查看数据变更说明"),
}


def say(which: str, language: Language, /, **values: object) -> str:
    """Write one of the sentences."""
    return SAID[which].text(language).format(**values)


def list_of(parts: list[str], language: Language) -> str:
    """Put names one after the other; a file's own name may hold a comma."""
    return ("；" if language == "zh" else "; ").join(parts)
