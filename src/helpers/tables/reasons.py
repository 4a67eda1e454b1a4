"""Why a row was set aside, in both languages, for people who mend files and not code."""

from __future__ import annotations

from helpers.sources import reasons as sources_reasons
from helpers.vocabulary.labels import Label

REASONS: dict[str, Label] = {
    "empty": Label(en="must not be empty", zh="不能为空"),
    "not_allowed": Label(en="is none of the known values", zh="不在允许的取值之内"),
    "wrong_form": Label(en="does not have the expected form", zh="格式不符"),
    "too_small": Label(en="is smaller than it can be", zh="数值低于允许的下限"),
    "unknown_store": Label(en="is no store of workspace.yml", zh="不是 workspace.yml 中登记的店铺"),
    "unknown_country": Label(
        en="is no country code (ISO 3166)", zh="不是有效的国家代码（ISO 3166）"
    ),
    "other_currency": Label(
        en="is not the store's currency: is the file in the right folder?",
        zh="与店铺币种不一致：文件是否放错了文件夹？",
    ),
    "impossible_day": Label(
        en="lies years away from the file's other days", zh="与文件中其他日期相差数年"
    ),
    "repeated_key": Label(
        en="stands twice in the file with different values", zh="在同一文件中重复出现且内容不同"
    ),
}


def wording(reason: str) -> Label:
    """Give the words of a reason, whether a contract or the reading found it."""
    known = {**sources_reasons.REASONS, **REASONS}
    return known.get(reason) or Label(en=reason, zh=reason)
