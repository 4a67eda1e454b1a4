"""``review list``, ``run`` and ``publish``: from tables to what executives read."""

from __future__ import annotations

import json
import sys
from typing import Any, Literal

import click

from helpers.cli.options import (
    engine_option,
    force_option,
    jobs_option,
    json_option,
    languages_of,
    languages_option,
    period_option,
    to_option,
    workspace_option,
)
from helpers.cli.showing import progress_bar, say, show_receipt, show_table
from helpers.cli.site import refuse_targets, send_to


@click.command("list")
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

    rows = what_would_run(workspace, name, period, languages_of(languages))
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        import pandas as pd

        show_table(pd.DataFrame(rows).drop(columns="reasons"))


@click.command()
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
    engine: str | None,
    force: bool,
) -> None:
    """Run the notebooks of REVIEW; a failed page is reported with its cell."""
    from helpers.config.workspace import load_workspace
    from helpers.publish.traces import traces_of_run
    from helpers.reviews.journal import recording
    from helpers.reviews.run import run_review

    _, paths = load_workspace(workspace)
    with (
        recording(paths, "run", name, period) as noted,
        progress_bar(f"{name}: pages") as progress,
    ):
        report = run_review(
            workspace,
            name,
            period,
            languages=languages_of(languages),
            only=only,
            settings=_settings(settings),
            jobs=jobs,
            engine=engine,
            force=force,
            progress=progress,
        )
        noted.note(**traces_of_run(report))
    _show_summary(report)
    _show_failed(report)
    if report.failed:
        sys.exit(1)


@click.command()
@click.argument("name", metavar="REVIEW")
@workspace_option
@period_option
@click.option("--status", type=click.Choice(["preliminary", "final"]), default=None)
@to_option
@languages_option
@jobs_option
@engine_option
@force_option
def publish(
    name: str,
    workspace: str | None,
    period: str,
    status: Literal["preliminary", "final"] | None,
    to: tuple[str, ...],
    languages: str,
    jobs: int | None,
    engine: str | None,
    force: bool,
) -> None:
    """Ingest, run and build REVIEW: one new edition, or none where nothing has changed."""
    from helpers.publish import standing
    from helpers.publish.release import Audience, release

    refuse_targets(workspace, to)
    asked = standing.Asked(workspace, name, period, status, languages_of(languages))
    before = standing.look(asked)
    standing.forget(asked)
    released = release(
        workspace,
        name,
        period,
        status=status,
        languages=languages_of(languages),
        jobs=jobs,
        engine=engine,
        force=force,
        audience=Audience(
            progress=progress_bar,
            receipt=lambda receipt: None if receipt.ok else show_receipt(receipt),
            report=_show_summary,
        ),
    )
    _show_failed(released.report)
    edition = released.edition
    state = "published" if edition.is_new else "nothing has changed since"
    if edition.taken_back:
        state = f"r{edition.taken_back} would come again, and was withdrawn; readers stay with"
    awaited = [f"{name} {released.period}: awaits {one.en}" for one in released.standing.awaiting]
    for line in (f"{name} {released.period}: {state} r{edition.number}", *awaited):
        say(line)
    if to:
        send_to(workspace, to)
    say(f"open {edition.index}")
    if not released.is_ok:
        sys.exit(1)
    if released.is_vouched_for:
        standing.keep(asked, before, f"{name}/{released.period}", *released.said_again)


def _show_summary(report: Any) -> None:
    say(f"{report.review.id} {report.period}: {report.summary}")


def _show_failed(report: Any) -> None:
    """Say on stderr which pages failed, and why; a publication that ends of it says so itself."""
    for page in report.failed:
        click.echo(str(page.fault), err=True)


def _settings(pairs: tuple[str, ...]) -> dict[str, str]:
    parted = [pair.partition("=") for pair in pairs]
    if bad := [pair for pair, (_, equals, _) in zip(pairs, parted, strict=True) if not equals]:
        raise click.UsageError(f"--set: {', '.join(bad)}: write NAME=VALUE")
    return {name.strip(): value for name, _, value in parted}
