"""How a prepared notebook is executed: in a warm process, or in an ordinary Jupyter kernel.

Everything here happens in a process that serves one page (``workers``): papermill takes seconds
to import, and the process that runs the review never needs it. An engine runs ``task.notebook``
into ``task.running``; a cell that failed is not an exception but an output of that notebook.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers.config.algebra import ONE_THREAD
from helpers.config.running import Limits
from helpers.config.secrets import page_environment
from helpers.reviews.finishing import RECORD_READS, finish
from helpers.reviews.imports import spare_the_address_grammar
from helpers.reviews.preparing import Cell, Notebook, source_of
from helpers.reviews.warm.entry import WarmEngine
from helpers.reviews.warm.starting import can_start
from helpers.reviews.watching import Watch, why_stopped
from helpers.vocabulary.labels import Language

#: Where a page's notebook writes which tables and files it read.
READS_TO = "REVIEW_READS_TO"
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


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
    limits: Limits


@dataclass(frozen=True)
class Outcome:
    """What became of a task."""

    seconds: float
    cell: str = ""
    message: str = ""
    warnings: tuple[str, ...] = ()
    peak_memory: float | None = None  # MiB; None where nobody could look

    @property
    def is_ok(self) -> bool:
        """Tell whether every cell ran."""
        return not self.message


@dataclass
class _Course:
    """How running a notebook went, beside what its cells say."""

    trouble: str = ""
    peak_memory: float | None = None


def execute(task: Task) -> Outcome:
    """Run one task and say what became of it; this process is of no use for anything else then."""
    start = time.perf_counter()
    environment = {**page_environment(), **ONE_THREAD, READS_TO: str(task.reads)}
    os.environ.clear()
    os.environ.update(environment, PYDEVD_DISABLE_FILE_VALIDATION="1")
    _send_output_to(task.log)
    course = ENGINES[task.engine](task)
    if course.trouble:
        print(course.trouble, file=sys.stderr)
    seconds = time.perf_counter() - start
    with suppress(FileNotFoundError):
        notebook = json.loads(task.running.read_text(encoding="utf-8"))
        outcome = _judge(notebook, course, seconds)
        finish(notebook, task.language)
        text = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True)
        task.running.write_text(text + "\n", encoding="utf-8")
        return outcome
    return Outcome(seconds, "", course.trouble or "the notebook was not written")


def run_warm(task: Task) -> _Course:
    """Run a notebook in a process forked from a warm one."""
    course = _Course()

    def note(verdict: Any) -> None:
        course.peak_memory = verdict.peak_memory

    course.trouble = _through_papermill(task, engine_name="warm", limits=task.limits, told=note)
    return course


def run_in_kernel(task: Task) -> _Course:
    """Run a notebook in a Jupyter kernel, which works everywhere."""
    with Watch(task.limits) as watch:
        trouble = _through_papermill(task)
    return _Course(why_stopped(watch.stopped_for, task.limits) or trouble, watch.peak_memory)


#: In the order of preference, among those that this system can.
ENGINES: dict[str, Callable[[Task], _Course]] = {"warm": run_warm, "kernel": run_in_kernel}


def default_engine() -> str:
    """Name the engine that is used when none is asked for."""
    return "warm" if can_start() else "kernel"


def _through_papermill(task: Task, **how: Any) -> str:
    """Execute the notebook; give what stopped it, unless a cell says so itself."""
    spare_the_address_grammar()
    import nbformat
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill import execute_notebook
    from papermill.engines import papermill_engines
    from papermill.exceptions import PapermillExecutionError

    # By name, and not only as an entry point: a checkout updated in place has old metadata.
    papermill_engines.register("warm", WarmEngine)
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
            execution_timeout=task.limits.cell_seconds,
            **how,
        )
    except PapermillExecutionError:
        return ""
    except CellTimeoutError:
        return (
            f"a cell took longer than {task.limits.cell_seconds:g} s and was stopped "
            "(running.cell_seconds of workspace.yml)"
        )
    except DeadKernelError as trouble:
        bare = str(trouble) == "Kernel died"
        return "the kernel died (out of memory, or the notebook ended it)" if bare else str(trouble)
    return ""


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


def _judge(notebook: Notebook, course: _Course, seconds: float) -> Outcome:
    """Find the cell that failed; a page is sound only if every code cell ran to its end."""
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    warnings = tuple(
        f"{cell['id']}: {text}" for cell in cells if (text := _stderr_of(cell)) and text.strip()
    )
    cell_id, message = "", course.trouble
    for cell in cells:
        if error := _error_of(cell):
            print(_COLOURS.sub("", "\n".join(error["traceback"])), file=sys.stderr)
            # the engine knows better: a cell stopped for its time shows as interrupted by a person
            cell_id, message = cell["id"], course.trouble or _in_words(error)
            break
        # `exit()` ends a notebook without an error, and a dead kernel leaves cells unrun
        is_run = cell["metadata"].get("papermill", {}).get("status") == "completed"
        if source_of(cell).strip() and (cell.get("execution_count") is None or not is_run):
            cell_id = cell["id"]
            message = course.trouble or "the notebook ended before this cell finished"
            break
    return Outcome(seconds, cell_id, message, warnings, course.peak_memory)


def _in_words(error: dict[str, Any]) -> str:
    said = f"{error['ename']}: {error['evalue']}"
    if error["ename"] == "SystemExit":
        return f"the cell called sys.exit() ({said}), which ends the page half way"
    return said


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


def _send_output_to(log: Path) -> None:
    """Send everything this process and its children say to the page's log."""
    sys.stdout.flush()
    sys.stderr.flush()
    with log.open("ab") as file:
        for number in (1, 2):
            os.dup2(file.fileno(), number)
