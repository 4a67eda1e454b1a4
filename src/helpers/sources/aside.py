"""Rows that are no data: blank ones, notes, totals, repeated headers, and what a source names.

They are found while the file is read, counted, and told: nothing disappears in silence.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from helpers.sources.exports import Exports, NotAlike
from helpers.sources.meaning import LINE, condition
from helpers.sources.sql import literal, name
from helpers.sources.staging import Staging
from helpers.vocabulary.faults import Fault

_TOTAL = (
    "(^|\x1f)((grand |sub ?)?totals?( general)?:?|total: .*|合计|总计|汇总|小计|合計|總計"
    "|gesamt(summe)?|summe|รวม|tổng( cộng)?)($|\x1f)"
)
_BLANK, _REPEATED, _TOTAL_ROW, _NOTE, _ELSEWHERE = 0, 1, 2, 3, 4
#: From here on: what the source declares, in its order.
DECLARED = 10
_WORDS = {
    _REPEATED: "repeated header", _TOTAL_ROW: "total", _NOTE: "note", _ELSEWHERE: "of another table"
}  # fmt: skip


@dataclass(frozen=True)
class Counted:
    """How many rows there are of which kind."""

    #: For each file: data rows, and others that are not blank.
    rows: list[tuple[int, int]]
    #: Data rows in which a cell could not be read, for each file that has any.
    unsound: Counter[int]
    #: For each file: what there is to say.
    told: list[list[Fault]]


def why_aside(exports: Exports) -> str:
    """Give the SQL of why a row of text is no data; NULL where it is some.

    Raises:
        NotAlike: In one of several files the table may end before the file does.
    """
    source, positions, types = exports.source, exports.positions, exports.types
    headers = exports.found.headers
    signs = [column for column in source.known_by if column in positions]
    repeated = " AND ".join(
        f"lower(c{positions[column]}) = {literal(headers[positions[column]].strip().lower())}"
        for column in signs
    )
    days = [one for one in signs if types[one] in ("date", "timestamp", "days")]
    lacking = " OR ".join(
        # A total may stand where days do; a word sorts after every digit.
        [f"c{positions[one]} IS NULL" for one in signs]
        + [f"c{positions[one]} > ':'" for one in days]
    )
    words = [one for one in positions if types[one] in ("text", "id", "note")]
    places = {0, *(positions[one] for one in (*words, *days))}
    texts = ", ".join([*(f"c{at}" for at in sorted(places)), "c_over"])
    totals = f"regexp_matches(lower(concat_ws(chr(31), {texts})), {literal(_TOTAL)})"
    used = " AND ".join(f"c{at} IS NULL" for at in positions.values())
    elsewhere = ""
    if source.file.ends_at_blank_line:
        if exports.are_several:
            raise NotAlike
        grid = exports.found.grid
        if below := grid.tables_below(grid.ends[exports.found.header_index]):
            elsewhere = f"WHEN {LINE} >= {below[0].begins} THEN {_ELSEWHERE}"
    return f"""
        CASE {elsewhere}
          WHEN {used} THEN CASE WHEN c0 IS NULL THEN {_BLANK} ELSE {_NOTE} END
          WHEN {repeated} THEN {_REPEATED}
          WHEN ({lacking}) AND ({totals}) THEN {_TOTAL_ROW} END"""


def declared_aside(exports: Exports) -> str:
    """Give the SQL of why a typed row is no data, now that a source's own words can be asked."""
    rules = "".join(
        f" WHEN {condition(rule.when, exports.types)} THEN {DECLARED + number}"
        for number, rule in enumerate(exports.source.set_aside)
    )
    return f"CASE WHEN _aside IS NOT NULL THEN _aside{rules} END"


def count_rows(exports: Exports, staging: Staging) -> Counted:
    """Count each file's data rows and those that are none, and tell of the latter."""
    counts: list[Counter[int]] = [Counter() for _ in exports.files]
    unsound: Counter[int] = Counter()
    for at, kind, sound, rows in staging.con.execute(
        f"SELECT _file, coalesce(_aside, -1), _sound, count(*) FROM {name(staging.typed)}"
        " GROUP BY 1, 2, 3"
    ).fetchall():
        counts[at][kind] += rows
        if kind == -1 and not sound:
            unsound[at] += rows
    words = dict(_WORDS)
    words |= {DECLARED + at: one.what.en for at, one in enumerate(exports.source.set_aside)}
    counted, told = [], []
    for export, kinds in zip(exports.files, counts, strict=True):
        data, _ = kinds.pop(-1, 0), kinds.pop(_BLANK, 0)
        what = ", ".join(f"{rows} {words[kind]}" for kind, rows in sorted(kinds.items()))
        said = Fault(export.path.name, f"rows that are no data were set aside: {what}")
        told.append([said] if kinds else [])
        counted.append((data, kinds.total()))
    return Counted(counted, unsound, told)
