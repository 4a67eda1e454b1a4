"""The keeper of a page: it starts the page, watches it, and leaves nobody behind.

A page may hang in C, eat the machine's memory, end itself, or start programs and forget them; and
whoever asked for it may be killed at any moment. The keeper is a process of its own that does
nothing else, so that it always notices. All that the page started falls to it when the page ends,
and is ended, too.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from helpers.config.running import Limits
from helpers.reviews.warm.shell import Lines, live
from helpers.reviews.watching import Gauge, StoppedFor

_LOOK_SECONDS = 0.05
_SET_PDEATHSIG, _SET_CHILD_SUBREAPER = 1, 36
_KIB = 1024


@dataclass(frozen=True)
class Verdict:
    """How a page ended."""

    status: int  # the exit code; below zero, the signal that killed it
    stopped_for: StoppedFor
    peak_memory: float  # MiB, programs it started included


def keep(
    lines: Lines,
    verdicts: Connection,
    environment: Mapping[str, str],
    folder: str,
    limits: Limits,
) -> None:
    """Run one page and send a verdict when it has ended.

    Args:
        lines: The page's.
        verdicts: Where the verdict is sent.
        environment: The page's.
        folder: Where the page is.
        limits: How long it may run and how much it may hold; cells are the driver's business.
    """
    _prctl(_SET_CHILD_SUBREAPER, 1)
    heard = {signal.SIGCHLD, signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, heard)
    page = os.fork()
    if page == 0:
        _prctl(_SET_PDEATHSIG, signal.SIGKILL)  # should even the keeper be killed
        signal.pthread_sigmask(signal.SIG_UNBLOCK, heard)
        with suppress(OSError):  # short of memory, the system ends the page before anybody else
            Path("/proc/self/oom_score_adj").write_text("500", encoding="ascii")
        live(lines, environment, folder)
    for line in (lines.messages, lines.stdout, lines.stderr):
        line.close()
    verdicts.send(_watch(page, heard, limits))


def _watch(page: int, heard: Iterable[signal.Signals], limits: Limits) -> Verdict:
    """Wait for the page's end, or bring it about; give the verdict when nobody is left."""
    starter = multiprocessing.parent_process()
    ends_at = time.monotonic() + limits.page_seconds
    gauge = Gauge()
    stopped_for: StoppedFor = ""
    while (ended := _reap(page)) is None:
        if gauge.held() > limits.memory_mb:
            stopped_for = stopped_for or "memory"
        elif time.monotonic() > ends_at:
            stopped_for = stopped_for or "time"
        elif starter is not None and not starter.is_alive():
            stopped_for = stopped_for or "asked"
        if stopped_for:
            os.kill(page, signal.SIGKILL)
        got = signal.sigtimedwait(heard, _LOOK_SECONDS)
        if got is not None and got.si_signo == signal.SIGTERM:
            stopped_for = stopped_for or "asked"
    status, most = ended
    # All that the page started has fallen to this process, the nearest that takes in orphans.
    with suppress(ChildProcessError):
        while True:
            gauge.end_all()
            os.wait4(-1, 0)
    return Verdict(status, stopped_for, max(gauge.peak, most))


def _reap(page: int) -> tuple[int, float] | None:
    """Take note of who has ended; for the page, give its exit code and the most it held (MiB)."""
    while True:
        pid, status, used = os.wait4(-1, os.WNOHANG)
        if pid == page:
            return os.waitstatus_to_exitcode(status), used.ru_maxrss / _KIB
        if pid == 0:
            return None


def _prctl(option: int, value: int) -> None:
    ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)
