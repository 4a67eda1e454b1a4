"""The manifest of an edition: what it was made from, and the sha256 of every file it holds.

``rN/manifest.json`` lies inside the edition, so a second place must know it: its own sha256 is
sealed beside the edition's folder (see ``seals``). Everything but ``made_at`` and ``code`` is
the same for the same inputs, byte by byte.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from helpers.config.files_read import sha256_of, sha_of
from helpers.paths import PACKAGE, ROOT
from helpers.publish.content import PageBuilt
from helpers.publish.editions import Edition
from helpers.publish.seals import MANIFEST
from helpers.reviews.keys import helper_code, libraries
from helpers.vocabulary.labels import Declared, Language

#: Raised when a field of the manifest changes its meaning.
MANIFEST_FORMAT = 1
_GIT_SECONDS = 20
#: What a run's record says of a file that was not there.
ABSENT = "absent"


class MadeFrom(Declared):
    """What the pages of an edition were made from, as their runs recorded it."""

    #: Page id, then language, then the parameters it ran with (without the workspace's folder).
    parameters: dict[str, dict[str, dict[str, Any]]] = Field(default_factory=dict)
    #: Table, then partition (empty where the whole table was read), then fingerprint.
    data: dict[str, dict[str, str]] = Field(default_factory=dict)
    #: Files of the workspace (plan, commentary) with their sha256.
    plan: dict[str, str] = Field(default_factory=dict)


class Code(Declared):
    """Which program made the edition."""

    #: None where the program does not run from a checkout, or git is not there.
    commit: str | None = None
    #: Did the checkout hold changes that were not committed?
    dirty: bool | None = None
    #: Fingerprint of the package's own files.
    helpers: str = ""


class Manifest(Declared):
    """What ``manifest.json`` holds."""

    format: int
    edition: dict[str, Any]
    parameters: dict[str, dict[str, dict[str, Any]]]
    data: dict[str, dict[str, str]]
    plan: dict[str, str]
    code: Code
    versions: dict[str, str]
    made_at: datetime
    #: Path below the edition's folder, and sha256: every file but the manifest.
    files: dict[str, str]
    #: Name below ``site/_assets``, and sha256: what the pages load and other editions may share.
    assets: dict[str, str]


def write_manifest(
    folder: Path,
    edition: Edition,
    made_from: MadeFrom,
    assets: Iterable[Path],
    now: datetime | None = None,
) -> None:
    """Write the manifest of a finished edition; nothing may be added to its folder afterwards.

    Args:
        folder: Where the edition lies, complete.
        edition: Its record.
        made_from: What its pages read.
        assets: The shared files that its pages load.
        now: When it was made.
    """
    manifest = Manifest(
        format=MANIFEST_FORMAT,
        edition={
            "review": edition.review,
            "period": edition.period,
            "number": edition.number,
            "status": edition.status,
        },
        **made_from.model_dump(),
        code=code_state(),
        versions={name.removeprefix("library "): one for name, one in libraries().items()}
        | {"helpers": version("cross-border-operations-review")},
        made_at=(now or datetime.now(UTC)).replace(microsecond=0),
        files={name: sha256_of(folder / name) for name in files_in(folder) if name != MANIFEST},
        assets={one.name: sha256_of(one) for one in assets},
    )
    text = json.dumps(manifest.model_dump(mode="json"), ensure_ascii=False, indent=1,
                      sort_keys=True)  # fmt: skip
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> Manifest | None:
    """Read the manifest of an edition; None where there is none that can be understood."""
    try:
        return Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except (OSError, ValidationError):
        return None


def files_in(folder: Path) -> list[str]:
    """List the files below a folder, links included, by their path in it."""
    return sorted(
        one.relative_to(folder).as_posix()
        for one in folder.rglob("*")
        if one.is_symlink() or not one.is_dir()
    )


# -- the program ---------------------------------------------------------------------------------


def code_state() -> Code:
    """Say which program is running: the checkout's commit, whether it was changed, the package."""
    commit = dirty = None
    if PACKAGE.parents[1] == ROOT and (ROOT / ".git").exists() and shutil.which("git"):
        commit = _git("rev-parse", "HEAD")
        changed = _git("status", "--porcelain")
        dirty = bool(changed) if changed is not None else None
    return Code(
        commit=commit,
        dirty=dirty,
        helpers=sha_of(json.dumps(helper_code(), sort_keys=True).encode()),
    )


def _git(*asked: str) -> str | None:
    try:
        said = subprocess.run(
            ["git", "-C", str(ROOT), *asked],
            capture_output=True,
            text=True,
            timeout=_GIT_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return said.stdout.strip()


def made_from(pages: Mapping[Language, Sequence[PageBuilt]], root: Path) -> MadeFrom:
    """Gather what the runs of an edition's pages wrote down beside them.

    A page that stands in for one that failed has no run of its own and brings nothing.

    Args:
        pages: The pages of the edition; beside each lies its run's record.
        root: The workspace's folder, for the whole sha256 of files that are still as they were.
    """
    parameters: dict[str, dict[str, dict[str, Any]]] = {}
    data: dict[str, dict[str, str]] = {}
    files: dict[str, str] = {}
    for language, built in pages.items():
        for page in built:
            record = _record_of(page.notebook)
            parameters.setdefault(page.id, {})[language] = record.get("parameters", {})
            reads = record.get("reads", {})
            for table, partitions in reads.get("tables", {}).items():
                data.setdefault(table, {}).update(partitions)
            for year, held in reads.get("plans", {}).items():
                files.update({f"plan/{year}/{name}": sha for name, sha in held.items()})
            files.update(reads.get("files", {}))
            comment = record.get("parts", {}).get("commentary", ABSENT)
            if comment != ABSENT:
                files[f"commentary of {page.id}"] = comment
    files = {name: _whole(root / name, sha) for name, sha in files.items()}
    return MadeFrom(parameters=parameters, data=data, plan=files)


def _record_of(notebook: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(notebook.with_suffix(".json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def _whole(path: Path, recorded: str) -> str:
    """Give the whole sha256 of a file whose run recorded the beginning of it."""
    if path.is_file() and (whole := sha256_of(path)).startswith(recorded):
        return whole
    return recorded
