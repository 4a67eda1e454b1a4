"""Files of which it is known what they are, where they lie, and which of them are alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from helpers.config.workspace import Workspace
from helpers.paths import WorkspacePaths
from helpers.sources.catalogue import load_sources
from helpers.sources.declared import Source
from helpers.sources.files import open_file
from helpers.sources.meaning import columns_named
from helpers.sources.passwords import passwords_of
from helpers.sources.place import Place, need_store, place_of
from helpers.sources.recognise import Recognised, recognise
from helpers.vocabulary.faults import DataRefused, Fault


class NotAlike(Exception):  # noqa: N818 - no fault of anybody: each file is read alone
    """Files that looked alike cannot be read in one go after all."""


@dataclass(frozen=True)
class Export:
    """A file of which it is known what it is."""

    path: Path
    sha256: str
    found: Recognised
    place: Place

    @property
    def form(self) -> object:
        """What two files must share to be read in one go."""
        found = self.found
        return (found.source.source, *found.headers, found.header_index, self.place.store_id)


def recognised(
    path: Path, workspace: Workspace, paths: WorkspacePaths, below: Path | None
) -> Export:
    """Say what a file is.

    Raises:
        DataRefused: It is damaged, unknown or lacks a column.
    """
    place = place_of(path, workspace, below)
    opened = open_file(path, lambda: passwords_of(need_store(place, path, workspace), paths))
    found = recognise(opened, load_sources(paths.mappings), place.source)
    return Export(path, opened.sha256, found, place)


@dataclass(frozen=True)
class Exports:
    """One file, or several of one form that are read in one go; what they share, the first says."""

    files: tuple[Export, ...]

    @property
    def are_several(self) -> bool:
        """Is whatever there is to say about one file left to its being read alone?"""
        return len(self.files) > 1

    @property
    def path(self) -> Path:
        """The first file."""
        return self.files[0].path

    @property
    def place(self) -> Place:
        """What its whereabouts say."""
        return self.files[0].place

    @property
    def found(self) -> Recognised:
        """What it was recognised as."""
        return self.files[0].found

    @property
    def source(self) -> Source:
        """What all of them are."""
        return self.found.source

    @property
    def positions(self) -> Mapping[str, int]:
        """The columns they have; optional ones may be absent, and are all NULL then."""
        return self.found.positions

    @cached_property
    def types(self) -> Mapping[str, str]:
        """The source's columns and the currencies that headers state, with their types."""
        return self.source.types

    def header(self, column: str) -> str:
        """Name a column as the file does."""
        at = self.positions.get(column)
        return column if at is None else self.found.headers[at].strip()

    def origin(self, said: Any, depth: int = 8) -> Any:
        """Follow a value through ``define`` down to the file's columns."""
        if isinstance(said, str) and said in self.source.define and depth:
            return self.origin(self.source.define[said], depth - 1)
        return said

    def columns_behind(self, said: Any) -> set[str]:
        """List the columns that a value rests on."""
        return columns_named(self.origin(said), self.source.columns)

    def refused(self, what: str, way_out: str) -> DataRefused:
        """Say why the file is not read, and what to do."""
        return DataRefused(Fault(self.path.name, what, way_out))
