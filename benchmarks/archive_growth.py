"""Publish one more month on a site that holds 12, 60 and 240 months already.

    python benchmarks/archive_growth.py --workspace DIR [--months 12 60 240] [--rounds 3]
                                        [--write RESULTS.md]

DIR is a company one month of which was run (``review run monthly``): its executed pages are what
is published, every time. One edition is really made of them; the older months are copies of it
with record, manifest and seal rewritten, two editions each (a preliminary one and the final one
that took its place). Files are linked, not copied, so that 240 months fit on a laptop.

Each publication runs in a process of its own, in turn over the sizes. CPU time and memory count
that process and the builders that it starts; bytes are those of files that were not there before,
or are replaced. "Nothing new" is the same publication asked for once more.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

LAST = (2025, 12)
GOAL = 1.1


def months_back(count: int) -> list[str]:
    """Name the months before the one that is published, oldest first."""
    year, month = LAST
    number = year * 12 + month - 1
    return [f"{n // 12}-{n % 12 + 1:02d}" for n in range(number - count, number)]


# -- one publication, in a process of its own ----------------------------------------------------


def publish_one(root: Path, executed: Path, period: str) -> dict[str, Any]:
    """Publish executed pages, then ask once more; say what both cost."""
    from helpers.config.workspace import load_workspace
    from helpers.paths import WorkspacePaths
    from helpers.publish.book import publish
    from helpers.publish.content import PageBuilt
    from helpers.publish.home import HomeSummary
    from helpers.reviews.declarations import load_reviews
    from helpers.vocabulary.periods import parse_period

    workspace, _ = load_workspace(str(root))
    paths = WorkspacePaths(root)
    review = load_reviews().find("monthly")
    pages = {
        language: [
            PageBuilt(page.id, page.title, executed / language / f"{page.id}.ipynb", page.question)
            for page in review.pages
            if (executed / language / f"{page.id}.ipynb").is_file()
        ]
        for language in ("zh", "en")
    }
    when = parse_period(period)

    def once() -> dict[str, float]:
        start, used = time.perf_counter(), _cpu()
        publish(
            paths, workspace, "monthly", when, "final", pages, period,
            {one: HomeSummary.from_page(built[0].notebook, one) for one, built in pages.items()},
            title=review.title, data_through=when.end,
        )  # fmt: skip
        return {"seconds": time.perf_counter() - start, "cpu": _cpu() - used}

    built = once()
    mib = {
        "mib": _peak(resource.RUSAGE_SELF),
        "builder_mib": _peak(resource.RUSAGE_CHILDREN),
    }
    return {"built": built, "again": once(), **mib}


def _cpu() -> float:
    both = (resource.getrusage(one) for one in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)


def _peak(whose: int) -> float:
    return resource.getrusage(whose).ru_maxrss / 1024


def _in_a_process(root: Path, executed: Path, period: str) -> dict[str, Any]:
    command = [sys.executable, __file__, "--one", str(root), str(executed), period]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


# -- the archive ---------------------------------------------------------------------------------


def synthesise(site: Path, real: Path, period: str) -> None:
    """Put two editions of a month on the site: copies of a real one, with their own papers."""
    from helpers.config.files_read import sha256_of

    for number, status in ((1, "preliminary"), (2, "final")):
        folder = site / "monthly" / period / f"r{number}"
        shutil.copytree(real, folder, copy_function=os.link)
        record = json.loads((real / "edition.json").read_text(encoding="utf-8"))
        record |= {"period": period, "number": number, "status": status}
        record |= {"key": f"{period}-{number}", "data_through": f"{period}-28"}
        _rewrite(folder / "edition.json", record)
        manifest = json.loads((real / "manifest.json").read_text(encoding="utf-8"))
        manifest["edition"] |= {"period": period, "number": number, "status": status}
        manifest["files"]["edition.json"] = sha256_of(folder / "edition.json")
        _rewrite(folder / "manifest.json", manifest)


def _rewrite(path: Path, content: dict[str, Any]) -> None:
    path.unlink()  # it is a link to the real edition's
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")


def _files(site: Path) -> dict[str, tuple[int, int]]:
    """Give every file with its inode and size: what is replaced gets another inode."""
    return {
        one.relative_to(site).as_posix(): (one.stat().st_ino, one.stat().st_size)
        for one in site.rglob("*")
        if one.is_file()
    }


def _written(before: dict[str, tuple[int, int]], site: Path) -> dict[str, int]:
    found = {"edition": 0, "portal": 0, "assets": 0, "pointer": 0, "rest": 0}
    for name, (inode, size) in _files(site).items():
        if before.get(name) != (inode, size):
            parts = name.split("/")
            place = {"monthly": "edition", "portal": "portal", "_assets": "assets"}
            kind = place.get(parts[0], "pointer" if name == "editions.js" else "rest")
            kind = "pointer" if parts[-1] == "links.js" else kind
            found[kind] += size
    return found


def measure(workspace: Path, sizes: list[int], rounds: int) -> dict[int, dict[str, Any]]:
    """Publish one more month at each size, in turn, and take medians."""
    with tempfile.TemporaryDirectory(prefix="archive-", dir=workspace.parent) as folder:
        scratch = Path(folder)
        executed = next(one for one in sorted((workspace / "runs/monthly").iterdir()))
        base = scratch / "base"
        base.mkdir()
        for name in ("workspace.yml", "reference", "plan"):
            source = workspace / name
            if source.is_dir():
                shutil.copytree(source, base / name)
            elif source.is_file():
                shutil.copy(source, base / name)
        period = "{}-{:02d}".format(*LAST)
        _in_a_process(base, executed, period)
        real = base / "site/monthly" / period / "r1"
        runs: dict[int, list[dict[str, Any]]] = {size: [] for size in sizes}
        for _ in range(rounds):
            for size in sizes:
                root = scratch / f"company-{size}"
                shutil.copytree(base, root, ignore=shutil.ignore_patterns("site", "runs"))
                (root / "site").mkdir()
                shutil.copytree(base / "site/_assets", root / "site/_assets")
                for month in months_back(size):
                    synthesise(root / "site", real, month)
                # The archive's own first portal and seals are not what one more month costs.
                first = months_back(size + 1)[0]
                _in_a_process(root, executed, first)
                before = _files(root / "site")
                told = _in_a_process(root, executed, period)
                told["written"] = _written(before, root / "site")
                told["pointer"] = (root / "site/editions.js").stat().st_size
                runs[size].append(told)
                shutil.rmtree(root)
                print(size, told, file=sys.stderr)
    return {size: _median(found) for size, found in runs.items()}


def _median(found: list[dict[str, Any]]) -> dict[str, Any]:
    def middle(*path: str) -> float:
        values = []
        for one in found:
            value: Any = one
            for step in path:
                value = value[step]
            values.append(value)
        return statistics.median(values)

    return {
        "seconds": middle("built", "seconds"),
        "cpu": middle("built", "cpu"),
        "again": middle("again", "cpu"),
        "mib": middle("mib"),
        "builder_mib": middle("builder_mib"),
        "pointer": middle("pointer"),
        **{kind: middle("written", kind) for kind in found[0]["written"]},
    }


def report(found: dict[int, dict[str, Any]], rounds: int, load: float) -> str:
    """Write the table and the ratio of the largest archive to the smallest."""
    sizes = sorted(found)
    small, large = found[sizes[0]], found[sizes[-1]]
    total = {size: sum(found[size][kind] for kind in ("edition", "portal", "assets", "pointer",
             "rest")) for size in sizes}  # fmt: skip
    lines = [
        f"# One more month on a growing archive, {date.today()}",
        "",
        f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}; load "
        f"{load:.1f} at the start; the real monthly pages of the demo company in two languages; "
        f"two editions of each earlier month; medians of {rounds}, in turn.",
        "",
        "| months published | seconds | CPU s | nothing new, CPU s | peak MiB | builder MiB | "
        "edition kB | portal kB | pointer and links kB | all written kB |",
        "|" + "---|" * 10,
    ]
    for size in sizes:
        one = found[size]
        lines.append(
            f"| {size} | {one['seconds']:.1f} | {one['cpu']:.1f} | {one['again']:.2f} | "
            f"{one['mib']:.0f} | {one['builder_mib']:.0f} | {one['edition'] / 1e3:,.0f} | "
            f"{one['portal'] / 1e3:,.0f} | {one['pointer'] / 1e3:.1f} | "
            f"{total[size] / 1e3:,.0f} |"
        )
    ratios = {
        "CPU time": large["cpu"] / small["cpu"],
        "peak memory": large["mib"] / small["mib"],
        "bytes written": total[sizes[-1]] / total[sizes[0]],
    }
    said = ", ".join(f"{name} {value:.2f}x" for name, value in ratios.items())
    holds = "holds" if max(ratios.values()) <= GOAL else "does not hold"
    lines += ["", f"{sizes[-1]} months against {sizes[0]}: {said}. At most {GOAL}x: {holds}.", ""]
    return "\n".join(lines)


def main() -> None:
    """Measure and print, or run one publication for the measurement."""
    if sys.argv[1:2] == ["--one"]:
        root, executed, period = sys.argv[2:5]
        print(json.dumps(publish_one(Path(root), Path(executed), period)))
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--months", type=int, nargs="+", default=[12, 60, 240])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", type=Path)
    asked = parser.parse_args()
    load = os.getloadavg()[0]
    found = measure(asked.workspace.resolve(), asked.months, asked.rounds)
    text = report(found, asked.rounds, load)
    print(text)
    if asked.write:
        asked.write.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
