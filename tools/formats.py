"""Write ``docs/formats.md``: every file that is read as it is downloaded, from the declarations."""

from __future__ import annotations

from pathlib import Path

from helpers.config.workspace import PLATFORM_LABELS
from helpers.sources.catalogue import load_sources
from helpers.sources.declared import Source

PAGE = Path(__file__).parents[1] / "docs" / "formats.md"
_HEAD = """\
# What is read as it is downloaded 可直接导入的文件

Drop these into the inbox, unsorted: each is known by its headers, never by its name. "Settles" is
for how many days after a day the platform still changes it; until then a period is preliminary.
Anything else: [Bring your own files](bring-your-own-files.md). Written by `tools/formats.py`.
"""
_OTHERS = "Advertising networks, analytics, ERP 站外广告、分析工具、ERP"
_FORMS = "Forms for what no platform exports 空白模板（`review new template --all`）"


def page() -> str:
    """Give the page: one table for each platform, then the others, then the forms."""
    groups: dict[str, list[Source]] = {}
    for source in load_sources().values():
        label = PLATFORM_LABELS[source.platform] if source.platform else None
        title = _FORMS if source.is_template else label.en if label else _OTHERS
        groups.setdefault(title, []).append(source)
    parts = [_HEAD]
    for title in sorted(groups, key=lambda one: (one == _FORMS, one == _OTHERS, one)):
        rows = [_row(source) for source in sorted(groups[title], key=lambda one: one.name.en)]
        parts.append(
            f"\n## {title}\n\n| File | 文件 | Fills | Settles |\n|---|---|---|---|\n"
            + "\n".join(rows)
            + "\n"
        )
    return "".join(parts)


def _row(source: Source) -> str:
    english = source.name.en.replace(" (template)", "")
    chinese = source.name.zh.replace("（模板）", "")
    tables = ", ".join(f"`{table}`" for table in source.tables)
    return f"| {english} | {chinese} | {tables} | {source.settles_after or ''} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
