"""A publication with nothing to do: known by a look at the files, before anything is imported.

After a publication in which all went well a small record is kept: the marks (size, times, inode)
of every file that it depended on, and what it said. As long as all marks are the same, the same
command says the same again, and nothing needs to be opened. Whatever differs, or could have
changed without showing, takes the long way, which decides by content and keeps a new record:

- data that no mark can vouch for (databases, inboxes elsewhere), and publications that had a
  failure or send the site somewhere, leave no record at all;
- what other publications do beside it (a portal, another month) changes nothing for this one, as
  long as readers are led to all that the site holds;
- a file that was saved in the moments before the look may be saved again in the same tick of the
  clock, so a publication that follows so closely leaves none either.

Only the standard library is used here: this is all that cron's hourly call imports.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers.paths import BOOK, NOTEBOOKS, PACKAGE, REFERENCE, WorkspacePaths, workspace_folder
from helpers.publish.holdings import LINKS, ROLLBACKS, leads_somewhere

#: Files saved less than so long before the look are not vouched for.
SETTLED_SECONDS = 2.0
#: Folders of a workspace that publications write; what of them matters is looked at by name.
_OWN = {"warehouse", "runs", "site", "quarantine", "forecasts", ".fetched", ".git"}
_IGNORED = {"__pycache__", ".ipynb_checkpoints"}
#: The environment that a publication follows from.
_ENVIRONMENT = ("REVIEW_", "TZ", "LANG", "LC_", "PYTHONPATH", "PYTHONHASHSEED")
_FORMAT = 2
#: The table that an edition may add to while its own pages read it.
_FORECASTS = '"forecast_log"'


@dataclass(frozen=True)
class Asked:
    """What was asked, as far as the answer depends on it."""

    workspace: str | None
    review: str
    period: str
    status: str | None = None
    languages: tuple[str, ...] = ("zh", "en")

    @property
    def paths(self) -> WorkspacePaths:
        """The workspace that is meant."""
        return WorkspacePaths(workspace_folder(self.workspace))

    @property
    def record(self) -> Path:
        """Where the record of the same question lies."""
        told = json.dumps([_FORMAT, self.review, self.period, self.status, self.languages])
        name = hashlib.sha256(told.encode()).hexdigest()[:16]
        return self.paths.runs / ".standing" / f"{name}.json"


@dataclass(frozen=True)
class Look:
    """The marks of all that a publication starts from, at one moment."""

    digest: str
    #: Was nothing saved so shortly before that it may be saved again unseen?
    is_settled: bool


@dataclass(frozen=True)
class Standing:
    """What the last publication said, to be said again."""

    lines: tuple[str, ...]
    #: Fields of its entry in the journal.
    entry: Mapping[str, Any]


def look(asked: Asked) -> Look:
    """Take the marks of everything that decides what a publication would do."""
    now = time.time()
    newest = 0
    seen = hashlib.blake2b(digest_size=20)
    for line, changed in _inputs(asked.paths):
        seen.update(line.encode("utf-8", "surrogateescape"))
        newest = max(newest, changed)
    seen.update(repr(_surroundings()).encode())
    return Look(seen.hexdigest(), newest / 1e9 < now - SETTLED_SECONDS)


def standing(asked: Asked, *, led_to: bool = True) -> Standing | None:
    """Give what the last publication said, if it would say the same again.

    Args:
        asked: The question.
        led_to: Readers must be led to all that the site holds; else it is enough that the
            edition lies in its place.
    """
    try:
        told = json.loads(asked.record.read_text(encoding="utf-8"))
        if (
            told["inputs"] != look(asked).digest
            or told["made"] != _made(asked.paths, told["place"])
            or not _are_left(asked.paths, told["beside"])
            or (led_to and not leads_somewhere(asked.paths.site))
        ):
            return None
        return Standing(tuple(told["lines"]), told["entry"])
    except (OSError, ValueError, KeyError, TypeError):
        return None  # never published, or not in one piece: the long way finds out


def keep(
    asked: Asked, before: Look, place: str, lines: Sequence[str], entry: Mapping[str, Any]
) -> bool:
    """Write down that there is nothing to do as long as nothing changes.

    Args:
        asked: The question.
        before: What was looked at before the publication began to read.
        place: Review and period, ``monthly/2025-10``.
        lines: What the same command says when there is nothing to do.
        entry: What it writes into the journal then.

    Returns:
        Whether that can be told: nothing was changed while it ran or just before.
    """
    paths = asked.paths
    forget(asked)
    if not before.is_settled or look(asked).digest != before.digest:
        return False
    told = {
        "inputs": before.digest,
        "made": _made(paths, place),
        "beside": _beside(paths, place),
        "place": place,
        "lines": list(lines),
        "entry": dict(entry),
    }
    draft = asked.record.with_name(f".{asked.record.name}.{os.getpid()}")
    with suppress(OSError):  # a full disk costs the short way, no more
        draft.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
        draft.replace(asked.record)
        return True
    return False


def forget(asked: Asked) -> None:
    """Take the record away: the next publication goes the long way."""
    with suppress(OSError):
        asked.record.unlink()


# -- marks ---------------------------------------------------------------------------------------


def _inputs(paths: WorkspacePaths) -> Iterator[tuple[str, int]]:
    """Mark what people and the program bring: the workspace, notebooks, code, book."""
    if not paths.root.is_dir():
        return  # the command itself says that there is no such company
    with os.scandir(paths.root) as entries:
        listed = sorted(entries, key=lambda entry: entry.name)
    for entry in listed:
        if entry.is_dir():
            if entry.name not in _OWN:
                yield from _marks(entry.path, entry.name)
        else:
            yield _mark(entry.path, entry.name)
    for folder, name in ((NOTEBOOKS, "n"), (PACKAGE, "p"), (BOOK, "b"), (REFERENCE, "r")):
        if folder.is_dir():
            yield from _marks(str(folder), f"/{name}")


def _marks(folder: str, name: str) -> Iterator[tuple[str, int]]:
    with os.scandir(folder) as entries:
        listed = sorted(entries, key=lambda entry: entry.name)
    for entry in listed:
        inside = f"{name}/{entry.name}"
        if entry.is_dir(follow_symlinks=False):
            if entry.name not in _IGNORED:
                yield from _marks(entry.path, inside)
        else:
            yield _mark(entry.path, inside)


def marks_of(folder: Path) -> str:
    """Mark all that lies in a folder."""
    told = "".join(line for line, _ in _marks(str(folder), folder.name))
    return hashlib.blake2b(told.encode("utf-8", "surrogateescape"), digest_size=20).hexdigest()


def _mark(path: str, name: str) -> tuple[str, int]:
    """Mark one file, behind a link the file it leads to.

    The time of the last change of any kind (``ctime``) cannot be set back by whoever copies a
    file with its dates.
    """
    try:
        told = os.stat(path)  # noqa: PTH116  thousands of them, and a Path costs more than the look
    except OSError:
        return f"{name} leads nowhere\n", 0
    times = (told.st_mtime_ns, told.st_ctime_ns)
    return f"{name} {told.st_size} {times} {told.st_ino} {told.st_dev}\n", max(times)


def _surroundings() -> list[Any]:
    """Tell which Python, which libraries and which settings this process runs with."""
    found: list[Any] = [sys.version, sys.executable]
    found += sorted(f"{k}={v}" for k, v in os.environ.items() if k.startswith(_ENVIRONMENT))
    for folder in sys.path:
        if folder.endswith(("site-packages", "dist-packages")):
            # Whatever is installed or taken away changes its folder.
            with suppress(OSError):
                found.append([folder, Path(folder).stat().st_mtime_ns])
    return found


def tables_made(paths: WorkspacePaths) -> str:
    """Mark the tables and what an intake made beside them."""
    seen = hashlib.blake2b(digest_size=20)
    current = paths.warehouse / "CURRENT"
    generation = current.read_text(encoding="utf-8").split()[0]
    tables = paths.warehouse / "tables" / generation
    for path in (current, tables / "manifest.json"):
        seen.update(_mark(str(path), path.as_posix())[0].encode())
    for folder in (tables, paths.quarantine):
        if folder.is_dir():
            seen.update("".join(line for line, _ in _marks(str(folder), folder.name)).encode())
    with os.scandir(paths.warehouse / "batches") as batches:
        seen.update(repr(sorted(entry.name for entry in batches)).encode())
    return seen.hexdigest()


def _made(paths: WorkspacePaths, place: str) -> str:
    """Mark what a publication has made and the next one starts from; it may be deleted."""
    seen = hashlib.blake2b(tables_made(paths).encode(), digest_size=20)
    if (paths.runs / place).is_dir():
        seen.update("".join(line for line, _ in _marks(str(paths.runs / place), "run")).encode())
    named = []
    # The links of a period change with the period after it, and say nothing of this one.
    for edition in sorted((paths.site / place).iterdir()):
        if edition.is_dir():
            named += [edition / "edition.json", edition / "manifest.json", edition / "pruned.json"]
        elif edition.name != LINKS:
            named.append(edition)
    decided = paths.site / ROLLBACKS
    for path in (*named, decided):
        seen.update(_mark(str(path), path.as_posix())[0].encode())
    notices = paths.runs / "notices.json"
    if notices.is_file() and '"pending"' in notices.read_text(encoding="utf-8"):
        raise ValueError("a notice waits to be sent")
    return seen.hexdigest()


def _beside(paths: WorkspacePaths, place: str) -> dict[str, Any]:
    """List what other publications add to, and none takes from: forecasts, shared assets."""
    forecasts = _marked(paths.forecasts)
    reads = any(
        _FORECASTS in one.read_text(encoding="utf-8")
        for one in (paths.runs / place).rglob("*.json")
    )
    assets = paths.site / "_assets"
    return {
        "forecasts": forecasts,
        "reads": reads,
        "assets": sorted(one.name for one in assets.iterdir()) if assets.is_dir() else [],
    }


def _are_left(paths: WorkspacePaths, before: Mapping[str, Any]) -> bool:
    """Tell whether all that lay beside a publication is still there."""
    forecasts, told = set(_marked(paths.forecasts)), set(before["forecasts"])
    if not told <= forecasts or (before["reads"] and told != forecasts):
        return False
    return not before["assets"] or set(before["assets"]) <= set(
        os.listdir(paths.site / "_assets")  # noqa: PTH208  as cheap as the rest
    )


def _marked(folder: Path) -> list[str]:
    if not folder.is_dir():
        return []
    return [line for line, _ in _marks(str(folder), folder.name)]
