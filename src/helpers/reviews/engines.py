"""How a prepared notebook is executed; one engine so far, an ordinary Jupyter kernel.

Everything here happens in a worker process: papermill takes seconds to import, and the parent
never needs it. An engine is a function ``(Task) -> None`` that writes ``task.running`` and
raises when it cannot; a cell that failed is not an exception but an output of that notebook.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.reviews.finishing import RECORD_READS, finish
from helpers.reviews.imports import spare_the_address_grammar
from helpers.reviews.preparing import Cell, Notebook, source_of
from helpers.vocabulary.labels import Language

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Where a page's notebook writes which tables and files it read.
READS_TO = "REVIEW_READS_TO"


@dataclass(frozen=True)
class Task:
    """One page in one language, ready to run."""

    notebook: Notebook
    language: Language
    parameters: Mapping[str, Any]
    engine: str
    running: Path  # the notebook while and after it runs
    reads: Path
    log: Path
    cell_seconds: int


@dataclass(frozen=True)
class Outcome:
    """What became of a task."""

    seconds: float
    cell: str = ""
    message: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def is_ok(self) -> bool:
        """Tell whether every cell ran."""
        return not self.message


def execute(task: Task) -> Outcome:
    """Run one task in this process and say what became of it."""
    start = time.perf_counter()
    os.environ[READS_TO] = str(task.reads)
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
    with _output_to(task.log):
        trouble = ENGINES[task.engine](task)
        for line in trouble.splitlines():
            print(line, file=sys.stderr)
    with suppress(FileNotFoundError):
        notebook = json.loads(task.running.read_text(encoding="utf-8"))
        outcome = _judge(notebook, trouble, time.perf_counter() - start)
        finish(notebook, task.language)
        text = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True)
        task.running.write_text(text + "\n", encoding="utf-8")
        return outcome
    return Outcome(time.perf_counter() - start, "", trouble or "the notebook was not written")


def run_in_kernel(task: Task) -> str:
    """Run a notebook in a Jupyter kernel through papermill; give what stopped it, if anything."""
    spare_the_address_grammar()
    import nbformat
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill import execute_notebook
    from papermill.exceptions import PapermillExecutionError

    notebook = nbformat.from_dict(_with_reads_recorded(task.notebook))
    try:
        execute_notebook(
            notebook,
            # papermill fills braces in paths; a folder may be called what it likes
            str(task.running).replace("{", "{{").replace("}", "}}"),
            parameters=dict(task.parameters),
            kernel_name=notebook.metadata.kernelspec.name,
            progress_bar=False,
            report_mode=True,
            execution_timeout=task.cell_seconds,
        )
    except PapermillExecutionError as trouble:
        return f"{trouble.ename}: {trouble.evalue}"
    except CellTimeoutError:
        return f"a cell took longer than {task.cell_seconds} s"
    except DeadKernelError:
        return "the kernel died (out of memory, or the notebook ended it)"
    return ""


ENGINES: dict[str, Callable[[Task], str]] = {"kernel": run_in_kernel}


def _with_reads_recorded(notebook: Notebook) -> Notebook:
    """Add a last cell that writes down what was read; it is taken out again afterwards."""
    cell: Cell = {
        "cell_type": "code",
        "id": RECORD_READS,
        "metadata": {"tags": [RECORD_READS]},
        "execution_count": None,
        "outputs": [],
        "source": "from helpers.reviews.page import write_down_reads\n\nwrite_down_reads()",
    }
    return {**notebook, "cells": [*notebook["cells"], cell]}


def _judge(notebook: Notebook, trouble: str, seconds: float) -> Outcome:
    """Find the cell that failed; a page is sound only if every code cell ran to its end."""
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    warnings = tuple(
        f"{cell['id']}: {text}" for cell in cells if (text := _stderr_of(cell)) and text.strip()
    )
    for cell in cells:
        if error := _error_of(cell):
            # the engine knows better: a cell stopped for its time shows as interrupted by a person
            said = trouble or f"{error['ename']}: {error['evalue']}"
            return Outcome(seconds, cell["id"], said, warnings)
    for cell in cells:
        # `exit()` ends a notebook without an error, and a dead kernel leaves cells unrun
        if cell.get("execution_count") is None and source_of(cell).strip():
            said = trouble or "the notebook ended before this cell finished"
            return Outcome(seconds, cell["id"], said, warnings)
    return Outcome(seconds, "", trouble, warnings)


def _error_of(cell: Cell) -> dict[str, Any] | None:
    found = (out for out in cell["outputs"] if out["output_type"] == "error")
    return next(found, None)


def _stderr_of(cell: Cell) -> str:
    said = (
        "".join(out["text"])
        for out in cell["outputs"]
        if out["output_type"] == "stream" and out["name"] == "stderr"
    )
    return "".join(said)


@contextmanager
def _output_to(log: Path) -> Iterator[None]:
    """Send everything this process and its kernel say to the page's log."""
    sys.stdout.flush()
    sys.stderr.flush()
    kept = [os.dup(number) for number in (1, 2)]
    with log.open("ab") as file:
        for number in (1, 2):
            os.dup2(file.fileno(), number)
    try:
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for number, old in zip((1, 2), kept, strict=True):
            os.dup2(old, number)
            os.close(old)
