"""What became of each file: the receipt that people and machines read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Literal

from helpers.tables.intake.gathering import Gathered
from helpers.tables.intake.inbox import Found, Skipped
from helpers.vocabulary.faults import Fault

if TYPE_CHECKING:
    from helpers.tables.batches import Batch
    from helpers.tables.build import Generation

Status = Literal["accepted", "partly", "duplicate", "refused"]


@dataclass(frozen=True)
class FileReceipt:
    """What became of one file."""

    path: str
    #: The declared source it was recognised as; empty where it was refused before that.
    kind: str
    store: str | None
    period: str | None
    status: Status
    message: str
    rows_read: int = 0
    rows_kept: int = 0
    rows_quarantined: int = 0
    rows_duplicate: int = 0


@dataclass(frozen=True)
class Receipt:
    """What became of all of them."""

    files: tuple[FileReceipt, ...]
    skipped: tuple[Skipped, ...] = ()
    #: What the tables lack (exchange rates, one authority for a fact) and which figures of whole
    #: months the files changed.
    warnings: tuple[Fault, ...] = ()

    @property
    def ok(self) -> bool:
        """Tell whether every file was taken in; quarantined rows do not matter here."""
        return all(one.status != "refused" for one in self.files)

    def as_json(self) -> str:
        """Write the receipt for machines."""
        told = {
            "files": [asdict(one) for one in self.files],
            "skipped": [{"path": one.shown, "reason": one.reason} for one in self.skipped],
            "warnings": [str(one) for one in self.warnings],
        }
        return json.dumps(told, ensure_ascii=False, indent=1)


def not_fetched(more: Gathered) -> list[FileReceipt]:
    """Tell of databases and inboxes that gave nothing."""
    return [
        FileReceipt(
            shown,
            "",
            None,
            None,
            "refused",
            "; ".join(str(fault).removeprefix(f"{shown}: ") for fault in faults),
        )
        for shown, faults in more.failed.items()
    ]


def known_before(file: Found, batch: Batch) -> FileReceipt:
    """Tell of a file whose bytes were read before."""
    return FileReceipt(
        file.shown,
        batch.source,
        batch.store_id,
        batch.period,
        "duplicate",
        "was taken in before"
        if batch.file == file.label
        else f"was taken in before as {batch.file}",
        rows_read=batch.rows_read,
        rows_duplicate=batch.rows_read,
    )


def settled(
    receipt: FileReceipt,
    batch: Batch,
    generation: Generation,
    restated: Mapping[str, Sequence[str]],
    rivals: Sequence[str],
) -> FileReceipt:
    """Complete an accepted file's receipt with what the tables made of its rows."""
    overruled = generation.lines_overruled.get(batch.batch_id, 0)
    duplicate = batch.rows_repeated + overruled
    kept = batch.rows_read - batch.rows_quarantined - duplicate
    parts = [receipt.message] if receipt.message else []
    if batch.rows_repeated:
        parts.insert(0, f"{batch.rows_repeated:,} rows repeat others of the file")
    if overruled and rivals:
        parts.insert(
            0,
            f"{overruled:,} rows give way to {rivals[0]}, which by the days in it is just as new;"
            " if this file is the newer one, save it over that one, or declare `as_of` for such"
            " files in workspace.yml",
        )
    elif overruled:
        parts.insert(0, f"{overruled:,} rows give way to newer or other exports")
    if not batch.rows_read:
        parts.insert(0, "holds no data rows")
    if months := restated.get(batch.file):
        some = ", ".join(months[:3]) + (" ..." if len(months) > 3 else "")
        parts.append(f"changes figures of {some}")
    return replace(
        receipt,
        rows_kept=kept,
        rows_duplicate=duplicate,
        message="; ".join(parts) or f"{kept:,} rows",
    )
