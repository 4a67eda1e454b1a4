"""Rooms look only down: the floor plan of ``helpers/__init__.py``, held by a test."""

import ast
from pathlib import Path

import pytest

from helpers.paths import PACKAGE

FLOORS = [
    {"vocabulary"},
    {"paths"},
    {"config"},
    {"sources"},
    {"tables"},
    {"metrics"},
    {"analysis", "charts"},
    {"plan"},
    {"reviews"},
    {"publish"},
    {"cli"},
]
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
GROUND = {"vocabulary", "paths", "config"}
FILES = sorted(PACKAGE.rglob("*.py"))


def room_of(file: Path) -> str:
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


def rooms_imported_by(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names = [node.module]
            if node.module == "helpers":
                names = [f"helpers.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        found |= {name.split(".")[1] for name in names if name.startswith("helpers.")}
    return found


def test_there_is_something_to_test():
    assert {room_of(file) for file in FILES} - {"__init__"} == {*FLOOR, "demo"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_room_imports_only_lower_floors(file):
    room = room_of(file)
    if room == "__init__":
        assert rooms_imported_by(file) == set()
        return
    others = rooms_imported_by(file) - {room}
    if room == "demo":
        assert others <= GROUND, "the demo has no private door"
        return
    for other in others:
        if other == "demo":
            assert room == "cli", f"{room} must not know the demo company"
        else:
            assert FLOOR[other] < FLOOR[room], f"{room} must not import {other}"


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_names_say_what_is_inside(file):
    banned = {"utils", "misc", "common", "helper", "base", "tmp", "new", "final", "v2"}
    assert not banned & set(file.stem.split("_"))
    assert ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))), "a room says what it is"
