"""Commands about what was published: is it still as it was, and what need not stay."""

from __future__ import annotations

import json
import sys

import click

from helpers.cli.options import json_option, to_option, workspace_option
from helpers.cli.showing import progress_bar, say, show_comparison
from helpers.vocabulary.labels import LANGUAGES, Language

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
    elif not found:
        say("nothing is published yet; there is nothing to verify")
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


@click.command()
@click.argument("edition", nargs=-1, required=True)
@workspace_option
@click.option("--because", required=True, metavar="TEXT", help="Why; readers are shown it.")
@click.option("--by", metavar="NAME", help="Who decided; your account's name by default.")
@to_option
def rollback(
    edition: tuple[str, ...], workspace: str | None, because: str, by: str | None,
    to: tuple[str, ...],
) -> None:  # fmt: skip
    """Lead readers to EDITION again; later ones stay, and say that they were withdrawn.

    EDITION is written monthly/2025-10/r1, or monthly 2025-10 r1. The next publication makes a new
    number. To go back from a rollback, roll back to the edition that it withdrew.
    """
    from helpers.cli.site import refuse_targets, send_to
    from helpers.config.workspace import load_workspace
    from helpers.publish.rollback import roll_back
    from helpers.reviews.journal import recording

    refuse_targets(workspace, to)
    declared, paths = load_workspace(workspace)
    with recording(paths, "rollback") as noted:
        done = roll_back(declared, paths, " ".join(edition), because, by)
        noted.note(
            review=done.to.review,
            period=done.to.period,
            edition=done.to.folder,
            outcome="done" if done.rollback else "unchanged",
            notes=(because,),
        )
    which = f"{done.to.review} {done.to.period}"
    if done.rollback is None:
        say(f"{which}: readers are led to r{done.to.number} already")
    else:
        gone = ", ".join(f"r{number}" for number in done.withdrawn) or "nothing"
        say(f"{which}: readers are led to r{done.to.number} again; withdrawn: {gone}")
    if to:
        send_to(workspace, to)
    elif declared.targets and done.rollback:
        names = ", ".join(declared.targets)
        say(f"readers of {names} are led there by: review send")
    say(f"open {done.index}")


@click.command()
@click.argument("editions", nargs=-1, required=True, metavar="A [B]")
@workspace_option
@click.option("--lang", "language", type=click.Choice(LANGUAGES), default="en", show_default=True)
@click.option("--all", "everything", is_flag=True, help="Numbers known by their table, too.")
@json_option
def diff(
    editions: tuple[str, ...],
    workspace: str | None,
    language: Language,
    everything: bool,
    as_json: bool,
) -> None:
    """Tell which figures edition B shows otherwise than A, and which files changed them.

    An edition is written monthly/2025-12/r1, or monthly/2025-12 for the newest of that period;
    "monthly 2025-11 2025-12" names the review once. Of one edition, the one before it is taken.
    --json lists every number, those known only by their place in a table included.
    """
    from helpers.config.workspace import load_workspace
    from helpers.publish.changes.comparing import compare_editions

    declared, paths = load_workspace(workspace)
    found = compare_editions(declared, paths, editions)
    if as_json:
        told = found.as_json()
        click.echo(json.dumps(told, ensure_ascii=False, indent=1, allow_nan=False))
        return
    show_comparison(found, declared, language, everything)
