"""Commands about what was published: is it still as it was, and what need not stay."""

from __future__ import annotations

import json
import sys

import click

from helpers.cli.options import json_option, workspace_option
from helpers.cli.showing import progress_bar, say

_MEGABYTE = 1_000_000


@click.command()
@click.argument("edition", required=False)
@workspace_option
@json_option
def verify(edition: str | None, workspace: str | None, as_json: bool) -> None:
    """Recompute every file of EDITION (all editions if none is named) and name what differs.

    EDITION is written monthly/2025-10/r2. Exit 1 where a byte differs from what was published.
    """
    from helpers.config.workspace import load_workspace
    from helpers.publish.editions import find_edition, history_of
    from helpers.publish.verify import lost_editions, verify

    _, paths = load_workspace(workspace)
    asked = [find_edition(paths.site, edition)] if edition else history_of(paths.site)
    with progress_bar("verify", hidden=as_json) as progress:
        found = (*verify(paths.site, asked, progress),)
    if not edition:
        found = (*found, *lost_editions(paths.site))
    if as_json:
        rows = [one.as_json() for one in found]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        for one in found:
            counted = f"{one.files} files" if one.verdict == "sound" else one.note
            say(f"{one.verdict:<12} {one.edition}" + (f"  {counted}" if counted else ""))
        for one in found:
            for difference in one.differences:
                click.echo(f"{difference.file}: {difference.what}", err=True)
    if any(one.verdict == "differs" for one in found):
        sys.exit(1)


@click.command()
@workspace_option
@click.option("--dry-run", is_flag=True, help="Say what would go, and change nothing.")
@json_option
def prune(workspace: str | None, dry_run: bool, as_json: bool) -> None:
    """Let go of superseded preliminary editions, as `publishing: keep` of workspace.yml says.

    A final edition always stays, and so does the one that readers are led to.
    """
    from helpers.config.workspace import load_workspace
    from helpers.publish.retention import prune as let_go

    declared, paths = load_workspace(workspace)
    gone = let_go(declared, paths, dry_run=dry_run)
    if as_json:
        click.echo(json.dumps(gone.as_json(), indent=1))
        return
    would = "would go" if dry_run else "gone"
    for one in gone.editions:
        say(f"{would}: {one.folder}")
    if declared.publishing.keep.preliminary_days is None:
        say("publishing: keep: preliminary_days is not set in workspace.yml: every edition stays")
    files = f"{len(gone.editions)} editions, {len(gone.assets)} shared files"
    say(f"{would}: {files}, {gone.size / _MEGABYTE:.1f} MB")
