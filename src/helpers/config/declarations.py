"""Read YAML strictly: repeated keys are refused, and every fault names file and key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from helpers.config import secrets
from helpers.vocabulary.faults import DeclarationFaulty, Fault

#: What an address says of user and password is not told on; where it names no user, it may be
#: one whole token.
_ADDRESSES = re.compile(r"://(?:[^\s'\"]*(?=@)|[^\s'\"]*)")

Model = TypeVar("Model", bound=BaseModel)


# libyaml where the platform's wheel holds it: the catalogue is read eight times as fast.
_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _StrictLoader(_Loader):  # type: ignore[valid-type,misc]
    """YAML keeps the last of two equal keys in silence; here the second one is a fault."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"{key!r} stands twice", problem_mark=key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


# `2025-10` and `1:30` must stay text, and dates become dates only where a model asks for one.
_StrictLoader.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in rules if tag != "tag:yaml.org,2002:timestamp"]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_yaml(path: Path) -> Any:
    """Read one YAML file.

    Raises:
        DeclarationFaulty: The file is missing, unreadable, no UTF-8, or no sound YAML; names the
            line.
    """
    return yaml_of(read_text(path), str(path))


def read_text(path: Path) -> str:
    """Read a file that a person wrote.

    Raises:
        DeclarationFaulty: The file is missing or no UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise DeclarationFaulty(Fault(str(path), "no such file", "create it")) from None
    except OSError as trouble:
        fault = Fault(
            str(path), f"cannot be read ({trouble.strerror})", "check what it is, and its rights"
        )
        raise DeclarationFaulty(fault) from None
    except UnicodeDecodeError:
        raise DeclarationFaulty(Fault(str(path), "is not UTF-8", "save it as UTF-8")) from None


def yaml_of(text: str, where: str, lines_above: int = 0) -> Any:
    """Read YAML; ``lines_above`` says where in its file the text begins.

    Raises:
        DeclarationFaulty: It is no sound YAML; names the line.
    """
    try:
        return yaml.load(text, Loader=_StrictLoader)
    except yaml.MarkedYAMLError as trouble:
        line = trouble.problem_mark.line + 1 + lines_above if trouble.problem_mark else "?"
        fault = Fault(f"{where}, line {line}", str(trouble.problem), "correct the line")
        raise DeclarationFaulty(fault) from None


def read_declaration(path: Path, model: type[Model]) -> Model:
    """Read one YAML file as ``model``.

    Raises:
        DeclarationFaulty: Carries one fault for every key that is missing, unknown or wrong.
    """
    return declare(read_yaml(path), model, str(path))


def declare(content: Any, model: type[Model], where: str) -> Model:
    """Check already-read content against ``model``; ``where`` names it in the faults."""
    try:
        return model.model_validate(content)
    except ValidationError as trouble:
        errors = trouble.errors()
    # Raised out here: what pydantic keeps of its error would live as long as ours, with all that
    # stood in the declaration, and the garbage collector cannot see into it.
    # A list with one faulty item is also "too short": the item's own fault is the useful one.
    places = [error["loc"] for error in errors]
    inner = [
        error
        for error in errors
        if not any(one[: len(error["loc"])] == error["loc"] != one for one in places)
    ]
    raise DeclarationFaulty(_as_fault(where, error) for error in inner)


#: The library's own words name its types; these are for somebody who writes YAML.
_SAID = {
    "model_type": "needs keys of its own below it, one a line",
    "dict_type": "needs keys of its own below it, one a line",
    "tuple_type": "needs a list, one entry a line after a dash",
    "list_type": "needs a list, one entry a line after a dash",
    "string_type": "needs a text",
    "bool_type": "needs true or false",
    "bool_parsing": "needs true or false",
    "int_parsing": "needs a whole number",
    "too_short": "holds too few, at least {min_length} is needed",
}


def _as_fault(where: str, error: Any) -> Fault:
    key = ".".join(str(part) for part in error["loc"]) or "top level"
    match error["type"]:
        case "extra_forbidden":
            return Fault(f"{where}: {key}", "is no known key", "remove it or correct its spelling")
        case "missing":
            return Fault(f"{where}: {key}", "is missing", "add it")
        case secrets.IN_CLEAR:
            return Fault(f"{where}: {key}", error["msg"], secrets.WAY_OUT)
        case _:
            said = _SAID.get(error["type"])
            message = said.format(**error.get("ctx", {})) if said else error["msg"]
            message = message.removeprefix("Value error, ")
            if isinstance(error["input"], Mapping):
                # A fault of the whole: to quote it would quote every secret in it.
                return Fault(f"{where}: {key}", message, "correct it")
            found = _ADDRESSES.sub("://…", repr(error["input"]))
            return Fault(f"{where}: {key}", message, f"found {found}")
