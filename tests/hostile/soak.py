"""Spoil every kind of file in every way, and write down what the front door made of it.

    python tests/hostile/soak.py [--seed 1] [--mutations 600] [--write RESULTS.md]
        [--so-far FILE.json [--within SECONDS]]

With ``--so-far`` the campaign is carried on where that file left it, and what was found is kept
there; with ``--within`` a turn ends after that time, and the result is written in the last one.

The files are those of every family, made of its own declaration, and those of the demo company.
Every mutation is done at least once, and every family is spoilt at least once; the rest is drawn
by the seed. Ends with 1 if anything broke what is promised.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import sys
import tempfile
from collections import Counter
from dataclasses import asdict
from datetime import date
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from hostile.campaign import ADDRESS_SPACE, MOST_RESIDENT, Mutant, Outcome, run, write_result
from hostile.exports import Export, every_family, of_the_demo
from hostile.mutations import DEAR, MUTATIONS, fits


def seeds(folder: Path) -> list[Export]:
    """Give the valid files: made ones, then the demo's."""
    from helpers.demo.company import write_demo

    write_demo(folder, seed=7, months=3, until="2025-12", scale=0.02)
    return [*every_family(), *of_the_demo(folder / "inbox")]


def drawn(exports: list[Export], seed: int, count: int) -> list[Mutant]:
    """Draw pairs of file and mutation, without a repetition."""
    rng = random.Random(seed)
    pairs = {
        (name, at)
        for name in MUTATIONS
        for at, one in enumerate(exports)
        if fits(one, name) and name not in DEAR
    }
    first = [(name, rng.randrange(len(exports))) for name in MUTATIONS if name not in DEAR]
    first = [(name, at) for name, at in first if fits(exports[at], name)]
    by_file = [(rng.choice(sorted(MUTATIONS)), at) for at in range(len(exports))]
    chosen = dict.fromkeys([*first, *((name, at) for name, at in by_file if (name, at) in pairs)])
    rest = sorted(pairs - set(chosen))
    chosen |= dict.fromkeys(rng.sample(rest, min(max(count - len(chosen), 0), len(rest))))
    # Those that cost most come once each.
    mutants = [Mutant(seed, exports[at], name) for name, at in chosen]
    mutants += [Mutant(seed, exports[0], name) for name in sorted(DEAR)]
    return rng.sample(mutants, len(mutants))


def main() -> None:
    """Run the campaign and write the result."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--mutations", type=int, default=600)
    asked.add_argument("--write", type=Path)
    asked.add_argument("--so-far", type=Path)
    asked.add_argument("--within", type=float, default=float("inf"))
    told = asked.parse_args()
    so_far = Outcome()
    if told.so_far and told.so_far.is_file():
        so_far = Outcome(**json.loads(told.so_far.read_text(encoding="utf-8")))
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        exports = seeds(Path(folder))
        mutants = drawn(exports, told.seed, told.mutations)
        print(f"{len(mutants)} mutants of {len(exports)} files, {len(MUTATIONS)} mutations")
        outcome = run(
            mutants,
            tell=lambda fault: print(f"FAULT {fault}\n", flush=True),
            outcome=so_far,
            within=told.within,
        )
    if told.so_far:
        told.so_far.write_text(json.dumps(asdict(outcome)), encoding="utf-8")
    families = Counter(one.export.family for one in mutants)
    heading = [
        f"# Spoilt files through the front door, {date.today()}", "",
        f"{len(mutants)} mutants of {len(exports)} valid files of {len(families)} families"
        f" (seed {told.seed}, {len(MUTATIONS)} kinds of mutation), through `review ingest --json`,"
        f" {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, duckdb"
        f" {version('duckdb')}, python-calamine {version('python-calamine')}. Address space bounded"
        f" at {ADDRESS_SPACE >> 30} GiB, resident memory at {MOST_RESIDENT >> 30} GiB.",
    ]  # fmt: skip
    print(f"{outcome.mutants} mutants, {outcome.files} files, {outcome.statuses}, {outcome.rows},"
          f" {outcome.seconds:.0f} s, {outcome.most_resident >> 20} MiB,"
          f" {len(outcome.faults)} faults")  # fmt: skip
    if told.write and outcome.mutants == len(mutants):
        write_result(outcome, told.write, heading)
    sys.exit(1 if outcome.faults else 0)


if __name__ == "__main__":
    main()
