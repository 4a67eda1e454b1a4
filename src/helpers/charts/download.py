"""The data behind an exhibit as a file that a spreadsheet opens and cannot be hurt by."""

from __future__ import annotations

import base64
import csv
import io
import math
import numbers
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from helpers.charts.markup import clean

if TYPE_CHECKING:
    import pandas as pd

_FORMULA = re.compile(r"^[\s'\"]*[=+\-@\t\r|%＝＋－＠]")
# Where the list separator is a semicolon, a spreadsheet splits our text there and would then
# see a formula at the start of the second half.
_INNER_FORMULA = re.compile(r"([;\t\r\n][\s'\"]*)([=+\-@＝＋－＠])")


def csv_text(frame: pd.DataFrame, headings: Mapping[str, str] | None = None) -> str:
    """Write a frame as CSV: numbers stay numbers, text that looks like a formula stays text.

    Args:
        frame: What was drawn.
        headings: Column names for people; a column without one keeps its own name.
    """
    headings = headings or {}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([_cell(headings.get(str(column), str(column))) for column in frame.columns])
    for row in frame.itertuples(index=False, name=None):
        writer.writerow([_cell(value) for value in row])
    return out.getvalue()


def data_address(frame: pd.DataFrame, headings: Mapping[str, str] | None = None) -> str:
    """Give the CSV as a ``data:`` address; it opens with Excel's byte order mark."""
    content = ("\ufeff" + csv_text(frame, headings)).encode("utf-8")
    return "data:text/csv;charset=utf-8;base64," + base64.b64encode(content).decode("ascii")


def _cell(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return "" if value.is_nan() else f"{value:f}"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real):
        number = float(value)
        if not math.isfinite(number):
            return ""
        # Six decimals are finer than any money or rate; more would print the noise of doubles.
        return int(number) if number == int(number) else round(number, 6)
    if str(value) in ("NaT", "<NA>"):
        return ""
    text = clean(value)
    text = _INNER_FORMULA.sub(r"\1'\2", text)
    return f"'{text}" if _FORMULA.match(text) else text
