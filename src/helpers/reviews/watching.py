"""What a page may take, and what it took: seconds and memory, of all processes it consists of."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Literal

from helpers.config.running import Limits

if TYPE_CHECKING:
    import psutil

StoppedFor = Literal["", "time", "memory", "asked"]

_LOOK_SECONDS = 0.1
#: Finding all processes costs more than looking at those that are known.
_LOOK_AROUND_SECONDS = 0.5
_MIB = 1024 * 1024


def why_stopped(reason: StoppedFor, limits: Limits) -> str:
    """Say why a page was stopped, and where the limit stands."""
    where = "of workspace.yml"
    return {
        "memory": f"the page held more than {limits.memory_mb} MiB of memory and was stopped "
        f"(running.memory_mb {where})",
        "time": f"the page took longer than {limits.page_seconds:g} s and was stopped "
        f"(running.page_seconds {where})",
        "asked": "the page was stopped with the run",
        "": "",
    }[reason]


class Gauge:
    """The memory that the descendants of this process hold, as the system counts it.

    Memory that two processes share counts for both.
    """

    def __init__(self) -> None:
        import psutil

        self.peak = 0.0  # MiB
        self._me = psutil.Process()
        self._known: list[psutil.Process] = []
        self._look_around_at = 0.0

    def held(self) -> float:
        """Measure now (MiB)."""
        import psutil

        now = time.monotonic()
        if now >= self._look_around_at:
            with suppress(psutil.NoSuchProcess):
                self._known = self._me.children(recursive=True)
            self._look_around_at = now + _LOOK_AROUND_SECONDS
        held = 0.0
        for one in self._known:
            with suppress(psutil.Error):
                held += one.memory_info().rss / _MIB
        self.peak = max(self.peak, held)
        return held

    def end_all(self) -> None:
        """End every descendant, however far removed."""
        import psutil

        for one in self._me.children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                one.kill()


class Watch:
    """Hold what this process starts to its limits, from a thread: for engines that cannot.

    Attributes:
        stopped_for: Why everything was ended; empty where nothing was.
    """

    def __init__(self, limits: Limits) -> None:
        self.stopped_for: StoppedFor = ""
        self._limits = limits
        self._gauge = Gauge()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    @property
    def peak_memory(self) -> float:
        """The most that was held at a time when somebody looked (MiB)."""
        return self._gauge.peak

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        trouble: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        starter = multiprocessing.parent_process()
        ends_at = time.monotonic() + self._limits.page_seconds
        while not self._done.wait(_LOOK_SECONDS):
            if starter is not None and not starter.is_alive():
                self._gauge.end_all()
                os._exit(1)
            if self._gauge.held() > self._limits.memory_mb:
                self.stopped_for = "memory"
            elif time.monotonic() > ends_at:
                self.stopped_for = "time"
            if self.stopped_for:
                self._gauge.end_all()
                return
