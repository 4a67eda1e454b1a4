"""What counts as taken in, and whether it may still be believed.

The same bytes may lie in several places, move, be mended or be declared otherwise. Which batch
then stands for them is decided here, the same way whatever the order of arrival.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from helpers.config.workspace import Workspace
from helpers.paths import WorkspacePaths
from helpers.sources.catalogue import load_sources
from helpers.sources.declared import Source, StatedAbove
from helpers.sources.place import Place, place_of
from helpers.tables.batches import Batch, Batches
from helpers.tables.buyers import mark_of
from helpers.tables.intake.inbox import Found
from helpers.vocabulary.faults import Fault


@dataclass
class Ledger:
    """What counts as taken in, in the course of one run.

    Attributes:
        store: Where batches are kept.
        key: Turns buyers into keys.
        known: batch_id -> what was taken in.
        twins: sha256 -> the files of this run with those bytes.
    """

    workspace: Workspace
    paths: WorkspacePaths
    store: Batches
    key: bytes
    known: dict[str, Batch]
    twins: Mapping[str, Sequence[Found]]
    _read_with: dict[tuple[str, str | None], str] = field(default_factory=dict)
    _places: dict[Found, Place] = field(default_factory=dict)
    #: sha256 -> batch_ids, in the order of ``known``
    _of_bytes: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for batch in self.known.values():
            self._of_bytes.setdefault(batch.sha256, []).append(batch.batch_id)

    def place(self, file: Found) -> Place:
        """Give what a file's whereabouts say, read once: a thousand files are asked often."""
        if file not in self._places:
            self._places[file] = place_of(file.path, self.workspace, file.below)
        return self._places[file]

    def _declared(self, source: str) -> Source | None:
        return load_sources(self.paths.mappings).get(source)

    def read_with(self, source: str, store_id: str | None) -> str:
        """Fingerprint what decides how a file is read: its source, its store, the buyer key."""
        asked = (source, store_id)
        if asked not in self._read_with:
            declared = self._declared(source)
            told = [
                declared.model_dump(mode="json", exclude={"asked_of"}) if declared else None,
                [
                    store.model_dump(mode="json", exclude={"name", "authority"})
                    for store in self.workspace.stores
                    if store_id is None or store.id == store_id
                ],
                mark_of(self.key),
            ]
            digest = hashlib.blake2b(json.dumps(told).encode(), digest_size=8)
            self._read_with[asked] = digest.hexdigest()
        return self._read_with[asked]

    def accept(self, batch: Batch, *, at: str = "", is_new: bool = True) -> None:
        """Count a batch in, and out what it corrects.

        A file that was mended where it lay speaks for the same days as before; its hash must not
        decide which of the two is believed. One that is overwritten every month does not.

        Args:
            batch: What counts.
            at: Where its file lies now, if it was taken in from another place.
            is_new: Was it read just now?
        """
        for other in list(self.known.values()):
            same = ("source", "store_id", "as_of")
            is_mended = other.file == (at or batch.file) and other.sha256 != batch.sha256
            if (is_mended and all(getattr(other, n) == getattr(batch, n) for n in same)) or (
                other.sha256 == batch.sha256
                and (is_new or other.file == batch.file)
                and not self._stands_beside(other, batch)
            ):
                del self.known[other.batch_id]
                self._of_bytes[other.sha256].remove(other.batch_id)
        self.known[batch.batch_id] = batch
        alike = self._of_bytes.setdefault(batch.sha256, [])
        if batch.batch_id not in alike:
            alike.append(batch.batch_id)

    def of_bytes(self, sha256: str) -> list[Batch]:
        """List what was read from these bytes.

        More than one batch where they do not tell of which store or month they are: exports
        without a row, and stock that nobody touched.
        """
        return [self.known[one] for one in self._of_bytes.get(sha256, ())]

    def _stands_beside(self, other: Batch, batch: Batch) -> bool:
        """Tell a twin, which lies in a place of its own, from a file that was moved."""
        is_same = (other.store_id, other.period) == (batch.store_id, batch.period)
        if is_same or other.file == batch.file:
            return False
        if not other.rows_read:
            return other.period is not None  # what had nothing need not lie there for ever
        return any(
            self._lies_right(twin, other) and not self._lies_right(twin, batch)
            for twin in self.twins.get(batch.sha256, ())
        )

    def belongs_elsewhere(self, file: Found, before: Batch) -> Fault | None:
        """Refuse a copy of a store's file that lies among another store's files."""
        mine = self.place(file)
        if (
            mine.store_id is None
            or before.store_id in (None, mine.store_id)
            or not before.rows_read
        ):
            return None
        for twin in self.twins[before.sha256]:
            theirs = self.place(twin)
            if twin.path != file.path and theirs.store_id == before.store_id:
                return Fault(
                    file.shown,
                    f"has the same content as {twin.shown}, which belongs to {before.store_id}",
                    "keep the file of one store only",
                )
        return None

    def is_still_right(self, file: Found, before: Batch) -> bool:
        """Tell whether reading the file again would give the same rows."""
        mine = self.place(file)
        if mine.source is not None and mine.source != before.source:
            return False
        if mine.as_of is not None and mine.as_of != before.as_of:
            return False
        if not self._lies_right(file, before):
            return False
        return before.read_with == self.read_with(before.source, before.store_id)

    def _lies_right(self, file: Found, batch: Batch) -> bool:
        """Tell whether a file's place agrees with what its bytes were taken for."""
        mine = self.place(file)
        # Without a row, it is the place that says whose days had nothing.
        left_open = batch.rows_read > 0
        is_said = batch.store_id is not None or not left_open
        if is_said and mine.store_id not in (None, batch.store_id):
            return False
        if batch.period is None:
            return left_open or mine.period is None
        if self._states_its_days(batch):
            return True
        return mine.period is None or str(mine.period) == batch.period

    def _states_its_days(self, batch: Batch) -> bool:
        """Tell a file that says above its header of which days it is; its folder is not asked."""
        declared = self._declared(batch.source)
        states = declared is not None and isinstance(declared.period, StatedAbove)
        return states and ".." in (batch.period or "")  # a folder's period is a month as a rule

    def key_mark(self, source: str) -> str:
        """Mark the key of a file that names buyers."""
        declared = self._declared(source)
        names = declared is not None and any(
            column.type == "customer" for column in declared.columns.values()
        )
        return mark_of(self.key) if names else ""

    def is_own_source(self, source: str) -> bool:
        """Tell a company's own mapping from a family that ships with the product."""
        return self._declared(source) != load_sources().get(source)

    def rivals_of(self, batch: Batch) -> list[str]:
        """List files that are believed before this one, though nothing in them is newer.

        A refund or a cancellation that changes none of the latest days leaves two exports of a
        month alike; only a person knows which was downloaded last.
        """
        days = {(c.table, c.store_id): (c.first, c.last) for c in batch.covers}

        def is_rival(other: Batch) -> bool:
            is_alike = (other.source, other.store_id) == (batch.source, batch.store_id)
            if not is_alike or other.as_of != batch.as_of or other.rank <= batch.rank:
                return False
            nowhere = (date.max, date.min)
            spans = [(c, days.get((c.table, c.store_id), nowhere)) for c in other.covers]
            return any(c.first <= last and first <= c.last for c, (first, last) in spans)

        return [other.file for other in self.known.values() if is_rival(other)]
