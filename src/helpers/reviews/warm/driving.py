"""The warm papermill engine: hand over the cells of a notebook, take in what they say.

What becomes of a message (which output, which metadata) is decided by papermill's and nbclient's
own code, as it would be for a kernel. Here is only what differs: there are no sockets, a page that
ends has a verdict, and a cell that takes too long is interrupted first, so that its traceback says
where it was, and killed when it does not listen.
"""

from __future__ import annotations

import multiprocessing
import os
import secrets
import signal
import sys
import time
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from jupyter_core.utils import run_sync
from nbclient.client import NotebookClient, timestamp
from nbclient.exceptions import CellExecutionComplete, CellTimeoutError, DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, NotebookExecutionManager
from papermill.exceptions import PapermillException
from papermill.log import logger

from helpers.config.running import Limits
from helpers.reviews.warm.keeping import Verdict, keep
from helpers.reviews.warm.shell import FLUSHED, LEAVE, LEFT, READY, Lines, PipeSession
from helpers.reviews.warm.starting import start_warm
from helpers.reviews.watching import why_stopped

Message = dict[str, Any]

_INLINE = "module://matplotlib_inline.backend_inline"
#: How long a cell may take to leave when interrupted, and a page when asked.
_GRACE_SECONDS = 3.0
_SAVE_SECONDS = 1.0
_STREAMS = ("stdout", "stderr")


class PageEndedError(DeadKernelError):
    """A page ended before its last cell did; the message says how."""


class _Notes(NotebookExecutionManager):
    """papermill's keeper of a notebook's metadata.

    papermill writes the whole notebook before and after each cell, in case it is killed. Writing
    was half of what a driver did; a file that is a second behind does as well.
    """

    nb: Any

    def save(self, **changed: Any) -> None:
        """Write the notebook if that is due, and when it is complete."""
        self.nb = changed.get("nb") or self.nb
        since = (self.now() - self.last_save_time).total_seconds()
        if self.end_time is not None or since >= _SAVE_SECONDS:
            super().save()


class Driver(Engine):
    """papermill's engine interface."""

    @classmethod
    def execute_notebook(
        cls,
        nb: Any,
        kernel_name: str,
        output_path: str | None = None,
        progress_bar: Any = True,
        log_output: bool = False,
        autosave_cell_every: int = 30,
        **how: Any,
    ) -> Any:
        """Run a notebook as papermill's own engines do; for ``how`` see below."""
        notes = _Notes(nb, output_path, log_output, progress_bar, autosave_cell_every)
        notes.notebook_start()
        try:
            cls.execute_managed_notebook(notes, kernel_name, log_output=log_output, **how)
        finally:
            notes.cleanup_pbar()
            notes.notebook_complete()
        return notes.nb

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        *,
        execution_timeout: float | None = None,
        limits: Limits | None = None,
        told: Callable[[Verdict], None] | None = None,
        log_output: bool = False,
        stdout_file: Any = None,
        stderr_file: Any = None,
        **_: Any,
    ) -> None:
        """Run the cells of a notebook.

        Args:
            nb_man: papermill's keeper of the notebook's metadata.
            kernel_name: The kernel that the notebook asks for; it must be one for Python.
            execution_timeout: Seconds for one cell; by default that of ``limits``.
            limits: What the page may take.
            told: Called with the verdict on the page when it has ended.
            log_output: As papermill's own engine takes it, like the next two.
            stdout_file: Where printed text goes besides.
            stderr_file: Where errors and warnings go besides.

        Raises:
            CellTimeoutError: A cell took too long.
            PageEndedError: The page ended early, or was ended for its time or memory.
        """
        language = cls.nb_language(nb_man.nb)
        if language.lower() != "python":
            raise PapermillException(f"the warm engine runs Python, and this is {language}")
        limits = limits or Limits()
        seconds = execution_timeout or limits.cell_seconds
        client = _Client(
            nb_man,
            kernel_name=kernel_name,
            log=logger,
            log_output=log_output,
            stdout_file=stdout_file,
            stderr_file=stderr_file,
        )
        client.drive(limits.model_copy(update={"cell_seconds": seconds}), told)


