"""What a page's cells run in: Jupyter's own Python kernel, with a pipe in place of its sockets.

Everything a cell can do to its outputs (displays and their updates, clearing, rich
representations, inline figures, tracebacks, magics, top-level ``await``) is done by the same code
as in a kernel that a person has open in JupyterLab. Only three things are our own: messages are
sent through a pipe, what is printed goes through two more (so that a program started by a cell is
heard, too, and in order), and history is not kept in a file. A mark in what is printed tells the
driver how far it goes with a flush: how fast somebody reads must not show in an output.
"""

from __future__ import annotations

import asyncio
import atexit
import faulthandler
import io
import logging
import multiprocessing.process
import os
import random
import signal
import sys
import threading
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from types import SimpleNamespace
from typing import Any

from ipykernel.ipkernel import IPythonKernel
from IPython.core.shellapp import InteractiveShellApp
from jupyter_client.session import Session
from traitlets import Any as AnyTrait
from traitlets.config import Config

#: Not of Jupyter's protocol: the page lives; it flushed a stream; a cell called ``exit()``; and to
#: the page: leave.
READY, FLUSHED, LEFT, LEAVE = "page_ready", "page_flushed", "page_left", "page_leave"


@dataclass(frozen=True)
class Lines:
    """The page's ends of what connects it with its driver."""

    messages: Connection  # both ways
    stdout: Connection  # written to
    stderr: Connection
    mark: bytes  # stands in what is printed for each flush; nobody could print it by chance


def live(lines: Lines, environment: Mapping[str, str], folder: str) -> None:
    """Be a page until the driver says nothing more; never returns.

    Args:
        lines: What connects it with its driver.
        environment: All that the page finds in ``os.environ``.
        folder: Where it is, as a kernel would be in papermill's own.
    """
    status = 1
    log = os.fdopen(os.dup(2), "w", encoding="utf-8")
    try:
        faulthandler.enable(file=log)
        _settle(lines, environment, folder)
        session = PipeSession(lines.messages, lines.mark)
        # Not to descriptors 1 and 2, which belong to programs, and which a cell may turn elsewhere.
        sys.stdout = _Stream(session, "stdout", lines.stdout.fileno(), lines.mark)
        sys.stderr = _Stream(session, "stderr", lines.stderr.fileno(), lines.mark)
        kernel = _Kernel(
            session=session,
            log=logging.getLogger("page"),
            shell_channel_thread=SimpleNamespace(parent_thread=threading.main_thread()),
            config=Config({"HistoryManager": {"enabled": False}}),
        )
        told = {"pid": os.getpid(), "language_info": kernel.language_info}
        session.send(None, READY, told)
        asyncio.run(_serve(kernel, session))
        status = 0
    except BaseException:
        traceback.print_exc(file=log)
        log.flush()
        raise
    finally:
        try:
            atexit._run_exitfuncs()
        finally:
            os._exit(status)


async def _serve(kernel: _Kernel, session: PipeSession) -> None:
    """Answer requests to execute, one after the other; in between, tasks that cells left run on."""
    from tornado.ioloop import IOLoop

    kernel.io_loop = IOLoop.current()
    requests: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    def take() -> None:
        requests.put_nowait(session.take())

    asyncio.get_running_loop().add_reader(session.pipe.fileno(), take)
    while (request := await requests.get())["msg_type"] != LEAVE:
        kernel.set_parent([], request)
        kernel._publish_status("busy", "shell")
        signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            await kernel.execute_request(None, [], request)
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        if kernel.shell is not None and kernel.shell.exit_now:
            session.send(None, LEFT, {})
            return
        kernel._publish_status("idle", "shell")


def _settle(lines: Lines, environment: Mapping[str, str], folder: str) -> None:
    """Become a process of its own: nothing of the parent's or the starter's shows through."""
    from helpers.reviews.warm import parent

    parent.is_clean = False
    os.setsid()
    # The keeper does not take part in a signal; it is set for a cell and ignored between cells.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    os.chdir(folder)
    sys.path[:] = parent.PATH
    as_a_kernel_does: Any = SimpleNamespace(ignore_cwd=False)
    InteractiveShellApp.init_path(as_a_kernel_does)
    sys.argv[:] = ["ipykernel_launcher.py"]
    # Forked generators would all draw the same numbers; that of ``random`` starts anew by itself.
    random.seed()
    import numpy

    numpy.random.seed()
    import matplotlib

    matplotlib.rcParams["backend"] = environment["MPLBACKEND"]
    for number, line in ((1, lines.stdout), (2, lines.stderr)):
        os.dup2(line.fileno(), number)
    _be_nobodys_child()


def _be_nobodys_child() -> None:
    """Let programs started by a cell find no trace of how this process was started."""
    multiprocessing.process._parent_process = None  # type: ignore[attr-defined]
    multiprocessing.current_process().name = "MainProcess"


class _Kernel(IPythonKernel):
    """Jupyter's kernel for Python; a request that failed aborts nothing, none is waiting."""

    def _abort_queues(self, subshell_id: str | None = None) -> None:
        pass


class PipeSession(Session):
    """Sends Jupyter's messages through a pipe instead of through a socket."""

    pipe: Any = AnyTrait()

    def __init__(self, pipe: Connection, key: bytes) -> None:
        super().__init__(key=key)
        self.pipe = pipe
        self._one_at_a_time = threading.RLock()
        self._owner = os.getpid()

    def send(self, stream: Any, msg_or_type: Any, content: Any = None, parent: Any = None,
             ident: Any = None, buffers: Any = None, track: bool = False, header: Any = None,
             metadata: Any = None) -> Any:  # fmt: skip
        """Send one message."""
        message = msg_or_type
        if not isinstance(message, dict):
            message = self.msg(msg_or_type, content, parent, header=header, metadata=metadata)
        # A process that a cell forked may print, as in a kernel, but say nothing else.
        if os.getpid() == self._owner:
            frames = [*self.serialize(message), *(buffers or ())]
            with self._one_at_a_time:
                self.pipe.send_bytes(str(len(frames)).encode())
                for frame in frames:
                    self.pipe.send_bytes(frame)
        return message

    def take(self) -> dict[str, Any]:
        """Wait for the next message.

        Raises:
            EOFError: There will be none.
        """
        frames = [self.pipe.recv_bytes() for _ in range(int(self.pipe.recv_bytes()))]
        message: dict[str, Any] = self.deserialize(self.feed_identities(frames)[1])
        return message

    def flushed(self, name: str, line: int, mark: bytes) -> None:
        """Say that a stream was flushed, and in the stream, how far it had come."""
        if os.getpid() == self._owner:
            with self._one_at_a_time:
                os.write(line, mark)
                self.send(None, FLUSHED, {"name": name})


class _Stream(io.TextIOWrapper):
    """Standard output or error; what is written leaves at once."""

    def __init__(self, session: PipeSession, name: str, line: int, mark: bytes) -> None:
        super().__init__(
            io.BufferedWriter(io.FileIO(line, "w", closefd=False)),
            encoding="utf-8",
            errors="surrogateescape",
            newline="\n",
            write_through=True,
        )
        self._tell = partial(session.flushed, name, line, mark)

    def write(self, text: str) -> int:
        """Write, without waiting for more."""
        written = super().write(text)
        self.buffer.flush()
        return written

    def flush(self) -> None:
        """Let what was written so far be shown before anything else."""
        super().flush()
        if not self.closed:
            self._tell()
