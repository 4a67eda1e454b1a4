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
    if form == "csv":
        for source in sources:
            for line in explained(source, language):
                say(f"{source.source}: {line.header}: {line.what}; {line.how}; {line.needed}")
