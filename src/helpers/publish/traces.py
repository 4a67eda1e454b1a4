"""What a release, a run or an intake leaves in the journal (``reviews.journal``)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.paths import WorkspacePaths
from helpers.reviews.journal import PageNote
from helpers.tables.build import current_generation

if TYPE_CHECKING:
    from helpers.publish.release import Released
    from helpers.reviews.run import PageResult, RunReport
    from helpers.tables.ingest import Receipt

#: So many refused files are named; the receipt names them all.
_NAMED = 20


def traces_of(released: Released) -> dict[str, Any]:
    """Give the fields of an entry that tells of a release."""
    receipt, run = traces_of_intake(released.receipt), traces_of_run(released.report)
    edition = released.edition
    failures = (*receipt["failures"], *run["failures"])
    outcome = "partly" if failures else "done" if edition.is_new else "unchanged"
    number = f"{released.report.review.id}/{released.period}/r{edition.number}"
    return {**receipt, **run, "failures": failures, "outcome": outcome, "edition": number}


def traces_of_run(report: RunReport) -> dict[str, Any]:
    """Give the fields of an entry that tells of a run."""
    sizes = _Sizes(report.paths)
    notes = tuple(_page_note(one, sizes) for one in report.pages)
    read = [one.bytes_read for one in notes if one.bytes_read is not None]
    failures = tuple(str(one.fault) for one in report.failed)
    ran = any(one.status == "ran" for one in report.pages)
    return {
        "period": str(report.period),
        "pages": notes,
        "failures": failures,
        "bytes_read": sum(read) if read else None,
        "outcome": "partly" if failures else "done" if ran else "unchanged",
        "log": f"runs/{report.review.id}/{report.period}",
    }


def traces_of_intake(receipt: Receipt) -> dict[str, Any]:
    """Give the fields of an entry that tells what came of the inbox."""
    refused = [one for one in receipt.files if one.status == "refused"]
    failures = [f"{one.path}: {one.message}" for one in refused[:_NAMED]]
    if more := len(refused) - len(failures):
        failures.append(f"inbox: {more} more files were refused; see `review ingest`")
    new = [one for one in receipt.files if one.status in ("accepted", "partly")]
    return {
        "files_read": len(new),
        "rows_read": sum(one.rows_read for one in new),
        "failures": tuple(failures),
        "outcome": "partly" if not receipt.ok else "done" if new else "unchanged",
    }


class _Sizes:
    """How many bytes the partitions of the tables hold, each looked up once."""

    def __init__(self, paths: WorkspacePaths):
        found = current_generation(paths)
        self._folder = found.folder if found else None
        self._known: dict[tuple[str, str], int] = {}

    def of(self, reads: Mapping[str, Mapping[str, Any]]) -> int | None:
        """Sum up the partitions that a page read; None where nothing was written down."""
        if self._folder is None or "tables" not in reads:
            return None
        parts = [(table, part) for table, months in reads["tables"].items() for part in months]
        return sum(self._one(self._folder / table, part) for table, part in parts)

    def _one(self, table: Path, part: str) -> int:
        key = (table.name, part)
        if key not in self._known:
            folder = table / f"month={part}" if part else table
            self._known[key] = sum(one.stat().st_size for one in folder.rglob("*.parquet"))
        return self._known[key]


def _page_note(page: PageResult, sizes: _Sizes) -> PageNote:
    return PageNote(
        page=page.page.id,
        language=page.language,
        status=page.status,
        seconds=round(page.seconds, 2),
        peak_memory=page.peak_memory,
        bytes_read=_bytes_read(page, sizes) if page.status == "ran" else None,
        why=page.reason,
    )


def _bytes_read(page: PageResult, sizes: _Sizes) -> int | None:
    """Say how much the partitions hold that a page read, by its own record."""
    if page.output is None:
        return None
    try:
        record = json.loads(page.output.with_suffix(".json").read_text(encoding="utf-8"))
        return sizes.of(record["reads"])
    except (OSError, ValueError, KeyError, AttributeError):
        return None
