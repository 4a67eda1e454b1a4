"""Publications that are killed: one process that has imported everything, and forks each of them.

    python tests/publish/publishers.py by-hand|built ROOT [TARGET...]

Reads one line for each publisher: after how many seconds it is killed with SIGKILL, or ``whole``
for one publication that is left in peace. A publisher makes one edition after the other, and
sends the site to every target, until it dies. Answers with a line each.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

PERIODS = ("2025-09", "2025-10", "2025-11")


class Publishers:
    """The process that forks publishers, from outside."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def killed_after(self, seconds: float) -> None:
        """Let one publish until it is killed."""
        self._ask(f"{seconds:.4f}")

    def whole(self) -> None:
        """Let one publish once, to the end."""
        assert self._ask("whole") == "0", "a publication that nobody killed did not end well"

    def _ask(self, what: str) -> str:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(f"{what}\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().strip()


@contextmanager
def publishers(kind: str, root: Path, targets: Sequence[str] = ()) -> Iterator[Publishers]:
    command = [sys.executable, __file__, kind, str(root), *targets]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield Publishers(process)
    finally:
        assert process.stdin
        process.stdin.close()
        process.wait(60)


def main(kind: str, root: Path, targets: list[str]) -> None:
    publish = by_hand(root, targets) if kind == "by-hand" else built(root, targets)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            code = 1
            try:
                next(publish)
                while line.strip() != "whole":
                    next(publish)
                code = 0
            finally:
                os._exit(code)
        if line.strip() != "whole":
            time.sleep(float(line))
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def by_hand(root: Path, targets: list[str]) -> Iterator[None]:
    """Publish pages written by hand: the order of going live for real, and nothing else."""
    from sites_by_hand import SiteByHand

    from helpers.publish.sending import send

    site = SiteByHand(root)
    while True:
        period = PERIODS[len(list(site.site.glob("monthly/*/r*"))) % len(PERIODS)]
        site.publish(period)
        if targets:
            send(site.workspace, site.paths, targets)
        yield


def built(root: Path, targets: list[str]) -> Iterator[None]:
    """Publish books that Jupyter Book builds, as ``review publish`` does."""
    from pages_by_hand import DATA_THROUGH, FEW_METRICS, WORKSPACE, pages_in, summaries

    from helpers.paths import WorkspacePaths
    from helpers.publish.book import publish
    from helpers.publish.sending import send
    from helpers.vocabulary.periods import parse_period

    paths = WorkspacePaths(root)
    pages = pages_in(root / "pages")
    summary = summaries(pages)
    while True:
        count = len(list(paths.site.glob("monthly/*/r*")))
        publish(
            paths, WORKSPACE, "monthly", parse_period(PERIODS[count % len(PERIODS)]), "final",
            pages, f"{count} {os.getpid()}", summary, data_through=DATA_THROUGH,
            metrics=FEW_METRICS,
        )  # fmt: skip
        if targets:
            send(WORKSPACE, paths, targets)
        yield


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])
