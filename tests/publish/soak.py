"""Kill fifty publications while readers walk through the site, a share and a bucket.

    python tests/publish/soak.py [--seed 1] [--killed 50] [--write RESULTS.md]

Every publication builds a book as ``review publish`` does, goes live, and is sent to a folder and
to a local S3 server; each is killed with SIGKILL at a moment drawn by the seed. Ends with 1 if a
reader met anything that was not whole, or if the next publication could not go on.
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
from helpers.publish.going_live import read_pointer, understood

#: Never a publication in peace for longer than this many killed ones: there must be news to read.
_IN_PEACE_EVERY = 10


def campaign(root: Path, seed: int, killed: int) -> list[str]:
    """Run it, and give the lines of the result."""
    luck = random.Random(seed)
    site, share = root / "site", root / "share"
    share.mkdir()
    started = time.monotonic()
    with local_bucket() as bucket:
        os.environ |= {
            **KEYS, "AWS_ENDPOINT_URL_S3": bucket.address, "AWS_DEFAULT_REGION": "us-east-1"
        }  # fmt: skip
        readers = {
            "the site": Reader(in_folder(site)),
            "a folder it is sent to": Reader(in_folder(share)),
            "a bucket it is sent to": Reader(bucket.get),
        }
        with publishers("built", root, [str(share), "s3://board/reviews"]) as who:
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
        stands = [one.folder for one in newest(editions)]
        for pointer in (
            read_pointer(site), read_pointer(share), understood(bucket.get("editions.js"))
        ):  # fmt: skip
            assert pointer and [one["folder"] for one in pointer["editions"]] == stands
        left = [one for top in (site, share) for one in top.rglob("*") if one.name.startswith(".")]
        assert not left, left
    rows = [
        f"| {name} | {reader.walks:,} | {reader.files:,} | {len(reader.seen)} | 0 |"
        for name, reader in readers.items()
    ]
    return [
        f"# Readers while publications are killed, {date.today()}",
        "",
        f"{killed} publications killed with SIGKILL at random moments (seed {seed}), each of which"
        " builds a book, goes live, and is sent to a folder and to a local S3 server (moto);"
        f" one takes {takes:.0f} s in peace. {os.cpu_count()} cores, {platform.machine()}, Python"
        f" {platform.python_version()}, {(time.monotonic() - started) / 60:.0f} minutes,"
        f" {len(editions)} editions.",
        "",
        "A reader walks from the first page, by its links and by the pointer, through every page"
        " of the portal and of the newest edition in both languages, again and again; pages that"
        " were open before must stay whole, too.",
        "",
        "| Readers of | walks | files read | editions seen | not whole |",
        "|---|---:|---:|---:|---:|",
        *rows,
        "",
        "Afterwards every edition was whole in all three places, the pointers were the same, and"
        " nothing of the killed publications was left.",
    ]


def main() -> None:
    """Run the campaign and write the result."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--killed", type=int, default=50)
    asked.add_argument("--write", type=Path)
    given = asked.parse_args()
    print(f"readers: seed {given.seed}, {given.killed} killed publications", flush=True)
    with tempfile.TemporaryDirectory(prefix="readers-") as folder:
        lines = campaign(Path(folder), given.seed, given.killed)
    text = "\n".join(lines) + "\n"
    print(text)
    if given.write:
        given.write.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
