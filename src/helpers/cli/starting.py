"""``review new``: what somebody starts from; writes a file and never over one."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from helpers.cli.showing import say


@click.group()
def new() -> None:
    """Write a first file of some kind, to be filled in or corrected."""


@new.command()
@click.argument("name", required=False)
@click.option("--all", "every", is_flag=True, help="Write all of them.")
@click.option("--list", "listing", is_flag=True, help="Only tell which there are.")
@click.option(
    "--lang", "language", type=click.Choice(["zh", "en"]), default="en", show_default=True
)
@click.option(
    "--format", "form", type=click.Choice(["xlsx", "csv"]), default="xlsx", show_default=True
)
@click.option(
    "--to", "folder", default=".", show_default=True,
    type=click.Path(file_okay=False, path_type=Path), help="The folder to write to.",
)  # fmt: skip
def template(
    name: str | None,
    every: bool,
    listing: bool,
    language: Literal["zh", "en"],
    form: Literal["xlsx", "csv"],
    folder: Path,
) -> None:
    """Write the empty form NAME, for what no platform exports; --list tells which there are."""
    from helpers.sources.templates import chosen, explained, templates, write_templates

    if listing:
        for key, source in templates().items():
            say(f"{key:18} {source.name.text(language)}")
        return
    sources = chosen(name, every)
    for path in write_templates(sources, folder, language, form):
        say(str(path))
    click.echo("next: fill in, put into the inbox of your workspace, `review ingest`", err=True)
    if form == "csv":
        for source in sources:
            for line in explained(source, language):
                say(f"{source.source}: {line.header}: {line.what}; {line.how}; {line.needed}")


@new.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--name", help="The source's name; the file's own by default.")
@click.option(
    "--workspace", metavar="DIR", envvar="REVIEW_WORKSPACE",
    help="The company's folder; data/demo by default.",
)  # fmt: skip
def source(file: Path, name: str | None, workspace: str | None) -> None:
    """Look at FILE and write a first mapping for it; what to confirm is told on stderr."""
    from helpers.config.workspace import load_workspace
    from helpers.sources.first_mapping import questions_told, write_first_mapping

    declared, paths = load_workspace(workspace)
    written, questions = write_first_mapping(file, paths, name, declared)
    say(str(written))
    for line in questions_told(questions):
        click.echo(line, err=True)
    where = "inbox/<store>/<period>/"
    click.echo(f"next: `review check`, put {file.name} into {where}, `review ingest`", err=True)
