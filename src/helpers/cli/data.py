"""``review demo`` and ``review ingest``: from exports to checked tables."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from helpers.cli.options import json_option, workspace_option
from helpers.cli.showing import progress_bar, say, show_receipt


@click.command()
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


@click.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path))
@workspace_option
@json_option
def ingest(files: tuple[Path, ...], workspace: str | None, as_json: bool) -> None:
    """Take in the inbox, and any FILES or folders named: exports become checked tables."""
    from helpers.config.workspace import load_workspace
    from helpers.publish.traces import traces_of_intake
    from helpers.reviews.journal import recording
    from helpers.tables.ingest import ingest as take_in

    declared, paths = load_workspace(workspace)
    with recording(paths, "ingest") as noted, progress_bar("ingest", hidden=as_json) as progress:
        receipt = take_in(declared, paths, files, progress=progress)
        noted.note(**traces_of_intake(receipt))
    if as_json:
        click.echo(receipt.as_json())
    else:
        show_receipt(receipt)
    if not receipt.ok:
        sys.exit(1)
