"""The words of the site's frame: everything a reader sees that no notebook wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.vocabulary.labels import Label, Language

if TYPE_CHECKING:
    from helpers.publish.editions import Edition

HTML_LANGUAGE: dict[Language, str] = {"zh": "zh-CN", "en": "en"}
SPHINX_LANGUAGE: dict[Language, str] = {"zh": "zh_CN", "en": "en"}
OWN_NAME: dict[Language, str] = {"zh": "中文", "en": "English"}

REVIEWS: dict[str, Label] = {
    "weekly": Label(en="Weekly review", zh="经营周报"),
    "monthly": Label(en="Monthly review", zh="月度运营复盘"),
    "quarterly": Label(en="Quarterly review", zh="季度运营复盘"),
    "annual": Label(en="Annual review", zh="年度运营复盘"),
}

STATUSES: dict[str, Label] = {
    "preliminary": Label(en="Preliminary", zh="初步数据"),
    "final": Label(en="Final", zh="正式版"),
}

FRAME: dict[str, Label] = {
    "site": Label(en="Cross-Border Operations Review", zh="跨境运营复盘"),
    "skip": Label(en="Skip to the content", zh="跳到正文"),
    "search": Label(en="Search", zh="搜索"),
    "search_hint": Label(en="Search this edition", zh="搜索本期内容"),
    "search_hint_portal": Label(en="Search definitions", zh="搜索指标定义"),
    "search_hint_years": Label(en="Search earlier years", zh="搜索往年报告"),
    "search_ask": Label(
        en="Type a product code, a market or a metric.", zh="可输入货号、市场或指标名称。"
    ),
    "search_none": Label(en="Nothing found for “{query}”.", zh="没有找到“{query}”。"),
    "search_count": Label(
        en="{count} page(s) mention “{query}”.", zh="有 {count} 个页面提到“{query}”。"
    ),
    "search_needs_script": Label(
        en="Search needs JavaScript. The pages of this edition are listed in the menu.",
        zh="搜索功能需要启用 JavaScript。本期全部页面见目录。",
    ),
    "contents": Label(en="Contents", zh="目录"),
    "close": Label(en="Close", zh="关闭"),
    "pages": Label(en="In this review", zh="本期内容"),
    "on_this_page": Label(en="On this page", zh="本页内容"),
    "around": Label(en="All reviews", zh="全部报告"),
    "home": Label(en="Home", zh="首页"),
    "archive": Label(en="Archive", zh="历史报告"),
    "archive_year": Label(en="Archive: {year}", zh="{year}年历史报告"),
    "older_years": Label(en="Earlier years", zh="更早年份"),
    "definitions": Label(en="Definitions", zh="指标定义"),
    "how_to_read": Label(en="How to read this", zh="阅读说明"),
    "previous": Label(en="Previous", zh="上一页"),
    "next": Label(en="Next", zh="下一页"),
    "earlier": Label(en="Earlier: {period}", zh="上一期：{period}"),
    "later": Label(en="Later: {period}", zh="下一期：{period}"),
    "newer": Label(
        en="A newer edition of this review exists. Open edition {number}",
        zh="本报告已有更新版本，打开第 {number} 版",
    ),
    "withdrawn": Label(
        en="This edition was withdrawn on {day}. Reason given: {because}.",
        zh="本版已于{day}撤回，原因：{because}。",
    ),
    "open_standing": Label(en="Open edition {number} instead", zh="请看第 {number} 版"),
    "edition_withdrawn": Label(en="Edition {number} (withdrawn)", zh="第 {number} 版（已撤回）"),
    "withdrawal": Label(
        en="{edition} was withdrawn on {day}. Reason given: {because}.",
        zh="{edition}已于{day}撤回，原因：{because}。",
    ),
    "pruned": Label(
        en="Edition {number} of this review held preliminary figures. A newer edition took its "
        "place, and its pages are no longer kept.",
        zh="本报告第 {number} 版为初步数据，已由更新版本取代，页面不再保留。",
    ),
    "edition_pruned": Label(
        en="Edition {number} (no longer kept)", zh="第 {number} 版（已不保留）"
    ),
    "dark": Label(en="Switch between light and dark", zh="切换浅色或深色显示"),
    "print": Label(en="Print", zh="打印"),
    # Said in the language it leads to: it is for those who cannot read this one.
    "switch": Label(en="Read this page in English", zh="阅读本页中文版"),
    "preliminary_banner": Label(
        en="Preliminary figures: some sources are still open, so numbers may change.",
        zh="本期为初步数据，部分来源尚未结算，数字可能调整。",
    ),
    "see_data": Label(en="See the data behind this review", zh="查看本期数据情况"),
    "awaiting_banner": Label(
        en="Preliminary figures, numbers may change. Still awaited: {what}.",
        zh="本期为初步数据，数字可能调整。尚待：{what}。",
    ),
    "stale_banner": Label(
        en="This page is not up to date. It shows what edition {number} showed, with data to "
        "{day}, because {why}. Its figures need not agree with those of the other pages.",
        zh="本页内容不是最新。此处沿用第 {number} 版的内容，数据截至{day}，原因：{why}。"
        "本页数字与其他页面可能不一致。",
    ),
    "stale_page": Label(en="{page} (data to {day})", zh="{page}（数据截至{day}）"),
    "stale_pages": Label(
        en="Not up to date in this edition: {pages}.", zh="本版中未更新的页面：{pages}。"
    ),
    "left_out_pages": Label(
        en="Left out of this edition, because they could not be made: {pages}.",
        zh="因未能生成，本版略去的页面：{pages}。",
    ),
    "signed_banner": Label(en="Final: {what}.", zh="正式版：{what}。"),
    "admitted_banner": Label(
        en="Published without sources that will not come. {what}.",
        zh="以下来源不会补齐，本期在缺少它们的情况下发布。{what}。",
    ),
    "data_through": Label(en="Data to {day}", zh="数据截至{day}"),
    "edition": Label(en="Edition {number}", zh="第 {number} 版"),
    "generated": Label(
        en="Made from the company's own exports. Every figure names its source.",
        zh="全部数字由公司自有导出数据生成，每张图表均注明来源。",
    ),
    "choose_language": Label(en="Choose a language", zh="选择语言"),
    "latest": Label(en="Latest review", zh="最新报告"),
    "open_review": Label(en="Open the full review", zh="打开完整报告"),
    "did_we": Label(en="How did we do, and why", zh="业绩如何，原因何在"),
    "what_now": Label(en="What now", zh="下一步"),
    "read_more": Label(en="Pages of this review", zh="本期各页"),
    "other_reviews": Label(en="Other reviews", zh="其他报告"),
    "no_actions": Label(
        en="No action or decision is recorded for this period.", zh="本期没有登记行动或决策事项。"
    ),
    "period": Label(en="Period", zh="期间"),
    "review": Label(en="Review", zh="报告"),
    "status": Label(en="Status", zh="状态"),
    "editions": Label(en="Editions", zh="版本"),
    "data_to": Label(en="Data to", zh="数据截至"),
    "archive_intro": Label(
        en="Every review that was published, newest first. An edition is never changed; "
        "a correction is a new edition.",
        zh="已发布的全部报告，最新在前。版本一经发布不再改动，更正以新版本发布。",
    ),
    "definitions_intro": Label(
        en="What each figure means, how it is calculated and which way is good news. "
        "Reports and notebooks read these same definitions.",
        zh="每个指标的含义、算法，以及向哪个方向变动是好消息。报告与笔记本使用的就是这里的定义。",
    ),
    "formula": Label(en="Calculated as", zh="计算方式"),
    "higher": Label(en="up is good news", zh="上升为好"),
    "lower": Label(en="down is good news", zh="下降为好"),
    "neutral": Label(en="neither way is good or bad", zh="无好坏之分"),
    "needs": Label(en="read from {tables}", zh="取自{tables}"),
    "note": Label(en="Definition used here", zh="本报告口径"),
    "benchmark": Label(en="Benchmark", zh="参考值"),
    "told_by": Label(en="{what} (from {who})", zh="{what}（出自{who}）"),
    "variant": Label(en="Variant", zh="其他口径"),
    "example": Label(en="Worked example", zh="算例"),
}

#: Who has signed an edition, and who is awaited.
SIGNING: dict[str, Label] = {
    "anyone": Label(en="a named person", zh="一位具名负责人"),
    "who": Label(en="{role} ({names})", zh="{role}（{names}）"),
    "awaited": Label(en="the signature of {who}", zh="{who}的签字"),
    "again": Label(
        en="the signature of {who} again: signed by {name} on {day} for other figures",
        zh="{who}重新签字：{name}于{day}签字时数字与现在不同",
    ),
    "again_one": Label(
        en="the signature of {who} again: signed by {name} on {day} for other figures, one figure "
        "has changed since",
        zh="{who}重新签字：{name}于{day}签字后有1个数字变动",
    ),
    "again_counted": Label(
        en="the signature of {who} again: signed by {name} on {day} for other figures, {count} "
        "figures have changed since",
        zh="{who}重新签字：{name}于{day}签字后有{count}个数字变动",
    ),
    "signed": Label(en="signed by {name} on {day}", zh="{name}于{day}签字"),
    "signed_as": Label(en="signed by {name} ({role}) on {day}", zh="{name}（{role}）于{day}签字"),
}

#: What a final edition may not have, worded as what would mend it.
AMISS: dict[str, Label] = {
    "stale": Label(
        en="a new version of the page “{page}”, which could not be made",
        zh="未能重新生成的“{page}”页",
    ),
    "stray": Label(
        en="another name for the comment {file}, which no page shows",
        zh="评论文件{file}更名（没有页面展示它）",
    ),
    "left_out": Label(en="the page “{page}”, which could not be made", zh="未能生成的“{page}”页"),
}

UNITS: dict[str, Label] = {
    "money": Label(en="money", zh="金额"),
    "count": Label(en="count", zh="个数"),
    "percent": Label(en="per cent", zh="百分比"),
    "times": Label(en="times", zh="倍"),
    "days": Label(en="days", zh="天"),
    "hours": Label(en="hours", zh="小时"),
    "seconds": Label(en="seconds", zh="秒"),
    "points": Label(en="percentage points", zh="百分点"),
    "units": Label(en="units", zh="件"),
    "kilograms": Label(en="kilograms", zh="公斤"),
    "score": Label(en="score", zh="分"),
}

#: The documents that benchmarks stand in: what sellers wrote of themselves, not what is measured.
SOURCES: dict[str, Label] = {
    "S0": Label(en="a seller's annual operations summary", zh="某卖家的年度运营总结"),
    "S1": Label(en="case studies of platform sellers", zh="平台卖家案例"),
    "S2": Label(en="a management case of a cross-border company", zh="某跨境企业管理案例"),
    "S3": Label(en="a plan to improve a seller's processes", zh="某卖家的流程优化方案"),
    "S4": Label(en="the yearly plan of an Alibaba.com store", zh="某国际站店铺的年度总结与规划"),
}

#: Who looks after a metric says what it is about; in the order in which a review is read.
OWNERS: dict[str, Label] = {
    "sales": Label(en="Sales", zh="销售"),
    "finance": Label(en="Profit and cash", zh="利润与现金"),
    "traffic": Label(en="Traffic", zh="流量"),
    "conversion": Label(en="Conversion", zh="转化"),
    "advertising": Label(en="Advertising", zh="广告"),
    "product": Label(en="Products", zh="商品"),
    "customers": Label(en="Customers", zh="客户"),
    "stock": Label(en="Stock", zh="库存"),
    "logistics": Label(en="Logistics", zh="物流"),
    "service": Label(en="Service and returns", zh="服务与退货"),
    "supply": Label(en="Suppliers and purchasing", zh="供应商与采购"),
    "quality": Label(en="Quality", zh="质量"),
    "content": Label(en="Content and creators", zh="内容与达人"),
    "compliance": Label(en="Compliance", zh="合规"),
    "legal": Label(en="Legal matters", zh="法务"),
    "HR": Label(en="People and organisation", zh="人员与组织"),
    "plan": Label(en="Targets and actions", zh="目标与行动"),
    "data": Label(en="Behind other figures", zh="辅助指标"),
}

TABLES: dict[str, Label] = {
    "orders": Label(en="orders", zh="订单"),
    "order_lines": Label(en="order lines", zh="订单明细"),
    "refunds": Label(en="refunds", zh="退款"),
    "returns": Label(en="returns", zh="退货"),
    "settlement_lines": Label(en="settlements", zh="结算明细"),
    "ad_spend": Label(en="advertising reports", zh="广告报表"),
    "traffic": Label(en="traffic reports", zh="流量报表"),
    "inventory_snapshots": Label(en="stock reports", zh="库存快照"),
    "products": Label(en="the product master", zh="商品资料"),
    "landed_costs": Label(en="landed costs", zh="到岸成本"),
    "sku_map": Label(en="the SKU map", zh="货号对照表"),
    "targets": Label(en="the plan", zh="计划"),
    "actions": Label(en="the plan", zh="计划"),
}


def frame_words(language: Language) -> dict[str, str]:
    """Give every word of the frame in one language, as the templates want them."""
    return {name: label.text(language) for name, label in FRAME.items()}


def review_title(review: str) -> Label:
    """Name a review; one that nobody named shows its id in both languages."""
    return REVIEWS.get(review) or Label(en=review.capitalize(), zh=review)


def banners(edition: Edition, language: Language) -> list[str]:
    """Say of an edition who has signed it, what it does without and what it awaits."""
    parts = (("signed", edition.signed), ("admitted", edition.admitted),
             ("awaiting", edition.awaiting))  # fmt: skip
    said = [
        FRAME[f"{name}_banner"].text(language).format(what=told[language])
        for name, told in parts
        if language in told
    ]
    if edition.status == "preliminary" and language not in edition.awaiting:
        said.append(FRAME["preliminary_banner"].text(language))
    return said
