"""Strips of what is there: two heights, one alarm, and everything in words as well."""

import pandas as pd

from helpers.charts.presence import STATES, presence

WORDS = {"id": "days", "takeaway": "Days are missing.", "source": "log"}


def runs(*rows: tuple[str, str, str, int]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"group": group, "label": label, "state": state, "first": "2025-10-01",
             "last": "2025-10-31", "length": length, "word": "Final",
             "detail": "12–14 October" if label == "Orders" else ""}
            for group, label, state, length in rows
        ]
    )  # fmt: skip


FRAME = runs(
    ("Shop <b>", "Orders", "rows", 11),
    ("Shop <b>", "Orders", "missing", 3),
    ("Shop <b>", "Orders", "rows", 17),
    ("Shop <b>", "Returns", "no_rows", 31),
)


def test_a_run_is_as_wide_as_it_is_long_and_missing_days_are_written_out():
    html = presence(FRAME, **WORDS).html()
    assert html.count('class="ex-strip"') == 2
    assert '<i class="ex-have-missing" style="flex-grow:3"></i>' in html
    assert ">12–14 October</p>" in html
    assert "Shop &lt;b&gt;" in html and "<b>" not in html


def test_what_is_missing_is_said_aloud_and_the_key_names_only_what_is_shown():
    shown = presence(FRAME, **WORDS)
    assert shown.alt == "Shop <b> Orders: has rows 28, missing 3, 12–14 October."
    html = shown.html()
    assert 'aria-label="covered by a file, no rows 31"' in html
    assert STATES["missing"].en in html and STATES["zero"].en not in html


def test_both_languages_and_the_download():
    shown = presence(FRAME, language="zh", **WORDS)
    assert "有记录 28，缺失 3" in shown.alt
    assert list(shown.data["state_label"]) == ["有记录", "缺失", "有记录", "文件已覆盖，无记录"]
    assert shown.headings["state_label"] == "状态说明"


def test_nothing_at_all_is_said_and_not_drawn():
    assert presence(FRAME.iloc[0:0], **WORDS).kind == "nothing"
