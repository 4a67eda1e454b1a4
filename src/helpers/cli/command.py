"""The subcommands of ``review`` (DESIGN 5)."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from helpers.cli.showing import (
    as_csv,
    progress_bar,
    say,
    show_figures,
    show_findings,
    show_receipt,
    show_table,
    with_written_notes,
)
from helpers.cli.starting import new
from helpers.vocabulary.labels import LANGUAGES, Language

if TYPE_CHECKING:
    import pandas as pd

PERIOD_HELP = "YYYY, YYYY-MM, YYYY-Www, YYYY-Qn, A..B, last or all"

workspace_option = click.option(
    "--workspace",
    metavar="DIR",
    envvar="REVIEW_WORKSPACE",
    help="The company's folder; data/demo by default.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")
period_option = click.option("--period", default="last", show_default=True, help=PERIOD_HELP)
languages_option = click.option(
    "--lang", "languages", default="zh,en", show_default=True, help="Which languages."
)
jobs_option = click.option(
    "--jobs", type=click.IntRange(1), default=None, help="Pages at once; one per core by default."
)
engine_option = click.option("--engine", default="kernel", show_default=True, help="How pages run.")
force_option = click.option("--force", is_flag=True, help="Run pages that are up to date, too.")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="cross-border-operations-review")
def review() -> None:
    """From a pile of marketplace exports to the operations review."""


review.add_command(new)


@review.command()
@click.argument("folder", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option("--seed", default=7, show_default=True, help="Another seed is another company.")
@click.option("--months", default=30, show_default=True, type=click.IntRange(3, 120))
@click.option("--until", default="2025-12", show_default=True, help="Last month, YYYY-MM.")
@click.option("--scale", default=1.0, show_default=True, type=click.FloatRange(0.01, 100.0))
@click.option("--force", is_flag=True, help="Write it anew even if it is there.")
def demo(
    folder: Path | None, seed: int, months: int, until: str, scale: float, force: bool
) -> None:
    """Write a made-up company: exports in the platforms' own formats, a plan, planted stories."""
    from helpers.demo.folder import demo_is_there, make_demo
    from helpers.paths import workspace_folder

    where = folder.resolve() if folder else workspace_folder()
    asked = {"seed": seed, "months": months, "until": until, "scale": scale}
    if not force and demo_is_there(where, asked):
        say(f"demo company: is there already, {where}")
        return
    with progress_bar("demo company") as progress:
        make_demo(where, seed=seed, months=months, until=until, scale=scale, progress=progress)
    say(f"demo company: {months} months to {until}, {where}")


@review.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path))
@workspace_option
@json_option
def ingest(files: tuple[Path, ...], workspace: str | None, as_json: bool) -> None:
    """Take in the inbox, and any FILES or folders named: exports become checked tables."""
    receipt = _ingest(workspace, files, quiet=as_json)
    if as_json:
        click.echo(receipt.as_json())
    else:
        show_receipt(receipt)
    if not receipt.ok:
        sys.exit(1)


@review.command()
@workspace_option
@period_option
@click.option("--metric", "wanted", multiple=True, help="A metric id; all of them by default.")
@click.option("--by", default="", help="Dimensions, such as market,platform.")
@click.option(
    "--format", "form", type=click.Choice(["table", "csv", "json"]), default="table"
)  # fmt: skip
@click.option("--list", "listing", is_flag=True, help="List the catalogue instead.")
@json_option
def metrics(
    workspace: str | None,
    period: str,
    wanted: tuple[str, ...],
    by: str,
    form: str,
    listing: bool,
    as_json: bool,
) -> None:
    """Print figures: the stable interface by which anyone can check a number.

    The columns of `--format csv` are metric, period, dimension, member, value, unit, status,
    numerator, denominator and note: what is typed in, what is missing and why.
    """
    form = "json" if as_json else form
    if listing:
        from helpers.config.workspace import load_workspace
        from helpers.metrics.catalogue import catalogue_of
        from helpers.metrics.compute import definitions

        chosen = catalogue_of(load_workspace(workspace)[0]) if workspace else None
        frame = definitions(chosen).rename(columns={"metric": "id"})
    else:
        frame = _figures(workspace, period, wanted, by)
    if form == "json":
        click.echo(_as_json(frame))
    elif form == "csv":
        click.echo(as_csv(frame if listing else with_written_notes(frame)), nl=False)
    elif listing:
        show_table(frame[["id", "label_en", "label_zh", "formula", "unit"]])
    else:
        show_figures(frame)


