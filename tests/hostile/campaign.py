"""Spoilt files through the front door, many at once, and what must hold of every one of them.

The door runs as a user runs it: `review ingest --json` in a process of its own, with a bound on
its address space and its time, in a workspace whose very name is hostile. Many mutants lie in one
inbox; where a process dies of one of them, each is tried alone.
"""

from __future__ import annotations

import contextlib
import csv
import hashlib
import json
import os
import re
import resource
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from helpers.config.workspace import load_workspace
from helpers.tables.intake.inbox import printable
from helpers.tables.models import load_models
from helpers.tables.warehouse import Warehouse
from helpers.vocabulary.faults import ReviewError

from .exports import PERIOD, ROWS, WORKSPACE, Export, witness
from .mutations import KEEP_ROWS, spoilt

#: A process that asks for more than this is stopped by the kernel.
ADDRESS_SPACE = 6 << 30
#: What it may have resident at most; the goal for five million sound lines is 2 GiB.
MOST_RESIDENT = 2 << 30
SECONDS_FOR_A_BATCH = 300
#: Nobody reads more than a screen.
LONGEST_MESSAGE = 4_000
TOGETHER = 25
#: The folder of the workspace: every sign in it means something to a shell, SQL or a glob.
HOSTILE_NAME = "com[p]any 'x' $HOME {a,b} * é仓"
COMMAND = [sys.executable, "-c", "from helpers.cli import main; main()"]
#: What must not be said to somebody who only wants to know what to do.
_RAW = re.compile(
    r"Traceback|report it with the file|Error:|[a-z]Error\b|Exception\b|<class"
    r"|0x[0-9a-f]{6}"
)


@dataclass(frozen=True)
class Mutant:
    """One spoilt file, or several that one mutation makes."""

    seed: int
    export: Export
    mutation: str

    @property
    def title(self) -> str:
        return f"seed {self.seed}, {self.export.family} ({self.export.name}), {self.mutation}"


@dataclass
class Outcome:
    """What a campaign found."""

    mutants: int = 0
    files: int = 0
    statuses: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    seconds: float = 0
    slowest_batch: float = 0
    most_resident: int = 0
    faults: list[str] = field(default_factory=list)


def run(
    mutants: Sequence[Mutant],
    together: int = TOGETHER,
    tell: Callable[[str], object] = lambda fault: None,
    *,
    outcome: Outcome | None = None,
    within: float = float("inf"),
) -> Outcome:
    """Walk all mutants through the door, or as many as there is time for.

    Args:
        mutants: All of them, in one order.
        together: How many lie in one inbox.
        tell: Is told each fault at once.
        outcome: What a turn before this one found; it is carried on where that ended.
        within: No batch is begun after so many seconds.
    """
    outcome = outcome or Outcome()
    began, spent = time.monotonic(), outcome.seconds
    for at in range(outcome.mutants, len(mutants), together):
        if time.monotonic() - began > within:
            break
        batch = mutants[at : at + together]
        faults = _narrowed(batch, _batch(batch, outcome))
        for one in faults:
            tell(one)
        outcome.faults += faults
        outcome.mutants += len(batch)
        outcome.seconds = spent + time.monotonic() - began
    return outcome


def _narrowed(batch: Sequence[Mutant], faults: list[str]) -> list[str]:
    """Find out of which mutant a process died, by trying one half of them and then the other."""
    if len(batch) == 1 or not any(one.startswith("the process") for one in faults):
        return faults
    middle = len(batch) // 2
    found = [
        fault
        for half in (batch[:middle], batch[middle:])
        for fault in _narrowed(half, _batch(half, Outcome()))
    ]
    return found or [f"only together: {one}" for one in faults]


def _batch(batch: Sequence[Mutant], outcome: Outcome) -> list[str]:
    with tempfile.TemporaryDirectory(prefix="hostile-") as folder:
        return _walk(Path(folder), batch, outcome)


