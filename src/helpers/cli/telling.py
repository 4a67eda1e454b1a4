"""``review notices``: who is told what, does it arrive, and what still has to be sent."""

from __future__ import annotations

import sys

import click

from helpers.cli.options import workspace_option


@click.command()
@click.argument("edition", required=False, default="")
@workspace_option
@click.option("--dry-run", is_flag=True, help="Print what EDITION's publication sends to whom.")
@click.option("--test", "is_test", is_flag=True, help="Send every receiver a test message.")
def notices(edition: str, workspace: str | None, dry_run: bool, is_test: bool) -> None:
    """Send what an earlier run could not deliver; or try the receivers of workspace.yml.

    EDITION is such as monthly/2025-10/r2; by default the one that the home page is about.
    """
    from helpers.config.workspace import load_workspace

    if dry_run and is_test:
        raise click.UsageError("--dry-run sends nothing and --test does; ask for one of them")
    if edition and not dry_run:
        raise click.UsageError("an edition is announced when it is published; add --dry-run")
    declared, paths = load_workspace(workspace)
    if dry_run:
        from helpers.publish.notices.trying import drafts

        for one in drafts(declared, paths, edition):
            told = " (told already, not sent again)" if one.is_told else ""
            click.echo(f"{one.receiver}: {one.kind}{told}\nto: {one.address}")
            click.echo(f"subject: {one.message.subject}\n\n{one.message.text}\n")
        return
    if is_test:
        from helpers.publish.notices.trying import try_receivers

        tried = try_receivers(declared, paths)
        for name, fault in tried:
            if fault:
                click.echo(str(fault), err=True)
            else:
                click.echo(f"{name}: delivered")
        if any(fault for _, fault in tried):
            sys.exit(1)
        return
    from helpers.publish.notices.announcing import announce

    sent = announce(declared, paths, at_once=True)
    for delivery in sent:
        if delivery.outcome == "delivered":
            click.echo(f"{delivery.receiver}: {delivery.announcement.kind} delivered")
    if not sent:
        click.echo("notices: nothing waits to be sent")
    if any(one.outcome != "delivered" for one in sent):
        sys.exit(1)
