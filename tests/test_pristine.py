"""The guard around every test tells what it left behind, and says nothing of what it put back."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path

import matplotlib
import pytest

import pristine
from helpers import paths
from helpers.config import secrets
from pristine import nothing_left, nothing_remembered, state_of_libraries


def spoil(what: str, patch: pytest.MonkeyPatch, folder: Path) -> None:
    """Change what a process shares; ``patch`` puts it back when this test is over."""
    match what:
        case "environment: LEFT":
            patch.setenv("LEFT", "1")
        case "environment: PATH":
            patch.delenv("PATH")
        case "working directory":
            patch.chdir(folder)
        case "search path":
            patch.syspath_prepend(folder)
        case "arguments":
            patch.setattr(sys, "argv", ["another"])
        case "matplotlib: figure.dpi":
            patch.setitem(matplotlib.rcParams, "figure.dpi", 7.0)


@pytest.mark.parametrize(
    "what",
    ["environment: LEFT", "environment: PATH", "working directory", "search path", "arguments",
     "matplotlib: figure.dpi"],
)  # fmt: skip
def test_what_a_test_leaves_behind_is_named(what, monkeypatch, tmp_path):
    with (
        pytest.raises(AssertionError, match=f"runs next in this process:\\n{what}"),
        nothing_left(),
    ):
        spoil(what, monkeypatch, tmp_path)


def test_handlers_masks_and_threads_are_named(monkeypatch):
    monkeypatch.setattr(pristine, "PATIENCE", 0.01)
    over = threading.Event()
    handler, mask = signal.getsignal(signal.SIGTERM), os.umask(0o022)
    try:
        with pytest.raises(AssertionError) as caught, nothing_left():
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            os.umask(0o077)
            threading.Thread(target=over.wait, name="lingers").start()
    finally:
        over.set()
        signal.signal(signal.SIGTERM, handler)
        os.umask(mask)
    for told in ("signal handlers: ", "threads: lingers is running still"):
        assert told in str(caught.value)
    if Path("/proc/self/status").is_file():
        assert "umask: " in str(caught.value)


def test_what_stays_replaced_in_a_module_is_named(monkeypatch):
    told = "helpers.paths: BOOK: "
    with pytest.raises(AssertionError, match=told), nothing_left(state_of_libraries):
        monkeypatch.setattr(paths, "BOOK", Path("elsewhere"))


def test_what_is_put_back_is_no_change(tmp_path):
    with nothing_left(), nothing_left(state_of_libraries), pytest.MonkeyPatch.context() as patch:
        spoil("working directory", patch, tmp_path)
        patch.setattr(paths, "BOOK", tmp_path)


def test_a_secret_is_known_for_one_test():
    with nothing_remembered():
        secrets.remember("a-secret-of-this-test")
        assert secrets.hidden("a-secret-of-this-test") == secrets.MASK
    assert secrets.hidden("a-secret-of-this-test") != secrets.MASK
