"""What arrived whole at a target, as it is written down there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from helpers.publish.holdings import INDEX, PORTAL, YEARS
from helpers.publish.targets.place import Place
from helpers.vocabulary.faults import Fault, WorkFailed

HOLDS = "holds.json"
#: Folders of numbered books.
BOOKS = (PORTAL, YEARS)


@dataclass(frozen=True)
class Arrived:
    """What arrived at a target before.

    ``holds.json`` names the sha256 of one file for each year, of which only those are opened that
    differ from what should be there.
    """

    marks: Mapping[str, str]
    #: Shard -> the sha256 of its file.
    shards: Mapping[str, str]

    @classmethod
    def at(cls, place: Place, wanted: Mapping[str, str]) -> Arrived:
        """Read it.

        Raises:
            WorkFailed: Something else lies there.
        """
        content = place.read(HOLDS)
        if content is None:
            if place.read(INDEX) is not None:
                what = f"holds an {INDEX} that did not come from here"
                raise WorkFailed(Fault(place.shown, what, "name an empty place"))
            return cls({}, {})
        told = _plain(content)
        shards = told.get("shards")
        if not isinstance(shards, Mapping):  # of an earlier version, which kept all in one
            return cls({str(name): str(mark) for name, mark in told.items()}, {})
        expected = _sharded(wanted)
        found: dict[str, str] = {}
        for shard, sha in shards.items():
            marks: Mapping[str, Any] = expected.get(shard, {})
            if hashlib.sha256(_written(marks)).hexdigest() != sha:
                marks = _plain(place.read(_shard_file(shard)))
            found.update({str(name): str(mark) for name, mark in marks.items()})
        return cls(found, {str(name): str(sha) for name, sha in shards.items()})

    def replaced_by(self, marks: Mapping[str, str]) -> dict[str, bytes]:
        """Write what is there now: the years that differ, and the file that names them all."""
        contents = {shard: _written(one) for shard, one in _sharded(marks).items()}
        shards = {shard: hashlib.sha256(one).hexdigest() for shard, one in contents.items()}
        changed = {
            _shard_file(shard): one
            for shard, one in contents.items()
            if self.shards.get(shard) != shards[shard]
        }
        return {**changed, HOLDS: _written({"shards": shards})}


def _sharded(marks: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Sort marks by the year that their period is named after."""
    found: dict[str, dict[str, str]] = {}
    for name, mark in marks.items():
        first, second, *_ = name.split("/")
        found.setdefault("books" if first in BOOKS else second[:4], {})[name] = mark
    return found


def _shard_file(shard: str) -> str:
    return f"holds/{shard}.json"


def _written(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, indent=0, sort_keys=True).encode()


def _plain(content: bytes | None) -> Mapping[str, Any]:
    """Read a file of marks; what it does not tell is compared file by file."""
    try:
        told = json.loads(content or b"{}")
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
