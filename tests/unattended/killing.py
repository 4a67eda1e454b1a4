"""Kill -9 at random moments of a release, and what must hold of site, inbox and figures.

A release is ingest, run, build and publish in one process with children of its own. Every phase
gets its share of the kills, for the moments that matter most are short. Half of them fall at a
random time of the phase, half right before a random change to the company's files. At times only
the process itself is killed, as the system does when memory runs out, at times with all its
children, as when the machine goes down. Whatever the moment:

- what readers open is whole: every link leads to a file, every file is the one that its edition's
  manifest names, and the totals on the page are those of some delivery, never a part of one;
- the inbox holds every file as it was delivered;
- the next run finishes by itself, and then the page shows every line once.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

from helpers.publish.pointer import read_pointer

from .company import Company
from .driver import PHASES

DRIVER = Path(__file__).with_name("driver.py")
#: A release takes seconds; one that takes minutes hangs.
MOST_SECONDS = 300
#: How many of twelve kills are aimed at a phase.
SHARES = dict(zip(PHASES, (1, 3, 2, 2, 3, 1), strict=True))
#: So many of ten killed releases are followed by one that is left in peace.
CALM_OF_TEN = 3
_TOTAL = re.compile(r"TOTAL (\d+) lines ([\d.]+) pounds")


@dataclass
class Outcome:
    """What a campaign found."""

    kills: int = 0
    calm: int = 0
    too_late: int = 0
    at: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0


@dataclass(frozen=True)
class Usual:
    """What a phase takes when nobody disturbs it."""

    seconds: float
    changes: int


@dataclass(frozen=True)
class Aim:
    """When a release is to die: at a time of a phase, or before a change made in it."""

    phase: str
    seconds: float | None
    change: int
    whole_group: bool

    def __str__(self) -> str:
        when = f"change {self.change}" if self.seconds is None else f"{self.seconds:.2f} s"
        return f"{self.phase} {when}{' with all children' if self.whole_group else ''}"


def campaign(
    folder: Path,
    seed: int,
    kills: int,
    tell: Callable[[str], object] = lambda what: None,
    until: float = math.inf,
) -> Outcome:
    """Kill so many releases of a little company; some are followed by a calm one.

    Args:
        folder: Where to work.
        seed: Draws every moment.
        kills: How many.
        tell: Told of each kill and of each fault.
        until: Begin no other one after this moment (``time.monotonic``).
    """
    rng, outcome, began = random.Random(seed), Outcome(), time.monotonic()
    company = Company(folder).found()
    usual = _calm(company, outcome, tell)
    for phase in _shares(rng):
        if outcome.kills == kills or len(outcome.faults) >= 10 or time.monotonic() > until:
            break
        path = company.deliver()
        if rng.random() < 0.3:
            company.repeat(path)
        aim = _aim(rng, phase, usual[phase])
        met = _killed(company, aim)
        named = f"seed {seed}, kill {outcome.kills + 1} at {aim}, {met or 'finished'}"
        if met:
            outcome.kills += 1
            outcome.at[met] += 1
        else:
            outcome.too_late += 1
        tell(named)
        _note(outcome, tell, named, _faults_meanwhile(company))
        if rng.random() < CALM_OF_TEN / 10:
            _calm(company, outcome, tell, named)
    _calm(company, outcome, tell, "after the last")
    outcome.seconds = time.monotonic() - began
    return outcome


def _shares(rng: random.Random) -> Iterator[str]:
    """Give phases without end, each as often as its share, in no order."""
    while True:
        turn = [phase for phase, share in SHARES.items() for _ in range(share)]
        rng.shuffle(turn)
        yield from turn


def _aim(rng: random.Random, phase: str, usual: Usual) -> Aim:
    by_time = not usual.changes or rng.random() < 0.5
    return Aim(
        phase,
        rng.uniform(0, usual.seconds) if by_time else None,
        rng.randint(1, max(usual.changes, 1)),
        rng.random() < 0.5,
    )


def _note(outcome: Outcome, tell: Callable[[str], object], named: str, faults: list[str]) -> None:
    for fault in faults:
        outcome.faults.append(f"{named}: {fault}")
        tell(f"FAULT {outcome.faults[-1]}")


def _calm(
    company: Company, outcome: Outcome, tell: Callable[[str], object], named: str = "first"
) -> dict[str, Usual]:
    """Release without disturbance: it must finish, and show every line once.

    Returns:
        What each phase took.
    """
    noted = _noted(company)
    try:
        done = subprocess.run(
            _command(company, noted), stdin=subprocess.DEVNULL, capture_output=True,
            text=True, timeout=MOST_SECONDS, check=False,
        )  # fmt: skip
        faults = [] if done.returncode == 0 else [f"the next run ended {done.returncode}: "
                                                  f"{done.stderr.strip()[-2000:]}"]  # fmt: skip
    except subprocess.TimeoutExpired:
        faults = ["the next run hangs"]
    outcome.calm += 1
    faults += _faults_meanwhile(company)
    shown = totals_shown(company.paths.site)
    if shown != company.told():
        faults.append(f"the page shows {shown}, delivered were {company.told()}")
    left = [one.name for one in company.paths.site.glob(".*")]
    faults += [f"left behind on the site: {one}" for one in left if one != ".build"]
    _note(outcome, tell, named, faults)
    return {
        phase: Usual(ended - began, after - before)
        for (phase, began, before), (_, ended, after) in pairwise(_phases(noted))
    }


def _killed(company: Company, aim: Aim) -> str:
    """Start a release, kill it where it is aimed at, and name the phase; empty if it was done."""
    noted = _noted(company)
    by_itself = aim.seconds is None
    process = subprocess.Popen(
        _command(company, noted, aim if by_itself else None), stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    if not by_itself:
        ends_at = time.monotonic() + MOST_SECONDS
        while process.poll() is None and time.monotonic() < ends_at:
            began = next((at for phase, at, _ in _phases(noted) if phase == aim.phase), None)
            if began is not None and time.monotonic() >= began + aim.seconds:
                (os.killpg if aim.whole_group else os.kill)(process.pid, signal.SIGKILL)
                break
            time.sleep(0.003)
    process.wait(MOST_SECONDS)
    return _phases(noted)[-1][0] if process.returncode == -signal.SIGKILL else ""


def _noted(company: Company) -> Path:
    """Say where a release notes its phases; what the one before noted goes."""
    path = company.root / "phases.txt"
    path.unlink(missing_ok=True)
    return path


def _phases(noted: Path) -> list[tuple[str, float, int]]:
    """Read the phases that were reached, when, and after how many changes to files."""
    text = noted.read_text(encoding="utf-8") if noted.is_file() else ""
    lines = [line.split() for line in text.split("\n")[:-1]]
    return [(phase, float(at), int(changes)) for phase, at, changes in lines] or [("start", 0.0, 0)]


def _command(company: Company, noted: Path, aim: Aim | None = None) -> list[str]:
    command = [sys.executable, str(DRIVER), str(company.root), str(noted)]
    if aim:
        command += [aim.phase, str(aim.change), *(["group"] if aim.whole_group else [])]
    return command


# -- what must hold at any moment ------------------------------------------------------------------


def _faults_meanwhile(company: Company) -> list[str]:
    faults = company.inbox_faults()
    site = company.paths.site
    faults += site_faults(site)
    if (shown := totals_shown(site)) and shown not in company.seen:
        faults.append(f"the page shows {shown}, which nobody delivered")
    return faults


def totals_shown(site: Path) -> tuple[int, Decimal] | None:
    """Read lines and GMV from the page that the site leads to; None before the first edition."""
    told = read_pointer(site)
    if told is None:
        return None
    last = told["editions"][-1]["folder"]
    found = _TOTAL.search((site / last / "en" / "index.html").read_text(encoding="utf-8"))
    return (int(found[1]), Decimal(found[2])) if found else (0, Decimal(0))


def site_faults(site: Path) -> list[str]:
    """Walk the site from its first page: every link leads somewhere, every edition is as made."""
    index = site / "index.html"
    if not index.is_file():
        return []
    faults, waiting, walked = [], [index], set()
    while waiting:
        page = waiting.pop()
        if page in walked:
            continue
        walked.add(page)
        text = page.read_text(encoding="utf-8")
        if not text.rstrip().endswith("</html>"):
            faults.append(f"{page.relative_to(site)} is cut short")
        for link in _links(text):
            target = (page.parent / link).resolve()
            if not target.is_file():
                faults.append(f"{page.relative_to(site)} leads to {link}, which is not there")
            elif target.suffix == ".html":
                waiting.append(target)
    for manifest in site.glob("*/*/r*/manifest.json"):
        faults += _changed(manifest)
    return faults


def _changed(manifest: Path) -> Iterator[str]:
    files = json.loads(manifest.read_text(encoding="utf-8"))["files"]
    for name, sha256 in files.items():
        path = manifest.parent / name
        if not path.is_file():
            yield f"{path} is missing"
        elif hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
            yield f"{path} is not what was published"


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in ("href", "src") and value]


def _links(text: str) -> Iterator[str]:
    parser = _Links()
    parser.feed(text)
    for link in parser.found:
        parts = urlsplit(link)
        if not parts.scheme and not parts.netloc and parts.path:
            yield unquote(parts.path)
