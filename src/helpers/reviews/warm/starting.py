"""Start a process: from the warm parent, which the first that asks starts, or a new one."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from types import ModuleType
from typing import Any

from helpers.config.secrets import page_environment

_PARENT = "helpers.reviews.warm.parent"


def can_start() -> bool:
    """Tell whether this system can: on macOS forked libraries break, Windows does not fork."""
    return sys.platform == "linux"


def start_warm(run: Callable[..., None], *arguments: Any) -> BaseProcess:
    """Start ``run(*arguments)`` in a process that has everything imported, and nothing else.

    Which process asks makes no difference: one that has threads or connections, or a script whose
    main module must not be run again, asks the parent; one that comes from the parent and has
    done nothing since is as good as the parent and forks itself.

    Raises:
        NotImplementedError: This system cannot; see :func:`can_start`.
    """
    if not can_start():
        raise NotImplementedError("notebooks start warm on Linux only; use the kernel engine")
    warm = sys.modules.get(_PARENT)
    method = "fork" if warm is not None and warm.is_clean else "forkserver"
    return _start(method, run, arguments)


def start_cold(run: Callable[..., None], *arguments: Any) -> BaseProcess:
    """Start ``run(*arguments)`` in a new interpreter; this works everywhere."""
    return _start("spawn", run, arguments)


def _start(method: str, run: Callable[..., None], arguments: tuple[Any, ...]) -> BaseProcess:
    context: Any = multiprocessing.get_context(method)
    if method == "forkserver":
        context.set_forkserver_preload([_PARENT])
    process: BaseProcess = context.Process(target=run, args=arguments)
    with _without_main(), _without_secrets():
        process.start()
    return process


@contextmanager
def _without_main() -> Iterator[None]:
    """Hide the main module, which :mod:`multiprocessing` would run again in the child."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


@contextmanager
def _without_secrets() -> Iterator[None]:
    """Give a new interpreter, the warm parent too, the environment of a page from its first moment.

    What a process began with can be read in it for as long as it lives, whatever it cleared since.
    """
    kept = dict(os.environ)
    allowed = page_environment(kept)
    for name in kept.keys() - allowed.keys():
        del os.environ[name]
    try:
        yield
    finally:
        os.environ.update(kept)
