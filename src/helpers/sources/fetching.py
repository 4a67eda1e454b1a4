"""Inboxes elsewhere: a shared folder, a bucket. Their files are copied and then read as usual.

``workspace.yml`` lists them as fsspec addresses (``s3://bucket/prefix``, ``/mnt/share/exports``).
What lies there is never changed. A copy is made again only when size, time or mark of the file
have changed, and it lies below the workspace with the same ``<store>/<period>/`` as there. Names
from elsewhere are not trusted: none of them leads out of the copies' folder.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from helpers.paths import WorkspacePaths
from helpers.vocabulary.faults import DataRefused, Fault

#: What one inbox may hold; an address one folder too high should not fill the disk.
MOST_FILES = 50_000
MOST_BYTES = 4 << 30
MOST_BYTES_TOGETHER = 100 << 30
_LONGEST_NAME = 200
_LONGEST_PATH = 600
_CHUNK = 1 << 20
_VARIABLE = re.compile(r"[$][{](\w+)[}]")
_SYSTEM_FILES = {"thumbs.db", "desktop.ini"}
_LEDGER = "fetched.json"
#: What kinds of inbox need besides fsspec itself.
_PACKAGES: Mapping[str, str] = {
    "s3": "s3fs", "s3a": "s3fs", "gs": "gcsfs", "gcs": "gcsfs", "az": "adlfs", "abfs": "adlfs",
    "abfss": "adlfs", "oss": "ossfs", "sftp": "paramiko", "ssh": "paramiko", "smb": "smbprotocol",
    "http": "aiohttp", "https": "aiohttp", "webdav": "webdav4", "dropbox": "dropboxdrivefs",
}  # fmt: skip


@dataclass
class Fetched:
    """What an inbox elsewhere held."""

    #: The inbox, without what nobody needs to see.
    shown: str
    #: Where the copies lie.
    folder: Path
    #: Paths below it, as below the inbox.
    inside: list[str] = field(default_factory=list)
    #: Path there -> why it was left there.
    left: dict[str, str] = field(default_factory=dict)


def fetch(address: str, paths: WorkspacePaths) -> Fetched:
    """Copy what is new in an inbox elsewhere.

    Args:
        address: As in ``workspace.yml``; ``${NAME}`` is read from the environment.
        paths: The copies go below the workspace, for its owner's eyes only.

    Raises:
        DataRefused: The driver is missing, or the inbox cannot be reached, or holds too much.
            Copies made before stay, but are not read: nobody knows whether they still hold.
    """
    shown = shown_address(address)
    try:
        return _fetch(address, shown, paths)
    except (ImportError, ValueError) as trouble:
        raise DataRefused(_missing(address, shown, trouble)) from None
    except DataRefused:
        raise
    except Exception as trouble:  # noqa: BLE001 - every store has errors of its own
        said = _without_secrets(f"{type(trouble).__name__}: {trouble}", address)
        raise DataRefused(
            Fault(shown, f"cannot be reached ({said})", "check address, network and rights")
        ) from None


def shown_address(address: str) -> str:
    """Write an address without user, password and options.

    >>> shown_address("sftp://ann:secret@server/exports?x=1")
    'sftp://server/exports'
    """
    bare = re.sub(r"://[^/]*@", "://", address)
    return bare.partition("?")[0].rstrip("/") if "://" in bare else bare.rstrip("/") or bare


def _fetch(address: str, shown: str, paths: WorkspacePaths) -> Fetched:
    import fsspec

    missing = [one for one in _VARIABLE.findall(address) if one not in os.environ]
    if missing:
        raise DataRefused(
            Fault(shown, f"environment variable {one} is not set", "set it") for one in missing
        )
    written = _VARIABLE.sub(lambda found: os.environ[found[1]], address)
    if "://" not in written:
        written = str(paths.root / written)
    store, root = fsspec.url_to_fs(written)
    if not store.isdir(root):
        raise DataRefused(Fault(shown, "is no folder", "check the address"))
    # Listings kept from before would hide what came since.
    store.invalidate_cache()
    mark = hashlib.sha256(shown.encode()).hexdigest()[:16]
    home = paths.fetched / mark
    folder = home / "files"
    folder.mkdir(parents=True, exist_ok=True)
    for private in (paths.fetched, home, folder):
        private.chmod(0o700)
    done = Fetched(shown, folder)
    known = _ledger(home)
    new: dict[str, list[Any]] = {}
    listed = store.find(root, detail=True)
    if len(listed) > MOST_FILES:
        raise DataRefused(
            Fault(shown, f"holds {len(listed):,} files", f"at most {MOST_FILES:,}; name a folder")
        )
    together = 0
    for there, about in sorted(listed.items()):
        inside = _inside(there, root)
        if reason := _unsound(inside, about):
            done.left[_printable(inside)] = reason
            continue
        together += int(about.get("size") or 0)
        if together > MOST_BYTES_TOGETHER:
            raise DataRefused(
                Fault(shown, f"holds more than {MOST_BYTES_TOGETHER >> 30} GiB", "name a folder")
            )
        looks = _looks(about)
        copy = folder / inside
        if not (looks and known.get(inside) == looks and copy.is_file()):
            try:
                _copy(store, there, copy, folder)
            except _TooLarge:
                done.left[inside] = f"is larger than {MOST_BYTES >> 30} GiB"
                continue
            except (FileExistsError, NotADirectoryError, IsADirectoryError):
                done.left[inside] = "is a file there and a folder at once"
                continue
        new[inside] = looks
        done.inside.append(inside)
    _forget(folder, set(new))
    _remember(home, new)
    return done


class _TooLarge(Exception):  # noqa: N818 - told as a reason, never raised further
    """A file turned out larger than it was listed."""


def _inside(there: str, root: str) -> str:
    """Give the path below the inbox, as the store spells it."""
    # Memory and some object stores differ in whether paths begin with a slash.
    bare, top = there.lstrip("/"), root.strip("/")
    if not top:
        return bare
    return bare[len(top) :].removeprefix("/") if bare.startswith(f"{top}/") else f"../{bare}"


def _unsound(inside: str, about: Mapping[str, Any]) -> str:
    """Say why a name cannot be one below the folder of copies, ``""`` if it can."""
    parts = inside.split("/")
    if any(ord(sign) < 32 or ord(sign) == 127 for sign in inside) or "\\" in inside:
        return "has signs in its name that no file should have"
    if any(part in ("", ".", "..") for part in parts) or re.match(r"[A-Za-z]:", inside):
        return "has a name that leads elsewhere"
    if max(len(part.encode()) for part in parts) > _LONGEST_NAME:
        return "has too long a name"
    if len(inside.encode()) > _LONGEST_PATH:
        return "lies too deep"
    if any(part.startswith((".", "~$")) for part in parts) or parts[-1].lower() in _SYSTEM_FILES:
        return "hidden"
    if int(about.get("size") or 0) > MOST_BYTES:
        return f"is larger than {MOST_BYTES >> 30} GiB"
    return ""


def _looks(about: Mapping[str, Any]) -> list[Any]:
    """Give what changes when the file does; nothing where the store tells nothing."""
    marks = ("ETag", "etag", "md5", "md5Hash", "mtime", "LastModified", "last_modified", "updated",
             "created")  # fmt: skip
    told = [str(about[mark]) for mark in marks if about.get(mark)]
    return [about.get("size"), *told] if told else []


def _copy(store: Any, there: str, copy: Path, folder: Path) -> None:
    """Copy one file so that a killed process leaves the old copy, or none, and never a part."""
    copy.parent.mkdir(parents=True, exist_ok=True)
    if not copy.parent.resolve().is_relative_to(folder.resolve()):
        raise FileExistsError(str(copy))
    draft = folder.parent / "draft"
    draft.unlink(missing_ok=True)
    size = 0
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file, store.open(there, "rb") as source:
            while chunk := source.read(_CHUNK):
                size += len(chunk)
                if size > MOST_BYTES:
                    raise _TooLarge
                file.write(chunk)
        draft.replace(copy)
    finally:
        draft.unlink(missing_ok=True)


def _forget(folder: Path, kept: set[str]) -> None:
    """Remove copies of what is not there any more; what was taken in of them stays."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            with suppress(OSError):
                path.rmdir()  # only if it is empty
        elif path.relative_to(folder).as_posix() not in kept:
            path.unlink(missing_ok=True)


