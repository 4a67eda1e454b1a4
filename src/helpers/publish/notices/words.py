"""The words of notices, in both languages; what happened is said in a line, the rest below it."""

from __future__ import annotations

from helpers.vocabulary.labels import Label

NOTICES: dict[str, Label] = {
    "published": Label(
        en="{title}, {period}: published ({status}, edition {number})",
        zh="{title}，{period}：已发布（{status}，第{number}版）",
    ),
    "restated": Label(
        en="{title}, {period}: past figures were restated (edition {number})",
        zh="{title}，{period}：以往数字有更正（第{number}版）",
    ),
    "sign_off_awaited": Label(
        en="{title}, {period}: sign-off awaited (edition {number})",
        zh="{title}，{period}：等待签字确认（第{number}版）",
    ),
    "target_at_risk": Label(
        en="{title}, {period}: targets at risk: {count}",
        zh="{title}，{period}：有{count}项目标存在风险",
    ),
    "data_late": Label(
        en="{title}, {period}: data are late", zh="{title}，{period}：数据未按时到齐"
    ),
    "page_failed": Label(
        en="{title}, {period}: pages failed: {count}", zh="{title}，{period}：{count}个页面运行失败"
    ),
    "test": Label(en="Test message: notices reach you", zh="测试消息：通知可以送达"),
    "test_detail": Label(
        en="Nothing happened. Whoever looks after the review tried this address.",
        zh="没有任何事件发生，这是维护人员在测试此接收地址。",
    ),
    "waiting_for": Label(en="Waiting for: {what}.", zh="尚待：{what}。"),
    "page": Label(en="{page}: {why}", zh="{page}：{why}"),
    "nothing_published": Label(
        en="Nothing was published. Readers keep the last good edition.",
        zh="本次没有发布，读者仍看到上一个完好版本。",
    ),
    "stale_published": Label(
        en="The edition was published with the last good version of these pages, each under a "
        "banner that says of when it is; a page without one is left out.",
        zh="本版已发布：上述页面沿用最近一次完好的内容，并在页首注明其日期；没有可沿用内容的页面已略去。",
    ),
}


def said(key: str, **values: Label | str | int) -> Label:
    """Fill a sentence in both languages; a value may itself be a label."""

    def filled(language: str) -> str:
        texts = {
            name: value.text(language) if isinstance(value, Label) else str(value)  # type: ignore[arg-type]
            for name, value in values.items()
        }
        template = NOTICES[key].text(language)  # type: ignore[arg-type]
        return template.format(**texts)

    return Label(en=filled("en"), zh=filled("zh"))
