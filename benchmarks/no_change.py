"""How long `review publish` takes to say that nothing has changed, against `import pandas`.

    python benchmarks/no_change.py DIR [--rounds 15]

DIR is a workspace whose last month is published. The first call publishes what may be due and
keeps the record; then both commands take turns, so that a busy machine is busy for both. The bar
is 1: no longer than ``python -c "import pandas"``.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent


def seconds(command: list[str]) -> tuple[float, str]:
    """Run a command; give its seconds from start to end and what it printed."""
    begun = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return time.perf_counter() - begun, done.stdout


def main() -> None:
    """Measure, print and write down."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("workspace")
    parser.add_argument("--rounds", type=int, default=15)
    given = parser.parse_args()
    review = str(Path(sys.executable).with_name("review"))
    publish = [review, "publish", "monthly", "--period", "last", "--workspace", given.workspace]
    pandas = [sys.executable, "-c", "import pandas"]
    publish += ["--status", "preliminary"]
    seconds(publish)  # whatever is due
    time.sleep(3)  # what was saved just before is not vouched for
    shutil.rmtree(Path(given.workspace) / "runs" / ".standing", ignore_errors=True)
    full, said = seconds(publish)
    ours, theirs = [], []
    for _ in range(given.rounds):
        took, again = seconds(publish)
        assert again == said, f"the short way says\n{again}and the long way\n{said}"
        ours.append(took)
        theirs.append(seconds(pandas)[0])
    lines = [
        "# Nothing to do",
        "",
        f"{date.today()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"{given.rounds} rounds in turn, medians; `python benchmarks/no_change.py DIR`.",
        "",
        "| | seconds |",
        "|---|---|",
        f"| `review publish monthly --period last`, nothing touched | {median(ours):.3f} |",
        f'| `python -c "import pandas"` | {median(theirs):.3f} |',
        f"| ratio (the bar is 1) | {median(ours) / median(theirs):.2f} |",
        f"| the long way, everything judged by content | {full:.2f} |",
        "",
        "Said both ways:",
        "",
        *(f"    {line}" for line in said.splitlines()[:2]),
        "",
    ]
    text = "\n".join(lines)
    print(text)
    (HERE / "results" / "no_change.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