def _ledger(home: Path) -> dict[str, list[Any]]:
    """Recall what the copies looked like there; the memory may be lost at any time."""
    with suppress(OSError, ValueError, TypeError):
        return dict(json.loads((home / _LEDGER).read_text(encoding="utf-8")))
    return {}


def _remember(home: Path, looks: Mapping[str, list[Any]]) -> None:
    draft = home / f".{_LEDGER}"
    draft.write_text(json.dumps(looks, ensure_ascii=False, indent=0), encoding="utf-8")
    draft.replace(home / _LEDGER)


def _missing(address: str, shown: str, trouble: Exception) -> Fault:
    """Say which driver an address needs."""
    scheme = address.partition("://")[0] if "://" in address else ""
    if scheme in _PACKAGES:
        package = _PACKAGES[scheme]
        return Fault(shown, f"needs the driver {package}", f"pip install {package}")
    said = _without_secrets(str(trouble), address)
    return Fault(shown, f"is no address that can be read ({said})", "write s3://bucket/folder or a"
                 " path")  # fmt: skip


def _without_secrets(said: str, address: str) -> str:
    """Take out of a driver's words what the address says of user, password and options."""
    written = _VARIABLE.sub(lambda found: os.environ.get(found[1], ""), address)
    secrets = [os.environ[one] for one in _VARIABLE.findall(address) if os.environ.get(one)]
    if found := re.search(r"://([^/@]*(?:@[^/@]*)*)@", written):
        secrets += [found[1], *found[1].split(":", 1)]
    secrets += written.partition("?")[2].split("&")
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        said = said.replace(secret, "…")
    return " ".join(said.split())[:200]


def _printable(name: str) -> str:
    return "".join(sign if sign.isprintable() else "�" for sign in name)[:120]
