"""The words of the portal's history of runs, in both languages."""

from __future__ import annotations

from helpers.vocabulary.labels import Label

HISTORY: dict[str, Label] = {
    "history": Label(en="Run history", zh="运行记录"),
    "intro": Label(
        en="What ran, how long it took, how much it read and what failed. The page is written "
        "with each publication and tells what had run until then.",
        zh="记录每次运行的内容、用时、读取数据量和失败情况。本页随每次发布更新，反映截至发布时的运行情况。",
    ),
    "none": Label(en="Nothing has run yet.", zh="尚无运行记录。"),
    "quiet": Label(
        en="Calls in this time that found nothing to do or were waiting for data are not listed: "
        "{count}.",
        zh="此期间没有需要处理的内容或仍在等待数据的运行未列出，共{count}次。",
    ),
    "zone": Label(en="Times are those of {zone}.", zh="时间以{zone}时区为准。"),
    "when": Label(en="When", zh="时间"),
    "what": Label(en="What", zh="内容"),
    "outcome": Label(en="Outcome", zh="结果"),
    "took": Label(en="Took", zh="用时"),
    "read": Label(en="Read", zh="读取"),
    "pages": Label(en="Pages", zh="页面"),
    "trouble": Label(en="What failed", zh="失败项"),
    "files": Label(en="files: {count}", zh="{count}个文件"),
    "rows": Label(en="rows: {count}", zh="{count}行"),
    "pages_ran": Label(en="{count} ran", zh="运行{count}"),
    "pages_up_to_date": Label(en="{count} up to date", zh="无变化{count}"),
    "pages_failed": Label(en="{count} failed", zh="失败{count}"),
    "more": Label(en="and {count} more", zh="另有{count}项"),
}

KINDS: dict[str, Label] = {
    "ingest": Label(en="Intake of files", zh="导入文件"),
    "run": Label(en="Run of pages", zh="运行页面"),
    "publish": Label(en="Publication", zh="发布"),
    "due": Label(en="Scheduled call", zh="定时运行"),
    "backfill": Label(en="Backfill", zh="补发"),
    "rollback": Label(en="Taken back", zh="撤回"),
}

OUTCOMES: dict[str, Label] = {
    "running": Label(en="this publication", zh="本次发布"),
    "done": Label(en="done", zh="完成"),
    "unchanged": Label(en="nothing new", zh="无变化"),
    "partly": Label(en="done in part", zh="部分完成"),
    "waiting": Label(en="waiting", zh="等待中"),
    "refused": Label(en="refused", zh="已拒绝"),
    "failed": Label(en="failed", zh="失败"),
    "interrupted": Label(en="broken off", zh="中断"),
}
