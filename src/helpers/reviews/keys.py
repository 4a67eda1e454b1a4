"""When is a page still up to date? The parts it depends on, each with its fingerprint.

A page is a pure function of its notebook, its parameters, the helper code, the libraries, what of
the workspace's declaration a page can see, and the parts of tables and the files that it read
(DESIGN 7). The parts are kept by name, so that a page that must run again can say because of what.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from helpers.config.files_read import fingerprint_of, sha_of
from helpers.config.workspace import Workspace
from helpers.metrics.figures import NO_FIGURE
from helpers.paths import PACKAGE

Parts = dict[str, str]

_CODE = (".py", ".yml", ".mplstyle")
#: What of the declaration says how pages come about and where they go, and never what they show.
_UNSEEN = {"languages", *NO_FIGURE}
_LIBRARIES = (
    "babel",
    "duckdb",
    "ibis-framework",
    "matplotlib",
    "nbclient",
    "numpy",
    "pandas",
    "papermill",
    "pydantic",
    "scipy",
    "seaborn",
    "statsmodels",
    "zhplot",
)


def fixed_parts(
    notebook: Path, parameters: Mapping[str, Any], workspace: Workspace, words: Mapping[str, str]
) -> Parts:
    """Fingerprint everything a page depends on before it reads data.

    The folder of the workspace is left out of the parameters: a copy elsewhere is as good.

    Args:
        notebook: What the analyst wrote.
        parameters: What it runs with.
        workspace: The company.
        words: What may be filled in for the names that its text holds in braces.
    """
    asked = {name: value for name, value in parameters.items() if name != "workspace"}
    source = notebook.read_bytes()
    filled = {name: word for name, word in words.items() if f"{{{name}}}".encode() in source}
    return {
        "notebook": sha_of(source),
        "words filled in": _of(filled),
        "columns.yml": fingerprint_of(notebook.parents[1] / "columns.yml"),
        "parameters": _of(asked),
        "workspace.yml": _of(workspace.model_dump(mode="json", exclude=_UNSEEN)),
        **helper_code(),
        **libraries(),
    }


def reasons(recorded: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Name the parts that differ."""
    names = dict.fromkeys([*now, *recorded])
    return [f"{name} changed" for name in names if recorded.get(name) != now.get(name)]


def _of(told: Any) -> str:
    return sha_of(json.dumps(told, sort_keys=True, default=str).encode())


@cache
def helper_code() -> Parts:
    """Fingerprint the whole package, room by room: what a page calls is not worth guessing."""
    rooms: dict[str, list[str]] = {}
    for file in sorted(one for one in PACKAGE.rglob("*") if one.suffix in _CODE):
        below = file.relative_to(PACKAGE)
        rooms.setdefault(below.parts[0], []).append(
            f"{below.as_posix()}={sha_of(file.read_bytes())}"
        )
    return {f"code of {room}": sha_of("\n".join(told).encode()) for room, told in rooms.items()}


@cache
def libraries() -> Parts:
    """Name the versions of what a page is drawn and computed with."""
    return {
        "library python": platform.python_version(),
        **{f"library {name}": _version(name) for name in _LIBRARIES},
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"
