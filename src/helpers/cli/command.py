"""The subcommands of ``review`` (DESIGN 5), each declared where its subject is."""

from __future__ import annotations

import click

from helpers.cli.data import demo, ingest
from helpers.cli.editions import prune, verify
from helpers.cli.figures import check, findings, metrics
from helpers.cli.reviews import list_pages, publish, run
from helpers.cli.scheduling import backfill, due, schedule
from helpers.cli.signing import sign, waive
from helpers.cli.site import lab, send, serve
from helpers.cli.starting import new
from helpers.cli.telling import notices


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="cross-border-operations-review")
def review() -> None:
    """From a pile of marketplace exports to the operations review."""


for command in (
    demo,
    ingest,
    metrics,
    findings,
    check,
    list_pages,
    run,
    publish,
    due,
    backfill,
    schedule,
    sign,
    waive,
    verify,
    prune,
    serve,
    send,
    lab,
    new,
    notices,
):
    review.add_command(command)