def _walk(folder: Path, batch: Sequence[Mutant], outcome: Outcome) -> list[str]:
    root = folder / HOSTILE_NAME
    scratch, home = folder / "scratch", folder / "home"
    for one in (root / "inbox" / "witness", scratch, home):
        one.mkdir(parents=True)
    (root / "workspace.yml").write_text(WORKSPACE, encoding="utf-8")
    (root / "inbox" / "witness" / "witness.csv").write_bytes(witness())
    for at, mutant in enumerate(batch):
        _drop(root / "inbox" / mutant.export.store / PERIOD / f"m{at}", mutant)
    before, around = _state(root / "inbox"), _names(folder)
    done = ingested(root, scratch, home)
    outcome.slowest_batch = max(outcome.slowest_batch, done.seconds)
    outcome.most_resident = max(outcome.most_resident, done.resident)
    faults = list(_of_the_process(done))
    if faults:
        return [f"{one} [{'; '.join(mutant.title for mutant in batch)}]" for one in faults]
    if _state(root / "inbox") != before:
        faults.append("the inbox is not what it was")
    if left := _names(folder) - around:
        faults.append(f"left outside the workspace: {sorted(left)[:5]}")
    faults += _of_the_files(root, batch, json.loads(done.out), outcome)
    faults += _of_the_tables(root, json.loads(done.out))
    return faults


def _drop(place: Path, mutant: Mutant) -> None:
    place.mkdir(parents=True)
    for name, what in spoilt(mutant.seed, mutant.export, mutant.mutation):
        path = Path(os.fsdecode(os.fsencode(place) + b"/" + os.fsencode(name)))
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(what, bytes):
            path.write_bytes(what)
        else:
            what(path)


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str
    seconds: float
    resident: int


def ingested(root: Path, scratch: Path, home: Path, *words: str) -> Done:
    """Run `review ingest --json` with all bounds."""
    env = {
        "PATH": os.environ["PATH"], "HOME": str(home), "TMPDIR": str(scratch),
        "LANG": "C.UTF-8", "PYTHONPATH": os.pathsep.join(sys.path),
    }  # fmt: skip

    def bound() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
        resource.setrlimit(resource.RLIMIT_FSIZE, (4 << 30, 4 << 30))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    with (
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as err,
        subprocess.Popen(
            [*COMMAND, "ingest", "--json", "--workspace", str(root), *words],
            stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=env, preexec_fn=bound,
            cwd=home,
        ) as process,
    ):  # fmt: skip
        began, usage, code = time.monotonic(), None, None
        while code is None and time.monotonic() - began < SECONDS_FOR_A_BATCH:
            done, status, usage = os.wait4(process.pid, os.WNOHANG)
            if done:
                code = os.waitstatus_to_exitcode(status)
                process.returncode = code
            else:
                time.sleep(0.05)
        if code is None:
            process.kill()
            process.wait()
            code = -1000
        out.seek(0), err.seek(0)
        return Done(
            code,
            out.read().decode("utf-8", "backslashreplace"),
            err.read().decode("utf-8", "backslashreplace"),
            time.monotonic() - began,
            usage.ru_maxrss * 1024 if usage else 0,
        )


def _of_the_process(done: Done) -> Iterator[str]:
    if done.code == -1000:
        yield f"the process hangs: more than {SECONDS_FOR_A_BATCH} s"
        return
    if done.code not in (0, 1):
        yield f"the process ends with {done.code}: {done.err[-1500:]}"
        return
    if found := _RAW.search(done.err):
        yield f"the process says {found[0]!r}: {done.err[-1500:]}"
    if done.resident > MOST_RESIDENT:
        yield f"the process takes {done.resident >> 20} MiB"
    try:
        json.loads(done.out)
    except ValueError:
        yield f"the process prints no JSON: {done.out[:300]!r} {done.err[-1500:]}"


