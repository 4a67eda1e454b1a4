"""Time notebooks that start warm against a plain papermill loop, and against their bare code.

    python benchmarks/warm_engine.py [--scale 0.2] [--write benchmarks/results/warm_engine.md]

Two sets, everything in one go on one machine, two pages at a time. The *light set* is made here:
twenty notebooks of ten cells with three seaborn charts and two tables; its peer is ``papermill``
called once a notebook, as a shell loop would. The *monthly pages* are the committed ones in both
languages, for a demo company; their peer is the bare Python code of the same cells.

Bare means: two processes, each paying its imports once, take the notebooks one by one and execute
their cells (language chosen, templates filled, parameters set) with ``exec``. A cell's last
expression is evaluated and what it shows is made (HTML, SVG, PNG), for that is the cell's work;
there is no kernel, no papermill, nothing is recorded and nothing is written. Each road gets its own
copy of the same workspace. Times are wall clock of whole processes, their start included.
"""

from __future__ import annotations

import argparse
import ast
import io
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import date
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from helpers.config.workspace import load_workspace
from helpers.paths import NOTEBOOKS
from helpers.reviews.facts import Facts
from helpers.reviews.front import check_request
from helpers.reviews.run import run_review

JOBS = 2
LIGHT = 20
#: What a light notebook is asked for: any period will do, it reads nothing.
FACTS = Facts(date(2024, 1, 1), date(2025, 12, 31))
BIN = Path(sys.executable).parent

PARAMETERS = """\
period: str = "last"  # the month, YYYY-MM
language: str = "en"  # zh or en
workspace: str = "data/demo"  # the company's folder
"""
CELLS = (
    PARAMETERS,
    "import numpy as np\nimport pandas as pd\nimport matplotlib.pyplot as plt\n"
    "import seaborn as sns",
    "random = np.random.default_rng(7)\nframe = pd.DataFrame({'day': range(300),"
    " 'market': random.choice(['DE', 'FR', 'GB'], 300), 'sales': random.normal(100, 20, 300)})",
    "sns.lineplot(frame, x='day', y='sales', hue='market');",
    "by_market = frame.groupby('market')['sales'].agg(['sum', 'mean', 'std', 'count'])\nby_market",
    "sns.barplot(frame, x='market', y='sales');",
    "frame['rolling'] = frame['sales'].rolling(7).mean()",
    "frame.tail(10)",
    "sns.histplot(frame, x='sales', hue='market', kde=True);",
    "print(f'{frame.sales.sum():,.0f} in {len(frame)} days')",
)


def write_light_set(folder: Path) -> None:
    """Write the light set, its list of pages, and a workspace to run it in."""
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    (folder / "light").mkdir()
    pages = []
    for number in range(LIGHT):
        cells = [
            {"cell_type": "code", "id": f"cell-{place}", "execution_count": None, "outputs": [],
             "metadata": {"tags": ["parameters"] if place == 0 else []}, "source": source}
            for place, source in enumerate(CELLS)
        ]  # fmt: skip
        book = {"cells": cells, "metadata": {"kernelspec": kernel, "language_info": {"name":
                "python"}}, "nbformat": 4, "nbformat_minor": 5}  # fmt: skip
        (folder / "light" / f"light_{number}.ipynb").write_text(json.dumps(book), encoding="utf-8")
        label = {"zh": f"页面 {number}", "en": f"Page {number}"}
        pages.append({"id": f"light_{number}", "notebook": f"light/light_{number}.ipynb",
                      "title": label, "question": label})  # fmt: skip
    titles = {"zh": "月度", "en": "Monthly"}
    reviews = {"reviews": [{"id": "monthly", "title": titles, "period": "month", "pages": pages}]}
    (folder / "reviews.yml").write_text(json.dumps(reviews), encoding="utf-8")
    company = folder / "company"
    company.mkdir()
    shop = {"id": "shop", "name": {"en": "Shop", "zh": "店"}, "platform": "own",
            "currency": "GBP", "time_zone": "Europe/London", "tax_basis": "excluded"}  # fmt: skip
    declared = {"company": {"en": "Light", "zh": "轻"}, "base_currency": "GBP",
                "time_zone": "Europe/London", "stores": [shop]}  # fmt: skip
    (company / "workspace.yml").write_text(json.dumps(declared), encoding="utf-8")


def run_light(folder: Path) -> None:
    """Run the light set as ``review run`` runs pages."""
    report = run_review(
        folder / "company", "monthly", "2025-10", languages=["en"], jobs=JOBS, engine="warm",
        notebooks=folder, facts=FACTS,
    )  # fmt: skip
    if not report.is_ok:
        sys.exit("\n".join(str(page.fault) for page in report.failed))


def run_bare(workspace: str, notebooks: Path, is_light: bool, only: tuple[str, ...]) -> None:
    """Execute the cells of all pages in two processes."""
    declared, paths = load_workspace(workspace)
    request = check_request(
        declared,
        paths,
        "monthly",
        "2025-10" if is_light else "last",
        languages=["en"] if is_light else (),
        only=only,
        notebooks=notebooks,
        facts=FACTS if is_light else None,
    )
    tasks = [(run.notebook, dict(run.parameters)) for run in request.runs]
    tasks.sort(key=lambda task: str(task[1]["language"]))  # as the runner does
    with get_context("spawn").Pool(JOBS) as pool:
        for _ in pool.imap_unordered(execute_bare, tasks, chunksize=1):
            pass


