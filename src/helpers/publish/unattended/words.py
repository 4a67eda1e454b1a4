"""What ``review due`` waits for, in both languages: it stands in notices, too."""

from __future__ import annotations

from datetime import date

from helpers.vocabulary.labels import Label
from helpers.vocabulary.wording import write_date

NOTHING_INGESTED = Label(
    en="exports: there are no orders in the tables yet", zh="导出文件：数据表中还没有任何订单"
)
DATA_END = Label(en="newer exports: the data end on {day}", zh="更新的导出文件：现有数据截至{day}")
DATA_BEGIN = Label(en="the data begin on {day}", zh="数据从{day}开始")


def dated(words: Label, day: date) -> Label:
    """Fill in a day."""
    return Label(
        en=words.en.format(day=write_date(day, "en")), zh=words.zh.format(day=write_date(day, "zh"))
    )
