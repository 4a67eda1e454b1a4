"""Recompute what an edition's manifest says, and name every byte that differs.

Nothing is mended and nothing is trusted: not the manifest, which has its seal outside the
edition, and not the file times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from helpers.config.files_read import sha256_of
from helpers.publish.assets import FOLDER as ASSETS
from helpers.publish.editions import FORMAT, Edition
from helpers.publish.manifest import Manifest, files_in, read_manifest
from helpers.publish.seals import MANIFEST, SEALS, seals_beside

Verdict = Literal["sound", "pruned", "unverifiable", "differs"]
#: Called with (done, of how many, the edition just looked at).
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Difference:
    """One file that is not as it was published."""

    #: Path below the site.
    file: str
    what: str


@dataclass(frozen=True)
class Verified:
    """What became of one edition since it was published."""

    edition: str
    verdict: Verdict
    differences: tuple[Difference, ...] = ()
    #: Why nothing can be said, or what the edition is now.
    note: str = ""
    files: int = 0

    def as_json(self) -> dict[str, object]:
        """Give it as plain data."""
        return {
            "edition": self.edition,
            "verdict": self.verdict,
            "note": self.note,
            "files": self.files,
            "differences": [{"file": one.file, "what": one.what} for one in self.differences],
        }


def verify(
    site: Path, editions: Sequence[Edition], progress: Progress | None = None
) -> tuple[Verified, ...]:
    """Compare editions with their manifests, byte by byte.

    Args:
        site: The site's folder.
        editions: Those to look at.
        progress: Told after each.
    """
    shelf = _Shelf(site)
    found = []
    for place, edition in enumerate(editions, start=1):
        found.append(_verify_one(site, edition, shelf))
        if progress:
            progress(place, len(editions), edition.folder)
    return tuple(found)


def lost_editions(site: Path) -> tuple[Verified, ...]:
    """Find editions that have a seal and no record any more: somebody removed or broke them."""
    found = []
    for seals in sorted(site.glob(f"*/*/{SEALS}")):
        for name in seals_beside(seals.parent):
            folder = seals.parent / name
            if not (folder / "edition.json").is_file():
                where = folder.relative_to(site).as_posix()
                gone = Difference(where, "the edition is gone, or its record is")
                found.append(Verified(where, "differs", (gone,)))
    return tuple(found)


@dataclass
class _Shelf:
    """The shared assets; each is read once, however many editions load it."""

    site: Path
    known: dict[str, str] = field(default_factory=dict)

    def differences(self, assets: Iterable[tuple[str, str]]) -> Iterator[Difference]:
        for name, sha in assets:
            path = self.site / ASSETS / name
            if name not in self.known:
                self.known[name] = _sha_or_trouble(path)
            where = f"{ASSETS}/{name}"
            if self.known[name] != sha:
                yield Difference(where, _said(self.known[name], "shared asset "))


def _verify_one(site: Path, edition: Edition, shelf: _Shelf) -> Verified:
    folder = site / edition.folder
    if edition.pruned:
        note = f"pruned on {edition.pruned.isoformat()}; its pages lead to the newer edition"
        return Verified(edition.folder, "pruned", note=note)
    sealed = seals_beside(folder.parent).get(folder.name)
    if not (folder / MANIFEST).is_file() and edition.format < FORMAT and sealed is None:
        note = "made by a program version that wrote no manifest"
        return Verified(edition.folder, "unverifiable", note=note)
    differences = list(_manifest_differences(site, folder, sealed))
    manifest = read_manifest(folder)
    if manifest is not None:
        differences += _file_differences(site, folder, manifest)
        differences += shelf.differences(sorted(manifest.assets.items()))
    files = len(manifest.files) if manifest else 0
    verdict: Verdict = "differs" if differences else "sound"
    return Verified(edition.folder, verdict, tuple(differences), files=files)


def _manifest_differences(site: Path, folder: Path, sealed: str | None) -> Iterator[Difference]:
    name = (folder / MANIFEST).relative_to(site).as_posix()
    found = _sha_or_trouble(folder / MANIFEST)
    if sealed is None:
        where = (folder.parent / SEALS).relative_to(site).as_posix()
        said = f"holds no seal of {folder.name}: removed, or its publication was cut short"
        yield Difference(where, said)
    elif found != sealed:
        yield Difference(name, _said(found, "manifest "))
    if found in _TROUBLE and sealed is None:
        yield Difference(name, _said(found, "manifest "))
    elif found not in _TROUBLE and read_manifest(folder) is None:
        yield Difference(name, "manifest cannot be read")


def _file_differences(site: Path, folder: Path, manifest: Manifest) -> Iterator[Difference]:
    there = set(files_in(folder)) - {MANIFEST}
    for name in sorted(there | set(manifest.files)):
        where = (folder / name).relative_to(site).as_posix()
        if name not in manifest.files:
            yield Difference(where, "added")
        elif (found := _sha_or_trouble(folder / name)) != manifest.files[name]:
            yield Difference(where, _said(found))


_TROUBLE = {"missing", "is a symbolic link", "cannot be read"}


def _sha_or_trouble(path: Path) -> str:
    """Hash a file, or say why that is not possible."""
    if path.is_symlink():
        return "is a symbolic link"
    try:
        return sha256_of(path)
    except FileNotFoundError:
        return "missing"
    except OSError:
        return "cannot be read"


def _said(found: str, kind: str = "") -> str:
    return f"{kind}{found if found in _TROUBLE else 'changed'}"