class _Client(PapermillNotebookClient):
    """papermill's client, with a page in place of a kernel."""

    _raise_for_error = run_sync(NotebookClient._check_raise_for_error)

    def drive(self, limits: Limits, told: Callable[[Verdict], None] | None) -> None:
        """Run all cells, and end the page whatever happens."""
        self.reset_execution_trackers()
        self._page = _Page(limits)
        try:
            ready = self._page.until_ready()
            self.papermill_execute_cells()
            self.nb.metadata["language_info"] = ready["content"]["language_info"]
            self.set_widgets_metadata()
        finally:
            verdict = self._page.end()
            if told:
                told(verdict)

    def execute_cell(self, cell: Any, cell_index: int, **_: Any) -> Any:
        """Run one cell; the cell is changed in place."""
        skipped = self.skip_cells_with_tag in cell.metadata.get("tags", [])
        if cell.cell_type != "code" or not cell.source.strip() or skipped:
            return cell
        try:
            reply = self._converse(cell, cell_index)
        except (DeadKernelError, CellTimeoutError) as trouble:
            self.nb_man.cell_exception(cell, cell_index, exception=trouble)
            raise
        self._raise_for_error(cell, cell_index, reply)
        return cell

    def _converse(self, cell: Any, cell_index: int) -> Message | None:
        cell.metadata["execution"] = {}
        cell.outputs = []
        self.clear_before_next_output = False
        self.code_cells_executed += 1
        reply = None
        bears_errors = self.allow_errors or "raises-exception" in cell.metadata.get("tags", [])
        for message in self._page.execute(cell, stop_on_error=not bears_errors):
            if message["msg_type"] == "execute_reply":
                reply = message
                cell.metadata["execution"]["shell.execute_reply"] = timestamp(message)
                continue
            try:
                self.process_message(message, cell, cell_index)
            except CellExecutionComplete:
                break
            _join_streams(cell.outputs)
        return reply


