"""Kill -9 at random moments of a release, and what must hold of site, inbox and figures.

A release is ingest, run, build and publish in one process with children of its own. At a random
moment it is killed: at times only the process itself, as the system does when memory runs out, at
times with all its children, as when the machine goes down. Whatever the moment:

- what readers open is whole: every link leads to a file, every file is the one that its edition's
  manifest names, and the totals on the page are those of some delivery, never a part of one;
- the inbox holds every file as it was delivered;
- the next run finishes by itself, and then the page shows every line once.
"""

from __future__ import annotations

import hashlib
import json
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
from pathlib import Path
from urllib.parse import unquote, urlsplit

from .company import Company

DRIVER = Path(__file__).with_name("driver.py")
#: A release takes seconds; one that takes minutes hangs.
MOST_SECONDS = 300
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


def campaign(
    folder: Path, seed: int, kills: int, tell: Callable[[str], object] = lambda fault: None
) -> Outcome:
    """Kill so many releases of a little company; two in five are followed by a calm one."""
    rng, outcome, began = random.Random(seed), Outcome(), time.monotonic()
    company = Company(folder).found()
    usual = _calm(company, outcome, tell)
    while outcome.kills < kills and len(outcome.faults) < 10:
        path = company.deliver()
        if rng.random() < 0.3:
            company.repeat(path)
        moment, whole_group = rng.uniform(0, usual), rng.random() < 0.5
        step = _killed(company, moment, whole_group)
        named = f"seed {seed}, kill {outcome.kills + 1} at {moment:.2f} s, {step or 'finished'}"
        if step:
            outcome.kills += 1
            outcome.at[step] += 1
        else:
            outcome.too_late += 1
        _note(outcome, tell, named, _faults_meanwhile(company))
        if rng.random() < 0.4:
            seconds = _calm(company, outcome, tell, named)
            # One that found all its work done says nothing of how long a release takes.
            usual = (usual + seconds) / 2 if step else usual
    _calm(company, outcome, tell, "after the last")
    outcome.seconds = time.monotonic() - began
    return outcome


def _note(outcome: Outcome, tell: Callable[[str], object], named: str, faults: list[str]) -> None:
    for fault in faults:
        outcome.faults.append(f"{named}: {fault}")
        tell(outcome.faults[-1])


def _calm(
    company: Company, outcome: Outcome, tell: Callable[[str], object], named: str = "first"
) -> float:
    """Release without disturbance: it must finish, and show every line once."""
    began = time.monotonic()
    try:
        done = subprocess.run(
            _command(company), stdin=subprocess.DEVNULL, capture_output=True,
            text=True, timeout=MOST_SECONDS, check=False,
        )  # fmt: skip
        faults = [] if done.returncode == 0 else [f"the next run ended {done.returncode}: "
                                                  f"{done.stderr.strip()[-2000:]}"]  # fmt: skip
    except subprocess.TimeoutExpired:
        faults = ["the next run hangs"]
    seconds = time.monotonic() - began
    outcome.calm += 1
    faults += _faults_meanwhile(company)
    shown = totals_shown(company.paths.site)
    if shown != company.told():
        faults.append(f"the page shows {shown}, delivered were {company.told()}")
    left = [one.name for one in company.paths.site.glob(".*")]
    faults += [f"left behind on the site: {one}" for one in left if one != ".build"]
    _note(outcome, tell, named, faults)
    return seconds


def _killed(company: Company, moment: float, whole_group: bool) -> str:
    """Start a release, kill it at the moment, and name its step; empty if it was done before."""
    steps = company.root / "steps.txt"
    steps.unlink(missing_ok=True)
    process = subprocess.Popen(
        _command(company), stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        process.wait(moment)
    except subprocess.TimeoutExpired:
        if whole_group:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.wait()
        told = steps.read_text(encoding="utf-8").split("\n") if steps.is_file() else []
        return next((one for one in reversed(told) if one), "start")
    return ""


def _command(company: Company) -> list[str]:
    return [sys.executable, str(DRIVER), str(company.root), str(company.root / "steps.txt")]


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
    pointer = site / "editions.js"
    if not pointer.is_file():
        return None
    told = json.loads(pointer.read_text(encoding="utf-8").split("=", 1)[1].strip().rstrip(";"))
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
