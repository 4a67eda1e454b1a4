"""Kill publications while readers walk through the site, a share and a bucket.

    python tests/publish/soak.py [--seed 1] [--killed 50] [--by-hand 200] [--write RESULTS.md]

Every publication goes live and is sent to a folder and to a local S3 server; each is killed with
SIGKILL at a moment drawn by the seed. Fifty of them build a book first, as ``review publish`` does;
more of them put pages live that were written by hand, so that most moments are those that matter.
Ends with 1 if a reader met anything that was not whole, or if the next publication could not go on.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

from buckets import KEYS, local_bucket
from publishers import publishers
from reading import Reader, Walk, in_folder

from helpers.publish.editions import editions_of, newest
from helpers.publish.holdings import understood
from helpers.publish.pointer import read_pointer

#: Never a publication in peace for longer than this many killed ones: there must be news to read.
_IN_PEACE_EVERY = 10
_PAUSE = 0.1
_KINDS = {"by-hand": "pages by hand", "built": "books that are built"}


def campaign(kind: str, root: Path, luck: random.Random, killed: int) -> list[str]:
    """Run one kind of publication, and give the rows of the result."""
    site, share = root / "site", root / "share"
    share.mkdir(parents=True)
    started = time.monotonic()
    with local_bucket() as bucket:
        os.environ |= {
            **KEYS, "AWS_ENDPOINT_URL_S3": bucket.address, "AWS_DEFAULT_REGION": "us-east-1"
        }  # fmt: skip
        readers = {
            "the site": Reader(in_folder(site), _PAUSE),
            "a folder": Reader(in_folder(share), _PAUSE),
            "a bucket": Reader(bucket.get, _PAUSE),
        }
        with publishers(kind, root, [str(share), "s3://board/reviews"]) as who:
            who.whole()
            before = time.monotonic()
            who.whole()
            takes = time.monotonic() - before
            for reader in readers.values():
                reader.start()
            for number in range(killed):
                who.killed_after(luck.uniform(0, 1.25 * takes))
                if number % _IN_PEACE_EVERY == _IN_PEACE_EVERY - 1 or number == killed - 1:
                    who.whole()
        for reader in readers.values():
            reader.stop()
        editions = editions_of(site)
        for read in (in_folder(site), in_folder(share), bucket.get):
            walk = Walk(read)
            for one in editions:
                walk.edition(one.folder)
        stands = [newest(editions)[-1].folder]  # of one review; links lead to the others
        for pointer in (
            read_pointer(site), read_pointer(share), understood(bucket.get("editions.js"))
        ):  # fmt: skip
            assert pointer and [one["folder"] for one in pointer["editions"]] == stands
        left = [one for top in (site, share) for one in top.rglob("*") if one.name.startswith(".")]
        assert not left, left
    minutes = (time.monotonic() - started) / 60
    print(f"{kind}: {killed} killed, {len(editions)} editions, {minutes:.0f} min", flush=True)
    return [
        f"| {_KINDS[kind]} ({takes:.1f} s in peace) | {killed} | {len(editions)} | {name} |"
        f" {reader.walks:,} | {reader.files:,} | {len(reader.seen)} | 0 |"
        for name, reader in readers.items()
    ]


def result(seed: int, rows: list[str]) -> list[str]:
    """Write the page of results."""
    return [
        f"# Readers while publications are killed, {date.today()}",
        "",
        "Publications killed with SIGKILL at random moments, each of which goes live and is sent"
        f" to a folder and to a local S3 server (moto). Seed {seed}, {os.cpu_count()} cores,"
        f" {platform.machine()}, Python {platform.python_version()}.",
        "",
        "A reader walks from the first page, by its links and by the pointer, through every page"
        " of the portal and of the newest edition in both languages, again and again; pages that"
        " were open before must stay whole, too.",
        "",
        "| publications | killed | editions | readers of | walks | files read | editions seen |"
        " not whole |",
        "|---|---:|---:|---|---:|---:|---:|---:|",
        *rows,
        "",
        "Afterwards every edition was whole in all three places, the pointers were the same, and"
        " nothing of the killed publications was left. Every tenth publication, and the last one,"
        " was left in peace.",
    ]


def main() -> None:
    """Run the campaign and write the result."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--killed", type=int, default=50)
    asked.add_argument("--by-hand", type=int, default=200)
    asked.add_argument("--write", type=Path)
    given = asked.parse_args()
    print(f"readers: seed {given.seed}", flush=True)
    luck = random.Random(given.seed)
    rows: list[str] = []
    for kind, killed in (("by-hand", given.by_hand), ("built", given.killed)):
        if killed:
            with tempfile.TemporaryDirectory(prefix="readers-") as folder:
                rows += campaign(kind, Path(folder) / "company", luck, killed)
    text = "\n".join(result(given.seed, rows)) + "\n"
    print(text)
    if given.write:
        given.write.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
