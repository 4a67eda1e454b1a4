"""The strict front: a notebook's parameters are read and checked before a kernel starts.

papermill takes a misspelt parameter with exit code 0 and publishes the default's numbers. Here
the parameters cell is the declaration: every line is ``name: type = default  # what it means``,
and nothing may be asked that does not stand there.
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import NoneType
from typing import Any, Literal, Union

from pydantic import TypeAdapter, ValidationError

from helpers.reviews.preparing import Notebook, cells_tagged, read_notebook, source_of
from helpers.vocabulary.faults import DeclarationFaulty, Fault

#: What the run itself decides; nobody sets these for a single page.
GIVEN_BY_THE_RUN = ("period", "language", "workspace")
_PLAIN: dict[str, Any] = {"str": str, "int": int, "float": float, "bool": bool}


@dataclass(frozen=True)
class Parameter:
    """One line of a parameters cell."""

    name: str
    annotation: str
    kind: Any  # the type that the annotation means
    default: Any
    comment: str

    def refusal(self, value: object) -> str | None:
        """Say why ``value`` cannot be taken, or nothing if it can."""
        return _refusal(value, self.kind, self.annotation)

    def read(self, text: str) -> Any:
        """Read a value as typed on a command line; text that fits nothing stays text."""
        for read in (_as_is, _as_literal):
            value = read(text)
            if self.refusal(value) is None:
                return value
        return text


def read_parameters(path: Path) -> tuple[Parameter, ...]:
    """Read what a notebook lets one ask.

    Raises:
        DeclarationFaulty: The notebook has no single parameters cell, or lines of it are not
            ``name: type = default  # meaning``; all such lines are named.
    """
    return parameters_of(read_notebook(path), str(path))


def parameters_of(notebook: Notebook, where: str) -> tuple[Parameter, ...]:
    """Read the parameters of an open notebook; see :func:`read_parameters`."""
    cells = [cell for cell in cells_tagged(notebook, "parameters") if cell["cell_type"] == "code"]
    if len(cells) != 1:
        raise DeclarationFaulty(
            Fault(where, f"{len(cells)} code cells have the tag 'parameters'", "tag exactly one")
        )
    source = source_of(cells[0])
    try:
        tree = ast.parse(source)
    except SyntaxError as trouble:
        raise DeclarationFaulty(
            Fault(f"{where}, parameters, line {trouble.lineno}", "is no Python", "correct it")
        ) from None
    comments = _comments(source)
    found: list[Parameter] = []
    faults: list[Fault] = []
    for line in tree.body:
        place = f"{where}, parameters, line {line.lineno}"
        parameter = _read_line(line, comments.get(line.end_lineno or line.lineno, ""))
        if isinstance(parameter, str):
            faults.append(Fault(place, parameter, "write: name: type = default  # meaning"))
        elif wrong := parameter.refusal(parameter.default):
            faults.append(Fault(place, f"the default of {parameter.name}: {wrong}", "correct it"))
        else:
            found.append(parameter)
    if faults:
        raise DeclarationFaulty(faults)
    return tuple(found)


def refusals(
    asked: Mapping[str, object], known: tuple[Parameter, ...], where: str
) -> Iterator[Fault]:
    """Name everything asked that the notebook does not know or cannot take."""
    by_name = {one.name: one for one in known if one.name not in GIVEN_BY_THE_RUN}
    allowed = ", ".join(f"{one.name}: {one.annotation}" for one in by_name.values())
    for name, value in asked.items():
        if name in GIVEN_BY_THE_RUN:
            yield Fault(f"{where}: {name}", "is decided by the run", f"use --{_flag(name)}")
        elif name not in by_name:
            way_out = f"allowed: {allowed}" if allowed else "this page takes none"
            yield Fault(f"{where}: {name}", "is no parameter of this page", way_out)
        elif wrong := by_name[name].refusal(value):
            yield Fault(f"{where}: {name}", wrong, f"means: {by_name[name].comment}")


def _flag(name: str) -> str:
    return {"language": "lang"}.get(name, name)


def _read_line(line: ast.stmt, comment: str) -> Parameter | str:
    """Read one line, or say what is wrong with it."""
    if not (isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name)):
        return "is no typed parameter"
    name = line.target.id
    if line.value is None:
        return f"{name} has no default"
    try:
        default = ast.literal_eval(line.value)
        kind = _type_of(line.annotation)
    except ValueError as trouble:
        return (
            f"{name}: {trouble}" if "type" in str(trouble) else f"{name}: default is no plain value"
        )
    if not comment:
        return f"{name} has no comment that says what it means"
    return Parameter(name, ast.unparse(line.annotation), kind, default, comment)


def _type_of(node: ast.expr) -> Any:
    """Read an annotation in a closed grammar; nothing is evaluated."""
    match node:
        case ast.Name(id=name) if name in _PLAIN:
            return _PLAIN[name]
        case ast.Constant(value=None):
            return NoneType
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return Union[_type_of(left), _type_of(right)]  # noqa: UP007 - built, not written
        case ast.Subscript(value=ast.Name(id="Literal"), slice=choices):
            chosen = ast.literal_eval(choices)
            return Literal[chosen if isinstance(chosen, tuple) else (chosen,)]
    known = ", ".join(_PLAIN)
    raise ValueError(
        f"{ast.unparse(node)!r} is no known type; known: {known}, Literal[...], | None"
    )


def _refusal(value: object, kind: Any, annotation: str) -> str | None:
    try:
        TypeAdapter(kind).validate_python(value, strict=True)
    except ValidationError:
        return f"{value!r} is no {annotation}"
    return None


def _as_is(text: str) -> object:
    return text


def _as_literal(text: str) -> object:
    try:
        return ast.literal_eval(text.strip().capitalize() if text.strip() in _BOOLEANS else text)
    except (ValueError, SyntaxError):
        return text


_BOOLEANS = ("true", "false", "none")


def _comments(source: str) -> dict[int, str]:
    """Map line numbers to the comment that ends them."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {
        token.start[0]: token.string.lstrip("# ").strip()
        for token in tokens
        if token.type == tokenize.COMMENT
    }
