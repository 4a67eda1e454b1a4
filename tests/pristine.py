"""What a test must leave as it found it: the process that it shares with whatever runs next.

Which files share a process, and in which order they run, is chance. A test that changes the
environment, a module or a font list and goes home makes another one fail on some other day; here
it fails itself, by name.
"""

from __future__ import annotations

import importlib
import locale
import logging
import multiprocessing
import os
import pkgutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import Any

#: How long threads that are ending may take about it, in seconds.
PATIENCE = 20.0
#: Changed by pytest itself around every test.
_PYTESTS_OWN = {"PYTEST_CURRENT_TEST"}
_SIGNALS = [signal.SIGINT, signal.SIGTERM, *(
    getattr(signal, name) for name in ("SIGHUP", "SIGCHLD", "SIGALRM", "SIGPIPE", "SIGUSR1")
    if hasattr(signal, name)
)]  # fmt: skip
#: Imported by the parent of warm pages only: it changes the process that it is imported in.
_NOT_HERE = {"helpers.reviews.warm.parent"}


def import_everything() -> None:
    """Import every module of the product.

    A module that is imported for the first time while a test has replaced something keeps the
    replacement for good; one that is imported before keeps what is right.
    """
    import matplotlib  # noqa: F401 - what it is set to can be told from its beginning only

    import helpers

    for found in pkgutil.walk_packages(helpers.__path__, "helpers.", onerror=lambda room: None):
        if found.name not in _NOT_HERE and not found.name.endswith("__main__"):
            with suppress(ImportError, SyntaxError):  # its own tests tell of it
                importlib.import_module(found.name)


def _umask() -> str:
    """Read the mask without setting it: other threads may be writing files."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return ""
    told = status.read_text(encoding="ascii", errors="replace")
    return next((line for line in told.splitlines() if line.startswith("Umask:")), "")


def _of_matplotlib() -> dict[str, Any]:
    told = dict.copy(sys.modules["matplotlib"].rcParams)
    told.pop("backend", None)  # chosen by the first drawing
    return told


def state_of_process() -> dict[str, Any]:
    """Give what every test can see of the process, and cheaply: this is asked around each."""
    return {
        "environment": {k: v for k, v in os.environ.items() if k not in _PYTESTS_OWN},
        "working directory": str(Path.cwd()),
        "umask": _umask(),
        "search path": list(sys.path),
        "arguments": list(sys.argv),
        "signal handlers": {one: signal.getsignal(one) for one in _SIGNALS},
        "locale": locale.setlocale(locale.LC_ALL),
        "time zone": time.tzname,
        "logging": (logging.root.level, logging.root.manager.disable),
        "matplotlib": _of_matplotlib(),
    }


def state_of_libraries() -> dict[str, Any]:
    """Give what tests of one file may have changed in modules; asked around each file."""
    found: dict[str, Any] = {
        # Not set is the first of all: asking for a pipe sets it.
        "how processes start": multiprocessing.get_start_method(allow_none=True)
        or multiprocessing.get_all_start_methods()[0],
        "loggers": {
            name: (one.level, one.disabled, one.propagate)
            for name, one in logging.root.manager.loggerDict.items()
            if isinstance(one, logging.Logger) and name.startswith("helpers")
        },
    }
    if "ibis" in sys.modules:
        found["engine of ibis"] = sys.modules["ibis"].options.default_backend
    if "pandas" in sys.modules:
        found["pandas"] = _flat(sys.modules["pandas"].options.d)
    for name, module in list(sys.modules.items()):
        if name.split(".", 1)[0] == "helpers":
            # A module that stands for another one has no content of its own to compare.
            found[name] = _content(module) if isinstance(module, ModuleType) else module
    return found


def _content(module: ModuleType) -> dict[str, Any]:
    # A submodule becomes an attribute of its room when it is imported.
    return {key: one for key, one in vars(module).items() if not isinstance(one, ModuleType)}


def _flat(options: dict[str, Any], above: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in options.items():
        if isinstance(value, dict):
            found |= _flat(value, f"{above}{name}.")
        else:
            found[above + name] = value
    return found


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Say what is not as it was; what came into being meanwhile is no change."""
    found = []
    for what, now in after.items():
        then = before.get(what, now)
        if then is now:
            continue
        if isinstance(then, dict) and isinstance(now, dict):
            keys = then.keys() | now.keys() if then else ()
            changed = [key for key in keys if not _is_same(then.get(key), now.get(key))]
            found += [
                f"{what}: {key}: {_told(then.get(key))} became {_told(now.get(key))}"
                for key in sorted(changed, key=str)
                if key in then or what == "environment"
            ]
        elif not _is_same(then, now):
            found.append(f"{what}: {_told(then)} became {_told(now)}")
    return found


def _is_same(then: Any, now: Any) -> bool:
    if then is now:
        return True
    if not isinstance(then, str | int | float | tuple | list | bool | None) or then is None:
        return False
    return bool(then == now)


def _told(value: Any) -> str:
    text = repr(value)
    return text if len(text) < 200 else f"{text[:200]}…"


def _threads() -> set[threading.Thread]:
    return {one for one in threading.enumerate() if not one.daemon}


@contextmanager
def nothing_remembered() -> Iterator[None]:
    """Take back what the product remembers, rightly, for as long as a process lives."""
    from helpers.config import secrets
    from helpers.reviews import page

    known, opened = set(secrets._known), list(page._OPEN)
    yield
    secrets._known.intersection_update(known)
    page._OPEN[:] = opened


@contextmanager
def nothing_left(
    state: Callable[[], dict[str, Any]] = state_of_process,
) -> Iterator[None]:
    """Fail whoever leaves the process in another state."""
    before, running = state(), _threads()
    yield
    changed = differences(before, state())
    until = time.monotonic() + PATIENCE
    for one in _threads() - running:
        one.join(max(0.0, until - time.monotonic()))
        if one.is_alive():
            changed.append(f"threads: {one.name} is running still")
    assert not changed, "left to whatever runs next in this process:\n" + "\n".join(changed)
