"""Send the site as it stands to where readers open it: a folder on another disk, a bucket.

What never changes goes first, and only what is not there yet: shared assets, editions, the
portal. It is compared with what arrived. Then the small files that change, those that lead
readers last. A sending that died leaves the old site whole, and the next one carries on.

``holds.json`` at the target says which folders arrived there whole, by the fingerprint of their
manifest, in a file for each year. So one more month costs the same however many lie there, and a
target that holds the site of somebody else is refused instead of overwritten.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers.config.targets import STORES, Target, scheme_of
from helpers.config.workspace import Workspace
from helpers.paths import WorkspacePaths
from helpers.publish.assets import FOLDER as ASSETS
from helpers.publish.going_live import one_publication, portals_to_forget, years_to_forget
from helpers.publish.holdings import (
    INDEX,
    LINKS,
    POINTER,
    PORTAL,
    PRUNED,
    RECORD,
    ROLLBACKS,
    YEARS,
    Name,
    holdings_of,
    understood,
)
from helpers.publish.pointer import portal_of, read_pointer, years_of
from helpers.publish.seals import MANIFEST, SEALS, seals_beside
from helpers.publish.targets.arrived import BOOKS, Arrived
from helpers.publish.targets.bucket import Bucket
from helpers.publish.targets.folder import Folder
from helpers.publish.targets.place import Place, md5_of
from helpers.vocabulary.faults import AskedWrongly, Fault, ReviewError, WorkFailed

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
    marks = _marks(site, pointer)
    arrived = Arrived.at(place, marks)
    held = arrived.marks
    _refuse_strangers(place, held, marks)

    wanted = [one for one in marks if everything or held.get(one) != marks[one]]
    folders = [one for one in wanted if not one.endswith(LINKS)]
    shipment = _Shipment(site, place, progress)
    if folders:
        shipment.add([ASSETS, *folders])
        shipment.go()
    # What the target loses from sight (old portals) must be forgotten by it, too.
    gone = _books_to_forget(place, pointer) if folders else []
    kept = {one: mark for one, mark in held.items() if one not in gone}
    shipment.tell(_changing(site, wanted, arrived.replaced_by(kept | marks)))
    for one in gone:
        place.remove(one)
    place.finish()
    separator = "" if place.shown.endswith("/") else "/"
    return Sent(name, f"{place.shown}{separator}{INDEX}", shipment.files, shipment.bytes)


def _marks(site: Path, pointer: Mapping[str, Any]) -> dict[str, str]:
    """Fingerprint what a target must hold: editions, links of periods, books that are led to."""
    held = holdings_of(site)
    found: dict[str, str] = {}
    for (review, period), numbers in held.numbers.items():
        folder = site / review / period
        seals = seals_beside(folder)
        for number in numbers:
            one = Name(review, period, number)
            mark = seals.get(f"r{number}") or _hash_of(site / one.folder, MANIFEST, RECORD)
            pruned = _hash_of(site / one.folder, PRUNED) if one in held.pruned else ""
            found[one.folder] = f"{mark} {pruned}".rstrip()
        if links := _hash_of(folder, LINKS):
            found[f"{review}/{period}/{LINKS}"] = links
    for book in (f"{PORTAL}/{portal_of(pointer)}", *_years_named(pointer)):
        found[book] = _book_mark(site / book)
    return found


def _hash_of(folder: Path, *names: str) -> str:
    """Hash the first of some files that is there."""
    for name in names:
        with suppress(FileNotFoundError):
            return hashlib.sha256((folder / name).read_bytes()).hexdigest()
    return ""


def _years_named(pointer: Mapping[str, Any] | None) -> list[str]:
    return [f"{YEARS}/{number}" for number in sorted(set(years_of(pointer).values()))]


def _books_to_forget(place: Place, pointer: Mapping[str, Any]) -> list[str]:
    """Name the books at a target that nobody can have open any more."""
    former = understood(place.read(POINTER))
    portals = portals_to_forget(place.portals(PORTAL), portal_of(pointer), portal_of(former))
    gone = [f"{PORTAL}/{number}" for number in portals]
    named = {*years_of(pointer).values(), *years_of(former).values()}
    books = place.portals(YEARS) if named else {}
    return gone + [f"{YEARS}/{number}" for number in years_to_forget(books, named)]


def _book_mark(folder: Path) -> str:
    """Fingerprint a numbered book; a number may come again after a site was made anew."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.html")):
        digest.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def _refuse_strangers(place: Place, held: Mapping[str, str], marks: Mapping[str, str]) -> None:
    """Refuse a target with editions that this site never made, or made otherwise.

    A site that was lost and made anew numbers from r1 again; sent over the old one, it would
    change editions that people have read.
    """
    faults = []
    for folder, mark in sorted(held.items()):
        if folder.startswith(tuple(f"{one}/" for one in BOOKS)) or folder.endswith(LINKS):
            continue
        if folder not in marks:
            faults.append(Fault(place.shown, f"holds {folder}, which this site has not"))
        elif marks[folder].split()[0] != mark.split()[0]:
            faults.append(Fault(place.shown, f"holds another {folder} than this site"))
    if faults:
        way_out = "name another place; if this site was made anew, bring the old one back first"
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        raise WorkFailed(Fault(place.shown, faults[0].what + more, way_out))


def _changing(site: Path, wanted: Sequence[str], holds: Mapping[str, bytes]) -> dict[str, bytes]:
    """Give the small files that change, in the order in which they may be replaced."""
    periods = {Path(one).parent.as_posix() for one in wanted} - {*BOOKS}
    before = [site / one / SEALS for one in sorted(periods)]
    links = [site / one for one in sorted(wanted) if one.endswith(LINKS)]
    last = [site / ROLLBACKS, site / POINTER, site / INDEX]

    def found(paths: Sequence[Path]) -> dict[str, bytes]:
        return {
            path.relative_to(site).as_posix(): path.read_bytes() for path in paths if path.is_file()
        }

    # What is held says that the links have arrived; both lead only to what lies there whole.
    return {**found([*before, *links]), **holds, **found(last)}


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
