"""What a release, a run or an intake leaves in the journal (``reviews.journal``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from helpers.reviews.journal import PageNote

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
    notes = tuple(_page_note(one) for one in report.pages)
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


def _page_note(page: PageResult) -> PageNote:
    return PageNote(
        page=page.page.id,
        language=page.language,
        status=page.status,
        seconds=round(page.seconds, 2),
        peak_memory=getattr(page, "peak_memory", None),
        bytes_read=getattr(page, "bytes_read", None),
        why=page.reason,
    )