@review.command()
@workspace_option
@period_option
@click.option("--lang", "language", type=click.Choice(LANGUAGES), default="en", show_default=True)
@json_option
def findings(workspace: str | None, period: str, language: Language, as_json: bool) -> None:
    """Tell what management should hear: what chance does not explain, and what rules say."""
    from helpers.analysis.desk import open_desk
    from helpers.analysis.findings.telling import find

    found = find(open_desk(workspace, period, language))
    if as_json:
        rows = [one.as_dict() for one in found]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1, allow_nan=False))
    else:
        show_findings(found, language)


@review.command()
@workspace_option
@json_option
def check(workspace: str | None, as_json: bool) -> None:
    """Check every declaration, contract, plan and notebook; runs nothing slow."""
    from helpers.cli.checking import check_everything

    checked = check_everything(workspace)
    if as_json:
        click.echo(json.dumps([one.as_dict() for one in checked], ensure_ascii=False, indent=1))
    else:
        for one in checked:
            say(f"{'ok  ' if not one.faults else 'FAULT'} {one.what}")
            for fault in one.faults:
                click.echo(str(fault), err=True)
    if any(one.faults for one in checked):
        sys.exit(1)


@review.command("list")
@click.argument("name", metavar="[REVIEW]", required=False)
@workspace_option
@period_option
@languages_option
@json_option
def list_pages(
    name: str | None, workspace: str | None, period: str, languages: str, as_json: bool
) -> None:
    """List what would run: page, notebook, parameters, and whether it is up to date."""
    from helpers.reviews.listing import what_would_run

    rows = what_would_run(workspace, name, period, _languages(languages))
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        import pandas as pd

        show_table(pd.DataFrame(rows))


@review.command()
@click.argument("name", metavar="REVIEW")
@workspace_option
@period_option
@click.option("--only", multiple=True, help="A page id; all pages by default.")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="A page parameter.")
@languages_option
@jobs_option
@engine_option
@force_option
def run(
    name: str,
    workspace: str | None,
    period: str,
    only: tuple[str, ...],
    settings: tuple[str, ...],
    languages: str,
    jobs: int | None,
    engine: str,
    force: bool,
) -> None:
    """Run the notebooks of REVIEW; a failed page is reported with its cell."""
    report = _run(name, workspace, period, languages, only, settings, jobs, engine, force)
    for page in report.failed:
        click.echo(str(page.fault), err=True)
    if report.failed:
        sys.exit(1)


@review.command()
@click.argument("name", metavar="REVIEW")
@workspace_option
@period_option
@click.option("--status", type=click.Choice(["preliminary", "final"]), default=None)
@languages_option
@jobs_option
@engine_option
@force_option
def publish(
    name: str,
    workspace: str | None,
    period: str,
    status: Literal["preliminary", "final"] | None,
    languages: str,
    jobs: int | None,
    engine: str,
    force: bool,
) -> None:
    """Ingest, run and build REVIEW: one new edition, or none where nothing has changed."""
    from helpers.publish.release import publish_run, refuse_unfinished

    receipt = _ingest(workspace, ())
    if not receipt.ok:
        show_receipt(receipt)
    refuse_unfinished(workspace, name, period, status)
    report = _run(name, workspace, period, languages, (), (), jobs, engine, force)
    for page in report.failed:
        click.echo(str(page.fault), err=True)
    with progress_bar(f"{name}: site") as progress:
        edition = publish_run(report, status=status, progress=progress)
    state = "published" if edition.is_new else "nothing has changed since"
    say(f"{name} {report.period}: {state} r{edition.number}")
    say(f"open {edition.index}")
    if report.failed or not receipt.ok:
        sys.exit(1)


