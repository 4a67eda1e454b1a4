"""When is a page still up to date? The parts it depends on, each with its fingerprint.

A page is a pure function of its notebook, its parameters, the helper code, the libraries, the
workspace's declaration, and the tables and plan files it read (DESIGN 7). The parts are kept by
name, so that a page that must run again can say because of what.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from helpers.paths import PACKAGE, WorkspacePaths

Parts = dict[str, str]

_CODE = (".py", ".yml", ".mplstyle")
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


def sha_of(content: bytes) -> str:
    """Give a short name for bytes."""
    return hashlib.sha256(content).hexdigest()[:20]


def fixed_parts(notebook: Path, parameters: Mapping[str, Any], paths: WorkspacePaths) -> Parts:
    """Fingerprint everything a page depends on before it reads data.

    The folder of the workspace is left out of the parameters: a copy elsewhere is as good.
    """
    asked = {name: value for name, value in parameters.items() if name != "workspace"}
    return {
        "notebook": sha_of(notebook.read_bytes()),
        "columns.yml": _file(notebook.parents[1] / "columns.yml"),
        "parameters": sha_of(json.dumps(asked, sort_keys=True, default=str).encode()),
        "helper code": helper_code(),
        "libraries": _libraries(),
        "workspace.yml": _file(paths.declaration),
    }


def file_parts(names: Iterable[str], paths: WorkspacePaths) -> Parts:
    """Fingerprint files of the workspace by their path in it; a folder counts what it holds."""
    return {f"file {name}": _file(paths.root / name) for name in sorted(names)}


def reasons(recorded: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Name the parts that differ."""
    names = dict.fromkeys([*now, *recorded])
    return [f"{name} changed" for name in names if recorded.get(name) != now.get(name)]


def _file(path: Path) -> str:
    if path.is_dir():
        held = sorted(one for one in path.rglob("*") if one.is_file())
        names = (f"{one.relative_to(path).as_posix()}={_file(one)}" for one in held)
        return sha_of("\n".join(names).encode())
    return sha_of(path.read_bytes()) if path.is_file() else "absent"


@cache
def helper_code() -> str:
    """Fingerprint the whole package: which of it a page calls is not worth guessing."""
    files = sorted(one for one in PACKAGE.rglob("*") if one.suffix in _CODE and one.is_file())
    names = (f"{one.relative_to(PACKAGE).as_posix()}={sha_of(one.read_bytes())}" for one in files)
    return sha_of("\n".join(names).encode())


@cache
def library_versions() -> dict[str, str]:
    """Say which version of each library that a page may draw on is installed."""
    return {name: _version(name) for name in _LIBRARIES}


@cache
def _libraries() -> str:
    known = (f"{name}={number}" for name, number in library_versions().items())
    return sha_of("\n".join((platform.python_version(), *known)).encode())


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"
