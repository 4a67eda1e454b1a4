"""Kill two hundred releases at random moments, and write down what was found.

    python tests/unattended/soak.py [--seed 1] [--kills 200] [--write RESULTS.md]

Ends with 1 if anything broke what is promised (see ``killing``).
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from unattended.driver import PHASES
from unattended.killing import Outcome, campaign


def page(outcome: Outcome, seed: int) -> str:
    """Write what was found."""
    phases = ", ".join(f"{outcome.at[one]} in {one}" for one in PHASES)
    faults = [f"- {one}" for one in outcome.faults] or ["None."]
    return "\n".join(
        [
            f"# Releases killed at random moments, {date.today()}",
            "",
            f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()};"
            f" seed {seed}: {outcome.kills} releases killed with SIGKILL ({phases}), {outcome.calm}"
            f" left in peace between them, {outcome.too_late} done before they could be killed;"
            f" {outcome.seconds:.0f} s.",
            "",
            "After every one: the links of the site were walked, every file of every edition was"
            " held against its manifest, the inbox against what was delivered, and the totals on"
            " the page against the deliveries.",
            "",
            "## Faults",
            "",
            *faults,
            "",
        ]
    )


def main() -> None:
    """Run the campaign and write the result."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--kills", type=int, default=200)
    asked.add_argument("--write", type=Path)
    told = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="killed-") as folder:
        outcome = campaign(
            Path(folder), told.seed, told.kills, tell=lambda fault: print(f"FAULT {fault}")
        )
    text = page(outcome, told.seed)
    print(text)
    if told.write:
        told.write.write_text(text, encoding="utf-8")
    sys.exit(1 if outcome.faults else 0)


if __name__ == "__main__":
    main()