class _Page:
    """A page from its driver's side."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._messages, theirs = multiprocessing.Pipe()
        streams = {name: multiprocessing.Pipe(duplex=False) for name in _STREAMS}
        self._streams: dict[str, Connection] = {name: ends[0] for name, ends in streams.items()}
        mark = secrets.token_bytes(16)
        self._session = PipeSession(self._messages, mark)
        self._printed = {name: _Printed(mark) for name in _STREAMS}
        self._verdicts, verdicts = multiprocessing.Pipe(duplex=False)
        self._verdict: Verdict | None = None
        self._pid = 0
        self._starter = multiprocessing.parent_process()
        lines = Lines(theirs, streams["stdout"][1], streams["stderr"][1], mark)
        for stream in self._streams.values():
            os.set_blocking(stream.fileno(), False)
        for said in (sys.stdout, sys.stderr):
            said.flush()  # or a forked child would say it once more
        environment = {"MPLBACKEND": _INLINE, **os.environ}
        self._keeper = start_warm(keep, lines, verdicts, environment, str(Path.cwd()), limits)
        for line in (lines.messages, lines.stdout, lines.stderr, verdicts):
            line.close()

    def until_ready(self) -> Message:
        """Wait until the page lives.

        Raises:
            PageEndedError: It does not.
        """
        message = next(self._heard())
        if message["msg_type"] != READY:
            raise PageEndedError("the page did not start")
        self._pid = message["content"]["pid"]
        return message

    def execute(self, cell: Any, stop_on_error: bool) -> Iterator[Message]:
        """Ask for one cell to be run, and give all that comes of it, in Jupyter's messages.

        Raises:
            CellTimeoutError: It took too long; the page will not run another.
            PageEndedError: The page ended.
        """
        content = {
            "code": cell.source,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": stop_on_error,
        }
        request = self._session.msg("execute_request", content)
        with suppress(BrokenPipeError, ConnectionResetError):  # what became of it is heard below
            self._session.send(None, request)
        yield from self._heard(cell, request)

    def end(self) -> Verdict:
        """Ask the page to end, or make it; give the verdict on it."""
        with suppress(BrokenPipeError, ConnectionResetError):
            self._session.send(None, LEAVE, {})
        self._keeper.join(_GRACE_SECONDS)
        if self._keeper.exitcode is None:
            self._keeper.terminate()
            self._keeper.join(_GRACE_SECONDS)
        if self._keeper.exitcode is None:
            self._keeper.kill()
            self._keeper.join()
        if self._verdict is None and self._verdicts.poll():
            with suppress(EOFError):
                self._verdict = self._verdicts.recv()
        for line in (self._messages, self._verdicts, *self._streams.values()):
            line.close()
        return self._verdict or Verdict(-signal.SIGKILL, "", 0.0)

    def _heard(self, cell: Any = None, request: Message | None = None) -> Iterator[Message]:
        """Give what the page says, and what it printed where it flushed.

        Without a request it is heard until it is ready, with one until that is done with.
        """
        seconds = self._limits.cell_seconds
        ends_at = time.monotonic() + seconds if request else None
        is_interrupted = False
        everybody: list[Any] = [self._messages, *self._streams.values(), self._keeper.sentinel]
        everybody += [self._starter.sentinel] if self._starter is not None else []
        while True:
            left = None if ends_at is None else max(0.0, ends_at - time.monotonic())
            ready = wait(everybody, left)
            if self._starter is not None and self._starter.sentinel in ready:
                self._keeper.terminate()
                raise SystemExit(1)
            for name in _STREAMS:
                self._read(name)
            if self._messages in ready and (message := self._take()) is not None:
                kind = message["msg_type"]
                if kind == FLUSHED:
                    name = message["content"]["name"]
                    self._read(name)  # what was printed before this message is there by now
                    yield from self._as_message(name, self._printed[name].until_mark(), request)
                    continue
                if kind == LEFT:
                    raise PageEndedError("the page called exit(), which ends it half way")
                is_over = kind == "status" and message["content"]["execution_state"] == "idle"
                if is_over and is_interrupted:
                    raise _took_too_long(cell, seconds)
                yield message
                if is_over or kind == READY:
                    return
            elif self._keeper.sentinel in ready:
                for name in _STREAMS:
                    yield from self._as_message(name, self._printed[name].rest(), request)
                raise _took_too_long(cell, seconds) if is_interrupted else self._death()
            elif ends_at is not None and time.monotonic() >= ends_at:
                if is_interrupted:
                    self._keeper.terminate()
                    self._keeper.join(_GRACE_SECONDS)
                    raise _took_too_long(cell, seconds)
                is_interrupted, ends_at = True, time.monotonic() + _GRACE_SECONDS
                with suppress(ProcessLookupError):
                    os.kill(self._pid, signal.SIGINT)

    def _take(self) -> Message | None:
        """Take the next message; None when there will be none."""
        try:
            return self._session.take()
        except (EOFError, OSError):
            return None

    def _read(self, name: str) -> None:
        with suppress(BlockingIOError):
            while printed := os.read(self._streams[name].fileno(), 1 << 16):
                self._printed[name].add(printed)

    def _as_message(self, name: str, text: str, request: Message | None) -> Iterator[Message]:
        """Give printed text as Jupyter's own message."""
        if text and request is not None:
            content = {"name": name, "text": text}
            yield self._session.msg("stream", content, parent=request["header"])

    def _death(self) -> PageEndedError:
        """Say why a page ended that was not asked to."""
        if self._verdicts.poll(_GRACE_SECONDS):
            with suppress(EOFError):
                self._verdict = self._verdicts.recv()
        verdict = self._verdict
        if verdict is None:
            return PageEndedError("the process that watched the page was killed")
        if verdict.stopped_for:
            return PageEndedError(why_stopped(verdict.stopped_for, self._limits))
        if verdict.status < 0:
            name = signal.Signals(-verdict.status).name
            return PageEndedError(f"the page's process was killed by {name}")
        return PageEndedError(f"the page ended its own process with exit code {verdict.status}")


class _Printed:
    """What was read of one stream, cut at the marks that stand in it."""

    def __init__(self, mark: bytes) -> None:
        self._mark = mark
        self._bytes = bytearray()
        self._decoder = getincrementaldecoder("utf-8")(errors="replace")

    def add(self, printed: bytes) -> None:
        """Take in more."""
        self._bytes += printed

    def until_mark(self) -> str:
        """Give what stands before the next mark."""
        printed, _, self._bytes = self._bytes.partition(self._mark)
        return self._decoder.decode(bytes(printed))

    def rest(self) -> str:
        """Give all that is left."""
        printed = bytes(self._bytes.replace(self._mark, b""))
        self._bytes.clear()
        return self._decoder.decode(printed, final=True)


def _took_too_long(cell: Any, seconds: float) -> CellTimeoutError:
    return CellTimeoutError.error_from_timeout_and_cell(
        "Cell execution timed out", int(seconds), cell
    )


def _join_streams(outputs: list[Any]) -> None:
    """Make one output of text that was flushed in pieces."""
    if len(outputs) < 2:
        return
    before, last = outputs[-2:]
    if before["output_type"] == last["output_type"] == "stream" and before["name"] == last["name"]:
        before["text"] += last["text"]
        outputs.pop()
