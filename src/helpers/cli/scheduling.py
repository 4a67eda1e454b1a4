"""``review due``, ``schedule`` and ``backfill``: what runs while nobody looks."""

from __future__ import annotations

import json
import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from helpers.cli.options import (
    engine_option,
    jobs_option,
    json_option,
    to_option,
    workspace_option,
)
from helpers.cli.showing import bars_within, say
from helpers.cli.site import refuse_targets, send_to

if TYPE_CHECKING:
    from datetime import date

    from helpers.publish.unattended.backfill import Filled
    from helpers.publish.unattended.schedules import Form
    from helpers.reviews.holding import HeldByAnother

#: A command that holds the lock for longer hangs, and somebody must be told.
_TOO_LONG = timedelta(hours=24)


@click.command()
@workspace_option
@click.option("--today", metavar="DATE", help="Taken for today, YYYY-MM-DD.")
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@to_option
@jobs_option
@engine_option
@json_option
def due(
    workspace: str | None,
    today: str | None,
    dry_run: bool,
    to: tuple[str, ...],
    jobs: int | None,
    engine: str | None,
    as_json: bool,
) -> None:
    """Publish whatever is due and not yet published, and say what is waited for."""
    from helpers.publish.unattended.due import due
    from helpers.reviews.holding import HeldByAnother

    _ask_nobody()
    refuse_targets(workspace, to)
    try:
        report = due(workspace, _day(today), dry_run=dry_run, jobs=jobs, engine=engine)
    except HeldByAnother as trouble:
        _step_aside(trouble)
        return
    if as_json:
        click.echo(json.dumps(report.as_dict(), ensure_ascii=False, indent=1))
    else:
        for line in report.lines():
            say(line)
    for failure in (*report.failures, *(one for item in report.items for one in item.failures)):
        click.echo(failure, err=True)
    if to and not dry_run:
        # Once for all editions, and where there is none: an interrupted sending is carried on.
        send_to(workspace, to, quiet=as_json)
    if not report.is_ok:
        sys.exit(1)


@click.command()
@workspace_option
@click.option(
    "--emit", "form", required=True,
    type=click.Choice(["cron", "systemd", "github", "airflow"]), help="For which scheduler.",
)  # fmt: skip
@click.option("--at", metavar="HH:MM", help="Once a day at this time; every hour by default.")
@click.option(
    "--into", "folder", type=click.Path(file_okay=False, path_type=Path),
    help="Write the files into this folder under their own names; print them by default.",
)  # fmt: skip
@to_option
def schedule(
    workspace: str | None, form: Form, at: str | None, folder: Path | None, to: tuple[str, ...]
) -> None:
    """Print a schedule that runs `review due`, ready to be installed."""
    from helpers.config.workspace import load_workspace
    from helpers.publish.unattended.schedules import plan_for, schedule

    declared, paths = load_workspace(workspace)
    refuse_targets(workspace, to)
    for written in schedule(plan_for(declared, paths, at, to), form):
        if folder is None:
            click.echo(written.text, nl=False)
        else:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / written.name).write_text(written.text, encoding="utf-8")
            say(str(folder / written.name))


@click.command()
@click.argument("name", metavar="REVIEW")
@workspace_option
@click.option("--from", "first", required=True, metavar="PERIOD", help="The first period.")
@click.option("--to", "last", required=True, metavar="PERIOD", help="The last period.")
@click.option("--status", type=click.Choice(["preliminary", "final"]), default=None)
@click.option(
    "--send-to", "targets", multiple=True, metavar="TARGET",
    help="Then send all of it there; may be given several times.",
)  # fmt: skip
@jobs_option
@engine_option
def backfill(
    name: str,
    workspace: str | None,
    first: str,
    last: str,
    targets: tuple[str, ...],
    status: Literal["preliminary", "final"] | None,
    jobs: int | None,
    engine: str | None,
) -> None:
    """Publish each period of REVIEW from one to another; go on where a killed call stopped.

    A period that lacks data is reported, and published only with --status preliminary.
    """
    from helpers.publish.release import Audience
    from helpers.publish.unattended.backfill import backfill

    _ask_nobody()
    refuse_targets(workspace, targets)

    def tell(filled: Filled) -> None:
        say(f"{name} {filled}")
        for failure in filled.failures:
            click.echo(failure, err=True)

    with bars_within(f"{name}: periods") as (whole, step):
        result = backfill(
            workspace,
            name,
            first,
            last,
            started=lambda done, total, period: whole(done, total, str(period)),
            ended=tell,
            status=status,
            jobs=jobs,
            engine=engine,
            audience=Audience(progress=step),
        )
    say(result.summary)
    if targets:
        # Once, and also where every edition was there already: a sending may have been cut.
        send_to(workspace, targets)
    if not result.is_ok:
        sys.exit(1)


def _ask_nobody() -> None:
    """Close the way to a person: whatever would ask (a keyring, say) fails instead of waiting."""
    with open(os.devnull, encoding="utf-8") as nothing:  # noqa: PTH123 - a device, not a file
        os.dup2(nothing.fileno(), 0)


def _step_aside(trouble: HeldByAnother) -> None:
    """Let the one who is at work finish: that is no failure, unless it hangs."""
    holder: Any = trouble.holder
    if holder is not None and holder.age() > _TOO_LONG:
        raise trouble
    say(f"{trouble.faults[0].where}: {trouble.faults[0].what}; nothing to do meanwhile")


def _day(text: str | None) -> date | None:
    from datetime import date

    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        from helpers.vocabulary.faults import AskedWrongly, Fault

        fault = Fault("--today", f"{text!r} is no day", "write YYYY-MM-DD")
        raise AskedWrongly(fault) from None
