"""What ``review due`` waited for, kept as long as no file and no day can have changed the answer.

While a month waits, cron calls every hour. The first call takes in the inbox and asks the tables;
the next ones see by the marks of all files that both would only be told the same again. The day
is part of the question: a settling time may end over night. May be deleted at any time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from helpers.config.swap import write_whole
from helpers.config.workspace import Workspace
from helpers.paths import WorkspacePaths
from helpers.publish.standing import Asked, Look, look, marks_of, tables_made
from helpers.vocabulary.labels import Label

_MEMORY = "waiting.json"


@dataclass(frozen=True)
class Waited:
    """What was found last."""

    #: Review, period and stage, ``monthly 2025-10 final`` -> what it waits for.
    awaiting: Mapping[str, Label]
    #: What the intake refused.
    failures: tuple[str, ...]


class Memory:
    """Remembers for one workspace and day.

    Args:
        paths: The workspace.
        notebooks: The folder of ``reviews.yml``.
    """

    def __init__(self, paths: WorkspacePaths, notebooks: Path) -> None:
        self._paths, self._notebooks = paths, notebooks
        self._file = paths.runs / _MEMORY

    def look(self) -> Look:
        """Take the marks of all that an answer follows from, before anything is taken in."""
        return look(Asked(str(self._paths.root), "due", ""))

    def recall(self, today: date, asked: Sequence[str]) -> Waited | None:
        """Give the last answer if all that is asked was answered and nothing changed since."""
        try:
            told = json.loads(self._file.read_text(encoding="utf-8"))
            if not set(asked) <= set(told["awaiting"]) or told["for"] != self._question(
                self.look(), today
            ):
                return None
            awaiting = {name: Label(**one) for name, one in told["awaiting"].items()}
            return Waited(awaiting, tuple(told["failures"]))
        except (OSError, ValueError, KeyError, TypeError, IndexError):
            return None

    def remember(self, before: Look, today: date, workspace: Workspace, waited: Waited) -> None:
        """Keep an answer, if marks can vouch for it."""
        from helpers.sources.catalogue import are_all_files

        with suppress(OSError):
            self._file.unlink(missing_ok=True)
        now = self.look()
        if not waited.awaiting or not before.is_settled or now.digest != before.digest:
            return
        if not are_all_files(workspace, self._paths):
            return
        with suppress(OSError, IndexError):
            told = {
                "for": self._question(before, today),
                "awaiting": {
                    name: {"zh": one.zh, "en": one.en} for name, one in waited.awaiting.items()
                },
                "failures": waited.failures,
            }
            write_whole(self._file, json.dumps(told, ensure_ascii=False))

    def _question(self, seen: Look, today: date) -> list[Any]:
        program = marks_of(self._notebooks)
        return [seen.digest, tables_made(self._paths), program, str(today)]
