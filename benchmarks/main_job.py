"""Time the main job stage by stage, and the same notebooks through a plain papermill loop.

    python benchmarks/main_job.py [--scale 1.0] [--write benchmarks/results/main_job.md]

Everything runs in one go on one machine, in a workspace of its own, so that the ratio means
something: the peer is `papermill` called once a notebook and language, one after the other, as a
shell loop would. Times are wall clock of whole processes.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from importlib.metadata import version
from pathlib import Path

from helpers.paths import NOTEBOOKS
from helpers.reviews.declarations import load_reviews

REVIEWS = ("monthly", "annual")
LANGUAGES = ("zh", "en")


def timed(name: str, *command: str) -> tuple[str, float]:
    """Run one command to its end and give its wall-clock time; a failure ends the benchmark."""
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{name}: {' '.join(command)} failed\n{done.stdout}\n{done.stderr}")
    return name, time.perf_counter() - started


def stages(workspace: str, scale: float) -> Iterator[tuple[str, float]]:
    """Run the main job as `make review` does, one command a stage."""
    review = (str(Path(sys.executable).with_name("review")),)
    here = ("--workspace", workspace)
    yield timed("demo company", *review, "demo", workspace, "--scale", str(scale))
    yield timed("ingest", *review, "ingest", *here)
    for name in REVIEWS:
        yield timed(f"{name}: pages", *review, "run", name, *here)
    for name in REVIEWS:
        yield timed(f"{name}: site", *review, "publish", name, *here)
    for name in REVIEWS:
        yield timed(f"{name}: nothing changed", *review, "publish", name, *here)


def plain_loop(workspace: str, outputs: Path) -> float:
    """Run every page in every language through the papermill command, one by one."""
    papermill = str(Path(sys.executable).with_name("papermill"))
    total = 0.0
    for review in REVIEWS:
        for page in load_reviews().find(review).pages:
            for language in LANGUAGES:
                _, seconds = timed(
                    page.id,
                    papermill,
                    str(NOTEBOOKS / page.notebook),
                    str(outputs / f"{review}-{page.id}-{language}.ipynb"),
                    *("-p", "language", language, "-p", "workspace", workspace),
                    "--no-progress-bar",
                )
                total += seconds
    return total


def report(scale: float) -> str:
    """Run all of it and write one page of results."""
    with tempfile.TemporaryDirectory(prefix="review-bench-") as folder:
        workspace = str(Path(folder) / "company")
        measured = list(stages(workspace, scale))
        loop = plain_loop(workspace, Path(folder))
    ours = sum(seconds for name, seconds in measured if name.endswith("pages"))
    first = sum(seconds for name, seconds in measured if not name.endswith("changed"))
    packages = ("papermill", "jupyter-book", "sphinx", "duckdb", "ibis-framework", "pandas")
    lines = [
        f"# The main job, {date.today()}",
        "",
        f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, "
        + ", ".join(f"{name} {version(name)}" for name in packages)
        + f"; demo company at scale {scale:g}.",
        "",
        "| Stage | seconds |",
        "|---|---|",
        *(f"| {name} | {seconds:.1f} |" for name, seconds in measured),
        f"| **all of it, first time** | **{first:.1f}** |",
        f"| the same notebooks, plain `papermill` loop | {loop:.1f} |",
        "",
        f"Pages against the plain loop: **{ours / loop:.2f}x**.",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Read the arguments, run, print, and write where asked."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--scale", type=float, default=1.0)
    arguments.add_argument("--write", type=Path, default=None)
    asked = arguments.parse_args()
    text = report(asked.scale)
    sys.stdout.write(text)
    if asked.write:
        asked.write.parent.mkdir(parents=True, exist_ok=True)
        asked.write.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
