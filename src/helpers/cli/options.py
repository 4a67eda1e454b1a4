"""Options that several subcommands take, so that they are spelt and explained in one way."""

from __future__ import annotations

import click

from helpers.vocabulary.labels import LANGUAGES

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
engine_option = click.option(
    "--engine",
    metavar="NAME",
    default=None,
    help="How pages run: warm (default on Linux) or kernel.",
)
force_option = click.option("--force", is_flag=True, help="Run pages that are up to date, too.")
to_option = click.option(
    "--to",
    multiple=True,
    metavar="TARGET",
    help="Send the site there, too: a target of workspace.yml, a folder, or s3://bucket/folder.",
)


def languages_of(text: str) -> tuple[str, ...]:
    """Read ``--lang``."""
    chosen = tuple(part.strip() for part in text.split(",") if part.strip())
    if not chosen or set(chosen) - set(LANGUAGES):
        raise click.UsageError(f"--lang: {text!r} is none of {', '.join(LANGUAGES)}")
    return chosen
