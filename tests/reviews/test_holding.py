"""One at a time, and never held by the dead."""

import os
import signal
import subprocess
import sys
import textwrap

import pytest

from helpers.paths import WorkspacePaths
from helpers.reviews.holding import HeldByAnother, hold
from holder import held_elsewhere


@pytest.fixture
def paths(tmp_path):
    return WorkspacePaths(tmp_path)


@pytest.fixture
def other(paths):
    with held_elsewhere(paths, "review backfill monthly") as process:
        yield process


def test_it_is_told_who_holds_the_lock(paths, other):
    with pytest.raises(HeldByAnother) as caught, hold(paths, "review due"):
        pass
    holder = caught.value.holder
    assert (holder.pid, holder.command) == (other.pid, "review backfill monthly")
    assert f"review backfill monthly (process {other.pid} on {os.uname().nodename}, since " in str(
        caught.value
    )


def test_a_killed_process_holds_nothing(paths, other):
    other.send_signal(signal.SIGKILL)
    other.wait()
    assert (paths.runs / ".unattended.json").is_file(), "what it left behind means nothing"
    with hold(paths, "review due"):
        pass
    assert not (paths.runs / ".unattended.json").exists()


def _in_another_process(paths):
    program = textwrap.dedent(f"""
        from pathlib import Path
        from helpers.paths import WorkspacePaths
        from helpers.reviews.holding import HeldByAnother, hold
        try:
            with hold(WorkspacePaths(Path({str(paths.root)!r})), "review due"):
                print("held")
        except HeldByAnother:
            print("refused")
    """)
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.strip()


def test_one_process_may_hold_it_twice_and_lets_go_last(paths):
    with hold(paths, "review due"):
        with hold(paths, "review publish"):
            pass
        assert (paths.runs / ".unattended.json").is_file()
        assert _in_another_process(paths) == "refused"
    assert not (paths.runs / ".unattended.json").exists()


def test_an_error_lets_go(paths):
    with pytest.raises(KeyError), hold(paths, "review due"):
        raise KeyError
    with hold(paths, "review due"):
        pass
