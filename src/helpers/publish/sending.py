"""Send the site as it stands to where readers open it: a folder on another disk, a bucket.

What never changes goes first, and only what is not there yet: shared assets, editions, the
portal. It is compared with what arrived. Then the small files that change, those that lead
readers last. A sending that died leaves the old site whole, and the next one carries on.

``holds.json`` at the target says which folders arrived there whole, by the fingerprint of their
manifest. So one more month costs the same however many lie there, and a target that holds the
site of somebody else is refused instead of overwritten.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from helpers.config.targets import STORES, Target, scheme_of
from helpers.config.workspace import Workspace
from helpers.paths import WorkspacePaths
from helpers.publish.assets import FOLDER as ASSETS
from helpers.publish.editions import PRUNED, RECORD, history_of
from helpers.publish.going_live import (
    INDEX,
    POINTER,
    PORTAL,
    one_publication,
    portal_of,
    portals_to_forget,
    read_pointer,
    understood,
)
from helpers.publish.rollbacks import ROLLBACKS
from helpers.publish.seals import MANIFEST, SEALS
from helpers.publish.targets.bucket import Bucket
from helpers.publish.targets.folder import Folder
from helpers.publish.targets.place import Place, md5_of
from helpers.vocabulary.faults import AskedWrongly, Fault, ReviewError, WorkFailed

HOLDS = "holds.json"
#: Called with (done, of how many, what is being sent).
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Sent:
    """What one sending came to."""

    #: The name in ``workspace.yml``, or the address.
    target: str
    #: Where readers start.
    index: str
    files: int
    bytes: int

    @property
    def is_new(self) -> bool:
        """Tell whether anything had to be sent."""
        return self.files > 0

    def __str__(self) -> str:
        if not self.is_new:
            return f"{self.target}: everything is there already"
        return f"{self.target}: {self.files} files sent, {self.bytes / 1e6:.1f} MB"


def send(
    workspace: Workspace,
    paths: WorkspacePaths,
    to: Sequence[str] = (),
    *,
    everything: bool = False,
    progress: Progress | None = None,
) -> tuple[Sent, ...]:
    """Send the site as it stands to targets.

    Args:
        workspace: Declares the targets.
        paths: Where the site is.
        to: Names of targets, or addresses; all declared ones where none is named.
        everything: Compare every file that was ever sent, and mend what differs there.
        progress: Told how far it is.

    Raises:
        AskedWrongly: A target is none, or nothing is published yet. Nothing was sent.
        WorkFailed: A target could not be reached or written; the others have been served.
    """
    places = places_named(workspace, paths, to)
    if not (paths.site / INDEX).is_file():
        raise AskedWrongly(Fault(str(paths.site), "nothing is published yet", "publish a review"))
    sent: list[Sent] = []
    faults: list[Fault] = []
    with one_publication(paths):
        for name, place in places.items():
            try:
                sent.append(_bring(paths.site, name, place, everything, progress))
            except ReviewError as trouble:
                faults.extend(trouble.faults)
            except OSError as trouble:
                what = f"could not be written ({trouble.strerror or trouble})"
                way_out = "mend that and send again; readers there see what they saw before"
                faults.append(Fault(place.shown, what, way_out))
    if faults:
        raise WorkFailed(faults)
    return tuple(sent)


def places_named(
    workspace: Workspace, paths: WorkspacePaths, to: Sequence[str]
) -> dict[str, Place]:
    """Find the targets that are meant, before any work is done for them.

    Raises:
        AskedWrongly: A name is not declared, an address is none, or a folder is not there.
    """
    faults: list[Fault] = []
    found: dict[str, Place] = {}
    if not (to or workspace.targets):
        fault = Fault("targets", "none is declared in workspace.yml", "name an address with --to")
        raise AskedWrongly(fault)
    for name in to or workspace.targets:
        try:
            target = workspace.targets.get(name) or _address(name, workspace)
            found[name] = _place(target, paths)
        except ReviewError as trouble:
            faults.extend(trouble.faults)
    if faults:
        raise AskedWrongly(faults)
    return found


def _address(text: str, workspace: Workspace) -> Target:
    """Read an address that is declared nowhere; a misspelt name is not made a folder."""
    from helpers.config.declarations import declare

    if not any(sign in text for sign in "/\\"):
        known = ", ".join(workspace.targets) or "none"
        way_out = f"declared in workspace.yml: {known}; a folder is written ./{text}"
        raise AskedWrongly(Fault(f"--to {text}", "is no target", way_out))
    # Below the folder one works in, as everything typed is; workspace.yml means its own folder.
    url = text if scheme_of(text) else str(Path(text.removeprefix("file://")).resolve())
    return declare({"url": url}, Target, "--to")


def _place(target: Target, paths: WorkspacePaths) -> Place:
    if scheme_of(target.url) in STORES:
        return Bucket(target)
    folder = (paths.root / target.url).resolve()
    site = paths.site.resolve()
    if folder.is_relative_to(site) or site.is_relative_to(folder):
        fault = Fault(str(folder), "is the site itself", "name a folder outside of it")
        raise AskedWrongly(fault)
    if not folder.is_dir():
        # A share that is not mounted looks like this, and must not be filled underneath.
        raise AskedWrongly(Fault(str(folder), "is no folder", "create it, or mount the share"))
    return Folder(folder)


def _bring(
    site: Path, name: str, place: Place, everything: bool, progress: Progress | None
) -> Sent:
    """Bring one target up to date."""
    pointer = read_pointer(site)
    if pointer is None:
        fault = Fault(str(site / POINTER), "cannot be read", "publish again; that writes it anew")
        raise WorkFailed(fault)
    portal = f"{PORTAL}/{pointer['portal']}"
    marks = {one.folder: _mark(site / one.folder) for one in history_of(site)}
    marks[portal] = _portal_mark(site / portal)
    held = _holds(place)
    _refuse_strangers(place, held, marks)

    wanted = [one for one in marks if everything or held.get(one) != marks[one]]
    shipment = _Shipment(site, place, progress)
    if wanted:
        shipment.add([ASSETS, *wanted])
        shipment.go()
    # What the target loses from sight (old portals) must be forgotten by it, too.
    former = portal_of(understood(place.read(POINTER)))
    gone = portals_to_forget(place.portals(PORTAL), portal_of(pointer), former) if wanted else []
    kept = {
        one: mark
        for one, mark in held.items()
        if one not in {f"{PORTAL}/{number}" for number in gone}
    }
    holds = json.dumps(kept | marks, indent=0, sort_keys=True)
    shipment.tell(_changing(site, wanted, holds.encode()))
    for number in gone:
        place.remove(f"{PORTAL}/{number}")
    place.finish()
    separator = "" if place.shown.endswith("/") else "/"
    return Sent(name, f"{place.shown}{separator}{INDEX}", shipment.files, shipment.bytes)


def _mark(folder: Path) -> str:
    """Fingerprint what an edition's folder must hold: its manifest, and what is left of it."""
    present = [folder / name for name in (MANIFEST, RECORD, PRUNED) if (folder / name).is_file()]
    hashes = [hashlib.sha256(one.read_bytes()).hexdigest() for one in present]
    pruned = hashes[-1] if present[-1].name == PRUNED else ""
    return f"{hashes[0]} {pruned}".rstrip()


