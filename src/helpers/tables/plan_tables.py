"""What people wrote in ``plan/<year>/*.yml``, as tables beside the exports.

Only flat columns are taken here, so that a metric can count actions or take a target's value;
what a plan may say, and whether it hangs together, is the plan's own business (``helpers.plan``,
`review check`). A file that is not there is an empty table. An entry that leaves a column out
leaves it empty.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from helpers.config.declarations import read_yaml
from helpers.vocabulary.faults import DeclarationFaulty, Fault
from helpers.vocabulary.periods import parse_period

#: Column -> type, in the words of the table models; the file is ``<table>.yml``.
PLAN_TABLES: dict[str, dict[str, str]] = {
    "targets": {
        "plan_year": "text",
        "id": "text",
        "metric": "text",
        "dimension": "text",  # of the scope; empty: the whole company
        "member": "text",
        "change_kind": "text",  # absolute, relative, points
        "value": "number",
        "baseline": "text",  # the period that relative and point targets start from
        "first_day": "date",  # of the business year
        "due": "date",
        "role": "text",
    },
    "actions": {
        "plan_year": "text",
        "id": "text",
        "quarter": "text",
        "kind": "text",  # training, care, visual_upgrade, request; empty: any other
        "metric": "text",
        "dimension": "text",
        "member": "text",
        "tier": "text",  # of the customers that an action of care is for
        "strategy": "text",
        "status": "text",  # planned, running, done, dropped
        "started_on": "date",
        "due": "date",
        "done_on": "date",
        "requested_on": "date",  # when another team was asked
        "answered_on": "date",
    },
    "risks": {
        "plan_year": "text",
        "id": "text",
        "kind": "text",
        "probability": "integer",
        "impact": "integer",
        "reviewed_on": "date",
        "effective_on": "date",  # the day from which a new rule holds
        "plan_ready_on": "date",  # the day on which we knew what to do
        "avoided_on": "date",  # the day on which it was clear that it does not hit us
    },
}
REQUIRED = {"plan_year", "id"}
SQL = {"text": "VARCHAR", "number": "DOUBLE", "integer": "BIGINT", "date": "DATE"}
#: Columns that an entry writes as part of a mapping.
_WITHIN = {"baseline": ("baseline", "period")}


def plan_files(folder: Path, table: str) -> list[Path]:
    """List the files of one plan table, a year each."""
    years = [one for one in folder.iterdir() if one.name.isdigit()] if folder.is_dir() else []
    return [file for year in sorted(years) if (file := year / f"{table}.yml").is_file()]


def plan_fingerprint(folder: Path, table: str) -> str:
    """Give a text that changes when somebody changes the files of one plan table."""
    parts = [
        f"{file.parent.name} {hashlib.sha256(file.read_bytes()).hexdigest()}"
        for file in plan_files(folder, table)
    ]
    return " ".join([table, *parts])


def plan_rows(folder: Path, table: str, fiscal_start: int = 1) -> list[dict[str, Any]]:
    """Read one plan table of all years.

    Raises:
        DeclarationFaulty: A file is no sound YAML, or a day in it is none.
    """
    rows: list[dict[str, Any]] = []
    for file in plan_files(folder, table):
        year = file.parent.name
        first = parse_period(year, fiscal_start).start
        for entry in _entries(read_yaml(file), table):
            row = {"plan_year": year, "first_day": first, **_scope(entry)}
            for column, kind in PLAN_TABLES[table].items():
                if column not in row:
                    row[column] = _value(entry, column, kind, file)
            rows.append({column: row[column] for column in PLAN_TABLES[table]})
    return rows


def _entries(content: Any, table: str) -> Iterator[Mapping[str, Any]]:
    listed = content.get(table) if isinstance(content, dict) else None
    for entry in listed if isinstance(listed, list) else ():
        if isinstance(entry, dict) and entry.get("id"):
            yield entry


def _scope(entry: Mapping[str, Any]) -> dict[str, str]:
    scope = entry.get("scope")
    named = [(k, v) for k, v in scope.items() if v] if isinstance(scope, dict) else []
    dimension, member = named[0] if named else ("", "")
    return {"dimension": str(dimension), "member": str(member)}


def _value(entry: Mapping[str, Any], column: str, kind: str, file: Path) -> Any:
    value: Any = entry
    for key in _WITHIN.get(column, (column,)):
        value = value.get(key) if isinstance(value, Mapping) else None
    if value is None or value == "":
        return None
    try:
        match kind:
            case "date":
                return value if isinstance(value, date) else date.fromisoformat(str(value))
            case "number":
                return float(value)
            case "integer":
                return int(value)
            case _:
                return str(value)
    except (TypeError, ValueError):
        where = f"{file.parent.name}/{file.name}: {entry.get('id')}: {column}"
        raise DeclarationFaulty(Fault(where, f"{value!r} is no {kind}", "correct it")) from None
