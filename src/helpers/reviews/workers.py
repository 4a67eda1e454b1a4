"""Run tasks several at a time, each in a process of its own, so that none can spoil another."""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import closing
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from helpers.reviews.engines import Outcome, Task, execute
from helpers.reviews.warm.starting import start_cold, start_warm

_START = {"warm": start_warm, "kernel": start_cold}


def run_each(tasks: Mapping[int, Task], jobs: int) -> Iterator[tuple[int, Outcome]]:
    """Run tasks, ``jobs`` at a time, and give what became of each as soon as it is known.

    Args:
        tasks: By number, in the order in which they are to be started.
        jobs: How many run at a time.
    """
    waiting = deque(tasks.items())
    running: dict[Connection, tuple[int, BaseProcess]] = {}
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                number, task = waiting.popleft()
                ours, theirs = multiprocessing.Pipe(duplex=False)
                running[ours] = number, _START[task.engine](_work, task, theirs)
                theirs.close()
            for ready in wait(list(running)):
                number, process = running.pop(ready)  # type: ignore[call-overload]
                yield number, _outcome(ready, process)  # type: ignore[arg-type]
    finally:
        for _, process in running.values():
            process.terminate()


def _work(task: Task, outcomes: Connection) -> None:
    """Be the process of one task."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started it stops it
    try:
        outcome = execute(task)
    except BaseException as trouble:
        outcomes.send(Outcome(0.0, "", f"{type(trouble).__name__}: {trouble}"))
        raise
    outcomes.send(outcome)


def _outcome(outcomes: Connection, process: BaseProcess) -> Outcome:
    with closing(outcomes):
        try:
            outcome: Outcome = outcomes.recv()
        except EOFError:  # its end of the pipe was closed with nothing said
            outcome = Outcome(0.0, "", "the process running it was killed; run again")
        process.join()
        return outcome
