"""Kill releases at random moments, and fail their disk, at length; write down what was found.

    python tests/unattended/soak.py killed [--seed 1] [--kills 200] [--minutes M] [--write FILE]
    python tests/unattended/soak.py failed [--seed 1] [--rooms 50] [--minutes M] [--write FILE]
                                           [--share 1/1]

``killed``: see ``killing``. ``failed``: every change of a release fails once, and so many releases
find hardly any room on a disk of their own; see ``filling`` (root only, for it mounts that disk).
A result is one row: campaigns may be run in turns, of so many minutes each, and their rows add up.
Ends with 1 if anything broke what is promised.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from unattended import filling, killing
from unattended.driver import PHASES

_MACHINE = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
_KILLED = f"""\
# Releases killed at random moments

SIGKILL, at a random time of a phase or right before a random change to the company's files, half of
them with all children. After every one: the links of the site were walked, every file of every
edition was held against its manifest, the inbox against what was delivered, and the totals on the
page against the deliveries. Three of ten were followed by a release in peace, which had to finish
and to show every line once. {_MACHINE}.

| date | seed | {" | ".join(PHASES)} | killed | in peace | too late | minutes | faults |
|---|---|{"---:|" * (len(PHASES) + 5)}
"""
_FAILED = f"""\
# Releases on a disk that fails

One release is walked through: the n-th file opened for writing, rename, new or removed folder
fails, in half of the cases all after it, too, in every second case with a full disk, else with a
read-only or broken one or without the right. Really full: the company on a small disk with a random
number of pages (4 kB) left, out of those that a release takes at most. After every one: what was
said names disk or file; site, inbox and totals are whole; the next release finishes, shows every
line once and leaves nothing behind. {_MACHINE}.

| date | seed | share | changes | failed | really full | pages taken | unharmed | minutes | faults |
|---|---|---|---:|---:|---:|---:|---:|---:|---:|
"""


def killed(told: argparse.Namespace, folder: Path, until: float) -> tuple[str, list[str]]:
    """Kill releases, and give the row and the faults."""
    found = killing.campaign(folder, told.seed, told.kills, _tell, until)
    met = " | ".join(str(found.at[one]) for one in PHASES)
    row = f"| {met} | {found.kills} | {found.calm} | {found.too_late} |"
    return f"| {date.today()} | {told.seed} {row} {found.seconds / 60:.0f} |", found.faults


def failed(told: argparse.Namespace, folder: Path, until: float) -> tuple[str, list[str]]:
    """Fail the disk of releases, and give the row and the faults."""
    first, of = map(int, told.share.split("/"))
    found = filling.campaign(folder, told.seed, told.rooms, (first, of), _tell, until)
    full = found.steps.pop("really full", 0)
    row = f"| {found.changes} | {sum(found.steps.values())} | {full} | {found.pages} |"
    row = f"| {told.share} {row} {found.unharmed} | {found.seconds / 60:.0f} |"
    return f"| {date.today()} | {told.seed} {row}", found.faults


def _tell(what: str) -> None:
    print(what, flush=True)


def main() -> None:
    """Run the campaign and add its row to the result."""
    asked = argparse.ArgumentParser()
    asked.add_argument("kind", choices=["killed", "failed"], nargs="?", default="killed")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--kills", type=int, default=200)
    asked.add_argument("--rooms", type=int, default=50)
    asked.add_argument("--share", default="1/1")
    asked.add_argument("--minutes", type=float, default=600)
    asked.add_argument("--write", type=Path)
    told = asked.parse_args()
    until = time.monotonic() + 60 * told.minutes
    with tempfile.TemporaryDirectory(prefix=f"{told.kind}-") as folder:
        run = {"killed": killed, "failed": failed}[told.kind]
        row, faults = run(told, Path(folder), until)
    text = "\n".join([f"{row} {len(faults)} |", *(f"- seed {told.seed}: {one}" for one in faults)])
    print(text)
    if told.write:
        begins = {"killed": _KILLED, "failed": _FAILED}[told.kind]
        known = told.write.read_text(encoding="utf-8") if told.write.is_file() else begins
        told.write.write_text(f"{known}{text}\n", encoding="utf-8")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
