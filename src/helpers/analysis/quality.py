"""What stands behind the figures: files, days, what was set aside, what does not fit.

Belongs here: tables about the data of one period, in the reader's language. Does not: which days
are missing (``tables.completeness``) or whether two views agree (``reconciliation``). Cells that
were refused are counted and named by file and line, never shown: they may hold anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import RootModel

from helpers.analysis.desk import Desk
from helpers.analysis.wordings import joined, starting
from helpers.config.declarations import read_declaration
from helpers.tables.completeness import FactState, states
from helpers.tables.known_facts import known_facts
from helpers.tables.models import quoted
from helpers.vocabulary.labels import Label
from helpers.vocabulary.periods import Period, days_between
from helpers.vocabulary.units import Unit
from helpers.vocabulary.wording import write_date, write_value

if TYPE_CHECKING:
    import pandas as pd

STATUS_LABELS: dict[str, Label] = {
    "missing": Label(en="Missing", zh="缺失"),
    "partial": Label(en="Days missing", zh="缺部分日期"),
    "settling": Label(en="Preliminary", zh="初步"),
    "final": Label(en="Final", zh="最终"),
    "not_supplied": Label(en="Not supplied", zh="未提供"),
}
COMPANY = Label(en="Whole company", zh="全公司")
MONTHS_SHOWN = 12
_SPAN = Label(en="What is there, from left to right: {span}", zh="数据覆盖情况，从左到右：{span}")
#: Stretches of missing days that are written out; the rest is counted.
_WRITTEN = 3

FILE_COLUMNS = [
    "file", "store_label", "source_label", "days", "as_of", "read", "kept", "quarantined",
    "duplicate", "overruled", "set_aside",
]  # fmt: skip
LINEAGE_COLUMNS = [
    "table", "table_label", "source_label", "files", "rows", "first_day", "last_day", "as_of",
]  # fmt: skip
GROUP_COLUMNS = [
    "fact_label", "status", "status_label", "stores", "days_missing", "missing", "known_to",
    "settled_on", "remark", "source_label",
]  # fmt: skip
STATE_COLUMNS = [
    "store", "store_label", "fact", "fact_label", "status", "status_label", "source_label",
    "days_expected", "days_covered", "days_missing", "missing", "known_to", "settled_on", "remark",
]  # fmt: skip
RUN_COLUMNS = [
    "group", "label", "state", "first", "last", "length", "word", "detail",
]  # fmt: skip
QUARANTINE_COLUMNS = ["file", "store_label", "column", "reason", "rows", "first_line"]
WARNING_COLUMNS = ["file", "store_label", "kind", "what", "is_drift"]
RATE_COLUMNS = ["table", "table_label", "currency", "rows", "first_day", "last_day"]
LISTING_COLUMNS = ["store_label", "listing_id", "label", "units", "gmv", "currency"]
RESTATED_COLUMNS = [
    "store_label", "table_label", "month", "measure", "before_text", "after_text",
    "difference_text", "files",
]  # fmt: skip


class _TableNames(RootModel[Mapping[str, Label]]):
    """``table_names.yml``."""


@cache
def _table_names() -> Mapping[str, Label]:
    return read_declaration(Path(__file__).with_name("table_names.yml"), _TableNames).root


def table_label(table: str, desk: Desk) -> str:
    """Name a table as a reader would."""
    known = _table_names().get(table)
    return known.text(desk.language) if known else table.replace("_", " ")


@dataclass(frozen=True)
class Totals:
    """What became of all rows of the files behind a period."""

    files: int
    read: int
    kept: int
    quarantined: int
    duplicate: int
    overruled: int


# -- days ----------------------------------------------------------------------------------------


def fact_states(desk: Desk) -> pd.DataFrame:
    """Tell of each store and kind of data: status, days, freshness; what lacks comes first.

    Returns:
        store, store_label, fact, fact_label, status, status_label, source_label, days_expected,
        days_covered, days_missing, missing (in words), known_to, settled_on, remark.
    """
    import pandas as pd

    order = list(STATUS_LABELS)
    found = sorted(desk.readiness.facts, key=lambda one: order.index(one.status))
    return pd.DataFrame([state_row(desk, one) for one in found], columns=STATE_COLUMNS)


def states_by_fact(desk: Desk) -> pd.DataFrame:
    """Give ``fact_states`` with stores that are alike in one row; what lacks comes first.

    Returns:
        fact_label, status, status_label, stores (names), days_missing, missing, known_to (the
        least of them), settled_on, remark, source_label.
    """
    import pandas as pd

    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in fact_states(desk).to_dict("records"):
        alike = ("status", "fact", "missing", "remark", "settled_on", "source_label")
        key = tuple(str(row[name]) for name in alike)
        groups.setdefault(key, []).append({str(name): cell for name, cell in row.items()})
    found = []
    for rows in groups.values():
        known = [day for row in rows if (day := _date(row["known_to"])) is not None]
        stores = joined([row["store_label"] for row in rows], desk.language)
        found.append({**rows[0], "stores": stores, "known_to": min(known, default=None)})
    return pd.DataFrame(found, columns=GROUP_COLUMNS)


def state_row(desk: Desk, one: FactState) -> dict[str, Any]:
    """Write one state as a row of ``fact_states``."""
    missing = one.count("missing")
    return {
        "store": one.store_id,
        "store_label": store_label(desk, one.store_id),
        "fact": one.fact,
        "fact_label": starting(known_facts().of(one.fact).label.text(desk.language)),
        "status": one.status,
        "status_label": STATUS_LABELS[one.status].text(desk.language),
        "source_label": joined([desk.source_label(name) for name in one.sources], desk.language),
        "days_expected": len(one.days) if one.days else None,
        "days_covered": len(one.days) - missing if one.days else None,
        "days_missing": missing if one.days else None,
        "missing": _stretches(desk, one),
        "known_to": one.known_to,
        "settled_on": one.settled_on if one.status == "settling" else None,
        "remark": _remark(desk, one),
    }


def store_label(desk: Desk, store_id: object) -> str:
    """Name a store; a file of no store belongs to the company."""
    if not isinstance(store_id, str) or not store_id:
        return COMPANY.text(desk.language)
    return desk.member_label("store", store_id)


def _stretches(desk: Desk, one: FactState) -> str:
    listed = [days_between(a, b).label(desk.language) for a, b in one.missing]
    more = len(listed) - _WRITTEN
    if more > 0:
        others = Label(en=f"{more} more stretches", zh=f"另有{more}段")
        listed = [*listed[:_WRITTEN], others.text(desk.language)]
    return ("；" if desk.language == "zh" else "; ").join(listed)


def _remark(desk: Desk, one: FactState) -> str:
    parts = []
    if one.is_perhaps_partial:
        partial = Label(
            en="possibly a partial export: less than a third of the period before's orders, "
            "visits as before",
            zh="可能只导出了部分订单：订单不足上期三分之一，而流量未减",
        )
        parts.append(partial.text(desk.language))
    if one.zero_days:
        days = joined([write_date(day, desk.language) for day in one.zero_days[:_WRITTEN]],
                      desk.language)  # fmt: skip
        more = "" if len(one.zero_days) <= _WRITTEN else " …"
        nought = Label(en="no visits reported on days with sales:", zh="有销售但流量为零的日期：")
        gap = "" if desk.language == "zh" else " "
        parts.append(nought.text(desk.language) + gap + days + more)
    return ("；" if desk.language == "zh" else "; ").join(parts)


def days_of_period(desk: Desk) -> pd.DataFrame:
    """Give, for each store and kind of data, which days of the period are there; in runs."""
    return _runs_frame(desk, desk.readiness.facts, _by_day, desk.period, with_status=True)


def months_so_far(desk: Desk) -> pd.DataFrame:
    """Give which of the last twelve months are there; a month with any missing day is missing."""
    return _runs_frame(desk, states_so_far(desk), _by_month, _span_so_far(desk))


def span_of_days(desk: Desk) -> str:
    """Say which days the strips of ``days_of_period`` run over."""
    return _SPAN.text(desk.language).format(span=desk.period.label(desk.language))


def span_of_months(desk: Desk) -> str:
    """Say which months the strips of ``months_so_far`` run over."""
    months = [month.label(desk.language) for month in _span_so_far(desk).months()]
    joint = "至" if desk.language == "zh" else " to "
    return _SPAN.text(desk.language).format(span=joint.join(dict.fromkeys([months[0], months[-1]])))


def states_so_far(desk: Desk) -> tuple[FactState, ...]:
    """Tell of each store and kind of data over the last twelve months."""
    return tuple(states(desk.warehouse, desk.workspace, _span_so_far(desk)))


def _span_so_far(desk: Desk) -> Period:
    months = [month for month in _months_to(desk) if month.end >= desk.coverage[0]]
    return days_between(months[0].start, months[-1].end)


def _months_to(desk: Desk) -> list[Period]:
    last = desk.period.months()[-1]
    return last.last_months(MONTHS_SHOWN)


Slot = tuple[str, date, date]


def _runs_frame(
    desk: Desk,
    facts: tuple[FactState, ...],
    slots_of: Any,
    period: Period,
    *,
    with_status: bool = False,
) -> pd.DataFrame:
    import pandas as pd

    found: list[dict[str, Any]] = []
    for one in facts:
        is_list = known_facts().of(one.fact).cadence == "list"
        if not one.store_id or is_list or (one.status == "not_supplied" and not one.sources):
            continue
        about = {
            "group": store_label(desk, one.store_id),
            "label": starting(known_facts().of(one.fact).label.text(desk.language)),
            "word": STATUS_LABELS[one.status].text(desk.language) if with_status else "",
            "detail": _stretches(desk, one),
        }
        for state, first, last, length in _joined_runs(slots_of(one, period)):
            span = {"first": first, "last": last, "length": length}
            found.append({**about, "state": state, **span})
    return pd.DataFrame(found, columns=RUN_COLUMNS)


def _by_day(one: FactState, period: Period) -> Iterator[Slot]:
    is_state = known_facts().of(one.fact).cadence == "snapshot"
    day = period.start
    while day <= period.end:
        state: str = one.days.get(day, "none")
        if day in one.zero_days:
            state = "zero"
        elif is_state and state == "no_rows":
            state = "none"  # nobody counts the stock every day
        yield state, day, day
        day = date.fromordinal(day.toordinal() + 1)


def _by_month(one: FactState, period: Period) -> Iterator[Slot]:
    worst = ("missing", "zero", "rows", "no_rows", "quiet", "none")
    for month in period.months():
        within = {state for state, day, _ in _by_day(one, month)}
        yield next(state for state in worst if state in within), month.start, month.end


def _joined_runs(slots: Iterator[Slot]) -> Iterator[tuple[str, date, date, int]]:
    run: tuple[str, date, date, int] | None = None
    for state, first, last in slots:
        if run is not None and run[0] == state:
            run = (state, run[1], last, run[3] + 1)
            continue
        if run is not None:
            yield run
        run = (state, first, last, 1)
    if run is not None:
        yield run


# -- files and rows ------------------------------------------------------------------------------


def files_behind(desk: Desk) -> pd.DataFrame:
    """List the files that speak for the period, and what became of every row that was read.

    Returns:
        file, store_label, source_label, days, as_of, read, kept, quarantined, duplicate (repeats
        others of its file), overruled (gave way to a newer or other export), set_aside (totals
        and descriptions, which are no data).
    """
    import pandas as pd

    rows = desk.warehouse.sql(
        f"SELECT * FROM ({_FILES}) WHERE batch_id IN ({_BEHIND}) "
        "ORDER BY store_id NULLS FIRST, source, file",
        _days(desk),
    )
    overruled = desk.warehouse.lines_overruled
    found = []
    for row in rows.to_dict("records"):
        gone = int(overruled.get(row["batch_id"], 0))
        found.append(
            {
                "file": row["file"],
                "store_label": store_label(desk, row["store_id"]),
                "source_label": desk.source_label(row["source"]),
                "days": _span(desk, row["first_day"], row["last_day"]),
                "as_of": _date(row["as_of"]),
                "read": int(row["rows_read"]),
                "kept": int(row["rows_kept"]),
                "quarantined": int(row["rows_quarantined"]),
                "duplicate": int(row["rows_duplicate"]) - gone,
                "overruled": gone,
                "set_aside": int(row["rows_set_aside"]),
            }
        )
    return pd.DataFrame(found, columns=FILE_COLUMNS)


#: A template that names one store in its rows is a file of that store.
_FILES = (
    "SELECT b.* REPLACE (coalesce(b.store_id, c.store_id) AS store_id) "
    "FROM import_batches b LEFT JOIN (SELECT batch_id, any_value(store_id) AS store_id "
    "FROM batch_covers GROUP BY 1 HAVING count(DISTINCT store_id) = 1) c USING (batch_id)"
)
#: Files whose days touch the period, and files without days, which speak for all of it.
_BEHIND = (
    "SELECT batch_id FROM batch_covers WHERE (first_day <= $2 AND last_day >= $1) "
    "OR batch_id NOT IN (SELECT batch_id FROM batch_covers WHERE first_day IS NOT NULL)"
)


def totals(files: pd.DataFrame) -> Totals:
    """Add up what became of the rows of ``files_behind``."""
    names = ("read", "kept", "quarantined", "duplicate", "overruled")
    return Totals(len(files), *(int(files[name].sum()) for name in names))


def lineage(desk: Desk) -> pd.DataFrame:
    """Say which kinds of files, how many of them and how many rows are behind each table.

    Returns:
        table, table_label, source_label, files, rows, first_day, last_day, as_of (newest).
    """
    import pandas as pd

    parts = []
    for name, model in desk.warehouse.models.items():
        if not desk.warehouse.has(name):
            continue
        first = last = quoted(model.day) if model.day else "NULL::DATE"
        if model.day is None and {"first_day", "last_day"} <= set(model.columns):
            first, last = "first_day", "last_day"
        within = "" if first == "NULL::DATE" else f"WHERE {first} <= $2 AND {last} >= $1"
        parts.append(
            f"SELECT '{name}' AS table_name, batch_id, count(*) AS n, min({first}) AS first_day, "
            f"max({last}) AS last_day FROM {quoted(name)} {within} GROUP BY ALL"
        )
    if not parts:
        return pd.DataFrame(columns=LINEAGE_COLUMNS)
    rows = desk.warehouse.sql(
        "SELECT r.table_name, b.source, count(DISTINCT b.file) AS files, sum(r.n)::BIGINT AS n, "
        "min(r.first_day) AS first_day, max(r.last_day) AS last_day, max(b.as_of) AS as_of "
        f"FROM ({' UNION ALL '.join(parts)}) r JOIN import_batches b USING (batch_id) "
        # Without a parameter of its own a period of no dated table would be an error.
        "WHERE $1 <= $2 GROUP BY ALL ORDER BY ALL",
        _days(desk),
    )
    found = [
        {
            "table": row["table_name"],
            "table_label": table_label(row["table_name"], desk),
            "source_label": desk.source_label(row["source"]),
            "files": int(row["files"]),
            "rows": int(row["n"]),
            **{name: _date(row[name]) for name in ("first_day", "last_day", "as_of")},
        }
        for row in rows.to_dict("records")
    ]
    return pd.DataFrame(found, columns=LINEAGE_COLUMNS)


# -- what was set aside, and what looks odd ------------------------------------------------------


def quarantined(desk: Desk) -> pd.DataFrame:
    """Count the rows that were set aside, by file, column and reason; largest first."""
    import pandas as pd

    rows = desk.warehouse.sql(
        f"""
        SELECT q.file, b.store_id, q.column_name, any_value(q.reason_{desk.language}) AS reason,
            count(DISTINCT q.source_line) AS n, min(q.source_line) AS first_line
        FROM quarantine q JOIN (SELECT batch_id, store_id FROM ({_FILES})) b USING (batch_id)
        WHERE q.batch_id IN ({_BEHIND}) GROUP BY q.file, b.store_id, q.column_name, q.reason
        ORDER BY n DESC, q.file, first_line
        """,
        _days(desk),
    )
    found = [
        {
            "file": row["file"],
            "store_label": store_label(desk, row["store_id"]),
            "column": row["column_name"] if isinstance(row["column_name"], str) else "",
            "reason": row["reason"],
            "rows": int(row["n"]),
            "first_line": int(row["first_line"]),
        }
        for row in rows.to_dict("records")
    ]
    return pd.DataFrame(found, columns=QUARANTINE_COLUMNS)


_DRIFT = Label(en="new columns", zh="新出现的列")
#: What the door says of new columns, and of totals and descriptions: the table of files counts
#: those, and they are no reason to wonder.
_SAYS_DRIFT, _SAYS_TOTALS = "columns that were not there before", "rows that are no data"
_WARNED = Label(en="warning", zh="提示")


def warnings(desk: Desk) -> pd.DataFrame:
    """List what files made us wonder about: columns that were not there before, totals that differ.

    Returns:
        file, store_label, kind (new columns, or a warning), what, is_drift.
    """
    import pandas as pd

    rows = desk.warehouse.sql(
        f"SELECT file, store_id, new_columns, warnings FROM ({_FILES}) "
        f"WHERE batch_id IN ({_BEHIND}) ORDER BY file",
        _days(desk),
    )
    found = []
    for row in rows.to_dict("records"):
        new = [one for one in str(row["new_columns"] or "").split("\n") if one]
        said = [one for one in str(row["warnings"] or "").split("\n") if one]
        said = [one for one in said if _SAYS_TOTALS not in one]
        about = {"file": row["file"], "store_label": store_label(desk, row["store_id"])}
        if new:
            # The first warning says the same in one language.
            said = [one for one in said if _SAYS_DRIFT not in one]
            quote = "“{}”"
            what = joined([quote.format(one) for one in new], desk.language)
            found.append(
                {**about, "kind": _DRIFT.text(desk.language), "what": what, "is_drift": True}
            )
        kind = _WARNED.text(desk.language)
        if said and desk.language == "zh":
            # Warnings are worded for whoever runs the import, in one language.
            said = [f"读取时有{len(said)}条提示，原文见 review ingest 的回执"]
        found += [{**about, "kind": kind, "what": one, "is_drift": False} for one in said]
    return pd.DataFrame(found, columns=WARNING_COLUMNS)


def missing_rates(desk: Desk) -> pd.DataFrame:
    """List currencies and days for which there is no exchange rate: their money counts nowhere."""
    import pandas as pd

    found: list[dict[str, Any]] = []
    for name, model in desk.warehouse.models.items():
        day = model.currency_day
        if not model.converted or day is None or not desk.warehouse.has(name):
            continue
        rows = desk.warehouse.sql(
            f"SELECT currency, count(*) AS n, min({quoted(day)}) AS first, max({quoted(day)}) "
            f"AS last FROM {quoted(name)} WHERE fx_rate IS NULL AND currency IS NOT NULL "
            f"AND {quoted(day)} BETWEEN $1 AND $2 GROUP BY 1 ORDER BY 1",
            _days(desk),
        )
        found += [
            {
                "table": name,
                "table_label": table_label(name, desk),
                "currency": row["currency"],
                "rows": int(row["n"]),
                "first_day": _date(row["first"]),
                "last_day": _date(row["last"]),
            }
            for row in rows.to_dict("records")
        ]
    return pd.DataFrame(found, columns=RATE_COLUMNS)


def unmapped_listings(desk: Desk) -> pd.DataFrame:
    """List what was sold under a platform's number that no article of the company is known for."""
    import pandas as pd

    if not desk.warehouse.has("order_lines"):
        return pd.DataFrame(columns=LISTING_COLUMNS)
    rows = desk.warehouse.sql(
        """
        SELECT store_id, listing_id, min(product_name) AS name, sum(quantity)::BIGINT AS units,
            sum(gmv_base)::DOUBLE AS gmv
        FROM order_lines
        WHERE sku IS NULL AND listing_id IS NOT NULL AND is_merchandise AND kind = 'sale'
            AND status = 'placed' AND local_date BETWEEN $1 AND $2
        GROUP BY store_id, listing_id ORDER BY gmv DESC NULLS LAST, store_id, listing_id
        """,
        _days(desk),
    )
    found = [
        {
            "store_label": store_label(desk, row["store_id"]),
            "listing_id": row["listing_id"],
            "label": row["name"] if isinstance(row["name"], str) else "",
            "units": int(row["units"]),
            "gmv": float(row["gmv"]),
            "currency": desk.currency,
        }
        for row in rows.to_dict("records")
    ]
    return pd.DataFrame(found, columns=LISTING_COLUMNS)


