"""Why a figure is missing or stands on less than everything: codes, and their words.

The column ``note`` of a result is JSON (a list of notes) or empty, because the same figure is
shown in two languages. ``write_note`` turns it into a sentence.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from helpers.vocabulary.labels import Label, Language

#: One sentence per code; braces name the note's own keys. Coverage has one per metric.
WORDS: dict[str, Label] = {
    "no_source": Label(
        en="no {table} data for this scope and period",
        zh="该范围和期间没有{table}数据",
    ),
    "nothing_measured": Label(
        en="nothing to measure in this period", zh="本期没有可计算的记录"
    ),
    "covers": Label(
        en="covers {share} of GMV; missing: {missing}",
        zh="覆盖GMV的{share}；缺少：{missing}",
    ),
    "mixed": Label(
        en="sources cover {share} of GMV; missing: {missing}",
        zh="数据来源仅覆盖GMV的{share}；缺少：{missing}",
    ),
    "unallocated": Label(
        en="{table} of {store} do not say to which {dimension} they belong",
        zh="{store}的{table}未标明所属{dimension}",
    ),
    "no_dimension": Label(
        en="{table} cannot be cut by {dimension}", zh="{table}无法按{dimension}拆分"
    ),
    "base_only": Label(
        en="kept in the base currency only", zh="仅有本位币金额"
    ),
    "no_rate": Label(
        en="no {currency} exchange rate for {first} to {last} ({rows} rows); "
        "add it to reference/fx_rates.csv",
        zh="{first}至{last}缺少{currency}汇率（{rows}行），请补充到reference/fx_rates.csv",
    ),
    "whole_spans_only": Label(
        en="{store} reports {table} for longer runs of days, which this period does not hold whole",
        zh="{store}的{table}按更长的时间段汇总，本期间未完整包含",
    ),
    "whole_spans_of_company": Label(
        en="{table} are told for longer runs of days, which this period does not hold whole",
        zh="{table}按更长的时间段记录，本期间未完整包含",
    ),
    "unique_not_added": Label(
        en="unique visitors and the like are never added over days, products or stores",
        zh="独立访客等去重人数不可跨日、跨商品或跨店相加",
    ),
    "over_products": Label(
        en="added up over products: the platform gives no figure for the store",
        zh="由商品层数据加总：平台未提供店铺层数据",
    ),
    "window_before_data": Label(
        en="needs {days} days of data before the period's end; the data begin on {first}",
        zh="需要期末前{days}天的数据；数据自{first}开始",
    ),
    "opening": Label(
        en="the data begin on {first}: nobody can be told apart as new",
        zh="数据自{first}开始，无法区分新老客户",
    ),
    "no_baseline": Label(
        en="nothing to compare with in {baseline}", zh="{baseline}没有可比数据"
    ),
    "other_stores": Label(
        en="not compared with {baseline}, which covers other stores: {stores}",
        zh="与{baseline}覆盖的店铺不同，不作比较：{stores}",
    ),
    "like_for_like": Label(
        en="{current} against {baseline}", zh="{current}对比{baseline}"
    ),
    "no_verification": Label(
        en="no verification is four weeks old", zh="没有满四周的店铺认证"
    ),
    "verified_on": Label(
        en="of the verification of {day}", zh="对应{day}的认证"
    ),
    "no_constant_rate": Label(
        en="{store} sells in a currency without a constant rate; add it to "
        "reference/budget_rates.csv",
        zh="{store}的币种缺少固定汇率，请补充到reference/budget_rates.csv",
    ),
    "two_currencies": Label(
        en="one part is in another currency: {stores}", zh="其中一项使用另一币种：{stores}"
    ),
    "zero_denominator": Label(en="the denominator is 0", zh="分母为0"),
    "snapshot_on": Label(en="as of {day}", zh="截至{day}"),
    "typed": Label(
        en="typed in by {entered_by}: {evidence}", zh="由{entered_by}手工填报：{evidence}"
    ),
    "few_rows": Label(
        en="stands on {rows} rows; at least {minimum} are needed",
        zh="仅有{rows}条记录；至少需要{minimum}条",
    ),
    "opening_keywords": Label(
        en="keyword reports begin on {first}: no keyword can be told apart as new",
        zh="关键词报表自{first}开始，无法区分新词",
    ),
    "interval": Label(
        en="95% interval {low} to {high} ({tests} tests, {visitors} visitors)",
        zh="95%区间{low}至{high}（{tests}项实验，{visitors}名访客）",
    ),
    "by_chance": Label(
        en="by chance alone {low} to {high} ({visits} visits)",
        zh="仅凭偶然可在{low}至{high}之间（{visits}次访问）",
    ),
    "weakest": Label(en="weakest: {member}", zh="最弱：{member}"),
    "two_rates": Label(en="{first} against {second}", zh="{first}对比{second}"),
    "no_target": Label(
        en="the plan has no target for this scope and year; write one in plan/<year>/targets.yml",
        zh="计划中没有该范围和年度的目标；请写入plan/<年份>/targets.yml",
    ),
    "years_used": Label(
        en="over {years} years, from data that begin on {first}",
        zh="跨{years}年，数据自{first}开始",
    ),
    "to_date": Label(en="from {first} to {last}", zh="{first}至{last}"),
    "untold_target": Label(
        en="target {target} cannot be told yet and is left out", zh="目标{target}暂无法判断，未计入"
    ),
    "uncosted_stock": Label(
        en="unit costs are missing for stock of {store}", zh="{store}的部分库存缺少单位成本"
    ),
    "immature": Label(
        en="returns of these orders may still arrive until {until}",
        zh="这些订单的退货在{until}前仍可能发生",
    ),
    "coverage": Label(
        en="{missing} of {of} are not covered", zh="{of}中有{missing}未覆盖"
    ),
    "coverage.customer_coverage": Label(
        en="{missing} of {of} sale lines have no customer",
        zh="{of}条销售行中有{missing}条没有客户信息",
    ),
    "coverage.cost_coverage": Label(
        en="unit costs cover {share} of merchandise GMV",
        zh="单位成本覆盖商品GMV的{share}",
    ),
    "coverage.ad_orders_coverage": Label(
        en="the orders that came of {missing} of {of} ad clicks are not reported",
        zh="{of}次广告点击中有{missing}次没有订单归因",
    ),
    "coverage.stock_cost_coverage": Label(
        en="unit costs cover {share} of units in stock",
        zh="单位成本覆盖库存件数的{share}",
    ),
}  # fmt: skip

#: Who typed a figure in, or on what evidence, where the row does not say.
NOT_STATED = Label(en="not stated", zh="未注明")

TABLE_WORDS: dict[str, Label] = {
    "order_lines": Label(en="orders", zh="订单"),
    "orders": Label(en="orders", zh="订单"),
    "refunds": Label(en="refunds", zh="退款"),
    "settlement_lines": Label(en="fees", zh="平台费用"),
    "settlements": Label(en="settlements", zh="结算单"),
    "shared_costs": Label(en="shared costs", zh="公共费用"),
    "ad_spend": Label(en="advertising", zh="广告"),
    "traffic": Label(en="traffic", zh="流量"),
    "inventory_snapshots": Label(en="stock", zh="库存"),
    "returns": Label(en="returns", zh="退货"),
    "products": Label(en="products", zh="商品资料"),
    "landed_costs": Label(en="landed costs", zh="到岸成本"),
    "sku_map": Label(en="SKU map", zh="SKU对照"),
    "targets": Label(en="targets", zh="目标"),
    "inquiries": Label(en="inquiries", zh="询盘"),
    "service_tickets": Label(en="customer service", zh="客服工单"),
    "campaign_sends": Label(en="mailings", zh="营销邮件"),
    "experiments": Label(en="experiments", zh="实验"),
    "customers": Label(en="customers", zh="客户资料"),
    "members": Label(en="members", zh="会员"),
    "reviews": Label(en="reviews", zh="评价"),
    "content_sessions": Label(en="live and video", zh="直播与视频"),
    "keyword_ranks": Label(en="keywords", zh="关键词"),
    "manual_kpis": Label(en="typed-in", zh="手工填报"),
    "suppliers": Label(en="suppliers", zh="供应商"),
    "purchase_orders": Label(en="purchase orders", zh="采购单"),
    "shipments": Label(en="shipments", zh="物流运单"),
    "compliance_items": Label(en="compliance", zh="合规事项"),
    "competitor_offers": Label(en="competitors' offers", zh="竞品报价"),
    "store_snapshots": Label(en="store state", zh="店铺状态"),
    "import_batches": Label(en="exports", zh="导出文件"),
    "stores": Label(en="stores", zh="店铺"),
    "calendar_events": Label(en="calendar", zh="活动日历"),
    "actions": Label(en="actions", zh="行动"),
    "risks": Label(en="risks", zh="风险"),
    "account_health": Label(en="account health", zh="账户健康"),
    "customer_requests": Label(en="customers' requests", zh="客户需求"),
    "erp_orders": Label(en="ERP orders", zh="ERP订单"),
    "inventory_ledger": Label(en="stock ledger", zh="库存台账"),
    "listings": Label(en="listings", zh="商品链接"),
    "sales_statements": Label(en="sales statements", zh="销售汇总"),
    "forecast_log": Label(en="published forecasts", zh="已发布的预测"),
}
#: What is missing where a table is there and a column of it is empty; with its table before it
#: where the same column is something else in another.
COLUMN_WORDS: dict[str, Label] = {
    "lane": Label(en="lanes of shipments", zh="物流线路"),
    "weight_kg": Label(en="weights of shipments", zh="运单重量"),
    "launched_on": Label(en="launch days", zh="上市日期"),
    "started_on": Label(en="days on which work began", zh="立项日期"),
    "is_backup": Label(en="marks of backup suppliers", zh="备选供应商标记"),
    "order_minimum": Label(en="order minimums", zh="起订量"),
    "inspected_quantity": Label(en="inspections", zh="检验数据"),
    "failed_quantity": Label(en="inspections", zh="检验数据"),
    "quality_score": Label(en="quality scores", zh="质量分"),
    "quality_average": Label(en="quality scores", zh="质量分"),
    "keyword_index": Label(en="search indices", zh="搜索指数"),
    "customer_key": Label(en="buyer ids", zh="买家标识"),
    "country": Label(en="countries", zh="国家"),
    "seller_discount": Label(en="seller discounts", zh="卖家折扣"),
    "platform_discount": Label(en="platform discounts", zh="平台折扣"),
    "shipping_income": Label(en="shipping income", zh="运费收入"),
    "impressions": Label(en="impressions", zh="曝光量"),
    "clicks": Label(en="clicks", zh="点击量"),
    "sessions": Label(en="sessions", zh="会话数"),
    "visitors": Label(en="visitors", zh="访客数"),
    "page_views": Label(en="page views", zh="浏览量"),
    "add_to_carts": Label(en="add-to-carts", zh="加购数"),
    "inquiries": Label(en="inquiries", zh="询盘量"),
    "inquirers": Label(en="inquirers", zh="询盘人数"),
    "tm_users": Label(en="TradeManager users", zh="TM咨询人数"),
    "orders": Label(en="orders in the traffic report", zh="流量报表订单数"),
    "campaign_sends.orders": Label(en="orders after mailings", zh="营销触达订单数"),
    "attributed_orders": Label(en="ad orders", zh="广告订单数"),
    "attributed_units": Label(en="ad units", zh="广告件数"),
    "attributed_sales": Label(en="ad sales", zh="广告销售额"),
    "inbound": Label(en="inbound stock", zh="在途库存"),
    "stock_cost": Label(en="unit costs", zh="单位成本"),
    "promised_on": Label(en="promised shipping days", zh="承诺发货日"),
    "leads": Label(en="ad leads", zh="广告商机"),
    "quality": Label(en="marks of quality", zh="询盘质量"),
    "network": Label(en="networks outside the platforms", zh="站外广告渠道"),
    "response_hours": Label(en="reply times", zh="回复时间"),
    "ad_spend.spend": Label(en="advertising costs", zh="广告花费"),
    "campaign_sends.sent": Label(en="mailings sent", zh="发送量"),
    "campaign_sends.delivered": Label(en="mailings delivered", zh="送达量"),
    "campaign_sends.opened": Label(en="mailings opened", zh="打开量"),
    "campaign_sends.clicked": Label(en="clicks in mailings", zh="邮件点击量"),
    "content_sessions.cost": Label(en="costs of live and video", zh="直播与视频成本"),
    "content_sessions.sales": Label(en="sales of live and video", zh="直播与视频销售额"),
    "content_sessions.views": Label(en="views of live and video", zh="直播与视频观看量"),
    "creator": Label(en="creators", zh="达人"),
    "cost_0_90": Label(en="cost of stock by age", zh="分库龄库存成本"),
    "cost_91_180": Label(en="cost of stock by age", zh="分库龄库存成本"),
    "cost_181_plus": Label(en="cost of stock by age", zh="分库龄库存成本"),
    "paid_clicks": Label(en="paid clicks by search term", zh="关键词付费点击"),
    "paid_impressions": Label(en="paid impressions by search term", zh="关键词付费曝光"),
    "keyword_ranks.clicks": Label(en="clicks by search term", zh="关键词点击"),
    "keyword_ranks.impressions": Label(en="impressions by search term", zh="关键词曝光"),
    "received": Label(en="amounts received", zh="实收金额"),
    "deposit": Label(en="deposits", zh="预付款"),
    "stated_subtotal": Label(en="amounts ordered", zh="下单金额"),
    "has_3d": Label(en="marks of 3D pictures", zh="3D素材标记"),
    "has_video": Label(en="marks of videos", zh="视频标记"),
    "received_on": Label(en="days of receipt", zh="收货日期"),
    "resolved_at": Label(en="times of resolution", zh="解决时间"),
    "shipments.cost": Label(en="freight costs", zh="运费"),
    "refunds.order_id": Label(en="order numbers of refunds", zh="退款对应订单号"),
    "shipments.order_id": Label(en="order numbers of shipments", zh="运单对应订单号"),
    "delivered_on": Label(en="delivery days", zh="妥投日期"),
    "store_snapshots.listings": Label(en="numbers of listings", zh="商品数"),
    "listings_with_effect": Label(en="listings with effect", zh="有效果商品数"),
    "grade": Label(en="store grades", zh="店铺等级"),
    "rating": Label(en="ratings", zh="评分"),
    "traffic.sales": Label(en="sales in the traffic report", zh="流量报表销售额"),
    "seconds_on_page": Label(en="time on page", zh="停留时长"),
    "competitor_offers.reviews": Label(en="rivals' review counts", zh="竞品评价数"),
    "compliance_items.sku": Label(en="articles of duties", zh="合规事项对应商品"),
    "inquiries.sku": Label(en="articles of inquiries", zh="询盘对应商品"),
    "inquiries.country": Label(en="countries of inquiries", zh="询盘国家"),
    "registered_on": Label(en="days of registration", zh="注册日期"),
}


def note(code: str, **details: Any) -> str:
    """Make one note."""
    return json.dumps({"code": code, **details}, ensure_ascii=False, default=str)


def join_notes(notes: Iterable[str]) -> str:
    """Put notes together as the column holds them; each stands once."""
    kept = list(dict.fromkeys(one for one in notes if one))
    return f"[{', '.join(kept)}]" if kept else ""


def read_note(text: str) -> list[dict[str, Any]]:
    """Read the column back: a list of notes, each with its ``code``."""
    return list(json.loads(text)) if text else []


def write_note(text: str, language: Language, stores: Mapping[str, str] | None = None) -> str:
    """Write the column ``note`` as a sentence, empty where there is nothing to say.

    Args:
        text: The column.
        language: ``"zh"`` or ``"en"``.
        stores: What readers call each store; its id where left out, as the command line shows it.

    >>> write_note(join_notes([note("zero_denominator")]), "en")
    'the denominator is 0'
    """
    joint = "; " if language == "en" else "；"
    return joint.join(_sentence(one, language, stores or {}) for one in read_note(text))


def _sentence(one: Mapping[str, Any], language: Language, stores: Mapping[str, str]) -> str:
    code = one["code"]
    words = WORDS.get(f"{code}.{one.get('metric')}") or WORDS[code]
    written = {key: _write(key, value, language, stores) for key, value in one.items()}
    return words.text(language).format(**written)


def _write(key: str, value: Any, language: Language, stores: Mapping[str, str]) -> str:
    if key == "share":
        # 99.97 % must not read as everything.
        return f"{min(value, 0.999) if value < 1 else value:.1%}"
    if key == "table":
        table, _, column = str(value).partition(".")
        if words := COLUMN_WORDS.get(str(value)) or COLUMN_WORDS.get(column):
            return words.text(language)
        return TABLE_WORDS[table].text(language) if table in TABLE_WORDS else table
    if key == "dimension":
        from helpers.metrics.dimensions import DIMENSIONS

        names = [DIMENSIONS[d].label.text(language) for d in str(value).split(",")]
        return (", " if language == "en" else "、").join(names).lower()
    if key in ("entered_by", "evidence") and not value:
        return NOT_STATED.text(language)
    if key == "missing" and isinstance(value, dict):
        comma, form = (", ", "{} ({})") if language == "en" else ("、", "{}（{}）")
        # Stores that lack the same are told together, or one word stands there ten times.
        lacking: dict[str, list[str]] = {}
        for store, tables in value.items():
            told = comma.join(_write("table", table, language, stores) for table in tables)
            lacking.setdefault(told, []).append(stores.get(store, store))
        return comma.join(form.format(comma.join(names), told) for told, names in lacking.items())
    if key == "stores":
        return (", " if language == "en" else "、").join(stores.get(s, s) for s in value)
    if key == "store":
        return stores.get(str(value), str(value))
    if isinstance(value, int):
        return f"{value:,}"
    return str(value)