@review.command()
@workspace_option
@click.option("--port", default=8765, show_default=True, type=click.IntRange(1, 65535))
def serve(workspace: str | None, port: int) -> None:
    """Show the built site on this machine only."""
    from helpers.config.workspace import load_workspace
    from helpers.publish.serve import serve

    _, paths = load_workspace(workspace)
    serve(paths.site, port)


@review.command()
@workspace_option
def lab(workspace: str | None) -> None:
    """Open the notebooks in JupyterLab."""
    import os
    import subprocess

    from helpers.paths import NOTEBOOKS, workspace_folder

    environment = {**os.environ, "REVIEW_WORKSPACE": str(workspace_folder(workspace))}
    command = [sys.executable, "-m", "jupyterlab", "--notebook-dir", str(NOTEBOOKS)]
    sys.exit(subprocess.run(command, env=environment, check=False).returncode)


def _ingest(workspace: str | None, files: tuple[Path, ...], quiet: bool = False) -> Any:
    from helpers.config.workspace import load_workspace
    from helpers.tables.ingest import ingest as take_in

    declared, paths = load_workspace(workspace)
    with progress_bar("ingest", hidden=quiet) as progress:
        return take_in(declared, paths, files, progress=progress)


def _figures(workspace: str | None, period: str, wanted: tuple[str, ...], by: str) -> pd.DataFrame:
    from helpers.config.workspace import load_workspace
    from helpers.metrics.catalogue import catalogue
    from helpers.metrics.compute import compute
    from helpers.tables.coverage import resolve_period
    from helpers.tables.warehouse import Warehouse
    from helpers.vocabulary.periods import parse_period

    declared, paths = load_workspace(workspace)
    if period not in ("last", "all"):
        parse_period(period)  # a misspelt period is told before anything is opened
    warehouse = Warehouse.open(paths, declared)
    when = resolve_period(period, warehouse.coverage(), declared.fiscal_year_start)
    dimensions = tuple(part.strip() for part in by.split(",") if part.strip())
    return compute(warehouse, wanted or tuple(catalogue()), when, dimensions)


def _run(
    name: str,
    workspace: str | None,
    period: str,
    languages: str,
    only: tuple[str, ...],
    settings: tuple[str, ...],
    jobs: int | None,
    engine: str,
    force: bool,
) -> Any:
    from helpers.reviews.run import run_review

    with progress_bar(f"{name}: pages") as progress:
        report = run_review(
            workspace,
            name,
            period,
            languages=_languages(languages),
            only=only,
            settings=_settings(settings),
            jobs=jobs,
            engine=engine,
            force=force,
            progress=progress,
        )
    say(f"{name} {report.period}: {report.summary}")
    return report


def _languages(text: str) -> tuple[str, ...]:
    chosen = tuple(part.strip() for part in text.split(",") if part.strip())
    if not chosen or set(chosen) - set(LANGUAGES):
        raise click.UsageError(f"--lang: {text!r} is none of {', '.join(LANGUAGES)}")
    return chosen


def _settings(pairs: tuple[str, ...]) -> dict[str, str]:
    parted = [pair.partition("=") for pair in pairs]
    if bad := [pair for pair, (_, equals, _) in zip(pairs, parted, strict=True) if not equals]:
        raise click.UsageError(f"--set: {', '.join(bad)}: write NAME=VALUE")
    return {name.strip(): value for name, _, value in parted}


def _as_json(frame: pd.DataFrame) -> str:
    """Give a bare list of records; what is missing is null and never NaN, which is no JSON."""
    records = json.loads(frame.to_json(orient="records", double_precision=15))
    return json.dumps(records, ensure_ascii=False, indent=1)