def execute_bare(task: tuple[dict[str, Any], dict[str, Any]]) -> None:
    """Execute the cells of one page."""
    book, parameters = task
    names: dict[str, Any] = {"__name__": "__main__"}
    for cell in book["cells"]:
        if cell["cell_type"] != "code":
            continue
        body = ast.parse("".join(cell["source"])).body
        last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
        exec(compile(ast.Module(body, []), "cell", "exec"), names)
        if "parameters" in cell["metadata"].get("tags", []):
            names.update(parameters)
        if isinstance(last, ast.Expr):
            show(eval(compile(ast.Expression(last.value), "cell", "eval"), names))
        draw_open_figures()


def show(value: Any) -> None:
    """Make what a notebook would show of a value."""
    for name in ("_repr_mimebundle_", "_repr_html_"):
        made = getattr(value, name, None)
        if callable(made) and made() is not None:
            return
    repr(value)


def draw_open_figures() -> None:
    """Write open figures as the inline backend does: PNG, cut to what is drawn."""
    plt = sys.modules.get("matplotlib.pyplot")
    for number in plt.get_fignums() if plt else ():
        plt.figure(number).savefig(io.BytesIO(), format="png", bbox_inches="tight")
        plt.close(number)


def timed(name: str, *command: str, **environment: str) -> float:
    """Run one command to its end and give its wall-clock time; a failure ends the benchmark."""
    env = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", **environment}
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    if done.returncode:
        sys.exit(f"{name}: {' '.join(command)} failed\n{done.stdout}\n{done.stderr}")
    seconds = time.perf_counter() - started
    sys.stderr.write(f"{name}: {seconds:.1f} s\n")
    return seconds


def measure_light(folder: Path) -> dict[str, float]:
    """Time the light set on three roads."""
    write_light_set(folder)
    loop = sum(
        timed(
            "papermill",
            str(BIN / "papermill"),
            str(folder / "light" / f"light_{number}.ipynb"),
            str(folder / f"out_{number}.ipynb"),
            "--no-progress-bar",
        )
        for number in range(LIGHT)
    )
    mine = (sys.executable, __file__)
    return {
        "plain `papermill`, shell loop": loop,
        "warm engine, two at a time": timed("light, warm", *mine, "--run-light", str(folder)),
        "bare code, two processes": timed(
            "light, bare", *mine, "--run-bare", str(folder / "company"), "--notebooks", str(folder),
            MPLBACKEND="agg",
        ),
    }  # fmt: skip


def measure_monthly(folder: Path, scale: float, only: tuple[str, ...]) -> dict[str, float]:
    """Time the monthly pages on three roads, each in its own copy of a demo company."""
    review = str(BIN / "review")
    company = folder / "company"
    timed("demo", review, "demo", str(company), "--scale", str(scale))
    timed("ingest", review, "ingest", "--workspace", str(company))
    copies = {}
    for name in ("warm", "bare", "kernel"):
        copies[name] = shutil.copytree(company, folder / name)
    pages = [word for page in only for word in ("--only", page)]
    told = ("--jobs", str(JOBS), *pages)
    run = (review, "run", "monthly", "--workspace")
    bare = (sys.executable, __file__, "--run-bare", str(copies["bare"]))
    return {
        "warm engine, two at a time": timed(
            "monthly, warm", *run, str(copies["warm"]), "--engine", "warm", *told
        ),
        "bare code, two processes": timed("monthly, bare", *bare, *pages, MPLBACKEND="agg"),
        "kernel engine, two at a time": timed(
            "monthly, kernel", *run, str(copies["kernel"]), "--engine", "kernel", *told
        ),
    }


def report(scale: float, only: tuple[str, ...]) -> str:
    """Run all of it and write one page of results."""
    with tempfile.TemporaryDirectory(prefix="warm-bench-") as folder:
        light = measure_light(Path(folder))
    with tempfile.TemporaryDirectory(prefix="warm-bench-") as folder:
        monthly = measure_monthly(Path(folder), scale, only)
    loop, warm, _ = light.values()
    pages, bare, _ = monthly.values()
    packages = ("papermill", "ipykernel", "pandas", "seaborn", "duckdb", "ibis-framework")
    lines = [
        f"# Notebooks that start warm, {date.today()}",
        "",
        f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, "
        + ", ".join(f"{name} {version(name)}" for name in packages)
        + f"; two pages at a time; demo company at scale {scale:g}. What is timed, and what bare "
        "code means, stands at the head of `benchmarks/warm_engine.py`.",
        "",
        f"| Light set: {LIGHT} notebooks, 10 cells, 3 charts, 2 tables | seconds |",
        "|---|---|",
        *(f"| {name} | {seconds:.1f} |" for name, seconds in light.items()),
        "",
        f"Warm against the plain loop: **{warm / loop:.2f}x** (bar: 0.15x).",
        "",
        f"| Monthly pages, both languages{': ' + ', '.join(only) if only else ''} | seconds |",
        "|---|---|",
        *(f"| {name} | {seconds:.1f} |" for name, seconds in monthly.items()),
        "",
        f"Warm against the bare code: **{pages / bare:.2f}x** (bar: 1.3x).",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Read the arguments, run, print, and write where asked."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--scale", type=float, default=0.2)
    arguments.add_argument("--only", action="append", default=[], help="a monthly page, to try")
    arguments.add_argument("--write", type=Path, default=None)
    arguments.add_argument("--run-light", type=Path, default=None, help=argparse.SUPPRESS)
    arguments.add_argument("--run-bare", default=None, help=argparse.SUPPRESS)
    arguments.add_argument("--notebooks", type=Path, default=NOTEBOOKS, help=argparse.SUPPRESS)
    asked = arguments.parse_args()
    if asked.run_light:
        run_light(asked.run_light)
    elif asked.run_bare:
        is_light = asked.notebooks != NOTEBOOKS
        run_bare(asked.run_bare, asked.notebooks, is_light, tuple(asked.only))
    else:
        text = report(asked.scale, tuple(asked.only))
        sys.stdout.write(text)
        if asked.write:
            asked.write.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
