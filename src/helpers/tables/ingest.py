"""The front door: files in, a receipt for each of them out.

For every file, rows read = rows kept + rows quarantined + rows duplicate. A file that cannot be
taken is refused with its faults and the others go on; nothing is lost, and nothing is counted
twice, however often and in whatever order files arrive.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from helpers.config.disks import naming_the_disk
from helpers.config.swap import sweep, take_away
from helpers.config.workspace import Workspace
from helpers.paths import WorkspacePaths
from helpers.tables.batches import Batch, Batches
from helpers.tables.build import current_generation, one_per_file, rebuild
from helpers.tables.buyers import buyer_key, strangers
from helpers.tables.intake.gathering import gathered
from helpers.tables.intake.inbox import Found, Hashes, Skipped, look_for_files
from helpers.tables.intake.ledger import Ledger
from helpers.tables.intake.misplaced import misplaced
from helpers.tables.intake.quarantine import refused
from helpers.tables.intake.reading import Progressing, read_all
from helpers.tables.intake.receipts import FileReceipt, Receipt, known_before, not_fetched, settled
from helpers.tables.restatements import months_by_file, told_in_words
from helpers.vocabulary.faults import Fault, WorkFailed

__all__ = ["Progressing", "Receipt", "ingest"]

#: How long to wait for another ingest of the same workspace.
PATIENCE_SECONDS = 60


def ingest(
    workspace: Workspace,
    paths: WorkspacePaths,
    extra: Sequence[Path] = (),
    progress: Progressing | None = None,
) -> Receipt:
    """Take in the inbox and the named paths, then make the tables follow.

    Args:
        workspace: The company.
        paths: Its folders; a missing inbox is created.
        extra: Further files and folders; they stay where they are.
        progress: Called as ``progress(done, total, name)``.

    Raises:
        AskedWrongly: A named path does not exist.
        DeclarationFaulty: A mapping or ``reference/fx_rates.csv`` is unsound.
        WorkFailed: Another ingest of this workspace does not finish, or the disk is full.
    """
    with naming_the_disk(paths.root):
        return _ingest_alone(workspace, paths, extra, progress or _say_nothing)


def _ingest_alone(
    workspace: Workspace, paths: WorkspacePaths, extra: Sequence[Path], progress: Progressing
) -> Receipt:
    from filelock import FileLock, Timeout

    found, skipped = look_for_files(paths, extra)
    paths.warehouse.mkdir(parents=True, exist_ok=True)
    # The operating system lets go of the lock when its holder dies, however that happens.
    lock = FileLock(paths.warehouse / ".lock")
    try:
        with lock.acquire(timeout=PATIENCE_SECONDS), gathered(workspace, paths) as more:
            found, skipped = [*found, *more.found], [*skipped, *more.skipped]
            receipt = _ingest(workspace, paths, found, skipped, progress)
            return replace(receipt, files=(*receipt.files, *not_fetched(more)))
    except Timeout:
        raise WorkFailed(
            Fault(str(paths.root), "another ingest is at work here", "wait until it is done")
        ) from None


def _say_nothing(done: int, total: int, name: str) -> None:
    pass


def _ingest(
    workspace: Workspace,
    paths: WorkspacePaths,
    found: Sequence[Found],
    skipped: Sequence[Skipped],
    progress: Progressing,
) -> Receipt:
    store = Batches(paths.warehouse / "batches")
    sweep(store.folder)
    hashes = Hashes(paths.warehouse / "hashes.json")
    known = {batch.batch_id: batch for batch in one_per_file(store.load())}
    before_this_run = dict(known)
    receipts: list[FileReceipt] = []
    accepted: dict[int, Batch] = {}
    sha_of: dict[Path, str] = {}
    twins: dict[str, list[Found]] = defaultdict(list)
    unreadable: dict[Path, Fault] = {}
    for file in found:
        try:
            str(file.path).encode()  # else the engine could not be told of it
            sha_of[file.path] = hashes.of(file.path)
            twins[sha_of[file.path]].append(file)
        except OSError as trouble:
            unreadable[file.path] = Fault(
                file.shown, f"cannot be read ({trouble.strerror})", "check its rights"
            )
        except UnicodeEncodeError:
            unreadable[file.path] = Fault(
                file.shown, "has a name that is no UTF-8", "give it another name"
            )
    ledger = Ledger(workspace, paths, store, buyer_key(paths), known, twins)
    for file in found:
        # A process may have died between taking in a mended file and letting go of what it mends;
        # and a file may have been saved over one that was as new.
        for before in ledger.of_bytes(sha_of.get(file.path, "")):
            if before.batch_id in known:
                ledger.accept(before, at=file.label, is_new=False)
    outcomes = read_all(ledger, _to_be_read(ledger, found, sha_of), len(found) + 1, progress)
    for file in found:
        if file.path in unreadable:
            receipt, batch = refused(ledger.paths, file, [unreadable[file.path]]), None
        elif file.path in outcomes:
            receipt, batch = outcomes[file.path]
        else:
            told = _without_reading(ledger, file, sha_of[file.path])
            # A twin of a refused file may lie in a better place.
            again = {} if told else read_all(ledger, [file], len(found) + 1, progress)
            receipt, batch = (told, None) if told else again[file.path]
        if batch is not None:
            accepted[len(receipts)] = batch
        receipts.append(receipt)
    wrong = misplaced([*accepted.values()], [*ledger.known.values()], store, workspace)
    if wrong:
        # As if they had never been read: what lay there before still counts.
        ledger = Ledger(workspace, paths, store, ledger.key, before_this_run, twins)
        for place, batch in list(accepted.items()):
            if why := wrong.get(batch.batch_id):
                receipts[place] = refused(paths, found[place], [Fault(found[place].shown, *why)])
                del accepted[place]
            else:
                ledger.accept(batch)
    progress(len(found), len(found) + 1, "tables")
    batches = one_per_file([*ledger.known.values()])
    # By name: the same bytes may have been read again under another file's.
    kept = {batch.batch_id for batch in batches}
    for stale in store.load():
        if stale.batch_id not in kept:
            take_away(store.folder_of(stale))
    current = current_generation(paths)
    generation = rebuild(workspace, paths, batches=batches)
    entries = (current.restatements if current else 0, generation.restatements)
    hashes.remember()
    progress(len(found) + 1, len(found) + 1, "tables")
    restated = months_by_file(paths, *entries)
    for place, batch in accepted.items():
        rivals = ledger.rivals_of(batch)
        receipts[place] = settled(receipts[place], batch, generation, restated, rivals)
    warnings = (
        *generation.warnings,
        *strangers(batches, ledger.key),
        *told_in_words(paths, *entries),
    )
    return Receipt(tuple(receipts), tuple(skipped), warnings)


def _without_reading(ledger: Ledger, file: Found, sha256: str) -> FileReceipt | None:
    """Answer for a file whose bytes were taken in before; None where it must be read."""
    found = ledger.of_bytes(sha256)
    for before in found:
        fault = ledger.belongs_elsewhere(file, before)
        if fault is not None:
            return refused(ledger.paths, file, [fault])
    return next(
        (known_before(file, one) for one in found if ledger.is_still_right(file, one)), None
    )


def _to_be_read(ledger: Ledger, found: Sequence[Found], sha_of: Mapping[Path, str]) -> list[Found]:
    """List the files to read, one for each content."""
    leads: dict[str, Found] = {}
    for file in found:
        sha256 = sha_of.get(file.path)
        if sha256 and sha256 not in leads and _without_reading(ledger, file, sha256) is None:
            leads[sha256] = file
    return list(leads.values())