def _of_the_files(
    root: Path, batch: Sequence[Mutant], told: dict[str, Any], outcome: Outcome
) -> Iterator[str]:
    """Check what the receipt says of each file, and that it says something of each."""
    named = {one["path"]: one for one in told["files"]}
    skipped = {one["path"] for one in told["skipped"]}
    for path in _entries(root / "inbox"):
        inside = path.relative_to(root).as_posix()
        shown = printable(inside)
        ways = {inside, shown, inside.removeprefix("inbox/"), shown.removeprefix("inbox/")}
        # Of a hidden folder, the folder is named.
        ways |= {str(one) for way in list(ways) for one in Path(way).parents}
        if not ways & {*named, *skipped} and not _is_another_name(path, named, root):
            yield f"nothing is said of {inside!r} [{_whose(inside, batch)}]"
    reads: dict[str, int] = {}
    for path, one in named.items():
        whose = _whose(path, batch)
        outcome.files += 1
        outcome.statuses[one["status"]] = outcome.statuses.get(one["status"], 0) + 1
        counts = [one[f"rows_{part}"] for part in ("read", "kept", "quarantined", "duplicate")]
        for part, count in zip(("read", "kept", "quarantined", "duplicate"), counts, strict=True):
            outcome.rows[part] = outcome.rows.get(part, 0) + count
        if counts[0] != sum(counts[1:]) or min(counts) < 0:
            yield f"{path!r}: rows {counts} do not add up [{whose}]"
        if len(one["message"]) > LONGEST_MESSAGE:
            yield f"{path!r}: says {len(one['message']):,} signs [{whose}]"
        elif _RAW.search(one["message"]) or "\n" in one["message"]:
            yield f"{path!r}: says {one['message'][:500]!r} [{whose}]"
        if one["status"] == "refused" and "; " not in one["message"]:
            yield f"{path!r}: is refused without a way out: {one['message'][:300]!r} [{whose}]"
        if path.startswith("inbox/witness/") and (one["status"], *counts[:2]) != (
            "accepted", ROWS, ROWS,
        ):  # fmt: skip
            yield f"the sound file beside them: {one}"
        reads[path] = counts[0]
        listed = _listed(root, path)
        if one["status"] in ("partly", "refused") and listed is None:
            yield f"{path!r}: no list of what is wrong in quarantine/ [{whose}]"
        elif one["rows_quarantined"] and len({row[1] for row in listed or ()}) != counts[2]:
            yield f"{path!r}: {counts[2]} rows set aside, other lines listed [{whose}]"
        elif listed and any(cell[:1] in ("=", "+", "-", "@") for row in listed for cell in row):
            yield f"{path!r}: its list of faults runs in a spreadsheet [{whose}]"
    for at, mutant in enumerate(batch):
        if mutant.mutation not in KEEP_ROWS:
            continue
        place = f"inbox/{mutant.export.store}/{PERIOD}/m{at}/{mutant.export.name}"
        one = named.get(place, {"status": "absent"})
        sound = len([row for row in mutant.export.rows if any(cell.strip() for cell in row)])
        aside = re.findall(r"set aside: ([^;]*)", one.get("message", ""))
        sound -= sum(int(count) for part in aside for count in re.findall(r"(\d+) [a-z]", part))
        if one["status"] != "refused" and one.get("rows_read") != sound:
            yield f"{one} has {sound} rows to account for [{mutant.title}]"


def _is_another_name(path: Path, named: dict[str, Any], root: Path) -> bool:
    """A link to a file that is listed needs no line of its own, nor one to where another leads."""
    with contextlib.suppress(OSError, ValueError, RuntimeError):
        if not path.is_symlink():
            return False
        leads = path.readlink()
        others = (root / one for one in named)
        if any(one.is_symlink() and one.readlink() == leads for one in others):
            return True
        return path.resolve().relative_to(root).as_posix() in named
    return False


def _whose(path: str, batch: Sequence[Mutant]) -> str:
    found = re.search(r"/m(\d+)/", path + "/")
    return batch[int(found[1])].title if found else "?"