def _portal_mark(folder: Path) -> str:
    """Fingerprint a portal; a number may come again after a site was made anew."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.html")):
        digest.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def _holds(place: Place) -> dict[str, str]:
    """Read what arrived at a target before.

    Raises:
        WorkFailed: Something else lies there.
    """
    content = place.read(HOLDS)
    if content is None:
        if place.read(INDEX) is not None:
            what = f"holds an {INDEX} that did not come from here"
            raise WorkFailed(Fault(place.shown, what, "name an empty place"))
        return {}
    try:
        return {str(name): str(mark) for name, mark in json.loads(content).items()}
    except (ValueError, AttributeError):
        return {}  # what is there is compared file by file then


def _refuse_strangers(place: Place, held: Mapping[str, str], marks: Mapping[str, str]) -> None:
    """Refuse a target with editions that this site never made, or made otherwise.

    A site that was lost and made anew numbers from r1 again; sent over the old one, it would
    change editions that people have read.
    """
    faults = []
    for folder, mark in sorted(held.items()):
        if folder.startswith(f"{PORTAL}/"):
            continue
        if folder not in marks:
            faults.append(Fault(place.shown, f"holds {folder}, which this site has not"))
        elif marks[folder].split()[0] != mark.split()[0]:
            faults.append(Fault(place.shown, f"holds another {folder} than this site"))
    if faults:
        way_out = "name another place; if this site was made anew, bring the old one back first"
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        raise WorkFailed(Fault(place.shown, faults[0].what + more, way_out))


def _changing(site: Path, wanted: Sequence[str], holds: bytes) -> dict[str, bytes]:
    """Give the small files that change, in the order in which they may be replaced."""
    periods = sorted({Path(one).parent.as_posix() for one in wanted} - {PORTAL})
    before = [f"{one}/{SEALS}" for one in periods]
    contents = {name: site / name for name in (*before, ROLLBACKS, POINTER, INDEX)}
    found = {name: path.read_bytes() for name, path in contents.items() if path.is_file()}
    return {
        **{name: found.pop(name) for name in before if name in found}, HOLDS: holds, **found
    }  # fmt: skip


class _Shipment:
    """Files on their way to one target, and how many of them have gone."""

    def __init__(self, site: Path, place: Place, progress: Progress | None) -> None:
        self._site, self._place, self._progress = site, place, progress
        self._missing: dict[str, dict[str, Path]] = {}
        self.files = self.bytes = 0

    def add(self, folders: Sequence[str]) -> None:
        """Find out what is missing in folders."""
        for folder in folders:
            there = self._place.holds(folder)
            missing = {
                name: path
                for name, path in _files(self._site / folder)
                if there.get(name) != md5_of(path)
            }
            if missing:
                self._missing[folder] = missing

    def go(self) -> None:
        """Send what is missing, and compare what arrived.

        Raises:
            WorkFailed: Something did not arrive as it was sent; readers are not led to it.
        """
        total = sum(map(len, self._missing.values()))
        for folder, files in self._missing.items():
            before = self.files

            def counted(done: int, before: int = before, folder: str = folder) -> None:
                if self._progress:
                    self._progress(before + done, total, folder)

            self._place.put(folder, files, counted)
            arrived = self._place.holds(folder)
            spoilt = [name for name, path in files.items() if arrived.get(name) != md5_of(path)]
            if spoilt:
                what = f"{len(spoilt)} files did not arrive whole, {folder}/{spoilt[0]} among them"
                way_out = "send again; readers there see what they saw before"
                raise WorkFailed(Fault(self._place.shown, what, way_out))
            self.files += len(files)
            self.bytes += sum(path.stat().st_size for path in files.values())

    def tell(self, changing: Mapping[str, bytes]) -> None:
        """Replace the small files that differ, in their order."""
        for name, content in changing.items():
            if self._place.read(name) != content:
                self._place.replace(name, content)
                self.files += 1
                self.bytes += len(content)


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith("."):
            yield path.relative_to(folder).as_posix(), path