def restated(desk: Desk) -> pd.DataFrame:
    """List the figures of the last twelve months that later files changed, newest change first."""
    import pandas as pd

    months = _months_to(desk)
    rows = desk.warehouse.restatements(days_between(months[0].start, months[-1].end))
    found = []
    for row in rows.to_dict("records")[::-1]:
        unit = row["unit"] if isinstance(row["unit"], str) else ""
        told = {
            f"{name}_text": _written(desk, row[name], unit)
            for name in ("before", "after", "difference")
        }
        found.append(
            {
                "store_label": store_label(desk, row["store_id"]),
                "table_label": table_label(row["table_name"], desk),
                "month": row["month"],
                "measure": str(row["measure"]).removesuffix("_base").replace("_", " "),
                **told,
                "files": _first_of(str(row["files"] or "").split("\n"), desk),
            }
        )
    return pd.DataFrame(found, columns=RESTATED_COLUMNS)


def _first_of(files: list[str], desk: Desk) -> str:
    """Name a few files and count the others."""
    more = len(files) - _WRITTEN
    rest = Label(en=f"{more} more", zh=f"另有{more}个").text(desk.language)
    return ("；" if desk.language == "zh" else "; ").join(
        files if more <= 0 else [*files[:_WRITTEN], rest]
    )


def _written(desk: Desk, value: Any, currency: str) -> str:
    import pandas as pd

    if value is None or pd.isna(value):
        return "–"
    unit = Unit.MONEY if currency else Unit.COUNT
    return write_value(float(value), unit, desk.language, currency, short=False)


def _days(desk: Desk) -> list[object]:
    return [desk.period.start, desk.period.end]


def _span(desk: Desk, first: Any, last: Any) -> str:
    a, b = _date(first), _date(last)
    return days_between(a, b).label(desk.language) if a and b else ""


def _date(value: Any) -> date | None:
    import pandas as pd

    return None if pd.isna(value) else pd.Timestamp(value).date()