def _listed(root: Path, path: str) -> list[list[str]] | None:
    name = re.sub(r"[^\w.\-]+", "_", path.removeprefix("inbox/").replace("/", "__"))[:40]
    mark = hashlib.blake2b(path.encode("utf-8", "backslashreplace"), digest_size=4).hexdigest()
    found = [
        one for one in (root / "quarantine").glob("*.csv")
        if one.name.startswith(name) and one.stem.endswith(mark)
    ] if (root / "quarantine").is_dir() else []  # fmt: skip
    if not found:
        return None
    csv.field_size_limit(1 << 26)
    with found[0].open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))[1:]


def _of_the_tables(root: Path, told: dict[str, Any]) -> Iterator[str]:
    """The tables can be read, and hold what the receipts say."""
    try:
        workspace, paths = load_workspace(str(root))
        with Warehouse.open(paths, workspace) as warehouse:
            for table in load_models():
                warehouse.sql(f"SELECT * FROM {table} ORDER BY ALL LIMIT 50")
            frame = warehouse.sql(
                "SELECT count(*) AS n, sum(rows_read) AS r, sum(rows_kept) AS k,"
                " sum(rows_quarantined) AS q, sum(rows_duplicate) AS d FROM import_batches"
            )
    except ReviewError as trouble:
        yield f"the tables cannot be read: {trouble}"
        return
    taken = [one for one in told["files"] if one["status"] in ("accepted", "partly")]
    sums = [len(taken)] + [
        sum(one[f"rows_{part}"] for one in taken)
        for part in ("read", "kept", "quarantined", "duplicate")
    ]
    if [int(one) for one in frame.iloc[0]] != sums:
        yield f"import_batches says {list(frame.iloc[0])}, the receipts say {sums}"


def _entries(folder: Path) -> Iterator[Path]:
    """All that lies in a folder and is no plain folder; links are not followed."""
    with os.scandir(folder) as found:
        for one in found:
            if one.is_dir(follow_symlinks=False):
                yield from _entries(Path(one.path))
            else:
                yield Path(one.path)


def _state(folder: Path) -> dict[str, object]:
    """Everything below a folder: kind, time of change, hash of the bytes."""
    found: dict[str, object] = {}
    for path in _entries(folder):
        looks = path.lstat()
        whole = hashlib.sha256(path.read_bytes()).hexdigest() if stat.S_ISREG(looks.st_mode) else ""
        found[str(path)] = (looks.st_mode, looks.st_mtime_ns, looks.st_size, whole)
    return found


def _names(folder: Path) -> set[str]:
    """What lies around the workspace, and nothing of what lies in it."""
    found = set()
    for where, folders, files in os.walk(folder):
        if HOSTILE_NAME in folders:
            folders.remove(HOSTILE_NAME)
        found |= {f"{where}/{one}" for one in [*folders, *files]}
    return found


def write_result(outcome: Outcome, path: Path, heading: Iterable[str]) -> None:
    """Write what was found, for people."""
    shutil.rmtree(path, ignore_errors=True)
    lines = [*heading, "", "| | |", "|---|---:|"]
    lines += [f"| mutations | {outcome.mutants:,} |", f"| files | {outcome.files:,} |"]
    lines += [f"| {name} | {count:,} |" for name, count in sorted(outcome.statuses.items())]
    lines += [f"| rows {name} | {count:,} |" for name, count in outcome.rows.items()]
    lines += [
        f"| seconds | {outcome.seconds:,.0f} |",
        f"| slowest batch of {TOGETHER}, seconds | {outcome.slowest_batch:.1f} |",
        f"| most memory, MiB | {outcome.most_resident >> 20:,} |",
        f"| **faults** | **{len(outcome.faults)}** |", "",
    ]  # fmt: skip
    lines += [f"- {one}" for one in outcome.faults]
    path.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")
